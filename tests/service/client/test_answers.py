"""Answers as data: one value, or the one error that says what happened."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.errors import (
    AnswerLost,
    CertificateRefused,
    ConnectionFailed,
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
from gini_notebook.service.values import Document
from gini_notebook.service.wire import (
    PAY_API,
    Answer,
    Kind,
    Outcome,
    decode,
    outcome_of,
    retry_after_s,
)
from gini_notebook.service.wire import documents as wire_documents
from gini_notebook.service.wire import payments as wire_payments
from gini_notebook.service.wire.answers import parse_json_safely, read_done, read_file, read_image
from gini_notebook.service.wire.messages import Request

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
