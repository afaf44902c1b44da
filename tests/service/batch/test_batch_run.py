"""Runs against the sandbox over HTTPS: every document one row, failures as rows, resume for nothing."""

import os
import stat
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import CredentialsError, FileProblem, LedgerError
from gini_notebook.interactive.login import login
from gini_notebook.service.batch import Batch, BatchSettings, Counts, running
from gini_notebook.service.credentials import DeferredAccess, TrustedAccess
from tests.service.batch.conftest import QUICK, invoice

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]


def uploads_of(sandbox: "Sandbox", user: str) -> list[str]:
    return [document.sha256 for document in sandbox.stored().get(user, [])]


def posts(sandbox: "Sandbox", user: str) -> int:
    return sum(seen.method == "POST" and seen.user == user for seen in sandbox.requests())


def test_every_document_is_one_row_with_its_result(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of(count=12)
    report = running.run(client, folder, to=tmp_path / "run")
    assert report.counts == Counts(12, 12, 0)
    documents = Batch.load(tmp_path / "run").documents
    assert list(documents["document"]) == [f"invoice-{number:04}.txt" for number in range(12)]
    assert set(documents["status"]) == {"completed"}
    assert documents["document_id"].nunique() == 12
    assert set(documents["attempts"]) == {1}


def test_R16_a_finished_run_costs_no_request(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=8)
    running.run(client, folder, to=tmp_path / "run")
    before = len(sandbox.requests())
    again = running.run(client, folder, to=tmp_path / "run")
    resumed = running.resume(client, tmp_path / "run")
    assert again.counts == resumed.counts == Counts(8, 8, 0)
    assert len(sandbox.requests()) == before


def test_the_same_bytes_are_uploaded_once_and_are_two_rows(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=3)
    (folder / "copy.txt").write_bytes((folder / "invoice-0001.txt").read_bytes())
    (folder / "another copy.txt").write_bytes((folder / "invoice-0001.txt").read_bytes())
    report = running.run(client, folder, to=tmp_path / "run")
    loaded = Batch.load(tmp_path / "run")
    assert report.counts == Counts(5, 5, 0)
    assert len(uploads_of(sandbox, loaded.user)) == 3
    copies = loaded.documents.set_index("document")
    assert copies.loc["copy.txt", "document_id"] == copies.loc["invoice-0001.txt", "document_id"]
    assert list(loaded.duplicates["document"]) == ["copy.txt", "invoice-0001.txt"]
    assert set(loaded.duplicates["copy_of"]) == {"another copy.txt"}


def test_R8_permanent_errors_cost_one_request_and_the_others_finish(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    refused = [f"x.fault-{status}.txt" for status in (400, 403, 404, 405, 406, 409, 413, 415, 422)]
    folder = invoices_of("good-1.txt", *refused, "good-2.txt")
    report = running.run(client, folder, to=tmp_path / "run", settings=QUICK)
    loaded = Batch.load(tmp_path / "run")
    assert report.counts == Counts(11, 2, 9)
    assert posts(sandbox, loaded.user) == 11
    failed = loaded.documents[loaded.documents["status"] == "failed"]
    assert failed["error"].str.len().min() > 0
    assert failed["request_id"].notna().all()
    assert failed["document_id"].isna().all()


def test_bad_files_are_rows_with_the_reason(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of("good.txt")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is not a PDF")
    (folder / "program.pdf").write_bytes(b"\x7fELF\x00\x01\x02")
    (folder / "large.txt").write_text("x" * 600_000)
    paths = [*folder.iterdir(), folder / "gone.pdf"]
    report = running.run(client, paths, to=tmp_path / "run")
    assert report.counts == Counts(6, 1, 5)
    errors = Batch.load(tmp_path / "run").documents.set_index("document")["error"]
    assert "empty" in errors["empty.pdf"]
    assert "512 KiB" in errors["large.txt"]
    assert "none of PDF" in errors["program.pdf"]
    assert "No such file" in errors["gone.pdf"]
    assert errors["broken.pdf"] == "The PDF is broken." or "PDF" in errors["broken.pdf"]


def test_R35_a_document_the_service_cannot_process_is_a_failed_row_that_says_where_to_ask_why(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of("a.fault-processing-error.txt", "b.txt")
    assert running.run(client, folder, to=tmp_path / "run").counts == Counts(2, 1, 1)
    row = Batch.load(tmp_path / "run").documents.iloc[0]
    assert row["error"] == (
        f"The service could not process the document, and does not say why (progress ERROR, document "
        f"{row['document_id']}). Look whether the file opens; client.error_report({row['document_id']!r}) asks its "
        "support."
    )
    own = client.with_user(Batch.load(tmp_path / "run").user)
    assert "It could not be read: " in own.error_report(row["document_id"]).message


def test_R24_a_document_that_stays_pending_fails_after_its_own_limit_and_the_run_goes_on(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of("a.fault-processing-stuck.txt", "b.txt", "c.txt")
    report = running.run(client, folder, to=tmp_path / "run", settings=BatchSettings(document_limit_s=1.0))
    assert report.counts == Counts(3, 2, 1)
    assert Batch.load(tmp_path / "run").documents["error"][0].startswith("Not finished 1 s after the upload")


def test_R18_only_changed_bytes_are_uploaded_again(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=5)
    running.run(client, folder, to=tmp_path / "run")
    user = Batch.load(tmp_path / "run").user
    (folder / "invoice-0000.txt").write_text(invoice(99))
    (folder / "invoice-0001.txt").rename(folder / "renamed.txt")
    os.utime(folder / "invoice-0002.txt")
    (folder / "invoice-0003.txt").unlink()
    (folder / "below").mkdir()
    (folder / "invoice-0004.txt").rename(folder / "below/moved.txt")
    report = running.run(client, folder, to=tmp_path / "run")
    documents = Batch.load(tmp_path / "run").documents
    assert report.counts == Counts(4, 4, 0)
    assert list(documents["document"]) == ["below/moved.txt", "invoice-0000.txt", "invoice-0002.txt", "renamed.txt"]
    assert posts(sandbox, user) == 6
    assert documents["attempts"].eq(1).all()


def test_R18_a_finished_document_keeps_its_result_when_its_file_is_gone(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=2)
    running.run(client, folder, to=tmp_path / "run")
    (folder / "invoice-0000.txt").unlink()
    assert running.resume(client, tmp_path / "run").counts == Counts(2, 2, 0)


def test_R17_a_run_folder_belongs_to_one_service_and_user(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=1)
    running.run(client, folder, to=tmp_path / "run", user="user-1")
    with pytest.raises(LedgerError, match="belongs to user user-1, and this client is for user-2"):
        running.run(client, folder, to=tmp_path / "run", user="user-2")
    other = type(client)(client._access, api="https://127.0.0.1:1", user_center=client.user_center)
    with pytest.raises(LedgerError, match=r"belongs to api sandbox, and this client is for https://127\.0\.0\.1:1"):
        running.run(other, folder, to=tmp_path / "run")
    older = type(client)(
        client._access, api=client.api, user_center=client.user_center, environment="gini-api", ephemeral=True
    )
    with pytest.raises(LedgerError, match="belongs to version pay-api, and this client is for gini-api"):
        running.run(older, folder, to=tmp_path / "run")
    assert running.run(client, folder, to=tmp_path / "run").counts.completed == 1


def test_T50_each_run_has_a_fresh_user_of_its_own(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of(count=1)
    users = set()
    for number in range(3):
        running.run(client, folder, to=tmp_path / f"run-{number}")
        users.add(Batch.load(tmp_path / f"run-{number}").user)
    assert len(users | {client.user}) == 4
    assert min(map(len, users)) >= 31


def test_a_user_that_was_given_to_the_login_is_the_user_of_its_runs(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=2)
    given = login(sandbox, user_identifier="department-7")
    running.run(given, folder, to=tmp_path / "a")
    assert len(sandbox.stored()["department-7"]) == 2
    running.run(given, folder, to=tmp_path / "b", user="department-8")
    assert len(sandbox.stored()["department-8"]) == 2
    # What a form brings later counts as well.
    pending = DeferredAccess("Nobody is logged in yet.")
    waiting = client.with_access(pending)
    pending.fill(TrustedAccess(sandbox.client_id, sandbox.client_secret, "department-9"))
    running.run(waiting, folder, to=tmp_path / "c")
    assert len(sandbox.stored()["department-9"]) == 2
    with pytest.raises(LedgerError, match="belongs to user department-8, and this client is for department-7"):
        running.run(given, folder, to=tmp_path / "b")
    assert running.resume(given, tmp_path / "b").counts == Counts(2, 2, 0)


def test_a_user_that_is_no_identifier_is_refused(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="cannot be used"):
        running.run(client, invoices_of(count=1), to=tmp_path / "run", user="no\nuser")
    with pytest.raises(CredentialsError, match="cannot be used"):
        running.run(client, invoices_of(count=1), to=tmp_path / "run", user="")


def test_an_empty_folder_leaves_no_run_behind(client: "Client", tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileProblem, match="No documents in"):
        running.run(client, tmp_path / "empty", to=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_T25_the_run_folder_is_private_and_holds_no_secret(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    old = os.umask(0)
    try:
        running.run(client, invoices_of(count=2), to=tmp_path / "run")
    finally:
        os.umask(old)
    for path in (tmp_path / "run").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert sandbox.client_secret.encode() not in path.read_bytes()


def test_R25_progress_adds_up_and_never_falls(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of(*[f"{number}.txt" for number in range(30)], "x.fault-400.txt")
    (folder / "empty.pdf").write_bytes(b"")
    told: list[Counts] = []
    running.run(client, folder, to=tmp_path / "run", progress=told.append)
    assert told[-1] == Counts(32, 30, 2)
    assert all(one.completed + one.failed + one.pending + one.unclear == one.total == 32 for one in told)
    for before, after in pairwise(told):
        assert after.completed >= before.completed
        assert after.failed >= before.failed


def test_files_left_out_of_a_folder_are_reported(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of("a.txt")
    (folder / "truth.csv").write_text("document")
    assert running.run(client, folder, to=tmp_path / "run").left_out == (("truth.csv", "unknown kind"),)


def test_resume_needs_a_run(client: "Client", tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="nothing to resume"):
        running.resume(client, tmp_path)
