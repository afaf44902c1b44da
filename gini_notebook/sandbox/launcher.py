"""The sandbox as a child process, seen from the program that starts it."""

import contextlib
import json
import secrets
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import weakref
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gini_notebook.sandbox.settings import Settings, check_installed

START_LIMIT_S = 60.0
STOP_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as the server saw it, without secrets: of credentials only the scheme is kept.

    Attributes
    ----------
    number
        Counts the requests from 0.
    time
        When it came, in seconds since 1970.
    role
        ``"api"`` or ``"user_center"``.
    method, path, query
        What was asked.
    headers
        Names in lower case; several headers of one name are joined by a comma.
    body_bytes
        Length of the body that was received.
    status
        Of the answer; 0 if the connection was cut instead.
    user
        Whose documents were meant: identifier or e-mail address; empty if nobody was authenticated.
    remote
        Address and port of the sender; a connection keeps its port.
    request_id
        What the answer carried as ``X-Request-Id``.
    """

    number: int
    time: float
    role: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body_bytes: int
    status: int
    user: str
    remote: str
    request_id: str


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that the server holds: its id, name, hash of the content, time of creation (ms) and kind."""

    id: str
    name: str
    sha256: str
    created_ms: int
    kind: str = field(default="whole")


class Sandbox:
    """The service on this machine: a real HTTPS server with a ephemeral certificate authority, in a child process.

    It ends with the ``with`` block, with :meth:`close`, or with this process, and leaves nothing behind.

    Parameters
    ----------
    **settings
        Members of :class:`gini_notebook.sandbox.settings.Settings`, by name; the most used are ``processing_time_s``
        (0.5 seconds), ``capacity`` (16 documents worked on at once), ``token_life_s`` (3600 seconds), ``port`` (0: the
        system chooses), ``environment`` (``"pay-api"`` or ``"gini-api"``) and ``engine`` (``"baseline"`` or
        ``"keywords-only"``).

    Attributes
    ----------
    environment
        ``"pay-api"`` or ``"gini-api"``; :func:`gini_notebook.login` makes a client of the same.
    api, user_center
        Base URLs.
    ca_file
        File with the certificate of the authority that clients must trust.
    client_id, client_secret
        Credentials of the only client.

    Raises
    ------
    ValueError
        A setting makes no sense.
    ModuleNotFoundError
        The extra ``sandbox`` is not installed.
    RuntimeError
        The server did not start.

    Examples
    --------
    >>> with Sandbox(processing_time_s=0.0) as sandbox:
    ...     sandbox.api.startswith("https://127.0.0.1:")
    True
    """

    def __init__(self, **settings: Any) -> None:
        check_installed()
        self._settings = Settings(**settings)
        self._admin_token = secrets.token_urlsafe(24)
        process = _start(self._settings, self._admin_token)
        try:
            running = _wait_until_ready(process)
        except BaseException:
            _stop(process, None)
            raise
        self.environment = self._settings.environment
        self.api: str = running["api"]
        self.user_center: str = running["user_center"]
        self.ca_file: str = running["ca_file"]
        self.client_id: str = running["client_id"]
        self.client_secret: str = running["client_secret"]
        self._context = ssl.create_default_context(cafile=self.ca_file)
        self._end = weakref.finalize(self, _stop, process, Path(self.ca_file).parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "running" if self._end.alive else "closed"
        return f"<Sandbox {state} at {self.api}, user center {self.user_center}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell where the sandbox runs, how fast it works, what goes wrong on purpose, and what it holds."""
        del include, exclude
        headline, rows = self._told()
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
        lines = [headline, *(f"{name:10}  {value}" for name, value in rows)]
        return {
            "text/html": f"<p><strong>{escape(headline)}</strong></p><table><tbody>{cells}</tbody></table>",
            "text/plain": "\n".join(lines),
        }

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return self._repr_mimebundle_()["text/html"]

    def _told(self) -> tuple[str, list[tuple[str, str]]]:
        """Return the headline, and names and values of what else there is to say."""
        if not self._end.alive:
            return f"The sandbox at {self.api} is closed; what it held is gone.", []
        settings, now = self._settings, self._admin("GET", "state")
        faults = [f"{route} {fault} {rate:g}" for route, rates in now["rates"].items() for fault, rate in rates.items()]
        return f"The sandbox is running at {self.api}: the service on this machine, without an account.", [
            ("speed", f"{settings.processing_time_s:g} s per document, {settings.capacity} at once"),
            ("reads by", f"engine {settings.engine}; scans: {settings.scans}"),
            ("faults", ", ".join(faults) or "none"),
            ("holds", f"{now['documents']:,} documents of {now['users']:,} users"),
            ("log in", "gini.login(sandbox)"),
        ]

    def close(self) -> None:
        """End the server and remove its folder; it may be called more than once."""
        self._end()

    def requests(self, since: int = 0) -> list[SeenRequest]:
        """Return the requests that the server has answered, oldest first.

        Parameters
        ----------
        since
            Leave out those with a smaller number.
        """
        seen = self._admin("GET", f"requests?since={since}")
        return [SeenRequest(**{**one, "headers": _joined(one["headers"])}) for one in seen]

    def stored(self) -> dict[str, list[StoredDocument]]:
        """Return the documents that are stored, oldest first, by user (identifier or e-mail address)."""
        users = self._admin("GET", "documents")
        return {user: [StoredDocument(**one) for one in documents] for user, documents in users.items()}

    def expire_tokens(self) -> int:
        """Let all access tokens expire now; refresh tokens stay. Return their number."""
        expired: int = self._admin("DELETE", "tokens")["expired"]
        return expired

    def set_faults(self, rates: Mapping[str, Mapping[str, float]], *, seed: int = 0) -> None:
        """Inject faults by chance from now on; without rates none.

        Parameters
        ----------
        rates
            Route, such as ``"POST /documents"``, ``"GET /documents/{document}"`` or ``"*"`` for all others -> fault,
            such as ``"429"`` or ``"reset-after"`` -> probability. They are listed by
            :mod:`gini_notebook.sandbox.fault_injection`.
        seed
            The same seed and the same order of requests give the same faults.

        Raises
        ------
        ValueError
            There is no such fault, or the rates are no probabilities.
        """
        self._admin("PUT", "faults", {"rates": rates, "seed": seed})

    def json_web_token(self, user: str, *, life_s: float = 300.0) -> str:
        """Make a token for ``X-JWT-Authorization``, as an identity provider would.

        Parameters
        ----------
        user
            The user identifier.
        life_s
            Seconds until it expires.
        """
        token: str = self._admin("POST", "jwt", {"user": user, "life_s": life_s})["token"]
        return token

    def _admin(self, method: str, path: str, value: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - always https, to our own child
            f"{self.api}/_sandbox/{path}",
            method=method,
            data=None if value is None else json.dumps(value).encode(),
            headers={"Authorization": f"Bearer {self._admin_token}", "Content-Type": "application/json"},
        )
        https = urllib.request.HTTPSHandler(context=self._context)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), https)
        try:
            with opener.open(request, timeout=START_LIMIT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise ValueError(json.load(refused)["message"]) from None


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _start(settings: Settings, admin_token: str) -> subprocess.Popen[bytes]:
    # -P: a file of the user's that is called like a library must not be imported instead of it.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "gini_notebook.sandbox", "--child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C in a shell or notebook is meant for the program, not for its sandbox; Windows has groups for that.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert process.stdin  # noqa: S101 - it is a pipe
    # Secrets go through the pipe: arguments can be read by everybody on the machine.
    order = {"settings": asdict(settings), "admin_token": admin_token}
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
    return process


def _wait_until_ready(process: subprocess.Popen[bytes]) -> dict[str, str]:
    assert process.stdout  # noqa: S101 - it is a pipe
    late = threading.Timer(START_LIMIT_S, process.kill)
    late.start()
    line = process.stdout.readline()
    late.cancel()
    running: dict[str, str] = json.loads(line) if line else {"error": f"it ended with exit code {process.wait()}"}
    if "error" in running:
        message = f"The sandbox did not start: {running['error']}"
        raise RuntimeError(message)
    return running


def _stop(process: subprocess.Popen[bytes], folder: Path | None) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if folder:
        # The server removes it itself, unless it was killed.
        shutil.rmtree(folder, ignore_errors=True)
