"""What the server saw: every request without its secrets, so that tests can look at the wire."""

from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from gini_notebook.sandbox.messages import ApiRequest

KEPT = 200_000
HIDDEN = "[hidden]"
SECRET_PARAMETERS = frozenset({"token", "access_token", "refresh_token", "password", "client_secret", "code"})
SCHEME_ONLY = frozenset({b"authorization", b"x-jwt-authorization", b"proxy-authorization"})


class Seen(NamedTuple):
    """One request that was answered."""

    number: int
    time: float
    role: str
    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    body_bytes: int
    status: int
    user: str
    remote: str
    request_id: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers]
        return self._asdict() | {"headers": headers}


class Audit:
    """The requests in the order in which they were answered; the latest ones, if there are very many."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._count = 0

    def record(self, request: ApiRequest, status: int, begun: float) -> None:
        """Record a request that was answered; ``status`` is 0 if the connection was cut instead."""
        scope = request.scope
        client = scope.get("client") or ("", 0)
        seen = Seen(
            self._count,
            begun,
            request.role,
            request.method,
            scope["path"],
            _without_secrets(scope["query_string"]),
            [(name, _shown(name, value)) for name, value in scope["headers"]],
            request.arriving.received,
            status,
            request.caller.name if request.caller else "",
            f"{client[0]}:{client[1]}",
            request.request_id,
        )
        self._seen.append(seen)
        self._count += 1

    def since(self, number: int) -> list[dict[str, Any]]:
        """Return the requests from a number on."""
        return [seen.as_json() for seen in self._seen if seen.number >= number]


def _without_secrets(query: bytes) -> str:
    text = query.decode("latin-1")
    pairs = parse_qsl(text, keep_blank_values=True) if text else []
    if not any(name.lower() in SECRET_PARAMETERS for name, _ in pairs):
        return text
    shown = [(name, HIDDEN if name.lower() in SECRET_PARAMETERS else value) for name, value in pairs]
    return urlencode(shown, safe="[]")


def _shown(name: bytes, value: bytes) -> bytes:
    if name in SCHEME_ONLY:
        return value.partition(b" ")[0] if b" " in value else HIDDEN.encode()
    return HIDDEN.encode() if name == b"cookie" else value
