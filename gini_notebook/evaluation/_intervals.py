"""Intervals of scores that are sums over documents."""

from dataclasses import dataclass

import numpy as np

from gini_notebook.evaluation._coding import BoolArray, FloatArray
from gini_notebook.statistics import FEWEST_DOCUMENTS, percentile_interval, wilson


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Some numbers of the same kind, each with what its interval is made of.

    Attributes
    ----------
    value
        The numbers.
    draws
        Draws of the document bootstrap × numbers.
    documents
        How many documents each number is about.
    trials
        What each number is a share of.
    clustered
        Whether one document can count more than once, so that the trials are not independent.
    """

    value: FloatArray
    draws: FloatArray
    documents: FloatArray
    trials: FloatArray
    clustered: BoolArray

    def intervals(self, *, plain: bool) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Give lower and upper ends, and which of them the bootstrap could not give.

        Parameters
        ----------
        plain
            Whether independent trials shall have Wilson's interval and not the bootstrap's.

        Returns
        -------
        tuple of three arrays
            The third says "degenerate": with fewer than 20 documents, or when all draws are the same, the interval is
            Wilson's; where trials are not independent it takes documents as trials, which errs on the wide side.
        """
        low, high = percentile_interval(self.draws, documents=self.documents)
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
