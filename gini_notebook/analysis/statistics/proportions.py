"""Intervals of plain proportions: how sure a share of independent trials is."""

from math import isnan
from numbers import Real
from typing import TypeGuard

import numpy as np
import numpy.typing as npt
from scipy import special

from gini_notebook.errors import SettingError

FloatArray = npt.NDArray[np.float64]
Interval = tuple[FloatArray, FloatArray]


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """Return Wilson's score interval of proportions.

    Wilson, "Probable inference, the law of succession, and statistical inference" (JASA 22, 1927).

    Parameters
    ----------
    successes, trials
        Counts, one proportion per entry; they need not be whole numbers.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    tuple of two arrays
        Lower and upper ends; NaN where there are no trials.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1, or a count makes no sense.

    Examples
    --------
    >>> low, high = wilson(45, 50)
    >>> f"{low:.3f} {high:.3f}"
    '0.786 0.957'
    """
    count, total = _checked(successes, trials, level)
    z = special.ndtri(0.5 + level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = count / total
        centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
        half = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2)) / (1 + z**2 / total)
    low = np.where(count == 0, np.where(total > 0, 0.0, np.nan), centre - half)
    high = np.where((count == total) & (total > 0), 1.0, centre + half)
    return low, high


def clopper_pearson(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95, one_sided: bool = False
) -> Interval:
    """Return the exact interval of proportions, which covers at least as often as it says.

    Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial" (Biometrika
    26, 1934).

    Parameters
    ----------
    successes, trials
        Whole counts, one proportion per entry.
    level
        Confidence, between 0 and 1.
    one_sided
        Whether each end shall hold at this level on its own, instead of both together.

    Returns
    -------
    tuple of two arrays
        Lower and upper ends; NaN where there are no trials.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1, or a count makes no sense.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 4)
    >>> f"{low:.3f} {high:.3f}"
    '0.000 0.602'
    """
    count, total = _checked(successes, trials, level)
    tail = 1 - level if one_sided else (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(count == 0, 0.0, special.betaincinv(count, total - count + 1, tail))
        high = np.where(count == total, 1.0, special.betaincinv(count + 1, total - count, 1 - tail))
    nothing = total == 0
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)


def _checked(successes: npt.ArrayLike, trials: npt.ArrayLike, level: float) -> Interval:
    check_level(level)
    count, total = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if (count < 0).any() or (count > total).any():
        raise SettingError("There must be no fewer than 0 successes, and no more than there are trials.")
    return count, total


def check_level(level: object) -> None:
    """Refuse a confidence level that is none."""
    if not is_number(level) or not 0 < level < 1:
        message = f"The level is {level!r}; it must be between 0 and 1, for example 0.95."
        raise SettingError(message)


def is_number(value: object) -> TypeGuard[float]:
    """Whether something is a number at all: no text, no truth value, not NaN."""
    return isinstance(value, Real) and not isinstance(value, bool) and not isnan(value)
