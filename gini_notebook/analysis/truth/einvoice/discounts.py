"""Discounts for early payment (Skonto), and the date by which the whole amount is due."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from gini_notebook.analysis.truth.einvoice.prices import cents

SKONTO = "skontoDiscounts"

# The notation of XRechnung for BT-20, one per line: #SKONTO#TAGE=14#PROZENT=2.25#BASISBETRAG=100.00#.
_NOTATION = re.compile(
    r"#SKONTO#TAGE=([0-9]{1,4})#PROZENT=([0-9]{1,2}\.[0-9]{1,4})#(?:BASISBETRAG=(-?[0-9]{1,12}\.[0-9]{2})#)?"
)
_DAYS = {"DAY": 1, "WEE": 7}  # UN/ECE Recommendation 20
_LONGEST = 3660  # days


class Discount(NamedTuple):
    """A discount as an e-invoice states it; what it does not state is ``None``.

    Attributes
    ----------
    percent
        How many percent less are to be paid. 0 is a term of payment without discount.
    days
        Within how many days after ``start`` (by default the date of the invoice).
    until
        The last day of the discount, where it is stated as a date.
    basis
        The amount the percentage is of; by default the amount to pay.
    off
        How much less is to be paid.
    """

    percent: Decimal | None = None
    days: int | None = None
    start: date | None = None
    until: date | None = None
    basis: Decimal | None = None
    off: Decimal | None = None

    def deadline(self, issued: date | None) -> date | None:
        """Return the last day, counted from the date of the invoice where no other start is stated."""
        start = self.start or issued
        if self.until is not None or start is None or self.days is None:
            return self.until
        try:
            return start + timedelta(days=self.days)
        except OverflowError:  # the date of the invoice stands for none, such as 9999-12-31
            return None


class Terms(NamedTuple):
    """Terms of payment: discounts, and the date the whole amount is due."""

    discounts: list[Discount]
    due: date | None


def terms_of(stated: Iterable[Discount], due: date | None, issued: date | None) -> Terms:
    """Part discounts from terms without one, which say when the whole is due if nothing else does."""
    stated = list(stated)
    discounts = [one for one in stated if one.percent or (one.percent is None and one.off)]
    without = (one.deadline(issued) for one in stated if one.percent == 0)
    return Terms(discounts, due or next((day for day in without if day), None))


def noted(content: str | None) -> list[Discount]:
    """Return the terms that are written in the notation of XRechnung; whatever else the text says is not read."""
    return [
        Discount(Decimal(percent), int(days), basis=Decimal(basis) if basis else None)
        for days, percent, basis in _NOTATION.findall(content or "")
    ]


def in_days(measure: Decimal | None, unit: str | None) -> int | None:
    """Return a period of days or weeks in days; others have no fixed length."""
    length = _DAYS.get(unit or "DAY")
    if measure is None or length is None or measure != int(measure) or not 0 <= measure * length <= _LONGEST:
        return None
    return int(measure) * length


def discount_amounts(discount: Discount, payable: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Return how much less, and how much then is to be paid, rounded to cents."""
    basis, off = discount.basis if discount.basis is not None else payable, discount.off
    if off is None and basis is not None and discount.percent is not None:
        off = cents(basis * discount.percent / 100)
    return off, None if off is None or payable is None else payable - off
