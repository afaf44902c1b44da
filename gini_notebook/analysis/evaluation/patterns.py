"""Which header fields go wrong together: the distinct sets of mistakes that documents have."""

from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.counts import COUNTED, DocumentCounts
from gini_notebook.analysis.evaluation.encoding import BoolArray, IntArray
from gini_notebook.analysis.evaluation.slices import slice_values
from gini_notebook.errors import SettingError
from gini_notebook.schema import COUNT, MEASURE, TEXT

COLUMNS = {
    "documents": COUNT,
    "share": MEASURE,
    "mistakes": COUNT,
    "example": TEXT,
    "slice": TEXT,
    "slice_documents": COUNT,
}
# Of a field that has several, as one that was predicted twice: the gravest.
_MISTAKES = ("spurious", "missing", "wrong")


def pattern_table(
    counted: DocumentCounts, documents: pd.DataFrame, by: "str | pd.Series[Any] | None", top: int | None
) -> pd.DataFrame:
    """Write the table of ``Evaluation.patterns``."""
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 0):
        message = f"top is {top!r}; it must be a number of patterns, 0 or more."
        raise SettingError(message)
    columns = counted.columns_of("")
    marks = mistakes_of(counted, columns)
    labelled = counted.counts[:, columns, : len(COUNTED)].sum(axis=(1, 2)) > 0
    pattern, distinct = _patterns(marks[labelled])
    names = documents["document"].to_numpy(dtype=object)[labelled]
    slips = counted.counts[:, columns, 1:4].sum(axis=(1, 2))[labelled]
    count = len(distinct)
    table = pd.DataFrame(
        {
            "documents": np.bincount(pattern, minlength=count),
            "mistakes": np.bincount(pattern, weights=slips, minlength=count).astype(np.int64),
            "example": names[np.unique(pattern, return_index=True)[1]] if count else [],
        }
    )
    table["share"] = table["documents"] / max(len(names), 1)
    table["slice"], table["slice_documents"] = _dominant(pattern, count, _slices(documents, by, labelled))
    table = table[list(COLUMNS)].astype(COLUMNS)
    fields = [name if name not in COLUMNS else f"fields.{name}" for _, name in (counted.columns[at] for at in columns)]
    for place, field in enumerate(fields):
        texts = np.array([None, *_MISTAKES], dtype=object)[distinct[:, place]]
        table[field] = pd.array(texts, dtype=TEXT)
    clean = ~distinct.any(axis=1)
    order = np.lexsort((np.arange(count), -table["mistakes"], -table["documents"], ~clean))
    kept = len(order) if top is None else top + int(clean.any())
    table = table.iloc[order[:kept]].reset_index(drop=True)
    table.attrs |= {"patterns": count - int(clean.any()), "documents": len(names), "fields": fields, "by": _named(by)}
    return table


def mistakes_of(counted: DocumentCounts, columns: IntArray) -> IntArray:
    """Return per document and column 0, or 1 + the place of its gravest mistake among spurious, missing, wrong."""
    counts = counted.counts[:, columns]
    marks = np.zeros(counts.shape[:2], dtype=np.int64)
    for code, name in enumerate(_MISTAKES, start=1):
        marks[counts[:, :, COUNTED.index(name)] > 0] = code
    return marks


def _patterns(marks: IntArray) -> tuple[IntArray, IntArray]:
    """Return per document the number of its pattern, and the patterns in the order of their first document."""
    if not len(marks):
        return np.zeros(0, dtype=np.int64), np.zeros((0, marks.shape[1]), dtype=np.int64)
    # Rows as single values: numbering those is many times faster than sorting rows.
    rows = marks.astype(np.uint8)
    pattern, first = pd.factorize(pd.Index([row.tobytes() for row in rows], dtype=object))
    return pattern.astype(np.int64), np.frombuffer(b"".join(first), dtype=np.uint8).reshape(len(first), -1).astype(int)


def _slices(documents: pd.DataFrame, by: "str | pd.Series[Any] | None", labelled: BoolArray) -> Any:
    if by is None:
        return None
    names = documents["document"]
    if isinstance(by, pd.Series):
        named = pd.DataFrame({"document": by.index.astype(str), "slice": by.to_numpy()})
        return slice_values("slice", names, named)[labelled]
    return slice_values(by, names, documents)[labelled]


def _dominant(pattern: IntArray, count: int, values: Any) -> tuple[Any, Any]:
    """Return the slice that most documents of each pattern are of, and how many are."""
    if values is None or not count:
        return pd.array([pd.NA] * count, dtype=TEXT), pd.array([pd.NA] * count, dtype=COUNT)
    codes, kinds = pd.factorize(values.astype(object), sort=False, use_na_sentinel=False)
    met = np.bincount(pattern * len(kinds) + codes, minlength=count * len(kinds)).reshape(count, len(kinds))
    texts = np.array([None if pd.isna(kind) else str(kind) for kind in kinds], dtype=object)
    return pd.array(texts[met.argmax(axis=1)], dtype=TEXT), met.max(axis=1)


def _named(by: "str | pd.Series[Any] | None") -> str | None:
    if isinstance(by, pd.Series):
        return str(by.name) if by.name is not None else "slice"
    return by
