"""Documents of several pages: each page is uploaded as a partial document, then one request joins them."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from gini_notebook.errors import AnswerLost, NotFound
from gini_notebook.service.batch.document_queue import Feed
from gini_notebook.service.batch.ledger.documents import source_of
from gini_notebook.service.batch.ledger.pages import assemble, ids_of_parts, intend_composite, part_keys, parts_of
from gini_notebook.service.batch.ledger.uploads import (
    COMPOSITE,
    Assembled,
    Unclear,
    attempts_of,
    set_failed,
    set_planned,
    set_unknown,
    set_uploaded,
)
from gini_notebook.service.batch.pace import Outcome
from gini_notebook.service.batch.polling import Poller
from gini_notebook.service.batch.run_context import UPLOADS, RunContext, reason_of
from gini_notebook.service.batch.unclear_joins import Seeker
from gini_notebook.service.batch.unclear_uploads import Reconciler
from gini_notebook.service.batch.workers import Answer


class PageJoiner:
    """Joins the pages of documents once all of them are at the service.

    Parameters
    ----------
    context
        What the run shares.
    feed
        Who reads the documents.
    poller
        Who waits for documents that are there.
    reconciler
        Who finds out about unclear pages.
    """

    def __init__(self, context: RunContext, feed: Feed, poller: Poller, reconciler: Reconciler) -> None:
        self._context, self._feed, self._poller, self._reconciler = context, feed, poller, reconciler
        self._parts = part_keys(context.ledger)
        self._missing: dict[str, set[str]] = {}
        self._wanted_by: dict[str, set[str]] = {}
        self._due: list[tuple[float, int, str]] = []
        self._order = itertools.count()
        self._queued: set[str] = set()
        self._posting: set[str] = set()
        self._seeker = Seeker(context)
        self._seeker.joined, self._seeker.absent, self._seeker.gone = self._joined, self._absent, self._fail
        self.add, self.sweep_at_end = self._seeker.add, self._seeker.sweep_at_end
        feed.assembled, feed.abandoned = self.begin, self.abandon

    @property
    def in_flight(self) -> int:
        """How many requests to join are on the wire."""
        return len(self._posting)

    @property
    def is_over(self) -> bool:
        """Whether no document is to be joined any more."""
        return not (self._missing or self._due or self._posting) and self._seeker.is_over

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do, or only what pages of which nobody can tell keep waiting."""
        stuck = set(self._reconciler.unclear)
        busy = self._due or self._posting or not self._seeker.idle
        return not busy and all(missing & stuck for missing in self._missing.values())

    @property
    def unclear(self) -> list[str]:
        """Keys of the documents that will stay unclear."""
        stuck = set(self._reconciler.unclear)
        waiting = [key for key, missing in self._missing.items() if missing & stuck] if stuck else []
        return [*waiting, *self._seeker.unclear]

    def begin(self, assembled: Assembled) -> None:
        """Take a document all pages of which were read; those that are not at the service yet are uploaded."""
        ledger, key = self._context.ledger, assembled.key
        assemble(ledger, assembled)
        if key in self._queued:
            return
        self._parts.update(part.key for part in assembled.parts)
        known = {part.key: part for part in parts_of(ledger, key)}
        for number, part in enumerate(assembled.parts, 1):
            if known[part.key].state == "failed":
                self._fail(key, f"Page {number} of {len(assembled.parts)}: {known[part.key].error}", None)
                return
        missing = {part.key for part in known.values() if part.state != "uploaded"}
        self._missing[key] = missing
        for part in assembled.parts:
            if part.key in missing:
                self._wanted_by.setdefault(part.key, set()).add(key)
                if known[part.key].state == "planned":
                    # Under the name of the first attempt, by which the page is known in the list.
                    self._feed.push(replace(part, name=known[part.key].name or part.name))
        if not missing:
            self._complete(key)

    def wants(self, key: str) -> bool:
        """Tell whether a page is still needed by a document that has not failed."""
        return not self._wanted_by.get(key, set()).isdisjoint(self._missing)

    def abandon(self, key: str) -> None:
        """Hear that no document consists of these pages any more."""
        self._missing.pop(key, None)

    def landed(self, key: str, document_id: str) -> None:
        """Hear that something has an id: a page, or a document that is waited for from now on."""
        if key not in self._parts:
            self._poller.add(key, document_id)
            return
        self._poller.pass_over()
        for composite in self._wanted_by.pop(key, set()):
            missing = self._missing.get(composite)
            if missing is not None:
                missing.discard(key)
                if not missing:
                    self._complete(composite)

    def failed(self, key: str, error: str, request_id: str | None) -> None:
        """Hear that an upload failed; a page takes the documents with it that it belongs to."""
        for composite in self._wanted_by.pop(key, set()):
            if composite in self._missing:
                keys = [part.key for part in parts_of(self._context.ledger, composite)]
                number = 1 + keys.index(key)
                self._fail(composite, f"Page {number}: {error}", request_id)

    def again(self, key: str, due: float) -> None:
        """Let something be uploaded again; for a page, the documents are read again that it belongs to."""
        for document in [key] if key not in self._parts else self._wanted_by.get(key, set()):
            self._feed.again(document, due)

    def due(self) -> float:
        """Return when there is something to do next."""
        return min(self._due[0][0] if self._due else float("inf"), self._seeker.due())

    def advance(self, room: Callable[[], float]) -> None:
        """Join what is complete, as far as there is room; look for what is unclear."""
        self._post(room)
        self._seeker.advance()

    def _complete(self, key: str) -> None:
        del self._missing[key]
        self._queue(key, 0.0)

    def _queue(self, key: str, after_s: float) -> None:
        self._queued.add(key)
        heapq.heappush(self._due, (self._context.now() + after_s, next(self._order), key))

    def _post(self, room: Callable[[], float]) -> None:
        context = self._context
        if not self._due or self._due[0][0] > context.now():
            return
        chosen: list[str] = []
        free = min(room(), context.room(UPLOADS))
        while self._due and self._due[0][0] <= context.now() and len(chosen) < free:
            chosen.append(heapq.heappop(self._due)[2])
        if not chosen:
            return
        self._seeker.joining()
        for key in chosen:
            intend_composite(context.ledger, key)
        context.ledger.commit()
        for key in chosen:
            self._queued.discard(key)
            self._posting.add(key)
            call = partial(context.client.compose, ids_of_parts(context.ledger, key))
            context.call(UPLOADS, partial(self._answered, key), call)

    def _answered(self, key: str, answer: Answer) -> None:
        context = self._context
        self._posting.discard(key)
        answer = context.of_new_id(answer)
        outcome = context.judge(answer, uploads=True)
        if outcome is None:
            self._joined(key, answer.value)
            return
        error, request_id = reason_of(answer.error or AnswerLost())
        if outcome is Outcome.REFUSED:
            if isinstance(answer.error, NotFound):
                error = f"A page is no longer at the service, somebody has deleted it: {error} Start a new run."
            self._fail(key, error, request_id)
        elif outcome is Outcome.UNCLEAR:
            set_unknown(context.ledger, key, error, request_id)
            self.add(Unclear(key, "", error, request_id))
        else:
            set_planned(context.ledger, key, counts=False)
            self._queue(key, context.wait_after_s(outcome, self._poller.waiting))

    def _joined(self, key: str, document_id: str) -> None:
        set_uploaded(self._context.ledger, key, document_id)
        self._context.known_ids.add(document_id)
        self._reconciler.uploaded(document_id, "", COMPOSITE)
        self._poller.add(key, document_id)

    def _fail(self, key: str, error: str, request_id: str | None) -> None:
        self._missing.pop(key, None)
        set_failed(self._context.ledger, key, error, request_id)
        self._context.tally.fail(key)

    def _absent(self, unclear: Unclear) -> None:
        """Join the pages once more, unless that was tried too often."""
        context, key = self._context, unclear.key
        if attempts_of(context.ledger, key) >= context.settings.attempts:
            error = f"Given up after {context.settings.attempts} attempts to join the pages. The last: {unclear.error}"
            self._fail(key, error, unclear.request_id)
            return
        set_planned(context.ledger, key, counts=True)
        # A document that the latest call did not name is left alone.
        if source_of(context.ledger, key) is not None:
            self._queue(key, 0.0)

    def settle(self) -> None:
        """Note at the end of a run which documents stay unclear because of their pages."""
        stuck = set(self._reconciler.unclear)
        for key, missing in self._missing.items():
            if missing & stuck:
                set_unknown(self._context.ledger, key, "It is unclear whether the service has a page of it.", None)
