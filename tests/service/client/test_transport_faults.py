"""A server that drips, stalls, cuts off, lies and floods: every call ends, and no damaged answer becomes a result."""

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest
from faults import drip, in_turn, reset, stay_silent
from loopback import DOCUMENT, SECRET, Connection, Loopback, Reply, answer, says

from gini_notebook.errors import (
    AnswerLost,
    ConnectionFailed,
    FileRefused,
    GiniError,
    LoginRequired,
    NotFound,
    ServiceFailure,
    SettingError,
    TooManyRequests,
)
from gini_notebook.service.client import Client, Timing
from gini_notebook.service.transport.connections import MAX_ANSWER_BYTES
from gini_notebook.service.transport.transport import USER_AGENT

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
GOOD = answer(200, DOCUMENT)
CREATED = answer(201, Location="/documents/abc")
DEADLINE_S = 0.5


@contextlib.contextmanager
def ends_in_time(limit_s: float = DEADLINE_S + 1.0) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started <= limit_s


@pytest.mark.parametrize(
    "reply",
    [
        drip(b"HTTP/1.1 200 OK\r\n" + b"X-Padding: " + b"x" * 500),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b" " * 500, whole_first=40),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100, whole_first=47),
        drip(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 500, whole_first=25),
        drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 500\r\n\r\n" + b" " * 500, whole_first=70),
        drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 40),
        stay_silent,
    ],
    ids=[
        "header drip",
        "body drip",
        "chunk drip",
        "drip without a length",
        "drip before a close",
        "endless 100 Continue",
        "silence",
    ],
)
def test_R10_T46_every_call_ends_at_its_deadline(serve: Serve, connect: Connect, reply: Reply) -> None:
    client = connect(serve(reply).url, attempts=1, timing=Timing(deadline_s=DEADLINE_S))
    with ends_in_time(), pytest.raises(AnswerLost, match=r"deadline passed|no answer came in time"):
        client.document("1")


def test_R10_a_silent_read_ends_at_the_read_timeout(serve: Serve, connect: Connect) -> None:
    client = connect(serve(stay_silent).url, attempts=1, timing=Timing(read_s=0.2))
    with ends_in_time(1.0), pytest.raises(AnswerLost, match="no answer came in time") as caught:
        client.document("1")
    assert caught.value.processed is None


@pytest.mark.parametrize("hello", [b"", b"\x16\x03\x03\x40\x00"], ids=["silent accept", "TLS stall"])
def test_R10_a_handshake_that_never_ends(connect: Connect, hello: bytes) -> None:
    with Loopback(says(b""), None) as server:
        server.context = _DripsHello(hello, server.stopping)  # type: ignore[assignment]
        client = connect(server.url, attempts=1, timing=Timing(deadline_s=DEADLINE_S))
        with ends_in_time(), pytest.raises(ConnectionFailed, match="Nothing was sent") as caught:
            client.document("1")
        assert caught.value.processed is False
        assert SECRET.encode() not in server.received


class _DripsHello:
    """Starts a TLS record and never finishes it."""

    def __init__(self, hello: bytes, stopping: threading.Event) -> None:
        self.hello, self.stopping = hello, stopping

    def wrap_socket(self, sock: socket.socket, server_side: bool) -> socket.socket:
        sock.sendall(self.hello)
        while self.hello and not self.stopping.wait(0.05):
            sock.sendall(b"x")
        self.stopping.wait(5)
        raise OSError


def test_R10_a_server_that_does_not_read_the_upload(serve: Serve, connect: Connect) -> None:
    server = serve(says(CREATED))
    server._read = lambda sock: server.stopping.wait(5) or None  # type: ignore[assignment,method-assign,return-value]
    client = connect(server.url, timing=Timing(deadline_s=DEADLINE_S))
    with ends_in_time(), pytest.raises(AnswerLost, match=r"deadline passed|no answer came in time"):
        client.upload(b"%PDF-" + bytes(9_000_000))


def test_R10_a_deadline_of_one_call_does_not_touch_the_next(serve: Serve, connect: Connect) -> None:
    server = serve(in_turn(stay_silent, says(GOOD)))
    client = connect(server.url, attempts=1, timing=Timing(deadline_s=DEADLINE_S))
    with pytest.raises(AnswerLost):
        client.document("1")
    for _ in range(3):
        assert client.document("1")


def test_R10_a_connection_in_the_pool_outlives_the_deadline_of_its_last_call(serve: Serve, connect: Connect) -> None:
    server = serve(says(GOOD))
    client = connect(server.url, timing=Timing(deadline_s=0.3))
    client.document("1")
    time.sleep(0.6)
    client.document("1")
    assert server.connections == 1


@pytest.mark.parametrize(
    "given", [{"connect_s": 0}, {"read_s": -1}, {"deadline_s": float("inf")}, {"read_s": float("nan")}]
)
def test_time_limits_must_be_positive(given: dict[str, float]) -> None:
    with pytest.raises(SettingError, match="is no positive number of seconds"):
        Timing(**given)


DAMAGED = {
    "short with length": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",
    "short without length": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"id": "1", "progr',
    "short chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{}",
    "chunk of nonsense": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "broken gzip": answer(200, gzip.compress(b"{}")[:-6] + b"??????", Content_Encoding="gzip"),
    "no gzip at all": answer(200, b'{"id": "1"}', Content_Encoding="gzip"),
    "unknown encoding": answer(200, b"\x00\x01", Content_Encoding="rot13"),
    "portal": answer(200, b"<html>Please log in</html>", Content_Type="text/html"),
    "empty": answer(200),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "wrong charset": answer(200, '{"id": "Ä", "progress": "X"}'.encode("utf-16")),
    "not a number": answer(200, b'{"id": "1", "progress": "X", "pageCount": NaN}'),
    "twice": answer(200, b'{"id": "1", "id": "2", "progress": "X"}'),
    "array": answer(200, b"[]"),
    "no status line": b"nonsense\r\n\r\n",
    "only a status line": b"HTTP/1.1 200 OK\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n",
    "endless header": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n{}",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_R11_a_damaged_answer_is_never_a_result(serve: Serve, connect: Connect, data: bytes) -> None:
    def reply(connection: Connection, request: bytes) -> None:
        connection.send(data)
        connection.sock.shutdown(socket.SHUT_RDWR)

    server = serve(reply)
    with pytest.raises(AnswerLost, match=r"Nobody knows|answer is damaged"):
        connect(server.url, attempts=2).document("1")
    assert len(server.requests) == 2, "a GET is tried again"
    with pytest.raises(AnswerLost) as caught:
        connect(server.url, attempts=2).upload(b"text")
    assert len(server.requests) == 3, "an upload is not"
    assert caught.value.processed is None


def test_R12_T45_a_gzip_bomb_unfolds_to_the_cap_and_no_further(serve: Serve, connect: Connect) -> None:
    bomb = gzip.compress(bytes(210_000_000), 9)
    assert len(bomb) < 210_000
    client = connect(serve(says(answer(200, bomb, Content_Encoding="gzip"))).url, attempts=1)
    tracemalloc.start()
    try:
        with pytest.raises(AnswerLost, match=r"larger than this package reads \(32 MiB\)"):
            client.document("1")
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_R12_T45_nested_and_endless_answers_end(serve: Serve, connect: Connect) -> None:
    nested = gzip.compress(gzip.compress(bytes(100_000_000)))
    client = connect(serve(says(answer(200, nested, Content_Encoding="gzip, gzip"))).url, attempts=1)
    with pytest.raises(AnswerLost, match="larger than"):
        client.document("1")

    def endless(connection: Connection, request: bytes) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not connection.server.stopping.is_set():
            connection.send(b"100000\r\n" + b" " * 0x100000 + b"\r\n")

    with ends_in_time(20), pytest.raises(AnswerLost, match="larger than"):
        connect(serve(endless).url, attempts=1).document("1")


def test_T45_only_what_can_be_capped_is_asked_for(serve: Serve, connect: Connect) -> None:
    server = serve(says(GOOD))
    connect(server.url).document("1")
    assert b"Accept-Encoding: gzip\r\n" in server.requests[0]


@pytest.mark.parametrize(("size", "fits"), [(-1, True), (0, True), (1, False)])
def test_B8_answers_at_the_cap(serve: Serve, connect: Connect, size: int, fits: bool) -> None:
    body = b"%PDF-" + bytes(MAX_ANSWER_BYTES + size - 5)
    client = connect(serve(says(answer(200, zlib.compress(body), Content_Encoding="deflate"))).url, attempts=1)
    if fits:
        assert len(client.processed("1")) == MAX_ANSWER_BYTES + size
    else:
        with pytest.raises(AnswerLost, match="32 MiB"):
            client.processed("1")


def test_R5_without_repeats_every_request_is_sent_once(serve: Serve, connect: Connect) -> None:
    server = serve(says(answer(500)))
    client = connect(server.url).without_repeats()
    with pytest.raises(ServiceFailure):
        client.document("1")
    assert len(server.requests) == 1


def test_R6_pauses_obey_retry_after_and_grow(serve: Serve, connect: Connect) -> None:
    paused: list[float] = []
    server = serve(says(answer(429, Retry_After="7"), answer(503), answer(503), GOOD))
    connect(server.url, sleep=paused.append).document("1")
    assert 7.0 <= paused[0] <= 7.5
    assert 0.5 <= paused[1] <= 1.0
    assert 1.0 <= paused[2] <= 2.0
    assert len(server.requests) == 4


def test_R6_a_pause_of_hours_is_handed_to_the_caller(serve: Serve, connect: Connect) -> None:
    paused: list[float] = []
    server = serve(says(answer(429, Retry_After="7200")))
    with pytest.raises(TooManyRequests, match=r"Wait, then try again") as caught:
        connect(server.url, sleep=paused.append).document("1")
    assert caught.value.retry_after_s == 7200.0
    assert (paused, len(server.requests)) == ([], 1)


def test_R6_no_pause_reaches_beyond_the_deadline(serve: Serve, connect: Connect) -> None:
    paused: list[float] = []
    server = serve(says(answer(429, Retry_After="30")))
    with pytest.raises(TooManyRequests):
        connect(server.url, sleep=paused.append, timing=Timing(deadline_s=20)).document("1")
    assert (paused, len(server.requests)) == ([], 1)


def test_closing_wakes_whoever_waits_for_a_repeat(serve: Serve, connect: Connect) -> None:
    server = serve(says(answer(429, Retry_After="60")))
    client = connect(server.url, sleep=None, attempts=2)
    threading.Timer(0.2, client.close).start()
    with ends_in_time(5), pytest.raises(LoginRequired, match="was closed or logged out; call gini"):
        client.document("1")


def test_R27_a_delete_that_worked_although_its_answer_was_lost_is_done(serve: Serve, connect: Connect) -> None:
    server = serve(in_turn(reset, says(answer(404, {"message": "gone"}))))
    connect(server.url).delete("1", with_parts=False)
    with pytest.raises(NotFound):
        connect(serve(says(answer(404))).url).delete("1", with_parts=False)


def test_T28_cookies_are_not_kept(serve: Serve, connect: Connect) -> None:
    server = serve(says(answer(200, DOCUMENT, Set_Cookie="canary=1; Path=/")))
    client = connect(server.url)
    client.document("1")
    client.document("1")
    assert b"ookie" not in server.requests[1]


def test_T57_headers_say_nothing_about_this_machine(serve: Serve, connect: Connect) -> None:
    server = serve(says(GOOD))
    connect(server.url).document("1")
    head = server.requests[0].decode().split("\r\n")
    assert head[0] == "GET /documents/1 HTTP/1.1"
    assert dict(line.split(": ", 1) for line in head[1:] if line) == {
        "Host": f"127.0.0.1:{server.port}",
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "gzip",
        "Accept": "application/vnd.gini.v1+json",
        "Authorization": "Basic Y2xpZW50OmNhbmFyeS1jbGllbnQtc2VjcmV0LTdkMWY=",
        "X-User-Identifier": "user-1",
    }
    assert USER_AGENT.split("/")[0] == "gini-notebook"


def test_base_addresses_may_have_a_prefix(serve: Serve, connect: Connect) -> None:
    server = serve(says(answer(201, Location="/documents/1"), GOOD))
    client = connect(f"{server.url}/gini/pay")
    assert client.upload(b"text") == "1"
    client.document("1")
    assert server.requests[0].startswith(b"POST /gini/pay/documents HTTP/1.1")
    assert server.requests[1].startswith(b"GET /gini/pay/documents/1 HTTP/1.1")


def test_the_message_of_a_refused_upload_says_everything(serve: Serve, connect: Connect) -> None:
    refusal = answer(400, {"message": "encrypted", "requestId": "r-17"})
    with pytest.raises(FileRefused) as caught:
        connect(serve(says(refusal)).url).upload(b"%PDF-", name="a.pdf")
    assert str(caught.value) == (
        "Could not upload a.pdf: the service says 'encrypted' (status 400, request id r-17). The file may be broken, "
        "encrypted, of another type than it says, or of too poor quality."
    )
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_many_threads_share_connections(serve: Serve, connect: Connect) -> None:
    server = serve(says(GOOD))
    client = connect(server.url)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                client.document("1")
        except GiniError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(server.requests) == 160
    assert server.connections <= 16
