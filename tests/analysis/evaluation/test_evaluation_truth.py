"""The truth that was evaluated, handed out again with edits folded in, and never an extraction."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook import Edit, Evaluation, Journal, compare, evaluate, read_truth
from gini_notebook.analysis.truth import Truth, write_truth
from gini_notebook.errors import SchemaError, TruthError

TABLE = pd.DataFrame(
    {
        "Dateiname": ["a.pdf", "b.pdf", "c.pdf"],
        "IBAN": ["DE02120300000000202051", "DE99", "DE02120300000000202051"],
        "Betrag": ["1,50 €", "2,00 €", None],
        "Bemerkung": ["x", "y", "z"],
    }
)
FOUND = pd.DataFrame(
    [
        ("a.pdf", "iban", "DE02120300000000202051"),
        ("b.pdf", "iban", "DE111"),
        ("b.pdf", "amountToPay", "2.00:EUR"),
        ("d.pdf", "iban", "DE222"),
    ],
    columns=["document", "field", "value"],
)
LONG = pd.DataFrame(
    [
        ("a.pdf", "", 0, "iban", 0, "DE1", "value"),
        ("a.pdf", "", 0, "iban", 1, "DE2", "value"),
        ("a.pdf", "", 0, "bic", 0, None, "empty"),
        ("a.pdf", "", 0, "paymentRecipient", 0, None, "unclear"),
        ("a.pdf", "lineItems", 0, "baseGross", 0, "1.00:EUR", "value"),
        ("a.pdf", "lineItems", 1, "baseGross", 0, "2.00:EUR", "value"),
    ],
    columns=["document", "group", "row", "field", "alternative", "value", "state"],
)
KEY = ["document", "group", "row", "field", "alternative", "value", "state"]


def rows(truth) -> list[tuple]:
    table = pd.DataFrame(truth)[KEY].astype(object)
    return sorted(table.where(table.notna(), None).itertuples(index=False, name=None), key=str)


def counts(truth) -> dict[str, int]:
    return {note.kind: note.count for note in truth.notes}


def iban(value: str, **more) -> Edit:
    return Edit(**({"document": "b.pdf", "field": "iban", "state": "value", "value": value} | more))


@pytest.mark.filterwarnings("ignore::gini_notebook.TruthWarning")
@pytest.mark.parametrize("stored", [False, True])
def test_the_truth_of_an_evaluation_is_the_one_it_was_given(stored, tmp_path):
    given = read_truth(TABLE)
    result = evaluate(FOUND, given)
    if stored:
        result = Evaluation.load(result.save(tmp_path / "evaluation.zip"))
    truth = result.to_truth()
    assert isinstance(truth, Truth)
    assert rows(truth) == rows(given)
    assert truth.digest == given.digest
    assert truth.notes == given.notes
    assert truth.attrs["rule"] == given.attrs["rule"]
    assert truth["source"].tolist() == given["source"].tolist()
    again = evaluate(FOUND, truth)
    again = replace(again, provenance={**again.provenance, "made_at": result.provenance["made_at"]})
    assert again.provenance == result.provenance
    pd.testing.assert_frame_equal(again.comparisons, result.comparisons)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("way", ["path", "journal", "edits"])
def test_edits_are_folded_in_and_nothing_that_was_extracted(stored, way, tmp_path):
    result = evaluate(FOUND, read_truth(TABLE[["Dateiname", "IBAN"]]))
    if stored:
        result = Evaluation.load(result.save(tmp_path / "evaluation.zip"))
    journal = Journal(tmp_path / "labels.jsonl")
    edits = journal.append_all([iban("DE02500105170137075030", saw_reading=True), iban("X", document="c.pdf")])
    truth = result.to_truth({"path": str(journal.path), "journal": journal, "edits": edits}[way])
    values = dict(zip(truth["document"], truth["value"], strict=True))
    assert values == {
        "a.pdf": "DE02120300000000202051",
        "b.pdf": "DE02500105170137075030",
        "c.pdf": "X",
    }
    assert truth.loc[truth["document"] == "b.pdf", "source"].tolist() == ["edit:typed:saw reading"]
    assert counts(truth)["edits_folded"] == 2
    assert truth.digest != result.to_truth().digest
    assert evaluate(FOUND, truth).to_truth().digest == truth.digest


def test_a_note_about_a_label_goes_when_an_edit_mends_it_and_comes_when_an_edit_brings_it_in(tmp_path):
    wrong = TABLE[["Dateiname", "IBAN"]].assign(IBAN=["DE02120300000000202051", "DE03120300000000202051", "n/a"])
    base = read_truth(wrong)
    assert {kind: count for kind, count in counts(base).items() if kind != "columns_understood"} == {
        "check_digits": 1,
        "missing_words": 1,
    }
    journal = Journal(tmp_path / "labels.jsonl")
    journal.append_all([iban("DE02120300000000202051"), iban(None, document="c.pdf", state="empty")])
    wrong.to_csv(tmp_path / "truth.csv", index=False)
    for mended in (read_truth([tmp_path / "truth.csv", journal.path]), read_truth([base, journal.path])):
        assert set(counts(mended)) == {"columns_understood", "edits_folded"}
    journal.append_all([iban("DE03120300000000202051"), iban("anderthalb", field="amountToPay")])
    spoiled = read_truth([base, journal.path])
    assert counts(spoiled) == {"columns_understood": 2, "edits_folded": 3, "check_digits": 1, "truth_unread": 1}


def test_a_note_about_a_label_goes_when_a_later_source_replaces_it(tmp_path):
    first = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "iban": ["DE03120300000000202051", "DE02120300000000202051"]})
    later = pd.DataFrame({"document": ["a.pdf"], "iban": ["DE02120300000000202051"]})
    assert counts(read_truth(first)) == {"check_digits": 1}
    assert counts(read_truth([first, later])) == {"truth_replaced": 1}


def test_reading_a_truth_again_says_the_same_of_it():
    truth = read_truth(LONG)
    assert counts(truth)["alternatives_found"] == 1
    again = read_truth(truth)
    assert (again.notes, again.digest, again.attrs["rule"]) == (truth.notes, truth.digest, truth.attrs["rule"])
    declared = read_truth(TABLE, declared_fields=["bic"])
    assert read_truth(declared).attrs["rule"] == declared.attrs["rule"]


def test_alternatives_empty_and_unclear_labels_and_rows_come_back():
    found = pd.DataFrame({"document": ["a.pdf"], "field": ["iban"], "value": ["DE2"]})
    assert rows(evaluate(found, LONG).to_truth()) == rows(LONG)


def test_documents_are_called_as_in_the_run_and_those_of_no_count_stay():
    batch = SimpleNamespace(
        extractions=FOUND.assign(document="2026/" + FOUND["document"].str.upper()),
        documents=pd.DataFrame({"document": ["2026/A.PDF", "2026/B.PDF", "2026/D.PDF"], "status": "completed"}),
    )
    result = evaluate(batch, read_truth(TABLE))
    assert result.provenance["documents_not_sent"] == ["c.pdf"]
    with ThreadPoolExecutor() as executor:
        parted = evaluate(batch, read_truth(TABLE), executor=executor).in_memory()
    for each in (result, parted):
        assert set(each.to_truth()["document"]) == {"2026/A.PDF", "2026/B.PDF", "c.pdf"}


@pytest.mark.filterwarnings("ignore::gini_notebook.TruthWarning")
def test_a_partitioned_evaluation_says_what_brings_it_into_memory(tmp_path):
    given = read_truth(TABLE)
    FOUND.to_parquet(tmp_path / "found.parquet")
    write_truth(given, tmp_path / "truth.parquet")
    for truth in (given, tmp_path / "truth.parquet"):
        parted = evaluate(tmp_path / "found.parquet", truth)
        with pytest.raises(AttributeError, match=r"result\.in_memory\(\)\.to_truth\("):
            parted.to_truth()
        assert rows(parted.in_memory().to_truth()) == rows(given)


@pytest.mark.filterwarnings("ignore::gini_notebook.TruthWarning")
def test_views_of_an_evaluation_keep_its_truth():
    result = evaluate(FOUND.assign(confidence=0.9), read_truth(TABLE))
    assert result.at_confidence(0.5).to_truth().digest == result.to_truth().digest
    assert compare(result, result).a.to_truth().digest == result.to_truth().digest


def test_a_changed_table_does_not_change_what_was_evaluated():
    given = LONG.copy()
    result = evaluate(pd.DataFrame({"document": ["a.pdf"], "field": ["iban"], "value": ["DE2"]}), given)
    given.loc[:, "value"] = "other"
    assert rows(result.to_truth()) == rows(LONG)


@pytest.mark.filterwarnings("ignore::gini_notebook.TruthWarning")
def test_what_are_no_edits_is_refused(tmp_path):
    result = evaluate(FOUND, read_truth(TABLE))
    (tmp_path / "truth.jsonl").write_text('{"document": "a.pdf", "iban": "DE1"}\n')
    with pytest.raises(TruthError, match=r"There is no file '.*none\.jsonl' to read edits from"):
        result.to_truth(tmp_path / "none.jsonl")
    with pytest.raises(TruthError, match=r"truth\.jsonl is no journal of edits"):
        result.to_truth(tmp_path / "truth.jsonl")
    with pytest.raises(TruthError, match="a Journal, the path of one, or a list of Edit"):
        result.to_truth(["labels.jsonl"])
    old = Evaluation(result.comparisons, result.documents, None, result.settings, result.provenance)
    with pytest.raises(SchemaError, match="kept by a version that left out the truth"):
        Evaluation.load(old.save(tmp_path / "old.zip")).to_truth()
