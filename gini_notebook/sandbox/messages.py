"""One request as the handlers see it."""

import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, QueryParams

from gini_notebook.sandbox.accounts import User
from gini_notebook.sandbox.answers import Refused
from gini_notebook.sandbox.documents import Document

if TYPE_CHECKING:
    from gini_notebook.sandbox.state import State

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

SIZE_LIMIT = 10 * 1024 * 1024
# A form is a little larger than the file in it.
BODY_LIMIT = SIZE_LIMIT + 64 * 1024
# So much of a refused body is still taken, so that the sender gets to read the answer instead of a reset.
DRAIN_LIMIT = 64 * 1024 * 1024


@dataclass(eq=False)
class Call:
    """A request on its way to a handler.

    Attributes
    ----------
    state
        All that the sandbox knows.
    scope
        The ASGI scope.
    role
        ``"api"`` or ``"user_center"``.
    path
        Path without a trailing slash.
    request_id
        What the answer carries as ``X-Request-Id``.
    parameters
        What the path's variables stand for.
    caller
        The user, once authenticated.
    received
        Bytes of the body that have come so far.
    processing_fault
        What shall go wrong with a document after its upload; empty for nothing.
    """

    state: "State"
    scope: Scope
    receive: Receive
    role: str
    path: str
    request_id: str
    parameters: dict[str, str] = field(default_factory=dict)
    caller: User | None = None
    received: int = 0
    processing_fault: str = ""
    _body: bytearray = field(default_factory=bytearray)
    _body_done: bool = False

    @property
    def method(self) -> str:
        """The method, in upper case."""
        method: str = self.scope["method"]
        return method

    @cached_property
    def headers(self) -> Headers:
        """The headers; names in any case."""
        return Headers(raw=self.scope["headers"])

    @cached_property
    def query(self) -> QueryParams:
        """The query."""
        return QueryParams(self.scope["query_string"])

    @cached_property
    def base_url(self) -> str:
        """Scheme and host as the sender wrote them; links and ``Location`` are built from it."""
        host, port = self.scope["server"]
        return f"https://{self.headers.get('host') or f'{host}:{port}'}"

    @property
    def user(self) -> User:
        """The user who calls; only for endpoints that need one."""
        assert self.caller is not None  # noqa: S101 - the dispatcher has authenticated
        return self.caller

    async def body(self, limit: int = BODY_LIMIT) -> bytes:
        """Read the whole body.

        Raises
        ------
        Refused
            413 if it is larger than ``limit``; nothing is read if the header says so already.
        """
        stated = self.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > limit:
            raise _too_large(limit)
        while not self._body_done:
            self._body += await self._more()
            if len(self._body) > limit:
                raise _too_large(limit)
        return bytes(self._body)

    async def take_body(self) -> None:
        """Read the whole body for whoever wants it later; of one that is too large only the beginning is kept."""
        with contextlib.suppress(Refused):
            await self.body()
        await self.drain()

    async def drain(self) -> None:
        """Take the rest of a body nobody wants, unless the sender waits for leave to send it."""
        if self.headers.get("expect", "").lower() == "100-continue" and not self.received:
            return
        while not self._body_done and self.received < DRAIN_LIMIT:
            await self._more()

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

    def document(self) -> Document:
        """Give the document that the path names.

        Raises
        ------
        Refused
            404 if the user has none with this id.
        """
        document_id = self.parameters["document"]
        document = self.user.library.get(document_id)
        if document is None:
            if self.state.settings.foreign_status == 403 and self.state.knows(document_id):
                raise Refused(403, f"The document {document_id} belongs to another user.")
            raise Refused(404, f"There is no document {document_id}. It may have been deleted, or another user's.")
        return document

    async def _more(self) -> bytes:
        message = await self.receive()
        self._body_done = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        self.received += len(chunk)
        return chunk


def _too_large(limit: int) -> Refused:
    return Refused(413, f"The request is too large: its body must stay below {limit // 1024} KiB.")


def _no_constant(name: str) -> None:
    message = f"{name} is not a JSON number"
    raise ValueError(message)
