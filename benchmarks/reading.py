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


def read_one(task: tuple[str, dict[str, Any]]) -> tuple[dict[str, str], float, str]:
    """Read a file: the header fields, seconds, and why it failed."""
    path, settings = task
    content = Path(path).read_bytes()
    start = time.perf_counter()
    try:
        checked = reading.check(content, None)
        extractions = reading.read(content, checked.media_type, settings=settings).extractions
    except (reading.Unreadable, reading.UnsupportedType) as error:
        return {}, time.perf_counter() - start, f"{type(error).__name__}: {error}"
    values = {label: one["value"] for label, one in extractions["extractions"].items()}
    return values, time.perf_counter() - start, ""


def rows_of(folder: Path, kinds: set[str]) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if not kinds or row["kind"] in kinds]


def truths_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return {row["document"]: row for row in csv.DictReader(stream)}


def count(
    rows: list[dict[str, str]], truths: dict[str, dict[str, str]], read: dict[str, dict[str, str]]
) -> dict[Any, list[int]]:
    """Count right, extracted and expected values per (group, field)."""
    counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        group = f"{row['kind']} {row['layout'] or '-'}"
        truth = truths.get(row["file"], {})
        for field, visible in FIELDS.items():
            expected, value = truth.get(field, ""), read[row["file"]].get(field, "")
            if not expected:
                continue
            right = canonical(field, expected) == canonical(field, value)
            for name in (group, f"{group} (visible)") if row[visible] == "1" else (group,):
                counts[name, field][0] += right
                counts[name, field][1] += bool(value)
                counts[name, field][2] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--kind", action="append", default=[], help="only files of this kind (repeatable)")
    parser.add_argument("--engine", default="baseline")
    parser.add_argument(
        "--wrong", metavar="FIELD", action="append", default=[], help="list the wrong values of this field"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    rows = [row for row in rows_of(options.corpus, set(options.kind)) if row["kind"] != "xml" or options.kind]
    truths = truths_of(options.corpus)
    tasks = [(str(options.corpus / "documents" / row["file"]), {"engine": options.engine}) for row in rows]
    with ProcessPoolExecutor(options.jobs) as pool:
        results = dict(zip((row["file"] for row in rows), pool.map(read_one, tasks), strict=True))
    counts = count(rows, truths, {file: values for file, (values, _, _) in results.items()})
    if options.json:
        print(json.dumps({f"{group}|{field}": numbers for (group, field), numbers in counts.items()}, indent=1))
        return
    print(f"{'group':44}{'field':20}{'right':>6}{'given':>6}{'truth':>6}{'recall':>8}{'precision':>10}")
    for (group, field), (right, given, expected) in sorted(counts.items()):
        print(f"{group:44}{field:20}{right:6}{given:6}{expected:6}{right / expected:8.3f}{right / max(given, 1):10.3f}")
    seconds = sorted((elapsed, file) for file, (_, elapsed, _) in results.items())
    print(
        f"\n{len(rows)} files, {sum(one for one, _ in seconds):.1f} s, median {seconds[len(seconds) // 2][0]:.3f} s; slowest:"
    )
    for elapsed, file in seconds[-3:]:
        print(f"  {elapsed:.2f} s  {file}")
    for row in rows:
        values, _, problem = results[row["file"]]
        if problem:
            print(f"refused  {row['file']}: {problem}")
        for field in options.wrong:
            expected = truths.get(row["file"], {}).get(field, "")
            if expected and canonical(field, expected) != canonical(field, values.get(field, "")):
                print(
                    f"{field}  visible={row[FIELDS[field]] or 0}  {expected!r} read {values.get(field, '')!r}  {row['file']}"
                )


if __name__ == "__main__":
    main()
