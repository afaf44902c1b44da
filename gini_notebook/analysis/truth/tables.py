"""From a grid of cells to labels: wide tables (a row per document) and long ones (a row per label)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from gini_notebook.analysis.truth.labels import Label, Labels, present
from gini_notebook.analysis.truth.records import compound_labels, parse_json
from gini_notebook.errors import TruthError

Row = Sequence[str | None]
Cells = Mapping[str, str | None]

DOCUMENT_COLUMNS = ("document", "file")
LONG_COLUMNS = ("field", "value")
# A column of a wide table that holds a compound extraction as JSON.
COMPOUND_SUFFIX = "[]"
RESERVED_COLUMNS = (*DOCUMENT_COLUMNS, *LONG_COLUMNS, "group", "row", "source")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def unguard(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell


def column_names(header: Row, columns: Mapping[str, str]) -> list[str]:
    """Return the names of a header after renaming; the columns with a meaning are found in any case."""
    names = [columns.get(name, name) for name in ((cell or "").strip() for cell in header)]
    return [name.lower() if name.lower() in RESERVED_COLUMNS else name for name in names]


def document_column(names: Sequence[str]) -> str | None:
    """Return the name of the column that names the documents, if there is one."""
    return next((name for name in DOCUMENT_COLUMNS if name in names), None)


def table_labels(header: Row, rows: Iterator[tuple[int, Row]], where: str, columns: Mapping[str, str]) -> Labels:
    """Read the labels of a table.

    Parameters
    ----------
    header
        The names of the columns.
    rows
        Pairs of row number (for messages) and cells; ``None`` or ``""`` is an empty cell.
    where
        What to call the table in messages.
    columns
        Names of the table's columns to our names.

    Raises
    ------
    TruthError
        If needed columns lack, a column is there twice, a row names no document, or a document has two rows.
    """
    names = column_names(header, columns)
    key = _checked_header(names, where)
    documents = _with_document(_filled(names, rows, where), key, where)
    if all(name in names for name in LONG_COLUMNS):
        return _long(documents, where)
    fields = [name for name in names if name and name != key and name not in ("source", "group", "row")]
    return _wide(documents, fields, where)


def _checked_header(names: Sequence[str], where: str) -> str:
    """Return the name of the column with the documents, if the header is one of a truth table."""
    key = document_column(names)
    found = ", ".join(repr(name) for name in names if name) or "none"
    if key is None:
        message = (
            f"{where} has no column 'document' with the name of each document; its columns are: {found}. Needed is "
            "'document' and one column per field (amountToPay, iban, ...), or the columns document, field, value. "
            "Rename yours, or say in Python columns={'your name': 'document'}."
        )
        raise TruthError(message)
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        message = f"{where} has more than one column named {', '.join(map(repr, repeated))}. Keep one of them."
        raise TruthError(message)
    if ("field" in names) != ("value" in names):
        lacking = "value" if "field" in names else "field"
        message = (
            f"{where} has no column {lacking!r}; its columns are: {found}. A table with a row per label needs "
            "document, field and value (and group and row for line items)."
        )
        raise TruthError(message)
    if not any(name and name not in DOCUMENT_COLUMNS for name in names):
        message = f"{where} has no column but {found}. Add one column per field, named as the service names it."
        raise TruthError(message)
    return key


def _filled(names: Sequence[str], rows: Iterator[tuple[int, Row]], where: str) -> Iterator[tuple[int, Cells]]:
    for number, cells in rows:
        if any(present(cell) is not None for cell in cells[len(names) :]):
            message = (
                f"Row {number} of {where} has {len(cells)} cells, the header has {len(names)}. A value that contains "
                "the separator has to be in double quotes."
            )
            raise TruthError(message)
        if any(present(cell) is not None for cell in cells):
            yield number, dict(zip(names, cells, strict=False))


def _with_document(rows: Iterator[tuple[int, Cells]], key: str, where: str) -> Iterator[tuple[int, str, Cells]]:
    for number, cells in rows:
        document = present(cells.get(key))
        if document is None:
            message = f"Row {number} of {where} has values, but names no document. Fill in its column {key!r}."
            raise TruthError(message)
        yield number, document, cells


def _wide(rows: Iterator[tuple[int, str, Cells]], fields: Sequence[str], where: str) -> Labels:
    result = Labels()
    result.fields.update({("", name): None for name in fields if not name.endswith(COMPOUND_SUFFIX)})
    first: dict[str, int] = {}
    for number, document, cells in rows:
        if document in first:
            message = f"Row {number} of {where} repeats the document {document!r} of row {first[document]}. Keep one."
            raise TruthError(message)
        first[document] = number
        result.documents.setdefault(document)
        for name in fields:
            value = present(cells.get(name))
            if value is None:
                continue
            if name.endswith(COMPOUND_SUFFIX):
                group = name.removesuffix(COMPOUND_SUFFIX)
                place = f"column {name!r} in row {number} of {where}"
                result.extend(compound_labels(parse_json(value, place), document, group, source="table"))
            else:
                result.add(Label(document, "", 0, name, value, "table"))
    return result


def _long(rows: Iterator[tuple[int, str, Cells]], where: str) -> Labels:
    result = Labels()
    first: dict[tuple[str, str, int, str], int] = {}
    for number, document, cells in rows:
        field = present(cells.get("field"))
        if field is None:
            message = f"Row {number} of {where} names no field. Fill in its column 'field'."
            raise TruthError(message)
        row = _row_number(cells.get("row"), number, where)
        source = present(cells.get("source")) or "table"
        label = Label(document, cells.get("group") or "", row, field, present(cells.get("value")), source)
        if label[:4] in first:
            message = (
                f"Row {number} of {where} repeats the field {field!r} of the document {document!r} of row "
                f"{first[label[:4]]}. Keep one, or number the rows of a compound extraction in a column 'row'."
            )
            raise TruthError(message)
        first[label[:4]] = number
        result.add(label)
    return result


def _row_number(cell: str | None, number: int, where: str) -> int:
    text = (cell or "0").strip() or "0"
    if not (text.isascii() and text.isdigit()):
        message = f"Row {number} of {where} has {cell!r} in the column 'row'. Use 0, 1, 2 and so on."
        raise TruthError(message)
    return int(text)
