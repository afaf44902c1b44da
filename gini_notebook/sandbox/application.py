"""The application: what the sandbox knows, and the one way that requests come in and answers leave."""

import logging
import secrets
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gini_notebook.sandbox.accounts import Accounts
from gini_notebook.sandbox.audit import Audit
from gini_notebook.sandbox.authentication import Identity, authenticate
from gini_notebook.sandbox.connections import Connections
from gini_notebook.sandbox.environments import ENVIRONMENTS, accepts_json
from gini_notebook.sandbox.fault_injection import Faults, InjectedFault, inject
from gini_notebook.sandbox.messages import ApiRequest, Refused, error_response, send_response
from gini_notebook.sandbox.processing import Processing
from gini_notebook.sandbox.routing import Endpoint, Table
from gini_notebook.sandbox.settings import Settings
from gini_notebook.sandbox.workers import Workers

ADMIN = "/_sandbox/"
_logger = logging.getLogger("gini_notebook.sandbox")


class Service:
    """All that the service knows: its client, users, documents, and how it behaves.

    Parameters
    ----------
    settings
        How it behaves.
    folder
        Its own temporary folder.
    admin_token
        What the program that started it proves itself with.
    """

    def __init__(self, settings: Settings, folder: Path, admin_token: str) -> None:
        self.settings = settings
        self.environment = ENVIRONMENTS[settings.environment]
        self.admin_token = admin_token
        self.client_id = "sandbox-client"
        self.client_secret = secrets.token_urlsafe(24)
        self.accounts = Accounts(
            self.client_id,
            self.client_secret,
            token_life_s=settings.token_life_s,
            refresh_tokens=settings.refresh_tokens,
        )
        self.identity = Identity(settings, self.accounts)
        self.processing = Processing(folder, settings, Workers())

    def knows(self, document_id: str) -> bool:
        """Return whether any user has a document with this id."""
        return any(user.library.get(document_id) for user in self.accounts.users())


class Application:
    """The service as an ASGI application.

    Parameters
    ----------
    service
        All that the sandbox knows.
    roles
        Port -> name of the role that is served there.
    tables
        Name of the role -> its endpoints.
    connections
        The open connections.
    audit
        Records what was answered.
    faults
        Decides which request meets which fault.
    """

    def __init__(
        self,
        service: Service,
        roles: Mapping[int, str],
        tables: Mapping[str, Table],
        connections: Connections,
        *,
        audit: Audit,
        faults: Faults,
    ) -> None:
        self._service = service
        self._roles = roles
        self._tables = tables
        self._connections = connections
        self._audit = audit
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = time.time()
        request = ApiRequest(self._service, scope, receive, self._roles[scope["server"][1]])
        try:
            status = await self._answer(request, send)
        except ClientDisconnect:
            status = 0
        if not request.path.startswith(ADMIN):
            self._audit.record(request, status, begun)

    async def _answer(self, request: ApiRequest, send: Send) -> int:
        try:
            endpoint, parameters = self._tables[request.role].find(request.method, request.path)
            request.scope["path_params"] = parameters
            request.caller = await authenticate(request, endpoint.who)
            _check_accept(request, endpoint)
            # Whoever switches faults on must be able to switch them off.
            open_to_faults = endpoint.who != "admin"
            fault = await self._faults.choose(request, endpoint.name, endpoint.route) if open_to_faults else None
            transport = self._connections.of(request.scope) if fault else None
            if fault and transport:
                act = partial(self._act, request, endpoint)
                return await inject(InjectedFault(request, fault, act, send, transport, self._faults.rng))
            response = await self._act(request, endpoint)
        except Refused as refused:
            response = error_response(request, refused)
        await request.drain()
        return await send_response(request, response, send)

    async def _act(self, request: ApiRequest, endpoint: Endpoint) -> Response:
        try:
            return await endpoint.handler(request)
        except Refused as refused:
            return error_response(request, refused)
        except ClientDisconnect:
            raise
        except Exception:
            _logger.exception("request %s failed", request.request_id)
            return error_response(request, Refused(500, "The sandbox has a defect; see what it prints."))


def _check_accept(request: ApiRequest, endpoint: Endpoint) -> None:
    environment = request.service.environment
    if endpoint.reads_json and not accepts_json(request.headers.get("accept", ""), environment):
        raise Refused(406, f"The answer is {environment.json}, which the header Accept excludes.")
