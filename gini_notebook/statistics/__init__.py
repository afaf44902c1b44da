"""Intervals and tests: how sure a number is, and whether one is better than another.

Two kinds of interval. A share of independent trials has Wilson's (:func:`wilson`) or the exact one
(:func:`clopper_pearson`). Everything else is resampled by document (:func:`resampled_sums`).
"""

from gini_notebook.statistics._bootstrap import DRAWS, FEWEST_DOCUMENTS, percentile_interval, resampled_sums
from gini_notebook.statistics._proportions import clopper_pearson, wilson

__all__ = [
    "DRAWS",
    "FEWEST_DOCUMENTS",
    "clopper_pearson",
    "percentile_interval",
    "resampled_sums",
    "wilson",
]
