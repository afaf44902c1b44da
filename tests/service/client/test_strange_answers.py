"""Answers that networks and services give and that none of the tables names: what is believed, and what is not."""

import gzip
import json
from collections.abc import Callable

import pytest
from faults import cut_off, in_turn
from loopback import Connection, Loopback, answer, says

from gini_notebook.errors import AnswerLost, GiniError, ServiceError, TransportError
from gini_notebook.service.client import Client, Timing

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
OLD, NEW = "2c99750c-2fba-11ee-be56-0242ac120002", "2C99750C-2FBA-11EE-BE56-0242AC120002"
GOOD = {"id": OLD, "progress": "COMPLETED", "name": "a.pdf"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body + end


def zipped(data: bytes, extra: bytes = b"") -> bytes:
    body = gzip.compress(data) + extra
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


WHOLE = json.dumps(GOOD).encode()
PORTALS = {
    "a byte order mark before the page": "\ufeff<!DOCTYPE html><html>login</html>".encode(),
    "XHTML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
    "a comment first": b"<!-- portal --><html></html>",
    "blanks first": b"\r\n\r\n   <HTML><BODY>login</BODY></HTML>",
    "Apple's word": b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
    "Microsoft's word": b"Microsoft Connect Test",
    "a script": b"window.location='https://portal.example/'",
    "UTF-16": "<html></html>".encode("utf-16"),
    "a sentence in JSON": b'"You are offline"',
    "a number": b"0",
    "null": b"null",
    "true": b"true",
}


@pytest.mark.parametrize("body", PORTALS.values(), ids=PORTALS)
def test_R5_R28_pages_of_other_portals_say_nothing(serve: Serve, connect: Connect, body: bytes) -> None:
    client = connect(serve(says(answer(200, body, Content_Type="application/json"))).url, attempts=2)
    for call in (
        lambda: client.delete(OLD, with_parts=False),
        lambda: client.send_feedback(OLD, {"iban": "x"}),
        lambda: client.document(OLD),
        lambda: client.extractions(OLD),
        client.documents,
        lambda: client.upload(b"text"),
    ):
        with pytest.raises(AnswerLost):
            call()


CUTS = {
    "within the size of a chunk": chunked(WHOLE[:20])[:-4] + b"\r\n1",
    "before the last chunk": chunked(WHOLE, end=b""),
    "after the first of two chunks": chunked(WHOLE[:20], end=b""),
    "half of a zipped body": zipped(WHOLE)[:-12],
    "fewer bytes than announced": HEAD + b"Content-Length: 900\r\n\r\n" + WHOLE,
    "a length that cuts the JSON": HEAD + b"Content-Length: 30\r\n\r\n" + WHOLE,
    "no length, and an end within a text": HEAD + b"\r\n" + WHOLE[:30],
    "a body of another coding than it says": HEAD
    + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(WHOLE)
    + WHOLE,
    "an unknown coding": HEAD + b"Content-Encoding: zstd-9\r\nContent-Length: 4\r\n\r\n\x28\xb5\x2f\xfd",
}


@pytest.mark.parametrize("data", CUTS.values(), ids=CUTS)
@pytest.mark.parametrize("polite", [True, False])
def test_R11_R28_bodies_cut_at_other_places_are_lost(serve: Serve, connect: Connect, data: bytes, polite: bool) -> None:
    client = connect(serve(cut_off(data, polite=polite)).url, attempts=1)
    with pytest.raises((TransportError, AnswerLost)):
        client.document(OLD)


LOCATIONS = {
    "two of them": b"Location: /documents/%s\r\nLocation: /documents/abc\r\n" % OLD.encode(),
    "the same twice": b"Location: /documents/%s\r\nLocation: /documents/%s\r\n" % (OLD.encode(), OLD.encode()),
    "folded over two lines": b"Location: /documents/2c99750c-2fba\r\n -11ee\r\n",
    "a null byte": b"Location: /documents/2c99\x0050c\r\n",
    "a blank within": b"Location: /documents/2c99 750c\r\n",
    "a fragment": b"Location: /documents/%s#top\r\n" % OLD.encode(),
    "one level deeper": b"Location: /documents/%s/pages\r\n" % OLD.encode(),
    "one level higher": b"Location: /documents/\r\n",
    "steps upwards": b"Location: /documents/../documents/%s\r\n" % OLD.encode(),
    "empty": b"Location: \r\n",
    "without a colon": b"Location /documents/%s\r\n" % OLD.encode(),
}


@pytest.mark.parametrize("lines", LOCATIONS.values(), ids=LOCATIONS)
def test_R5_R28_an_address_in_another_form_names_nothing(serve: Serve, connect: Connect, lines: bytes) -> None:
    server = serve(says(b"HTTP/1.1 201 Created\r\n" + lines + b"Content-Length: 0\r\n\r\n"))
    # Behind a line that is none, the length is not read either, and the answer ends with our patience.
    client = connect(server.url, attempts=3, timing=Timing(read_s=0.5))
    with pytest.raises(AnswerLost) as caught:
        client.upload(b"text")
    assert caught.value.processed is None
    assert len(server.requests) == 1


@pytest.mark.parametrize("named", ["abc", f"{OLD}0", OLD[:-1], ""])
def test_R11_an_answer_about_another_document_is_none(serve: Serve, connect: Connect, named: str) -> None:
    client = connect(serve(says(answer(200, {**GOOD, "id": named}))).url, attempts=2)
    with pytest.raises(AnswerLost, match="another document"):
        client.document(OLD)
    with pytest.raises(AnswerLost, match="another document"):
        client.wait(OLD)


def test_R29_an_answer_that_writes_the_id_in_capitals_is_about_the_document(serve: Serve, connect: Connect) -> None:
    assert connect(serve(says(answer(200, {**GOOD, "id": NEW}))).url).document(OLD).id == NEW


def test_R10_R28_provisional_answers_without_end_end_at_the_deadline(serve: Serve, connect: Connect) -> None:
    def flood(connection: Connection, request: bytes) -> None:
        while not connection.server.stopping.is_set():
            connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50)

    client = connect(serve(flood).url, attempts=1, timing=Timing(deadline_s=0.5))
    with pytest.raises(TransportError, match=r"deadline|broke"):
        client.upload(b"text")


def test_R5_a_provisional_answer_with_a_location_is_not_the_answer(serve: Serve, connect: Connect) -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLocation: /documents/wrong\r\n\r\n"
    server = serve(says(hint + answer(201, Location=f"/documents/{OLD}")))
    assert connect(server.url).upload(b"text") == OLD


@pytest.mark.parametrize("status", [201, 202, 203, 206, 207, 226])
def test_R11_R28_other_kinds_of_success_are_whole_or_lost(serve: Serve, connect: Connect, status: int) -> None:
    client = connect(serve(says(answer(status, b"{}"))).url, attempts=1)
    with pytest.raises(AnswerLost):
        client.document(OLD)


@pytest.mark.parametrize("status", [418, 425, 428, 431, 451, 499, 511, 520, 522, 599])
@pytest.mark.parametrize("body", [b"", b"<html>511</html>", b'{"message": 7}'], ids=["nothing", "page", "odd JSON"])
def test_R5_statuses_of_gateways_never_count_as_done(serve: Serve, connect: Connect, status: int, body: bytes) -> None:
    client = connect(serve(says(answer(status, body))).url, attempts=2)
    for call in (lambda: client.delete(OLD, with_parts=False), lambda: client.upload(b"text")):
        with pytest.raises(ServiceError) as caught:
            call()
        assert caught.value.processed is (None if status >= 500 else False)


def test_R11_a_late_second_answer_is_not_taken_for_the_next(serve: Serve, connect: Connect) -> None:
    first = answer(200, {"extractions": {"iban": {"entity": "iban", "value": "DE1"}}, "candidates": {}})

    def twice(connection: Connection, request: bytes) -> None:
        connection.send(first + first)

    server = serve(in_turn(twice, says(answer(404)), says(answer(404))))
    client = connect(server.url, attempts=1)
    client.extractions(OLD)
    with pytest.raises(GiniError):
        client.extractions("another")
