"""Uploads: the intent is on the disk before a request leaves, and every answer moves the row."""

from functools import partial

from gini_notebook.errors import AnswerLost
from gini_notebook.service.batch.document_queue import Feed
from gini_notebook.service.batch.ledger.uploads import (
    PARTIAL,
    Prepared,
    Unclear,
    intend,
    set_failed,
    set_planned,
    set_unknown,
    set_uploaded,
)
from gini_notebook.service.batch.pace import Outcome
from gini_notebook.service.batch.page_joiner import PageJoiner
from gini_notebook.service.batch.polling import Poller
from gini_notebook.service.batch.run_context import UPLOADS, RunContext, reason_of
from gini_notebook.service.batch.unclear_uploads import Reconciler
from gini_notebook.service.batch.workers import Answer


class Uploader:
    """Sends documents while the window has room.

    Parameters
    ----------
    context
        What the run shares.
    feed
        Where the documents come from.
    poller
        Who waits for the documents that were taken.
    reconciler
        Who finds out about the unclear ones.
    joiner
        Who joins pages to documents.
    """

    def __init__(
        self, context: RunContext, feed: Feed, poller: Poller, reconciler: Reconciler, *, joiner: PageJoiner
    ) -> None:
        self._context = context
        self._feed = feed
        self._poller = poller
        self._reconciler = reconciler
        self._joiner = joiner
        self._in_flight: dict[str, Prepared] = {}

    @property
    def in_flight(self) -> int:
        """How many uploads are on the wire."""
        return len(self._in_flight)

    def _room(self) -> int:
        return self._context.window.room(len(self._in_flight) + self._joiner.in_flight + self._poller.waiting)

    def advance(self) -> None:
        """Send what may be sent: one commit for all intents, then the requests."""
        context = self._context
        self._joiner.advance(self._room)
        room = self._room() if self._feed else 0
        if room and self._reconciler.is_probing:
            room = 0 if self._in_flight or self._reconciler.probe_is_on else 1
        chosen = self._take(int(min(room, context.room(UPLOADS))))
        if not chosen:
            return
        self._reconciler.intending()
        for prepared in chosen:
            intend(context.ledger, prepared)
        context.ledger.commit()
        for prepared in chosen:
            self._in_flight[prepared.key] = prepared
            upload = context.client.upload_partial if prepared.kind == PARTIAL else context.client.upload
            send = partial(upload, prepared.content, name=prepared.name, media_type=prepared.media_type)
            context.call(UPLOADS, partial(self._answered, prepared), send)

    def _take(self, count: int) -> list[Prepared]:
        chosen: list[Prepared] = []
        while len(chosen) < count and self._feed:
            prepared = self._feed.take()
            if prepared.kind == PARTIAL and not self._joiner.wants(prepared.key):
                # Another page of its document has failed.
                self._feed.release(prepared)
            else:
                chosen.append(prepared)
        return chosen

    def _answered(self, prepared: Prepared, answer: Answer) -> None:
        context = self._context
        del self._in_flight[prepared.key]
        self._feed.release(prepared)
        answer = context.of_new_id(answer)
        outcome = context.judge(answer, uploads=True)
        if outcome is None:
            self._uploaded(prepared, answer.value)
            return
        error, request_id = reason_of(answer.error or AnswerLost())
        if outcome is Outcome.REFUSED:
            set_failed(context.ledger, prepared.key, error, request_id)
            context.tally.fail(prepared.key)
            self._joiner.failed(prepared.key, error, request_id)
        elif outcome is Outcome.UNCLEAR:
            set_unknown(context.ledger, prepared.key, error, request_id)
            self._reconciler.add(Unclear(prepared.key, prepared.name, error, request_id, prepared.kind))
        else:
            set_planned(context.ledger, prepared.key, counts=False)
            self._joiner.again(prepared.key, context.now() + context.wait_after_s(outcome, self._poller.waiting))

    def _uploaded(self, prepared: Prepared, document_id: str) -> None:
        set_uploaded(self._context.ledger, prepared.key, document_id)
        self._context.known_ids.add(document_id)
        self._reconciler.uploaded(document_id, prepared.name, prepared.kind)
        self._joiner.landed(prepared.key, document_id)
