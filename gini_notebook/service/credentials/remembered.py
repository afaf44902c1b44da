"""What a person asked this computer to remember, in the keyring of the system, and the keyring itself.

One entry of the keyring (``gini_notebook``, ``remembered``) lists what is remembered: host, client id and who, no
secret. Each secret is an entry of its own, called ``host|client id``, a password ``host|client id|user name``.
Keyrings that keep secrets in plain text, or not at all, are not used.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gini_notebook._extras import needed_for
from gini_notebook.errors import CredentialsError, SecretWarning, warn
from gini_notebook.service.credentials.access import as_secret
from gini_notebook.service.values import Secret

KEYRING_SERVICE = "gini_notebook"
_LIST = "remembered"
_UNSAFE_BACKENDS = ("file.plaintext", "plaintextkeyring", "backends.null", "backends.fail")


@dataclass(frozen=True, slots=True)
class Remembered:
    """Who is remembered at a host; the secrets are in entries of their own."""

    host: str
    client_id: str
    user_identifier: str = ""
    username: str = ""

    @property
    def secret_name(self) -> str:
        """The name of the entry with the client's secret."""
        return f"{self.host}|{self.client_id}"

    @property
    def password_name(self) -> str:
        """The name of the entry with the password of the account."""
        return f"{self.secret_name}|{self.username}"


def host_of(api: str) -> str:
    """Return host and port of an address, which secrets are remembered for."""
    return urlsplit(api).netloc


def can_remember() -> bool:
    """Return whether the keyring of this machine keeps secrets locked."""
    return _backend() is not None


def remember(who: Remembered, client_secret: Secret, password: Secret | None = None) -> None:
    """Keep credentials that the service has accepted; what was remembered for this host is replaced.

    Raises
    ------
    CredentialsError
        If there is no safe keyring, or it did not take them.
    MissingLibrary
        If the library that reaches keyrings is not installed.
    """
    with needed_for("Remembering a login", "keyring"):
        import keyring  # noqa: F401
    backend = _backend()
    if backend is None:
        raise CredentialsError(
            "There is no keyring on this machine that keeps secrets locked, so nothing is remembered; use a secret "
            "file (gini.save_secret_file) or the environment."
        )
    with _said("The keyring did not take the secret"):
        backend.set_password(KEYRING_SERVICE, who.secret_name, client_secret.reveal())
        if who.username and password is not None:
            backend.set_password(KEYRING_SERVICE, who.password_name, password.reveal())
        others = [one for one in _listed(backend) if one.host != who.host]
        _write(backend, [*others, who])


def recall(api: str, client_id: str | None = None) -> dict[str, str | Secret]:
    """Return what is remembered for an address, by the names of :func:`find`; nothing if there is nothing.

    Parameters
    ----------
    api
        The address of the service.
    client_id
        Only those of this client.
    """
    backend = _backend()
    if backend is None:
        return {}
    with contextlib.suppress(Exception):  # locked, without a session, or nobody unlocks it: then somebody is asked
        for one in _listed(backend):
            if one.host == host_of(api) and client_id in {None, one.client_id}:
                return _of(backend, one)
    return {}


def _of(backend: Any, one: Remembered) -> dict[str, str | Secret]:
    held = backend.get_password(KEYRING_SERVICE, one.secret_name)
    if not held:
        return {}
    found: dict[str, str | Secret] = {"client_id": one.client_id, "client_secret": as_secret(held)}
    if one.user_identifier:
        found["user_identifier"] = one.user_identifier
    if one.username and (password := backend.get_password(KEYRING_SERVICE, one.password_name)):
        found |= {"username": one.username, "password": as_secret(password)}
    return found


def forget(api: str | None = None) -> int:
    """Delete from the keyring of this machine what a login was asked to remember.

    Parameters
    ----------
    api
        Only what is for this address; by default all.

    Returns
    -------
    int
        How many logins were remembered and are no longer. Clients that are logged in stay so.

    Raises
    ------
    CredentialsError
        If the keyring refused.

    Examples
    --------
    >>> forgotten = forget()
    """
    backend = _backend()
    if backend is None:
        return 0
    with _said("The keyring did not delete the secret"):
        listed = _listed(backend)
        wanted = [one for one in listed if api is None or one.host == host_of(api)]
        for one in wanted:
            for name in [one.secret_name, *([one.password_name] if one.username else [])]:
                if backend.get_password(KEYRING_SERVICE, name) is not None:
                    backend.delete_password(KEYRING_SERVICE, name)
        if wanted:
            _write(backend, [one for one in listed if one not in wanted])
    return len(wanted)


def _listed(backend: Any) -> list[Remembered]:
    text = backend.get_password(KEYRING_SERVICE, _LIST)
    try:
        return [Remembered(**one) for one in json.loads(text or "[]")]
    except (TypeError, ValueError):
        return []


def _write(backend: Any, listed: list[Remembered]) -> None:
    if not listed:
        if backend.get_password(KEYRING_SERVICE, _LIST) is not None:
            backend.delete_password(KEYRING_SERVICE, _LIST)
        return
    plain = [{name: getattr(one, name) for name in Remembered.__slots__} for one in listed]
    backend.set_password(KEYRING_SERVICE, _LIST, json.dumps(plain))


@contextlib.contextmanager
def _said(what: str) -> Iterator[None]:
    """Turn whatever a backend raises into one sentence that holds nothing of it: it may quote the secret."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a backend raises whatever its system has
        message = f"{what} ({type(error).__name__}); nothing more is known. A secret file does without a keyring."
        raise CredentialsError(message) from None


def keyring_lookup(hidden: Callable[[str, str | None], "str | Secret | None"], names: Any) -> Callable[[str], Any]:
    """Return what looks a credential up in the keyring, under its name in the environment; warns where it is unsafe.

    Parameters
    ----------
    hidden
        Masks what is secret.
    names
        The names in the environment.
    """
    with needed_for("Looking for secrets in the keyring", "keyring"):
        import keyring

    backend = keyring.get_keyring()
    unsafe = _unsafe(backend)
    if unsafe:
        warn(
            f"The keyring of this machine ({unsafe}) keeps secrets in plain text or not at all; it was not used.",
            SecretWarning,
        )
        return _nothing
    return lambda name: hidden(name, backend.get_password(KEYRING_SERVICE, names[name]))


def _nothing(name: str) -> None:
    del name


def _backend() -> Any:
    """Return the keyring of this machine if it keeps secrets locked, else None."""
    with contextlib.suppress(Exception):  # one of them: the library is not installed
        import keyring

        backend = keyring.get_keyring()
        return None if _unsafe(backend) else backend
    return None


def _unsafe(backend: object) -> str | None:
    for each in getattr(backend, "backends", None) or [backend]:
        kind = type(each)
        name = f"{kind.__module__}.{kind.__qualname__}"
        if any(part in name.lower() for part in _UNSAFE_BACKENDS):
            return name
    return None
