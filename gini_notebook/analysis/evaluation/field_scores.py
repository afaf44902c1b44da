"""The table per field: counts, scores, companions, intervals, and the averages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.counts import COUNTED, DocumentCounts
from gini_notebook.analysis.evaluation.encoding import FloatArray, IntArray
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO, WEIGHTED, companions, trials, with_averages
from gini_notebook.analysis.evaluation.intervals import Estimates
from gini_notebook.analysis.statistics import left_out_sums
from gini_notebook.errors import SettingError
from gini_notebook.schema import FIELD_SCORES, dotted


@dataclass(frozen=True, eq=False)
class GroupScores:
    """Scores of one group: its columns, then micro, macro and perhaps weighted, in arrays of this order.

    Attributes
    ----------
    columns
        Indices of the columns in the document counts.
    counts
        Rows × ``COUNTED`` for columns and micro; the other averages have none.
    estimates
        By score: precision, recall, f1.
    left_out
        Number of fields without a truth value, which macro does without (M8).
    """

    columns: IntArray
    counts: IntArray
    estimates: Mapping[str, Estimates]
    left_out: int


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """How scores are made: counting rule, seed of the samples, weight of every column, and what stands for 0/0."""

    wrong: str
    seed: int
    weights: FloatArray | None = None
    undefined: float = np.nan


def score_group(document_counts: DocumentCounts, samples: FloatArray, group: str, how: Scoring) -> GroupScores:
    """Score the columns of a group, and their averages (M7).

    Parameters
    ----------
    samples
        Samples × columns of the document counts × counts, from the document bootstrap.
    how
        Has the seed of these samples.
    """
    indices = document_counts.columns_of(group)
    counts = document_counts.totals[indices]
    supported = np.flatnonzero(counts[:, :3].sum(axis=1) > 0)
    counts = np.concatenate([counts, counts.sum(axis=0, keepdims=True)])
    slots = document_counts.counts[:, indices, :4].sum(axis=2)
    slots = np.concatenate([slots, slots.sum(axis=1, keepdims=True)], axis=1)
    documents = np.asarray((slots > 0).sum(axis=0), dtype=np.float64)
    weights = None if how.weights is None else how.weights[indices]
    averages = 1 if weights is None else 2
    scored = partial(with_averages, supported=supported, wrong=how.wrong, weights=weights, undefined=how.undefined)
    at, drawn = (scored(side[..., indices, :4]) for side in (document_counts.totals, samples))

    @cache
    def without() -> Mapping[str, FloatArray]:
        flat = document_counts.counts[:, indices, :4].reshape(len(document_counts.counts), -1)
        return scored(left_out_sums(flat, seed=how.seed).reshape(-1, len(indices), 4))

    estimates = {
        name: Estimates(
            value=at[name],
            samples=drawn[name],
            documents=np.append(documents, np.repeat(documents[-1], averages)),
            trials=np.append(total, np.full(averages, np.nan)),
            clustered=np.append(slots.max(axis=0, initial=0) > 1, np.full(averages, True)),
            left_out=partial(_of, without, name),
        )
        for name, total in trials(counts, how.wrong).items()
    }
    return GroupScores(indices, counts, estimates, len(indices) - len(supported))


def _of(scores: Callable[[], Mapping[str, FloatArray]], name: str) -> FloatArray:
    return scores()[name]


def field_table(
    document_counts: DocumentCounts,
    samples: FloatArray,
    *,
    entities: Mapping[tuple[str, str], str],
    intervals: str,
    how: Scoring,
) -> pd.DataFrame:
    """Write the table (``schema.FIELD_SCORES``)."""
    rows: list[dict[str, Any]] = []
    left_out, degenerate = {}, []
    averages = (MICRO, MACRO) if how.weights is None else (MICRO, MACRO, WEIGHTED)
    for group in document_counts.groups:
        scored = score_group(document_counts, samples, group, how)
        if not len(scored.columns):
            continue
        left_out[group] = scored.left_out
        names = [document_counts.columns[place] for place in scored.columns]
        labels = [*(field for _, field in names), *averages]
        group_rows: list[dict[str, Any]] = [
            {"group": group, "field": field, "entity": entities.get((group, field))} for field in labels
        ]
        _fill_counts(group_rows[: len(scored.counts)], scored.counts)
        for name, estimates in scored.estimates.items():
            low, high, replaced = estimates.intervals(intervals)
            for at, row in enumerate(group_rows):
                row |= {name: estimates.value[at], f"{name}_low": low[at], f"{name}_high": high[at]}
            if name == "f1":
                degenerate += [(group, label) for label, flag in zip(labels, replaced, strict=True) if flag]
        rows += group_rows
    table = FIELD_SCORES.frame(rows)
    table.attrs |= {"counting_rule": how.wrong, "macro_left_out": left_out, "degenerate": degenerate}
    return table


def _fill_counts(rows: list[dict[str, Any]], counts: IntArray) -> None:
    beside = companions(counts)
    for at, row in enumerate(rows):
        row |= dict(zip(COUNTED, counts[at].tolist(), strict=True))
        row |= {"support": int(counts[at, :3].sum()), "predicted": int(counts[at, [0, 1, 3]].sum())}
        row |= {name: values[at] for name, values in beside.items()}


def column_weights(weights: Mapping[str, float] | None, columns: Sequence[tuple[str, str]]) -> FloatArray | None:
    """Return the weight of every column, 1 where none is named; None if there are no weights at all.

    Raises
    ------
    SettingError
        If there is no such field, or a weight is no number of 0 or more.
    """
    if weights is None:
        return None
    selected = np.ones(len(columns), dtype=np.float64)
    for name, weight in weights.items():
        indices = [place for place, column in enumerate(columns) if name in (column[1], dotted(*column))]
        if not indices:
            known = ", ".join(dotted(*column) for column in columns) or "none"
            message = f"There is a weight for {name!r}, but no such field. There are: {known}."
            raise SettingError(message)
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < float("inf"):
            message = f"The weight of {name!r} is {weight!r}; it must be a number, 0 or more."
            raise SettingError(message)
        selected[indices] = weight
    return selected
