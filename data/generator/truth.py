"""The truth of a document, in the service's value formats, as it follows from the facts."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.facts import Bill, Item, Skonto
from generator.notation import amount_value, plain

HEADER = (
    "amountToPay",
    "iban",
    "bic",
    "paymentRecipient",
    "paymentReference",
    "paymentPurpose",
    "paymentDueDate",
    "docType",
    "invoiceId",
    "invoiceDate",
)
COLUMNS = ("document", *HEADER, "layout", "quality", "language")

Record = dict[str, Any]


def record(bill: Bill, document: str, quality: str) -> Record:
    """Say what the document states; ``None`` where it states nothing."""
    bank = bill.recipient.bank if bill.shows_account else None
    found: Record = {
        "document": document,
        "amountToPay": amount_value(bill.to_pay, bill.notation.currency),
        "iban": bank.iban if bank and bank.iban else None,
        "bic": bank.bic if bank and bank.bic and bill.shows_bic else None,
        "paymentRecipient": bill.recipient.name,
        "paymentReference": bill.reference or None,
        "paymentPurpose": bill.purpose or None,
        "paymentDueDate": bill.due.isoformat() if bill.due else None,
        "docType": bill.doc_type,
        "invoiceId": bill.invoice_id or None,
        "invoiceDate": bill.date.isoformat(),
        "layout": bill.layout,
        "quality": quality,
        "language": bill.notation.language,
    }
    return found | _compounds(bill)


def _compounds(bill: Bill) -> Record:
    found: Record = {
        extra.label: amount_value(extra.amount, bill.notation.currency) for extra in bill.extras if extra.label
    }
    found["lineItems"] = [_line_item(bill, item) for item in bill.items] if bill.lists_items else None
    found["skontoDiscounts"] = [_skonto(bill, skonto) for skonto in bill.skonto] or None
    return found


def _line_item(bill: Bill, item: Item) -> Record:
    found: Record = {"artNumber": item.number or None, "description": item.text, "quantity": plain(item.quantity)}
    # Where prices are printed without tax, the gross price of one unit is not on the page: nobody labelled it.
    if bill.prices == "gross":
        found["baseGross"] = amount_value(item.price * bill.sign, bill.notation.currency)
    return found


def _skonto(bill: Bill, skonto: Skonto) -> Record:
    off = bill.skonto_amount(skonto)
    rest = amount_value(bill.to_pay - off, bill.notation.currency)
    percent = f"{skonto.percent:.1f}"
    return {
        "skontoPercentageDiscounted": percent,
        "skontoPercentageDiscountedCalculated": percent,
        "skontoDuePeriod": f"{skonto.days}:day",
        "skontoDueDateCalculated": (bill.date + timedelta(days=skonto.days)).isoformat(),
        "skontoAmountToPay": rest,
        "skontoAmountToPayCalculated": rest,
        "skontoAmountDiscountedCalculated": amount_value(off, bill.notation.currency),
    }


def nothing(document: str, *, layout: str, quality: str, language: str = "de") -> Record:
    """Say that a document states nothing about a payment, and asks for none."""
    empty: Record = dict.fromkeys(HEADER)
    about = {"layout": layout, "quality": quality, "language": language}
    return {"document": document, **empty, "docType": "Other", **about, "lineItems": None, "skontoDiscounts": None}


def write_csv(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table with a header, UTF-8, Unix line ends, an empty cell for ``None``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(columns), extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object per line, with explicit ``null``."""
    lines = [json.dumps(dict(row), ensure_ascii=False, default=_refuse) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _refuse(value: object) -> str:
    kind = "a Decimal" if isinstance(value, Decimal) else type(value).__name__
    raise TypeError(f"The truth holds {kind} where the service's format is a string: {value!r}.")
