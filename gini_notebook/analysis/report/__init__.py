"""An evaluation as one file: HTML to look at, XLSX to sort, Markdown for a pull request, and forms for pipelines.

The HTML file is self-contained: no script, nothing loaded from elsewhere, everything from outside escaped, and a
content security policy that would stop it if it were not.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gini_notebook._extras import needed_for
from gini_notebook._files import replacing
from gini_notebook._text import described
from gini_notebook.analysis.report.compared import Compared, comparison_page
from gini_notebook.analysis.report.content import LANGUAGES, HowSure, Wishes, gather
from gini_notebook.analysis.report.disclosure import check_disclosure
from gini_notebook.analysis.report.html import as_html, render
from gini_notebook.analysis.report.junit import as_junit, comparison_as_junit
from gini_notebook.analysis.report.markdown import BUDGETS, as_markdown, page_as_markdown
from gini_notebook.analysis.report.metrics import (
    annotations,
    as_json,
    as_openmetrics,
    comparison_as_json,
    history_as_json,
)
from gini_notebook.analysis.report.past import history_page
from gini_notebook.analysis.report.run_workbooks import comparison_as_workbook, history_as_workbook
from gini_notebook.analysis.report.texts import Format
from gini_notebook.analysis.report.trend import HISTORY_COLUMNS, Past
from gini_notebook.analysis.report.workbook import as_workbook
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from gini_notebook.analysis.automation import Automation
    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.costs import Costs, CostsByField
    from gini_notebook.analysis.evaluation.intervals import IntervalKind
    from gini_notebook.analysis.history import History
    from gini_notebook.analysis.report.content import Content
    from gini_notebook.analysis.report.disclosure import PageSource, Values
    from gini_notebook.analysis.report.parts import Page

Writer = TypeVar("Writer")
WRITERS = {
    ".html": as_html,
    ".xlsx": as_workbook,
    ".md": as_markdown,
    ".xml": as_junit,
    ".txt": as_openmetrics,
    ".json": as_json,
}
# These forms need no more than the page.
PAGE_WRITERS: "Mapping[str, Callable[[object, Page], bytes]]" = {
    ".html": lambda _, page: render(page),
    ".md": lambda _, page: page_as_markdown(page),
}
COMPARISON_WRITERS: "Mapping[str, Callable[[Compared, Page], bytes]]" = {
    **PAGE_WRITERS,
    ".xlsx": comparison_as_workbook,
    ".xml": comparison_as_junit,
    ".json": comparison_as_json,
}
HISTORY_WRITERS: "Mapping[str, Callable[[Past, Page], bytes]]" = {
    **PAGE_WRITERS,
    ".xlsx": history_as_workbook,
    ".json": history_as_json,
}
DOCUMENTS = ("failed", "all")


def save_report(result: "Evaluation", path: str | Path, **options: Any) -> Path:
    """Write the report of an evaluation; the ending of the name says in which form.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    path
        ``.html``: verdict, notes, numbers, table per field with intervals, charts, mistakes, failed documents.
        ``.xlsx``: a page to print, then sheets to sort: fields, all mistakes, all documents that were sent, and more.
        ``.md``: a comment of a pull request, without any value of a document.
        ``.xml``: JUnit, a test case per condition and field. ``.txt``: OpenMetrics. ``.json``: the content as data.
    **options
        As of :func:`render_report`.

    Returns
    -------
    pathlib.Path
        The file. It is written beside its place and moved there at the end, so it is never half a report.

    Raises
    ------
    SettingError
        As of :func:`render_report`.

    Examples
    --------
    >>> path = result.save_report("report.html")
    >>> path = save_report(result, "bericht.xlsx", language="de")
    """
    path = Path(path)
    writer_of(path)
    finished = render_report(result, path.suffix, **options)
    return _written(path, finished)


def render_report(  # noqa: PLR0913 - options, all by keyword
    result: "Evaluation",
    form: str,
    *,
    language: Literal["en", "de"] = "en",
    title: str | None = None,
    made_at: "datetime | None" = None,
    confidence_level: float = 0.95,
    intervals: "IntervalKind" = "documents",
    fail_under: "Sequence[str]" = (),
    by: "Sequence[str] | str" = (),
    baseline: "Comparison | None" = None,
    budget: str | None = "comment",
    documents: str | None = None,
    raw: bool = False,
    automation: "Automation | None" = None,
    values: "Values" = "full",
    pages: "PageSource | None" = None,
    mask: bool = True,
    history: "History | pd.DataFrame | None" = None,
    costs: "Costs | CostsByField | None" = None,
    whole_pages: bool = False,
) -> bytes:
    """Return the report of an evaluation as :func:`save_report` writes it.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    form
        An ending: ``".html"``, ``".xlsx"``, ``".md"``, ``".xml"``, ``".txt"`` or ``".json"``.
    language
        ``"en"`` or ``"de"``, for HTML, workbook, Markdown and the verdict; names for programs are English.
    title
        What stands on top; "Extraction quality" or its translation by default.
    made_at
        The time that is printed; now by default.
    confidence_level
        How sure the intervals are, between 0 and 1.
    intervals
        How they are made, as for ``Evaluation.by_field``.
    fail_under
        Conditions (quality gates) as for ``Evaluation.check``: ``["payable_rate>=0.8"]``. The verdict begins with how
        many of them hold, and JUnit has a case for each.
    by
        Columns of the documents table to slice by; by default what the run knows of the kind of a document
        (``source_classification``, ``media_type``), where documents differ in it.
    baseline
        A comparison of an earlier result with this one, ``gini.compare(earlier, result)``: what changed stands in
        every form.
    budget
        How long Markdown may be: ``"comment"``, 60,000 characters, as a comment on GitHub takes 65,536;
        ``"summary"``, 900,000 bytes, as the summary of a job takes 1 MiB; or None. Sections are left out as a whole,
        from the end; what has to be read first never is.
    documents
        Which documents have a case of their own in JUnit, beside the conditions and fields: None for none,
        ``"failed"``, or ``"all"``, which fail with their mistakes.
    raw
        Whether a workbook also has the tables with the names of Python and all their columns.
    automation
        A plan for the same documents, ``gini.automation(result, checks)``: HTML, workbook, Markdown and JSON say which
        of them could be paid unseen, and what cannot be shown.
    values
        How values of documents stand in tables: ``"full"``; ``"masked"``, amounts, numbers and dates as they are, of an
        IBAN both ends (``DE25 … 3676``), of all else the first letters (``G… M…``); or ``"none"``, ``…`` in place of
        each. Names of documents are always there.
    pages
        ``gini.PageExcerpts(FOLDER)``: HTML shows where wrong and spurious values were read, at most 40 pictures and 2
        MB, one of each set of mistakes first, then by amount. Values that are masked in the tables are not drawn.
    mask
        Whether an excerpt shows the value in question only, with bars in place of other words.
    history
        Earlier runs, ``gini.history("runs/*/evaluation.zip")``, or its table: HTML shows in a control chart per metric
        which of them differ by more than chance, and beside each field a small line of its F1; a workbook and JSON have
        all runs, Markdown the latest.
    costs
        What one mistake costs, as for ``Evaluation.costs``: ``{"wrong": 50, "missing": 2, "spurious": 10}``. HTML,
        workbook, Markdown, OpenMetrics and JSON say what the mistakes cost, and the documents that are listed first are
        those whose mistakes cost most.
    whole_pages
        Whether HTML also shows, small and as it is, the first page of documents with missing values, of which nobody
        knows where they stand. Needs ``pages``, ``mask=False`` and ``values="full"``.

    Raises
    ------
    MissingLibrary
        If what the form needs is not installed.
    SettingError
        If the form, the language or the budget is none of these, the level or the kind of intervals makes no sense, a
        condition cannot be read, there is no such column to slice by, the comparison is not one with this result, the
        plan is of other documents, values are to be hidden that ``pages`` or ``raw`` would show, or the history is
        none, or a cost is no number.

    Examples
    --------
    >>> comment = render_report(result, ".md", fail_under=["micro_f1>=0.8"]).decode()
    """
    writer = writer_of(Path(f"report{form}"))
    _check_choice("report in the language", language, LANGUAGES)
    _check_choice("budget of Markdown", budget, (*BUDGETS, None))
    _check_choice("choice of documents for JUnit", documents, (*DOCUMENTS, None))
    check_disclosure(values, pages, raw=raw, mask=mask, whole_pages=whole_pages)
    if baseline is not None and baseline.b != result:
        message = "The baseline is no comparison with this result; make it with gini.compare(earlier, result)."
        raise SettingError(message)
    if automation is not None and not automation.is_of(result):
        message = (
            f"The plan of automation is of other documents: not all of its {len(automation.documents):,} are in this "
            "result. Make it with gini.automation(result, checks)."
        )
        raise SettingError(message)
    content = gather(
        result,
        language=language,
        title=title,
        made_at=made_at,
        how={"intervals": intervals, "confidence_level": confidence_level},
        fail_under=fail_under,
        by=by,
        wishes=Wishes(
            baseline, budget, documents, raw, automation, values, pages, mask, _runs_of(history), costs, whole_pages
        ),
    )
    return writer(content)


def _runs_of(history: Any) -> Past | None:
    """Return the runs of a history, or say that it is none."""
    if history is None:
        return None
    is_table = hasattr(history, "columns") or not hasattr(history, "table")
    table = history if is_table else history.table()
    lacking = [name for name in HISTORY_COLUMNS if name not in getattr(table, "columns", ())]
    if lacking:
        message = (
            f'history is {described(history)}, and no history of runs; give gini.history("runs/*/evaluation.zip"), a '
            "history of a file, or the table of one."
        )
        raise SettingError(message)
    return Past(table, None if is_table else history.by_field())


def save_comparison_report(
    comparison: "Comparison",
    path: str | Path,
    *,
    language: Literal["en", "de"] = "en",
    title: str | None = None,
    made_at: "datetime | None" = None,
    confidence_level: float = 0.95,
    values: "Values | None" = None,
    no_worse_than: float | None = None,
) -> Path:
    """Write the report of a comparison of two runs.

    Parameters
    ----------
    comparison
        What :func:`gini_notebook.compare` answered.
    path
        ``.html``, ``.md`` or ``.xlsx``: verdict, notes, both scores and their difference field by field, what broke and
        what was fixed with truth and both extractions, documents and fields of one run only, and which settings differ.
        The runs are called by their names, if these tell them apart. ``.xml``: JUnit, a case per margin and field.
        ``.json``: the content as data; neither of these has a value of a document.
    language
        ``"en"`` or ``"de"``.
    title
        What stands on top; by default the names of both runs.
    made_at
        The time that is printed; now by default.
    confidence_level
        How sure the intervals are, between 0 and 1.
    values
        How values of documents stand in tables, as for :func:`render_report`; by default ``"masked"`` in Markdown, as
        comments are public more often than files, else ``"full"``.
    no_worse_than
        A loss of F1 (micro) that would be tolerated, as for ``Comparison.no_worse_than``: every form says whether the
        second run loses more, and JUnit has a case that fails unless it is shown that it does not.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    SettingError
        If the ending, the language or the choice of values is none of these, or the level or the margin makes no sense.
    MissingLibrary
        If what the form needs is not installed.

    Examples
    --------
    >>> comparison.save_report("differences.html").name
    'differences.html'
    """
    path = Path(path)
    writer = _writer_of("comparison", path, COMPARISON_WRITERS)
    _check_choice("report in the language", language, LANGUAGES)
    shown: Values = values or ("masked" if path.suffix.lower() == ".md" else "full")
    check_disclosure(shown)
    told = Compared(comparison, Format(language), confidence_level, shown, no_worse_than)
    return _written(path, writer(told, comparison_page(told, title=title, made_at=made_at)))


def save_history_report(
    history: "History",
    path: str | Path,
    *,
    language: Literal["en", "de"] = "en",
    title: str | None = None,
    made_at: "datetime | None" = None,
) -> Path:
    """Write the report of many runs: whether numbers move by more than chance.

    Parameters
    ----------
    history
        What :func:`gini_notebook.history` answered.
    path
        ``.html``: a control chart per metric, a small line per field, what changed between runs. ``.md``: the same in
        words and tables. ``.xlsx``: all runs, and their fields. ``.json``: both tables as data.
    language
        ``"en"`` or ``"de"``.
    title
        What stands on top.
    made_at
        The time that is printed; now by default.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    SettingError
        If the ending or the language is none of these.
    MissingLibrary
        If what the form needs is not installed.

    Examples
    --------
    >>> save_history_report(gini.history(result), "trend.md").name
    'trend.md'
    """
    path = Path(path)
    writer = _writer_of("history", path, HISTORY_WRITERS)
    _check_choice("report in the language", language, LANGUAGES)
    past = Past(history.table(), history.by_field())
    page = history_page(past, history.changes(), language=language, title=title, made_at=made_at)
    return _written(path, writer(past, page))


def verdict_of(
    result: "Evaluation", *, language: str = "en", fail_under: "Sequence[str]" = (), by: "Sequence[str] | str" = ()
) -> tuple[str, ...]:
    """Say in one to three sentences what came out, as every form of a report begins.

    Parameters
    ----------
    result, language, fail_under, by
        As of :func:`render_report`.

    Raises
    ------
    SettingError
        As there.

    Examples
    --------
    >>> sentences = verdict_of(result, language="de")
    """
    _check_choice("report in the language", language, LANGUAGES)
    how: HowSure = {"intervals": "documents", "confidence_level": 0.95}
    content = gather(result, language=language, title=None, made_at=None, how=how, fail_under=fail_under, by=by)
    return tuple(content.verdict)


def _check_choice(what: str, given: str | None, known: "Sequence[str | None]") -> None:
    if given not in known:
        message = f"There is no {what} {given!r}; choose one of {', '.join(map(str, known))}."
        raise SettingError(message)


def _written(path: Path, finished: bytes) -> Path:
    with replacing(path) as written:
        written.write_bytes(finished)
    return path


def writer_of(path: Path) -> "Callable[[Content], bytes]":
    """Return who writes a report of this name.

    Raises
    ------
    SettingError
        If nobody does; the message lists the endings.
    MissingLibrary
        If what it writes with is not installed.
    """
    return _writer_of("report", path, WRITERS)


def check_comparison_form(path: Path) -> None:
    """Refuse a name that no report of a comparison has, as :func:`writer_of` does."""
    _writer_of("comparison", path, COMPARISON_WRITERS)


def check_history_form(path: Path) -> None:
    """Refuse a name that no report of a history has, as :func:`writer_of` does."""
    _writer_of("history", path, HISTORY_WRITERS)


def _writer_of(what: str, path: Path, writers: "Mapping[str, Writer]") -> "Writer":
    writer = writers.get(path.suffix.lower())
    if writer is None:
        message = f"A {what} cannot be written as {path.name!r}; let the name end in one of {', '.join(writers)}."
        raise SettingError(message)
    if path.suffix.lower() == ".xlsx":
        with needed_for(f"A {what} as a workbook", "truth"):
            import xlsxwriter  # noqa: F401 - whoever asks may have hours of work before it is written
    return writer


__all__ = [
    "annotations",
    "check_comparison_form",
    "check_history_form",
    "render_report",
    "save_comparison_report",
    "save_history_report",
    "save_report",
    "verdict_of",
    "writer_of",
]
