"""Edits of ground truth: appended, never rewritten, and folded over what was read before."""

import json
import os

import pytest

from gini_notebook import read_truth
from gini_notebook.analysis.truth.edits import Edit, append_edit
from gini_notebook.errors import TruthError

BASE = "document,field,value,group,row\na.pdf,iban,DE1,,0\na.pdf,bic,B,,0\na.pdf,baseGross,1.00:EUR,lineItems,0\n"
BASE += "a.pdf,baseGross,2.00:EUR,lineItems,1\nb.pdf,iban,DE2,,0\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "truth.csv").write_text(BASE, encoding="utf-8")
    return [tmp_path / "truth.csv", tmp_path / "labels.jsonl"]


def labels(truth) -> dict[tuple, tuple]:
    columns = ["document", "field", "row", "alternative", "value", "state", "source"]
    return {row[:4]: row[4:] for row in truth[columns].fillna("").itertuples(index=False, name=None)}


def edit(path, at: int, field: str = "iban", state: str = "value", value: str | None = None, **more) -> None:
    more = {"document": "a.pdf"} | more
    append_edit(path, Edit(at=f"2026-01-01T00:00:{at:02}Z", field=field, state=state, value=value, **more))


def test_an_edit_changes_its_own_place_and_nothing_else(files):
    before = labels(read_truth(files[0]))
    edit(files[1], 1, value="DE9", via="word", saw_reading=True)
    edit(files[1], 2, "baseGross", value="3.00:EUR", group="lineItems", row=1)
    edit(files[1], 3, "bic", "empty")
    after = labels(read_truth(files))
    assert {place for place in before if before[place] != after[place]} == {
        ("a.pdf", "iban", 0, 0),
        ("a.pdf", "baseGross", 1, 0),
        ("a.pdf", "bic", 0, 0),
    }
    assert after["a.pdf", "iban", 0, 0] == ("DE9", "value", "edit:word:saw reading")
    assert after["a.pdf", "bic", 0, 0][:2] == ("", "empty")
    assert files[0].read_text(encoding="utf-8") == BASE


def test_what_is_unclear_both_right_or_not_labelled_any_more_can_be_said(files):
    edit(files[1], 1, state="unclear")
    edit(files[1], 2, document="b.pdf", value="DE3", alternative=1)
    edit(files[1], 3, "bic", "unlabelled")
    after = labels(read_truth(files))
    assert after["a.pdf", "iban", 0, 0][1] == "unclear"
    assert [after["b.pdf", "iban", 0, number][0] for number in (0, 1)] == ["DE2", "DE3"]
    assert ("a.pdf", "bic", 0, 0) not in after
    edit(files[1], 4, document="b.pdf", value="DE4")
    assert labels(read_truth(files))["b.pdf", "iban", 0, 0][0] == "DE4"
    assert ("b.pdf", "iban", 0, 1) not in labels(read_truth(files))


def test_the_last_decision_counts_and_can_be_taken_back_and_brought_back(files):
    def value() -> str:
        return labels(read_truth(files))["a.pdf", "iban", 0, 0][0]

    edit(files[1], 1, value="DE7")
    edit(files[1], 2, value="DE8")
    assert value() == "DE8"
    edit(files[1], 3, state="unclear", undoes="2026-01-01T00:00:02Z")
    assert value() == "DE7"
    edit(files[1], 4, state="unclear", undoes="2026-01-01T00:00:03Z")
    assert value() == "DE8"


def test_a_journal_alone_is_a_truth(files):
    edit(files[1], 1, value="DE7")
    truth = read_truth(files[1])
    assert truth["value"].tolist() == ["DE7"]
    assert [(note.kind, note.count) for note in truth.notes] == [("edits_folded", 1)]


def test_a_torn_line_is_passed_over_said_and_never_continued(files):
    edit(files[1], 1, value="DE7")
    with files[1].open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-01T00:00:02Z", "docu')
    assert "edits_torn" in {note.kind for note in read_truth(files).notes}
    edit(files[1], 3, "bic", value="X")
    truth = read_truth(files)
    assert labels(truth)["a.pdf", "iban", 0, 0][0] == "DE7"
    assert labels(truth)["a.pdf", "bic", 0, 0][0] == "X"
    assert [note.count for note in truth.notes if note.kind == "edits_torn"] == [1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_one_who_made_it_reads_a_journal(files):
    edit(files[1], 1, value="DE7")
    assert files[1].stat().st_mode & 0o777 == 0o600


def test_what_is_no_edit_is_refused_with_its_line(files, tmp_path):
    edit(files[1], 1, value="DE7")
    with files[1].open("a", encoding="utf-8") as file:
        file.write(json.dumps({"document": "a.pdf", "iban": "DE1"}) + "\n")
    with pytest.raises(TruthError, match=r"Line 2 of labels\.jsonl is no edit of a label"):
        read_truth(files)
    with pytest.raises(TruthError, match="a value only for 'value', not 'empty'"):
        edit(files[1], 2, state="empty", value="DE1")
    with pytest.raises(TruthError, match="cannot be written"):
        edit(tmp_path / "nowhere" / "labels.jsonl", 1, value="DE1")
