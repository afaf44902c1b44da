"""Whom to trust and through which proxy: from arguments, else from the environment, read once."""

import os
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # public, but not in the stubs

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from gini_notebook.errors import SettingError
from gini_notebook.values import Secret

SYSTEM = "system"
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
    """Where the certificates of trusted authorities come from; ``source`` says who chose them."""

    path: str
    source: str

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
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or "it holds no certificate in PEM form"
            message = f"The CA certificates in {self.path} (from {self.source}) cannot be used: {reason}."
            raise SettingError(message) from None


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, without the credentials that came with its address; ``authorization`` holds them, masked."""

    url: str
    source: str
    authorization: Secret | None = field(default=None, repr=False)


def choose_trust(ca_bundle: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> Trust:
    """Decide whom to trust: the argument, then the environment, then the bundle of Requests.

    ``"system"`` means the certificates of the operating system.
    """
    if ca_bundle is not None:
        return _trust(os.fspath(ca_bundle), "ca_bundle")
    for variable in _CA_VARIABLES:
        if environ.get(variable):
            return _trust(environ[variable], variable)
    return Trust(DEFAULT_CA_BUNDLE_PATH, "certifi")


def _trust(path: str, source: str) -> Trust:
    if path != SYSTEM and not Path(path).exists():
        message = f"The CA file {path} (from {source}) does not exist."
        raise SettingError(message)
    return Trust(path, source)


def choose_proxy(host: str, proxies: str | Mapping[str, str] | None, environ: Mapping[str, str]) -> Proxy | None:
    """Decide through which proxy a host is reached: the argument, else ``HTTPS_PROXY`` unless ``NO_PROXY`` names it.

    Raises
    ------
    SettingError
        If the address is no http or https proxy.
    """
    if proxies is not None:
        given = proxies if isinstance(proxies, str) else proxies.get("https", "")
        return _proxy(given, "proxies") if given else None
    for variable in ("https_proxy", "HTTPS_PROXY"):
        if environ.get(variable):
            excepted = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
            bypass = proxy_bypass_environment(host, {"no": excepted})
            return None if bypass else _proxy(environ[variable], variable)
    return None


def _proxy(address: str, source: str) -> Proxy:
    text = address if "//" in address else f"http://{address}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https"):
        message = f"The proxy from {source} is not usable; write it like http://proxy.example:3128."
        raise SettingError(message)
    name = f"[{host}]" if ":" in host else host
    authorization = None
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = Secret("Basic " + b64encode(pair.encode()).decode())
    return Proxy(f"{parts.scheme}://{name}:{port or (443 if parts.scheme == 'https' else 3128)}", source, authorization)
