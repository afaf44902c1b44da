"""An evaluation as one file: HTML to look at, XLSX to sort, Markdown for a pull request, JUnit for a build server.

The HTML file is self-contained: no script, nothing loaded from elsewhere, everything from outside escaped, and a
content security policy that would stop it if it were not.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from gini_notebook._extras import needed_for
from gini_notebook._files import replacing
from gini_notebook.analysis.report.compared import comparison_page
from gini_notebook.analysis.report.content import LANGUAGES, gather
from gini_notebook.analysis.report.html import as_html, render
from gini_notebook.analysis.report.junit import as_junit
from gini_notebook.analysis.report.markdown import as_markdown, page_as_markdown
from gini_notebook.analysis.report.workbook import as_workbook
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.report.content import Content

WRITERS = {".html": as_html, ".md": as_markdown, ".xml": as_junit, ".xlsx": as_workbook}
COMPARISON_WRITERS = {".html": render, ".md": page_as_markdown}


def save_report(  # noqa: PLR0913 - options, all by keyword
    result: "Evaluation",
    path: str | Path,
    *,
    language: str = "en",
    title: str | None = None,
    made_at: "datetime | None" = None,
    confidence_level: float = 0.95,
    intervals: str = "documents",
    fail_under: "Sequence[str]" = (),
    by: "Sequence[str] | str" = (),
) -> Path:
    """Write the report of an evaluation; the ending of the name says in which form.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    path
        ``.html`` (headline, table per field with intervals, charts, mistakes, failed documents), ``.xlsx`` (the same
        tables as sheets, with all mistakes), ``.md`` (headline, table per field, failed documents), or ``.xml``
        (JUnit: one test case per document). Where extractions come with a confidence, HTML and Markdown say how far
        it can be trusted.
    language
        ``"en"`` or ``"de"``, for HTML and Markdown.
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
        many of them hold.
    by
        Columns of the documents table to slice by; by default what the run knows of the kind of a document
        (``source_classification``, ``media_type``), where documents differ in it.

    Returns
    -------
    pathlib.Path
        The file. It is written beside its place and moved there at the end, so it is never half a report.

    Raises
    ------
    SettingError
        If the ending or the language is none of these, the level or the kind of intervals makes no sense, a condition
        cannot be read, or there is no such column to slice by.
    MissingLibrary
        If what the form needs is not installed.

    Examples
    --------
    >>> path = result.save_report("report.html")
    >>> path = save_report(result, "bericht.html", language="de")
    """
    path = Path(path)
    writer = writer_of(path)
    _check_language(language)
    content = gather(
        result,
        language=language,
        title=title,
        made_at=made_at,
        how={"intervals": intervals, "confidence_level": confidence_level},
        fail_under=fail_under,
        by=by,
    )
    return _written(path, writer(content))


def save_comparison_report(
    comparison: "Comparison",
    path: str | Path,
    *,
    language: str = "en",
    title: str | None = None,
    made_at: "datetime | None" = None,
    confidence_level: float = 0.95,
) -> Path:
    """Write the report of a comparison of two runs.

    Parameters
    ----------
    comparison
        What :func:`gini_notebook.compare` answered.
    path
        ``.html`` or ``.md``: verdict, notes, both scores and their difference field by field, what broke and what was
        fixed with truth and both extractions, documents and fields of one run only, and which settings differ. The
        runs are called by their names, if these tell them apart.
    language
        ``"en"`` or ``"de"``.
    title
        What stands on top; by default the names of both runs.
    made_at
        The time that is printed; now by default.
    confidence_level
        How sure the intervals are, between 0 and 1.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    SettingError
        If the ending or the language is none of these, or the level makes no sense.

    Examples
    --------
    >>> comparison.save_report("differences.html")  # doctest: +SKIP
    """
    path = Path(path)
    writer = COMPARISON_WRITERS.get(path.suffix.lower())
    if writer is None:
        endings = ", ".join(COMPARISON_WRITERS)
        message = f"A comparison cannot be written as {path.name!r}; let the name end in one of {endings}."
        raise SettingError(message)
    _check_language(language)
    page = comparison_page(
        comparison, language=language, title=title, made_at=made_at, confidence_level=confidence_level
    )
    return _written(path, writer(page))


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        message = f"There is no report in the language {language!r}; choose one of {', '.join(LANGUAGES)}."
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
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        message = f"A report cannot be written as {path.name!r}; let the name end in one of {', '.join(WRITERS)}."
        raise SettingError(message)
    if writer is as_workbook:
        with needed_for("A report as a workbook", "truth"):
            import xlsxwriter  # noqa: F401 - whoever asks may have hours of work before it is written
    return writer


__all__ = ["save_comparison_report", "save_report", "writer_of"]
