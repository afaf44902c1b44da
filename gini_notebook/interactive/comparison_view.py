"""``compare_view``: a comparison to look at, with the values behind its numbers one click away."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from gini_notebook._extras import needed_for

with needed_for("The view of a comparison", "notebook"):
    import anywidget

from gini_notebook._text import printable, probability
from gini_notebook.analysis.comparison import Comparison
from gini_notebook.analysis.comparison.differences import CHANGES
from gini_notebook.errors import SettingError
from gini_notebook.interactive.below import show_below
from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.explorer.opening import TWO_SOURCES
from gini_notebook.interactive.explorer.subject import slices_of
from gini_notebook.interactive.scripts import joined, styled
from gini_notebook.schema import TEXT, dotted
from gini_notebook.service.batch.inputs import Documents
from gini_notebook.service.client import Client

HERE = Path(__file__).parent
FEWEST_DOCUMENTS = 20
_COLUMNS = ["field", "F1 of A", "F1 of B", "difference", "p (Holm)", "fixed", "broken", "verdict"]


class ComparisonPage(anywidget.AnyWidget):
    """What draws a comparison in the page; it keeps nothing of it."""

    _esm = joined(HERE / "comparison_view.js")
    _css = styled(HERE / "comparison_view.css")


class ComparisonView:
    """A comparison in a notebook; :func:`compare_view` makes it.

    Attributes
    ----------
    comparison : Comparison
        What is compared.
    slice : tuple of str or None
        Property and value of the documents in view; None: all documents.
    below : ipywidgets.Output or None
        Where the values behind a number stand once somebody has clicked on it.
    """

    def __init__(self, comparison: Comparison, pages: Mapping[str, Any]) -> None:
        self.comparison = comparison
        self.slice: tuple[str, str] | None = None
        self._pages = pages
        self._parts: dict[tuple[str, str], Comparison] = {}
        self._slices = slices_of(comparison.b.documents)
        self.page = ComparisonPage()
        self.page.on_msg(self._receive)
        self.below: Any = None

    def open(self, field: str, change: str) -> None:
        """Show the values of a field that were fixed or broken below the table, as a click on their number does.

        Parameters
        ----------
        field
            As the table names it: ``"iban"``, ``"lineItems.baseGross"``; an average stands for all its fields.
        change
            ``"fixed"`` or ``"broken"``.

        Raises
        ------
        SettingError
            If there is no such change, or the view is not shown yet.
        """
        table = self.changed(field, change)
        if self.below is None:
            raise SettingError("The view is not shown yet; let it stand last in a cell.")
        explorer = explore(self.comparison, show="changed", **self._pages)
        if len(table):
            names = {dotted(*column): None for column in zip(table["group"], table["field"], strict=True)}
            explorer.choose(field=[*names], change=change, slice=dict([self.slice] if self.slice else []))
        show_below(self.below, explorer)

    def choose(self, slice: str | None = None, value: str = "") -> None:  # noqa: A002 - what it is called everywhere
        """Show the table of some documents only, as the picker does.

        Parameters
        ----------
        slice
            A property of documents: ``"supplier"``; None: all documents.
        value
            The value of the documents to show.

        Raises
        ------
        SettingError
            If no document has it.
        """
        if slice is not None and value not in self._slices.get(slice, pd.Series(dtype=TEXT)).dropna().tolist():
            known = ", ".join(self._slices) or "none"
            message = f"No document has {slice} {value!r}. Documents differ in: {known}."
            raise SettingError(message)
        self.slice = None if slice is None else (slice, value)
        self.page.send(self.message())

    @property
    def shown(self) -> Comparison:
        """The comparison of the documents in view."""
        if self.slice is None:
            return self.comparison
        name, value = self.slice
        if self.slice not in self._parts:
            values = self._slices[name]
            self._parts[self.slice] = self.comparison.of_documents(values.index[values.eq(value).fillna(False)])
        return self._parts[self.slice]

    def changed(self, field: str, change: str) -> pd.DataFrame:
        """Return the rows of ``comparison.changes(change)`` that stand behind a number of the table."""
        table = self.shown.changes(change)
        group, _, name = field.rpartition(".")
        of_group = (table["group"] == group).to_numpy(dtype=bool)
        if name != "micro":
            names = [dotted(*column) for column in zip(table["group"], table["field"], strict=True)]
            of_group = pd.Series(names, dtype=object).eq(field).to_numpy(dtype=bool)
        return table[of_group].reset_index(drop=True)

    def message(self) -> dict[str, Any]:
        """Return what the page is told: texts and numbers of the table, no value of a document."""
        shown = self.shown
        fields, few = shown.by_field(full=True), len(shown.documents) < FEWEST_DOCUMENTS
        few = few and self.slice is not None
        verdict = f"Too few documents to tell: {len(shown.documents)}." if few else shown.verdict()
        rows = [_row(row) | ({"verdict": "too few"} if few else {}) for row in fields.to_dict("records")]
        return {
            "event": "comparison",
            "verdict": printable(verdict),
            "facts": printable(shown.facts()),
            "notes": [f"{note.text} {note.advice}".rstrip() for note in shown.notes],
            "columns": _COLUMNS,
            "rows": rows,
            "slices": [[name, printable(name), _choices(values)] for name, values in self._slices.items()],
            "slice": None if self.slice is None else list(self.slice),
        }

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        event = content.get("event") if isinstance(content, dict) else None
        if event == "hello":
            self.page.send(self.message())
        elif event == "slice":
            with suppress(SettingError):
                self.choose(content.get("slice"), str(content.get("value", "")))
        elif event == "open" and content.get("change") in CHANGES and self.below is not None:
            self.open(str(content.get("field")), content["change"])

    def _ipython_display_(self) -> None:
        """Show the view, with the comparison's own display as text, and below it room for what is opened."""
        import ipywidgets
        from IPython.display import display

        self.below = ipywidgets.Output()
        data, _ = self.page._repr_mimebundle_() or ({}, {})
        text = self.comparison._repr_mimebundle_()["text/plain"]
        display(data | {"text/plain": text}, raw=True)  # type: ignore[no-untyped-call]
        display(self.below)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return f"<ComparisonView of {self.comparison!r}>"


def compare_view(
    comparison: Comparison, *, documents: Documents | None = None, client: Client | None = None, batch: Any = None
) -> ComparisonView:
    """Show a comparison: the verdict, each field with its difference and interval, and what was fixed and broken.

    A click on a number of fixed or broken values shows them below. Where documents have properties that part them into
    a few groups, one of them can be chosen; of fewer than 20 documents no verdict is given.

    Parameters
    ----------
    comparison
        As from :func:`gini_notebook.compare`.
    documents, client, batch
        Where the pages come from, and of which run, as for :func:`gini_notebook.explore`.

    Returns
    -------
    ComparisonView
        Which shows itself when it stands last in a cell.

    Raises
    ------
    SettingError
        If it is no comparison, or both ``documents`` and ``client`` are given.

    Examples
    --------
    >>> view = compare_view(gini.compare(baseline, candidate), documents="invoices/")
    """
    if not isinstance(comparison, Comparison):
        message = f"compare_view() takes a comparison, but this is a {type(comparison).__name__}; compare() makes one."
        raise SettingError(message)
    if documents is not None and client is not None:
        raise SettingError(TWO_SOURCES)
    return ComparisonView(comparison, {"documents": documents, "client": client, "batch": batch})


def _choices(values: "pd.Series[Any]") -> list[list[str]]:
    """Return each value as it is and as it is shown."""
    return [[value, printable(value)] for value in sorted(set(values.dropna()))]


def _row(row: dict[Any, Any]) -> dict[str, Any]:
    difference, low, high = (_plain(row[f"f1_difference{end}"]) for end in ("", "_low", "_high"))
    return {
        "field": printable(dotted(row["group"], row["field"])),
        "average": bool(row["average"]),
        **{side: "n/a" if pd.isna(row[f"f1_{side}"]) else f"{row[f'f1_{side}']:.3f}" for side in ("a", "b")},
        "difference": difference,
        "low": low,
        "high": high,
        "shown": _shown(difference, low, high),
        "p": probability(row["p_holm"]),
        **{change: None if pd.isna(row[change]) else int(row[change]) for change in CHANGES},
        "verdict": str(row["verdict"]),
    }


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _shown(difference: float | None, low: float | None, high: float | None) -> str:
    if difference is None:
        return "n/a"
    return f"{difference:+.3f}" if low is None or high is None else f"{difference:+.3f} ({low:+.3f} to {high:+.3f})"
