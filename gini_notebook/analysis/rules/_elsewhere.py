"""Whether a wrong value is right somewhere else in the document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gini_notebook.analysis.rules._text import in_one_sweep

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of the comparisons that have a truth, column by column, one entry per slot.

    Attributes
    ----------
    document, group, row, field
        Codes of document, group and field, and the row number.
    truth
        Canonical truth.
    groups, fields
        What the codes of groups and fields stand for; the group of header fields is ``""``.
    """

    document: IntArray
    group: IntArray
    row: IntArray
    field: IntArray
    truth: Sequence[str | None]
    groups: Sequence[str]
    fields: Sequence[str]


def caseless_many(values: Sequence[str]) -> list[str]:
    """Level the case of many values, as :func:`elsewhere` does to look them up."""
    return in_one_sweep(values, str.lower, str.lower)


def elsewhere(slots: Slots, wrong: IntArray, extracted: Sequence[str]) -> tuple[list[str | None], list[int | None]]:
    """Look up what was wrongly extracted among the other truths of the same document.

    Parameters
    ----------
    slots
        Every slot that has a truth.
    wrong
        Positions in ``slots`` of the wrong ones.
    extracted
        What was extracted there, canonical by the rule of its field; one per position in ``wrong``.

    Returns
    -------
    tuple of two lists
        For each wrong slot: the name of the other field whose truth was extracted, or None (header fields come before
        cells of the same row; a cell met from a header field is named ``lineItems.baseGross``); and the number of the
        other row whose cell in the same column was extracted, or None. For :func:`gini_notebook.analysis.rules.causes`.
    """
    # Rules differ in whether they fold case; a reference found in a text is found all the same.
    wanted = {text.lower() for text in extracted}
    places: dict[tuple[int, str], list[int]] = {}
    documents = slots.document.tolist()
    for position, text in enumerate(slots.truth):
        if text is not None and (folded := text.lower()) in wanted:
            places.setdefault((documents[position], folded), []).append(position)
    names: list[str | None] = []
    rows: list[int | None] = []
    for position, text in zip(wrong.tolist(), extracted, strict=True):
        found = places.get((documents[position], text.lower()))
        names.append(_field(slots, position, found) if found else None)
        rows.append(_row(slots, position, found) if found else None)
    return names, rows


def _field(slots: Slots, position: int, found: Sequence[int]) -> str | None:
    group, row, field = slots.group[position], slots.row[position], slots.field[position]
    header = slots.groups[group] == ""
    best: tuple[int, str] | None = None
    for place in found:
        name = slots.fields[slots.field[place]]
        if slots.groups[slots.group[place]] == "":
            if header and slots.field[place] == field:
                continue
            rank = (0, name)
        elif slots.group[place] == group and slots.row[place] == row and slots.field[place] != field:
            rank = (1, name)
        elif header:
            rank = (2, f"{slots.groups[slots.group[place]]}.{name}")
        else:
            continue
        best = rank if best is None else min(best, rank)
    return None if best is None else best[1]


def _row(slots: Slots, position: int, found: Sequence[int]) -> int | None:
    group, row, field = slots.group[position], slots.row[position], slots.field[position]
    same = [
        int(slots.row[place])
        for place in found
        if slots.group[place] == group and slots.field[place] == field and slots.row[place] != row
    ]
    return min(same, default=None)
