"""A grid of cells, and a table: a grid whose header is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gini_notebook.analysis.truth.column_values import Cell
from gini_notebook.analysis.truth.headers import ITEM_FIELDS, Column
from gini_notebook.notations import visible
from gini_notebook.notes import Note
from gini_notebook.schema import LINE_ITEMS

Row = Sequence[Cell]


@dataclass(slots=True)
class Grid:
    """The cells of one table, wherever they come from.

    Attributes
    ----------
    where
        What to call the table in messages.
    rows
        Pairs of row number (as its reader counts, for messages) and cells.
    sheet
        Name of the sheet, if there are sheets.
    addresses
        Whether places are named as spreadsheets do (``B7``).
    fills
        Cells of vertically merged ranges: (row number, column) to the row whose value they have.
    notes
        What its reader noticed.
    several
        Whether it is one of several sheets, so that notes name it.
    """

    where: str
    rows: Sequence[tuple[int, Row]]
    sheet: str = ""
    addresses: bool = False
    fills: Mapping[tuple[int, int], int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    several: bool = False

    def place(self, row: int, column: int) -> str:
        """Return what to call a cell in messages."""
        if not self.addresses:
            return f"Row {row} of {self.where}"
        return f"Cell {letters(column)}{row} of {self.where}"


@dataclass(slots=True)
class Table:
    """A grid with its header found.

    Attributes
    ----------
    grid
        The cells.
    columns
        What each column means; None for one without a name.
    header_at
        Place of the header in the rows of the grid.
    """

    grid: Grid
    columns: list[Column | None]
    header_at: int

    def has(self, role: str) -> bool:
        """Return whether there is a column of this role."""
        return any(one is not None and one.role == role for one in self.columns)

    @property
    def is_truth(self) -> bool:
        """Whether there are documents, and something to say about them."""
        return self.has("document") and (self.has("label") or self.is_long)

    @property
    def is_long(self) -> bool:
        """Whether it has a row per label."""
        return self.has("field") and self.has("value")

    @property
    def is_items(self) -> bool:
        """Whether it has a row per line item, and nothing else that the service knows."""
        known = [one for one in self.columns if one is not None and one.role == "label" and one.known]
        return bool(known) and all(is_item(one) for one in known)

    @property
    def rank(self) -> tuple[bool, int]:
        """How much of the header is understood."""
        known = [one for one in self.columns if one is not None and one.known]
        return self.is_truth, len(known)


def letters(column: int) -> str:
    """Return the name of a column of a spreadsheet; 0 is ``A``."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def is_item(one: Column) -> bool:
    """Return whether a column is one of line items."""
    return one.group == LINE_ITEMS or (not one.group and one.field in ITEM_FIELDS)


def is_filled(cell: Cell) -> bool:
    """Return whether something stands in a cell."""
    return cell is not None and not (isinstance(cell, str) and not visible(cell).strip())


def cell_at(cells: Sequence[Cell], at: int) -> Cell:
    """Return a cell of a row, which may be shorter than the header."""
    return cells[at] if at < len(cells) else None
