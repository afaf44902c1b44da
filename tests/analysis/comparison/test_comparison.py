"""Two runs, paired."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gini_notebook.analysis import rules
from gini_notebook.analysis.comparison import Comparison, compare
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SettingError

NAMES = [f"d{number:03}" for number in range(120)]
FIELDS = ("amountToPay", "iban", "docType")


def table(random, wrong):
    """One row per document and field; a share of the values of each field is wrong."""
    return pd.concat(
        [
            pd.DataFrame({"document": NAMES, "field": field, "value": np.where(random.random(120) < share, "x", field)})
            for field, share in zip(FIELDS, wrong, strict=True)
        ]
    )


TRUTH = table(np.random.default_rng(0), (0, 0, 0))
FIRST = table(np.random.default_rng(1), (0.4, 0.2, 0.2))
SECOND = table(np.random.default_rng(2), (0.05, 0.2, 0.5))
A, B = evaluate(FIRST, TRUTH), evaluate(SECOND, TRUTH)
COMPARISON = compare(A, B)


def test_differences_are_those_of_the_scores_and_come_with_a_verdict():
    frame = COMPARISON.by_field().set_index("field")
    for name, result in (("a", A), ("b", B)):
        expected = result.by_field().set_index("field")
        for score in ("f1", "precision", "recall"):
            assert frame[f"{score}_{name}"].to_dict() == expected[score].to_dict()
    assert (frame["f1_difference"] == frame["f1_b"] - frame["f1_a"]).all()
    assert (frame["f1_difference_low"] <= frame["f1_difference"]).all()
    assert (frame["f1_difference"] <= frame["f1_difference_high"]).all()
    assert frame["verdict"].to_dict() == {
        "amountToPay": "better",
        "iban": "no evidence",
        "docType": "worse",
        "micro": "no evidence",
        "macro": "no evidence",
    }
    assert (frame["p_holm"] >= frame["p"]).all()
    assert frame.loc["micro", "p_holm"] == frame.loc["micro", "p"]
    assert COMPARISON.by_field().attrs == {
        "level": "typed",
        "counting_rule": "both",
        "intervals": "bootstrap",
        "seed": 0,
    }


def test_the_pair_is_what_makes_small_differences_visible():
    better = FIRST.reset_index(drop=True)
    off = better.index[(better["field"] == "iban") & (better["value"] == "x")][:9]
    better.loc[off, "value"] = "iban"
    frame = compare(A, evaluate(better, TRUTH)).by_field().set_index("field")
    separate = (
        A.by_field().set_index("field").loc["iban"],
        evaluate(better, TRUTH).by_field().set_index("field").loc["iban"],
    )
    assert separate[1]["f1_low"] < separate[0]["f1_high"]
    assert frame.loc["iban", "f1_difference_low"] > 0
    assert frame.loc["iban", "verdict"] == "better"
    assert frame.loc["iban", "p"] == pytest.approx(2 / 2**9)


def test_a_run_against_itself_shows_nothing():
    comparison = compare(A, A)
    frame = comparison.by_field()
    assert (frame[["f1_difference", "f1_difference_low", "f1_difference_high"]] == 0).all(axis=None)
    assert (frame["p"] == 1).all()
    assert (frame["verdict"] == "no evidence").all()
    assert comparison.changes().empty
    assert comparison.fixed.empty
    assert comparison.broken.empty


def test_swapping_the_runs_swaps_the_verdicts():
    there, back = COMPARISON.by_field(), compare(B, A).by_field()
    assert np.allclose(there["f1_difference"], -back["f1_difference"])
    assert np.allclose(there["p"], back["p"])
    swapped = {"better": "worse", "worse": "better", "no evidence": "no evidence"}
    assert there["verdict"].map(swapped).tolist() == back["verdict"].tolist()


def test_what_was_fixed_and_broken_is_listed():
    changes = COMPARISON.changes()
    first, second = (side.set_index(["document", "field"])["value"] for side in (FIRST, SECOND))
    fixed = set(first.index[(first == "x") & (second != "x")])
    broken = set(first.index[(first != "x") & (second == "x")])
    for change, expected in (("fixed", fixed), ("broken", broken)):
        rows = COMPARISON.changes(change)
        assert set(zip(rows["document"], rows["field"], strict=True)) == expected
    assert len(changes) == len(fixed) + len(broken)
    documents = COMPARISON.documents.set_index("document")
    assert documents["fixed"].sum() == len(fixed)
    perfect = [(side != "x").groupby(level="document").all() for side in (first, second)]
    assert documents["perfect_a"].astype(bool).to_dict() == perfect[0].to_dict()
    assert set(COMPARISON.fixed["document"]) == set(perfect[0].index[~perfect[0] & perfect[1]])
    assert set(COMPARISON.broken["document"]) == set(perfect[0].index[perfect[0] & ~perfect[1]])


def test_perfect_documents_are_compared_by_mcnemars_test():
    summary = COMPARISON.summary().set_index("metric")
    only_first, only_second = len(COMPARISON.broken), len(COMPARISON.fixed)
    expected = stats.binomtest(only_first, only_first + only_second).pvalue
    assert summary.loc["perfect_documents", "p"] == pytest.approx(expected)
    assert summary.loc["perfect_documents", "difference"] == pytest.approx((only_second - only_first) / 120)
    assert summary.loc["perfect_documents", "low"] <= summary.loc["perfect_documents", "high"]
    for name, result in (("a", A), ("b", B)):
        numbers = result.summary().set_index("metric")["value"]
        assert summary.loc["perfect_documents", name] == numbers["perfect_documents"]
        assert summary.loc["micro_f1", name] == numbers["micro_f1"]


def test_line_items_are_compared_row_by_row_of_the_truth():
    truth = pd.DataFrame(
        [("a", "lineItems", row, field, f"{field}{row}") for row in range(3) for field in ("description", "artNumber")]
        + [("a", "lineItems", 0, "quantity", None)],
        columns=["document", "group", "row", "field", "value"],
    )
    stated = truth.dropna()
    first = stated[stated["row"] != 2]
    second = stated.assign(row=2 - stated["row"], value=stated["value"].replace("artNumber0", "other"))
    extra = pd.DataFrame([("a", "lineItems", 2, "quantity", "7")], columns=truth.columns)
    changes = compare(evaluate(first, truth), evaluate(pd.concat([second, extra]), truth)).changes()
    assert changes[["row", "field", "change"]].to_numpy().tolist() == [
        [0, "artNumber", "broken"],
        [0, "quantity", "broken"],
        [2, "artNumber", "fixed"],
        [2, "description", "fixed"],
    ]


def test_a_second_prediction_and_a_failed_document_are_changes():
    twice = pd.concat([FIRST, FIRST.iloc[[0]]])
    assert COMPARISON.a.documents["answered"].all()
    (change,) = compare(A, evaluate(twice, TRUTH)).changes().to_dict("records")
    assert (change["row"], change["outcome_a"], change["outcome_b"], change["change"]) == (
        1,
        "absent",
        "spurious",
        "broken",
    )
    fewer = compare(A, evaluate(FIRST[FIRST["document"] != "d000"], TRUTH)).changes()
    assert set(fewer["document"]) == {"d000"}
    assert set(fewer["outcome_b"]) == {"missing"}


def test_fields_that_only_one_run_has_are_left_out_and_named():
    truth = pd.concat([TRUTH, pd.DataFrame({"document": NAMES, "field": "invoiceId", "value": "1"})])
    more = pd.concat([FIRST, pd.DataFrame({"document": NAMES, "field": "invoiceId", "value": "1"})])
    comparison = compare(evaluate(FIRST, truth), evaluate(more, truth))
    assert comparison.left_out_fields == ("invoiceId",)
    assert "invoiceId" not in set(comparison.by_field()["field"])


def test_a_comparison_shows_itself():
    assert repr(COMPARISON).startswith("<Comparison of 120 documents: ")
    assert "f1_difference" in COMPARISON._repr_html_()
    assert isinstance(COMPARISON, Comparison)


def test_nothing_to_count_makes_an_empty_table_with_its_columns():
    truth = pd.DataFrame({"document": ["a"], "field": ["invoiceId"], "value": ["x"]})
    found = pd.DataFrame({"document": ["a"], "field": ["bic"], "value": ["x"]})
    result = evaluate(found, truth, fields=["bic"])
    assert list(compare(result, result).by_field().columns) == list(COMPARISON.by_field().columns)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: evaluate(SECOND, TRUTH.assign(value="other")), r"the first has ground truth \(by its hash\)"),
        (lambda: evaluate(SECOND, TRUTH, rules={"iban": "text"}), "the first has rule for 'iban' .*'iban'.*'text'"),
        (lambda: evaluate(SECOND, TRUTH, rules={"iban": rules.get("iban", tau=0.9)}), "rule for 'iban'"),
        (lambda: evaluate(SECOND, TRUTH, wrong="fp"), "the first has setting 'wrong' 'both', the second 'fp'"),
        (lambda: evaluate(SECOND, TRUTH, required=["iban"]), "setting 'required'"),
        (lambda: evaluate(SECOND, TRUTH, order="strict"), "setting 'order'"),
        (lambda: SECOND, "compare.. takes two evaluations, but this is a DataFrame"),
    ],
)
def test_G17_what_cannot_be_compared_is_refused(other, message):
    with pytest.raises(SettingError, match=message):
        compare(A, other())


def test_G17_other_editions_and_disjoint_fields_are_refused():
    from gini_notebook.analysis.evaluation import Evaluation

    old = Evaluation(B.comparisons, B.documents, None, B.settings, {**B.provenance, "spec_version": "0"})
    with pytest.raises(SettingError, match="the first has edition of the metrics '2', the second '0'"):
        compare(A, old)
    with pytest.raises(SettingError, match="they have no field in common"):
        compare(evaluate(FIRST, TRUTH, fields=["iban"]), evaluate(SECOND, TRUTH, fields=["docType"]))


def test_settings_of_a_comparison_are_checked():
    with pytest.raises(SettingError, match="seed is -1; it must be a whole number"):
        compare(A, B, seed=-1)
    with pytest.raises(SettingError, match="There is no change 'improved'; choose one of fixed, broken"):
        COMPARISON.changes("improved")
    with pytest.raises(SettingError, match="There is no level 'exact'"):
        COMPARISON.by_field("exact")


def test_the_verdict_is_one_sentence_and_the_shell_shows_it_under_a_table_of_a_hundred_columns(tmp_path):
    from typer.testing import CliRunner

    from gini_notebook.cli.application import app

    words = COMPARISON.verdict()
    assert words.startswith("There is no evidence that either run is better: F1 of the header fields (micro) is ")
    assert words.endswith("; better fields: amountToPay; worse fields: docType.")
    assert compare(A, evaluate(TRUTH, TRUTH)).verdict().startswith("The second run is better: ")
    assert compare(evaluate(TRUTH, TRUTH), A).verdict().startswith("The second run is worse: ")
    paths = [str(side.save(tmp_path / f"{name}.zip")) for name, side in (("a", A), ("b", B))]
    answer = CliRunner().invoke(app, ["compare", *paths, "--out", str(tmp_path / "all.csv")])
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert words in lines
    rows = lines[: lines.index("")]
    assert len(rows) == 2 + len(COMPARISON.by_field())
    assert max(map(len, rows)) <= 100
    assert list(pd.read_csv(tmp_path / "all.csv").columns) == list(COMPARISON.by_field().columns)


def test_nothing_to_compare_has_a_verdict_too():
    truth = pd.DataFrame({"document": ["a"], "field": ["invoiceId"], "value": ["x"]})
    found = pd.DataFrame({"document": ["a"], "field": ["bic"], "value": ["x"]})
    result = evaluate(found, truth, fields=["bic"])
    assert compare(result, result).verdict().startswith("There is nothing to compare")
