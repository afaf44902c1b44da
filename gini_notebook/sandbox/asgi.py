"""The application: every request goes through here, and every answer leaves from here."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from gini_notebook.sandbox.answers import JSON, Answer, Refused, error_answer
from gini_notebook.sandbox.authentication import authenticate
from gini_notebook.sandbox.calls import Call, Receive, Scope
from gini_notebook.sandbox.media import accepts_json
from gini_notebook.sandbox.routing import Endpoint, Table
from gini_notebook.sandbox.state import State

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ADMIN = "/_sandbox/"
_logger = logging.getLogger("gini_notebook.sandbox")


class Application:
    """The service as an ASGI application.

    Parameters
    ----------
    state
        All that the sandbox knows.
    roles
        Port -> name of the role that is served there.
    tables
        Name of the role -> its endpoints.
    """

    def __init__(self, state: State, roles: Mapping[int, str], tables: Mapping[str, Table]) -> None:
        self._state = state
        self._roles = roles
        self._tables = tables

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = time.time()
        role = self._roles[scope["server"][1]]
        path = scope["path"].rstrip("/") or "/"
        call = Call(self._state, scope, receive, role, path, str(uuid.uuid4()))
        answer = await self._answer(call)
        await call.drain()
        await send_answer(call, answer, send)
        if not path.startswith(ADMIN):
            self._state.audit.note(call, answer.status, begun)

    async def _answer(self, call: Call) -> Answer:
        try:
            endpoint, call.parameters = self._tables[call.role].find(call.method, call.path)
            call.caller = authenticate(call, endpoint.who)
            _check_accept(call, endpoint)
            answer = await endpoint.handler(call)
        except Refused as refused:
            answer = error_answer(refused, call.request_id)
        except Exception:
            _logger.exception("request %s failed", call.request_id)
            answer = error_answer(Refused(500, "The sandbox has a defect; see what it prints."), call.request_id)
        if not answer.media_type:
            answer.media_type = self._state.environment.json if call.role == "api" else JSON
        return answer


def _check_accept(call: Call, endpoint: Endpoint) -> None:
    if endpoint.reads_json and not accepts_json(call.headers.get("accept", ""), call.state.environment):
        wanted = call.state.environment.json
        raise Refused(406, f"The answer is {wanted}, which the header Accept excludes.")


async def send_answer(call: Call, answer: Answer, send: Send) -> None:
    """Send an answer whole."""
    await send({"type": "http.response.start", "status": answer.status, "headers": head(call, answer)})
    await send({"type": "http.response.body", "body": answer.body})


def head(call: Call, answer: Answer) -> list[tuple[bytes, bytes]]:
    """Give the headers of an answer."""
    headers = [(b"x-request-id", call.request_id.encode())]
    if answer.status != 204:
        headers.append((b"content-type", answer.media_type.encode()))
        headers.append((b"content-length", str(len(answer.body)).encode()))
    headers += [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    return headers
