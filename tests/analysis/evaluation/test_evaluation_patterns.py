"""Patterns: distinct sets of mistakes, counted as an independent count does."""

from collections import Counter
from typing import Any

import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import SettingError
from tests.analysis.evaluation.evaluation_samples import scans_and_others

RESULT, KINDS = scans_and_others(300)


def counted(result: Evaluation) -> Counter[tuple[tuple[str, str], ...]]:
    """Count the patterns without codes: a set of (field, outcome) per document."""
    slots = result.comparisons[result.comparisons["group"] == ""]
    of_document: dict[str, list[Any]] = {name: [] for name in slots["document"]}
    for row in slots.itertuples():
        if row.outcome in {"wrong", "missing", "spurious"}:
            of_document[row.document].append((row.field, row.outcome))
    return Counter(tuple(sorted(slips)) for slips in of_document.values())


def test_patterns_are_the_distinct_sets_of_mistakes() -> None:
    table = RESULT.patterns()
    fields = table.attrs["fields"]
    assert fields == ["amountToPay", "iban", "bic", "fields.documents"]
    shown = {
        tuple(sorted((name.removeprefix("fields."), row[name]) for name in fields if not pd.isna(row[name]))): row[
            "documents"
        ]
        for row in table.to_dict("records")
    }
    assert shown == dict(counted(RESULT))
    assert table["documents"].sum() == 300 == table.attrs["documents"]
    assert table["share"].sum() == pytest.approx(1)
    assert table["mistakes"].sum() == len(RESULT.mistakes())
    assert table.loc[0, fields].isna().all()
    assert table["documents"][1:].is_monotonic_decreasing
    assert table.attrs["patterns"] == len(table) - 1


def test_the_slice_that_most_documents_of_a_pattern_are_of() -> None:
    for by in ("source_classification", pd.Series(KINDS, name="source_classification")):
        table = RESULT.patterns(by, top=3)
        assert len(table) == 4
        assert table.attrs["by"] == "source_classification"
        slips = (
            RESULT.mistakes()
            .groupby("document")
            .apply(lambda rows: tuple(sorted(zip(rows["field"], rows["outcome"], strict=True))))
        )
        for row in table[1:].to_dict("records"):
            own = tuple(
                sorted(
                    (name.removeprefix("fields."), row[name])
                    for name in table.attrs["fields"]
                    if not pd.isna(row[name])
                )
            )
            kinds = Counter(KINDS[name] for name in slips.index[slips == own])
            assert row["slice_documents"] == max(kinds.values())
            assert kinds[row["slice"]] == max(kinds.values())
            assert row["example"] == slips.index[slips == own][0]
    assert RESULT.patterns(top=1)["slice"].isna().all()


def test_without_a_mistake_and_without_a_header_field() -> None:
    truth = pd.DataFrame({"document": ["a"], "field": ["iban"], "value": ["DE1"]})
    clean = evaluate(truth, truth).patterns(top=0)
    assert clean[["documents", "mistakes"]].values.tolist() == [[1, 0]]
    rows = pd.DataFrame({"document": ["a"], "group": "lineItems", "row": [0], "field": ["baseGross"], "value": ["1"]})
    assert evaluate(rows, rows).patterns("status").empty
    assert evaluate(rows, rows).patterns().attrs["patterns"] == 0


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(SettingError, match="no column 'layout' to slice by"):
        RESULT.patterns("layout")
    with pytest.raises(SettingError, match="top is -1; it must be a number of patterns"):
        RESULT.patterns(top=-1)
