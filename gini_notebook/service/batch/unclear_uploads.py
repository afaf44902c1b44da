"""Finds out, by the document list, what became of unclear uploads; nothing is repeated on a guess.

An unclear upload is resolved when its tagged name stands in the list. It may be repeated when it was absent from two
complete scans of the list, the later of which began after the quarantine. The list serves only when a probe has
shown that it names our documents as we named them; else unclear uploads stay unclear and are reported. Whether it
shows partial documents, too, only one of ours in it can show: before that, no unclear page is repeated.

Unclear in another way are documents, and pages to be joined, whose id the service has given and does not show. It
answers for longer than any lag that there is no such document: perhaps somebody has deleted it, perhaps the id was
damaged on its way. When a complete scan of the list shows our name under another id, and the id we know not at all,
the other one is the document. Else the document fails, as the service said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gini_notebook.service.batch.events import (
    Accepted,
    Event,
    Failed,
    NotShown,
    RetryAt,
    Scan,
    ScanEnded,
    ScanPurpose,
    SurplusFound,
)
from gini_notebook.service.batch.ledger.uploads import COMPOSITE, PARTIAL, Part, Unclear, page_names
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
from gini_notebook.service.wire.environments import canonical
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
