"""The pairs of rows that share at least one typed-equal cell, and how alike their other cells are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from gini_notebook.analysis.matching.assignment import LARGEST
from gini_notebook.analysis.matching.tables import ABSENT, BoolArray, IntArray, Rows

Equal = Callable[[IntArray, IntArray], BoolArray]

_AT_ONCE = 1_000_000
# Similarity only decides ties here, and its cost grows with the square of the length.
_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides and what makes two cells count."""

    truth: Rows
    extracted: Rows
    weights: Sequence[int]
    equal: Equal | None

    def weight(self, left: IntArray, right: IntArray) -> IntArray:
        """Sum the weights of the typed-equal cells of pairs of rows."""
        total = np.zeros(np.broadcast(left, right).shape, np.int64)
        for mine, theirs, weight in zip(self.truth.columns, self.extracted.columns, self.weights, strict=True):
            total += weight * self._same(mine[left], theirs[right])
        return total

    def _same(self, one: IntArray, other: IntArray) -> BoolArray:
        one, other = np.broadcast_arrays(one, other)
        same = (one == other) & (one != ABSENT)
        if self.equal is not None:
            open_pairs = (one != other) & (one != ABSENT) & (other != ABSENT)
            same[open_pairs] = self.equal(one[open_pairs], other[open_pairs])
        return np.asarray(same, dtype=np.bool_)

    def similarity(self, left: IntArray, right: IntArray, values: Sequence[str]) -> IntArray:
        """Sum the similarities (in millionths) of the cells of pairs of rows that are present and not equal."""
        total = np.zeros(len(left), np.int64)
        for mine, theirs in zip(self.truth.columns, self.extracted.columns, strict=True):
            one, other = mine[left], theirs[right]
            unequal = np.flatnonzero((one != ABSENT) & (other != ABSENT) & ~self._same(one, other))
            pairs, inverse = np.unique(one[unequal] * len(values) + other[unequal], return_inverse=True)
            total[unequal] += _millionths(*np.divmod(pairs, len(values)), values)[inverse]
        return total


def _millionths(one: IntArray, other: IntArray, values: Sequence[str]) -> IntArray:
    if len(one) == 0:
        return one
    scores = cpdist(
        [values[code][:_COMPARED] for code in one.tolist()],
        [values[code][:_COMPARED] for code in other.tolist()],
        scorer=Levenshtein.normalized_similarity,
        dtype=np.float64,
    )
    return np.rint(scores * 1e6).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Free:
    """The rows that are still free, sorted by block, and the blocks that both sides have.

    Attributes
    ----------
    left, right
        Free rows of the truth and of the extracted side.
    starts, sizes
        For each common block and side, where its rows start in ``left`` and ``right``, and how many there are.
    """

    left: IntArray
    right: IntArray
    starts: tuple[IntArray, IntArray]
    sizes: tuple[IntArray, IntArray]

    @property
    def pairs(self) -> IntArray:
        """Number of pairs of rows of each block."""
        return self.sizes[0] * self.sizes[1]


def free_rows(blocks: tuple[IntArray, IntArray], taken: tuple[IntArray, IntArray]) -> Free:
    """Sort the rows that are not taken by block."""
    rows, codes, counts, starts = [], [], [], []
    for block, used in zip(blocks, taken, strict=True):
        left = np.ones(len(block), np.bool_)
        left[used] = False
        free = np.flatnonzero(left)
        free = free[np.argsort(block[free], kind="stable")]
        code, start, count = np.unique(block[free], return_index=True, return_counts=True)
        rows.append(free)
        codes.append(code)
        starts.append(start)
        counts.append(count)
    _, mine, theirs = np.intersect1d(codes[0], codes[1], assume_unique=True, return_indices=True)
    return Free(rows[0], rows[1], (starts[0][mine], starts[1][theirs]), (counts[0][mine], counts[1][theirs]))


def edges(sides: Sides, free: Free) -> tuple[IntArray, IntArray, IntArray]:
    """List the pairs of free rows with at least one typed-equal cell, and their weights; not of too large blocks."""
    lefts, rights, weights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for chosen in _portions(free.pairs):
        left, right = _product(free, chosen)
        weight = sides.weight(left, right)
        some = weight > 0
        lefts.append(left[some])
        rights.append(right[some])
        weights.append(weight[some])
    return np.concatenate(lefts), np.concatenate(rights), np.concatenate(weights)


def _portions(pairs: IntArray) -> Iterator[IntArray]:
    """Cut the blocks into portions of bounded size, so that memory does not grow with the number of documents."""
    small = np.flatnonzero(pairs <= LARGEST)
    portion = np.cumsum(pairs[small]) // _AT_ONCE
    yield from np.split(small, np.flatnonzero(np.diff(portion)) + 1)


def _product(free: Free, blocks: IntArray) -> tuple[IntArray, IntArray]:
    pairs, width = free.pairs[blocks], free.sizes[1][blocks]
    begin = np.cumsum(pairs) - pairs
    offset = np.arange(int(pairs.sum())) - np.repeat(begin, pairs)
    width = np.repeat(width, pairs)
    row, column = np.divmod(offset, width)
    return (
        free.left[np.repeat(free.starts[0][blocks], pairs) + row],
        free.right[np.repeat(free.starts[1][blocks], pairs) + column],
    )


def certain(left: IntArray, right: IntArray, weight: IntArray) -> BoolArray:
    """Mark the pairs that are part of every best choice.

    A pair is, if it weighs more than the best other pair of its truth row and the best other pair of its extracted row
    together: a choice without it gains by taking it and giving up the (at most two) pairs in its way.
    """
    return np.asarray(weight > _best_other(left, weight) + _best_other(right, weight), dtype=np.bool_)


def _best_other(row: IntArray, weight: IntArray) -> IntArray:
    count = int(row.max(initial=-1)) + 1
    best, second = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.maximum.at(best, row, weight)
    top = weight == best[row]
    np.maximum.at(second, row[~top], weight[~top])
    alone = np.bincount(row[top], minlength=count) == 1
    return np.where(top & alone[row], second[row], best[row])
