"""A request and an answer as plain data, before and after any network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from gini_notebook.service.values import Secret
from gini_notebook.service.wire.environments import Environment
from gini_notebook.service.wire.outcomes import Kind

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Host = Literal["api", "user center"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and whole body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request(Generic[T_co]):
    """What to send, and how to read the answer.

    Attributes
    ----------
    method, path, query
        The path is percent-encoded and starts with ``/``; the query carries no question mark.
    what
        What it is for, as it stands after "Could not": ``"read document …"``.
    read
        Turns a successful answer into a value, or raises :class:`~gini_notebook.errors.AnswerLost`.
    headers, body
        Without credentials; a body with a password is a :class:`~gini_notebook.service.values.Secret`.
    host
        The host it goes to, of the two.
    kind
        The column of the table of outcomes that says what may be done when it fails.
    uploads_file
        Whether 400, 413 and 415 speak of the file.
    """

    method: str
    path: str
    what: str
    read: Callable[[Answer], T_co] = field(repr=False)
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Secret | None = field(default=None, repr=False)
    host: Host = "api"
    kind: Kind = Kind.FEEDBACK
    uploads_file: bool = False


Headers = Mapping[str, "str | Secret"]


def fetch(
    environment: Environment, path: str, what: str, read: Callable[[Answer], T], *, query: str = "", accept: str = ""
) -> Request[T]:
    """Make a request that only reads, and so may be repeated."""
    headers = {"Accept": accept or environment.media_type}
    return Request("GET", path, what, read, query=query, headers=headers, kind=Kind.READ)


class Exchange(Protocol):
    """Sends a request with the given credentials and returns what its answer says."""

    def __call__(self, request: Request[T], headers: Headers) -> T:
        """Send and decode; raises errors of the tree in ``errors``."""


class Access(Protocol):
    """Whoever can prove who is calling."""

    @property
    def user(self) -> str:
        """The user as shown to people; never a secret."""

    def headers(self, exchange: Exchange) -> Headers:
        """The credentials for the next request to the API; may fetch a token first."""

    def renew(self, used: Headers, exchange: Exchange) -> bool:
        """Forget the credentials that the service has just refused; whether a second try is worth it."""

    def accepted(self, used: Headers) -> None:
        """Note that the service has accepted these credentials."""

    def forget(self) -> None:
        """Forget every secret."""

    def describe(self) -> Mapping[str, Any]:
        """What may be shown to people about it: the kind, the user, the expiry."""
