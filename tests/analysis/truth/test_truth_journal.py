"""Edits of ground truth: appended, never rewritten, and folded over what was read before."""

import errno
import json
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook import Edit, EditConflict, Journal, read_truth
from gini_notebook.analysis.truth import journal as journal_module
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


def one(at: int = 0, field: str = "iban", state: str = "value", value: str | None = None, **more) -> Edit:
    when = f"2026-01-01T00:00:{at:02}Z" if at else ""
    return Edit(**({"document": "a.pdf"} | more), at=when, field=field, state=state, value=value)


def edit(path, at: int, field: str = "iban", state: str = "value", value: str | None = None, **more) -> None:
    Journal(path).append(one(at, field, state, value, **more))


def kinds(truth) -> dict[str, int]:
    return {note.kind: note.count for note in truth.notes}


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

    journal = Journal(files[1])
    journal.append(one(value="DE7"))
    last = journal.append(one(value="DE8"))
    assert value() == "DE8"
    undone = journal.undo(last)
    assert value() == "DE7"
    journal.undo(undone)
    assert value() == "DE8"
    with pytest.raises(TruthError, match=r"labels\.jsonl has no line of 2026-01-01T00:00:09Z"):
        journal.undo(one(9, value="DE8"))


def test_a_journal_alone_is_a_truth(files):
    edit(files[1], 1, value="DE7")
    truth = read_truth(files[1])
    assert truth["value"].tolist() == ["DE7"]
    assert kinds(truth) == {"edits_folded": 1, "truth_unread": 1}


def test_a_torn_line_is_passed_over_said_and_never_continued(files):
    edit(files[1], 1, value="DE7")
    with files[1].open("ab") as file:
        file.write('{"at": "2026-01-01T00:00:02Z", "docü'.encode()[:-1])  # within a character
    assert "edits_torn" in kinds(read_truth(files))
    journal = Journal(files[1])
    assert (journal.torn, len(journal.edits)) == (1, 1)
    journal.append(one(3, "bic", value="X"))
    journal.append(one(4, "bic", value="Y"))
    assert journal.refresh() == ()
    assert (journal.torn, len(journal.edits)) == (1, 3)
    truth = read_truth(files)
    assert labels(truth)["a.pdf", "iban", 0, 0][0] == "DE7"
    assert labels(truth)["a.pdf", "bic", 0, 0][0] == "Y"
    assert kinds(truth)["edits_torn"] == 1


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
    with pytest.raises(TruthError, match=r"Line 2 of labels\.jsonl is no edit of a label"):
        Journal(files[1])
    with pytest.raises(TruthError, match=r"nowhere|labels\.jsonl cannot be written"):
        edit(tmp_path / "nowhere" / "labels.jsonl", 1, value="DE1")


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"state": "empty", "value": "DE1"}, "a value only for 'value', not 'empty'"),
        ({"state": "value", "value": " "}, "a value only for 'value'"),
        ({"state": "gone"}, "one of the states value, empty, unclear, unlabelled"),
        ({"state": "empty", "document": " "}, "names a document and a field"),
        ({"state": "empty", "row": -1}, "row of an edit is a whole number from 0 on, not int"),
        ({"state": "empty", "alternative": True}, "alternative of an edit is a whole number from 0 on, not bool"),
        ({"state": "empty", "note": 3}, "note of an edit is text, not int"),
        ({"state": "empty", "was": 3}, "was of an edit is text or None, not int"),
        ({"state": "empty", "saw_reading": 1}, "saw_reading of an edit is True or False, not int"),
        ({"state": "empty", "boxes": ((1, 2),)}, "boxes of an edit is a tuple of"),
    ],
)
def test_an_edit_that_means_nothing_is_refused_without_its_value(wrong, match):
    with pytest.raises(TruthError, match=match):
        Edit(**({"document": "a.pdf", "field": "iban"} | wrong))


def test_a_line_holds_what_was_decided_and_comes_back_as_it_was(files):
    whole = one(
        *(1, "baseGross", "value", "3.00:EUR"),
        group="lineItems",
        row=1,
        alternative=2,
        via="box",
        saw_reading=True,
        sha256="ab",
        was_state="value",
        was="2.00:EUR",
        boxes=((1, 10.5, 20, 30, 40),),
        note="smudged",
        by="A.",
    )
    written = Journal(files[1], by="B.").append(whole)
    assert written == whole
    assert Journal(files[1]).edits == (whole,)


def test_who_edits_is_named_only_where_that_is_wanted(files, monkeypatch):
    monkeypatch.delenv("GINI_LABELLER", raising=False)
    assert Journal(files[1]).append(one(1, value="DE1")).by == ""
    monkeypatch.setenv("GINI_LABELLER", "Anna")
    assert Journal(files[1]).append(one(2, value="DE1")).by == "Anna"
    assert Journal(files[1], by="").append(one(3, value="DE1")).by == ""


def test_every_line_has_a_time_of_its_own(files):
    journal = Journal(files[1])
    written = journal.append_all([one(value=f"DE{number}") for number in range(50)])
    assert len({each.at for each in written}) == 50
    assert [each.at for each in written] == sorted(each.at for each in written)
    with pytest.raises(TruthError, match=r"has a line of 2026-01-01T00:00:01Z already"):
        journal.append_all([one(1, value="DE1"), one(1, value="DE2")])
    assert len(Journal(files[1]).edits) == 50


def test_a_place_that_somebody_else_edited_meanwhile_is_not_overwritten(files):
    mine, theirs = Journal(files[1]), Journal(files[1], by="Anna")
    first = theirs.append(one(1, value="DE7"))
    with pytest.raises(
        EditConflict, match=r"a\.pdf: iban was edited meanwhile \(2026-01-01T00:00:01Z by Anna\)"
    ) as seen:
        mine.append(one(2, value="DE8"))
    assert "DE7" not in str(seen.value)
    assert seen.value.edits == (first,)
    with pytest.raises(EditConflict, match="was edited meanwhile"):  # as long as nobody has looked
        mine.append(one(2, value="DE8"))
    assert mine.append(one(3, "bic", value="B2")).at
    assert mine.refresh() == (first,)
    mine.append(one(4, value="DE8"))
    with pytest.raises(EditConflict, match="was edited meanwhile"):
        theirs.append(one(5, "bic", value="B3"))
    assert [each.value for each in theirs.refresh()] == ["B2", "DE8"]
    assert [each.value for each in theirs.edits] == ["DE7", "B2", "DE8"]
    assert labels(read_truth(files))["a.pdf", "iban", 0, 0][0] == "DE8"


def test_edits_that_belong_together_are_written_together_or_not_at_all(files):
    mine = Journal(files[1])
    Journal(files[1]).append(one(1, "bic", value="B2"))
    with pytest.raises(EditConflict, match=r"a\.pdf: bic"):
        mine.append_all([one(2, value="DE8"), one(3, "bic", value="B3")])
    assert [each.value for each in Journal(files[1]).edits] == ["B2"]


def test_a_base_that_changed_since_it_was_read_is_looked_at_before_it_is_edited(files):
    journal = Journal(files[1], base=files[0])
    os.utime(files[0], (0, 0))  # touched, and the same
    journal.append(one(1, value="DE7"))
    files[0].write_text(BASE.replace("DE1", "DE5"), encoding="utf-8")
    with pytest.raises(EditConflict, match=r"truth\.csv, which is edited, has changed since it was read"):
        journal.append(one(2, value="DE8"))
    journal.refresh()
    journal.append(one(3, value="DE8"))
    files[0].unlink()
    with pytest.raises(EditConflict, match=r"truth\.csv, which is edited, has changed"):
        journal.append(one(4, value="DE9"))
    with pytest.raises(TruthError, match=r"truth\.csv cannot be read: No such file"):
        journal.refresh()


def test_a_folder_is_a_base_too(files, tmp_path):
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices" / "a.xml").write_text("<a/>")
    journal = Journal(files[1], base=[files[0], tmp_path / "invoices"])
    journal.append(one(1, value="DE7"))
    (tmp_path / "invoices" / "b.xml").write_text("<a/>")
    with pytest.raises(EditConflict, match="invoices, which is edited, has changed"):
        journal.append(one(2, value="DE8"))


@pytest.mark.parametrize("how", ["cut", "replaced", "gone"])
def test_a_journal_that_was_cut_replaced_or_taken_away_is_looked_at_again(files, tmp_path, how):
    journal = Journal(files[1])
    journal.append(one(1, value="DE7"))
    if how == "cut":
        os.truncate(files[1], 0)
    elif how == "replaced":
        (tmp_path / "other").write_bytes(files[1].read_bytes() * 2)
        (tmp_path / "other").replace(files[1])
    else:
        files[1].unlink()
    with pytest.raises(EditConflict, match=r"labels\.jsonl is another file than the one that was read, or was cut"):
        journal.append(one(3, "bic", value="B2"))
    assert files[1].exists() == (how != "gone")
    journal.refresh()
    assert len(journal.edits) == {"cut": 0, "replaced": 2, "gone": 0}[how]
    journal.append(one(4, "bic", value="B3"))
    assert Journal(files[1]).edits[-1].value == "B3"


def test_nothing_of_a_line_stays_on_a_full_disk(files, monkeypatch):
    journal = Journal(files[1])
    journal.append(one(1, value="DE7"))
    before, really = files[1].read_bytes(), os.write

    def fill(file: int, content) -> int:
        if fill.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = really(file, content[: fill.left])
        fill.left -= count
        return count

    fill.left = 20
    with monkeypatch.context() as patch:
        patch.setattr(journal_module.os, "write", fill)
        with pytest.raises(TruthError, match=r"labels\.jsonl cannot be written: No space left on device"):
            journal.append(one(2, value="DE8"))
    assert files[1].read_bytes() == before
    assert [each.value for each in journal.edits] == ["DE7"]
    journal.append(one(2, value="DE8"))
    assert [each.value for each in Journal(files[1]).edits] == ["DE7", "DE8"]


def test_a_line_that_did_not_reach_the_disk_is_taken_back(files, monkeypatch):
    journal = Journal(files[1])
    journal.append(one(1, value="DE7"))

    def fail(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(journal_module.os, "fsync", fail)
        with pytest.raises(TruthError, match=r"labels\.jsonl cannot be written: Input/output error"):
            journal.append(one(2, value="DE8"))
    assert len(Journal(files[1]).edits) == 1


def test_who_holds_the_file_is_waited_for_and_not_for_ever(files, monkeypatch):
    monkeypatch.setattr(journal_module, "WAIT_S", 0.05)
    journal = Journal(files[1])
    journal.append(one(1, value="DE7"))
    with files[1].open("rb") as held:
        journal_module.take_lock(held.fileno())
        with pytest.raises(TruthError, match="is held by another program for 0 seconds; nothing was written"):
            journal.append(one(2, value="DE8"))
    journal.append(one(2, value="DE8"))


def test_what_is_too_large_no_file_or_no_text_is_refused(files, monkeypatch, tmp_path):
    with pytest.raises(TruthError, match="half of a character"):
        Journal(files[1]).append(one(1, value="\ud800"))
    assert not files[1].exists() or not files[1].stat().st_size
    edit(files[1], 1, value="DE7")
    monkeypatch.setattr(journal_module, "MAX_BYTES", 10)
    with pytest.raises(TruthError, match="a journal of more than 10 is not edited"):
        Journal(files[1])
    with pytest.raises(TruthError, match=f"{tmp_path.name} cannot be read"):
        Journal(tmp_path)


def append_many(path: Path, name: str, count: int) -> None:
    journal = Journal(path, by=name)
    for number in range(count):
        journal.append(one(document=f"{name}.pdf", value=f"{name}{number}"))


def test_two_who_write_at_once_lose_nothing_and_each_keeps_an_order(tmp_path):
    path = tmp_path / "labels.jsonl"
    spawned = multiprocessing.get_context("spawn")
    writers = [spawned.Process(target=append_many, args=(path, name, 40)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    edits = Journal(path).edits
    assert len({each.at for each in edits}) == 80
    for name in ("a", "b"):
        assert [each.value for each in edits if each.by == name] == [f"{name}{number}" for number in range(40)]


def test_an_edit_of_a_label_that_the_source_has_changed_since_is_said(files):
    edit(files[1], 1, value="DE7", was_state="value", was="DE1")
    edit(files[1], 2, value="DE8", was_state="value", was="DE7")
    edit(files[1], 3, "bic", value="B9", was_state="value", was="B")
    edit(files[1], 4, "paymentDueDate", value="2026-01-31", was_state="unlabelled")
    edit(files[1], 5, "amountToPay", value="1.00:EUR")
    assert kinds(read_truth(files)) == {"edits_folded": 4, "truth_unread": 2}
    files[0].write_text(
        BASE.replace("DE1", "DE5").replace("b.pdf,iban,DE2", "a.pdf,paymentDueDate,2026-02-01"), "utf-8"
    )
    truth = read_truth(files)
    assert kinds(truth) == {"edits_folded": 4, "edits_of_another_base": 2, "truth_unread": 1}
    [note] = [note for note in truth.notes if note.kind == "edits_of_another_base"]
    assert (note.level, note.examples) == ("must", ("a.pdf: iban", "a.pdf: paymentDueDate"))
    assert labels(truth)["a.pdf", "iban", 0, 0][0] == "DE8"


SLOTS = st.sampled_from([("a.pdf", "iban"), ("a.pdf", "bic"), ("b.pdf", "iban")])


@settings(deadline=None, max_examples=30)
@given(steps=st.lists(st.tuples(SLOTS, st.sampled_from(["value", "empty", "unlabelled", "undo"])), max_size=12))
def test_folding_is_doing_one_decision_after_the_other(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("journal")
    (folder / "truth.csv").write_text(BASE, encoding="utf-8")
    journal = Journal(folder / "labels.jsonl")
    done: list[Edit] = []
    for number, ((document, field), what) in enumerate(steps):
        if what != "undo":
            value = f"V{number}" if what == "value" else None
            done.append(journal.append(one(0, field, what, value, document=document)))
        elif done:
            journal.undo(done.pop())
    expected = labels(read_truth(folder / "truth.csv"))
    for each in done:
        expected.pop((each.document, each.field, 0, 0), None)
        if each.state != "unlabelled":
            expected[each.document, each.field, 0, 0] = (each.value or "", each.state, "edit:typed")
    sources = [folder / "truth.csv", *([journal.path] if journal.edits else [])]
    assert labels(read_truth(sources)) == expected
    assert tuple(replace(each) for each in Journal(journal.path).edits) == journal.edits


@pytest.mark.parametrize(
    ("field", "value"), [("amountToPay", "1.966,69 €"), ("amountToPay", "1.234,5"), ("paymentDueDate", "31.1.2026")]
)
def test_a_value_written_as_in_a_table_is_refused_and_not_in_the_message(files, field, value):
    journal = Journal(files[1])
    with pytest.raises(TruthError, match="An edit has it as the service writes it: an amount as") as told:
        journal.append(Edit(document="a.pdf", field=field, state="value", value=value))
    assert value not in str(told.value)
    with pytest.raises(TruthError, match=r"A journal takes gini\.Edit"):
        journal.append({"document": "a.pdf", "value": value})
    assert not journal.edits
    journal.append(Edit(document="a.pdf", field=field, state="value", value="smudged"))  # nobody can read it: a truth


def test_edits_of_fields_and_documents_that_nothing_else_names_are_said(files):
    journal = Journal(files[1], base=files[0])
    journal.append(Edit(document="a.pdf", field="Rechnungsbetrag", state="value", value="1.00:EUR"))
    journal.append(Edit(document="nowhere.pdf", field="iban", state="value", value="DE1"))
    notes = {note.kind: note for note in read_truth(files).notes}
    assert notes["edits_of_unknown_fields"].level == "must"
    assert "Rechnungsbetrag (Rechnungsbetrag is near amountToPay)" in notes["edits_of_unknown_fields"].text
    assert "ähnelt" in notes["edits_of_unknown_fields"].sentence("de")
    assert notes["edits_of_new_documents"].examples == ("nowhere.pdf",)
    alone = {note.kind for note in read_truth(files[1]).notes}
    assert not alone & {"edits_of_unknown_fields", "edits_of_new_documents"}
