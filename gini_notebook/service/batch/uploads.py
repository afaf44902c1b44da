"""Sends documents within the window: files and pages, and the requests that join pages to documents.

That the intent is on the disk before a request leaves is the business of the engine.
"""

import heapq
import itertools
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import ClassVar

from gini_notebook.errors import NotFound
from gini_notebook.service.batch.events import Accepted, Event, Failed, PagesNotShown, RetryAt
from gini_notebook.service.batch.ledger.documents import source_of
from gini_notebook.service.batch.ledger.uploads import (
    COMPOSITE,
    PARTIAL,
    Assembled,
    Prepared,
    Unclear,
    assemble,
    ids_of_parts,
    parts_of,
    set_unknown,
)
from gini_notebook.service.batch.run_context import RunContext, reason_of
from gini_notebook.service.batch.workers import UPLOADS, Answer
from gini_notebook.service.client import Client
from gini_notebook.service.wire.outcomes import Kind, Outcome

PAGE_GONE = (
    "A page is no longer at the service under the id it was given: it was deleted, or the answer that named it was "
    "damaged, and the document list shows it under no other. Start a new run. The service says: {reason}"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """Send a document, or a page of one."""

    pool: ClassVar[str] = UPLOADS
    prepared: Prepared

    def run(self, client: Client) -> str:
        """Return the id of the document."""
        one = self.prepared
        send = client.upload_partial if one.kind == PARTIAL else client.upload
        return send(one.content, name=one.name, media_type=one.media_type)


@dataclass(frozen=True, slots=True)
class Join:
    """Join pages that are at the service to a document."""

    pool: ClassVar[str] = UPLOADS
    key: str
    parts: tuple[str, ...]

    def run(self, client: Client) -> str:
        """Return the id of the document."""
        return client.compose(self.parts)


class Uploads:
    """Sends what waits in the queue.

    Parameters
    ----------
    context
        What the run shares.

    Attributes
    ----------
    in_flight
        How many uploads are on the wire.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self.in_flight = 0

    def begin(self, _: float) -> list[Upload]:
        """Return the uploads that may begin."""
        context, uploads = self._context, list[Upload]()
        while context.queue and self._has_room() and context.claim(UPLOADS):
            uploads.append(Upload(context.queue.take()))
            self.in_flight += 1
            context.window.send()
        return uploads

    def _has_room(self) -> bool:
        context = self._context
        if context.listing is None and (self.in_flight or context.probe_is_on):
            # Until the list has shown one document of ours, nothing would tell what became of unclear uploads.
            return False
        return context.window.room() > 0

    def take(self, task: Upload, answer: Answer) -> list[Event]:
        """Return what came of an upload."""
        context, prepared = self._context, task.prepared
        self.in_flight -= 1
        context.window.answered()
        context.queue.release(prepared)
        outcome, answer = context.judge_upload(answer)
        if outcome is None:
            return [Accepted(prepared.key, answer.value, prepared.name, prepared.kind)]
        error, request_id = reason_of(answer.error)
        if outcome is Outcome.REFUSED:
            return [Failed(prepared.key, error, request_id, prepared.kind)]
        if outcome is Outcome.UNCLEAR:
            return [Unclear(prepared.key, prepared.name, error, request_id, prepared.kind)]
        return [RetryAt(prepared.key, context.retry_due(outcome), prepared.kind, reached=False)]


class PageJoiner:
    """Joins the pages of documents once all of them are at the service.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._missing: dict[str, set[str]] = {}
        self._wanted_by: dict[str, set[str]] = {}
        self._due: list[tuple[float, int, str]] = []
        self._order = itertools.count()
        self._queued: set[str] = set()
        self._joining: set[str] = set()

    @property
    def in_flight(self) -> int:
        """How many requests to join are on the wire."""
        return len(self._joining)

    @property
    def finished(self) -> bool:
        """Whether no document is to be joined any more, as far as is known."""
        return not (self._missing or self._due or self._joining)

    def is_idle(self, stuck: Collection[str]) -> bool:
        """Return whether nothing is left to do, or only what pages keep waiting that will stay unclear."""
        return not (self._due or self._joining) and len(self.unclear(stuck)) == len(self._missing)

    def unclear(self, stuck: Collection[str]) -> list[str]:
        """Return the keys of the documents that stay unclear because of their pages."""
        return [key for key, missing in self._missing.items() if not missing.isdisjoint(stuck)] if stuck else []

    def settle(self, stuck: Collection[str]) -> None:
        """Record at the end of a run which documents stay unclear because of their pages."""
        for key in self.unclear(stuck):
            set_unknown(self._context.ledger, key, "It is unclear whether the service has a page of it.", None)

    def add(self, assembled: Assembled) -> list[Event]:
        """Take a document all pages of which were read; those that are not at the service yet are queued."""
        ledger, key = self._context.ledger, assembled.key
        assemble(ledger, assembled)
        if key in self._queued:
            return []
        known = {part.key: part for part in parts_of(ledger, key)}
        for number, part in enumerate(assembled.parts, 1):
            if known[part.key].state == "failed":
                error = f"Page {number} of {len(assembled.parts)}: {known[part.key].error}"
                return [Failed(key, error, None, COMPOSITE)]
        missing = {part.key for part in known.values() if part.state != "uploaded"}
        self._missing[key] = missing
        for part in assembled.parts:
            if part.key in missing:
                self._wanted_by.setdefault(part.key, set()).add(key)
                if known[part.key].state == "planned":
                    # Under the name of the first attempt, by which the page is known in the list.
                    self._context.queue.push(replace(part, name=known[part.key].name or part.name))
        self._join_if_complete(key)
        return []

    def drop(self, key: str) -> None:
        """Forget a document that failed, or whose files have changed; pages that only it needs are not sent."""
        for page in self._missing.pop(key, ()):
            if self._wanted_by.get(page, set()).isdisjoint(self._missing):
                self._context.queue.discard(page)

    def waiting_for(self, page: str) -> list[str]:
        """Return the keys of the documents that need a page."""
        return [key for key in self._wanted_by.get(page, ()) if key in self._missing]

    def page_accepted(self, page: str) -> None:
        """Record that a page is at the service."""
        for key in self._wanted_by.pop(page, set()):
            if key in self._missing:
                self._missing[key].discard(page)
                self._join_if_complete(key)

    def page_failed(self, page: str, error: str, request_id: str | None) -> list[Event]:
        """Return that the documents fail that a failed page belongs to."""
        failed: list[Event] = []
        for key in self.waiting_for(page):
            number = 1 + [part.key for part in parts_of(self._context.ledger, key)].index(page)
            failed.append(Failed(key, f"Page {number}: {error}", request_id, COMPOSITE))
        return failed

    def retry_at(self, key: str, due: float) -> None:
        """Join the pages of a document again, unless the latest call did not name it."""
        if source_of(self._context.ledger, key) is not None:
            self._queue(key, due)

    def due(self) -> float:
        """Return when there is something to do next."""
        return self._due[0][0] if self._due else float("inf")

    def begin(self, now: float) -> list[Join]:
        """Return the joins that may begin."""
        context, joins = self._context, list[Join]()
        while self._due and self._due[0][0] <= now and context.window.room() > 0 and context.claim(UPLOADS):
            key = heapq.heappop(self._due)[2]
            self._queued.discard(key)
            self._joining.add(key)
            context.window.send()
            joins.append(Join(key, ids_of_parts(context.ledger, key)))
        return joins

    def take(self, task: Join, answer: Answer) -> list[Event]:
        """Return what came of a join."""
        context, key = self._context, task.key
        self._joining.discard(key)
        context.window.answered()
        outcome, answer = context.judge_upload(answer, Kind.JOIN, documents=task.parts)
        if outcome is None:
            return [Accepted(key, answer.value, "", COMPOSITE)]
        error, request_id = reason_of(answer.error)
        if outcome is Outcome.REFUSED:
            return self._refused(task, Failed(key, error, request_id, COMPOSITE), isinstance(answer.error, NotFound))
        if outcome is Outcome.UNCLEAR:
            return [Unclear(key, "", error, request_id, COMPOSITE)]
        # Pages that the service has named, and does not show yet, are joined a little later.
        return [RetryAt(key, context.retry_due(outcome), COMPOSITE, reached=False)]

    def _refused(self, task: Join, failed: Failed, lacks_page: bool) -> list[Event]:
        if not lacks_page:
            return [failed]
        if ids_of_parts(self._context.ledger, task.key) != task.parts:
            # The right id of a page has become known since.
            return [RetryAt(task.key, self._context.now(), COMPOSITE, reached=False)]
        return [PagesNotShown(replace(failed, error=PAGE_GONE.format(reason=failed.error)))]

    def _join_if_complete(self, key: str) -> None:
        if not self._missing[key]:
            del self._missing[key]
            self._queue(key, self._context.now())

    def _queue(self, key: str, due: float) -> None:
        self._queued.add(key)
        heapq.heappush(self._due, (due, next(self._order), key))
