"""W10: whatever shape the service says no in, its reason, its items and its request id reach the user."""

from typing import Any

import pytest

from gini_notebook.errors import ServiceError
from gini_notebook.service.wire import Answer, Kind, Request, decode
from gini_notebook.service.wire.answers import read_done

SEND = Request("POST", "/documents/1/extractions/feedback", "send feedback", read_done, kind=Kind.FEEDBACK)
ITEM = {"code": "2014", "message": "document not found", "object": ["d1", "d2"]}


def refused(body: Any, **headers: str) -> ServiceError:
    import json

    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(ServiceError, match="Could not send feedback") as caught:
        decode(SEND, Answer(422, headers, data))
    return caught.value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"items": [ITEM], "requestId": "r"}, "2014: document not found [d1, d2]"),
        ({"items": [{"code": "2002"}, {"message": "too long"}], "requestId": "r"}, "2002; too long"),
        ({"items": [ITEM], "message": "no", "requestId": "r"}, "no (2014: document not found [d1, d2])"),
        ({"items": ["purpose is empty", 7, None, {"code": 2007}], "requestId": "r"}, "purpose is empty; 2007"),
        ({"items": [{"code": [], "message": {}, "object": "d1"}], "requestId": "r"}, "[d1]"),
        ({"items": "none", "message": "no", "requestId": "r"}, "no"),
        ({"items": [ITEM], "message": ["no"], "requestId": "r"}, "2014: document not found [d1, d2]"),
        ({"message": {"de": "nein"}, "error_description": "Bad", "error": 5, "requestId": "r"}, "Bad"),
        ({"title": "Unprocessable", "detail": "iban: not valid", "requestId": "r"}, "Unprocessable: iban: not valid"),
        ({"title": "Unprocessable", "detail": 5, "status": "422", "requestId": "r"}, "Unprocessable"),
    ],
)
def test_R35_every_member_is_read_on_its_own(body: dict[str, Any], said: str) -> None:
    error = refused(body)
    assert error.service_message.strip() == said
    assert error.request_id == "r"
    assert said in str(error)


def test_R35_a_request_id_of_another_type_does_not_hide_the_message() -> None:
    error = refused({"message": "no", "requestId": 7}, **{"x-request-id": "from the header"})
    assert (error.service_message, error.request_id) == ("no", "from the header")


def test_R35_items_are_kept_as_objects() -> None:
    assert refused({"items": [ITEM, "text"]}).items == (ITEM,)


@pytest.mark.parametrize("body", [b"[1]", b"7", b'"text"', b"{", b""])
def test_R35_what_is_no_error_object_gives_no_reason(body: bytes) -> None:
    assert refused(body).service_message in {"", "7", '"text"'}
