"""Canonical amounts, numbers and currencies.

The service writes amounts as ``12.30:EUR`` (page "amount" of its entities). Every other notation is read only when the
user has declared a locale: what ``1.234`` means cannot be guessed.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from gini_notebook.analysis.rules.normal_text import exact
from gini_notebook.notations import LONGEST, plain
from gini_notebook.notations import amount as read_amount
from gini_notebook.notations import number as read_number

# Digits after the decimal mark, where they are not two (ISO 4217, list one).
_MINOR_DIGITS = {
    code: digits
    for digits, codes in (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    )
    for code in codes.split()
}
# Spellings the service's feedback takes (page "currency" of its entities), and the pound for symmetry.
_CURRENCY_WORDS = {"€": "EUR", "EURO": "EUR", "$": "USD", "£": "GBP"}

_EXACT = Context(prec=4 * LONGEST, rounding=ROUND_HALF_UP)
_NORMAL_FORM = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]{2}:(?:EUR|USD|CHF|GBP)").fullmatch
_NORMAL_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]?[1-9])?").fullmatch
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch


def minor_digits(code: str) -> int:
    """Return how many digits the minor unit of a currency has; two where nothing else is known."""
    return _MINOR_DIGITS.get(code, 2)


def currency(value: str) -> str | None:
    """Return the ISO 4217 code (upper case), or None if this cannot be one."""
    word = exact(value).upper()
    word = _CURRENCY_WORDS.get(word, word)
    return word if _CURRENCY(word) else None


def number(value: str, locale: str | None) -> str | None:
    """Return the canonical decimal number: no plus, no leading or trailing zeros, never exponents."""
    if _NORMAL_NUMBER(value) and len(value) <= LONGEST:
        return value
    decimal = _decimal(exact(value), locale, local_first=True)
    return None if decimal is None else plain(decimal)


def integer(value: str) -> str | None:
    """Return the canonical whole number; ``2.0`` is one, ``2.5`` is not."""
    decimal = _decimal(exact(value), None, local_first=False)
    if decimal is None or decimal != decimal.to_integral_value():
        return None
    return plain(decimal)


def amount(value: str, default: str | None, locale: str | None) -> str | None:
    """Return ``number:currency``, rounded half up to the minor unit (as trade does); without a currency the number."""
    if _NORMAL_FORM(value) and len(value) <= LONGEST:
        return value
    parts = split(value, locale)
    return None if parts is None else _rounded(parts[0], parts[1] or default or "")


def amount_many(values: Sequence[str], default: str | None, locale: str | None) -> list[str | None]:
    """Return :func:`amount` of many values."""
    normal = _NORMAL_FORM
    return [value if len(value) <= LONGEST and normal(value) else amount(value, default, locale) for value in values]


def read(value: str, default: str | None, locale: str | None) -> str | None:
    """Return ``number:currency`` before rounding; a step of :func:`amount` for those who want to see it."""
    parts = split(value, locale)
    if parts is None:
        return None
    code = parts[1] or default or ""
    return f"{plain(parts[0])}:{code}" if code else plain(parts[0])


def _rounded(decimal: Decimal, code: str) -> str:
    if not code:
        return plain(decimal)
    cents = decimal.quantize(Decimal(1).scaleb(-minor_digits(code)), context=_EXACT)
    return f"{cents if cents else abs(cents):f}:{code}"


def split(value: str, locale: str | None) -> tuple[Decimal, str] | None:
    """Read an amount: its number and its currency (an empty string if it has none)."""
    text = exact(value)
    head, colon, tail = text.rpartition(":")
    if colon:
        code = currency(tail) if tail.strip() else ""
        decimal = _decimal(head.strip(), locale, local_first=False)
        return None if decimal is None or code is None else (decimal, code)
    if locale is None:
        decimal = _decimal(text, None, local_first=False)
        return None if decimal is None else (decimal, "")
    return _free(text, locale)


def _free(text: str, locale: str) -> tuple[Decimal, str] | None:
    return read_amount(text, locale) or (None if (decimal := _plain(text)) is None else (decimal, ""))


def _decimal(text: str, locale: str | None, *, local_first: bool) -> Decimal | None:
    """Read a number in the service's notation (decimal point) or the declared one, whichever comes first."""
    if len(text) > LONGEST:
        return None
    local = None if locale is None else read_number(text, locale)
    service = _plain(text)
    first, second = (local, service) if local_first else (service, local)
    return second if first is None else first


def _plain(text: str) -> Decimal | None:
    return Decimal(text) if len(text) <= LONGEST and _PLAIN(text) else None
