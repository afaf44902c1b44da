"""R5: one test per cell of the outcome table, each seen on a real wire."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from gini_notebook.errors import (
    CertificateRefused,
    NotAuthorized,
)
from gini_notebook.interactive.login import login
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, running
from gini_notebook.service.client import Timing
from tests.service.batch.conftest import QUICK, invoice

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.sandbox.launcher import SeenRequest, StoredDocument
    from gini_notebook.service.client import Client

# Two large runs serve most tests of this file, so one process does them all.
pytestmark = pytest.mark.xdist_group("outcome table")
Invoices = Callable[..., Path]
# Faults of POST /documents that strike once -> POSTs of the document until it is there.
UPLOADS = {
    "429": 2,
    "429-bare": 2,
    "429-date": 2,
    "408-date": 2,
    "408": 2,
    "408-bare": 2,
    "503": 2,
    "503-bare": 2,
    "500": 2,
    "502": 2,
    "504": 2,
    "html": 2,
    "portal": 2,
    "reset-before": 2,
    "500-after": 1,
    "502-after": 1,
    "503-after": 1,
    "504-after": 1,
    "html-after": 1,
    "reset-after": 1,
    "no-location": 1,
    "foreign-location": 1,
}
# Faults of the two reading calls that strike once: all are repeated, and nothing damaged becomes a result.
READINGS = (
    "429",
    "429-date",
    "408",
    "503",
    "503-bare",
    "500",
    "502",
    "504",
    "html",
    "portal",
    "reset-before",
    "reset-after",
    "truncated",
    "short",
    "empty",
    "broken-gzip",
)
REFUSALS = ("400", "403", "404", "406", "422", "redirect")
CALLS = ("document", "extractions")


@dataclass(frozen=True)
class Seen:
    """A run and what the service saw of it."""

    loaded: Batch
    requests: list["SeenRequest"]
    stored: list["StoredDocument"]

    def row(self, fault: str) -> pd.Series:
        documents = self.loaded.documents
        return documents[documents["document"] == f"x.fault-{fault}.txt"].iloc[0]

    def posts(self, fault: str) -> list["SeenRequest"]:
        return [one for one in self.requests if one.method == "POST" and f"x_fault-{fault}." in one.query]


def run_with(sandbox: "Sandbox", folder: Path, faults: list[str]) -> Seen:
    """Run one batch of documents, each with another fault, between two sound ones."""
    (folder / "documents").mkdir()
    for number, name in enumerate(["0.txt", *(f"x.fault-{fault}.txt" for fault in faults), "z.txt"]):
        (folder / "documents" / name).write_text(invoice(number))
    since = len(sandbox.requests())
    running.run(login(sandbox), folder / "documents", to=folder / "run", settings=QUICK)
    loaded = Batch.load(folder / "run")
    requests = [one for one in sandbox.requests(since) if one.user == loaded.user]
    return Seen(loaded, requests, sandbox.stored()[loaded.user])


@pytest.fixture(scope="module")
def uploads(sandbox: "Sandbox", tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return run_with(sandbox, tmp_path_factory.mktemp("uploads"), [f"{fault}-x1" for fault in UPLOADS])


@pytest.fixture(scope="module")
def readings(slow_sandbox: "Sandbox", tmp_path_factory: pytest.TempPathFactory) -> Seen:
    once = [f"{call}-{fault}-x1" for fault in READINGS for call in CALLS]
    always = [f"{call}-{fault}" for fault in REFUSALS for call in CALLS]
    slow_sandbox.set_faults({"GET /documents": {"404": 1.0}})
    try:
        return run_with(slow_sandbox, tmp_path_factory.mktemp("readings"), once + always)
    finally:
        slow_sandbox.set_faults({})


@pytest.mark.parametrize("fault", UPLOADS)
def test_R5_upload(uploads: Seen, fault: str) -> None:
    assert uploads.row(f"{fault}-x1")["status"] == "completed"
    assert len(uploads.posts(f"{fault}-x1")) == UPLOADS[fault]
    assert [one.name.split(".")[0] for one in uploads.stored].count(f"x_fault-{fault}-x1") == 1


def test_R2_R3_nothing_is_there_twice(uploads: Seen) -> None:
    assert len(uploads.stored) == len(uploads.loaded.documents) == len(UPLOADS) + 2
    assert len(uploads.loaded.surplus) == 0


UNCLEAR = [
    fault for fault, posts in UPLOADS.items() if posts == 2 and fault not in {"429", "429-bare", "429-date", "408-date"}
]


@pytest.mark.parametrize("fault", UNCLEAR)
def test_R4_an_unclear_upload_is_repeated_only_after_the_quarantine_and_two_readings_of_the_list(
    uploads: Seen, fault: str
) -> None:
    first, second = uploads.posts(f"{fault}-x1")
    lists = [
        one
        for one in uploads.requests
        if first.number < one.number < second.number and one.method == "GET" and one.path == "/documents"
    ]
    assert len(lists) >= 2
    assert second.time - first.time >= QUICK.quarantine_s


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", READINGS)
def test_R5_R11_reading_is_repeated_and_nothing_damaged_is_stored(readings: Seen, fault: str, call: str) -> None:
    row = readings.row(f"{call}-{fault}-x1")
    assert row["status"] == "completed", row["error"]
    extractions = readings.loaded.extractions
    assert "amountToPay" in set(extractions.loc[extractions["document"] == row["document"], "field"])
    path = f"/documents/{row['document_id']}" + ("/extractions" if call == "extractions" else "")
    assert [one.path for one in readings.requests].count(path) >= 2


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", REFUSALS)
def test_R5_R8_reading_that_is_refused_fails_the_row_after_one_request(readings: Seen, fault: str, call: str) -> None:
    row = readings.row(f"{call}-{fault}")
    path = f"/documents/{row['document_id']}" + ("/extractions" if call == "extractions" else "")
    asked = [one for one in readings.requests if one.path == path]
    assert row["status"] == "failed"
    if fault == "404":
        # The document may only be late.
        asked = asked[-1:]
    assert len(asked) == 1
    assert row["request_id"] == asked[0].request_id


def test_R5_a_refused_login_is_fatal_and_the_run_resumes(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of("a.txt", "x.fault-401-x1.txt", "y.txt")
    with pytest.raises(NotAuthorized, match="Log in again") as caught:
        running.run(client, folder, to=tmp_path / "run")
    assert any("gini-notebook resume" in note for note in caught.value.__notes__)
    report = running.resume(client, tmp_path / "run", settings=QUICK)
    assert report.counts.completed == 3
    assert len(sandbox.stored()[Batch.load(tmp_path / "run").user]) == 3


def test_R5_a_refused_certificate_is_fatal_and_nothing_is_sent(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    mistrusting = type(client)(client._access, api=sandbox.api, user_center=sandbox.user_center)
    since = len(sandbox.requests())
    with pytest.raises(CertificateRefused, match="certificate"):
        running.run(mistrusting, invoices_of("a.txt", "b.txt"), to=tmp_path / "run")
    assert len(sandbox.requests(since)) == 0
    assert Batch.load(tmp_path / "run").status() == {"completed": 0, "failed": 0, "unclear": 0, "pending": 2}


@pytest.mark.parametrize("fault", ["drip", "drip-head", "slow"])
def test_R10_an_answer_that_never_ends_is_given_up_at_the_deadline_and_the_upload_found(
    sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, fault: str
) -> None:
    client = login(sandbox, timing=Timing(deadline_s=1.0))
    began = time.monotonic()
    report = running.run(client, invoices_of(f"x.fault-{fault}-x1.txt", "y.txt"), to=tmp_path / "run", settings=QUICK)
    assert time.monotonic() - began < 4.5
    assert report.counts.completed == 2
    assert len(sandbox.stored()[Batch.load(tmp_path / "run").user]) == 2


def test_R5_a_redirect_of_an_upload_fails_the_row(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    report = running.run(client, invoices_of("x.fault-redirect.txt", "y.txt"), to=tmp_path / "run")
    assert (report.counts.completed, report.counts.failed) == (1, 1)


def test_a_file_that_always_fails_at_the_service_gives_up_and_says_why(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    settings = batch.BatchSettings(quarantine_s=0.3, attempts=2)
    report = running.run(client, invoices_of("x.fault-500.txt", "y.txt"), to=tmp_path / "run", settings=settings)
    assert (report.counts.completed, report.counts.failed) == (1, 1)
    row = Batch.load(tmp_path / "run").documents.iloc[0]
    assert row["error"].startswith("Given up after 2 attempts to upload.")
    assert row["attempts"] == 2
    assert row["request_id"]
