"""The range of scores if some labels are wrong: against all ways in which they can be."""

import itertools

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.evaluation.formulas import compute_scores
from gini_notebook.errors import SettingError

HIDDEN = {
    "correct": ["wrong"],
    "absent": ["missing"],
    "wrong": ["correct"],
    "spurious": ["correct"],
    "missing": ["absent"],
}
ORDER = ("correct", "wrong", "missing", "spurious", "absent")
TRUTH = pd.DataFrame({"document": list("abcdefgh"), "field": "iban", "value": ["1"] * 5 + [None] * 3})
FOUND = pd.DataFrame({"document": list("abcdf"), "field": "iban", "value": ["1", "1", "1", "2", "3"]})
RESULT = evaluate(FOUND, TRUTH)


def all_ways(outcomes: list[str], errors: int, rule: str) -> list[dict[str, float]]:
    """The scores for every choice of so many labels that are wrong."""
    scores = []
    for places in itertools.combinations(range(len(outcomes)), errors):
        for hidden in itertools.product(*(HIDDEN[outcomes[place]] for place in places)):
            changed = list(outcomes)
            for place, outcome in zip(places, hidden, strict=True):
                changed[place] = outcome
            counts = np.array([changed.count(name) for name in ORDER])
            scores.append({name: float(value) for name, value in compute_scores(counts, rule).items()})
    return scores


@pytest.mark.parametrize("rule", ["both", "fp"])
@pytest.mark.parametrize("errors", [0, 1, 2, 3])
def test_the_range_is_that_of_all_ways_in_which_labels_can_be_wrong(errors: int, rule: str) -> None:
    outcomes = RESULT.comparisons["outcome"].tolist()
    ways = all_ways(outcomes, errors, rule)
    row = RESULT.sensitivity(errors / 8, wrong=rule).iloc[0]
    assert (row["labels"], row["wrong_labels"]) == (8, errors)
    for score in ("f1", "precision", "recall"):
        values = [way[score] for way in ways]
        assert row[f"{score}_lowest"] == pytest.approx(min(*values, row[score], 1.0))
        assert row[f"{score}_highest"] == pytest.approx(max(*values, row[score], 0.0))


def test_averages_have_a_range_too() -> None:
    truth = pd.concat([TRUTH, TRUTH.assign(field="bic", value="COBADEFF")])
    table = evaluate(pd.concat([FOUND, FOUND.assign(field="bic", value="COBADEFF")]), truth).sensitivity(0.1)
    fields = table[~table["average"]]
    micro, macro = table[table["average"]].to_dict("records")
    assert micro["wrong_labels"] == pytest.approx(1.6)
    assert micro["f1_lowest"] < micro["f1"] < micro["f1_highest"]
    for end in ("f1", "f1_lowest", "f1_highest"):
        assert macro[end] == pytest.approx(fields[end].mean())
    assert table.attrs["label_errors"] == 0.1


@pytest.mark.parametrize("share", [-0.1, 2, True, "few"])
def test_shares_that_are_none_are_refused(share: object) -> None:
    with pytest.raises(SettingError, match=r"label_errors is .*; it must be a share of the labels between 0 and 1"):
        RESULT.sensitivity(share)
