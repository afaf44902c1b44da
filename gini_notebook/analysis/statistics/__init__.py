"""Intervals and tests: how sure a number is, and whether one is better than another.

A share of independent trials has Wilson's interval (:func:`wilson`) or the exact one (:func:`clopper_pearson`).
Averages over slots, means, costs and paired differences have intervals whose unit is the document
(:func:`share_interval`, :func:`cost_interval`, :func:`difference_interval`). The document bootstrap
(:func:`resampled_sums`) with percentiles, also corrected ones (:func:`bca_interval`), is there for comparisons with
other programs: where mistakes are few it promises too much.
"""

from gini_notebook.analysis.statistics.bootstrap import (
    BOOTSTRAP_SAMPLES,
    FEWEST_DOCUMENTS,
    bca_interval,
    left_out_sums,
    percentile_interval,
    resampled_sums,
)
from gini_notebook.analysis.statistics.document_intervals import (
    Losses,
    cost_interval,
    cost_intervals,
    difference_interval,
    difference_intervals,
    losses,
    paired_influence,
    share_interval,
    share_intervals,
)
from gini_notebook.analysis.statistics.planning import plan_automation, plan_comparison, plan_sample_size, trials_needed
from gini_notebook.analysis.statistics.proportions import clopper_pearson, is_number, wilson
from gini_notebook.analysis.statistics.tests import PERMUTATIONS, holm, mcnemar_p, sign_flip_p

__all__ = [
    "BOOTSTRAP_SAMPLES",
    "FEWEST_DOCUMENTS",
    "PERMUTATIONS",
    "Losses",
    "bca_interval",
    "clopper_pearson",
    "cost_interval",
    "cost_intervals",
    "difference_interval",
    "difference_intervals",
    "holm",
    "is_number",
    "left_out_sums",
    "losses",
    "mcnemar_p",
    "paired_influence",
    "percentile_interval",
    "plan_automation",
    "plan_comparison",
    "plan_sample_size",
    "resampled_sums",
    "share_interval",
    "share_intervals",
    "sign_flip_p",
    "trials_needed",
    "wilson",
]
