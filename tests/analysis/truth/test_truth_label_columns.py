"""Labels as columns say what the labels say one by one, whatever is done with them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.truth import label_columns
from gini_notebook.analysis.truth.label_columns import Label, LabelColumns, packed_codes, together
from gini_notebook.analysis.truth.labels import Labels, declare, packed, unpacked
from gini_notebook.errors import TruthError
from gini_notebook.schema import TRUTH

TEXTS = st.sampled_from(["", "a", "b", "ä", "lineItems", "iban", "unclear"])
LABELS = st.lists(
    st.builds(
        Label,
        *(TEXTS, TEXTS, st.integers(0, 300), TEXTS, st.none() | TEXTS, TEXTS),
        alternative=st.integers(0, 2),
        state=st.sampled_from(["", "unclear"]),
    ),
    max_size=12,
)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_columns, "_IN_ONE_GO", 4)


@settings(deadline=None)
@given(LABELS, LABELS)
def test_columns_are_the_labels_they_were_given_in_their_order(first: list[Label], then: list[Label]) -> None:
    columns = LabelColumns(first)
    columns.extend(LabelColumns(then))
    both = first + then
    assert list(columns) == both == columns
    assert len(columns) == len(both)
    assert [columns[at] for at in range(len(both))] == both
    assert list(columns[1:3]) == both[1:3]
    assert columns.used("document", "row") == list(dict.fromkeys((one.document, one.row) for one in both))
    assert LabelColumns.of_columns(**{name: [getattr(one, name) for one in both] for name in Label._fields}) == both


@settings(deadline=None)
@given(LABELS, st.sets(TEXTS))
def test_columns_are_chosen_and_renamed_as_labels_are(labels: list[Label], some: set[str]) -> None:
    columns = LabelColumns(labels)
    chosen = columns.kept(columns.is_in("document", some))
    assert chosen == [one for one in labels if one.document in some]
    renamed = chosen.with_documents(lambda name: f"{name}!" if name else "a")
    assert renamed == [one._replace(document=f"{one.document}!" if one.document else "a") for one in chosen]
    chosen.extend(labels)
    columns.append(Label("new", "", 0, "new", "new", "new"))
    assert columns == [*labels, Label("new", "", 0, "new", "new", "new")]
    assert chosen == [*(one for one in labels if one.document in some), *labels]


@settings(deadline=None)
@given(LABELS)
def test_columns_travel_between_processes_and_come_back_as_they_were(labels: list[Label]) -> None:
    sent = Labels(LabelColumns(labels), {"nothing in it": None}, no_rows={("a", "taxes"): None})
    back = unpacked(packed(sent))
    assert back == sent


@settings(deadline=None)
@given(LABELS)
def test_the_table_is_ordered_by_its_key_and_says_each_state(labels: list[Label]) -> None:
    by_place = {(*one[:4], one.alternative): one for one in labels}
    ordered = [by_place[place] for place in sorted(by_place)]
    table = LabelColumns(by_place.values()).frame()
    assert table.dtypes.astype(str).to_dict() == TRUTH.empty().dtypes.astype(str).to_dict()
    states = [one.state or ("empty" if one.value is None else "value") for one in ordered]
    assert table["state"].tolist() == states
    for name in ("document", "group", "row", "field", "alternative", "source"):
        assert table[name].tolist() == [getattr(one, name) for one in ordered]
    assert table["value"].astype(object).where(table["value"].notna(), None).tolist() == [one.value for one in ordered]


def test_an_empty_table_keeps_its_columns() -> None:
    pd.testing.assert_frame_equal(LabelColumns().frame(), TRUTH.empty())


@settings(deadline=None)
@given(LABELS, st.sampled_from(["all", ["iban"], ["iban", "lineItems.a", "iban"], ["b"]]))
def test_what_is_declared_is_empty_in_every_row_that_lacks_it(labels: list[Label], declared: Any) -> None:
    there = {(*one[:4], one.alternative): one for one in labels}.values()
    result = Labels()
    for label in there:
        result.add(label)
    fields = set(declare(result, declared))
    rows = {one[:3] for one in there} | {(one.document, "", 0) for one in there}
    wanted = {(*row, name) for row in rows for group, name in fields if row[1] == group}
    wanted -= {one[:4] for one in there}
    added = list(result.labels)[len(there) :]
    assert {one[:4] for one in added} == wanted
    assert len(added) == len(wanted)
    assert all((one.value, one.source, one.alternative, one.state) == (None, "declared", 0, "") for one in added)


def test_two_labels_of_one_place_are_refused_with_both_values() -> None:
    one, other = Label("a", "g", 3, "iban", "1", "table"), Label("a", "g", 3, "iban", "2", "json")
    with pytest.raises(TruthError, match=r"'a' has more than one label for g\[3\]\.iban: '1' \(from table\) and '2'"):
        LabelColumns([one, Label("b", "", 0, "bic", "3", "table"), other]).frame()


def test_a_number_that_no_table_can_hold_is_refused() -> None:
    with pytest.raises(TruthError, match="a number of its row that is far too large"):
        LabelColumns([Label("a", "", 10**30, "iban", "1", "table")] * 4)


def test_together_numbers_rows_however_many_values_each_column_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_columns, "_LARGEST", 10)
    one, other, third = ([0, 1, 2, 3, 0], [5, 6, 7, 8, 5], [1, 1, 1, 1, 2])
    numbers = together(
        *(LabelColumns([Label("", "", row, "", "", "") for row in rows]).columns["row"] for rows in (one, other, third))
    )
    assert len(set(numbers.tolist())) == 5


SOUND = packed(Labels(LabelColumns([Label("a", "", 0, "iban", None, "table")])))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda texts, columns: (texts[:1], columns),
        lambda texts, columns: ([1, *texts[1:]], columns),
        lambda texts, columns: ("abcdef", columns),
        lambda texts, columns: (texts, [packed_codes([-1]), *columns[1:]]),
        lambda texts, columns: (texts, [*columns[:2], packed_codes([-1]), *columns[3:]]),
        lambda texts, columns: (texts, [packed_codes([0, 0]), *columns[1:]]),
        lambda texts, columns: (texts, columns[1:]),
        lambda texts, columns: (texts, [[3, b"abc"], *columns[1:]]),
        lambda texts, columns: (texts, [[2, b"abc"], *columns[1:]]),
        lambda texts, columns: (texts, [[1, "a"], *columns[1:]]),
        lambda texts, columns: (texts, [["1", b"a"], *columns[1:]]),
        lambda texts, columns: (texts, 7),
    ],
)
def test_T62_what_is_no_columns_of_labels_is_refused(spoil: Callable[[Any, Any], tuple[Any, Any]]) -> None:
    texts, columns, *others = SOUND  # type: ignore[misc]
    with pytest.raises(TruthError, match="no ground truth"):
        unpacked([*spoil(list(texts), list(columns)), *others])
