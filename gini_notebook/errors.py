"""Every exception of the package, one tree.

::

    GiniError
    ├── LoginRequired                nobody is logged in, and nobody can type
    ├── CredentialsError             a secret is malformed, or kept where others can read it
    ├── TransportError               no usable answer; ``processed`` says what is known about the request
    │   ├── ConnectionFailed         never left this machine (DNS, refused, connect timeout, proxy)
    │   ├── CertificateRefused       the server did not prove who it is; nothing was sent
    │   └── AnswerLost               it may have been processed (read timeout, reset, damaged or missing answer)
    ├── ServiceError                 the service answered, and the answer is no
    │   ├── RequestRefused           400, 405, 406, 409, 422 …: repeating will not help
    │   │   └── FileRefused          400, 413, 415 on an upload
    │   ├── NotAuthorized            401, 403, OAuth invalid_grant / invalid_client
    │   ├── NotFound                 404
    │   ├── TooManyRequests          429, and 408 / 503 with Retry-After: wait, then repeat
    │   └── ServiceFailure           5xx: try again later
    ├── DocumentFailed               the service gave up on a document (progress ERROR); it gives no reason
    ├── StillProcessing              the service was not done with a document before the deadline
    ├── FileProblem                  a local file cannot be used (missing, empty, too large, wrong type)
    │   └── ReaderStopped            reading it was stopped: too much memory, computing or output, or a crash
    ├── SchemaError (ValueError)     a table lacks columns, repeats keys or holds the wrong types
    ├── TruthError (SchemaError)     ground truth cannot be read
    │   └── EditConflict             somebody else has edited this label meanwhile
    ├── SettingError (ValueError)    an argument or option has a value that makes no sense
    ├── MissingLibrary (ImportError) an extra is not installed; the message has the command that installs it
    ├── ExecutorBroken               an executor that was passed in lost its workers, or is closed
    ├── LedgerError                  a run folder cannot be used (other target, locked, damaged)
    └── RunStopped                   a run ended early and can be resumed
"""

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from gini_notebook._text import sentence

__all__ = [
    "AnswerLost",
    "CertificateRefused",
    "ConnectionFailed",
    "CredentialsError",
    "DocumentFailed",
    "EditConflict",
    "ExecutorBroken",
    "FileProblem",
    "FileRefused",
    "GiniError",
    "LedgerError",
    "LoginRequired",
    "MissingLibrary",
    "NotAuthorized",
    "NotFound",
    "ReaderStopped",
    "RequestRefused",
    "RunStopped",
    "SchemaError",
    "SecretWarning",
    "ServiceError",
    "ServiceFailure",
    "SettingError",
    "StillProcessing",
    "TooManyRequests",
    "TransportError",
    "TruthError",
    "TruthWarning",
]


class GiniError(Exception):
    """Root of every exception this package raises."""

    def __str__(self) -> str:
        """Return the message on one line; names in it that came from outside do nothing to a terminal."""
        return sentence(super().__str__())


class MissingLibrary(GiniError, ImportError):
    """A library that this needs is not installed; the message names the command that installs it."""


class LoginRequired(GiniError):
    """No credentials were found, and there is nobody to ask."""


class CredentialsError(GiniError, ValueError):
    """A credential is malformed or kept in an unsafe place."""


class SecretWarning(UserWarning):
    """A secret was passed in a way that leaves it in the notebook or the shell history."""


class TransportError(GiniError):
    """A request ended without a usable answer.

    Attributes
    ----------
    processed : bool or None
        ``False`` when the service provably never saw the request, ``None`` when nobody can tell.
    """

    processed: bool | None = None


class ConnectionFailed(TransportError):
    """The request never reached the service: name resolution, refused or timed-out connection, proxy."""

    processed = False


class CertificateRefused(TransportError):
    """The server's certificate was refused; no byte of the request was sent."""

    processed = False


class AnswerLost(TransportError):
    """The request was sent, but the answer is missing, late, damaged or not the service's."""

    processed = None


class ServiceError(GiniError):
    """The service answered with an error.

    Parameters
    ----------
    message
        What to show: the service's own message and what to do next.
    status
        The HTTP status code.
    service_message
        The ``message`` member of the answer, or an empty string.
    request_id
        The service's request id (``X-Request-Id`` or ``requestId``), which support asks for.
    items
        The ``items`` member of itemised errors.
    retry_after_s
        Seconds the service asks to wait, if it does.

    Attributes
    ----------
    processed : bool or None
        As for :class:`TransportError`: ``False`` when the service refused the request, ``None`` when it failed.
    """

    processed: bool | None = False

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        service_message: str = "",
        request_id: str = "",
        items: Sequence[Mapping[str, Any]] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.service_message = service_message
        self.request_id = request_id
        self.items = tuple(items)
        self.retry_after_s = retry_after_s


class RequestRefused(ServiceError):
    """The request is wrong as it stands; repeating it will not help."""


class FileRefused(RequestRefused):
    """The service does not take this file: unsupported, broken, encrypted or too large."""


class NotAuthorized(ServiceError):
    """Credentials are missing, wrong or expired."""


class NotFound(ServiceError):
    """There is no such thing, or it belongs to somebody else."""


class TooManyRequests(ServiceError):
    """The service asks to wait; see ``retry_after_s``."""


class ServiceFailure(ServiceError):
    """The service failed (5xx); the same request may work later."""

    processed = None


class DocumentFailed(GiniError):
    """The service could not process a document (progress ``ERROR``); it gives no reason."""


class StillProcessing(GiniError):
    """The service was not done with a document before the deadline; it may be later."""


class FileProblem(GiniError):
    """A local file cannot be used."""


class ReaderStopped(FileProblem):
    """Reading a file was stopped: it needed more memory, time or output than a file may, or crashed its reader."""


class SchemaError(GiniError, ValueError):
    """A table does not have the columns, keys or types it must have."""


class TruthError(SchemaError):
    """Ground truth cannot be read from this source."""


class EditConflict(TruthError):
    """A label was edited by somebody else meanwhile, or what is edited is another file by now; nothing was written.

    Parameters
    ----------
    message
        What to show.
    edits
        The edits of the others at this place (:class:`gini_notebook.Edit`), in their order.
    """

    def __init__(self, message: str, *, edits: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.edits = tuple(edits)


class TruthWarning(UserWarning):
    """Something about the ground truth makes numbers mean something else than they seem to; see ``result.notes``."""


class SettingError(GiniError, ValueError):
    """An argument or option has a value that makes no sense."""


class ExecutorBroken(GiniError):
    """An executor that was to do local work broke off: a worker died, or it is closed."""


class LedgerError(GiniError):
    """A run folder cannot be used: it belongs to another target, is locked, or is damaged."""


class RunStopped(GiniError):
    """A run ended before its last document; the same call resumes it."""

    def _render_traceback_(self) -> list[str]:
        """Let a notebook show the one line that matters: where the run stopped is of no interest to anybody."""
        return [f"{type(self).__name__}: {self}"]


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called this package, however deep in it something was noticed.

    Parameters
    ----------
    message
        What to say.
    category
        ``TruthWarning`` or ``SecretWarning``.
    """
    package = __name__.partition(".")[0]
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
