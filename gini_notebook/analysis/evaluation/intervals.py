"""Intervals of scores that are sums over documents (M18 of the metrics)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray
from gini_notebook.analysis.statistics import FEWEST_DOCUMENTS, bca_interval, percentile_interval, wilson
from gini_notebook.errors import SettingError

KINDS = ("wilson", "bootstrap", "bca")


def check_kind(intervals: str, kinds: tuple[str, ...] = KINDS) -> None:
    """Refuse a kind of interval that is none."""
    if intervals not in kinds:
        message = f"intervals is {intervals!r}; it must be one of {', '.join(map(repr, kinds))}."
        raise SettingError(message)


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Some numbers of the same kind, each with what its interval is made of.

    Attributes
    ----------
    value
        The numbers.
    samples
        Samples of the document bootstrap × numbers.
    documents
        How many documents each number is about.
    trials
        What each number is a share of.
    clustered
        Whether one document can count more than once, so that the trials are not independent.
    left_out
        Returns the numbers without each document in turn: documents × numbers. Only asked for BCa intervals.
    """

    value: FloatArray
    samples: FloatArray
    documents: FloatArray
    trials: FloatArray
    clustered: BoolArray
    left_out: Callable[[], FloatArray]

    def intervals(self, kind: str) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Return lower and upper ends, and which of them the bootstrap could not give.

        Parameters
        ----------
        kind
            ``"wilson"`` for Wilson's interval where trials are independent, and the bootstrap's percentiles elsewhere;
            ``"bootstrap"`` for the percentiles everywhere; ``"bca"`` for corrected percentiles everywhere.

        Returns
        -------
        tuple of three arrays
            The third says "degenerate": with fewer than 20 documents, or when all samples are the same (for BCa: lie on
            one side of the number), the interval is Wilson's; where trials are not independent it takes documents as
            trials, which errs on the wide side.
        """
        plain = kind == "wilson"
        if kind == "bca":
            low, high = bca_interval(self.samples, self.value, self.left_out())
        else:
            low, high = percentile_interval(self.samples, documents=self.documents)
        degenerate = (self.documents < FEWEST_DOCUMENTS) | ~(high > low)
        total = np.where(self.clustered, np.minimum(self.trials, self.documents), self.trials)
        replaced = degenerate | (plain & ~self.clustered)
        some = np.nan_to_num(self.value) * total
        wilson_low, wilson_high = wilson(np.minimum(some, total), total)
        undefined = np.where(np.isnan(self.value), np.nan, 0.0)
        return (
            np.where(replaced, wilson_low, low) + undefined,
            np.where(replaced, wilson_high, high) + undefined,
            degenerate & ~(plain & ~self.clustered),
        )
