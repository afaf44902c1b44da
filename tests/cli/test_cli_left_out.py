"""Nothing is left out in silence."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.cli import app
from gini_notebook.errors import SchemaError

FOUND = "document,field,value\na.pdf,iban,DE1\nb.pdf,iban,DE2\n"


def test_documents_without_truth_and_unknown_fields_are_said(tmp_path: Path) -> None:
    (tmp_path / "found.csv").write_text(FOUND, encoding="utf-8")
    (tmp_path / "truth.csv").write_text("document,iban,layout\na.pdf,DE1,letter\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["evaluate", str(tmp_path / "found.csv"), str(tmp_path / "truth.csv")])
    assert answer.exit_code == 0, answer.output
    assert "Note: 1 document of the run has no ground truth and counts nowhere. (b.pdf)" in answer.output
    assert "Note: 1 column of the ground truth left out" in answer.output
    assert "layout. Rename with --column OLD=NEW" in answer.output


def test_a_truth_without_any_known_field_is_an_error_that_names_the_labels() -> None:
    found = pd.DataFrame({"document": ["a.pdf"], "field": "iban", "value": "DE1"})
    truth = pd.DataFrame({"document": ["a.pdf", "a.pdf"], "field": ["ibann", "amount"], "value": ["DE1", "1"]})
    with pytest.raises(SchemaError, match=r"among them: amount, ibann\. Name the columns .*amountToPay, iban"):
        evaluate(found, truth)
