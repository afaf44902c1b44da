"""One method per thing the service can do, against the service on this machine, seen from both ends."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from loopback import LETTER, answer, says

from gini_notebook.errors import (
    DocumentFailed,
    NotAuthorized,
    NotFound,
    RequestRefused,
    SettingError,
    StillProcessing,
)
from gini_notebook.interactive.login import login, login_accounts
from gini_notebook.service.accounts import Accounts
from gini_notebook.service.client import Client
from gini_notebook.service.values import Box, Document, Extraction, Feedback

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox


@pytest.fixture
def seen(sandbox: "Sandbox", client: Client) -> Callable[[], Any]:
    """The last request of this test's user as the server saw it."""

    def last() -> Any:
        return [request for request in sandbox.requests() if request.user == client.user][-1]

    return last


def test_upload_sends_type_name_hint_and_metadata(client: Client, pdf: Path, seen: Callable[[], Any]) -> None:
    identifier = client.upload(pdf, document_type="Invoice", metadata={"branchid": "7"})
    request = seen()
    assert (request.method, request.path) == ("POST", "/documents")
    assert request.query == "filename=letter_plain.pdf&doctype=Invoice"
    assert request.headers["content-type"] == "application/pdf"
    assert request.headers["x-document-metadata-branchid"] == "7"
    assert request.body_bytes == pdf.stat().st_size
    document = client.document(identifier)
    assert (document.name, document.upload_media_type) == ("letter_plain.pdf", "application/pdf")


def test_upload_takes_content_names_and_types(client: Client, pdf: Path, seen: Callable[[], Any]) -> None:
    identifier = client.upload(LETTER.encode(), name="Größe & Ä.txt")
    assert seen().headers["content-type"] == "text/plain"
    assert client.document(identifier).name == "Größe & Ä.txt"
    assert client.document(client.upload(LETTER.encode())).name == "Document"
    client.upload(pdf.read_bytes(), name="wrong.png", media_type="application/pdf")
    assert seen().headers["content-type"] == "application/pdf"
    assert client.document(client.upload(str(pdf))).name == "letter_plain.pdf"


def test_upload_as_a_form(client: Client, pdf: Path, seen: Callable[[], Any]) -> None:
    identifier = client.upload(pdf, name='Größe "x".pdf', document_type="Invoice", as_form=True)
    request = seen()
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert request.query == "doctype=Invoice"
    assert client.document(identifier).name.startswith("Größe")
    assert client.wait(identifier).page_count == 1


def test_pages_become_one_composite(client: Client, invoices: Path, seen: Callable[[], Any]) -> None:
    pages = sorted(invoices.glob("letter_[lp]*.pdf"))[:2]
    composite = client.wait(client.upload(pages, metadata={"branchid": "7"}))
    assert composite.source_classification == "COMPOSITE"
    first = client.document(composite.partial_documents[0].id)
    assert first.name == pages[0].name
    assert [each.id for each in first.composite_documents] == [composite.id]
    with pytest.raises(NotFound):
        client.extractions(first)
    assert client.extractions(composite).extractions


def test_parts_are_turned_and_shared(client: Client, pdf: Path, seen: Callable[[], Any]) -> None:
    part = client.upload_partial(pdf, metadata={"branchid": "7"})
    assert seen().headers["content-type"] == "application/vnd.gini.v1.partial+pdf"
    composite = client.compose([(part, 450)], document_type="Invoice")
    request = seen()
    assert request.headers["content-type"] == "application/vnd.gini.v1.composite+json"
    assert request.query == "doctype=Invoice"
    assert client.document(composite).partial_documents[0].rotation_delta == 90
    other = client.compose([part])
    assert {each.id for each in client.document(part).composite_documents} == {composite, other}


def test_parts_are_deleted_with_their_parents(client: Client, pdf: Path) -> None:
    part = client.upload_partial(pdf)
    composite = client.compose([part])
    with pytest.raises(RequestRefused, match=r"part of"):
        client.delete(part)
    client.delete(part, with_parents=True)
    for gone in (part, composite):
        with pytest.raises(NotFound):
            client.document(gone)


def test_qr_payloads(client: Client) -> None:
    code = "BCD\n002\n1\nSCT\n\nStadtwerke Nordheim\nDE17100500000123456789\nEUR58.20\n\n\nAbschlag Mai"
    document = client.wait(client.upload_qr_payload(code))
    values = {label: each.value for label, each in client.extractions(document).extractions.items()}
    assert values["iban"] == "DE17100500000123456789"
    assert values["amountToPay"] == "58.20:EUR"
    given = {"iban": "DE17100500000123456789", "paymentRecipient": "Stadtwerke Nordheim"}
    assert client.document(client.upload_qr_payload(code, given)).partial_documents


def test_lists_go_on_where_they_ended(client: Client) -> None:
    sent = [client.upload(LETTER.encode(), name=f"{number}.txt") for number in range(7)]
    assert len(client.documents(limit=3)) == 3
    assert len(client.documents()) == 7
    assert sorted(document.id for document in client.all_documents(limit=2)) == sorted(sent)
    last = client.documents(limit=3)[-1]
    assert client.documents(limit=1, next=last.creation_date)[0].creation_date == last.creation_date
    for limit in (0, True, 1.5):
        with pytest.raises(SettingError, match="limit must be a positive whole number"):
            client.documents(limit=limit)  # type: ignore[arg-type]


def test_results_of_all_kinds(client: Client, document: str, pdf: Path, seen: Callable[[], Any]) -> None:
    read = client.extractions(document)
    amount = read.extractions["amountToPay"]
    assert amount.entity == "amount"
    assert amount.box is not None
    assert read.candidates[amount.candidates or ""]
    layout = client.layout(document)
    page = layout.page(amount.box.page)
    assert page is not None
    relative = amount.box.scaled(page.size_x, page.size_y)
    assert 0 < relative.left < relative.left + relative.width < 1
    assert any(word.text for word in page.words())
    assert [each.number for each in client.pages(document)] == [1]
    assert client.page_image(document, 1).startswith(b"\xff\xd8\xff")
    assert len(client.page_image(document, 1, "medium")) < len(client.page_image(document, 1, "large"))
    assert seen().path == f"/documents/{document}/pages/1/large"
    assert client.processed(document) == pdf.read_bytes()


def test_feedback_changes_what_is_read_next(client: Client, document: str) -> None:
    client.send_feedback(document, {"amountToPay": "950.00:EUR", "iban": {"value": "DE59200411550987654321"}})
    client.send_feedback(document, Feedback.of({"bic": Extraction("bic", "COBADEHD055", Box(1, 1, 2, 3, 4))}))
    client.send_label_feedback(document, "paymentReference", "3941500123987")
    values = {label: each.value for label, each in client.extractions(document).extractions.items()}
    assert values["amountToPay"] == "950.00:EUR"
    assert values["iban"] == "DE59200411550987654321"
    assert values["paymentReference"] == "3941500123987"
    client.delete_label(document, "paymentReference")
    assert "paymentReference" not in client.extractions(document).extractions
    rows = [{"artNumber": "77-1042", "quantity": "0", "returnReason": {"value": "r4", "entity": "returnreason"}}]
    client.send_feedback(document, {"amountToPay": "24.95:EUR"}, compounds={"lineItems": rows})
    assert client.extractions(document).compound_extractions["lineItems"][0]["quantity"].value == "0"


def test_feedback_that_cannot_be(client: Client, document: str) -> None:
    with pytest.raises(RequestRefused, match=r"status 422.*breaks the rules of its entity"):
        client.send_feedback(document, {"iban": "DE00"})
    with pytest.raises(NotFound):
        client.send_feedback(document, {"noSuchLabel": "x"})
    with pytest.raises(SettingError, match=r"The feedback cannot be sent: .*must be a text, not a number"):
        client.send_feedback(document, {"amountToPay": 12.3})  # type: ignore[dict-item]
    with pytest.raises(SettingError, match="Give the compounds within the Feedback"):
        client.send_feedback(document, Feedback.of({}), compounds={})


def test_the_rest_of_the_service(client: Client, document: str, seen: Callable[[], Any]) -> None:
    assert client.configuration().client_id
    assert client.error_report(document, summary="odd amount", description="a & b").error_id
    assert seen().query == "summary=odd%20amount&description=a%20%26%20b"
    client.log_event("upload failed: 413", document_id=document)
    assert seen().path == "/events/error"
    client.send_events([{"event_type": "x"}])
    assert seen().headers["content-type"] == "application/vnd.gini.v1.events.amplitude"
    (open_request, *_) = [each for each in client.payment_requests(limit=5) if each.status == "open"]
    assert client.payment_request(open_request.id).amount == open_request.amount
    paid = {name: getattr(open_request, name) for name in ("recipient", "iban", "bic", "amount", "purpose")}
    assert client.resolve_payment_request(open_request.id, paid).status == "paid"
    assert client.payment(open_request.id).iban == open_request.iban
    with pytest.raises(RequestRefused):
        client.resolve_payment_request(open_request.id, paid)
    with pytest.raises(SettingError, match="The payment lacks iban, purpose"):
        client.resolve_payment_request(open_request.id, {**paid, "iban": "", "purpose": ""})
    with pytest.raises(SettingError, match="limit must be a positive whole number, not 0"):
        client.payment_requests(limit=0)
    with pytest.raises(SettingError, match="offset must be a whole number from 0 on, not -1"):
        client.payment_requests(offset=-1)


def test_a_token_for_a_device_acts_as_the_same_user(sandbox: "Sandbox", client: Client, document: str) -> None:
    token = client.login_token()
    device = login(sandbox, token=token.access_token)
    assert device.document(document).id == document
    assert device.user == "(token)"


def test_jwt_and_provided_jwt(sandbox: "Sandbox") -> None:
    fixed = login(sandbox, jwt=sandbox.json_web_token("jwt-user"))
    document = fixed.upload(LETTER.encode())
    provided = login(sandbox, jwt=lambda: sandbox.json_web_token("jwt-user"))
    assert provided.document(document).id == document


def test_accounts_from_creation_to_deletion(sandbox: "Sandbox") -> None:
    with login_accounts(sandbox) as accounts:
        account = accounts.create("someone@app.example.org", "tulip-4711")
        assert accounts.get(account).email == "someone@app.example.org"
        with pytest.raises(RequestRefused):
            accounts.create("someone@app.example.org", "tulip-4711")
        client = login(sandbox, username="someone@app.example.org", password="tulip-4711")
        document = client.upload(LETTER.encode())
        accounts.change_password(account, "tulip-4711", "narzisse-0815")
        accounts.change_email(account, "someone@app.example.org", "other@app.example.org")
        with pytest.raises(NotAuthorized, match="user name or password is wrong"):
            login(sandbox, username="someone@app.example.org", password="tulip-4711").documents()
        assert login(sandbox, username="other@app.example.org", password="narzisse-0815").document(document)
        accounts.delete(account)
        with pytest.raises(NotFound):
            accounts.get(account)
        assert repr(accounts) == f"Accounts(user_center='{sandbox.user_center}')"
    with pytest.raises(NotAuthorized, match="client id or client secret is wrong"):
        Accounts("client", "wrong", user_center=sandbox.user_center, ca_bundle=sandbox.ca_file).get("u1")


def test_tokens_never_meet_the_wrong_host(sandbox: "Sandbox") -> None:
    since = len(sandbox.requests())
    client = login(sandbox, anonymous_domain="app.example.org")
    client.documents()
    schemes = [(each.role, each.path, each.headers["authorization"].split()[0]) for each in sandbox.requests(since)]
    assert schemes == [
        ("user_center", "/oauth/token", "Basic"),
        ("user_center", "/api/users", "Bearer"),
        ("user_center", "/oauth/token", "Basic"),
        ("api", "/documents", "Bearer"),
    ]


def test_R9_expired_tokens_are_invisible(sandbox: "Sandbox") -> None:
    client = login(sandbox, anonymous_domain="app.example.org")
    document = client.upload(LETTER.encode())
    sandbox.expire_tokens()
    assert client.document(document)


def test_waiting_asks_politely_and_ends(serve: Callable[..., Any], connect: Callable[..., Client]) -> None:
    pauses: list[float] = []
    shown: list[Document] = []
    pending, completed = ({"id": "1", "progress": progress} for progress in ("QUEUED", "COMPLETED"))
    server = serve(says(*[answer(200, pending)] * 8, answer(200, completed)))
    client = connect(server.url, sleep=pauses.append, clock=map(float, range(1000)).__next__)
    assert client.wait("1", progress=shown.append).progress == "COMPLETED"
    assert len(shown) == 9
    assert len(pauses) == 8
    assert 0.25 * 0.9 <= pauses[0] <= pauses[-1] <= 5.0 * 1.1
    client = connect(serve(says(answer(200, pending))).url, clock=map(float, range(1000)).__next__)
    with pytest.raises(StillProcessing, match=r"Document 1 is still QUEUED after \d+ s; ask again later"):
        client.wait("1", deadline_s=5)


def test_a_document_the_service_gives_up_on(serve: Callable[..., Any], connect: Callable[..., Client]) -> None:
    client = connect(serve(says(answer(200, {"id": "1", "progress": "ERROR", "name": "a.pdf"}))).url)
    with pytest.raises(DocumentFailed, match=r"could not process document 1 \('a\.pdf'\); it gives no reason"):
        client.wait("1")


def test_the_older_environment(pdf: Path) -> None:
    from gini_notebook.sandbox import Sandbox

    with Sandbox(processing_time_s=0.0, environment="gini-api") as older:
        client = login(older, environment="gini-api")
        identifiers = [client.upload(pdf, document_type="Invoice") for _ in range(3)]
        document = client.wait(identifiers[0])
        assert client.extractions(document).extractions
        assert client.layout(document).pages
        assert client.page_image(document, 1, "medium").startswith(b"\xff\xd8\xff")
        client.send_feedback(document, {"amountToPay": "12.30:EUR"})
        assert client.extractions(document).extractions["amountToPay"].value == "12.30:EUR"
        assert {each.id for each in client.all_documents(limit=2)} == set(identifiers)
        paths = [(each.method, each.path, each.headers["accept"]) for each in older.requests()]
        assert ("PUT", f"/documents/{document.id}/extractions", "application/vnd.gini.v2+json") in paths
        assert ("GET", f"/documents/{document.id}/pages/1/750x900", "image/*") in paths
        assert client.pages(document)
        client.delete(document)
