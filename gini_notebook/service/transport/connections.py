"""Requests, tied down: one adapter for each of the two hosts, everything else refused, certificates always checked."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from gini_notebook.service.transport.settings import Proxy, Trust, WrongKey, key_pin
from gini_notebook.service.transport.watchdog import DeadlineGuard
from gini_notebook.service.values import Secret

POOL_SIZE = 128


class _Current(threading.local):
    guard: DeadlineGuard | None = None


_current = _Current()


class WatchedConnection(HTTPSConnection):
    """A connection that tells the call using it what it is doing, and gives it a handle to shut it by."""

    # Somebody may have set http.client's own debuglevel, which prints every header.
    debuglevel = 0
    pins: frozenset[str] = frozenset()
    _tunnel_headers: dict[str, Any]
    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        created = super()._new_conn()
        # A duplicate stays valid while TLS takes the original over; shutting one shuts both.
        self._handle = created.dup()
        self._tell()
        return created

    def connect(self) -> None:
        super().connect()
        if self.pins and key_pin(self.sock.getpeercert(binary_form=True)) not in self.pins:  # type: ignore[union-attr]
            self.close()
            raise WrongKey("the key of the certificate is none of the pinned ones")

    def _tunnel(self) -> None:
        # Some versions of Python write these headers by formatting them, which a secret does not give itself away to.
        masked = self._tunnel_headers
        self._tunnel_headers = {name: str(value.encode("latin-1"), "latin-1") for name, value in masked.items()}
        try:
            super()._tunnel()
        finally:
            self._tunnel_headers = masked

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._tell()
        if _current.guard is not None:
            _current.guard.sent = True
        super().request(*args, **kwargs)

    def close(self) -> None:
        handle, self._handle = self._handle, None
        super().close()
        if handle is not None:
            handle.close()

    def _tell(self) -> None:
        if _current.guard is not None:
            _current.guard.uses(self._handle)


def _pool_class(pins: frozenset[str]) -> type[HTTPSConnectionPool]:
    connection = type("PinnedConnection", (WatchedConnection,), {"pins": pins}) if pins else WatchedConnection
    return type("WatchedPool", (HTTPSConnectionPool,), {"ConnectionCls": connection})


class NoPlainPool(HTTPSConnectionPool):
    """What stands where other packages keep their pool for unencrypted connections."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise requests.exceptions.InvalidSchema("only https is spoken here")


class HostAdapter(HTTPAdapter):
    """Speaks to one host over verified TLS, perhaps through a proxy."""

    def __init__(self, context: ssl.SSLContext, proxy: Proxy | None, pins: frozenset[str]) -> None:
        self._context = context
        self._proxy = proxy
        self._pools = {"https": _pool_class(pins), "http": NoPlainPool}
        super().__init__(pool_connections=2, pool_maxsize=POOL_SIZE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(
            proxy, ssl_context=self._context, proxy_ssl_context=self._context, **proxy_kwargs
        )
        manager.pool_classes_by_scheme = self._pools
        return manager

    def proxy_headers(self, proxy: str) -> Any:
        del proxy
        authorization = self._proxy.authorization if self._proxy else None
        return {"Proxy-Authorization": authorization} if authorization else {}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        # The context of the pool decides about trust, and nothing a caller says can change it.
        del verify, cert
        host, _ = super().build_connection_pool_key_attributes(request, True, None)
        return host, {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # Requests would load its own certificates into our context here.
        del conn, url, verify, cert

    def __getstate__(self) -> NoReturn:
        raise TypeError("A connection cannot be pickled.")


class RefusingAdapter(BaseAdapter):
    """Answers for every address that is not one of the configured hosts."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        message = f"refused to send anything to {str(request.url)[:100]!a}: it is not a configured host"
        raise requests.exceptions.InvalidURL(message)

    def close(self) -> None:
        """There is nothing to close."""


class GuardedSession(requests.Session):
    """A session that reads no environment, keeps no cookies, follows nothing and knows only the given hosts."""

    def __init__(self, hosts: Mapping[str, Proxy | None], trust: Trust) -> None:
        super().__init__()
        self.trust_env = False
        context = tls_context(trust)
        self.adapters.clear()
        for base, proxy in hosts.items():
            # The slash keeps https://host from matching https://host.evil.example.
            self.mount(base.rstrip("/") + "/", HostAdapter(context, proxy, trust.pins))
        self.mount("https://", RefusingAdapter())
        self.mount("http://", RefusingAdapter())

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "verify" and value is not True:
            raise AttributeError("certificates are always verified; give ca_bundle= to trust another authority")
        super().__setattr__(name, value)

    def get_adapter(self, url: str) -> BaseAdapter:
        """Return the adapter for exactly this address; letter case and ports make a difference."""
        for prefix, adapter in self.adapters.items():
            if url.startswith(prefix):
                return adapter
        return RefusingAdapter()


def tls_context(trust: Trust) -> ssl.SSLContext:
    """Make the context of all connections: TLS 1.2 or newer, chain and name verified, no fall-back to common names."""
    context = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2, cert_reqs=ssl.CERT_REQUIRED)
    context.check_hostname = True
    trust.load_into(context)
    return context


class calling:  # noqa: N801 - reads as a statement: with calling(guard)
    """Within this block, the connections of this thread work for the call."""

    def __init__(self, guard: DeadlineGuard) -> None:
        self._guard = guard

    def __enter__(self) -> None:
        _current.guard = self._guard

    def __exit__(self, *_: object) -> None:
        _current.guard = None


MAX_ANSWER_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024


class _SecretBody:
    """A body that becomes bytes only while it is written."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def __iter__(self) -> Iterator[bytes]:
        yield self._secret.encode()


def body_of(body: bytes | Secret | None) -> tuple[Any, int | None]:
    """Return the body as Requests takes it, and its length."""
    if body is None:
        return None, None
    if isinstance(body, Secret):
        return _SecretBody(body), len(body.encode())
    return body, len(body)


def read_capped(raw: Any) -> bytes | None:
    """Read a whole answer, decompressed; None if it is larger than :data:`MAX_ANSWER_BYTES`.

    It is read in pieces, so that an answer of a few kilobytes cannot unfold into gigabytes.
    """
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(_CHUNK, decode_content=True):
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            return None
        pieces.append(piece)
    return b"".join(pieces)
