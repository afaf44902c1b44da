"""From the truth table to rows of cells, and to one record per document."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from gini_notebook.analysis.truth.tables import COMPOUND_SUFFIX, RESERVED_COLUMNS, column_names
from gini_notebook.schema import FIELD_ENTITIES, TRUTH

if TYPE_CHECKING:
    import pandas as pd

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
    if empty.any():
        return None
    order = {name: place for place, name in enumerate(FIELD_ENTITIES)}
    fields = sorted(table.loc[header, "field"].unique(), key=lambda name: (order.get(name, len(order)), name))
    if any(name.endswith(COMPOUND_SUFFIX) for name in fields):
        return None
    names = [*fields, *(group + COMPOUND_SUFFIX for group in sorted(table.loc[~header, "group"].unique()))]
    kept = all(name and name not in RESERVED_COLUMNS and column_names([name], {}) == [name] for name in names)
    return names if kept else None
