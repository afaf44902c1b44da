"""Requests as the handlers see them, the service's answers, and refusals as exceptions."""

import contextlib
import json
import uuid
from collections.abc import AsyncGenerator
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from gini_notebook.sandbox.accounts import User
from gini_notebook.sandbox.documents import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gini_notebook.sandbox.application import Service

JSON = "application/json"
SIZE_LIMIT = 10 * 1024 * 1024
# A form is a little larger than the file in it.
BODY_LIMIT = SIZE_LIMIT + 64 * 1024
# So much of a refused body is still taken, so that the sender gets to read the answer instead of a reset.
DRAIN_LIMIT = 64 * 1024 * 1024


class Refused(HTTPException):
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
        self, status: int, message: str, *, headers: "Mapping[str, str] | None" = None, oauth_error: str = ""
    ) -> None:
        super().__init__(status, message, headers)
        self.oauth_error = oauth_error


class Body:
    """The body of a request as it arrives, counted; it stands where ASGI has ``receive``.

    Attributes
    ----------
    received
        Bytes that have come so far.
    complete
        Whether nothing more will come.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.received = 0
        self.complete = False

    async def __call__(self) -> Message:
        """Return the next message of the server."""
        message = await self._receive()
        self.complete = not message.get("more_body", False)
        self.received += len(message.get("body", b""))
        return message


class ApiRequest(Request):
    """A request on its way to a handler.

    Parameters
    ----------
    service
        All that the sandbox knows.
    scope, receive
        Of ASGI.
    role
        ``"api"`` or ``"user_center"``.

    Attributes
    ----------
    path
        Path without a trailing slash.
    request_id
        What the answer carries as ``X-Request-Id``.
    caller
        The user, once authenticated.
    processing_fault
        What shall go wrong with a document after its upload; empty for nothing.
    """

    def __init__(self, service: "Service", scope: Scope, receive: Receive, role: str) -> None:
        self.arriving = Body(receive)
        super().__init__(scope, self.arriving)
        self.service = service
        self.role = role
        self.path: str = scope["path"].rstrip("/") or "/"
        self.request_id = str(uuid.uuid4())
        self.caller: User | None = None
        self.processing_fault = ""

    @cached_property
    def root_url(self) -> str:
        """Scheme and host as the sender wrote them; links and ``Location`` are built from it."""
        return str(self.base_url).rstrip("/")

    @property
    def json_type(self) -> str:
        """The media type of JSON answers."""
        return self.service.environment.json if self.role == "api" else JSON

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters; empty if none is stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def user(self) -> User:
        """The user who calls; only for endpoints that need one."""
        assert self.caller is not None  # noqa: S101 - the dispatcher has authenticated
        return self.caller

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Return the body in pieces.

        Raises
        ------
        Refused
            413 if it is larger than allowed; nothing is read if the header says so already.
        """
        stated = self.headers.get("content-length", "")
        if max(int(stated) if stated.isdigit() else 0, self.arriving.received) > BODY_LIMIT:
            raise _too_large()
        async for chunk in super().stream():
            if self.arriving.received > BODY_LIMIT:
                raise _too_large()
            yield chunk

    async def take_body(self) -> None:
        """Read the whole body for whoever wants it later; one that is too large is only taken off the wire."""
        with contextlib.suppress(Refused):
            await self.body()
        await self.drain()

    async def drain(self) -> None:
        """Take the rest of a body nobody wants, unless the sender waits for leave to send it."""
        if self.headers.get("expect", "").lower() == "100-continue" and not self.arriving.received:
            return
        while not self.arriving.complete and self.arriving.received < DRAIN_LIMIT:
            await self.arriving()

    async def json_object(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises
        ------
        Refused
            400 if it is none.
        """
        try:
            value = json.loads(await self.body(), parse_constant=_no_constant)
            # JSON can spell halves of characters that no answer could carry.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as problem:
            raise Refused(400, f"The body is not valid JSON: {problem}") from problem
        if not isinstance(value, dict):
            raise Refused(400, "The body must be a JSON object.")
        return value

    async def form_fields(self) -> dict[str, str]:
        """Read the body as the form of the token endpoint.

        Raises
        ------
        Refused
            400 if it is none.
        """
        body = await self.body()
        if body and self.content_type != "application/x-www-form-urlencoded":
            message = "The body must be application/x-www-form-urlencoded."
            raise Refused(400, message, oauth_error="invalid_request")
        try:
            return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict"))
        except ValueError as problem:
            raise Refused(400, f"The form cannot be read: {problem}", oauth_error="invalid_request") from problem

    def number(self, name: str, default: int, *, at_least: int = 0) -> int:
        """Read a whole number from the query.

        Raises
        ------
        Refused
            400 if it is none, or too small.
        """
        text = self.query_params.get(name)
        if text is None:
            return default
        # Creation dates may be fractional, and come back as they were.
        whole = text.partition(".")[0] if text.replace(".", "", 1).isdecimal() and text.isascii() else ""
        if not whole or len(whole) > 18 or int(whole) < at_least:
            raise Refused(400, f"{name}={text!r} is not a number of {at_least} or more.")
        return int(whole)

    def document(self) -> Document:
        """Return the document that the path names.

        Raises
        ------
        Refused
            404 if the user has none with this id.
        """
        document_id = self.path_params["document"]
        library, reads = self.user.library, self.method in {"GET", "HEAD"}
        document = library.get(document_id)
        if document is None or (reads and library.unread.hides(document_id)):
            if self.service.settings.foreign_status == 403 and self.service.knows(document_id):
                raise Refused(403, f"The document {document_id} belongs to another user.")
            raise Refused(404, f"There is no document {document_id}. It may have been deleted, or another user's.")
        return document


def json_response(request: ApiRequest, value: Any, *, media_type: str = "") -> Response:
    """Answer with a JSON value; without ``media_type`` the role's own is used."""
    return JSONResponse(value, media_type=media_type or request.json_type)


def created(request: ApiRequest, location: str) -> Response:
    """Answer that something was created: no body, absolute ``Location`` (Submit Files page of the documentation)."""
    return Response(status_code=201, headers={"location": location}, media_type=request.json_type)


def no_content() -> Response:
    """Answer that it is done, without a body."""
    return Response(status_code=204)


def error_response(request: ApiRequest, refused: Refused) -> Response:
    """Turn a refusal into the classic error shape, with the members of OAuth where they belong."""
    value: dict[str, Any] = {"message": refused.detail, "requestId": request.request_id}
    if refused.oauth_error:
        value = {"error": refused.oauth_error, "error_description": refused.detail, **value}
    return JSONResponse(value, refused.status_code, headers=refused.headers, media_type=request.json_type)


async def send_response(request: ApiRequest, response: Response, send: Send) -> int:
    """Send an answer whole; return its status."""
    response.headers["x-request-id"] = request.request_id
    await response(request.scope, request.receive, send)
    return response.status_code


def _too_large() -> Refused:
    return Refused(413, f"The request is too large: its body must stay below {BODY_LIMIT // 1024} KiB.")


def _no_constant(name: str) -> None:
    message = f"{name} is not a JSON number"
    raise ValueError(message)
