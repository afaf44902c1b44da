"""Rules, fields and settings of an evaluation, its tables, and what is refused."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from gini_notebook.analysis import rules
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import SchemaError, SettingError, TruthWarning
from gini_notebook.schema import COMPARISONS, FIELD_SCORES, SUMMARY, check
from tests.analysis.evaluation.evaluation_samples import FOUND, TRUTH, header, items, outcomes


def test_rules_and_default_currency_can_be_chosen():
    truth = header(("a", "amountToPay", "10.00:EUR"), ("a", "senderName", "Birke"))
    found = header(("a", "amountToPay", "10.00"), ("a", "senderName", "ekriB"))
    assert outcomes(evaluate(found, truth))["a", "amountToPay"] == "wrong"
    assert outcomes(evaluate(found, truth, currency_default="EUR"))["a", "amountToPay"] == "correct"

    def sorted_letters(value):
        return "".join(sorted(value))

    result = evaluate(found, truth, rules={"senderName": sorted_letters})
    assert outcomes(result)["a", "senderName"] == "correct"
    assert "sorted_letters" in result.provenance["rules"]["senderName"]["custom"]
    tolerant = evaluate(
        header(("a", "amountToPay", "10.01:EUR")), truth, rules={"amountToPay": rules.get("amount", tolerance=1)}
    )
    assert outcomes(tolerant)["a", "amountToPay"] == "correct"


def test_a_tolerance_holds_in_line_items_too():
    truth = items("a", {"baseGross": "10.00:EUR"}, {"baseGross": "20.00:EUR"})
    found = items("a", {"baseGross": "20.01:EUR"}, {"baseGross": "10.01:EUR"})
    assert set(evaluate(found, truth).comparisons["outcome"]) == {"missing", "spurious"}
    tolerant = evaluate(found, truth, rules={"lineItems.baseGross": rules.get("amount", tolerance=1)})
    assert set(tolerant.comparisons["outcome"]) == {"correct"}


def test_M3_what_was_labelled_on_purpose_counts_and_a_strange_column_of_a_wide_table_is_left_out():
    truth = header(("a", "invoiceId", "1"), ("a", "iban", "DE02120300000000202051"), ("a", "amountToPay", "1.00:EUR"))
    result = evaluate(header(("a", "iban", "DE02120300000000202051")), truth)
    assert outcomes(result) == {
        ("a", "amountToPay"): "missing",
        ("a", "iban"): "correct",
        ("a", "invoiceId"): "missing",
    }
    assert ("never_delivered", ("amountToPay", "invoiceId")) in [(note.kind, note.about) for note in result.notes]
    wide = read_truth(
        pd.DataFrame({"document": ["a"], "iban": "DE02120300000000202051", "amountToPay": "1.00:EUR", "ibna": "1"})
    )
    with pytest.warns(TruthWarning, match=r"^1 column of the ground truth left out.*ibna is near iban"):
        result = evaluate(header(("a", "iban", "DE02120300000000202051")), wide)
    assert set(result.comparisons["field"]) == {"iban", "amountToPay"}
    assert result.provenance["left_out_fields"] == ["ibna"]
    assert result.check("fields_left_out<=0")[0].passed is False
    delivered = evaluate(header(("a", "iban", "DE02120300000000202051"), ("a", "ibna", "1")), wide)
    assert outcomes(delivered)["a", "ibna"] == "correct"


def test_the_entity_of_the_table_chooses_the_rule_of_an_unknown_field():
    truth, found = header(("a", "net", "1.00:EUR")), header(("a", "net", "1:EUR"))
    assert set(evaluate(found, truth).comparisons["outcome"]) == {"wrong"}
    assert set(evaluate(found.assign(entity="amount"), truth).comparisons["outcome"]) == {"correct"}


def test_tables_have_the_columns_and_dtypes_of_the_schema():
    result = evaluate(FOUND.assign(page=[1, 1, 2, 1, 1, 1], left=0.5), TRUTH)
    assert check(result.comparisons, COMPARISONS).equals(result.comparisons)
    assert check(result.by_field(full=True), FIELD_SCORES).equals(result.by_field(full=True))
    assert check(result.summary(), SUMMARY).equals(result.summary())
    assert result.comparisons["page"].tolist()[:2] == [1, 1]


def test_intervals_hold_the_value_and_repeat_with_the_seed():
    random = np.random.default_rng(5)
    names = [f"d{number}" for number in range(60)]
    truth = header(*((name, field, "1") for name in names for field in ("iban", "bic", "docType")))
    found = truth.assign(value=np.where(random.random(len(truth)) < 0.8, "1", "2"))
    result = evaluate(found, truth, seed=3)
    for options in ({}, {"intervals": "bootstrap"}):
        frame = result.by_field(**options, full=True)
        for score in ("precision", "recall", "f1"):
            assert ((frame[f"{score}_low"] < frame[score]) & (frame[score] < frame[f"{score}_high"])).all()
    drawn = result.summary(intervals="bootstrap")
    assert drawn.equals(evaluate(found, truth, seed=3).summary(intervals="bootstrap"))
    assert not drawn.equals(evaluate(found, truth, seed=5).summary(intervals="bootstrap"))
    # Weights for documents are not drawn, so there is nothing for a seed to change.
    assert result.summary().equals(evaluate(found, truth, seed=4).summary())
    wilson = result.by_field(full=True).iloc[0]
    count = int(wilson["correct"])
    expected = binomtest(count, 60).proportion_ci(method="wilson")
    assert [wilson["recall_low"], wilson["recall_high"]] == pytest.approx([expected.low, expected.high], abs=1e-12)
    few = evaluate(found.head(3), truth.head(3)).by_field(intervals="bootstrap", full=True)
    assert ("", "micro") in few.attrs["degenerate"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: evaluate(FOUND, TRUTH, wrong="fn"), "wrong is 'fn'; it must be 'both'"),
        (lambda: evaluate(FOUND, TRUTH, order="random"), "order is 'random'; it must be one of 'content', 'strict'"),
        (lambda: evaluate(FOUND, TRUTH, seed=-1), "seed is -1; it must be a whole number"),
        (lambda: evaluate(FOUND, TRUTH, seed=True), "seed is True"),
        (lambda: evaluate(FOUND, TRUTH, fields=[]), "fields is empty, so there is nothing to evaluate"),
        (lambda: evaluate(FOUND, TRUTH, fields="iban"), "fields is the text 'iban'; give a list"),
        (
            lambda: evaluate(FOUND, TRUTH, fields=["ibna"]),
            r"Neither the truth nor the extractions have the field.* 'ibna'",
        ),
        (lambda: evaluate(FOUND, TRUTH, rules={"ibna": "iban"}), "There are rules for 'ibna', but no such fields"),
        (lambda: evaluate(FOUND, TRUTH, required=["ibna"]), r"There are no header field.* 'ibna'"),
        (lambda: evaluate(FOUND, TRUTH, key=["artNumber"]), r"No compound has the key column.* 'artNumber'"),
        (
            lambda: evaluate(FOUND, TRUTH).by_field("exact", full=True),
            "There is no level 'exact'; choose one of raw, typed, lenient",
        ),
        (lambda: evaluate(FOUND, TRUTH).summary("exact"), "There is no level 'exact'"),
        (
            lambda: evaluate(FOUND, TRUTH).by_field(intervals="wald", full=True),
            "intervals is 'wald'; it must be one of",
        ),
        (lambda: evaluate(FOUND, TRUTH).by_field(wrong="x", full=True), "wrong is 'x'"),
        (
            lambda: evaluate(FOUND, TRUTH).mistakes("ibna", full=True),
            "There is no field 'ibna' in this evaluation. There are: amount",
        ),
        (
            lambda: evaluate(FOUND, TRUTH).mistakes(outcome="bad", full=True),
            "There is no mistake 'bad'; choose from wrong",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()


CANDIDATE = {"document": ["a"], "list": ["ibans"], "value": ["DE1"]}


@pytest.mark.parametrize(
    ("source", "truth", "message"),
    [
        ("runs/baseline", TRUTH, "cannot be read as Parquet from 'runs/baseline': .*or a batch"),
        (7, TRUTH, "Cannot evaluate a int: give a table"),
        (FOUND, "truth.csv", "The truth is a path and the extractions are not: read it with read_truth"),
        (FOUND, 7, "The truth must be a pandas DataFrame, but this is a int"),
        (SimpleNamespace(extractions=FOUND, documents=[1]), TRUTH, "documents table must be a DataFrame with at least"),
        (
            SimpleNamespace(extractions=FOUND, documents=pd.DataFrame({"document": ["a", "a"], "status": "failed"})),
            TRUTH,
            "The documents table must name every document once",
        ),
        (
            SimpleNamespace(extractions=FOUND, candidates=pd.DataFrame(CANDIDATE)),
            TRUTH,
            r"The candidates table lacks the column\(s\) rank",
        ),
        (
            SimpleNamespace(extractions=FOUND, candidates=pd.DataFrame({**CANDIDATE, "rank": ["first"]})),
            TRUTH,
            "must number the candidates of each list from 1",
        ),
    ],
)
def test_what_is_no_table_is_refused(source, truth, message):
    with pytest.raises(SchemaError, match=message):
        evaluate(source, truth)
