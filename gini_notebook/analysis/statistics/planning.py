"""How many documents are enough: for an interval of a width, and to see a difference between two runs."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from gini_notebook.analysis.statistics.proportions import check_level, clopper_pearson, is_number, wilson
from gini_notebook.errors import SettingError

IntArray = npt.NDArray[np.int64]
MOST_DOCUMENTS = 10_000_000


def plan_sample_size(
    score: float,
    *,
    half_width: float = 0.01,
    confidence_level: float = 0.95,
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
    confidence_level
        How sure the interval is, between 0 and 1.
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
    check_level(confidence_level)
    given = (score, half_width, slots_per_document, clustering)
    if not all(map(is_number, given)) or not (
        0 <= score <= 1 and 0 < half_width < 0.5 and 0 < slots_per_document < math.inf and 1 <= clustering < math.inf
    ):
        message = (
            f"Cannot plan for score={score!r}, half_width={half_width!r}, slots_per_document={slots_per_document!r}, "
            f"clustering={clustering!r}: a score is between 0 and 1, a half width between 0 and 0.5, slots per "
            "document more than 0, clustering 1 or more."
        )
        raise SettingError(message)
    low, high = 0, 1
    while _half_width(score, high, confidence_level) > half_width:
        low, high = high, high * 2
        if high > MOST_DOCUMENTS:
            message = f"A half width of {half_width} would need more than {MOST_DOCUMENTS:,} documents."
            raise SettingError(message)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _half_width(score, middle, confidence_level) <= half_width else (middle, high)
    return math.ceil(high * clustering / slots_per_document)


def _half_width(score: float, trials: int, level: float) -> float:
    low, high = wilson(score * trials, trials, level=level)
    return float(high - low) / 2


def plan_comparison(
    *,
    difference: float,
    rate: float,
    discordance: float | None = None,
    power: float = 0.8,
    confidence_level: float = 0.95,
) -> int:
    """Return how many documents two runs must have in common for a comparison to see a difference.

    The test is exact McNemar's: of a value (or a whole document) that each run has right or not. Its power is computed
    exactly, by the binomial distributions of the documents on which the runs differ and of who is right on these.

    Parameters
    ----------
    difference
        By how much the share of the second run shall be higher or lower: 0.02 for two points.
    rate
        The share that the first run has right.
    discordance
        The share of documents that one run has right and the other has not. By default what it is if the runs err
        independently of each other, which is much for two versions of one configuration: measure it on a first sample
        (``comparison.documents``), and fewer documents are needed.
    power
        How often the comparison shall say that the runs differ, if they do.
    confidence_level
        1 minus the level of the test.

    Returns
    -------
    int
        The smallest number of documents with that power.

    Raises
    ------
    SettingError
        If an argument makes no sense, or they contradict each other.

    Examples
    --------
    >>> plan_comparison(difference=0.05, rate=0.9, discordance=0.08)
    264
    """
    check_level(confidence_level)
    given = (difference, rate, power, *(() if discordance is None else (discordance,)))
    numbers = all(map(is_number, given))
    gap, apart = (abs(difference), _discordance(difference, rate, discordance)) if numbers else (math.nan, math.nan)
    if not (0 < gap <= apart <= 1 and 0 < power < 1):
        message = (
            f"Cannot plan for difference={difference!r}, rate={rate!r}, discordance={discordance!r}, power={power!r}: "
            "a difference is not 0, a rate between 0 and 1 with the difference added, a discordance at least as large "
            "as the difference and possible at these rates, a power between 0 and 1."
        )
        raise SettingError(message)
    share = (apart + gap) / (2 * apart)
    low, high = 1, 8
    while _power(high, apart, share, confidence_level) < power:
        low, high = high, high * 2
        if high > MOST_DOCUMENTS:
            message = f"A difference of {difference} would need more than {MOST_DOCUMENTS:,} documents."
            raise SettingError(message)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(middle, apart, share, confidence_level) >= power else (middle, high)
    return high


def _discordance(difference: float, rate: float, discordance: float | None) -> float:
    """Return the share of documents on which the runs differ; NaN where it cannot be."""
    other = rate + difference
    if not 0 <= rate <= 1 or not 0 <= other <= 1:
        return math.nan
    if discordance is None:
        return rate * (1 - other) + other * (1 - rate)
    return discordance if discordance <= min(rate + other, 2 - rate - other) else math.nan


def _power(documents: int, apart: float, share: float, confidence_level: float) -> float:
    """Return how often exact McNemar's test is significant, where runs differ on a share of the documents."""
    spread = 8 * math.sqrt(documents * apart * (1 - apart)) + 8
    first = max(0, math.floor(documents * apart - spread))
    differing = np.arange(first, min(documents, math.ceil(documents * apart + spread)) + 1)
    # The most that may be on the smaller side: twice the tail of a fair coin is below the level of the test.
    most = _most_on_the_smaller_side(differing, confidence_level)
    seen = special.bdtr(most, differing, share) + special.bdtr(most, differing, 1 - share)
    weights = stats.binom.pmf(differing, documents, apart)
    return float((weights * np.where(most < 0, 0.0, seen)).sum())


def _most_on_the_smaller_side(differing: IntArray, confidence_level: float) -> IntArray:
    """Return the most of differing documents that may be on the smaller side of a significant test; -1 for none."""
    tail = (1 - confidence_level) / 2
    most = np.asarray(stats.binom.ppf(tail, np.maximum(differing, 1), 0.5), dtype=np.int64)
    most = np.where(special.bdtr(most, differing, 0.5) < tail, most, most - 1)
    return np.where((differing == 0) | (most < 0), -1, most)


def plan_automation(
    *, target: float = 0.99, error: float = 0.002, automation_rate: float = 0.6, power: float = 0.8
) -> int:
    """Return how many documents must be labelled to show that enough of what is paid unseen is right.

    For a rule that is fixed beforehand, tested on all labelled documents that it keeps with the exact upper bound (95
    %, one-sided), as :func:`gini_notebook.automation` does. Documents of an issuer that fail together need more: there
    the issuers count (299 of them for 0.99).

    Parameters
    ----------
    target
        The share of right documents to be shown.
    error
        The share of wrong ones among what the rule keeps that is expected; it must be below what the target allows.
    automation_rate
        The share of documents that the rule keeps.
    power
        How often the target shall be shown, if that is so.

    Returns
    -------
    int
        Number of documents to label.

    Raises
    ------
    SettingError
        If an argument makes no sense, or the error is not below what the target allows.

    Examples
    --------
    >>> plan_automation(target=0.99, error=0.001, automation_rate=0.61)
    776
    """
    given = (target, error, automation_rate, power)
    if not all(map(is_number, given)) or not (
        0.5 <= target < 1 and 0 <= error < round(1 - target, 12) and 0 < automation_rate <= 1 and 0 < power < 1
    ):
        message = (
            f"Cannot plan for target={target!r}, error={error!r}, automation_rate={automation_rate!r}, "
            f"power={power!r}: a target is from 0.5 up to below 1, an error below 1 - target, and the others are "
            "between 0 and 1."
        )
        raise SettingError(message)

    def enough(wrong: int) -> bool:
        return bool(stats.binom.cdf(wrong, trials_needed(wrong, target), error) >= power)

    # More documents help only where they allow one more mistake.
    low, high = -1, 0
    while not enough(high):
        low, high = high, 2 * high + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return math.ceil(trials_needed(high, target) / automation_rate)


def trials_needed(wrong: int, target: float, *, level: float = 0.95) -> int:
    """Return how many trials show a target though some are wrong: the fewest whose upper bound allows for these.

    Parameters
    ----------
    wrong
        How many are wrong.
    target
        The share of right ones.
    level
        How sure the bound is, on its one side (Clopper and Pearson).

    Raises
    ------
    SettingError
        If more than ten millions would be needed.

    Examples
    --------
    >>> [trials_needed(wrong, 0.99) for wrong in range(3)]
    [299, 473, 628]
    """

    def shown(trials: int) -> bool:
        return float(clopper_pearson(wrong, trials, level=level, one_sided=True)[1]) <= 1 - target

    low, high = wrong, 2 * wrong + 2
    while not shown(high):
        low, high = high, 2 * high
        if high > MOST_DOCUMENTS:
            message = f"To show {target!r} with {wrong:,} wrong, more than {MOST_DOCUMENTS:,} documents are needed."
            raise SettingError(message)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shown(middle) else (middle, high)
    return high
