"""Rows that are the same in every cell, paired before anything else."""

import numpy as np

from gini_notebook.analysis.matching.assignment import LARGEST, solve
from gini_notebook.analysis.matching.tables import BoolArray, IntArray, Rows


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
