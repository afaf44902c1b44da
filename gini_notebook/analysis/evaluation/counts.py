"""Counts per document: the comparisons, counted once; every score is made of their sums.

Counts add up, so the counts of parts of the documents, put together, are those of the whole.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.errors import SettingError
from gini_notebook.schema import OUTCOMES, in_order

Level = Literal["raw", "typed", "lenient"]
LEVELS = get_args(Level)
COUNTED = ("correct", "wrong", "missing", "spurious", "absent")
ROW_COUNTS = ("paired", "missed", "invented", "exact")
CANDIDATE_RANKS = (1, 3)
_CORRECT, _WRONG, _MISSING = (OUTCOMES.index(name) for name in ("correct", "wrong", "missing"))


@dataclass(frozen=True, eq=False)
class DocumentCounts:
    """Counts at one level.

    Attributes
    ----------
    columns
        ``(group, field)`` of every column, as they come in the comparisons.
    counts
        Documents × columns × :data:`COUNTED`.
    anls
        Documents × groups: sum of the graded scores; ``slots`` the number of them.
    rows
        Documents × groups × :data:`ROW_COUNTS`: rows of compounds.
    candidates
        Documents × columns × (slots with a truth, right value first, among the first three, anywhere in the list);
        None where no candidates are known.
    """

    columns: tuple[tuple[str, str], ...]
    counts: npt.NDArray[np.int32]
    anls: FloatArray
    rows: npt.NDArray[np.int32]
    candidates: npt.NDArray[np.int32] | None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, header fields (``""``) first."""
        return groups_of(self.columns)

    @cached_property
    def totals(self) -> IntArray:
        """Columns × :data:`COUNTED`."""
        return np.asarray(self.counts.sum(axis=0, dtype=np.int64))

    def columns_of(self, group: str) -> IntArray:
        """Return the indices of the columns of a group that have anything to count."""
        counted = self.totals.sum(axis=1) > 0
        return np.array(
            [place for place, name in enumerate(self.columns) if name[0] == group and counted[place]], dtype=np.int64
        )

    def of(self, selected: BoolArray) -> "DocumentCounts":
        """Return the counts of some of the documents."""
        candidates = None if self.candidates is None else self.candidates[selected]
        return DocumentCounts(self.columns, self.counts[selected], self.anls[selected], self.rows[selected], candidates)


def groups_of(columns: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the groups of columns in sorted order."""
    return tuple(sorted({group for group, _ in columns}))


@dataclass(frozen=True, eq=False)
class EncodedComparisons:
    """The comparisons as numbers: codes of document, column and outcome per slot."""

    documents: int
    columns: tuple[tuple[str, str], ...]
    document: IntArray
    column: IntArray
    outcome: IntArray


def encode_comparisons(
    comparisons: pd.DataFrame, documents: "pd.Index[str]", columns: tuple[tuple[str, str], ...] | None = None
) -> EncodedComparisons:
    """Number documents, columns and outcomes of a comparisons table.

    Parameters
    ----------
    documents
        All documents, in the order in which they are numbered.
    columns
        All columns, in the order in which they are numbered; by default those of the comparisons, in order.
    """
    codes, names = pd.factorize(comparisons["document"])
    indices = documents.get_indexer(np.asarray(names, dtype=object)).astype(np.int64)
    groups, group_names = pd.factorize(comparisons["group"])
    fields, field_names = pd.factorize(comparisons["field"])
    column, pairs = pd.factorize(groups * max(len(field_names), 1) + fields)
    names_of = [
        (str(group_names[pair // len(field_names)]), str(field_names[pair % len(field_names)])) for pair in pairs
    ]
    ordered = in_order(names_of) if columns is None else columns
    rank = np.array([*map(ordered.index, names_of), 0], dtype=np.int64)
    outcomes, outcome_names = pd.factorize(comparisons["outcome"])
    outcome = np.array([OUTCOMES.index(name) for name in outcome_names], dtype=np.int64)
    return EncodedComparisons(
        documents=len(documents),
        columns=ordered,
        document=indices[codes],
        column=rank[column],
        outcome=outcome[outcomes],
    )


def count_documents(comparisons: pd.DataFrame, slots: EncodedComparisons, level: str) -> DocumentCounts:
    """Count a comparisons table at one level."""
    outcome = outcomes_at(comparisons, slots, level)
    groups = groups_of(slots.columns)
    group = np.array([groups.index(name) for name, _ in slots.columns] or [0], dtype=np.int64)[slots.column]
    table = slots.document * max(len(groups), 1) + group
    shape = (slots.documents, len(groups))
    return DocumentCounts(
        columns=slots.columns,
        counts=_counts(slots, outcome),
        anls=_sums(table, np.nan_to_num(comparisons["anls"].to_numpy(dtype=np.float64)), shape),
        rows=_rows(comparisons, table, outcome, shape),
        candidates=_candidates(comparisons, slots),
    )


def outcomes_at(comparisons: pd.DataFrame, slots: EncodedComparisons, level: str) -> IntArray:
    """Return the outcome of every slot at a level; where both sides state a value, the level decides."""
    if level not in LEVELS:
        message = f"There is no level {level!r}; choose one of {', '.join(LEVELS)}."
        raise SettingError(message)
    if level == "typed":
        return slots.outcome
    both = (slots.outcome == _CORRECT) | (slots.outcome == _WRONG)
    outcome = np.where(both, np.where(comparisons[level].to_numpy(dtype=bool), _CORRECT, _WRONG), slots.outcome)
    if level == "raw" and "extracted_field" in comparisons:  # each field with itself: a purpose is no reference
        elsewhere = (comparisons["extracted_field"] != comparisons["field"]).to_numpy(dtype=bool, na_value=False)
        outcome = np.where(both & elsewhere, _MISSING, outcome)
    return outcome


def _counts(slots: EncodedComparisons, outcome: IntArray) -> npt.NDArray[np.int32]:
    shape = (slots.documents, len(slots.columns))
    cell = slots.document * shape[1] + slots.column
    counts = np.zeros((*shape, len(COUNTED)), dtype=np.int32)
    for place in range(len(COUNTED)):
        counts[:, :, place] = np.bincount(cell[outcome == place], minlength=shape[0] * shape[1]).reshape(shape)
    return counts


def _sums(place: IntArray, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    sums = np.bincount(place, weights=values, minlength=shape[0] * shape[1])
    return np.asarray(sums.reshape(shape), dtype=np.float64)


def _rows(
    comparisons: pd.DataFrame, table: IntArray, outcome: IntArray, shape: tuple[int, int]
) -> npt.NDArray[np.int32]:
    """Count the rows of compounds: paired, missed, invented, and exact (paired, and nothing wrong in them)."""
    counts = np.zeros((*shape, len(ROW_COUNTS)), dtype=np.int32)
    at = np.flatnonzero(comparisons["group"].to_numpy(dtype=object) != "")
    if not len(at):
        return counts
    number = comparisons["row"].to_numpy(dtype=np.int64)[at]
    unit, units = pd.factorize(table[at] * (int(number.max()) + 1) + number)
    has = np.zeros((len(COUNTED) + 1, len(units)), dtype=bool)
    has[outcome[at], unit] = True
    correct, wrong, missing, spurious, *_ = has
    in_truth = correct | wrong | missing
    paired = in_truth & _any(unit, len(units), comparisons["row_extracted"].notna().to_numpy()[at])
    kinds = (paired, in_truth & ~paired, spurious & ~in_truth, paired & ~wrong & ~missing & ~spurious)
    table_of_unit = np.empty(len(units), dtype=np.int64)
    table_of_unit[unit] = table[at]
    for place, kind in enumerate(kinds):
        counts[:, :, place] = np.bincount(table_of_unit[kind], minlength=shape[0] * shape[1]).reshape(shape)
    return counts


def _any(unit: IntArray, units: int, flag: BoolArray) -> BoolArray:
    return np.bincount(unit[flag], minlength=units) > 0


def _candidates(comparisons: pd.DataFrame, slots: EncodedComparisons) -> npt.NDArray[np.int32] | None:
    if "candidate_rank" not in comparisons:
        return None
    rank = comparisons["candidate_rank"].to_numpy(dtype=np.float64, na_value=np.inf)
    asked = comparisons["candidates"].notna().to_numpy() & comparisons["truth"].notna().to_numpy()
    asked &= slots.outcome < len(COUNTED)
    shape = (slots.documents, len(slots.columns))
    place = slots.document * shape[1] + slots.column
    kinds = (asked, *(asked & (rank <= most) for most in (*CANDIDATE_RANKS, 2**31)))
    counts = [np.bincount(place[kind], minlength=shape[0] * shape[1]).reshape(shape) for kind in kinds]
    return np.stack(counts, axis=2).astype(np.int32)
