"""Put an answer on the wire."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from gini_notebook.sandbox.answers import JSON, Answer
from gini_notebook.sandbox.calls import Call

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def finished(call: Call, answer: Answer) -> Answer:
    """Fill in the media type that answers have unless they say otherwise."""
    if not answer.media_type:
        answer.media_type = call.state.environment.json if call.role == "api" else JSON
    return answer


def head(call: Call, answer: Answer, *, at_least: int = 0) -> list[tuple[bytes, bytes]]:
    """Give the headers of an answer.

    Parameters
    ----------
    call
        The request.
    answer
        The answer.
    at_least
        The length to announce even if the body is shorter.
    """
    headers = [(b"x-request-id", call.request_id.encode())]
    if answer.status != 204:
        headers.append((b"content-type", answer.media_type.encode()))
        headers.append((b"content-length", str(max(len(answer.body), at_least)).encode()))
    headers += [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    return headers


async def send_answer(call: Call, answer: Answer, send: Send) -> None:
    """Send an answer whole."""
    await send({"type": "http.response.start", "status": answer.status, "headers": head(call, answer)})
    await send({"type": "http.response.body", "body": answer.body})
