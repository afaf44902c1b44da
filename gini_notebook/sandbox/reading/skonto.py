"""Discounts for early payment (Skonto) that are printed in the terms of payment."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gini_notebook.sandbox.reading.amounts import amount_text
from gini_notebook.sandbox.reading.dates import dates_in
from gini_notebook.sandbox.reading.words import Found, Page, Row, Scale, found_in

_WORD = re.compile(r"skonto|escompte|sconto|early payment discount|cash discount|korting voor contant", re.IGNORECASE)
_NONE = re.compile(
    r"(?:kein|ohne|no|nicht|pas d)\w*\b.{0,30}(?:skonto|escompte|sconto)|skonto\w*\b.{0,25}(?:nicht|kein)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s?(?:%|v\.\s?h\.|prozent)", re.IGNORECASE)
_DAYS = re.compile(r"(\d{1,3})\s?(?:kalender)?(?:tage?n?|days|jours|dagen|giorni)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.;!]\s+(?=[A-ZÄÖÜ])")
_HIGHEST = 15  # percent; more is no discount for early payment
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a discount is computed from: amount to pay, date of the document, the present day."""

    amount: Found | None
    issued: datetime.date | None
    today: datetime.date


@dataclass(frozen=True, slots=True)
class _Discount:
    percent: Found
    days: Found | None
    due: Found | None


def find_skonto(pages: Sequence[Page], terms: Terms, scale: Scale) -> list[dict[str, Any]]:
    """Return a row of ``skontoDiscounts`` for each discount in the terms of payment.

    Members with ``Calculated`` in their name are computed, as the service does; they have no box.

    Parameters
    ----------
    pages
        The pages of the document.
    terms
        What the discount is computed from.
    scale
        Unit of the boxes.
    """
    rows, seen = [], set()
    for page in pages:
        for row in page.rows:
            discount = _discount(page, row)
            if discount is None or discount.percent.value in seen:
                continue
            seen.add(discount.percent.value)
            rows.append(_answer(discount, terms, scale))
    return rows


def _discount(page: Page, row: Row) -> _Discount | None:
    """Read the discount of a sentence that speaks of one; the days may stand on a neighbouring row."""
    for start, end in _sentences(row.text):
        text = row.text[start:end]
        percent = _PERCENT.search(text)
        if not _WORD.search(text) or _NONE.search(text) or percent is None:
            continue
        value = Decimal(percent[1].replace(",", "."))
        if not 0 < value <= _HIGHEST:
            continue
        days = next(_days_in(row, start, end), None)
        due = next((date for date in dates_in(row) if start <= date.start < end), None)
        if days is None and due is None:
            neighbours = page.rows[row.index + 1 : row.index + 2] + page.rows[max(row.index - 1, 0) : row.index]
            days = next((one for other in neighbours for one in _days_in(other, 0, len(other.text))), None)
        return _Discount(
            found_in(row, start + percent.start(1), start + percent.end(1), f"{float(value):.1f}"),
            days,
            found_in(row, due.start, due.end, due.value.isoformat()) if due else None,
        )
    return None


def _sentences(text: str) -> list[tuple[int, int]]:
    """Return start and end of the sentences of a row."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def _days_in(row: Row, start: int, end: int) -> Iterator[Found]:
    for match in _DAYS.finditer(row.text, start, end):
        yield found_in(row, match.start(), match.end(), f"{int(match[1])}:day")


def _answer(discount: _Discount, terms: Terms, scale: Scale) -> dict[str, Any]:
    percent = Decimal(discount.percent.value)
    row = {
        "skontoPercentageDiscounted": scale.extraction("numeric", discount.percent),
        "skontoPercentageDiscountedCalculated": scale.extraction("numeric", Found(discount.percent.value)),
        "skontoPaymentMethod": scale.extraction("text", Found("Unspecified")),
    }
    if discount.days:
        row["skontoDuePeriod"] = scale.extraction("timeperiod", discount.days)
    if discount.due:
        row["skontoDueDate"] = scale.extraction("date", discount.due)
    due = _due(discount, terms)
    if due is not None:
        row["skontoDueDateCalculated"] = scale.extraction("date", Found(due.isoformat()))
        row["skontoRemainingDays"] = scale.extraction("numeric", Found(str((due - terms.today).days)))
    if terms.amount is not None:
        number, _, currency = terms.amount.value.partition(":")
        off = (Decimal(number) * percent / 100).quantize(_CENT, ROUND_HALF_UP)
        row["skontoAmountDiscountedCalculated"] = scale.extraction("amount", Found(amount_text(off, currency)))
        row["skontoAmountToPayCalculated"] = scale.extraction(
            "amount", Found(amount_text(Decimal(number) - off, currency))
        )
    return row


def _due(discount: _Discount, terms: Terms) -> datetime.date | None:
    if discount.due is not None:
        return datetime.date.fromisoformat(discount.due.value)
    if discount.days is not None and terms.issued is not None:
        return terms.issued + datetime.timedelta(days=int(discount.days.value.split(":")[0]))
    return None
