"""Tables with a row per line item: whose the rows are, what is said of the row, and what of the document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from gini_notebook.analysis.truth.column_values import Cell, Found, cell_text, kind_of
from gini_notebook.analysis.truth.document_names import levelled
from gini_notebook.analysis.truth.grids import Row, Table, cell_at, is_filled, is_item
from gini_notebook.analysis.truth.headers import (
    COMPOUND_SUFFIX,
    OWN_FIELDS,
    Column,
    is_named,
    is_own_name,
    says_sum,
)
from gini_notebook.notations import visible
from gini_notebook.notes import Note
from gini_notebook.schema import LINE_ITEMS

POSITION = "position"


def settled(table: Table, columns: Mapping[str, str | None]) -> Table:
    """Return a table with each row's document filled in, and its columns as they are meant beside line items.

    A column that nobody knows is then one of line items, which a document may say something else in with each row, and
    so is a sum called as that of the document (``Betrag``) that differs between the rows of one.

    Parameters
    ----------
    table
        As its header alone tells.
    columns
        What the caller says of columns; it stands.
    """
    if not table.is_truth:
        return table
    _fill_down(table)
    if not table.is_long and has_rows_of_items(table):
        table.columns = [one and _of_row(table, at, one, columns) for at, one in enumerate(table.columns)]
    return table


def has_rows_of_items(table: Table) -> bool:
    """Return whether rows are line items: these alone are known, or documents are there once for each of them."""
    if table.is_items:
        return True
    if not any(one is not None and one.role == "label" and one.known and is_item(one) for one in table.columns):
        return False
    rows = [(name, tuple(map(cell_text, cells))) for name, cells in _named_rows(table)]
    return len(set(rows)) > len({name for name, _ in rows})


def _rows(table: Table) -> Iterator[tuple[int, Row]]:
    return islice(table.grid.rows, table.header_at + 1, None)


def _document_column(table: Table) -> int:
    return next(place for place, one in enumerate(table.columns) if one is not None and one.role == "document")


def _named_rows(table: Table) -> Iterator[tuple[str, Row]]:
    """Yield the rows with the document that they name, also where the name is in a merged cell."""
    at = _document_column(table)
    by_number = dict(table.grid.rows) if table.grid.fills else {}
    for number, cells in _rows(table):
        origin = table.grid.fills.get((number, at))
        name = cell_text(cell_at(by_number.get(origin, cells) if origin is not None else cells, at))
        if name and visible(name).strip():
            yield levelled(name), cells


def _fill_down(table: Table) -> None:
    """Give rows without a document the one above, where names stand only in the first row of each."""
    at, grid = _document_column(table), table.grid
    rows, seen, last, filled = list(grid.rows), set[str](), None, 0
    for place, (number, cells) in enumerate(islice(grid.rows, table.header_at + 1, None), table.header_at + 1):
        if (number, at) in grid.fills:
            continue
        text = cell_text(cell_at(cells, at))
        if text and visible(text).strip():
            if levelled(text) in seen:
                return  # names are in every row; one that lacks was forgotten
            seen.add(levelled(text))
            last = text
        elif last is not None and _goes_on(table, cells):
            rows[place] = number, [*cells[:at], last, *cells[at + 1 :]]
            filled += 1
    if filled:
        grid.rows = rows
        grid.notes.append(Note("names_filled", filled, (grid.where,)))


def _goes_on(table: Table, cells: Sequence[Cell]) -> bool:
    """Return whether a row without a document says something of one: a text of a line item, or a field."""
    there = [(at, one) for at, one in enumerate(table.columns) if one is not None]
    if table.is_long:
        return any(one.role == "field" and is_filled(cell_at(cells, at)) for at, one in there)
    words = [
        at for at, one in there if one.role == "label" and one.known and is_item(one) and kind_of(one.field) == "text"
    ]
    texts = [cell_text(cell_at(cells, at)) or "" for at in words]
    return any(any(map(str.isalnum, text)) for text in texts) and not any(map(says_sum, texts))


def _of_row(table: Table, at: int, one: Column, columns: Mapping[str, str | None]) -> Column:
    """Return what a column means in a table whose rows are line items."""
    if one.role != "label" or one.group or is_item(one) or is_named(one.name, columns):
        return one
    if one.field in OWN_FIELDS or one.field.endswith(COMPOUND_SUFFIX):
        return one
    if not one.known:
        return replace(one, group=LINE_ITEMS)
    if kind_of(one.field) == "amount" and not is_own_name(one) and _varies(table, at):
        doubt = f"differs between rows of one document, so it is not {one.field}"
        return Column(one.name, "label", LINE_ITEMS, one.name, known=False, doubt=doubt)
    return one


def _varies(table: Table, at: int) -> bool:
    """Return whether a column holds several values for one document."""
    first: dict[str, str] = {}
    for name, cells in _named_rows(table):
        value = (cell_text(cell_at(cells, at)) or "").strip()
        if value and first.setdefault(name, value) != value:
            return True
    return False


def in_order(found: list[Found]) -> list[Found]:
    """Return what the rows of line items say with the rows in the order of their running numbers, where they have any.

    Examples
    --------
    >>> cells = [Found("a.pdf", "lineItems", row, "position", text, "table") for row, text in enumerate("21")]
    >>> [one.row for one in in_order(cells)]
    [1, 0]
    """
    by_document: dict[str, dict[int, int]] = {}
    for one in found:
        if (one.group, one.field) == (LINE_ITEMS, POSITION):
            by_document.setdefault(one.document, {})[one.row] = running_number(cell_text(one.cell) or "")
    moved = {
        document: {row: number - 1 for row, number in numbers.items()}
        for document, numbers in by_document.items()
        if set(numbers) == set(range(len(numbers))) and sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    }
    last = {one.document: one.row for one in found if one.group}
    moved = {document: rows for document, rows in moved.items() if last[document] < len(rows)}
    if all(row == place for rows in moved.values() for row, place in rows.items()):
        return found
    return [
        one._replace(row=moved[one.document][one.row]) if one.group and one.document in moved else one for one in found
    ]


def running_number(text: str) -> int:
    """Return the number of a row, as ``3`` or ``3.``; 0 for what is none."""
    digits = text.strip().removesuffix(".")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 0
