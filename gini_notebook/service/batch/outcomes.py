"""What is known after a call that did not answer as hoped, and what may be done next.

======================================================== ============== ==================
seen                                                      GET, DELETE    POST /documents
======================================================== ============== ==================
never left this machine (DNS, refused, connect timeout)   RETRY          RETRY
certificate or host name refused                          FATAL          FATAL
reset, read timeout, damaged or foreign answer            RETRY          UNCLEAR
201 without a usable Location                             –              UNCLEAR
401 (after one renewal of the token)                      FATAL          FATAL
429; 408 with Retry-After                                 WAIT           WAIT
503 with Retry-After                                      WAIT           UNCLEAR (and wait)
408 and 503 without Retry-After, 500, 502, 504, other 5xx RETRY          UNCLEAR
3xx, 400, 403, 404, 405, 406, 409, 413, 415, 422, others  REFUSED        REFUSED
======================================================== ============== ==================

An unclear POST is never repeated before the document list has told whether the service has the document.
"""

from enum import Enum, auto

from gini_notebook.errors import CertificateRefused, ServiceError, TransportError


class Outcome(Enum):
    """What a failed call means for the row it was made for."""

    RETRY = auto()
    """Not processed, or harmless to repeat."""
    WAIT = auto()
    """Not processed; the service asks to wait."""
    UNCLEAR = auto()
    """May have been processed: find out, do not repeat."""
    REFUSED = auto()
    """The service will not take it; the row fails, the others go on."""
    FATAL = auto()
    """Nobody can go on: the certificate or the credentials are refused."""


def outcome_of(error: TransportError | ServiceError, *, uploads: bool) -> Outcome:
    """Classify a failed call by the table above.

    Parameters
    ----------
    error
        What the client raised.
    uploads
        True for ``POST /documents``, where repeating makes a second document; False for reading and deleting.
    """
    if isinstance(error, TransportError):
        if isinstance(error, CertificateRefused):
            return Outcome.FATAL
        return Outcome.RETRY if error.processed is False or not uploads else Outcome.UNCLEAR
    return _of_status(error.status, asked_to_wait=error.retry_after_s is not None, uploads=uploads)


def _of_status(status: int, *, asked_to_wait: bool, uploads: bool) -> Outcome:
    if status == 401:
        return Outcome.FATAL
    if status == 429 or (status == 408 and asked_to_wait):
        return Outcome.WAIT
    if status == 503 and asked_to_wait and not uploads:
        return Outcome.WAIT
    if status == 408 or status >= 500:
        return Outcome.UNCLEAR if uploads else Outcome.RETRY
    return Outcome.REFUSED
