"""References that the service delivers inside the purpose of a payment (M22)."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook.analysis import rules
from gini_notebook.analysis.comparison import compare, compare_truth
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import SettingError
from gini_notebook.schema import CANDIDATES
from tests.analysis.evaluation.evaluation_samples import counts, header, outcomes

PURPOSE = "ReNr 2025-0318, KdNr 70881"
FOUND = header(("a", "paymentPurpose", PURPOSE), ("b", "paymentPurpose", "ReNr 2025-03180"))
TRUTH = header(("a", "paymentReference", "2025-0318"), ("b", "paymentReference", "2025-0318"))


def numbers(result):
    return result.summary().set_index("metric")["value"]


def slot(result, document="a", field="paymentReference"):
    table = result.comparisons
    [(_, row)] = table[(table["document"] == document) & (table["field"] == field)].iterrows()
    return row


def test_M22_a_reference_is_looked_for_in_the_purpose_where_none_was_delivered():
    result = evaluate(FOUND, TRUTH)
    assert outcomes(result) == {
        ("a", "paymentReference"): "correct",
        ("b", "paymentReference"): "wrong",
        ("a", "paymentPurpose"): "ignored",
        ("b", "paymentPurpose"): "ignored",
    }
    assert slot(result)[["extracted", "extracted_field"]].tolist() == [PURPOSE, "paymentPurpose"]
    (note,) = [note for note in result.notes if note.kind == "references_in_purpose"]
    assert (note.count, note.level) == (2, "info")
    assert "never_delivered" not in [note.kind for note in result.notes]


def test_M22_a_delivered_reference_comes_first_and_keeps_its_words():
    found = pd.concat([FOUND, header(("a", "paymentReference", "RE 2025/0318"), ("b", "paymentReference", " "))])
    result = evaluate(found, TRUTH)
    assert slot(result)[["extracted", "extracted_field", "outcome"]].tolist() == [
        "RE 2025/0318",
        "paymentReference",
        "correct",
    ]
    assert slot(result, "b")[["extracted_field", "outcome"]].tolist() == ["paymentPurpose", "wrong"]


def test_M22_strict_compares_each_field_with_itself():
    result = evaluate(FOUND, TRUTH, remittance="strict")
    assert outcomes(result)["a", "paymentReference"] == "missing"
    assert pd.isna(slot(result)["extracted_field"])
    assert [note.kind for note in result.notes if note.kind in ("references_in_purpose", "never_delivered")] == [
        "never_delivered"
    ]
    purpose = header(("a", "paymentPurpose", "ReNr 2025-0318"))
    assert outcomes(evaluate(FOUND, purpose, remittance="strict"))["a", "paymentPurpose"] == "wrong"
    assert outcomes(evaluate(FOUND, purpose))["a", "paymentPurpose"] == "correct"


def test_M22_the_raw_level_is_always_strict():
    found = header(("a", "paymentPurpose", "2025-0318"))
    result = evaluate(found, TRUTH.head(1))
    assert [counts(result, "paymentReference", level=level) for level in ("typed", "lenient", "raw")] == [
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
    ]
    with ThreadPoolExecutor(1) as executor:
        parted = evaluate(found, TRUTH.head(1), executor=executor)
        assert counts(parted, "paymentReference", level="raw") == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("wanted", "text", "same"),
    [
        ("2025-0318", PURPOSE, True),
        ("RE 4711", "RE-Nr. 4711 vom 3.4.", True),
        ("4711 RE", "RE 4711", False),
        ("RE-4711", "re 4711", False),
        ("0318", "2025-03180", False),
        ("12", "12 34", False),
        ("12", "12", True),
        ("000815", "ReNr 815", False),
        ("Straße 5", "STRASSE 5", False),
        ("RF18539007547034", "Zahlung RF18 5390 0754 7034 Danke", True),
        ("RF18 5390 0754 7034", "RF18539007547034", True),
        ("210000000003139471430009017", "Ref 21 00000 00003 13947 14300 09017", True),
        ("RF19539007547034", "Zahlung RF19 5390 0754 7034", False),
        ("--", "-- x", False),
    ],
)
def test_M22_the_words_of_a_reference_stand_whole_and_in_order(wanted, text, same):
    result = evaluate(header(("a", "paymentPurpose", text)), header(("a", "paymentReference", wanted)))
    assert outcomes(result)["a", "paymentReference"] == ("correct" if same else "wrong")
    assert rules.explain(wanted, text, "paymentReference", among_words=True).typed is same


def test_M22_an_empty_label_is_compared_with_the_reference_alone():
    truth = header(("a", "paymentReference", None), ("b", "paymentReference", "2025-0318"))
    truth["state"] = ["empty", "unclear"]
    assert outcomes(evaluate(FOUND, truth))["a", "paymentReference"] == "absent"
    assert ("b", "paymentReference") not in outcomes(evaluate(FOUND, truth))


def test_M22_each_alternative_goes_by_its_words():
    truth = header(("a", "paymentReference", "4711"), ("a", "paymentReference", "70881"))
    truth["alternative"] = [0, 1]
    result = evaluate(FOUND, truth)
    assert slot(result)[["truth", "outcome"]].tolist() == ["70881", "correct"]


def test_M22_a_label_of_the_purpose_keeps_its_own_slot_and_several_purposes_make_no_surplus():
    truth = pd.concat([TRUTH.head(1), header(("a", "paymentPurpose", "KdNr 70881"))])
    found = pd.concat([header(("a", "paymentPurpose", "nothing of it")), FOUND.head(1)])
    found["confidence"] = [0.1, 0.9]
    result = evaluate(found, truth)
    assert counts(result, "paymentReference") == [1, 0, 0, 0, 0]
    assert counts(result, "paymentPurpose") == [1, 0, 0, 1, 0]
    assert slot(result)["confidence"] == 0.9
    assert result.at_confidence(0.95).comparisons["extracted_field"].isna().all()


def test_M22_fields_may_leave_the_purpose_out():
    result = evaluate(FOUND, TRUTH, fields=["paymentReference"])
    assert outcomes(result) == {("a", "paymentReference"): "correct", ("b", "paymentReference"): "wrong"}


def test_M22_recall_of_candidates_never_crosses_fields():
    found = FOUND.assign(candidates="purposes")
    listed = CANDIDATES.frame([{"document": "a", "list": "purposes", "rank": 1, "value": "2025-0318"}])
    result = evaluate(SimpleNamespace(extractions=found, candidates=listed), TRUTH)
    assert pd.isna(slot(result)["candidate_rank"])
    assert pd.isna(slot(result)["candidates"])


def test_M22_the_remittance_counts_for_the_payable_rate_and_a_label_that_lacks_does_not():
    payment = [("amountToPay", "12.30:EUR"), ("iban", "DE1"), ("paymentRecipient", "Ahornhof")]
    whole = header(*((name, *pair) for name in "abc" for pair in payment))
    result = evaluate(pd.concat([whole, FOUND]), pd.concat([whole, TRUTH]))
    assert numbers(result)["payable_rate"] == pytest.approx(2 / 3)
    strict = evaluate(pd.concat([whole, FOUND]), pd.concat([whole, TRUTH]), remittance="strict")
    assert numbers(strict)["payable_rate"] == pytest.approx(1 / 3)


def test_M22_a_rule_of_ones_own_stays_as_it_is():
    result = evaluate(FOUND, TRUTH, rules={"paymentReference": "reference"})
    assert outcomes(result)["a", "paymentReference"] == "wrong"


def test_M22_parts_are_the_whole_and_the_setting_is_kept(tmp_path):
    whole = evaluate(FOUND, TRUTH)
    with ThreadPoolExecutor(1) as executor:
        parted = evaluate(FOUND, TRUTH, executor=executor)
        assert parted.in_memory().comparisons.equals(whole.comparisons)
        assert parted.notes == whole.notes
    whole.save(tmp_path / "result.zip")
    loaded = Evaluation.load(tmp_path / "result.zip")
    assert loaded == whole
    assert loaded.settings["remittance"] == "either"
    with pytest.raises(SettingError, match=r"setting 'remittance' 'either', the second 'strict'"):
        compare(whole, evaluate(FOUND, TRUTH, remittance="strict"))


def test_M22_two_labellers_agree_on_whole_values():
    other = header(("a", "paymentReference", "ReNr 2025-0318"), ("b", "paymentReference", "2025-0318"))
    one, two = compare_truth(TRUTH, other), compare_truth(other, TRUTH)
    assert one["equal"].tolist() == two["equal"].tolist() == [0.5, 0.5]


def test_there_is_no_third_remittance():
    with pytest.raises(SettingError, match=r"remittance is 'loose'; it must be 'either'"):
        evaluate(FOUND, TRUTH, remittance="loose")
    with pytest.raises(SettingError, match=r"among_words is 3; it must be one of False, True"):
        rules.get("text", among_words=3)
