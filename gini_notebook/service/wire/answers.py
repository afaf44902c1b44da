"""From an answer to a value, or to the one exception that says what happened and what to do."""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from gini_notebook.errors import (
    AnswerLost,
    FileRefused,
    NotAuthorized,
    NotFound,
    RequestRefused,
    ServiceError,
    ServiceFailure,
    TooManyRequests,
)
from gini_notebook.service.values import ErrorAnswer, Value
from gini_notebook.service.wire.messages import Answer, Request

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_MOST_S = 1e9


def retry_after_s(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Return the seconds to wait that ``Retry-After`` asks for, in either of its forms.

    A date is compared with the answer's own ``Date``, so that a wrong clock here does no harm; a date in the past
    means 0. A malformed or negative value means the header is not there.

    Parameters
    ----------
    headers
        The answer's headers, names in lower case.
    now
        Seconds since 1970, for answers without ``Date``; the system's clock by default.
    """
    text = headers.get("retry-after", "").strip()
    if len(text) > 64 and not text.isdigit():
        return None
    if _SECONDS.fullmatch(text):
        return min(float(text), _MOST_S)
    until = _seconds_since_1970(text)
    if until is None:
        return None
    sent = _seconds_since_1970(headers.get("date", ""))
    reference = sent if sent is not None else now if now is not None else time.time()
    return min(max(until - reference, 0.0), _MOST_S)


def _seconds_since_1970(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


T = TypeVar("T")
V = TypeVar("V", bound=Value)

_IMAGE_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF")
_HINTS = {
    400: "Check what was sent; sending the same again will not help.",
    401: "Log in again, or check the credentials.",
    403: "These credentials may not do this; it may belong to somebody else.",
    404: "It does not exist, or it belongs to another user.",
    405: "The service does not do this at this address; check the environment and the address of the API.",
    406: "The service refuses the headers; check the environment.",
    409: "It is already done, or in a state that does not allow it.",
    413: "Documents must be smaller than 10 MiB, plain text smaller than 512 KiB.",
    415: "The service takes PDF, PNG, JPEG, GIF, TIFF and plain text.",
    422: "At least one value breaks the rules of its entity; write amounts as 12.30:EUR and dates as 2025-04-11.",
    429: "Wait, then try again.",
}
_OAUTH_HINTS = {
    "invalid_grant": "The user name or password is wrong, or the account is gone.",
    "invalid_client": "The client id or client secret is wrong.",
}


def decode(request: Request[T], answer: Answer) -> T:
    """Return what a successful answer says, or raise what an unsuccessful one means.

    Raises
    ------
    AnswerLost
        If the status says success, but the answer is damaged or not the service's.
    ServiceError
        One of its subclasses, by status, with the service's own message and request id.
    """
    if 200 <= answer.status < 300:
        return request.read(answer)
    raise _refusal(request, answer)


def request_id(answer: Answer, said: ErrorAnswer | None = None) -> str:
    """Return the service's request id, which its support asks for ("Troubleshooting")."""
    return _one_line(answer.headers.get("x-request-id", "") or (said.request_id if said else ""), 200)


def read_done(answer: Answer) -> None:
    """Read an answer that says "done": an empty body, or JSON as some services send; anything else is not theirs."""
    if answer.body.strip():
        _read(answer, _object_or_array)


def read_value(cls: type[V]) -> Callable[[Answer], V]:
    """Make a reader of one object."""
    return lambda answer: _read(answer, cls.from_dict)


def read_values(cls: type[V]) -> Callable[[Answer], tuple[V, ...]]:
    """Make a reader of a bare array of objects."""

    def from_list(data: Any) -> tuple[V, ...]:
        if type(data) is not list:
            raise ValueError("an array was expected")
        return tuple(cls.from_dict(each) for each in data)

    return lambda answer: _read(answer, from_list)


def read_image(answer: Answer) -> bytes:
    """Read an image, and nothing that only pretends to be one."""
    if not answer.body.startswith(_IMAGE_SIGNATURES):
        raise AnswerLost(_damaged(answer, "it is no image"))
    return answer.body


def read_file(answer: Answer) -> bytes:
    """Read a file; an empty one or a web page is a damaged answer."""
    if not answer.body or answer.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise AnswerLost(_damaged(answer, "it is empty or a web page"))
    return answer.body


def _read(answer: Answer, convert: Callable[[Any], T]) -> T:
    try:
        return convert(parse_json_safely(answer.body))
    except ValueError as error:
        raise AnswerLost(_damaged(answer, str(error))) from None


def _object_or_array(data: Any) -> None:
    if type(data) not in (dict, list):
        raise ValueError("an empty body, an object or an array was expected")


def _damaged(answer: Answer, why: str) -> str:
    known = request_id(answer)
    quoted = f", request id {known}" if known else ""
    return f"The service answered with status {answer.status}, but the answer is damaged: {why}{quoted}."


def _refusal(request: Request[Any], answer: Answer) -> ServiceError:
    said = _error_answer(answer)
    status = answer.status
    message = _one_line(said.text or _plain_text(answer), 500)
    known = request_id(answer, said)
    wait = retry_after_s(answer.headers)
    kind = _kind(request, status, said.error, wait)
    quoted = f"the service says {message!r}" if message else "the service gives no reason"
    details = f"status {status}, request id {known}" if known else f"status {status}"
    hint = _hint(kind, status, said.error)
    refused = kind(
        f"Could not {request.what}: {quoted} ({details}). {hint}",
        status=status,
        service_message=message,
        request_id=known,
        items=[item for item in said.items if isinstance(item, Mapping)],
        retry_after_s=wait,
    )
    if kind is TooManyRequests and (status == 503 or (status == 408 and wait is None)):
        # By convention a 503 with Retry-After was not processed; nobody promises it.
        refused.processed = None
    return refused


def _kind(request: Request[Any], status: int, oauth_error: str, wait: float | None) -> type[ServiceError]:
    if status in (408, 429) or (status == 503 and wait is not None):
        return TooManyRequests
    if status >= 500:
        return ServiceFailure
    if status in (401, 403) or oauth_error in {"invalid_grant", "invalid_client", "unauthorized_client"}:
        return NotAuthorized
    if status == 404:
        return NotFound
    if request.uploads_file and status in (400, 413, 415):
        return FileRefused
    return RequestRefused


def _hint(kind: type[ServiceError], status: int, oauth_error: str) -> str:
    if oauth_error in _OAUTH_HINTS:
        return _OAUTH_HINTS[oauth_error]
    if kind is FileRefused and status == 400:
        return "The file may be broken, encrypted, of another type than it says, or of too poor quality."
    if kind is ServiceFailure:
        return "Try again later."
    if kind is TooManyRequests:
        return _HINTS[429]
    if 300 <= status < 400:
        return "It points elsewhere, which is never followed; check the address of the API and the proxy."
    return _HINTS.get(status, _HINTS[400])


def _error_answer(answer: Answer) -> ErrorAnswer:
    try:
        return ErrorAnswer.of_members(parse_json_safely(answer.body))
    except ValueError:
        return ErrorAnswer()


def _plain_text(answer: Answer) -> str:
    text = answer.body[:2000].decode("utf-8", "replace").strip()
    if text[:1] == "<":
        return "(a web page, probably of a proxy or load balancer)"
    return "" if text[:1] in ("{", "[") else text


def _one_line(text: str, most: int) -> str:
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]+", " ", text)
    return " ".join(clean.split())[:most]


MAX_DEPTH = 64


def parse_json_safely(body: bytes) -> Any:
    """Decode a JSON body.

    Raises
    ------
    ValueError
        If it is no UTF-8, no JSON, nested too deep, repeats a name within an object, or holds ``NaN``, an endless
        number or half a character. The message says which.
    """
    if not body.strip():
        raise ValueError("the body is empty")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the body is no UTF-8 (byte {error.start})"
        raise ValueError(message) from None
    if text.lstrip()[:1] == "<":
        raise ValueError("the body is a web page, probably of a proxy or portal in between, not JSON")
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None
    except json.JSONDecodeError as error:
        message = f"the JSON ends early or is damaged at character {error.pos}: {error.msg}"
        raise ValueError(message) from None
    _check_depth(data)
    if "\\u" in text:
        _check_characters(data)
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        message = f"the JSON repeats the name {repeated[:60]!r}"
        raise ValueError(message)
    return result


def _refuse_constant(name: str) -> Any:
    message = f"the JSON holds {name}, which is no JSON number"
    raise ValueError(message)


def _check_depth(data: Any) -> None:
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for container in level
            if type(container) in (dict, list)
            for child in (container.values() if type(container) is dict else container)
            if type(child) in (dict, list)
        ]
        if not level:
            return
    message = f"the JSON is nested deeper than {MAX_DEPTH} levels"
    raise ValueError(message)


def _check_characters(data: Any) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("the JSON holds half a character (a lone surrogate)") from None
