"""Files that hold a table: CSV, workbooks, Parquet; and tables in memory."""

import codecs
import csv
import datetime
import io
import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gini_notebook._extras import needed_for
from gini_notebook.analysis.truth.column_values import Broken, Cell, Number, Wishes
from gini_notebook.analysis.truth.grids import Grid, Row, Table
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.analysis.truth.sizes import MAX_COLUMNS, check_parquet
from gini_notebook.analysis.truth.tables import find_table, table_labels, unguard
from gini_notebook.analysis.truth.workbooks import as_decimal, is_error, workbook_grids
from gini_notebook.errors import TruthError
from gini_notebook.notes import Note

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t", "|")
_FORMULA_OF_TEXT = re.compile(r'="((?:[^"]|"")*)"').fullmatch  # how a CSV file keeps zeros from a spreadsheet
_WITHIN = 30  # rows that decide on the separator
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def csv_labels(text: str, where: str, wishes: Wishes) -> Labels:
    """Read a CSV file; the separator is the one of which most of the header is understood."""
    named = text[:16].lower().startswith("sep=") and len(text.splitlines()[0]) == len("sep=;")
    separators: Sequence[str] = SEPARATORS
    if named:  # a line for Excel, which says the separator
        separators = (text[4],)
        text = text[5:].lstrip("\r").removeprefix("\n") if text[5:7] == "\r\n" else text[6:]
    separator = max(separators, key=lambda one: _fitness(text, one, where, wishes))
    filled = _rows(text, separator, where, only_filled=True)
    grid = Grid(where, [(number + named, cells) for number, cells in filled])
    if _in_single_quotes(text):
        grid.notes.append(Note("encoding_understood", about=(where,), detail="a table with cells in single quotes"))
    return table_labels(find_table(grid, wishes), wishes)


def _fitness(text: str, separator: str, where: str, wishes: Wishes) -> tuple[bool, int, float, int]:
    """Rank a separator: by how much of the header is understood, then by how many rows are as long as the header."""
    rows = []
    try:
        for number, cells in _rows(text, separator, where):
            rows.append((number, cells[:MAX_COLUMNS]))
            if len(rows) == _WITHIN:
                break
    except TruthError:
        pass  # a quote that fits another separator; if it fits none, the reader says so
    table = find_table(Grid(where, rows), Wishes(columns=wishes.columns))
    fitting = [len(cells) == len(table.columns) for _, cells in rows[table.header_at :]]
    return *table.rank, sum(fitting) / max(len(fitting), 1), len(table.columns)


def _rows(text: str, separator: str, where: str, *, only_filled: bool = False) -> Iterator[tuple[int, list[Cell]]]:
    quote = "'" if _in_single_quotes(text) else '"'
    # A quote behind a separator and a blank begins a cell, unless it is a doubled one within another.
    blank = f"{separator} " in text and re.search(rf'{re.escape(separator)} +"(?!")', text) is not None
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, quotechar=quote, skipinitialspace=blank
    )
    begun = 1
    try:
        for number, row in enumerate(reader, start=1):
            begun = reader.line_num + 1
            if any(row) if only_filled else row:
                yield number, [_text(cell) for cell in row]
    except csv.Error as error:
        quote = " A double quote in a cell has to be doubled." if "field larger" not in str(error) else ""
        message = f"{where} is not readable as CSV near line {begun}: {error}.{quote}"
        raise TruthError(message) from error


def _in_single_quotes(text: str) -> bool:
    """Return whether every cell of the first line is in single quotes, as some databases write them."""
    lines = (match[0].strip() for match in re.finditer(r"[^\r\n]+", text))
    first = next(filter(None, lines), "")
    if not first.startswith("'"):
        return False
    cells = re.split("|".join(map(re.escape, SEPARATORS)), first)
    return len(cells) > 1 and all(len(cell) > 2 and cell[0] == cell[-1] == "'" for cell in cells)


def _text(cell: str) -> Cell:
    if match := _FORMULA_OF_TEXT(cell):
        return match[1].replace('""', '"')
    return Broken(cell.strip()) if cell.startswith("#") and is_error(cell) else unguard(cell)


def sheet_labels(path: Path, where: str, wishes: Wishes) -> Labels:
    """Read a workbook: the first sheet with a table, and one with line items beside it; others are named."""
    tables = [find_table(grid, wishes) for grid in workbook_grids(path, where, wishes)]
    if not tables:
        message = f"{where} has no visible sheet to read."
        raise TruthError(message)
    read, notes = _to_read(tables)
    result = Labels(notes=notes)
    for table in read:
        table.grid.several = len(read) > 1
        result.extend(table_labels(table, wishes))
    return result


def _to_read(tables: Sequence[Table]) -> tuple[list[Table], list[Note]]:
    """Choose the tables to read: one of header fields or of labels, and one of line items."""
    truths = [table for table in tables if table.is_truth]
    if not truths:
        filled = [table for table in tables if table.columns]
        return [*filled, *tables][:1], []
    items = [table for table in truths if not table.is_long and table.is_items][:1]
    fields = [table for table in truths if table not in items][:1]
    read = [table for table in truths if table in items or table in fields]
    left = [table.grid.sheet for table in truths if table not in read]
    empty = [table.grid for table in tables if table not in truths and table.grid.rows]
    notes = [note for grid in empty for note in grid.notes]
    if left:
        notes.append(Note("sheets_unread", len(left), tuple(left)))
    if empty:
        notes.append(
            Note("sheets_passed_over", len(empty), tuple(grid.sheet for grid in empty), "no table of documents")
        )
    return read, notes


def parquet_labels(path: Path, where: str, wishes: Wishes) -> Labels:
    """Read a Parquet file (needs pyarrow)."""
    with needed_for("Reading Parquet", "parquet"):
        from pyarrow import parquet
    try:
        check_parquet(parquet.read_metadata(path), where, path.stat().st_size)
        table = parquet.read_table(path, use_threads=False)
    except TruthError:
        raise
    except (OSError, ValueError) as error:
        message = f"{where} cannot be read as Parquet: {error}."
        raise TruthError(message) from error
    cells = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return grid_labels(table.column_names, list(cells), where, wishes)


def frame_labels(frame: "pd.DataFrame", wishes: Wishes) -> Labels:
    """Read a table that is already in memory."""
    cells = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    return grid_labels([str(name) for name in frame.columns], list(cells), "The table", wishes)


def grid_labels(header: Sequence[str], rows: Sequence[Sequence[Any]], where: str, wishes: Wishes) -> Labels:
    """Read a table whose columns have names of their own."""
    numbered: list[tuple[int, Row]] = [
        (number, [_cell(cell) for cell in cells]) for number, cells in enumerate(rows, start=2)
    ]
    grid = Grid(where, [(1, list(header)), *numbered])
    named = Wishes(**{**{name: getattr(wishes, name) for name in Wishes.__slots__}, "header_row": 1})
    return table_labels(find_table(grid, named), named)


def _cell(cell: Any) -> Cell:
    """Return the cell of a typed column: numbers as numbers, what is endless or not a number as nothing."""
    if cell is None or isinstance(cell, (str, bool, datetime.date, datetime.time)):
        return cell
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    if hasattr(cell, "item"):  # numpy
        return _cell(cell.item())
    if isinstance(cell, (int, float)):
        return Number(as_decimal(cell))
    if isinstance(cell, Decimal):
        return Number(cell) if cell.is_finite() else None
    return str(cell)


def read_bytes(path: Path, where: str, limit: int | None = None) -> bytes:
    """Return the content of a file that is not larger than the limit.

    Raises
    ------
    TruthError
        If it cannot be opened, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read() if limit is None else file.read(limit + 1)
    except OSError as error:
        message = f"{where} cannot be read: {error.strerror or error}."
        raise TruthError(message) from error
    if limit is not None and len(content) > limit:
        message = f"{where} is larger than {limit} bytes; that much is not read."
        raise TruthError(message)
    return content


def decoded(content: bytes, where: str) -> str:
    """Return the text of a UTF-8 file, with or without byte order mark.

    Raises
    ------
    TruthError
        If it is something else.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = (
            f"{where} is not UTF-8 (byte 0x{content[error.start]:02X} in line {line}). Save it as UTF-8; in Excel: "
            "Save As, 'CSV UTF-8'."
        )
        raise TruthError(message) from error


def decoded_table(content: bytes, where: str, encoding: str = "") -> tuple[str, list[Note]]:
    """Return the text of a table: UTF-8, UTF-16 and UTF-32 by their marks, else UTF-8, else Windows-1252.

    Parameters
    ----------
    content, where
        The bytes, and what to call them.
    encoding
        Declared by the caller; then nothing else is tried.

    Raises
    ------
    TruthError
        If it is no text, or not in the declared encoding.
    """
    marked = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding:
        return _decoded(content, encoding, where).removeprefix("\ufeff"), []
    if marked is not None:
        mark, name = marked
        said = [] if name == "utf-8" else [Note("encoding_understood", about=(where,), detail=name.upper())]
        return _decoded(content[len(mark) :], name, where), said
    for name in ("utf-16-le", "utf-16-be"):
        if content[:4096][name == "utf-16-le" :: 2].count(0) > len(content[:4096]) * 0.4:
            said = [Note("encoding_understood", about=(where,), detail=name.upper())]
            return _decoded(content, name, where), said
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        if b"\0" in content:
            message = f"{where} is no text, and no table. Give it the ending of what it is."
            raise TruthError(message) from error
    text = _decoded(content, "cp1252", where)
    return text, [Note("encoding_understood", about=(where,), detail="Windows-1252, as it is not UTF-8")]


def _decoded(content: bytes, encoding: str, where: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError as error:
        message = f"There is no encoding {encoding!r}. Write for example encoding='utf-8', 'cp1252' or 'utf-16'."
        raise TruthError(message) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = (
            f"{where} is not {encoding} (byte 0x{content[error.start]:02X} in line {line}). Save it as UTF-8 (in "
            "Excel: Save As, 'CSV UTF-8'), or name its encoding with encoding=."
        )
        raise TruthError(message) from error


__all__ = [
    "csv_labels",
    "decoded",
    "decoded_table",
    "frame_labels",
    "grid_labels",
    "parquet_labels",
    "read_bytes",
    "sheet_labels",
]
