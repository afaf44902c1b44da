"""A service and workers in simulated time: an hour passes in a moment, and the same seed gives the same run.

What the real server does on a real wire is tested elsewhere; here it is about *when* a run calls what.
"""

import heapq
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gini_notebook.errors import AnswerLost, ConnectionFailed, NotFound, ServiceError
from gini_notebook.service.batch.engine import Engine
from gini_notebook.service.batch.inputs import Documents, find
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.documents import register
from gini_notebook.service.batch.progress import Counts
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.workers import Answer
from gini_notebook.service.values import Document, DocumentList, DocumentReference, Extractions
from tests.service.batch.conftest import letter

POOLS = {"files": 1, "uploads": 16, "lists": 1, "reads": 8}
START_MS = 1_700_000_000_000.0
Trouble = Callable[[str, int, float], Exception | None]


def no_trouble(call: str, number: int, now: float) -> Exception | None:
    """Let every call succeed."""
    del call, number, now
    return None


@dataclass
class Clock:
    """The time of the simulation, in seconds."""

    now: float = 1000.0


@dataclass
class Stored:
    """A document of the simulated service."""

    id: str
    name: str
    created_ms: float
    done_at: float
    parts: tuple[str, ...] = ()
    is_page: bool = False
    read_at: float = 0.0
    listed_at: float = 0.0


@dataclass
class Service:
    """The simulated service, in the shape of a client.

    ``before`` may raise without the service having seen the request, ``after`` when it has done what was asked.
    """

    clock: Clock
    latency_s: Callable[[random.Random], float] = lambda rng: 0.0
    capacity: int = 32
    refuses_surplus: bool = False
    upload_s: float = 0.02
    call_s: float = 0.01
    before: Trouble = no_trouble
    after: Trouble = no_trouble
    ascending: bool = False
    keeps_names: bool = True
    shows_list: bool = True
    counts_documents: bool = False
    shows_pages: bool = True
    names_parents: bool = True
    list_cap: int = 250
    resolution_ms: float = 1.0
    skew_ms: float = 0.0
    # How long a new document is "not found", and how long the list leaves it out.
    read_lag_s: Callable[[random.Random], float] = lambda rng: 0.0
    list_lag_s: Callable[[random.Random], float] = lambda rng: 0.0
    seed: int = 0
    documents_by_id: dict[str, Stored] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    log: list[tuple[float, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environment = SimpleNamespace(counts_with_offset=False)
        self.rng = random.Random(self.seed)
        self.slots = [0.0] * self.capacity
        self.latencies: list[float] = []
        self.numbers = itertools.count()
        self.composites_by_part: defaultdict[str, list[str]] = defaultdict(list)

    def _call(self, call: str, what: str, act: Callable[[], Any]) -> Any:
        self.calls[call] += 1
        self.log.append((self.clock.now, call, what))
        if (error := self.before(call, self.calls[call], self.clock.now)) is not None:
            raise error
        result = act()
        if (error := self.after(call, self.calls[call], self.clock.now)) is not None:
            raise error
        return result

    def upload(self, content: bytes, *, name: str, media_type: str) -> str:
        return self._call("upload", name, lambda: self._store(name))

    def upload_partial(self, content: bytes, *, name: str, media_type: str) -> str:
        return self._call("upload", name, lambda: self._keep(name, self.clock.now, is_page=True))

    def compose(self, parts: Sequence[str]) -> str:
        return self._call("compose", " ".join(parts), lambda: self._join(tuple(parts)))

    def _join(self, parts: tuple[str, ...]) -> str:
        assert all(self._get(part).is_page for part in parts), "joined what is no partial document"
        return self._store("Document", parts)

    def _store(self, name: str, parts: tuple[str, ...] = ()) -> str:
        now = self.clock.now
        if self.refuses_surplus and sum(one.done_at > now for one in self.documents_by_id.values()) >= self.capacity:
            self.calls["refused"] += 1
            raise ServiceError("too many", status=429)
        latency = self.latency_s(self.rng)
        begin = max(now, heapq.heappop(self.slots))
        heapq.heappush(self.slots, begin + latency)
        self.latencies.append(latency)
        return self._keep(name, begin + latency, parts)

    def _keep(self, name: str, done_at: float, parts: tuple[str, ...] = (), *, is_page: bool = False) -> str:
        created = START_MS + self.skew_ms + 1000 * self.clock.now
        created -= created % self.resolution_ms
        stored = Stored(f"id-{next(self.numbers)}", name, created, done_at, parts, is_page)
        stored.read_at = self.clock.now + self.read_lag_s(self.rng)
        stored.listed_at = self.clock.now + self.list_lag_s(self.rng)
        self.documents_by_id[stored.id] = stored
        for part in dict.fromkeys(parts):
            self.composites_by_part[part].append(stored.id)
        return stored.id

    def document(self, document_id: str) -> Document:
        return self._call("document", document_id, lambda: self._shown(self._get(document_id)))

    def documents(self, *, limit: int = 20, next: float | None = None) -> list[Document]:  # noqa: A002 - as the client has it
        return self._call("list", f"limit={limit} next={next}", lambda: self._page(limit, next))

    def document_list(self, **asked: Any) -> DocumentList:
        listed = tuple(self.documents(**asked))
        return DocumentList(listed, len(self.documents_by_id) if self.counts_documents else None)

    def _page(self, limit: int, begin: float | None) -> list[Document]:
        if not self.shows_list:
            raise NotFound("there is no list", status=404)
        order = sorted(self.documents_by_id.values(), key=lambda one: one.created_ms, reverse=not self.ascending)
        order = [one for one in order if one.listed_at <= self.clock.now]
        if not self.shows_pages:
            order = [one for one in order if not one.is_page]
        if begin:
            order = [one for one in order if (one.created_ms >= begin if self.ascending else one.created_ms <= begin)]
        return [self._shown(one) for one in order[: min(limit, self.list_cap)]]

    def extractions(self, document_id: str) -> Extractions:
        return self._call("extractions", document_id, lambda: self._result(document_id))

    def _result(self, document_id: str) -> Extractions:
        assert self._get(document_id).done_at <= self.clock.now, "asked for the result of an unfinished document"
        return Extractions({}, {})

    def _get(self, document_id: str) -> Stored:
        if document_id not in self.documents_by_id or self.documents_by_id[document_id].read_at > self.clock.now:
            raise NotFound("no such document", status=404)
        return self.documents_by_id[document_id]

    def _shown(self, one: Stored) -> Document:
        progress = "COMPLETED" if one.done_at <= self.clock.now else "PENDING"
        name = one.name if self.keeps_names else "Document"
        return Document(
            one.id,
            progress,
            name,
            1,
            one.created_ms,
            source_classification="TEXT",
            partial_documents=tuple(DocumentReference(f"/documents/{part}") for part in one.parts),
            composite_documents=tuple(
                DocumentReference(f"/documents/{composite}")
                for composite in (self.composites_by_part[one.id] if self.names_parents else ())
            ),
        )


class SimulatedWorkers:
    """Workers whose calls take as long as the service says, in simulated time."""

    def __init__(self, clock: Clock, service: Service) -> None:
        self.clock, self.service = clock, service
        self.busy: Counter[str] = Counter()
        self.events: list[tuple[float, int, str, Answer]] = []
        self.order = itertools.count()

    def now(self) -> float:
        return self.clock.now

    def free(self, pool: str) -> int:
        return POOLS[pool] - self.busy[pool]

    def submit(self, pool: str, subject: object, call: Callable[[], object]) -> None:
        self.busy[pool] += 1
        began = self.clock.now
        try:
            answer = Answer(subject, call(), None, began)
        except Exception as error:  # noqa: BLE001 - as the workers do
            answer = Answer(subject, None, error, began)
        cost = {"files": 0.0, "uploads": self.service.upload_s}.get(pool, self.service.call_s)
        heapq.heappush(self.events, (began + cost, next(self.order), pool, answer))

    def answers(self, timeout_s: float) -> list[Answer]:
        until = self.clock.now + timeout_s
        if not self.events or self.events[0][0] > until:
            self.clock.now = until
            return []
        self.clock.now = max(self.clock.now, self.events[0][0])
        ended = []
        while self.events and self.events[0][0] <= self.clock.now:
            _, _, pool, answer = heapq.heappop(self.events)
            self.busy[pool] -= 1
            ended.append(answer)
        return ended

    def wake(self) -> None:
        """Nobody waits in simulated time."""

    def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Simulation:
    """One run in simulated time, in a folder of its own."""

    folder: Path
    service: Service
    settings: BatchSettings = field(default_factory=BatchSettings)
    inputs: Documents | None = None
    heard: Callable[[Counts], None] | None = None

    def documents(self, count: int) -> "Simulation":
        """Write so many little documents."""
        source = self.folder / "documents"
        source.mkdir(exist_ok=True)
        for number in range(count):
            (source / f"{number:05}.txt").write_text(f"Rechnung {number}")
        return self

    def composites(self, count: int, pages: int = 2, singles: int = 0) -> "Simulation":
        """Write so many little documents of several pages, and some of one."""
        letters = {f"{number:05}": letter(self.folder / "pages", f"{number}", number, pages) for number in range(count)}
        others = {f"w{number}": letter(self.folder / "pages", f"w{number}", number, 1) for number in range(singles)}
        self.inputs = letters | others
        return self

    def run(self) -> float:
        """Run to the end and return the simulated seconds it took."""
        to = self.folder / "run"
        to.mkdir(exist_ok=True)
        with Ledger(to, create=True) as ledger:
            if ledger.fact("tag") is None:
                ledger.remember("tag", "c0ffee")
            register(ledger, find(self.inputs or self.folder / "documents").sources)
            began = self.service.clock.now
            self.engine = Engine(
                self.service, ledger, self.settings, SimulatedWorkers(self.service.clock, self.service)
            )
            self.engine._context.rng.seed(self.service.seed)
            self.engine.run(self.heard)
            return self.service.clock.now - began

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the ledger."""
        with Ledger(self.folder / "run", read_only=True) as ledger:
            return ledger.rows(query)


def lost() -> AnswerLost:
    """Return the error of an unclear call."""
    return AnswerLost("the connection broke")


def unreachable() -> ConnectionFailed:
    """Return the error of a call that never left."""
    return ConnectionFailed("no route")
