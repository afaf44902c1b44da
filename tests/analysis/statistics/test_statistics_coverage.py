"""D4: do intervals hold the truth, and tests raise false alarms, as often as they say? By simulation."""

import numpy as np
import pytest

from gini_notebook.analysis.evaluation.formulas import compute_scores
from gini_notebook.analysis.statistics import (
    bca_interval,
    left_out_sums,
    percentile_interval,
    resampled_sums,
    sign_flip_p,
)

FIELDS = 10


def f1(sums):
    return compute_scores(sums, "both")["f1"]


def counts(random, quality):
    """Correct, wrong, missing and spurious fields of documents; quality is shared by the fields of a document."""
    correct = random.random((len(quality), FIELDS)) < quality[:, None]
    other = random.choice(3, size=correct.shape, p=[0.6, 0.25, 0.15])
    return np.stack([correct.sum(axis=1), *((~correct & (other == kind)).sum(axis=1) for kind in range(3))], axis=1)


@pytest.mark.slow
@pytest.mark.parametrize(("documents", "repetitions"), [(100, 4_000), (1_000, 1_000)])
def test_D4_the_document_bootstrap_covers_as_often_as_it_says(documents, repetitions):
    random = np.random.default_rng(documents)
    true = f1(counts(random, random.beta(8, 2, 2_000_000)).sum(axis=0))
    hits, corrected_hits = 0, 0
    for repetition in range(repetitions):
        sample = counts(random, random.beta(8, 2, documents))
        samples = f1(resampled_sums(sample, seed=repetition))
        low, high = percentile_interval(samples, documents=documents)
        hits += bool(low <= true <= high)
        value, without = [f1(sample.sum(axis=0))], f1(left_out_sums(sample))[:, None]
        (low,), (high,) = bca_interval(samples[:, None], value, without)
        corrected_hits += bool(low <= true <= high)
    shares = hits / repetitions, corrected_hits / repetitions
    print(f"coverage with {documents} documents: {shares[0]:.4f}, BCa {shares[1]:.4f}")  # noqa: T201 - the figure is the point
    assert 0.94 <= shares[0] <= 0.96
    assert 0.94 <= shares[1] <= 0.96


@pytest.mark.slow
def test_D4_the_paired_test_raises_as_many_false_alarms_as_it_says():
    random = np.random.default_rng(3)
    alarms, repetitions = 0, 4_000
    for repetition in range(repetitions):
        quality = random.beta(8, 2, 60)
        first, second = counts(random, quality), counts(random, quality)
        p = sign_flip_p(first, second, lambda sums: f1(sums)[:, None], permutations=1_999, seed=repetition)
        alarms += bool(p[0] <= 0.05)
    print(f"false alarms: {alarms / repetitions:.4f}")  # noqa: T201 - the figure is the point
    assert 0.04 <= alarms / repetitions <= 0.06
