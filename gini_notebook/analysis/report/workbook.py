"""The report as XLSX: the tables as sheets, text as text and never as a formula."""

import io
from typing import Any

import pandas as pd

from gini_notebook.analysis.report.content import Content
from gini_notebook.notes import frame as notes_table

MAX_ROWS = 1_048_575
MAX_CHARACTERS = 32_767


def as_workbook(content: Content) -> bytes:
    """Render the workbook: notes, fields, numbers, mistakes, documents, provenance."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": content.title, "created": content.made_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "bottom": 1})
        result = content.result
        for name, frame in (
            *((("notes", notes_table(result.notes)),) if result.notes else ()),
            ("fields", result.by_field(full=True, **content.how)),
            ("numbers", result.summary(**content.how)),
            ("mistakes", result.mistakes(full=True)),
            ("documents", result.documents),
        ):
            _sheet(book.add_worksheet(name), frame, bold)
        sheet = book.add_worksheet("provenance")
        for at, (key, value) in enumerate(content.provenance.items()):
            sheet.write_string(at, 0, key, bold)
            sheet.write_string(at, 1, value[:MAX_CHARACTERS])
        sheet.set_column(0, 1, 32)
    return file.getvalue()


def _sheet(sheet: Any, frame: pd.DataFrame, bold: Any) -> None:
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, str(name), bold)
    for row, values in enumerate(frame.head(MAX_ROWS).itertuples(index=False, name=None), start=1):
        for column, value in enumerate(values):
            _cell(sheet, row, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, min(len(frame), MAX_ROWS), max(len(frame.columns) - 1, 0))
    sheet.set_column(0, max(len(frame.columns) - 1, 0), 16)


def _cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if pd.isna(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif hasattr(value, "item"):
        _cell(sheet, row, column, value.item())
    else:
        sheet.write_string(row, column, str(value)[:MAX_CHARACTERS])
