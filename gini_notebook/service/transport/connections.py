"""Requests, tied down: one adapter for each of the two hosts, everything else refused, certificates always checked."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from typing import Any, NoReturn

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from gini_notebook.service.transport.settings import Proxy, Trust, WrongKey, key_pin
from gini_notebook.service.values import Secret

_TICK_S = 0.2
_IDLE_TICKS = 10


class DeadlineGuard:
    """One request on its way: until when, whether any of it was sent, and the socket to shut if it takes too long."""

    __slots__ = ("_is_ours", "_lock", "_socket", "deadline", "done", "expired", "sent")

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.sent = False
        self.expired = False
        self.done = False
        self._socket: socket.socket | None = None
        self._is_ours = False
        self._lock = threading.Lock()

    def uses(self, handle: socket.socket | None) -> None:
        """Note the socket that the call runs over; raises if the time is up already."""
        with self._lock:
            self._let_go()
            self._socket = handle
            if self.expired:
                raise TimeoutError("the deadline has passed")

    def expire(self) -> None:
        """Shut the socket, so that whoever waits for it wakes up."""
        with self._lock:
            if self.done:
                return
            self.expired = True
            if self._socket is not None:
                # The other end may be gone already; then there is nobody to wake.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def takes_over(self, handle: socket.socket) -> bool:
        """Keep the socket of a connection that is closed before its answer is read, if the call runs over it."""
        with self._lock:
            is_it = self._socket is handle and not self.done
            self._is_ours = self._is_ours or is_it
            return is_it

    def finish(self) -> None:
        """Let go of the socket, which may serve another call from now on."""
        with self._lock:
            self.done = True
            self._let_go()

    def _let_go(self) -> None:
        if self._is_ours and self._socket is not None:
            self._socket.close()
        self._socket, self._is_ours = None, False


class Watchdog:
    """Looks after all calls of a transport with one thread, which lives only while there are calls."""

    def __init__(self) -> None:
        self._guards: set[DeadlineGuard] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, guard: DeadlineGuard) -> None:
        """Look after a call until :meth:`release`."""
        with self._lock:
            self._guards.add(guard)
            # A forked process inherits the object, but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="gini_notebook-watchdog", daemon=True)
                self._thread.start()

    def release(self, guard: DeadlineGuard) -> None:
        """Stop looking after a call."""
        guard.finish()
        with self._lock:
            self._guards.discard(guard)

    def _run(self) -> None:
        idle = 0
        while idle < _IDLE_TICKS:
            time.sleep(_TICK_S)
            with self._lock:
                guards = list(self._guards)
                idle = 0 if guards else idle + 1
                if idle == _IDLE_TICKS:
                    self._thread = None
            now = time.monotonic()
            for guard in guards:
                if now >= guard.deadline:
                    guard.expire()


POOL_SIZE = 128
LONGEST_IDLE_S = 30.0
_KEEP_ALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    # Not every system lets a program choose when; then its own times hold.
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), wanted)
        for name, wanted in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
        if hasattr(socket, name)
    ),
]


class _Current(threading.local):
    guard: DeadlineGuard | None = None


_current = _Current()


class _WholeLines:
    """The head of an answer, read by whole lines only: an end within it means that the answer is lost."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._begun = False

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._file.readline(limit)
        # Nothing at all before the first line is for the caller, who calls it a connection that was closed.
        if not line.endswith(b"\n") and len(line) != limit and (line or self._begun):
            raise ConnectionAbortedError("the connection ended within the head of the answer")
        self._begun = True
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class WholeResponse(HTTPResponse):
    """An answer that counts only once the blank line behind its headers is there; interim answers are read over.

    The library below takes the end of the connection for the end of the headers, and so half a ``Location`` for a whole
    one; and it takes any interim answer but 100 for the final one (RFC 9110, section 15.2).
    """

    def begin(self) -> None:
        whole = self.fp
        self.fp = _WholeLines(whole)  # type: ignore[assignment]
        try:
            super().begin()
            while 100 <= self.status < 200:
                self.headers = self.msg = None  # type: ignore[assignment]
                super().begin()
        finally:
            # A head that is no HTTP at all closes the connection, and then there is nothing to go back to.
            self.fp = whole if self.fp is not None else None


class WatchedConnection(HTTPSConnection):
    """A connection that tells the call using it what it is doing, and gives it a handle to shut it by.

    It is kept alive by the system, and not used again after a pause in which a router may have forgotten it: without
    that, the next request would wait for its whole read timeout.
    """

    response_class = WholeResponse

    # Somebody may have set http.client's own debuglevel, which prints every header.
    debuglevel = 0
    pins: frozenset[str] = frozenset()
    _tunnel_headers: dict[str, Any]
    _handle: socket.socket | None = None
    _used_at = 0.0

    def _new_conn(self) -> socket.socket:
        created = super()._new_conn()
        for level, option, wanted in _KEEP_ALIVE:
            created.setsockopt(level, option, wanted)
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

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self._used_at <= LONGEST_IDLE_S and super().is_connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._tell()
        self._used_at = time.monotonic()
        if _current.guard is not None:
            _current.guard.sent = True
        super().request(*args, **kwargs)

    def close(self) -> None:
        handle, self._handle = self._handle, None
        super().close()
        # An answer whose length is not known is read to its end after the connection counts as closed.
        if handle is not None and not (_current.guard is not None and _current.guard.takes_over(handle)):
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
