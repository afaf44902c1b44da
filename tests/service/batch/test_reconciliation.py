"""Unclear uploads are resolved by the document list, in simulated time and for every kind of list."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from gini_notebook.errors import ServiceError
from gini_notebook.service.batch import BatchSettings
from tests.service.batch.simulation import Clock, Service, Simulation, lost

QUARANTINE_S = 120.0
LISTS = {
    "newest first": {},
    "oldest first": {"ascending": True},
    "small pages": {"list_cap": 20},
    "small pages, oldest first": {"list_cap": 20, "ascending": True},
    "coarse dates": {"resolution_ms": 100.0},
    "coarse dates, oldest first": {"resolution_ms": 100.0, "ascending": True},
    "R23 an hour behind": {"skew_ms": -3_600_000.0},
    "R23 an hour ahead": {"skew_ms": 3_600_000.0},
    "fractional dates": {"resolution_ms": 0.001},
}


def unclear_uploads(service: Service, *, after: float, before: float, seed: int = 1) -> None:
    """Lose the answers of some uploads, after or before the service has processed them."""
    rng = random.Random(seed)
    draws = [rng.random() for _ in range(5000)]

    def lose_before(call: str, number: int, now: float) -> Exception | None:
        return lost() if call == "upload" and draws[number] < before else None

    def lose_after(call: str, number: int, now: float) -> Exception | None:
        if call == "upload" and before <= draws[number] < before + after:
            return lost() if number % 2 else ServiceError("oops", status=500)
        return None

    service.before, service.after = lose_before, lose_after


def posts_by_name(service: Service) -> dict[str, list[float]]:
    posts: dict[str, list[float]] = {}
    for now, call, name in service.log:
        if call == "upload":
            posts.setdefault(name, []).append(now)
    return posts


@pytest.mark.parametrize("kind", LISTS)
def test_R1_R2_R3_R4_nothing_is_lost_or_doubled_whatever_the_list_is_like(kind: str, memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: rng.uniform(0.2, 3.0), **LISTS[kind])
    unclear_uploads(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service, BatchSettings(quarantine_s=QUARANTINE_S)).documents(400)
    simulation.run()
    names = [stored.name for stored in service.documents_by_id.values()]
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(400,)]
    assert len(names) == len(set(names)) == 400
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]
    repeated = [times for times in posts_by_name(service).values() if len(times) > 1]
    assert repeated
    for times in repeated:
        for first, second in pairwise(times):
            assert second - first >= QUARANTINE_S
            assert sum(call == "list" and first < now < second for now, call, _ in service.log) >= 2


def test_unclear_uploads_that_are_there_need_not_wait_for_the_quarantine(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    unclear_uploads(service, after=0.2, before=0.0)
    took = Simulation(memory_path, service, BatchSettings(quarantine_s=QUARANTINE_S)).documents(100).run()
    assert took < 20
    assert all(len(times) == 1 for times in posts_by_name(service).values())


def test_R3_a_document_that_appears_after_the_quarantine_is_known_as_surplus(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    late: list[tuple[float, str]] = []

    def finish_late(call: str, number: int, now: float) -> Exception | None:
        for due, name in [item for item in late if item[0] <= now]:
            late.remove((due, name))
            service._store(name)
        if call == "upload" and number == 10:
            late.append((now + 2 * QUARANTINE_S, service.log[-1][2]))
            return lost()
        if call == "upload" and number == 20:
            return lost()
        return None

    service.before = finish_late
    # A document that the service works on for long keeps the run going until the late one has appeared.
    service.latency_s = lambda rng: 5 * QUARANTINE_S if len(service.documents_by_id) == 5 else 0.5
    simulation = Simulation(
        memory_path, service, BatchSettings(quarantine_s=QUARANTINE_S, document_limit_s=1e4)
    ).documents(30)
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(30,)]
    surplus = simulation.rows(
        "SELECT surplus.document_id, surplus.name, uploads.document_id FROM surplus JOIN uploads USING (key)"
    )
    assert len(surplus) == 1
    assert surplus[0][0] != surplus[0][2]
    assert len(service.documents_by_id) == 31


@pytest.mark.parametrize("kind", [{"keeps_names": False}, {"shows_list": False}], ids=["no names", "no list"])
def test_without_a_list_that_tells_unclear_uploads_stay_unclear_and_are_never_repeated(
    kind: dict[str, bool], memory_path: Path
) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, **kind)
    unclear_uploads(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service).documents(100)
    simulation.run()
    states = dict(simulation.rows("SELECT state, count(*) FROM uploads GROUP BY state"))
    assert set(states) == {"done", "unknown"}
    assert states["unknown"] == simulation.engine.counts.unclear > 5
    assert sum(states.values()) == 100
    assert all(len(times) == 1 for times in posts_by_name(service).values())
    # Called again, it looks again and still repeats nothing.
    simulation.run()
    assert all(len(times) == 1 for times in posts_by_name(service).values())


def test_a_list_that_is_there_again_resolves_what_was_unclear(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, shows_list=False)
    unclear_uploads(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service).documents(100)
    simulation.run()
    assert simulation.engine.counts.unclear > 5
    service.shows_list = True
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(100,)]
    assert len(service.documents_by_id) == 100


def test_the_probe_holds_back_all_but_one_upload_until_the_list_has_shown_it(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    Simulation(memory_path, service).documents(20).run()
    calls = [call for _, call, _ in service.log]
    assert calls[: calls.index("list")].count("upload") == 1
    assert calls[calls.index("list") :].count("upload") == 19


def test_an_unclear_first_upload_is_resolved_too(memory_path: Path) -> None:
    service = Service(Clock())
    service.after = lambda call, number, now: lost() if (call, number) == ("upload", 1) else None
    Simulation(memory_path, service).documents(3).run()
    assert service.calls["upload"] == len(service.documents_by_id) == 3


def test_an_unclear_only_upload_that_never_arrived_is_repeated(memory_path: Path) -> None:
    service = Service(Clock())
    service.before = lambda call, number, now: lost() if (call, number) == ("upload", 1) else None
    simulation = Simulation(memory_path, service).documents(1)
    assert simulation.run() > QUARANTINE_S
    assert service.calls["upload"] == 2
    assert simulation.rows("SELECT state, attempts FROM uploads") == [("done", 2)]


def test_a_list_that_fails_for_a_while_only_delays(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    unclear_uploads(service, after=0.0, before=0.1)
    loses = service.before
    service.before = lambda call, number, now: (
        lost() if call == "list" and 5 < number < 15 else loses(call, number, now)
    )
    simulation = Simulation(memory_path, service).documents(60)
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(60,)]


def test_an_id_of_another_document_is_no_answer(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    store = service._store
    service._store = lambda name: (store(name), "id-0")[len(service.documents_by_id) == 5]
    simulation = Simulation(memory_path, service).documents(10)
    simulation.run()
    assert simulation.rows("SELECT count(DISTINCT document_id) FROM uploads WHERE state = 'done'") == [(10,)]
    assert len(service.documents_by_id) == 10


@pytest.mark.parametrize("counts", [True, False])
def test_R3_documents_of_one_moment_are_a_whole_list_where_the_service_counts_them(
    counts: bool, memory_path: Path
) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, resolution_ms=1e9, counts_documents=counts)
    simulation = Simulation(memory_path, service).documents(30)
    simulation.run()
    assert simulation.engine.counts.completed == 30
    assert simulation.rows("SELECT value FROM facts WHERE name = 'scanned_last'") == [("yes",)] * counts
