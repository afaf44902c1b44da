"""The bias-corrected and accelerated (BCa) interval of the bootstrap."""

import numpy as np
import numpy.typing as npt
from scipy import special

from gini_notebook.analysis.statistics._bootstrap import grouped, quantile
from gini_notebook.analysis.statistics._proportions import FloatArray, Interval, check_level


def left_out_sums(by_document: npt.NDArray[np.generic], *, seed: int = 0) -> FloatArray:
    """Add up what all documents but one have, for each document in turn (the jackknife).

    Where more than 20,000 documents are drawn in groups, the same groups are left out.

    Parameters
    ----------
    by_document
        One row per document, one column per thing that adds up, as for :func:`resampled_sums`.
    seed
        The seed of the draws, which decides the groups.

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
    draws: npt.ArrayLike, value: npt.ArrayLike, left_out: npt.ArrayLike, *, level: float = 0.95
) -> Interval:
    """Give the interval whose percentiles are corrected for bias and skewness of the draws.

    Efron, "Better bootstrap confidence intervals" (JASA 82, 1987), in the form of DiCiccio and Efron, "Bootstrap
    confidence intervals" (Statistical Science 11, 1996): the bias correction is the normal quantile of the share of
    draws below the value (equal draws count half), the acceleration comes from the jackknife.

    Parameters
    ----------
    draws
        One row per draw; undefined (NaN) draws are left out.
    value
        What the whole sample gives; one number per column.
    left_out
        One row per document: the numbers without it; undefined ones are left out.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    tuple of two arrays
        Lower and upper end per column, always within the draws; NaN where the correction is undefined: all draws lie
        on one side of the value, or no document makes a difference.

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
    values, at = np.asarray(draws, dtype=np.float64), np.asarray(value, dtype=np.float64)
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
    """Give the share of the draws below an end; NaN where the bias is infinite."""
    shifted = np.where(np.isfinite(bias), bias, np.nan) + z
    return np.asarray(special.ndtr(bias + shifted / (1 - acceleration * shifted)), dtype=np.float64)


def _acceleration(left_out: npt.ArrayLike) -> FloatArray:
    """Give how much the standard error changes with the value: a sixth of the skewness of the jackknife."""
    without = np.asarray(left_out, dtype=np.float64)
    known = ~np.isnan(without)
    mean = np.nansum(without, axis=0) / known.sum(axis=0)
    off = np.where(known, mean - without, 0.0)
    return np.asarray((off**3).sum(axis=0) / (6 * (off**2).sum(axis=0) ** 1.5), dtype=np.float64)
