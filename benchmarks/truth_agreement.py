"""How far ground truth read from e-invoices and QR codes agrees with a corpus' own truth table.

Run ``python benchmarks/truth_agreement.py CORPUS``, where CORPUS is a folder with ``documents/``, ``manifest.csv``
(columns ``file`` and ``gt_source``), ``truth.csv`` and ``truth.jsonl``. Values are compared as strings; a field that
both sides leave open counts as agreement in ``all``, and not in ``filled``.
"""

import csv
import json
import sys
import time
from collections import Counter
from pathlib import Path

from gini_notebook.analysis.truth import read_truth

FIELDS = ("amountToPay", "iban", "bic", "paymentRecipient", "paymentDueDate")
MORE_FIELDS = ("paymentReference", "invoiceId", "invoiceDate")
SOURCES = ("embedded-xml", "xml-self", "epc-qr", "swiss-qr")
LINE_FIELDS = {"id": "position", "artNumber": "artNumber", "description": "description", "quantity": "quantity"}


def main(corpus: Path) -> None:
    with (corpus / "manifest.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["file"]: row["gt_source"] for row in csv.DictReader(file)}
    started = time.perf_counter()
    read = read_truth(corpus / "documents", qr_codes=True)
    seconds = time.perf_counter() - started
    print(f"{read.attrs['summary']} Read in {seconds:.1f} s.\n")
    _print_header_fields(read, read_truth(corpus / "truth.csv"), kinds)
    _print_line_items(read, corpus / "truth.jsonl", kinds)
    print(f"\nFiles that cannot be read: {len(read.attrs['problems'])}")
    for _, message in read.attrs["problems"]:
        print(f"  {message}")


def _print_header_fields(read, expected, kinds) -> None:
    ours, theirs = _header(read), _header(expected)
    sources = {(label.document, label.field): label.source for label in read.itertuples() if label.group == ""}
    print(f"{'source':14}{'field':20}{'all':>12}{'':>9}{'filled':>12}{'':>9}")
    disagreements = []
    for source in SOURCES:
        documents = [document for document, kind in kinds.items() if kind == source]
        total, filled = Counter(), Counter()
        for field in (*FIELDS, *MORE_FIELDS):
            for document in documents:
                mine, other = ours.get((document, field), ""), theirs.get((document, field), "")
                agrees = mine == other
                total[field, agrees] += 1
                filled[field, agrees] += bool(mine or other)
                if not agrees:
                    disagreements.append((source, document, field, other, mine, sources.get((document, field), "-")))
            _print_line(source, field, total, filled, (field,))
        _print_line(source, "the first five", total, filled, FIELDS)
        print()
    print(f"Disagreements: {len(disagreements)}")
    for source, document, field, other, mine, where in disagreements:
        print(f"  {source} {document}\n    {field}: corpus {other!r}, here {mine!r} ({where})")


def _header(table) -> dict[tuple[str, str], str]:
    return {
        (label.document, label.field): label.value
        for label in table.itertuples()
        if label.group == "" and isinstance(label.value, str)
    }


def _print_line(source, name, total, filled, fields) -> None:
    cells = []
    for counts in (total, filled):
        agreed = sum(counts[field, True] for field in fields)
        of = agreed + sum(counts[field, False] for field in fields)
        cells.append(f"{f'{agreed}/{of}':>12}{f'{agreed / of:.1%}' if of else 'n/a':>9}")
    print(f"{source:14}{name:20}{''.join(cells)}")


def _print_line_items(read, path: Path, kinds) -> None:
    expected = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        rows = record.get("lineItems", [])
        # Lines that only carry a note are no items.
        expected[record["file"]] = [row for row in rows if row.get("netPrice") or row.get("quantity")]
    ours: dict[str, dict[int, dict[str, str]]] = {}
    for label in read[read["group"] == "lineItems"].itertuples():
        ours.setdefault(label.document, {}).setdefault(label.row, {})[label.field] = label.value
    counts, tables, with_gross = Counter(), Counter(), Counter()
    for document in (name for name, kind in kinds.items() if kind in SOURCES[:2]):
        rows = list(ours.get(document, {}).values())
        tables[len(rows) == len(expected[document])] += 1
        for row, other in zip(rows, expected[document], strict=False):
            with_gross["baseGross" in row] += 1
            for theirs, field in LINE_FIELDS.items():
                counts[field, _same(other.get(theirs, ""), row.get(field, ""))] += 1
    print(f"\nLine items: {tables[True]} of {sum(tables.values())} tables have the same number of rows.")
    for field in LINE_FIELDS.values():
        agreed, of = counts[field, True], counts[field, True] + counts[field, False]
        print(f"  {field:20}{agreed}/{of} {agreed / of:.1%}")
    print(f"  baseGross could be calculated in {with_gross[True]} of {sum(with_gross.values())} rows.")


def _same(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
