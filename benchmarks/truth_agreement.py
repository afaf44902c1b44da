"""How far ground truth read from e-invoices and QR codes agrees with a corpus' own truth, field by field.

Run ``python benchmarks/truth_agreement.py CORPUS``, where CORPUS is a folder with ``documents/``, ``manifest.csv``
(columns ``file`` and ``gt_source``) and ``truth.jsonl``. Values are compared as strings, quantities as numbers. A cell
that both sides leave open counts in ``all`` and not in ``filled``. What differs is listed with the business term of
EN 16931 it is about and a verdict; where no rule decides, the verdict is "open". The corpus has no gross price with
tax; ``baseGross`` is compared with net price and rate, and with the net amount of the line, calculated here.
"""

import csv
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from gini_notebook.analysis.truth import read_truth

SUFFIXES = ((".xml",), (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif"))
SOURCES = ("embedded-xml", "xml-self", "epc-qr", "swiss-qr")
HEADER = {
    "amountToPay": "amountToPay",
    "iban": "iban",
    "bic": "bic",
    "paymentRecipient": "paymentRecipient",
    "paymentReference": "paymentReference",
    "paymentDueDate": "dueDate",
    "invoiceId": "invoiceId",
    "invoiceDate": "invoiceDate",
}
LINE = {"position": "id", "artNumber": "artNumber", "description": "description", "quantity": "quantity"}
CREDIT_NOTES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
NO_INVOICES = {"220", "221", "230", "231"}  # orders and their answers
UNDECIDED = {"384", "389", ""}
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")

Values = dict[tuple[str, str, int, str], list[str]]


class Difference(NamedTuple):
    """One cell in which the two differ."""

    document: str
    field: str
    theirs: str
    ours: str
    rule: str
    verdict: str


def main(corpus: Path) -> None:
    with (corpus / "manifest.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["file"]: row["gt_source"] for row in csv.DictReader(file)}
    records = [json.loads(line) for line in (corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    started = time.perf_counter()
    documents = sorted(path for path in (corpus / "documents").rglob("*") if path.is_file())
    # XML by itself: the corpus has a truth for an XML beside a PDF, too.
    parts = [[path for path in documents if path.suffix.lower() in suffixes] for suffixes in SUFFIXES]
    truths = [read_truth(part, qr_codes=True) for part in parts]
    ours: Values = {}
    for truth in truths:
        print(truth.attrs["summary"])
        for label in truth.itertuples():
            if isinstance(label.value, str):
                ours.setdefault((label.document, label.group, label.row, label.field), []).append(label.value)
    print(f"Read in {time.perf_counter() - started:.1f} s.\n")
    every = [cell for record in records if kinds[record["file"]] in SOURCES for cell in cells(record, ours)]
    print_counts(every, {record["file"]: kinds[record["file"]] for record in records})
    print_differences([difference(*cell) for cell in every if not agree(cell)])
    print_tables(records, kinds, ours)
    print(f"\nFiles that cannot be read: {sum(len(truth.attrs['problems']) for truth in truths)}")
    for _, message in (problem for truth in truths for problem in truth.attrs["problems"]):
        print(f"  {message}")
    print("\nNotes")
    for note in (note for truth in truths for note in truth.attrs["notes"]):
        print(f"  {note['kind']} {note['count']} {', '.join(note['about'])}")


Cell = tuple[dict[str, Any], str, list[str], list[str]]


def cells(record: dict[str, Any], ours: Values) -> Iterator[Cell]:
    """Yield record, name of the field, what they accept (none: nothing), and what we accept."""
    document, xml = record["file"], record["gt_source"] in SOURCES[:2]

    def mine(field: str, group: str = "", row: int = 0) -> list[str]:
        return ours.get((document, group, row, field), [])

    for field, theirs in HEADER.items():
        yield record, field, [record[theirs]] if record.get(theirs) else [], mine(field)
    if not xml:
        return
    yield record, "iban, alternatives", [one for one in record["iban_all"] if IBAN.fullmatch(one)], mine("iban")
    code = record.get("docTypeCode") or ""
    yield record, "docType", [] if code in NO_INVOICES else ["Invoice"], mine("docType")
    kind = [] if code in NO_INVOICES | UNDECIDED else ["CreditNote" if code in CREDIT_NOTES else "Invoice"]
    if code not in UNDECIDED:
        yield record, "businessDocType", kind, mine("businessDocType")
    for row, line in enumerate(items(record)):
        for field, theirs in LINE.items():
            yield (
                record,
                f"lineItems.{field}",
                [line[theirs]] if line.get(theirs) else [],
                mine(field, "lineItems", row),
            )
        yield record, "lineItems.baseGross", gross(line, record["currency"]), mine("baseGross", "lineItems", row)


def items(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the line items; lines that only carry a note are none."""
    return [row for row in record.get("lineItems", []) if row.get("netPrice") or row.get("quantity")]


def gross(line: dict[str, Any], currency: str) -> list[str]:
    """Return the gross prices of one unit that the line allows."""
    net, rate, total, quantity = (decimal(line.get(name)) for name in ("netPrice", "taxRate", "lineTotal", "quantity"))
    if net is None or rate is None:
        return []
    factor = 1 + rate / 100
    prices = [net, total / quantity] if total is not None and quantity else [net]
    rounded = (abs(price * factor).quantize(Decimal("0.01"), ROUND_HALF_UP).copy_sign(price) for price in prices)
    return [f"{price:.2f}:{currency}" for price in rounded]


def decimal(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def agree(cell: Cell) -> bool:
    _, field, theirs, mine = cell
    if not theirs or not mine:
        return not theirs and not mine
    if field == "lineItems.quantity":
        return decimal(theirs[0]) == decimal(mine[0])
    if field == "lineItems.baseGross":
        return mine[0] in theirs
    if field in ("iban", "bic", "paymentReference"):  # any of ours is right
        return theirs[0] in mine
    return set(theirs) == set(mine)


def print_counts(every: list[Cell], kinds: dict[str, str]) -> None:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for cell in every:
        record, field, theirs, mine = cell
        for place in (
            (kinds[record["file"]], field),
            (kinds[record["file"]], "all fields"),
            ("together", "all fields"),
        ):
            count = counts.setdefault(place, Counter())
            count["all"] += 1
            count["agreed"] += agree(cell)
            if theirs or mine:
                count["filled"] += 1
                count["agreed filled"] += agree(cell)
    print(f"{'source':14}{'field':26}{'all':>12}{'':>9}{'filled':>12}{'':>9}")
    for (source, field), count in counts.items():
        shares = [(count["agreed"], count["all"]), (count["agreed filled"], count["filled"])]
        texts = [f"{f'{one}/{of}':>12}{f'{one / of:.2%}' if of else 'n/a':>9}" for one, of in shares]
        print(f"{source:14}{field:26}{''.join(texts)}")


def difference(record: dict[str, Any], field: str, theirs: list[str], mine: list[str]) -> Difference:
    one, other = " | ".join(theirs), " | ".join(mine)
    return Difference(record["file"], field, one, other, *judged(field, one, other, record))


def judged(  # noqa: PLR0911 - a rule per return
    field: str, theirs: str, mine: str, record: dict[str, Any]
) -> tuple[str, str]:
    """Return the business term, and who is right by which rule."""
    match field:
        case "iban" if not mine and not IBAN.fullmatch(theirs):
            return "BT-84", "no IBAN by its form (ISO 13616): unlabelled is right"
        case "bic" if not mine and not re.fullmatch(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2,5}", theirs):
            return "BT-86", "no BIC by its form (ISO 9362): unlabelled is right"
        case "paymentDueDate" if theirs and theirs < mine:
            return "BT-9", "theirs is the last day of the discount (BG-X-44), ours the date of the terms without: ours"
        case "paymentDueDate" if "PROZENT=0.00" in (record.get("paymentTerms") or ""):
            return "BT-20", "#SKONTO# with 0 % is the term of the whole amount: ours"
        case "lineItems.baseGross" if not mine:
            return "BT-149", "BT-131 is neither BT-129 x BT-146 nor that divided by BT-149: unlabelled is right"
        case "lineItems.baseGross" if is_part(theirs, mine):
            return (
                "BT-149",
                "divided by BT-149, which theirs lacks; BT-131 proves it (PEPPOL-EN16931-R120): ours",
            )
    return "?", "open"


def is_part(theirs: str, mine: str) -> bool:
    """Return whether ours is the undivided price over a whole number, and near the net amount of one unit."""
    price, *net = (Decimal(one.partition(":")[0]) for one in theirs.split(" | "))
    ours = Decimal(mine.partition(":")[0])
    units = round(price / ours) if ours else 0
    return units > 1 and abs(price / units - ours) <= Decimal("0.01") and all(abs(one / ours - 1) < 0.1 for one in net)


def print_differences(differences: list[Difference]) -> None:
    verdicts = Counter((one.field, one.rule, one.verdict) for one in differences)
    undecided = sum(one.verdict == "open" for one in differences)
    print(f"\nDifferences: {len(differences)}, of which open: {undecided}")
    for (field, rule, verdict), number in verdicts.most_common():
        print(f"  {number:4} {field}: {rule}: {verdict}")
    for one in differences:
        print(f"  {one.document}\n    {one.field}: corpus {one.theirs!r}, here {one.ours!r} ({one.rule})")


def print_tables(records: list[dict[str, Any]], kinds: dict[str, str], ours: Values) -> None:
    rows: dict[str, set[int]] = {}
    for document, group, row, _ in ours:
        if group == "lineItems":
            rows.setdefault(document, set()).add(row)
    of_xml = [record for record in records if kinds[record["file"]] in SOURCES[:2]]
    same = sum(len(rows.get(record["file"], ())) == len(items(record)) for record in of_xml)
    print(f"\nTables of line items with the same number of rows: {same} of {len(of_xml)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
