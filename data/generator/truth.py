"""The truth of a document, in the service's value formats, as it follows from the facts."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
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
    bank = bill.recipient.bank if _pays_to_account(bill) else None
    found: Record = {
        "document": document,
        "amountToPay": amount_value(bill.to_pay, bill.notation.currency) if bill.shows_amount else None,
        "iban": bank.iban if bank else None,
        "bic": bank.bic if bank and bill.shows_bic else None,
        "paymentRecipient": bill.recipient.name if bill.to_pay >= 0 else None,
        "paymentReference": bill.reference if _states_reference(bill) else None,
        "paymentPurpose": bill.purpose or None,
        "paymentDueDate": bill.due.isoformat() if bill.due else None,
        "docType": bill.doc_type,
        "invoiceId": bill.invoice_id or None,
        "invoiceDate": bill.date.isoformat() if bill.shows_date else None,
        "layout": bill.layout,
        "quality": quality,
        "language": bill.notation.language,
    }
    found["unlabelled"] = _unlabelled(bill)
    return found | _compounds(bill)


def _pays_to_account(bill: Bill) -> bool:
    return bool(bill.shows_account and bill.recipient.bank.iban and bill.to_pay >= 0)


def _states_reference(bill: Bill) -> bool:
    """Tell whether there is a payment reference of its own.

    By the service's documentation ("Specific extractions") slips and codes have one, while invoices have a purpose
    only, so the text in the code of an invoice is none.
    """
    return bool(bill.reference) and (bill.doc_type in {"RemittanceSlip", "PaymentQRCode"} or bill.qr == "swiss")


def _unlabelled(bill: Bill) -> list[str]:
    """Name the fields of which a careful reader could not say that the document holds nothing."""
    fields = []
    # The BIC follows from the IBAN, so that a service may well deliver one that is not on the page.
    if _pays_to_account(bill) and not bill.shows_bic:
        fields.append("bic")
    # Without a printed purpose, which numbers to quote, and how, is a matter of taste.
    if not bill.purpose:
        fields.append("paymentPurpose")
    # English invoices call the purpose "payment reference", and codes on invoices carry a text.
    if not _states_reference(bill) and (bill.reference or bill.notation.language == "en"):
        fields.append("paymentReference")
    # Who gets money back is not who sent the document, and the accounts on it may be of either.
    if bill.to_pay < 0:
        fields += ["iban", "bic", "paymentRecipient"]
    return fields


def _compounds(bill: Bill) -> Record:
    found: Record = {
        extra.label: amount_value(extra.amount, bill.notation.currency) for extra in bill.extras if extra.label
    }
    if bill.lists_items:
        found["lineItems"] = [_line_item(bill, item) for item in bill.items]
    found["skontoDiscounts"] = [_skonto(bill, skonto) for skonto in bill.skonto]
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
    return {"document": document, **empty, "docType": "Other", **about, "lineItems": [], "skontoDiscounts": []}


def write_csv(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table with a header, UTF-8, Unix line ends, an empty cell for ``None``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(columns), extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object per line; ``null`` where nothing is, no member where nobody could say."""
    lines = [json.dumps(_labelled(row), ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _labelled(row: Mapping[str, Any]) -> Record:
    left_out = {*row.get("unlabelled", ()), "unlabelled"}
    return {name: value for name, value in row.items() if name not in left_out}
