"""Tests of two runs over the same documents."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from scipy import stats

from gini_notebook.analysis.statistics.bootstrap import product
from gini_notebook.analysis.statistics.proportions import FloatArray
from gini_notebook.errors import SettingError

PERMUTATIONS = 10_000
_CELLS_AT_ONCE = 200_000

Statistic = Callable[[FloatArray], FloatArray]


def sign_flip_p(
    first: npt.NDArray[np.generic],
    second: npt.NDArray[np.generic],
    statistic: Statistic,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> FloatArray:
    """Test whether two runs over the same documents differ (two-sided permutation test on documents).

    If nothing distinguishes the runs, then whose answer to a document is whose is a matter of chance. So the answers to
    each document are exchanged or not by the toss of a coin, and the difference seen is compared with those that chance
    makes. Where there are no more exchanges than ``permutations``, all of them are tried instead of a sample.

    Parameters
    ----------
    first, second
        One row per document (the same in both), one column per thing that adds up.
    statistic
        Gives the scores of sums: rows × columns in, rows × scores out.
    permutations
        How many exchanges to try.
    seed
        Seed of the coin.

    Returns
    -------
    numpy.ndarray
        One p-value per score; NaN where the difference is undefined. Runs that differ nowhere have 1.

    Raises
    ------
    SettingError
        If ``permutations`` is not positive.
    """
    if permutations < 1:
        message = f"permutations is {permutations}; it must be 1 or more."
        raise SettingError(message)
    one, other = (np.asarray(side, dtype=np.float64) for side in (first, second))
    total, difference = one.sum(axis=0) + other.sum(axis=0), one - other
    differing = difference[(difference != 0).any(axis=1)]
    seen = np.abs(_gap(total, difference.sum(axis=0, keepdims=True), statistic))[0]
    exact = 2 ** min(len(differing), 60) <= permutations
    extreme, tried = np.zeros(len(seen)), 0
    for signs in _all_signs(len(differing)) if exact else _signs(len(differing), permutations, seed):
        by_chance = np.abs(_gap(total, product(signs, differing), statistic))
        extreme += (np.nan_to_num(by_chance) >= seen - 1e-12).sum(axis=0)
        tried += len(signs)
    p = extreme / tried if exact else (extreme + 1) / (tried + 1)
    return np.where(np.isnan(seen), np.nan, p)


def _gap(total: FloatArray, difference: FloatArray, statistic: Statistic) -> FloatArray:
    """Return the difference of scores of two runs whose sums have this total and this difference."""
    return np.asarray(statistic((total + difference) / 2) - statistic((total - difference) / 2))


def _all_signs(documents: int) -> Iterator[FloatArray]:
    yield np.asarray(1.0 - 2.0 * (np.arange(2**documents)[:, None] >> np.arange(documents) & 1), dtype=np.float64)


def _signs(documents: int, permutations: int, seed: int) -> Iterator[FloatArray]:
    """Return random signs, some permutations (rows) at a time."""
    generator = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // documents)
    for start in range(0, permutations, at_once):
        rows = min(at_once, permutations - start)
        bits = np.unpackbits(
            np.frombuffer(generator.bytes(rows * (-(-documents // 8))), np.uint8).reshape(rows, -1), axis=1
        )
        yield np.asarray(1.0 - 2.0 * bits[:, :documents], dtype=np.float64)


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value of McNemar's test.

    McNemar, "Note on the sampling error of the difference between correlated proportions or percentages"
    (Psychometrika 12, 1947), with the binomial distribution in place of the approximation.

    Parameters
    ----------
    only_first, only_second
        How many documents only the first, and only the second run got right.

    Returns
    -------
    float
        1.0 if the runs agree on all documents.

    Raises
    ------
    SettingError
        If a count is negative.

    Examples
    --------
    >>> round(mcnemar_p(1, 8), 4)
    0.0391
    """
    if min(only_first, only_second) < 0:
        raise SettingError("The numbers of documents must be 0 or more.")
    differing = only_first + only_second
    return float(stats.binomtest(only_first, differing, 0.5).pvalue) if differing else 1.0


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Adjust p-values for testing several things at once, so that one false alarm among all of them stays rare.

    Holm, "A simple sequentially rejective multiple test procedure" (Scandinavian Journal of Statistics 6, 1979).

    Parameters
    ----------
    p_values
        One per thing tested; NaN is left out and stays NaN.

    Returns
    -------
    numpy.ndarray
        The adjusted p-values, in the same order.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * factors), 1.0)
    return adjusted
