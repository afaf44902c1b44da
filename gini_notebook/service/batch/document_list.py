"""Reads the document list, page by page, and tells whether it was read to its end.

``GET /documents?limit=&next=`` ("Document list", page 36896990 of the service's documentation): ``next`` is the
creation date of the next page's first document. The order is not documented and the answer holds no cursor, so the
order is detected, the cursor overlaps, and documents that were seen before are passed over.
"""

import math
from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import partial
from typing import Protocol

from gini_notebook.errors import ConnectionFailed
from gini_notebook.service.batch.pace import Outcome
from gini_notebook.service.batch.run_context import LISTS, RunContext
from gini_notebook.service.batch.workers import Answer
from gini_notebook.service.values import Document

# The documented default page size: a shorter page than this has no successor, whatever limit the service applies.
DEFAULT_LIMIT = 20
WIDEST_LIMIT = 1000


class Ended(Enum):
    """How a reading of the list ended."""

    COMPLETE = auto()
    """Every document the service had when it began was seen."""
    STOPPED = auto()
    """Whoever asked had seen enough."""
    BROKEN = auto()
    """The list could not be read, or its pages cannot be told apart."""
    REFUSED = auto()
    """The service has no such list for us."""


class Listener(Protocol):
    """Who looks at the documents of the list."""

    def seen(self, document: Document, began: float) -> None:
        """Look at a document; ``began`` is when the page was asked for."""

    def over(self) -> None:
        """Hear that a reading of the list, whoever asked for it, is over."""


EndHandler = Callable[[Ended, float], None]


class Reading:
    """One reading of the list, without the calls: which page comes next, and when it is over.

    Parameters
    ----------
    limit
        Documents per page.
    ascending
        The order of the list if it is known: oldest first or newest first.
    begin
        Creation date (milliseconds) to begin with; None begins with the list's first document.
    by_offset
        Whether the service counts documents instead (the older one does).
    """

    def __init__(
        self, limit: int, *, ascending: bool | None = None, begin: float | None = None, by_offset: bool = False
    ) -> None:
        self.limit = limit
        self.next = None if by_offset else begin
        self.ascending = ascending
        self._by_offset = by_offset
        self.ended: Ended | None = None
        self._seen: set[str] = set()
        self._longest = 0
        self._gap = False

    def take(self, page: Sequence[Document]) -> list[Document]:
        """Take a page and return the documents that are new in it."""
        fresh = [document for document in page if document.id not in self._seen]
        self._seen.update(document.id for document in fresh)
        dates = [document.creation_date for document in page if document.creation_date is not None]
        if len(dates) > 1 and dates[0] != dates[-1]:
            self.ascending = dates[0] < dates[-1]
        self._longest = max(self._longest, len(page))
        if not page or len(page) < min(self.limit, DEFAULT_LIMIT) or (not fresh and len(page) < self._longest):
            self.ended = Ended.BROKEN if self._gap else Ended.COMPLETE
        elif self._by_offset:
            # Documents that arrive meanwhile shift the others to the back, where they are met again: never a gap.
            self.next = (self.next or 0) + len(page)
        elif not dates:
            self.ended = Ended.BROKEN
        else:
            self._turn(dates[-1], fresh)
        return fresh

    def _turn(self, last: float, fresh: list[Document]) -> None:
        step = -1 if self.ascending else 1
        if fresh:
            self.next = last + step
        elif self.limit < WIDEST_LIMIT:
            # A whole page of documents that were seen: all of one moment. A wider page may reach beyond it.
            self.limit = min(WIDEST_LIMIT, 2 * self.limit)
        else:
            self._gap = True
            self.next = last - step


class DocumentListReader:
    """Makes the calls of one reading at a time, for whoever asks first.

    Parameters
    ----------
    context
        What the run shares.

    Attributes
    ----------
    listeners
        Who looks at every document of every reading.
    ascending
        The order of the list, once it is known.
    """

    TRIES = 6

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._reading: Reading | None = None
        self._began = 0.0
        self._pages_left = math.inf
        self._failures = 0
        self._due = math.inf
        self._ended: EndHandler = _unheard
        self._enough: Callable[[], bool] = _never
        self.listeners: list[Listener] = []
        self.ascending: bool | None = None

    @property
    def idle(self) -> bool:
        """Whether a reading can begin."""
        return self._reading is None

    def due(self) -> float:
        """Return when the next call is due, if one waits."""
        return self._due

    def begin(
        self,
        ended: EndHandler,
        *,
        limit: int,
        pages: float = math.inf,
        begin: float | None = None,
        enough: Callable[[], bool] | None = None,
    ) -> None:
        """Begin a reading; ``ended`` hears how it ended and when it began, ``enough`` ends it early."""
        by_offset = self._context.client.environment.counts_with_offset
        self._reading = Reading(limit, ascending=self.ascending, begin=begin, by_offset=by_offset)
        self._began = self._due = self._context.now()
        self._pages_left, self._failures = pages, 0
        self._ended, self._enough = ended, enough or _never
        self.advance()

    def advance(self) -> None:
        """Ask for the next page when it is due."""
        context, reading = self._context, self._reading
        if reading is None or self._due > context.now() or not context.may_call(LISTS):
            return
        self._due = math.inf
        call = partial(context.client.documents, limit=reading.limit, next=reading.next)
        context.call(LISTS, partial(self._answered, reading), call)

    def _answered(self, reading: Reading, answer: Answer) -> None:
        context = self._context
        outcome = context.judge(answer)
        if outcome is None:
            self._take(reading, answer)
            return
        self._failures += not isinstance(answer.error, ConnectionFailed)
        if outcome is Outcome.REFUSED:
            self._end(Ended.REFUSED)
        elif self._failures >= self.TRIES:
            self._end(Ended.BROKEN)
        else:
            self._due = context.now() + context.backoff_s(max(1, self._failures))

    def _take(self, reading: Reading, answer: Answer) -> None:
        self._failures = 0
        self._pages_left -= 1
        for document in reading.take(answer.value):
            for listener in self.listeners:
                listener.seen(document, answer.began)
        self.ascending = reading.ascending
        if reading.ended is None and (self._pages_left <= 0 or self._enough()):
            reading.ended = Ended.STOPPED
        if reading.ended is not None:
            self._end(reading.ended)
        else:
            self._due = self._context.now()
            self.advance()

    def _end(self, how: Ended) -> None:
        ended, self._reading, self._due = self._ended, None, math.inf
        for listener in self.listeners:
            listener.over()
        ended(how, self._began)


def _never() -> bool:
    return False


def _unheard(how: Ended, began: float) -> None:
    """Stand in until somebody asks for a reading."""
