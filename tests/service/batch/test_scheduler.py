"""When a run calls what, in simulated time: close to the ideal, and polite."""

import math
import random
from pathlib import Path

import pytest

from gini_notebook.errors import RunStopped, ServiceError
from gini_notebook.service.batch import BatchSettings
from tests.service.batch import simulation
from tests.service.batch.simulation import Clock, Service, Simulation, lost, unreachable


def log_normal(mean_s: float, spread: float = 0.5):
    """Return a latency of this mean, as real services have it."""
    return lambda rng: mean_s * math.exp(rng.gauss(0, spread) - spread**2 / 2)


def ideal_s(service: Service) -> float:
    return sum(service.latencies) / service.capacity


def status_calls(service: Service) -> int:
    return service.calls["list"] + service.calls["document"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_wall_time_is_what_the_capacity_allows(seed: int, memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0), capacity=32, seed=seed)
    took = Simulation(memory_path, service).documents(1000).run()
    assert took / ideal_s(service) <= 1.08
    assert status_calls(service) / 1000 <= 0.2


@pytest.mark.parametrize("seed", [0, 1])
def test_without_a_list_single_looks_at_learnt_times_do_nearly_as_well(seed: int, memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0), capacity=32, seed=seed, shows_list=False)
    took = Simulation(memory_path, service).documents(1000).run()
    assert took / ideal_s(service) <= 1.10
    assert status_calls(service) / 1000 <= 3.0


def test_the_window_grows_while_throughput_grows(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0), capacity=200, upload_s=0.01)
    simulation = Simulation(memory_path, service).documents(3000)
    took = simulation.run()
    assert took / ideal_s(service) < 1.35
    assert 200 <= simulation.engine._context.window.size <= 400


def test_the_window_does_not_grow_for_a_service_that_is_busy_already(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0), capacity=8)
    simulation = Simulation(memory_path, service).documents(600)
    simulation.run()
    assert simulation.engine._context.window.size == BatchSettings().window


def test_the_window_shrinks_to_what_a_refusing_service_takes(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0), capacity=16, refuses_surplus=True)
    simulation = Simulation(memory_path, service).documents(500)
    took = simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(500,)]
    assert 12 <= simulation.engine._context.window.size <= 20
    assert service.calls["refused"] <= 60
    assert took / ideal_s(service) < 1.4


@pytest.mark.parametrize("latency_s", [0.0, 0.2, 5.0, 40.0])
def test_R24_looking_is_polite_at_any_latency(latency_s: float, memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(latency_s) if latency_s else lambda rng: 0.0)
    simulation = Simulation(memory_path, service).documents(150)
    simulation.run()
    assert status_calls(service) / 150 <= 1.0


@pytest.mark.parametrize("latency_s", [0.2, 5.0, 40.0])
def test_R24_looking_singly_is_polite_at_any_latency(latency_s: float, memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(latency_s), shows_list=False)
    simulation = Simulation(memory_path, service).documents(150)
    simulation.run()
    polls = sorted(row[0] for row in simulation.rows("SELECT polls FROM uploads"))
    assert polls[75] <= 12
    assert max(polls) <= 40


def test_R24_a_document_that_stays_pending_is_looked_at_more_and_more_rarely(memory_path: Path) -> None:
    service = Service(Clock())
    service.latency_s = lambda rng: 1e9 if len(service.documents_by_id) == 3 else 1.0
    simulation = Simulation(memory_path, service, BatchSettings(document_limit_s=600.0)).documents(300)
    simulation.run()
    assert dict(simulation.rows("SELECT state, count(*) FROM uploads GROUP BY state")) == {"done": 299, "failed": 1}
    assert service.calls["document"] + service.calls["list"] < 300


@pytest.mark.parametrize("status", [429, 408, 503])
@pytest.mark.parametrize("call", ["upload", "list", "extractions"])
def test_R6_nobody_calls_before_the_time_the_service_has_asked_for(call: str, status: int, memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0))
    asked: list[float] = []

    def ask_to_wait(kind: str, number: int, now: float) -> Exception | None:
        if kind == call and number == 7:
            asked.append(now)
            return ServiceError("later", status=status, retry_after_s=50.0)
        return None

    service.before = ask_to_wait
    Simulation(memory_path, service).documents(100).run()
    answered = asked[0] + max(service.upload_s, service.call_s)
    early = [entry for entry in service.log if answered < entry[0] < answered + 49.9]
    assert early == []
    assert any(entry[0] >= answered + 49.9 for entry in service.log)


def test_R6_a_pause_beyond_the_limit_stops_the_run_and_it_resumes(memory_path: Path) -> None:
    service = Service(Clock())
    service.before = lambda call, number, now: (
        ServiceError("later", status=429, retry_after_s=7200.0) if (call, number) == ("upload", 30) else None
    )
    simulation = Simulation(memory_path, service).documents(100)
    with pytest.raises(RunStopped, match="asks for a pause of 7200 s"):
        simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state IN ('intent', 'unknown')")[0][0] <= 16
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(100,)]
    assert len(service.documents_by_id) == 100


@pytest.mark.parametrize("retry_after_s", [None, 2.0])
def test_R7_an_outage_for_ever_ends_in_time_and_within_the_budget(
    retry_after_s: float | None, memory_path: Path
) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0))
    service.before = lambda call, number, now: (
        ServiceError("down", status=503, retry_after_s=retry_after_s) if now > 1003 else None
    )
    simulation = Simulation(memory_path, service, BatchSettings(outage_limit_s=300.0)).documents(500)
    began = service.clock.now
    with pytest.raises(RunStopped, match="nothing has succeeded for 30"):
        simulation.run()
    assert service.clock.now - began <= 310
    during = sum(now > 1003 for now, _, _ in service.log)
    assert during <= 100
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'failed'") == [(0,)]
    service.before = lambda call, number, now: None
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(500,)]
    assert len(service.documents_by_id) == 500


def test_R7_half_of_all_calls_failing_is_survived_within_the_attempts(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0))
    rng = random.Random(5)
    service.before = lambda call, number, now: lost() if call != "upload" and rng.random() < 0.5 else None
    simulation = Simulation(memory_path, service, BatchSettings(attempts=40)).documents(150)
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(150,)]


def test_R21_an_outage_of_the_network_heals_without_a_failed_row(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(1.0))
    service.before = lambda call, number, now: unreachable() if 1003 < now < 1063 else None
    simulation = Simulation(memory_path, service).documents(500)
    took = simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(500,)]
    assert took < ideal_s(service) + 60 + 45
    assert sum(1004 < now < 1063 for now, _, _ in service.log) < 40


def test_a_run_has_a_limit_of_its_own_and_resumes(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=log_normal(5.0))
    simulation = Simulation(memory_path, service, BatchSettings(run_limit_s=20.0)).documents(200)
    with pytest.raises(RunStopped, match="the limit of 20 s for the run was reached"):
        simulation.run()
    simulation.settings = BatchSettings()
    simulation.run()
    assert len(service.documents_by_id) == 200


@pytest.mark.parametrize("at_once", [1, 2, 4, 16])
def test_R24_a_service_that_answers_at_once_is_asked_rarely_however_slowly_documents_reach_it(
    at_once: int, memory_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(simulation.POOLS, "uploads", at_once)
    service = Service(Clock(), upload_s=0.02)
    Simulation(memory_path, service).composites(150).run()
    assert (service.calls["list"] + service.calls["document"]) / 150 <= 0.3
