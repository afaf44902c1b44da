"""Amounts of money on a page."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gini_notebook.sandbox.reading.words import Area, Page, Row

_CODES = (
    *("EUR", "CHF", "GBP", "USD", "DKK", "SEK", "NOK", "PLN", "CZK"),
    *("HUF", "RON", "BGN", "JPY", "AUD", "CAD", "MYR", "INR", "DEM"),
)
_SIGNS = {
    "€": "EUR",
    "EURO": "EUR",
    "FR": "CHF",
    "SFR": "CHF",
    "£": "GBP",
    "$": "USD",
    "US$": "USD",
    "RM": "MYR",
    "₹": "INR",
    "ZŁ": "PLN",
}
_CURRENCIES = {code: code for code in _CODES} | _SIGNS
_SIGN = r"(?:€|EUR(?:O)?|CHF|S?Fr\.?|£|GBP|US\$|\$|USD|DKK|SEK|NOK|PLN|CZK|HUF|RON|BGN|JPY|AUD|CAD|RM|MYR|INR|₹|zł)"
_AMOUNT = re.compile(
    rf"""
    (?<![\w.,/'’-])
    (?:(?P<before>{_SIGN})\s{{0,3}})?
    (?P<minus>[-−–+]\s?)?
    (?:(?P<inner>€|\$|£)\s?)?
    (?P<number>
        \d{{1,3}}(?:(?P<group>[.,'’ \u00a0])\d{{3}})(?:(?P=group)\d{{3}})*(?:[.,]\d{{2}}|[.,][-–—]{{1,2}})?
      | \d+(?:[.,]\d{{2}}|[.,][-–—]{{1,2}})
    )
    (?P<after_minus>-(?![\w-]))?
    (?:\s?(?P<after>{_SIGN})(?![\w]))?
    (?![\w%‰]|[.,/]\d|\s?%)
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money in a row.

    ``start`` and ``end`` frame its digits; ``outer_start`` is where a sign or currency before them begins.
    """

    value: Decimal
    currency: str | None
    row: Row
    start: int
    end: int
    outer_start: int

    @property
    def area(self) -> Area:
        """Where it stands, without the sign of the currency beside it."""
        return self.row.area_of(self.start, self.end)

    @property
    def page(self) -> int:
        """The page, from 1."""
        return self.row.page


def amounts_in(row: Row) -> Iterator[Amount]:
    """Return the amounts of a row from left to right.

    German (``1.234,56``), English (``1,234.56``), Swiss (``1'234.56``, ``1 234.56``) and French (``1 234,56``)
    notations are told apart by the last separator: two digits after it are cents.
    """
    for match in _AMOUNT.finditer(row.text):
        sign = match["before"] or match["inner"] or match["after"]
        value = parse_number(match["number"])
        if value is None or ("." not in match["number"] and "," not in match["number"] and not sign):
            continue
        if match["group"] and not re.search(r"[.,](?:\d{2}|[-–—]+)$", match["number"]) and not sign:
            continue  # "1.234" may be a number of anything
        if (match["minus"] or "").strip() in {"-", "−", "–"} or match["after_minus"]:
            value = -value
        yield Amount(value, currency_of(sign), row, match.start("number"), match.end("number"), match.start())


def currency_of(sign: str | None) -> str | None:
    """Return the ISO 4217 code of a currency sign."""
    return _CURRENCIES.get((sign or "").upper().rstrip("."))


def parse_number(text: str) -> Decimal | None:
    """Read a number in German, English, Swiss or French notation.

    The last ``.`` or ``,`` followed by one or two digits or a dash is the decimal separator; everything else groups
    thousands. ``None`` when it is no number.

    Examples
    --------
    >>> parse_number("1.234,5"), parse_number("1,234.56"), parse_number("1’234.–")
    (Decimal('1234.5'), Decimal('1234.56'), Decimal('1234'))
    """
    compact = re.sub(r"[ \u00a0'’]", "", text)
    compact = re.sub(r"[.,][-–—]{1,2}$", "", compact)
    match = re.fullmatch(r"([\d.,]*?)(?:[.,](\d{1,2}))?", compact)
    if match is None or not compact:
        return None
    whole = re.sub(r"[.,]", "", match[1]) or "0"
    return Decimal(f"{whole}.{match[2]}") if match[2] else Decimal(whole)


def amount_text(value: Decimal, currency: str) -> str:
    """Return an amount in the service's normal form, such as ``12.30:EUR``."""
    return f"{value:.2f}:{currency}"


def main_currency(amounts: Sequence[Amount], pages: Sequence[Page]) -> str:
    """Return the currency that most amounts name, else the one that the text names most often, else EUR."""
    named = Counter(amount.currency for amount in amounts if amount.currency)
    if not named:
        texts = (word.text.strip("()[]:.,") for page in pages for word in page.words)
        named = Counter(_CURRENCIES[text] for text in texts if text in _CURRENCIES and text != "FR")
    return named.most_common(1)[0][0] if named else "EUR"
