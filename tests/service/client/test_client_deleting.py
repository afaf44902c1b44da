"""W13: what is deleted is gone whole, and what is left is named."""

from collections.abc import Callable
from typing import Any

import pytest
from loopback import Connection, Loopback, answer

from gini_notebook.errors import AnswerLost, GiniError, NotFound, RequestRefused
from gini_notebook.service.client import Client

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]


def left(client: Client) -> set[str]:
    return {document.id for document in client.all_documents()}


def test_a_composite_is_deleted_with_its_parts(client: Client) -> None:
    client.delete(client.upload([b"page one", b"page two"]))
    client.delete(client.upload_qr_payload("BCD\n001"))
    client.delete(client.upload(b"one file"))
    assert left(client) == set()


def test_parts_are_kept_where_that_is_asked_for_or_another_document_is_made_of_them(client: Client) -> None:
    parts = [client.upload_partial(b"page one"), client.upload_partial(b"page two")]
    first, second = client.compose(parts), client.compose(parts[:1])
    client.delete(first)
    assert parts[0] in {part.id for part in client.document(second).partial_documents}
    with pytest.raises(NotFound):
        client.document(parts[1])
    client.delete(second, with_parts=False)
    assert client.document(parts[0]).id == parts[0]


class Faulty:
    """A service that takes everything except what it is told not to."""

    def __init__(self, *refused: tuple[str, int, int]) -> None:
        self.refused = {(method, number): status for method, number, status in refused}
        self.counts: dict[str, int] = {}
        self.deleted: list[str] = []
        self.number = 0

    def __call__(self, connection: Connection, request: bytes) -> None:
        head = request.partition(b"\r\n\r\n")[0].decode()
        method, path = head.split(" ")[:2]
        kind = "JOIN" if "composite+json" in head else method
        self.counts[kind] = self.counts.get(kind, 0) + 1
        status = self.refused.get((kind, self.counts[kind]), 0)
        if status:
            connection.send(answer(status, {"message": "no"}))
        elif method == "POST":
            self.number += 1
            connection.send(answer(201, Location=f"/documents/d{self.number}"))
        else:
            self.deleted.append(path.rpartition("/")[2])
            connection.send(answer(204))


@pytest.mark.parametrize(
    ("refused", "kind", "deleted", "named"),
    [
        ([("POST", 2, 400)], RequestRefused, ["d1"], None),
        ([("JOIN", 1, 400)], RequestRefused, ["d1", "d2"], None),
        ([("JOIN", 1, 500)], GiniError, [], r"Left at the service: d1, d2\."),
        ([("POST", 2, 415), ("DELETE", 1, 500)], RequestRefused, [], r"Left at the service: d1\."),
    ],
)
def test_pages_of_a_document_that_came_to_nothing_are_taken_back_or_named(
    serve: Serve, connect: Connect, refused: list[Any], kind: type[GiniError], deleted: list[str], named: str | None
) -> None:
    service = Faulty(*refused)
    client = connect(serve(service).url, attempts=1)
    with pytest.raises(kind, match=named) as caught:
        client.upload([b"page one", b"page two"])
    assert service.deleted == deleted
    assert bool(named) == ("Left at the service" in str(caught.value))


def test_parts_that_could_not_be_deleted_are_named(serve: Serve, connect: Connect) -> None:
    document = {
        "id": "c",
        "progress": "COMPLETED",
        "partialDocuments": [{"document": "/documents/p1"}, {"document": "/documents/p2"}],
    }

    def reply(connection: Connection, request: bytes) -> None:
        if request.startswith(b"GET"):
            connection.send(answer(200, document))
        elif b"/p1 " in request:
            connection.send(answer(200, b"<html>please log in</html>"))
        else:
            connection.send(answer(204))

    server = serve(reply)
    with pytest.raises(AnswerLost, match=r"Left at the service: p1\."):
        connect(server.url, attempts=2).delete("c")
    assert [request.split(b" ")[1] for request in server.requests if request.startswith(b"DELETE")] == [
        b"/documents/c",
        b"/documents/p1",
        b"/documents/p1",
        b"/documents/p2",
    ]
