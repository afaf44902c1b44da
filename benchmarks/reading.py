"""How well and how fast the sandbox's reading engine reads a corpus with ground truth.

``python benchmarks/reading.py ../shared/corpus`` reads ``manifest.csv`` and ``truth.csv`` there and prints recall and
precision per field, for native PDFs apart from the rest and for generated views of e-invoices apart from real letters.
"""

import argparse
import csv
import json
import re
import time
import unicodedata
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gini_notebook.sandbox import reading

FIELDS = {
    "amountToPay": "t_amount",
    "iban": "t_iban",
    "bic": "t_bic",
    "paymentRecipient": "t_recipient",
    "paymentReference": "t_reference",
    "paymentDueDate": "t_dueDate",
}


def canonical(field: str, value: str) -> str:
    """Bring a value into a form in which equal values are equal."""
    text = unicodedata.normalize("NFKC", value).strip()
    if field == "amountToPay":
        number, _, currency = text.partition(":")
        try:
            return f"{Decimal(number):.2f}:{currency}"
        except InvalidOperation:
            return text
    if field == "iban":
        return re.sub(r"[\s-]", "", text).upper()
    if field == "bic":
        return re.sub(r"\s", "", text).upper().removesuffix("XXX")
    return re.sub(r"\s+", " ", text).casefold()


@dataclass(frozen=True, slots=True)
class Result:
    """What was read of a file, and what it cost."""

    values: dict[str, str]
    pages: int
    seconds: float
    problem: str


def read_one(task: tuple[str, dict[str, Any]]) -> Result:
    """Read a file as the sandbox does: check it, then read it. The seconds are of CPU time."""
    path, settings = task
    content = Path(path).read_bytes()
    start = time.process_time()
    try:
        checked = reading.check(content, None)
        result = reading.read(content, checked.media_type, settings=settings)
    except (reading.Unreadable, reading.UnsupportedType) as error:
        return Result({}, 0, time.process_time() - start, f"{type(error).__name__}: {error}")
    seconds = time.process_time() - start
    values = {label: one["value"] for label, one in result.extractions["extractions"].items()}
    return Result(values, len(result.page_sizes), seconds, "")


def rows_of(folder: Path, kinds: set[str]) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [row for row in rows if (row["kind"] in kinds if kinds else row["kind"] != "xml")]


def truths_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return {row["document"]: row for row in csv.DictReader(stream)}


def is_right(field: str, truth: str, value: str) -> bool:
    return canonical(field, truth) == canonical(field, value)


def count(
    rows: list[dict[str, str]], truths: dict[str, dict[str, str]], results: dict[str, Result]
) -> dict[tuple[str, str], list[int]]:
    """Count right, extracted and expected values per (group, field)."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        group = f"{row['kind']} {row['layout'] or '-'}"
        for field, visible in FIELDS.items():
            truth = truths.get(row["file"], {}).get(field, "")
            value = results[row["file"]].values.get(field, "")
            if not truth:
                continue
            for name in (group, f"{group} (visible)") if row[visible] == "1" else (group,):
                counts[name, field][0] += is_right(field, truth, value)
                counts[name, field][1] += bool(value)
                counts[name, field][2] += 1
    return counts


def print_scores(counts: dict[tuple[str, str], list[int]]) -> None:
    print(f"{'group':44}{'field':20}{'right':>6}{'given':>6}{'truth':>6}{'recall':>8}{'precision':>10}")
    for (group, field), (right, given, truth) in sorted(counts.items()):
        print(f"{group:44}{field:20}{right:6}{given:6}{truth:6}{right / truth:8.3f}{right / max(given, 1):10.3f}")


def print_costs(results: dict[str, Result]) -> None:
    per_page = sorted(result.seconds / result.pages for result in results.values() if result.pages)
    middle, high = per_page[len(per_page) // 2], per_page[len(per_page) * 9 // 10]
    total = sum(result.seconds for result in results.values())
    print(f"\n{len(results)} files, {total:.1f} s of CPU;", end=" ")
    print(f"per page median {1000 * middle:.0f} ms, 90 % {1000 * high:.0f} ms")
    for file, result in sorted(results.items(), key=lambda pair: -pair[1].seconds)[:3]:
        print(f"  {result.seconds:.2f} s  {file}")


def print_mistakes(fields: list[str], results: dict[str, Result], truths: dict[str, dict[str, str]]) -> None:
    for file, result in results.items():
        if result.problem:
            print(f"refused  {file}: {result.problem}")
        for field in fields:
            truth, value = truths.get(file, {}).get(field, ""), result.values.get(field, "")
            if truth and not is_right(field, truth, value):
                print(f"{field}  {truth!r} read as {value!r}  {file}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument(
        "--kind", action="append", default=[], help="only files of this kind (repeatable); no XML if missing"
    )
    parser.add_argument("--engine", default="baseline", help="baseline or keywords-only")
    parser.add_argument("--wrong", metavar="FIELD", action="append", default=[], help="list the mistakes of this field")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print right, given and expected values as JSON")
    options = parser.parse_args()

    rows, truths = rows_of(options.corpus, set(options.kind)), truths_of(options.corpus)
    tasks = [(str(options.corpus / "documents" / row["file"]), {"engine": options.engine}) for row in rows]
    with ProcessPoolExecutor(options.jobs) as pool:
        results = dict(zip((row["file"] for row in rows), pool.map(read_one, tasks), strict=True))
    counts = count(rows, truths, results)
    if options.json:
        print(json.dumps({f"{group}|{field}": numbers for (group, field), numbers in counts.items()}, indent=1))
        return
    print_scores(counts)
    print_costs(results)
    print_mistakes(options.wrong, results, truths)


if __name__ == "__main__":
    main()
