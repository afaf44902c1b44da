"""Which row is which row: the rows of every document, paired."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gini_notebook.analysis.matching.assignment import LARGEST, solve
from gini_notebook.analysis.matching.candidate_pairs import Free, Sides, certain, edges, free_rows
from gini_notebook.analysis.matching.tables import BoolArray, Cells, IntArray, Rows, blocks_of, rows_of
from gini_notebook.errors import SettingError

_NONE = -1


@dataclass(frozen=True, slots=True)
class RowMatching:
    """Which rows belong together.

    Attributes
    ----------
    row_extracted
        For every cell of the truth: the number of the extracted row that its row is paired with, or -1.
    row_truth
        For every extracted cell: the number of the truth row that its row is paired with, or -1.
    approximate
        Codes of the documents that were too large to be solved exactly, sorted.
    """

    row_extracted: IntArray
    row_truth: IntArray
    approximate: IntArray


def match_rows(
    truth: Cells,
    extracted: Cells,
    values: Sequence[str],
    *,
    key: Collection[int] = (),
    order: Literal["content", "strict"] = "content",
    weights: Mapping[int, float] | None = None,
    equal: Callable[[IntArray, IntArray], BoolArray] | None = None,
) -> RowMatching:
    """Pair the rows of every document so that as many cells as possible are typed-equal.

    Rows are paired one to one. First, rows that are the same in every cell are paired; then the rest such that the
    number of typed-equal cells is as large as it can be. Ties are decided by, one after the other, the larger sum of
    similarities of the unequal cells (of their first 2,000 characters, rounded to millionths), the smaller sum of
    distances ``|i - j|`` between the positions of the rows, and lower positions. A pair without a typed-equal cell is
    not made.

    Pairing the identical rows first costs nothing. Let x be the content of identical rows g (truth) and p (extracted),
    and suppose a best pairing has g with p' and g' with p instead. Pair g with p and g' with p'. Per column this loses
    ``[x = p'] + [g' = x]`` and wins ``[x present] + [g' = p']``, where ``[ ]`` is 1 if the statement holds. If both
    lost terms are 1 then x is present and, as equality is transitive, g' = p': the win is 2. If one is, x is present:
    the win is at least 1. So nothing is lost, with weights neither. (It holds for equality, not for similarity, and not
    for an ``equal`` with a tolerance; then this step is left out.)

    Parameters
    ----------
    truth, extracted
        The cells that are present.
    values
        The canonical string of every value code, for similarities.
    key
        Columns in which paired rows must agree (both without a value counts as agreeing).
    order
        ``"strict"`` pairs rows of the same number instead, whatever they hold; a diagnostic of the order.
    weights
        What an equal cell counts, by column; 1 by default, rounded to thousandths.
    equal
        Tells for codes that differ whether the values are typed-equal all the same (a rule with a tolerance).

    Returns
    -------
    RowMatching
        Documents with more than 1,000,000 pairs of rows left to decide are solved greedily (largest number of equal
        cells first) and flagged.

    Raises
    ------
    SettingError
        If ``order`` is unknown or comes with ``key`` or ``weights``, or if a weight is not above 0.

    Examples
    --------
    Two rows in another order; the columns are article (0) and quantity (1):

    >>> import numpy as np
    >>> columns, tables = np.array([0, 1, 0, 1]), np.array([7, 7, 7, 7])
    >>> truth = Cells(tables, np.array([0, 0, 1, 1]), columns, np.array([0, 2, 1, 2]))
    >>> extracted = Cells(tables, np.array([0, 0, 1, 1]), columns, np.array([1, 2, 0, 3]))
    >>> match_rows(truth, extracted, ["hat", "scarf", "1", "7"]).row_extracted
    array([1, 1, 0, 0])
    """
    _check(order, key, weights)
    columns = np.unique(np.concatenate([truth.column, extracted.column]))
    mine, theirs = rows_of(truth, columns), rows_of(extracted, columns)
    if order == "strict":
        left, right = _same_number(mine, theirs)
        large: set[int] = set()
    else:
        sides = Sides(mine, theirs, _whole(columns, weights), equal)
        left, right, large = _by_content(sides, blocks_of(mine, theirs, columns, key), values)
    return RowMatching(
        _numbers(mine, theirs, left, right)[mine.of_cell],
        _numbers(theirs, mine, right, left)[theirs.of_cell],
        np.array(sorted(large), np.int64),
    )


def _check(order: str, key: Collection[int], weights: Mapping[int, float] | None) -> None:
    if order not in ("content", "strict"):
        message = f"order is {order!r}; it must be 'content' or 'strict'."
        raise SettingError(message)
    if order == "strict" and (key or weights):
        raise SettingError("order='strict' pairs rows by their number; it takes neither key nor weights.")
    for column, weight in (weights or {}).items():
        if not 0.001 <= weight <= 1000:
            message = f"The weight of column {column!r} is {weight!r}; it must be between 0.001 and 1000."
            raise SettingError(message)


def _whole(columns: IntArray, weights: Mapping[int, float] | None) -> list[int]:
    if not weights:
        return [1] * len(columns)
    return [round(1000 * weights.get(column, 1.0)) for column in columns.tolist()]


def _numbers(rows: Rows, partners: Rows, mine: IntArray, theirs: IntArray) -> IntArray:
    numbers = np.full(len(rows.number), _NONE, np.int64)
    numbers[mine] = partners.number[theirs]
    return numbers


def _same_number(truth: Rows, extracted: Rows) -> tuple[IntArray, IntArray]:
    split = len(truth.number)
    _, number = np.unique(np.concatenate([truth.number, extracted.number]), return_inverse=True)
    _, document = np.unique(np.concatenate([truth.document, extracted.document]), return_inverse=True)
    both = document * (int(number.max(initial=0)) + 1) + number
    _, left, right = np.intersect1d(both[:split], both[split:], assume_unique=True, return_indices=True)
    return left, right


def _by_content(
    sides: Sides, blocks: tuple[IntArray, IntArray], values: Sequence[str]
) -> tuple[IntArray, IntArray, set[int]]:
    """Identical rows, then pairs that are certain, then too large blocks, then the assignment of the rest."""
    left, right = np.zeros(0, np.int64), np.zeros(0, np.int64)
    large: set[int] = set()
    if sides.equal is None:
        left, right, large = identical(sides.truth, sides.extracted, blocks)
    free = free_rows(blocks, (left, right))
    lefts, rights = [left], [right]
    for mine, theirs in _too_large(free):
        large.add(int(sides.truth.document[mine[0]]))
        some, others = greedy(sides, mine, theirs)
        lefts.append(some)
        rights.append(others)
    left, right, weight = edges(sides, free)
    while (sure := certain(left, right, weight)).any():
        lefts.append(left[sure])
        rights.append(right[sure])
        rest = ~np.isin(left, left[sure]) & ~np.isin(right, right[sure])
        left, right, weight = left[rest], right[rest], weight[rest]
    chosen = solve(sides.truth, sides.extracted, (left, right), weight, sides.similarity(left, right, values))
    return np.concatenate([*lefts, left[chosen]]), np.concatenate([*rights, right[chosen]]), large


def _too_large(free: Free) -> list[tuple[IntArray, IntArray]]:
    large = free.pairs > LARGEST
    spans = zip(*(part[large].tolist() for part in (*free.starts, *free.sizes)), strict=True)
    return [
        (free.left[start : start + size], free.right[other_start : other_start + other_size])
        for start, other_start, size, other_size in spans
    ]


def greedy(sides: Sides, mine: IntArray, theirs: IntArray) -> tuple[IntArray, IntArray]:
    """Pair rows by falling weight; among equals the nearer, then the lower extracted row.

    Needs memory for one row against all, and time for a few passes over all pairs.
    """
    free = np.ones(len(theirs), np.bool_)
    places = sides.extracted.place[theirs]
    lefts, rights = [], []
    bound = np.array([int(sides.weight(row, theirs).max()) for row in mine])
    while (level := int(bound.max(initial=0))) > 0:
        for index in np.flatnonzero(bound == level).tolist():
            row = mine[index]
            weight = np.where(free, sides.weight(row, theirs), 0)
            bound[index] = weight.max()
            if bound[index] < level:
                continue
            best = np.flatnonzero(weight == level)
            place = best[np.argmin(np.abs(places[best] - sides.truth.place[row]))]
            free[place] = False
            bound[index] = 0
            lefts.append(row)
            rights.append(theirs[place])
    return np.array(lefts, np.int64), np.array(rights, np.int64)


def identical(truth: Rows, extracted: Rows, blocks: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray, set[int]]:
    """Pair rows that are the same in every cell; of several copies the ones that stand closest.

    Returns the paired rows of the truth, those extracted, and the documents with too many copies for the closest ones.
    """
    of_truth, of_extracted = _same_content(truth, extracted, blocks)
    count = int(max(of_truth.max(initial=-1), of_extracted.max(initial=-1))) + 1
    copies = np.bincount(of_truth, minlength=count), np.bincount(of_extracted, minlength=count)
    even = (copies[0] == copies[1]) & (copies[0] > 0)
    left, right = _in_order(of_truth, even), _in_order(of_extracted, even)
    lefts, rights, large = [left], [right], set()
    for content in np.flatnonzero((copies[0] != copies[1]) & (copies[0] > 0) & (copies[1] > 0)).tolist():
        mine, theirs = np.flatnonzero(of_truth == content), np.flatnonzero(of_extracted == content)
        if len(mine) * len(theirs) > LARGEST:
            large.add(int(truth.document[mine[0]]))
            shorter = min(len(mine), len(theirs))
            mine, theirs = mine[:shorter], theirs[:shorter]
        else:
            mine, theirs = _closest(truth, extracted, mine, theirs)
        lefts.append(mine)
        rights.append(theirs)
    left, right = np.concatenate(lefts), np.concatenate(rights)
    sure = _really(truth, extracted, left, right)
    return left[sure], right[sure], large


def _same_content(truth: Rows, extracted: Rows, blocks: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    """Number the contents of rows, by a hash of block and cells that is checked afterwards."""
    factors = np.random.default_rng(0).integers(1, 2**63, len(truth.columns) + 1, dtype=np.uint64) | np.uint64(1)
    hashes = []
    for rows, block in zip((truth, extracted), blocks, strict=True):
        total = block.astype(np.uint64) * factors[-1]
        for column, factor in zip(rows.columns, factors[:-1], strict=True):
            total += (column.astype(np.uint64) + np.uint64(1)) * factor
        hashes.append(total)
    _, contents = np.unique(np.concatenate(hashes), return_inverse=True)
    return contents[: len(hashes[0])], contents[len(hashes[0]) :]


def _in_order(contents: IntArray, wanted: BoolArray) -> IntArray:
    rows = np.flatnonzero(wanted[contents])
    return rows[np.argsort(contents[rows], kind="stable")]


def _closest(truth: Rows, extracted: Rows, mine: IntArray, theirs: IntArray) -> tuple[IntArray, IntArray]:
    left, right = np.repeat(mine, len(theirs)), np.tile(theirs, len(mine))
    chosen = solve(truth, extracted, (left, right), np.ones(len(left), np.int64), np.zeros(len(left), np.int64))
    return left[chosen], right[chosen]


def _really(truth: Rows, extracted: Rows, left: IntArray, right: IntArray) -> BoolArray:
    """Check that what has the same hash is the same."""
    same = truth.document[left] == extracted.document[right]
    for mine, theirs in zip(truth.columns, extracted.columns, strict=True):
        same &= mine[left] == theirs[right]
    return np.asarray(same, dtype=np.bool_)
