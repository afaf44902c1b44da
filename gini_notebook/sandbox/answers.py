"""How the sandbox answers: the service's media type, its error shape, and refusals as exceptions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"


@dataclass(slots=True)
class Answer:
    """A complete answer; small enough to be in memory always, so that faults can be applied to it as a whole."""

    status: int = 200
    body: bytes = b""
    media_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request is refused; the message tells a person what is wrong and what to do.

    Parameters
    ----------
    status
        HTTP status code.
    message
        Text for ``message`` in the answer.
    headers
        Further headers, such as ``WWW-Authenticate``.
    oauth_error
        Value of ``error`` where the answer is one of the token endpoint (RFC 6749, section 5.2).
    """

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None, oauth_error: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.oauth_error = oauth_error


def dumps(value: Any) -> bytes:
    """Write JSON as the service does: UTF-8, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def json_answer(value: Any, *, status: int = 200, media_type: str = "") -> Answer:
    """Answer with a JSON value; without ``media_type`` the role's own is used."""
    return Answer(status, dumps(value), media_type)


def created(location: str) -> Answer:
    """Answer that something was created: no body, absolute ``Location`` (Submit Files page of the documentation)."""
    return Answer(201, headers={"location": location})


def no_content() -> Answer:
    """Answer that it is done, without a body."""
    return Answer(204)


def error_answer(refused: Refused, request_id: str) -> Answer:
    """Turn a refusal into the classic error shape, with the members of OAuth where they belong."""
    value: dict[str, Any] = {"message": refused.message, "requestId": request_id}
    if refused.oauth_error:
        value = {"error": refused.oauth_error, "error_description": refused.message, **value}
    return Answer(refused.status, dumps(value), headers=refused.headers)
