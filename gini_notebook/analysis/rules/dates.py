"""Canonical dates and periods.

ISO 8601 is always read. Other notations are read only when the order of day and month has been declared.
"""

import re
from datetime import date

from gini_notebook.analysis.rules.normal_text import exact, folded
from gini_notebook.notations import day as read_day

_WITH_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:.*").fullmatch
_PERIOD = re.compile(r"([0-9]{1,9}) ?: ?([a-z]+)").fullmatch


def day(value: str, order: str | None) -> str | None:
    """Return the date as ``YYYY-MM-DD``; date-times count as their date.

    Years of two digits (declared order only) are those from 2000 to 2069.
    """
    text = (value if value.isascii() else exact(value)).strip()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        read = read_day(text, order) if order is not None or _WITH_TIME(text) else None
        return None if read is None else read.isoformat()


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
