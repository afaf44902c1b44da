"""Bodies on their way out and in: secrets stay masked until the last moment, answers have a largest size."""

from collections.abc import Iterator
from typing import Any

from gini_notebook.service.values import Secret

MAX_ANSWER_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024


class _SecretBody:
    """A body that becomes bytes only while it is written."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def __iter__(self) -> Iterator[bytes]:
        yield self._secret.encode()


def body_of(body: bytes | Secret | None) -> tuple[Any, int | None]:
    """Return the body as Requests takes it, and its length."""
    if body is None:
        return None, None
    if isinstance(body, Secret):
        return _SecretBody(body), len(body.encode())
    return body, len(body)


def read_capped(raw: Any) -> bytes | None:
    """Read a whole answer, decompressed; None if it is larger than :data:`MAX_ANSWER_BYTES`.

    It is read in pieces, so that an answer of a few kilobytes cannot unfold into gigabytes.
    """
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(_CHUNK, decode_content=True):
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            return None
        pieces.append(piece)
    return b"".join(pieces)
