"""What a batch did not send is in no number, and what failed without truth is named."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook import read_truth
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.statistics import wilson
from gini_notebook.errors import FileProblem

TRUTH = pd.DataFrame({"document": ["a", "b", "c"], "field": "iban", "value": ["DE1", "DE2", "DE3"]})


def batch(statuses: dict[str, str], extracted: dict[str, str]) -> SimpleNamespace:
    documents = pd.DataFrame(
        {"document": list(statuses), "status": list(statuses.values()), "error": "too large", "request_id": pd.NA}
    )
    extractions = pd.DataFrame({"document": list(extracted), "field": "iban", "value": list(extracted.values())})
    return SimpleNamespace(documents=documents, extractions=extractions)


def test_truth_of_documents_that_were_not_sent_is_left_out_and_named() -> None:
    result = evaluate(batch({"a": "completed", "b": "failed"}, {"a": "DE1"}), TRUTH)
    assert result.provenance["documents_not_sent"] == ["c"]
    assert result.documents["document"].tolist() == ["a", "b"]
    assert result.by_field().loc[0, ["support", "correct", "missing"]].tolist() == [2, 1, 1]


def test_a_mere_table_leaves_the_truth_whole() -> None:
    result = evaluate(batch({"a": "completed"}, {"a": "DE1"}).extractions, TRUTH)
    assert result.provenance["documents_not_sent"] == []
    assert result.by_field().loc[0, "missing"] == 2


def test_failed_documents_without_truth_are_named() -> None:
    result = evaluate(batch({"a": "completed", "x": "failed"}, {"a": "DE1"}), TRUTH)
    assert result.provenance["failed_without_truth"] == [{"document": "x", "error": "too large", "request_id": ""}]
    kinds = {note.kind: note.count for note in result.notes}
    assert kinds["failed_without_truth"] == 1
    assert "documents_without_truth" not in kinds
    assert [one.passed for one in result.check(["documents_failed<=0", "unpaired<=0"])] == [False, False]


def test_a_document_on_which_nothing_was_found_has_not_failed() -> None:
    run = batch({"a": "completed", "b": "completed"}, {"a": "DE1"})
    with ThreadPoolExecutor(1) as executor:
        for result in (evaluate(run, TRUTH), evaluate(run, TRUTH, executor=executor)):
            assert "documents_failed" not in {note.kind for note in result.notes}
            assert result.documents["answered"].all()


def eighty_five_sent() -> Evaluation:
    statuses = {f"d{number:02}": "completed" for number in range(78)} | {f"x{number}": "failed" for number in range(7)}
    read = {name: "DE1" for name in statuses if name.startswith("d")}
    return evaluate(batch(statuses, read), pd.DataFrame({"document": list(read), "field": "iban", "value": "DE1"}))


@pytest.mark.parametrize("stored", [False, True])
def test_M19_the_share_answered_is_of_all_that_were_sent(tmp_path: Path, stored: bool) -> None:
    result = eighty_five_sent()
    if stored:
        loaded = Evaluation.load(result.save(tmp_path / "kept.zip"))
        assert loaded == result
        result = loaded
    coverage = result.summary().set_index("metric").loc["coverage"]
    assert coverage["value"] == pytest.approx(78 / 85)
    assert [coverage["low"], coverage["high"], coverage["of"]] == [*map(pytest.approx, wilson(78, 85)), 85]
    assert result.sent is not None
    assert result.sent["has_truth"].tolist() == [True] * 78 + [False] * 7
    assert result.sent["answered"].sum() == 78


def test_M19_with_clusters_a_document_without_truth_is_one_of_its_own_and_weights_do_not_count() -> None:
    statuses = dict.fromkeys("abcd", "completed") | {"x": "failed", "y": "completed"}
    truth = pd.DataFrame({"document": list("abcd"), "field": "iban", "value": "DE1"})
    run = batch(statuses, dict.fromkeys("abcd", "DE1"))
    for options in (
        {"cluster": pd.Series(["i", "i", "j", "j"], index=list("abcd"))},
        {"weights": {**dict.fromkeys("abc", 1.0), "d": 9.0}},
    ):
        coverage = evaluate(run, truth, **options).summary().set_index("metric").loc["coverage"]
        assert coverage["value"] == pytest.approx(5 / 6)
        assert coverage["of"] == 6
        assert coverage["low"] < 5 / 6 < coverage["high"]


def test_what_was_sent_is_known_in_partitions_and_not_known_of_a_bare_table() -> None:
    statuses = {"a": "completed", "b": "completed", "x": "failed"}
    run = batch(statuses, {"a": "DE1", "b": "DE2"})
    with ThreadPoolExecutor(1) as executor:
        parted = evaluate(run, TRUTH, executor=executor)
        assert parted.summary().set_index("metric").loc["coverage", "value"] == pytest.approx(2 / 3)
        for one in (parted, parted.in_memory()):
            pd.testing.assert_frame_equal(one.sent, evaluate(run, TRUTH).sent)
    bare = evaluate(run.extractions, TRUTH)
    assert bare.sent is None
    assert bare.check("coverage>=0")[0].passed is False


def test_an_evaluation_knows_what_run_and_truth_are_called_and_when_it_was_made(tmp_path: Path) -> None:
    TRUTH.to_csv(tmp_path / "labels.csv", index=False)
    run = batch({"a": "completed"}, {"a": "DE1"})
    run.folder = tmp_path / "runs" / "baseline"
    result = evaluate(run, read_truth(tmp_path / "labels.csv"))
    known = result.provenance
    assert (known["run"], known["truth_name"], known["command"]) == ("baseline", "labels.csv", "")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(known["made_at"])) < timedelta(hours=1)
    assert str(tmp_path) not in str(dict(known))
    later = {**known, "made_at": "2030-01-01T00:00:00+00:00", "command": "gini-notebook evaluate"}
    assert replace(result, provenance=later) == result
    several = read_truth([tmp_path / "labels.csv", TRUTH.head(1)])
    assert evaluate(run, several).to_truth().attrs["name"] == "labels.csv"
    run.extractions.to_parquet(tmp_path / "found.parquet")
    parted = evaluate(tmp_path / "found.parquet", TRUTH)
    assert (parted.provenance["run"], parted.provenance["truth_name"]) == ("found.parquet", "")


def test_a_result_that_is_not_there_is_a_file_problem(tmp_path: object) -> None:
    with pytest.raises(FileProblem, match=r"no evaluation to be read at .*gone\.zip: No such file"):
        Evaluation.load(f"{tmp_path}/gone.zip")
