"""Reads the document list page by page: what the next page is, when the list is whole, what its end proves.

``GET /documents?limit=&next=`` ("Document list"): ``next`` is the creation date of the next page's first document. The
order is not documented and the answer holds no cursor, so the order is detected, pages overlap by a millisecond, and
documents that were seen before are passed over. Nothing here sends anything: whoever reads the list asks for
:attr:`ListScan.limit` documents from :attr:`ListScan.next` on, and hands the page to :meth:`ListScan.take`.
"""

from collections.abc import Sequence
from enum import Enum, auto

from gini_notebook.service.values import Document

# The documented default page size: a shorter page than this has no successor, whatever limit the service applies.
DEFAULT_LIMIT = 20
WIDEST_LIMIT = 1000
_STALE_PAGES = 3


class ListEnd(Enum):
    """How a scan of the list ended."""

    COMPLETE = auto()
    """Every document the service had when the scan began was seen."""
    STOPPED = auto()
    """Whoever asked had seen enough."""
    BROKEN = auto()
    """The list could not be read, or its pages cannot be told apart: documents may lack."""
    REFUSED = auto()
    """The service has no such list for us."""


class ListScan:
    """One scan of the list, without the calls.

    Parameters
    ----------
    limit
        Documents per page; a scan asks for more where a page cannot hold all documents of one moment.
    ascending
        The order of the list if it is known: oldest first or newest first.
    begin
        Creation date (milliseconds) to begin with; None begins with the list's first document.
    by_offset
        Whether the service counts documents instead (the older one does).

    Attributes
    ----------
    limit, next
        What to ask the next page for.
    ascending
        The order of the list, as far as it is known.
    ended
        How the scan ended; None while it goes on.

    Examples
    --------
    >>> scan = ListScan(20)
    >>> [document.id for document in scan.take([Document("1", "COMPLETED", creation_date=5.0)])]
    ['1']
    >>> scan.ended
    <ListEnd.COMPLETE: 1>
    """

    def __init__(
        self, limit: int, *, ascending: bool | None = None, begin: float | None = None, by_offset: bool = False
    ) -> None:
        self.limit = limit
        self.next = None if by_offset else begin
        self.ascending = ascending
        self.ended: ListEnd | None = None
        self._by_offset = by_offset
        self._seen: set[str] = set()
        self._longest = 0
        self._gap = False
        self._stale = 0

    @property
    def seen(self) -> int:
        """How many documents were seen."""
        return len(self._seen)

    def take(self, page: Sequence[Document], total: int | None = None) -> list[Document]:
        """Take a page and return the documents that are new in it.

        Parameters
        ----------
        page
            The documents of the page that was asked for.
        total
            How many documents there are, where the service says so.
        """
        fresh = [document for document in page if document.id not in self._seen]
        self._seen.update(document.id for document in fresh)
        dates = [document.creation_date for document in page if document.creation_date is not None]
        if len(dates) > 1 and dates[0] != dates[-1]:
            self.ascending = dates[0] < dates[-1]
        self._longest = max(self._longest, len(page))
        if self._by_offset:
            self._count_on(page, fresh, total)
        elif self._is_last(page, fresh):
            self.ended = ListEnd.BROKEN if self._gap else ListEnd.COMPLETE
        elif not dates:
            self.ended = ListEnd.BROKEN
        else:
            self._turn(dates[-1], fresh)
        if self.ended is ListEnd.BROKEN and total is not None and self.seen >= total:
            # What the pages cannot tell, the service does.
            self.ended = ListEnd.COMPLETE
        return fresh

    def _count_on(self, page: Sequence[Document], fresh: Sequence[Document], total: int | None) -> None:
        # Documents that arrive meanwhile shift the others to the back, where they are met again: never a gap. Page
        # after page without a new one means that the service does not go on at all.
        self.next = (self.next or 0) + len(page)
        self._stale = 0 if fresh else self._stale + 1
        short = len(page) < min(self.limit, DEFAULT_LIMIT)
        if not page or (short and (total is None or self.next >= total)):
            self.ended = ListEnd.COMPLETE
        elif self._stale == _STALE_PAGES:
            self.ended = ListEnd.BROKEN

    def _is_last(self, page: Sequence[Document], fresh: Sequence[Document]) -> bool:
        short = len(page) < min(self.limit, DEFAULT_LIMIT)
        return not page or short or (not fresh and len(page) < self._longest)

    def _turn(self, last: float, fresh: Sequence[Document]) -> None:
        step = -1 if self.ascending else 1
        if fresh and self.ascending is not None:
            self.next = last + step
        elif self.limit < WIDEST_LIMIT:
            # A whole page of one moment, which shows neither the order nor what lies behind; a wider one may.
            self.limit = min(WIDEST_LIMIT, 2 * self.limit)
        elif self.next == last - step:
            # Already asked for what lies behind that moment; the service shows the same again.
            self.ended = ListEnd.BROKEN
        else:
            self._gap = True
            self.next = last - step
