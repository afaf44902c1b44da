"""M18, M27: the intervals of an evaluation: of which kind, always there, monotone, and by clusters of documents."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.statistics import clopper_pearson, share_interval, wilson
from gini_notebook.errors import SchemaError, SettingError

COLUMNS = ["document", "group", "row", "field", "value"]
HEADER = ("iban", "bic", "docType", "paymentReference")


def truth_of(documents: int, fields: tuple[str, ...] = HEADER, rows: int = 0) -> pd.DataFrame:
    names = [f"d{number:03}" for number in range(documents)]
    cells = [(name, "", 0, field, "1") for name in names for field in fields]
    cells += [(name, "lineItems", row, "artNumber", f"{row}") for name in names for row in range(rows)]
    return pd.DataFrame(cells, columns=COLUMNS)


def with_mistakes(truth: pd.DataFrame, wrong: np.ndarray) -> Evaluation:
    """Evaluate a run whose values are wrong in some rows."""
    return evaluate(truth.assign(value=np.where(wrong, "wrong", truth["value"])), truth)


def test_M18_fields_keep_wilsons_interval_and_averages_count_documents() -> None:
    truth = truth_of(60, rows=3)
    wrong = np.random.default_rng(1).random(len(truth)) < 0.1
    fields = with_mistakes(truth, wrong).by_field(full=True).set_index(["group", "field"])
    assert fields["interval"].to_dict() == {
        **{("", field): "wilson" for field in HEADER},
        ("", "micro"): "documents",
        ("", "macro"): "documents",
        ("lineItems", "artNumber"): "documents",
        ("lineItems", "micro"): "documents",
        ("lineItems", "macro"): "documents",
    }
    iban = fields.loc[("", "iban")]
    expected = wilson(iban["correct"], iban["support"])
    assert (iban["recall_low"], iban["recall_high"]) == pytest.approx([float(end) for end in expected])
    mistakes = pd.Series(wrong).groupby(truth["document"].to_numpy() + truth["group"].to_numpy()).sum()
    of_header, of_items = (mistakes[mistakes.index.str.len() == length].to_numpy() for length in (4, 13))
    micro, column = fields.loc[("", "micro")], fields.loc[("lineItems", "artNumber")]
    assert (micro["recall_low"], micro["recall_high"]) == share_interval(of_header, np.full(60, 4))
    assert (micro["accuracy_low"], micro["accuracy_high"]) == (micro["recall_low"], micro["recall_high"])
    assert (column["recall_low"], column["recall_high"]) == share_interval(of_items, np.full(60, 3))
    assert micro["f1_low"] == share_interval(2 * of_header, np.full(60, 8))[0]
    assert (micro["documents"], micro["documents_with_mistake"]) == (60, (of_header > 0).sum())


def test_M18_a_value_made_right_never_lowers_a_lower_limit() -> None:
    random = np.random.default_rng(2)
    for _ in range(15):
        truth = truth_of(int(random.integers(1, 40)))
        wrong = random.random(len(truth)) < random.uniform(0.02, 0.6)
        if not wrong.any():
            continue
        mended = wrong.copy()
        mended[random.choice(np.flatnonzero(wrong))] = False
        before, after = (
            with_mistakes(truth, some).by_field(full=True).set_index("field").loc[["micro", "macro"]]
            for some in (wrong, mended)
        )
        for score in ("precision", "recall", "f1", "accuracy"):
            assert (after[f"{score}_low"] >= before[f"{score}_low"] - 1e-9).all()


@pytest.mark.parametrize("documents", [1, 2, 5, 9, 10, 19, 20])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_M18_averages_means_and_costs_always_have_an_interval_that_holds_them(documents: int, rate: float) -> None:
    truth = truth_of(documents, rows=2)
    result = with_mistakes(truth, np.random.default_rng(documents).random(len(truth)) < rate)
    fields = result.by_field(full=True)
    assert (fields["f1_low"] < fields["f1_high"]).all()
    assert ((fields["f1_low"] <= fields["f1"] + 1e-9) & (fields["f1"] - 1e-9 <= fields["f1_high"])).all()
    summary = (
        result.summary()
        .set_index("metric")
        .drop(index=["documents", "failed", "coverage", "macro_left_out", "lineItems_macro_left_out"])
    )
    assert (summary["low"] < summary["high"]).all()
    assert ((summary["low"] <= summary["value"] + 1e-9) & (summary["value"] - 1e-9 <= summary["high"])).all()
    costs = result.costs({"wrong": 60, "missing": 3})
    assert ((costs["low"] <= costs["cost_per_1000_documents"]) & (costs["low"] < costs["high"])).all()
    assert (costs["cost_per_1000_documents"] <= costs["high"]).all()


def test_M18_shares_of_documents_have_clopper_and_pearsons_interval_and_the_share_answered_wilsons() -> None:
    truth = truth_of(40)
    found = truth.assign(value=np.where((truth["field"] == "iban") & (truth["document"] < "d003"), "2", "1"))
    sent = pd.DataFrame({"document": truth["document"].unique(), "status": "completed"})
    sent.loc[0, "status"] = "failed"
    run = SimpleNamespace(extractions=found[found["document"] > "d000"], documents=sent)
    summary = evaluate(run, truth).summary().set_index("metric")
    perfect, coverage = summary.loc["perfect_documents"], summary.loc["coverage"]
    assert [perfect["low"], perfect["high"]] == pytest.approx([float(end) for end in clopper_pearson(37, 40)])
    assert [coverage["low"], coverage["high"]] == pytest.approx([float(end) for end in wilson(39, 40)])


def test_M18_macro_takes_the_mean_of_fields_and_what_stands_for_nothing_by_nothing() -> None:
    truth = truth_of(30)
    found = truth[truth["field"] != "iban"].assign(value=lambda rows: np.where(rows["document"] < "d004", "2", "1"))
    result = evaluate(found, truth)
    for undefined in (np.nan, 0, 1):
        macro = result.by_field(zero_division=undefined, full=True).query("field == 'macro'").iloc[0]
        assert macro["precision_low"] < macro["precision"] < macro["precision_high"]
    weighted = result.by_field(weights={"iban": 3}, full=True).query("field == 'weighted'").iloc[0]
    assert weighted["recall_low"] < weighted["recall"] < weighted["recall_high"]
    plain = result.by_field(weights={"iban": 1}, full=True).set_index("field")
    assert plain.loc["weighted", "f1_low"] == pytest.approx(plain.loc["micro", "f1_low"])


@pytest.mark.parametrize("kind", ["documents", "wilson", "bootstrap", "bca"])
def test_M18_a_higher_confidence_level_makes_every_interval_wider(kind: str) -> None:
    truth = truth_of(40, rows=2)
    result = with_mistakes(truth, np.random.default_rng(4).random(len(truth)) < 0.2)
    views = [
        lambda level: result.by_field(intervals=kind, confidence_level=level, full=True),
        lambda level: result.summary(intervals=kind, confidence_level=level),
        lambda level: result.by_slice("status", intervals=kind, confidence_level=level),
        lambda level: result.costs({"wrong": 1}, confidence_level=level),
    ]
    for view in views:
        narrow, wide = view(0.8), view(0.99)
        for end, sign in (("low", -1), ("high", 1)):
            names = [name for name in narrow if name.endswith(end)]
            assert (sign * (wide[names] - narrow[names]).dropna(how="all") >= -1e-12).all(axis=None)
            assert (sign * (wide[names] - narrow[names]) > 1e-6).any(axis=None)
    assert result.by_field(confidence_level=0.8, full=True).attrs["confidence_level"] == 0.8
    (check,) = result.check("micro.f1_low>=0", intervals=kind, confidence_level=0.8)
    assert check.value == views[0](0.8).query("field == 'micro'").iloc[0]["f1_low"]


@pytest.mark.parametrize("level", [0, 1, 95, True, "high"])
def test_confidence_levels_that_are_none_are_refused(level: object) -> None:
    result = evaluate(truth_of(2), truth_of(2))
    for view in (result.by_field, result.summary, result.candidate_recall):
        with pytest.raises(SettingError, match=r"confidence_level is .*it must be between 0 and 1"):
            view(confidence_level=level)


TRUTH = truth_of(60)
ISSUERS = pd.Series([f"issuer {number % 12}" for number in range(60)], TRUTH["document"].unique(), name="issuer")
BAD = TRUTH["document"].map(ISSUERS).isin(["issuer 3", "issuer 4"]).to_numpy()


def test_M27_documents_of_one_issuer_are_one_unit() -> None:
    result = with_mistakes(TRUTH, BAD)
    plain, clustered = (result.by_field(cluster=cluster, full=True).set_index("field") for cluster in (None, ISSUERS))
    assert clustered.loc["micro", "f1"] == plain.loc["micro", "f1"]
    loss = np.bincount(
        [number % 12 for number in range(60)], weights=[4 * (number % 12 in (3, 4)) for number in range(60)]
    )
    assert clustered.loc["micro", "recall_low"] == pytest.approx(share_interval(loss, np.full(12, 20))[0])
    assert (clustered["f1_low"] < plain["f1_low"]).all()
    assert (clustered["interval"] == "documents").all()
    assert (clustered.loc["iban", "documents"], clustered.loc["iban", "documents_with_mistake"]) == (12, 2)
    for kind in ("bootstrap", "bca", "wilson"):
        assert result.by_field(cluster=ISSUERS, intervals=kind, full=True).attrs["clusters"] == 12
    assert result.summary(cluster=ISSUERS).set_index("metric").loc["perfect_documents", "low"] < 0.78
    assert result.costs({"wrong": 1}, cluster=ISSUERS)["high"].iloc[-1] > result.costs({"wrong": 1})["high"].iloc[-1]
    (check,) = result.check("micro.f1_low>=0", cluster=ISSUERS)
    assert check.value == clustered.loc["micro", "f1_low"]
    table = ISSUERS.rename_axis("document").reset_index().assign(all=1)
    (part,) = result.by_slice("all", table, cluster="issuer").to_dict("records")
    assert part["f1_low"] == clustered.loc["micro", "f1_low"]


def test_M27_clusters_are_named_by_column_by_field_of_the_truth_or_given_as_a_series(tmp_path) -> None:
    labelled = TRUTH.assign(value=np.where(TRUTH["field"] == "paymentReference", TRUTH["document"].map(ISSUERS), "1"))
    found = labelled.assign(value=np.where(BAD & (TRUTH["field"] != "paymentReference"), "2", labelled["value"]))
    expected = evaluate(found, labelled).by_field(cluster=ISSUERS, full=True)
    by_field = evaluate(found, labelled).by_field(cluster="paymentReference", full=True)
    series = evaluate(found, labelled, cluster=ISSUERS)
    mapping = evaluate(found, labelled, cluster=dict(ISSUERS))
    own = pd.DataFrame({"document": ISSUERS.index, "group": "", "row": 0, "field": "issuer", "value": ISSUERS})
    left_out = evaluate(found, pd.concat([labelled, own]), cluster="issuer", fields=list(HEADER))
    for table in (by_field, series.by_field(full=True), mapping.by_field(full=True), left_out.by_field(full=True)):
        pd.testing.assert_frame_equal(table, expected, check_flags=False, obj="scores")
    assert series.settings["cluster"] == "issuer"
    assert left_out.documents["issuer"].tolist() == ISSUERS.tolist()
    series.save(tmp_path / "kept.zip")
    pd.testing.assert_frame_equal(
        Evaluation.load(tmp_path / "kept.zip").by_field(full=True), expected, check_flags=False
    )
    plain = evaluate(found, labelled).by_field(full=True)
    pd.testing.assert_frame_equal(series.by_field(cluster="document", full=True), plain, check_flags=False)


def test_M27_partitions_have_the_same_clusters() -> None:
    labelled = TRUTH.assign(value=np.where(TRUTH["field"] == "paymentReference", TRUTH["document"].map(ISSUERS), "1"))
    for cluster in ("paymentReference", ISSUERS):
        with ThreadPoolExecutor(1) as running:
            parts = evaluate(labelled, labelled, cluster=cluster, executor=running)
            assert parts.by_field(cluster="paymentReference", full=True).attrs["clusters"] == 12
        whole = evaluate(labelled, labelled, cluster=cluster)
        pd.testing.assert_frame_equal(parts.by_field(full=True), whole.by_field(full=True), check_flags=False)


@pytest.mark.parametrize(
    ("issuer_of", "count"),
    [
        (lambda number: f"S{number % 12}", 7),
        (lambda number: "S" if number < 31 else f"T{number}", 1),
        (lambda number: "S" if number < 30 else f"T{number}", None),
        (lambda number: f"S{number}", None),
        (lambda number: f"S{number // 2}", 16),
    ],
)
def test_M27_a_note_says_when_few_issuers_sent_most_documents(issuer_of, count) -> None:
    names = TRUTH["document"].unique()
    issuers = pd.DataFrame(
        {"document": names, "group": "", "row": 0, "field": "paymentRecipient", "value": [*map(issuer_of, range(60))]}
    )
    truth = pd.concat([TRUTH, issuers])
    result = evaluate(truth, truth)
    assert [(note.kind, note.count) for note in result.interval_notes] == ([("few_issuers", count)] if count else [])
    assert ("cluster=" in result._repr_html_()) == bool(count)
    assert [note.kind for note in evaluate(truth, truth, cluster="paymentRecipient").interval_notes] == []


def test_M27_a_note_says_when_clusters_are_few() -> None:
    (note,) = evaluate(TRUTH, TRUTH, cluster=ISSUERS.map(lambda issuer: issuer[-1] < "5")).interval_notes
    assert (note.kind, note.count, note.detail) == ("few_clusters", 2, "issuer")
    assert "wide on purpose" in note.text
    assert evaluate(TRUTH, TRUTH, cluster=ISSUERS).interval_notes == ()


def test_M27_a_document_without_a_value_is_a_cluster_of_its_own() -> None:
    result = evaluate(TRUTH, TRUTH)
    few = ISSUERS.where(ISSUERS.index < "d012")
    assert result.by_field(cluster=few, full=True).attrs == result.by_field(full=True).attrs | {
        "cluster": "issuer",
        "clusters": 60,
        "without_cluster": 48,
    }
    assert result.by_field(cluster=ISSUERS.iloc[:24], full=True).attrs["clusters"] == 12 + 36


@pytest.mark.parametrize("lacking", [None, np.nan, pd.NA, "", "  ", pd.NaT])
def test_M27_a_note_counts_documents_without_a_cluster(lacking) -> None:
    some = ISSUERS.where(ISSUERS.index < "d020", lacking)
    result = evaluate(TRUTH, TRUTH, cluster=some)
    assert [(note.kind, note.count, note.detail) for note in result.interval_notes] == [
        ("cluster_unknown", 40, "issuer")
    ]
    attrs = evaluate(TRUTH, TRUTH).by_field(cluster=some).attrs
    assert attrs["without_cluster"] == 40
    assert attrs["clusters"] == result.by_field().attrs["clusters"]


def test_M27_clusters_are_named_by_their_text() -> None:
    numbers = pd.Series([1, "1", " 1 ", [1], "[1]", (2,)] * 10, sorted(TRUTH["document"].unique()), name="issuer")
    for attrs in (
        evaluate(TRUTH, TRUTH, cluster=numbers).by_field().attrs,
        evaluate(TRUTH, TRUTH).by_field(cluster=numbers).attrs,
    ):
        assert attrs["clusters"] == 3


def test_M27_a_cluster_per_document_changes_nothing() -> None:
    names = sorted(TRUTH["document"].unique())
    found = TRUTH.assign(value=np.where(np.arange(len(TRUTH)) % 7, TRUTH["value"], "x"))
    plain = evaluate(found, TRUTH)
    alone = evaluate(found, TRUTH, cluster=pd.Series(names, names))
    pd.testing.assert_frame_equal(plain.by_field(full=True), alone.by_field(full=True))
    pd.testing.assert_frame_equal(plain.summary(), alone.summary())


@pytest.mark.parametrize(
    ("cluster", "error", "message"),
    [
        ("sender", SettingError, "nothing named 'sender' to cluster by: .*document, status"),
        (7, SettingError, "cluster is a int; give the name of a column"),
        (
            pd.Series(["x"], ["other"]),
            SettingError,
            "none of the documents in its index, which has, for example, 'other'",
        ),
        (pd.Series(["x", "y"], ["d000", "d000"]), SchemaError, "names the document 'd000' twice"),
    ],
)
def test_clusters_that_cannot_be_are_refused(cluster, error, message) -> None:
    result = evaluate(TRUTH, TRUTH)
    for ask in (lambda: result.by_field(cluster=cluster, full=True), lambda: evaluate(TRUTH, TRUTH, cluster=cluster)):
        with pytest.raises(error, match=message):
            ask()


def test_a_field_of_the_name_of_an_average_is_told_apart() -> None:
    truth = pd.concat([truth_of(20, ("iban",)), truth_of(20, ("micro",))])
    found = truth.assign(value=np.where(truth["field"] == "micro", "2", "1"))
    result = evaluate(found, truth)
    fields = result.by_field(full=True)
    assert fields.loc[fields["field"] == "micro", "average"].tolist() == [False, True]
    field, average = result.check(["fields.micro.recall>=0.5", "micro.recall>=0.5"])
    assert (field.value, average.value) == (0.0, 0.5)
