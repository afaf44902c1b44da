"""Outcomes, truth states, levels and averages, each by the decision of the metrics it carries out."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from gini_notebook.analysis import rules
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.schema import CANDIDATES, COMPARISONS, DOCUMENTS, FIELD_SCORES, SUMMARY, check

COLUMNS = ["document", "group", "row", "field", "value"]


def header(*records):
    return pd.DataFrame(
        [(document, "", 0, field, value) for document, field, value in records], columns=COLUMNS, dtype=object
    )


def items(document, *rows, first=0):
    """Rows of line items: mappings of column to value."""
    cells = [
        (document, "lineItems", number, field, value)
        for number, row in enumerate(rows, first)
        for field, value in row.items()
    ]
    return pd.DataFrame(cells, columns=COLUMNS, dtype=object)


def outcomes(result):
    table = result.comparisons
    return {(row["document"], row["field"]): row["outcome"] for row in table.to_dict("records")}


def counts(result, field, **options):
    row = result.by_field(**options).set_index("field").loc[field]
    return [int(row[name]) for name in ("correct", "wrong", "missing", "spurious", "absent")]


TRUTH = header(
    ("a", "amountToPay", "12.30:EUR"),
    ("a", "iban", "DE02120300000000202051"),
    ("b", "amountToPay", "7.00:EUR"),
    ("b", "iban", None),
    ("c", "amountToPay", " "),
)
FOUND = header(
    ("a", "amountToPay", "12.3:EUR"),
    ("a", "iban", "DE02120300000000202052"),
    ("b", "iban", "DE1"),
    ("b", "bic", "COBADEFF"),
    ("c", "iban", "DE2"),
    ("stranger", "iban", "DE3"),
)


def test_M3_M4_every_slot_has_exactly_one_outcome_and_unlabelled_ones_leave_every_count():
    result = evaluate(FOUND, TRUTH)
    assert outcomes(result) == {
        ("a", "amountToPay"): "correct",
        ("a", "iban"): "wrong",
        ("b", "amountToPay"): "missing",
        ("b", "iban"): "spurious",
        ("b", "bic"): "ignored",
        ("c", "amountToPay"): "absent",
        ("c", "iban"): "ignored",
    }
    assert counts(result, "amountToPay") == [1, 0, 1, 0, 1]
    assert counts(result, "iban") == [0, 1, 0, 1, 0]
    assert counts(result, "micro") == [1, 1, 1, 1, 1]
    assert "bic" not in set(result.by_field()["field"])
    assert result.provenance["unlabelled_fields"] == ["bic"]
    assert result.provenance["documents_without_truth"] == ["stranger"]


def test_M5_M6_scores_and_companions_by_both_counting_rules():
    result = evaluate(FOUND, TRUTH)
    micro = result.by_field().set_index("field").loc["micro"]
    assert micro[["precision", "recall", "f1"]].tolist() == [1 / 3, 1 / 3, 1 / 3]
    assert micro["support"] == 3
    assert micro["predicted"] == 3
    assert micro[["found", "read_right", "invented", "accuracy"]].tolist() == [2 / 3, 1 / 2, 1 / 2, 1 / 4]
    assert micro["accuracy_with_absent"] == 2 / 5
    assert micro["recall"] == micro["found"] * micro["read_right"]
    looser = result.by_field(wrong="fp").set_index("field").loc["micro"]
    assert looser[["precision", "recall"]].tolist() == [1 / 3, 1 / 2]
    assert looser["f1"] == pytest.approx(2 / 5)
    assert result.by_field(wrong="fp").attrs["counting_rule"] == "fp"
    assert evaluate(FOUND, TRUTH, wrong="fp").by_field().equals(result.by_field(wrong="fp"))


def test_M7_M8_macro_is_the_mean_of_f1_over_fields_with_a_truth_value():
    truth = pd.concat([TRUTH, header(("a", "bic", None))])
    found = pd.concat([FOUND, header(("a", "bic", "COBADEFF"))])
    frame = evaluate(found, truth).by_field()
    scores = frame.set_index("field")
    assert math.isnan(scores.loc["bic", "recall"])
    assert scores.loc["bic", "f1"] == 0
    assert scores.loc["macro", "f1"] == pytest.approx((scores.loc["amountToPay", "f1"] + scores.loc["iban", "f1"]) / 2)
    assert frame.attrs["macro_left_out"] == {"": 1}


def test_M9_a_field_predicted_but_never_labelled_counts_as_spurious_in_micro():
    truth = pd.concat([TRUTH, header(("a", "bic", None))])
    found = pd.concat([FOUND, header(("a", "bic", "COBADEFF"))])
    result = evaluate(found, truth)
    assert counts(result, "bic") == [0, 0, 0, 1, 0]
    assert counts(result, "micro") == [1, 1, 1, 2, 1]


def test_M10_the_surest_of_several_predictions_stands_and_the_others_are_spurious():
    truth = header(("a", "iban", "DE1"))
    found = header(("a", "iban", "DE2"), ("a", "iban", "DE1"), ("a", "iban", "DE3"))
    assert evaluate(found, truth).comparisons["outcome"].tolist() == ["wrong", "spurious", "spurious"]
    found["confidence"] = [0.2, 0.9, 0.5]
    result = evaluate(found, truth)
    assert result.comparisons[["extracted", "outcome", "row"]].to_numpy().tolist() == [
        ["DE1", "correct", 0],
        ["DE3", "spurious", 1],
        ["DE2", "spurious", 2],
    ]
    assert result.comparisons["confidence"].tolist() == [0.9, 0.5, 0.2]


def test_M11_M13_levels_are_nested_and_decide_where_both_sides_have_a_value():
    truth = header(
        ("a", "paymentRecipient", "Ahornhof GmbH"), ("b", "paymentRecipient", "Birkenwerk AG"), ("c", "iban", "X")
    )
    found = header(("a", "paymentRecipient", "AHORNHOF  GMBH"), ("b", "paymentRecipient", "Birkenwerk A G"))
    result = evaluate(found, truth)
    assert [counts(result, "micro", level=level)[:3] for level in ("raw", "typed", "lenient")] == [
        [0, 2, 1],
        [1, 1, 1],
        [2, 0, 1],
    ]
    similarity = result.comparisons["similarity"]
    assert similarity.tolist() == pytest.approx([1.0, 1 - 1 / 14, 0.0])


def test_M14_anls_is_graded_and_zero_where_one_side_is_absent():
    truth = header(
        ("a", "paymentRecipient", "Ahornhof"), ("b", "paymentRecipient", "Birke"), ("c", "paymentRecipient", None)
    )
    found = header(("a", "paymentRecipient", " ahornhuf "))
    result = evaluate(found, truth)
    assert result.comparisons["anls"].tolist() == pytest.approx([1 - 1 / 8, 0.0, math.nan], nan_ok=True)
    assert result.summary().set_index("metric").loc["document_mean_anls", "value"] == pytest.approx((1 - 1 / 8) / 2)


def test_M15_line_items_are_aligned_by_content_and_counted_as_cells_and_rows():
    truth = items(
        "a",
        {"description": "Nut", "baseGross": "1.00:EUR"},
        {"description": "Bolt", "baseGross": "2.00:EUR"},
        {"description": "Gone", "baseGross": "3.00:EUR"},
    )
    found = items(
        "a",
        {"description": "New", "baseGross": "9.00:EUR"},
        {"description": "Bolt", "baseGross": "2.00:EUR"},
        {"description": "Nut", "baseGross": "1.50:EUR", "artNumber": "7"},
    )
    result = evaluate(found, truth)
    rows = result.comparisons.set_index(["row", "field"])
    assert rows["outcome"].to_dict() == {
        (0, "artNumber"): "ignored",
        (0, "baseGross"): "wrong",
        (0, "description"): "correct",
        (1, "baseGross"): "correct",
        (1, "description"): "correct",
        (2, "baseGross"): "missing",
        (2, "description"): "missing",
        (3, "baseGross"): "spurious",
        (3, "description"): "spurious",
    }
    assert rows["row_extracted"].to_dict()[(0, "baseGross")] == 2
    assert pd.isna(rows["row_extracted"].to_dict()[(2, "baseGross")])
    numbers = result.summary().set_index("metric")
    assert numbers.loc["lineItems_micro_f1", ["value", "of"]].tolist() == [0.5, 6]
    assert numbers.loc["lineItems_row_precision", "value"] == 2 / 3
    assert numbers.loc["lineItems_row_recall", "value"] == 2 / 3
    assert numbers.loc["lineItems_exact_rows", "value"] == 1 / 3
    assert numbers.loc["lineItems_exact_tables", "value"] == 0
    assert "micro_f1" not in numbers.index


def test_M15_a_missing_cell_of_a_paired_row_names_the_row():
    truth = items("a", {"description": "Nut", "baseGross": "1.00:EUR"})
    result = evaluate(items("a", {"description": "Nut"}, first=4), truth)
    assert result.comparisons["row_extracted"].tolist() == [4, 4]
    assert result.comparisons["outcome"].tolist() == ["missing", "correct"]


def test_M15_key_and_strict_order():
    truth = items("a", {"artNumber": "1", "description": "Nut"}, {"artNumber": "2", "description": "Nut"})
    found = items("a", {"artNumber": "2", "description": "Nut"}, {"artNumber": "3", "description": "Nut"})
    assert evaluate(found, truth).comparisons["outcome"].value_counts().to_dict() == {"correct": 3, "wrong": 1}
    keyed = evaluate(found, truth, key=["artNumber"])
    assert keyed.comparisons["outcome"].value_counts().to_dict() == {"correct": 2, "missing": 2, "spurious": 2}
    strict = evaluate(found, truth, order="strict")
    assert strict.comparisons["outcome"].value_counts().to_dict() == {"correct": 2, "wrong": 2}


def test_an_empty_table_of_line_items_can_be_labelled():
    truth = pd.concat([header(("a", "iban", "DE1")), items("a", {"description": None})])
    result = evaluate(pd.concat([header(("a", "iban", "DE1")), items("a", {"description": "Nut"})]), truth)
    assert counts(result, "description") == [0, 0, 0, 1, 1]
    assert result.summary().set_index("metric").loc["lineItems_row_precision", "value"] == 0


def test_M17_wrong_values_have_a_cause_and_the_causes_add_up():
    truth = header(
        ("a", "amountToPay", "119.00:EUR"), ("a", "paymentDueDate", "2025-03-12"), ("a", "invoiceDate", "2025-02-28")
    )
    found = header(
        ("a", "amountToPay", "1190.00:EUR"), ("a", "paymentDueDate", "2025-02-28"), ("a", "invoiceDate", "2025-02-28")
    )
    result = evaluate(found, truth)
    assert dict(zip(result.comparisons["field"], result.comparisons["cause"].fillna(""), strict=True)) == {
        "amountToPay": "factor: ×10",
        "paymentDueDate": "another field: invoiceDate",
        "invoiceDate": "",
    }
    causes = result.by_cause()
    assert causes[["field", "cause", "count", "share"]].to_numpy().tolist() == [
        ["amountToPay", "factor", 1, 1.0],
        ["paymentDueDate", "another field", 1, 1.0],
    ]
    assert result.by_cause("amountToPay", details=True)["cause"].tolist() == ["factor: ×10"]


def test_M17_a_cell_of_another_row_is_named():
    truth = items(
        "a", {"description": "Nut", "baseGross": "1.00:EUR"}, {"description": "Bolt", "baseGross": "2500.00:EUR"}
    )
    found = items(
        "a", {"description": "Nut", "baseGross": "2500.00:EUR"}, {"description": "Bolt", "baseGross": "2500.00:EUR"}
    )
    assert evaluate(found, truth).mistakes()["cause"].tolist() == ["another row: 1"]


def test_M19_failed_documents_count_as_missing_and_are_named():
    batch = SimpleNamespace(
        extractions=FOUND,
        documents=DOCUMENTS.frame(
            [
                {"document": "a", "status": "completed", "pages": 2},
                {"document": "b", "status": "failed", "error": "encrypted", "request_id": "r-1"},
                {"document": "c", "status": "completed"},
                {"document": "d", "status": "failed", "error": "too large", "request_id": "r-2"},
                {"document": "e", "status": "completed"},
            ]
        ),
    )
    truth = pd.concat([TRUTH, header(("d", "iban", "DE4"), ("e", "iban", "DE5"))])
    result = evaluate(batch, truth)
    shown = result.documents.set_index("document")
    assert shown["answered"].to_dict() == {"a": True, "b": True, "c": True, "d": False, "e": True}
    assert shown.loc["d", ["error", "request_id"]].tolist() == ["too large", "r-2"]
    assert shown.loc["a", "pages"] == 2
    numbers = result.summary().set_index("metric")["value"]
    assert numbers[["documents", "failed", "coverage"]].tolist() == [5, 1, 4 / 5]
    assert counts(result, "iban") == [0, 1, 2, 1, 0]
    assert counts(result, "iban", answered_only=True) == [0, 1, 1, 1, 0]
    assert (
        numbers["answered_micro_recall"]
        == result.by_field(answered_only=True).set_index("field").loc["micro", "recall"]
    )


def test_all_documents_may_have_failed():
    batch = SimpleNamespace(
        extractions=FOUND.head(0), documents=pd.DataFrame({"document": ["a", "b", "c"], "status": "failed"})
    )
    result = evaluate(batch, TRUTH)
    assert counts(result, "micro") == [0, 0, 3, 0, 2]
    assert result.summary().set_index("metric").loc["coverage", "value"] == 0


def test_M22_payable_rate_and_perfect_documents():
    wanted = ("amountToPay", "12.30:EUR"), ("iban", "DE1"), ("paymentRecipient", "Ahornhof"), ("paymentReference", "R1")
    truth = header(
        *((name, *pair) for name in "abcd" for pair in wanted), ("d", "bic", "COBADEFF"), ("e", "bic", "COBADEFF")
    )
    truth.loc[(truth["document"] == "c") & (truth["field"] == "paymentReference"), "value"] = None
    found = truth.copy()
    found.loc[(found["document"] == "b") & (found["field"] == "iban"), "value"] = "DE9"
    found = found[found["field"] != "bic"]
    numbers = evaluate(found, truth).summary().set_index("metric")
    assert numbers.loc["payable_rate", ["value", "of"]].tolist() == [3 / 4, 4]
    assert numbers.loc["perfect_documents", ["value", "of"]].tolist() == [2 / 5, 5]
    only = evaluate(found, truth, required=["amountToPay"]).summary().set_index("metric")
    assert only.loc["perfect_documents", ["value", "of"]].tolist() == [1.0, 4]


def test_M23_candidate_recall_tells_not_read_from_not_chosen():
    truth = header(*((name, "amountToPay", "1.00:EUR") for name in "abcd"))
    found = header(("a", "amountToPay", "1.00:EUR"), ("b", "amountToPay", "2.00:EUR"), ("c", "amountToPay", "3.00:EUR"))
    found["candidates"] = "amounts"
    lists = {"a": ["1.00:EUR"], "b": ["2.00:EUR", "1.0:EUR"], "c": ["3.00:EUR"], "d": ["9:EUR"] * 3 + ["1.00:EUR"]}
    candidates = CANDIDATES.frame(
        [
            {"document": name, "list": "amounts", "rank": rank, "value": value}
            for name, values in lists.items()
            for rank, value in enumerate(values, 1)
        ]
    )
    result = evaluate(SimpleNamespace(extractions=found, candidates=candidates), truth)
    assert result.comparisons["candidate_rank"].fillna(0).tolist() == [1, 2, 0, 4]
    numbers = result.summary().set_index("metric")["value"]
    assert numbers[["candidate_recall_1", "candidate_recall_3", "candidate_recall_all"]].tolist() == [0.25, 0.5, 0.75]
    by_field = result.candidate_recall().iloc[0]
    assert by_field[["field", "slots", "recall_1", "recall_3", "recall_all", "chosen"]].tolist() == [
        "amountToPay",
        4,
        0.25,
        0.5,
        0.75,
        0.25,
    ]
    assert result.candidates is not None
    assert evaluate(found, truth).candidate_recall().empty


def test_mistakes_come_with_the_dearest_first_and_say_whether_an_iban_is_valid():
    truth = header(
        ("a", "amountToPay", "10.00:EUR"), ("b", "amountToPay", "7.00:EUR"), ("c", "iban", "DE02120300000000202051")
    )
    found = header(
        ("a", "amountToPay", "11.00:EUR"), ("b", "amountToPay", "700.00:EUR"), ("c", "iban", "DE02120300000000202052")
    )
    mistakes = evaluate(found, truth).mistakes()
    assert mistakes["document"].tolist() == ["b", "a", "c"]
    assert mistakes["difference"].tolist()[:2] == [693.0, 1.0]
    assert mistakes[["truth_valid", "extracted_valid"]].iloc[2].tolist() == [True, False]
    assert mistakes["truth_valid"].isna().tolist() == [True, True, False]
    assert evaluate(found, truth).mistakes("iban")["document"].tolist() == ["c"]
    assert evaluate(found, truth).mistakes(outcome=["missing"]).empty


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


def test_fields_of_the_truth_that_nobody_extracts_are_left_out_unless_the_service_has_them():
    truth = header(("a", "invoiceId", "1"), ("a", "iban", "DE1"), ("a", "amountToPay", "1.00:EUR"))
    result = evaluate(header(("a", "iban", "DE1")), truth)
    assert set(result.comparisons["field"]) == {"iban", "amountToPay"}
    assert result.provenance["left_out_fields"] == ["invoiceId"]
    assert set(evaluate(header(("a", "iban", "DE1")), truth, fields=["invoiceId"]).comparisons["field"]) == {
        "invoiceId"
    }


def test_the_entity_of_the_table_chooses_the_rule_of_an_unknown_field():
    truth, found = header(("a", "net", "1.00:EUR")), header(("a", "net", "1:EUR"))
    assert set(evaluate(found, truth).comparisons["outcome"]) == {"wrong"}
    assert set(evaluate(found.assign(entity="amount"), truth).comparisons["outcome"]) == {"correct"}


def test_tables_have_the_columns_and_dtypes_of_the_schema():
    result = evaluate(FOUND.assign(page=[1, 1, 2, 1, 1, 1], left=0.5), TRUTH)
    assert check(result.comparisons, COMPARISONS).equals(result.comparisons)
    assert check(result.by_field(), FIELD_SCORES).equals(result.by_field())
    assert check(result.summary(), SUMMARY).equals(result.summary())
    assert result.comparisons["page"].tolist()[:2] == [1, 1]


def test_intervals_hold_the_value_and_repeat_with_the_seed():
    random = np.random.default_rng(5)
    names = [f"d{number}" for number in range(60)]
    truth = header(*((name, field, "1") for name in names for field in ("iban", "bic", "docType")))
    found = truth.assign(value=np.where(random.random(len(truth)) < 0.8, "1", "2"))
    result = evaluate(found, truth, seed=3)
    for options in ({}, {"intervals": "bootstrap"}):
        frame = result.by_field(**options)
        for score in ("precision", "recall", "f1"):
            assert ((frame[f"{score}_low"] < frame[score]) & (frame[score] < frame[f"{score}_high"])).all()
    assert result.summary().equals(evaluate(found, truth, seed=3).summary())
    assert not result.summary().equals(evaluate(found, truth, seed=4).summary())
    wilson = result.by_field().iloc[0]
    count = int(wilson["correct"])
    expected = binomtest(count, 60).proportion_ci(method="wilson")
    assert [wilson["recall_low"], wilson["recall_high"]] == pytest.approx([expected.low, expected.high], abs=1e-12)
    few = evaluate(found.head(3), truth.head(3)).by_field(intervals="bootstrap")
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
            lambda: evaluate(FOUND, TRUTH).by_field("exact"),
            "There is no level 'exact'; choose one of raw, typed, lenient",
        ),
        (lambda: evaluate(FOUND, TRUTH).summary("exact"), "There is no level 'exact'"),
        (lambda: evaluate(FOUND, TRUTH).by_field(intervals="wald"), "intervals is 'wald'; it must be one of"),
        (lambda: evaluate(FOUND, TRUTH).by_field(wrong="x"), "wrong is 'x'"),
        (
            lambda: evaluate(FOUND, TRUTH).mistakes("ibna"),
            "There is no field 'ibna' in this evaluation. There are: amount",
        ),
        (lambda: evaluate(FOUND, TRUTH).mistakes(outcome="bad"), "There is no mistake 'bad'; choose from wrong"),
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
