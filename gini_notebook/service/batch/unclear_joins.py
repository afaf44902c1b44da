"""Finds out, by their first page, what became of unclear requests to join pages.

A composite has no file name, so its name cannot stand in the document list. But a partial names its parents: an unclear
request to join is resolved by polling the first page, and may be repeated when the document was absent from two such
polls, the later of which began after the quarantine. Absence counts only where pages do name their parents, which the
first page of a document that is certainly there has to show, as soon as there is one.
"""

import heapq
import itertools
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from gini_notebook.errors import NotFound
from gini_notebook.service.batch.events import Accepted, Event, Failed, PagesNotShown, RetryAt, SurplusFound
from gini_notebook.service.batch.ledger.uploads import COMPOSITE, Unclear, ever_unclear, ids_of_parts, joined_ones
from gini_notebook.service.batch.run_context import ABSENCES, SCANS_IN_VAIN, RunContext, counts, reason_of
from gini_notebook.service.batch.workers import READS, Answer
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document
from gini_notebook.service.wire.environments import canonical
from gini_notebook.service.wire.outcomes import Outcome

PAUSE_S = 1.0
# Documents that are asked whether their pages name them, until one of them is still there.
WITNESSES = 3
# Whether pages name the documents they are part of, as remembered in the ledger.
NAMED, HIDDEN = "named", "hidden"


@dataclass(frozen=True, slots=True)
class FoundComposites:
    """What a first page told: documents of exactly the pages asked for, oldest first.

    ``names_parents`` says whether pages name the documents they are part of; None if nothing shows it.
    """

    found: tuple[Document, ...]
    names_parents: bool | None


@dataclass(frozen=True, slots=True)
class PollPage:
    """Poll the first page of a document for requests to join that were carried out without an answer.

    ``witnesses`` are ids of other composites, and of their first pages; ``is_last``: at the end of a run.
    """

    pool: ClassVar[str] = READS
    key: str
    name: str
    parts: tuple[str, ...]
    known_ids: Container[str]
    witnesses: Sequence[tuple[str, str]] = ()
    is_last: bool = False

    def run(self, client: Client) -> FoundComposites:
        """Return the documents that consist of exactly these pages, other than known ones."""
        return find_composites(client, self.parts, self.known_ids, self.witnesses)


def find_composites(
    client: Client, parts: Sequence[str], known: Container[str], witnesses: Sequence[tuple[str, str]] = ()
) -> FoundComposites:
    """Return the composites that consist of exactly these parts in this order, other than known ones.

    Parameters
    ----------
    client
        The client to use.
    parts
        Ids of the pages.
    known
        Canonical ids of documents to leave out.
    witnesses
        Ids of other composites, and of their first pages, which may show that pages name their documents.

    Raises
    ------
    NotFound
        When the first page is no longer at the service.
    """
    found = []
    parents = client.document(parts[0]).composite_documents
    for parent in parents:
        if canonical(parent.id) in known:
            continue
        # Perhaps deleted between the two calls.
        with suppress(NotFound):
            composite = client.document(parent.id)
            if [canonical(part.id) for part in composite.partial_documents] == list(map(canonical, parts)):
                found.append(composite)
    found.sort(key=lambda composite: composite.creation_date or 0)
    return FoundComposites(tuple(found), True if parents else _named_by_page(client, witnesses))


def _named_by_page(client: Client, witnesses: Sequence[tuple[str, str]]) -> bool | None:
    for document_id, first_page in witnesses:
        with suppress(NotFound):
            client.document(document_id)
            return any(
                canonical(parent.id) == canonical(document_id)
                for parent in client.document(first_page).composite_documents
            )
    return None


@dataclass(slots=True)
class _Lost:
    unclear: Unclear
    since: float
    absences: int = 0
    failures: int = 0
    # What it comes to unless it is found; else it may be sent again.
    failed: Failed | None = None
    # Absent long enough, but from a page of a kind that names no parents.
    stuck: bool = False


class UnclearJoins:
    """Keeps the unclear requests to join pages until they are resolved.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._lost: dict[str, _Lost] = {}
        self._due: list[tuple[float, int, str]] = []
        self._order = itertools.count()
        self._polling = 0
        self._last: list[PollPage] | None = None
        self._last_due = 0.0
        self._in_vain = 0
        # That they are hidden may have been a passing trouble, so it is found out anew.
        found = context.ledger.fact("parents")
        self._parents = None if found == HIDDEN else found

    @property
    def finished(self) -> bool:
        """Whether nothing is unclear that may still be resolved."""
        return all(self._gave_up(lost) for lost in self._lost.values())

    @property
    def idle(self) -> bool:
        """Whether nothing is left to find out."""
        return not (self._polling or self._due)

    @property
    def settled(self) -> bool:
        """Whether pages were polled for documents in excess since the last join, or cannot be."""
        return self.idle and (self._last == [] or self._in_vain >= SCANS_IN_VAIN)

    @property
    def unclear(self) -> list[str]:
        """Keys of the documents that will stay unclear."""
        return [key for key, lost in self._lost.items() if self._gave_up(lost)]

    @property
    def keys(self) -> list[str]:
        """Keys of all documents that are unclear now."""
        return list(self._lost)

    def add(self, unclear: Unclear) -> None:
        """Take a document of which nobody knows whether its pages were joined."""
        self._lost[unclear.key] = _Lost(unclear, self._context.now())
        self._poll_again(unclear.key, min(PAUSE_S, self._context.poll_pause_s))

    def add_not_shown(self, failed: Failed) -> None:
        """Take a document that the service has named and does not show: it may be there under another id."""
        unclear = Unclear(failed.key, "", failed.error, failed.request_id, COMPOSITE)
        self._lost[failed.key] = _Lost(unclear, self._context.now(), failed=failed)
        self._poll_again(failed.key, 0.0)

    def outdate(self) -> None:
        """Record that pages are about to be joined, which makes the last polls for surplus outdated."""
        self._last = None
        self._context.ledger.forget("composites_scanned_last")

    def due(self) -> float:
        """Return when the next poll is due."""
        return self._due[0][0] if self._due else float("inf")

    def begin(self, now: float) -> list[PollPage]:
        """Return the first pages to poll for what is unclear."""
        polls: list[PollPage] = []
        while self._due and self._due[0][0] <= now:
            key = self._due[0][2]
            if key not in self._lost:
                heapq.heappop(self._due)
            elif self._context.claim(READS):
                heapq.heappop(self._due)
                self._polling += 1
                polls.append(self._poll(key))
            else:
                break
        return polls

    def begin_last(self, now: float) -> list[PollPage]:
        """Return the first pages to poll for documents in excess, when nothing else is left to do."""
        if self._last is None:
            self._last = self._last_polls()
        if self._in_vain >= SCANS_IN_VAIN:
            # The next call, and dedupe, poll again.
            return []
        polls: list[PollPage] = []
        while self._last and self._last_due <= now and self._context.claim(READS):
            polls.append(self._last.pop())
            self._polling += 1
        if self.settled and self._parents != HIDDEN:
            self._context.ledger.remember("composites_scanned_last", "yes")
        return polls

    def take(self, task: PollPage, answer: Answer) -> list[Event]:
        """Return what a page tells."""
        self._polling -= 1
        return self._last_polled(task, answer) if task.is_last else self._polled(task, answer)

    def _poll(self, key: str) -> PollPage:
        context = self._context
        parts = ids_of_parts(context.ledger, key)
        witnesses = [] if self._parents == NAMED else joined_ones(context.ledger, WITNESSES)
        return PollPage(key, "", parts, context.known_ids, witnesses)

    def _last_polls(self) -> list[PollPage]:
        ledger = self._context.ledger
        if ledger.fact("composites_scanned_last") is not None:
            return []
        # Copies have the same pages, so what is found may be that of one that is still unclear.
        unclear = {ids_of_parts(ledger, key) for key in self._lost}
        return [
            PollPage(one.key, one.name, one.parts, self._context.known_ids, is_last=True)
            for one in ever_unclear(ledger)
            if one.key in self._lost or one.parts not in unclear
        ]

    def _last_polled(self, task: PollPage, answer: Answer) -> list[Event]:
        context = self._context
        outcome = context.judge(answer, documents=task.parts[:1])
        if outcome is not None:
            if outcome is Outcome.PENDING or not isinstance(answer.error, NotFound):
                self._poll_last_again(task, answer)
            return []
        self._in_vain = 0
        found = self._unknown(answer.value)
        events: list[Event] = []
        if found and task.key in self._lost:
            # Given up before, because nothing could be read.
            events.append(self._found(task.key, found.pop(0)))
        return events + [SurplusFound(document.id, task.name, document.creation_date) for document in found]

    def _poll_last_again(self, task: PollPage, answer: Answer) -> None:
        if self._last is None:
            return
        self._last.append(task)
        # What failed with the one before is the same trouble.
        if answer.began >= self._last_due:
            self._in_vain += counts(answer.error) and not isinstance(answer.error, NotFound)
            self._last_due = self._context.now() + self._context.backoff_s(max(1, self._in_vain))

    def _unknown(self, composites: FoundComposites) -> list[Document]:
        if composites.names_parents:
            self._learn(NAMED)
        return [document for document in composites.found if not self._context.knows(document.id)]

    def _found(self, key: str, document: Document) -> Accepted:
        del self._lost[key]
        self.outdate()
        return Accepted(key, document.id, "", COMPOSITE)

    def _polled(self, task: PollPage, answer: Answer) -> list[Event]:
        key, outcome = task.key, self._context.judge(answer, documents=task.parts[:1])
        if key not in self._lost:
            # A last poll has found it meanwhile.
            return []
        if outcome is Outcome.PENDING:
            self._poll_again(key, self._context.look_again_s(task.parts[0]))
            return []
        if isinstance(answer.error, NotFound):
            return [self._page_gone(task, self._lost.pop(key), answer.error)]
        if outcome is not None:
            return self._failed(self._lost[key], answer.error)
        if found := self._unknown(answer.value):
            # The oldest counts; others are found as surplus at the end.
            return [self._found(key, found[0])]
        return self._missed(task, answer)

    def _page_gone(self, task: PollPage, lost: _Lost, error: NotFound) -> Event:
        """Return what follows when there is no first page: nothing was joined, since a page in use is never deleted."""
        if lost.failed is not None:
            return lost.failed
        if ids_of_parts(self._context.ledger, task.key) != task.parts:
            return RetryAt(task.key, self._context.now(), COMPOSITE, reached=False)
        text, request_id = reason_of(error)
        return PagesNotShown(
            Failed(task.key, f"Its first page is no longer at the service: {text}", request_id, COMPOSITE)
        )

    def _failed(self, lost: _Lost, error: Exception | None) -> list[Event]:
        lost.failures += counts(error)
        if not self._gave_up(lost):
            self._poll_again(lost.unclear.key, self._context.backoff_s(max(1, lost.failures)))
        elif lost.failed is not None:
            del self._lost[lost.unclear.key]
            return [lost.failed]
        return []

    def _gave_up(self, lost: _Lost) -> bool:
        return lost.stuck or lost.failures >= self._context.settings.attempts

    def _missed(self, task: PollPage, answer: Answer) -> list[Event]:
        key, lost = task.key, self._lost[task.key]
        if lost.failed is not None:
            del self._lost[key]
            return [lost.failed]
        wait_until = lost.since + self._context.settings.quarantine_s
        lost.failures = 0
        lost.absences += 1
        if lost.absences < ABSENCES or answer.began < wait_until:
            self._poll_again(key, max(self._context.poll_pause_s, wait_until - self._context.now()))
            return []
        if self._parents == NAMED or not task.witnesses:
            del self._lost[key]
            return [self._context.repeat(lost.unclear, "join the pages")]
        lost.stuck = True
        if answer.value.names_parents is False:
            self._learn(HIDDEN)
        return []

    def _learn(self, parents: str) -> None:
        if self._parents in {NAMED, parents}:
            return
        self._parents = parents
        self._context.ledger.remember("parents", parents)
        for key, lost in self._lost.items():
            if lost.stuck and parents == NAMED:
                lost.stuck = False
                self._poll_again(key, 0.0)

    def _poll_again(self, key: str, after_s: float) -> None:
        heapq.heappush(self._due, (self._context.now() + after_s, next(self._order), key))
