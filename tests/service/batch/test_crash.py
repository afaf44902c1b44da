"""Runs that are killed: whatever the moment, every document ends exactly once."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gini_notebook.errors import LedgerError
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, running
from tests.service.batch.conftest import QUICK
from tests.service.batch.driver import DEAD

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

pytestmark = pytest.mark.usefixtures("awake")
Invoices = Callable[..., Path]
DRIVER = Path(__file__).with_name("driver.py")
# Where to die, and at which time of passing by; intents are written many at a time, so there are few commits of them.
POINTS = {
    "before intent commit": 2,
    "after intent commit": 2,
    "after send": 5,
    "after 201": 6,
    "inside result commit": 4,
}


def start(
    sandbox: "Sandbox", documents: Path | Mapping[str, Sequence[str]], to: Path, **more: Any
) -> subprocess.Popen[str]:
    """Start a run in a process of its own."""
    names = ("api", "user_center", "ca_file", "client_id", "client_secret")
    settings = {name: getattr(sandbox, name) for name in names}
    named = str(documents) if isinstance(documents, Path) else documents
    settings |= {"documents": named, "to": str(to), "quarantine_s": QUICK.quarantine_s, **more}
    return subprocess.Popen(
        [sys.executable, str(DRIVER), json.dumps(settings)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=DRIVER.parents[3],
    )


def wait_for(to: Path, state: str, count: int) -> None:
    """Wait until so many uploads have reached a state."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with sqlite3.connect(f"file:{to}/ledger.sqlite?mode=ro", uri=True) as connection:
                found = connection.execute(f"SELECT count(*) FROM uploads WHERE state = '{state}'").fetchone()[0]
            if found >= count:
                return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.01)
    raise AssertionError("the run in the other process does not get on")


def assert_each_exactly_once(sandbox: "Sandbox", to: Path, count: int) -> None:
    """Every document is one completed row, and one document at the service."""
    loaded = Batch.load(to)
    assert loaded.documents["document"].is_unique
    assert Counter(loaded.documents["status"]) == {"completed": count}
    stored = sandbox.stored()[loaded.user]
    assert Counter(Counter(one.sha256 for one in stored).values()) == {1: count}
    assert set(loaded.documents["document_id"]) == {one.id for one in stored}
    with sqlite3.connect(to / "ledger.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_R1_R2_a_run_of_200_that_is_killed_in_the_middle_ends_with_every_document_exactly_once(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder, to = invoices_of(count=200), tmp_path / "run"
    for done in (30, 110):
        process = start(sandbox, folder, to)
        wait_for(to, "done", done)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    report = running.run(client, folder, to=to, settings=QUICK)
    assert str(report.counts) == "200 documents: 200 completed, 0 failed, 0 pending"
    assert_each_exactly_once(sandbox, to, 200)


@pytest.mark.parametrize("point", POINTS)
def test_R13_dying_at_a_fail_point_loses_and_doubles_nothing(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, point: str
) -> None:
    folder, to = invoices_of(count=12), tmp_path / "run"
    process = start(sandbox, folder, to, die=point, nth=POINTS[point])
    _, errors = process.communicate(timeout=60)
    assert process.returncode == DEAD, errors
    running.run(client, folder, to=to, settings=QUICK)
    assert_each_exactly_once(sandbox, to, 12)


def test_R13_R19_dying_inside_an_export_leaves_the_old_file(
    sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder, to, tables = invoices_of(count=3), tmp_path / "run", tmp_path / "tables"
    assert start(sandbox, folder, to, export=str(tables)).wait() == 0
    before = {path.name: path.read_bytes() for path in tables.iterdir()}
    (tables / "documents.csv").write_bytes(b"old")
    process = start(sandbox, folder, to, export=str(tables), die="inside export", nth=2)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == DEAD, errors
    after = {path.name: path.read_bytes() for path in tables.iterdir() if path.suffix == ".csv" and path.name[0] != "."}
    assert after == before


def test_R15_two_processes_cannot_share_a_run_folder_and_a_killed_one_leaves_no_lock(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder, to = (
        invoices_of(*[f"{number}.txt" for number in range(40)], "x.fault-processing-stuck.txt"),
        tmp_path / "run",
    )
    process = start(sandbox, folder, to)
    wait_for(to, "done", 40)
    began = time.monotonic()
    with pytest.raises(LedgerError, match=f"in use by process {process.pid} on "):
        running.run(client, folder, to=to)
    assert time.monotonic() - began < 1.0
    process.kill()
    process.wait()
    report = running.run(client, folder, to=to, settings=batch.BatchSettings(quarantine_s=0.3, document_limit_s=0.5))
    assert (report.counts.completed, report.counts.failed) == (40, 1)


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(1, 21))
@pytest.mark.parametrize("point", POINTS)
def test_R13_every_fail_point_twenty_times(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, point: str, nth: int
) -> None:
    # One upload after the other, so that each has a commit of its own to die in.
    folder, to = invoices_of(count=24), tmp_path / "run"
    process = start(sandbox, folder, to, die=point, nth=nth, upload_threads=1)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == DEAD, errors
    running.run(client, folder, to=to, settings=QUICK)
    assert_each_exactly_once(sandbox, to, 24)
