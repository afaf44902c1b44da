"""Slices, confusion and costs."""

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SchemaError, SettingError

NAMES = [f"d{number:03}" for number in range(100)]


def table(field, values):
    return pd.DataFrame({"document": NAMES, "field": field, "value": values})


TRUTH = pd.concat([table("iban", "DE1"), table("amountToPay", [f"{number}.00:EUR" for number in range(100)])])
FOUND = pd.concat(
    [
        table("iban", ["DE1"] * 60 + ["DE2"] * 40),
        table("amountToPay", [f"{number}.00:EUR" for number in range(50)] + ["7.77:EUR"] * 30 + [None] * 20),
    ]
)
RESULT = evaluate(FOUND, TRUTH)
SOURCES = pd.DataFrame({"document": NAMES, "source": ["pdf"] * 45 + ["scan"] * 45 + ["fax"] * 6 + [None] * 4})


def test_M20_slices_add_up_and_small_ones_are_never_ranked():
    slices = RESULT.by_slice("source", SOURCES).set_index("slice")
    assert slices["slots"].tolist() == [12, 90, 90, 8]
    assert slices["small"].tolist() == [True, False, False, True]
    assert slices["rank"].fillna(0).tolist() == [0, 1, 2, 0]
    whole = RESULT.by_field(full=True).set_index("field").loc["micro"]
    for name in ("support", "predicted", "correct", "wrong", "missing", "spurious"):
        assert slices[name].sum() == whole[name]
    assert slices.loc["pdf", "f1"] == 1
    assert slices.loc["pdf", "f1_low"] < 1
    scan = slices.loc["scan"]
    assert scan["recall"] == (scan["correct"]) / 90
    assert scan["recall_low"] < scan["recall"] < scan["recall_high"]
    assert slices["documents"].tolist() == [6, 45, 45, 4]


def test_M20_one_field_can_be_sliced_and_a_slice_scores_as_its_documents_alone():
    slices = RESULT.by_slice("source", SOURCES, field="iban", level="raw").set_index("slice")
    scans = SOURCES.loc[SOURCES["source"] == "scan", "document"]
    alone = evaluate(FOUND[FOUND["document"].isin(scans)], TRUTH[TRUTH["document"].isin(scans)])
    row = alone.by_field("raw", full=True).set_index("field").loc["iban"]
    for name in ("recall", "recall_low", "recall_high", "f1", "f1_low", "f1_high"):
        assert slices.loc["scan", name] == row[name]


def test_M20_columns_of_the_evaluations_documents_and_of_mixed_types_make_slices():
    assert RESULT.by_slice("status")["slice"].tolist() == ["completed"]
    mixed = pd.DataFrame({"document": NAMES, "kind": pd.Series([1, "x"] * 50, dtype=object)})
    assert set(RESULT.by_slice("kind", mixed)["slice"]) == {1, "x"}
    pages = pd.DataFrame({"document": NAMES, "pages": pd.array([2, 1] * 50, dtype="Int64")})
    assert RESULT.by_slice("pages", pages)["slice"].tolist() == [1, 2]


def test_slices_that_cannot_be_made_are_refused():
    with pytest.raises(SettingError, match="The documents table has no column 'country' to slice by"):
        RESULT.by_slice("country")
    with pytest.raises(SettingError, match="There is no field 'bic' in this evaluation"):
        RESULT.by_slice("source", SOURCES, field="bic")
    with pytest.raises(SchemaError, match="The documents table must name every document once"):
        RESULT.by_slice("source", pd.concat([SOURCES, SOURCES]))


def test_the_confusion_says_whose_value_was_taken():
    truth = pd.DataFrame(
        [
            ("a", "amountToPay", "119.00:EUR"),
            ("a", "net", "100.00:EUR"),
            ("b", "amountToPay", "50.00:EUR"),
            ("b", "net", "42.00:EUR"),
            ("b", "paymentReference", None),
            ("b", "invoiceId", "RE-1"),
        ],
        columns=["document", "field", "value"],
    )
    found = truth.assign(value=["100:EUR", "100.00:EUR", "42:EUR", "50:EUR", "re-1", "RE-1"], entity="amount")
    confusion = evaluate(found, truth, rules={"net": "amount", "invoiceId": "reference"}).confusion()
    assert confusion.loc["net", "amountToPay"] == 2
    assert confusion.loc["amountToPay", "net"] == 1
    assert confusion.loc["invoiceId", "paymentReference"] == 1
    assert confusion.to_numpy().sum() == 4
    assert evaluate(truth, truth).confusion().empty


def test_costs_are_counts_times_rates_with_an_interval_and_a_break_even():
    costs = RESULT.costs({"amountToPay": {"wrong": 50, "missing": 2}, "iban": {"wrong": 10}}).set_index("field")
    assert costs.loc["amountToPay", ["wrong", "missing", "spurious", "cost"]].tolist() == [30, 20, 0, 1540.0]
    assert costs.loc["iban", "cost"] == 400
    assert costs.loc["total", ["cost", "cost_per_1000_documents"]].tolist() == [1940.0, 19400.0]
    assert costs.loc["total", "low"] < 19400 < costs.loc["total", "high"]
    assert costs.loc["amountToPay", "break_even_precision"] == 1 - 2 / 50
    assert costs.loc["amountToPay", "precision"] == 50 / 80
    every = RESULT.costs({"wrong": 1, "missing": 1, "spurious": 1}).set_index("field")
    assert every.loc["total", "cost"] == 90


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"bic": {"wrong": 1}}, "There are costs for 'bic', but no such field. There are: amountToPay, iban"),
        ({"iban": {"wrogn": 1}}, r"The costs of 'iban' are by outcome \(wrong, missing, spurious\), not 'wrogn'"),
        ({"iban": 3}, "The costs of 'iban' are by outcome .*, not 3"),
        ({"wrong": -1}, "The cost of 'wrong' of 'amountToPay' is -1; it must be a number from 0 to"),
        ({"wrong": 1e300}, r"The cost of 'wrong' of 'amountToPay' is 1e\+300; it must be a number from 0 to"),
        ({"iban": None}, "The costs of 'iban' are by outcome .*, not None"),
        (None, "costs is None; say what a mistake costs"),
        ({}, r"costs is \{\}; say what a mistake costs"),
        (5, "costs is 5; say what a mistake costs"),
        ({"wrong": "much"}, "The cost of 'wrong' of 'amountToPay' is 'much'"),
        ({"wrong": float("nan")}, "The cost of 'wrong' of 'amountToPay' is nan"),
    ],
)
def test_costs_that_mean_nothing_are_refused(costs, message):
    with pytest.raises(SettingError, match=message):
        RESULT.costs(costs)


def test_an_evaluation_shows_itself_in_a_notebook_with_everything_escaped():
    truth = pd.DataFrame({"document": ["a"], "field": ["<script>alert(1)</script>"], "value": ["x"]})
    html = evaluate(truth, truth)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert repr(RESULT).splitlines()[0] == "<Evaluation of 100 documents: 110 correct, 70 wrong, 20 missing>"
    nothing = evaluate(truth.assign(field="iban"), truth, fields=["iban"])
    assert repr(nothing).splitlines() == [
        "<Evaluation of 1 documents: nothing to compare>",
        "· iban: predicted 1 time, labelled never; in no count.",
    ]
    numbers = nothing.summary().set_index("metric")["value"]
    assert np.isnan(numbers["coverage"])  # a bare table does not know what was sent
    assert "micro_f1" not in numbers
