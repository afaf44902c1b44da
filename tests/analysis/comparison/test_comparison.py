"""Two runs, paired."""

import json
import unicodedata

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from gini_notebook.analysis import rules
from gini_notebook.analysis.comparison import Comparison, compare
from gini_notebook.analysis.comparison.verdicts import margin_sentence
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.cli.output import difference_table
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
    frame = COMPARISON.by_field(full=True).set_index("field")
    for name, result in (("a", A), ("b", B)):
        expected = result.by_field(full=True).set_index("field")
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
    assert COMPARISON.by_field(full=True).attrs == {
        "level": "typed",
        "counting_rule": "both",
        "intervals": "documents",
        "confidence_level": 0.95,
        "cluster": None,
        "document_weights": None,
        "seed": 0,
    }


def test_the_pair_is_what_makes_small_differences_visible():
    better = FIRST.reset_index(drop=True)
    off = better.index[(better["field"] == "iban") & (better["value"] == "x")][:9]
    better.loc[off, "value"] = "iban"
    frame = compare(A, evaluate(better, TRUTH)).by_field(full=True).set_index("field")
    separate = (
        A.by_field(full=True).set_index("field").loc["iban"],
        evaluate(better, TRUTH).by_field(full=True).set_index("field").loc["iban"],
    )
    assert separate[1]["f1_low"] < separate[0]["f1_high"]
    assert frame.loc["iban", "f1_difference_low"] > 0
    assert frame.loc["iban", "verdict"] == "better"
    assert frame.loc["iban", "p"] == pytest.approx(2 / 2**9)


def test_a_run_against_itself_shows_nothing():
    comparison = compare(A, A)
    frame = comparison.by_field(full=True)
    assert (frame[["f1_difference", "f1_difference_low", "f1_difference_high"]] == 0).all(axis=None)
    assert (frame["p"] == 1).all()
    assert (frame["verdict"] == "no evidence").all()
    assert comparison.changes().empty
    assert comparison.fixed.empty
    assert comparison.broken.empty


def test_swapping_the_runs_swaps_the_verdicts():
    there, back = COMPARISON.by_field(full=True), compare(B, A).by_field(full=True)
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


def test_M26_a_field_that_one_run_never_delivers_is_missing_there_and_named():
    own = pd.DataFrame({"document": NAMES, "field": "invoiceId", "value": "1"})
    truth, more = pd.concat([TRUTH, own]), pd.concat([FIRST, own])
    for first, second, run, verdict, change in (
        (FIRST, more, "second run only", "better", "fixed"),
        (more, FIRST, "first run only", "worse", "broken"),
    ):
        comparison = compare(evaluate(first, truth), evaluate(second, truth))
        assert comparison.left_out_fields == ()
        row = comparison.by_field(full=True).set_index("field").loc["invoiceId"]
        assert (row["verdict"], row["f1_difference"]) == (verdict, {"better": 1.0, "worse": -1.0}[verdict])
        assert f"delivered by the {run}: invoiceId" in comparison.verdict()
        assert len(comparison.changes(change)) == 120
    few = truth[truth["document"].isin(NAMES[:3])]
    row = (
        compare(evaluate(few, few), evaluate(few[few["field"] != "invoiceId"], few))
        .by_field(full=True)
        .set_index("field")
    )
    assert row.loc["invoiceId", "verdict"] == "first run only"


def test_M26_a_field_that_one_evaluation_was_told_to_leave_out_is_left_out_and_named():
    comparison = compare(A, evaluate(SECOND, TRUTH, fields=["iban", "docType"]))
    assert comparison.left_out_fields == ("amountToPay",)
    assert "amountToPay" not in set(comparison.by_field(full=True)["field"])
    assert "amountToPay" not in set(comparison.changes()["field"])


def test_M26_the_documents_of_both_are_compared_and_the_others_named():
    kept = [side[side["document"] < "d100"] for side in (SECOND, TRUTH)]
    comparison = compare(A, evaluate(*kept))
    assert comparison.only_a == tuple(NAMES[100:])
    assert comparison.only_b == ()
    (note,) = comparison.notes
    assert (note.kind, note.count, note.detail) == ("documents_unpaired", 20, "first run")
    expected = compare(evaluate(FIRST[FIRST["document"] < "d100"], kept[1]), evaluate(*kept))
    pd.testing.assert_frame_equal(comparison.by_field(full=True), expected.by_field(full=True))
    pd.testing.assert_frame_equal(comparison.changes(), expected.changes())
    back = compare(evaluate(*kept), A)
    assert (back.only_a, back.only_b) == ((), tuple(NAMES[100:]))
    assert "20 documents of the first run" in comparison._repr_html_()


def test_another_version_of_the_truth_is_named_where_no_document_explains_it():
    more = TRUTH.head(1).assign(field="businessDocType", value="Invoice")
    comparison = compare(A, evaluate(SECOND, pd.concat([TRUTH, more], ignore_index=True)))
    (note,) = [note for note in comparison.notes if note.kind == "truth_differs"]
    assert note.level == "info"
    assert note.detail.split(", ") == [side.provenance["truth_hash"][:8] for side in (comparison.a, comparison.b)]
    assert "truth_differs" not in {note.kind for note in COMPARISON.notes}


def test_M26_names_in_another_unicode_form_are_the_same_document():
    def named(side, form):
        forms = {name: unicodedata.normalize(form, f"Büro {name}") for name in NAMES}
        return side.assign(document=side["document"].map(forms))

    comparison = compare(
        evaluate(named(FIRST, "NFC"), named(TRUTH, "NFC")), evaluate(named(SECOND, "NFD"), named(TRUTH, "NFD"))
    )
    pd.testing.assert_frame_equal(comparison.by_field(full=True), COMPARISON.by_field(full=True))
    assert len(comparison.changes()) == len(COMPARISON.changes())


def test_M26_documents_with_other_labels_are_refused_by_name():
    other = TRUTH.copy()
    other.loc[(other["document"] == "d007") & (other["field"] == "iban"), "value"] = "other"
    with pytest.raises(SettingError, match=r"the labels of 1 document\(s\) differ, first 'd007' in 'iban'"):
        compare(A, evaluate(SECOND, other))
    fewer = TRUTH[(TRUTH["document"] != "d009") | (TRUTH["field"] != "iban")]
    with pytest.raises(SettingError, match=r"the labels of 1 document\(s\) differ, first 'd009' in 'iban'"):
        compare(A, evaluate(SECOND, fewer))
    strange = TRUTH.assign(document="x" + TRUTH["document"])
    with pytest.raises(
        SettingError, match=r"no document in common. The first has, for example, 'd000', the second 'xd000'"
    ):
        compare(A, evaluate(strange, strange))


def test_M26_where_one_run_invents_what_the_other_leaves_empty_error_rates_are_compared():
    empty = pd.DataFrame({"document": NAMES, "field": "bic", "value": None})
    truth = pd.concat([TRUTH, empty])
    invented = pd.concat([TRUTH, empty.assign(value="COBADEFF").iloc[:30]])
    row = compare(evaluate(TRUTH, truth), evaluate(invented, truth)).by_field(full=True).set_index("field").loc["bic"]
    assert (row["compared"], row["verdict"], row["delivered_by"]) == ("error rate", "worse", "b")
    assert row["f1_difference"] == pytest.approx(-30 / 120)
    assert row["f1_difference_low"] < -30 / 120 < row["f1_difference_high"] < 0
    assert row["p"] < 0.001
    assert np.isnan(row["f1_a"])


def run_of(right):
    """An evaluation of one field, right in these of 100 documents."""
    truth = pd.DataFrame({"document": [f"d{number:03}" for number in range(100)], "field": "iban", "value": "1"})
    return evaluate(truth.assign(value=np.where(right, "1", "2")), truth)


def test_M18_better_needs_a_test_and_an_interval_and_is_probable_with_the_test_alone():
    before = np.arange(100) >= 10
    for fixed, verdict in ((5, "no evidence"), (6, "better")):
        row = compare(run_of(before), run_of(np.arange(100) >= 10 - fixed)).by_field(full=True).iloc[0]
        assert row["verdict"] == verdict
        assert (row["p"] < 0.05) == (row["f1_difference_low"] > 0) == (verdict == "better")
    assert row["p"] == pytest.approx(2 / 2**6)
    fields = ("iban", "bic", "docType", "paymentReference", "paymentPurpose", "city", "street", "zip")
    truth = pd.DataFrame(
        [(name, field, "1") for name in NAMES[:20] for field in fields], columns=["document", "field", "value"]
    )
    slips = pd.Series(np.arange(20) * 8 + np.arange(20) % 8)[:9]
    found = truth.assign(value=np.where(truth.index.isin(slips), "2", "1"))
    comparison = compare(evaluate(found, truth), evaluate(truth, truth))
    row = comparison.by_field(full=True).query("field == 'micro'").iloc[0]
    assert row["p"] < 0.05
    assert row["f1_difference_low"] < 0
    assert row["verdict"] == "probably better"
    assert comparison.verdict().startswith(
        "The second run is probably better, with too few changed documents to bound it"
    )


def test_M26_a_run_that_invents_where_all_is_labelled_empty_is_worse_in_the_sentence_too():
    truth = pd.DataFrame([(name, field, "") for name in NAMES for field in ("iban", "bic")])
    truth.columns = ["document", "field", "value"]
    right, invents = evaluate(truth, truth), evaluate(truth.assign(value="1"), truth)
    comparison = compare(right, invents)
    micro = comparison.by_field(full=True).query("field == 'micro'").iloc[0]
    assert (micro["compared"], micro["f1_difference"], micro["verdict"]) == ("error rate", -1, "worse")
    assert comparison.verdict().startswith("The second run is worse: the truth has no value of the header fields, and")
    margin = comparison.no_worse_than(0.1)
    assert margin.attrs["answer"] == "worse"
    assert "share of slots without a mistake in the header fields" in margin_sentence(margin.iloc[0], 0.95)
    assert compare(invents, right).no_worse_than(0.1).attrs["answer"] == "no worse"
    assert compare(right, right).verdict().startswith("There is nothing to compare")


def test_M18_a_single_document_could_have_shown_no_difference_at_all():
    truth = pd.DataFrame({"document": ["a"], "field": "iban", "value": "1"})
    comparison = compare(evaluate(truth, truth), evaluate(truth.assign(value="2"), truth))
    row = comparison.by_field(full=True).iloc[-2]
    assert (row["verdict"], row["f1_difference"]) == ("no evidence", -1)
    assert np.isnan(row["detectable"])
    assert "so few documents would have shown no difference, however large" in comparison.verdict()


def test_M18_no_evidence_comes_with_the_difference_that_could_have_been_seen():
    comparison = compare(run_of(np.arange(100) >= 10), run_of(np.arange(100) >= 9))
    row = comparison.by_field(full=True).iloc[-2]
    half = (row["f1_difference_high"] - row["f1_difference_low"]) / 2
    assert row["detectable"] == pytest.approx(half * (1 + 0.8416212 / 1.9599640), rel=1e-5)
    assert f"a difference of {row['detectable']:.3f} would probably have been seen" in comparison.verdict()


def test_M18_every_confidence_level_judges_test_and_interval_alike():
    comparison = compare(run_of(np.arange(100) >= 10), run_of(np.arange(100) >= 4))
    strict, mild = (comparison.by_field(confidence_level=level, full=True).iloc[0] for level in (0.99, 0.9))
    assert (strict["verdict"], mild["verdict"]) == ("no evidence", "better")
    assert strict["f1_difference_low"] < mild["f1_difference_low"]
    assert "90 % interval" in comparison.verdict(confidence_level=0.9)
    with pytest.raises(SettingError, match="confidence_level is 95"):
        comparison.by_field(confidence_level=95, full=True)


def test_M27_issuers_are_the_units_of_a_comparison():
    issuers = pd.Series([f"issuer {number % 10}" for number in range(100)], [f"d{number:03}" for number in range(100)])
    a, b = run_of(np.arange(100) % 10 != 0), run_of(np.arange(100) % 10 != 1)
    plain, clustered = compare(a, b), compare(a, b, cluster=issuers)
    assert (
        plain.by_field(full=True)["f1_difference"].tolist() == clustered.by_field(full=True)["f1_difference"].tolist()
    )
    widths = [
        (side.by_field(full=True)["f1_difference_high"] - side.by_field(full=True)["f1_difference_low"]).iloc[0]
        for side in (plain, clustered)
    ]
    assert widths[1] > widths[0]
    better = compare(a, run_of(np.full(100, True)), cluster=issuers)
    assert compare(a, run_of(np.full(100, True))).by_field(full=True)["verdict"].iloc[0] == "better"
    assert (better.by_field(full=True)["verdict"].iloc[0], better.by_field(full=True)["p"].iloc[0]) == (
        "no evidence",
        1.0,
    )
    assert better.by_field(full=True).attrs["clusters"] == 10
    perfect = better.summary().set_index("metric").loc["perfect_documents"]
    assert (perfect["p"], perfect["low"] < 0) == (1.0, True)
    with pytest.raises(SettingError, match="nothing named 'sender' to cluster by"):
        compare(a, b, cluster="sender")


@pytest.mark.parametrize(
    ("broken", "margin", "answer", "code"),
    [(0, 0.2, "no worse", 0), (60, 0.2, "worse", 1), (3, 0.005, "cannot tell", 4)],
)
def test_M26_no_worse_than_a_margin_has_three_answers_and_three_exit_codes(tmp_path, broken, margin, answer, code):
    a, b = run_of(np.arange(100) >= 1), run_of((np.arange(100) >= 1) & (np.arange(100) < 100 - broken))
    table = compare(a, b).no_worse_than(margin)
    assert (table.attrs["answer"], table["answer"].tolist()) == (answer, [answer])
    paths = [str(side.save(tmp_path / f"{name}.zip")) for name, side in (("a", a), ("b", b))]
    from gini_notebook.cli import app

    said = CliRunner().invoke(app, ["compare", *paths, "--no-worse-than", str(margin)])
    assert (said.exit_code, f"by more than {margin:g}" in said.output) == (code, True)
    told = json.loads(CliRunner().invoke(app, ["compare", *paths, "--no-worse-than", str(margin), "--json"]).output)
    assert told["no_worse_than"]["answer"] == answer
    assert CliRunner().invoke(app, ["compare", *paths]).exit_code == 0


def test_M26_worse_in_one_group_beats_that_another_cannot_tell():
    items = pd.DataFrame(
        [(name, "lineItems", 0, "artNumber", "1") for name in NAMES],
        columns=["document", "group", "row", "field", "value"],
    )
    truth = pd.concat([TRUTH.assign(group="", row=0), items])
    worse = truth.assign(value=np.where(truth["group"] == "", "x", truth["value"]))
    table = compare(evaluate(truth, truth), evaluate(worse, truth)).no_worse_than(0.001)
    assert table["answer"].tolist() == ["worse", "cannot tell"]
    assert table.attrs["answer"] == "worse"
    with pytest.raises(SettingError, match="The margin is -1; it must be a loss of F1 between 0 and 1"):
        COMPARISON.no_worse_than(-1)


def test_a_comparison_shows_itself():
    assert repr(COMPARISON).startswith("<Comparison of 120 documents: ")
    assert COMPARISON.verdict().split(";")[0] in COMPARISON._repr_html_()
    assert isinstance(COMPARISON, Comparison)


def test_nothing_to_count_makes_an_empty_table_with_its_columns():
    truth = pd.DataFrame({"document": ["a"], "field": ["invoiceId"], "value": ["x"]})
    found = pd.DataFrame({"document": ["a"], "field": ["bic"], "value": ["x"]})
    result = evaluate(found, truth, fields=["bic"])
    assert list(compare(result, result).by_field(full=True).columns) == list(COMPARISON.by_field(full=True).columns)


@pytest.mark.parametrize(
    ("other", "message"),
    [
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
    with pytest.raises(SettingError, match="was made with edition 0 of the metrics; evaluate again"):
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
    assert len(rows) == 2 + len(COMPARISON.by_field(full=True))
    assert max(map(len, rows)) <= 100
    assert list(pd.read_csv(tmp_path / "all.csv").columns) == list(COMPARISON.by_field(full=True).columns)


def test_nothing_to_compare_has_a_verdict_too():
    truth = pd.DataFrame({"document": ["a"], "field": ["invoiceId"], "value": ["x"]})
    found = pd.DataFrame({"document": ["a"], "field": ["bic"], "value": ["x"]})
    result = evaluate(found, truth, fields=["bic"])
    assert compare(result, result).verdict().startswith("There is nothing to compare")


def test_a_small_p_value_is_not_written_as_0():
    better = compare(A, evaluate(TRUTH, TRUTH))
    assert better.by_field()["p_holm"].min() < 0.001
    assert ", p < 0.001)" in better.verdict()
    for told in (better.verdict(), repr(better), better._repr_html_(), difference_table(better.by_field())):
        assert "0.000 " not in told.replace("+0.000", "").replace("-0.000", "")
    assert "< 0.001" in difference_table(better.by_field())
