"""Answers that end within their head, uploads that break off, and documents that are seen only later."""

import random
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from gini_notebook.sandbox import Sandbox
from gini_notebook.sandbox.documents import Library
from gini_notebook.sandbox.fault_injection import InjectedFault, parse

HEADER = "X-Sandbox-Fault"


@contextmanager
def connected(person: Any) -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context(cafile=person.sandbox.ca_file)
    address = urlsplit(person.sandbox.api)
    plain = socket.create_connection((address.hostname, address.port), timeout=30)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        yield connection


def exchange(person: Any, head: str, body: bytes = b"") -> bytes:
    """Send bytes and return all that comes until the other side ends the connection."""
    received = bytearray()
    with connected(person) as connection:
        connection.sendall(head.encode() + body)
        while piece := connection.recv(65536):
            received += piece
    return bytes(received)


def upload_head(person: Any, length: int, **headers: str) -> str:
    token = person.post("/login").json()["access_token"]
    lines = ["POST /documents HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    lines += ["Content-Type: text/plain", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""])


def test_a_cut_head_never_reaches_its_blank_line_and_ends_anywhere(person: Any) -> None:
    head = upload_head(person, 8, **{HEADER: "cut-head"})
    answers = [exchange(person, head, b"Rechnung") for _ in range(40)]
    assert not any(b"\r\n\r\n" in answer for answer in answers)
    assert len({len(answer) for answer in answers}) > 20
    # Among them are those that are dangerous: half an address of a document.
    assert any(b"/documents/" in answer.partition(b"location: ")[2].partition(b"\r")[0] for answer in answers)
    assert len(person.sandbox.stored()[person.name]) == 40
    assert person.sandbox.requests()[-1].status == 201
    assert person.get("/documents").json()["totalCount"] == 40


def test_an_upload_that_breaks_off_is_no_document(person: Any) -> None:
    head = upload_head(person, 100)
    with connected(person) as connection:
        connection.sendall(head.encode() + b"Rechnung")
    while [seen.path for seen in person.sandbox.requests()[-1:]] != ["/documents"]:
        pass
    assert person.sandbox.requests()[-1].status == 0
    assert person.name not in person.sandbox.stored() or not person.sandbox.stored()[person.name]


def test_a_document_cannot_be_read_for_a_while_after_its_upload(person: Any) -> None:
    path = person.send(**{HEADER: "read-lag; seconds=3600"}).headers["Location"]
    for below in ("", "/extractions", "/pages", "/layout", "/processed"):
        assert person.get(path + below).status_code == 404
    assert person.get("/documents").json()["totalCount"] == 1
    assert person.get(person.upload()).status_code == 200
    assert person.get(person.send(**{HEADER: "read-lag; seconds=0"}).headers["Location"]).status_code == 200
    assert person.delete(path).status_code == 204


def test_the_list_leaves_a_document_out_for_a_while_after_its_upload(person: Any) -> None:
    first = person.upload(name="first.txt")
    hidden = person.send(name="hidden.txt", **{HEADER: "list-lag; seconds=3600"}).headers["Location"]
    person.upload(name="last.txt")
    value = person.get("/documents").json()
    assert [one["name"] for one in value["documents"]] == ["last.txt", "first.txt"]
    assert value["totalCount"] == 2
    assert person.get(hidden).status_code == 200
    after = person.get("/documents", params={"offset": 1}).json()["documents"]
    assert [one["id"] for one in after] == [first.rpartition("/")[2]]


@pytest.fixture
def lagging() -> Iterator[Sandbox]:
    """A sandbox of our own, since faults by chance meet everybody."""
    with Sandbox(processing_time_s=0.0) as sandbox:
        yield sandbox


def test_lags_and_cuts_come_by_chance_too(lagging: Sandbox, person_of: Callable[[Sandbox], Any]) -> None:
    person = person_of(lagging)
    lagging.set_faults({"POST /documents": {"read-lag; seconds=3600..3700": 1.0}})
    assert person.get(person.send().headers["Location"]).status_code == 404
    lagging.set_faults({"POST /documents": {"list-lag; seconds=3600..3700": 1.0}})
    assert person.get(person.send().headers["Location"]).status_code == 200
    assert person.get("/documents").json()["totalCount"] == 1
    head = upload_head(person, 8)
    answers = []
    for _ in range(2):
        lagging.set_faults({"POST /documents": {"cut-head": 1.0}}, seed=3)
        answers.append([len(exchange(person, head, b"Rechnung")) for _ in range(5)])
    assert answers[0] == answers[1]


def test_lags_end() -> None:
    now = [100.0]
    library = Library(clock=lambda: now[0])
    members = {"name": "", "kind": "whole", "upload_media_type": "", "media_type": "text/plain"}
    document = library.add(**members, sha256="", page_count=1, source_classification="TEXT")
    for delay in (library.unread, library.unlisted):
        delay.begin(document.id, 5.0)
        assert delay.hides(document.id)
    assert (library.listed(), library.page(limit=5)) == ([], [])
    now[0] = 104.999
    assert library.unread.hides(document.id)
    now[0] = 105.0
    assert not library.unread.hides(document.id)
    assert (library.listed(), library.page(limit=5)) == ([document], [document])
    assert not library.unlisted


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [("slow", 7.0, 7.0), ("slow; seconds=2", 2.0, 2.0), ("read-lag; seconds=0..10", 0.0, 10.0)],
)
def test_seconds_are_given_or_drawn_from_a_range(asked: str, least: float, most: float) -> None:
    rng = random.Random(1)
    drawn = [InjectedFault(None, parse(asked), None, None, None, rng).seconds(7.0) for _ in range(50)]  # type: ignore[arg-type]
    assert all(least <= one <= most for one in drawn)
    assert len(set(drawn)) == (1 if least == most else 50)


def test_a_range_that_goes_backwards_is_refused(person: Any) -> None:
    answer = person.send(**{HEADER: "slow; seconds=5..1"})
    assert answer.status_code == 400
    assert "seconds=5..1 goes backwards" in answer.json()["message"]
