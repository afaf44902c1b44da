"""Addresses the service sends are not believed: only the id in them is used, on the configured host."""

import re
from typing import Protocol
from urllib.parse import urlsplit

from gini_notebook._text import described
from gini_notebook.errors import AnswerLost, SettingError
from gini_notebook.service.wire.environments import ENVIRONMENTS

_ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\%]")
_OFFICIAL_HOSTS = frozenset(
    urlsplit(address).hostname for each in ENVIRONMENTS.values() for address in (each.api, each.user_center)
)


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
