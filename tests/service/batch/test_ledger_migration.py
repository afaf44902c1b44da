"""A ledger that an earlier version of the program wrote goes on without a request, or stays as it was."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pandas.testing import assert_frame_equal

from gini_notebook.errors import LedgerError
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, Counts, process, running
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger, store
from gini_notebook.service.batch.ledger.store import APPLICATION_ID
from tests.service.batch.conftest import QUICK, letter

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]
TABLES = ("documents", "extractions", "candidates", "surplus")
# As the first version made them.
FIRST = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (document TEXT PRIMARY KEY, position INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER,
    modified_ns INTEGER, listed INTEGER NOT NULL, key TEXT REFERENCES uploads, problem TEXT) WITHOUT ROWID;
CREATE INDEX documents_in_order ON documents (listed, position);
CREATE INDEX documents_of_upload ON documents (key);
CREATE TABLE uploads (key TEXT PRIMARY KEY, bytes INTEGER NOT NULL, media_type TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('planned', 'intent', 'unknown', 'uploaded', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0, polls INTEGER NOT NULL DEFAULT 0, document_id TEXT UNIQUE, intent_at REAL,
    unknown_at REAL, uploaded_at REAL, finished_at REAL, deleted_at REAL, processing_s REAL, pages INTEGER,
    source_classification TEXT, error TEXT, request_id TEXT,
    CHECK (state NOT IN ('uploaded', 'done') OR document_id IS NOT NULL)) WITHOUT ROWID;
CREATE INDEX uploads_by_state ON uploads (state);
CREATE TABLE results (key TEXT PRIMARY KEY REFERENCES uploads, extractions TEXT NOT NULL);
CREATE TABLE surplus (document_id TEXT PRIMARY KEY, key TEXT, name TEXT NOT NULL, created_at REAL,
    deleted_at REAL) WITHOUT ROWID;
"""


def made_first(to: Path) -> None:
    """Rewrite a ledger as the first version would have written it."""
    with closing(sqlite3.connect(to / "first.sqlite")) as first, first:
        first.executescript(FIRST)
        first.execute("ATTACH ? AS now", (str(to / FILE_NAME),))
        for table in ("facts", "documents", "uploads", "results", "surplus"):
            columns = ", ".join(row[1] for row in first.execute(f"PRAGMA main.table_info({table})"))
            first.execute(f"INSERT INTO main.{table} SELECT {columns} FROM now.{table}")
        first.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        first.execute("PRAGMA user_version = 1")
    (to / "first.sqlite").replace(to / FILE_NAME)


def structure(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the columns of every table, and the indexes."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")]
        return {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in sorted(names)}


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.fixture
def first(client: "Client", invoices_of: Invoices, tmp_path: Path) -> Batch:
    """A run of eight documents in the shape of the first version; its tables were read before."""
    loaded = process(client, invoices_of(count=8), to=tmp_path / "run")
    for table in TABLES:
        getattr(loaded, table)
    made_first(tmp_path / "run")
    return loaded


def test_a_ledger_of_the_first_version_can_be_looked_at_as_it_is(first: Batch) -> None:
    before = (first.folder / FILE_NAME).read_bytes()
    loaded = Batch.load(first.folder)
    for table in TABLES:
        assert_frame_equal(getattr(loaded, table), getattr(first, table))
    assert len(loaded.documents) == 8
    assert batch.status(first.folder)["completed"] == 8
    assert (first.folder / FILE_NAME).read_bytes() == before


def test_R16_a_run_of_the_first_version_goes_on_without_a_request_and_takes_composites(
    client: "Client", sandbox: "Sandbox", first: Batch, tmp_path: Path
) -> None:
    since = len(sandbox.requests())
    assert running.run(client, tmp_path / "invoices", to=first.folder).counts == Counts(8, 8, 0)
    assert len(sandbox.requests(since)) == 0
    Ledger(tmp_path, create=True).close()
    assert structure(first.folder / FILE_NAME) == structure(tmp_path / FILE_NAME)
    assert version(first.folder / FILE_NAME) == 2
    documents = {"old": tmp_path / "invoices/invoice-0001.txt", "new": letter(tmp_path / "in", "a", 70)}
    assert running.run(client, documents, to=first.folder, settings=QUICK).counts == Counts(2, 2, 0)
    assert sum(one.method == "POST" for one in sandbox.requests(since)) == 3


def test_R13_a_run_of_the_first_version_that_was_cut_short_resolves_what_was_unclear(
    client: "Client", sandbox: "Sandbox", first: Batch
) -> None:
    with closing(sqlite3.connect(first.folder / FILE_NAME)) as ledger_, ledger_:
        ledger_.execute("DELETE FROM results WHERE key IN (SELECT key FROM uploads ORDER BY key LIMIT 3)")
        ledger_.execute(
            "UPDATE uploads SET state = 'intent', document_id = NULL WHERE key IN "
            "(SELECT key FROM uploads ORDER BY key LIMIT 3)"
        )
    assert running.resume(client, first.folder, settings=QUICK).counts == Counts(8, 8, 0)
    assert len(sandbox.stored()[first.user]) == 8


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(first: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*store.MIGRATIONS[1], "ALTER TABLE nowhere ADD COLUMN a")
    monkeypatch.setattr(store, "MIGRATIONS", {1: broken})
    before = structure(first.folder / FILE_NAME)
    with pytest.raises(LedgerError, match="no such table: nowhere"):
        Ledger(first.folder)
    assert structure(first.folder / FILE_NAME) == before
    assert version(first.folder / FILE_NAME) == 1
    monkeypatch.undo()
    Ledger(first.folder).close()
    assert version(first.folder / FILE_NAME) == 2
