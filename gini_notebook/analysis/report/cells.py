"""Parts of a report for cells of a notebook: notes, mistakes and excerpts of pages, as the HTML report has them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gini_notebook.analysis.report.disclosure import Excerpts, check_disclosure, disclosed, excerpts
from gini_notebook.analysis.report.html import environment
from gini_notebook.analysis.report.parts import ShownNote, shown_notes
from gini_notebook.analysis.report.texts import Format, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.report.disclosure import PageSource, Values
    from gini_notebook.notes import Note

__all__ = ["ExcerptsCell", "NotesCell", "excerpts_of", "mistakes_of", "notes_of"]

Language = Literal["en", "de"]
_MISTAKES = ("document", "group", "row", "field", "outcome", "truth", "extracted", "cause", "difference")


@dataclass(frozen=True, slots=True, repr=False)
class NotesCell:
    """Notes that show themselves in a cell: those that must be read first, with examples and what to do."""

    notes: tuple[ShownNote, ...]
    language: str

    def __repr__(self) -> str:
        lines = [" ".join(filter(None, (one.text, one.examples, one.advice))) for one in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return environment().get_template("notes_cell.html.j2").render(notes=self.notes)


@dataclass(frozen=True, slots=True, repr=False)
class ExcerptsCell:
    """Excerpts of pages that show themselves in a cell."""

    excerpts: Excerpts
    language: str

    def __repr__(self) -> str:
        return f"<{self.excerpts.pictures} excerpts of pages>"

    def _repr_html_(self) -> str:
        text = words(Format(self.language), 0.95)
        return environment().get_template("excerpts_cell.html.j2").render(excerpts=self.excerpts, text=text)


def notes_of(notes: "Iterable[Note]", *, language: Language = "en", values: "Values" = "masked") -> NotesCell:
    """Return notes as a report has them.

    Parameters
    ----------
    notes
        ``result.notes``, or those of a comparison.
    language
        ``"en"`` or ``"de"``.
    values
        Examples may be values; only ``"full"`` shows them.

    Examples
    --------
    >>> shown = notes_of(result.notes, language="de")
    """
    told = sorted(shown_notes(notes, language, examples=values == "full"), key=lambda one: one.level != "must")
    return NotesCell(tuple(told), language)


def mistakes_of(result: "Evaluation", *, values: "Values" = "masked") -> "pd.DataFrame":
    """Return the mistakes, with their values as far as they may be shown.

    Parameters
    ----------
    result
        The evaluation.
    values
        As of :func:`gini_notebook.analysis.report.render_report`.

    Raises
    ------
    SettingError
        If there is no such choice of values.

    Examples
    --------
    >>> rows = mistakes_of(result)
    """
    check_disclosure(values)
    return disclosed(result.mistakes(full=True), result, values)[list(_MISTAKES)]


def excerpts_of(
    result: "Evaluation", pages: "PageSource", *, values: "Values" = "masked", language: Language = "en"
) -> ExcerptsCell:
    """Return the places of wrong and spurious values, all else blanked.

    Parameters
    ----------
    result
        The evaluation.
    pages
        ``gini.PageExcerpts(FOLDER)``.
    values, language
        As of :func:`gini_notebook.analysis.report.render_report`.

    Raises
    ------
    SettingError
        If values are to be hidden that excerpts would show.

    Examples
    --------
    >>> shown = excerpts_of(result, gini.PageExcerpts("invoices"))
    """
    check_disclosure(values, pages)
    found = excerpts(result.mistakes(full=True), result, pages, values=values, mask=True)
    return ExcerptsCell(found.in_german() if language == "de" else found, language)
