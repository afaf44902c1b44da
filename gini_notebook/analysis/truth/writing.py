"""``write_truth``: the truth table as a file that people and programs can read, and :func:`read_truth` reads back."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from gini_notebook._extras import needed_for
from gini_notebook._files import replacing
from gini_notebook.analysis.truth.column_values import reads_back
from gini_notebook.analysis.truth.document_names import levelled
from gini_notebook.analysis.truth.headers import COMPOUND_SUFFIX, ITEM_FIELDS
from gini_notebook.analysis.truth.records import NO_FIELDS
from gini_notebook.analysis.truth.tables import is_sum, keeps_its_name
from gini_notebook.errors import SettingError, TruthError
from gini_notebook.schema import FIELD_ENTITIES, LINE_ITEMS, TRUTH, check

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

        A table with a row per document cannot say *empty* (it would read as *unlabelled*), nor hold every name and
        several values of a field; where that matters, there is a row (or object) per label instead, with the columns
        of the truth table.

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
        for record in _records(table):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _records(table: "pd.DataFrame") -> "Iterator[Mapping[str, object]]":
    """Yield an object per document, or one per label where that would lose something."""
    if _reads_back(table, json=True):
        for document, fields, compounds in records(table):
            yield {"document": document, **fields, **compounds}
        return
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        yield {**row, "source": row["source"] or "table"}


def _write_parquet(table: "pd.DataFrame", path: Path) -> None:
    with needed_for("Writing Parquet", "parquet"):
        import pyarrow  # noqa: F401 - pandas has a sentence of its own
    table.to_parquet(path, engine="pyarrow", index=False)


def _write_xlsx(table: "pd.DataFrame", path: Path) -> None:
    with needed_for("Writing workbooks", "truth"):
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


MAX_CSV_CELL = 131_072  # what Python's csv module reads back
MAX_XLSX_CELL = 32_767

Fields = dict[str, str | None]
Compounds = dict[str, list[dict[str, str | None]]]

_GUARD = re.compile(r"'*[=+\-@\t\r\n]")
# A number or an amount of the service: no formula can be hidden in it, and other programs want it as it is.
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?(:[A-Z]{3})?")


def guard(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula, and before what looks so guarded."""
    return "'" + cell if _GUARD.match(cell) and not _NUMBER.fullmatch(cell) else cell


def records(table: "pd.DataFrame") -> Iterator[tuple[str, Fields, Compounds]]:
    """Yield every document with its header fields and its compound extractions, rows by their number."""
    ordered = table.sort_values("document", kind="stable")
    labels = zip(*(ordered[name].tolist() for name in ("document", "group", "row", "field", "value")), strict=True)
    for document, of_document in groupby(labels, key=itemgetter(0)):
        fields: Fields = {}
        compounds: Compounds = {}
        for _, group, row, name, value in of_document:
            content = value if isinstance(value, str) and value.strip() else None
            if group:
                rows = compounds.setdefault(group, [])
                rows.extend({} for _ in range(row + 1 - len(rows)))
                rows[row][name] = content
            else:
                fields[name] = content
        yield document, fields, compounds


def grid(table: "pd.DataFrame", *, max_cell: int) -> list[list[str]]:
    """Return header and rows: a row per document if that loses nothing, else a row per label."""
    return _wide(table, max_cell) or _long(table)


def _long(table: "pd.DataFrame") -> list[list[str]]:
    columns = list(TRUTH.columns)
    cells = (table[name].astype(object).where(table[name].notna(), "") for name in columns)
    return [columns, *([str(cell) for cell in row] for row in zip(*cells, strict=True))]


def _wide(table: "pd.DataFrame", max_cell: int) -> list[list[str]] | None:
    names = _columns(table)
    if names is None:
        return None
    rows = [["document", *names]]
    for document, fields, compounds in records(table):
        cells: Mapping[str, str | None] = {
            **fields,
            **{group + COMPOUND_SUFFIX: json.dumps(lines, ensure_ascii=False) for group, lines in compounds.items()},
        }
        rows.append([document, *(cells.get(name) or "" for name in names)])
    too_long = any(len(cell) > max_cell for row in rows for cell in row)
    return None if too_long else rows


def _columns(table: "pd.DataFrame") -> Sequence[str] | None:
    """Return the columns of a table with a row per document, or ``None`` where it would lose something."""
    header = table["group"] == ""
    empty = header & (table["value"].fillna("").str.strip() == "")
    if empty.any() or not _reads_back(table):
        return None
    order = {name: place for place, name in enumerate(FIELD_ENTITIES)}
    fields = sorted(table.loc[header, "field"].unique(), key=lambda name: (order.get(name, len(order)), name))
    return [*fields, *(group + COMPOUND_SUFFIX for group in sorted(table.loc[~header, "group"].unique()))]


def _reads_back(table: "pd.DataFrame", *, json: bool = False) -> bool:
    """Return whether names and values are read back as they are, where there is a row or object per document."""
    if (table["alternative"] != 0).any() or (table["state"] == "unclear").any():
        return False
    documents = [str(name) for name in table["document"].unique()]
    if any(levelled(name) != name or (is_sum(name) and not json) for name in documents):
        return False
    header = table["group"] == ""
    fields, groups = set(table.loc[header, "field"]), set(table.loc[~header, "group"])
    if fields & groups or not all(map(keeps_its_name, {*fields, *groups} - {LINE_ITEMS})):
        return False
    if not json and fields & {*ITEM_FIELDS, "currency"}:  # columns of line items, and of currencies, in a wide table
        return False
    if any(name.endswith(COMPOUND_SUFFIX) or name in NO_FIELDS for name in {*table["field"], *groups}):
        return False
    pairs = table[["group", "field", "value"]].drop_duplicates().itertuples(index=False, name=None)
    return all(reads_back(group, field, value) for group, field, value in pairs if isinstance(value, str))
