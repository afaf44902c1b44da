"""The table per field: counts, scores, companions, intervals, and the averages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.counts import COUNTED, DocumentCounts
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.formulas import (
    MACRO,
    MICRO,
    SCORES,
    WEIGHTED,
    Losses,
    companions,
    losses_of,
    trials,
    with_averages,
)
from gini_notebook.analysis.evaluation.intervals import Estimates, IntervalOptions, LossParts, intervals_of
from gini_notebook.analysis.statistics import left_out_sums, resampled_sums
from gini_notebook.errors import SettingError
from gini_notebook.schema import FIELD_SCORES, dotted

Samples = Callable[[], FloatArray]


@dataclass(frozen=True, eq=False)
class GroupScores:
    """Scores of one group: its columns, then micro, macro and perhaps weighted, in arrays of this order.

    Attributes
    ----------
    columns
        Indices of the columns in the document counts.
    counts
        Rows × ``COUNTED`` for columns and micro; the other averages have none.
    weighed
        The same, each document times its weight.
    documents, faulty
        How many units have a slot, and how many a mistake, per row.
    estimates
        By score: precision, recall, f1, accuracy.
    left_out
        Number of fields without a truth value, which macro does without (M8).
    """

    columns: IntArray
    counts: IntArray
    weighed: FloatArray
    documents: IntArray
    faulty: IntArray
    estimates: Mapping[str, Estimates]
    left_out: int


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """How scores are made: counting rule, weight of every column, what stands for 0/0, and how intervals are made."""

    wrong: str
    weights: FloatArray | None = None
    undefined: float = np.nan
    intervals: IntervalOptions = field(default_factory=IntervalOptions)


@dataclass(frozen=True, eq=False)
class GroupCounts:
    """The counts of one group per unit, and which numbers are made of them.

    Attributes
    ----------
    by_unit
        Units × columns × (correct, wrong, missing, spurious).
    supported
        Indices of the columns that have a truth value, of whose scores macro is the mean.
    weights
        Of the weighted average, by column; None without one.
    undefined
        What stands for 0/0.
    """

    by_unit: npt.NDArray[Any]
    supported: IntArray
    weights: FloatArray | None
    undefined: float

    def losses(self, of: Losses, place: int) -> LossParts:
        """Return loss, size and full size per unit of a column, or of micro, macro or the weighted average."""
        columns = self.by_unit.shape[1]
        if place < columns:
            return parts_of(self.by_unit[:, place], of)
        if place == columns:
            return parts_of(self.by_unit.sum(axis=1), of)
        if place == columns + 2 and self.weights is not None:
            return parts_of(np.einsum("ijk,j->ik", self.by_unit, self.weights), of)
        return self._macro(of)

    def _macro(self, of: Losses) -> LossParts:
        """Return the parts of the mean over fields: slots weigh as much as makes all fields equally large."""
        sizes = self.by_unit.sum(axis=0)[self.supported] @ of.size
        defined = sizes > 0
        # What stands for 0/0 is a field of its own, the same in every unit.
        constant = 0 if np.isnan(self.undefined) else int((~defined).sum())
        fields = int(defined.sum()) + constant
        weights = np.zeros(self.by_unit.shape[1])
        weights[self.supported[defined]] = len(self.by_unit) / (fields * sizes[defined])
        loss, size, full = parts_of(np.einsum("ijk,j->ik", self.by_unit, weights), of)
        if not constant:
            return loss, size, full
        return loss + constant * (1 - self.undefined) / fields, size + constant / fields, full + constant / fields


def parts_of(counts: npt.NDArray[Any], of: Losses) -> LossParts:
    """Return loss, size and full size of units, from their counts of correct, wrong, missing and spurious slots."""
    loss, size, full = (np.einsum("ij,j->i", counts, part) for part in (of.loss, of.size, of.full))
    return loss, size, full


def score_group(document_counts: DocumentCounts, samples: Samples, group: str, how: Scoring) -> GroupScores:
    """Score the columns of a group, and their averages (M7).

    Parameters
    ----------
    samples
        Returns samples × columns of the document counts × counts, from the bootstrap of the units.
    """
    indices = document_counts.columns_of(group)
    counts = document_counts.totals[indices]
    supported = np.flatnonzero(counts[:, :3].sum(axis=1) > 0)
    counts = _with_total(counts)
    weights = None if how.weights is None else how.weights[indices]
    of_group = GroupCounts(
        how.intervals.units.summed(document_counts.counts[:, indices, :4]), supported, weights, how.undefined
    )
    weighted = how.intervals.units.weighted
    slots, faults = (_with_sum(of_group.by_unit[:, :, first:].sum(axis=2)) for first in (0, 1))
    documents, faulty = ((table > 0).sum(axis=0) for table in (slots, faults))
    averages = 1 if weights is None else 2
    scored = partial(with_averages, supported=supported, wrong=how.wrong, weights=weights, undefined=how.undefined)
    at = scored(of_group.by_unit.sum(axis=0, dtype=np.float64))
    drawn = cache(lambda: scored(samples()[..., indices, :4]))

    @cache
    def without() -> Mapping[str, FloatArray]:
        flat = of_group.by_unit.reshape(len(of_group.by_unit), -1)
        return scored(left_out_sums(flat, seed=how.intervals.seed).reshape(-1, len(indices), 4))

    parts = losses_of(how.wrong)
    estimates = {
        name: Estimates(
            value=at[name],
            documents=np.append(documents, np.repeat(documents[-1], averages)).astype(np.float64),
            trials=np.append(total, np.full(averages, np.nan)),
            clustered=np.append((slots.max(axis=0, initial=0) > 1) | weighted, np.full(averages, True)),
            plain=_columns_only(len(indices), averages + 1),
            losses=partial(of_group.losses, parts[name]),
            samples=partial(_of, drawn, name),
            left_out=partial(_of, without, name),
        )
        for name, total in trials(counts, how.wrong).items()
    }
    weighed = _with_total(how.intervals.units.summed(document_counts.counts[:, indices]).sum(axis=0, dtype=np.float64))
    return GroupScores(indices, counts, weighed, documents, faulty, estimates, len(indices) - len(supported))


def _with_total(counts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([counts, counts.sum(axis=0, keepdims=True)])


def _with_sum(table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([table, table.sum(axis=1, keepdims=True)], axis=1)


def _columns_only(columns: int, averages: int) -> BoolArray:
    return np.append(np.full(columns, True), np.full(averages, False))


def _of(scores: Callable[[], Mapping[str, FloatArray]], name: str) -> FloatArray:
    return scores()[name]


def samples_of(document_counts: DocumentCounts, how: IntervalOptions) -> FloatArray:
    """Draw bootstrap samples of the counts: samples × columns × (correct, wrong, missing, spurious)."""
    counts = how.units.summed(document_counts.counts[:, :, :4])
    sums = resampled_sums(counts.reshape(len(counts), counts.shape[1] * 4), seed=how.seed)
    return sums.reshape(len(sums), counts.shape[1], 4)


def field_table(
    document_counts: DocumentCounts, samples: Samples, *, entities: Mapping[tuple[str, str], str], how: Scoring
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
            {"group": group, "field": field, "entity": entities.get((group, field)), "average": at >= len(names)}
            for at, field in enumerate(labels)
        ]
        _fill_counts(group_rows[: len(scored.counts)], scored)
        ends = intervals_of([scored.estimates[name] for name in SCORES], how.intervals)
        for name, (low, high, replaced) in zip(SCORES, ends, strict=True):
            estimates = scored.estimates[name]
            for at, row in enumerate(group_rows):
                row |= {name: estimates.value[at], f"{name}_low": low[at], f"{name}_high": high[at]}
            if name == "f1":
                degenerate += [(group, label) for label, flag in zip(labels, replaced, strict=True) if flag]
                _fill_kinds(group_rows, estimates, replaced, how.intervals.kind)
        rows += group_rows
    table = FIELD_SCORES.frame(rows)
    table.attrs |= {"counting_rule": how.wrong, "macro_left_out": left_out, "degenerate": degenerate}
    return table


def _fill_kinds(rows: list[dict[str, Any]], estimates: Estimates, replaced: BoolArray, kind: str) -> None:
    """Say of each row how its intervals were made."""
    once = estimates.plain & ~estimates.clustered
    for at, row in enumerate(rows):
        if (kind in ("documents", "wilson") and once[at]) or replaced[at]:
            row["interval"] = "wilson"
        else:
            row["interval"] = "bootstrap" if kind == "wilson" else kind


def _fill_counts(rows: list[dict[str, Any]], scored: GroupScores) -> None:
    counts = scored.counts
    beside = companions(scored.weighed)
    for at, row in enumerate(rows):
        row |= {"documents": int(scored.documents[at]), "documents_with_mistake": int(scored.faulty[at])}
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
