"""From pages to the extractions of an answer."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gini_notebook.sandbox.reading import accounts, dates, doc_type, qr, totals
from gini_notebook.sandbox.reading.amounts import Amount, amount_text, amounts_in, main_currency
from gini_notebook.sandbox.reading.gross_prices import find_line_items
from gini_notebook.sandbox.reading.recipient import find_recipients
from gini_notebook.sandbox.reading.references import find_references
from gini_notebook.sandbox.reading.settings import Settings
from gini_notebook.sandbox.reading.skonto import Terms, find_skonto
from gini_notebook.sandbox.reading.words import Found, Page, Scale, well_formed

_CANDIDATES = {
    "amountToPay": "amounts",
    "iban": "ibans",
    "bic": "bics",
    "paymentRecipient": "paymentRecipients",
    "paymentDueDate": "dates",
}
_ENTITIES = {
    "amountToPay": "amount",
    "iban": "iban",
    "bic": "bic",
    "paymentRecipient": "companyname",
    "paymentPurpose": "text",
    "paymentReference": "reference",
    "paymentDueDate": "date",
    "docType": "doctype",
    "businessDocType": "businessdoctype",
    "paymentState": "paymentstate",
    "instantPayment": "text",
}
_MOST_CANDIDATES = 30
_LEAST = {
    "paymentRecipient": 0.0,  # a name with less is more likely the receiver of the goods
    "amountToPay": 2.0,  # an amount with less is any amount
}


@dataclass(frozen=True, slots=True)
class _Code:
    """A payment QR code on a page, as values that stand where the code is."""

    payment: qr.Payment
    page: int
    area: Any

    def found(self, value: str) -> Found:
        return Found(value, self.page, self.area, 100.0)


def extract(pages: list[Page], settings: Settings, today: datetime.date) -> dict[str, Any]:
    """Return everything that was found, in the form of ``GET /documents/{id}/extractions``.

    Parameters
    ----------
    pages
        The pages of the document.
    settings
        Settings of the engine.
    today
        The day from which remaining days of a discount are counted.
    """
    simple = settings.engine == "keywords-only"
    code = None if simple else _code(pages)
    amounts = [amount for page in pages for row in page.rows for amount in amounts_in(row)]
    all_dates = dates.find_dates(pages)
    lists = {
        "amountToPay": _amounts(amounts, pages, code, simple=simple),
        "iban": accounts.find_ibans(pages),
        "bic": accounts.find_bics(pages),
        "paymentRecipient": find_recipients(pages, labelled_only=simple),
        "paymentDueDate": dates.due_dates(all_dates, pages, labels_only=simple),
    }
    if code:
        lists = {label: _with_code(values, code, label) for label, values in lists.items()}
    lists["bic"] = _matching_bic(lists["iban"], lists["bic"])
    chosen = {
        label: values[0] for label, values in lists.items() if values and values[0].score > _LEAST.get(label, -99.0)
    }
    lists["paymentDueDate"] += [dates.found(date) for date in all_dates]
    issued = dates.issue_date(all_dates, pages)
    chosen |= _others(pages, code, chosen, None if simple else dates.due_after_days(pages, issued))
    answer = answer_of(chosen, lists, Scale(pages, settings.dpi))
    terms = Terms(chosen.get("amountToPay"), issued, today)
    scale = Scale(pages, settings.dpi)
    compounds = {
        "lineItems": find_line_items(pages, amounts, _currency(chosen), scale),
        "skontoDiscounts": find_skonto(pages, terms, scale),
    }
    if any(compounds.values()):
        answer["compoundExtractions"] = {name: rows for name, rows in compounds.items() if rows}
    return answer


def _currency(chosen: Mapping[str, Found]) -> str:
    return chosen["amountToPay"].value.split(":")[1] if "amountToPay" in chosen else "EUR"


def extract_payment(payment: qr.Payment, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a QR code that was uploaded as such; nothing stands anywhere, so there are no boxes.

    Parameters
    ----------
    payment
        What the code says.
    data
        What the sender understood; it fills what the code leaves open.
    """
    values = {
        "iban": payment.iban,
        "paymentRecipient": payment.recipient,
        "amountToPay": payment.amount,
        "bic": payment.bic,
        "paymentReference": payment.reference,
        "paymentPurpose": payment.purpose,
    }
    values = {label: value or well_formed(str(data.get(label) or "")) for label, value in values.items()}
    values["paymentReference"] = values["paymentReference"] or values["paymentPurpose"]
    values["bic"] = values["bic"] or accounts.bic_of(values["iban"])
    values |= {"docType": "PaymentQRCode", "instantPayment": str(payment.instant).lower()}
    chosen = {label: Found(value) for label, value in values.items() if value}
    lists = {label: [chosen[label]] for label in _CANDIDATES if label in chosen}
    return answer_of(chosen, lists, Scale([], 72.0))


def answer_of(chosen: Mapping[str, Found], lists: Mapping[str, Sequence[Found]], scale: Scale) -> dict[str, Any]:
    """Return values and their candidates in the form of ``GET /documents/{id}/extractions``.

    Parameters
    ----------
    chosen
        The value of each label.
    lists
        The candidates of some of them.
    scale
        Unit of the boxes.
    """
    return {
        "extractions": {
            label: scale.extraction(_ENTITIES[label], found, _CANDIDATES.get(label, "") if lists.get(label) else "")
            for label, found in chosen.items()
        },
        "candidates": {
            _CANDIDATES[label]: [scale.extraction(_ENTITIES[label], one) for one in values[:_MOST_CANDIDATES]]
            for label, values in lists.items()
            if values
        },
    }


def _code(pages: Sequence[Page]) -> _Code | None:
    """Return the first payment QR code that names an account."""
    for page in pages:
        for symbol in page.symbols:
            payment = qr.understand(symbol.text)
            if payment is not None and payment.iban:
                return _Code(payment, page.number, symbol.area)
    return None


def _amounts(amounts: Sequence[Amount], pages: Sequence[Page], code: _Code | None, *, simple: bool) -> list[Found]:
    currency = main_currency(amounts, pages)
    hint = Decimal(code.payment.amount.split(":")[0]) if code and code.payment.amount else None
    return [
        Found(amount_text(one.value, one.currency or currency), one.page, one.area, score)
        for score, one in totals.rank(amounts, pages, hint=hint, labels_only=simple)
    ]


def _with_code(values: list[Found], code: _Code, label: str) -> list[Found]:
    """Put what a QR code says first: where it is printed too, else where the code is."""
    value = {
        "iban": code.payment.iban,
        "bic": code.payment.bic,
        "amountToPay": code.payment.amount,
        "paymentRecipient": code.payment.recipient,
    }.get(label, "")
    if not value:
        return values
    printed = [one for one in values if one.value.casefold() == value.casefold()]
    first = printed[0] if printed else code.found(value)
    return [first, *(one for one in values if one is not first)]


def _matching_bic(ibans: Sequence[Found], bics: list[Found]) -> list[Found]:
    """Put the BIC first that belongs to the chosen IBAN, or derive it where none is printed."""
    if not ibans:
        return bics
    derived = accounts.bic_of(ibans[0].value)
    same = [one for one in bics if one.value[:8] == derived[:8]]
    near = [one for one in bics if one.page == ibans[0].page]
    first = (same or near or bics or [Found(derived)])[0]
    return [first, *(one for one in bics if one is not first)] if first.value else bics


def _others(
    pages: Sequence[Page], code: _Code | None, chosen: Mapping[str, Found], due: Found | None
) -> dict[str, Found]:
    """Return the labels without candidates, and a computed due date where none is printed."""
    kind = doc_type.doc_type(pages, qr=code is not None) if pages else ""
    payment = code.payment if code else qr.Payment("")
    if code and kind == "PaymentQRCode":  # here the service calls any text of the transfer a reference
        payment = replace(payment, reference=payment.reference or payment.purpose)
    references = find_references(pages, slip=doc_type.has_slip(pages))
    credit = doc_type.is_credit(pages) or chosen.get("amountToPay", Found("")).value.startswith("-")
    others: dict[str, Found | None] = {
        "docType": Found(kind),
        "paymentPurpose": code.found(payment.purpose) if code and payment.purpose else references.payment_purpose(),
        "paymentReference": code.found(payment.reference) if code and payment.reference else references.reference,
    }
    if kind in {"Invoice", "Reminder"}:
        others["businessDocType"] = Found("CreditNote" if credit else "Invoice")
    if "amountToPay" in chosen and kind != "Other":
        others["paymentState"] = Found("" if credit else doc_type.payment_state(pages))
    if "iban" in chosen:
        others["instantPayment"] = Found(str(payment.instant).lower())
    if "paymentDueDate" not in chosen and kind != "Other":
        others["paymentDueDate"] = due
    return {label: found for label, found in others.items() if found is not None and found.value}
