"""Looking at a run, finding what is in excess, deleting it all."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import LedgerError, RunStopped
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, cleanup, dedupe, maintenance, process, resume, running, status
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.store import FolderLock
from gini_notebook.service.batch.ledger.uploads import add_surplus, set_uploaded
from tests.service.batch.conftest import QUICK

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]


def test_status_counts_and_groups_failures_by_reason(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of(*[f"{number}.txt" for number in range(6)], *[f"x{n}.fault-400.txt" for n in range(4)])
    (folder / "empty.pdf").write_bytes(b"")
    running.run(client, folder, to=tmp_path / "run")
    now = status(tmp_path / "run")
    assert (now["documents"], now["completed"], now["failed"], now["pending"], now["unclear"]) == (11, 6, 5, 0, 0)
    assert [failure["count"] for failure in now["failures"]] == [4, 1]
    assert len(now["failures"][0]["request_ids"]) == 3
    assert "empty" in now["failures"][1]["error"]
    assert now["documents_per_s"] > 0
    assert now["time_left_s"] == 0.0
    assert now["surplus"] == 0


def test_the_same_reason_is_one_reason_whatever_the_document_is_called(
    client: "Client", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of("a.txt", "b.fault-extractions-404.txt", "c.fault-extractions-404.txt")
    for name in ("x.pdf", "y.pdf"):
        (folder / name).write_bytes(b"")
    running.run(
        client, [*folder.iterdir(), folder / "gone1.txt", folder / "gone2.txt"], to=tmp_path / "run", settings=QUICK
    )
    found = [(failure["error"], failure["count"]) for failure in status(tmp_path / "run")["failures"]]
    assert sorted(count for _, count in found) == [2, 2, 2]
    assert ("The file … cannot be read: No such file or directory.", 2) in found
    assert ("… is empty; there is nothing to send.", 2) in found


def test_the_rate_counts_the_time_before_the_first_result_and_at_most_the_latest_ones(tmp_path: Path) -> None:
    with Ledger(tmp_path, create=True) as ledger:
        ledger.remember("taken_up_at", "1000")

        def finish(number: int, at: float) -> None:
            ledger.change(
                "INSERT INTO uploads (key, bytes, media_type, name, state, finished_at) "
                "VALUES (?1, 1, '', ?1, 'failed', ?2)",
                (str(number), at),
            )

        # A crowd of forty after two seconds: twenty a second, not forty in no time.
        for number in range(40):
            finish(number, 1002 + number / 1e6)
        ledger.commit()
        assert status(tmp_path)["documents_per_s"] == 20
        # Then one a second.
        for number in range(40, 300):
            finish(number, 1002 + number - 39)
        ledger.commit()
        assert status(tmp_path)["documents_per_s"] == 1


def test_status_works_while_the_run_is_on(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of(*[f"{number}.txt" for number in range(20)], "x.fault-processing-stuck.txt")
    stops: SimpleQueue[Callable[[], None]] = SimpleQueue()
    run = partial(running.run, client, folder, to=tmp_path / "run", on_begin=stops.put)
    with ThreadPoolExecutor(1) as pool:
        on = pool.submit(run)
        seen = []
        while not on.done():
            # There is a moment before the run folder and its ledger are there.
            with contextlib.suppress(LedgerError):
                seen.append(status(tmp_path / "run"))
                # One document never ends: the run is on until all others are seen to be done, however long that takes.
                if seen[-1]["completed"] == 20:
                    stops.get()()
                    break
            time.sleep(0.1)
        with pytest.raises(RunStopped, match="20"):
            on.result()
    assert {one["documents"] for one in seen} <= {0, 21}
    assert (seen[-1]["pending"], seen[-1]["time_left_s"] is not None) == (1, True)
    assert all(a["completed"] <= b["completed"] for a, b in pairwise(seen))


def test_status_leaves_idle_time_out_of_the_rate(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    to = tmp_path / "run"
    running.run(client, invoices_of(*[f"{number}.txt" for number in range(12)]), to=to)
    with contextlib.closing(sqlite3.connect(to / "ledger.sqlite")) as ledger, ledger:
        keys = [row[0] for row in ledger.execute("SELECT key FROM uploads")]
        # Five documents in the evening, one each second; three in the morning, two each second; four are left.
        finished_at = [1000, 1001, 1002, 1003, 1004, 40_000.5, 40_001, 40_001.5, *[None] * 4]
        ledger.executemany("UPDATE uploads SET finished_at = ? WHERE key = ?", zip(finished_at, keys, strict=True))
        ledger.execute("UPDATE uploads SET state = 'uploaded' WHERE finished_at IS NULL")
        ledger.execute("UPDATE facts SET value = '40000' WHERE name = 'taken_up_at'")
    now = status(to)
    assert (now["pending"], now["documents_per_s"], now["time_left_s"]) == (4, 2.0, None)
    with FolderLock(to):
        assert status(to)["time_left_s"] == 2
    assert status(to)["time_left_s"] is None
    with contextlib.closing(sqlite3.connect(to / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE facts SET value = '40002' WHERE name = 'taken_up_at'")
    assert status(to)["documents_per_s"] is None


def test_figures_of_status_are_rounded(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    to = tmp_path / "run"
    running.run(client, invoices_of(*[f"{number}.txt" for number in range(4)]), to=to)
    with contextlib.closing(sqlite3.connect(to / "ledger.sqlite")) as ledger, ledger:
        keys = [row[0] for row in ledger.execute("SELECT key FROM uploads")]
        ledger.executemany("UPDATE uploads SET finished_at = ? WHERE key = ?", zip([7, 8, 9, 14], keys, strict=True))
        ledger.execute("UPDATE facts SET value = '0' WHERE name = 'taken_up_at'")
    assert status(to)["documents_per_s"] == 0.286


def late_surplus(client: "Client", sandbox: "Sandbox", invoices_of: Invoices, to: Path) -> "Batch":
    """Make a run with one document in excess: its upload is finished long after it was given up."""
    folder = invoices_of("a.txt", "x.fault-late-x1.txt", "stuck.fault-processing-stuck.txt")
    # The stuck document keeps the run going until the late one is there (the sandbox takes three seconds for it).
    loaded = process(client, folder, to=to, settings=batch.BatchSettings(quarantine_s=0.3, document_limit_s=4.0))
    assert len(sandbox.stored()[loaded.user]) == 4
    return loaded


def test_R3_surplus_is_known_in_no_number_and_deleted_on_request_only(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = late_surplus(client, sandbox, invoices_of, tmp_path / "run")
    assert list(loaded.surplus["document"]) == ["x.fault-late-x1.txt"]
    assert loaded.surplus["name"][0].startswith("x_fault-late-x1.")
    assert len(loaded.documents) == 3
    assert loaded.surplus["document_id"][0] not in set(loaded.documents["document_id"])
    listed = dedupe(client, tmp_path / "run")
    assert len(listed) == 1
    assert listed["deleted_at"].isna().all()
    assert len(sandbox.stored()[loaded.user]) == 4
    deleted = dedupe(client, tmp_path / "run", delete=True)
    assert deleted["deleted_at"].notna().all()
    left = {one.id for one in sandbox.stored()[loaded.user]}
    assert left == set(loaded.documents["document_id"])
    assert maintenance.dedupe(client, tmp_path / "run", delete=True) == 0
    assert status(tmp_path / "run")["surplus"] == 0


def test_dedupe_finds_what_came_after_the_last_look(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = process(client, invoices_of("a.txt"), to=tmp_path / "run", settings=QUICK)
    own = client.with_user(loaded.user)
    name = sandbox.stored()[loaded.user][0].name
    late = own.upload(b"the same again", name=name)
    other = own.upload(b"something else", name="by hand.txt")
    assert list(dedupe(client, tmp_path / "run", delete=True)["document_id"]) == [late]
    assert other in {one.id for one in sandbox.stored()[loaded.user]}


def test_dedupe_spares_what_may_be_the_only_copy_of_an_unclear_upload(
    client: "Client", unhurt: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of("a.txt", "x.fault-reset-after-x1.txt")
    # While there is no list for us, the upload stays unclear.
    unhurt.set_faults({"GET /documents": {"404": 1.0}})
    loaded = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert loaded.status()["unclear"] == 1
    unhurt.set_faults({})
    assert len(dedupe(client, tmp_path / "run", delete=True)) == 0
    report = running.run(client, folder, to=tmp_path / "run", settings=QUICK)
    assert (report.counts.completed, report.surplus) == (2, 0)
    assert len(unhurt.stored()[loaded.user]) == 2


def test_a_document_that_was_taken_for_surplus_is_none_once_it_is_known_whose_it_is(tmp_path: Path) -> None:
    with Ledger(tmp_path, create=True) as ledger:
        ledger.change("INSERT INTO uploads (key, bytes, media_type, name, state) VALUES ('k', 1, '', 'n', 'unknown')")
        add_surplus(ledger, "id-1", "n", None)
        add_surplus(ledger, "id-2", "n", None)
        set_uploaded(ledger, "k", "id-1")
        assert ledger.rows("SELECT document_id FROM surplus") == [("id-2",)]


def test_R27_cleanup_deletes_exactly_the_documents_of_the_run_and_again_deletes_none(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder = invoices_of(count=30)
    loaded = process(client, folder, to=tmp_path / "run", user="shared-user-R27")
    own = client.with_user("shared-user-R27")
    foreign = own.upload(b"not of this run", name="other.txt")
    own.delete(loaded.documents["document_id"][3])
    assert cleanup(client, tmp_path / "run") == 29
    assert [one.id for one in sandbox.stored()["shared-user-R27"]] == [foreign]
    since = len(sandbox.requests())
    assert cleanup(client, tmp_path / "run") == 0
    assert [one.method for one in sandbox.requests(since)] == ["GET"]
    assert len(Batch.load(tmp_path / "run").extractions) > 0


def test_R27_cleanup_takes_documents_with_it_of_which_the_run_never_heard(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = process(client, invoices_of(count=2), to=tmp_path / "run")
    with Ledger(tmp_path / "run") as ledger:
        ledger.change("UPDATE uploads SET state = 'unknown', document_id = NULL")
        ledger.commit()
    assert cleanup(client, tmp_path / "run") == 2
    assert sandbox.stored()[loaded.user] == []


def test_a_list_with_many_documents_is_read_to_its_end(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    loaded = process(client, invoices_of(count=70), to=tmp_path / "run")
    own = client.with_user(loaded.user)
    expected = sorted(one.id for one in sandbox.stored()[loaded.user])
    for limit in (1000, 70, 20, 7):
        assert sorted(document.id for document in own.all_documents(limit=limit)) == expected


def test_maintenance_is_refused_where_there_is_no_run(client: "Client", tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no run folder"):
        cleanup(client, tmp_path / "nowhere")
    with pytest.raises(LedgerError, match="There is no run in"):
        dedupe(client, tmp_path)
    with pytest.raises(LedgerError, match="nothing to resume"):
        resume(client, tmp_path)
