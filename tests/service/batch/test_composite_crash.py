"""Runs of documents of several pages that are killed: every page and every document ends exactly once."""

import signal
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.service.batch import Batch, running
from tests.service.batch.conftest import QUICK, letter
from tests.service.batch.driver import DEAD
from tests.service.batch.test_crash import start, wait_for

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

pytestmark = pytest.mark.usefixtures("awake")
Letters = Mapping[str, Sequence[str]]
# Where to die, and at which time of passing by; intents are written many at a time, so there are few commits of them.
POINTS = {
    "before intent commit": 3,
    "after intent commit": 3,
    "after send of a page": 7,
    "after 201 of a page": 7,
    "after send of a join": 3,
    "after 201 of a join": 3,
    "inside result commit": 3,
}


def letters_in(folder: Path, count: int) -> Letters:
    """Write so many documents of two pages of their own and one that all share."""
    cover = letter(folder, "cover", 9999)[0]
    return {f"{number:03}": [*letter(folder, f"{number}", number), cover] for number in range(count)}


def assert_each_exactly_once(sandbox: "Sandbox", to: Path, letters: Letters) -> None:
    """Every document is one completed row and one composite, every page one partial document."""
    loaded = Batch.load(to)
    assert list(loaded.documents["document"]) == sorted(letters)
    assert set(loaded.documents["status"]) == {"completed"}
    stored = sandbox.stored()[loaded.user]
    assert {one.id for one in stored if one.kind == "composite"} == set(loaded.documents["document_id"])
    pages = {Path(page).read_bytes() for paths in letters.values() for page in paths}
    assert Counter(one.kind for one in stored) == {"composite": len(letters), "partial": len(pages)}
    assert len({one.sha256 for one in stored}) == len(stored)
    amounts = dict(loaded.extractions.query("field == 'amountToPay'").set_index("document")["value"])
    assert amounts == {name: f"{int(name) + 1}.{int(name):02}:EUR" for name in letters}
    with sqlite3.connect(to / "ledger.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


@pytest.mark.parametrize("point", POINTS)
def test_R13_dying_at_a_fail_point_loses_and_doubles_no_page_and_no_document(
    client: "Client", sandbox: "Sandbox", tmp_path: Path, point: str
) -> None:
    letters, to = letters_in(tmp_path / "in", 8), tmp_path / "run"
    process = start(sandbox, letters, to, die=point, nth=POINTS[point])
    _, errors = process.communicate(timeout=60)
    assert process.returncode == DEAD, errors
    running.run(client, letters, to=to, settings=QUICK)
    assert_each_exactly_once(sandbox, to, letters)


def test_R1_R2_a_run_that_is_killed_again_and_again_and_resumed_without_naming_the_documents(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    letters, to = letters_in(tmp_path / "in", 60), tmp_path / "run"
    for done in (10, 35):
        process = start(sandbox, letters, to)
        wait_for(to, "done", done)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    report = running.resume(client, to, settings=QUICK)
    assert str(report.counts) == "60 documents: 60 completed, 0 failed, 0 pending"
    assert_each_exactly_once(sandbox, to, letters)


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(1, 21))
@pytest.mark.parametrize("point", POINTS)
def test_R13_every_fail_point_of_composites_twenty_times(
    client: "Client", sandbox: "Sandbox", tmp_path: Path, point: str, nth: int
) -> None:
    # One request after the other, so that each has a commit of its own to die in.
    letters, to = letters_in(tmp_path / "in", 21), tmp_path / "run"
    process = start(sandbox, letters, to, die=point, nth=nth, upload_threads=1)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == DEAD, errors
    running.run(client, letters, to=to, settings=QUICK)
    assert_each_exactly_once(sandbox, to, letters)
