"""Faults on demand: which there are, which request meets one, and what it does to the answer and the connection.

A request asks for one by the header ``X-Sandbox-Fault: reset-after``, with options after semicolons: ``429; seconds=2;
times=1``. An upload asks for one by its file name: ``invoice.fault-503-x1.pdf`` (the first time only),
``invoice.fault-processing-error.pdf``; with ``document-``, ``extractions-`` or ``delete-`` before the kind, it meets
later requests for that document instead: ``invoice.fault-extractions-truncated-x1.pdf``; with ``compose-``, in the name
of a first page, the request that joins the pages. The program that started the sandbox can also inject them by
chance, see :meth:`gini_notebook.sandbox.Sandbox.set_faults`.
"""

import asyncio
import gzip
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.types import Send

from gini_notebook.sandbox.accounts import BEARER
from gini_notebook.sandbox.connections import reset
from gini_notebook.sandbox.environments import document_kind
from gini_notebook.sandbox.messages import ApiRequest, Refused, error_response, send_response

HEADER = "x-sandbox-fault"

KINDS: Mapping[str, str] = {
    "<status>": "answers with this status (400 to 599) and does nothing; 429 and 503 carry Retry-After in seconds",
    "<status>-after": "does what was asked, then answers with this status",
    "<status>-date": "as <status>, with Retry-After as a date",
    "<status>-bare": "as <status>, without Retry-After",
    "slow": "does what was asked and answers after some seconds (5)",
    "drip": "does what was asked and lets the answer's body trickle, a byte every 0.2 seconds",
    "drip-head": "does what was asked and lets the whole answer trickle, a byte every 0.2 seconds",
    "reset-before": "takes the request, does nothing and resets the connection",
    "reset-after": "does what was asked and resets the connection",
    "late": "resets the connection, and does what was asked some seconds (3) later",
    "truncated": "does what was asked and ends the answer half way",
    "cut-head": "does what was asked and ends the connection at a random byte of the answer's head",
    "short": "as truncated, without saying how long the answer should have been",
    "empty": "does what was asked and answers without the body",
    "broken-gzip": "does what was asked and damages the compressed answer",
    "bomb": "answers with a few compressed bytes that are 256 MiB when unpacked",
    "html": "does nothing and answers as a load balancer: 502 and a page of HTML",
    "html-after": "does what was asked and answers as a load balancer: 502 and a page of HTML",
    "portal": "does nothing and answers as a captive portal: 200 and a page of HTML",
    "redirect": "does nothing and sends the request elsewhere (307)",
    "expired-token": "lets the access token expire, and answers 401",
    "no-location": "uploads, and leaves out where the document is",
    "foreign-location": "uploads, and names another host for the document",
    "read-lag": "uploads; for some seconds (10) the document answers 404 to GET, with all that belongs to it",
    "list-lag": "uploads; for some seconds (30) the document list leaves the document out",
    "processing-error": "uploads; the document ends in ERROR",
    "processing-crash": "uploads; the process that reads the document dies, and the document ends in ERROR",
    "processing-stuck": "uploads; the document stays PENDING",
}

_STATUS = re.compile(r"[45]\d\d(?:-after|-date|-bare)?")
_MARK = re.compile(
    r"(?:^|[^a-z0-9-])fault-(?:(document|extractions|delete|compose)-)?([a-z0-9-]+?)(?:-x(\d+))?(?=[^a-z0-9-]|$)"
)
_FORM_NAME = re.compile(rb'filename="([^"]*)"')
_FIRST_PART = re.compile(rb'"document"\s*:\s*"[^"]*/documents/([^"/]+)"')
_WHERE = {"getDocument": "document", "getExtractions": "extractions", "deleteDocument": "delete"}
DRIP_S = 0.2
BOMB_BYTES = 256 * 1024 * 1024
ELSEWHERE = "https://elsewhere.example"
_HTML = {"content-type": "text/html"}
_PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
_BACKGROUND: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes
    ----------
    kind
        A key of ``KINDS``, or a status code for ``<status>``.
    seconds
        How long what takes time takes; the value of ``Retry-After``. Negative for the kind's own. Asked for as a range,
        ``seconds=5..30``, it is drawn anew for every request.
    times
        How often the same request meets it; 0 for always.
    most_seconds
        The upper end of the range.
    """

    kind: str
    seconds: float = -1.0
    times: int = 0
    most_seconds: float = -1.0


def parse(text: str) -> Fault:
    """Read a fault from the header's syntax.

    Raises
    ------
    Refused
        400 if there is no such fault; the message lists those there are.
    """
    kind, *options = (part.strip() for part in text.lower().split(";"))
    if kind not in KINDS and not _STATUS.fullmatch(kind):
        raise Refused(400, f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
    values = dict(option.partition("=")[::2] for option in options)
    try:
        least, _, most = str(values.pop("seconds", "-1")).partition("..")
        fault = Fault(kind, float(least), int(values.pop("times", 0)), float(most or least))
    except ValueError as problem:
        raise Refused(400, f"The options of the fault cannot be read: {problem}.") from problem
    if fault.most_seconds < fault.seconds:
        raise Refused(400, f"The options of the fault cannot be read: seconds={least}..{most} goes backwards.")
    if values:
        raise Refused(400, f"A fault has no option {', '.join(values)}; it has seconds and times.")
    return fault


class Faults:
    """Decides which request meets which fault.

    Parameters
    ----------
    seed
        Start of what happens by chance.

    Attributes
    ----------
    rng
        Source of what is drawn by chance.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self._rates: dict[str, dict[str, float]] = {}
        self._injected: Counter[tuple[str, ...]] = Counter()

    def set_rates(self, rates: Mapping[str, Mapping[str, float]], seed: int) -> None:
        """Inject faults by chance from now on.

        Parameters
        ----------
        rates
            Route, such as ``"POST /documents"`` or ``"*"`` for all others -> fault -> probability.
        seed
            Start of the chance.

        Raises
        ------
        Refused
            400 if there is no such fault, or the probabilities of a route are no probabilities.
        """
        for route, faults in rates.items():
            for text in faults:
                parse(text)
            if min(faults.values(), default=0) < 0 or sum(faults.values()) > 1:
                raise Refused(400, f"The rates of {route} must be 0 or more, and together 1 or less.")
        self._rates = {route: dict(faults) for route, faults in rates.items()}
        self.rng.seed(seed)

    @property
    def rates(self) -> dict[str, dict[str, float]]:
        """What is injected by chance."""
        return self._rates

    async def choose(self, request: ApiRequest, name: str, route: str) -> Fault | None:
        """Return the fault that a request meets, if it meets one.

        Parameters
        ----------
        request
            The request; its sender is known.
        name, route
            Of the endpoint.

        Raises
        ------
        Refused
            400 if the request asks for a fault there is not.
        """
        asked = request.headers.get(HEADER)
        document_name, where = await _names(request, name)
        fault = parse(asked) if asked else _by_name(document_name, where)
        if fault is None:
            return self._by_chance(route) if self._rates else None
        if fault.times:
            user = request.caller.name if request.caller else ""
            key = (user, request.method, request.path, document_name, fault.kind)
            self._injected[key] += 1
            if self._injected[key] > fault.times:
                return None
        return fault

    def _by_chance(self, route: str) -> Fault | None:
        rates = self._rates.get(route, self._rates.get("*", {}))
        drawn = self.rng.random() if rates else 1.0
        for text, rate in rates.items():
            drawn -= rate
            if drawn < 0:
                return parse(text)
        return None


def _by_name(name: str, where: str | None) -> Fault | None:
    match = _MARK.search(name.lower()) if "fault-" in name.lower() else None
    return parse(f"{match[2]}; times={match[3] or 0}") if match and match[1] == where else None


async def _names(request: ApiRequest, endpoint: str) -> tuple[str, str | None]:
    """Return the name in which a fault may be asked for, and the word that such a fault begins with."""
    if endpoint == "uploadDocument":
        if document_kind(request.content_type, request.service.environment) != "composite":
            return await _file_name(request), None
        match, where = _FIRST_PART.search((await request.body())[:4096]), "compose"
        document_id = match[1].decode("ascii", "replace") if match else ""
    elif endpoint in _WHERE:
        document_id, where = request.path_params["document"], _WHERE[endpoint]
    else:
        return "", None
    document = request.caller.library.get(document_id) if request.caller else None
    return document.name if document else "", where


async def _file_name(request: ApiRequest) -> str:
    if "boundary=" in request.headers.get("content-type", ""):
        match = _FORM_NAME.search((await request.body())[:4096])
        return match[1].decode("utf-8", "replace") if match else ""
    return request.query_params.get("filename", "")


def rates_of(value: Any) -> dict[str, dict[str, float]]:
    """Read rates out of JSON.

    Raises
    ------
    Refused
        400 if they have another shape.
    """
    if not isinstance(value, dict) or not all(isinstance(faults, dict) for faults in value.values()):
        raise Refused(400, "rates must be an object: route -> fault -> probability.")
    try:
        return {route: {text: float(rate) for text, rate in faults.items()} for route, faults in value.items()}
    except (TypeError, ValueError) as problem:
        raise Refused(400, f"A rate is not a number: {problem}.") from problem


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A request with the fault that it meets.

    Attributes
    ----------
    request
        The request.
    fault
        What goes wrong.
    act
        Does what was asked.
    send
        Sends ASGI messages.
    transport
        The connection.
    rng
        Source of what is drawn by chance.
    """

    request: ApiRequest
    fault: Fault
    act: Callable[[], Awaitable[Response]]
    send: Send
    transport: asyncio.Transport
    rng: random.Random

    def seconds(self, default: float) -> float:
        """How long the fault takes."""
        if self.fault.seconds < 0:
            return default
        if self.fault.most_seconds > self.fault.seconds:
            return self.rng.uniform(self.fault.seconds, self.fault.most_seconds)
        return self.fault.seconds


async def inject(injected: InjectedFault) -> int:
    """Let a fault happen; return the status that was answered, 0 if the connection was cut instead."""
    # Every fault is about a request that arrived whole.
    await injected.request.take_body()
    kind = injected.fault.kind
    if kind in _CUT:
        return await _CUT[kind](injected)
    response = await (_status if kind[:1].isdigit() else _CHANGED[kind])(injected)
    return await send_response(injected.request, response, injected.send)


async def _status(injected: InjectedFault) -> Response:
    status, _, how = injected.fault.kind.partition("-")
    if how == "after":
        await injected.act()
    headers = {}
    if how == "date" or (not how and status in {"429", "503"}):
        wait_s = injected.seconds(1.0)
        headers["retry-after"] = formatdate(time.time() + wait_s, usegmt=True) if how == "date" else f"{wait_s:g}"
    done = "done" if how == "after" else "nothing was done"
    refused = Refused(int(status), f"A fault of the sandbox, as was asked for; {done}.", headers=headers)
    return error_response(injected.request, refused)


async def _slow(injected: InjectedFault) -> Response:
    response = await injected.act()
    await asyncio.sleep(injected.seconds(5.0))
    return response


async def _empty(injected: InjectedFault) -> Response:
    return _with_body(await injected.act(), b"")


async def _broken_gzip(injected: InjectedFault) -> Response:
    response = await injected.act()
    packed = bytearray(gzip.compress(response.body))
    packed[len(packed) // 2] ^= 0xFF
    packed[-8] ^= 0xFF
    response.headers["content-encoding"] = "gzip"
    return _with_body(response, bytes(packed))


def _with_body(response: Response, body: bytes) -> Response:
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body, response.status_code, headers)


async def _bomb(injected: InjectedFault) -> Response:
    packed = await asyncio.to_thread(_packed_zeros)
    return Response(packed, headers={"content-encoding": "gzip"}, media_type=injected.request.json_type)


@cache
def _packed_zeros() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES), compresslevel=1)


async def _html(injected: InjectedFault) -> Response:
    if injected.fault.kind == "html-after":
        await injected.act()
    return Response(_PAGE % (b"502 Bad Gateway", b"502 Bad Gateway"), 502, _HTML)


async def _portal(_injected: InjectedFault) -> Response:
    return Response(_PAGE % (b"Welcome", b"Please accept the terms of this network"), headers=_HTML)


async def _redirect(injected: InjectedFault) -> Response:
    return RedirectResponse(f"{ELSEWHERE}{injected.request.path}")


async def _expired_token(injected: InjectedFault) -> Response:
    request = injected.request
    request.service.accounts.revoke(request.headers.get("authorization", "").partition(" ")[2].strip())
    return error_response(request, Refused(401, "The access token has expired; fetch a new one.", headers=BEARER))


async def _location(injected: InjectedFault) -> Response:
    response = await injected.act()
    location = response.headers.get("location", "")
    if location:
        del response.headers["location"]
    if location and injected.fault.kind == "foreign-location":
        response.headers["location"] = ELSEWHERE + location.removeprefix(injected.request.root_url)
    return response


async def _lag(injected: InjectedFault) -> Response:
    response = await injected.act()
    document_id = response.headers.get("location", "").rpartition("/")[2]
    library = injected.request.caller.library if injected.request.caller else None
    if library and library.get(document_id):
        delay, default_s = (library.unread, 10.0) if injected.fault.kind == "read-lag" else (library.unlisted, 30.0)
        delay.begin(document_id, injected.seconds(default_s))
    return response


async def _processing(injected: InjectedFault) -> Response:
    injected.request.processing_fault = injected.fault.kind
    return await injected.act()


async def _reset(injected: InjectedFault) -> int:
    if injected.fault.kind == "reset-after":
        await injected.act()
    reset(injected.transport)
    return await _gone(injected)


async def _late(injected: InjectedFault) -> int:
    async def later() -> None:
        await asyncio.sleep(injected.seconds(3.0))
        await injected.act()

    task = asyncio.create_task(later())
    _BACKGROUND.add(task)
    task.add_done_callback(_BACKGROUND.discard)
    reset(injected.transport)
    return await _gone(injected)


async def _truncated(injected: InjectedFault) -> int:
    response = await injected.act()
    half = response.body[: len(response.body) // 2]
    response.headers["content-length"] = str(max(len(response.body), 2))
    response.headers["x-request-id"] = injected.request.request_id
    status, headers = response.status_code, response.raw_headers
    await injected.send({"type": "http.response.start", "status": status, "headers": headers})
    await injected.send({"type": "http.response.body", "body": half, "more_body": True})
    injected.transport.abort()
    return await _gone(injected, status)


def _write(injected: InjectedFault, data: bytes) -> None:
    """Write to the connection, unless who asked is gone already, killed in the middle of a run."""
    if not injected.transport.is_closing():
        injected.transport.write(data)


async def _short(injected: InjectedFault) -> int:
    response = await injected.act()
    _write(injected, _head(injected.request, response) + response.body[: len(response.body) // 2])
    injected.transport.abort()
    return await _gone(injected, response.status_code)


async def _cut_head(injected: InjectedFault) -> int:
    response = await injected.act()
    head = _head(injected.request, response)
    _write(injected, head[: injected.rng.randrange(len(head))])
    injected.transport.abort()
    return await _gone(injected, response.status_code)


async def _drip(injected: InjectedFault) -> int:
    response = await injected.act()
    whole = _head(injected.request, response)
    if injected.fault.kind == "drip":
        _write(injected, whole)
        whole = b""
    for byte in whole + response.body:
        if injected.transport.is_closing():
            break
        injected.transport.write(bytes([byte]))
        await asyncio.sleep(injected.seconds(DRIP_S))
    injected.transport.abort()
    return await _gone(injected, response.status_code)


def _head(request: ApiRequest, response: Response) -> bytes:
    """Write the head of an answer that ends with the connection."""
    response.headers["x-request-id"] = request.request_id
    lines = [b"HTTP/1.1 %d %s" % (response.status_code, HTTPStatus(response.status_code).phrase.encode())]
    lines += [b"%s: %s" % (name, value) for name, value in response.raw_headers if name != b"content-length"]
    return b"\r\n".join([*lines, b"connection: close", b"", b""])


async def _gone(injected: InjectedFault, status: int = 0) -> int:
    # The server must notice the end of the connection before its part returns, or it would complain.
    while (await injected.request.receive())["type"] != "http.disconnect":
        pass
    return status


_CHANGED: Mapping[str, Callable[[InjectedFault], Awaitable[Response]]] = {
    "slow": _slow,
    "empty": _empty,
    "broken-gzip": _broken_gzip,
    "bomb": _bomb,
    "html": _html,
    "html-after": _html,
    "portal": _portal,
    "redirect": _redirect,
    "expired-token": _expired_token,
    "no-location": _location,
    "foreign-location": _location,
    "read-lag": _lag,
    "list-lag": _lag,
    "processing-error": _processing,
    "processing-crash": _processing,
    "processing-stuck": _processing,
}
_CUT: Mapping[str, Callable[[InjectedFault], Awaitable[int]]] = {
    "reset-before": _reset,
    "reset-after": _reset,
    "late": _late,
    "truncated": _truncated,
    "short": _short,
    "cut-head": _cut_head,
    "drip": _drip,
    "drip-head": _drip,
}
