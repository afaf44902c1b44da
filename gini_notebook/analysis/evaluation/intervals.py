"""Intervals of scores that are sums over documents (M18 of the metrics)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from gini_notebook._text import printable
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.formulas import ratio
from gini_notebook.analysis.evaluation.units import DOCUMENTS, FEW_CLUSTERS, Units
from gini_notebook.analysis.statistics import (
    FEWEST_DOCUMENTS,
    bca_interval,
    losses,
    percentile_interval,
    share_intervals,
    wilson,
)
from gini_notebook.errors import SettingError

IntervalKind = Literal["documents", "wilson", "bootstrap", "bca"]
KINDS = get_args(IntervalKind)
DEFAULT_KIND = KINDS[0]
CONFIDENCE_LEVEL = 0.95
FEW_WITH_A_MISTAKE = 5
"""With fewer documents with a mistake than these, the limits speak mostly of documents that were not seen."""

Ends = tuple[FloatArray, FloatArray, BoolArray]
LossParts = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class IntervalOptions:
    """How intervals are made: kind, confidence level, what counts as one, and the seed of draws.

    Raises
    ------
    SettingError
        If there is no such kind, or the level is not between 0 and 1.
    """

    kind: str = DEFAULT_KIND
    level: float = CONFIDENCE_LEVEL
    units: Units = DOCUMENTS
    seed: int = 0

    def __post_init__(self) -> None:
        check_kind(self.kind)
        check_confidence_level(self.level)

    def of(self, selected: BoolArray) -> "IntervalOptions":
        """Return the options for some of the documents."""
        return replace(self, units=self.units.of(selected))


def check_kind(intervals: str, kinds: tuple[str, ...] = KINDS) -> None:
    """Refuse a kind of interval that is none."""
    if intervals not in kinds:
        message = f"intervals is {intervals!r}; it must be one of {', '.join(map(repr, kinds))}."
        raise SettingError(message)


def check_confidence_level(level: object) -> None:
    """Refuse a confidence level that is none."""
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level < 1:
        message = f"confidence_level is {level!r}; it must be between 0 and 1, for example 0.95."
        raise SettingError(message)


def shares_with_intervals(
    part: npt.NDArray[Any], whole: npt.NDArray[Any], how: IntervalOptions
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return shares and their ends, one per column of documents × numbers; Wilson's where a unit counts once."""
    found, total = (how.units.summed(np.asarray(side, dtype=np.float64)) for side in (part, whole))
    sums = found.sum(axis=0), total.sum(axis=0)
    low, high = wilson(*sums, level=how.level)
    places = np.flatnonzero((total.max(axis=0, initial=0) > 1) | (how.units.weighted & (sums[1] > 0)))
    given = [losses(total[:, place] - found[:, place], total[:, place]) for place in places]
    low[places], high[places] = share_intervals(given, level=how.level)
    return ratio(*sums), low, high


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Some numbers of the same kind, each with what its interval is made of.

    Attributes
    ----------
    value
        The numbers.
    documents
        How many units (documents, or clusters of them) each number is about.
    trials
        What each number is a share of.
    clustered
        Whether one unit can count more than once, so that the trials are not independent.
    plain
        Which numbers keep Wilson's interval where trials are independent: rows per field, and the share answered.
    losses
        Returns loss, size and full size per unit of one number (see :class:`.formulas.Losses`).
    samples
        Returns samples of the bootstrap × numbers.
    left_out
        Returns the numbers without each unit in turn: units × numbers.
    """

    value: FloatArray
    documents: FloatArray
    trials: FloatArray
    clustered: BoolArray
    plain: BoolArray
    losses: Callable[[int], LossParts]
    samples: Callable[[], FloatArray]
    left_out: Callable[[], FloatArray]

    def at(self, place: int) -> "Estimates":
        """Return one of the numbers alone."""
        place %= len(self.value)
        one = slice(place, place + 1)
        return Estimates(
            self.value[one],
            self.documents[one],
            self.trials[one],
            self.clustered[one],
            self.plain[one],
            losses=lambda _: self.losses(place),
            samples=lambda: self.samples()[:, one],
            left_out=lambda: self.left_out()[:, one],
        )

    def intervals(self, how: IntervalOptions) -> Ends:
        """Return lower and upper ends, and which of them the bootstrap could not give.

        Parameters
        ----------
        how
            Of the kind ``"documents"``: weights for the documents and for one that was not seen, and Wilson's interval
            for plain numbers. ``"wilson"``: Wilson's where trials are independent, and the bootstrap's percentiles
            elsewhere; ``"bootstrap"``: the percentiles everywhere; ``"bca"``: corrected percentiles everywhere.

        Returns
        -------
        tuple of three arrays
            The third says "degenerate", for the bootstraps: with fewer than 20 documents, or when all samples are the
            same (for BCa: lie on one side of the number), the interval is Wilson's; where trials are not independent it
            takes documents as trials.
        """
        return intervals_of([self], how)[0]

    @property
    def weighted(self) -> IntArray:
        """Which numbers have an interval that weighs documents."""
        return np.flatnonzero((self.clustered | ~self.plain) & ~np.isnan(self.value))

    def _filled(self, limits: tuple[FloatArray, FloatArray], how: IntervalOptions) -> Ends:
        """Return all ends, those of weighted documents being known."""
        low, high = wilson(*self._successes(self.trials), level=how.level)
        low[self.weighted], high[self.weighted] = limits
        undefined = np.where(np.isnan(self.value), np.nan, 0.0)
        return low + undefined, high + undefined, np.zeros(len(self.value), dtype=bool)

    def _resampled(self, how: IntervalOptions) -> Ends:
        plain = how.kind == "wilson"
        if how.kind == "bca":
            low, high = bca_interval(self.samples(), self.value, self.left_out(), level=how.level)
        else:
            low, high = percentile_interval(self.samples(), documents=self.documents, level=how.level)
        degenerate = (self.documents < FEWEST_DOCUMENTS) | ~(high > low)
        total = np.where(self.clustered, np.minimum(self.trials, self.documents), self.trials)
        replaced = degenerate | (plain & ~self.clustered)
        wilson_low, wilson_high = wilson(*self._successes(total), level=how.level)
        undefined = np.where(np.isnan(self.value), np.nan, 0.0)
        return (
            np.where(replaced, wilson_low, low) + undefined,
            np.where(replaced, wilson_high, high) + undefined,
            degenerate & ~(plain & ~self.clustered),
        )

    def _successes(self, trials: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.minimum(np.nan_to_num(self.value) * trials, trials), trials


def intervals_of(several: Sequence[Estimates], how: IntervalOptions) -> list[Ends]:
    """Return the ends of several kinds of numbers, as :meth:`Estimates.intervals` does, but looked for together."""
    if how.kind != "documents":
        return [one._resampled(how) for one in several]
    given = [losses(*one.losses(int(place))) for one in several for place in one.weighted]
    low, high = share_intervals(given, level=how.level)
    stops = np.cumsum([0, *(len(one.weighted) for one in several)])
    return [
        one._filled((low[start:stop], high[start:stop]), how)
        for one, start, stop in zip(several, stops[:-1], stops[1:], strict=True)
    ]


def headline(row: Mapping[str, Any], attrs: Mapping[str, Any]) -> str:
    """Say in words what an average is, of how many documents, and how many of these have a mistake.

    Parameters
    ----------
    row, attrs
        A row of the table per field, and what that table says of itself.
    """
    what = f"the columns of {row['group']}" if row["group"] else "the header fields"
    unit = "documents" if not attrs.get("cluster") else f"clusters by {attrs['cluster']}"
    found = f"{row['f1']:.3f} [{row['f1_low']:.3f}, {row['f1_high']:.3f}]"
    faulty = int(row["documents_with_mistake"])
    text = f"F1 of {what} (micro): {found}, {int(row['documents'])} {unit}, {faulty} with a mistake."
    if row["interval"] == "documents" and faulty < FEW_WITH_A_MISTAKE:
        text += f" The limits allow for {unit} that fail altogether and were not among these."
    if attrs.get("cluster") and attrs["clusters"] < FEW_CLUSTERS:
        text += f" There are few {unit}, so the limits are wide on purpose."
    return printable(text)
