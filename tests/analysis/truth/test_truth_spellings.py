"""Documents that a ground truth spells in two ways: both are the one document, unless what they say contradicts."""

import openpyxl
import pandas as pd
import pytest

import gini_notebook as gini
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.document_names import paired

IBAN, OTHER = "DE02120300000000202051", "DE02500105170137075030"
RUN = ["alpha_one.pdf", "beta_two.pdf"]


class Run:
    """A run of these documents, as far as an evaluation needs one."""

    folder = None

    def __init__(self) -> None:
        rows = [(name, "", 0, "iban", IBAN) for name in RUN]
        rows += [(name, "lineItems", 0, "description", "Brett") for name in RUN]
        self.extractions = pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])
        self.documents = pd.DataFrame({"document": RUN, "status": "completed"})


def workbook(path, first, second):
    """Write a workbook: a sheet of header fields, and one of line items."""
    book = openpyxl.Workbook()
    for sheet, header, rows in (
        (book.active, ["Dateiname", "IBAN"], [[name, IBAN] for name in first]),
        (book.create_sheet("Pos"), ["Dateiname", "Bezeichnung"], [[name, "Brett"] for name in second]),
    ):
        sheet.append(header)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


SPELLINGS = [
    (["alpha_one", "beta_two"], RUN),
    (["ALPHA_ONE", "Beta_Two"], ["alpha_one", "BETA_TWO"]),
    (["in/alpha_one.pdf", "in/beta_two.pdf"], ["alpha_one", "beta_two"]),
]


@pytest.mark.parametrize(("first", "second"), SPELLINGS)
@pytest.mark.parametrize("documents", [RUN, None])
def test_two_sheets_that_spell_a_document_in_two_ways_label_one_document(tmp_path, first, second, documents):
    truth = read_truth(workbook(tmp_path / "t.xlsx", first, second), documents=documents)
    result = evaluate(Run(), truth)
    assert set(result.comparisons["outcome"]) == {"correct"}
    assert sorted({(row.document, row.field) for row in result.comparisons.itertuples()}) == [
        (name, field) for name in RUN for field in ("description", "iban")
    ]
    assert {note.kind for note in result.notes} & {"documents_not_sent", "documents_unpaired"} == set()
    assert "documents_paired" in {note.kind for note in result.notes}


def test_tables_in_memory_pair_two_spellings_too():
    rows = [("ALPHA_ONE", "iban", IBAN), ("alpha_one.PDF", "bic", "BYLADEM1001"), ("alpha_one.PDF", "iban", IBAN)]
    truth = pd.DataFrame(rows, columns=["document", "field", "value"])
    found = pd.DataFrame([("alpha_one.pdf", *row[1:]) for row in rows[:2]], columns=truth.columns)
    result = evaluate(found, truth)
    assert result.comparisons["outcome"].tolist() == ["correct", "correct"]
    assert result.documents["document"].tolist() == ["alpha_one.pdf"]


def test_what_was_only_declared_yields_to_what_another_spelling_says(tmp_path):
    truth = read_truth(workbook(tmp_path / "t.xlsx", ["alpha_one", "beta_two"], RUN), declared_fields=["iban"])
    assert (truth["source"] == "declared").sum() == 2
    assert evaluate(Run(), truth).comparisons["outcome"].tolist() == ["correct"] * 4


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("kind", ["run", "tables", "documents="])
def test_labels_that_contradict_are_not_put_together_and_both_spellings_are_named(exact, kind):
    names = ["alpha_one", "alpha_one.pdf" if exact else "ALPHA_ONE"]
    frame = pd.DataFrame({"document": [*names, "beta_two.pdf"], "field": "iban", "value": [IBAN, OTHER, IBAN]})
    if kind == "documents=":
        notes = read_truth(frame, documents=RUN).notes
    else:
        run = Run()
        with pytest.warns(gini.TruthWarning, match="by another spelling the same document has other labels"):
            notes = evaluate(run if kind == "run" else run.extractions, frame).notes
    [note] = [note for note in notes if note.kind == "spellings_contradict"]
    assert (note.level, note.count) == ("must", 1 if exact else 2)
    assert note.examples[0] == f"alpha_one = {names[1]}: iban"
    assert not {note.kind for note in notes} & {"documents_not_sent", "documents_unpaired"}


def test_a_contradiction_is_told_once_where_reading_has_told_it_already():
    frame = pd.DataFrame({"document": ["alpha_one", *RUN], "iban": [OTHER, IBAN, IBAN]})
    with pytest.warns(gini.TruthWarning):
        result = evaluate(Run(), read_truth(frame, documents=RUN))
    assert [note.count for note in result.notes if note.kind == "spellings_contradict"] == [1]


def test_names_with_two_folders_are_two_documents():
    def rows(_):
        return []

    assert not paired(["x/a.pdf", "y/a.pdf"], ["a.pdf", "b.pdf"], rows).names
    assert paired(["x/a.pdf", "y/A.pdf"], ["x/a.pdf"], rows).names == {}
    assert paired(["x/a.pdf", "A"], ["x/a.pdf"], rows).names == {"A": "x/a.pdf"}


def test_a_name_that_fits_two_documents_with_a_truth_is_a_grave_note():
    frame = pd.DataFrame({"document": ["a", "a.pdf", "a.png"], "field": "iban", "value": IBAN})
    run = Run()
    run.documents = pd.DataFrame({"document": ["a.pdf", "a.png"], "status": "completed"})
    run.extractions = pd.DataFrame({"document": ["a.pdf", "a.png"], "field": "iban", "value": IBAN})
    with pytest.warns(gini.TruthWarning, match="found no partner by name"):
        notes = evaluate(run, frame).notes
    [note] = [note for note in notes if note.kind == "documents_unpaired"]
    assert note.examples == ("a (nearest: a.pdf)",)
    assert "read_truth(documents=" not in note.advice


@pytest.mark.parametrize(
    ("name", "document", "difference"),
    [
        ("ALPHA", "alpha.pdf", "case and the ending"),
        ("alpha", "alpha.pdf", "the ending"),
        ("alpha.PDF", "alpha.pdf", "case"),
        ("x/Alpha", "y/alpha.pdf", "case, the folder and the ending"),
        ("alpha.pdf ", "alpha.pdf", "blanks or their Unicode form"),
    ],
)
def test_M25_all_that_differs_between_two_names_is_said_in_both_languages(name, document, difference):
    [note] = paired([name, "z"], [document, "b"]).notes
    assert note.detail == difference
    assert f"({difference})" not in note.sentence("de")
