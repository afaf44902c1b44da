"""M18: BCa intervals against scipy's, their laws, and where they are used."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.evaluation.formulas import compute_scores
from gini_notebook.analysis.statistics import bca_interval, left_out_sums, resampled_sums, wilson
from gini_notebook.errors import SettingError


def clustered(documents=100, seed=0):
    """Correct, wrong, missing and spurious of documents with ten fields each."""
    random = np.random.default_rng(seed)
    correct = random.binomial(10, random.beta(8, 2, documents))
    wrong = random.binomial(10 - correct, 0.6)
    return np.stack([correct, wrong, 10 - correct - wrong, np.zeros_like(wrong)], axis=1)


def f1(sums):
    return compute_scores(sums, "both")["f1"]


def of_columns(correct, wrong, missing, axis=-1):
    sums = [part.sum(axis) for part in (correct, wrong, missing)]
    return f1(np.stack([*sums, np.zeros_like(sums[0])], axis=-1))


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("documents", [25, 100, 300])
def test_M18_bca_is_scipys_from_the_same_draws_and_near_it_from_its_own(documents, level):
    counts = clustered(documents)
    theirs = stats.bootstrap(
        tuple(counts.T[:3]),
        of_columns,
        paired=True,
        vectorized=True,
        method="BCa",
        confidence_level=level,
        n_resamples=9_999,
        rng=np.random.default_rng(1),
    )
    value, without = [f1(counts.sum(axis=0))], f1(left_out_sums(counts))[:, None]
    same = bca_interval(theirs.bootstrap_distribution[:, None], value, without, level=level)
    assert [float(end[0]) for end in same] == pytest.approx(list(theirs.confidence_interval), abs=1e-12)
    own = bca_interval(f1(resampled_sums(counts, samples=9_999))[:, None], value, without, level=level)
    assert [float(end[0]) for end in own] == pytest.approx(
        list(theirs.confidence_interval), abs=0.15 * theirs.standard_error
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1000), st.floats(0.5, 0.99))
def test_the_ends_are_in_order_and_within_the_draws(documents, seed, level):
    counts = clustered(documents, seed)
    samples = f1(resampled_sums(counts, samples=200, seed=seed))
    (low,), (high,) = bca_interval(
        samples[:, None], [f1(counts.sum(axis=0))], f1(left_out_sums(counts))[:, None], level=level
    )
    assert np.isnan(low) == np.isnan(high)
    assert np.isnan(low) or 0 <= samples.min() <= low <= high <= samples.max() <= 1


def test_leaving_out_is_leaving_out_also_in_groups():
    counts = clustered(30)
    assert (left_out_sums(counts)[7] == np.delete(counts, 7, axis=0).sum(axis=0)).all()
    many = np.ones((30_000, 1))
    without = left_out_sums(many, seed=3)
    assert len(without) == 20_000
    assert set(without.ravel()) == {29_999.0, 29_998.0}


def test_undefined_corrections_are_nan_and_undefined_draws_are_left_out():
    samples = np.stack([np.full(100, 0.5), np.linspace(0.6, 0.9, 100), np.linspace(0, 1, 100)], axis=1)
    samples[::2, 2] = np.nan
    without = np.array([[0.5, 0.4, 0.4], [0.5, 0.6, 0.6], [0.5, 0.5, np.nan]])
    low, high = bca_interval(samples, [0.5, 0.5, 0.505], without)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False]
    assert 0 < low[2] < 0.505 < high[2] < 1
    assert np.isnan(bca_interval(np.zeros((0, 2)), [0.5, 0.5], without[:, :2])[0]).all()
    with pytest.raises(SettingError, match="The level is 2"):
        bca_interval(samples, [0.5, 0.5, 0.5], without, level=2)


NAMES = [f"d{number:03}" for number in range(200)]
TRUTH = pd.concat([pd.DataFrame({"document": NAMES, "field": field, "value": "1"}) for field in ("iban", "docType")])


def run(share, seed, size=200):
    value = np.where(np.random.default_rng(seed).random(len(TRUTH)) < share, "0", "1")
    found = TRUTH.assign(value=value)
    return evaluate(found[found["document"].isin(NAMES[:size])], TRUTH[TRUTH["document"].isin(NAMES[:size])])


def test_M18_bca_can_be_asked_for_everywhere_and_is_not_the_default():
    result = run(0.05, 1)
    for view in (result.by_field, result.summary, lambda **how: result.by_slice("status", **how)):
        plain, corrected = view(), view(intervals="bca")
        assert plain.attrs["intervals"] == "documents"
        ends = [name for name in plain if name.endswith(("low", "high")) or name == "interval"]
        assert (plain[ends].fillna(-1) != corrected[ends].fillna(-1)).any(axis=None)
        pd.testing.assert_frame_equal(plain.drop(columns=ends), corrected.drop(columns=ends))
        assert corrected.attrs["intervals"] == "bca"
        assert corrected.attrs["seed"] == 0
    fields = result.by_field(intervals="bca", full=True).set_index("field")
    assert (fields["f1_low"] < fields["f1"]).all()
    assert (fields["f1"] < fields["f1_high"]).all()
    assert (fields["f1_high"] <= 1).all()
    counts = result.document_counts().counts[:, :, :4]
    place = result.document_counts().columns.index(("", "iban"))
    expected = bca_interval(
        f1(resampled_sums(counts[:, place]))[:, None],
        [fields.loc["iban", "f1"]],
        f1(left_out_sums(counts[:, place]))[:, None],
    )
    assert (fields.loc["iban", "f1_low"], fields.loc["iban", "f1_high"]) == pytest.approx([end[0] for end in expected])
    (check,) = result.check("iban.f1_low>=0", intervals="bca")
    assert check.value == fields.loc["iban", "f1_low"]
    numbers = result.summary(intervals="bca").set_index("metric")
    (check,) = result.check("perfect_documents_low>=0", intervals="bca")
    assert check.value == numbers.loc["perfect_documents", "low"]


@pytest.mark.parametrize(("share", "size"), [(0.2, 19), (0.0, 200), (1.0, 200)])
def test_M18_degenerate_cases_fall_back_on_wilson(share, size):
    fields = run(share, 2, size).by_field(intervals="bca", full=True)
    assert ("", "iban") in fields.attrs["degenerate"]
    iban = fields.set_index("field").loc["iban"]
    low, high = wilson(iban["correct"], iban["support"])
    assert (iban["recall_low"], iban["recall_high"]) == (low, high)


def test_M18_differences_can_have_bca_intervals():
    comparison = compare(run(0.1, 3), run(0.05, 4))
    plain, corrected = comparison.by_field(full=True), comparison.by_field(intervals="bca", full=True)
    ends = [name for name in plain if name.endswith(("low", "high"))]
    assert (plain[ends] != corrected[ends]).any(axis=None)
    assert np.allclose(plain[ends], corrected[ends], atol=0.03)
    assert comparison.summary(intervals="bca")["low"].notna().all()
    few = compare(run(0.1, 3, 15), run(0.05, 4, 15))
    # Of too few documents it is the percentiles.
    pd.testing.assert_frame_equal(
        few.by_field(intervals="bootstrap", full=True), few.by_field(intervals="bca", full=True), check_flags=False
    )
    same = compare(run(0.1, 3), run(0.1, 3)).by_field(intervals="bca", full=True)
    assert (same[["f1_difference_low", "f1_difference_high"]] == 0).all(axis=None)


@pytest.mark.parametrize(
    "ask",
    [
        lambda kind: run(0.1, 1).by_field(intervals=kind, full=True),
        lambda kind: run(0.1, 1).summary(intervals=kind),
        lambda kind: run(0.1, 1).by_slice("status", intervals=kind),
        lambda kind: run(0.1, 1).check("iban.f1>0", intervals=kind),
        lambda kind: compare(run(0.1, 1), run(0.1, 2)).by_field(intervals=kind, full=True),
        lambda kind: compare(run(0.1, 1), run(0.1, 2)).summary(intervals=kind),
    ],
)
def test_a_kind_of_interval_that_is_none_is_refused(ask):
    with pytest.raises(SettingError, match=r"intervals is 'exact'; it must be one of .*'bca'"):
        ask("exact")
