"""``check_truth`` with runs, folders, lists, and the words of the service's layout."""

import shutil

import pandas as pd
import pytest

import gini_notebook as gini
from gini_notebook.errors import FileProblem, SchemaError

NAMES = ("club_garden.pdf", "club_sport.pdf", "craftsman_electric.pdf")


@pytest.fixture
def folder(tmp_path, invoices):
    """A folder with three invoices, one of them below another one."""
    target = tmp_path / "invoices"
    (target / "below").mkdir(parents=True)
    for name in NAMES:
        shutil.copy(invoices / name, target / ("below" if name.startswith("craft") else "") / name)
    return target


@pytest.fixture
def truth(invoices):
    """The truth of the three, with one digit of an IBAN wrong."""
    table = gini.read_truth(invoices / "truth.jsonl")
    table = table[table["document"].isin(NAMES) & ~table["field"].isin(["layout", "quality", "language"])]
    table = table.replace({"document": {NAMES[2]: f"below/{NAMES[2]}"}})
    wrong = (table["document"] == NAMES[0]) & (table["field"] == "iban")
    table.loc[wrong, "value"] = table.loc[wrong, "value"].str.replace("3676", "3679")
    return table.reset_index(drop=True)


def first(found: pd.DataFrame) -> list[str]:
    return found.loc[0, ["document", "field", "check"]].tolist()


SLIP = [NAMES[0], "iban", "one_character"]


def test_the_words_of_a_folder_show_a_slip(folder, truth):
    found = gini.check_truth(truth, documents=folder)
    assert first(found) == SLIP
    assert found.attrs["words"] == 3


def test_documents_are_named_as_for_a_run(folder, truth):
    mapping = {name: folder / name for name in NAMES[:2]}
    assert gini.check_truth(truth, documents=mapping).attrs["words"] == 2
    pages = {NAMES[0]: [folder / NAMES[0], folder / NAMES[1]]}
    assert gini.check_truth(truth, documents=pages).attrs["words"] == 1
    renamed = truth.replace({"document": {f"below/{NAMES[2]}": "below"}})
    assert gini.check_truth(renamed, documents=folder).attrs["words"] == 3


def test_a_run_brings_the_files_it_was_made_from_as_long_as_they_are_unchanged(client, folder, truth, tmp_path):
    batch = gini.process(client, folder, to=tmp_path / "run", progress=False)
    found = gini.check_truth(truth, batch)
    assert first(found) == SLIP
    assert found.attrs["words"] == 3
    assert "the run read" in found.loc[0, "found"]
    (folder / NAMES[0]).write_bytes((folder / NAMES[1]).read_bytes())
    (folder / "below" / NAMES[2]).unlink()
    assert gini.check_truth(truth, batch).attrs["words"] == 1
    assert first(gini.check_truth(truth, batch.extractions)) == SLIP


def test_the_service_is_asked_for_the_words_that_lack(client, folder, truth, tmp_path):
    batch = gini.process(client, folder, to=tmp_path / "run", progress=False)
    (folder / NAMES[0]).unlink()
    found = gini.check_truth(truth, batch, client=client)
    assert found.attrs["words"] == 3
    assert first(found) == SLIP
    client.with_user(batch.user).delete(batch.documents.set_index("document").loc[NAMES[0], "document_id"])
    assert gini.check_truth(truth, batch, client=client).attrs["words"] == 2


def test_what_is_no_run_and_no_folder_is_refused(client, truth, tmp_path):
    with pytest.raises(SchemaError, match="Cannot check a truth against a str: give a batch"):
        gini.check_truth(truth, "runs/baseline")
    with pytest.raises(SchemaError, match="Cannot check a str: give the table that read_truth"):
        gini.check_truth("truth.csv")
    with pytest.raises(SchemaError, match="document"):
        gini.check_truth(truth.drop(columns="document"))
    with pytest.raises(FileProblem, match="gone"):
        gini.check_truth(truth, documents=tmp_path / "gone")
    with pytest.raises(SchemaError, match="give the batch: its documents table knows their ids"):
        gini.check_truth(truth, client=client)


def test_a_run_with_files_that_failed_is_checked_like_any_other(client, folder, truth, tmp_path):
    (folder / "empty.pdf").touch()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    batch = gini.process(client, folder, to=tmp_path / "run", progress=False)
    assert batch.documents["sha256"].isna().any()
    found = gini.check_truth(truth, batch)
    assert first(found) == SLIP
    assert found.attrs["words"] == 3


@pytest.mark.parametrize("known", ["run", "folder", "both"])
def test_names_are_paired_as_an_evaluation_pairs_them_and_that_is_said(client, folder, truth, tmp_path, known):
    batch = gini.process(client, folder, to=tmp_path / "run", progress=False)
    other = truth.assign(document=truth["document"].replace({NAMES[0]: "club_garden", NAMES[1]: rf"C:\in\{NAMES[1]}"}))
    other = other.assign(document=other["document"].replace({f"below/{NAMES[2]}": f"below/{NAMES[2].upper()}"}))
    given = {"run": (batch,), "folder": (None, folder), "both": (batch, folder)}[known]
    found = gini.check_truth(other, *given)
    assert found.attrs["words"] == 3
    assert first(found)[1:] == SLIP[1:]
    assert not [note for note in found.notes if note.kind == "labels_not_looked_for"]
    paired = [note for note in found.notes if note.kind == "documents_paired"]
    if known == "folder":
        assert first(found)[0] == "club_garden"
    else:
        assert first(found)[0] == NAMES[0]
        assert paired == [note for note in gini.evaluate(batch, other).notes if note.kind == "documents_paired"]
        assert "names differ in the ending" in repr(found)


def test_labels_that_could_not_be_looked_for_are_counted(client, folder, truth, tmp_path):
    batch = gini.process(client, folder, to=tmp_path / "run", progress=False)
    strange = truth.assign(document=truth["document"].replace({NAMES[1]: "club_sprot_2.pdf"}))
    found = gini.check_truth(strange, batch)
    kinds = {note.kind: note for note in found.notes}
    assert kinds["documents_unpaired"].examples == (f"club_sprot_2.pdf (nearest: {NAMES[1]})",)
    assert kinds["labels_not_looked_for"].examples == ("club_sprot_2.pdf",)
    assert kinds["labels_not_looked_for"].level == "info"
    (alone,) = gini.check_truth(truth).notes
    assert alone.level == "must"
    assert alone.text.endswith("no words of their documents are known: not one was looked for.")
    assert f"! {alone.text} Name the folder with documents=" in repr(gini.check_truth(truth))
    assert alone.text in gini.check_truth(truth)._repr_html_()


def test_a_value_of_the_code_on_the_page_stands_in_the_document(invoices):
    truth = gini.read_truth(invoices / "truth.jsonl")
    truth = truth[(truth["document"] == "poster_code.pdf") & truth["field"].isin(["iban", "bic", "amountToPay"])]
    found = gini.check_truth(truth, truth, documents={"poster_code.pdf": invoices / "poster_code.pdf"})
    assert found.empty
    wrong = truth.replace({"value": {"DE29830944958174261068": "DE29830944958174261069"}})
    found = gini.check_truth(wrong, documents={"poster_code.pdf": invoices / "poster_code.pdf"})
    assert found["value"].tolist() == ["DE29830944958174261069"]
    assert found["suggestion"].tolist() == ["Take 'DE29830944958174261068', which differs in one character."]
