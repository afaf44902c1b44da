"""Unclear requests to join pages, in simulated time."""

from dataclasses import replace
from pathlib import Path

from gini_notebook.errors import NotFound, ServiceError
from gini_notebook.service.batch import BatchSettings
from tests.service.batch.simulation import Clock, Service, Simulation, lost
from tests.service.batch.unclear import (
    QUARANTINE_S,
    SLOW,
    assert_all_there_once,
    is_look,
    lost_one,
    posts,
    unclear_posts,
)


def test_unclear_documents_that_are_there_need_not_wait_for_the_quarantine(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    unclear_posts(service, after=0.2, before=0.0)
    simulation = Simulation(memory_path, service, SLOW).composites(60)
    assert simulation.run() < 25
    assert_all_there_once(simulation, 60, 2)
    assert all(len(times) == 1 for call in ("upload", "compose") for times in posts(service, call).values())


def test_R3_a_document_that_is_joined_after_the_quarantine_is_known_as_surplus(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    late: list[tuple[float, tuple[str, ...]]] = []

    def finish_late(call: str, number: int, now: float) -> Exception | None:
        for due, parts in [item for item in late if item[0] <= now]:
            late.remove((due, parts))
            service._join(parts)
        if (call, number) == ("compose", 5):
            late.append((now + 2 * QUARANTINE_S, tuple(service.log[-1][2].split())))
            return lost()
        return None

    service.before = finish_late
    # A document that the service works on for long keeps the run going until the late one has appeared.
    service.latency_s = lambda rng: 5 * QUARANTINE_S if len(service.latencies) == 3 else 0.5
    simulation = Simulation(memory_path, service, BatchSettings(quarantine_s=QUARANTINE_S, document_limit_s=1e4))
    simulation.composites(12).run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(12,)]
    surplus = simulation.rows(
        "SELECT surplus.document_id, surplus.name = uploads.name, uploads.kind, uploads.document_id FROM surplus "
        "JOIN uploads USING (key)"
    )
    assert [(same, kind) for _, same, kind, _ in surplus] == [(1, "composite")]
    assert surplus[0][0] != surplus[0][3]
    assert sum(bool(stored.parts) for stored in service.documents_by_id.values()) == 13


def test_the_oldest_of_two_documents_with_the_same_pages_counts(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)

    def join_twice(call: str, number: int, now: float) -> Exception | None:
        if (call, number) == ("compose", 2):
            service._join(tuple(service.log[-1][2].split()))
            return lost()
        return None

    service.after = join_twice
    simulation = Simulation(memory_path, service, SLOW).composites(4)
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(4,)]
    twins = next(ids for ids in service.composites_by_part.values() if len(ids) == 2)
    assert simulation.rows("SELECT document_id FROM surplus") == [(twins[1],)]
    assert simulation.rows(f"SELECT state FROM uploads WHERE document_id = '{twins[0]}'") == [("done",)]


def test_a_document_of_other_pages_or_in_another_order_is_not_the_one_that_is_looked_for(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)

    def mislead(call: str, number: int, now: float) -> Exception | None:
        if (call, number) == ("compose", 1):
            first, second = service.log[-1][2].split()
            for parts in ((second, first), (first,), (first, second, second)):
                service._join(parts)
            return lost()
        return None

    service.before = mislead
    simulation = Simulation(memory_path, service, SLOW).composites(1)
    assert simulation.run() > QUARANTINE_S
    assert simulation.rows("SELECT attempts, state FROM uploads WHERE kind = 'composite'") == [(2, "done")]
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]


def test_looks_that_fail_for_a_while_only_delay_and_count_for_nothing(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    unclear_posts(service, after=0.0, before=0.2)
    loses = service.before
    service.before = lambda call, number, now: (
        ServiceError("down", status=500) if call == "document" and number < 12 else loses(call, number, now)
    )
    simulation = Simulation(memory_path, service, SLOW).composites(20)
    simulation.run()
    assert_all_there_once(simulation, 20, 2)


def test_without_looks_unclear_documents_stay_unclear_and_are_never_joined_again(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    unclear_posts(service, after=0.1, before=0.1)
    loses = service.before
    service.before = lambda call, number, now: (
        ServiceError("down", status=500) if is_look(service) else loses(call, number, now)
    )
    simulation = Simulation(memory_path, service, SLOW).composites(60)
    simulation.run()
    unclear = simulation.engine.counts.unclear
    assert unclear > 3
    assert all(len(times) == 1 for times in posts(service, "compose").values())
    service.before = loses
    simulation.run()
    assert_all_there_once(simulation, 60, 2)


def test_R3_the_last_look_for_surplus_is_given_up_when_it_fails_and_made_by_the_next_call(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.after = lambda call, number, now: lost() if (call, number) == ("compose", 2) else None
    # The first look finds the document; those at the end of the run, when all results are there, fail.
    service.before = lambda call, number, now: (
        ServiceError("down", status=500) if is_look(service) and service.calls["extractions"] == 4 else None
    )
    simulation = Simulation(memory_path, service, SLOW).composites(4)
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM facts WHERE name = 'composites_scanned_last'") == [(0,)]
    twins = next(stored.parts for stored in service.documents_by_id.values() if stored.id == lost_one(simulation))
    extra = service._join(twins)
    service.before = lambda call, number, now: None
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM facts WHERE name = 'composites_scanned_last'") == [(1,)]
    assert simulation.rows("SELECT document_id FROM surplus") == [(extra,)]


def test_a_first_page_that_is_gone_fails_the_document_and_the_others_finish(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.before = lambda call, number, now: (
        lost()
        if (call, number) == ("compose", 1)
        else NotFound("gone", status=404)
        if call == "document" and number == 1
        else None
    )
    simulation = Simulation(memory_path, service, replace(SLOW, grace_s=0.1)).composites(5)
    simulation.run()
    counts = simulation.engine.counts
    assert (counts.completed, counts.failed) == (4, 1)
    assert simulation.rows("SELECT error FROM uploads WHERE state = 'failed'")[0][0].startswith("Its first page is no")


def test_R4_while_pages_name_no_documents_an_unclear_document_is_never_joined_again(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, names_parents=False)
    unclear_posts(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service, SLOW).composites(60)
    simulation.run()
    counts = simulation.engine.counts
    assert counts.unclear > 3
    assert counts.completed + counts.unclear == 60
    assert all(len(times) == 1 for times in posts(service, "compose").values())
    assert simulation.rows("SELECT value FROM facts WHERE name = 'parents'") == [("hidden",)]
    service.names_parents = True
    simulation.run()
    assert_all_there_once(simulation, 60, 2)


def test_an_unclear_only_document_that_was_never_joined_is_joined_again(memory_path: Path) -> None:
    service = Service(Clock())
    service.before = lambda call, number, now: lost() if (call, number) == ("compose", 1) else None
    simulation = Simulation(memory_path, service, SLOW).composites(1)
    assert simulation.run() > QUARANTINE_S
    assert_all_there_once(simulation, 1, 2)


def test_a_document_that_was_given_up_is_found_by_the_last_look_and_is_no_surplus(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.after = lambda call, number, now: lost() if (call, number) == ("compose", 2) else None
    looked: list[float] = []

    def fail_two_looks(call: str, number: int, now: float) -> Exception | None:
        if is_look(service) and len(looked) < 2:
            looked.append(now)
            return ServiceError("down", status=500)
        return None

    service.before = fail_two_looks
    simulation = Simulation(memory_path, service, BatchSettings(quarantine_s=QUARANTINE_S, attempts=2)).composites(4)
    simulation.run()
    assert len(looked) == 2
    assert_all_there_once(simulation, 4, 2)
    assert simulation.engine.counts.completed == 4


def test_R3_what_is_joined_after_the_last_look_for_surplus_is_looked_at_again(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, shows_pages=False)
    simulation = Simulation(memory_path, service, SLOW).composites(3, singles=1)

    def show_pages_at_the_end(call: str, number: int, now: float) -> Exception | None:
        # The list shows pages only when the run has given up the one that is unclear, and looks for surplus.
        service.shows_pages |= call == "list" and bool(simulation.engine.counts.unclear)
        return None

    def lose(call: str, number: int, now: float) -> Exception | None:
        if (call, number) == ("compose", 3):
            service._join(tuple(service.log[-1][2].split()))
        return lost() if (call, number) in {("upload", 3), ("compose", 3)} else None

    service.before, service.after = show_pages_at_the_end, lose
    simulation.run()
    assert simulation.engine.counts.completed == 4
    twins = next(ids for ids in service.composites_by_part.values() if len(ids) == 2)
    assert simulation.rows("SELECT document_id FROM surplus") == [(twins[1],)]


def test_a_run_ends_although_nothing_tells_whether_pages_name_their_documents(memory_path: Path) -> None:
    for trouble in (ServiceError("no", status=403), NotFound("gone", status=404), ServiceError("down", status=500)):
        (memory_path / str(trouble.status)).mkdir()
        service = Service(Clock(), latency_s=lambda rng: 0.5)
        simulation = Simulation(memory_path / str(trouble.status), service, SLOW).composites(3)

        def fail(
            call: str, number: int, now: float, *, service: Service = service, trouble: ServiceError = trouble
        ) -> Exception | None:
            if (call, number) == ("compose", 2):
                return lost()
            # Pages that are in a document cannot be looked at; the page of the unclear one can.
            return trouble if is_look(service) and service.composites_by_part[service.log[-1][2]] else None

        service.before = fail
        simulation.run()
        assert (simulation.engine.counts.completed, simulation.engine.counts.unclear) == (2, 1)
        assert service.calls["compose"] == 3
        assert service.calls["document"] < 60


def test_another_document_proves_that_pages_name_theirs_when_the_oldest_was_deleted(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)

    def lose_second(call: str, number: int, now: float) -> Exception | None:
        if call == "document" and service.calls["extractions"] == 3 and "deleted" not in service.calls:
            # Somebody deletes the document that was joined first, when all results are there.
            service.calls["deleted"] = 1
            oldest = next(one.id for one in service.documents_by_id.values() if one.parts)
            for ids in service.composites_by_part.values():
                ids[:] = [one for one in ids if one != oldest]
            del service.documents_by_id[oldest]
        return lost() if (call, number) == ("compose", 2) else None

    service.before = lose_second
    simulation = Simulation(memory_path, service, SLOW).composites(4)
    simulation.run()
    assert service.calls["deleted"] == 1
    assert simulation.engine.counts.completed == 4
