"""R5: every cell of the outcome table, seen on a real wire; the expected outcome is read from the table itself."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import trustme
from faults import close, cut_off, drip, in_turn, reset, stay_silent
from loopback import DOCUMENT, Connection, Loopback, Reply, answer, context_of, says

from gini_notebook.errors import GiniError
from gini_notebook.service.client import Client, Timing
from gini_notebook.service.wire.outcomes import GRACE_S, OUTCOMES, Kind, Observation, Outcome, outcome_of

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
ATTEMPTS = 3
TOKEN = {"access_token": "t", "expires_in": 60}
GOOD = {
    Kind.READ: answer(200, DOCUMENT),
    Kind.DELETE: answer(204),
    Kind.UPLOAD: answer(201, Location="/documents/1"),
    Kind.JOIN: answer(201, Location="/documents/1"),
    Kind.TOKEN: answer(200, TOKEN),
    Kind.FEEDBACK: answer(204),
}
CALLS: dict[Kind, Callable[[Client], object]] = {
    Kind.READ: lambda client: client.document("1"),
    Kind.DELETE: lambda client: client.delete("1", with_parts=False),
    Kind.UPLOAD: lambda client: client.upload(b"text"),
    Kind.JOIN: lambda client: client.compose(["1"]),
    Kind.TOKEN: lambda client: client.login_token(),
    Kind.FEEDBACK: lambda client: client.send_feedback("1", {"iban": "x"}),
}
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
NAMES, DONE = (Kind.UPLOAD, Kind.JOIN), (Kind.DELETE, Kind.FEEDBACK)
LATE: dict[Kind, Callable[[Client, str], object]] = {
    Kind.READ: lambda client, named: client.document(named),
    Kind.DELETE: lambda client, named: client.delete(named, with_parts=False),
    Kind.JOIN: lambda client, named: client.compose([named]),
    Kind.FEEDBACK: lambda client, named: client.send_feedback(named, {"iban": "x"}),
}


@dataclass(frozen=True)
class Row:
    """What a server does, and the row of the table that it belongs to.

    ``good``: for these it is the answer that the service sends. ``warm``: it happens to a connection of the pool.
    ``repeats``: whether there is time to try again.
    """

    name: str
    reply: Reply | None
    observation: Observation
    good: tuple[Kind, ...] = ()
    warm: bool = False
    timing: Timing | None = None
    repeats: bool = True


def said(name: str, observation: Observation, data: bytes, good: tuple[Kind, ...] = ()) -> Row:
    return Row(name, says(data), observation, good)


def rows() -> Iterator[Row]:
    lost = Observation.LOST
    yield Row("connection refused", None, Observation.NEVER_SENT)
    yield Row("certificate refused", None, Observation.UNTRUSTED)
    yield Row("reset", reset, lost)
    yield Row("silent end", close, lost)
    yield Row("reset on a connection of the pool", reset, lost, warm=True)
    yield Row("silent end of a connection of the pool", close, lost, warm=True)
    yield Row("read timeout", stay_silent, lost, timing=Timing(read_s=0.1))
    yield Row("our own deadline", stay_silent, lost, timing=Timing(deadline_s=1.0), repeats=False)
    yield Row("R28 cut in the status line", cut_off(b"HTTP/1.1 204 No Con"), lost)
    yield Row("R28 cut within a header", cut_off(b"HTTP/1.1 201 Created\r\nLocation: /documents/2c9"), lost)
    yield Row("R28 cut before the blank line", cut_off(b"HTTP/1.1 200 OK\r\nLocation: /documents/abc\r\n"), lost)
    dripped = drip(b"HTTP/1.1 201 Created\r\nLocation: /documents/abc\r\nX-Rest: " + b"x" * 400, whole_first=48)
    yield Row("R28 cut in the head by our own deadline", dripped, lost, timing=Timing(deadline_s=1.0), repeats=False)
    yield Row("R28 interim answer, then the end", cut_off(EARLY_HINTS), lost)
    yield Row("R28 interim answer, then half a head", cut_off(PROCESSING + b"HTTP/1.1 201 Created\r\nLoc"), lost)
    yield Row("truncated body", cut_off(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"), lost)
    yield Row("no HTTP", cut_off(b"SSH-2.0-OpenSSH_9.6\r\n"), lost)
    yield said("200 with a web page", lost, answer(200, HTML))
    yield said("200 with text", lost, answer(200, b"OK, done"))
    yield said("200 with an empty body", lost, answer(200), DONE)
    yield said("201 without Location", lost, answer(201), DONE)
    yield said("201 with a foreign Location", lost, answer(201, Location="https://evil.example/documents/1"), DONE)
    yield said("201 with a malformed Location", lost, answer(201, Location="/documents/a b"), DONE)
    yield said("401", Observation.UNAUTHORIZED, answer(401))
    yield said("429", Observation.ASKED_TO_WAIT, answer(429))
    yield said("429 with Retry-After", Observation.ASKED_TO_WAIT, answer(429, Retry_After="1"))
    yield said("408 with Retry-After", Observation.ASKED_TO_WAIT, answer(408, Retry_After="1"))
    yield said("503 with Retry-After", Observation.UNAVAILABLE, answer(503, Retry_After="1"))
    for status in (408, 500, 502, 503, 504, 507):
        yield said(str(status), Observation.FAILED, answer(status))
    yield said("502 with a web page", Observation.FAILED, answer(502, HTML))
    for status in (301, 302, 304, 307, 308, 400, 403, 404, 405, 406, 409, 410, 413, 415, 422):
        yield said(str(status), Observation.REFUSED, answer(status))
    yield said("R30 404 for what was just named", Observation.NOT_SHOWN_YET, answer(404))


ROWS = tuple(rows())
CELLS = [pytest.param(row, kind, id=f"{row.name}, {kind.name}") for row in ROWS for kind in Kind]


@dataclass
class Server:
    """Where the calls of a cell go, and how many of them have reached it."""

    url: str
    loopback: Loopback | None

    @property
    def requests(self) -> int:
        return len(self.loopback.requests) if self.loopback else 0


@pytest.fixture
def server_of(serve: Serve, authority: trustme.CA) -> Iterator[Callable[[Row, Kind], Server]]:
    with contextlib.ExitStack() as stack:

        def start(row: Row, kind: Kind) -> Server:
            if row.observation is Observation.NEVER_SENT:
                closed = stack.enter_context(socket.socket())
                closed.bind(("127.0.0.1", 0))
                return Server(f"https://127.0.0.1:{closed.getsockname()[1]}", None)
            if row.observation is Observation.UNTRUSTED:
                context = context_of(trustme.CA().issue_cert("127.0.0.1"))
                stranger = stack.enter_context(Loopback(says(GOOD[kind]), context))
                return Server(stranger.url, stranger)
            assert row.reply is not None
            outcome = OUTCOMES[row.observation][kind]
            replies = [row.reply]
            if outcome in {Outcome.WAIT, Outcome.PENDING}:
                replies = [*replies * (ATTEMPTS + 2), says(GOOD[kind])]
            if row.observation is Observation.NOT_SHOWN_YET:
                replies = [says(GOOD[Kind.UPLOAD]), *replies]
            if row.warm:
                replies = [says(GOOD[Kind.READ]), *replies]
            loopback = serve(in_turn(*replies))
            return Server(loopback.url, loopback)

        yield start


@pytest.mark.parametrize(("row", "kind"), CELLS)
def test_R5_R8_R28_R30_R31_a_cell_of_the_table(
    server_of: Callable[[Row, Kind], Server], connect: Connect, row: Row, kind: Kind
) -> None:
    pauses: list[float] = []
    server = server_of(row, kind)
    client = connect(server.url, attempts=ATTEMPTS, timing=row.timing, sleep=pauses.append)
    call, lately = CALLS[kind], row.observation is Observation.NOT_SHOWN_YET
    if row.warm:
        client.document("1")
    if lately:
        named = client.upload(b"text")
        call = (lambda client: LATE[kind](client, named)) if kind in LATE else call
    before = server.requests
    outcome = OUTCOMES[row.observation][kind]
    if kind in row.good or outcome in {Outcome.WAIT, Outcome.PENDING}:
        call(client)
        assert server.requests - before == (1 if kind in row.good else ATTEMPTS + 3), "waiting is no failed attempt"
        return
    with pytest.raises(GiniError) as caught:
        call(client)
    assert outcome_of(caught.value, kind, named_lately=lately) is outcome
    tries = ATTEMPTS if outcome is Outcome.RETRY and row.repeats else 1
    assert len(pauses) == tries - 1
    assert server.requests - before == (0 if row.reply is None else tries)
    if outcome is Outcome.UNCLEAR:
        assert caught.value.processed is None  # type: ignore[attr-defined]


def test_R5_R28_R30_R31_every_cell_of_the_table_is_tested() -> None:
    rows, columns = len(OUTCOMES), len(Kind)
    tested = {(row.observation, kind) for row in ROWS for kind in Kind if kind not in row.good}
    assert tested == {(row, kind) for row, cells in OUTCOMES.items() for kind in cells}
    assert len(tested) == rows * columns == len(Observation) * len(Kind)
    assert len(CELLS) == len(ROWS) * columns
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("interim", [EARLY_HINTS, PROCESSING])
def test_R5_R28_interim_answers_are_read_over(serve: Serve, connect: Connect, kind: Kind, interim: bytes) -> None:
    server = serve(says(b"HTTP/1.1 100 Continue\r\n\r\n" + interim * 2 + GOOD[kind]))
    client = connect(server.url)
    CALLS[kind](client)
    CALLS[kind](client)
    assert (len(server.requests), server.connections) == (2, 1)


def shown_late(times: int, kind: Kind) -> Reply:
    """Name a document, then answer 404 so often before it is there."""
    return in_turn(says(GOOD[Kind.UPLOAD]), *[says(answer(404))] * times, says(GOOD[kind]))


def test_R30_after_the_period_of_grace_404_means_that_there_is_none(serve: Serve, connect: Connect) -> None:
    pauses: list[float] = []
    server = serve(shown_late(1000, Kind.READ))
    client = connect(server.url, sleep=pauses.append)
    named = client.upload(b"text")
    with pytest.raises(GiniError, match="It does not exist"):
        client.document(named)
    assert GRACE_S - 10 < sum(pauses) <= GRACE_S
    seconds = iter([0.0, GRACE_S + 1])
    late = connect(serve(shown_late(1000, Kind.READ)).url, clock=lambda: next(seconds), sleep=pauses.append)
    before = len(pauses)
    with pytest.raises(GiniError, match="It does not exist"):
        late.document(late.upload(b"text"))
    assert len(pauses) == before


def test_R30_extractions_that_lag_behind_their_document_are_looked_for_again(serve: Serve, connect: Connect) -> None:
    extractions = answer(200, {"extractions": {}, "candidates": {}})
    server = serve(in_turn(says(GOOD[Kind.UPLOAD], answer(200, DOCUMENT))))
    server.reply = says(GOOD[Kind.UPLOAD], answer(200, DOCUMENT), answer(404), answer(404), extractions)
    client = connect(server.url)
    client.extractions(client.wait(client.upload(b"text")))
    assert len(server.requests) == 5


def test_R30_extractions_of_a_document_that_is_not_done_are_not_waited_for(serve: Serve, connect: Connect) -> None:
    server = serve(says(GOOD[Kind.UPLOAD], answer(404)))
    client = connect(server.url)
    with pytest.raises(GiniError, match="It does not exist"):
        client.extractions(client.upload(b"text"))
    assert len(server.requests) == 2


def test_R30_what_one_user_has_sent_is_not_waited_for_where_another_one_asks(serve: Serve, connect: Connect) -> None:
    server = serve(says(GOOD[Kind.UPLOAD], answer(404)))
    client = connect(server.url)
    named = client.upload(b"text")
    with pytest.raises(GiniError, match="It does not exist"):
        client.with_user("user-2").document(named)
    assert len(server.requests) == 2


def test_R31_slow_down_is_no_failed_attempt(serve: Serve, connect: Connect) -> None:
    waits = [says(answer(429, Retry_After=str(number % 3))) for number in range(12)]
    server = serve(in_turn(*waits, says(GOOD[Kind.READ])))
    assert connect(server.url, attempts=2).document("1")
    assert len(server.requests) == 13


def test_R31_a_service_that_asks_to_wait_for_ever_is_left_at_the_deadline(serve: Serve, connect: Connect) -> None:
    pauses: list[float] = []
    server = serve(says(answer(429, Retry_After="7")))
    with pytest.raises(GiniError, match="Wait, then try again"):
        connect(server.url, sleep=pauses.append, timing=Timing(deadline_s=60)).document("1")
    assert 30 < sum(pauses) <= 60


BLOCKS = {
    Kind.UPLOAD: b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nLocation: /documents/2c99750c-2fba\r\nX-A: b\r\n\r\n",
    Kind.DELETE: b"HTTP/1.1 204 No Content\r\nX-Request-Id: 1\r\n\r\n",
}


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("polite", [True, False])
def test_R28_a_header_block_cut_at_any_byte_is_no_answer(
    serve: Serve, connect: Connect, kind: Kind, polite: bool
) -> None:
    block = BLOCKS[kind]
    where = iter(range(len(block)))
    lock = threading.Lock()

    def reply(connection: Connection, request: bytes) -> None:
        with lock:
            cut = next(where)
        cut_off(block[:cut], polite=polite)(connection, request)

    server = serve(reply)
    client = connect(server.url, attempts=1)
    for _ in range(len(block)):
        with pytest.raises(GiniError) as caught:
            CALLS[kind](client)
        assert outcome_of(caught.value, kind) is OUTCOMES[Observation.LOST][kind]
    server.reply = says(block)
    CALLS[kind](client)


def test_R28_an_answer_without_a_length_that_our_deadline_cuts_is_none(serve: Serve, connect: Connect) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
    reply = drip(head + b"%PDF-1.4 " + b"x" * 500, whole_first=len(head) + 9)
    client = connect(serve(reply).url, attempts=1, timing=Timing(deadline_s=0.3))
    with pytest.raises(GiniError, match="deadline passed"):
        client.processed("1")


# As it stands in the promises, written a second time, so that no cell changes unnoticed.
PROMISED = """
               READ     DELETE   UPLOAD   JOIN     TOKEN    FEEDBACK
NEVER_SENT     RETRY    RETRY    RETRY    RETRY    RETRY    RETRY
UNTRUSTED      FATAL    FATAL    FATAL    FATAL    FATAL    FATAL
LOST           RETRY    RETRY    UNCLEAR  UNCLEAR  RETRY    UNCLEAR
UNAUTHORIZED   FATAL    FATAL    FATAL    FATAL    FATAL    FATAL
ASKED_TO_WAIT  WAIT     WAIT     WAIT     WAIT     WAIT     WAIT
UNAVAILABLE    WAIT     WAIT     UNCLEAR  UNCLEAR  WAIT     WAIT
FAILED         RETRY    RETRY    UNCLEAR  UNCLEAR  RETRY    UNCLEAR
REFUSED        REFUSED  REFUSED  REFUSED  REFUSED  FATAL    REFUSED
NOT_SHOWN_YET  PENDING  PENDING  REFUSED  PENDING  REFUSED  REFUSED
"""


def test_R5_R28_R30_R31_the_table_is_the_promised_one() -> None:
    header, *lines = [line.split() for line in PROMISED.strip().splitlines()]
    promised = {row: dict(zip(header, cells, strict=True)) for row, *cells in lines}
    assert {
        row.name: {kind.name: each.name for kind, each in cells.items()} for row, cells in OUTCOMES.items()
    } == promised


def test_R5_bodies_that_the_service_may_send_are_believed(serve: Serve, connect: Connect) -> None:
    for body in (b"", b" \r\n", b"{}", json.dumps({"deleted": True}).encode()):
        client = connect(serve(says(answer(200, body))).url)
        client.delete("1", with_parts=False)
        client.send_feedback("1", {"iban": "x"})
    for body in (HTML, b"OK", b"1", b'"done"', b'{"half": '):
        client = connect(serve(says(answer(200, body))).url, attempts=2)
        with pytest.raises(GiniError, match="the answer is damaged"):
            client.delete("1", with_parts=False)
