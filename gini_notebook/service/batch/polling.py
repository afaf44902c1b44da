"""Waits for documents to be processed, many at once by the document list, single ones at learnt times; then fetches."""

import heapq
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gini_notebook.errors import NotFound
from gini_notebook.service.batch.events import (
    Completed,
    Event,
    Failed,
    NotShown,
    Processed,
    Scan,
    ScanEnded,
    ScanPurpose,
)
from gini_notebook.service.batch.ledger.uploads import Finished
from gini_notebook.service.batch.run_context import RunContext, counts, reason_of
from gini_notebook.service.batch.workers import READS, Answer
from gini_notebook.service.client import Client
from gini_notebook.service.values import COMPLETED, ERROR, Document
from gini_notebook.service.wire.environments import canonical
from gini_notebook.service.wire.outcomes import Outcome
from gini_notebook.service.wire.paging import DEFAULT_LIMIT, ListEnd

# So few documents are asked for one by one: that costs no more than a list.
FEW = 2
# Readings of the list in which a document may lack before it is asked for by itself.
PATIENCE = 3
SHORTEST_S, LONGEST_S = 0.25, 10.0
LIST_SHORTEST_S, LIST_LONGEST_S = 0.1, 5.0
# Pages of the list that are read for the documents at the service.
PAGES = 2
# Finished documents for which one reading of the list is made.
PER_LIST = 16
SCOUTS = 16
# How long nobody looks while more documents can be sent, of a service that takes less than AT_ONCE_S for one: what is
# seen then is seen of several.
NO_HURRY_S, AT_ONCE_S = 0.5, 0.3
# When to ask for a single document: first when this share of the documents is done, then each time after this part of
# the median latency, or of its age.
FIRST_QUANTILE, PART_OF_MEDIAN, PART_OF_AGE = 0.1, 0.5, 0.15
PART_OF_LAST = 0.1
# Documents that may be newer in the list than those waited for: uploads whose answer is still on its way.
MARGIN = 16


@dataclass(slots=True)
class PendingDocument:
    """A document that is with the service."""

    key: str
    document_id: str
    since: float
    number: int
    polls: int = 0
    failures: int = 0
    absences: int = 0
    pending_at: float | None = None
    created: float | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """Ask how far a document is."""

    pool: ClassVar[str] = READS
    document_id: str

    def run(self, client: Client) -> Document:
        """Return the document."""
        return client.document(self.document_id)


class Poller:
    """Asks how far the documents are.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._pending: dict[str, PendingDocument] = {}
        self._due: list[tuple[float, int, PendingDocument]] = []
        self._order = itertools.count()
        self._number = itertools.count()
        self._one_by_one = False
        self._by_list = False
        self._next_list = 0.0
        self._newest = 0.0
        self._to_see: set[str] = set()

    @property
    def waiting(self) -> int:
        """How many documents are with the service."""
        return len(self._pending)

    def use_list(self, *, shows_us: bool) -> None:
        """Ask for many documents at once from now on, if the list shows ours."""
        self._by_list = shows_us

    def add(self, key: str, document_id: str, polls: int = 0) -> None:
        """Wait for a document."""
        pending = PendingDocument(key, document_id, self._context.now(), next(self._number), polls)
        self._pending[canonical(document_id)] = pending
        self._context.window.enter()
        if self._one_by_one:
            self._schedule(pending)

    def pass_over(self) -> None:
        """Record that something stands in the list that nobody waits for."""
        next(self._number)

    def due(self) -> float:
        """Return when there is something to ask next."""
        if not self._pending:
            return float("inf")
        times = [self._oldest.since + self._context.settings.document_limit_s]
        if self._uses_list():
            times.append(self._next_list)
        if self._due:
            times.append(self._due[0][0])
        return min(times)

    def overdue(self, now: float) -> list[Event]:
        """Return that documents fail that take too long."""
        limit_s = self._context.settings.document_limit_s
        failed: list[Event] = []
        while self._pending and now - self._oldest.since >= limit_s:
            late = self._oldest
            error = f"Not finished {limit_s:g} s after the upload (document {late.document_id})."
            failed.append(self._fail(late, error, None))
        return failed

    def begin_scan(self, now: float) -> Scan | None:
        """Return the scan of the list that is due: from the newest document to the oldest that is waited for."""
        if not self._uses_list() or now < self._next_list:
            return None
        # What does not fit is asked for singly.
        span = self._youngest.number - self._oldest.number + MARGIN
        limit = min(self._context.settings.list_limit, max(DEFAULT_LIMIT, span))
        start = min((pending.created for pending in self._pending.values() if pending.created), default=self._newest)
        self._to_see = set(self._pending)
        return Scan(ScanPurpose.POLL, limit, pages=min(PAGES, -(-span // limit)), start=start)

    def begin(self, now: float) -> list[Poll]:
        """Return the single documents to ask for."""
        self._choose_way()
        polls: list[Poll] = []
        while self._due and self._due[0][0] <= now:
            pending = self._due[0][2]
            if canonical(pending.document_id) not in self._pending:
                heapq.heappop(self._due)
            elif not self._is_scout(pending):
                heapq.heapreplace(self._due, (now + SHORTEST_S, next(self._order), pending))
            elif self._context.claim(READS):
                heapq.heappop(self._due)
                polls.append(Poll(pending.document_id))
            else:
                break
        return polls

    def take(self, task: Poll, answer: Answer) -> list[Event]:
        """Return what came of a poll."""
        context, pending = self._context, self._pending.get(canonical(task.document_id))
        outcome = context.judge(answer, documents=[task.document_id])
        if pending is None:
            return []
        if outcome is None:
            events = self._see(pending, answer.value, answer.began)
            if canonical(pending.document_id) in self._pending:
                self._schedule(pending)
            return events
        if outcome is Outcome.PENDING:
            self._schedule(pending, context.now() + context.look_again_s(task.document_id))
            return []
        pending.failures += counts(answer.error)
        if outcome is Outcome.REFUSED or pending.failures >= context.settings.attempts:
            failed = self._fail(pending, *reason_of(answer.error))
            never_shown = isinstance(answer.error, NotFound) and not pending.polls
            return [NotShown(failed, pending.document_id) if never_shown else failed]
        self._schedule(pending, context.now() + context.backoff_s(max(1, pending.failures)))
        return []

    def seen(self, documents: Sequence[Document], began: float) -> list[Event]:
        """Return what documents of the list tell; ``began`` is when their page was asked for."""
        events: list[Event] = []
        for document in documents:
            self._newest = max(self._newest, document.creation_date or 0.0)
            self._to_see.discard(canonical(document.id))
            if (pending := self._pending.get(canonical(document.id))) is not None:
                pending.created, pending.absences = document.creation_date, 0
                events += self._see(pending, document, began)
        return events

    def scan_ended(self, ended: ScanEnded) -> None:
        """Record that a scan of the list is over; a document that lacks again and again is asked for singly."""
        if ended.scan.purpose is not ScanPurpose.POLL:
            return
        self._next_list = self._context.now() + self._list_pause_s()
        if ended.how is ListEnd.REFUSED:
            self._by_list = False
        if ended.how not in {ListEnd.COMPLETE, ListEnd.STOPPED}:
            return
        for document_id in self._to_see:
            pending = self._pending.get(document_id)
            if pending is not None and pending.since < ended.began:
                pending.absences += 1
                if pending.absences == PATIENCE:
                    self._schedule(pending)

    @property
    def _oldest(self) -> PendingDocument:
        return next(iter(self._pending.values()))

    @property
    def _youngest(self) -> PendingDocument:
        return next(reversed(self._pending.values()))

    def _uses_list(self) -> bool:
        return self._by_list and len(self._pending) > FEW

    def _choose_way(self) -> None:
        one_by_one = not self._uses_list()
        if one_by_one is not self._one_by_one:
            self._one_by_one = one_by_one
            self._due.clear()
            for pending in self._pending.values() if one_by_one else ():
                self._schedule(pending)

    def _see(self, pending: PendingDocument, document: Document, began: float) -> list[Event]:
        pending.polls += 1
        if not document.finished:
            pending.pending_at = began
            return []
        # It was finished between the last poll and this one.
        before = pending.since if pending.pending_at is None else pending.pending_at
        processing_s = max(0.0, (before + began) / 2 - pending.since)
        latencies, now = self._context.latencies, self._context.now()
        latencies.add(processing_s, now, pending.number)
        self._context.window.finished(now, latencies.alone_s)
        if document.progress == ERROR:
            text = (
                f"The service could not process the document, and does not say why (progress ERROR, document "
                f"{document.id}). Look whether the file opens; client.error_report({document.id!r}) asks its support."
            )
            return [self._fail(pending, text, None)]
        if document.progress != COMPLETED:
            return []
        self._remove(pending)
        kind = document.source_classification or None
        return [Processed(pending.key, pending.document_id, pending.polls, processing_s, document.page_count, kind)]

    def _fail(self, pending: PendingDocument, error: str, request_id: str | None) -> Failed:
        self._remove(pending)
        return Failed(pending.key, error, request_id, polls=pending.polls)

    def _remove(self, pending: PendingDocument) -> None:
        del self._pending[canonical(pending.document_id)]
        self._context.window.leave()

    def _list_pause_s(self) -> float:
        now, latencies = self._context.now(), self._context.latencies
        if not latencies.learnt:
            oldest = self._oldest.since if self._pending else now
            return min(LIST_LONGEST_S, max(0.05, 0.5 * (now - oldest)))
        median = latencies.quantile(0.5)
        if self._context.draining:
            # Everybody waits for these, so their end should be known soon, measured by how long they take already.
            youngest = self._youngest.since if self._pending else now
            pause_s = PART_OF_LAST * max(median, now - youngest)
        else:
            # One scan for several finished documents is enough while others keep the service busy.
            pause_s = min(latencies.time_for_s(PER_LIST, now), max(0.25 * median, self._no_hurry_s()))
        return min(LIST_LONGEST_S, max(LIST_SHORTEST_S, pause_s))

    def _no_hurry_s(self) -> float:
        """Return how long looks may be put off: as long as nobody waits for a document to be finished."""
        context, latencies = self._context, self._context.latencies
        if context.draining or not (self._by_list and latencies.learnt and context.window.room()):
            return 0.0
        return NO_HURRY_S if latencies.quantile(0.5) < AT_ONCE_S else 0.0

    def _schedule(self, pending: PendingDocument, due: float | None = None) -> None:
        if due is None:
            now = self._context.now()
            due = now + self._pause_s(pending, now - pending.since) * self._context.rng.uniform(0.9, 1.1)
        heapq.heappush(self._due, (due, next(self._order), pending))

    def _pause_s(self, pending: PendingDocument, age: float) -> float:
        latencies = self._context.latencies
        if not latencies.learnt:
            return 0.0 if pending.polls == 0 else min(LONGEST_S, max(SHORTEST_S, 0.5 * age))
        if self._context.draining and self._by_list:
            return self._list_pause_s()
        if pending.polls == 0:
            hurry_s = self._list_pause_s() if self._no_hurry_s() else 0.0
            return min(LONGEST_S, max(hurry_s, latencies.quantile(FIRST_QUANTILE) - age))
        # A document that takes unusually long is asked for more and more rarely.
        return min(LONGEST_S, max(SHORTEST_S, PART_OF_MEDIAN * latencies.quantile(0.5), PART_OF_AGE * age))

    def _is_scout(self, pending: PendingDocument) -> bool:
        """Return whether to ask for a document: until latencies are learnt, the oldest few tell for the others."""
        return self._context.latencies.learnt or any(
            pending is scout for scout in itertools.islice(self._pending.values(), SCOUTS)
        )


@dataclass(slots=True)
class _Result:
    processed: Processed
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Fetch:
    """Fetch what was read on a document."""

    pool: ClassVar[str] = READS
    document_id: str

    def run(self, client: Client) -> str:
        """Return the checked extractions as compact JSON."""
        return json.dumps(client.extractions(self.document_id).to_dict(), ensure_ascii=False, separators=(",", ":"))


class Fetcher:
    """Fetches the results of finished documents, first come first served.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._due: list[tuple[float, int, _Result]] = []
        self._order = itertools.count()
        self._fetching: dict[str, _Result] = {}

    @property
    def waiting(self) -> int:
        """How many results are still to come."""
        return len(self._due) + len(self._fetching)

    def add(self, processed: Processed) -> None:
        """Fetch the result of a finished document."""
        self._schedule(_Result(processed), self._context.now())

    def due(self) -> float:
        """Return when the next fetch is due."""
        return self._due[0][0] if self._due else float("inf")

    def begin(self, now: float) -> list[Fetch]:
        """Return the fetches that may begin."""
        fetches: list[Fetch] = []
        while self._due and self._due[0][0] <= now and self._context.claim(READS):
            result = heapq.heappop(self._due)[2]
            self._fetching[result.processed.document_id] = result
            fetches.append(Fetch(result.processed.document_id))
        return fetches

    def take(self, task: Fetch, answer: Answer) -> list[Event]:
        """Return what came of a fetch."""
        context, result = self._context, self._fetching.pop(task.document_id)
        one = result.processed
        outcome = context.judge(answer, documents=[task.document_id])
        if outcome is None:
            finished = Finished(answer.value, one.polls, one.processing_s, one.pages, one.source_classification)
            return [Completed(one.key, finished)]
        if outcome is Outcome.PENDING:
            self._schedule(result, context.now() + context.look_again_s(task.document_id))
            return []
        result.failures += counts(answer.error)
        if outcome is Outcome.REFUSED or result.failures >= context.settings.attempts:
            return [Failed(one.key, *reason_of(answer.error), polls=one.polls)]
        self._schedule(result, context.now() + context.backoff_s(max(1, result.failures)))
        return []

    def _schedule(self, result: _Result, due: float) -> None:
        heapq.heappush(self._due, (due, next(self._order), result))
