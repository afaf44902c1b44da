"""The service's language, without any network: requests as data."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.errors import (
    AnswerLost,
    FileProblem,
    SettingError,
)
from gini_notebook.service.values import Feedback, Secret
from gini_notebook.service.wire import (
    GINI_API,
    PAY_API,
    Answer,
    Kind,
    decode,
    user_center,
)
from gini_notebook.service.wire import documents as wire_documents
from gini_notebook.service.wire import feedback as wire_feedback
from gini_notebook.service.wire.answers import read_done
from gini_notebook.service.wire.documents import MAX_BYTES, MAX_TEXT_BYTES, check_file, sniff
from gini_notebook.service.wire.messages import Request

BASE = "https://pay-api.gini.net"


UPLOAD = Request("POST", "/documents", "upload a.pdf", read_done, kind=Kind.UPLOAD, uploads_file=True)


def answered(status: int, body: bytes | object = b"", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.lower().replace("_", "-"): value for name, value in headers.items()}, data)


def test_upload_request_pay_api() -> None:
    request = wire_documents.upload(
        PAY_API, BASE, b"%PDF-", "application/pdf", name="Größe & Ä.pdf", hint="Invoice", metadata={"branchid": "7"}
    )
    assert (request.method, request.path, request.kind) == ("POST", "/documents", Kind.UPLOAD)
    assert request.query == "filename=Gr%C3%B6%C3%9Fe%20%26%20%C3%84.pdf&doctype=Invoice"
    assert request.headers == {
        "Accept": "application/vnd.gini.v1+json",
        "Content-Type": "application/pdf",
        "X-Document-Metadata-branchid": "7",
    }
    assert request.body == b"%PDF-"
    assert decode(request, answered(201, Location=f"{BASE}/documents/abc")) == "abc"
    for location in ({}, {"Location": "https://evil.example/documents/abc"}):
        with pytest.raises(AnswerLost):
            decode(request, answered(201, **location))


@settings(deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_T44_file_names_never_leave_the_query_or_the_form(name: str) -> None:
    request = wire_documents.upload(PAY_API, BASE, b"%PDF-", "application/pdf", name=name)
    assert not set(request.query) & set('\r\n" #?/')
    expected = name.encode("utf-8", "replace").decode()
    assert parse_qs(request.query, keep_blank_values=True).get("filename", [""])[0] == expected
    form = wire_documents.as_form(request, b"%PDF-", "application/pdf", name)
    assert isinstance(form.body, bytes)
    assert "filename=" not in form.query
    boundary = form.headers["Content-Type"].partition("boundary=")[2].encode()
    assert form.body.count(boundary) == 2
    head = form.body.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert len(head) == 3
    assert head[1].count(b'"') == 4
    assert form.body.endswith(b"\r\n\r\n%PDF-\r\n--" + boundary + b"--\r\n")


@pytest.mark.parametrize(
    ("metadata", "fits"),
    [
        ({"branchid": "München"}, False),
        ({"branch\r\nX-Evil": "1"}, False),
        ({"branchid": "a\r\nX-Evil: 1"}, False),
        ({"branchid": "a\x00"}, False),
        ({"": "a"}, False),
        ({"a b": "a"}, False),
        ({"branchid": 7}, False),
        ({"Upload": "Platform=Android,OSVer=15"}, True),
    ],
)
def test_T43_metadata_is_printable_ascii(metadata: Any, fits: bool) -> None:
    if fits:
        assert wire_documents.metadata_headers(metadata) == {"X-Document-Metadata-Upload": "Platform=Android,OSVer=15"}
        return
    with pytest.raises(SettingError, match="printable ASCII text"):
        wire_documents.metadata_headers(metadata)


@settings(deadline=None)
@given(st.text(), st.text())
def test_T43_no_metadata_forges_a_header(name: str, value: str) -> None:
    try:
        headers = wire_documents.metadata_headers({name: value})
    except SettingError:
        return
    for line in (*headers, *headers.values()):
        assert line.isascii()
        assert line.isprintable()


def test_composite_request() -> None:
    request = wire_documents.composite(
        PAY_API, BASE, [("a", 450), ("b", -90), ("c", 0)], hint="Invoice", metadata={"product-tag": "cxExtractions"}
    )
    assert isinstance(request.body, bytes)
    assert json.loads(request.body) == {
        "partialDocuments": [
            {"document": f"{BASE}/documents/a", "rotationDelta": 90},
            {"document": f"{BASE}/documents/b", "rotationDelta": 270},
            {"document": f"{BASE}/documents/c", "rotationDelta": 0},
        ]
    }
    assert request.headers["Content-Type"] == "application/vnd.gini.v1.composite+json"
    assert request.headers["X-Document-Metadata-product-tag"] == "cxExtractions"
    assert request.query == "doctype=Invoice"


def test_qr_request() -> None:
    payment = {"iban": "DE17100500000123456789", "paymentRecipient": ""}
    request = wire_documents.qr_payload(PAY_API, BASE, "BCD", payment)
    assert request.headers["Content-Type"] == "application/vnd.gini.v1.partial+qr+json"
    assert isinstance(request.body, bytes)
    assert json.loads(request.body) == {"qrcode": "BCD", "paymentdata": payment}
    assert b"paymentdata" not in (wire_documents.qr_payload(PAY_API, BASE, "BCD", None).body or b"")
    with pytest.raises(SettingError, match="lacks iban and paymentRecipient; give both"):
        wire_documents.qr_payload(PAY_API, BASE, "BCD", {})


def test_list_request_in_both_environments() -> None:
    assert wire_documents.documents(PAY_API, limit=20, following=None).query == "limit=20"
    assert wire_documents.documents(PAY_API, limit=20, following=1360623867402.2).query == (
        "limit=20&next=1360623867403"
    )
    assert wire_documents.documents(GINI_API, limit=20, following=40).query == "limit=20&offset=40"


def test_the_older_environment_has_its_own_words() -> None:
    request = wire_feedback.send(GINI_API, "1", Feedback.of({"amountToPay": "1.00:EUR"}))
    assert (request.method, request.path) == ("PUT", "/documents/1/extractions")
    assert request.headers["Content-Type"] == "application/vnd.gini.v2+json"
    assert wire_documents.page_image(GINI_API, "1", 2, "medium").path == "/documents/1/pages/2/750x900"
    assert wire_documents.page_image(PAY_API, "1", 2, "medium").path == "/documents/1/pages/2/medium"
    assert GINI_API.partial_type("png") == "application/vnd.gini.v2.partial+png"
    with pytest.raises(SettingError, match="takes no tables as feedback"):
        wire_feedback.send(GINI_API, "1", Feedback.of({}, {"lineItems": []}))


def test_feedback_requests() -> None:
    simple = wire_feedback.send(PAY_API, "1", Feedback.of({"amountToPay": "1.00:EUR"}))
    assert (simple.method, simple.path) == ("POST", "/documents/1/extractions/feedback")
    assert isinstance(simple.body, bytes)
    assert json.loads(simple.body) == {"feedback": {"amountToPay": {"value": "1.00:EUR"}}}
    tables = wire_feedback.send(PAY_API, "1", Feedback.of({}, {"lineItems": [{"quantity": "0"}]}))
    assert isinstance(tables.body, bytes)
    assert json.loads(tables.body) == {
        "extractions": {},
        "compoundExtractions": {"lineItems": [{"quantity": {"value": "0"}}]},
    }
    value = Feedback.of({"iban": "DE1"}).extractions["iban"]
    label = wire_feedback.send_label(PAY_API, "1", "iban", value)
    assert (label.method, label.path, label.body) == ("PUT", "/documents/1/extractions/iban", b'{"value": "DE1"}')
    gone = wire_feedback.delete_label(PAY_API, "1", "shipment-addon")
    assert (gone.method, gone.path) == ("DELETE", "/documents/1/extractions/shipment-addon")
    report = wire_feedback.error_report(PAY_API, "1", summary="a&b", description="")
    assert (report.path, report.query) == ("/documents/1/errorreport", "summary=a%26b")


@pytest.mark.parametrize("label", ["feedback", "", "a/b", "a b", "ä", "../x"])
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(SettingError, match="is no label of an extraction; labels look like amountToPay"):
        wire_feedback.delete_label(PAY_API, "1", label)


@pytest.mark.parametrize(("number", "size"), [(0, "large"), (True, "large"), ("1", "large"), (1, "huge")])
def test_page_numbers_and_sizes(number: Any, size: str) -> None:
    with pytest.raises(SettingError, match=r"Pages are numbered from 1|no page image of this size"):
        wire_documents.page_image(PAY_API, "1", number, size)


def test_token_requests_keep_secrets_out_of_the_address() -> None:
    for request in (
        user_center.password_grant("me@x.example", Secret("canary &=")),
        user_center.refresh_grant(Secret("canary &=")),
    ):
        assert request.host == "user center"
        assert "canary" not in f"{request!r}{request.query}{request.what}"
        assert isinstance(request.body, Secret)
        assert "canary+%26%3D" in request.body.reveal()
    assert user_center.password_grant("a", Secret("b")).query == "grant_type=password"
    assert user_center.client_credentials().query == "grant_type=client_credentials"
    assert user_center.login(PAY_API).host == "api"


@pytest.mark.parametrize("email", ["", "a", "@b", "a@", "a b@c", "a@b\r\n"])
def test_accounts_need_an_address(email: str) -> None:
    with pytest.raises(SettingError, match="is no e-mail address"):
        user_center.create("https://user.gini.net", email, Secret("123456"))


@pytest.mark.parametrize(("password", "fits"), [("12345", False), ("123456", True), ("1234567", True)])
def test_B8_passwords_have_six_characters_or_more(password: str, fits: bool) -> None:
    if fits:
        request = user_center.change_password("1", Secret("old"), Secret(password))
        assert isinstance(request.body, Secret)
        assert json.loads(request.body.reveal()) == {"oldPassword": "old", "password": password}
        return
    with pytest.raises(SettingError, match="password is too short; the User Center takes 6"):
        user_center.create("https://user.gini.net", "a@b.example", Secret(password))


def test_account_requests() -> None:
    created = user_center.create("https://user.gini.net", "a@b.example", Secret("123456"))
    assert decode(created, answered(201, Location="https://user.gini.net/api/users/u1")) == "u1"
    with pytest.raises(AnswerLost):
        decode(created, answered(201, Location="https://user.gini.net/documents/u1"))
    changed = user_center.change_email("u1", "a@b.example", "c@d.example")
    assert isinstance(changed.body, Secret)
    assert json.loads(changed.body.reveal()) == {"oldEmail": "a@b.example", "email": "c@d.example"}
    assert decode(changed, answered(200)) is None
    with pytest.raises(AnswerLost, match="web page, probably of a proxy"):
        decode(changed, answered(200, b"<html>log in</html>"))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\n\n%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        ("Rechnung über 12 €".encode(), "text/plain"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "application/xml"),
        (b"PK\x03\x04\x00\xff", None),
        ("Größe".encode("latin-1"), None),
        (b"a\x00b", None),
    ],
)
def test_media_types_come_from_the_content(content: bytes, media_type: str | None) -> None:
    assert sniff(content) == media_type
    if media_type:
        assert check_file(content, "x") == media_type
    else:
        with pytest.raises(FileProblem, match="x is none of PDF, PNG, JPEG, GIF, TIFF or UTF-8 text"):
            check_file(content, "x")


@pytest.mark.parametrize(
    ("content", "media_type", "problem"),
    [
        (b"", None, "is empty"),
        (b"%PDF-" + bytes(MAX_BYTES - 6), None, None),
        (b"%PDF-" + bytes(MAX_BYTES - 5), None, r"has 10485760 bytes; the service takes less than 10485760"),
        (b"%PDF-" + bytes(MAX_BYTES - 4), None, r"10 MiB"),
        (b"a" * (MAX_TEXT_BYTES - 1), None, None),
        (b"a" * MAX_TEXT_BYTES, None, "has 524288 bytes; the service takes less than 524288"),
        (b"a" * (MAX_TEXT_BYTES + 1), None, "512 KiB"),
        (b"\xff" * MAX_TEXT_BYTES, "application/pdf", None),
        (b"a" * MAX_TEXT_BYTES, "text/plain", "512 KiB"),
    ],
)
def test_B8_sizes_at_below_and_above_the_limit(content: bytes, media_type: str | None, problem: str | None) -> None:
    if problem is None:
        assert check_file(content, "x", media_type)
        return
    with pytest.raises(FileProblem, match=problem):
        check_file(content, "x", media_type)
