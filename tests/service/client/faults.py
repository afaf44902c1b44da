"""What a server may do instead of answering; see :mod:`loopback`."""

import contextlib
import socket
import threading

from loopback import Connection, Reply


def drip(data: bytes, *, whole_first: int = 0) -> Reply:
    """Send one byte after the other, each well before any read timeout."""

    def reply(connection: Connection, request: bytes) -> None:
        connection.send(data[:whole_first])
        for position in range(whole_first, len(data)):
            if connection.server.stopping.wait(0.05):
                return
            connection.send(data[position : position + 1])

    return reply


def stay_silent(connection: Connection, request: bytes) -> None:
    connection.server.stopping.wait(5)


def reset(connection: Connection, request: bytes) -> None:
    connection.reset()


def close(connection: Connection, request: bytes) -> None:
    connection.sock.shutdown(socket.SHUT_RDWR)


def cut_off(data: bytes, *, polite: bool = True) -> Reply:
    """Send this and end the connection, politely (as TLS wants it) or not."""

    def reply(connection: Connection, request: bytes) -> None:
        connection.send(data)
        if polite:
            # What comes back is of no interest; a client that hung up is no fault here.
            with contextlib.suppress(OSError):
                connection.sock.unwrap()  # type: ignore[attr-defined]
        connection.sock.close()

    return reply


def in_turn(*replies: Reply) -> Reply:
    """Reply by these, one after the other, by the last one for ever."""
    waiting = list(replies)
    lock = threading.Lock()

    def reply(connection: Connection, request: bytes) -> None:
        with lock:
            following = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        following(connection, request)

    return reply
