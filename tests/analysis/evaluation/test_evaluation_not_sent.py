"""What a batch did not send is in no number, and what failed without truth is named."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import Evaluation, evaluate
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


def test_a_result_that_is_not_there_is_a_file_problem(tmp_path: object) -> None:
    with pytest.raises(FileProblem, match=r"no evaluation to be read at .*gone\.zip: No such file"):
        Evaluation.load(f"{tmp_path}/gone.zip")
