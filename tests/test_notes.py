"""Notes: sentences without values of documents, counts that add up, names that gates can count."""

import pickle
import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook import notes, schema
from gini_notebook.notes import GATES, KINDS, Note

names = st.text(string.ascii_letters, min_size=1, max_size=8)
made = st.builds(
    Note,
    kind=st.sampled_from(sorted(KINDS)),
    count=st.integers(0, 10_000),
    about=st.tuples(names),
    detail=st.sampled_from(["", "date"]),
    examples=st.lists(names, max_size=3).map(tuple),
)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("count", [1, 1200])
def test_every_kind_says_one_sentence_in_both_languages(kind: str, count: int) -> None:
    note = Note(kind, count, about=("iban", "dueDate"), detail="thing")
    for language in ("en", "de"):
        text = note.sentence(language)
        assert text.endswith(".")
        assert "{" not in text
        assert "|" not in text
    assert note.sentence("en") != note.sentence("de")


def test_one_and_many_are_told_apart_and_thousands_are_grouped() -> None:
    assert "1 document failed" in Note("documents_failed").text
    assert "1,200 documents failed" in Note("documents_failed", 1200).text


def test_many_names_are_cut_with_their_number() -> None:
    assert "f5 and 4 more" in Note("labelled_never", about=tuple(f"f{n}" for n in range(10))).text


@settings(deadline=None)
@given(made)
def test_M25_the_text_never_holds_an_example(note: Note) -> None:
    secret = Note(note.kind, note.count, note.about, note.detail, examples=("DE89370400440532013000",))
    assert "DE893704" not in secret.text + secret.sentence("de") + repr(secret) + secret.advice + secret.shell_advice


@settings(deadline=None)
@given(st.lists(st.lists(made, max_size=4), max_size=4))
def test_M25_notes_of_partitions_add_up_to_those_of_the_whole(parts: list[list[Note]]) -> None:
    whole = notes.merged(parts)
    for kind in KINDS:
        assert sum(note.count for note in whole if note.kind == kind) == sum(
            note.count for part in parts for note in part if note.kind == kind
        )
    assert len({(note.kind, note.about, note.detail) for note in whole}) == len(whole)
    assert all(len(note.examples) <= notes.EXAMPLES for note in whole)
    assert [note.level for note in whole] == sorted((note.level for note in whole), key=["must", "info"].index)


def test_the_first_examples_in_the_order_of_documents_are_kept() -> None:
    parts = [[Note("truth_unread", 2, examples=("a", "b"))], [Note("truth_unread", 2, examples=("c", "d"))]]
    assert notes.merged(parts)[0].examples == ("a", "b", "c")
    parts = [[notes.Note("truth_unread", 1, examples=(text,))] for text in ("nut", "bolt", "nut")]
    assert notes.merged(parts)[0].examples == ("bolt", "nut")


def test_the_table_behind_a_note_is_kept_copied_and_put_together() -> None:
    first, second = (Note("truth_unread", _rows=pd.DataFrame({"value": [value]})) for value in "ab")
    (whole,) = notes.merged([[first], [second]])
    rows = whole.rows()
    assert rows["value"].tolist() == ["a", "b"]
    rows["value"] = ""
    assert whole.rows()["value"].tolist() == ["a", "b"]
    assert Note("truth_unread", examples=("x",)).rows()["example"].tolist() == ["x"]


def test_the_frame_has_the_columns_of_the_schema_and_a_note_can_be_pickled() -> None:
    listed = [Note("documents_failed", 3), Note("sandbox")]
    table = notes.frame(listed)
    assert list(table.columns) == list(schema.NOTES.columns)
    assert table["kind"].tolist() == ["sandbox", "documents_failed"]
    assert pickle.loads(pickle.dumps(listed[0])) == listed[0]
    assert list(notes.frame([]).columns) == list(schema.NOTES.columns)


@pytest.mark.parametrize("gate", sorted(GATES))
def test_every_gate_counts_kinds_that_exist(gate: str) -> None:
    assert set(GATES[gate]) <= set(KINDS)
    assert notes.counted([Note(GATES[gate][0], 4)], gate) == 4
    assert notes.counted([Note("sandbox")], gate) == 0


def test_our_own_words_in_a_note_are_german_in_german() -> None:
    note = Note("documents_unpaired", 2, detail="first run")
    assert "first run" in note.sentence("en")
    assert "(erster Lauf)" in note.sentence("de")
    assert "Rechnungen.csv" in Note("documents_unpaired", 2, detail="Rechnungen.csv").sentence("de")
