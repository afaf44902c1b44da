"""Addresses, names and connections that fail or are cut."""

import contextlib
import socket
import time
from collections.abc import Callable

import pytest
from loopback import DOCUMENT, Loopback, answer, resolve, says

from gini_notebook.errors import (
    ConnectionFailed,
    NotFound,
)
from gini_notebook.service.client import Client, Timing

GOOD = says(answer(200, DOCUMENT))


Connect = Callable[..., Client]


Serve = Callable[..., Loopback]


def test_ipv4_address(serve: Serve, connect: Connect) -> None:
    assert connect(serve(GOOD).url).document("1")


def test_ipv6_address(serve: Serve, connect: Connect) -> None:
    server = serve(GOOD, family=socket.AF_INET6, host=_ipv6())
    assert connect(f"https://[::1]:{server.port}").document("1")
    assert f"Host: [::1]:{server.port}".encode() in server.requests[0]


def test_R22_ipv6_refused_then_ipv4(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(GOOD)
    resolve(monkeypatch, "pay-api.test", [(socket.AF_INET6, _ipv6()), (socket.AF_INET, "127.0.0.1")])
    assert connect(f"https://pay-api.test:{server.port}", attempts=1).document("1")


def test_R22_ipv6_black_hole_costs_one_connect_timeout(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, waited = serve(GOOD), list[tuple[str, float]]()
    real = socket.socket.connect

    def connected(self: socket.socket, address: tuple[str, int]) -> None:
        """Swallow what goes to the one address: the clock runs as long as a socket would have waited."""
        if address[0] != "::1":
            waited.append((address[0], 0.0))
            return real(self, address)
        limit_s = self.gettimeout()
        assert limit_s is not None, "for ever"
        waited.append((address[0], limit_s))
        clock[0] += limit_s
        raise TimeoutError("timed out")

    clock = [time.monotonic()]
    _ipv6()
    monkeypatch.setattr(socket.socket, "connect", connected)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    resolve(monkeypatch, "pay-api.test", [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")])
    began = clock[0]
    assert connect(f"https://pay-api.test:{server.port}", attempts=1).document("1")
    assert waited == [("::1", Timing().connect_s), ("127.0.0.1", 0.0)]
    assert clock[0] - began == Timing().connect_s <= 15.0


def test_R22_a_black_hole_on_a_real_socket_costs_one_connect_timeout(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, limit_s = serve(GOOD), 0.4
    hole = socket.socket(socket.AF_INET6)
    hole.bind((_ipv6(), server.port))
    hole.listen(0)
    pending = [_start_connecting(server.port) for _ in range(8)]
    resolve(monkeypatch, "pay-api.test", [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")])
    try:
        client = connect(f"https://pay-api.test:{server.port}", attempts=1, timing=Timing(connect_s=limit_s))
        began = time.monotonic()
        assert client.document("1")
        # Once, not for each of several tries; the rest is for a machine that is busy.
        assert limit_s <= time.monotonic() - began < 2 * limit_s
    finally:
        for sock in (hole, *pending):
            sock.close()


def test_ipv6_only_name(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(GOOD, family=socket.AF_INET6, host=_ipv6())
    resolve(monkeypatch, "pay-api.test", [(socket.AF_INET6, "::1")])
    assert connect(f"https://pay-api.test:{server.port}").document("1")


def test_name_that_does_not_exist(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "pay-api.test", [])
    with pytest.raises(ConnectionFailed, match=r"name pay-api\.test cannot be resolved") as caught:
        connect("https://pay-api.test").document("1")
    assert caught.value.processed is False


def test_refused_connection(connect: Connect) -> None:
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    with pytest.raises(ConnectionFailed, match="refused the connection; check the address and its port"):
        connect(f"https://127.0.0.1:{free.getsockname()[1]}").document("1")
    free.close()


def test_other_hosts_are_refused_by_the_session(serve: Serve, connect: Connect) -> None:
    server = serve(GOOD)
    session = connect(server.url)._transport._session
    with Loopback(GOOD, None) as elsewhere:
        for url in (
            f"http://127.0.0.1:{server.port}/documents/1",
            f"https://127.0.0.1:{elsewhere.port}/documents/1",
            f"https://127.0.0.1:{server.port}.evil.example/",
            f"https://127.0.0.1:{server.port}@127.0.0.1:{elsewhere.port}/",
            f"HTTPS://127.0.0.1:{elsewhere.port}/",
            "file:///etc/passwd",
            "https://169.254.169.254/latest/",
        ):
            with pytest.raises(Exception, match=r"not a configured host"):
                session.get_adapter(url).send(_prepared(url))
        assert elsewhere.connections == 0
        assert server.requests == []


def test_missing_answer_on_the_user_center_is_not_found(serve: Serve, connect: Connect) -> None:
    with pytest.raises(NotFound, match="belongs to another user"):
        connect(serve(says(answer(404, {"message": "gone"}))).url).document("1")


def test_connection_cut_in_the_handshake_is_tried_again(connect: Connect) -> None:
    with Loopback(GOOD, None) as server:
        server.context = _CutsOff()  # type: ignore[assignment]
        with pytest.raises(ConnectionFailed, match="Nothing was sent"):
            connect(server.url, attempts=3).document("1")
        assert server.connections == 3


class _CutsOff:
    def wrap_socket(self, sock: socket.socket, server_side: bool) -> socket.socket:
        sock.recv(10)
        sock.close()
        raise OSError


def _prepared(url: str) -> object:
    import requests

    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.headers, prepared.body = "GET", url, {}, None  # type: ignore[assignment]
    return prepared


def _ipv6() -> str:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return "::1"
    pytest.skip("this machine has no IPv6 loopback")


def _start_connecting(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6)
    sock.setblocking(False)
    sock.connect_ex(("::1", port))
    return sock
