"""The life of a client: closed, derived, idle; R32 and R33."""

import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from loopback import DOCUMENT, Connection, Loopback, answer, says

from gini_notebook.errors import LoginRequired
from gini_notebook.interactive.login import login
from gini_notebook.service.client import Client, Timing
from gini_notebook.service.credentials import TrustedAccess
from gini_notebook.service.transport import connections

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
GOOD = answer(200, DOCUMENT)
CLOSED = r"was closed or logged out; call gini\.login\(\) for a new one"
CALLS: list[Callable[[Client], object]] = [
    lambda client: client.document("1"),
    lambda client: client.upload(b"text"),
    lambda client: client.wait("1"),
    lambda client: list(client.all_documents()),
    lambda client: client.delete("1"),
    lambda client: client.login_token(),
]


@pytest.mark.parametrize("call", CALLS)
def test_R32_a_closed_client_says_so_in_one_sentence(
    serve: Serve, connect: Connect, call: Callable[..., object]
) -> None:
    server = serve(says(GOOD))
    client = connect(server.url)
    client.close()
    client.close()
    with pytest.raises(LoginRequired, match=CLOSED):
        call(client)
    assert server.requests == []


@pytest.mark.parametrize(
    "derive",
    [
        lambda client: client.with_user("somebody-else"),
        lambda client: client.without_repeats(),
        lambda client: client.with_access(TrustedAccess("other", "secret")),
        lambda client: client.with_user("somebody-else").with_user("third"),
    ],
)
def test_R32_closing_a_derived_client_leaves_its_parent_as_it_was(
    serve: Serve, connect: Connect, derive: Callable[[Client], Client]
) -> None:
    parent = connect(serve(says(GOOD)).url)
    with derive(parent) as other:
        assert other.document("1")
    with pytest.raises(LoginRequired, match=CLOSED):
        other.document("1")
    assert parent.document("1")
    again = derive(parent)
    parent.close()
    with pytest.raises(LoginRequired, match=CLOSED):
        again.document("1")


def test_R32_a_derived_client_that_ends_does_not_make_its_parent_poll_without_a_pause(sandbox: "Sandbox") -> None:
    pauses: list[float] = []
    parent = login(sandbox, sleep=pauses.append)
    with parent.with_user("somebody-else") as other:
        other.documents()
    seen: list[object] = []
    parent.wait(parent.upload(b"Rechnung 4711 Betrag 12,30 EUR"), progress=seen.append)
    assert len(pauses) == len(seen) - 1


def test_R32_whoever_waits_when_the_client_is_closed_ends_with_the_sentence(serve: Serve, connect: Connect) -> None:
    server = serve(says(answer(200, {"id": "1", "progress": "PENDING"})))
    client = connect(server.url, sleep=None)
    timer = threading.Timer(0.3, client.close)
    timer.start()
    with pytest.raises(LoginRequired, match=CLOSED):
        client.wait("1", timeout=60)
    assert len(server.requests) < 10


def test_R33_a_connection_that_was_idle_too_long_is_not_used_again(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(says(GOOD))
    client = connect(server.url)
    client.document("1")
    client.document("1")
    assert server.connections == 1
    real = time.monotonic
    monkeypatch.setattr(connections.time, "monotonic", lambda: real() + connections.LONGEST_IDLE_S + 1)
    client.document("1")
    assert (len(server.requests), server.connections) == (3, 2)


@pytest.mark.parametrize("call", CALLS[:2], ids=["reading", "uploading"])
def test_R33_a_connection_that_a_router_has_forgotten_costs_no_read_timeout(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, call: Callable[[Client], object]
) -> None:
    forgotten, asked = set[Connection](), list[Connection]()

    def reply(connection: Connection, request: bytes) -> None:
        asked.append(connection)
        if connection in forgotten:
            # What a router swallows is answered by nobody, not even with an end.
            connection.server.stopping.wait(5)
        else:
            connection.send(answer(201, Location="/documents/1") if b"POST" in request[:4] else GOOD)

    server = serve(reply)
    client = connect(server.url, attempts=1, timing=Timing(read_s=4.0))
    client.document("1")
    forgotten.update(asked)
    real, idle_s = time.monotonic, 60.0
    monkeypatch.setattr(connections.time, "monotonic", lambda: real() + idle_s)
    began = real()
    call(client)
    assert real() - began < 2.0
    assert (len(asked), server.connections) == (2, 2)


def test_R33_connections_are_kept_alive_by_the_system(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []
    real = connections.WatchedConnection.connect

    def connected(self: connections.WatchedConnection) -> None:
        real(self)
        seen.append(
            (
                self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),  # type: ignore[union-attr]
                self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),  # type: ignore[union-attr]
            )
        )

    monkeypatch.setattr(connections.WatchedConnection, "connect", connected)
    connect(serve(says(GOOD)).url).document("1")
    assert seen == [(1, 20)]
