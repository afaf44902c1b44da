"""Why two values differ (M17 of the metrics)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gini_notebook.rules._rule import Rule

IntArray = npt.NDArray[np.int64]

# In the order in which they are tried. A cause string is one of these, or one of these, a colon and details.
CAUSES = (
    "unparsed",
    "currency",
    "currency_missing",
    "sign",
    "factor",
    "minor unit",
    "one character",
    "truncated",
    "extended",
    "case or blank",
    "umlaut",
    "another field",
    "another row",
    "swapped day and month",
    "other",
)


@dataclass(frozen=True, slots=True)
class Slots:
    """All slots of the comparisons that have a truth, column by column, one entry per slot.

    Attributes
    ----------
    document, group, row, field
        Codes of document, group and field, and the row number; ``group_names`` and ``field_names`` spell them.
    truth
        Canonical truth.
    """

    document: IntArray
    group: IntArray
    row: IntArray
    field: IntArray
    truth: Sequence[str]
    group_names: Sequence[str]
    field_names: Sequence[str]


def elsewhere(slots: Slots, wrong: IntArray, extracted: Sequence[str]) -> tuple[list[str | None], list[int | None]]:
    """Look for what was extracted among the other truths of the same document.

    Parameters
    ----------
    slots
        Every slot with a truth.
    wrong
        Positions in ``slots`` of the wrong ones.
    extracted
        What was extracted there, canonical by the rule of its field; one per position in ``wrong``.

    Returns
    -------
    tuple
        For each wrong slot the name of another field whose truth it is (or None), and the number of another row of the
        same column whose truth it is (or None); to be handed to :func:`causes`.
    """
    raise NotImplementedError


def causes(
    rule: Rule,
    truth: Sequence[str],
    extracted: Sequence[str],
    parsed: Sequence[bool],
    *,
    other_fields: Sequence[str | None] | None = None,
    other_rows: Sequence[int | None] | None = None,
) -> list[str]:
    """Tell for pairs of canonical strings that are not typed-equal why they differ; the first cause that applies.

    Parameters
    ----------
    truth, extracted
        Canonical strings (``Rule.canonical_many``), pair by pair.
    parsed
        Whether both could be read by the rule.
    other_fields, other_rows
        From :func:`elsewhere`.
    """
    raise NotImplementedError


def cause(
    truth: str,
    extracted: str,
    rule: Rule,
    *,
    siblings: Mapping[str, str] | None = None,
    rows: Sequence[str] = (),
) -> str:
    """Tell why two values (as delivered) differ; an empty string if they do not.

    Parameters
    ----------
    siblings
        Truth of the other fields of the document, by field.
    rows
        Truth of the same column in the other rows.
    """
    raise NotImplementedError
