"""A service that shows documents late, or answers most calls with "later", costs time and no row."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import NotFound, ServiceError
from gini_notebook.service.batch import BatchSettings, process
from tests.service.batch.conftest import QUICK
from tests.service.batch.simulation import Clock, Service, Simulation, lost
from tests.service.batch.test_reconciliation import unclear_uploads
from tests.service.batch.unclear import SLOW, assert_all_there_once

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client


def lagging() -> Service:
    return Service(Clock(), latency_s=lambda rng: 0.5, read_lag_s=lambda rng: rng.uniform(0.0, 10.0))


def test_R30_documents_that_the_service_shows_late_are_waited_for(memory_path: Path) -> None:
    simulation = Simulation(memory_path, lagging(), SLOW).composites(20, singles=40)
    simulation.run()
    assert_all_there_once(simulation, 20, 2, singles=40)
    assert simulation.engine.counts.failed == simulation.engine.counts.unclear == 0


def test_R30_a_document_that_is_never_shown_fails_when_the_grace_is_over(memory_path: Path) -> None:
    service = lagging()
    service.read_lag_s = lambda rng: 1e9
    took = Simulation(memory_path, service, BatchSettings(grace_s=20.0)).documents(2).run()
    assert 20 < took < 30


def test_R30_extractions_that_the_service_shows_late_are_waited_for(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.before = lambda call, number, now: (
        NotFound("not yet", status=404) if call == "extractions" and now < 1009 else None
    )
    simulation = Simulation(memory_path, service).documents(10)
    assert 9 < simulation.run() < 20
    assert simulation.engine.counts.completed == 10


def test_R30_a_list_that_lags_when_the_run_begins_costs_no_row(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, list_lag_s=lambda rng: rng.uniform(5.0, 30.0))
    unclear_uploads(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service, BatchSettings(quarantine_s=120.0)).documents(60)
    simulation.run()
    assert simulation.engine.counts.completed == len(service.documents_by_id) == 60
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]


def test_R30_a_list_that_can_never_be_read_holds_no_run_up(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.after = lambda call, number, now: lost() if call == "list" else None
    simulation = Simulation(memory_path, service).documents(10)
    assert simulation.run() < 20
    assert simulation.engine.counts.completed == len(service.documents_by_id) == 10


def test_R30_nobody_waits_for_a_late_list_without_need(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, list_lag_s=lambda rng: 1e9)
    assert Simulation(memory_path, service).documents(60).run() < 20


@pytest.mark.parametrize("share", [0.6, 0.95])
def test_R31_refusals_that_ask_to_wait_are_no_failed_attempts(share: float, memory_path: Path) -> None:
    service, rng = Service(Clock(), latency_s=lambda rng: 0.5), random.Random(1)
    service.before = lambda call, number, now: (
        ServiceError("slow down", status=429, retry_after_s=rng.uniform(0.0, 2.0)) if rng.random() < share else None
    )
    simulation = Simulation(memory_path, service, BatchSettings(attempts=2)).documents(100)
    simulation.run()
    assert simulation.engine.counts.completed == 100


@pytest.mark.parametrize(("per_s", "pause_s"), [(10.0, 0.0), (10.0, 2.0), (40.0, 1.0)])
def test_R31_a_run_takes_at_most_three_times_the_ideal_under_a_limit(
    per_s: float, pause_s: float, memory_path: Path
) -> None:
    service, allowance = Service(Clock(), latency_s=lambda rng: 0.5), [2 * per_s, 1000.0]

    def limit(call: str, number: int, now: float) -> Exception | None:
        del call, number
        allowance[:] = min(2 * per_s, allowance[0] + per_s * (now - allowance[1])), now
        if allowance[0] < 1:
            return ServiceError("slow down", status=429, retry_after_s=pause_s)
        allowance[0] -= 1
        return None

    service.before = limit
    simulation = Simulation(memory_path, service, BatchSettings(attempts=2)).documents(300)
    took = simulation.run()
    assert simulation.engine.counts.completed == 300
    # An upload and a result for each document.
    assert took < 3 * 2 * 300 / per_s


def test_R30_R31_on_the_wire(
    client: "Client", unhurt: "Sandbox", invoices_of: Callable[..., Path], tmp_path: Path
) -> None:
    folder = invoices_of("a.txt", "b.txt", "c.fault-extractions-429-x3.txt")
    unhurt.set_faults(
        {"POST /documents": {"read-lag; seconds=0..1": 1.0}, "GET /documents/{id}": {"429; seconds=0": 0.5}}, seed=1
    )
    settings = BatchSettings(attempts=1, quarantine_s=QUICK.quarantine_s)
    documents = process(client, folder, to=tmp_path / "run", settings=settings).documents
    assert set(documents["status"]) == {"completed"}
