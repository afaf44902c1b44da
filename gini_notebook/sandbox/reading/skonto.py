"""Discounts for early payment (Skonto) that are printed in the terms of payment."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gini_notebook.sandbox.reading.amounts import amount_text, parse_number
from gini_notebook.sandbox.reading.dates import dates_in
from gini_notebook.sandbox.reading.found import Found, Scale, found_in
from gini_notebook.sandbox.reading.words import Page, Row

_WORD = re.compile(r"skonto|escompte|sconto|early payment discount|cash discount|korting voor contant", re.IGNORECASE)
_NONE = re.compile(
    r"(?:kein|ohne|no|nicht|pas d)\w*\b.{0,30}(?:skonto|escompte|sconto)|skonto\w*\b.{0,25}(?:nicht|kein)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s?(?:%|v\.\s?h\.|prozent)", re.IGNORECASE)
_DAYS = re.compile(r"(\d{1,3})\s?(?:kalender)?(?:tage?n?|days|jours|dagen|giorni)\b", re.IGNORECASE)
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
    """Give a row of ``skontoDiscounts`` for each discount in the terms of payment.

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
    """Read the discount of a row that speaks of one; days or date may stand on a neighbouring row."""
    if not _WORD.search(row.text) or _NONE.search(row.text):
        return None
    neighbours = [row, *page.rows[row.index + 1 : row.index + 2], *page.rows[max(row.index - 1, 0) : row.index]]
    percents = [(one, match) for one in neighbours[:1] for match in _PERCENT.finditer(one.text)]
    if not percents:
        return None
    line, match = percents[0]
    percent = parse_number(match[1][:5].rstrip("0") if "," in match[1] or "." in match[1] else match[1])
    if percent is None or not 0 < percent <= 15:
        return None
    days = next(((one, hit) for one in neighbours for hit in _DAYS.finditer(one.text)), None)
    due = next((date for one in neighbours[:1] for date in dates_in(one)), None)
    return _Discount(
        found_in(line, match.start(1), match.end(1), f"{float(percent):.1f}"),
        found_in(days[0], days[1].start(), days[1].end(), f"{int(days[1][1])}:day") if days else None,
        found_in(due.row, due.start, due.end, due.value.isoformat()) if due else None,
    )


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
