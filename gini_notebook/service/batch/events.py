"""What the parts of the engine report. Parts never know each other: the engine alone passes events on.

Tasks, what a part wants done, stand with the part, which alone takes their answers.
"""

import math
from dataclasses import dataclass
from enum import Enum, auto

from gini_notebook.service.batch.ledger.uploads import WHOLE, Assembled, Finished, Unclear
from gini_notebook.service.values import Document
from gini_notebook.service.wire.paging import ListEnd


class ScanPurpose(Enum):
    """What the document list is scanned for."""

    POLL = auto()
    """To see which documents are finished."""
    PROBE = auto()
    """To find out what the list can prove."""
    UNCLEAR = auto()
    """To find out what became of unclear uploads."""
    NOT_SHOWN = auto()
    """To find out whether documents that the service does not show are there under another id."""
    LAST = auto()
    """To find documents in excess, at the end of a run."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan of the document list that a part asks for.

    ``start`` is the creation date to begin with where the list shows the oldest documents first.
    """

    purpose: ScanPurpose
    limit: int
    pages: float = math.inf
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file cannot be used; a later call looks again."""

    document: str
    problem: str


@dataclass(frozen=True, slots=True)
class PagesReady:
    """All pages of a document were read; it must be uploaded."""

    assembled: Assembled


@dataclass(frozen=True, slots=True)
class PagesDropped:
    """No document consists of these pages any more."""

    key: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service has a document, or a page of one: it said so, or that was found out."""

    key: str
    document_id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The service does not have a document: send it again at a time to come.

    ``reached`` says whether the attempt may have reached the service, so that it counts.
    """

    key: str
    due: float
    kind: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A document failed for good, or a page of one."""

    key: str
    error: str
    request_id: str | None
    kind: str = WHOLE
    polls: int = 0


@dataclass(frozen=True, slots=True)
class NotShown:
    """The service does not show a document that it has named, and never has; ``failed``: unless it is found."""

    failed: Failed
    document_id: str


@dataclass(frozen=True, slots=True)
class PagesNotShown:
    """The service does not show a page of a document, and joins nothing; ``failed``: unless the page is found."""

    failed: Failed


@dataclass(frozen=True, slots=True)
class ScanEnded:
    """A scan of the document list is over; ``began`` is when it began."""

    scan: Scan
    how: ListEnd
    began: float


@dataclass(frozen=True, slots=True)
class Listed:
    """Documents stand in the list, on a page that was asked for at ``began``; ``end`` if it was the last page."""

    documents: tuple[Document, ...]
    began: float
    end: ScanEnded | None = None


@dataclass(frozen=True, slots=True)
class ScanAnswered:
    """The scan that is on need not go on."""


@dataclass(frozen=True, slots=True)
class ListProves:
    """What the list can prove has become known."""

    listing: str


@dataclass(frozen=True, slots=True)
class Processed:
    """The service has finished a document, and its result can be fetched."""

    key: str
    document_id: str
    polls: int
    processing_s: float
    pages: int | None
    source_classification: str | None


@dataclass(frozen=True, slots=True)
class Completed:
    """A result has arrived."""

    key: str
    finished: Finished


@dataclass(frozen=True, slots=True)
class SurplusFound:
    """A document at the service is in excess."""

    document_id: str
    name: str
    created_ms: float | None


Event = (
    Unreadable
    | PagesReady
    | PagesDropped
    | Accepted
    | RetryAt
    | Unclear
    | Failed
    | NotShown
    | PagesNotShown
    | Listed
    | ScanEnded
    | ScanAnswered
    | ListProves
    | Processed
    | Completed
    | SurplusFound
)
