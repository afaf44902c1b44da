"""Measure a batch run against the usual ways, all in one go, so that the ratios hold whatever the machine is doing.

Usage: python benchmarks/batch.py [--documents 1000] [--long 5000] [--large 10000] [--rounds 3] [--only PART,…]

The parts are throughput, composites, waiting, faults, memory and ledger. The last table has the figures to reach.

The service is the sandbox in a process of its own. The usual way is a loop over one ``requests.Session``: upload, look
until it is finished, fetch the extractions, with a thread per document. It keeps no ledger and resolves nothing.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from batch_faults import faults
from batch_waiting import waiting
from batch_ways import FIGURES, bare, make_documents, ours, row, timed

from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service.batch import running
from gini_notebook.service.batch.ledger import Ledger


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
    usual, own = (f"{max(count / one['wall'] for one in figures):.0f}" for figures in (bares, runs))
    FIGURES.append(("documents/s, service that answers at once", ">= 200", usual, own))
    FIGURES.append(("CPU per document over a bare session", "<= 1.3", "1.00", f"{ratio:.2f}"))


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
    FIGURES.append((f"memory in MiB, {count} documents", "< 300 MB", "", f"{figures['peak']:.0f}"))
    again = f"{figures['again']:.2f} s, {figures['uploads_again']} uploads"
    FIGURES.append((f"{count} finished documents called again", "<= 2 s, 0", "", again))
    print(f"Ledger: {size:.1f} MiB, {size * 1024 / count:.1f} KiB per document")


def measure(folder: Path) -> None:
    """Do the large run in a process of its own and print the figures as JSON."""
    with Sandbox(processing_time_s=0.0) as sandbox:
        client = login(sandbox)
        first = timed(lambda: running.run(client, folder / "in", to=folder / "run", progress=False))
        peak = peak_mib()
        since = sandbox.requests()[-1].number + 1
        again = timed(lambda: running.run(client, folder / "in", to=folder / "run", progress=False))
        uploads = sum(one.method == "POST" for one in sandbox.requests(since))
    print(json.dumps({"wall": first["wall"], "peak": peak, "again": again["wall"], "uploads_again": uploads}))


def peak_mib() -> float:
    """Return the most memory that this program has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage knows is the maximum of the process that started this one, too.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ledger_cost(folder: Path, count: int) -> None:
    """Print what the ledger alone costs: the three commits of a document, by itself and sixteen at a time."""
    from gini_notebook.service.batch.inputs import Source
    from gini_notebook.service.batch.ledger.documents import register
    from gini_notebook.service.batch.ledger.uploads import Finished, Prepared, record_intent, set_done, set_uploaded

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
                    record_intent(ledger, Prepared(source, "text/plain", source.document, source.document, b"", 0))
                ledger.commit()
                for source in some:
                    set_uploaded(ledger, source.document, source.document)
                ledger.commit()
                for source in some:
                    set_done(ledger, source.document, finished)
                ledger.commit()
            took = (time.perf_counter() - began) / count
        row(f"{at_once} at a time", f"{took * 1000:.2f}", f"{1 / took:.0f}")
        FIGURES.append((f"ledger, ms per document, {at_once} at a time", "", "", f"{took * 1000:.2f}"))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--long", type=int, default=5000)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="throughput,composites,waiting,faults,memory,ledger")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure)
        return
    parts = {
        "throughput": lambda folder: throughput(folder, asked.documents, asked.rounds),
        "composites": lambda folder: composites(folder, asked.documents),
        "waiting": lambda folder: waiting(folder, asked.documents, asked.long),
        # Uploads that are late are so rare that fewer documents would not tell.
        "faults": lambda folder: faults(folder, 3 * asked.documents),
        "memory": lambda folder: memory(folder, asked.large),
        "ledger": lambda folder: ledger_cost(folder, asked.documents),
    }
    for name in asked.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder) / name)
    print("\nFigures to reach, all from this run")
    row("", "limit", "usual way", "batch run")
    for figure in FIGURES:
        row(*figure)


if __name__ == "__main__":
    main()
