"""From pages to the extractions of an answer."""

from typing import Any

from gini_notebook.sandbox.reading import accounts, totals
from gini_notebook.sandbox.reading.amounts import Amount, amount_text, amounts_in
from gini_notebook.sandbox.reading.found import Found, Scale
from gini_notebook.sandbox.reading.recipient import find_recipients
from gini_notebook.sandbox.reading.settings import Settings
from gini_notebook.sandbox.reading.words import Page

_LISTS = {
    "amountToPay": ("amount", "amounts"),
    "iban": ("iban", "ibans"),
    "bic": ("bic", "bics"),
    "paymentRecipient": ("companyname", "paymentRecipients"),
}
_MOST_CANDIDATES = 25


def extract(pages: list[Page], settings: Settings) -> dict[str, Any]:
    """Give extractions and candidates in the form of ``GET /documents/{id}/extractions``."""
    scale = Scale(pages, settings.dpi)
    amounts = [amount for page in pages for row in page.rows for amount in amounts_in(row)]
    ibans = accounts.find_ibans(pages)
    found = {
        "amountToPay": _amounts(amounts, pages),
        "iban": ibans,
        "bic": accounts.find_bics(pages) or _derived_bic(ibans),
        "paymentRecipient": find_recipients(pages),
    }
    extractions = {label: scale.extraction(*_entity(label, values)) for label, values in found.items() if values}
    candidates = {
        _LISTS[label][1]: [scale.extraction(_LISTS[label][0], one) for one in values[:_MOST_CANDIDATES]]
        for label, values in found.items()
        if values
    }
    return {"extractions": extractions, "candidates": candidates}


def _entity(label: str, values: list[Found]) -> tuple[str, Found, str]:
    entity, candidates = _LISTS[label]
    return entity, values[0], candidates


def _amounts(amounts: list[Amount], pages: list[Page]) -> list[Found]:
    currency = next((one.currency for one in amounts if one.currency), "EUR")
    return [
        Found(amount_text(one.value, one.currency or currency), one.page, one.area, score)
        for score, one in totals.rank(amounts, pages)
    ]


def _derived_bic(ibans: list[Found]) -> list[Found]:
    bic = accounts.bic_of(ibans[0].value) if ibans else ""
    return [Found(bic)] if bic else []
