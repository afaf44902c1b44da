"""Files that hold a table: CSV, XLSX, Parquet. Cells become the strings the service would write."""

import csv
import datetime
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.analysis.truth.sizes import check_parquet, check_workbook
from gini_notebook.analysis.truth.tables import Row, column_names, document_column, table_labels, unguard
from gini_notebook.errors import TruthError
from gini_notebook.schema import FIELD_ENTITIES

if TYPE_CHECKING:
    import pandas as pd


SEPARATORS = (",", ";", "\t")


def csv_labels(text: str, where: str, columns: Mapping[str, str]) -> Labels:
    """Read a CSV file; the separator is the one of comma, semicolon and tab that yields the needed columns."""
    if text.lower().startswith("sep="):  # a line for Excel, which says the separator
        text = text.partition("\n")[2]
    separator = min(SEPARATORS, key=lambda one: _fitness(text, one, where, columns))
    rows = _rows(text, separator, where)
    header = next(rows, (0, []))[1]
    return table_labels(header, rows, where, columns)


def _fitness(text: str, separator: str, where: str, columns: Mapping[str, str]) -> tuple[bool, int, int]:
    """Rank a separator: best is the one that finds the column with the documents, and that furthest to the left."""
    header = next(_rows(text, separator, where), (0, []))[1]
    names = column_names(header, columns)
    key = document_column(names)
    return key is None, 0 if key is None else names.index(key), -len(names)


def _rows(text: str, separator: str, where: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader, start=1):
            if row:
                yield number, [unguard(cell) for cell in row]
    except csv.Error as error:
        message = f"{where} is not readable as CSV near line {reader.line_num}: {error}."
        raise TruthError(message) from error


def sheet_labels(path: Path, where: str, columns: Mapping[str, str]) -> Labels:
    """Read the first sheet of a workbook (XLSX, XLS, ODS)."""
    from python_calamine import CalamineError, CalamineWorkbook

    check_workbook(path, where)
    try:
        grid: list[list[Any]] = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        message = f"{where} cannot be read as a workbook: {error}."
        raise TruthError(message) from error
    header = [_cell(cell, "") for cell in grid[0]] if grid else []
    return _grid_labels(header, grid[1:], where, columns)


def parquet_labels(path: Path, where: str, columns: Mapping[str, str]) -> Labels:
    """Read a Parquet file (needs pyarrow)."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        message = f"{where} needs pyarrow to be read: pip install 'gini-notebook[parquet]'."
        raise TruthError(message) from error
    try:
        check_parquet(parquet.read_metadata(path), where, path.stat().st_size)
        table = parquet.read_table(path, use_threads=False)
    except TruthError:
        raise
    except (OSError, ValueError) as error:
        message = f"{where} cannot be read as Parquet: {error}."
        raise TruthError(message) from error
    cells = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return _grid_labels(table.column_names, list(cells), where, columns)


def frame_labels(frame: "pd.DataFrame", columns: Mapping[str, str]) -> Labels:
    """Read a table that is already in memory."""
    cells = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    return _grid_labels([str(name) for name in frame.columns], list(cells), "The table", columns)


def _grid_labels(
    header: Sequence[Any], grid: Sequence[Sequence[Any]], where: str, columns: Mapping[str, str]
) -> Labels:
    names = column_names([str(name) for name in header], columns)
    long = "field" in names and "value" in names
    place = names.index("field") if long else 0

    def texts(cells: Sequence[Any]) -> Row:
        fields = [str(cells[place]) if long and name == "value" else name for name in names]
        return [_cell(cell, field) for cell, field in zip(cells, fields, strict=False)]

    return table_labels(header, ((number, texts(cells)) for number, cells in enumerate(grid, start=2)), where, columns)


def _cell(cell: Any, field: str) -> str | None:
    """Return what the service would write for a typed cell of a field."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, (int, float, Decimal)):
        return _number(cell, field)
    return str(cell)


def _number(cell: float | Decimal, field: str) -> str | None:
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    # 15 digits is what a spreadsheet shows and what a double holds for sure.
    value = Decimal(format(cell, ".15g")) if isinstance(cell, float) else Decimal(cell)
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    two_decimals = FIELD_ENTITIES.get(field) == "amount" and len(plain.partition(".")[2]) < 2
    return f"{value:.2f}" if two_decimals else plain


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
