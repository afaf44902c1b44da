"""Intervals of plain proportions: how sure a share of independent trials is, and how many documents are enough."""

import math

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


def check_level(level: float) -> None:
    """Refuse a confidence level that is none."""
    if not 0 < level < 1:
        message = f"The level is {level!r}; it must be between 0 and 1, for example 0.95."
        raise SettingError(message)


def plan_sample_size(
    score: float,
    *,
    half_width: float = 0.01,
    level: float = 0.95,
    slots_per_document: float = 1.0,
    clustering: float = 1.0,
) -> int:
    """Return how many documents must be labelled for an interval of the wanted width.

    Parameters
    ----------
    score
        The share that is expected, for example the recall of a first sample.
    half_width
        The interval shall reach at most this far, on average of both sides: 0.01 for "± 1 point".
    level
        Confidence, between 0 and 1.
    slots_per_document
        How many values of the field a document has on average; 0.4 if four in ten documents have one.
    clustering
        How much wider than with independent slots the interval is, squared (the design effect); 1 for a field that a
        document has at most once, more for columns of a compound.

    Returns
    -------
    int
        Number of documents.

    Raises
    ------
    SettingError
        If an argument makes no sense.

    Examples
    --------
    >>> plan_sample_size(0.95, half_width=0.01)
    1838
    """
    if not 0 <= score <= 1 or not 0 < half_width < 0.5 or slots_per_document <= 0 or clustering < 1:
        message = (
            f"Cannot plan for score={score}, half_width={half_width}, slots_per_document={slots_per_document}, "
            f"clustering={clustering}: a score is between 0 and 1, a half width between 0 and 0.5, slots per document "
            "more than 0, clustering 1 or more."
        )
        raise SettingError(message)
    low, high = 0, 1
    while _half_width(score, high, level) > half_width:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _half_width(score, middle, level) <= half_width else (middle, high)
    return math.ceil(high * clustering / slots_per_document)


def _half_width(score: float, trials: int, level: float) -> float:
    low, high = wilson(score * trials, trials, level=level)
    return float(high - low) / 2
