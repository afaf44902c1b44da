"""What an answer, or the lack of one, is worth: one table for the client and for batches.

A row is what was observed, a column what was asked for. What tells the rows apart stands in :class:`Observation`; the
tests put every row on a real wire under every column. An unclear request is never repeated before somebody has found
out whether the service has processed it.
"""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from gini_notebook.errors import (
    CertificateRefused,
    ConnectionFailed,
    GiniError,
    NotFound,
    ServiceError,
    TransportError,
)
from gini_notebook.service.values import Document
from gini_notebook.service.wire.environments import Identified, id_of


class Kind(Enum):
    """What a request asks for, as far as it matters for repeating it: the columns of the table."""

    READ = auto()
    """Reading: harmless to repeat."""
    DELETE = auto()
    """Deleting: repeating does no harm, and what is gone stays gone."""
    UPLOAD = auto()
    """Making something new, as ``POST /documents`` does: a repeat makes a second one."""
    JOIN = auto()
    """``POST /documents`` of a composite document."""
    TOKEN = auto()
    """A token: the next one is as good."""
    FEEDBACK = auto()
    """Telling the service something that it may count twice."""


class Outcome(Enum):
    """What may be done next."""

    RETRY = auto()
    """Not processed, or harmless to repeat."""
    WAIT = auto()
    """Not processed; the service asks to wait, which is no failed attempt."""
    PENDING = auto()
    """The service does not show yet what it has just accepted: look again."""
    UNCLEAR = auto()
    """May have been processed: find out, do not repeat."""
    REFUSED = auto()
    """The service will not do it; repeating does not help."""
    FATAL = auto()
    """Nobody can go on: the certificate or the credentials are refused."""


class Observation(Enum):
    """What was seen: the rows of the table."""

    NEVER_SENT = auto()
    """Name resolution, refused connection, connect timeout, a proxy that refuses."""
    UNTRUSTED = auto()
    """The certificate or the host name was refused."""
    LOST = auto()
    """No whole answer of the service: a reset or a silent end, also of a connection from the pool; a read timeout; our
    own deadline; an end within the status line or before the blank line behind the headers; interim answers (1xx) and
    then nothing; a damaged body; a page of HTML or another body that the service does not send there (captive
    portals); 201 without a ``Location``, or with a foreign or malformed one."""
    UNAUTHORIZED = auto()
    """401, after the token was renewed once."""
    ASKED_TO_WAIT = auto()
    """429, and 408 with ``Retry-After``."""
    UNAVAILABLE = auto()
    """503 with ``Retry-After``: by convention not processed, but nobody promises it."""
    FAILED = auto()
    """408 and 503 without ``Retry-After``, 500, 502, 504 and every other 5xx, with whatever body."""
    REFUSED = auto()
    """3xx, which is never followed, and every other 4xx."""
    NOT_SHOWN_YET = auto()
    """404 for a document that the service has named in a 201 less than :data:`GRACE_S` ago."""


GRACE_S = 60.0

_R, _W, _P, _U, _X, _F = (
    Outcome.RETRY,
    Outcome.WAIT,
    Outcome.PENDING,
    Outcome.UNCLEAR,
    Outcome.REFUSED,
    Outcome.FATAL,
)
OUTCOMES: Mapping[Observation, Mapping[Kind, Outcome]] = {
    observation: dict(zip(Kind, row, strict=True))
    for observation, row in {
        #                           READ DELETE UPLOAD JOIN TOKEN FEEDBACK
        Observation.NEVER_SENT: (_R, _R, _R, _R, _R, _R),
        Observation.UNTRUSTED: (_F, _F, _F, _F, _F, _F),
        Observation.LOST: (_R, _R, _U, _U, _R, _U),
        Observation.UNAUTHORIZED: (_F, _F, _F, _F, _F, _F),
        Observation.ASKED_TO_WAIT: (_W, _W, _W, _W, _W, _W),
        Observation.UNAVAILABLE: (_W, _W, _U, _U, _W, _W),
        Observation.FAILED: (_R, _R, _U, _U, _R, _U),
        Observation.REFUSED: (_X, _X, _X, _X, _F, _X),
        # Whatever else is answered with 404 speaks of something that no 201 has named.
        Observation.NOT_SHOWN_YET: (_P, _P, _X, _P, _X, _X),
    }.items()
}


def observed(error: GiniError, *, named_lately: bool = False) -> Observation:
    """Return what an error of a call says was seen.

    Parameters
    ----------
    error
        What the client raised.
    named_lately
        Whether the service has named the document in question in a 201 less than :data:`GRACE_S` ago.
    """
    match error:
        case CertificateRefused():
            return Observation.UNTRUSTED
        case ConnectionFailed():
            return Observation.NEVER_SENT
        case TransportError():
            return Observation.LOST
        case NotFound() if named_lately:
            return Observation.NOT_SHOWN_YET
        case ServiceError():
            return _of_status(error.status, asked_to_wait=error.retry_after_s is not None)
        case _:
            # A call that was refused here, before anything was sent.
            return Observation.REFUSED


def _of_status(status: int, *, asked_to_wait: bool) -> Observation:
    if status == 401:
        return Observation.UNAUTHORIZED
    if status == 429 or (status == 408 and asked_to_wait):
        return Observation.ASKED_TO_WAIT
    if status == 503 and asked_to_wait:
        return Observation.UNAVAILABLE
    return Observation.FAILED if status == 408 or status >= 500 else Observation.REFUSED


def outcome_of(error: GiniError, kind: Kind, *, named_lately: bool = False) -> Outcome:
    """Return what a failed call means for a request of this kind; see :data:`OUTCOMES`.

    Parameters
    ----------
    error, named_lately
        As for :func:`observed`.
    kind
        What the request asked for.

    Examples
    --------
    >>> from gini_notebook.errors import AnswerLost
    >>> outcome_of(AnswerLost("reset"), Kind.READ), outcome_of(AnswerLost("reset"), Kind.UPLOAD)
    (<Outcome.RETRY: 1>, <Outcome.UNCLEAR: 4>)
    """
    return OUTCOMES[observed(error, named_lately=named_lately)][kind]


class NewDocuments:
    """The documents that the service has named lately: it may take a while until it shows them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._named: dict[str, tuple[float, str]] = {}
        self._done: set[str] = set()
        self._lock = threading.Lock()

    def add(self, named: str, *, part: bool = False, composite: bool = False) -> str:
        """Note the id of a document that was just accepted, and return it."""
        now = self._clock()
        with self._lock:
            while self._named and now - next(iter(self._named.values()))[0] > GRACE_S:
                oldest = next(iter(self._named))
                del self._named[oldest]
                self._done.discard(oldest)
            self._named[named] = (now, "part" if part else "composite" if composite else "file")
        return named

    def done(self, document: Document) -> None:
        """Note that the service was seen to be done with a document."""
        with self._lock:
            if self._named.get(document.id, (0, "part"))[1] != "part":
                self._done.add(document.id)

    def forget(self, document: str | Identified) -> None:
        """Note that a document was deleted."""
        with self._lock:
            self._named.pop(id_of(document), None)

    def is_done(self, document: str | Identified) -> bool:
        """Return whether it is new, whole, and the service was seen to be done with it."""
        return id_of(document) in self._done

    def is_one_file(self, document: str | Identified) -> bool:
        """Return whether it is new and known to have no parts."""
        return self._named.get(id_of(document), (0, ""))[1] in {"file", "part"}

    def grace_s(self, documents: Sequence[str | Identified]) -> float:
        """Return for how long it is no wonder that the service does not show one of these."""
        named = [self._named.get(id_of(document), (-math.inf, ""))[0] for document in documents]
        return GRACE_S - (self._clock() - max(named)) if named else 0.0
