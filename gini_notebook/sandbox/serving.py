"""Run the sandbox: certificates of its own, sockets, server, and a clean end."""

import asyncio
import contextlib
import datetime
import logging
import os
import shutil
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme
import uvicorn

from gini_notebook.sandbox import system
from gini_notebook.sandbox.application import Application, Service
from gini_notebook.sandbox.audit import Audit
from gini_notebook.sandbox.connections import Connections
from gini_notebook.sandbox.fault_injection import Faults
from gini_notebook.sandbox.routes import (
    admin,
    documents,
    extractions,
    extras,
    feedback,
    older,
    pages,
    payments,
    tokens,
    users,
)
from gini_notebook.sandbox.routing import Endpoint, Table
from gini_notebook.sandbox.settings import Settings

HOST, HOST_V6 = "127.0.0.1", "::1"
BACKLOG = 512
STOP_LIMIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Running:
    """What somebody needs to use a sandbox that is ready."""

    api: str
    user_center: str
    ca_file: str
    client_id: str
    client_secret: str


class PrintableFormatter(logging.Formatter):
    """Writes what is logged, and tracebacks, so that no text of a document or request has an effect on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record, with what has an effect as escapes."""
        text = super().format(record)
        return "".join(
            one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode("ascii") for one in text
        )


def _log_printably() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(PrintableFormatter())
    logging.basicConfig(handlers=[handler])


class _Server(uvicorn.Server):
    """A server that ends as we need it."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn raises them again after its end, before our folder would be removed."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers that are under way finish, but do not wait for connections that are only kept open."""
        tasks = [*self.server_state.tasks]
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_LIMIT_S)
        self._connections.cut_all()
        await super().shutdown(sockets)


def serve(
    settings: Settings,
    *,
    ready: Callable[[Running], None],
    admin_token: str = "",
    parent: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT, or until the parent process is gone; then remove every trace.

    Parameters
    ----------
    settings
        How the sandbox behaves.
    ready
        Called once, when requests are answered.
    admin_token
        What opens ``/_sandbox/``; empty keeps it shut.
    parent
        Whether to end when standard input ends, as it does when the parent process dies.
    """
    folder = Path(tempfile.mkdtemp(prefix="gini-sandbox-"))
    _log_printably()
    try:
        asyncio.run(_serve(settings, folder, ready, admin_token=admin_token, parent=parent))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _serve(
    settings: Settings, folder: Path, ready: Callable[[Running], None], *, admin_token: str, parent: bool
) -> None:
    service = Service(settings, folder, admin_token)
    audit, faults = Audit(), Faults(settings.seed)
    ca_file, context = write_certificates(folder)
    api, user_center = _listen(settings.port), _listen(settings.user_center_port)
    roles = {api[0].getsockname()[1]: "api", user_center[0].getsockname()[1]: "user_center"}
    connections = Connections()
    tables = _tables(settings.environment, admin.admin_endpoints(audit, faults))
    application = Application(service, roles, tables, connections, audit=audit, faults=faults)
    server = _Server(_config(application, context, connections), connections)
    _stop_on_signals(server)
    running = Running(
        f"https://{HOST}:{api[0].getsockname()[1]}",
        f"https://{HOST}:{user_center[0].getsockname()[1]}",
        str(ca_file),
        service.client_id,
        service.client_secret,
    )
    watching = [asyncio.create_task(_announce(server, lambda: ready(running)))]
    if parent:
        watching.append(asyncio.create_task(_stop_with_parent(server)))
    try:
        await server.serve(sockets=[*api, *user_center])
    finally:
        for task in watching:
            task.cancel()
        await service.processing.close()


def _tables(environment: str, admin_endpoints: Iterable[Endpoint]) -> dict[str, Table]:
    api = [
        *documents.API,
        *extractions.API,
        *feedback.API,
        *pages.API,
        *extras.API,
        *older.API,
        *payments.API,
        *tokens.API,
        *admin_endpoints,
    ]
    roles = {
        "api": [one for one in api if one.environment in {"", environment}],
        "user_center": [*tokens.USER_CENTER, *users.USER_CENTER],
    }
    return {
        role: Table([*table, admin.description_of(Table(table), role), admin.STATUS]) for role, table in roles.items()
    }


def _config(application: Application, context: ssl.SSLContext, connections: Connections) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=connections.protocol(),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ssl_context_factory=lambda _config, _default: context,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=BACKLOG,
    )


def _listen(port: int) -> list[socket.socket]:
    """Listen on IPv4 and, where this machine has it, on IPv6 at the same port."""
    first = _socket(socket.AF_INET, HOST, port)
    try:
        second = _socket(socket.AF_INET6, HOST_V6, first.getsockname()[1])
    except OSError:
        return [first]
    return [first, second]


def _socket(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; it would cost 40 ms per answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        system.take_port_again(listener)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


async def _announce(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.005)
    ready()


def _stop_on_signals(server: uvicorn.Server) -> None:
    def stop() -> None:
        server.should_exit = True

    system.call_on_end(stop)


async def _stop_with_parent(server: uvicorn.Server) -> None:
    parent = os.getppid()
    # Input ends when the parent dies; a copy of the pipe in another process would hide that, hence both signs.
    waiting = threading.Thread(target=lambda: os.read(sys.stdin.fileno(), 1), daemon=True)
    waiting.start()
    while os.getppid() == parent and waiting.is_alive():
        await asyncio.sleep(0.2)
    server.should_exit = True


NAMES = ("localhost", "127.0.0.1", "::1")


def write_certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make an authority and a certificate for this machine.

    Parameters
    ----------
    folder
        Where the authority's certificate goes; it must be readable by this user only. The private keys stay in memory
        (Python's ``ssl`` needs a file for a moment; trustme removes it again).

    Returns
    -------
    tuple of Path and ssl.SSLContext
        The authority's certificate, which clients must trust, and what the server needs.
    """
    life = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    authority = trustme.CA(organization_name="gini_notebook sandbox")
    leaf = authority.issue_cert(*NAMES, common_name="localhost", not_after=life)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    leaf.configure_cert(context)
    return ca_file, context
