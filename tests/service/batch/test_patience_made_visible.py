"""While a run waits, it says for what, and until when."""

import re
import time
from datetime import datetime
from pathlib import Path

import pytest

from gini_notebook.service.batch import status
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.store import FolderLock
from gini_notebook.service.batch.progress import Counts, shown
from tests.service.batch.simulation import Clock, Service, Simulation, lost


def waiting(folder: Path) -> tuple[Simulation, list[Counts]]:
    """Return a run of four documents, one of which is lost on its way and sent again after the quarantine."""
    service, heard = Service(Clock(), latency_s=lambda rng: 0.2), list[Counts]()
    service.before = lambda call, number, now: lost() if (call, number) == ("upload", 2) else None
    return Simulation(folder, service, heard=heard.append).documents(4), heard


def test_R35_unclear_documents_are_counted_with_the_time_of_the_next_look(memory_path: Path) -> None:
    simulation, heard = waiting(memory_path)
    assert simulation.run() > 120
    unclear = [counts for counts in heard if counts.unclear]
    assert any(counts.completed == 3 for counts in unclear)
    assert all(re.search(r"1 unclear, looked for again at [0-9]{2}:[0-9]{2}:[0-9]{2}$", str(one)) for one in unclear)
    assert all(one.completed + one.failed + one.unclear + one.pending == 4 for one in heard)
    assert (heard[-1].completed, heard[-1].unclear, heard[-1].look_at) == (4, 0, None)
    # What was announced lies in the quarantine.
    assert 0 < max(one.look_at or 0 for one in unclear) - time.time() < 125


def test_R35_silence_lasts_ten_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    now, told = [0.0], list[float]()
    monkeypatch.setattr("gini_notebook.service.batch.progress.time.monotonic", lambda: now[0])
    counts = Counts(4, 3, 0, 1)
    with shown(lambda _: told.append(now[0]), counts) as tell:
        for tick in range(80):
            now[0] = tick / 2
            tell(counts)
    assert told == [0.0, 10.0, 20.0, 30.0]


def test_R35_status_says_when_unclear_documents_are_looked_for_again(memory_path: Path) -> None:
    simulation, _ = waiting(memory_path)
    seen: list[str | None] = []
    simulation.heard = lambda counts: seen.append(status(memory_path / "run")["look_at"]) if counts.unclear else None
    (memory_path / "run").mkdir()
    with FolderLock(memory_path / "run"):
        simulation.run()
    assert {one for one in seen if one is not None}
    assert all(datetime.fromisoformat(one).tzinfo for one in seen if one)
    assert status(memory_path / "run")["look_at"] is None
    with Ledger(memory_path / "run", read_only=True) as ledger:
        assert ledger.fact("look_at") == ""
