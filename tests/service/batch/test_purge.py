"""T53: after a purge nothing of what stood on the documents is left in the run folder, or in what else was named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gini_notebook as gini
from gini_notebook.cli import app
from gini_notebook.errors import FileProblem, LedgerError
from gini_notebook.service.batch import cleanup, purge
from gini_notebook.service.batch.ledger.store import FILE_NAME, FolderLock
from tests.hostile.ledgers import ledger

CANARY = "DE02CANARY0000000001"
RESULT = json.dumps({"extractions": {"iban": {"entity": "iban", "value": CANARY}}})
AT_SERVICE = "UPDATE uploads SET deleted_at = NULL"
DELETED = "UPDATE uploads SET deleted_at = 1.0"


def run(folder: Path, *statements: str) -> Path:
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(ledger(*(statements or (DELETED,)), extractions=RESULT))
    return folder


def holders(folder: Path) -> list[str]:
    """Return the files below a folder that hold the canary."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes())


def test_T53_nothing_of_the_documents_is_left_after_a_purge(tmp_path: Path) -> None:
    folder = run(tmp_path / "run")
    batch = gini.Batch.load(folder)
    batch.to_csv(folder)
    batch.to_parquet(folder)
    batch.to_xlsx(tmp_path / "elsewhere.xlsx")
    (folder / ".extractions.killed.csv").write_text(CANARY, "utf-8")
    (folder / "session").write_text("x", "utf-8")
    assert len(holders(tmp_path)) >= 3
    done = gini.purge_local(folder, also=[tmp_path / "elsewhere.xlsx"])
    assert holders(tmp_path) == []
    assert done.left == ()
    assert {path.name for path in done.deleted} >= {FILE_NAME, "session", "elsewhere.xlsx", "extractions.csv"}
    assert not folder.exists()


def test_T53_what_the_run_did_not_make_stays_and_is_named(tmp_path: Path) -> None:
    folder = run(tmp_path / "run")
    (folder / "my notes.txt").write_text("mine", "utf-8")
    answer = CliRunner().invoke(app, ["purge", str(folder)])
    assert answer.exit_code == 0, answer.output
    assert "Left there, since the run did not make them: my notes.txt." in answer.output
    assert [path.name for path in folder.iterdir()] == ["my notes.txt"]


def test_T53_the_only_ledger_of_documents_at_the_service_is_not_deleted_by_oversight(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", AT_SERVICE)
    with pytest.raises(LedgerError, match=r"^1 documents of the run in .*still at the service, and only its"):
        gini.purge_local(folder)
    assert holders(tmp_path) == [FILE_NAME]
    told = CliRunner().invoke(app, ["purge", str(folder), "--leave-at-service", "--json"])
    assert json.loads(told.output)["deleted"] == [str(folder / FILE_NAME)]


def test_T53_unclear_documents_count_as_being_at_the_service(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", "UPDATE uploads SET state = 'unknown', document_id = NULL")
    with pytest.raises(LedgerError, match=r"1 documents of the run in .* may be still at the service"):
        gini.purge_local(folder)


def test_T53_a_run_that_is_on_is_not_purged(tmp_path: Path) -> None:
    folder = run(tmp_path / "run")
    with FolderLock(folder), pytest.raises(LedgerError, match="is in use by"):
        gini.purge_local(folder)
    assert holders(tmp_path) == [FILE_NAME]


@pytest.mark.parametrize("name", ["none.html", ".", "link.html"])
def test_T53_what_is_no_file_is_not_deleted_and_nothing_else_is(tmp_path: Path, name: str) -> None:
    folder = run(tmp_path / "run")
    (tmp_path / "link.html").symlink_to(folder / FILE_NAME)
    with pytest.raises(FileProblem, match="is no file, so it cannot be deleted; nothing was"):
        gini.purge_local(folder, also=[tmp_path / name])
    assert FILE_NAME in holders(tmp_path)


def test_T53_a_file_that_cannot_be_deleted_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run(tmp_path / "run")

    def refuse(_path: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(purge.Path, "unlink", refuse)
    with pytest.raises(FileProblem, match="cannot be deleted: Operation not permitted"):
        gini.purge_local(folder)


def test_T53_of_a_real_run_nothing_is_left_after_cleanup_and_purge(tmp_path: Path, client: gini.Client) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Rechnung\nIBAN DE89370400440532013000", "utf-8")
    gini.process(client, tmp_path / "in", to=tmp_path / "run", progress=False)
    with pytest.raises(LedgerError, match="still at the service"):
        gini.purge_local(tmp_path / "run")
    cleanup(client, tmp_path / "run")
    assert gini.purge_local(tmp_path / "run").left == ()
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
