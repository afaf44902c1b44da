"""The predecessor, api.gini.net: what older clients rely on."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from gini_notebook.sandbox import Sandbox
from gini_notebook.sandbox.environments import GINI_API

V1, V2 = "application/vnd.gini.v1+json", "application/vnd.gini.v2+json"


class NoAuth(requests.auth.AuthBase):
    """Keep a session from adding its own credentials."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


@pytest.fixture(scope="module")
def older() -> Iterator[Sandbox]:
    """The service as it was before the Pay API."""
    with Sandbox(environment="gini-api", processing_time_s=0.0) as sandbox:
        yield sandbox


@pytest.fixture
def customer(older: Sandbox, person_of: Callable[[Sandbox], Any]) -> Any:
    return person_of(older)


def test_a_document_shows_its_pages(customer: Any, files: Any) -> None:
    path = customer.upload(files.pdf(2), "application/pdf")
    pages = customer.get(path).json()["pages"]
    assert [page["pageNumber"] for page in pages] == [1, 2]
    assert pages == customer.get(f"{path}/pages").json()
    for page in pages:
        assert page["images"].keys() == {"750x900", "1280x1810"}
        for uri in page["images"].values():
            assert customer.get(uri).headers["Content-Type"] == "image/jpeg"
    assert customer.get(f"{path}/pages/1/large").status_code == 404


@pytest.mark.parametrize("accept", [V1, V2, "application/vnd.gini.incubator+json"])
def test_older_media_types_are_understood(customer: Any, person: Any, accept: str) -> None:
    assert customer.get("/documents", headers={"Accept": accept}).status_code == 200
    assert person.get("/documents", headers={"Accept": accept}).status_code == (200 if accept == V1 else 406)


def test_parts_of_version_2_make_a_composite(customer: Any, files: Any) -> None:
    part = customer.upload(files.picture(), "application/vnd.gini.v2.partial+jpeg")
    listed = {"partialDocuments": [{"document": customer.sandbox.api + part, "rotationDelta": 0}]}
    kind = "application/vnd.gini.v2.composite+json"
    answer = customer.post("/documents", json=listed, headers={"Content-Type": kind, "Accept": V2})
    assert answer.status_code == 201
    assert customer.get(answer.headers["Location"]).json()["sourceClassification"] == "COMPOSITE"


def test_a_raw_upload_may_have_any_content_type(customer: Any, files: Any) -> None:
    for kind in ("application/octet-stream", "application/x-www-form-urlencoded", "text/plain", ""):
        answer = customer.post("/documents", data=files.pdf(), headers={"Content-Type": kind or None})
        assert answer.status_code == 201, (kind, answer.text)


def test_the_list_pages_by_offset_and_counts(customer: Any) -> None:
    for name in "abc":
        customer.upload(name=name)
    value = customer.get("/documents", params={"limit": 1, "offset": 1}).json()
    assert [one["name"] for one in value["documents"]] == ["b"]
    assert value["totalCount"] == 3


def test_search_finds_documents_that_hold_all_words(customer: Any, files: Any) -> None:
    for word in ("Regenjacke", "Wandersocken"):
        customer.upload(files.pdf(lines=["Rechnung", word, "Betrag 12,00 EUR"]), "application/pdf", f"{word}.pdf")
    found = customer.get("/search", params={"q": "rechnung WANDERSOCKEN"}).json()
    assert (found["totalCount"], [one["name"] for one in found["documents"]]) == (1, ["Wandersocken.pdf"])
    both = customer.get("/search", params={"q": "rechnung", "limit": 1, "offset": 1}).json()
    assert (both["totalCount"], [one["name"] for one in both["documents"]]) == (2, ["Regenjacke.pdf"])
    assert customer.get("/search", params={"q": "nothing"}).json() == {"totalCount": 0, "documents": []}
    typed = customer.get("/search", params={"q": "rechnung", "docType": "Contract"}).json()
    assert typed["totalCount"] == 0


@pytest.mark.parametrize(("limit", "status"), [(0, 400), (1, 200), (249, 200), (250, 200), (251, 400)])
def test_a_search_gives_between_1_and_250_documents(customer: Any, limit: int, status: int) -> None:
    assert customer.get("/search", params={"q": "x", "limit": limit}).status_code == status


def test_a_search_without_words_is_refused(customer: Any) -> None:
    for query in ({}, {"q": " "}):
        answer = customer.get("/search", params=query)
        assert (answer.status_code, "q is missing" in answer.json()["message"]) == (400, True)


def test_the_layout_comes_as_json_or_xml(customer: Any, files: Any) -> None:
    path = customer.upload(files.pdf(), "application/pdf")
    as_json = customer.get(f"{path}/layout").json()
    answer = customer.get(f"{path}/layout", headers={"Accept": "application/vnd.gini.v1+xml"})
    assert answer.headers["Content-Type"] == "application/vnd.gini.v1+xml"
    root = ET.fromstring(answer.content)
    page = as_json["pages"][0]
    words = [
        word["text"]
        for zone in page["textZones"]
        for paragraph in zone["paragraphs"]
        for line in paragraph["lines"]
        for word in line["wds"]
    ]
    assert [word.text for word in root.iter("wd")] == words
    assert float(root.find("page").get("sizeX")) == page["sizeX"]
    assert next(root.iter("wd")).get("bold") in {"true", "false"}
    assert customer.get(f"{path}/layout", headers={"Accept": "image/png"}).status_code == 406


def test_extractions_use_the_older_words(customer: Any, person: Any, files: Any) -> None:
    lines = [
        "Tischlerei Ahornhof GmbH",
        "Rechnung 2025-0318",
        "Rechnungsbetrag: 238,00 EUR",
        "IBAN DE59200411550987654321",
    ]
    today = person.get(person.upload(files.pdf(lines=lines), "application/pdf") + "/extractions").json()
    before = customer.get(customer.upload(files.pdf(lines=lines), "application/pdf") + "/extractions").json()
    assert before["extractions"].keys() <= GINI_API.labels.keys()
    assert before["extractions"]["iban"]["value"] == today["extractions"]["iban"]["value"]
    assert before["extractions"]["paymentRecipient"]["candidates"] == "senderNames"
    assert before["candidates"]["senderNames"] == today["candidates"]["paymentRecipients"]
    assert before.keys() == {"extractions", "candidates"}


def test_document_types_that_did_not_exist_are_other() -> None:
    value = {"extractions": {"docType": {"entity": "doctype", "value": "PaymentQRCode"}}, "candidates": {}}
    assert GINI_API.extractions(value)["extractions"]["docType"]["value"] == "Other"


def test_feedback_has_the_older_path_and_labels(customer: Any) -> None:
    path = customer.upload()
    body = {"feedback": {"senderName": {"value": "Tischlerei Ahornhof GmbH"}, "invoiceId": {"value": "2025-0318"}}}
    assert customer.post(f"{path}/extractions", json=body).status_code == 204
    assert customer.get(f"{path}/extractions").json()["extractions"]["senderName"]["entity"] == "companyname"
    assert customer.put(f"{path}/extractions/customerId", json={"value": "ABC"}).status_code == 422
    assert customer.delete(f"{path}/extractions/senderName").status_code == 204
    assert "senderName" not in customer.get(f"{path}/extractions").json()["extractions"]
    assert customer.post(f"{path}/extractions/feedback", json=body).status_code == 405
    assert customer.put(f"{path}/extractions", json={"feedback": {"shipment-addon": {"value": "1"}}}).status_code == 404


def test_what_came_later_is_not_there(customer: Any, person: Any) -> None:
    for path in ("/configurations", "/paymentRequests"):
        assert customer.get(path).status_code == 404
    assert person.get("/search?q=x").status_code == 404
    described = customer.get("/openapi.json").json()["paths"].keys()
    assert "/search" in described
    assert "/configurations" not in described


def ask_token(sandbox: Sandbox, fields: dict[str, str], **more: Any) -> requests.Response:
    session = requests.Session()
    session.trust_env = False
    url = f"{sandbox.user_center}/oauth/token"
    return session.post(url, data=fields, verify=sandbox.ca_file, timeout=60, **more)


def test_a_client_may_prove_itself_in_the_form(older: Sandbox, sandbox: Sandbox, customer: Any) -> None:
    email, password = f"{customer.name}@example.org", "geheim1"
    users, new = f"{older.user_center}/api/users", {"email": email, "password": password}
    assert customer.post(users, json=new, auth=NoAuth(), headers=customer.client_token()).status_code == 201
    login = {"grant_type": "password", "username": email, "password": password}
    ids = {"client_id": older.client_id, "client_secret": older.client_secret}
    answer = ask_token(older, login | ids)
    assert answer.status_code == 200
    assert answer.json()["refresh_token"]
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert customer.get("/documents", auth=NoAuth(), headers=bearer).status_code == 200
    for wrong in ({"client_secret": "guessed"}, {"client_id": "somebody"}):
        refused = ask_token(older, login | ids | wrong)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused.headers["WWW-Authenticate"].startswith("Basic")
    without = ask_token(older, login | {"client_id": older.client_id})
    assert (without.status_code, without.json()["error"]) == (401, "invalid_client")
    # A header wins over the form, and today's service knows the header only.
    assert ask_token(older, login | ids, auth=("somebody", "guessed")).status_code == 401
    today = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    assert ask_token(sandbox, {"grant_type": "client_credentials"} | today).status_code == 401
    assert older.client_secret not in str(older.requests())


def test_feedback_is_taken_without_a_content_type(customer: Any, person: Any) -> None:
    body = b'{"feedback": {"bic": {"value": "INGDDEFFXXX"}}}'
    for one, status in ((customer, 204), (person, 406)):
        path = one.upload()
        assert one.put(f"{path}/extractions", data=body, headers={"Content-Type": None}).status_code == status
        assert one.put(f"{path}/extractions", data=body, headers={"Content-Type": "text/plain"}).status_code == 406
