"""Addresses, media types and paths of both generations of the service; only ids are taken out of its addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from gini_notebook._text import described
from gini_notebook.errors import AnswerLost, SettingError

_ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\%]")


class Identified(Protocol):
    """Whatever the service has given an id: a document, an account, a payment request."""

    @property
    def id(self) -> str:
        """The id."""


def id_of(thing: str | Identified) -> str:
    """Return an id, or that of an object of the service, checked so that it cannot change the address it is put into.

    Raises
    ------
    SettingError
        If it is no id.
    """
    found = thing if isinstance(thing, str) else getattr(thing, "id", None)
    if not isinstance(found, str) or not _ID.fullmatch(found):
        message = (
            f"What was given ({described(thing)}) is no id of the service; give the id alone, as client.upload() "
            "returns it, or the object that has it."
        )
        raise SettingError(message)
    return found


def canonical(document_id: str) -> str:
    """Return the one form of an id of the service in which ids are compared: they are hexadecimal, of either case."""
    return document_id.lower()


def id_in(location: str | None, *, collection: str, base: str) -> str:
    """Return the id in a ``Location`` or link, whatever scheme and port it has.

    The host must be the configured one or one of the service's own (it may be reached through another name), the
    path must be ``/<collection>/<id>``, perhaps below the prefix of the configured address.

    Raises
    ------
    AnswerLost
        If the address is missing, foreign or malformed.
    """
    if not location:
        raise AnswerLost("The service accepted the request but did not say where the result is (no Location).")
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    here = urlsplit(base)
    known_host = (host is None and not parts.netloc) or host == here.hostname or host in _OFFICIAL_HOSTS
    before, _, found = parts.path.rstrip("/").rpartition("/")
    known_path = before in {f"/{collection}", f"{here.path}/{collection}"}
    odd = _UNSAFE.search(location) or "@" in parts.netloc or parts.query or parts.fragment
    if odd or not known_host or not known_path or not _ID.fullmatch(found):
        message = f"The service answered with an address that is not its own: {location[:200]!a}. It was not used."
        raise AnswerLost(message)
    return found


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a service is and how it wants to be spoken to.

    Attributes
    ----------
    name
        ``"pay-api"`` or ``"gini-api"``.
    api, user_center
        Base addresses, ``https`` only.
    version
        The version in the media types, for example ``"v1"``.
    feedback_method, feedback_path
        How feedback on a whole document is sent.
    image_sizes
        What the service calls the page images ``large`` and ``medium``.
    counts_with_offset
        Whether the document list is paged with ``offset`` instead of ``next``.
    """

    name: str
    api: str
    user_center: str
    version: str
    feedback_method: str
    feedback_path: str
    image_sizes: Mapping[str, str] = field(hash=False)
    counts_with_offset: bool

    @property
    def media_type(self) -> str:
        """The media type of JSON bodies and answers."""
        return f"application/vnd.gini.{self.version}+json"

    @property
    def composite_type(self) -> str:
        """The media type of a composite document."""
        return f"application/vnd.gini.{self.version}.composite+json"

    def partial_type(self, subtype: str) -> str:
        """The media type of a partial document whose content has this subtype, for example ``"pdf"``."""
        return f"application/vnd.gini.{self.version}.partial+{subtype}"


# Pages "Accessing the API", "Media types", "Transfer summary" of the service's documentation. It documents PUT for
# feedback; every client library of the service sends POST, which is what is proven to work.
PAY_API = Environment(
    name="pay-api",
    api="https://pay-api.gini.net",
    user_center="https://user.gini.net",
    version="v1",
    feedback_method="POST",
    feedback_path="/extractions/feedback",
    image_sizes={"large": "large", "medium": "medium"},
    counts_with_offset=False,
)

# The predecessor, as its documentation (2020) and the last client libraries for it have it.
GINI_API = Environment(
    name="gini-api",
    api="https://api.gini.net",
    user_center="https://user.gini.net",
    version="v2",
    feedback_method="PUT",
    feedback_path="/extractions",
    image_sizes={"large": "1280x1810", "medium": "750x900"},
    counts_with_offset=True,
)

EnvironmentName = Literal["pay-api", "gini-api"]
ENVIRONMENTS: Mapping[str, Environment] = {each.name: each for each in (PAY_API, GINI_API)}
_OFFICIAL_HOSTS = frozenset(
    urlsplit(address).hostname for each in ENVIRONMENTS.values() for address in (each.api, each.user_center)
)

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def environment_named(name: str | Environment) -> Environment:
    """Return the environment of this name.

    Raises
    ------
    SettingError
        If there is none.
    """
    if isinstance(name, Environment):
        return name
    if not isinstance(name, str) or name not in ENVIRONMENTS:
        message = f"There is no environment of this name ({described(name)}); choose one of {', '.join(ENVIRONMENTS)}."
        raise SettingError(message)
    return ENVIRONMENTS[name]


def base_url(address: str, what: str = "address of the API") -> str:
    """Check a base address and return it as ``https://host[:port][/prefix]``.

    Raises
    ------
    SettingError
        If it is not ``https``, holds credentials, a query or a fragment, or names no host.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        message = f"The {what} {address!r} cannot be read: {error}. Write it like https://pay-api.gini.net."
        raise SettingError(message) from None
    if parts.scheme != "https":
        message = (
            f"The {what} {_shown(address)!r} is not https. The service is reached by https only; nothing was sent."
        )
        raise SettingError(message)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        message = f"The {what} may hold no credentials, query or fragment. Write it like https://pay-api.gini.net."
        raise SettingError(message)
    prefix = parts.path.rstrip("/")
    if not _HOST.fullmatch(host) or not _PREFIX.fullmatch(prefix) or "/.." in prefix:
        message = f"The {what} {_shown(address)!r} names no usable host. Write it like https://pay-api.gini.net."
        raise SettingError(message)
    name = f"[{host}]" if ":" in host else host
    return f"https://{name}{'' if port in (None, 443) else f':{port}'}{prefix}"


def _shown(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//***@", address)[:200]
