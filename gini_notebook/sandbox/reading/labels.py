"""The words around a value that say what it is."""

import re
from collections.abc import Sequence

from gini_notebook.sandbox.reading.words import Area, Row

_LETTERS = re.compile(r"[^\W\d_]{2}")
_GAP = re.compile(r"\s{3,}")
_NUMBER = re.compile(r"\d[.,]\d{2}(?!\d)|\d{3}")
_NEAR = 15  # rows
_REACH = 60.0  # points that a heading may stand above its column


def rows_above(rows: Sequence[Row], index: int) -> Sequence[Row]:
    """Return the next rows above a row, the nearest first; few enough that crowded pages take no time."""
    return rows[max(index - _NEAR, 0) : index][::-1]


def left_of(row: Row, start: int) -> str:
    """Return the nearest phrase with letters to the left of a value, on the same row.

    Parameters
    ----------
    row
        The row of the value.
    start
        Where the value starts in the row's text.
    """
    for phrase in reversed(_GAP.split(row.text[:start])):
        if _LETTERS.search(phrase):
            return phrase.strip()
    return ""


def above(area: Area, rows: Sequence[Row], index: int) -> str:
    """Return the text of :func:`heading`, or an empty text where there is none."""
    found = heading(area, rows, index)
    return found.text if found else ""


def heading(area: Area, rows: Sequence[Row], index: int) -> Row | None:
    """Return the nearest phrase with letters above a value, in its column, unless it labels a number beside it.

    Parameters
    ----------
    area
        Where the value stands.
    rows
        All rows of the page.
    index
        The row of the value.
    """
    for row in rows_above(rows, index):
        if area.top - row.area.bottom > _REACH:
            break
        for phrase in row.phrases:
            if phrase.area.left < area.right and phrase.area.right > area.left and _LETTERS.search(phrase.text):
                beside = " ".join(one.text for one in row.words if one.area.left > phrase.area.right)
                return None if _NUMBER.search(beside) else phrase
    return None


def sentence_before(row: Row, start: int, rows: Sequence[Row]) -> str:
    """Return the text that runs up to a value: its own phrase, and the line before where a sentence wraps.

    Parameters
    ----------
    row
        The row of the value.
    start
        Where the value starts in the row's text.
    rows
        All rows of the page.
    """
    phrase = _GAP.split(row.text[:start])[-1]
    left = row.word_at(start - len(phrase)).area.left if phrase else row.word_at(start).area.left
    if len(phrase.split()) > 3 or row.index == 0:
        return phrase.strip()
    for line in reversed(rows[max(row.index - 2, 0) : row.index]):
        for one in line.phrases:
            if abs(one.area.left - left) < 12 and row.area.top - line.area.bottom < 1.2 * (
                row.area.bottom - row.area.top
            ):
                return f"{one.text} {phrase}".strip()
    return phrase.strip()
