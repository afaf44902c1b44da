"""How far two labellers agree."""

import numpy as np
import pandas as pd
import pytest

import gini_notebook as gini
from gini_notebook.analysis.statistics import share_interval, wilson
from gini_notebook.errors import SchemaError, SettingError

NAMES = [f"d{number:02}" for number in range(40)]


def labels(field: str, values: list[str | None], group: str = "", row: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"document": NAMES, "group": group, "row": row, "field": field, "value": values})


def test_labels_are_the_same_as_values_of_an_evaluation_are() -> None:
    one = labels("amountToPay", ["12.30:EUR"] * 30 + ["1.00:EUR"] * 10)
    other = labels("amountToPay", ["12.3:EUR"] * 40)
    row = gini.compare_truth(one, other).iloc[0]
    assert (row["slots"], row["documents"], row["equal"]) == (40, 40, 0.75)
    assert [row["equal_low"], row["equal_high"]] == pytest.approx([float(end) for end in wilson(30, 40)])


def test_kappa_is_agreement_beyond_chance_as_statsmodels_has_it() -> None:
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    random = np.random.default_rng(3)
    kinds = np.array(["Invoice", "Reminder", "Other"])
    first = random.integers(0, 3, 40)
    second = np.where(random.random(40) < 0.7, first, random.integers(0, 3, 40))
    table = gini.compare_truth(labels("docType", list(kinds[first])), labels("docType", list(kinds[second])))
    counts = np.zeros((3, 3))
    np.add.at(counts, (first, second), 1)
    expected = inter_rater.cohens_kappa(counts)
    assert table["kappa"].iloc[0] == pytest.approx(expected.kappa, abs=1e-12)
    assert table["kappa_low"].iloc[0] < expected.kappa < table["kappa_high"].iloc[0]
    assert table["kappa_low"].iloc[0] == pytest.approx(expected.kappa_low, abs=0.06)
    assert np.isnan(table["kappa"].iloc[1])
    many = labels("iban", [f"DE{number}" for number in range(40)])
    assert np.isnan(gini.compare_truth(many, many)["kappa"].iloc[0])


def test_only_what_both_labelled_counts_and_nothing_there_is_a_label() -> None:
    one = labels("iban", ["DE1"] * 10 + [None] * 10 + ["DE1"] * 20).iloc[:30]
    other = labels("iban", ["DE1"] * 15 + [" "] * 10 + ["DE1"] * 15)
    other = pd.concat([other, labels("bic", ["COBADEFF"] * 40)])
    table = gini.compare_truth(one, other)
    assert table["field"].tolist() == ["iban", "micro"]
    assert (table["slots"].iloc[0], table["equal"].iloc[0]) == (30, 20 / 30)


def test_rows_are_aligned_and_count_by_document() -> None:
    rows = [labels("artNumber", [f"{number}{row}" for number in range(40)], "lineItems", row) for row in range(3)]
    one = pd.concat(rows)
    turned = one.assign(row=2 - one["row"])
    assert gini.compare_truth(one, turned)["equal"].tolist() == [1.0, 1.0]
    less = turned.assign(value=np.where(turned["document"] < "d05", "other", turned["value"]))
    row = gini.compare_truth(one, less).iloc[0]
    assert row["equal"] < 1
    assert row["equal_low"] < share_interval([3] * 5 + [0] * 35, [3] * 40)[0] + 0.1


def test_truths_without_anything_in_common_are_refused() -> None:
    one = labels("iban", ["DE1"] * 40)
    with pytest.raises(SettingError, match="no document in common"):
        gini.compare_truth(one, one.assign(document="x" + one["document"]))
    with pytest.raises(SettingError, match="no field in common"):
        gini.compare_truth(one, one.assign(field="bic"))
    with pytest.raises(
        SchemaError, match="The second truth must be a table with the columns document, field and value"
    ):
        gini.compare_truth(one, one.drop(columns="value"))
    with pytest.raises(SettingError, match="confidence_level is 95"):
        gini.compare_truth(one, one, confidence_level=95)


def test_several_acceptable_labels_and_unclear_ones_are_no_disagreement() -> None:
    one = labels("iban", ["DE1"] * 40).assign(alternative=0, state="value")
    other = pd.concat([labels("iban", ["DE2"] * 40).assign(alternative=0), one.assign(alternative=1)]).assign(
        state="value"
    )
    assert gini.compare_truth(one, other)["equal"].iloc[0] == 1
    unclear = one.assign(state=["unclear"] * 10 + ["value"] * 30, value=[None] * 10 + ["DE1"] * 30)
    assert gini.compare_truth(unclear, one)["slots"].iloc[0] == 30


def test_documents_are_paired_as_for_an_evaluation_and_what_only_one_has_is_said():
    one = pd.DataFrame({"document": ["a.pdf", "b.pdf", "only.pdf"], "field": "iban", "value": ["DE1", "DE2", "DE3"]})
    other = pd.DataFrame({"document": ["A", r"in\b.pdf", "else.pdf"], "field": "iban", "value": ["DE1", "DE9", "DE3"]})
    table = gini.compare_truth(one, other)
    assert table[["field", "slots", "equal"]].values.tolist()[0] == ["iban", 2, 0.5]
    assert [(note.kind, note.count) for note in table.notes] == [
        ("documents_unpaired", 1),
        ("documents_unpaired", 1),
        ("documents_paired", 1),
        ("documents_paired", 1),
    ]
    assert "1 document of the first ground truth found no partner by name" in repr(table)
