"""The application: every request goes through here, and every answer leaves from here."""

import logging
import time
import uuid
from collections.abc import Mapping

from gini_notebook.sandbox.answers import Answer, Refused, error_answer
from gini_notebook.sandbox.authentication import authenticate
from gini_notebook.sandbox.breakage import Struck, strike
from gini_notebook.sandbox.calls import Call, Receive, Scope
from gini_notebook.sandbox.connections import Connections
from gini_notebook.sandbox.environments import accepts_json
from gini_notebook.sandbox.routing import Endpoint, Table
from gini_notebook.sandbox.sending import Send, finished, send_answer
from gini_notebook.sandbox.state import State

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
    connections
        The open connections.
    """

    def __init__(
        self, state: State, roles: Mapping[int, str], tables: Mapping[str, Table], connections: Connections
    ) -> None:
        self._state = state
        self._roles = roles
        self._tables = tables
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = time.time()
        path = scope["path"].rstrip("/") or "/"
        call = Call(self._state, scope, receive, self._roles[scope["server"][1]], path, str(uuid.uuid4()))
        status = await self._answer(call, send)
        if not path.startswith(ADMIN):
            self._state.audit.note(call, status, begun)

    async def _answer(self, call: Call, send: Send) -> int:
        try:
            endpoint, call.parameters = self._tables[call.role].find(call.method, call.path)
            call.caller = authenticate(call, endpoint.who)
            _check_accept(call, endpoint)
            # Whoever switches faults on must be able to switch them off.
            struck = endpoint.who != "admin"
            fault = await self._state.faults.choose(call, endpoint.name, endpoint.route) if struck else None
            transport = self._connections.of(call.scope) if fault else None
            if fault and transport:
                return await strike(Struck(call, fault, lambda: self._act(call, endpoint), send, transport))
            answer = await self._act(call, endpoint)
        except Refused as refused:
            answer = error_answer(refused, call.request_id)
        await call.drain()
        await send_answer(call, finished(call, answer), send)
        return answer.status

    async def _act(self, call: Call, endpoint: Endpoint) -> Answer:
        try:
            return await endpoint.handler(call)
        except Refused as refused:
            return error_answer(refused, call.request_id)
        except Exception:
            _logger.exception("request %s failed", call.request_id)
            return error_answer(Refused(500, "The sandbox has a defect; see what it prints."), call.request_id)


def _check_accept(call: Call, endpoint: Endpoint) -> None:
    if endpoint.reads_json and not accepts_json(call.headers.get("accept", ""), call.state.environment):
        raise Refused(406, f"The answer is {call.state.environment.json}, which the header Accept excludes.")
