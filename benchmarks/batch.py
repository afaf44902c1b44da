"""Measure a batch run against the usual ways, all in one go, so that the ratios hold whatever the machine is doing.

Usage: python benchmarks/batch.py [--documents 1000] [--large 10000] [--rounds 3] [--only PART,…]

The parts are throughput, composites, waiting, memory and ledger.

The service is the sandbox in a process of its own. The usual way is a loop over one ``requests.Session``: upload, look
until it is finished, fetch the extractions, with a thread per document. It keeps no ledger and resolves nothing.
"""

import argparse
import heapq
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from gini_notebook import batch
from gini_notebook.batch.inputs import Documents
from gini_notebook.batch.ledger import Ledger
from gini_notebook.sandbox import Sandbox
from gini_notebook.session import login

ACCEPT = {"Accept": "application/vnd.gini.v1+json"}
SPREAD, CAPACITY, MEAN_S, SEED = 0.5, 32, 1.0, 7


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
    figures = timed(lambda: batch.run(client, documents, to=to, progress=False))
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


def throughput(folder: Path, count: int, rounds: int) -> None:
    """Print documents per second and CPU per document for a service that answers at once."""
    documents = make_documents(folder / "in", count)
    bares, runs = [], []
    with Sandbox(processing_time_s=0.0) as sandbox:
        # Reads every document once; from then on the sandbox only looks its results up.
        bare(sandbox, documents, threads=16, pause_s=0.02)
        for number in range(rounds):
            bares.append(bare(sandbox, documents, threads=16, pause_s=0.02))
            runs.append(ours(sandbox, documents, folder / f"run-{number}"))
    print(f"\nA service that answers at once, {count} documents, best of {rounds} rounds by turns")
    row("", "documents/s", "CPU ms/document", "status/document")
    for name, figures in (("bare session, 16 threads, no ledger", bares), ("batch run, durable ledger", runs)):
        rate = max(count / one["wall"] for one in figures)
        cpu = min(one["cpu"] for one in figures) / count * 1000
        row(name, f"{rate:.0f}", f"{cpu:.2f}", f"{statistics.median(one['looks'] for one in figures) / count:.2f}")
    ratio = min(one["cpu"] for one in runs) / min(one["cpu"] for one in bares)
    row("ratio", f"{min(one['wall'] for one in bares) / min(one['wall'] for one in runs):.2f}", f"{ratio:.2f}", "")


def composites(folder: Path, count: int) -> None:
    """Print what it costs to send the same files as documents of two pages."""
    files = sorted(make_documents(folder / "in", count).iterdir())
    pairs = {pair[0].stem: list(pair) for pair in zip(files[::2], files[1::2], strict=True)}
    print(f"\nThe same {count} files as documents of one page and of two, service that answers at once")
    row("", "documents/s", "POSTs/s", "status/document", "CPU ms/POST")
    with Sandbox(processing_time_s=0.0) as sandbox:
        # Reads every document once; from then on the sandbox only looks its results up.
        ours(sandbox, files, folder / "warm-1")
        ours(sandbox, pairs, folder / "warm-2")
        for name, documents, posts in (("of one page", files, count), ("of two pages", pairs, count + len(pairs))):
            figures = ours(sandbox, documents, folder / name)
            looks, cpu = figures["looks"] / len(documents), figures["cpu"] / posts * 1000
            wall = figures["wall"]
            row(name, f"{len(documents) / wall:.0f}", f"{posts / wall:.0f}", f"{looks:.2f}", f"{cpu:.2f}")


def latencies_s(count: int, seed: int) -> list[float]:
    """Return what the sandbox draws from its seed, in the order of the uploads."""
    chance = random.Random(seed)
    return [MEAN_S * chance.lognormvariate(-(SPREAD**2) / 2, SPREAD) for _ in range(count)]


def ideal_s(count: int, seed: int) -> float:
    """Return the shortest possible wall time: the sum of the latencies over the capacity."""
    return sum(latencies_s(count, seed)) / CAPACITY


def service_s(sandbox: Sandbox) -> float:
    """Return when the service was done with its last document, counted from the first upload: nobody can be earlier."""
    (documents,) = (found for found in sandbox.stored().values() if found)
    created = [document.created_ms / 1000 for document in documents]
    slots = [created[0]] * CAPACITY
    for begin, latency in zip(created, latencies_s(len(created), SEED), strict=True):
        heapq.heappush(slots, max(begin, heapq.heappop(slots)) + latency)
    return max(slots) - created[0]


def waiting(folder: Path, count: int) -> None:
    """Print wall time over the ideal, and status requests, for a service that takes its time."""
    documents = make_documents(folder / "in", count)
    ideal = ideal_s(count, SEED)
    print(f"\nLog-normal latency, mean {MEAN_S:g} s, capacity {CAPACITY}, {count} documents: ideal {ideal:.1f} s")
    row("", "wall/ideal", "service/ideal", "status/document", "CPU ms/document")
    ways: dict[str, Callable[[Sandbox, Path], dict[str, float]]] = {
        "batch run, document list": lambda sandbox, to: ours(sandbox, documents, to),
        "batch run, list not usable": lambda sandbox, to: unlisted(sandbox, documents, to),
        f"a look per second, {CAPACITY} threads": lambda sandbox, _: bare(
            sandbox, documents, threads=CAPACITY, pause_s=1.0
        ),
        f"a look per second, {2 * CAPACITY} threads": lambda sandbox, _: bare(
            sandbox, documents, threads=2 * CAPACITY, pause_s=1.0
        ),
    }
    for number, (name, way) in enumerate(ways.items()):
        with Sandbox(processing_time_s=MEAN_S, processing_spread=SPREAD, capacity=CAPACITY, seed=SEED) as sandbox:
            # A refused upload makes the sandbox start the process that reads documents, and draws no latency.
            bare_session(sandbox, "warm", 1).post(f"{sandbox.api}/documents", data=b"%PDF-1.7 is broken")
            figures = way(sandbox, folder / f"run-{number}")
            service = service_s(sandbox)
        wall, looks, cpu = figures["wall"], figures["looks"] / count, figures["cpu"] / count * 1000
        row(name, f"{wall / ideal:.3f}", f"{service / ideal:.3f}", f"{looks:.2f}", f"{cpu:.2f}")


def unlisted(sandbox: Sandbox, documents: Path, to: Path) -> dict[str, float]:
    """Run while the service has no document list for us."""
    sandbox.set_faults({"GET /documents": {"404": 1.0}})
    return ours(sandbox, documents, to)


def memory(folder: Path, count: int) -> None:
    """Print peak memory of a large run, and what it costs to call it again."""
    make_documents(folder / "in", count)
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(folder)], stdout=subprocess.PIPE, check=True, text=True
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    size = (folder / "run" / "ledger.sqlite").stat().st_size / 2**20
    print(f"\n{count} documents in one run, service that answers at once")
    row("", "wall s", "documents/s", "peak MiB", "uploads")
    row("first call", f"{figures['wall']:.1f}", f"{count / figures['wall']:.0f}", f"{figures['peak']:.0f}", count)
    row("called again", f"{figures['again']:.2f}", "", "", figures["uploads_again"])
    print(f"Ledger: {size:.1f} MiB, {size * 1024 / count:.1f} KiB per document")


def measure(folder: Path) -> None:
    """Do the large run in a process of its own and print the figures as JSON."""
    with Sandbox(processing_time_s=0.0) as sandbox:
        client = login(sandbox)
        first = timed(lambda: batch.run(client, folder / "in", to=folder / "run", progress=False))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        since = sandbox.requests()[-1].number + 1
        again = timed(lambda: batch.run(client, folder / "in", to=folder / "run", progress=False))
        uploads = sum(one.method == "POST" for one in sandbox.requests(since))
    print(json.dumps({"wall": first["wall"], "peak": peak, "again": again["wall"], "uploads_again": uploads}))


def ledger_cost(folder: Path, count: int) -> None:
    """Print what the ledger alone costs: the three commits of a document, by itself and sixteen at a time."""
    from gini_notebook.batch.document_rows import register
    from gini_notebook.batch.inputs import Source
    from gini_notebook.batch.rows import Finished, Prepared, intend, set_done, set_uploaded

    finished = Finished('{"extractions":{}}' + " " * 3000, 2, 1.0, 1, "TEXT")
    print("\nThe ledger alone: intent and id written through, result with its row")
    row("", "ms/document", "documents/s")
    for at_once in (1, 16):
        to = folder / f"ledger-{at_once}"
        to.mkdir(parents=True)
        sources = [Source(f"{number}.txt", f"/nowhere/{number}.txt") for number in range(count)]
        with Ledger(to, create=True) as ledger:
            register(ledger, sources)
            began = time.perf_counter()
            for first in range(0, count, at_once):
                some = sources[first : first + at_once]
                for source in some:
                    intend(ledger, Prepared(source, "text/plain", source.document, source.document, b"", 0))
                ledger.commit()
                for source in some:
                    set_uploaded(ledger, source.document, source.document)
                ledger.commit()
                for source in some:
                    set_done(ledger, source.document, finished)
                ledger.commit()
            took = (time.perf_counter() - began) / count
        row(f"{at_once} at a time", f"{took * 1000:.2f}", f"{1 / took:.0f}")


def row(name: str, *cells: object) -> None:
    """Print one line of a table."""
    print(f"  {name:<38}" + "".join(f"{cell!s:>18}" for cell in cells))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="throughput,composites,waiting,memory,ledger")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure)
        return
    parts = {
        "throughput": lambda folder: throughput(folder, asked.documents, asked.rounds),
        "composites": lambda folder: composites(folder, asked.documents),
        "waiting": lambda folder: waiting(folder, asked.documents),
        "memory": lambda folder: memory(folder, asked.large),
        "ledger": lambda folder: ledger_cost(folder, asked.documents),
    }
    for name in asked.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder) / name)


if __name__ == "__main__":
    main()
