"""How many documents are enough for a comparison: against exact McNemar's test, and by simulation."""

import json
from functools import partial

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

import gini_notebook as gini
from gini_notebook.analysis.statistics import (
    clopper_pearson,
    mcnemar_p,
    plan_automation,
    plan_comparison,
    plan_sample_size,
    trials_needed,
)
from gini_notebook.cli import app
from gini_notebook.errors import SettingError


def power(documents: int, gap: float, apart: float, level: float = 0.95) -> float:
    """The power of exact McNemar's test, by going through all outcomes."""
    better, worse = (apart + gap) / 2, (apart - gap) / 2
    seen = 0.0
    for differing in range(documents + 1):
        of_differing = stats.binom.pmf(differing, documents, apart)
        for only_second in range(differing + 1):
            if mcnemar_p(differing - only_second, only_second) < 1 - level:
                seen += of_differing * stats.binom.pmf(only_second, differing, better / (better + worse))
    return seen


@pytest.mark.parametrize(("gap", "apart", "level"), [(0.3, 0.4, 0.95), (0.4, 0.4, 0.95), (0.35, 0.5, 0.9)])
def test_a_planned_comparison_is_just_large_enough(gap: float, apart: float, level: float) -> None:
    count = plan_comparison(difference=gap, rate=0.5, discordance=apart, confidence_level=level)
    assert power(count, gap, apart, level) >= 0.8 > power(count - 1, gap, apart, level)
    assert plan_comparison(difference=-gap, rate=0.5, discordance=apart, confidence_level=level) == count


def test_without_a_discordance_runs_err_independently_and_that_needs_more() -> None:
    alone = plan_comparison(difference=0.05, rate=0.9)
    assert alone == plan_comparison(difference=0.05, rate=0.9, discordance=0.9 * 0.05 + 0.95 * 0.1)
    assert alone > plan_comparison(difference=0.05, rate=0.9, discordance=0.06)
    assert plan_comparison(difference=0.05, rate=0.9, power=0.95) > alone


def test_a_planned_comparison_sees_the_difference_as_often_as_planned() -> None:
    count = plan_comparison(difference=0.05, rate=0.9, discordance=0.08)
    drawn = np.random.default_rng(1).multinomial(count, [0.015, 0.065, 0.92], size=2_000)
    seen = np.mean([mcnemar_p(worse, better) < 0.05 for worse, better, _ in drawn.tolist()])
    assert seen == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    "arguments",
    [
        {"difference": 0, "rate": 0.9},
        {"difference": 0.2, "rate": 0.9},
        {"difference": 0.05, "rate": 0.9, "discordance": 0.04},
        {"difference": 0.05, "rate": 0.9, "discordance": 0.2},
        {"difference": 0.05, "rate": 0.9, "power": 1},
        {"difference": 0.05, "rate": 1.5},
        {"difference": 0.05, "rate": "0.9"},
        {"difference": None, "rate": 0.9},
        {"difference": 0.05, "rate": True},
        {"difference": 0.05, "rate": 0.9, "power": float("nan")},
        {"difference": 0.05, "rate": 0.9, "discordance": "much"},
    ],
)
def test_plans_that_contradict_themselves_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(SettingError, match=r"Cannot plan for difference="):
        plan_comparison(**arguments)


def test_more_documents_than_anybody_has_are_refused() -> None:
    with pytest.raises(SettingError, match=r"would need more than 10,000,000 documents"):
        plan_comparison(difference=0.00001, rate=0.5)
    with pytest.raises(SettingError, match="The level is 95"):
        plan_comparison(difference=0.1, rate=0.5, confidence_level=95)
    with pytest.raises(SettingError, match=r"A half width of 1e-06 would need more than 10,000,000 documents"):
        plan_sample_size(0.9, half_width=1e-6)


@pytest.mark.parametrize("level", ["0.95", None, True, 0, 1.0, float("nan")])
def test_plans_at_no_level_are_refused(level: object) -> None:
    for plan in (partial(plan_sample_size, 0.9), partial(plan_comparison, difference=0.05, rate=0.9)):
        with pytest.raises(SettingError, match=r"The level is .*; it must be between 0 and 1"):
            plan(confidence_level=level)


@pytest.mark.parametrize(
    "arguments", [{"half_width": "wide"}, {"half_width": float("nan")}, {"clustering": None}, {"slots_per_document": 0}]
)
def test_widths_that_cannot_be_planned_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(SettingError, match=r"Cannot plan for score=0\.9"):
        plan_sample_size(0.9, **arguments)


def test_the_shell_plans_both() -> None:
    words = ["plan", "--rate", "0.9", "--half-width", "0.02", "--difference", "0.05", "--discordance", "0.08"]
    answer = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert answer == {
        "interval": plan_sample_size(0.9, half_width=0.02),
        "comparison": gini.plan_comparison(difference=0.05, rate=0.9, discordance=0.08),
    }
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 0
    assert f"{answer['interval']:,} documents: then 0.9 has an interval of at most ± 0.02." in said.output
    assert f"{answer['comparison']} documents: then a difference of 0.05 from 0.9 is seen in 80 %" in said.output
    nothing = CliRunner().invoke(app, ["plan", "--rate", "0.9"])
    assert isinstance(nothing.exception, SettingError)
    assert "--half-width of an interval, or --difference" in str(nothing.exception)


@pytest.mark.parametrize(("target", "needed"), [(0.95, (59, 93, 124)), (0.99, (299, 473, 628)), (0.999, (2995, 4742))])
def test_so_many_trials_show_a_target_and_one_less_does_not(target: float, needed: tuple[int, ...]) -> None:
    for wrong, count in enumerate(needed):
        assert trials_needed(wrong, target) == count
        bound = [float(clopper_pearson(wrong, of, level=0.95, one_sided=True)[1]) for of in (count - 1, count)]
        assert bound[1] <= 1 - target < bound[0]
    with pytest.raises(SettingError, match=r"To show 0\.99999999 with 0 wrong, more than 10,000,000 documents"):
        trials_needed(0, 0.99999999)


def test_a_planned_automation_has_the_power_asked_for_and_no_smaller_one_has() -> None:
    for error, kept, mistakes in ((0.001, 473, 1), (0.0025, 773, 3)):
        assert plan_automation(target=0.99, error=error, automation_rate=1.0) == kept
        assert stats.binom.cdf(mistakes, kept, error) >= 0.8 > stats.binom.cdf(mistakes - 1, kept - 1, error)
    assert plan_automation(target=0.99, error=0.0, automation_rate=0.61) == 491
    with pytest.raises(SettingError, match="an error below 1 - target"):
        plan_automation(target=0.99, error=0.01)
