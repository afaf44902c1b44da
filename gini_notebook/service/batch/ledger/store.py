"""The ledger of a run: one SQLite file that knows, at every moment, what has been sent and what came of it.

Its tables are described for people in ``docs/ledger.md``. An intent and a document id are on the disk
(``synchronous=FULL``) before anything is built on them; losing other rows in a power cut costs a read, not an upload.
One process at a time works in a run folder: :class:`FolderLock`.
"""

import contextlib
import os
import socket
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from gini_notebook._platform import take_lock
from gini_notebook._text import as_text
from gini_notebook.errors import LedgerError

FILE_NAME = "ledger.sqlite"
VERSION = 2
# "gini" as a number, so that `file ledger.sqlite` and we can tell it from any other database.
APPLICATION_ID = 0x67696E69

TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    document TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER,
    modified_ns INTEGER,
    listed INTEGER NOT NULL,
    key TEXT REFERENCES uploads,
    problem TEXT,
    page_paths TEXT
) WITHOUT ROWID;
CREATE INDEX documents_in_order ON documents (listed, position);
CREATE INDEX documents_of_upload ON documents (key);
CREATE TABLE uploads (
    key TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('planned', 'intent', 'unknown', 'uploaded', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    polls INTEGER NOT NULL DEFAULT 0,
    document_id TEXT UNIQUE,
    intent_at REAL,
    unknown_at REAL,
    uploaded_at REAL,
    finished_at REAL,
    deleted_at REAL,
    processing_s REAL,
    pages INTEGER,
    source_classification TEXT,
    error TEXT,
    request_id TEXT,
    kind TEXT NOT NULL DEFAULT 'whole' CHECK (kind IN ('whole', 'partial', 'composite')),
    CHECK (state NOT IN ('uploaded', 'done') OR document_id IS NOT NULL)
) WITHOUT ROWID;
CREATE INDEX uploads_by_state ON uploads (state);
CREATE TABLE results (key TEXT PRIMARY KEY REFERENCES uploads, extractions TEXT NOT NULL);
CREATE TABLE surplus (
    document_id TEXT PRIMARY KEY,
    key TEXT,
    name TEXT NOT NULL,
    created_at REAL,
    deleted_at REAL
) WITHOUT ROWID;
CREATE TABLE parts (
    key TEXT NOT NULL REFERENCES uploads,
    number INTEGER NOT NULL,
    part TEXT NOT NULL REFERENCES uploads,
    PRIMARY KEY (key, number)
) WITHOUT ROWID;
"""
# What makes a ledger of the version before one of this version.
MIGRATIONS = {
    1: (
        "ALTER TABLE documents ADD COLUMN page_paths TEXT",
        "ALTER TABLE uploads ADD COLUMN kind TEXT NOT NULL DEFAULT 'whole' "
        "CHECK (kind IN ('whole', 'partial', 'composite'))",
        "CREATE TABLE parts (key TEXT NOT NULL REFERENCES uploads, number INTEGER NOT NULL, "
        "part TEXT NOT NULL REFERENCES uploads, PRIMARY KEY (key, number)) WITHOUT ROWID",
    )
}

# Steps after which SQLite stops a query (some ten seconds): a ledger may come from somebody else, with
# a schema that makes it count for ever.
MOST_STEPS, STEPS_PER_LOOK = 400_000_000, 10_000_000
# Bytes of one value; the result of a document has some thousand.
MOST_BYTES = 64 * 1024 * 1024

Statement = tuple[str, Sequence[Any]]


@contextlib.contextmanager
def as_written(ledger: "Ledger") -> Iterator[None]:
    """Say in one sentence that what stands in a ledger is nothing this program writes, whatever it breaks."""
    try:
        yield
    except (RecursionError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        what = " ".join(str(error).split())[:100]
        message = (
            f"{ledger.path} holds what this program does not write ({type(error).__name__}: {what}): it is damaged, or "
            "somebody has changed it."
        )
        raise LedgerError(message) from error


class Ledger:
    """An open ledger. One thread uses it; changes are gathered and written together by :meth:`commit`.

    Parameters
    ----------
    folder
        The run folder.
    create
        Make the file (private to its owner) when it does not exist.
    read_only
        Open for looking only; works beside a run that is on.

    Raises
    ------
    LedgerError
        When there is no ledger, or it cannot be used: other program's file, newer version, damaged, disk trouble.
    """

    def __init__(self, folder: Path, *, create: bool = False, read_only: bool = False) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        if create and not self.path.exists():
            self._create()
        if not self.path.exists():
            message = (
                f"There is no run in {folder} (no {FILE_NAME}). Start one there with `gini-notebook run`, or in "
                f"Python with process(client, documents, to={str(folder)!r})."
            )
            raise LedgerError(message)
        self._changes: list[Statement] = []
        self._durable = False
        self._read_only = read_only
        self._looks = 0
        with self._troubles():
            mode = "ro" if read_only else "rw"
            self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=5.0
            )
            self._connection.execute("PRAGMA trusted_schema = OFF")
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
            self._connection.set_progress_handler(self._look, STEPS_PER_LOOK)
            self._check_tables()
            if not read_only:
                self._prepare()
            self._check()

    def _create(self) -> None:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            message = f"The run folder {self.folder} cannot be written: {error.strerror}."
            raise LedgerError(message) from error

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        if self._number("application_id") == 0 and not self._number("schema_version"):
            with self._transaction():
                for statement in TABLES.split(";\n"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {VERSION}")
        elif self._number("application_id") == APPLICATION_ID and self._number("user_version") in MIGRATIONS:
            self._migrate()

    def _migrate(self) -> None:
        """Bring a ledger of an earlier version up to this one, all of it or nothing."""
        with self._transaction():
            for version in range(self._number("user_version"), VERSION):
                for statement in MIGRATIONS[version]:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _check(self) -> None:
        if not self._number("schema_version"):
            message = f"The run in {self.folder} is only just being made; look again in a moment."
            raise LedgerError(message)
        if self._number("application_id") != APPLICATION_ID:
            message = f"{self.path} is not a ledger of this program. Choose another run folder."
            raise LedgerError(message)
        version = self._number("user_version")
        # Who only looks must not change the file; what is looked at is the same in all versions so far.
        if version != VERSION and not (self._read_only and version in MIGRATIONS):
            message = f"{self.path} has version {version}; this program reads version {VERSION}. Update the program."
            raise LedgerError(message)

    def _look(self) -> int:
        """Return whether SQLite shall stop what it is at."""
        self._looks += 1
        return int(self._looks * STEPS_PER_LOOK > MOST_STEPS)

    def _check_tables(self) -> None:
        """Refuse what would run a query of somebody else: ours has tables and indexes, nothing else."""
        found = self._connection.execute(
            "SELECT type, name FROM sqlite_master "
            "WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%' "
            "UNION ALL SELECT 'generated column', columns.name FROM sqlite_master AS tables "
            "JOIN pragma_table_xinfo(tables.name) AS columns "
            "WHERE tables.type = 'table' AND tables.sql NOT LIKE 'CREATE VIRTUAL%' AND columns.hidden LIMIT 1"
        ).fetchone()
        if found is not None:
            message = (
                f"{self.path} holds the {found[0]} {as_text(found[1])!r}, and a ledger of this program holds "
                "plain tables only: somebody has changed it. Nothing was read."
            )
            self._connection.close()
            raise LedgerError(message)

    def _number(self, pragma: str) -> int:
        return int(self._connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    @contextlib.contextmanager
    def _troubles(self) -> Iterator[None]:
        self._looks = 0
        try:
            yield
        except sqlite3.Error as error:
            if self._looks * STEPS_PER_LOOK > MOST_STEPS:
                message = (
                    f"A query to {self.path} was stopped, since it does not end: this is no ledger as this program "
                    "makes it."
                )
                raise LedgerError(message) from error
            message = (
                f"The ledger {self.path} cannot be used: {error}. Nothing was sent that it does not know of. Free disk "
                "space, make the folder writable or choose a local disk; the same call then goes on."
            )
            raise LedgerError(message) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def change(self, statement: str, values: Sequence[Any] = (), *, durable: bool = False) -> None:
        """Gather a change for the next :meth:`commit`; ``durable`` ones must survive a power cut."""
        self._changes.append((statement, values))
        self._durable = self._durable or durable

    def commit(self) -> None:
        """Write all gathered changes in one transaction, all or none."""
        if not self._changes:
            return
        changes, self._changes = self._changes, []
        durable, self._durable = self._durable, False
        with self._troubles():
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with self._transaction():
                for statement, values in changes:
                    self._connection.execute(statement, values)

    def change_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write one statement for many rows in a transaction of its own, after what is gathered."""
        self.commit()
        with self._troubles(), self._transaction():
            self._connection.executemany(statement, rows)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read the rows of a query; what was gathered is written first, so that it is seen."""
        self.commit()
        with self._troubles():
            return self._connection.execute(query, values).fetchall()

    def each(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Read the rows of a query one by one."""
        self.commit()
        with self._troubles():
            yield from self._connection.execute(query, values)

    def fact(self, name: str) -> str | None:
        """Return a remembered fact of the run, such as its target."""
        rows = self.rows("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def remember(self, name: str, value: str) -> None:
        """Gather a fact for the next commit."""
        self.change("INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value))

    def forget(self, name: str) -> None:
        """Gather for the next commit that a fact no longer holds."""
        self.change("DELETE FROM facts WHERE name = ?", (name,))

    def close(self) -> None:
        """Close the file; changes that were gathered but not committed are dropped.

        A ledger that nobody else looks at is left as one file, which can be copied and read anywhere.
        """
        if not self._read_only:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


LOOK_S = 0.02


def is_held(folder: Path) -> bool:
    """Whether a process is at work in a run folder."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        take_lock(descriptor, shared=True)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


class FolderLock:
    """Hold a run folder for this process; the operating system lets go of it when the process dies.

    Parameters
    ----------
    folder
        The run folder. The file ``lock`` in it names the holder.

    Raises
    ------
    LedgerError
        When another process (or another thread of this one) holds the folder; the message names it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = f"The run folder {folder} cannot be written: {error.strerror}."
            raise LedgerError(message) from error
        try:
            self._take_patiently()
        except OSError as error:
            holder = os.read(self._descriptor, 200).decode(errors="replace").strip()
            os.close(self._descriptor)
            message = (
                f"The run folder {folder} is in use by {holder or 'another process'}. Wait until it has finished or "
                "stop it; the same call then goes on."
            )
            raise LedgerError(message) from error
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())

    def _take_patiently(self) -> None:
        try:
            take_lock(self._descriptor)
        except OSError:
            # Somebody may only be looking (see is_held), which takes a moment.
            time.sleep(LOOK_S)
            take_lock(self._descriptor)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
