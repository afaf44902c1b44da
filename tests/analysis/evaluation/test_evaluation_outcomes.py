"""Outcomes, truth states, levels and averages, each by the decision of the metrics it carries out."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.schema import CANDIDATES, DOCUMENTS
from tests.analysis.evaluation.evaluation_samples import FOUND, TRUTH, counts, header, items, outcomes


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
    assert "bic" not in set(result.by_field(full=True)["field"])
    assert result.provenance["unlabelled_fields"] == ["bic"]
    assert result.provenance["documents_without_truth"] == ["stranger"]


def test_M5_M6_scores_and_companions_by_both_counting_rules():
    result = evaluate(FOUND, TRUTH)
    micro = result.by_field(full=True).set_index("field").loc["micro"]
    assert micro[["precision", "recall", "f1"]].tolist() == [1 / 3, 1 / 3, 1 / 3]
    assert micro["support"] == 3
    assert micro["predicted"] == 3
    assert micro[["found", "read_right", "invented", "accuracy"]].tolist() == [2 / 3, 1 / 2, 1 / 2, 1 / 4]
    assert micro["accuracy_with_absent"] == 2 / 5
    assert micro["recall"] == micro["found"] * micro["read_right"]
    looser = result.by_field(wrong="fp", full=True).set_index("field").loc["micro"]
    assert looser[["precision", "recall"]].tolist() == [1 / 3, 1 / 2]
    assert looser["f1"] == pytest.approx(2 / 5)
    assert result.by_field(wrong="fp", full=True).attrs["counting_rule"] == "fp"
    assert evaluate(FOUND, TRUTH, wrong="fp").by_field(full=True).equals(result.by_field(wrong="fp", full=True))


def test_M7_M8_macro_is_the_mean_of_f1_over_fields_with_a_truth_value():
    truth = pd.concat([TRUTH, header(("a", "bic", None))])
    found = pd.concat([FOUND, header(("a", "bic", "COBADEFF"))])
    frame = evaluate(found, truth).by_field(full=True)
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
    found["confidence"] = [None, 0.1, 0.5]
    assert evaluate(found, truth).comparisons["extracted"].tolist() == ["DE3", "DE1", "DE2"]


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
    assert evaluate(found, truth).mistakes(full=True)["cause"].tolist() == ["another row: 1"]


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
        == result.by_field(answered_only=True, full=True).set_index("field").loc["micro", "recall"]
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


def test_mistakes_come_with_the_highest_amount_first_and_say_whether_an_iban_is_valid():
    truth = header(
        ("a", "amountToPay", "10.00:EUR"), ("b", "amountToPay", "7.00:EUR"), ("c", "iban", "DE02120300000000202051")
    )
    found = header(
        ("a", "amountToPay", "11.00:EUR"), ("b", "amountToPay", "700.00:EUR"), ("c", "iban", "DE02120300000000202052")
    )
    mistakes = evaluate(found, truth).mistakes(full=True)
    assert mistakes["document"].tolist() == ["b", "a", "c"]
    assert mistakes["difference"].tolist()[:2] == [693.0, 1.0]
    assert mistakes[["truth_valid", "extracted_valid"]].iloc[2].tolist() == [True, False]
    assert mistakes["truth_valid"].isna().tolist() == [True, True, False]
    assert evaluate(found, truth).mistakes("iban", full=True)["document"].tolist() == ["c"]
    assert evaluate(found, truth).mistakes(outcome=["missing"], full=True).empty
