"""Small things that messages for people share."""

import math
import operator
import os
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Of an account number four characters at each end leave enough in the dark.
_LONG = 15


def printable(text: str) -> str:
    r"""Return a text from outside in the one form that is printed, logged and shown: on one line, without effect.

    What has no form of its own is written as an escape: control characters, which clear a terminal or change its
    title; format characters, which turn the direction of what follows around or are not seen at all; separators of
    lines; halves of characters.

    Examples
    --------
    >>> printable("invoice\x1b[2J\u202efdp.exe")
    'invoice\\x1b[2J\\u202efdp.exe'
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or unicodedata.category(one) == "Zs" else _escape(one) for one in text)


def printable_lines(text: str) -> str:
    """Return a text of ours, perhaps of several lines, with whatever got into it in the form of :func:`printable`."""
    return "\n".join(map(printable, text.split("\n")))


def printable_frame(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table to be shown, with its names and texts in the form of :func:`printable`; numbers stay numbers."""
    shown = frame.map(lambda cell: printable(cell) if isinstance(cell, str) else cell)
    return shown.rename(columns=lambda name: printable(str(name)))


def sentence(text: str) -> str:
    """Return a message on one line, in the form of :func:`printable`."""
    return printable(" ".join(text.split("\n")))


def _escape(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a file's name that is no text, as Python keeps it
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def some(names: Sequence[str]) -> str:
    """Name up to three, and say that there are more."""
    return ", ".join(map(printable, names[:3])) + (", …" if len(names) > 3 else "")


def probability(value: float) -> str:
    """Write a p-value: one that is smaller than its last digit is not 0.

    Examples
    --------
    >>> probability(0.0314), probability(0.0004), probability(float("nan"))
    ('0.031', '< 0.001', 'n/a')
    """
    if math.isnan(value):
        return "n/a"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def shown_of(count: int, most: int) -> int:
    """Return how many of a list are shown: never all but one, since the line that says so could name that one.

    Examples
    --------
    >>> shown_of(6, 6), shown_of(7, 6), shown_of(8, 6)
    (6, 7, 6)
    """
    return count if count <= most + 1 else most


def as_text(name: str | bytes) -> str:
    """Return a name of a file, or a sentence with one in it, as text that can be written; it need not be UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def described(given: object) -> str:
    """Describe an argument by its type and length, never by its value: it may be content of a document."""
    name = type(given).__name__
    named = f"an {name}" if name[:1].lower() in "aeio" else f"a {name}"
    match given:
        case None:
            return "None"
        case str():
            return f"a text of {len(given)} characters"
        case bytes() | bytearray():
            return f"{len(given)} bytes"
        case list() | tuple() | set() | frozenset() | dict():
            return f"{named} of {len(given)}"
        case _:
            return named


def masked(value: str) -> str:
    """Return so much of a value that who knows it recognizes it, and nobody else learns it.

    Examples
    --------
    >>> masked("DE25500105170648489890"), masked("Gini Müller GmbH"), masked("12")
    ('DE25…9890', 'G… M… G…', '1…')
    """
    words = value.split()
    joined = "".join(words)
    if len(joined) >= _LONG and joined.isalnum() and any(map(str.isdigit, joined)):
        return f"{joined[:4]}…{joined[-4:]}"
    return " ".join(f"{word[0]}…" for word in words)


def whole_number(given: object, at_least: int) -> int | None:
    """Return a whole number of any type that is one (NumPy's, too), or None if it is none or too small."""
    if isinstance(given, bool):
        return None
    try:
        number = operator.index(given)  # type: ignore[arg-type]  # what has no index raises
    except TypeError:
        return None
    return number if number >= at_least else None


def shown_number(given: object) -> str:
    """Show an argument that should be a number: a number as it is, anything else by :func:`described`."""
    return repr(given) if isinstance(given, int | float) and not isinstance(given, bool) else described(given)


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: what is missing, undefined or without end is null, what JSON does not know a text.

    Examples
    --------
    >>> json_value({"f1": float("nan"), "of": (1, 2)})
    {'f1': None, 'of': [1, 2]}
    """
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | str | int) else None if _is_missing(value) else str(value)


def _is_missing(value: Any) -> bool:
    from pandas import isna

    return value is None or bool(isna(value))
