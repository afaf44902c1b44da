"""Alternatives: several acceptable values of one place of the truth, of which one is chosen to be compared (M24).

One is chosen before rows are aligned: what was extracted anywhere in the column of the document, else the most similar.
After the alignment another one is chosen where it is equal to the value that its row was paired with. So every pair of
rows is judged by the alternative that suits it, and the alignment itself needs no equality that is not transitive.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.alignment import Slots
from gini_notebook.analysis.evaluation.encoding import NOTHING, IntArray, slot_keys
from gini_notebook.analysis.evaluation.inputs import Inputs
from gini_notebook.analysis.evaluation.normalization import NormalizedValues
from gini_notebook.analysis.rules import similarities


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
    keys = pd.Series(slot_keys(truth.document, truth.column, truth.row, len(inputs.columns)))
    several = np.flatnonzero(keys.duplicated(keep=False).to_numpy())
    kept = np.ones(len(truth), dtype=np.bool_)
    kept[several] = False
    groups = {int(key): rows.to_numpy() for key, rows in pd.Series(several).groupby(keys.to_numpy()[several])}
    extracted = _codes_by_slot(inputs, normalized)
    chosen: dict[int, IntArray] = {}
    for rows in groups.values():
        slot = truth.document[rows[0]] * len(inputs.columns) + truth.column[rows[0]]
        row = int(rows[_most_fitting(rows, extracted(int(slot)), normalized)])
        kept[row] = True
        chosen[row] = rows
    place = np.cumsum(kept) - 1
    others = {
        int(place[row]): [(int(truth.value[one]), int(normalized.truth[one])) for one in rows]
        for row, rows in chosen.items()
    }
    return (
        replace(inputs, truth=truth.take(kept), has_alternatives=False),
        replace(normalized, truth=normalized.truth[kept]),
        Choices(others),
    )


def _codes_by_slot(inputs: Inputs, normalized: NormalizedValues) -> Callable[[int], IntArray]:
    """Return what finds the normalized values that were extracted in a column of a document."""
    rows = np.flatnonzero(normalized.extracted != NOTHING)
    slots = inputs.extracted.document[rows] * len(inputs.columns) + inputs.extracted.column[rows]
    order = np.argsort(slots, kind="stable")
    slots, codes = slots[order], normalized.extracted[rows][order]

    def found(slot: int) -> IntArray:
        low, high = np.searchsorted(slots, (slot, slot + 1)).tolist()
        return codes[low:high]

    return found


def _most_fitting(rows: IntArray, codes: IntArray, normalized: NormalizedValues) -> int:
    """Return the place of the alternative that was extracted, else of the most similar one, else of the first."""
    mine = normalized.truth[rows]
    if not len(codes) or (mine == NOTHING).any():
        return 0
    pairs = np.repeat(mine, len(codes)), np.tile(codes, len(mine))
    equal = normalized.equal(*pairs).reshape(len(mine), len(codes)).any(axis=1)
    if equal.any():
        return int(np.argmax(equal))
    alike = similarities(*(normalized.strings[side].tolist() for side in pairs))
    return int(np.argmax(alike.reshape(len(mine), len(codes)).max(axis=1)))


def choose_again(
    choices: Choices, inputs: Inputs, normalized: NormalizedValues, slots: Slots
) -> tuple[Inputs, NormalizedValues]:
    """Choose the alternative that is equal to the value it stands against, now that rows are paired."""
    if not choices.others:
        return inputs, normalized
    value, canonical = inputs.truth.value.copy(), normalized.truth.copy()
    against = dict(zip(slots.truth.tolist(), slots.extracted.tolist(), strict=True))
    for row, several in choices.others.items():
        extracted = against.get(row, NOTHING)
        code = NOTHING if extracted == NOTHING else int(normalized.extracted[extracted])
        if code == NOTHING:
            continue
        for stated, mine in several:
            if mine != NOTHING and normalized.equal(np.array([mine]), np.array([code]))[0]:
                value[row], canonical[row] = stated, mine
                break
    return replace(inputs, truth=replace(inputs.truth, value=value)), replace(normalized, truth=canonical)
