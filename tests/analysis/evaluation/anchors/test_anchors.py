"""D2: the numbers are those of independent implementations: integers equal, floats to 1e-12.

Compared at level raw, and at level typed by handing the canonical strings to the other implementation, which makes it
the judge of our counting and not of our rules. Needs the dependency group "anchors".
"""

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from tests.analysis.evaluation.anchors import adapters

SEEDS = range(200)
VALUES = {
    "amountToPay": ["12.30:EUR", "12.3:EUR", "7.00:EUR", "7:EUR", None],
    "iban": ["DE02120300000000202051", "de02 1203 0000 0000 2020 51", "DE1", None],
    "paymentRecipient": ["Ahornhof GmbH", "AHORNHOF GMBH", "Ahornhof", "Birke", None],
    "paymentReference": ["RE-0815", "RE 0815", "re-0815", None],
    "docType": ["Invoice", "invoice", "Reminder", None],
}
COLUMNS = ["description", "quantity", "baseGross"]


def draw(seed):
    """Two tables of the same documents; every document has at least one value in the truth."""
    random = np.random.default_rng(seed)
    documents = [f"d{number}" for number in range(int(random.integers(2, 7)))]
    truth = [
        (name, field, values[random.integers(len(values))]) for name in documents for field, values in VALUES.items()
    ]
    found = [
        (name, field, values[random.integers(len(values))]) for name in documents for field, values in VALUES.items()
    ]
    names = ["document", "field", "value"]
    extra = [(name, "bic", "COBADEFF") for name in documents]
    return pd.DataFrame(found + extra, columns=names), pd.DataFrame(truth + extra, columns=names)


def canonical(result, side):
    """Give what a side says, in canonical strings."""
    table = result.comparisons
    return table[["document", "field"]].assign(
        value=table[f"{side}_canonical"].astype(object).where(table[side].notna(), None)
    )


def cases(seed):
    """Give the evaluation, the level, and both sides as the other implementation shall see them."""
    found, truth = draw(seed)
    # The others compare field with field; none of them looks for a reference in the purpose of the payment (M22).
    result = evaluate(found, truth, remittance="strict")
    for level, sides in (
        ("raw", (truth, found)),
        ("typed", (canonical(result, "truth"), canonical(result, "extracted"))),
    ):
        documents = dict.fromkeys(truth["document"])
        nested = [adapters.records(side) for side in sides]
        yield result, level, *({name: side.get(name, {}) for name in documents} for side in nested)


def scores_of(result, level, wrong="both"):
    frame = result.by_field(level, wrong, full=True).set_index("field")
    return frame[frame.index != "macro"]


def zero(value):
    """Take 0/0 for 0, as most others do."""
    return 0.0 if np.isnan(value) else value


def close(value):
    return pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_docile_counts_header_fields_as_we_do(seeds):
    pytest.importorskip("docile", reason="docile-benchmark is not installed")
    for seed in seeds:
        for result, level, truth, found in cases(seed):
            metrics = adapters.docile_header(truth, found)
            for name, row in scores_of(result, level).iterrows():
                theirs = metrics.get(name, {"TP": 0, "FP": 0, "FN": 0, "precision": 0, "recall": 0, "f1": 0})
                counts = [row["correct"], row["wrong"] + row["spurious"], row["wrong"] + row["missing"]]
                assert counts == [theirs["TP"], theirs["FP"], theirs["FN"]]
                assert [zero(row[score]) for score in ("precision", "recall", "f1")] == close(
                    [theirs[score] for score in ("precision", "recall", "f1")]
                )


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_dociles_average_precision_is_ours(seeds):
    pytest.importorskip("docile", reason="docile-benchmark is not installed")
    for seed in seeds:
        found, truth = draw(seed)
        found = found.dropna()
        found["confidence"] = np.random.default_rng(seed).integers(0, 4, len(found)) / 4
        result = evaluate(found, truth, rules=dict.fromkeys(VALUES, str))
        # DocILE breaks ties by the place among the predictions of a document, so they come in our order.
        predicted = result.comparisons[result.comparisons["extracted"].notna()]
        found_in_order = predicted[["document", "field"]].assign(value=predicted["extracted"])
        scores = {
            document: dict(zip(part["field"], part["confidence"], strict=True))
            for document, part in predicted.groupby("document", sort=False)
        }
        texts = adapters.records(truth)
        theirs = adapters.docile_header(texts, adapters.records(found_in_order), scores)
        for row in result.confidence_scores().to_dict("records"):
            if row["field"] in theirs and not np.isnan(row["average_precision"]):
                assert row["average_precision"] == close(theirs[row["field"]]["AP"])


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_docile_aligns_line_items_to_as_many_equal_cells(seeds):
    pytest.importorskip("docile", reason="docile-benchmark is not installed")
    for seed in seeds:
        random = np.random.default_rng(seed)
        sides = []
        for _ in range(2):
            cells = [
                (f"d{document}", "lineItems", row, column, f"v{random.integers(4)}")
                for document in range(3)
                for row in range(int(random.integers(1, 6)))
                for column in COLUMNS
                if column == "description" or random.random() < 0.8
            ]
            sides.append(pd.DataFrame(cells, columns=["document", "group", "row", "field", "value"]))
        truth, found = sides
        # Everything is labelled: an empty cell of the truth says that there is nothing.
        every = (
            truth[["document", "group", "row"]].drop_duplicates().merge(pd.DataFrame({"field": COLUMNS}), how="cross")
        )
        truth = every.merge(truth, how="left")
        result = evaluate(found, truth, rules=dict.fromkeys(COLUMNS, str))
        theirs = adapters.docile_line_items(adapters.rows(truth.dropna()), adapters.rows(found))
        row = scores_of(result, "raw").loc["micro"]
        counts = [row["correct"], row["wrong"] + row["spurious"], row["wrong"] + row["missing"]]
        assert counts == [theirs["TP"], theirs["FP"], theirs["FN"]]
        assert row["f1"] == close(theirs["f1"])


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_nervaluate_counts_the_five_outcomes_as_we_do(seeds):
    pytest.importorskip("nervaluate", reason="nervaluate is not installed")
    for seed in seeds:
        for result, level, truth, found in cases(seed):
            overall, by_field = adapters.nervaluate(truth, found)
            for name, row in scores_of(result, level).iterrows():
                theirs = overall if name == "micro" else by_field.get(name)
                if theirs is None:
                    assert row[["correct", "wrong", "missing", "spurious"]].sum() == 0
                    continue
                ours = row[["correct", "wrong", "missing", "spurious"]].tolist()
                assert ours == [theirs.correct, theirs.incorrect, theirs.missed, theirs.spurious]
                assert [zero(row[score]) for score in ("precision", "recall", "f1")] == close(
                    [theirs.precision, theirs.recall, theirs.f1]
                )


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_seqeval_scores_as_we_do(seeds):
    pytest.importorskip("seqeval", reason="seqeval is not installed")
    for seed in seeds:
        for result, level, truth, found in cases(seed):
            report = adapters.seqeval(truth, found)
            for name, row in scores_of(result, level).iterrows():
                theirs = report.get("micro avg" if name == "micro" else name)
                if theirs is None:
                    continue
                ours = [zero(row[score]) for score in ("precision", "recall", "f1")]
                assert ours == close([theirs["precision"], theirs["recall"], theirs["f1-score"]])
                assert row["support"] == theirs["support"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_scikit_learn_scores_as_we_do_macro_included(seeds):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    for seed in seeds:
        for result, level, truth, found in cases(seed):
            events = adapters.sklearn_events(truth, found)
            frame = result.by_field(level, full=True).set_index("field")
            fields = [name for name in frame.index if name not in ("micro", "macro")]
            theirs = metrics.precision_recall_fscore_support(*events, labels=fields, average=None, zero_division=np.nan)
            for place, score in enumerate(("precision", "recall", "f1")):
                ours = frame.loc[fields, score].to_numpy()
                if score != "f1":
                    assert ours == pytest.approx(theirs[place], abs=1e-12, nan_ok=True)
            supported = [name for name in fields if frame.loc[name, "support"] > 0]
            macro = metrics.f1_score(*events, labels=supported, average="macro", zero_division=0)
            micro = metrics.f1_score(*events, labels=fields, average="micro", zero_division=0)
            assert [frame.loc["macro", "f1"], frame.loc["micro", "f1"]] == close([macro, micro])


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_scikit_learn_weights_samples_and_takes_nothing_by_nothing_as_we_do(seeds):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    for seed in seeds:
        weights = dict(zip([*VALUES, "bic"], np.random.default_rng(seed).integers(0, 9, 6).tolist(), strict=True))
        for result, level, truth, found in cases(seed):
            events = adapters.sklearn_events(truth, found)
            of_events = [weights[wanted or given] for wanted, given in zip(*events, strict=True)]
            zero_division = seed % 2
            frame = result.by_field(level, weights=weights, zero_division=zero_division, full=True).set_index("field")
            fields = list(frame.index[:-3])
            supported = [name for name in fields if frame.loc[name, "support"] > 0]
            settings = {"zero_division": zero_division}
            theirs = metrics.precision_recall_fscore_support
            by_field = theirs(*events, labels=fields, average=None, **settings)
            macro = theirs(*events, labels=supported, average="macro", **settings)
            weighted = theirs(*events, labels=fields, average="micro", sample_weight=of_events, **settings)
            for place, score in enumerate(("precision", "recall", "f1")):
                assert frame.loc[fields, score].tolist() == close(by_field[place].tolist())
                assert frame.loc[["macro", "weighted"], score].tolist() == close([macro[place], weighted[place]])


def test_D2_scikit_learns_average_precision_and_auroc_are_ours():
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        count = int(random.integers(5, 60))
        names = [f"d{number}" for number in range(count)]
        right = random.random(count) < 0.7
        right[:2] = True, False
        confidence = random.integers(0, 8, count) / 8
        found = pd.DataFrame(
            {"document": names, "field": "iban", "value": np.where(right, "1", "2"), "confidence": confidence}
        )
        scores = evaluate(found, found.assign(value="1")).confidence_scores().set_index("field").loc["iban"]
        assert scores["average_precision_uninterpolated"] == close(metrics.average_precision_score(right, confidence))
        assert scores["auroc"] == close(metrics.roc_auc_score(right, confidence))
        assert scores["brier"] == close(metrics.brier_score_loss(right, confidence))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_stickler_counts_as_we_do_and_its_recall_is_that_of_the_other_counting_rule(seeds):
    pytest.importorskip("stickler", reason="stickler-eval is not installed")
    for seed in seeds:
        for result, level, truth, found in cases(seed):
            metrics = adapters.stickler(truth, found)
            for name, row in scores_of(result, level, "fp").iterrows():
                if name == "micro" or name not in metrics:
                    continue
                theirs = metrics[name]
                ours = [row[outcome] for outcome in ("correct", "wrong", "missing", "spurious", "absent")]
                assert ours == [theirs.get(count, 0) for count in ("tp", "fd", "fn", "fa", "tn")]
                assert [zero(row[score]) for score in ("precision", "recall", "f1")] == close(
                    [theirs[f"cm_{score}"] for score in ("precision", "recall", "f1")]
                )


@pytest.mark.parametrize("seeds", [SEEDS[start::8] for start in range(8)])
def test_D2_anls_star_grades_as_we_do(seeds):
    pytest.importorskip("anls_star", reason="anls_star is not installed")
    for seed in seeds:
        found, truth = draw(seed)
        ours = evaluate(found, truth).summary().set_index("metric").loc["document_mean_anls", "value"]
        assert ours == close(adapters.anls_star(adapters.records(truth), adapters.records(found)))
