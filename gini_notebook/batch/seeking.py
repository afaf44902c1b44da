"""Finds out, by their first page, what became of unclear requests to join pages.

A composite has no file name, so its name cannot stand in the document list. But a partial names its parents: an unclear
request to join is resolved by looking at the first page, and may be repeated when the document was absent from two such
looks, the later of which began after the quarantine.
"""

import heapq
import itertools
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import partial

from gini_notebook.batch.desk import READS, Desk, reason_of
from gini_notebook.batch.outcomes import Outcome
from gini_notebook.batch.page_rows import ever_unclear, parts_of
from gini_notebook.batch.reconciling import ABSENCES, ENDS_IN_VAIN
from gini_notebook.batch.rows import Unclear, add_surplus
from gini_notebook.batch.workers import Answer
from gini_notebook.client import Client
from gini_notebook.errors import AnswerLost, NotFound
from gini_notebook.values import Document

PAUSE_S = 1.0


def composites_of(client: Client, parts: Sequence[str], known: Container[str]) -> list[Document]:
    """Return the composites that consist of exactly these parts in this order, oldest first, without known ones."""
    found = []
    for parent in client.document(parts[0]).composite_documents:
        if parent.id in known:
            continue
        try:
            composite = client.document(parent.id)
        except NotFound:
            # Deleted between the two calls.
            continue
        if [part.id for part in composite.partial_documents] == list(parts):
            found.append(composite)
    return sorted(found, key=lambda composite: composite.creation_date or 0)


@dataclass(slots=True)
class _Lost:
    unclear: Unclear
    since: float
    absences: int = 0
    failures: int = 0


class Seeker:
    """Keeps the unclear requests to join pages until they are resolved.

    Parameters
    ----------
    desk
        What the run shares.

    Attributes
    ----------
    joined, absent, gone
        Who hears of documents that turn out to be there, not to be there, or to have lost their first page.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.joined: Callable[[str, str], None]
        self.absent: Callable[[Unclear], None]
        self.gone: Callable[[str, str, str | None], None]
        self._lost: dict[str, _Lost] = {}
        self._looks: list[tuple[float, int, str]] = []
        self._order = itertools.count()
        self._looking = 0
        self._sweep: list[tuple[str, str, tuple[str, ...]]] | None = None
        self._sweeps_in_vain = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is unclear."""
        return not self._lost

    @property
    def idle(self) -> bool:
        """Whether nothing is left to find out."""
        return not (self._looking or self._looks)

    @property
    def unclear(self) -> list[str]:
        """Keys of the documents that will stay unclear."""
        return [key for key, lost in self._lost.items() if self._gave_up(lost)]

    def add(self, unclear: Unclear) -> None:
        """Take a document of which nobody knows whether its pages were joined."""
        self._lost[unclear.key] = _Lost(unclear, self._desk.now())
        self._look_again(unclear.key, min(PAUSE_S, self._pause_s()))

    def joining(self) -> None:
        """Hear that pages are about to be joined, which makes the last look for surplus outdated."""
        self._desk.ledger.change("DELETE FROM facts WHERE name = 'composites_swept'")

    def due(self) -> float:
        """Return when the next look is due."""
        return self._looks[0][0] if self._looks else float("inf")

    def advance(self) -> None:
        """Look for what is unclear."""
        desk = self._desk
        while self._looks and self._looks[0][0] <= desk.now() and desk.may_call(READS):
            key = heapq.heappop(self._looks)[2]
            if key in self._lost:
                self._looking += 1
                parts = [part[2] or "" for part in parts_of(desk.ledger, key)]
                call = partial(composites_of, desk.client, parts, desk.known_ids)
                desk.call(READS, partial(self._looked, key), call)

    def sweep_at_end(self) -> bool:
        """Look once more for documents that were joined in excess; return whether that is done."""
        desk = self._desk
        if self._sweep is None:
            swept = desk.ledger.fact("composites_swept") is not None
            self._sweep = [] if swept else ever_unclear(desk.ledger)
        if self._sweeps_in_vain >= ENDS_IN_VAIN:
            # The next call, and dedupe, look again.
            return not self._looking
        while self._sweep and desk.may_call(READS):
            key, name, parts = self._sweep.pop()
            self._looking += 1
            call = partial(composites_of, desk.client, parts, desk.known_ids)
            desk.call(READS, partial(self._swept, (key, name, parts)), call)
        if self._sweep or self._looking:
            return False
        desk.ledger.remember("composites_swept", "yes")
        return True

    def _swept(self, what: tuple[str, str, tuple[str, ...]], answer: Answer) -> None:
        self._looking -= 1
        outcome = self._desk.judge(answer)
        if outcome is None:
            self._sweeps_in_vain = 0
            for document in answer.value:
                if document.id not in self._desk.known_ids:
                    add_surplus(self._desk.ledger, document.id, what[1], document.creation_date)
        elif outcome is not Outcome.REFUSED and self._sweep is not None:
            self._sweeps_in_vain += 1
            self._sweep.append(what)

    def _pause_s(self) -> float:
        return min(10.0, max(0.2, self._desk.settings.quarantine_s / 10))

    def _look_again(self, key: str, after_s: float) -> None:
        heapq.heappush(self._looks, (self._desk.now() + after_s, next(self._order), key))

    def _looked(self, key: str, answer: Answer) -> None:
        desk, lost = self._desk, self._lost[key]
        self._looking -= 1
        outcome = desk.judge(answer)
        if outcome is Outcome.REFUSED:
            del self._lost[key]
            error, request_id = reason_of(answer.error or AnswerLost())
            self.gone(key, f"Its first page cannot be looked at any more: {error}", request_id)
        elif outcome is not None:
            lost.failures += 1
            if not self._gave_up(lost):
                self._look_again(key, desk.backoff_s(lost.failures))
        elif found := [one for one in answer.value if one.id not in desk.known_ids]:
            # The oldest counts; others are found as surplus at the end.
            del self._lost[key]
            self.joined(key, found[0].id)
        else:
            self._missed(key, lost, answer.began)

    def _gave_up(self, lost: _Lost) -> bool:
        return lost.failures >= self._desk.settings.attempts

    def _missed(self, key: str, lost: _Lost, began: float) -> None:
        desk, quarantine_s = self._desk, self._desk.settings.quarantine_s
        lost.failures = 0
        lost.absences += 1
        if lost.absences < ABSENCES or began < lost.since + quarantine_s:
            self._look_again(key, max(self._pause_s(), lost.since + quarantine_s - desk.now()))
            return
        del self._lost[key]
        self.absent(lost.unclear)
