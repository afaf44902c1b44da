"""Reads the document list, one scan at a time, and finds out what the list can prove.

A document that comes back under our name proves that absence means something. A composite proves that the list is
ours, but has no name of ours. A partial document that lacks proves nothing: nobody documents whether the list has them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gini_notebook.service.batch.events import Event, Listed, ListProves, Scan, ScanAnswered, ScanEnded, ScanPurpose
from gini_notebook.service.batch.ledger.uploads import COMPOSITE, PARTIAL, WHOLE
from gini_notebook.service.batch.naming import bears_tag
from gini_notebook.service.batch.run_context import IDS_ONLY, NAMES_KEPT, NO_LIST, UNNAMED, RunContext, counts
from gini_notebook.service.batch.workers import LISTS, Answer
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document, DocumentList
from gini_notebook.service.wire.environments import canonical
from gini_notebook.service.wire.outcomes import Outcome
from gini_notebook.service.wire.paging import ListEnd, ListScan

PAGE_TRIES = 6
# Uploads wait for a probe, and a list that cannot be read is looked at again later: it may not hold a run up.
PROBE_PAGE_TRIES = 2
PROBE_TRIES = 3
PROBE_PAUSE_S = 0.3


@dataclass(frozen=True, slots=True)
class ReadListPage:
    """Read a page of the document list."""

    pool: ClassVar[str] = LISTS
    limit: int
    start: float | None

    def run(self, client: Client) -> DocumentList:
        """Return the page."""
        return client.document_list(limit=self.limit, next=self.start)


class DocumentListReader:
    """Makes the calls of one scan at a time.

    Parameters
    ----------
    context
        What the run shares.

    Attributes
    ----------
    idle
        Whether a scan can be started.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self.idle = True
        self._scan: Scan
        self._pages: ListScan
        self._ascending: bool | None = None
        self._began = 0.0
        self._pages_left = math.inf
        self._failures = 0
        self._due = math.inf

    def start(self, scan: Scan, now: float) -> None:
        """Start a scan."""
        begin = scan.start if self._ascending else None
        by_offset = self._context.client.environment.counts_with_offset
        self.idle, self._scan = False, scan
        self._pages = ListScan(scan.limit, ascending=self._ascending, begin=begin, by_offset=by_offset)
        self._began = self._due = now
        self._pages_left, self._failures = scan.pages, 0

    def due(self) -> float:
        """Return when the next call is due, if one waits."""
        return self._due

    def begin(self, now: float) -> list[ReadListPage]:
        """Return the call for the next page when it is due."""
        if self._due > now or not self._context.claim(LISTS):
            return []
        self._due = math.inf
        return [ReadListPage(self._pages.limit, self._pages.next)]

    def take(self, _: ReadListPage, answer: Answer) -> list[Event]:
        """Return the documents of a page, and whether the scan is over."""
        context = self._context
        outcome = context.judge(answer)
        if outcome is None:
            return [self._listed(answer)]
        self._failures += counts(answer.error)
        if outcome is Outcome.REFUSED:
            return [self._end(ListEnd.REFUSED)]
        if self._failures >= (PROBE_PAGE_TRIES if self._scan.purpose is ScanPurpose.PROBE else PAGE_TRIES):
            return [self._end(ListEnd.BROKEN)]
        self._due = context.now() + context.backoff_s(max(1, self._failures))
        return []

    def stop(self) -> list[Event]:
        """Return that the scan is over, since whoever asked for it has seen enough."""
        return [] if self.idle else [self._end(ListEnd.STOPPED)]

    def _listed(self, answer: Answer) -> Listed:
        self._failures = 0
        self._pages_left -= 1
        page: DocumentList = answer.value
        fresh = tuple(self._pages.take(page.documents, page.total_count))
        self._ascending = self._pages.ascending
        how = self._pages.ended or (ListEnd.STOPPED if self._pages_left <= 0 else None)
        if how is None:
            self._due = self._context.now()
        return Listed(fresh, answer.began, None if how is None else self._end(how))

    def _end(self, how: ListEnd) -> ScanEnded:
        self.idle, self._due = True, math.inf
        return ScanEnded(self._scan, how, self._began)


@dataclass(slots=True)
class _Probe:
    document_id: str
    name: str
    kind: str
    due: float = 0.0
    tries: int = 0
    found: str | None = None
    until: float = math.inf


class ListProbe:
    """Finds out what the document list can prove, by looking for the first documents of a run in it.

    A list that does not show a document within a second may be late. The run goes on as without a list then, but the
    document is looked for again until the quarantine is over.

    Parameters
    ----------
    context
        What the run shares; what is found out is ``context.listing``.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._probe: _Probe | None = None
        self._late: _Probe | None = None
        self._scanning = False
        self._no_page_in_list = False

    def due(self) -> float:
        """Return when the next scan is due."""
        probe = self._sought
        return float("inf") if probe is None else probe.due

    @property
    def is_late(self) -> bool:
        """Whether the list has not shown a document of ours, and may still do so."""
        return self._late is not None

    @property
    def _sought(self) -> _Probe | None:
        return self._probe or self._late

    def accepted(self, document_id: str, name: str, kind: str) -> None:
        """Probe for a new document, if that can prove what is still open."""
        listing = self._context.listing
        useless = kind == PARTIAL and self._no_page_in_list
        wanted = listing is None or (listing == UNNAMED and kind == WHOLE)
        if wanted and not useless and self._probe is None:
            self._set(_Probe(document_id, name, kind))

    def begin_scan(self, now: float) -> Scan | None:
        """Return the scan of the list that is due."""
        probe = self._sought
        if probe is None or now < probe.due:
            return None
        probe.found, self._scanning = None, True
        return Scan(ScanPurpose.PROBE, self._context.settings.list_limit)

    def seen(self, documents: Sequence[Document]) -> list[Event]:
        """Return what documents of the list prove."""
        context, events = self._context, list[Event]()
        for document in documents:
            if (probe := self._sought) is not None and canonical(document.id) == canonical(probe.document_id):
                probe.found = document.name
            if context.listing in {None, UNNAMED} and bears_tag(document.name, context.tag):
                events += self._learn(NAMES_KEPT)
        if self._scanning and ((probe := self._sought) is None or probe.found is not None):
            events.append(ScanAnswered())
        return events

    def scan_ended(self, ended: ScanEnded) -> list[Event]:
        """Return what a scan that has ended proves."""
        if ended.scan.purpose is not ScanPurpose.PROBE:
            return []
        self._scanning = False
        probe = self._sought
        if probe is None:
            return []
        probe.tries += 1
        if probe.found is not None:
            named = NAMES_KEPT if probe.found == probe.name else IDS_ONLY
            return self._learn(UNNAMED if probe.kind == COMPOSITE else named)
        if ended.how is ListEnd.REFUSED:
            return self._learn(NO_LIST)
        if probe.tries < PROBE_TRIES:
            probe.due = self._context.now() + PROBE_PAUSE_S * probe.tries
            return []
        return self._look_again(probe) if probe is self._late else self._not_found(probe)

    def _look_again(self, probe: _Probe) -> list[Event]:
        now = self._context.now()
        probe.due = now + self._context.poll_pause_s
        if now >= probe.until:
            self._late = None
        return []

    def _not_found(self, probe: _Probe) -> list[Event]:
        kind, now = probe.kind, self._context.now()
        if kind != PARTIAL and self._context.listing != UNNAMED:
            events = self._learn(NO_LIST)
            probe.due, probe.until = now + self._context.poll_pause_s, now + self._context.settings.quarantine_s
            self._late = probe
            return events
        # If there is a list of ours, it may only be late; the next document of one file is looked for.
        self._no_page_in_list = self._no_page_in_list or kind == PARTIAL
        self._set(None)
        return []

    def _learn(self, listing: str) -> list[Event]:
        self._set(None)
        self._late = None
        self._context.listing = listing
        return [ListProves(listing)]

    def _set(self, probe: _Probe | None) -> None:
        self._probe = probe
        self._context.probe_is_on = probe is not None
