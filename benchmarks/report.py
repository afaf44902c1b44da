"""Print how long each form of a report takes of 10,000 documents, 1,000 of them failed, and how large it is.

Usage: python benchmarks/report.py [--documents N] [--repeats N]

Every number stands beside its limit; the last line counts what is beyond it, and then the command fails. Times are
those of `save_report`: the numbers of the evaluation are made anew for each form, as a shell does. They are seconds of
the processor, which are those of the clock where nothing else runs; these stand behind them.
"""

import argparse
import dataclasses
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import evaluation_workload as workload
import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation, evaluate

MEBIBYTE = 1024**2
# Form: seconds, and how much of what.
LIMITS = {
    ".html": (3.0, 1_000_000, "bytes"),
    ".xlsx": (5.0, 100 * MEBIBYTE, "bytes"),
    ".md": (3.0, 60_000, "characters"),
    ".xml": (0.5, 99, "cases"),
    ".txt": (3.0, MEBIBYTE, "bytes"),
    ".json": (3.0, 30 * MEBIBYTE, "bytes"),
}
REASONS = ("The PDF is damaged.", "The service took too long.", "The page has no text: {number}")


def evaluated(documents: int) -> Evaluation:
    """Evaluate documents with ten header fields and line items; every tenth failed, some for reasons of their own."""
    found, truth = workload.header(documents)
    items = workload.items(documents // 10, rows=5)
    found, truth = (pd.concat([one, more], ignore_index=True) for one, more in zip((found, truth), items, strict=True))
    names = [f"batch/{number:06d}.pdf" for number in range(documents)]
    failed = np.arange(documents) % 10 == 3
    reasons = [REASONS[number % 3].format(number=number) for number in range(documents)]
    sent = pd.DataFrame(
        {
            "document": names,
            "status": np.where(failed, "failed", "completed"),
            "error": [reason if gone else None for reason, gone in zip(reasons, failed, strict=True)],
            "request_id": [f"req-{number}" if gone else None for number, gone in enumerate(failed)],
            "pages": 1 + np.arange(documents) % 3,
            "processing_s": 1.5 + np.arange(documents) % 7 / 10,
            "source_classification": np.where(np.arange(documents) % 8 == 0, "SCANNED", "NATIVE"),
        }
    )
    found = found[~found["document"].isin(sent["document"][failed])]
    return evaluate(SimpleNamespace(extractions=found, documents=sent), truth)


def measured(path: Path, unit: str) -> int:
    """Return how much of the unit a file has."""
    if unit == "characters":
        return len(path.read_text("utf-8"))
    return path.read_text("utf-8").count("<testcase") if unit == "cases" else path.stat().st_size


def main() -> None:
    """Write each form, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    wishes = parser.parse_args()
    result = evaluated(wishes.documents)
    print(f"{len(result.documents):,} documents, {len(result.mistakes()):,} mistakes; best of {wishes.repeats}")
    beyond = 0
    with tempfile.TemporaryDirectory() as folder:
        for form, (limit_s, most, unit) in LIMITS.items():
            path, times, clock = Path(folder, f"report{form}"), [], []
            for _ in range(wishes.repeats):
                fresh = dataclasses.replace(result)  # what it remembers is made anew
                begun, at = time.process_time(), time.perf_counter()
                fresh.save_report(path, fail_under=["amountToPay.f1_low>=0.8", "payable_rate>=0.5"])
                times.append(time.process_time() - begun)
                clock.append(time.perf_counter() - at)
            size = measured(path, unit)
            over = min(times) > limit_s or size > most
            beyond += over
            print(
                f"{form:6} {min(times):6.2f} s (≤ {limit_s:g})  {size:>12,} {unit} (≤ {most:,})"
                f"  {min(clock):.2f} s of the clock{'  BEYOND' if over else ''}"
            )
    print(f"{beyond} of {len(LIMITS)} forms beyond their limit")
    sys.exit(bool(beyond))


if __name__ == "__main__":
    main()
