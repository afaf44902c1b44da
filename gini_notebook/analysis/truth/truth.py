"""``Truth``: the table of labels, with what to know about it."""

from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._display import Display, rows_of
from gini_notebook._noted import NotedTable
from gini_notebook._text import printable, printable_frame
from gini_notebook.notes import as_text
from gini_notebook.schema import TRUTH, dotted, in_order

_SHOWN, _EXAMPLES = 10, 2
_COLUMNS = ("document", "group", "row", "field", "value")


class Truth(NotedTable):
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

    def _display(self) -> Display:
        fields = _by_field(self) if set(TRUTH.columns) <= set(self.columns) else pd.DataFrame()
        documents = f"{self['document'].nunique():,} documents, " if "document" in self else ""
        return Display(
            headline=[f"Ground truth: {documents}{len(self):,} labels, {len(fields)} fields.", self.headline],
            notes=self.notes,
            columns=list(fields.columns),
            rows=rows_of(fields),
            total=len(fields),
            more=[
                "More: it is a table (.head(), .query(…)); gini.check_truth(truth, batch) lists the labels to look at "
                "before believing it."
            ],
        )


def _by_field(truth: pd.DataFrame) -> pd.DataFrame:
    """Return per field how many labels of which state there are, and two values as they were read."""
    group, groups = pd.factorize(truth["group"].to_numpy(dtype=object, na_value=""))
    field, fields = pd.factorize(truth["field"].to_numpy(dtype=object, na_value=""))
    place, places = pd.factorize(group.astype("int64") * max(len(fields), 1) + field)
    columns = [(str(groups[one // len(fields)]), str(fields[one % len(fields)])) for one in places]

    def counted(of: "pd.Series[Any]") -> Any:
        return np.bincount(place, weights=of.fillna(False).to_numpy(dtype=bool), minlength=len(columns)).astype("int64")

    state, value = truth["state"], truth["value"].to_numpy(dtype=object, na_value=None)
    first = pd.DataFrame({"place": place, "value": value}).dropna().drop_duplicates().groupby("place")["value"]
    examples = first.agg(lambda texts: " · ".join(texts.iloc[:_EXAMPLES]))
    table = pd.DataFrame(
        {
            "field": [dotted(*column) for column in columns],
            "values": counted(state == "value"),
            "empty": counted(state == "empty"),
            "unclear": counted(state == "unclear"),
            "alternatives": counted(truth["alternative"] > 0),
            "for example": [examples.get(place) for place in range(len(columns))],
        }
    )
    order = in_order(columns)
    return table.iloc[[columns.index(column) for column in order]].reset_index(drop=True)
