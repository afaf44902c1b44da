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
    with pytest.raises(FileProblem, match="gone"):
        gini.check_truth(truth, documents=tmp_path / "gone")
    with pytest.raises(SchemaError, match="give the batch: its documents table knows their ids"):
        gini.check_truth(truth, client=client)
