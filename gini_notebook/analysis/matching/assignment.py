"""The best one-to-one choice among pairs of rows, ties decided in a fixed order.

Four sums are maximised one after the other (lexicographically): the weight of typed-equal cells, the similarity of the
unequal ones (in millionths), the nearness ``-|i - j|`` of the rows, and ``(n - i) (m - j)``, which favours low rows and
pairs that do not cross (n and m: rows of the document on either side; i and j: positions of the rows, from 0).
All are whole numbers, so that sums are exact.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gini_notebook.analysis.matching.tables import IntArray, Rows

FloatArray = npt.NDArray[np.float64]

# A block with more pairs of rows than this is solved greedily.
LARGEST = 1_000_000
# Whole numbers up to here are exact in float64, which is what the solver computes in.
_EXACT = 2**53


def solve(
    truth: Rows, extracted: Rows, pairs: tuple[IntArray, IntArray], weight: IntArray, similarity: IntArray
) -> IntArray:
    """Return the positions of the pairs to make; pairs that are not listed cannot be made."""
    left, right = pairs
    if len(left) == 0:
        return left
    i, j = truth.place[left], extracted.place[right]
    low = (truth.siblings[left] - i) * (extracted.siblings[right] - j)
    levels = [weight, similarity, -np.abs(i - j), low]
    component = _components(left, right)
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.diff(component[order], prepend=-1))
    rows, columns = _local(left[order], component[order]), _local(right[order], component[order])
    levels = [level[order] for level in levels]
    chosen = []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True):
        here = slice(start, end)
        chosen.append(start + _one(rows[here], columns[here], [level[here] for level in levels]))
    return np.asarray(order[np.concatenate(chosen)], dtype=np.int64)


def _components(left: IntArray, right: IntArray) -> IntArray:
    """Number the groups of pairs that share no row with another group."""
    _, one = np.unique(left, return_inverse=True)
    _, other = np.unique(right, return_inverse=True)
    nodes = int(one.max(initial=-1)) + int(other.max(initial=-1)) + 2
    graph = coo_array((np.ones(len(one), np.int8), (one, other + int(one.max(initial=-1)) + 1)), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels[one], dtype=np.int64)


def _local(ids: IntArray, component: IntArray) -> IntArray:
    """Number the rows of each component from 0, in their order; ``component`` is sorted."""
    unique, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    of_unique = component[first]
    order = np.lexsort((unique, of_unique))
    starts = np.flatnonzero(np.diff(of_unique[order], prepend=-1))
    position = np.empty(len(unique), np.int64)
    position[order] = np.arange(len(unique)) - np.repeat(starts, np.diff(starts, append=len(unique)))
    return position[inverse]


def _one(rows: IntArray, columns: IntArray, levels: Sequence[IntArray]) -> IntArray:
    """Solve one component; return the positions of its chosen pairs."""
    height, width = int(rows.max()) + 1, int(columns.max()) + 1
    packed = _packed(levels, min(height, width))
    place = np.full((height, width), -1, np.int64)
    place[rows, columns] = np.arange(len(rows))
    if packed is not None:
        dense = np.zeros((height, width))
        dense[rows, columns] = packed
        chosen = place[linear_sum_assignment(dense, maximize=True)]
    else:
        chosen = _by_stages(place, levels)
    return np.asarray(chosen[chosen >= 0], dtype=np.int64)


def _packed(levels: Sequence[IntArray], most: int) -> IntArray | None:
    """Put all levels into one whole number per pair, or return None if it would not be exact.

    At most ``most`` pairs are made, and no level has both signs, so that a level's unit is larger than anything the
    levels below can change together.
    """
    total = np.zeros(len(levels[0]), np.int64)
    unit = 1
    for level in reversed(levels):
        largest = int(np.abs(level).max())
        if unit * largest * most * 2 >= _EXACT:
            return None
        total += unit * level
        unit += unit * largest * most
    return total


def _by_stages(place: IntArray, levels: Sequence[IntArray]) -> IntArray:
    """Solve level by level, each time keeping only the pairs that some optimum of the levels before uses."""
    size = max(place.shape)
    square = np.full((size, size), -1, np.int64)
    square[: place.shape[0], : place.shape[1]] = place
    allowed = np.ones((size, size), np.bool_)
    partner = np.arange(size)
    for level in levels:
        value = np.where(square >= 0, level[square], 0).astype(np.float64)
        value[~allowed] = -np.inf
        _, partner = linear_sum_assignment(value, maximize=True)
        allowed = _tight(value, partner)
    return square[np.arange(size), partner]


def _tight(value: FloatArray, partner: IntArray) -> npt.NDArray[np.bool_]:
    """Mark the cells that are part of some optimal assignment's support, by the dual prices of one optimum.

    The prices v solve ``v[j] = max over i of v[partner[i]] + value[i, j] - value[i, partner[i]]`` (longest paths, which
    exist because the assignment is optimal). Cells where equality holds are tight, and by complementary slackness the
    assignments within tight cells are exactly the optimal ones.
    """
    gain = value - value[np.arange(len(value)), partner][:, None]
    price = np.zeros(len(value))
    while True:
        reached = price[partner][:, None] + gain
        better = reached.max(axis=0)
        if np.array_equal(better, price):
            return np.asarray(reached == price, dtype=np.bool_)
        price = better
