"""Finds out whether the id of a document that the service does not show is the right one.

The service has named it, and answers for longer than any lag that there is no such document: perhaps somebody has
deleted it, perhaps the name was damaged on its way. When a complete scan of the list shows our name under another id,
and the id we know not at all, the other one is the document. Else the document fails, as the service said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gini_notebook.service.batch.events import Accepted, Event, Failed, NotShown, Scan, ScanEnded, ScanPurpose
from gini_notebook.service.batch.naming import canonical
from gini_notebook.service.batch.run_context import NAMES_KEPT, SCANS_IN_VAIN, RunContext
from gini_notebook.service.values import Document
from gini_notebook.service.wire.paging import ListEnd


@dataclass(slots=True)
class _Sought:
    failed: Failed
    document_id: str
    since: float
    is_listed: bool = False
    found: Document | None = None


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
        self._next_scan = 0.0
        self._in_vain = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left to find out."""
        return not self._sought

    @property
    def keys(self) -> list[str]:
        """Keys of all documents that are sought now."""
        return [sought.failed.key for sought in self._sought.values()]

    def add(self, shown: NotShown, name: str) -> list[Event]:
        """Seek a document by its name, if the list can tell; else it fails."""
        if self._context.listing != NAMES_KEPT:
            return [shown.failed]
        self._sought[name] = _Sought(shown.failed, canonical(shown.document_id), self._context.now())
        return []

    def due(self) -> float:
        """Return when the list is scanned next."""
        return float("inf") if self.idle else self._next_scan

    def begin_scan(self, now: float) -> Scan | None:
        """Return the scan of the list that is due."""
        if self.idle or now < self._next_scan:
            return None
        for sought in self._sought.values():
            sought.is_listed, sought.found = False, None
        return Scan(ScanPurpose.NOT_SHOWN, self._context.settings.list_limit)

    def seen(self, documents: Sequence[Document]) -> None:
        """Look at documents of the list."""
        ids = {sought.document_id: sought for sought in self._sought.values()}
        for document in documents if ids else ():
            if (own := ids.get(canonical(document.id))) is not None:
                own.is_listed = True
            elif not self._context.knows(document.id) and document.name in self._sought:
                self._found(self._sought[document.name], document)

    @staticmethod
    def _found(sought: _Sought, document: Document) -> None:
        """Note a document of our name; the oldest counts, as among the copies that unclear uploads make."""
        before = sought.found
        if before is None or (document.creation_date or 0) < (before.creation_date or 0):
            sought.found = document

    def scan_ended(self, ended: ScanEnded) -> list[Event]:
        """Return what a scan tells about the documents that it was made for."""
        if ended.scan.purpose is not ScanPurpose.NOT_SHOWN:
            return []
        self._next_scan = self._context.now() + self._context.poll_pause_s
        if ended.how is ListEnd.COMPLETE:
            self._in_vain = 0
            return [self._conclude(name) for name, one in list(self._sought.items()) if one.since <= ended.began]
        self._in_vain += SCANS_IN_VAIN if ended.how is ListEnd.REFUSED else 1
        return self._give_up() if self._in_vain >= SCANS_IN_VAIN else []

    def _conclude(self, name: str) -> Event:
        sought = self._sought.pop(name)
        if sought.found is None or sought.is_listed:
            return sought.failed
        return Accepted(sought.failed.key, sought.found.id, name, sought.failed.kind)

    def _give_up(self) -> list[Event]:
        failed: list[Event] = [sought.failed for sought in self._sought.values()]
        self._sought.clear()
        return failed
