"""An evaluation as one file: HTML to look at, XLSX to sort, Markdown for a pull request, JUnit for a build server.

The HTML file is self-contained: no script, nothing loaded from elsewhere, everything from outside escaped, and a
content security policy that would stop it if it were not.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from gini_notebook._extras import needed_for
from gini_notebook._files import replacing
from gini_notebook.analysis.report.content import LANGUAGES, gather
from gini_notebook.analysis.report.html import as_html
from gini_notebook.analysis.report.junit import as_junit
from gini_notebook.analysis.report.markdown import as_markdown
from gini_notebook.analysis.report.workbook import as_workbook
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.report.content import Content

WRITERS = {".html": as_html, ".md": as_markdown, ".xml": as_junit, ".xlsx": as_workbook}


def save_report(
    result: "Evaluation",
    path: str | Path,
    *,
    language: str = "en",
    title: str | None = None,
    made_at: "datetime | None" = None,
    confidence_level: float = 0.95,
    intervals: str = "documents",
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

    Returns
    -------
    pathlib.Path
        The file. It is written beside its place and moved there at the end, so it is never half a report.

    Raises
    ------
    SettingError
        If the ending or the language is none of these, or the level or the kind of intervals makes no sense.
    MissingLibrary
        If what the form needs is not installed.

    Examples
    --------
    >>> path = result.save_report("report.html")
    >>> path = save_report(result, "bericht.html", language="de")
    """
    path = Path(path)
    writer = writer_of(path)
    if language not in LANGUAGES:
        message = f"There is no report in the language {language!r}; choose one of {', '.join(LANGUAGES)}."
        raise SettingError(message)
    content = gather(
        result,
        language=language,
        title=title,
        made_at=made_at,
        how={"intervals": intervals, "confidence_level": confidence_level},
    )
    finished = writer(content)
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
        If what it draws or writes with is not installed.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        message = f"A report cannot be written as {path.name!r}; let the name end in one of {', '.join(WRITERS)}."
        raise SettingError(message)
    if writer is as_html:
        with needed_for("The HTML report draws charts, and", "plots"):
            import matplotlib  # noqa: F401 - whoever asks may have hours of work before it is written
    if writer is as_workbook:
        with needed_for("A report as a workbook", "truth"):
            import xlsxwriter  # noqa: F401
    return writer


__all__ = ["save_report", "writer_of"]
