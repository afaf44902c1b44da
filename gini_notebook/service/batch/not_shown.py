"""Finds out whether ids that the service does not show are the right ones: of documents, and of pages to be joined.

The service has named them, and answers for longer than any lag that there is no such document: perhaps somebody has
deleted it, perhaps the name was damaged on its way. When a complete scan of the list shows our name under another id,
and the id we know not at all, the other one is the document. Else the document fails, as the service said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gini_notebook.service.batch.events import Accepted, Event, Failed, NotShown, RetryAt, Scan, ScanEnded, ScanPurpose
from gini_notebook.service.batch.ledger.uploads import COMPOSITE, PARTIAL, Part
from gini_notebook.service.batch.naming import canonical
from gini_notebook.service.batch.run_context import IDS_ONLY, NAMES_KEPT, NO_LIST, SCANS_IN_VAIN, RunContext
from gini_notebook.service.values import Document
from gini_notebook.service.wire.paging import ListEnd


class _Named(NamedTuple):
    """An upload, the name it was sent under, and the canonical id that it was given."""

    key: str
    name: str
    document_id: str


@dataclass(frozen=True, slots=True)
class _Sought:
    """A document that fails unless one of what it needs turns out to have another id."""

    failed: Failed
    needs: tuple[_Named, ...]
    since: float


class DocumentsNotShown:
    """Keeps the documents that the service does not show until the list has told why.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._sought: dict[str, _Sought] = {}
        # Of what is sought: canonical ids that the list shows, and what it shows under our names.
        self._listed: set[str] = set()
        self._found: dict[str, Document] = {}
        self._next_scan = 0.0
        self._in_vain = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left to find out."""
        return not self._sought

    @property
    def keys(self) -> list[str]:
        """Keys of all documents that are sought now."""
        return list(self._sought)

    def add(self, shown: NotShown, name: str) -> list[Event]:
        """Seek a document by its name, if the list can tell; else it fails."""
        if self._context.listing != NAMES_KEPT:
            return [shown.failed]
        return self._seek(shown.failed, _Named(shown.failed.key, name, canonical(shown.document_id)))

    def add_pages(self, failed: Failed, pages: Sequence[Part]) -> list[Event]:
        """Seek the pages of a document by their names, one of which the service does not show, if the list can tell."""
        if self._context.listing in {NO_LIST, IDS_ONLY}:
            return [failed]
        named = {one.key: _Named(one.key, one.name or "", canonical(one.document_id or "")) for one in pages}
        return self._seek(failed, *named.values())

    def _seek(self, failed: Failed, *needs: _Named) -> list[Event]:
        self._sought[failed.key] = _Sought(failed, needs, self._context.now())
        return []

    def due(self) -> float:
        """Return when the list is scanned next."""
        return float("inf") if self.idle else self._next_scan

    def begin_scan(self, now: float) -> Scan | None:
        """Return the scan of the list that is due."""
        if self.idle or now < self._next_scan:
            return None
        self._listed.clear()
        self._found.clear()
        return Scan(ScanPurpose.NOT_SHOWN, self._context.settings.list_limit)

    def seen(self, documents: Sequence[Document]) -> None:
        """Look at documents of the list."""
        needs = [one for sought in self._sought.values() for one in sought.needs]
        ids, names = {one.document_id for one in needs}, {one.name for one in needs}
        for document in documents if needs else ():
            if canonical(document.id) in ids:
                self._listed.add(canonical(document.id))
            elif document.name in names and not self._context.knows(document.id):
                self._note(document)

    def _note(self, document: Document) -> None:
        """Note a document of our name; the oldest counts, as among the copies that unclear uploads make."""
        before = self._found.get(document.name)
        if before is None or (document.creation_date or 0) < (before.creation_date or 0):
            self._found[document.name] = document

    def scan_ended(self, ended: ScanEnded) -> list[Event]:
        """Return what a scan tells about the documents that it was made for."""
        if ended.scan.purpose is not ScanPurpose.NOT_SHOWN:
            return []
        self._next_scan = self._context.now() + self._context.poll_pause_s
        if ended.how is ListEnd.COMPLETE:
            self._in_vain = 0
            over = [one for one in self._sought.values() if one.since <= ended.began]
            return [event for one in over for event in self._conclude(one)]
        self._in_vain += SCANS_IN_VAIN if ended.how is ListEnd.REFUSED else 1
        return self._give_up() if self._in_vain >= SCANS_IN_VAIN else []

    def _conclude(self, sought: _Sought) -> list[Event]:
        failed = self._sought.pop(sought.failed.key).failed
        others = {
            one: self._found[one.name]
            for one in sought.needs
            if one.document_id not in self._listed and one.name in self._found
        }
        if not others:
            return [failed]
        kind = PARTIAL if failed.kind == COMPOSITE else failed.kind
        accepted: list[Event] = [Accepted(one.key, other.id, one.name, kind) for one, other in others.items()]
        # With a page that is not there, the service has joined nothing yet.
        again = [RetryAt(failed.key, self._context.now(), COMPOSITE, reached=False)] if kind == PARTIAL else []
        return accepted + again

    def _give_up(self) -> list[Event]:
        failed: list[Event] = [sought.failed for sought in self._sought.values()]
        self._sought.clear()
        return failed
