"""Whom to trust and through which proxy: from arguments, else from the environment, read once."""

import os
import re
import ssl
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # public, but not in the stubs

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from gini_notebook.errors import SettingError
from gini_notebook.service.values import Secret

SYSTEM = "system"
CERTIFI = "certifi"
_CA_VARIABLES = ("GINI_CA_FILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait, in seconds.

    ``connect_s`` is short, so that a broken route to one address of a host leaves time for the next;
    ``read_s`` is the longest silence; ``deadline_s`` is the end of the whole call, repeats and pauses included.
    """

    connect_s: float = 12.0
    read_s: float = 60.0
    deadline_s: float = 180.0

    def __post_init__(self) -> None:
        for name in ("connect_s", "read_s", "deadline_s"):
            held = getattr(self, name)
            if not 0 < held < float("inf"):
                message = f"{name.removesuffix('_s')} timeout: {held!r} is no positive number of seconds."
                raise SettingError(message)


@dataclass(frozen=True, slots=True)
class Trust:
    """Where the certificates of trusted authorities come from; ``source`` says who chose them.

    ``pins`` narrows the trust to certificates with these keys; empty for all.
    """

    path: str
    source: str
    pins: frozenset[str] = frozenset()

    def load_into(self, context: ssl.SSLContext) -> None:
        """Load the certificates; raises :class:`SettingError` if the file holds none."""
        if self.path == SYSTEM:
            context.load_default_certs()
            return
        where = Path(self.path)
        try:
            if where.is_dir():
                context.load_verify_locations(capath=self.path)
            else:
                context.load_verify_locations(cafile=self.path)
        except OSError as error:
            damaged = isinstance(error, ssl.SSLError) or not error.strerror
            reason = "it holds no certificate in PEM form" if damaged else error.strerror
            message = f"The CA certificates in {self.path} (from {self.source}) cannot be used: {reason}."
            raise SettingError(message) from None


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, without the credentials that came with its address; ``authorization`` holds them, masked."""

    url: str
    source: str
    authorization: Secret | None = field(default=None, repr=False)


CaBundle = str | os.PathLike[str] | Trust
"""A file or folder, one of the two words for a store of certificates, or these with the place that named them."""


def choose_trust(ca_bundle: CaBundle | None) -> Trust:
    """Decide whom to trust: the argument, then the environment, then the bundle of Requests.

    ``"system"`` means the certificates of the operating system, ``"certifi"`` the bundle of Requests whatever the
    environment says.
    """
    if isinstance(ca_bundle, Trust):
        return _trust(ca_bundle.path, ca_bundle.source)
    if ca_bundle is not None:
        return _trust(os.fspath(ca_bundle), "ca_bundle")
    for variable in _CA_VARIABLES:
        path = _variable(variable)
        if path:
            return _trust(path, variable)
    return Trust(DEFAULT_CA_BUNDLE_PATH, CERTIFI)


def _trust(path: str, source: str) -> Trust:
    if path == CERTIFI:
        return Trust(DEFAULT_CA_BUNDLE_PATH, f"{source}, which says {CERTIFI}")
    if path != SYSTEM and not Path(path).exists():
        message = f"The CA file {path} (from {source}) does not exist."
        raise SettingError(message)
    return Trust(path, source)


def choose_proxy(host: str, proxies: str | Mapping[str, str] | None) -> Proxy | None:
    """Decide through which proxy a host is reached: the argument, else ``HTTPS_PROXY`` unless ``NO_PROXY`` names it.

    Raises
    ------
    SettingError
        If the address is no http or https proxy.
    """
    if proxies is not None:
        given = proxies if isinstance(proxies, str) else proxies.get("https", "")
        return _usable(*_parsed_proxy(given), "proxies") if given else None
    for variable in ("https_proxy", "HTTPS_PROXY"):
        if _variable(variable):
            excepted = _variable("no_proxy") or _variable("NO_PROXY") or ""
            bypass = proxy_bypass_environment(host, {"no": excepted})
            return None if bypass else _usable(*_parsed_proxy(_variable(variable) or ""), variable)
    return None


def _variable(name: str) -> str | None:
    # In a function of its own, whose frame is in no traceback: tools that print the variables of every frame would
    # print the whole environment.
    return os.environ.get(name) or None


def _parsed_proxy(address: str) -> tuple[str | None, Secret | None]:
    """Return a proxy's address without credentials, None if it is not usable, and the credentials as a header."""
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None, None
    if not host or parts.scheme not in ("http", "https"):
        return None, None
    name = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{name}:{port or (443 if parts.scheme == 'https' else 3128)}"
    if not parts.username:
        return url, None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return url, Secret("Basic " + b64encode(pair.encode()).decode())


def _usable(url: str | None, authorization: Secret | None, source: str) -> Proxy:
    if url is None:
        message = f"The proxy from {source} is not usable; write it like http://proxy.example:3128."
        raise SettingError(message)
    return Proxy(url, source, authorization)


_PIN = re.compile(r"[A-Za-z0-9+/]{43}=")


class WrongKey(ssl.SSLError):
    """The certificate is good, but its key is none of the pinned ones."""


def checked_pins(pins: Collection[str]) -> frozenset[str]:
    """Return the pins, if they are usable.

    A pin is the SHA-256 of a certificate's SPKI in base64. One alone is refused: on the day the service renews its
    key, every call would fail until somebody changes the program ("Getting started" of the service's client
    libraries prints pins that are long out of date).

    Raises
    ------
    SettingError
        If there is only one, or one is no pin.
    """
    found = frozenset([pins] if isinstance(pins, str) else pins)
    odd = next((pin for pin in found if not _PIN.fullmatch(pin)), None)
    if odd is not None:
        message = f"{odd!r} is no pin: give the SHA-256 of the public key (SPKI) in base64, 44 characters."
        raise SettingError(message)
    if len(found) == 1:
        raise SettingError("Give at least two pins, of the key in use and of the next one, or none.")
    return found


def key_pin(certificate: bytes) -> str:
    """Return the pin of a certificate in DER form."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    return b64encode(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()
