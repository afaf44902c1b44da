"""The document bootstrap: what the numbers would be with other documents of the same kind.

Documents are drawn, not fields: what is read in one document hangs together, so fields are no independent trials.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import special

from gini_notebook.analysis.statistics.proportions import FloatArray, Interval, check_level
from gini_notebook.errors import SettingError

BOOTSTRAP_SAMPLES = 2_000
# Below this number of documents the spread among samples says more about the resampling than about the documents.
FEWEST_DOCUMENTS = 20
# More documents than this are first put into this many groups at random, and groups are drawn. Sums over documents vary
# among samples of groups as they do among samples of documents; it only spares time.
MOST_UNITS = 20_000
_CELLS_AT_ONCE = 200_000
# Matrix products of at most this size stay in one thread. Waking the others for products as flat as these costs, on a
# busy machine, more than ten times the product itself (measured: 1.3 instead of 0.08 s of CPU).
_SMALL_PRODUCT = 2**18


def resampled_sums(
    by_document: npt.NDArray[np.generic], *, samples: int = BOOTSTRAP_SAMPLES, seed: int = 0
) -> FloatArray:
    """Draw as many documents as there are, again and again, and add up what they have.

    More than 20,000 documents are drawn in 20,000 random groups.

    Parameters
    ----------
    by_document
        One row per document, one column per thing that adds up (counts, indicators).
    samples
        How many bootstrap samples.
    seed
        The same seed, number of documents and number of samples give the same samples: two runs over the same documents
        are paired by giving both the same seed.

    Returns
    -------
    numpy.ndarray
        One row per bootstrap sample, the columns of ``by_document``.

    Raises
    ------
    SettingError
        If ``samples`` is not positive or ``seed`` negative.

    Examples
    --------
    >>> resampled_sums(np.ones((50, 1)), samples=2)
    array([[50.],
           [50.]])
    """
    values = grouped(by_document, seed)
    sums = np.zeros((samples, values.shape[1]))
    start = 0
    for weights in _weights(len(values), samples, seed):
        sums[start : start + len(weights)] = product(weights, values)
        start += len(weights)
    return sums


def grouped(by_document: npt.NDArray[np.generic], seed: int) -> FloatArray:
    """Add up documents in groups of the same size (but for one document more or less), if there are very many."""
    if len(by_document) <= MOST_UNITS:
        return np.ascontiguousarray(by_document, dtype=np.float64)
    order = np.random.default_rng(seed).permutation(len(by_document))
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.arange(len(order)) * MOST_UNITS // len(order)
    columns = [
        np.bincount(group, weights=by_document[:, place], minlength=MOST_UNITS) for place in range(by_document.shape[1])
    ]
    return np.stack(columns, axis=1) if columns else np.zeros((MOST_UNITS, 0))


def product(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Return ``weights @ values``, in blocks of documents."""
    length = max(1, _SMALL_PRODUCT // (len(weights) * max(values.shape[1], 1)))
    blocks, columns = len(values) // length, values.shape[1]
    whole = blocks * length
    rest = weights[:, whole:] @ values[whole:]
    left = weights[:, :whole].reshape(len(weights), blocks, length).transpose(1, 0, 2)
    return np.asarray(rest + (left @ values[:whole].reshape(blocks, length, columns)).sum(axis=0))


def _weights(documents: int, samples: int, seed: int) -> Iterator[FloatArray]:
    """Return how often each document is drawn, some samples (rows) at a time."""
    if samples < 1 or seed < 0:
        message = (
            f"There are {samples} bootstrap samples with seed {seed}; samples must be 1 or more, the seed 0 or more."
        )
        raise SettingError(message)
    if not documents:
        return
    generator = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // documents)
    for start in range(0, samples, at_once):
        rows = min(at_once, samples - start)
        drawn = generator.integers(0, documents, size=(rows, documents))
        drawn += (np.arange(rows) * documents)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * documents)
        yield counts.reshape(rows, documents).astype(np.float64)


def percentile_interval(samples: npt.ArrayLike, *, documents: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the interval that holds the middle of the bootstrap samples.

    The percentiles are set a little wider than the level, because a bootstrap of n documents is too narrow by
    ``sqrt((n - 1) / n)`` and has normal where it should have Student's tails (expanded percentiles: Hesterberg, "What
    teachers should know about the bootstrap", The American Statistician 69, 2015).

    Parameters
    ----------
    samples
        One row per bootstrap sample; undefined (NaN) ones are left out.
    documents
        How many documents a column is about; one number, or one per column.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    tuple of two arrays
        Lower and upper end per column; NaN where all samples are undefined, or there are fewer than two documents.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1.
    """
    check_level(level)
    values = np.sort(np.asarray(samples, dtype=np.float64), axis=0)
    counts = np.broadcast_to(np.asarray(documents, dtype=np.float64), values.shape[1:])
    enough = np.maximum(counts, 2)
    tail = special.ndtr(-np.sqrt(enough / (enough - 1)) * special.stdtrit(enough - 1, 0.5 + level / 2))
    undefined = np.where(counts < 2, np.nan, 0.0)
    return quantile(values, tail) + undefined, quantile(values, 1 - tail) + undefined


def quantile(ordered: FloatArray, shares: FloatArray) -> FloatArray:
    """Return one quantile per sorted column (linear interpolation); NaN, which sorts last, is left out."""
    if not len(ordered):
        return np.full(shares.shape, np.nan)
    last = np.maximum(np.sum(~np.isnan(ordered), axis=0) - 1, 0)
    places = shares * last
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, last)
    low, high = (np.take_along_axis(ordered, index[None], axis=0)[0] for index in (below, above))
    return np.asarray(low + (high - low) * (places - below), dtype=np.float64)


def left_out_sums(by_document: npt.NDArray[np.generic], *, seed: int = 0) -> FloatArray:
    """Add up what all documents but one have, for each document in turn (the jackknife).

    Where more than 20,000 documents are drawn in groups, the same groups are left out.

    Parameters
    ----------
    by_document
        One row per document, one column per thing that adds up, as for :func:`resampled_sums`.
    seed
        The seed of the samples, which decides the groups.

    Returns
    -------
    numpy.ndarray
        One row per document (or group) left out, the columns of ``by_document``.

    Examples
    --------
    >>> left_out_sums(np.array([[1.0], [2.0], [4.0]])).tolist()
    [[6.0], [5.0], [3.0]]
    """
    values = grouped(by_document, seed)
    return np.asarray(values.sum(axis=0) - values, dtype=np.float64)


def bca_interval(
    samples: npt.ArrayLike, value: npt.ArrayLike, left_out: npt.ArrayLike, *, level: float = 0.95
) -> Interval:
    """Return the interval whose percentiles are corrected for bias and skewness of the samples.

    Efron, "Better bootstrap confidence intervals" (JASA 82, 1987), in the form of DiCiccio and Efron, "Bootstrap
    confidence intervals" (Statistical Science 11, 1996): the bias correction is the normal quantile of the share of
    samples below the value (equal ones count half), the acceleration comes from the jackknife.

    Parameters
    ----------
    samples
        One row per bootstrap sample; undefined (NaN) ones are left out.
    value
        What the whole sample gives; one number per column.
    left_out
        One row per document: the numbers without it; undefined ones are left out.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    tuple of two arrays
        Lower and upper end per column, always within the samples; NaN where the correction is undefined: all samples
        lie on one side of the value, or no document makes a difference.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1.

    Examples
    --------
    >>> sums = np.arange(101.0)[:, None]
    >>> low, high = bca_interval(sums, [50.0], [[49.0], [51.0]], level=0.9)
    >>> f"{low[0]:.1f} {high[0]:.1f}"
    '5.0 95.0'
    """
    check_level(level)
    values, at = np.asarray(samples, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if not len(values):
        return np.full(at.shape, np.nan), np.full(at.shape, np.nan)
    defined = np.sum(~np.isnan(values), axis=0)
    below = (np.sum(values < at, axis=0) + np.sum(values <= at, axis=0)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = special.ndtri(below / defined)
        tails = [
            _corrected(bias, _acceleration(left_out), special.ndtri(tail))
            for tail in (0.5 - level / 2, 0.5 + level / 2)
        ]
    ordered = np.sort(values, axis=0)
    low, high = (np.where(np.isnan(tail), np.nan, quantile(ordered, np.nan_to_num(tail))) for tail in tails)
    return low, high


def _corrected(bias: FloatArray, acceleration: FloatArray, z: float) -> FloatArray:
    """Return the share of the samples below an end; NaN where the bias is infinite."""
    shifted = np.where(np.isfinite(bias), bias, np.nan) + z
    return np.asarray(special.ndtr(bias + shifted / (1 - acceleration * shifted)), dtype=np.float64)


def _acceleration(left_out: npt.ArrayLike) -> FloatArray:
    """Return how much the standard error changes with the value: a sixth of the skewness of the jackknife."""
    without = np.asarray(left_out, dtype=np.float64)
    known = ~np.isnan(without)
    mean = np.nansum(without, axis=0) / known.sum(axis=0)
    off = np.where(known, mean - without, 0.0)
    return np.asarray((off**3).sum(axis=0) / (6 * (off**2).sum(axis=0) ** 1.5), dtype=np.float64)
