"""The gate of a release."""

import math

import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SettingError

NAMES = [f"d{number}" for number in range(40)]
TRUTH = pd.concat(
    [
        pd.DataFrame({"document": NAMES, "group": "", "row": 0, "field": "amountToPay", "value": "1.00:EUR"}),
        pd.DataFrame({"document": NAMES, "group": "", "row": 0, "field": "shipment-addon", "value": "2.00:EUR"}),
        pd.DataFrame({"document": NAMES, "group": "lineItems", "row": 0, "field": "baseGross", "value": "1.00:EUR"}),
    ]
)
RESULT = evaluate(TRUTH[TRUTH["document"] != "d0"], TRUTH)


@pytest.mark.parametrize(
    ("expression", "value", "passed"),
    [
        ("amountToPay.recall>=0.975", 0.975, True),
        ("amountToPay.recall > 0.975", 0.975, False),
        ("amountToPay.precision==1", 1.0, True),
        ("shipment-addon.recall<=.98", 0.975, True),
        ("shipment-addon.missing<1", 1.0, False),
        ("lineItems.baseGross.recall>=0.9", 0.975, True),
        ("micro.f1>=0.98", 2 * 0.975 / 1.975, True),
        ("lineItems.macro.f1 >= 0.99", 2 * 0.975 / 1.975, False),
        ("perfect_documents>=0.5", 0.975, True),
        ("failed<=1", 1.0, True),
        ("micro_recall>=0.975", 0.975, True),
    ],
)
def test_conditions_name_any_number(expression, value, passed):
    ((text, found, holds, _, _),) = RESULT.check(expression)
    assert (text, holds) == (expression, passed)
    assert found == pytest.approx(value, abs=1e-12)


def test_the_lower_end_of_an_interval_can_be_the_gate():
    point, low = RESULT.check(["amountToPay.recall>=0.95", "amountToPay.recall_low>=0.95"])
    assert (point.passed, low.passed) == (True, False)
    assert (point.low, math.isnan(low.low)) == (low.value, True)
    assert RESULT.check("micro_recall_low>=0.8")[0].passed


def test_an_undefined_number_never_passes():
    truth = TRUTH.head(1).assign(value=None)
    result = evaluate(truth, truth)
    for expression in ("amountToPay.f1>=0", "amountToPay.f1<=1", "amountToPay.f1==0"):
        (check,) = result.check(expression)
        assert math.isnan(check.value)
        assert not check.passed


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("amountToPay.f1", "Cannot read the condition 'amountToPay.f1'; write for example 'amountToPay.f1>=0.95'"),
        ("amountToPay.f1>=high", "Cannot read the condition"),
        ("amountToPay.f1=>0.9", "Cannot read the condition"),
        ("amountToPay.f1!=0.9", "Cannot read the condition"),
        (">=0.9", "Cannot read the condition"),
        ("amountToPay.f2>=0.9", "There is no number 'amountToPay.f2' to check. 'amountToPay' has: support, .*f1_low"),
        (
            "iban.f1>=0.9",
            "There is no number 'iban.f1' to check. Fields: amountToPay, shipment-addon, micro",
        ),
        ("f1>=0.9", "Of the whole .*: micro_f1, .*payable_rate|coverage"),
        (5, "Conditions are texts, for example 'amountToPay.f1>=0.95', not 5"),
        (["iban.f1>=0.9", None], "Conditions are texts, for example .*, not "),
    ],
)
def test_conditions_that_mean_nothing_are_refused_with_the_names_there_are(expression, message):
    with pytest.raises(SettingError, match=message):
        RESULT.check(expression)


def test_M19_of_bare_tables_nobody_knows_what_was_sent_and_a_gate_on_it_is_not_met():
    (share,) = RESULT.check("coverage>=0.01")
    assert (math.isnan(share.value), share.passed) == (True, False)
