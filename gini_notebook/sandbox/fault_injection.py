"""What each fault does to an answer and to the connection."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from http import HTTPStatus
from typing import Any

from gini_notebook.sandbox.accounts import BEARER
from gini_notebook.sandbox.answers import Answer, Refused, error_answer
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.connections import reset
from gini_notebook.sandbox.faults import Fault
from gini_notebook.sandbox.sending import Send, finished, head, send_answer

DRIP_S = 0.2
BOMB_BYTES = 256 * 1024 * 1024
ELSEWHERE = "https://elsewhere.example"
_PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
_BACKGROUND: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True, slots=True)
class Struck:
    """A request that a fault strikes.

    Attributes
    ----------
    call
        The request.
    fault
        What strikes it.
    act
        Does what was asked.
    send
        Sends ASGI messages.
    transport
        The connection.
    """

    call: Call
    fault: Fault
    act: Callable[[], Awaitable[Answer]]
    send: Send
    transport: asyncio.Transport

    def seconds(self, default: float) -> float:
        """How long the fault takes."""
        return default if self.fault.seconds < 0 else self.fault.seconds


async def strike(struck: Struck) -> int:
    """Let a fault strike; gives the status that was answered, 0 if the connection was cut instead."""
    # Every fault is about a request that arrived whole.
    await struck.call.take_body()
    kind = struck.fault.kind
    if kind[:1].isdigit():
        return await _status(struck)
    if kind in _CHANGED:
        answer = finished(struck.call, await _CHANGED[kind](struck))
        await send_answer(struck.call, answer, struck.send)
        return answer.status
    return await _CUT[kind](struck)


async def _status(struck: Struck) -> int:
    status, _, how = struck.fault.kind.partition("-")
    if how == "after":
        await struck.act()
    headers = {}
    if how == "date" or (not how and status in {"429", "503"}):
        wait_s = struck.seconds(1.0)
        headers["retry-after"] = formatdate(time.time() + wait_s, usegmt=True) if how == "date" else f"{wait_s:g}"
    done = "done" if how == "after" else "nothing was done"
    refused = Refused(int(status), f"A fault of the sandbox, as was asked for; {done}.", headers=headers)
    answer = finished(struck.call, error_answer(refused, struck.call.request_id))
    await send_answer(struck.call, answer, struck.send)
    return answer.status


async def _slow(struck: Struck) -> Answer:
    answer = await struck.act()
    await asyncio.sleep(struck.seconds(5.0))
    return answer


async def _empty(struck: Struck) -> Answer:
    answer = await struck.act()
    return Answer(answer.status, b"", answer.media_type, answer.headers)


async def _broken_gzip(struck: Struck) -> Answer:
    answer = await struck.act()
    packed = bytearray(gzip.compress(answer.body))
    packed[len(packed) // 2] ^= 0xFF
    packed[-8] ^= 0xFF
    return Answer(answer.status, bytes(packed), answer.media_type, {**answer.headers, "content-encoding": "gzip"})


async def _bomb(_struck: Struck) -> Answer:
    return Answer(200, await asyncio.to_thread(_packed_zeros), headers={"content-encoding": "gzip"})


@cache
def _packed_zeros() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES), compresslevel=1)


async def _html(struck: Struck) -> Answer:
    if struck.fault.kind == "html-after":
        await struck.act()
    return Answer(502, _PAGE % (b"502 Bad Gateway", b"502 Bad Gateway"), "text/html")


async def _portal(_struck: Struck) -> Answer:
    return Answer(200, _PAGE % (b"Welcome", b"Please accept the terms of this network"), "text/html")


async def _redirect(struck: Struck) -> Answer:
    return Answer(307, headers={"location": f"{ELSEWHERE}{struck.call.path}"})


async def _expired_token(struck: Struck) -> Answer:
    struck.call.state.accounts.revoke(struck.call.headers.get("authorization", "").partition(" ")[2].strip())
    refused = Refused(401, "The access token has expired; fetch a new one.", headers=BEARER)
    return error_answer(refused, struck.call.request_id)


async def _location(struck: Struck) -> Answer:
    answer = await struck.act()
    location = answer.headers.pop("location", "")
    if location and struck.fault.kind == "foreign-location":
        answer.headers["location"] = ELSEWHERE + location.removeprefix(struck.call.base_url)
    return answer


async def _processing(struck: Struck) -> Answer:
    struck.call.processing_fault = struck.fault.kind
    return await struck.act()


async def _reset(struck: Struck) -> int:
    if struck.fault.kind == "reset-after":
        await struck.act()
    reset(struck.transport)
    return await _gone(struck)


async def _late(struck: Struck) -> int:
    async def later() -> None:
        await asyncio.sleep(struck.seconds(3.0))
        await struck.act()

    task = asyncio.create_task(later())
    _BACKGROUND.add(task)
    task.add_done_callback(_BACKGROUND.discard)
    reset(struck.transport)
    return await _gone(struck)


async def _truncated(struck: Struck) -> int:
    answer = finished(struck.call, await struck.act())
    start: MutableMapping[str, Any] = {"type": "http.response.start", "status": answer.status}
    await struck.send({**start, "headers": head(struck.call, answer, at_least=2)})
    half = answer.body[: len(answer.body) // 2]
    await struck.send({"type": "http.response.body", "body": half, "more_body": True})
    struck.transport.abort()
    return await _gone(struck, answer.status)


async def _short(struck: Struck) -> int:
    answer = finished(struck.call, await struck.act())
    struck.transport.write(_raw(struck.call, answer) + answer.body[: len(answer.body) // 2])
    struck.transport.abort()
    return await _gone(struck, answer.status)


async def _drip(struck: Struck) -> int:
    answer = finished(struck.call, await struck.act())
    whole = _raw(struck.call, answer)
    if struck.fault.kind == "drip":
        struck.transport.write(whole)
        whole = b""
    for byte in whole + answer.body:
        if struck.transport.is_closing():
            break
        struck.transport.write(bytes([byte]))
        await asyncio.sleep(struck.seconds(DRIP_S))
    struck.transport.abort()
    return await _gone(struck, answer.status)


def _raw(call: Call, answer: Answer) -> bytes:
    """Write the head of an answer that ends with the connection."""
    lines = [b"HTTP/1.1 %d %s" % (answer.status, HTTPStatus(answer.status).phrase.encode())]
    lines += [b"%s: %s" % (name, value) for name, value in head(call, answer) if name != b"content-length"]
    return b"\r\n".join([*lines, b"connection: close", b"", b""])


async def _gone(struck: Struck, status: int = 0) -> int:
    # The server must notice the end of the connection before its part returns, or it would complain.
    while (await struck.call.receive())["type"] != "http.disconnect":
        pass
    return status


_CHANGED: Mapping[str, Callable[[Struck], Awaitable[Answer]]] = {
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
    "processing-error": _processing,
    "processing-crash": _processing,
    "processing-stuck": _processing,
}
_CUT: Mapping[str, Callable[[Struck], Awaitable[int]]] = {
    "reset-before": _reset,
    "reset-after": _reset,
    "late": _late,
    "truncated": _truncated,
    "short": _short,
    "drip": _drip,
    "drip-head": _drip,
}
