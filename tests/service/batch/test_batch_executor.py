"""Hashing on executors: after a folder was copied, nothing is uploaded again, wherever the files were hashed."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest

from gini_notebook.errors import ExecutorBroken, RunStopped
from gini_notebook.service.batch import Batch, Counts, process, resume, running, source_files
from gini_notebook.service.batch.ledger import Ledger
from tests.clusters import closed, losing_a_worker, lost, processes

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]


def uploads(sandbox: "Sandbox", since: int) -> int:
    return sum(call.method == "POST" and call.path == "/documents" for call in sandbox.requests(since))


def touched(folder: Path) -> None:
    """Change the time of every file, as a copied folder has it."""
    for path in folder.rglob("*.txt"):
        os.utime(path, ns=(10**18, path.stat().st_mtime_ns + 10**9))


def finished(client: "Client", folder: Path, to: Path, count: int) -> None:
    """Make a finished run of so many different files, one of them really sent."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.txt").write_text(f"Rechnung {number:05} über 12,34 EUR\n")
    running.run(client, [folder / "00000.txt"], to=to)
    with Ledger(to) as ledger:
        seen = [(path, source_files.hash_files([str(path)])[0]) for path in sorted(folder.iterdir())]
        ledger.change("DELETE FROM documents")
        ledger.change_many(
            "INSERT INTO uploads (key, bytes, media_type, name, state, document_id) VALUES (?, ?, '', ?, 'done', ?) "
            "ON CONFLICT DO NOTHING",
            [(file.key, file.size, f"name-{path.name}", f"id-{path.name}") for path, file in seen if file],
        )
        ledger.change_many(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, 1, ?, NULL, NULL)",
            [
                (path.name, at, str(path), file.size, file.modified_ns, file.key)
                for at, (path, file) in enumerate(seen)
                if file
            ],
        )


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes])
def test_R18_a_copied_folder_is_recognised_on_an_executor_and_nothing_is_sent_again(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path, executor: Callable[[int], Executor]
) -> None:
    folder = invoices_of(count=40)
    to = tmp_path / "run"
    before = process(client, folder, to=to)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, copy_function=shutil.copy)
    touched(copy)
    since = len(sandbox.requests())
    with executor(2) as running:
        after = process(client, copy, to=to, executor=running)
    assert uploads(sandbox, since) == 0
    assert after.status() == {"completed": 40, "failed": 0, "unclear": 0, "pending": 0}
    assert after.extractions.equals(before.extractions)


def test_R18_what_is_new_or_changed_is_read_here_and_sent_under_the_hash_of_its_bytes(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=6)
    to = tmp_path / "run"
    process(client, folder, to=to)
    touched(folder)
    content = (folder / "invoice-0001.txt").read_bytes()
    (folder / "invoice-0001.txt").write_bytes(content.replace(b"1", b"7"))  # as large as before
    (folder / "new.txt").write_bytes(content.replace(b"1", b"8"))
    (folder / "copy.txt").write_bytes((folder / "invoice-0002.txt").read_bytes())
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    (folder / "empty.txt").touch()
    since = len(sandbox.requests())
    with ThreadPoolExecutor(2) as running:
        after = process(client, folder, to=to, executor=running)
    assert uploads(sandbox, since) == 2
    assert after.status() == {"completed": 8, "failed": 1, "unclear": 0, "pending": 0}
    assert list(after.left_out["path"]) == ["gone.txt"]
    known = after.documents.set_index("document")
    for name in ("invoice-0001.txt", "new.txt", "copy.txt"):
        (seen,) = source_files.hash_files([str(folder / name)])
        assert seen is not None
        assert known.loc[name, "sha256"] == seen.key
    assert known.loc["copy.txt", "document_id"] == known.loc["invoice-0002.txt", "document_id"]


def test_what_cannot_be_read_is_seen_as_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large.txt").write_bytes(b"12345")
    monkeypatch.setattr(source_files, "BYTES_LIMIT", 4)
    assert source_files.hash_files([str(tmp_path / "large.txt"), str(tmp_path), str(tmp_path / "none")]) == [
        None,
        None,
        None,
    ]


def test_only_files_as_large_as_something_known_are_hashed_elsewhere(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    class Refusing(ThreadPoolExecutor):
        def submit(self, *arguments: Any, **options: Any) -> Any:
            raise AssertionError

    folder = invoices_of(count=2)
    to = tmp_path / "run"
    with Refusing(1) as running:
        process(client, folder, to=to, executor=running)
        (folder / "longer.txt").write_text("Rechnung " * 30)
        assert len(process(client, folder, to=to, executor=running).documents) == 3


@pytest.mark.parametrize(
    ("executor", "reason"),
    [(lost, "ProcessPoolExecutor.* BrokenProcessPool"), (closed, "ThreadPoolExecutor.* RuntimeError")],
)
def test_R13_a_run_whose_executor_breaks_stops_with_advice_and_the_same_call_goes_on(
    client: "Client",
    sandbox: "Sandbox",
    invoices_of: Invoices,
    tmp_path: Path,
    executor: Callable[[], Executor],
    reason: str,
) -> None:
    folder = invoices_of(count=5)
    to = tmp_path / "run"
    process(client, folder, to=to)
    touched(folder)
    running = executor()
    with pytest.raises(ExecutorBroken, match=rf"{reason}.*Pass a new executor, or none to do") as caught:
        process(client, folder, to=to, executor=running)
    running.shutdown()
    assert "The same call goes on from here; so does `gini-notebook resume" in caught.value.__notes__[0]
    with sqlite3.connect(to / "ledger.sqlite") as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    since = len(sandbox.requests())
    with ThreadPoolExecutor(1) as another:
        assert resume(client, to, executor=another).status()["completed"] == 5
    assert uploads(sandbox, since) == 0


def test_C5_a_run_is_interrupted_while_an_executor_is_busy(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=5)
    to = tmp_path / "run"
    process(client, folder, to=to)
    touched(folder)
    hold = ThreadPoolExecutor(1)
    done = Event()
    hold.submit(done.wait)
    Thread(target=lambda: (time.sleep(0.5), signal.raise_signal(signal.SIGINT))).start()
    began = time.monotonic()
    with pytest.raises(RunStopped, match="interrupted"):
        process(client, folder, to=to, executor=hold)
    assert time.monotonic() - began < 2.5
    done.set()
    hold.shutdown()
    assert process(client, folder, to=to).status()["completed"] == 5


def test_a_cluster_that_loses_a_worker_midway_hashes_all_files(
    client: "Client", sandbox: "Sandbox", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_files, "FILES_PER_TASK", 2)
    folder, to = tmp_path / "invoices", tmp_path / "run"
    finished(client, folder, to, 1_000)
    touched(folder)
    since = len(sandbox.requests())
    heard: list[int] = []
    with losing_a_worker(tmp_path, lambda _scheduler: bool(heard) and heard[-1] > 50) as dask:
        report = running.run(
            client, folder, to=to, executor=dask.get_executor(), progress=lambda counts: heard.append(counts.completed)
        )
    assert report.counts == Counts(1_000, 1_000, 0)
    assert uploads(sandbox, since) == 0
    with Ledger(to, read_only=True) as ledger:
        assert ledger.rows("SELECT count(*) FROM documents WHERE key IS NOT NULL") == [(1_000,)]
    assert len(Batch.load(to).documents) == 1_000
