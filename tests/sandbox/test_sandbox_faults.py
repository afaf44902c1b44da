"""Faults on demand and by chance: what each does, seen from the other side, and what the server stored."""

import asyncio
import gzip
import ssl
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from gini_notebook.sandbox import Sandbox
from gini_notebook.sandbox.connections import reset
from gini_notebook.sandbox.fault_injection import KINDS

HEADER = "X-Sandbox-Fault"
DONE, NOT_DONE = 1, 0
STATUSES = (400, 403, 404, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504)


def stored(person: Any) -> int:
    return len(person.sandbox.stored().get(person.name, []))


def send(person: Any, fault: str) -> requests.Response:
    answer: requests.Response = person.send(**{HEADER: fault})
    return answer


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        *[(str(status), status, NOT_DONE) for status in STATUSES],
        ("500-after", 500, DONE),
        ("503-after", 503, DONE),
        ("429-bare", 429, NOT_DONE),
        ("503-bare", 503, NOT_DONE),
        ("429-date", 429, NOT_DONE),
        ("html", 502, NOT_DONE),
        ("html-after", 502, DONE),
        ("portal", 200, NOT_DONE),
        ("redirect", 307, NOT_DONE),
        ("expired-token", 401, NOT_DONE),
        ("no-location", 201, DONE),
        ("foreign-location", 201, DONE),
        ("empty", 201, DONE),
        ("slow; seconds=0.01", 201, DONE),
        ("drip; seconds=0.0001", 201, DONE),
        ("drip-head; seconds=0.0001", 201, DONE),
        ("short", 201, DONE),
        ("read-lag", 201, DONE),
        ("list-lag", 201, DONE),
        ("processing-error", 201, DONE),
        ("processing-crash", 201, DONE),
        ("processing-stuck", 201, DONE),
    ],
)  # fmt: skip
def test_faults_that_answer(person: Any, fault: str, status: int, done: int) -> None:
    answer = send(person, fault)
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"]
    assert stored(person) == done
    assert person.sandbox.requests()[-1].status == status
    if status >= 400 and not fault.startswith("html"):
        assert answer.json()["requestId"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("fault", "done"),
    [("reset-before", NOT_DONE), ("reset-after", DONE), ("truncated", DONE), ("late; seconds=0", DONE)],
)
def test_faults_that_cut_the_connection(person: Any, fault: str, done: int) -> None:
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        send(person, fault)
    deadline = time.monotonic() + 10
    while stored(person) != done:
        assert time.monotonic() < deadline
    assert person.sandbox.requests()[-1].status == (201 if fault == "truncated" else 0)
    # The next request finds a server that works.
    assert person.get("/documents").json()["totalCount"] == done


def test_a_late_document_comes_after_the_reset(person: Any) -> None:
    with pytest.raises(requests.ConnectionError):
        send(person, "late; seconds=0.3")
    assert stored(person) == 0
    deadline = time.monotonic() + 10
    while not stored(person):
        assert time.monotonic() < deadline


def test_retry_after_is_given_in_seconds_or_as_a_date(person: Any) -> None:
    assert send(person, "429").headers["Retry-After"] == "1"
    assert send(person, "503; seconds=7").headers["Retry-After"] == "7"
    date = parsedate_to_datetime(send(person, "503-date; seconds=60").headers["Retry-After"]).timestamp()
    assert date == pytest.approx(time.time() + 60, abs=5)
    for fault in ("429-bare", "503-bare", "500", "503-after"):
        assert "Retry-After" not in send(person, fault).headers


def test_damaged_answers_are_damaged_as_named(person: Any) -> None:
    path = person.upload()
    whole = person.get(path).content
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        person.get(path, headers={HEADER: "truncated"})
    # Without a length nobody on the way can see that the end is missing.
    short = person.get(path, headers={HEADER: "short"})
    assert whole.startswith(short.content)
    assert len(short.content) == len(whole) // 2
    assert "Content-Length" not in short.headers
    with pytest.raises(requests.exceptions.ContentDecodingError):
        person.get(path, headers={HEADER: "broken-gzip"})
    assert person.get(path, headers={HEADER: "empty"}).content == b""
    assert person.get(path, headers={HEADER: "drip; seconds=0"}).content == whole
    assert person.get(path, headers={HEADER: "html"}).headers["Content-Type"] == "text/html"


def test_the_bomb_is_small_on_the_wire_and_large_unpacked(person: Any) -> None:
    answer = person.get("/documents", headers={HEADER: "bomb"}, stream=True)
    assert answer.headers["Content-Encoding"] == "gzip"
    packed = answer.raw.read(decode_content=False)
    assert len(packed) < 2 * 1024 * 1024
    assert len(gzip.decompress(packed)) == 256 * 1024 * 1024


def test_an_expired_token_stays_expired(person: Any, stranger: Any) -> None:
    headers = {"Authorization": f"Bearer {person.post('/login').json()['access_token']}"}
    assert stranger.get("/documents", headers=headers).status_code == 200
    injected = stranger.get("/documents", headers={**headers, HEADER: "expired-token"})
    assert injected.status_code == 401
    assert injected.headers["WWW-Authenticate"].startswith("Bearer")
    assert stranger.get("/documents", headers=headers).status_code == 401


def test_a_foreign_location_names_another_host(person: Any) -> None:
    location = send(person, "foreign-location").headers["Location"]
    document_id = person.sandbox.stored()[person.name][0].id
    assert location == f"https://elsewhere.example/documents/{document_id}"
    assert "Location" not in send(person, "no-location").headers


def test_slow_and_dripping_answers_take_their_time(person: Any) -> None:
    for fault in ("slow; seconds=0.2", "drip-head; seconds=0.002"):
        begun = time.monotonic()
        assert person.get("/documents", headers={HEADER: fault}).status_code == 200
        assert time.monotonic() - begun > 0.2


def test_a_fault_by_file_name_strikes_uploads_raw_and_by_form(person: Any) -> None:
    for _ in range(2):
        assert person.send(name="a.fault-500.txt").status_code == 500
        form = {"file": ("b.fault-429.txt", b"Rechnung", "text/plain")}
        assert person.post("/documents", files=form).status_code == 429
    assert person.send(name="a.default-500.txt").status_code == 201
    assert person.send(name="fault-processing-error.txt").status_code == 201


def test_a_fault_can_strike_a_number_of_times(person: Any) -> None:
    statuses = [person.send(name="invoice.fault-503-x2.4711.txt").status_code for _ in range(4)]
    assert statuses == [503, 503, 201, 201]
    # Another name is another document.
    assert person.send(name="other.fault-503-x2.txt").status_code == 503
    headed = [person.get("/documents", headers={HEADER: "500; times=1"}).status_code for _ in range(3)]
    assert headed == [500, 200, 200]


def test_a_fault_by_file_name_can_strike_later_requests(person: Any) -> None:
    path = person.upload(name="a.fault-extractions-500-x1.txt")
    assert [person.get(f"{path}/extractions").status_code for _ in range(2)] == [500, 200]
    path = person.upload(name="a.fault-delete-503-x1.txt")
    assert [person.delete(path).status_code for _ in range(2)] == [503, 204]
    answer = person.send(name="a.fault-document-404-x1.txt")
    assert [person.get(answer.headers["Location"]).status_code for _ in range(2)] == [404, 200]


def test_a_fault_by_the_name_of_a_first_page_strikes_the_request_that_joins_pages(person: Any) -> None:
    part = "application/vnd.gini.v1.partial+plain"
    pages = [
        person.post("/documents", data=b"Rechnung", params={"filename": name}, headers={"Content-Type": part})
        for name in ("a.fault-compose-500-x1.txt", "b.fault-compose-500-x1.txt", "c.fault-compose-404.txt")
    ]
    assert [page.status_code for page in pages] == [201, 201, 201]

    def join(*numbers: int) -> int:
        parts = [{"document": pages[number].headers["Location"]} for number in numbers]
        headers = {"Content-Type": "application/vnd.gini.v1.composite+json"}
        status: int = person.post("/documents", json={"partialDocuments": parts}, headers=headers).status_code
        return status

    # Each first page counts for itself; what stands in the name of another page is of no account.
    assert [join(0, 2), join(1, 2), join(0, 2), join(1, 2), join(2, 0)] == [500, 500, 201, 201, 404]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("nonsense", "There is no fault 'nonsense'; there are"),
        ("200", "There is no fault '200'"),
        ("429; colour=red", "A fault has no option colour"),
        ("429; seconds=many", "options of the fault cannot be read"),
    ],
)
def test_a_fault_there_is_not_is_refused(person: Any, fault: str, message: str) -> None:
    answer = send(person, fault)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_without_credentials_no_fault_strikes(stranger: Any) -> None:
    assert stranger.get("/documents", headers={HEADER: "500"}).status_code == 401


@pytest.fixture(scope="module")
def weak() -> Iterator[Sandbox]:
    """A sandbox of our own, since faults by chance strike everybody."""
    with Sandbox(processing_time_s=0.0, seed=5) as sandbox:
        yield sandbox


def test_faults_strike_by_chance_at_their_rate_and_repeatably(
    weak: Sandbox, person_of: Callable[[Sandbox], Any]
) -> None:
    person = person_of(weak)
    rates = {"GET /documents": {"503": 0.2, "429; seconds=3": 0.1}, "*": {"500": 0.0}}
    runs = []
    for seed in (1, 1, 2):
        weak.set_faults(rates, seed=seed)
        runs.append([person.get("/documents").status_code for _ in range(300)])
    assert runs[0] == runs[1] != runs[2]
    assert 0.14 < runs[0].count(503) / 300 < 0.26
    assert 0.05 < runs[0].count(429) / 300 < 0.15
    assert person.send().status_code == 201
    weak.set_faults({"*": {"500": 1.0}})
    assert person.send().status_code == 500
    weak.set_faults({})
    assert {person.get("/documents").status_code for _ in range(20)} == {200}


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"*": {"nonsense": 0.1}}, "There is no fault 'nonsense'"),
        ({"*": {"500": 0.7, "503": 0.7}}, "together 1 or less"),
        ({"*": {"500": -0.1}}, "must be 0 or more"),
        ({"*": {"500": "often"}}, "A rate is not a number"),
        ({"*": 0.5}, "must be an object: route"),
    ],
)
def test_rates_that_are_none_are_refused(weak: Sandbox, rates: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        weak.set_faults(rates)


def test_every_fault_is_tried_here() -> None:
    here = Path(__file__)
    source = here.read_text("utf-8") + here.with_name("test_sandbox_cuts_and_lags.py").read_text("utf-8")
    for kind in KINDS:
        name = kind.replace("<status>", "503")
        assert f'"{name}' in source, f"no test asks for {kind}"


@pytest.mark.parametrize("tls", [True, False])
def test_a_connection_that_the_other_side_has_left_cannot_be_reset(tls: bool) -> None:
    authority = trustme.CA()
    server_side, client_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    authority.configure_trust(client_side)
    contexts = (server_side, client_side) if tls else (None, None)

    async def leave_and_reset() -> bool:
        left: asyncio.Future[asyncio.BaseTransport] = asyncio.get_running_loop().create_future()

        class Server(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = transport

            def connection_lost(self, problem: Exception | None) -> None:
                left.set_result(self.transport)

        loop = asyncio.get_running_loop()
        server = await loop.create_server(Server, "127.0.0.1", 0, ssl=contexts[0])
        transport, _ = await loop.create_connection(asyncio.Protocol, *server.sockets[0].getsockname(), ssl=contexts[1])
        transport.close()
        gone = await left
        # The socket is given up in the turn after the protocol has heard of it.
        await asyncio.sleep(0)
        reset(gone)
        # A TLS transport that was closed twice has forgotten even what it was.
        gone.close()
        gone.close()
        reset(gone)
        server.close()
        return gone.is_closing()

    assert asyncio.run(leave_and_reset())
