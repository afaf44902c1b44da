"""Documents in excess that a fifth of faults makes, by the usual way of repeating and by a batch run."""

import contextlib
import time
from pathlib import Path

import requests
from batch_ways import FIGURES, bare, bare_session, make_documents, pooled, row, timed
from soak import rates

from gini_notebook.errors import RunStopped
from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, running

FAULTS, QUARANTINE_S, TRIES, SEED = 0.2, 4.0, 8, 7


def faults(folder: Path, count: int) -> None:
    """Print how many documents in excess a fifth of faults makes, by the usual way of repeating and by a batch run."""
    documents = make_documents(folder / "in", count)
    print(
        f"\n{FAULTS:.0%} of all requests fail, before or after the service has done what was asked, {count} documents"
    )
    row("", "lost", "in excess", "in excess %", "unknown", "wall s")
    with Sandbox(processing_time_s=0.0) as sandbox:
        bare(sandbox, documents, threads=16, pause_s=0.02)
        sandbox.set_faults(rates(FAULTS, QUARANTINE_S), seed=SEED)
        user, session = "repeats", bare_session(sandbox, "repeats", 16)
        usual = timed(lambda: pooled(lambda path: repeat(sandbox, session, path), sorted(documents.iterdir()), 16))
        made = excess(sandbox, user)
        lost = count - len({one.sha256 for one in sandbox.stored()[user]})
        row(f"up to {TRIES} tries, no ledger", lost, made, f"{made / count:.1%}", made, f"{usual['wall']:.0f}")
        run = timed(lambda: persistent(sandbox, documents, folder / "run"))
        loaded = Batch.load(folder / "run")
        ours_made, status = excess(sandbox, loaded.user), loaded.status()
        known = set(loaded.documents["document_id"]) | set(loaded.surplus["document_id"])
        unknown = sum(one.id not in known for one in sandbox.stored()[loaded.user])
        lost = count - status["completed"]
        row("batch run", lost, ours_made, f"{ours_made / count:.1%}", unknown, f"{run['wall']:.0f}")
    FIGURES.append(("surplus under 20 % faults: made", "<= 0.3 %", f"{made / count:.1%}", f"{ours_made / count:.1%}"))
    FIGURES.append(("surplus under 20 % faults: undetected", "0", f"{made}", f"{unknown}"))


def repeat(sandbox: Sandbox, session: requests.Session, path: Path) -> None:
    """Upload as most programs do: again after any error or status that is said to be worth it."""
    for number in range(TRIES):
        with contextlib.suppress(requests.RequestException):
            answer = session.post(
                f"{sandbox.api}/documents",
                params={"filename": path.name},
                data=path.read_bytes(),
                headers={"Content-Type": "text/plain"},
                allow_redirects=False,
                timeout=30,
            )
            if answer.status_code == 201 and "Location" in answer.headers:
                return
        time.sleep(0.02 * 2**number)


def excess(sandbox: Sandbox, user: str) -> int:
    """Count the documents of a user that hold what another one holds."""
    stored = sandbox.stored()[user]
    return len(stored) - len({one.sha256 for one in stored})


def persistent(sandbox: Sandbox, documents: Path, to: Path) -> None:
    """Run, and take the run up again when it stops."""
    settings = batch.BatchSettings(quarantine_s=QUARANTINE_S, attempts=40)
    while True:
        with contextlib.suppress(RunStopped):
            running.run(login(sandbox), documents, to=to, settings=settings, progress=False)
            return
