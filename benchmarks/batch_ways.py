"""The usual way to send many documents, our way, and what both are measured with."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service.batch import running
from gini_notebook.service.batch.inputs import Documents
from gini_notebook.service.batch.ledger import Ledger

ACCEPT = {"Accept": "application/vnd.gini.v1+json"}
# What, the limit, what the usual way comes to, and a batch run.
FIGURES: list[tuple[str, str, str, str]] = []


def make_documents(folder: Path, count: int) -> Path:
    """Write so many little invoices."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = (
            f"Rechnung {number}\nGesamtbetrag {number % 900 + 1},{number % 100:02} EUR\nIBAN DE89370400440532013000\n"
        )
        (folder / f"invoice-{number:05}.txt").write_text(text)
    return folder


def bare_session(sandbox: Sandbox, user: str, threads: int) -> requests.Session:
    """Make the session of the usual way."""
    session = requests.Session()
    session.trust_env = False
    session.verify = sandbox.ca_file
    session.auth = (sandbox.client_id, sandbox.client_secret)
    session.headers.update({**ACCEPT, "X-User-Identifier": user})
    session.mount("https://", HTTPAdapter(pool_maxsize=threads))
    return session


def bare(sandbox: Sandbox, documents: Path, *, threads: int, pause_s: float) -> dict[str, float]:
    """Do it the usual way; ``pause_s`` is the time between two looks."""
    session, looks = bare_session(sandbox, f"bare-{time.time_ns()}", threads), 0

    def one(path: Path) -> None:
        nonlocal looks
        url = f"{sandbox.api}/documents"
        content = path.read_bytes()
        answer = session.post(url, params={"filename": path.name}, data=content, headers={"Content-Type": "text/plain"})
        answer.raise_for_status()
        location = answer.headers["Location"]
        while True:
            looks += 1
            if session.get(location).json()["progress"] != "PENDING":
                break
            time.sleep(pause_s)
        session.get(f"{location}/extractions").json()["extractions"]

    return timed(lambda: pooled(one, sorted(documents.iterdir()), threads)) | {"looks": looks}


def pooled(call: Callable[[Path], None], paths: list[Path], threads: int) -> None:
    """Call for every path on so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(call, paths):
            pass


def ours(sandbox: Sandbox, documents: Documents, to: Path) -> dict[str, float]:
    """Do it with a batch run."""
    client = login(sandbox)
    since = len(sandbox.requests())
    figures = timed(lambda: running.run(client, documents, to=to, progress=False))
    with Ledger(to, read_only=True) as ledger:
        states = dict(ledger.rows("SELECT state, count(*) FROM uploads WHERE kind != 'partial' GROUP BY state"))
    assert set(states) == {"done"}, states
    looks = [one for one in sandbox.requests(since) if one.method == "GET" and not one.path.endswith("/extractions")]
    return figures | {"looks": len(looks)}


def timed(call: Callable[[], Any]) -> dict[str, float]:
    """Return wall and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def row(name: str, *cells: object) -> None:
    """Print one line of a table."""
    print(f"  {name:<42}" + "".join(f"{cell!s:>18}" for cell in cells))
