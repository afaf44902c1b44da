"""Finds out, by their first page, what became of unclear requests to join pages.

A composite has no file name, so its name cannot stand in the document list. But a partial names its parents: an unclear
request to join is resolved by looking at the first page, and may be repeated when the document was absent from two such
looks, the later of which began after the quarantine. Absence counts only where pages do name their parents, which the
first page of a document that is certainly there has to show, as soon as there is one.
"""

import heapq
import itertools
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from gini_notebook.errors import NotFound
from gini_notebook.service.batch.ledger.duplicates import add_surplus
from gini_notebook.service.batch.ledger.pages import EverUnclear, ever_unclear, ids_of_parts, joined_ones
from gini_notebook.service.batch.ledger.uploads import Unclear
from gini_notebook.service.batch.run_context import READS, RunContext, reason_of
from gini_notebook.service.batch.unclear_uploads import ABSENCES, ENDS_IN_VAIN
from gini_notebook.service.batch.workers import Answer
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document

PAUSE_S = 1.0
# Documents that are asked whether their pages name them, until one of them is still there.
WITNESSES = 3
# Whether pages name the documents they are part of, as remembered in the ledger.
NAMED, HIDDEN = "named", "hidden"


@dataclass(frozen=True, slots=True)
class Look:
    """What a first page told: documents of exactly the pages asked for, oldest first.

    ``names_parents`` says whether pages name the documents they are part of; None if nothing shows it.
    """

    found: tuple[Document, ...]
    names_parents: bool | None


def look_for(
    client: Client, parts: Sequence[str], known: Container[str], witnesses: Sequence[tuple[str, str]] = ()
) -> Look:
    """Look for composites that consist of exactly these parts in this order, other than known ones.

    ``witnesses`` are ids of other composites, and of their first pages.
    """
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
    found.sort(key=lambda composite: composite.creation_date or 0)
    return Look(tuple(found), True if parents else _named_by_page(client, witnesses))


def _named_by_page(client: Client, witnesses: Sequence[tuple[str, str]]) -> bool | None:
    for document_id, first_page in witnesses:
        with suppress(NotFound):
            client.document(document_id)
            return any(parent.id == document_id for parent in client.document(first_page).composite_documents)
    return None


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
    context
        What the run shares.

    Attributes
    ----------
    joined, absent, gone
        Who hears of documents that turn out to be there, not to be there, or to have lost their first page.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self.joined: Callable[[str, str], None]
        self.absent: Callable[[Unclear], None]
        self.gone: Callable[[str, str, str | None], None]
        self._lost: dict[str, _Lost] = {}
        self._looks: list[tuple[float, int, str]] = []
        self._order = itertools.count()
        self._looking = 0
        self._sweep: list[EverUnclear] | None = None
        self._sweeps_in_vain = 0
        self._sweep_due = 0.0
        # That they are hidden may have been a passing trouble, so it is found out anew.
        found = context.ledger.fact("parents")
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
        self._lost[unclear.key] = _Lost(unclear, self._context.now())
        self._look_again(unclear.key, min(PAUSE_S, self._context.look_pause_s))

    def joining(self) -> None:
        """Hear that pages are joined, which makes the last look for surplus outdated."""
        self._sweep = None
        self._context.ledger.forget("composites_swept")

    def due(self) -> float:
        """Return when the next look is due."""
        return self._looks[0][0] if self._looks else float("inf")

    def advance(self) -> None:
        """Look for what is unclear."""
        context = self._context
        while self._looks and self._looks[0][0] <= context.now() and context.may_call(READS):
            key = heapq.heappop(self._looks)[2]
            if key in self._lost:
                self._looking += 1
                parts, ledger = ids_of_parts(context.ledger, key), context.ledger
                witnesses = [] if self._parents == NAMED else joined_ones(ledger, WITNESSES)
                call = partial(look_for, context.client, parts, context.known_ids, witnesses)
                context.call(READS, partial(self._looked, key, bool(witnesses)), call)

    def sweep_at_end(self) -> bool:
        """Look once more for documents that were joined in excess; return whether that is done."""
        context = self._context
        if self._sweep is None:
            self._sweep = self._last_looks()
        if self._sweeps_in_vain >= ENDS_IN_VAIN:
            # The next call, and dedupe, look again.
            return not self._looking
        while self._sweep and self._sweep_due <= context.now() and context.may_call(READS):
            last = self._sweep.pop()
            self._looking += 1
            call = partial(look_for, context.client, last.parts, context.known_ids)
            context.call(READS, partial(self._swept, last), call)
        if self._sweep or self._looking:
            return False
        if self._parents != HIDDEN:
            context.ledger.remember("composites_swept", "yes")
        return True

    def _last_looks(self) -> list[EverUnclear]:
        ledger = self._context.ledger
        if ledger.fact("composites_swept") is not None:
            return []
        # Copies have the same pages, so what is found may be that of one that is still unclear.
        unclear = {ids_of_parts(ledger, key) for key in self._lost}
        return [last for last in ever_unclear(ledger) if last.key in self._lost or last.parts not in unclear]

    def _swept(self, last: EverUnclear, answer: Answer) -> None:
        self._looking -= 1
        context = self._context
        if context.judge(answer) is None:
            self._sweeps_in_vain = 0
            found = self._unknown(answer.value)
            if found and last.key in self._lost:
                # Given up before, because nothing could be read.
                self._found(last.key, found.pop(0))
            for document in found:
                add_surplus(context.ledger, document.id, last.name, document.creation_date)
        elif not isinstance(answer.error, NotFound) and self._sweep is not None:
            self._sweep.append(last)
            # What failed with the one before is the same trouble.
            if answer.began >= self._sweep_due:
                self._sweeps_in_vain += 1
                self._sweep_due = context.now() + context.backoff_s(self._sweeps_in_vain)

    def _unknown(self, look: Look) -> list[Document]:
        if look.names_parents:
            self._learn(NAMED)
        return [document for document in look.found if document.id not in self._context.known_ids]

    def _found(self, key: str, document: Document) -> None:
        del self._lost[key]
        self.joining()
        self.joined(key, document.id)

    def _look_again(self, key: str, after_s: float) -> None:
        heapq.heappush(self._looks, (self._context.now() + after_s, next(self._order), key))

    def _looked(self, key: str, had_witness: bool, answer: Answer) -> None:
        self._looking -= 1
        outcome = self._context.judge(answer)
        if key not in self._lost:
            # A last look has found it meanwhile.
            return
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
            self._missed(key, answer, had_witness=had_witness)

    def _failed(self, key: str) -> None:
        lost = self._lost[key]
        lost.failures += 1
        if not self._gave_up(lost):
            self._look_again(key, self._context.backoff_s(lost.failures))

    def _gave_up(self, lost: _Lost) -> bool:
        return lost.stuck or lost.failures >= self._context.settings.attempts

    def _missed(self, key: str, answer: Answer, *, had_witness: bool) -> None:
        context, lost = self._context, self._lost[key]
        quarantine_s = context.settings.quarantine_s
        lost.failures = 0
        lost.absences += 1
        if lost.absences < ABSENCES or answer.began < lost.since + quarantine_s:
            self._look_again(key, max(self._context.look_pause_s, lost.since + quarantine_s - context.now()))
        elif self._parents == NAMED or not had_witness:
            del self._lost[key]
            self.absent(lost.unclear)
        else:
            lost.stuck = True
            if answer.value.names_parents is False:
                self._learn(HIDDEN)

    def _learn(self, parents: str) -> None:
        if self._parents in {NAMED, parents}:
            return
        self._parents = parents
        self._context.ledger.remember("parents", parents)
        for key, lost in self._lost.items():
            if lost.stuck and parents == NAMED:
                lost.stuck = False
                self._look_again(key, 0.0)
