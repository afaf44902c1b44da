"""``Truth``: the table of labels, with what to know about it."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pandas as pd
from markupsafe import Markup

from gini_notebook._text import printable, printable_frame
from gini_notebook.notes import Note, as_html, as_text, from_plain, ordered

_SHOWN = 10
_COLUMNS = ("document", "group", "row", "field", "value")


class Truth(pd.DataFrame):  # type: ignore[misc]  # pandas comes without types
    """Ground truth: a table of :data:`gini_notebook.schema.TRUTH` that says what was understood.

    It is a DataFrame and works as one; what is cut out of it (rows, columns, copies) is a plain DataFrame, with the
    notes in ``attrs["notes"]``.

    Examples
    --------
    >>> from gini_notebook import read_truth
    >>> truth = read_truth(pd.DataFrame({"Dateiname": ["a.pdf"], "Betrag": ["1.234,56 €"]}))
    >>> truth.loc[0, "value"]
    '1234.56:EUR'
    >>> [note.kind for note in truth.notes]
    ['notation_understood', 'columns_understood']
    """

    @property
    def _constructor(self) -> Callable[..., Any]:
        plain: Callable[..., Any] = pd.DataFrame
        return plain

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know about the labels, gravest first; see :mod:`gini_notebook.notes`."""
        return ordered(from_plain(self.attrs.get("notes")))

    @property
    def digest(self) -> str:
        """SHA-256 of what the labels say; the order of rows and where a label comes from do not matter."""
        columns = ("document", "group", "row", "field", "value", "state")
        rows = sorted(
            "\0".join("" if pd.isna(cell) else str(cell) for cell in row)
            for row in self[list(columns)].itertuples(index=False, name=None)
        )
        return sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def headline(self) -> str:
        """One sentence: how many labels of how many documents."""
        return str(self.attrs.get("summary", f"{len(self)} labels of {self['document'].nunique()} documents."))

    def __repr__(self) -> str:
        if not set(_COLUMNS) <= set(self.columns):
            return str(pd.DataFrame(self))
        shown = printable_frame(pd.DataFrame(self)[list(_COLUMNS)])
        table = shown.to_string(max_rows=_SHOWN, min_rows=_SHOWN, index=False)
        return f"{printable(self.headline)}\n{as_text(self.notes)}{table}"

    def _repr_html_(self) -> str:
        """Show the headline, the notes and the first labels in a notebook; text from files is escaped."""
        columns = [name for name in _COLUMNS if name in self.columns]
        shown = printable_frame(pd.DataFrame(self)[columns].head(_SHOWN))
        table = str(shown.to_html(index=False, na_rep="", escape=True))
        return str(Markup("<p>{}</p>").format(printable(self.headline))) + as_html(self.notes) + table
