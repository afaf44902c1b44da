"""Finds out, by the document list, what became of unclear uploads; nothing is repeated on a guess.

An unclear upload is resolved when its tagged name stands in the list. It may be repeated when it was absent from two
complete scans of the list, the later of which began after the quarantine. The list serves only when a probe has
shown that it names our documents as we named them; else unclear uploads stay unclear and are reported. Whether it
shows partial documents, too, only one of ours in it can show: before that, no unclear page is repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gini_notebook.service.batch.events import (
    Accepted,
    Event,
    Scan,
    ScanEnded,
    ScanPurpose,
    SurplusFound,
)
from gini_notebook.service.batch.ledger.uploads import PARTIAL, Unclear, page_names
from gini_notebook.service.batch.naming import bears_tag
from gini_notebook.service.batch.run_context import (
    ABSENCES,
    IDS_ONLY,
    NAMES_KEPT,
    NO_LIST,
    SCANS_IN_VAIN,
    UNNAMED,
    RunContext,
)
from gini_notebook.service.values import Document
from gini_notebook.service.wire.paging import ListEnd


@dataclass(slots=True)
class _Lost:
    unclear: Unclear
    since: float
    absences: int = 0
    # Absent long enough, but from a list that has never shown such an upload of ours.
    stuck: bool = False


class UnclearUploads:
    """Keeps the unclear uploads of a run until they are resolved.

    Parameters
    ----------
    context
        What the run shares.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._lost: dict[str, _Lost] = {}
        self._found: dict[str, Document] = {}
        self._strange: dict[str, Document] = {}
        self._in_vain = 0
        self._next_scan = 0.0
        self._scanned_last = context.ledger.fact("scanned_last") is not None
        self._shows_pages = context.ledger.fact("pages_listed") is not None
        self._pages = set() if self._shows_pages else page_names(context.ledger)

    @property
    def gave_up(self) -> bool:
        """Whether unclear uploads stay unclear, because the list does not tell."""
        return self._context.listing in {IDS_ONLY, NO_LIST} or self._in_vain >= SCANS_IN_VAIN

    @property
    def idle(self) -> bool:
        """Whether nothing is left to find out."""
        return self.gave_up or all(lost.stuck for lost in self._lost.values())

    @property
    def waits(self) -> bool:
        """Whether an upload is unclear."""
        return bool(self._lost)

    @property
    def settled(self) -> bool:
        """Whether the list was scanned for documents in excess since the last upload, or cannot be."""
        return self._scanned_last or self._context.listing != NAMES_KEPT or self._in_vain >= SCANS_IN_VAIN

    @property
    def unclear(self) -> list[str]:
        """Keys of the uploads that will stay unclear."""
        return [lost.unclear.key for lost in self._lost.values() if lost.stuck or self.gave_up]

    @property
    def keys(self) -> list[str]:
        """Keys of all uploads that are unclear now."""
        return [lost.unclear.key for lost in self._lost.values()]

    def add(self, unclear: Unclear) -> None:
        """Take an unclear upload."""
        now = self._context.now()
        self._lost[unclear.name] = _Lost(unclear, now)
        if unclear.kind == PARTIAL:
            self._pages.add(unclear.name)
        self._next_scan = max(self._next_scan, min(now + 1.0, now + self._context.poll_pause_s))

    def outdate(self) -> None:
        """Record that an upload is about to leave, which makes the last scan for surplus outdated."""
        if self._scanned_last:
            self._scanned_last = False
            self._context.ledger.forget("scanned_last")

    def accepted(self, name: str, kind: str) -> None:
        """Record that the service has a document: with a new page, the list can be put to the proof once more."""
        if kind == PARTIAL and not self._shows_pages:
            self._pages.add(name)
            self.loosen()

    def loosen(self) -> None:
        """Look again for uploads that were given up, since the list may prove more by now."""
        self._in_vain = 0
        for lost in self._lost.values():
            lost.stuck = False

    def due(self) -> float:
        """Return when there is something to do next."""
        return float("inf") if self.idle or self._context.probe_is_on else self._scan_due()

    def begin_scan(self, now: float) -> Scan | None:
        """Return the scan of the list that is due."""
        if self._context.probe_is_on or self.idle or now < self._scan_due():
            return None
        return self._scan(ScanPurpose.UNCLEAR)

    def begin_last_scan(self) -> Scan:
        """Return the scan for documents in excess, when nothing else is left to do."""
        return self._scan(ScanPurpose.LAST)

    def seen(self, documents: Sequence[Document]) -> None:
        """Look at documents of the list."""
        for document in documents:
            if document.name in self._pages:
                self._show_pages()
            if self._context.knows(document.id):
                continue
            if document.name in self._lost:
                rival = self._found.get(document.name)
                if rival is None or (document.creation_date or 0) < (rival.creation_date or 0):
                    self._found[document.name] = document
            self._strange[document.id] = document

    def scan_ended(self, ended: ScanEnded) -> list[Event]:
        """Return what a scan, whoever asked for it, tells about unclear uploads."""
        events = self._resolve()
        if ended.scan.purpose is ScanPurpose.UNCLEAR:
            events += self._conclude(ended)
        elif ended.scan.purpose is ScanPurpose.LAST:
            events += self._conclude_last(ended.how)
        return events

    def _show_pages(self) -> None:
        self._shows_pages = True
        self._pages.clear()
        self._context.ledger.remember("pages_listed", "yes")
        self.loosen()

    def _scan_due(self) -> float:
        quarantine_s = self._context.settings.quarantine_s
        wanted = min(lost.since + (quarantine_s if lost.absences else 0.0) for lost in self._lost.values())
        return max(wanted, self._next_scan)

    def _scan(self, purpose: ScanPurpose) -> Scan:
        self._strange.clear()
        return Scan(purpose, self._context.settings.list_limit)

    def _resolve(self) -> list[Event]:
        accepted: list[Event] = []
        for name, document in self._found.items():
            lost = self._lost.pop(name, None)
            if lost is not None and not self._context.knows(document.id):
                self._strange.pop(document.id, None)
                accepted.append(Accepted(lost.unclear.key, document.id, name, lost.unclear.kind))
        self._found.clear()
        return accepted

    def _conclude(self, ended: ScanEnded) -> list[Event]:
        self._next_scan = self._context.now() + self._context.poll_pause_s
        if ended.how is not ListEnd.COMPLETE:
            self._in_vain += SCANS_IN_VAIN if ended.how is ListEnd.REFUSED else 1
            return []
        self._in_vain = 0
        if self._context.listing is None and self._strange:
            # The list shows documents that are not ours by id, and no name has ever come back: it proves nothing.
            self._in_vain = SCANS_IN_VAIN
            return []
        events: list[Event] = []
        for lost in [lost for lost in self._lost.values() if lost.since <= ended.began]:
            lost.absences += 1
            if lost.absences < ABSENCES or ended.began < lost.since + self._context.settings.quarantine_s:
                continue
            shown = self._shows_pages if lost.unclear.kind == PARTIAL else self._context.listing != UNNAMED
            if not shown:
                lost.stuck = True
            else:
                events.append(self._absent(lost.unclear))
        return events

    def _absent(self, unclear: Unclear) -> Event:
        del self._lost[unclear.name]
        return self._context.repeat(unclear, "upload")

    def _conclude_last(self, how: ListEnd) -> list[Event]:
        if how is not ListEnd.COMPLETE:
            self._in_vain += 1
            return []
        self._scanned_last = True
        self._context.ledger.remember("scanned_last", "yes")
        return [
            SurplusFound(document.id, document.name, document.creation_date)
            for document in self._strange.values()
            if bears_tag(document.name, self._context.tag)
        ]
