"""Documents that count differently: scores of a sample are those of all documents, and intervals hold."""

import numpy as np
import pandas as pd
import pytest

from gini_notebook import Evaluation, compare, evaluate, to_label
from gini_notebook.errors import SchemaError, SettingError

FIELDS = ("amountToPay", "iban")


def tables(right: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return extractions and truth of documents × fields, right where told."""
    names = [f"{at:04}.pdf" for at in range(len(right))]
    rows = [(name, field, f"{at + 1}.00:EUR") for at, name in enumerate(names) for field in FIELDS[: right.shape[1]]]
    truth = pd.DataFrame(rows, columns=["document", "field", "value"])
    found = truth.assign(value=truth["value"].where(right.ravel(), "999999.00:EUR"))
    return found, truth


def random_run(seed: int, documents: int = 60) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    right = rng.random((documents, 2)) < 0.8
    found, truth = tables(right)
    names = truth["document"].drop_duplicates().tolist()
    return found, truth, pd.Series(rng.integers(1, 5, documents), index=names, name="weight")


def repeated(table: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Return a table in which each document is there as often as it weighs."""
    parts = [
        table[table["document"].map(weights).to_numpy() > copy].assign(
            document=lambda part, copy=copy: part["document"] + f"#{copy}"
        )
        for copy in range(int(weights.max()))
    ]
    return pd.concat(parts, ignore_index=True)


VALUES = ("precision", "recall", "f1", "found", "read_right", "accuracy", "accuracy_with_absent")


@pytest.mark.parametrize("seed", range(3))
def test_a_document_of_weight_three_is_three_documents(seed: int) -> None:
    found, truth, weights = random_run(seed)
    weighted = evaluate(found, truth, weights=weights)
    whole = evaluate(repeated(found, weights), repeated(truth, weights))
    for name in VALUES:
        np.testing.assert_allclose(weighted.by_field(full=True)[name], whole.by_field(full=True)[name], atol=1e-12)
    one, other = (result.summary().set_index("metric")["value"] for result in (weighted, whole))
    same = [name for name in one.index if name not in ("documents", "failed")]
    np.testing.assert_allclose(one[same], other[same], atol=1e-12)
    costs = {"wrong": 5, "missing": 1}
    np.testing.assert_allclose(
        weighted.costs(costs)["cost_per_1000_documents"], whole.costs(costs)["cost_per_1000_documents"]
    )


def test_counts_stay_those_that_were_counted() -> None:
    found, truth, weights = random_run(1)
    weighted, plain = evaluate(found, truth, weights=weights), evaluate(found, truth)
    for name in ("support", "correct", "wrong", "documents"):
        assert weighted.by_field(full=True)[name].tolist() == plain.by_field(full=True)[name].tolist()
    assert weighted.summary()["of"].tolist() == plain.summary()["of"].tolist()
    assert weighted.by_field(full=True).attrs["document_weights"] == "weight"
    assert plain.by_field(full=True).attrs["document_weights"] is None
    assert [note.about for note in weighted.notes if note.kind == "documents_weighted"] == [("weight",)]


def test_equal_weights_are_none_and_only_ratios_matter() -> None:
    found, truth, weights = random_run(2)
    plain, equal = evaluate(found, truth), evaluate(found, truth, weights=weights * 0 + 7)
    pd.testing.assert_frame_equal(plain.by_field(full=True), equal.by_field(full=True))
    pd.testing.assert_frame_equal(plain.summary(), equal.summary())
    one, other = (evaluate(found, truth, weights=weights * factor) for factor in (1, 1000))
    np.testing.assert_allclose(one.by_field(full=True)["f1_low"], other.by_field(full=True)["f1_low"], atol=1e-9)


def test_weights_reach_slices_samples_storage_and_partitions(tmp_path) -> None:
    found, truth, weights = random_run(3)
    result = evaluate(found, truth, weights=weights)
    half = pd.DataFrame({"document": weights.index, "half": np.arange(len(weights)) % 2, "weight": weights.to_numpy()})
    table = result.by_slice("half", half).set_index("slice")
    for name, part in half.groupby("half"):
        inside = found["document"].isin(part["document"])
        alone = evaluate(found[inside], truth[inside], weights=weights)
        assert table.loc[name, "f1"] == pytest.approx(alone.by_field(full=True).set_index("field").loc["micro", "f1"])
    for kind in ("bootstrap", "bca", "wilson"):
        micro = result.by_field(intervals=kind, full=True).set_index("field").loc["micro"]
        assert micro["f1_low"] < micro["f1"] < micro["f1_high"]
    result.save(tmp_path / "kept.zip")
    loaded = type(result).load(tmp_path / "kept.zip")
    pd.testing.assert_frame_equal(loaded.summary(), result.summary())
    found.assign(group="", row=0).to_parquet(tmp_path / "found.parquet")
    parted = evaluate(tmp_path / "found.parquet", truth, weights=weights)
    np.testing.assert_allclose(parted.by_field(full=True)["f1_low"], result.by_field(full=True)["f1_low"])


def test_what_are_no_weights_is_refused() -> None:
    found, truth, weights = random_run(4)
    with pytest.raises(SettingError, match=r"1 of 60 documents have no weight above 0, for example '0000\.pdf'"):
        evaluate(found, truth, weights=weights.iloc[1:])
    with pytest.raises(SettingError, match="have no weight above 0"):
        evaluate(found, truth, weights=weights - 1)
    with pytest.raises(SettingError, match="give a column of the documents table"):
        evaluate(found, truth, weights="wieght")
    with pytest.raises(SchemaError, match="The series of weights names the document"):
        evaluate(found, truth, weights=pd.concat([weights, weights]))
    with pytest.raises(SettingError, match="The series of weights has none of the documents"):
        evaluate(found, truth, weights=weights.reset_index(drop=True))


def test_what_counts_every_document_once_refuses_weights() -> None:
    found, truth, weights = random_run(5)
    weighted = evaluate(found, truth, weights=weights)
    confident = evaluate(found.assign(confidence=0.5), truth, weights=weights)
    for call in (
        confident.reliability,
        confident.confidence_scores,
        lambda: confident.at_precision(0.9),
        weighted.sensitivity,
    ):
        with pytest.raises(SettingError, match="count every document once"):
            call()


DIFFERENCES = ("f1_a", "f1_b", "f1_difference", "precision_difference", "recall_difference")


@pytest.mark.parametrize("seed", range(3))
def test_M26_two_weighted_runs_differ_as_if_documents_were_there_as_often_as_they_weigh(seed: int) -> None:
    found, truth, weights = random_run(seed)
    other = random_run(seed + 100)[0].assign(document=found["document"])
    sides = [evaluate(run, truth, weights=weights) for run in (found, other)]
    whole = [evaluate(repeated(run, weights), repeated(truth, weights)) for run in (found, other)]
    weighted, counted = compare(*sides), compare(*whole)
    for name in DIFFERENCES:
        np.testing.assert_allclose(weighted.by_field(full=True)[name], counted.by_field(full=True)[name], atol=1e-12)
    rows = [one.summary().set_index("metric").loc["perfect_documents"] for one in (weighted, counted)]
    np.testing.assert_allclose(
        rows[0][["a", "b", "difference"]].astype(float), rows[1][["a", "b", "difference"]].astype(float)
    )
    assert rows[0]["low"] <= rows[0]["difference"] <= rows[0]["high"]
    table = weighted.by_field(full=True)
    assert (table["f1_difference_low"] <= table["f1_difference"]).all()
    assert (table["f1_difference"] <= table["f1_difference_high"]).all()
    assert table.attrs["document_weights"] == "weight"
    assert [(note.kind, note.count) for note in weighted.notes] == [("documents_weighted", len(weights))]


def test_M26_equal_weights_are_none_in_a_comparison_and_only_ratios_matter(tmp_path) -> None:
    found, truth, weights = random_run(6)
    other = random_run(7)[0].assign(document=found["document"])

    def compared(one: object, two: object) -> pd.DataFrame:
        return compare(evaluate(found, truth, weights=one), evaluate(other, truth, weights=two)).by_field(full=True)

    assert compared(weights * 0 + 3, weights * 0 + 3).equals(compared(None, None))
    assert not compared(weights, weights).equals(compared(None, None))
    np.testing.assert_allclose(compared(weights, weights * 10)["p"], compared(weights, weights)["p"])
    kept = [evaluate(run, truth, weights=weights).save(tmp_path / f"{at}.zip") for at, run in enumerate((found, other))]
    assert compare(*map(Evaluation.load, kept)).by_field(full=True).equals(compared(weights, weights))
    # What is compared are the common documents, and weights are those of them.
    inside = truth["document"] < "0040.pdf"
    both = compare(evaluate(found, truth, weights=weights), evaluate(other[inside], truth[inside], weights=weights))
    alone = compare(*(evaluate(run[inside], truth[inside], weights=weights) for run in (found, other)))
    np.testing.assert_allclose(
        both.by_field(full=True)["f1_difference_low"], alone.by_field(full=True)["f1_difference_low"]
    )


def test_M26_runs_with_other_weights_are_refused_with_the_remedy() -> None:
    found, truth, weights = random_run(8)
    plain, weighted = evaluate(found, truth), evaluate(found, truth, weights=weights)
    other = evaluate(found, truth, weights=weights.where(weights.index != "0003.pdf", 9))
    for pair, message in (
        (
            (plain, weighted),
            r"the second has weights of documents, the first has none\. Evaluate both runs with the same",
        ),
        ((weighted, plain), "the first has weights of documents, the second has none"),
        ((weighted, other), r"the weights of \d+ document\(s\) differ, first of '000\d\.pdf'\. Evaluate both runs"),
    ):
        with pytest.raises(SettingError, match=message):
            compare(*pair)


def test_M26_the_interval_of_a_weighted_difference_holds() -> None:
    rng = np.random.default_rng(20261130)
    held, runs, documents = 0, 60, 80
    size = 600
    heavy = np.arange(size) % 6 == 0
    chances = np.where(heavy, 0.9, 0.3), np.where(heavy, 0.85, 0.7)
    worlds = [rng.random(size) < chance for chance in chances]
    aim = float(worlds[1].mean() - worlds[0].mean())
    inclusion = np.where(heavy, 0.05, 0.2)
    for _ in range(runs):
        drawn = np.flatnonzero(rng.random(size) < inclusion)[:documents]
        sides = [tables(world[drawn][:, None]) for world in worlds]
        weights = pd.Series(1 / inclusion[drawn], index=sides[0][1]["document"].unique(), name="weight")
        row = compare(*(evaluate(*side, weights=weights) for side in sides)).by_field(full=True).iloc[0]
        held += bool(row["recall_difference_low"] <= aim <= row["recall_difference_high"])
    assert held / runs >= 0.9


def population(rng: np.random.Generator, size: int = 1000) -> np.ndarray:
    """Return which of two fields of each document are right; a fifth, known beforehand, fails more often, and whole."""
    bad = np.arange(size) % 5 == 0
    whole = rng.random(size) < np.where(bad, 0.45, 0.04)
    return ~(whole[:, None] | (rng.random((size, 2)) < 0.03))


def test_M18_scores_of_a_weighted_sample_are_unbiased_and_their_intervals_hold() -> None:
    rng = np.random.default_rng(20260101)
    right = population(rng, 500)
    found, truth = tables(right)
    aim = float(right.mean())
    names = truth["document"].drop_duplicates().to_numpy(dtype=object)
    # What a run that read no IBAN looks like: it is what the strata are made of.
    read = pd.DataFrame({"document": names, "field": "amountToPay", "value": "1.00:EUR"})
    has_iban = np.arange(len(names)) % 5 != 0
    read = pd.concat([read, pd.DataFrame({"document": names[has_iban], "field": "iban", "value": "DE1"})])
    scores, plain, held = [], [], 0
    draws, wanted = 40, 60
    for seed in range(draws):
        chosen = to_label(read, wanted, seed=seed)
        inside, labelled = (table[table["document"].isin(chosen["document"])] for table in (found, truth))
        result = evaluate(inside, labelled, weights=chosen.set_index("document")["weight"])
        row = result.summary().set_index("metric").loc["micro_recall"]
        scores.append(row["value"])
        held += bool(row["low"] <= aim <= row["high"])
        plain.append((inside["value"].to_numpy() == labelled["value"].to_numpy()).mean())
    error = np.std(scores) / np.sqrt(draws)
    assert abs(np.mean(scores) - aim) < 4 * error + 0.002
    assert aim - np.mean(plain) > 0.02
    assert held / draws >= 0.92
