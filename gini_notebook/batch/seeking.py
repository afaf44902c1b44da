"""Finds out, by their first page, what became of unclear requests to join pages.

A composite has no file name, so its name cannot stand in the document list. But a partial names its parents: an unclear
request to join is resolved by looking at the first page, and may be repeated when the document was absent from two such
looks, the later of which began after the quarantine. Absence counts only where pages do name their parents, which the
first page of a document that is certainly there has to show, as soon as there is one.
"""

import heapq
import itertools
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import partial

from gini_notebook.batch.desk import READS, Desk, reason_of
from gini_notebook.batch.page_rows import any_joined, ever_unclear, ids_of_parts
from gini_notebook.batch.reconciling import ABSENCES, ENDS_IN_VAIN
from gini_notebook.batch.rows import Unclear, add_surplus
from gini_notebook.batch.workers import Answer
from gini_notebook.client import Client
from gini_notebook.errors import NotFound
from gini_notebook.values import Document

PAUSE_S = 1.0
# Whether pages name the documents they are part of, as remembered in the ledger.
NAMED, HIDDEN = "named", "hidden"


@dataclass(frozen=True, slots=True)
class Look:
    """What a first page told: documents of exactly the pages asked for, oldest first, and whether it named any."""

    found: tuple[Document, ...]
    names_parents: bool


def look_for(client: Client, parts: Sequence[str], known: Container[str]) -> Look:
    """Look for composites that consist of exactly these parts in this order, other than known ones."""
    found = []
    parents = client.document(parts[0]).composite_documents
    for parent in parents:
        if parent.id in known:
            continue
        try:
            composite = client.document(parent.id)
        except NotFound:
            # Deleted between the two calls.
            continue
        if [part.id for part in composite.partial_documents] == list(parts):
            found.append(composite)
    return Look(tuple(sorted(found, key=lambda composite: composite.creation_date or 0)), bool(parents))


@dataclass(slots=True)
class _Lost:
    unclear: Unclear
    since: float
    absences: int = 0
    failures: int = 0
    # Absent long enough, but from a page of a kind that names no parents.
    stuck: bool = False


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
        # That they are hidden may have been a passing trouble, so it is found out anew.
        found = desk.ledger.fact("parents")
        self._parents = None if found == HIDDEN else found

    @property
    def is_over(self) -> bool:
        """Whether nothing is unclear that may still be resolved."""
        return all(self._gave_up(lost) for lost in self._lost.values())

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
        self._sweep = None
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
                call = partial(look_for, desk.client, ids_of_parts(desk.ledger, key), desk.known_ids)
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
            call = partial(look_for, desk.client, parts, desk.known_ids)
            desk.call(READS, partial(self._swept, (key, name, parts)), call)
        if self._sweep or self._looking:
            return False
        if self._parents != HIDDEN:
            desk.ledger.remember("composites_swept", "yes")
        return True

    def _swept(self, what: tuple[str, str, tuple[str, ...]], answer: Answer) -> None:
        self._looking -= 1
        key, name, _ = what
        if self._desk.judge(answer) is None:
            self._sweeps_in_vain = 0
            found = self._unknown(answer.value)
            if found and key in self._lost:
                # Given up before, because nothing could be read.
                self._found(key, found.pop(0))
            for document in found:
                add_surplus(self._desk.ledger, document.id, name, document.creation_date)
        elif not isinstance(answer.error, NotFound) and self._sweep is not None:
            self._sweeps_in_vain += 1
            self._sweep.append(what)

    def _unknown(self, look: Look) -> list[Document]:
        if look.names_parents:
            self._learn(NAMED)
        return [document for document in look.found if document.id not in self._desk.known_ids]

    def _found(self, key: str, document: Document) -> None:
        del self._lost[key]
        self.joined(key, document.id)

    def _pause_s(self) -> float:
        return min(10.0, max(0.2, self._desk.settings.quarantine_s / 10))

    def _look_again(self, key: str, after_s: float) -> None:
        heapq.heappush(self._looks, (self._desk.now() + after_s, next(self._order), key))

    def _looked(self, key: str, answer: Answer) -> None:
        self._looking -= 1
        outcome = self._desk.judge(answer)
        if isinstance(answer.error, NotFound):
            # A page that is in a document cannot be deleted.
            del self._lost[key]
            error, request_id = reason_of(answer.error)
            self.gone(key, f"Its first page is no longer at the service: {error}", request_id)
        elif outcome is not None:
            self._failed(key)
        elif found := self._unknown(answer.value):
            # The oldest counts; others are found as surplus at the end.
            self._found(key, found[0])
        else:
            self._missed(key, answer.began)

    def _failed(self, key: str) -> None:
        lost = self._lost[key]
        lost.failures += 1
        if not self._gave_up(lost):
            self._look_again(key, self._desk.backoff_s(lost.failures))

    def _gave_up(self, lost: _Lost) -> bool:
        return lost.stuck or lost.failures >= self._desk.settings.attempts

    def _missed(self, key: str, began: float) -> None:
        desk, lost = self._desk, self._lost[key]
        quarantine_s = desk.settings.quarantine_s
        lost.failures = 0
        lost.absences += 1
        if lost.absences < ABSENCES or began < lost.since + quarantine_s:
            self._look_again(key, max(self._pause_s(), lost.since + quarantine_s - desk.now()))
        elif self._parents is None and (witness := any_joined(desk.ledger)) is not None:
            self._looking += 1
            document_id, first_page = witness
            desk.call(READS, partial(self._proved, key, document_id), partial(desk.client.document, first_page))
        else:
            self._conclude(key)

    def _proved(self, key: str, document_id: str, answer: Answer) -> None:
        self._looking -= 1
        if self._desk.judge(answer) is not None:
            self._failed(key)
            return
        named = any(parent.id == document_id for parent in answer.value.composite_documents)
        self._learn(NAMED if named else HIDDEN)
        self._conclude(key)

    def _learn(self, parents: str) -> None:
        if parents == self._parents:
            return
        self._parents = parents
        self._desk.ledger.remember("parents", parents)
        for key, lost in self._lost.items():
            if lost.stuck and parents == NAMED:
                lost.stuck = False
                self._look_again(key, 0.0)

    def _conclude(self, key: str) -> None:
        """Take a document for absent, if pages name their parents."""
        lost = self._lost[key]
        if self._parents == HIDDEN:
            lost.stuck = True
        else:
            del self._lost[key]
            self.absent(lost.unclear)
