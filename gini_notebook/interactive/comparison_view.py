"""``compare_view``: a comparison to look at, with the values behind its numbers one click away."""

from pathlib import Path
from typing import Any

import pandas as pd

from gini_notebook._extras import needed_for

with needed_for("The view of a comparison", "notebook"):
    import anywidget

from gini_notebook._text import printable
from gini_notebook.analysis.comparison import Comparison
from gini_notebook.analysis.comparison.differences import CHANGES
from gini_notebook.errors import SettingError
from gini_notebook.interactive.below import show_below
from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.scripts import joined, styled
from gini_notebook.schema import dotted

HERE = Path(__file__).parent
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
        What is shown.
    below : ipywidgets.Output or None
        Where the values behind a number stand once somebody has clicked on it.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
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
        explorer = explore(self.comparison, show="changed")
        if len(table):
            names = {dotted(*column): None for column in zip(table["group"], table["field"], strict=True)}
            explorer.choose(field=[*names], change=change)
        show_below(self.below, explorer)

    def changed(self, field: str, change: str) -> pd.DataFrame:
        """Return the rows of ``comparison.changes(change)`` that stand behind a number of the table."""
        table = self.comparison.changes(change)
        group, _, name = field.rpartition(".")
        of_group = (table["group"] == group).to_numpy(dtype=bool)
        if name != "micro":
            names = [dotted(*column) for column in zip(table["group"], table["field"], strict=True)]
            of_group = pd.Series(names, dtype=object).eq(field).to_numpy(dtype=bool)
        return table[of_group].reset_index(drop=True)

    def message(self) -> dict[str, Any]:
        """Return what the page is told: texts and numbers of the table, no value of a document."""
        fields = self.comparison.by_field(full=True)
        return {
            "event": "comparison",
            "verdict": printable(self.comparison.verdict()),
            "facts": printable(self.comparison.facts()),
            "notes": [f"{note.text} {note.advice}".rstrip() for note in self.comparison.notes],
            "columns": _COLUMNS,
            "rows": [_row(row) for row in fields.to_dict("records")],
        }

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        event = content.get("event") if isinstance(content, dict) else None
        if event == "hello":
            self.page.send(self.message())
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


def compare_view(comparison: Comparison) -> ComparisonView:
    """Show a comparison: the verdict, each field with its difference and interval, and what was fixed and broken.

    A click on a number of fixed or broken values shows them below.

    Parameters
    ----------
    comparison
        As from :func:`gini_notebook.compare`.

    Returns
    -------
    ComparisonView
        Which shows itself when it stands last in a cell.

    Raises
    ------
    SettingError
        If it is no comparison.

    Examples
    --------
    >>> view = compare_view(gini.compare(baseline, candidate))
    """
    if not isinstance(comparison, Comparison):
        message = f"compare_view() takes a comparison, but this is a {type(comparison).__name__}; compare() makes one."
        raise SettingError(message)
    return ComparisonView(comparison)


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
        "p": "n/a" if pd.isna(row["p_holm"]) else f"{row['p_holm']:.3f}",
        **{change: None if pd.isna(row[change]) else int(row[change]) for change in CHANGES},
        "verdict": str(row["verdict"]),
    }


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _shown(difference: float | None, low: float | None, high: float | None) -> str:
    if difference is None:
        return "n/a"
    return f"{difference:+.3f}" if low is None or high is None else f"{difference:+.3f} ({low:+.3f} to {high:+.3f})"
