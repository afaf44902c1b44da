"""Limits of a control chart whose unit is the document, and the rules by which runs stand out.

A share of documents has exact limits: those of the beta-binomial distribution, which is the binomial one with a centre
that is known as well as the baseline tells it. An average over slots has the limits of a mean over documents,
corrected for skewness and excess (Cornish and Fisher), since a few documents lose most. Where runs differ more than
that, limits are widened as in Laney's p′ chart (Laney, "Improved control charts for attributes", Quality Engineering
14, 2002). A slow drift is seen sooner by a moving average that forgets (EWMA; Roberts, Technometrics 1, 1959), with
limits of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FEWEST_RUNS = 8
BASELINE = 20
FEWEST_FOR_SPREAD = 16
IN_A_ROW = 8
# How often chance alone leaves the limits, on each side, and standard deviations of a normal variable that are as far
# out. Three of them, as is usual, would find a drop from .97 to .92 within two runs of 200 documents less than four
# times in five; these have fewer than one false alarm in 200 runs still (benchmarks/history_alarms.py).
_TAIL, _SIGMAS = 0.0025, 2.807
# The mean of the range of two normal variables, in standard deviations.
_RANGE_OF_TWO = 1.128
# How much the latest run counts in the moving average: drifts of about one standard deviation are found soonest by it.
_LATEST = 0.2
POINT, EIGHT, DRIFT = "point", "eight", "drift"


@dataclass(frozen=True, slots=True)
class Chart:
    """Centre and limits of runs that can be compared.

    ``unsure`` is the standard error of the centre; ``spread`` the standard error of each run by chance alone.
    """

    centre: float
    low: FloatArray
    high: FloatArray
    unsure: float
    spread: FloatArray
    widened: float = 1.0


def chart_of_shares(right: FloatArray, documents: FloatArray, base: BoolArray) -> Chart:
    """Return the chart of shares of documents.

    Parameters
    ----------
    right, documents
        Per run, how many documents are right, of how many.
    base
        Which runs centre and limits are made of.
    """
    good, whole = float(right[base].sum()), float(documents[base].sum())
    centre = good / whole
    ends = {size: _share_limits(good, whole, int(size)) for size in np.unique(documents).tolist()}
    low, high = (np.array([ends[size][side] for size in documents.tolist()]) for side in (0, 1))
    spread = np.sqrt(np.maximum(centre * (1 - centre), 0.25 / whole) / documents)
    return Chart(centre, low, high, float(np.sqrt(centre * (1 - centre) / whole)), spread)


def _share_limits(good: float, whole: float, size: int) -> tuple[float, float]:
    """Return the smallest and the largest share of so many documents that chance makes."""
    a, b = good + 0.5, whole - good + 0.5
    k = np.arange(size + 1)
    choose = special.gammaln(size + 1) - special.gammaln(k + 1) - special.gammaln(size - k + 1)
    chance = np.exp(choose + special.betaln(k + a, size - k + b) - special.betaln(a, b))
    below, above = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
    return float(np.argmax(below > _TAIL)) / size, float(size - np.argmax(above[::-1] > _TAIL)) / size


def chart_of_averages(losses: Sequence[Sequence[Sequence[float]]], base: BoolArray) -> Chart:
    """Return the chart of averages over slots: precision, recall or F1.

    Parameters
    ----------
    losses
        Per run, what its documents lost of how much, and how many documents did.
    base
        As for :func:`chart_of_shares`.
    """
    loss, size, count = np.concatenate(
        [np.asarray(losses[at], dtype=np.float64) for at in np.flatnonzero(base).tolist()]
    ).T
    centre = 1 - float((loss * count).sum() / (size * count).sum())
    documents = np.array([sum(row[2] for row in one) for one in losses], dtype=np.float64)
    whole = float(count.sum())
    # What each document moves the score by, times the number of documents.
    moves = ((1 - centre) * size - loss) / ((size * count).sum() / whole)
    second, third, fourth = (float((count * moves**power).sum() / whole) for power in (2, 3, 4))
    if not second:
        return Chart(
            centre, np.full(len(documents), centre), np.full(len(documents), centre), 0.0, np.zeros(len(documents))
        )
    skew, excess = third / second**1.5 / np.sqrt(documents), (fourth / second**2 - 3) / documents
    # One more run is as unsure as itself and the centre together.
    error = np.sqrt(second / documents * (1 + documents / whole))
    low, high = (centre + error * _cornish_fisher(side * _SIGMAS, skew, excess) for side in (-1, 1))
    return Chart(
        centre, np.clip(low, 0, 1), np.clip(high, 0, 1), float(np.sqrt(second / whole)), np.sqrt(second / documents)
    )


def _cornish_fisher(z: float, skew: FloatArray, excess: FloatArray) -> FloatArray:
    return z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * excess / 24 - (2 * z**3 - 5 * z) * skew**2 / 36


def widened(chart: Chart, values: FloatArray, base: BoolArray) -> Chart:
    """Widen the limits if the runs of the baseline differ more than by chance (Laney's p′).

    By moving ranges, which a lasting change in between does not make larger; and only where they exceed what chance
    makes in one of twenty baselines.
    """
    count = int(base.sum())
    if count < FEWEST_FOR_SPREAD or not (chart.spread > 0).all():
        return chart
    z = ((values - chart.centre) / chart.spread)[base]
    found = float(np.abs(np.diff(z)).mean()) / _RANGE_OF_TWO
    if found <= 1 + 1.645 * np.sqrt(0.83 / (count - 1)):
        return chart
    low, high = (np.clip(chart.centre + (end - chart.centre) * found, 0, 1) for end in (chart.low, chart.high))
    return Chart(chart.centre, low, high, chart.unsure * found, chart.spread * found, found)


def alarms(chart: Chart, values: FloatArray) -> list[str]:
    """Return per run why it stands out: it is outside of the limits, or the eighth on one side of the centre.

    A run counts for a side if it is farther from the centre than the centre is unsure. After an alarm counting begins
    anew.
    """
    found, streak, side = [], 0, 0
    for value, low, high in zip(values.tolist(), chart.low.tolist(), chart.high.tolist(), strict=True):
        away = value - chart.centre
        now = 0 if abs(away) <= chart.unsure else 1 if away > 0 else -1
        streak = streak + 1 if now and now == side else int(now != 0)
        side = now
        rule = POINT if value < low - 1e-12 or value > high + 1e-12 else EIGHT if streak >= IN_A_ROW else ""
        if rule:
            streak, side = 0, 0
        found.append(rule)
    return found


@dataclass(frozen=True, slots=True)
class MovingAverage:
    """Per run the average that forgets, its limits, and whether it is outside of them."""

    values: FloatArray
    low: FloatArray
    high: FloatArray
    outside: BoolArray


def moving_average(chart: Chart, values: FloatArray, rules: Sequence[str]) -> MovingAverage:
    """Return the exponentially weighted moving average of the runs; it begins at the centre, and anew after an alarm.

    Parameters
    ----------
    chart
        Centre, and how far runs and centre are off by chance alone.
    values
        Of the runs.
    rules
        Per run the rule by which it stands out already, or nothing: see :func:`alarms`.
    """
    average, variance, kept = chart.centre, 0.0, 1.0
    found: list[tuple[float, float, bool]] = []
    for value, spread, rule in zip(values.tolist(), chart.spread.tolist(), rules, strict=True):
        average = _LATEST * value + (1 - _LATEST) * average
        variance = (1 - _LATEST) ** 2 * variance + (_LATEST * spread) ** 2
        kept *= 1 - _LATEST
        # The centre is unsure, too, as far as the average has left it behind.
        reach = _SIGMAS * float(np.sqrt(variance + ((1 - kept) * chart.unsure) ** 2))
        out = abs(average - chart.centre) > reach + 1e-12
        found.append((average, reach, out))
        if out or rule:
            average, variance, kept = chart.centre, 0.0, 1.0
    averages, reaches = (np.array([one[side] for one in found], dtype=np.float64) for side in (0, 1))
    low, high = (np.clip(chart.centre + sign * reaches, 0, 1) for sign in (-1, 1))
    return MovingAverage(averages, low, high, np.array([one[2] for one in found], dtype=bool))


def chart_of(records: Sequence[dict[str, Any]], baseline: int = BASELINE) -> Chart:
    """Return the chart of one metric of some runs, widened where that is due.

    A run of the baseline that is outside of the limits is taken out of it, once: it would draw the centre to itself,
    and the runs before it would stand out in its place.

    Parameters
    ----------
    records
        What the history has of the metric, per run.
    baseline
        How many of the first runs centre and limits are made of.
    """
    values = np.array([one["value"] for one in records], dtype=np.float64)
    base = np.arange(len(values)) < baseline
    chart = _chart(records, values, base)
    kept = base & (values >= chart.low) & (values <= chart.high)
    return chart if kept.sum() in (base.sum(), 0) else _chart(records, values, kept)


def _chart(records: Sequence[dict[str, Any]], values: FloatArray, base: BoolArray) -> Chart:
    if "right" in records[0]:
        right, whole = (np.array([one[name] for one in records], dtype=np.float64) for name in ("right", "of"))
        return widened(chart_of_shares(right, whole, base), values, base)
    return widened(chart_of_averages([one["losses"] for one in records], base), values, base)
