"""Finds out, by the document list, what became of unclear uploads; nothing is repeated on a guess.

An unclear upload is resolved when its tagged name stands in the list. It may be repeated when it was absent from two
complete readings of the list, the later of which began after the quarantine. The list serves only when a probe has
shown that it names our documents as we named them; else unclear uploads stay unclear and are reported. Whether it
shows partial documents, too, only one of ours in it can show: before that, no unclear page is repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gini_notebook.service.batch.document_list import DocumentListReader, Ended, EndHandler
from gini_notebook.service.batch.document_queue import Feed
from gini_notebook.service.batch.ledger.duplicates import add_surplus
from gini_notebook.service.batch.ledger.pages import page_names
from gini_notebook.service.batch.ledger.uploads import (
    PARTIAL,
    Unclear,
    attempts_of,
    set_failed,
    set_planned,
    set_uploaded,
)
from gini_notebook.service.batch.naming import bears_tag
from gini_notebook.service.batch.polling import Poller
from gini_notebook.service.batch.probing import IDS_ONLY, NAMES_KEPT, NO_LIST, UNNAMED, ListProbe
from gini_notebook.service.batch.run_context import RunContext
from gini_notebook.service.values import Document

ENDS_IN_VAIN = 5
ABSENCES = 2


@dataclass(slots=True)
class _Lost:
    unclear: Unclear
    since: float
    absences: int = 0
    # Absent long enough, but from a list that has never shown such an upload of ours.
    stuck: bool = False


class Reconciler:
    """Keeps the unclear uploads of a run until they are resolved.

    Parameters
    ----------
    context
        What the run shares.
    reader
        Who reads the list.
    poller
        Who waits for documents that turn out to be there.
    feed
        Who reads documents again that turn out not to be there.

    Attributes
    ----------
    landed, failed, again
        Who hears of uploads that turn out to be there, to have failed for good, or to be repeated.
    """

    def __init__(self, context: RunContext, reader: DocumentListReader, poller: Poller, feed: Feed) -> None:
        self._context, self._reader, self._poller = context, reader, poller
        self.landed: Callable[[str, str], None] = poller.add
        self.failed: Callable[[str, str, str | None], None] = _nobody_else
        self.again: Callable[[str, float], None] = feed.again
        self._lost: dict[str, _Lost] = {}
        self._found: dict[str, Document] = {}
        self._strange: dict[str, Document] = {}
        self._ends_in_vain = 0
        self._next_sweep = 0.0
        self._probe = ListProbe(context)
        self._probe.learnt = self._learnt
        self.is_swept = context.ledger.fact("swept") is not None
        self._shows_pages = context.ledger.fact("pages_listed") is not None
        self._pages = set() if self._shows_pages else page_names(context.ledger)
        poller.by_list = self._probe.shows_us

    @property
    def listing(self) -> str | None:
        """What the list can prove, as far as that is known."""
        return self._probe.listing

    @property
    def is_probing(self) -> bool:
        """Whether it is still open if the list can be trusted."""
        return self.listing is None

    @property
    def probe_is_on(self) -> bool:
        """Whether a document is being looked for in the list."""
        return self._probe.is_on

    @property
    def gave_up(self) -> bool:
        """Whether unclear uploads stay unclear, because the list does not tell."""
        return self.listing in {IDS_ONLY, NO_LIST} or self._ends_in_vain >= ENDS_IN_VAIN

    @property
    def idle(self) -> bool:
        """Whether nothing is left to find out."""
        return not self._probe.is_on and (self.gave_up or all(lost.stuck for lost in self._lost.values()))

    @property
    def unclear(self) -> list[str]:
        """Keys of the uploads that will stay unclear."""
        return [lost.unclear.key for lost in self._lost.values() if lost.stuck or self.gave_up]

    def add(self, unclear: Unclear) -> None:
        """Take an unclear upload."""
        now = self._context.now()
        self._lost[unclear.name] = _Lost(unclear, now)
        if unclear.kind == PARTIAL:
            self._pages.add(unclear.name)
        self._next_sweep = max(self._next_sweep, min(now + 1.0, now + self._context.look_pause_s))

    def intending(self) -> None:
        """Hear that an upload is about to leave, which makes the last look for surplus outdated."""
        if self.is_swept:
            self.is_swept = False
            self._context.ledger.forget("swept")

    def uploaded(self, document_id: str, name: str, kind: str) -> None:
        """Hear of a new document, which may be looked for in the list."""
        if kind == PARTIAL and not self._shows_pages:
            self._pages.add(name)
            # The list can be put to the proof once more.
            self._loosen()
        self._probe.uploaded(document_id, name, kind)

    def due(self) -> float:
        """Return when there is something to do next."""
        if self._probe.is_on:
            return self._probe.due()
        return float("inf") if self.idle else self._sweep_due()

    def advance(self) -> None:
        """Read the list when that is due."""
        if not self._reader.idle:
            return
        now = self._context.now()
        if self._probe.is_on:
            if now >= self._probe.due():
                self._probe.begin()
                self._read(self._probe.ended, enough=self._probe.answered)
        elif not self.idle and now >= self._sweep_due():
            self._read(self._swept)

    def sweep_at_end(self) -> bool:
        """Look once more for documents in excess; return whether that is done."""
        if self.is_swept or self.listing != NAMES_KEPT or self._ends_in_vain >= ENDS_IN_VAIN:
            return True
        if self._reader.idle:
            self._read(self._swept_at_end)
        return False

    def seen(self, document: Document, began: float) -> None:
        """Look at a document of the list."""
        del began
        self._probe.seen(document)
        if document.name in self._pages:
            self._show_pages()
        if document.id in self._context.known_ids:
            return
        if document.name in self._lost:
            rival = self._found.get(document.name)
            if rival is None or (document.creation_date or 0) < (rival.creation_date or 0):
                self._found[document.name] = document
        self._strange[document.id] = document

    def _show_pages(self) -> None:
        self._shows_pages = True
        self._pages.clear()
        self._context.ledger.remember("pages_listed", "yes")
        self._loosen()

    def _loosen(self) -> None:
        for lost in self._lost.values():
            lost.stuck = False

    def _sweep_due(self) -> float:
        quarantine_s = self._context.settings.quarantine_s
        wanted = min(lost.since + (quarantine_s if lost.absences else 0.0) for lost in self._lost.values())
        return max(wanted, self._next_sweep)

    def _read(self, ended: EndHandler, enough: Callable[[], bool] | None = None) -> None:
        self._strange.clear()
        self._reader.begin(ended, limit=self._context.settings.list_limit, enough=enough)

    def _learnt(self) -> None:
        self._poller.by_list = self._probe.shows_us
        self._loosen()

    def over(self) -> None:
        """Give the documents that a reading has found to whoever waits for them."""
        for name, document in self._found.items():
            lost = self._lost.pop(name, None)
            if lost is None or document.id in self._context.known_ids:
                continue
            set_uploaded(self._context.ledger, lost.unclear.key, document.id)
            self._context.known_ids.add(document.id)
            self._strange.pop(document.id, None)
            self.landed(lost.unclear.key, document.id)
        self._found.clear()

    def _swept(self, how: Ended, began: float) -> None:
        self._next_sweep = self._context.now() + self._context.look_pause_s
        if how is not Ended.COMPLETE:
            self._ends_in_vain += ENDS_IN_VAIN if how is Ended.REFUSED else 1
            return
        self._ends_in_vain = 0
        if self.listing is None and self._strange:
            # The list shows documents that are not ours by id, and no name has ever come back: it proves nothing.
            self._ends_in_vain = ENDS_IN_VAIN
            return
        for lost in [lost for lost in self._lost.values() if lost.since <= began]:
            lost.absences += 1
            if lost.absences < ABSENCES or began < lost.since + self._context.settings.quarantine_s:
                continue
            shown = self._shows_pages if lost.unclear.kind == PARTIAL else self.listing != UNNAMED
            if not shown:
                lost.stuck = True
            else:
                self._absent(lost.unclear)

    def _absent(self, unclear: Unclear) -> None:
        context = self._context
        del self._lost[unclear.name]
        if attempts_of(context.ledger, unclear.key) >= context.settings.attempts:
            error = f"Given up after {context.settings.attempts} attempts to upload. The last: {unclear.error}"
            set_failed(context.ledger, unclear.key, error, unclear.request_id)
            context.tally.fail(unclear.key)
            self.failed(unclear.key, error, unclear.request_id)
            return
        set_planned(context.ledger, unclear.key, counts=True)
        self.again(unclear.key, context.now())

    def _swept_at_end(self, how: Ended, began: float) -> None:
        del began
        if how is not Ended.COMPLETE:
            self._ends_in_vain += 1
            return
        for document in self._strange.values():
            if bears_tag(document.name, self._context.tag):
                add_surplus(self._context.ledger, document.id, document.name, document.creation_date)
        self.is_swept = True
        self._context.ledger.remember("swept", "yes")


def _nobody_else(key: str, error: str, request_id: str | None) -> None:
    """Stand in until somebody wants to hear of uploads that failed."""
