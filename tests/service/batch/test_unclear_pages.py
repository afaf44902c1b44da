"""Unclear pages of documents, in simulated time."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from gini_notebook.errors import ServiceError
from gini_notebook.service.batch import Counts
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.values import Document
from tests.service.batch.simulation import START_MS, Clock, Service, Simulation, lost, unreachable
from tests.service.batch.test_reconciliation import LISTS
from tests.service.batch.unclear import QUARANTINE_S, SLOW, assert_all_there_once, posts, unclear_posts


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
