"""Intervals and tests: how sure a number is, and whether one is better than another.

Two kinds of interval. A share of independent trials has Wilson's (:func:`wilson`) or the exact one
(:func:`clopper_pearson`). Everything else is resampled by document (:func:`resampled_sums`), and the interval
is that of the percentiles, or the corrected one (:func:`bca_interval`).
"""

from gini_notebook.analysis.statistics.bootstrap import (
    BOOTSTRAP_SAMPLES,
    FEWEST_DOCUMENTS,
    bca_interval,
    left_out_sums,
    percentile_interval,
    resampled_sums,
)
from gini_notebook.analysis.statistics.proportions import clopper_pearson, plan_sample_size, wilson
from gini_notebook.analysis.statistics.tests import PERMUTATIONS, holm, mcnemar_p, sign_flip_p

__all__ = [
    "BOOTSTRAP_SAMPLES",
    "FEWEST_DOCUMENTS",
    "PERMUTATIONS",
    "bca_interval",
    "clopper_pearson",
    "holm",
    "left_out_sums",
    "mcnemar_p",
    "percentile_interval",
    "plan_sample_size",
    "resampled_sums",
    "sign_flip_p",
    "wilson",
]
