"""Writes tables to files: whole or not at all, and without live formulas."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gini_notebook._extras import needed_for
from gini_notebook._files import replacing
from gini_notebook.errors import SettingError

# What spreadsheet programs take for the beginning of a formula (CWE-1236).
FORMULA = re.compile(r"^[=+\-@\t\r\n]")
NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?$")
SHEET_ROWS = 1_048_576


def to_csv(tables: Mapping[str, pd.DataFrame], folder: Path, *, safe: bool = True) -> list[Path]:
    """Write each table as ``<name>.csv`` (UTF-8).

    Parameters
    ----------
    tables
        By name.
    folder
        Where to write, made if need be.
    safe
        Put ``'`` before texts that a spreadsheet would run as a formula; numbers such as ``-5.00`` stay. With False
        the files hold exactly the tables.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    paths = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        with replacing(path) as written:
            # Lines end as RFC 4180 has it; only then is a lone carriage return in a text quoted.
            (harmless(table) if safe else table).to_csv(written, index=False, encoding="utf-8", lineterminator="\r\n")
        paths.append(path)
    return paths


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with ``'`` before every text that a spreadsheet would take for a formula."""
    result = table.copy()
    for name in result.columns:
        column = result[name]
        if pd.api.types.is_string_dtype(column.dtype):
            live = column.str.match(FORMULA) & ~column.str.match(NUMBER)
            result[name] = column.mask(live.fillna(value=False), "'" + column)
    return result


def to_parquet(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as ``<name>.parquet``; needs pyarrow (``pip install "gini-notebook[parquet]"``).

    Parameters
    ----------
    tables
        By name.
    folder
        Where to write, made if need be.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    with needed_for("Writing Parquet", "parquet"):
        import pyarrow  # noqa: F401 - pandas has a sentence of its own
    paths = []
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        with replacing(path) as written:
            table.to_parquet(written, index=False)
        paths.append(path)
    return paths


def to_xlsx(tables: Mapping[str, pd.DataFrame], path: Path) -> Path:
    """Write the tables as sheets of one workbook, texts as texts: no formulas, no links.

    Parameters
    ----------
    tables
        By name.
    path
        The file to write.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SettingError
        When a table has more rows than a sheet can hold.
    """
    for name, table in tables.items():
        if len(table) >= SHEET_ROWS:
            message = f"{name} has {len(table)} rows, a sheet holds {SHEET_ROWS - 1}. Write CSV or Parquet instead."
            raise SettingError(message)
    with needed_for("Writing workbooks", "truth"):
        import xlsxwriter  # noqa: F401 - pandas has a sentence of its own
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with (
        replacing(path) as written,
        pd.ExcelWriter(written, engine="xlsxwriter", engine_kwargs={"options": options}) as writer,
    ):
        for name, table in tables.items():
            _without_zones(table).to_excel(writer, sheet_name=name, index=False)
    return path


def _without_zones(table: pd.DataFrame) -> pd.DataFrame:
    """Spreadsheets know no time zones; the times are UTC."""
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name].dt.tz_localize(None) for name in zoned})
