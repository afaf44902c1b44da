"""Workbooks: their sheets as grids of cells, with what is not meant to be read left out and said.

XLSX is read by openpyxl, since formats of numbers (``3 %``, ``12,00 €``), hidden rows and merged cells decide what a
cell means; what is too large for that, and older formats, by calamine.
"""

import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from gini_notebook._extras import needed_for
from gini_notebook.analysis.truth.column_values import Broken, Cell, Number, Wishes
from gini_notebook.analysis.truth.grids import Grid, Row, letters
from gini_notebook.analysis.truth.sizes import check_workbook, count_cells
from gini_notebook.errors import TruthError
from gini_notebook.notations import currency
from gini_notebook.notes import Note

WITH_FORMATS = (".xlsx", ".xlsm")
# So many cells take openpyxl about three seconds and 100 MB.
MOST_WITH_FORMATS = 200_000
_FIRST_DAY_1904 = 1462  # workbooks of old Macintoshes count days from 1904
_ERRORS = re.compile(
    r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|NV|WERT!|BEZUG!|ZAHL!|FEHLER)"
).fullmatch
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROL = re.compile(r"_x(00[01][0-9A-Fa-f])_")
_LOCALE_CURRENCY = re.compile(r"\[\$([^\]-]+)(?:-[0-9A-Fa-f]+)?\]")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')


def is_error(text: str) -> bool:
    """Return whether a text is how a spreadsheet shows an error, in English or German."""
    return bool(_ERRORS(text.strip()))


def workbook_grids(path: Path, where: str, wishes: Wishes) -> list[Grid]:
    """Return the sheets of a workbook that are to be read, in their order.

    Raises
    ------
    TruthError
        If it is damaged, too large, or has no such sheet as the caller named.
    """
    check_workbook(path, where)
    begins = _begins(path, where)
    if path.suffix.lower() == ".xls" and begins.startswith(_ZIP) and count_cells(path) <= MOST_WITH_FORMATS:
        return _with_formats(path, where, wishes)
    if not begins.startswith((_ZIP, _OLE)):
        what = (
            "a web page" if b"<" in begins[:64] else "text" if begins.isascii() or b"\t" in begins else "something else"
        )
        message = (
            f"{where} is no workbook but {what}. Save it as .xlsx in a spreadsheet; text with separators is read when "
            "its name ends in .csv."
        )
        raise TruthError(message)
    if path.suffix.lower() in WITH_FORMATS and count_cells(path) <= MOST_WITH_FORMATS:
        return _with_formats(path, where, wishes)
    return _plain(path, where, wishes)


def _begins(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(256)
    except OSError as error:
        message = f"{where} cannot be read: {error.strerror or error}."
        raise TruthError(message) from error


def _chosen(names: Sequence[str], hidden: Sequence[str], where: str, wishes: Wishes) -> tuple[list[str], list[Note]]:
    """Return the sheets to read: the one that was named, or all that are visible."""
    if wishes.sheet:
        named = next((name for name in names if name == wishes.sheet), None)
        if named is None and wishes.sheet.isdigit() and 0 < int(wishes.sheet) <= len(names):
            named = names[int(wishes.sheet) - 1]
        if named is None:
            message = f"{where} has no sheet {wishes.sheet!r}; it has: {', '.join(map(repr, names))}."
            raise TruthError(message)
        return [named], []
    notes = [Note("sheets_passed_over", len(hidden), tuple(hidden), "hidden")] if hidden else []
    return [name for name in names if name not in hidden], notes


def _called(where: str, sheet: str, names: Sequence[str]) -> str:
    return where if len(names) == 1 else f"sheet {sheet!r} of {where}"


def _with_formats(path: Path, where: str, wishes: Wishes) -> list[Grid]:
    book = _opened(path, where, data_only=True)
    names = [sheet.title for sheet in book.worksheets]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    chosen, notes = _chosen(names, hidden, where, wishes)
    formulas = _opened(path, where, data_only=False) if _has_formulas(path) else None
    grids = []
    for name in chosen:
        grid = _sheet(book[name], _called(where, name, names), book.epoch)
        if formulas is not None:
            _refuse_uncomputed(book[name], formulas[name], grid.where)
        grids.append(grid)
    if grids:
        grids[0].notes[:0] = notes
    return grids


def _opened(path: Path, where: str, *, data_only: bool) -> Any:
    with needed_for("Reading workbooks", "truth"):
        import openpyxl

    try:
        with path.open("rb") as file:  # by its content; an ending may be wrong
            return openpyxl.load_workbook(file, data_only=data_only, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # a damaged file makes the reader raise anything; all of it means the same
        message = f"{where} cannot be read as a workbook: {error or type(error).__name__}."
        raise TruthError(message) from error


def _has_formulas(path: Path) -> bool:
    """Return whether any sheet has a formula; such a cell may never have been computed."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f" in archive.read(name) for name in sheets)


def _refuse_uncomputed(values: Any, formulas: Any, where: str) -> None:
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f" and values[cell.coordinate].value is None:
                message = (
                    f"Cell {cell.coordinate} of {where} holds a formula that was never computed. Open and save the "
                    "file in a spreadsheet, or replace formulas by their values."
                )
                raise TruthError(message)


def _sheet(sheet: Any, where: str, epoch: datetime.datetime) -> Grid:
    rows: list[tuple[int, Row]] = []
    hidden = 0
    for cells in sheet.iter_rows():
        if not cells:
            continue
        number = cells[0].row
        read = [_cell(cell, epoch) for cell in cells]
        if sheet.row_dimensions[number].hidden:
            hidden += any(cell is not None for cell in read)
            continue
        rows.append((number, read))
    fills = {
        (row, column - 1): merged.min_row
        for merged in sheet.merged_cells.ranges
        if merged.max_row > merged.min_row
        for row in range(merged.min_row + 1, merged.max_row + 1)
        for column in range(merged.min_col, merged.min_col + 1)
    }
    notes = [Note("rows_hidden", hidden, (where,))] if hidden else []
    columns = _hidden_columns(sheet, rows)
    if columns:
        notes.append(Note("columns_hidden", len(columns), tuple(columns), where))
    return Grid(where, rows, sheet.title, addresses=True, fills=fills, notes=notes)


def _hidden_columns(sheet: Any, rows: Sequence[tuple[int, Row]]) -> list[str]:
    """Return the columns that are not shown and hold something; one entry may stand for several columns."""
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.max:
            hidden.update(range(dimension.min - 1, min(dimension.max, sheet.max_column)))
    return [letters(at) for at in sorted(hidden) if any(at < len(cells) and cells[at] is not None for _, cells in rows)]


def _cell(cell: Any, epoch: datetime.datetime) -> Cell:
    value = cell.value
    if value is None or isinstance(value, bool):
        return None if value is None else bool(value)
    if isinstance(value, str):
        return Broken(value) if cell.data_type == "e" or is_error(value) else _CONTROL.sub(_character, value)
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format), epoch)
    return value if isinstance(value, datetime.date | datetime.time) else str(value)


def _character(escaped: re.Match[str]) -> str:
    """Return the control character that XML cannot hold, and openpyxl leaves in the words of the format."""
    return chr(int(escaped[1], 16))


def _number(value: float, number_format: str, epoch: datetime.datetime) -> Number:
    exact = as_decimal(value)
    bare = _QUOTED.sub("", number_format)
    if "%" in bare:
        return Number(exact * 100, percent=True)
    return Number(exact, _currency(number_format), first_day=_FIRST_DAY_1904 if epoch.year == 1904 else 0)


def as_decimal(value: float) -> Decimal:
    """Return a number with the 15 digits that a spreadsheet shows and a double holds for sure; whole ones exactly."""
    if isinstance(value, int) or (value.is_integer() and abs(value) >= 1e15):
        return Decimal(int(value))
    return Decimal(format(value, ".15g"))


def _currency(number_format: str) -> str:
    """Return the currency that the format of a number shows, or an empty string."""
    first = number_format.partition(";")[0]
    shown = [match[1] for match in _LOCALE_CURRENCY.finditer(first)]
    shown += [match[1] or match[2] or "" for match in _QUOTED.finditer(first)]
    shown += [sign for sign in "€£$" if sign in _LOCALE_CURRENCY.sub("", _QUOTED.sub("", first))]
    return next((code for word in shown if (code := currency(word.strip()))), "")


def _plain(path: Path, where: str, wishes: Wishes) -> list[Grid]:
    with needed_for("Reading workbooks", "truth"):
        from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(path)
        kept = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        names = [one.name for one in kept]
        hidden = [one.name for one in kept if one.visible != SheetVisibleEnum.Visible]
        chosen, notes = _chosen(names, hidden, where, wishes)
        grids = [
            Grid(_called(where, name, names), list(_rows(book.get_sheet_by_name(name))), name, addresses=True)
            for name in chosen
        ]
    except (CalamineError, OSError) as error:
        message = f"{where} cannot be read as a workbook: {error}."
        raise TruthError(message) from error
    if grids:
        unseen = [Note("formats_unseen", about=(where,))] if path.suffix.lower() in WITH_FORMATS else []
        grids[0].notes[:0] = [*notes, *unseen]
    return grids


def _rows(sheet: Any) -> Iterator[tuple[int, Row]]:
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        yield number, [_of_calamine(cell) for cell in cells]


def _of_calamine(cell: Any) -> Cell:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return Number(as_decimal(cell))
    if isinstance(cell, str):
        return Broken(cell) if is_error(cell) else cell or None
    return cell if isinstance(cell, datetime.date | datetime.time) else str(cell)
