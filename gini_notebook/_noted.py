"""A table with notes beside it: what could make it mean something else stands where the table stands."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from gini_notebook._display import COLUMNS, Display, rows_of
from gini_notebook._text import printable, printable_frame
from gini_notebook.notes import Note, as_plain, as_text, from_plain, ordered


class NotedTable(pd.DataFrame):  # type: ignore[misc]  # pandas comes without types
    """A table that says in a cell, and when printed, what to know about it.

    It is a DataFrame and works as one; what is cut out of it (rows, columns, copies) is a plain DataFrame, with the
    notes in ``attrs["notes"]``.

    Examples
    --------
    >>> noted(pd.DataFrame({"document": ["a.pdf"]}), "1 document.", [Note("documents_failed")]).notes[0].kind
    'documents_failed'
    """

    @property
    def _constructor(self) -> Callable[..., Any]:
        plain: Callable[..., Any] = pd.DataFrame
        return plain

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know about the table, gravest first; see :mod:`gini_notebook.notes`."""
        return ordered(from_plain(self.attrs.get("notes")))

    @property
    def headline(self) -> str:
        """One sentence: what the table is."""
        return str(self.attrs.get("headline", ""))

    def __repr__(self) -> str:
        rows = f"{printable_frame(pd.DataFrame(self))}\n" if len(self) else ""
        return f"{printable(self.headline)}\n{as_text(self.notes)}{rows}".rstrip("\n")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell what to know about the table: headline, notes, and rows."""
        del include, exclude
        return self._display().bundle()

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return self._display().html

    def _display(self) -> Display:
        table = pd.DataFrame(self)
        is_wide = len(table.columns) > COLUMNS
        if is_wide:
            table = table[[name for name in table.columns if not str(name).endswith(("_low", "_high"))]]
        return Display(
            [self.headline],
            self.notes,
            [str(name) for name in table.columns] if len(table) else [],
            rows_of(table),
            total=len(table),
            more=["The ends of intervals are in the columns …_low and …_high."] if is_wide and len(table) else [],
        )


def noted(table: pd.DataFrame, headline: str, notes: Iterable[Note]) -> NotedTable:
    """Put notes beside a table.

    Parameters
    ----------
    table
        The table; its ``attrs`` are kept.
    headline
        One sentence: what the table is.
    notes
        What to know about it.
    """
    found = NotedTable(table)
    found.attrs = {**table.attrs, "headline": headline, "notes": as_plain(ordered(notes))}
    return found
