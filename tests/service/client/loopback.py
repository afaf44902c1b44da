"""A server on this machine that says exactly what a test tells it to, and remembers every byte it was sent."""

import contextlib
import datetime
import json
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

Reply = Callable[["Connection", bytes], None]


LETTER = "Rechnung Nr. 2025-0318\nBetrag 238,00 EUR\nIBAN DE59 2004 1155 0987 6543 21\n"
SECRET = "canary-client-secret-7d1f"
DOCUMENT = {"id": "1", "progress": "COMPLETED"}


class Connection:
    """One accepted connection, after TLS where there is TLS."""

    def __init__(self, server: "Loopback", sock: socket.socket) -> None:
        self.server = server
        self.sock = sock

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reset(self) -> None:
        """Cut the connection so that the other end sees a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()


def answer(status: int = 200, body: bytes | object = b"", **headers: str) -> bytes:
    """Build a whole answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def says(*answers: bytes) -> Reply:
    """Give these answers one after the other, the last one for ever."""
    waiting = list(answers)
    lock = threading.Lock()

    def reply(connection: Connection, request: bytes) -> None:
        with lock:
            data = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        connection.send(data)

    return reply


class Loopback:
    """Serves until the ``with`` block ends.

    Attributes
    ----------
    requests
        Every complete request (head and body), in order.
    received
        Every byte that came in, decrypted where there is TLS.
    connections
        How many were accepted.
    """

    def __init__(
        self, reply: Reply, context: ssl.SSLContext | None, *, family: int = socket.AF_INET, host: str = "127.0.0.1"
    ) -> None:
        self.reply = reply
        self.context = context
        self.requests: list[bytes] = []
        self.received = b""
        self.connections = 0
        self.stopping = threading.Event()
        self._listener = socket.socket(family)
        self._listener.bind((host, 0))
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> "Loopback":
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.context is not None:
                sock = self.context.wrap_socket(sock, server_side=True)
            connection = Connection(self, sock)
            while (request := self._read(sock)) is not None:
                self.requests.append(request)
                self.reply(connection, request)
        with contextlib.suppress(OSError):
            sock.close()

    def _read(self, sock: socket.socket) -> bytes | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = sock.recv(65536)
            self.received += piece
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            piece = sock.recv(65536)
            self.received += piece
            if not piece:
                return None
            body += piece
        return head + b"\r\n\r\n" + body


def context_of(cert: trustme.LeafCert) -> ssl.SSLContext:
    """A server's context with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


def ca_file(ca: trustme.CA, folder: Path, name: str = "ca.pem") -> str:
    """Write the authority's certificate where a client can be told to trust it."""
    path = folder / name
    ca.cert_pem.write_to_path(str(path))
    return str(path)


def days_from_now(days: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)


def resolve(monkeypatch: pytest.MonkeyPatch, name: str, addresses: list[tuple[int, str]]) -> None:
    """Let a name stand for these addresses, or for none."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: object, **more: object) -> list[object]:
        if host != name:
            return real(host, port, *rest, **more)  # type: ignore[arg-type,return-value]
        if not addresses:
            raise socket.gaierror(-2, "Name or service not known")
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
