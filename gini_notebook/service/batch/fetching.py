"""Fetches the extractions of finished documents; a result and its row are written in one transaction."""

import heapq
import itertools
import json
from functools import partial

from gini_notebook.errors import AnswerLost, ConnectionFailed
from gini_notebook.service.batch.ledger.uploads import Finished, set_done, set_failed
from gini_notebook.service.batch.pace import Outcome
from gini_notebook.service.batch.polling import PendingDocument
from gini_notebook.service.batch.run_context import READS, RunContext, reason_of
from gini_notebook.service.batch.workers import Answer
from gini_notebook.service.client import Client


def extractions_text(client: Client, document_id: str) -> str:
    """Return the checked extractions of a document as compact JSON."""
    return json.dumps(client.extractions(document_id).to_dict(), ensure_ascii=False, separators=(",", ":"))


class Fetcher:
    """Fetches results, first come first served.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._due: list[tuple[float, int, PendingDocument]] = []
        self._order = itertools.count()
        self._fetching = 0

    @property
    def waiting(self) -> int:
        """How many results are still to come."""
        return len(self._due) + self._fetching

    def add(self, pending: PendingDocument) -> None:
        """Fetch the result of a finished document."""
        pending.failures = 0
        heapq.heappush(self._due, (self._context.now(), next(self._order), pending))

    def due(self) -> float:
        """Return when the next fetch is due."""
        return self._due[0][0] if self._due else float("inf")

    def advance(self) -> None:
        """Fetch what is due."""
        context = self._context
        while self._due and self._due[0][0] <= context.now() and context.may_call(READS):
            pending = heapq.heappop(self._due)[2]
            self._fetching += 1
            call = partial(extractions_text, context.client, pending.document_id)
            context.call(READS, partial(self._answered, pending), call)

    def _answered(self, pending: PendingDocument, answer: Answer) -> None:
        context = self._context
        self._fetching -= 1
        outcome = context.judge(answer)
        if outcome is None:
            finished = Finished(
                answer.value, pending.polls, pending.processing_s, pending.pages, pending.source_classification
            )
            set_done(context.ledger, pending.key, finished)
            context.tally.complete(pending.key)
            return
        error = answer.error or AnswerLost()
        pending.failures += not isinstance(error, ConnectionFailed)
        if outcome is Outcome.REFUSED or pending.failures >= context.settings.attempts:
            set_failed(context.ledger, pending.key, *reason_of(error), pending.polls)
            context.tally.fail(pending.key)
        else:
            due = context.now() + context.backoff_s(max(1, pending.failures))
            heapq.heappush(self._due, (due, next(self._order), pending))
