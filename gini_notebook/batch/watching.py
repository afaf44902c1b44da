"""Waits for documents to be processed: many at once by the document list, single ones at learnt times."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gini_notebook.batch.desk import READS, Desk, reason_of
from gini_notebook.batch.listing import Ended, Lister
from gini_notebook.batch.outcomes import Outcome
from gini_notebook.batch.rows import set_failed
from gini_notebook.batch.workers import Answer
from gini_notebook.errors import AnswerLost, ConnectionFailed
from gini_notebook.values import COMPLETED, ERROR, Document

# So few documents are asked for one by one: that costs no more than a list.
FEW = 2
# Readings of the list in which a document may lack before it is asked for by itself.
PATIENCE = 3
SHORTEST_S, LONGEST_S = 0.25, 10.0
LIST_SHORTEST_S, LIST_LONGEST_S = 0.1, 5.0


@dataclass(slots=True)
class Flight:
    """A document that is with the service."""

    key: str
    document_id: str
    since: float
    polls: int = 0
    failures: int = 0
    absences: int = 0
    pending_at: float | None = None
    created: float | None = None
    pages: int | None = None
    source_classification: str | None = None
    processing_s: float = 0.0


class Watcher:
    """Asks how far the documents are.

    Parameters
    ----------
    desk
        What the run shares.
    lister
        Who reads the list.
    completed
        Who takes the documents that are ready.

    Attributes
    ----------
    by_list
        Whether the list shows our documents.
    """

    def __init__(self, desk: Desk, lister: Lister, completed: Callable[[Flight], None]) -> None:
        self._desk, self._lister, self._completed = desk, lister, completed
        self._flights: dict[str, Flight] = {}
        self._due: list[tuple[float, int, Flight]] = []
        self._order = itertools.count()
        self._one_by_one = False
        self._next_list = 0.0
        self._newest = 0.0
        self._to_see: set[str] = set()
        self.by_list = False

    @property
    def waiting(self) -> int:
        """How many documents are with the service."""
        return len(self._flights)

    def add(self, key: str, document_id: str, polls: int = 0) -> None:
        """Wait for a document."""
        flight = Flight(key, document_id, self._desk.now(), polls)
        self._flights[document_id] = flight
        if self._one_by_one:
            self._schedule(flight)

    def due(self) -> float:
        """Return when there is something to ask next."""
        if not self._flights:
            return float("inf")
        times = [next(iter(self._flights.values())).since + self._desk.settings.document_limit_s]
        if self._uses_list() and self._lister.idle:
            times.append(self._next_list)
        if self._due:
            times.append(self._due[0][0])
        return min(times)

    def advance(self) -> None:
        """Ask whatever is due."""
        self._end_overdue()
        one_by_one = not self._uses_list()
        if one_by_one is not self._one_by_one:
            self._one_by_one = one_by_one
            self._due.clear()
            for flight in self._flights.values() if one_by_one else ():
                self._schedule(flight)
        if not one_by_one and self._lister.idle and self._desk.now() >= self._next_list:
            self._read_list()
        self._ask()

    def seen(self, document: Document, began: float) -> None:
        """Look at a document of the list."""
        self._newest = max(self._newest, document.creation_date or 0.0)
        flight = self._flights.get(document.id)
        if flight is not None:
            flight.created, flight.absences = document.creation_date, 0
            self._look(flight, document, began)
        self._to_see.discard(document.id)

    def over(self) -> None:
        """Hear that a reading of the list is over; what matters was seen."""

    def _uses_list(self) -> bool:
        return self.by_list and len(self._flights) > FEW

    def _end_overdue(self) -> None:
        limit_s = self._desk.settings.document_limit_s
        while self._flights:
            flight = next(iter(self._flights.values()))
            if self._desk.now() - flight.since < limit_s:
                return
            self._fail(flight, f"Not finished {limit_s:g} s after the upload (document {flight.document_id}).", None)

    def _look(self, flight: Flight, document: Document, began: float) -> None:
        flight.polls += 1
        if not document.finished:
            flight.pending_at = began
            return
        # It was finished between the last look and this one.
        before = flight.since if flight.pending_at is None else flight.pending_at
        flight.processing_s = max(0.0, (before + began) / 2 - flight.since)
        self._desk.latencies.add(flight.processing_s)
        self._desk.window.finished(self._desk.now(), 1)
        flight.pages = document.page_count
        flight.source_classification = document.source_classification or None
        if document.progress == ERROR:
            text = f"The service could not process the document (progress ERROR, document {document.id})."
            self._fail(flight, text, None)
        elif document.progress == COMPLETED:
            del self._flights[flight.document_id]
            self._completed(flight)

    def _fail(self, flight: Flight, error: str, request_id: str | None) -> None:
        del self._flights[flight.document_id]
        set_failed(self._desk.ledger, flight.key, error, request_id, flight.polls)
        self._desk.tally.fail(flight.key)

    def _read_list(self) -> None:
        limit = min(self._desk.settings.list_limit, max(20, len(self._flights) + 8))
        begin = None
        if self._lister.ascending:
            begin = min((flight.created for flight in self._flights.values() if flight.created), default=self._newest)
        self._to_see = set(self._flights)
        self._lister.begin(
            self._list_read, limit=limit, pages=2 + len(self._flights) // limit, begin=begin, enough=self._saw_all
        )

    def _saw_all(self) -> bool:
        return not self._to_see

    def _list_read(self, how: Ended, began: float) -> None:
        self._next_list = self._desk.now() + self._list_pause_s()
        if how is Ended.REFUSED:
            self.by_list = False
        if how not in {Ended.COMPLETE, Ended.STOPPED}:
            return
        for document_id in self._to_see:
            flight = self._flights.get(document_id)
            if flight is not None and flight.since < began:
                flight.absences += 1
                if flight.absences == PATIENCE:
                    self._schedule(flight)

    def _list_pause_s(self) -> float:
        latencies = self._desk.latencies
        if latencies.learnt:
            return min(LIST_LONGEST_S, max(LIST_SHORTEST_S, 0.25 * latencies.quantile(0.5)))
        oldest = next(iter(self._flights.values())).since if self._flights else self._desk.now()
        return min(LIST_LONGEST_S, max(0.05, 0.5 * (self._desk.now() - oldest)))

    def _schedule(self, flight: Flight, due: float | None = None) -> None:
        if due is None:
            due = self._desk.now() + self._pause_s(flight) * self._desk.chance.uniform(0.9, 1.1)
        heapq.heappush(self._due, (due, next(self._order), flight))

    def _pause_s(self, flight: Flight) -> float:
        age = self._desk.now() - flight.since
        latencies = self._desk.latencies
        if not latencies.learnt:
            return 0.0 if flight.polls == 0 else min(LONGEST_S, max(SHORTEST_S, 0.5 * age))
        if flight.polls == 0:
            return min(LONGEST_S, max(0.0, latencies.quantile(0.1) - age))
        return min(LONGEST_S, max(SHORTEST_S, 0.35 * latencies.quantile(0.5)))

    def _ask(self) -> None:
        desk = self._desk
        while self._due and self._due[0][0] <= desk.now() and desk.may_call(READS):
            flight = heapq.heappop(self._due)[2]
            if flight.document_id in self._flights:
                desk.call(READS, partial(self._asked, flight), partial(desk.client.document, flight.document_id))

    def _asked(self, flight: Flight, answer: Answer) -> None:
        outcome = self._desk.judge(answer)
        if flight.document_id not in self._flights:
            return
        if outcome is None:
            self._look(flight, answer.value, answer.began)
            if flight.document_id in self._flights:
                self._schedule(flight)
            return
        error = answer.error or AnswerLost()
        flight.failures += not isinstance(error, ConnectionFailed)
        if outcome is Outcome.REFUSED or flight.failures >= self._desk.settings.attempts:
            self._fail(flight, *reason_of(error))
        else:
            self._schedule(flight, self._desk.now() + self._desk.backoff_s(max(1, flight.failures)))
