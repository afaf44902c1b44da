"""Canonical dates and periods.

ISO 8601 is always read. Other notations are read only when the order of day and month has been declared.
"""

import re
from datetime import date

from gini_notebook.analysis.rules.normal_text import exact, folded

_NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})").fullmatch
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.? ?([^\W\d_]+)\.? ?([0-9]{4})").fullmatch
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? ?([0-9]{1,2}),? ?([0-9]{4})").fullmatch
_PERIOD = re.compile(r"([0-9]{1,9}) ?: ?([a-z]+)").fullmatch

# The service's feedback takes German month names (page "date" of its entities); English ones are added.
_MONTHS = {
    word: 1 + index
    for index, words in enumerate(
        (
            "januar january jänner jan",
            "februar february feber feb",
            "märz march mär mrz mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        )
    )
    for word in words.split()
}


def day(value: str, order: str | None) -> str | None:
    """Return the date as ``YYYY-MM-DD``; years of two digits (declared order only) are those of this century."""
    text = value if value.isascii() else exact(value)
    try:
        read = date.fromisoformat(text.strip())
    except ValueError:
        return None if order is None else _ordered(folded(exact(text)), order)
    return read.isoformat()


def _ordered(text: str, order: str) -> str | None:
    if match := _NUMBERS(text):
        first, _, second, year = match.groups()
        days, month = (first, second) if order == "dmy" else (second, first)
        return _iso(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(days))
    if order == "dmy" and (match := _DAY_FIRST(text)):
        return _iso(int(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
    if order == "mdy" and (match := _MONTH_FIRST(text)):
        return _iso(int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))
    return None


def _iso(year: int, month: int, days: int) -> str | None:
    try:
        return date(year, month, days).isoformat()
    except ValueError:
        return None


def swapped(value: str) -> str | None:
    """Return the canonical date with day and month exchanged, if there is such a day."""
    return _iso(int(value[:4]), int(value[8:10]), int(value[5:7]))


def period(value: str) -> str | None:
    """Return a period as the service writes it, ``10:day``."""
    match = _PERIOD(folded(exact(value)))
    return None if match is None else f"{int(match[1])}:{match[2]}"
