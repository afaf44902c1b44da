"""The connections that are open, so that one can be cut on purpose."""

import asyncio
import contextlib
import json
import socket
import struct
import uuid
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from gini_notebook.sandbox.messages import JSON

Peer = tuple[str, int]


class Connections:
    """Open connections by the address of the other side."""

    def __init__(self) -> None:
        self._transports: dict[Peer, asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return uvicorn's own protocol, made to tell when connections come and go."""
        transports = self._transports

        class Watched(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
            _peer: Peer | None = None

            def connection_made(self, transport: asyncio.Transport) -> None:
                self._peer = _peer(transport)
                transports[self._peer] = transport
                super().connection_made(transport)

            def connection_lost(self, problem: Exception | None) -> None:
                if self._peer:
                    transports.pop(self._peer, None)
                super().connection_lost(problem)

            def send_400_response(self, msg: str) -> None:
                """Answer what is no HTTP in the shape that all errors have."""
                self.transport.write(_bad_request(msg))
                self.transport.close()

        return Watched

    def of(self, scope: Any) -> asyncio.Transport | None:
        """Find the connection of a request."""
        host, port = scope["client"]
        return self._transports.get((host, port))

    def cut_all(self) -> None:
        """Close every connection without waiting for the other side."""
        for transport in [*self._transports.values()]:
            transport.abort()


def reset(transport: asyncio.Transport) -> None:
    """Cut a connection so that the other side sees a reset, not an end."""
    # The other side may have gone in the meantime, and a TLS transport has let go of its socket then.
    connection = None if transport.is_closing() else transport.get_extra_info("socket")
    if connection is None:
        return
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _bad_request(message: str) -> bytes:
    request_id = str(uuid.uuid4())
    body = json.dumps({"message": message, "requestId": request_id}).encode()
    head = f"HTTP/1.1 400 Bad Request\r\nx-request-id: {request_id}\r\ncontent-type: {JSON}\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


def _peer(transport: asyncio.Transport) -> Peer:
    address = transport.get_extra_info("peername")
    return address[0], address[1]
