"""Waits for documents to be processed: many at once by the document list, single ones at learnt times."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gini_notebook.errors import AnswerLost, ConnectionFailed
from gini_notebook.service.batch.document_list import DEFAULT_LIMIT, DocumentListReader, Ended
from gini_notebook.service.batch.ledger.uploads import set_failed
from gini_notebook.service.batch.pace import Outcome
from gini_notebook.service.batch.run_context import READS, RunContext, reason_of
from gini_notebook.service.batch.workers import Answer
from gini_notebook.service.values import COMPLETED, ERROR, Document

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
    pages: int | None = None
    source_classification: str | None = None
    processing_s: float = 0.0


class Poller:
    """Asks how far the documents are.

    Parameters
    ----------
    context
        What the run shares.
    reader
        Who reads the list.
    completed
        Who takes the documents that are ready.

    Attributes
    ----------
    by_list
        Whether the list shows our documents.
    are_last
        Whether no more documents will follow.
    """

    def __init__(
        self, context: RunContext, reader: DocumentListReader, completed: Callable[[PendingDocument], None]
    ) -> None:
        self._context, self._reader, self._completed = context, reader, completed
        self._pending: dict[str, PendingDocument] = {}
        self._due: list[tuple[float, int, PendingDocument]] = []
        self._order = itertools.count()
        self._number = itertools.count()
        self._one_by_one = False
        self._next_list = 0.0
        self._newest = 0.0
        self._to_see: set[str] = set()
        self.by_list = False
        self.are_last = False

    @property
    def waiting(self) -> int:
        """How many documents are with the service."""
        return len(self._pending)

    def add(self, key: str, document_id: str, polls: int = 0) -> None:
        """Wait for a document."""
        pending = PendingDocument(key, document_id, self._context.now(), next(self._number), polls)
        self._pending[document_id] = pending
        if self._one_by_one:
            self._schedule(pending)

    def pass_over(self) -> None:
        """Hear that something stands in the list that nobody waits for."""
        next(self._number)

    def due(self) -> float:
        """Return when there is something to ask next."""
        if not self._pending:
            return float("inf")
        times = [next(iter(self._pending.values())).since + self._context.settings.document_limit_s]
        if self._uses_list() and self._reader.idle:
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
            for pending in self._pending.values() if one_by_one else ():
                self._schedule(pending)
        if not one_by_one and self._reader.idle and self._context.now() >= self._next_list:
            self._read_list()
        self._ask()

    def seen(self, document: Document, began: float) -> None:
        """Look at a document of the list."""
        self._newest = max(self._newest, document.creation_date or 0.0)
        pending = self._pending.get(document.id)
        if pending is not None:
            pending.created, pending.absences = document.creation_date, 0
            self._look(pending, document, began)
        self._to_see.discard(document.id)

    def over(self) -> None:
        """Hear that a reading of the list is over; what matters was seen."""

    def _uses_list(self) -> bool:
        return self.by_list and len(self._pending) > FEW

    def _end_overdue(self) -> None:
        limit_s = self._context.settings.document_limit_s
        while self._pending:
            pending = next(iter(self._pending.values()))
            if self._context.now() - pending.since < limit_s:
                return
            self._fail(pending, f"Not finished {limit_s:g} s after the upload (document {pending.document_id}).", None)

    def _look(self, pending: PendingDocument, document: Document, began: float) -> None:
        pending.polls += 1
        if not document.finished:
            pending.pending_at = began
            return
        # It was finished between the last look and this one.
        before = pending.since if pending.pending_at is None else pending.pending_at
        pending.processing_s = max(0.0, (before + began) / 2 - pending.since)
        latencies = self._context.latencies
        latencies.add(pending.processing_s, self._context.now(), pending.number)
        self._context.window.finished(self._context.now(), latencies.alone_s)
        pending.pages = document.page_count
        pending.source_classification = document.source_classification or None
        if document.progress == ERROR:
            text = f"The service could not process the document (progress ERROR, document {document.id})."
            self._fail(pending, text, None)
        elif document.progress == COMPLETED:
            del self._pending[pending.document_id]
            self._completed(pending)

    def _fail(self, pending: PendingDocument, error: str, request_id: str | None) -> None:
        del self._pending[pending.document_id]
        set_failed(self._context.ledger, pending.key, error, request_id, pending.polls)
        self._context.tally.fail(pending.key)

    def _read_list(self) -> None:
        # From the newest document to the oldest one that is waited for. What does not fit is asked for singly.
        documents = self._pending.values()
        span = next(reversed(documents)).number - next(iter(documents)).number + MARGIN
        limit = min(self._context.settings.list_limit, max(DEFAULT_LIMIT, span))
        begin = None
        if self._reader.ascending:
            begin = min((pending.created for pending in documents if pending.created), default=self._newest)
        self._to_see = set(self._pending)
        self._reader.begin(self._list_read, limit=limit, pages=min(PAGES, -(-span // limit)), begin=begin)

    def _list_read(self, how: Ended, began: float) -> None:
        self._next_list = self._context.now() + self._list_pause_s()
        if how is Ended.REFUSED:
            self.by_list = False
        if how not in {Ended.COMPLETE, Ended.STOPPED}:
            return
        for document_id in self._to_see:
            pending = self._pending.get(document_id)
            if pending is not None and pending.since < began:
                pending.absences += 1
                if pending.absences == PATIENCE:
                    self._schedule(pending)

    def _list_pause_s(self) -> float:
        now, latencies = self._context.now(), self._context.latencies
        if not latencies.learnt:
            oldest = next(iter(self._pending.values())).since if self._pending else now
            return min(LIST_LONGEST_S, max(0.05, 0.5 * (now - oldest)))
        median = latencies.quantile(0.5)
        if self.are_last:
            # Everybody waits for these, so their end should be known soon, measured by how long they take already.
            youngest = next(reversed(self._pending.values())).since if self._pending else now
            pause_s = PART_OF_LAST * max(median, now - youngest)
        else:
            # One reading for several finished documents is enough while others keep the service busy.
            pause_s = min(latencies.time_for_s(PER_LIST, now), 0.25 * median)
        return min(LIST_LONGEST_S, max(LIST_SHORTEST_S, pause_s))

    def _schedule(self, pending: PendingDocument, due: float | None = None) -> None:
        if due is None:
            due = self._context.now() + self._pause_s(pending) * self._context.rng.uniform(0.9, 1.1)
        heapq.heappush(self._due, (due, next(self._order), pending))

    def _pause_s(self, pending: PendingDocument) -> float:
        age = self._context.now() - pending.since
        latencies = self._context.latencies
        if not latencies.learnt:
            return 0.0 if pending.polls == 0 else min(LONGEST_S, max(SHORTEST_S, 0.5 * age))
        if self.are_last and self.by_list:
            return self._list_pause_s()
        if pending.polls == 0:
            return min(LONGEST_S, max(0.0, latencies.quantile(FIRST_QUANTILE) - age))
        # A document that takes unusually long is asked for more and more rarely.
        return min(LONGEST_S, max(SHORTEST_S, PART_OF_MEDIAN * latencies.quantile(0.5), PART_OF_AGE * age))

    def _is_scout(self, pending: PendingDocument) -> bool:
        """Until latencies are learnt, the oldest few are asked for; what they tell holds for the others."""
        return self._context.latencies.learnt or any(
            pending is scout for scout in itertools.islice(self._pending.values(), SCOUTS)
        )

    def _ask(self) -> None:
        context = self._context
        while self._due and self._due[0][0] <= context.now() and context.may_call(READS):
            pending = heapq.heappop(self._due)[2]
            if pending.document_id not in self._pending:
                continue
            if not self._is_scout(pending):
                self._schedule(pending, context.now() + SHORTEST_S)
            else:
                context.call(
                    READS, partial(self._asked, pending), partial(context.client.document, pending.document_id)
                )

    def _asked(self, pending: PendingDocument, answer: Answer) -> None:
        outcome = self._context.judge(answer)
        if pending.document_id not in self._pending:
            return
        if outcome is None:
            self._look(pending, answer.value, answer.began)
            if pending.document_id in self._pending:
                self._schedule(pending)
            return
        error = answer.error or AnswerLost()
        pending.failures += not isinstance(error, ConnectionFailed)
        if outcome is Outcome.REFUSED or pending.failures >= self._context.settings.attempts:
            self._fail(pending, *reason_of(error))
        else:
            self._schedule(pending, self._context.now() + self._context.backoff_s(max(1, pending.failures)))
