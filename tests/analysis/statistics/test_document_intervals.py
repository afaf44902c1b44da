"""Intervals whose unit is the document: against exact ones, against draws, and where documents fail as a whole."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from gini_notebook.analysis.statistics import clopper_pearson
from gini_notebook.analysis.statistics.document_intervals import (
    cost_interval,
    cost_intervals,
    difference_interval,
    difference_intervals,
    losses,
    paired_influence,
    share_interval,
    share_intervals,
)
from gini_notebook.analysis.statistics.limits import positive_scores
from gini_notebook.errors import SettingError

Counts = npt.NDArray[np.int64]


@pytest.mark.parametrize(
    ("documents", "close"), [(1, 1e-6), (2, 1e-6), (9, 1e-6), (50, 1e-6), (200, 1e-6), (10_000, 1e-4)]
)
def test_M18_one_slot_a_document_is_exactly_clopper_pearson(documents: int, close: float) -> None:
    for wrong in {0, 1, 2, documents // 3, documents // 2, documents - 1, documents} & set(range(documents + 1)):
        loss = np.zeros(documents)
        loss[:wrong] = 1
        expected = [float(limit) for limit in clopper_pearson(documents - wrong, documents)]
        assert share_interval(loss, np.ones(documents)) == pytest.approx(expected, abs=1e-12)
        # The closed form is taken for one slot only; two that always agree are the same, by integrals.
        assert share_interval(2 * loss, np.full(documents, 2)) == pytest.approx(expected, abs=close)


def test_M18_the_fewer_mistakes_the_higher_the_lower_limit() -> None:
    mistakes = ([0] * 50, [1] + [0] * 49, [2] + [0] * 49)
    assert [round(share_interval(loss, [2] * 50)[0], 4) for loss in mistakes] == [0.9289, 0.9226, 0.8935]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_M18_a_mistake_made_right_never_lowers_the_lower_limit(data: st.DataObject) -> None:
    documents, fields = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 8))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    wrong = rng.binomial(1, rng.uniform(0.01, 0.9), (documents, fields))
    missing = rng.binomial(1, rng.uniform(0.0, 0.5), (documents, fields)) * (1 - wrong)
    spurious = rng.binomial(2, 0.1, documents)
    faults = np.argwhere(wrong + missing)
    if not len(faults):
        return
    before = score_lows(wrong, missing, spurious)
    row, column = faults[rng.integers(len(faults))]
    wrong[row, column] = missing[row, column] = 0
    after = score_lows(wrong, missing, spurious)
    assert all(late >= early - 1e-9 or np.isnan(early) for early, late in zip(before, after, strict=True))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_M18_a_mistake_made_right_never_lowers_the_lower_limit_of_very_unequal_documents(seed: int) -> None:
    # Sizes from 1 to some hundred, as of line items or of issuers; few mistakes, most of them in the largest.
    rng = np.random.default_rng(seed)
    documents = int(rng.integers(10, 150))
    sizes = np.exp(rng.normal(0, rng.uniform(0.1, 2.5), documents)) * rng.choice([1, 5, 20])
    expected = np.maximum(1, np.round(sizes)).astype(np.int64)
    missing = rng.binomial(expected, rng.choice([0, 0.05, 0.5, 0.9]) * (rng.random(documents) < rng.random()))
    wrong, largest = np.zeros_like(missing), int(expected.argmax())
    missing[largest] = min(missing[largest], expected[largest] - 1)
    for at in (largest, *rng.integers(0, documents, rng.integers(0, 4))):
        wrong[at] += wrong[at] + missing[at] < expected[at]
    spurious = rng.poisson(rng.choice([0, 0.3, 2]), documents)
    before = sized_lows(wrong, missing, spurious, expected)
    for repaired in (wrong, missing):
        at = int((expected * (repaired > 0)).argmax())
        if repaired[at]:
            repaired[at] -= 1
            after = sized_lows(wrong, missing, spurious, expected)
            assert all(late >= early - 1e-9 for early, late in zip(before, after, strict=True))
            repaired[at] += 1


def test_M18_one_document_as_large_as_a_quarter_of_all_is_no_more_to_go_by_than_four() -> None:
    sizes = [16.0, 10, 9, 9, 3, 2, 1, 1, 1, 1, 1, 1, 1]
    assert share_interval([1, *[0] * 12], sizes) == share_interval([1, *[0] * 12], sizes, assume_worst=True)


def score_lows(wrong: Counts, missing: Counts, spurious: Counts) -> list[float]:
    """Lower limits of recall, precision and F1."""
    return sized_lows(wrong.sum(1), missing.sum(1), spurious, np.full(len(wrong), wrong.shape[1]))


def sized_lows(inc: Counts, mis: Counts, spurious: Counts, expected: Counts) -> list[float]:
    """Lower limits of recall, precision and F1."""
    cor = expected - inc - mis
    faults = 2 * inc + mis + spurious
    return [
        share_interval(inc + mis, expected)[0],
        share_interval(inc + spurious, cor + inc + spurious, expected)[0],
        share_interval(faults, 2 * cor + faults, 2 * expected)[0],
    ]


def test_M18_the_limits_are_those_of_dirichlet_draws() -> None:
    rng = np.random.default_rng(7)
    loss = rng.binomial(4, 0.2, 30).astype(float)
    size = 4 + rng.binomial(3, 0.5, 30).astype(float)
    typical = (size**2).sum() / size.sum()
    spread = size.sum() / size.max()
    slope = min(0.25, 0.75 / (spread * (0.025 ** (-1 / spread) - 1)))
    unseen = max(0.7, 1 - slope * loss.sum() / typical, min(1.0, loss.max() / typical))
    weights = rng.standard_exponential((400_000, 31))

    def drawn(pseudo: float, quantile: float) -> float:
        lost, whole = np.append(loss, pseudo * typical), np.append(size, typical)
        return float(np.quantile(weights @ lost / (weights @ whole), quantile))

    low, high = share_interval(loss, size)
    assert 1 - high == pytest.approx(drawn(0.0, 0.025), abs=6e-4)
    assert 1 - low == pytest.approx(drawn(unseen, 0.975), abs=6e-4)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1, 1).filter(lambda c: abs(c) > 1e-3), min_size=2, max_size=6), st.integers(0, 2**32))
def test_the_probability_of_a_weighted_sum_is_that_of_draws(c: list[float], seed: int) -> None:
    sums = np.random.default_rng(seed).standard_exponential((20_000, len(c))) @ np.array(c)
    score = positive_scores(np.array([c]), np.ones((1, len(c))), exact=True)[0]
    assert special.ndtr(score) == pytest.approx(float((sums > 0).mean()), abs=0.025)


@pytest.mark.parametrize(
    ("documents", "rate", "fate"),
    [(50, 0.99, 1.0), (100, 0.99, 0.5), (50, 0.97, 0.5), (100, 0.95, 0.5), (20, 0.8, 0.5), (1000, 0.999, 0.5)],
)
def test_M18_95_per_cent_hold_where_the_fields_of_a_document_fail_together(
    documents: int, rate: float, fate: float
) -> None:
    rng = np.random.default_rng([documents, round(rate * 1000), round(fate * 10)])
    known: dict[bytes, bool] = {}
    covered = 0
    for _ in range(400):
        loss = np.sort(simulated(rng, documents, rate, fate))
        if loss.tobytes() not in known:
            low, high = share_interval(loss, np.full(documents, 8))
            known[loss.tobytes()] = low <= rate <= high
        covered += known[loss.tobytes()]
    assert covered >= 0.93 * 400


def simulated(rng: np.random.Generator, documents: int, rate: float, fate: float) -> Counts:
    """Wrong values of eight fields per document; a part of the documents has one fate for all fields."""
    together = rng.random(documents) < fate
    single = rng.binomial(8, 1 - rate, documents)
    return np.where(together, 8 * rng.binomial(1, 1 - rate, documents), single)


def test_M18_order_and_documents_without_slots_change_nothing() -> None:
    rng = np.random.default_rng(3)
    loss, size = rng.binomial(3, 0.2, 60), np.full(60, 3)
    order = rng.permutation(60)
    plain = share_interval(loss, size)
    assert share_interval(loss[order], size[order]) == plain
    assert share_interval(np.append(loss, [0] * 40), np.append(size, [0] * 40)) == plain


def test_M18_many_limits_at_once_are_those_of_one_after_the_other() -> None:
    rng = np.random.default_rng(11)
    given = []
    for documents in (1, 3, 12, 60, 200, 201, 900):
        for rate in (0.0, 0.01, 0.2, 0.9, 1.0):
            size = rng.integers(1, 9, documents).astype(np.float64)
            given.append(losses(rng.binomial(size.astype(int), rate), size))
    together = np.transpose(share_intervals(given))
    alone = [share_interval(one.loss, one.size) for one in given]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)
    changes = [one.loss / 8 - one.size / 16 for one in given]
    together = np.transpose(difference_intervals(changes))
    np.testing.assert_allclose(together, [difference_interval(one) for one in changes], rtol=0, atol=1e-12)


def test_M18_many_costs_at_once_are_those_of_one_after_the_other() -> None:
    costs = np.random.default_rng(12).binomial(3, [0.0, 0.1, 0.5], (40, 3)).astype(np.float64)
    together = np.transpose(cost_intervals(costs, [3.0, 4.0, 5.0]))
    alone = [cost_interval(costs[:, at], cap) for at, cap in enumerate((3.0, 4.0, 5.0))]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)


def test_M18_without_a_mistake_costs_are_not_known_to_be_nothing() -> None:
    assert cost_interval([0.0] * 50, 4.0) == pytest.approx((0.0, 4.0 * (1 - 0.025 ** (1 / 50))))
    assert cost_interval([0.0] * 3, 0.0) == (0.0, 0.0)
    assert np.isnan(cost_interval([], 4.0)).all()


def test_M18_differences_agree_with_exact_mcnemar() -> None:
    assert difference_interval([1.0] * 6 + [0.0] * 94)[0] > 0
    assert difference_interval([1.0] * 5 + [0.0] * 95)[0] < 0
    low, high = difference_interval([1.0] * 6 + [0.0] * 94)
    assert difference_interval([-1.0] * 6 + [0.0] * 94) == pytest.approx((-high, -low))


def test_the_influence_of_documents_has_the_difference_as_its_mean() -> None:
    first = (np.array([1.0, 2.0, 0.0]), np.array([2.0, 2.0, 1.0]))
    second = (np.array([2.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    assert paired_influence(first, second).mean() == pytest.approx(4 / 6 - 3 / 5)


def test_nothing_to_lose_is_no_number() -> None:
    assert np.isnan(share_interval([], [])).all()
    assert np.isnan(share_interval([0, 0], [0, 0])).all()
    assert np.isnan(difference_interval([])).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda level: share_interval([0], [1], level=level),
        lambda level: cost_interval([0], 0, level=level),
        lambda level: difference_interval([0.5], level=level),
    ],
)
@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_levels_that_are_none_are_refused(call, level: float) -> None:
    with pytest.raises(SettingError, match="level must be between 0 and 1"):
        call(level)


def test_losses_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingError, match="one entry per document"):
        share_interval([1, 2], [1])
    with pytest.raises(SettingError, match="finite and not negative"):
        share_interval([-1], [1])
    with pytest.raises(SettingError, match="must be finite numbers"):
        difference_interval([float("nan")])
