"""Print what a first user notices: documents per second, memory of a large run, time to import.

Usage: python benchmarks/first_look.py [--documents 1000]

Documents are copies of the project's own invoices, told apart by a trailing comment. They go through the sandbox once
to fill its cache of engine results, and a second time for the figure, which is thus that of a service whose answers
are ready: what is left is the client, the ledger, HTTPS and the sandbox's own handling of requests.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INVOICES = Path(__file__).resolve().parent.parent / "data" / "invoices"


def make_documents(folder: Path, count: int) -> None:
    """Copy the smallest native invoices under new names until there are enough."""
    sources = sorted(INVOICES.rglob("*.pdf"), key=lambda path: path.stat().st_size)
    usable = [path.read_bytes() for path in sources if path.stat().st_size > 2_000][:12]
    for number in range(count):
        content = usable[number % len(usable)] + f"\n% copy {number}\n".encode()
        (folder / f"invoice-{number:05d}.pdf").write_bytes(content)


def measure(folder: Path) -> dict[str, float]:
    """Send the folder twice through one sandbox; the second time counts. Runs in a process of its own."""
    import gini_notebook as gini

    with gini.Sandbox(processing_time_s=0.0) as sandbox:
        gini.process(gini.login(sandbox), folder / "in", to=folder / "warm", progress=False)
        start, cpu = time.perf_counter(), time.process_time()
        batch = gini.process(gini.login(sandbox), folder / "in", to=folder / "timed", progress=False)
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu
    assert (batch.documents["status"] == "completed").all(), batch.documents["status"].value_counts()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"documents": len(batch.documents), "seconds": seconds, "cpu": cpu, "peak_mib": peak}


def import_seconds(code: str, runs: int = 15) -> float:
    """Return the quickest of several fresh interpreters."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        make_documents(folder / "in", arguments.documents)
        command = [sys.executable, __file__, "--measure", str(folder)]
        figures = json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        )
    rate = figures["documents"] / figures["seconds"]
    bare, ours = import_seconds("pass"), import_seconds("import gini_notebook")
    print(f"{'process, answers ready':<36} {rate:8.1f} documents/s   (wanted: >= 20)")
    print(f"{'client CPU per document':<36} {1000 * figures['cpu'] / figures['documents']:8.2f} ms")
    label = f"peak memory, {figures['documents']} documents"
    print(f"{label:<36} {figures['peak_mib']:8.0f} MiB           (wanted: < 400 MB)")
    print(f"{'import over a bare interpreter':<36} {1000 * (ours - bare):8.1f} ms            (wanted: < 60 ms)")


if __name__ == "__main__":
    main()
