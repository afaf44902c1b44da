"""Unclear pages and unclear requests to join them, in simulated time."""

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from gini_notebook.errors import NotFound, ServiceError
from gini_notebook.service.batch import BatchSettings, Counts
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.values import Document
from tests.service.batch.simulation import START_MS, Clock, Service, Simulation, lost, unreachable
from tests.service.batch.test_reconciliation import LISTS

QUARANTINE_S = 120.0
SLOW = BatchSettings(quarantine_s=QUARANTINE_S)


def unclear_posts(service: Service, *, after: float, before: float, seed: int = 1) -> None:
    """Lose the answers of some POSTs, of pages and of requests to join, after or before they were processed."""
    rng = random.Random(seed)
    draws = {call: [rng.random() for _ in range(5000)] for call in ("upload", "compose")}

    def lose_before(call: str, number: int, now: float) -> Exception | None:
        return lost() if call in draws and draws[call][number] < before else None

    def lose_after(call: str, number: int, now: float) -> Exception | None:
        if call in draws and before <= draws[call][number] < before + after:
            return lost() if number % 2 else ServiceError("oops", status=500)
        return None

    service.before, service.after = lose_before, lose_after


def assert_all_there_once(simulation: Simulation, composites: int, pages: int, singles: int = 0) -> None:
    """Every document is done, and the service holds it, and each page of it, once."""
    service = simulation.service
    assert simulation.rows("SELECT count(*) FROM documents JOIN uploads USING (key) WHERE state = 'done'") == [
        (composites + singles,)
    ]
    joined = Counter(stored.parts for stored in service.documents_by_id.values() if stored.parts)
    named = Counter(stored.name for stored in service.documents_by_id.values() if not stored.parts)
    assert (len(joined), set(joined.values())) == (composites, {1})
    assert (len(named), set(named.values())) == (composites * pages + singles, {1})
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]


def is_look(service: Service) -> bool:
    """Tell whether the latest call is for a page: only somebody who wonders about a document asks for one."""
    _, call, what = service.log[-1]
    return call == "document" and service.documents_by_id[what].is_page


def posts(service: Service, call: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for now, made, what in service.log:
        if made == call:
            found.setdefault(what, []).append(now)
    return found


@pytest.mark.parametrize("kind", LISTS)
def test_R1_R2_R3_R4_no_page_and_no_document_is_lost_or_doubled_whatever_the_list_is_like(
    kind: str, memory_path: Path
) -> None:
    service = Service(Clock(), latency_s=lambda rng: rng.uniform(0.2, 3.0), **LISTS[kind])
    unclear_posts(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service, SLOW).composites(100, pages=3, singles=40)
    simulation.run()
    assert_all_there_once(simulation, 100, 3, 40)
    for call, evidence in (("upload", "list"), ("compose", "document")):
        repeated = [(what, times) for what, times in posts(service, call).items() if len(times) > 1]
        assert repeated
        for what, times in repeated:
            first_page = what.split()[0]
            for first, second in pairwise(times):
                assert second - first >= QUARANTINE_S
                looks = [
                    now
                    for now, made, asked in service.log
                    if made == evidence and first < now < second and (made == "list" or asked == first_page)
                ]
                assert len(looks) >= 2


def test_unclear_documents_that_are_there_need_not_wait_for_the_quarantine(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    unclear_posts(service, after=0.2, before=0.0)
    simulation = Simulation(memory_path, service, SLOW).composites(60)
    assert simulation.run() < 25
    assert_all_there_once(simulation, 60, 2)
    assert all(len(times) == 1 for call in ("upload", "compose") for times in posts(service, call).values())


def test_R4_while_the_list_has_shown_no_page_an_unclear_page_is_never_sent_again(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, shows_pages=False)
    unclear_posts(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service, SLOW).composites(60, singles=10)
    simulation.run()
    counts = simulation.engine.counts
    assert counts.unclear > 5
    assert counts.completed + counts.unclear == 70
    pages = {stored.name for stored in service.documents_by_id.values() if stored.is_page}
    assert all(len(times) == 1 for name, times in posts(service, "upload").items() if name in pages)
    # Nothing that needs no unclear page is held up by those that do.
    assert simulation.rows(
        "SELECT count(*) FROM documents JOIN uploads AS whole USING (key) WHERE whole.state = 'unknown' AND NOT EXISTS "
        "(SELECT 1 FROM parts JOIN uploads AS page ON page.key = part WHERE parts.key = whole.key AND page.state = "
        "'unknown')"
    ) == [(0,)]
    assert simulation.rows("SELECT value FROM facts WHERE name = 'listing'") == [("names",)]
    # The list shows pages from now on: called again, the run resolves all of them.
    service.shows_pages = True
    simulation.run()
    assert_all_there_once(simulation, 60, 2, 10)


def test_where_the_list_hides_pages_composites_are_waited_for_by_it_all_the_same(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 5.0, shows_pages=False)
    simulation = Simulation(memory_path, service, SLOW).composites(60)
    simulation.run()
    assert_all_there_once(simulation, 60, 2)
    assert simulation.rows("SELECT value FROM facts WHERE name = 'listing'") == [("unnamed",)]
    assert service.calls["document"] + service.calls["list"] < 60
    # Documents of one file prove that names come back, so that unclear ones among them are sent again.
    service.before = lambda call, number, now: lost() if (call, number) == ("upload", 125) else None
    simulation.composites(60, singles=10).run()
    assert_all_there_once(simulation, 60, 2, 10)
    assert simulation.rows("SELECT value FROM facts WHERE name = 'listing'") == [("names",)]


def test_an_unclear_document_of_one_file_waits_for_the_proof_that_names_come_back(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, shows_pages=False)
    # After the pages of the composites, the only document of one file is lost: nothing can prove that names come back.
    service.before = lambda call, number, now: lost() if (call, number) == ("upload", 11) else None
    simulation = Simulation(memory_path, service, SLOW).composites(5, singles=1)
    simulation.run()
    counts = simulation.engine.counts
    assert (counts.completed, counts.unclear) == (5, 1)
    assert service.calls["upload"] == 11
    # Another one proves it, and the lost one is sent again.
    simulation.composites(5, singles=2).run()
    assert_all_there_once(simulation, 5, 2, 2)
    assert service.calls["upload"] == 13


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
    assert simulation.rows("SELECT count(*) FROM facts WHERE name = 'composites_swept'") == [(0,)]
    twins = next(stored.parts for stored in service.documents_by_id.values() if stored.id == lost_one(simulation))
    extra = service._join(twins)
    service.before = lambda call, number, now: None
    simulation.run()
    assert simulation.rows("SELECT count(*) FROM facts WHERE name = 'composites_swept'") == [(1,)]
    assert simulation.rows("SELECT document_id FROM surplus") == [(extra,)]


def lost_one(simulation: Simulation) -> str:
    """Return the id of the document that was unclear once."""
    rows = simulation.rows("SELECT document_id FROM uploads WHERE kind = 'composite' AND unknown_at IS NOT NULL")
    return str(rows[0][0])


def test_a_first_page_that_is_gone_fails_the_document_and_the_others_finish(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.before = lambda call, number, now: (
        lost()
        if (call, number) == ("compose", 1)
        else NotFound("gone", status=404)
        if call == "document" and number == 1
        else None
    )
    simulation = Simulation(memory_path, service, SLOW).composites(5)
    simulation.run()
    counts = simulation.engine.counts
    assert (counts.completed, counts.failed) == (4, 1)
    assert simulation.rows("SELECT error FROM uploads WHERE state = 'failed'")[0][0].startswith("Its first page is no")


def test_R25_counts_add_up_and_never_fall_while_pages_are_unclear(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: rng.uniform(0.2, 3.0))
    unclear_posts(service, after=0.1, before=0.1)
    simulation = Simulation(memory_path, service, SLOW).composites(60, pages=3, singles=20)
    seen: list[Counts] = []
    simulation.heard = seen.append
    simulation.run()
    assert {counts.total for counts in seen} == {80}
    assert all(a.completed <= b.completed and a.failed <= b.failed for a, b in pairwise(seen))
    assert all(counts.pending >= 0 for counts in seen)
    assert seen[-1].completed == 80


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


def test_R4_a_page_is_sent_again_under_the_name_of_its_first_attempt_whatever_its_file_is_called(
    memory_path: Path,
) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    simulation = Simulation(memory_path, service, SLOW).composites(2)
    # Both documents begin with the same page, in files of different names.
    (first, *_), (second, *_) = simulation.inputs.values()
    Path(second).write_bytes(Path(first).read_bytes())
    service.before = lambda call, number, now: lost() if (call, number) == ("upload", 1) else None
    simulation.run()
    sent = Counter(what for _, call, what in service.log if call == "upload")
    assert sorted(sent.values()) == [1, 1, 2]
    assert set(sent) == {name for (name,) in simulation.rows("SELECT name FROM uploads WHERE kind = 'partial'")}


def test_R25_a_document_whose_pages_fail_in_different_ways_fails_once(memory_path: Path) -> None:
    for number, answers in enumerate(
        [
            # The second page waits for another attempt when the first is refused, and the other way round.
            {1: ServiceError("no", status=415), 2: unreachable()},
            {1: unreachable(), 2: ServiceError("no", status=415)},
            {
                1: ServiceError("later", status=429),
                2: ServiceError("later", status=429),
                3: ServiceError("no", status=415),
            },
        ]
    ):
        service = Service(Clock(), latency_s=lambda rng: 0.5)
        service.before = lambda call, number, now, answers=answers: answers.get(number) if call == "upload" else None
        (memory_path / str(number)).mkdir()
        simulation = Simulation(memory_path / str(number), service, SLOW).composites(1)
        simulation.run()
        counts = simulation.engine.counts
        assert (counts.completed, counts.failed, counts.pending) == (0, 1, 0)


def test_pages_of_a_document_that_has_failed_are_not_sent(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    service.before = lambda call, number, now: (
        ServiceError("no", status=415) if (call, number) == ("upload", 1) else None
    )
    simulation = Simulation(memory_path, service, SLOW).composites(2, pages=12)
    simulation.run()
    counts = simulation.engine.counts
    assert (counts.completed, counts.failed) == (1, 1)
    # The probe holds back all but the first until the list has shown it.
    assert service.calls["upload"] == 1 + 12


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


def test_a_document_of_one_file_that_is_late_in_the_list_does_not_make_it_useless(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5, shows_pages=False)
    service.before = lambda call, number, now: lost() if (call, number) == ("upload", 12) else None
    shown = service._page

    def late(limit: int, begin: float | None) -> list[Document]:
        now_ms = START_MS + 1000 * service.clock.now
        return [one for one in shown(limit, begin) if one.partial_documents or one.creation_date < now_ms - 3000]

    service._page = late
    simulation = Simulation(memory_path, service, SLOW).composites(5, singles=4)
    simulation.run()
    assert_all_there_once(simulation, 5, 2, 4)
    assert simulation.rows("SELECT value FROM facts WHERE name = 'listing'") == [("names",)]


def test_R25_copies_are_counted_once_when_what_was_planned_is_taken_up(memory_path: Path) -> None:
    service = Service(Clock(), latency_s=lambda rng: 0.5)
    # So many that the copies, which come last, are read when the first documents are done.
    simulation = Simulation(memory_path, service, SLOW).composites(5, singles=200)
    simulation.inputs |= {f"z{name}": simulation.inputs[name] for name in ("00000", "w0", "w1")}
    simulation.run()
    with Ledger(memory_path / "run") as ledger:
        ledger.change("DELETE FROM results")
        ledger.change("UPDATE uploads SET state = 'planned', document_id = NULL")
        ledger.commit()
    seen: list[Counts] = []
    simulation.heard = seen.append
    simulation.run()
    assert (seen[-1].completed, seen[-1].pending) == (208, 0)
    assert all(counts.pending >= 0 for counts in seen)
