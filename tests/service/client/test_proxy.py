"""Through a company's proxy, with its certificates, and without telling it or anybody else a secret."""

import base64
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from loopback import DOCUMENT, SECRET, Loopback, answer, ca_file, context_of, says

from gini_notebook.errors import CertificateRefused, ConnectionFailed, SettingError
from gini_notebook.service.client import Client

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
GOOD = says(answer(200, DOCUMENT))
PROXY_SECRET = "canary-proxy-9a3c"


class ConnectProxy:
    """A proxy that opens tunnels; ``inspect`` makes it end TLS itself, as company proxies do."""

    def __init__(self, *, status: str = "200 Connection established", inspect: ssl.SSLContext | None = None) -> None:
        self.status, self.inspect = status, inspect
        self.heads: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.heads.append(head.decode())
        client.sendall(f"HTTP/1.1 {self.status}\r\n\r\n".encode())
        if not self.status.startswith("200"):
            client.close()
        elif self.inspect is not None:
            try:
                seen = self.inspect.wrap_socket(client, server_side=True)
                seen.recv(65536)
                seen.sendall(answer(200, DOCUMENT))
            except OSError:
                pass
        else:
            host, _, port = self.heads[-1].split()[1].rpartition(":")
            origin = socket.create_connection((host.strip("[]"), int(port)))
            threading.Thread(target=_pump, args=(client, origin), daemon=True).start()
            _pump(origin, client)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    running = ConnectProxy()
    yield running
    running.close()


def _with_password(proxy: ConnectProxy) -> str:
    return proxy.url.replace("//", f"//clerk:{PROXY_SECRET}@")


def test_T15_the_proxy_password_goes_to_the_proxy_and_nowhere_else(
    serve: Serve,
    connect: Connect,
    proxy: ConnectProxy,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTPS_PROXY", _with_password(proxy))
    server = serve(GOOD)
    client = connect(server.url)
    client.document("1")
    encoded = base64.b64encode(f"clerk:{PROXY_SECRET}".encode()).decode()
    assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.")
    assert f"Proxy-Authorization: Basic {encoded}" in proxy.heads[0]
    assert SECRET not in proxy.heads[0]
    assert b"roxy" not in server.requests[0]
    shown = f"{client.diagnostics()}{client!r}{caplog.text}{vars(client)}"
    assert PROXY_SECRET not in shown
    assert encoded not in shown
    assert client.diagnostics()["proxy"] == f"{proxy.url} (from HTTPS_PROXY)"


def test_T15_no_proxy_and_explicit_settings_win(
    serve: Serve, connect: Connect, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(GOOD)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "example.org,127.0.0.1")
    connect(server.url).document("1")
    monkeypatch.delenv("NO_PROXY")
    connect(server.url, proxies={}).document("1")
    assert proxy.heads == []
    connect(server.url, proxies=proxy.url).document("1")
    connect(server.url, proxies={"https": proxy.url}).document("1")
    assert len(proxy.heads) == 2


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway"])
def test_T15_a_proxy_that_refuses(connect: Connect, status: str) -> None:
    refusing = ConnectProxy(status=status)
    with pytest.raises(ConnectionFailed, match=r"proxy refused the way to 127\.0\.0\.1 \((407|502)\)") as caught:
        connect("https://127.0.0.1:9", proxies=_with_password(refusing), attempts=2).document("1")
    refusing.close()
    assert caught.value.processed is False
    assert PROXY_SECRET not in str(caught.value)
    assert len(refusing.heads) == 2


def test_T15_a_proxy_that_is_not_there(connect: Connect) -> None:
    gone = ConnectProxy()
    gone.close()
    with pytest.raises(ConnectionFailed, match="Nothing was sent"):
        connect("https://127.0.0.1:9", proxies=gone.url, attempts=1).document("1")


def test_T16_an_inspecting_proxy_works_with_its_authority_only(connect: Connect, tmp_path: Path) -> None:
    company = trustme.CA()
    inspecting = ConnectProxy(inspect=context_of(company.issue_cert("127.0.0.1")))
    with pytest.raises(CertificateRefused, match=r"If a company proxy .* ca_bundle="):
        connect("https://127.0.0.1:9", proxies=inspecting.url).document("1")
    assert connect("https://127.0.0.1:9", proxies=inspecting.url, ca_bundle=ca_file(company, tmp_path)).document("1")
    inspecting.close()


@pytest.mark.parametrize("address", ["socks5://localhost:1080", "http://", "http://[::1", "https://a:b:c"])
def test_unusable_proxy_addresses(connect: Connect, address: str) -> None:
    with pytest.raises(
        SettingError, match=r"proxy from proxies is not usable; write it like http://proxy\.example:3128"
    ):
        connect("https://127.0.0.1:9", proxies=address)


def test_a_proxy_reached_by_https_must_prove_itself_too(authority: trustme.CA, serve: Serve, connect: Connect) -> None:
    with Loopback(GOOD, context_of(trustme.CA().issue_cert("127.0.0.1"))) as rogue:
        with pytest.raises(CertificateRefused):
            connect(serve(GOOD).url, proxies=f"https://x:{PROXY_SECRET}@127.0.0.1:{rogue.port}").document("1")
        assert PROXY_SECRET.encode() not in rogue.received
