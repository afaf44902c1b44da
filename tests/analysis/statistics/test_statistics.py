"""Intervals and tests against scipy, against what is known, and by simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from gini_notebook.analysis.statistics import (
    clopper_pearson,
    holm,
    mcnemar_p,
    percentile_interval,
    plan_sample_size,
    resampled_sums,
    sign_flip_p,
    wilson,
)
from gini_notebook.errors import SettingError

PROPORTIONS = [(0, 1), (1, 1), (0, 30), (30, 30), (1, 30), (17, 40), (999, 1000), (3, 100_000)]


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(("successes", "trials"), PROPORTIONS)
def test_intervals_of_proportions_are_scipys(successes, trials, level):
    test = stats.binomtest(successes, trials)
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = test.proportion_ci(confidence_level=level, method=method)
        assert [float(end) for end in ours(successes, trials, level=level)] == pytest.approx(list(theirs), abs=1e-12)
    low, high = clopper_pearson(successes, trials, level=level, one_sided=True)
    assert low == pytest.approx(
        stats.binomtest(successes, trials, alternative="greater").proportion_ci(level).low, abs=1e-12
    )
    assert high == pytest.approx(
        stats.binomtest(successes, trials, alternative="less").proportion_ci(level).high, abs=1e-12
    )


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_I9_proportions_mcnemar_and_holm_are_those_of_statsmodels(level):
    successes, trials = np.array(PROPORTIONS).T
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
        theirs = proportion_confint(successes, trials, alpha=1 - level, method=method)
        # Where all or nothing succeeds, statsmodels gives the nearest number to 0 or 1 that its formula does.
        assert np.allclose(ours(successes, trials, level=level), theirs, rtol=0, atol=1e-12)
    for first, second in itertools.product(range(0, 30, 3), repeat=2):
        expected = mcnemar([[7, first], [second, 9]], exact=True).pvalue
        assert mcnemar_p(first, second) == pytest.approx(expected, abs=1e-12)
    p_values = np.random.default_rng(2).random(40) ** 3
    assert np.allclose(holm(p_values), multipletests(p_values, method="holm")[1], rtol=0, atol=1e-12)


def test_nothing_tried_has_no_interval():
    for function in (wilson, clopper_pearson):
        assert np.isnan(function([0, 1], [0, 2])).tolist() == [[True, False], [True, False]]


def test_the_bootstrap_draws_documents_with_replacement():
    values = np.eye(50)
    sums = resampled_sums(values, samples=400, seed=1)
    assert (sums.sum(axis=1) == 50).all()
    assert sums.mean() == pytest.approx(1, abs=1e-12)
    assert np.bincount(sums.astype(int).ravel())[0] / sums.size == pytest.approx((1 - 1 / 50) ** 50, abs=0.01)
    assert (resampled_sums(values, samples=400, seed=1) == sums).all()
    assert (resampled_sums(values, samples=400, seed=2) != sums).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 700), st.integers(1, 60), st.integers(1, 30))
def test_the_bootstrap_sums_are_those_of_the_weights(documents, columns, samples):
    values = np.random.default_rng(0).normal(size=(documents, columns))
    weights = resampled_sums(np.eye(documents), samples=samples, seed=3)
    assert np.allclose(resampled_sums(values, samples=samples, seed=3), weights @ values)


def test_the_bootstrap_of_nothing_is_nothing():
    assert resampled_sums(np.zeros((0, 3)), samples=5).tolist() == [[0.0] * 3] * 5
    assert resampled_sums(np.zeros((4, 0)), samples=5).shape == (5, 0)


def test_percentile_intervals_leave_out_undefined_draws_and_single_documents():
    samples = np.array([[1.0, np.nan, 5.0], [3.0, np.nan, 5.0], [2.0, np.nan, 5.0], [np.nan, np.nan, 5.0]])
    low, high = percentile_interval(samples, documents=[1000, 1000, 1], level=0.5)
    assert low[0] == pytest.approx(1.5, abs=0.01)
    assert high[0] == pytest.approx(2.5, abs=0.01)
    assert np.isnan(low[1:]).all()
    assert np.isnan(high[1:]).all()
    wide, narrow = (percentile_interval(np.linspace(0, 1, 1001), documents=count) for count in (20, 100_000))
    assert wide[0] < narrow[0] == pytest.approx(0.025, abs=1e-4)
    assert np.isnan(percentile_interval(np.zeros((0, 2)), documents=50)[0]).all()


def test_exchanging_the_runs_gives_the_p_of_all_exchanges_when_they_are_few():
    random = np.random.default_rng(4)
    first, second = random.integers(0, 3, (2, 6, 2))
    differing = (first != second).any(axis=1)

    def statistic(sums):
        return sums[:, :1] / sums.sum(axis=1, keepdims=True)

    p = sign_flip_p(first, second, statistic)[0]
    seen, gaps = None, []
    for flips in itertools.product([False, True], repeat=int(differing.sum())):
        flipped = np.zeros(6, dtype=bool)
        flipped[differing] = flips
        one = np.where(flipped[:, None], second, first).sum(axis=0, keepdims=True)
        other = np.where(flipped[:, None], first, second).sum(axis=0, keepdims=True)
        gaps.append(abs((statistic(one) - statistic(other)).item()))
        seen = gaps[0] if seen is None else seen
    assert p == pytest.approx(np.mean(np.array(gaps) >= seen - 1e-12), abs=1e-12)


def test_a_mean_difference_is_judged_as_scipy_judges_it():
    random = np.random.default_rng(7)
    first = random.normal(size=(80, 1))
    second = first + random.normal(0.25, 1, size=(80, 1))
    ours = sign_flip_p(first, second, lambda sums: sums / 80, permutations=20_000)[0]
    theirs = stats.permutation_test(
        (first[:, 0], second[:, 0]),
        lambda x, y: np.mean(x - y),
        permutation_type="samples",
        n_resamples=20_000,
        rng=np.random.default_rng(1),
    ).pvalue
    assert ours == pytest.approx(theirs, abs=0.01)


def test_runs_that_differ_nowhere_have_p_one_and_undefined_differences_none():
    same = np.ones((30, 1))
    assert sign_flip_p(same, same, lambda sums: sums) == [1.0]
    with np.errstate(invalid="ignore"):
        assert np.isnan(sign_flip_p(same * 0, same * 0, lambda sums: sums / sums)).all()


def test_mcnemar_is_the_binomial_test_of_the_documents_that_differ():
    assert mcnemar_p(0, 0) == 1
    assert mcnemar_p(1, 8) == pytest.approx(2 * (0.5**9 + 9 * 0.5**9))
    assert mcnemar_p(8, 1) == mcnemar_p(1, 8)
    assert mcnemar_p(5, 5) == 1


@settings(max_examples=100)
@given(st.lists(st.floats(0, 1) | st.just(np.nan), max_size=8))
def test_holm_keeps_the_order_and_never_makes_a_p_smaller(p_values):
    adjusted = holm(p_values)
    given_values = np.array(p_values)
    tested = ~np.isnan(given_values)
    assert (np.isnan(adjusted) == ~tested).all()
    assert (adjusted[tested] >= given_values[tested]).all()
    assert (adjusted[tested] <= np.minimum(given_values[tested] * tested.sum(), 1) + 1e-12).all()
    order = np.argsort(given_values[tested], kind="stable")
    assert (np.diff(adjusted[tested][order]) >= 0).all()


def test_holm_of_the_textbook():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.floats(0.005, 0.2))
def test_a_planned_sample_is_just_large_enough(score, half_width):
    count = plan_sample_size(score, half_width=half_width)

    def reached(trials):
        low, high = wilson(score * trials, trials)
        return (high - low) / 2

    assert reached(count) <= half_width
    assert count == 1 or reached(count - 1) > half_width


def test_a_plan_counts_documents_and_not_slots():
    slots = plan_sample_size(0.9, half_width=0.02)
    assert plan_sample_size(0.9, half_width=0.02, slots_per_document=0.5) == 2 * slots
    assert plan_sample_size(0.9, half_width=0.02, clustering=3) == 3 * slots


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson(1, 2, level=1), "The level is 1; it must be between 0 and 1"),
        (lambda: clopper_pearson(3, 2), "no more than there are trials"),
        (lambda: wilson(-1, 2), "no fewer than 0 successes"),
        (lambda: percentile_interval([1.0], documents=9, level=95), "The level is 95"),
        (
            lambda: resampled_sums(np.ones((2, 1)), samples=0),
            "There are 0 bootstrap samples with seed 0; samples must be 1 or more",
        ),
        (lambda: resampled_sums(np.ones((2, 1)), seed=-1), "the seed 0 or more"),
        (lambda: sign_flip_p(np.ones((2, 1)), np.ones((2, 1)), abs, permutations=0), "permutations is 0; it must be 1"),
        (lambda: mcnemar_p(-1, 2), "The numbers of documents must be 0 or more"),
        (lambda: plan_sample_size(1.5), "Cannot plan for score=1.5"),
        (lambda: plan_sample_size(0.5, half_width=0), "a half width between 0 and 0.5"),
        (lambda: plan_sample_size(0.5, slots_per_document=0), "slots per document more than 0"),
        (lambda: plan_sample_size(0.5, clustering=0.5), "clustering 1 or more"),
    ],
)
def test_statistics_refuse_what_makes_no_sense(call, message):
    with pytest.raises(SettingError, match=message):
        call()


def test_very_many_documents_are_drawn_in_groups_and_vary_as_much():
    random = np.random.default_rng(0)
    values = np.stack([random.random(60_000) < 0.3, np.ones(60_000)], axis=1)
    sums = resampled_sums(values, samples=1_000, seed=1)
    assert sums[:, 1] == pytest.approx(60_000)
    assert sums[:, 0].mean() == pytest.approx(values[:, 0].sum(), rel=0.002)
    assert sums[:, 0].std() == pytest.approx(np.sqrt(60_000 * 0.3 * 0.7), rel=0.1)
    assert resampled_sums(np.zeros((30_000, 0)), samples=3).shape == (3, 0)
