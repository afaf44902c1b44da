"""The reader of the sandbox as a second reader, over HTTPS."""

import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

import gini_notebook as gini
from gini_notebook.errors import FileProblem, SettingError

NAMES = ("club_garden.pdf", "club_sport.pdf")


@pytest.fixture
def batch(tmp_path, invoices):
    """What another service read in two invoices: one amount is not what is printed."""
    for name in NAMES:
        shutil.copy(invoices / name, tmp_path / name)
    truth = gini.read_truth(invoices / "truth.jsonl")
    found = truth[truth["document"].isin(NAMES) & truth["field"].isin(["amountToPay", "iban"])]
    found = found[["document", "field", "value"]].reset_index(drop=True)
    found.loc[found["document"].eq(NAMES[1]) & found["field"].eq("amountToPay"), "value"] = "1.00:EUR"
    return SimpleNamespace(extractions=found, files={name: [tmp_path / name] for name in NAMES})


def test_the_sandbox_reads_the_files_of_a_batch_and_agrees_where_both_are_right(batch):
    checks = gini.checks(batch, second="sandbox")
    agreed = checks[checks["check"] == "readers_agree"].set_index(["document", "field"])["verdict"]
    assert agreed[NAMES[0], "amountToPay"] == agreed[NAMES[0], "iban"] == "passed"
    assert agreed[NAMES[1], "amountToPay"] == "failed"
    assert checks.attrs["second"] == "sandbox"


def test_the_sandbox_is_no_second_reader_of_what_it_read_itself(batch):
    batch.service = "sandbox"
    with pytest.raises(SettingError, match="These 2 documents were read by the sandbox, which is no second reader"):
        gini.checks(batch, second="sandbox")


def test_without_files_the_sandbox_cannot_read(batch):
    batch.files[NAMES[0]][0].unlink()
    with pytest.raises(FileProblem, match=r"The files of 1 of 2 documents are gone, for example of 'club_garden\.pdf'"):
        gini.checks(batch, second="sandbox")
    with pytest.raises(SettingError, match="reads the files of a batch, and a DataFrame has 0"):
        gini.checks(pd.DataFrame(batch.extractions), second="sandbox")
    with pytest.raises(SettingError, match="second is 'Sandbox'; give a run, a table, or 'sandbox'"):
        gini.checks(batch, second="Sandbox")
