"""Unclear requests about documents of several pages, in simulated time: how to make and how to judge them."""

import random
from collections import Counter

from gini_notebook.errors import ServiceError
from gini_notebook.service.batch import BatchSettings
from tests.service.batch.simulation import Service, Simulation, lost

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
    """Return whether the latest call is for a page: only somebody who wonders about a document asks for one."""
    _, call, what = service.log[-1]
    return call == "document" and service.documents_by_id[what].is_page


def posts(service: Service, call: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for now, made, what in service.log:
        if made == call:
            found.setdefault(what, []).append(now)
    return found


def lost_one(simulation: Simulation) -> str:
    """Return the id of the document that was unclear once."""
    rows = simulation.rows("SELECT document_id FROM uploads WHERE kind = 'composite' AND unknown_at IS NOT NULL")
    return str(rows[0][0])
