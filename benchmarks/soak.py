"""Run thousands of documents through a service that fails all the time, in a process that is killed again and again.

Usage: python benchmarks/soak.py [--documents 10000] [--composites 0.1] [--kills 50] [--faults 0.2] [--seed 1]
       [--kind mixed|cut|read-lag|list-lag|limit] [--quarantine 4] [--pause 0.2] [--late 0.01]

Prints, for the promises R1 to R3 and R28 to R31, what was lost, what is there twice and what of it the run knows; exits
with 1 when a promise is broken. Faults strike before and after the service has done what was asked: refusals with and
without Retry-After, server errors, connections cut, answers cut short, late uploads, pages of HTML, expired tokens.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gini_notebook.errors import RunStopped
from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, running

BEFORE = ("429; seconds=0", "503; seconds=0", "503-bare", "500", "502", "html", "portal", "reset-before")
AFTER = ("500-after", "502-after", "503-after", "html-after", "reset-after", "truncated", "no-location")
READING = (
    "429; seconds=0",
    "503-bare",
    "500",
    "html",
    "portal",
    "reset-before",
    "reset-after",
    "truncated",
    "short",
    "empty",
)
# Kinds of trouble by themselves, each at the rate at which it is promised to do no harm.
KINDS: dict[str, dict[str, dict[str, float]]] = {
    "cut": {"*": {"cut-head": 0.3}},
    "read-lag": {"POST /documents": {"read-lag; seconds=0..10": 1.0}},
    "list-lag": {"POST /documents": {"list-lag; seconds=5..30": 0.9, "reset-after": 0.1}},
    "limit": {"*": {"429; seconds=0..{pause}": 0.6}},
}
# An upload that a list has left out for so long may be in it still, so nothing is repeated before.
LONGEST_LIST_LAG_S = 30.0


def troubles(kind: str, pause_s: float) -> dict[str, dict[str, float]]:
    """Return the faults of each route for a kind of trouble by itself."""
    return {
        route: {fault.format(pause=pause_s): share for fault, share in faults.items()}
        for route, faults in KINDS[kind].items()
    }


def rates(share: float, late_share: float, quarantine_s: float) -> dict[str, dict[str, float]]:
    """Return the faults of each route; together they strike this share of all requests."""
    # Longer than the quarantine allows for, so that late uploads do make documents in excess.
    late = f"late; seconds={1.5 * quarantine_s}"
    uploads = {fault: share * (1 - late_share) / len(BEFORE + AFTER) for fault in BEFORE + AFTER}
    reading = {fault: share / len(READING) for fault in READING}
    return {"POST /documents": {**uploads, late: share * late_share}, "*": reading}


def make_documents(folder: Path, count: int, composites: float) -> dict[str, str]:
    """Write so many little invoices, some of two pages of their own and one they share; return the amount of each."""
    (folder / "in").mkdir()
    amounts, documents = {}, {}
    every = round(1 / composites) if composites else count + 1
    (folder / "in" / "terms.txt").write_text("Allgemeine Bedingungen")
    for number in range(count):
        name, amount = f"{number:05}", f"{number % 9000 + 1}.{number % 100:02}"
        amounts[name] = f"{amount}:EUR"
        pages = [folder / "in" / f"{name}.txt"]
        pages[0].write_text(f"Rechnung {number}\nGesamtbetrag {amount.replace('.', ',')} EUR\n")
        if number % every == every - 1:
            pages = [folder / "in" / f"{name}-cover.txt", *pages, folder / "in" / "terms.txt"]
            pages[0].write_text(f"Anschreiben zur Rechnung {number}")
        documents[name] = [str(page) for page in pages]
    (folder / "documents.json").write_text(json.dumps(documents))
    return amounts


def work(settings: dict[str, Any]) -> None:
    """Be the process that is killed: run until all is done."""
    client = login(SimpleNamespace(environment="pay-api", **settings))
    limits = batch.BatchSettings(quarantine_s=settings["quarantine_s"], attempts=40)
    while True:
        try:
            running.run(
                client,
                json.loads(Path(settings["documents"]).read_text()),
                to=settings["to"],
                settings=limits,
                progress=False,
            )
            return
        except RunStopped as stopped:
            print(stopped, file=sys.stderr)


def finished(to: Path) -> int:
    """Return how many documents are done."""
    try:
        with sqlite3.connect(f"file:{to}/ledger.sqlite?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM uploads WHERE state = 'done'").fetchone()[0])
    except sqlite3.Error:
        return 0


def run_and_kill(settings: dict[str, Any], folder: Path, count: int, kills: int, rng: random.Random) -> int:
    """Start the run, kill it at random points of its way, let the last one finish; return how often it was killed."""
    killed = 0
    for target in sorted(rng.sample(range(1, count), kills)):
        process = start(settings)
        while process.poll() is None and finished(folder / "run") < target:
            time.sleep(rng.uniform(0.0, 0.05))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    last = start(settings)
    if last.wait():
        raise SystemExit("The run ended with an error.")
    return killed


def start(settings: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the process that is killed."""
    return subprocess.Popen([sys.executable, __file__, "--work", json.dumps(settings)])


def audit(sandbox: Sandbox, folder: Path, amounts: dict[str, str]) -> dict[str, int]:
    """Compare what the run says with what the service holds."""
    loaded = Batch.load(folder / "run")
    documents, values = loaded.documents, loaded.extractions
    rows = Counter(documents["document"])
    done = set(documents.loc[documents["status"] == "completed", "document"])
    found = values[values["field"] == "amountToPay"].set_index("document")["value"]
    stored = sandbox.stored()[loaded.user]
    made_twice = {
        kind: sum(one.kind == kind for one in stored) - len({one.sha256 for one in stored if one.kind == kind})
        for kind in ("whole", "partial", "composite")
    }
    with sqlite3.connect(folder / "run" / "ledger.sqlite") as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ours = {row[0] for row in connection.execute("SELECT document_id FROM uploads")}
    known = set(loaded.surplus["document_id"]) | ours
    kinds = Counter(one.kind for one in stored)
    print(f"  {kinds['whole']} documents, {kinds['partial']} pages and {kinds['composite']} composites at the service")
    return {
        "R1 documents lost": len(amounts.keys() - done),
        "R2 documents counted twice": sum(number - 1 for number in rows.values()) + len(rows.keys() - amounts.keys()),
        "R2 amounts that differ from a run without faults": sum(
            found.get(document) != amount for document, amount in amounts.items()
        ),
        "R3 surplus documents made": made_twice["whole"],
        "R3 surplus pages made": made_twice["partial"],
        "R3 surplus composites made": made_twice["composite"],
        "R3 surplus undetected": sum(one.id not in known for one in stored),
        "R28 R30 R31 documents failed": int((documents["status"] == "failed").sum()),
        "R30 documents unclear": int((documents["status"] == "unclear").sum()),
        "R13 ledger damaged": int(not whole),
    }


def main() -> None:
    """Soak, print the table, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--composites", type=float, default=0.1, help="Share of documents of several pages")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--faults", type=float, default=0.2)
    parser.add_argument("--quarantine", type=float, help="Seconds before an unclear upload is repeated")
    parser.add_argument("--pause", type=float, default=0.2, help="Longest Retry-After of the kind limit, in seconds")
    parser.add_argument("--late", type=float, default=0.01, help="Share of an upload's faults that finish it too late")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=["mixed", *KINDS], default="mixed", help="What troubles there are")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(json.loads(asked.work))
        return
    rng = random.Random(asked.seed)
    quarantine_s = asked.quarantine or (LONGEST_LIST_LAG_S + 10 if asked.kind == "list-lag" else 4.0)
    with tempfile.TemporaryDirectory() as name, Sandbox(processing_time_s=0.05, capacity=64) as sandbox:
        folder = Path(name)
        amounts = make_documents(folder, asked.documents, asked.composites)
        names = ("api", "user_center", "ca_file", "client_id", "client_secret")
        settings = {name: getattr(sandbox, name) for name in names} | {"quarantine_s": quarantine_s}
        settings |= {"documents": str(folder / "documents.json"), "to": str(folder / "run")}
        mixed = asked.kind == "mixed"
        faults = rates(asked.faults, asked.late, quarantine_s) if mixed else troubles(asked.kind, asked.pause)
        sandbox.set_faults(faults, seed=asked.seed)
        began = time.monotonic()
        killed = run_and_kill(settings, folder, asked.documents, asked.kills, rng)
        took = time.monotonic() - began
        sandbox.set_faults({})
        figures = audit(sandbox, folder, amounts)
        requests = sandbox.requests()
    what = f"{asked.faults:.0%} faults" if mixed else asked.kind
    print(f"{asked.documents} documents, {what}, {killed} kills, seed {asked.seed}: {took:.0f} s")
    print(f"  {sum(one.method == 'POST' for one in requests)} POSTs, {len(requests)} requests")
    for what, number in figures.items():
        print(f"  {what:<52}{number:>8}")
    made = sum(number for what, number in figures.items() if what.endswith(" made"))
    broken = [what for what, number in figures.items() if number and not what.endswith(" made")]
    if broken or made > 0.003 * asked.documents:
        raise SystemExit("A promise is broken.")


if __name__ == "__main__":
    main()
