"""Slots: which value of the truth stands against which extracted value.

A slot is a document and a field, or a document, an aligned row and a column of a compound (M1 of the metrics).

Of several acceptable values of one place of the truth, one is chosen before rows are aligned (M24): what was extracted
anywhere in the column of the document, else the most similar. After the alignment another one is chosen where it is
equal to the value that its row was paired with. So every pair of rows is judged by the alternative that suits it, and
the alignment itself needs no equality that is not transitive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import (
    EXTRACTIONS,
    NOTHING,
    BoolArray,
    EncodedRows,
    FloatArray,
    IntArray,
    check_keys,
    numbered_in_order,
    slot_keys,
)
from gini_notebook.analysis.evaluation.inputs import Inputs
from gini_notebook.analysis.evaluation.normalization import NormalizedValues
from gini_notebook.analysis.matching import Cells, match_rows
from gini_notebook.analysis.rules import similarities

Order = Literal["content", "strict"]


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """One entry per slot, sorted by document, group, row and column.

    Attributes
    ----------
    document, column, row
        Codes into the inputs, and the row number of the truth. An invented row is numbered after the rows of the
        truth; the other predictions for a header field that was predicted several times have row 1, 2, ….
    truth, extracted
        Place of the slot's row in ``Inputs.truth`` and ``Inputs.extracted``; :data:`NOTHING` if there is none.
    row_extracted
        Number of the extracted row; :data:`NOTHING` if there is none.
    labelled
        Whether somebody looked: unlabelled slots leave every count (M3).
    """

    document: IntArray
    column: IntArray
    row: IntArray
    truth: IntArray
    extracted: IntArray
    row_extracted: IntArray
    labelled: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """Stated values of the extractions with the row of the slot each belongs to.

    ``paired`` tells whether it is a row of a compound that the truth has.
    """

    position: IntArray
    row: IntArray
    paired: BoolArray


def align(
    inputs: Inputs,
    normalized: NormalizedValues,
    confidence: FloatArray | None,
    *,
    key: Sequence[int] = (),
    order: Order = "content",
) -> tuple[Slots, IntArray]:
    """Bring both tables together.

    Parameters
    ----------
    confidence
        Per row of ``Inputs.extracted``; decides which of several predictions for a field stands (M10).
    key
        Columns that must agree before two rows of a compound are paired.
    order
        ``"strict"`` pairs rows by their number instead.

    Returns
    -------
    slots
        The slots.
    approximate
        Codes of documents with a compound that was too large to be aligned exactly.
    """
    in_compound = np.array([bool(group) for group, _ in inputs.columns] or [False], dtype=bool)
    stated = inputs.extracted.value != NOTHING
    header = _place_header(inputs, np.flatnonzero(stated & ~in_compound[inputs.extracted.column]), confidence)
    if not in_compound.any():
        return _joined(inputs, header), np.zeros(0, dtype=np.int64)
    check_keys(
        inputs.extracted.take(in_compound[inputs.extracted.column]), inputs.documents, inputs.columns, EXTRACTIONS
    )
    rows, approximate = _place_rows(inputs, normalized, in_compound, key=key, order=order)
    placed = _Placed(
        np.concatenate([header.position, rows.position]),
        np.concatenate([header.row, rows.row]),
        np.concatenate([header.paired, rows.paired]),
    )
    return _joined(inputs, placed), approximate


def _place_header(inputs: Inputs, position: IntArray, confidence: FloatArray | None) -> _Placed:
    """Number the prediction with the highest confidence as row 0, and further ones row 1, 2, … (M10)."""
    side = inputs.extracted.take(position)
    slot = side.document * max(len(inputs.columns), 1) + side.column
    row = np.zeros(len(slot), dtype=np.int64)
    if pd.Series(slot).duplicated().any():
        surety = np.zeros(len(slot)) if confidence is None else np.nan_to_num(confidence[position], nan=-np.inf)
        order = np.lexsort((side.position, side.row, -surety, slot))
        row[order] = _positions_within(slot[order])
    return _Placed(position, row, np.zeros(len(row), dtype=bool))


def _positions_within(ordered: IntArray) -> IntArray:
    """Count 0, 1, 2, … within each run of equal numbers."""
    starts = np.flatnonzero(np.diff(ordered, prepend=NOTHING))
    return np.arange(len(ordered)) - np.repeat(starts, np.diff(np.append(starts, len(ordered))))


def _place_rows(
    inputs: Inputs, normalized: NormalizedValues, in_compound: BoolArray, *, key: Sequence[int], order: Order
) -> tuple[_Placed, IntArray]:
    """Align the rows of compounds (M15); also the documents that could only be aligned approximately."""
    groups = groups_of_columns(inputs.columns)
    truth_at, extracted_at = (
        np.flatnonzero(in_compound[side.column] & (side.value != NOTHING)) for side in (inputs.truth, inputs.extracted)
    )
    delivered = _cells(inputs.extracted, normalized.extracted, extracted_at, groups)
    used = {normalized.rules[number] for number in normalized.rule_of_column[in_compound].tolist()}
    tolerant = any(not rule.by_canonical for rule in used)
    matching = match_rows(
        _cells(inputs.truth, normalized.truth, truth_at, groups),
        delivered,
        normalized.strings.tolist(),
        key=key,
        order=order,
        equal=normalized.equal if tolerant else None,
    )
    paired = matching.row_truth != NOTHING
    row = matching.row_truth.copy()
    row[~paired] = _numbers_of_invented(inputs.truth, delivered, groups, ~paired)
    return _Placed(extracted_at, row, paired), np.unique(matching.approximate // (int(groups.max()) + 1))


def groups_of_columns(columns: Sequence[tuple[str, str]]) -> IntArray:
    """Number the groups in sorted order: per column, the code of its group."""
    names = sorted({group for group, _ in columns})
    return np.array([names.index(group) for group, _ in columns], dtype=np.int64)


def _cells(side: EncodedRows, normalized: IntArray, at: IntArray, groups: IntArray) -> Cells:
    column = side.column[at]
    table = side.document[at] * (int(groups.max()) + 1) + groups[column]
    return Cells(document=table, row=side.row[at], column=column, value=normalized[at])


def _numbers_of_invented(truth: EncodedRows, delivered: Cells, groups: IntArray, invented: BoolArray) -> IntArray:
    """Number extracted rows that the truth does not have after its last row, in their own order."""
    table_of_truth = truth.document * (int(groups.max()) + 1) + groups[truth.column]
    tables = int(max(table_of_truth.max(initial=0), delivered.document.max(initial=0))) + 1
    first_free = np.zeros(tables, dtype=np.int64)
    np.maximum.at(first_free, table_of_truth, truth.row + 1)
    table, row = delivered.document[invented], delivered.row[invented]
    widest = int(row.max(initial=0)) + 1
    rows, of_row = np.unique(table * widest + row, return_inverse=True)
    tables_of_rows = rows // widest
    return np.asarray((first_free[tables_of_rows] + _positions_within(tables_of_rows))[of_row], dtype=np.int64)


def _joined(inputs: Inputs, placed: _Placed) -> Slots:
    """Put truth and extracted values of the same slot together."""
    truth, extracted = inputs.truth, inputs.extracted.take(placed.position)
    columns = len(inputs.columns)
    groups = groups_of_columns(inputs.columns)
    column = np.concatenate([truth.column, extracted.column])
    document = np.concatenate([truth.document, extracted.document])
    row = np.concatenate([truth.row, placed.row])
    table = document * (int(groups.max(initial=0)) + 1) + groups[column]
    keys = slot_keys(table, column, row, max(columns, 1))
    slot_of, slots = numbered_in_order(keys)
    truth_at, extracted_at = (np.full(len(slots), NOTHING, dtype=np.int64) for _ in range(2))
    paired = np.zeros(len(slots), dtype=bool)
    truth_at[slot_of[: len(truth)]] = np.arange(len(truth))
    extracted_at[slot_of[len(truth) :]] = placed.position
    paired[slot_of[len(truth) :]] = placed.paired
    some = np.empty(len(slots), dtype=np.int64)
    some[slot_of] = np.arange(len(keys))
    document, column, row = document[some], column[some], row[some]
    labelled = truth_at != NOTHING
    unclear = np.flatnonzero(~labelled & ~paired)
    labelled[unclear] = np.isin(document[unclear] * columns + column[unclear], truth.document * columns + truth.column)
    return Slots(
        document=document,
        column=column,
        row=row,
        truth=truth_at,
        extracted=extracted_at,
        row_extracted=_rows_extracted(inputs, extracted_at, column, table[some] * (int(row.max(initial=0)) + 1) + row),
        labelled=labelled,
    )


def _rows_extracted(inputs: Inputs, extracted_at: IntArray, column: IntArray, unit: IntArray) -> IntArray:
    """Return for every slot the number of the extracted row; a missing cell of a paired row has one too."""
    there = extracted_at != NOTHING
    numbers = np.full(len(there), NOTHING, dtype=np.int64)
    numbers[there] = inputs.extracted.row[extracted_at[there]]
    in_compound = np.array([bool(group) for group, _ in inputs.columns] or [False])[column]
    if not in_compound.any():
        return numbers
    unit_of, units = pd.factorize(unit[in_compound])
    of_unit = np.full(len(units), NOTHING, dtype=np.int64)
    np.maximum.at(of_unit, unit_of, numbers[in_compound])
    numbers[in_compound] = of_unit[unit_of]
    return numbers


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What else would have been right.

    Attributes
    ----------
    others
        By row of the truth (after the choice): codes of the value and the normalized value of every alternative.
    """

    others: Mapping[int, Sequence[tuple[int, int]]]

    def counted(self, truth: IntArray, stated: IntArray) -> IntArray:
        """Return per slot how many values are acceptable.

        Parameters
        ----------
        truth, stated
            Per slot, the row of the truth, and the code of its value; :data:`NOTHING` if there is none.
        """
        counts: IntArray = (stated != NOTHING).astype(np.int64)
        if self.others:
            of_row = np.zeros(max(int(truth.max(initial=0)), *self.others) + 2, dtype=np.int64)
            of_row[list(self.others)] = [len(several) for several in self.others.values()]
            several = of_row[truth]
            counts = np.where((truth != NOTHING) & (several > 0), several, counts)
        return counts


def choose(inputs: Inputs, normalized: NormalizedValues) -> tuple[Inputs, NormalizedValues, Choices]:
    """Choose one of several alternatives for every place of the truth."""
    if not inputs.has_alternatives:
        return inputs, normalized, Choices({})
    truth = inputs.truth
    keys = slot_keys(truth.document, truth.column, truth.row, len(inputs.columns))
    several = np.flatnonzero(pd.Series(keys).duplicated(keep=False).to_numpy())
    several = several[np.argsort(keys[several], kind="stable")]
    group = pd.factorize(keys[several])[0].astype(np.int64, copy=False)
    best = several[_best_of_groups(group, _fitting(several, group, inputs, normalized))]
    kept = np.ones(len(truth), dtype=np.bool_)
    kept[several] = False
    kept[best] = True
    place = (np.cumsum(kept) - 1)[best].tolist()
    others: dict[int, list[tuple[int, int]]] = {one: [] for one in place}
    rows = zip(group.tolist(), truth.value[several].tolist(), normalized.truth[several].tolist(), strict=True)
    for number, value, code in rows:
        others[place[number]].append((value, code))
    return (
        replace(inputs, truth=truth.take(kept), has_alternatives=False),
        replace(normalized, truth=normalized.truth[kept]),
        Choices(others),
    )


def _fitting(several: IntArray, group: IntArray, inputs: Inputs, normalized: NormalizedValues) -> FloatArray:
    """Return for every alternative how well it fits: 2 if it was extracted, else how similar what was extracted is.

    Where nothing was extracted, or one alternative is that there is nothing, all fit alike.
    """
    mine = normalized.truth[several]
    empty = np.zeros(int(group.max(initial=NOTHING)) + 1, dtype=np.bool_)
    empty[group[mine == NOTHING]] = True
    row, code = _against(np.flatnonzero(~empty[group]), several, inputs, normalized)
    fits = np.zeros(len(several))
    equal = normalized.equal(mine[row], code)
    fits[row[equal]] = 2.0
    extracted = np.zeros(len(empty), dtype=np.bool_)
    extracted[group[row[equal]]] = True
    open_pairs = np.flatnonzero(~extracted[group[row]])
    sides = (normalized.strings[codes[open_pairs]].tolist() for codes in (mine[row], code))
    np.maximum.at(fits, row[open_pairs], similarities(*sides))
    return fits


def _against(
    places: IntArray, several: IntArray, inputs: Inputs, normalized: NormalizedValues
) -> tuple[IntArray, IntArray]:
    """Pair alternatives with the normalized values that were extracted in their column of their document.

    Returns
    -------
    places, codes
        Pair by pair, the place among the alternatives and the code of the value.
    """
    columns = len(inputs.columns)
    rows = np.flatnonzero(normalized.extracted != NOTHING)
    slots = inputs.extracted.document[rows] * columns + inputs.extracted.column[rows]
    order = np.argsort(slots, kind="stable")
    slots, codes = slots[order], normalized.extracted[rows][order]
    wanted = inputs.truth.document[several[places]] * columns + inputs.truth.column[several[places]]
    low, high = np.searchsorted(slots, wanted), np.searchsorted(slots, wanted + 1)
    counts = high - low
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(places, counts), codes[np.repeat(low, counts) + within]


def _best_of_groups(group: IntArray, fits: FloatArray) -> IntArray:
    """Return per group the place of the one that fits best, of several the first."""
    order = np.lexsort((np.arange(len(group)), -fits, group))
    return order[np.flatnonzero(np.diff(group[order], prepend=NOTHING))]


def choose_again(
    choices: Choices, inputs: Inputs, normalized: NormalizedValues, slots: Slots
) -> tuple[Inputs, NormalizedValues]:
    """Choose the alternative that is equal to the value it stands against, now that rows are paired."""
    if not choices.others:
        return inputs, normalized
    against = np.full(len(inputs.truth), NOTHING, dtype=np.int64)
    paired = (slots.truth != NOTHING) & (slots.extracted != NOTHING)
    against[slots.truth[paired]] = normalized.extracted[slots.extracted[paired]]
    every = [(row, *one) for row, several in choices.others.items() for one in several]
    row, stated, mine = np.array(every, dtype=np.int64).reshape(-1, 3).T
    both = np.flatnonzero((mine != NOTHING) & (against[row] != NOTHING))
    equal = both[normalized.equal(mine[both], against[row[both]])][::-1]  # of several the first is written last
    value, canonical = inputs.truth.value.copy(), normalized.truth.copy()
    value[row[equal]], canonical[row[equal]] = stated[equal], mine[equal]
    return replace(inputs, truth=replace(inputs.truth, value=value)), replace(normalized, truth=canonical)
