"""What a client takes, and that no message shows what it was given; T60."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loopback import DOCUMENT, Loopback, answer, says

from gini_notebook.errors import FileProblem, GiniError, SettingError, StillProcessing
from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service.accounts import Accounts
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import TrustedAccess
from gini_notebook.service.values import Box, Document, Extraction, Extractions, PaymentRequest, User

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
CANARY = "DE89 3704 0044 0532 0130 00\nMuster Handel GmbH 119,00"
FOUND = Extractions(
    extractions={"iban": Extraction("iban", CANARY, Box(1, 2.0, 3.0, 4.0, 5.0), "ibans")},
    compound_extractions={
        "lineItems": ({"quantity": Extraction("numeric", "2")}, {"quantity": Extraction("numeric", "3")})
    },
)


@pytest.fixture
def client(connect: Connect) -> Client:
    return connect("https://127.0.0.1:1")


WRONG: list[Any] = [CANARY, CANARY.encode(), [CANARY], {CANARY: CANARY}, {CANARY}, FOUND, None, 1.5]
SINGLE: dict[str, Callable[[Client, Any], object]] = {
    "document": lambda client, given: client.document(given),
    "delete": lambda client, given: client.delete(given),
    "extractions": lambda client, given: client.extractions(given),
    "page_image number": lambda client, given: client.page_image("1", given),
    "page_image size": lambda client, given: client.page_image("1", 1, str(given)),
    "documents": lambda client, given: client.documents(limit=given),
    "all_documents": lambda client, given: list(client.all_documents(limit=given)),
    "payment_requests": lambda client, given: client.payment_requests(offset=given),
    "payment_request": lambda client, given: client.payment_request(given),
    "compose": lambda client, given: client.compose([given]),
    "compose turned": lambda client, given: client.compose([("1", given)]),
    "with_user": lambda client, given: client.with_user(given or CANARY),
    "feedback label": lambda client, given: client.send_label_feedback("1", str(given), "x"),
    "feedback value": lambda client, given: client.send_feedback("1", {CANARY: 1.5}),  # type: ignore[dict-item]
    "metadata": lambda client, given: client.upload(b"text", metadata={str(given): str(given)}),
    "environment": lambda client, given: Client(TrustedAccess("a", "b"), environment=given),
}


@pytest.mark.parametrize("entrance", SINGLE)
@pytest.mark.parametrize("given", WRONG, ids=[type(each).__name__ for each in WRONG])
def test_T60_no_argument_is_printed_by_value(client: Client, entrance: str, given: Any) -> None:
    with pytest.raises(GiniError) as caught:
        SINGLE[entrance](client, given)
    said = str(caught.value)
    assert "3704" not in said
    assert "Muster" not in said
    assert len(said) < 400


@pytest.mark.parametrize("given", [CANARY, CANARY * 200, "\x00", {CANARY}, (piece for piece in [CANARY]), None, 5])
def test_T60_what_is_no_file_is_refused_with_the_forms_that_are(client: Client, given: Any) -> None:
    with pytest.raises((FileProblem, SettingError), match=r"cannot be read|its pages are a list or tuple") as caught:
        client.upload(given)
    assert "3704" not in str(caught.value)
    with pytest.raises((FileProblem, SettingError)) as caught:
        client.upload([given])
    assert "3704" not in str(caught.value)


class Sent:
    """Uploads that a server takes, and what came."""

    def __init__(self, serve: Serve, connect: Connect) -> None:
        self.server = serve(says(answer(201, Location="/documents/abc")))
        self.client = connect(self.server.url)

    @property
    def last(self) -> tuple[str, bytes]:
        head, _, body = self.server.requests[-1].partition(b"\r\n\r\n")
        return head.split(b"\r\n")[0].decode(), body


@pytest.fixture
def sent(serve: Serve, connect: Connect) -> Sent:
    return Sent(serve, connect)


def test_binary_files_are_files(sent: Sent, tmp_path: Path) -> None:
    path = tmp_path / "bill.txt"
    path.write_bytes(b"from a file")
    with path.open("rb") as file:
        sent.client.upload(file)
    assert sent.last == ("POST /documents?filename=bill.txt HTTP/1.1", b"from a file")
    sent.client.upload(io.BytesIO(b"from memory"), name="a.txt")
    assert sent.last == ("POST /documents?filename=a.txt HTTP/1.1", b"from memory")
    for content in (bytearray(b"text"), memoryview(b"text")):
        sent.client.upload(content)
        assert sent.last[1] == b"text"
    sent.client.upload_partial(io.BytesIO(b"page"))
    assert sent.last[1] == b"page"
    sent.client.upload((path, io.BytesIO(b"page 2"), b"page 3"))
    assert [request.partition(b"\r\n\r\n")[2] for request in sent.server.requests[-4:-1]] == [
        b"from a file",
        b"page 2",
        b"page 3",
    ]


def test_files_that_cannot_be_read_say_why(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "bill.txt"
    path.write_text("text")
    with path.open() as text, pytest.raises(FileProblem, match=r"bill\.txt was opened as text; open it with 'rb'"):
        client.upload(text)  # type: ignore[arg-type]
    with path.open("rb") as file:
        file.close()
        with pytest.raises(FileProblem, match=r"bill\.txt cannot be read: it is closed, or not open for reading"):
            client.upload(file)


def test_whole_numbers_of_any_type_are_numbers(serve: Serve, connect: Connect) -> None:
    server = serve(says(answer(200, b"\x89PNG\r\n\x1a\n"), answer(200, {"documents": []}), answer(200, [])))
    client = connect(server.url)
    client.page_image("1", np.int64(3))  # type: ignore[arg-type]
    client.documents(limit=np.int32(7))  # type: ignore[arg-type]
    client.payment_requests(limit=np.uint8(2), offset=np.int64(1))  # type: ignore[arg-type]
    asked = [request.split(b" ")[1] for request in server.requests]
    assert asked == [b"/documents/1/pages/3/large", b"/documents?limit=7", b"/paymentRequests?limit=2&offset=1"]
    with pytest.raises(SettingError, match=r"turned by whole degrees, clockwise; 1\.5 is none"):
        client.compose([("1", 1.5)])  # type: ignore[list-item]


def test_objects_of_the_service_stand_for_their_ids(serve: Serve, connect: Connect, trusted: str) -> None:
    server = serve(says(answer(200, {"id": "1", "progress": "COMPLETED"})))
    client = connect(server.url)
    client.payment_request(PaymentRequest(links={"_self": "https://x/paymentRequests/p7"}))
    assert b"/paymentRequests/p7 " in server.requests[-1]
    client.document(Document("1", "PENDING"))
    assert b"/documents/1 " in server.requests[-1]
    server = serve(says(answer(200, {"access_token": "t", "expires_in": 60}), answer(200, {"id": "u1"})))
    accounts = Accounts("a", "b", user_center=server.url, ca_bundle=trusted)
    accounts.get(User(id="u1"))
    assert b"GET /api/users/u1 " in server.requests[-1]


def test_waiting_for_many(serve: Serve, connect: Connect) -> None:
    states = {"1": iter(["PENDING", "COMPLETED"]), "2": iter(["ERROR"]), "3": iter(["QUEUED", "QUEUED", "COMPLETED"])}

    def reply(connection: Any, request: bytes) -> None:
        named = request.split(b" ")[1].rpartition(b"/")[2].decode()
        connection.send(answer(200, {"id": named, "progress": next(states[named])}))

    client = connect(serve(reply).url)
    found = client.wait(["1", Document("2", "PENDING"), "3"], timeout=60)
    assert [(each.id, each.progress) for each in found] == [("1", "COMPLETED"), ("2", "ERROR"), ("3", "COMPLETED")]
    assert client.wait([]) == []


def test_waiting_has_one_limit_with_two_names(serve: Serve, connect: Connect) -> None:
    pending = [answer(200, {"id": number, "progress": "PENDING"}) for number in "12" * 20]
    client = connect(serve(says(*pending)).url, clock=map(float, range(1000)).__next__)
    with pytest.raises(StillProcessing, match=r"Document 1 \(and 2\) is still PENDING after \d+ s"):
        client.wait(["1", "2"], timeout=5)
    with pytest.raises(SettingError, match="timeout= and deadline_s= are two names for one thing"):
        client.wait("1", timeout=5, deadline_s=5)


def test_extractions_by_label() -> None:
    assert FOUND["iban"].value == CANARY
    assert ("iban" in FOUND, "bic" in FOUND, list(FOUND), FOUND.get("bic")) == (True, False, ["iban"], None)
    with pytest.raises(KeyError, match="nothing was read under this label; there are iban") as caught:
        FOUND["bic"]
    assert "3704" not in str(caught.value)
    with pytest.raises(KeyError, match="this is a table; its rows are in compound_extractions"):
        FOUND["lineItems"]


def test_extractions_as_a_table() -> None:
    table = FOUND.to_frame()
    assert list(table.columns) == [
        "group",
        "row",
        "field",
        "entity",
        "value",
        "page",
        "left",
        "top",
        "width",
        "height",
        "candidates",
    ]
    assert table[["group", "row", "field", "value"]].to_numpy().tolist() == [
        ["", 0, "iban", CANARY],
        ["lineItems", 0, "quantity", "2"],
        ["lineItems", 1, "quantity", "3"],
    ]
    assert table.loc[0, ["page", "left", "height", "candidates"]].tolist() == [1, 2.0, 5.0, "ibans"]
    assert list(Extractions(extractions={}).to_frame().columns) == list(table.columns)


def test_an_answer_that_names_parts_by_id(serve: Serve, connect: Connect) -> None:
    parts = [{"documentId": "p1"}, {"document": "https://x/documents/p2", "rotationDelta": 90}]
    server = serve(says(answer(200, {**DOCUMENT, "partialDocuments": parts})))
    assert [part.id for part in connect(server.url).document("1").partial_documents] == ["p1", "p2"]


def test_the_environment_of_a_sandbox_is_the_clients() -> None:
    with Sandbox(processing_time_s=0.0, environment="gini-api") as older:
        assert login(older).environment.name == "gini-api"
        assert list(login(older).all_documents()) == []
        with Accounts(older) as accounts:
            assert accounts.environment.name == "gini-api"
            accounts.get(accounts.create("somebody@app.example.org", "secret-7"))
