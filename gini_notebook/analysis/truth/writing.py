"""``write_truth``: the truth table as a file that people and programs can read, and :func:`read_truth` reads back."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gini_notebook._files import replacing
from gini_notebook.analysis.truth.grids import MAX_CSV_CELL, MAX_XLSX_CELL, grid, guard, records
from gini_notebook.errors import SettingError, TruthError
from gini_notebook.schema import TRUTH, check

if TYPE_CHECKING:
    import pandas as pd

_MAX_XLSX_ROWS, _MAX_XLSX_COLUMNS = 1_048_576, 16_384


def write_truth(frame: "pd.DataFrame", path: "str | os.PathLike[str]") -> Path:
    """Write ground truth to a file; what stood there is replaced at once, or not at all.

    Parameters
    ----------
    frame
        A truth table by :data:`gini_notebook.schema.TRUTH`, as :func:`read_truth` returns it.
    path
        Where to; the ending says how:

        - ``.csv``: one row per document and one column per field. Line items are JSON in a column ``lineItems[]``.
          Text that a spreadsheet would run as a formula gets a leading apostrophe, which :func:`read_truth` takes off.
          Numbers and amounts such as ``-5.00:EUR`` stay as they are.
        - ``.xlsx``: the same table; every cell is text, none a formula or a link.
        - ``.jsonl``: one object per document.
        - ``.parquet``: the truth table as it is (needs pyarrow).

        A table with a row per document cannot say *empty* (it would read as *unlabelled*) and cannot hold every name
        of a field; where that matters, CSV and XLSX have a row per label instead: document, group, row, field, value,
        source.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SettingError
        If the ending is another one.
    SchemaError
        If the frame is no truth table.
    TruthError
        If the format cannot hold a value or name, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> truth = TRUTH.frame([{"document": "a.pdf", "group": "", "row": 0, "field": "iban", "value": "DE1"}])
    >>> write_truth(truth, Path(tempfile.mkdtemp(), "truth.csv")).read_text(encoding="utf-8").split()
    ['document,iban', 'a.pdf,DE1']
    """
    target = Path(path).expanduser()
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        message = (
            f"Ground truth is written to {', '.join(_WRITERS)}, not to {target.suffix or 'a file without ending'!r}."
        )
        raise SettingError(message)
    table = check(frame, TRUTH)
    _check_places(table)
    try:
        with replacing(target) as written:
            write(table, written)
    except UnicodeEncodeError as error:
        message = f"{target.name} cannot hold {error.object[error.start : error.end]!a}, which is half of a character."
        raise TruthError(message) from error
    except OSError as error:
        message = f"{target} cannot be written: {error.strerror or error}."
        raise TruthError(message) from error
    return target


def _check_places(table: "pd.DataFrame") -> None:
    wrong = ((table["group"] == "") & (table["row"] != 0)) | (table["row"] < 0)
    if wrong.any():
        place = table.loc[wrong.idxmax(), list(TRUTH.key)].to_dict()
        message = f"Header fields (group '') have row 0, and rows count from 0; that is not so in {place}."
        raise TruthError(message)


def _write_csv(table: "pd.DataFrame", path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # ends lines with CR LF (RFC 4180), so that it quotes values with either of them
        writer.writerows([guard(cell) for cell in cells] for cells in grid(table, max_cell=MAX_CSV_CELL))


def _write_jsonl(table: "pd.DataFrame", path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document, fields, compounds in records(table):
            _check_names(document, fields, compounds)
            file.write(json.dumps({"document": document, **fields, **compounds}, ensure_ascii=False) + "\n")


def _check_names(document: str, fields: Mapping[str, str | None], compounds: Mapping[str, object]) -> None:
    twice = [name for name in fields if name in compounds]
    taken = [name for name in (*fields, *compounds) if name in ("document", "file", "candidates", "returnReasons")]
    if twice or taken:
        name = (twice or taken)[0]
        message = (
            f"The document {document!r} has a field named {name!r}, which JSON Lines uses for something else. "
            "Write CSV or Parquet instead."
        )
        raise TruthError(message)


def _write_parquet(table: "pd.DataFrame", path: Path) -> None:
    try:
        table.to_parquet(path, engine="pyarrow", index=False)
    except ImportError as error:
        message = f"Writing {path.suffix} needs pyarrow: pip install 'gini-notebook[parquet]'."
        raise TruthError(message) from error


def _write_xlsx(table: "pd.DataFrame", path: Path) -> None:
    from xlsxwriter import Workbook

    rows = grid(table, max_cell=MAX_XLSX_CELL)
    _check_size(rows)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with path.open("wb") as file:
        book = Workbook(file, {**options, "in_memory": True})
        sheet = book.add_worksheet("truth")
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 1)
        book.close()


def _check_size(rows: Sequence[Sequence[str]]) -> None:
    longest = max((len(cell) for cells in rows for cell in cells), default=0)
    if longest > MAX_XLSX_CELL or len(rows) > _MAX_XLSX_ROWS or len(rows[0]) > _MAX_XLSX_COLUMNS:
        message = (
            f"A workbook holds {_MAX_XLSX_ROWS} rows, {_MAX_XLSX_COLUMNS} columns and {MAX_XLSX_CELL} characters per "
            f"cell; this truth has {len(rows)}, {len(rows[0])} and {longest}. Write CSV, JSON Lines or Parquet instead."
        )
        raise TruthError(message)


_WRITERS: Mapping[str, "Callable[[pd.DataFrame, Path], None]"] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}
