"""The ledger: what it refuses, what survives, how it looks to others."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import LedgerError
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, running
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger
from gini_notebook.service.batch.ledger.store import APPLICATION_ID, FolderLock

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]


def test_a_new_ledger_is_private_named_and_versioned(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Ledger(tmp_path, create=True).close()
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME}


def test_changes_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    with Ledger(tmp_path, create=True) as ledger:
        ledger.remember("a", "1")
        ledger.change("INSERT INTO nowhere VALUES (1)")
        with pytest.raises(LedgerError, match="no such table"):
            ledger.commit()
        assert ledger.fact("a") is None
        ledger.remember("a", "2")
        assert ledger.fact("a") == "2"


def test_what_must_survive_a_power_cut_is_written_through(tmp_path: Path) -> None:
    with Ledger(tmp_path, create=True) as ledger:
        statements: list[str] = []
        ledger._connection.set_trace_callback(statements.append)
        ledger.change("INSERT INTO facts VALUES ('a', '1')")
        ledger.commit()
        ledger.change("INSERT INTO facts VALUES ('b', '1')")
        ledger.change("INSERT INTO facts VALUES ('c', '1')", durable=True)
        ledger.commit()
        ledger.change("INSERT INTO facts VALUES ('d', '1')")
        ledger.commit()
        assert [one for one in statements if "synchronous" in one] == [
            "PRAGMA synchronous = NORMAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA synchronous = NORMAL",
        ]
        assert ledger.rows("PRAGMA journal_mode") == [("wal",)]


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"There is no run in .* \(no ledger.sqlite\)"):
        Batch.load(tmp_path)
    with pytest.raises(LedgerError, match="There is no run in"):
        batch.status(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(LedgerError, match="is not a ledger of this program"):
        Batch.load(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_ledger_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(LedgerError, match="has version 3; this program reads version 2"):
        Batch.load(tmp_path)


def test_a_damaged_ledger_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)
    with pytest.raises(LedgerError, match="cannot be used: "):
        Batch.load(tmp_path)


def test_a_creation_that_was_cut_short_is_made_good(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch(0o600)
    with pytest.raises(LedgerError, match="is only just being made; look again in a moment"):
        Batch.load(tmp_path)
    with Ledger(tmp_path, create=True) as ledger:
        assert ledger.rows("SELECT count(*) FROM uploads") == [(0,)]


def test_a_ledger_can_be_read_where_nothing_can_be_written(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    running.run(client, invoices_of(count=2), to=tmp_path / "run")
    before = {path.name for path in (tmp_path / "run").iterdir()}
    assert FILE_NAME in before
    (tmp_path / "run").chmod(0o500)
    (tmp_path / "run" / FILE_NAME).chmod(0o400)
    try:
        assert len(Batch.load(tmp_path / "run").documents) == 2
        assert {path.name for path in (tmp_path / "run").iterdir()} == before
    finally:
        (tmp_path / "run").chmod(0o700)


def test_R15_a_second_run_in_this_process_is_refused_too(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=1)
    (tmp_path / "run").mkdir()
    busy = f"in use by process {os.getpid()} on "
    with FolderLock(tmp_path / "run"), pytest.raises(LedgerError, match=busy):
        running.run(client, folder, to=tmp_path / "run")
    assert running.run(client, folder, to=tmp_path / "run").counts.completed == 1


def test_R20_a_run_folder_that_cannot_be_made_or_written_is_reported(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=1)
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="cannot be made"):
        running.run(client, folder, to=tmp_path / "file" / "run")
    (tmp_path / "run" / "lock").mkdir(parents=True)
    with pytest.raises(LedgerError, match="cannot be written: Is a directory"):
        running.run(client, folder, to=tmp_path / "run")
    (tmp_path / "run" / "lock").rmdir()
    (tmp_path / "run" / FILE_NAME).mkdir()
    with pytest.raises(LedgerError, match="cannot be used: "):
        running.run(client, folder, to=tmp_path / "run")


def test_R20_a_locked_ledger_is_reported(tmp_path: Path) -> None:
    with Ledger(tmp_path, create=True) as ledger:
        ledger._connection.execute("PRAGMA busy_timeout = 1")
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ledger.remember("a", "1")
        with pytest.raises(LedgerError, match=r"database is locked\. Nothing was sent that it does not know of"):
            ledger.commit()
        other.close()


FULL_DISK = """
import json, resource, signal, sys
sys.path.insert(0, {here!r})
import driver
# No file of this process may become larger: writes beyond fail as on a full disk.
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))
from gini_notebook.errors import LedgerError
try:
    driver.main(json.loads(sys.argv[1]))
except LedgerError as error:
    print(f"LedgerError: {{error}}")
"""


def test_R20_a_full_disk_stops_the_run_before_the_next_upload_and_the_ledger_stays_whole(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder, to = invoices_of(count=150), tmp_path / "run"
    names = ("api", "user_center", "ca_file", "client_id", "client_secret")
    settings = {name: getattr(sandbox, name) for name in names}
    settings |= {"documents": str(folder), "to": str(to), "quarantine_s": 0.3}
    script = FULL_DISK.format(here=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(settings)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.startswith("LedgerError: The ledger"), done.stdout + done.stderr
    assert "the same call then goes on" in done.stdout
    with sqlite3.connect(to / FILE_NAME) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        known = connection.execute("SELECT count(*) FROM uploads").fetchone()[0]
    connection.close()
    user = Batch.load(to).user
    # On a busy machine the disk may be full before anything was sent.
    assert len(sandbox.stored().get(user, ())) <= known < 150
    report = running.run(client, folder, to=to, settings=batch.BatchSettings(quarantine_s=0.3))
    assert report.counts.completed == 150
    assert len(sandbox.stored()[user]) == 150
    assert report.surplus == 0
