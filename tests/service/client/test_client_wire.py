"""The service's language without any network: requests as data, answers deciphered."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.errors import (
    AnswerLost,
    CertificateRefused,
    ConnectionFailed,
    FileProblem,
    FileRefused,
    GiniError,
    NotAuthorized,
    NotFound,
    RequestRefused,
    ServiceError,
    ServiceFailure,
    SettingError,
    TooManyRequests,
)
from gini_notebook.service.values import Document, Feedback, Secret
from gini_notebook.service.wire import (
    GINI_API,
    PAY_API,
    Answer,
    Kind,
    Outcome,
    base_url,
    decode,
    environment_named,
    outcome_of,
    retry_after_s,
    user_center,
)
from gini_notebook.service.wire import documents as wire_documents
from gini_notebook.service.wire import feedback as wire_feedback
from gini_notebook.service.wire import payments as wire_payments
from gini_notebook.service.wire.answers import parse_json_safely, read_done, read_file, read_image
from gini_notebook.service.wire.files import MAX_BYTES, MAX_TEXT_BYTES, check_file, sniff
from gini_notebook.service.wire.links import id_in, id_of
from gini_notebook.service.wire.messages import Request

BASE = "https://pay-api.gini.net"
READ = Request("GET", "/documents/1", "read document 1", read_done, kind=Kind.READ)
UPLOAD = Request("POST", "/documents", "upload a.pdf", read_done, kind=Kind.UPLOAD, uploads_file=True)


def may_repeat(request: Request[None], error: GiniError) -> bool:
    return outcome_of(error, request.kind) in {Outcome.RETRY, Outcome.WAIT}


def answered(status: int, body: bytes | object = b"", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.lower().replace("_", "-"): value for name, value in headers.items()}, data)


# Status, headers of the answer, kind for a GET, kind for an upload, whether either may be repeated.
OUTCOMES: list[tuple[int, dict[str, str], type[ServiceError], type[ServiceError], bool, bool]] = [
    (400, {}, RequestRefused, FileRefused, False, False),
    (401, {}, NotAuthorized, NotAuthorized, False, False),
    (403, {}, NotAuthorized, NotAuthorized, False, False),
    (404, {}, NotFound, NotFound, False, False),
    (405, {}, RequestRefused, RequestRefused, False, False),
    (406, {}, RequestRefused, RequestRefused, False, False),
    (408, {}, TooManyRequests, TooManyRequests, True, False),
    (408, {"Retry_After": "1"}, TooManyRequests, TooManyRequests, True, True),
    (409, {}, RequestRefused, RequestRefused, False, False),
    (413, {}, RequestRefused, FileRefused, False, False),
    (415, {}, RequestRefused, FileRefused, False, False),
    (422, {}, RequestRefused, RequestRefused, False, False),
    (429, {}, TooManyRequests, TooManyRequests, True, True),
    (429, {"Retry_After": "1"}, TooManyRequests, TooManyRequests, True, True),
    (418, {}, RequestRefused, RequestRefused, False, False),
    (301, {}, RequestRefused, RequestRefused, False, False),
    (304, {}, RequestRefused, RequestRefused, False, False),
    (500, {}, ServiceFailure, ServiceFailure, True, False),
    (501, {}, ServiceFailure, ServiceFailure, True, False),
    (502, {}, ServiceFailure, ServiceFailure, True, False),
    (503, {}, ServiceFailure, ServiceFailure, True, False),
    (503, {"Retry_After": "1"}, TooManyRequests, TooManyRequests, True, False),
    (504, {}, ServiceFailure, ServiceFailure, True, False),
    (599, {}, ServiceFailure, ServiceFailure, True, False),
]


@pytest.mark.parametrize(("status", "headers", "for_get", "for_upload", "get_again", "upload_again"), OUTCOMES)
def test_R5_every_status_is_one_error_and_one_decision(
    status: int,
    headers: dict[str, str],
    for_get: type[ServiceError],
    for_upload: type[ServiceError],
    get_again: bool,
    upload_again: bool,
) -> None:
    for request, kind, again in ((READ, for_get, get_again), (UPLOAD, for_upload, upload_again)):
        with pytest.raises(kind, match=rf"Could not {request.what}: the service says 'no' \(status {status}") as caught:
            decode(request, answered(status, {"message": "no", "requestId": "abc"}, **headers))
        error = caught.value
        assert type(error) is kind
        assert (error.status, error.service_message, error.request_id) == (status, "no", "abc")
        assert may_repeat(request, error) is again
        assert error.retry_after_s == (1.0 if headers else None)


@pytest.mark.parametrize(
    ("error", "get_again", "upload_again"),
    [
        (ConnectionFailed("x"), True, True),
        (CertificateRefused("x"), False, False),
        (AnswerLost("x"), True, False),
        (SettingError("x"), False, False),
    ],
)
def test_R5_every_failure_on_the_way_is_one_decision(error: GiniError, get_again: bool, upload_again: bool) -> None:
    assert may_repeat(READ, error) is get_again
    assert may_repeat(UPLOAD, error) is upload_again


@pytest.mark.parametrize(
    ("status", "body", "kind", "match"),
    [
        (400, {"error": "invalid_grant", "error_description": "Bad"}, NotAuthorized, "'Bad'.*user name or password is"),
        (401, {"error": "invalid_client"}, NotAuthorized, "'invalid_client'.*client id or client secret is wrong"),
        (400, {"error": "invalid_request"}, RequestRefused, "'invalid_request'"),
        (403, {"items": [{"code": "2013"}], "message": "m"}, NotAuthorized, r"'m \(2013\)'"),
        (503, b"Service Unavailable", ServiceFailure, "'Service Unavailable'"),
        (502, b"<html><script>alert(1)</script>", ServiceFailure, r"\(a web page, probably of a proxy or load"),
        (500, b"", ServiceFailure, "gives no reason"),
        (500, b'{"message": 7}', ServiceFailure, "gives no reason"),
        (500, b'{"message": "x", "message": "y"}', ServiceFailure, "gives no reason"),
        (404, b"\xff\xfe\x00", NotFound, "the service"),
    ],
)
def test_error_bodies_of_every_shape_survive(
    status: int, body: bytes | object, kind: type[ServiceError], match: str
) -> None:
    with pytest.raises(kind, match=match) as caught:
        decode(READ, answered(status, body, X_Request_Id="from-header"))
    assert caught.value.request_id == "from-header"
    assert "<" not in str(caught.value)


def test_itemised_errors_keep_their_items() -> None:
    with pytest.raises(NotFound) as caught:
        decode(READ, answered(404, {"items": [{"code": "2501"}], "requestId": "7cc7"}))
    assert caught.value.items == ({"code": "2501"},)
    assert caught.value.request_id == "7cc7"


@settings(deadline=None)
@given(st.text(), st.text())
def test_T32_texts_of_the_service_are_one_clean_line(message: str, known: str) -> None:
    body = json.dumps({"message": message, "requestId": known}).encode()
    with pytest.raises(ServiceFailure) as caught:
        decode(READ, answered(500, body))
    for text in (caught.value.service_message, caught.value.request_id):
        assert len(text) <= 500
        assert not any(ord(each) < 32 or "\u202a" <= each <= "\u202e" for each in text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        ("inf", None),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("٣", None),
        ("9" * 5000, 1e9),
        ("Tue, 24 Nov 2026 10:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 09:00:00 GMT", 0.0),
        ("Tuesday, 24-Nov-26 10:00:30 GMT", 30.0),
        ("Tue Nov 24 10:00:30 2026", 30.0),
        ("Tue, 99 Nov 2026 10:00:30 GMT", None),
        ("Tue, 24 Nov 2026 10:00:30 GMT, 5", 30.0),
    ],
)
def test_R6_retry_after_in_both_forms(text: str, seconds: float | None) -> None:
    headers = {"retry-after": text, "date": "Tue, 24 Nov 2026 10:00:00 GMT"}
    assert retry_after_s(headers) == seconds


def test_R23_a_wrong_clock_here_does_not_change_the_pause() -> None:
    late = {"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT", "date": "Tue, 24 Nov 2026 10:00:00 GMT"}
    assert retry_after_s(late, now=0) == 30.0
    now = datetime(2026, 11, 24, 10, 0, 20, tzinfo=UTC).timestamp()
    assert retry_after_s({"retry-after": late["retry-after"]}, now=now) == 10.0
    soon = format_datetime(datetime.now(UTC), usegmt=True)
    assert retry_after_s({"retry-after": soon, "date": "nonsense"}) == 0.0
    assert retry_after_s({}) is None


@settings(deadline=None)
@given(st.text())
def test_R6_retry_after_is_never_negative_or_endless(text: str) -> None:
    seconds = retry_after_s({"retry-after": text})
    assert seconds is None or 0 <= seconds <= 1e9


@pytest.mark.parametrize(
    "location",
    [
        f"{BASE}/documents/abc",
        f"{BASE}/documents/abc/",
        "http://pay-api.gini.net/documents/abc",
        "https://pay-api.gini.net:8443/documents/abc",
        "https://api.gini.net/documents/abc",
        "/documents/abc",
        "https://here.example/documents/abc",
        "https://here.example/prefix/documents/abc",
    ],
)
def test_T13_ids_are_taken_from_our_own_addresses(location: str) -> None:
    assert id_in(location, collection="documents", base="https://here.example/prefix") == "abc"


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "https://evil.example/documents/abc",
        "//evil.example/documents/abc",
        "https://here.example@evil.example/documents/abc",
        "https://evil@here.example/documents/abc",
        "https://here.example.evil.example/documents/abc",
        "https://169.254.169.254/documents/abc",
        "https://localhost/documents/abc",
        "file:///documents/../etc/passwd",
        "https://here.example\\@evil.example/documents/abc",
        "https://here.example/documents/..",
        "https://here.example/documents/%2e%2e",
        "https://here.example/documents/a%2Fb",
        "https://here.example/documents/a/extractions",
        "https://here.example/documents",
        "https://here.example/other/abc",
        "https://here.example/documents/abc?x=1",
        "https://here.example/documents/abc#x",
        "https://here.example/documents/a\r\nb",
        "https://hére.example/documents/abc",
        "https://[::1/documents/abc",
        "https://here.example/documents/" + "a" * 200,
        "javascript:alert(1)",
        "https://here.example/documents/abc, https://here.example/documents/def",
    ],
)
def test_T13_foreign_and_malformed_addresses_are_refused(location: str | None) -> None:
    with pytest.raises(AnswerLost, match=r"not its own|did not say where"):
        id_in(location, collection="documents", base="https://here.example/prefix")


@settings(deadline=None)
@given(st.text())
def test_T13_an_id_never_leaves_its_place_in_the_path(text: str) -> None:
    for make in (lambda: id_of(text), lambda: id_in(text, collection="documents", base=BASE)):
        try:
            found = make()
        except (SettingError, AnswerLost):
            continue
        path = wire_documents.document(PAY_API, found).path
        assert urlsplit(f"{BASE}{path}").path == f"/documents/{found}"
        assert "/" not in found
        assert found not in {".", ".."}


@pytest.mark.parametrize("document", ["", "a/b", "..", "a?b", "a b", "a\r\nb", "ä", 7, f"{BASE}/documents/1"])
def test_what_is_no_id_is_refused_before_sending(document: Any) -> None:
    with pytest.raises(SettingError, match="is no id of the service; give the id alone"):
        wire_documents.document(PAY_API, document)


def test_documents_are_as_good_as_their_ids() -> None:
    assert id_of(Document("abc", "PENDING")) == "abc"


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://pay-api.gini.net", "https://pay-api.gini.net"),
        (" https://PAY-api.gini.net:443/ ", "https://pay-api.gini.net"),
        ("https://127.0.0.1:8443/gini/", "https://127.0.0.1:8443/gini"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_base_addresses_are_normalised(address: str, base: str) -> None:
    assert base_url(address) == base


@pytest.mark.parametrize(
    ("address", "match"),
    [
        ("http://pay-api.gini.net", "is not https"),
        ("http://user:canary@pay-api.gini.net", r"//\*\*\*@pay-api.gini.net' is not https"),
        ("pay-api.gini.net", "is not https"),
        ("ftp://pay-api.gini.net", "is not https"),
        ("", "is not https"),
        ("https://user:canary@pay-api.gini.net", "may hold no credentials"),
        ("https://pay-api.gini.net?x=1", "may hold no credentials, query or fragment"),
        ("https://pay-api.gini.net#x", "may hold no credentials, query or fragment"),
        ("https://", "names no usable host"),
        ("https://a b", "names no usable host"),
        ("https://a\\b", "names no usable host"),
        ("https://pay-api.gini.net/a/../b", "names no usable host"),
        ("https://pay-api.gini.net:99999", "cannot be read: Port out of range"),
        ("https://[::1", "cannot be read"),
    ],
)
def test_T1_base_addresses_that_are_refused(address: str, match: str) -> None:
    with pytest.raises(SettingError, match=match) as caught:
        base_url(address)
    assert "canary" not in str(caught.value)


def test_environments_by_name() -> None:
    assert environment_named("pay-api") is PAY_API
    assert environment_named("gini-api") is GINI_API
    assert environment_named(PAY_API) is PAY_API
    with pytest.raises(
        SettingError,
        match=r"There is no environment of this name \(a text of 4 characters\); choose one of pay-api, gini-api",
    ):
        environment_named("gini")


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<html></html>", "a web page, probably of a proxy or portal"),
        (b"\xff\xfe{}", r"no UTF-8 \(byte 0\)"),
        ('{"a": "Müller"}'.encode("latin-1"), "no UTF-8"),
        (b'{"a": 1', "ends early or is damaged at character 7"),
        (b'{"a": 1,}', "damaged"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": Infinity}', "holds Infinity"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": 1, "a": 2}', "repeats the name 'a'"),
        (b'{"x": {"a": 1, "b": 2, "b": 3}}', "repeats the name 'b'"),
        (b"[" * 70 + b"]" * 70, "deeper than 64 levels"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "deeper than 64 levels"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b'{"a": ' + b"1" * 10_000 + b"}", "integer"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b"{} {}", "damaged"),
        (b"text", "damaged"),
    ],
)
def test_R11_T47_damaged_json_is_refused_with_a_reason(body: bytes, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        parse_json_safely(body)
    with pytest.raises(AnswerLost, match=r"status 200, but the answer is damaged: .*, request id r1\."):
        decode(wire_documents.document(PAY_API, "1"), answered(200, body, X_Request_Id="r1"))


def test_json_with_a_byte_order_mark_or_pairs_of_escapes_is_fine() -> None:
    assert parse_json_safely(b"\xef\xbb\xbf{}") == {}
    assert parse_json_safely(b'["\\ud83d\\ude00"]') == ["\U0001f600"]
    assert parse_json_safely(b"[" * 63 + b"]" * 63)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_R11_any_bytes_are_a_document_or_a_lost_answer(body: bytes) -> None:
    request = wire_documents.document(PAY_API, "1")
    try:
        document = decode(request, answered(200, body))
    except AnswerLost:
        return
    assert isinstance(document, Document)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"plain"])
def test_R11_an_image_must_look_like_one(body: bytes) -> None:
    with pytest.raises(AnswerLost, match="it is no image"):
        read_image(answered(200, body))
    assert read_image(answered(200, b"\xff\xd8\xff\xe0")) == b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize("body", [b"", b" <!DOCTYPE html>", b"<HTML><body>"])
def test_R11_a_processed_file_is_no_web_page(body: bytes) -> None:
    with pytest.raises(AnswerLost, match="empty or a web page"):
        read_file(answered(200, body))
    assert read_file(answered(200, b"%PDF-1.7")) == b"%PDF-1.7"


def test_payment_requests_must_be_an_array() -> None:
    with pytest.raises(AnswerLost, match="an array was expected"):
        decode(wire_payments.payment_requests(PAY_API, limit=1, offset=0), answered(200, {}))


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
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "text/xml"),
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
