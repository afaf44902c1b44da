"""Notes: sentences without values of documents, counts that add up, names that gates can count."""

import inspect
import pickle
import re
import string

import pandas as pd
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

import gini_notebook
from gini_notebook import notes, schema
from gini_notebook._german import cause_in_german
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.rules import CAUSES
from gini_notebook.cli import app
from gini_notebook.notes import GATES, KINDS, Note
from gini_notebook.sandbox import commandline
from gini_notebook.sandbox.settings import Settings
from gini_notebook.service.batch import folders

REASONS = [
    value for name, value in vars(folders).items() if name.isupper() and isinstance(value, str) and name[0] != "_"
]

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
    assert Note("labelled_never", about=tuple(f"f{n}" for n in range(7))).text.startswith("f0, f1, f2, f3, f4, f5, f6:")


@settings(deadline=None)
@given(made)
def test_M25_the_text_never_holds_an_example(note: Note) -> None:
    secret = Note(note.kind, note.count, note.about, note.detail, examples=("DE89370400440532013000",))
    said = secret.text + secret.sentence("de") + repr(secret) + secret.advice + secret.shell_advice
    assert "DE893704" not in said + secret.what_to_do("de")


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


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_to_do_is_said_in_both_languages_or_in_none(kind: str) -> None:
    note = Note(kind)
    english, german = note.what_to_do("en"), note.what_to_do("de")
    assert english == note.advice
    assert bool(english) == bool(german) == bool(note.shell_advice or english)
    assert english != german or not english
    # What is code is the same in both: calls of functions, options.
    calls = r"\b(?:read_truth|evaluate|process|to_label|checks|login)\b"
    assert set(re.findall(calls, german)) <= set(re.findall(calls, english))


def test_many_names_are_cut_with_their_number_in_german_too() -> None:
    names = tuple(f"f{n}" for n in range(10))
    assert "f5 und 4 weitere: 1-mal" in Note("labelled_never", about=names).sentence("de")
    assert "f0 (3) und 2 weitere." in Note("few_values", 3, names[:3], "f0 (3) and 2 more").sentence("de")


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (
            Note("notation_understood", 2, ("a",), "German amounts with a currency"),
            "in deutscher Schreibweise, mit Währ",
        ),
        (Note("notation_understood", 2, ("a",), "several notations of numbers"), "Zahlen in mehreren Schreibweisen"),
        (
            Note("rows_passed_over", 2, ("sheet 'A of B' of t.xlsx",), "sums"),
            "Blatt 'A of B' von t.xlsx übergangen: Sum",
        ),
        (Note("columns_nameless", 1, ("column AB",)), "Spalte AB"),
        (Note("columns_hidden", 1, ("H",), "sheet 'R' of t.xlsx"), "von Blatt 'R' von t.xlsx mitgelesen: H"),
        (
            Note("files_left_out", 3, (), "2 hidden, 1 e-invoice, sent only on request"),
            "2 versteckt, 1 E-Rechnung, nur",
        ),
        (Note("mistakes_alike", 9, ("a",), "factor: ×100"), "(Faktor: ×100)"),
        (Note("fields_left_out", 1, ("Ibam",), " (Ibam is near iban)"), "Ibam (Ibam ähnelt iban)"),
        (Note("confidence_scale", 9, (), "0.5 to 100"), "von 0,5 bis 100"),
        (Note("threshold_above_all", 9, (), "0.5"), "Schwelle 0,5"),
        (Note("edits_folded", 3, (), "1 of them taken away"), "(davon 1 entfernt)"),
        (Note("cluster_unknown", 3, (), "case"), "ohne case"),
        (Note("scans_unread", 1, (), "OCR is not installed"), "(OCR ist nicht installiert)"),
    ],
)
def test_details_of_ours_are_german_and_names_stay(note: Note, said: str) -> None:
    assert said in note.sentence("de")


def test_every_cause_and_every_reason_has_german_words() -> None:
    for cause in CAUSES:
        assert cause_in_german(cause) not in ("", *({cause} - {"umlaut"}))
    for reason in REASONS:
        left_out = Note("files_left_out", 2, detail=f"2 {reason}")
        assert left_out.sentence("de").count(reason) == 0
    assert cause_in_german("one character: substitution 0→O") == "ein Zeichen: ersetzt 0→O"
    assert cause_in_german("another field: both") == "anderes Feld: both"
    assert cause_in_german("a rule's own") == "a rule's own"


def options_of(command: object) -> set[str]:
    """Return the long options of a command and of those below it."""
    found = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}  # type: ignore[attr-defined]
    return found.union(*map(options_of, getattr(command, "commands", {}).values()))


ADVISED = [kind for kind, one in KINDS.items() if one.shell or one.python]


@pytest.mark.parametrize("kind", ADVISED)
def test_every_option_and_command_of_an_advice_is_there(kind: str) -> None:
    shell = typer.main.get_command(app)
    advice = KINDS[kind].shell + KINDS[kind].english
    sandbox = typer.Typer()  # it has a command line of its own, which the shell hands on to
    sandbox.command()(commandline.sandbox)
    there = options_of(shell) | options_of(typer.main.get_command(sandbox))
    assert set(re.findall(r"--[a-z][a-z-]*", advice)) <= there
    assert set(re.findall(r"gini-notebook ([a-z-]+)", advice)) <= set(shell.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ADVISED)
def test_every_function_and_argument_of_an_advice_is_there(kind: str) -> None:
    advice = KINDS[kind].python + KINDS[kind].english
    for where, name, arguments in re.findall(r"\b(?:(gini|result)\.)?([A-Za-z]\w*)\(([^()]*)\)", advice):
        function = getattr(Evaluation if where == "result" else gini_notebook, name)
        named = set(re.findall(r"\b([a-z_]+)=", arguments))
        described = Settings if function is gini_notebook.Sandbox else function
        assert named <= set(inspect.signature(described).parameters), name
        advice = advice.replace(f"{name}({arguments})", "")
    known = (gini_notebook.read_truth, gini_notebook.evaluate, gini_notebook.process, gini_notebook.checks, Settings)
    there = {name for one in known for name in inspect.signature(one).parameters}
    assert set(re.findall(r"(?<!-)\b([a-z_]+)=", advice)) <= there


def test_a_note_is_printed_as_its_sentence_with_what_to_do() -> None:
    note = Note("truth_unread", 2, ("iban",), "date", ("31.2.24",))
    assert str(note) == f"! {note.text} {note.advice}"
    assert repr((note,)) == f"(<Note truth_unread (must): {note.text} {note.advice}>,)"
    info = Note("documents_repeated", 2)
    assert str(info).startswith("· 2 documents have the bytes of an earlier one")
    assert notes.as_text([info, note]) == f"{note}\n· {info.text}\n"
