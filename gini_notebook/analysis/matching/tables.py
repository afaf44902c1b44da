"""From cells to rows: one line of value codes per row."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gini_notebook.errors import SettingError

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ABSENT = -1


@dataclass(frozen=True, slots=True)
class Cells:
    """The present cells of one side, one entry per cell, in any order.

    Attributes
    ----------
    document
        Code of the table a cell belongs to (a document, or one compound of it). Both sides use the same codes.
    row
        Row number as it stands in the table, 0 or more.
    column
        Code of the column.
    value
        Code of the canonical value, 0 or more; within a column equal codes mean typed-equal, on both sides alike.

    Raises
    ------
    SettingError
        If the four are not of the same length, or a row number is negative.
    """

    document: IntArray
    row: IntArray
    column: IntArray
    value: IntArray

    def __post_init__(self) -> None:
        lengths = {len(self.document), len(self.row), len(self.column), len(self.value)}
        if len(lengths) > 1:
            message = f"document, row, column and value must be of one length; they have {sorted(lengths)} entries."
            raise SettingError(message)
        if self.row.min(initial=0) < 0:
            message = f"Row numbers must be 0 or more; there is a {int(self.row.min())}."
            raise SettingError(message)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one side, sorted by document and row number.

    Attributes
    ----------
    document, number
        Document and row number of each row.
    place
        Position of each row in its document, counted from 0.
    siblings
        Number of rows of its document on this side.
    columns
        For each column the value codes of all rows; :data:`ABSENT` where there is no cell.
    of_cell
        For each cell (in the order they came) the row it belongs to.
    """

    document: IntArray
    number: IntArray
    place: IntArray
    siblings: IntArray
    columns: list[IntArray]
    of_cell: IntArray


def rows_of(cells: Cells, columns: IntArray) -> Rows:
    """Lay cells out as rows; ``columns`` are the column codes of both sides, sorted."""
    order = np.lexsort((cells.row, cells.document))
    document, number = cells.document[order], cells.row[order]
    first = _first(document) | _first(number)
    of_cell = np.empty(len(order), np.int64)
    of_cell[order] = np.cumsum(first) - 1
    document, number = document[first], number[first]
    starts = np.flatnonzero(_first(document))
    sizes = np.diff(starts, append=len(document))
    lines = [np.full(len(document), ABSENT, np.int64) for _ in columns]
    for line, code in zip(lines, columns, strict=True):
        here = cells.column == code
        line[of_cell[here]] = cells.value[here]
    return Rows(
        document,
        number,
        place=np.arange(len(document)) - np.repeat(starts, sizes),
        siblings=np.repeat(sizes, sizes),
        columns=lines,
        of_cell=of_cell,
    )


def _first(sorted_codes: IntArray) -> BoolArray:
    first = np.ones(len(sorted_codes), np.bool_)
    first[1:] = sorted_codes[1:] != sorted_codes[:-1]
    return first


def blocks_of(truth: Rows, extracted: Rows, columns: IntArray, key: Collection[int]) -> tuple[IntArray, IntArray]:
    """Number the blocks within which rows may be paired: documents, cut by the values of the key columns."""
    wanted = [place for place, code in enumerate(columns.tolist()) if code in key]
    block = np.concatenate([truth.document, extracted.document])
    for place in wanted:
        values = np.concatenate([truth.columns[place], extracted.columns[place]])
        _, block = np.unique(block, return_inverse=True)
        _, values = np.unique(values, return_inverse=True)
        block = block * (int(values.max(initial=0)) + 1) + values
    return block[: len(truth.document)], block[len(truth.document) :]
