"""Intervals and tests: how sure a number is, and whether one is better than another.

Two kinds of interval. A share of independent trials has Wilson's (:func:`wilson`) or the exact one
(:func:`clopper_pearson`). Everything else is resampled by document (:func:`resampled_sums`).
"""

from gini_notebook.statistics._bootstrap import DRAWS, FEWEST_DOCUMENTS, percentile_interval, resampled_sums
from gini_notebook.statistics._planning import plan_sample_size
from gini_notebook.statistics._proportions import clopper_pearson, wilson
from gini_notebook.statistics._tests import PERMUTATIONS, holm, mcnemar_p, sign_flip_p

__all__ = [
    "DRAWS",
    "FEWEST_DOCUMENTS",
    "PERMUTATIONS",
    "clopper_pearson",
    "holm",
    "mcnemar_p",
    "percentile_interval",
    "plan_sample_size",
    "resampled_sums",
    "sign_flip_p",
    "wilson",
]
