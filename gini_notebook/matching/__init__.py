"""Matching says which row of a truth table is which row of the extracted table."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """The present cells of one side, one entry per cell, in any order.

    Attributes
    ----------
    document
        Code of the table a cell belongs to (document, or document and group). Both sides use the same codes.
    row
        Row number as it stands in the table, 0 or more.
    column
        Code of the column.
    value
        Code of the canonical value; within a column equal codes mean typed-equal, on both sides alike.
    """

    document: IntArray
    row: IntArray
    column: IntArray
    value: IntArray


@dataclass(frozen=True, slots=True)
class RowMatching:
    """Which rows belong together.

    Attributes
    ----------
    row_extracted
        For every cell of the truth: the row number of the extracted row its row is paired with, or -1.
    row_truth
        For every extracted cell: the row number of the truth row its row is paired with, or -1.
    approximate
        Sorted codes of the documents that were too large to be solved exactly.
    """

    row_extracted: IntArray
    row_truth: IntArray
    approximate: IntArray


def match_rows(
    truth: Cells,
    extracted: Cells,
    values: Sequence[str],
    *,
    key: Collection[int] = (),
    order: Literal["content", "strict"] = "content",
    weights: Mapping[int, float] | None = None,
    equal: Callable[[IntArray, IntArray], BoolArray] | None = None,
) -> RowMatching:
    """Pair the rows of every document so that as many cells as possible are typed-equal."""
    raise NotImplementedError
