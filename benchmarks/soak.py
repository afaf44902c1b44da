"""Run thousands of documents through a service that fails all the time, in a process that is killed again and again.

Usage: python benchmarks/soak.py [--documents 10000] [--kills 50] [--faults 0.2] [--seed 1]

Prints, for the promises R1 to R3, what was lost, what is there twice and what of it the run knows; exits with 1 when a
promise is broken. Faults strike before and after the service has done what was asked: refusals with and without
Retry-After, server errors, connections cut, answers cut short, late uploads, pages of HTML, expired tokens.
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

from gini_notebook import batch
from gini_notebook.errors import RunStopped
from gini_notebook.frames import Batch
from gini_notebook.sandbox import Sandbox
from gini_notebook.session import login

QUARANTINE_S = 4.0
# Longer than the quarantine allows for, so that late uploads do make documents in excess.
LATE = "late; seconds=6"
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
LATE_SHARE = 0.01


def rates(share: float) -> dict[str, dict[str, float]]:
    """Return the faults of each route; together they strike this share of all requests."""
    uploads = {fault: share * (1 - LATE_SHARE) / len(BEFORE + AFTER) for fault in BEFORE + AFTER}
    reading = {fault: share / len(READING) for fault in READING}
    return {"POST /documents": {**uploads, LATE: share * LATE_SHARE}, "*": reading}


def make_documents(folder: Path, count: int) -> dict[str, str]:
    """Write so many little invoices and return the amount of each."""
    folder.mkdir()
    amounts = {}
    for number in range(count):
        amounts[f"{number:05}.txt"] = f"{number % 9000 + 1}.{number % 100:02}:EUR"
        amount = amounts[f"{number:05}.txt"].removesuffix(":EUR").replace(".", ",")
        (folder / f"{number:05}.txt").write_text(f"Rechnung {number}\nGesamtbetrag {amount} EUR\n")
    return amounts


def work(settings: dict[str, Any]) -> None:
    """Be the process that is killed: run until all is done."""
    client = login(SimpleNamespace(**settings))
    limits = batch.Settings(quarantine_s=QUARANTINE_S, attempts=40)
    while True:
        try:
            batch.run(client, settings["documents"], to=settings["to"], settings=limits, progress=False)
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


def run_and_kill(sandbox: Sandbox, folder: Path, count: int, kills: int, chance: random.Random) -> int:
    """Start the run, kill it at random points of its way, let the last one finish; return how often it was killed."""
    names = ("api", "user_center", "ca_file", "client_id", "client_secret")
    settings = {name: getattr(sandbox, name) for name in names}
    settings |= {"documents": str(folder / "in"), "to": str(folder / "run")}
    killed = 0
    for target in sorted(chance.sample(range(1, count), kills)):
        process = start(settings)
        while process.poll() is None and finished(folder / "run") < target:
            time.sleep(chance.uniform(0.0, 0.05))
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
    surplus = len(stored) - len({one.sha256 for one in stored})
    known = set(loaded.surplus["document_id"]) | set(documents["document_id"].dropna())
    with sqlite3.connect(folder / "run" / "ledger.sqlite") as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return {
        "R1 documents lost": len(amounts.keys() - done),
        "R2 documents counted twice": sum(number - 1 for number in rows.values()) + len(rows.keys() - amounts.keys()),
        "R2 amounts that differ from a run without faults": sum(
            found.get(document) != amount for document, amount in amounts.items()
        ),
        "R3 surplus documents made": surplus,
        "R3 surplus documents undetected": sum(one.id not in known for one in stored),
        "R13 ledger damaged": int(not whole),
    }


def main() -> None:
    """Soak, print the table, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--faults", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(json.loads(asked.work))
        return
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name, Sandbox(processing_time_s=0.05, capacity=64) as sandbox:
        folder = Path(name)
        amounts = make_documents(folder / "in", asked.documents)
        sandbox.set_faults(rates(asked.faults), seed=asked.seed)
        began = time.monotonic()
        killed = run_and_kill(sandbox, folder, asked.documents, asked.kills, chance)
        took = time.monotonic() - began
        sandbox.set_faults({})
        figures = audit(sandbox, folder, amounts)
        requests = sandbox.requests()
    print(f"{asked.documents} documents, {asked.faults:.0%} faults, {killed} kills, seed {asked.seed}: {took:.0f} s")
    print(f"  {sum(one.method == 'POST' for one in requests)} uploads, {len(requests)} requests")
    for what, number in figures.items():
        print(f"  {what:<52}{number:>8}")
    allowed = {"R3 surplus documents made": 0.003 * asked.documents}
    if any(number > allowed.get(what, 0) for what, number in figures.items()):
        raise SystemExit("A promise is broken.")


if __name__ == "__main__":
    main()
