"""The tables keep their columns and dtypes, and say what is wrong with a table from elsewhere."""

import pandas as pd
import pytest

from gini_notebook import schema
from gini_notebook.errors import SchemaError

TRUTH_ROW = {"document": "a.pdf", "group": "", "row": 0, "field": "iban", "value": "DE12", "source": "table"}


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=schema.TABLES)
def test_an_empty_table_keeps_columns_and_dtypes(table: schema.Table) -> None:
    empty = table.empty()
    assert list(empty.columns) == list(table.columns)
    for name, dtype in table.columns.items():
        assert empty[name].dtype == pd.Series([], dtype=dtype).dtype


def test_rows_become_typed_columns_and_missing_members_missing_values() -> None:
    frame = schema.TRUTH.frame([TRUTH_ROW, {"document": "b.pdf", "group": "", "row": 0, "field": "bic", "extra": 1}])
    assert frame["row"].dtype == "Int64"
    assert frame["value"].isna().tolist() == [False, True]
    assert "extra" not in frame.columns


def test_check_gives_back_exactly_the_columns_of_the_table() -> None:
    frame = pd.DataFrame([TRUTH_ROW]).drop(columns="source").assign(comment="x")
    checked = schema.check(frame, schema.TRUTH)
    assert list(checked.columns) == list(schema.TRUTH.columns)
    assert checked["source"].isna().all()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"document": ["a"]}), r"lacks the column\(s\) group, row, field"),
        (pd.DataFrame([TRUTH_ROW, TRUTH_ROW]), r"repeat a key .*first: .*a\.pdf"),
        (
            pd.DataFrame([{**TRUTH_ROW, "document": None}]),
            r"1 row\(s\) of the truth table have no 'document'; first: row 0",
        ),
        (pd.DataFrame([{**TRUTH_ROW, "row": "first"}]), r"column 'row' of the truth table cannot be read as Int64"),
        (
            pd.DataFrame([["a", "b"]], columns=["document", "document"]).assign(group="", row=0, field="iban"),
            "more than once: document",
        ),
    ],
)
def test_check_says_what_is_wrong(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        schema.check(frame, schema.TRUTH)
