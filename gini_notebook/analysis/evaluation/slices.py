"""The same scores for parts of the documents (M20 of the metrics)."""

from collections.abc import Hashable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.counts import COUNTED, DocumentCounts, resampled
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.formulas import PROPORTIONS, compute_scores, trials
from gini_notebook.analysis.evaluation.intervals import Estimates
from gini_notebook.analysis.statistics import left_out_sums
from gini_notebook.errors import SchemaError, SettingError

# Below this number of slots a slice is shown in grey and not ranked.
FEWEST_SLOTS = 30
_ENDS = ("", "_low", "_high")
COLUMNS = (
    "slice",
    "documents",
    "slots",
    "support",
    "predicted",
    *COUNTED,
    *(f"{name}{end}" for name in PROPORTIONS for end in _ENDS),
    "small",
    "rank",
)


def slice_values(column: str, names: pd.Series, documents: pd.DataFrame) -> "pd.Series[Any]":
    """Return the value of a column for each document; missing where the table does not have the document."""
    if column not in documents.columns or "document" not in documents.columns:
        message = (
            f"The documents table has no column {column!r} to slice by. It has: "
            f"{', '.join(map(str, documents.columns)) or 'none'}."
        )
        raise SettingError(message)
    if documents["document"].duplicated().any():
        raise SchemaError("The documents table must name every document once.")
    values = documents.set_index(documents["document"].astype(object))[column]
    return values.reindex(pd.Index(names, dtype=object))


def slice_table(
    document_counts: DocumentCounts,
    values: "pd.Series[Any]",
    columns: IntArray,
    *,
    wrong: str,
    seed: int,
    intervals: str,
) -> pd.DataFrame:
    """Write the table of ``Evaluation.by_slice``.

    Parameters
    ----------
    values
        Per document of the document counts, the slice it belongs to.
    columns
        Indices of the columns that are counted together.
    """
    numbers, kinds = pd.factorize(values, sort=_sortable(values), use_na_sentinel=False)
    rows = [
        _facts(kind, document_counts, numbers == number, columns)
        | _scored(document_counts.of(numbers == number), columns, wrong=wrong, seed=seed, intervals=intervals)
        for number, kind in enumerate(kinds)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table[["documents", "slots", "support", "predicted", *COUNTED]] = table[
        ["documents", "slots", "support", "predicted", *COUNTED]
    ].astype("Int64")
    table["small"] = table["small"].astype(bool)
    ranked = table["f1"].where(~table["small"])
    table["rank"] = ranked.rank(ascending=False, method="min").astype("Int64")
    table.attrs["counting_rule"] = wrong
    return table


def _sortable(values: "pd.Series[Any]") -> bool:
    kinds = {type(value) for value in values.dropna().unique()}
    return len(kinds) <= 1


def _facts(kind: Hashable, document_counts: DocumentCounts, selected: BoolArray, columns: IntArray) -> dict[str, Any]:
    counts = document_counts.counts[selected][:, columns].sum(axis=(0, 1), dtype=np.int64)
    return {
        "slice": kind,
        "documents": int(selected.sum()),
        "slots": int(counts[:4].sum()),
        "support": int(counts[:3].sum()),
        "predicted": int(counts[[0, 1, 3]].sum()),
        **dict(zip(COUNTED, counts.tolist(), strict=True)),
        "small": int(counts[:4].sum()) < FEWEST_SLOTS,
    }


def _scored(part: DocumentCounts, columns: IntArray, *, wrong: str, seed: int, intervals: str) -> dict[str, float]:
    """Return the scores of a slice with their intervals."""
    by_document = part.counts[:, columns, :4].sum(axis=1)
    counts, slots = by_document.sum(axis=0, dtype=np.int64), by_document.sum(axis=1)
    samples = resampled(part, seed)[:, columns].sum(axis=1)
    at, drawn, total = compute_scores(counts, wrong), compute_scores(samples, wrong), trials(counts, wrong)

    @cache
    def without() -> Mapping[str, FloatArray]:
        return compute_scores(left_out_sums(by_document, seed=seed), wrong)

    def left_out(name: str) -> FloatArray:
        return without()[name][:, None]

    row: dict[str, float] = {}
    for name in PROPORTIONS:
        estimate = Estimates(
            value=at[name].reshape(1),
            samples=drawn[name][:, None],
            documents=np.array([float((slots > 0).sum())]),
            trials=total[name].reshape(1),
            clustered=np.array([slots.max(initial=0) > 1]),
            left_out=partial(left_out, name),
        )
        low, high, _ = estimate.intervals(intervals)
        row |= {name: float(at[name]), f"{name}_low": float(low[0]), f"{name}_high": float(high[0])}
    return row
