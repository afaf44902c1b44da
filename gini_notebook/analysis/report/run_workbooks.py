"""Workbooks of several runs: two that are compared, and many in the order of time."""

import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook.analysis.report.columns import column, difference_columns, note_columns, run_columns
from gini_notebook.analysis.report.compared import Compared, one_run_only, settings
from gini_notebook.analysis.report.headings import OUTCOMES
from gini_notebook.analysis.report.parts import Page, Table
from gini_notebook.analysis.report.sheets import Book, Column, values_of
from gini_notebook.analysis.report.summary_sheet import summary_sheet
from gini_notebook.analysis.report.workbook import PRINTED, SHEETS, opened
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.report.trend import Past

_SHEETS = {
    **SHEETS,
    "broken": ("Broken", "Verloren"),
    "fixed": ("Fixed", "Behoben"),
    "one_run": ("One run only", "Nur ein Lauf"),
    "settings": ("What differs", "Unterschiede"),
    "changes": ("What changed", "Änderungen"),
}


def comparison_as_workbook(told: Compared, page: Page) -> bytes:
    """Render a comparison: a page to print, then fields, values and documents that changed, and what differs."""
    file = io.BytesIO()
    with opened(file, page.title, page.made_at, page.language) as book:
        first = book.sheet(_name("summary", page), portrait=True)
        _notes(book, page)
        fields = [Column(_of_runs(one.heading, told), one.values, one.kind, one.meaning) for one in _fields(told)]
        book.table(_name("fields", page), fields, bold=told.fields["average"].astype(bool).tolist())
        for change in ("broken", "fixed"):
            rows = told.changed(change)
            if len(rows):
                book.table(_name(change, page), _changed(rows, told), print_rows=PRINTED)
        book.table(_name("documents", page), _documents(told), print_rows=PRINTED)
        for key, section in (("one_run", one_run_only(told)), ("settings", settings(told))):
            tables = [] if section is None else [one for one in section.tables if not one.headed]
            for one in tables:
                book.table(_name(key, page), _texts(one))
        _finish(book, first, page)
    return file.getvalue()


def history_as_workbook(past: "Past", page: Page) -> bytes:
    """Render a history: a page to print, then all runs with centre and limits, and their fields."""
    file = io.BytesIO()
    with opened(file, page.title, page.made_at, page.language) as book:
        first = book.sheet(_name("summary", page), portrait=True)
        _notes(book, page)
        alarms = (past.table["alarm"] != "").tolist()
        columns = run_columns(past.table, page.language, page.text)
        book.table(_name("history", page), columns, bold=alarms, print_rows=PRINTED)
        if past.fields is not None and len(past.fields):
            book.table(_name("fields", page), _past_fields(past.fields, page.language), print_rows=PRINTED)
        _finish(book, first, page)
    return file.getvalue()


def _name(key: str, page: Page) -> str:
    return _SHEETS[key][page.language == "de"]


def _notes(book: Book, page: Page) -> None:
    if page.notes:
        bold = [note.level == "must" for note in page.notes]
        book.table(_name("notes", page), note_columns(page.notes, page.language), bold=bold)


def _finish(book: Book, first: Any, page: Page) -> None:
    """Write the first sheet, which says which others there are."""
    names = [sheet.get_name() for sheet in book.workbook.worksheets()]
    summary_sheet(first, book, page, names[1:])


def _fields(told: Compared) -> list[Column]:
    language = told.form.language
    columns = difference_columns(told.fields, language, told.text)
    detectable = Column(
        told.text["detectable"], column("", told.fields["detectable"], language, "percent").values, "percent"
    )
    p_values = Column("p (Holm)", column("", told.fields["p_holm"], language, "measure").values, "measure")
    return [*columns[:6], p_values, *columns[6:], detectable]


def _of_runs(heading: str, told: Compared) -> str:
    """Call the runs by their names, where a heading says which is meant."""
    known = ("f1_a", "a"), ("f1_b", "b")
    names = {column(key, [], told.form.language).heading: f"F1, {told.names[side]}" for key, side in known}
    return names.get(heading, heading)


def _changed(rows: pd.DataFrame, told: Compared) -> list[Column]:
    language, text = told.form.language, told.text
    words = {name: heading.name(language).lower() for name, heading in OUTCOMES.items()} | {"absent": "–"}
    columns = [
        column("document", rows["document"], language),
        column("field", list(map(dotted, rows["group"], rows["field"])), language),
        column("row", (rows["row"] + 1).where(rows["group"] != ""), language, "count"),
        column("truth", rows["truth"], language),
    ]
    for side, run in told.names.items():
        outcomes = rows[f"outcome_{side}"].tolist()
        columns.append(Column(run, values_of(rows[f"extracted_{side}"])))
        said = [words.get(one, str(one)) for one in outcomes]
        columns.append(Column(text["outcome_in"].format(run=run), said, "outcome", keys=outcomes))
    return columns


def _documents(told: Compared) -> list[Column]:
    language, text, found = told.form.language, told.text, told.comparison.documents
    yes, no = ("ja", "nein") if language == "de" else ("yes", "no")
    columns = [column("document", found["document"], language)]
    for side, run in told.names.items():
        perfect = [None if one is None else yes if one else no for one in values_of(found[f"perfect_{side}"])]
        columns.append(Column(text["perfect_in"].format(run=run), perfect))
    columns += [column(key, found[key], language, "count") for key in ("fixed", "broken")]
    said = {key: column(key, [], language).heading.lower() for key in ("fixed", "broken")}
    return [*columns, Column(text["change"], [said.get(str(one)) for one in values_of(found["change"])])]


def _texts(table: Table) -> list[Column]:
    """Return a table that is words only."""
    return [Column(one.label, [row.cells[one.key] for row in table.rows]) for one in table.columns]


def _past_fields(found: pd.DataFrame, language: str) -> list[Column]:
    yes, no = ("ja", "nein") if language == "de" else ("yes", "no")
    shares = ("f1", "f1_low", "f1_high", "centre", "limit_low", "limit_high")
    return [
        column("run", found["run"], language),
        column("date", found["date"], language, "date"),
        column("field", list(map(dotted, found["group"], found["field"])), language),
        *(column(key, found[key], language, "count") for key in ("support", "correct", "wrong", "missing", "spurious")),
        *(column(key.removeprefix("f1_"), found[key], language, "percent") for key in shares),
        column("comparable", [yes if one else no for one in found["comparable"]], language),
    ]
