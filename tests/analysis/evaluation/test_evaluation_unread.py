"""Truth in another notation than the service's is named, and changes no number."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from gini_notebook.analysis import rules
from gini_notebook.analysis.evaluation import evaluate

TRUTH = pd.DataFrame(
    {
        "document": ["a", "b", "c", "a", "b", "a"],
        "field": ["amountToPay"] * 3 + ["paymentDueDate"] * 2 + ["iban"],
        "value": ["1.234,56 EUR", "1.234,56 EUR", "7.00:EUR", "31.12.2025", "someday", "no iban"],
    }
)
FOUND = TRUTH.assign(value=["1234.56:EUR", "1234.56:EUR", "7.00:EUR", "2025-12-31", "2026-01-01", "no iban"])


def test_values_that_their_rule_cannot_read_are_named_with_example_and_remedy(tmp_path):
    result = evaluate(FOUND, TRUTH)
    amount, date = result.unread_truth()
    assert amount == (
        "2 values of amountToPay in the truth cannot be read as amount, for example '1.234,56 EUR'. "
        "Evaluate with rules={'amountToPay': gini.rules.get('amount', locale='de')}."
    )
    assert date.startswith("2 values of paymentDueDate in the truth cannot be read as date, for example '31.12.2025'.")
    assert date.endswith("give the field a rule of its own with rules=.")
    assert "locale='de'" in result.save_report(tmp_path / "report.html").read_text().replace("&#39;", "'")


def test_partitions_name_the_same_values_with_the_same_counts(tmp_path, monkeypatch):
    monkeypatch.setattr("gini_notebook.analysis.evaluation.partitions.ROWS", 1)
    expected = evaluate(FOUND, TRUTH).unread_truth()
    with ThreadPoolExecutor(2) as threads:
        partitioned = evaluate(FOUND, TRUTH, executor=threads)
        assert len(partitioned._partitions.pairs) == 3
        assert partitioned.unread_truth() == expected
        assert evaluate(FOUND, FOUND, executor=threads).unread_truth() == []
    assert evaluate(*(_frames(frame) for frame in (FOUND, TRUTH))).unread_truth() == expected


def _frames(frame):
    dask = pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    parts = [part for _, part in frame.groupby("document")]
    return dask.concat([dask.from_pandas(part.reset_index(drop=True), npartitions=1) for part in parts])


def test_the_remedy_helps_and_what_is_readable_is_not_named():
    helped = evaluate(
        FOUND, TRUTH, rules={"amountToPay": rules.get("amount", locale="de"), "paymentDueDate": str.upper}
    )
    assert helped.unread_truth() == []
    assert helped.by_field().set_index("field").loc["amountToPay", "correct"] == 3
    assert evaluate(FOUND, FOUND).unread_truth() == []
