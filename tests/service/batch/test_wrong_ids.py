"""A row that was given a wrong id, say the first half of one, is repaired by its name in the list, or by its pages."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gini_notebook.service.batch import BatchSettings
from gini_notebook.service.batch.ledger import Ledger
from tests.service.batch.simulation import Clock, Service, Simulation, lost
from tests.service.batch.unclear import assert_all_there_once

SETTINGS = BatchSettings(grace_s=20.0, quarantine_s=120.0)
Damage = Callable[[str], str]


class DamagingService(Service):
    """A service behind something that damages the ids in some answers to uploads and joins."""

    damaged: frozenset[int] = frozenset()
    damage: Damage = staticmethod(lambda document_id: f"half-{document_id}")
    named = 0

    def _named(self, document_id: str) -> str:
        self.named += 1
        return self.damage(document_id) if self.named in self.damaged else document_id

    def upload(self, content: bytes, *, name: str, media_type: str) -> str:
        return self._named(super().upload(content, name=name, media_type=media_type))

    def upload_partial(self, content: bytes, *, name: str, media_type: str) -> str:
        return self._named(super().upload_partial(content, name=name, media_type=media_type))

    def compose(self, parts: Sequence[str]) -> str:
        return self._named(super().compose(parts))


def damaging(*numbers: int) -> DamagingService:
    service = DamagingService(Clock(), latency_s=lambda rng: 0.5)
    service.damaged = frozenset(numbers)
    return service


def errors(simulation: Simulation) -> list[str]:
    return [row[0] for row in simulation.rows("SELECT error FROM uploads WHERE state = 'failed'")]


@pytest.mark.parametrize("numbers", [(1,), (7,), (1, 2, 3), tuple(range(1, 41))])
@pytest.mark.parametrize("ascending", [True, False])
def test_R28_a_row_with_half_an_id_is_repaired_by_its_name(
    numbers: tuple[int, ...], ascending: bool, memory_path: Path
) -> None:
    service = damaging(*numbers)
    service.ascending = ascending
    simulation = Simulation(memory_path, service, SETTINGS).documents(40)
    assert simulation.run() < 60
    assert simulation.rows("SELECT count(*) FROM uploads WHERE state = 'done'") == [(40,)]
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]
    assert len(service.documents_by_id) == 40
    assert {row[0] for row in simulation.rows("SELECT document_id FROM uploads")} == set(service.documents_by_id)


def test_R28_a_document_of_several_pages_with_half_an_id_is_repaired_by_its_pages(memory_path: Path) -> None:
    service = damaging()
    service.compose = lambda parts, join=service.compose: damaged(service, join(parts))  # type: ignore[method-assign]
    simulation = Simulation(memory_path, service, SETTINGS).composites(8, singles=4)
    simulation.run()
    assert service.calls["compose"] == 8
    assert_all_there_once(simulation, 8, 2, singles=4)


def damaged(service: DamagingService, document_id: str) -> str:
    return service.damage(document_id) if service.calls["compose"] % 3 == 1 else document_id


@pytest.mark.parametrize("numbers", [(1,), (2,), (1, 2, 4), (3, 9, 14), tuple(range(1, 50))])
@pytest.mark.parametrize("ascending", [True, False])
def test_R28_pages_with_half_an_id_are_repaired_by_their_names_before_they_are_joined(
    numbers: tuple[int, ...], ascending: bool, memory_path: Path
) -> None:
    service = damaging(*numbers)
    service.ascending = ascending
    simulation = Simulation(memory_path, service, SETTINGS).composites(8, pages=3, singles=4)
    # A page that two documents share, one of them twice.
    first, second = simulation.inputs["00000"], simulation.inputs["00001"]
    simulation.inputs |= {"00000": (*first, first[0]), "00001": (second[0], first[0], *second[1:])}
    simulation.run()
    assert simulation.engine.counts.completed == 12
    ids = {row[0] for row in simulation.rows("SELECT document_id FROM uploads")}
    assert ids == set(service.documents_by_id)
    assert simulation.rows("SELECT count(*) FROM surplus") == [(0,)]


def test_R28_a_page_with_half_an_id_is_found_when_the_request_to_join_was_unclear(memory_path: Path) -> None:
    service = damaging(1)
    service.before = lambda call, number, now: lost() if (call, number) == ("compose", 1) else None
    simulation = Simulation(memory_path, service, SETTINGS).composites(3)
    simulation.run()
    assert_all_there_once(simulation, 3, 2)


def test_R28_a_request_to_join_that_left_before_a_page_was_repaired_is_made_again(memory_path: Path) -> None:
    service = damaging(1)

    def second_is_slow(call: str, number: int, now: float) -> None:
        service.upload_s = 3.0 if (call, number) == ("compose", 2) else 0.02

    service.before = second_is_slow
    simulation = Simulation(memory_path, service, BatchSettings(grace_s=0.001, quarantine_s=120.0)).composites(2)
    simulation.inputs["00001"] = (simulation.inputs["00000"][0], *simulation.inputs["00001"])
    simulation.run()
    assert simulation.engine.counts.completed == 2
    assert service.calls["compose"] == 4


@pytest.mark.parametrize("trouble", ["no list", "other names", "no pages in the list", "deleted"])
def test_R28_R35_a_page_that_nothing_shows_fails_its_document_with_what_may_have_happened(
    trouble: str, memory_path: Path
) -> None:
    service = damaging(2)
    service.shows_list, service.keeps_names = trouble != "no list", trouble != "other names"
    service.shows_pages = trouble != "no pages in the list"
    if trouble == "deleted":
        service.read_lag_s = lambda rng: 1e9 if len(service.documents_by_id) == 1 else 0.0
        service.list_lag_s = lambda rng: 1e9 if len(service.documents_by_id) == 2 else 0.0
        service.damaged = frozenset()
    simulation = Simulation(memory_path, service, SETTINGS).composites(3, singles=2)
    assert simulation.run() < 90
    (error,) = errors(simulation)
    assert "deleted, or the answer that named it was damaged" in error
    assert error.endswith("Start a new run. The service says: no such document")
    assert simulation.engine.counts.completed == 4
    assert len(service.documents_by_id) == 6 + 2 + 2, "nothing is sent again on a guess"


def test_R25_R28_no_counter_falls_while_a_row_is_repaired(memory_path: Path) -> None:
    simulation = Simulation(memory_path, damaging(3), SETTINGS).documents(10)
    heard: list[tuple[int, int]] = []
    simulation.heard = lambda counts: heard.append((counts.completed, counts.failed))
    simulation.run()
    assert heard == sorted(heard)
    assert heard[-1] == (10, 0)


@pytest.mark.parametrize("trouble", ["deleted", "no list", "other names"])
def test_R28_R30_a_document_that_nothing_shows_fails_with_what_the_service_says(
    trouble: str, memory_path: Path
) -> None:
    service = damaging(3)
    service.shows_list, service.keeps_names = trouble != "no list", trouble != "other names"
    if trouble == "deleted":
        service.damaged = frozenset()
        service.read_lag_s = lambda rng: 1e9 if len(service.documents_by_id) == 2 else 0.0
        service.list_lag_s = lambda rng: 1e9 if len(service.documents_by_id) == 3 else 0.0
    simulation = Simulation(memory_path, service, SETTINGS).documents(10)
    assert simulation.run() < 60
    assert errors(simulation) == ["no such document"]
    assert len(service.documents_by_id) == 10, "nothing is sent again on a guess"


def test_R28_an_id_that_the_list_shows_is_not_replaced_by_a_copy(memory_path: Path) -> None:
    service = damaging()
    simulation = Simulation(memory_path, service, SETTINGS).documents(5)
    # The third document is in the list, and is not found by itself; a copy of it is there, too.
    service.read_lag_s = lambda rng: 1e9 if len(service.documents_by_id) == 2 else 0.0
    real = service._keep

    def keep(name: str, *rest: object, **more: object) -> str:
        stored = real(name, *rest, **more)  # type: ignore[arg-type]
        if len(service.documents_by_id) == 3:
            real(name, service.clock.now)
        return stored

    service._keep = keep  # type: ignore[method-assign]
    # Nobody looks at the list to see how far documents are.
    simulation.settings = BatchSettings(grace_s=20.0, quarantine_s=120.0, window=2, window_limit=2)
    simulation.run()
    states = dict(simulation.rows("SELECT document_id, state FROM uploads"))
    assert len(simulation.rows("SELECT document_id FROM surplus")) == 1
    assert states.keys().isdisjoint(row[0] for row in simulation.rows("SELECT document_id FROM surplus"))


def test_R28_rows_that_an_earlier_version_has_failed_for_half_an_id_are_looked_for_once(memory_path: Path) -> None:
    service = damaging()
    simulation = Simulation(memory_path, service, SETTINGS).documents(6)
    simulation.run()
    own, gone = (row[0] for row in simulation.rows("SELECT document_id FROM uploads ORDER BY name LIMIT 2"))
    del service.documents_by_id[gone]
    with Ledger(memory_path / "run") as ledger:
        change = "UPDATE uploads SET state = 'failed', error = 'no such document', polls = 0, document_id = ? "
        ledger.change(change + "WHERE document_id = ?", (own[:-1] + "half", own))
        ledger.change(change + "WHERE document_id = ?", ("half-gone", gone))
        ledger.change("INSERT INTO surplus VALUES (?, NULL, 'taken for a copy', 1, NULL)", (own,))
        ledger.forget("failures_doubted")
        ledger.commit()
    simulation.run()
    assert errors(simulation) == ["no such document"]
    assert simulation.rows("SELECT state FROM uploads WHERE document_id = ?".replace("?", f"'{own}'")) == [("done",)]
    assert simulation.rows("SELECT * FROM surplus") == []
    calls = service.calls.total()
    simulation.run()
    assert service.calls.total() == calls
