"""A service that gives tokens and can take them back; see :mod:`loopback`."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from loopback import DOCUMENT, SECRET, Connection, answer

from gini_notebook.service.credentials import UserAccess

PASSWORD = "canary-password-55aa"


class Service:
    """Both hosts in one: gives tokens that it can take back, and says what it was asked for."""

    def __init__(self, *, life_s: float = 3600, refresh: bool = False) -> None:
        self.life_s, self.refresh = life_s, refresh
        self.valid: set[str] = set()
        self.fresh_tokens_are_valid = True
        self.grants: list[str] = []
        self.bodies: list[bytes] = []
        self.users: list[dict[str, str]] = []
        self.refusal: bytes | None = None
        self.refuse_users: list[bytes] = []
        self.lock = threading.Lock()

    def __call__(self, connection: Connection, request: bytes) -> None:
        with self.lock:
            reply = self._reply(request)
        connection.send(reply)

    def _reply(self, request: bytes) -> bytes:
        line, *headers = request.decode().partition("\r\n\r\n")[0].split("\r\n")
        body = request.partition(b"\r\n\r\n")[2]
        fields = dict(header.split(": ", 1) for header in headers)
        path = line.split()[1]
        if path.startswith("/oauth/token"):
            return self._token(path, body, fields)
        if path == "/api/users":
            if self.refuse_users:
                return self.refuse_users.pop(0)
            self.users.append(json.loads(body))
            return answer(201, Location="/api/users/u1")
        bearer = fields.get("Authorization", "").removeprefix("Bearer ")
        return answer(200, DOCUMENT) if bearer in self.valid else answer(401, {"message": "expired"})

    def _token(self, path: str, body: bytes, fields: dict[str, str]) -> bytes:
        assert fields["Authorization"].startswith("Basic ")
        grant = path.partition("grant_type=")[2] or body.decode().partition("&")[0].partition("=")[2]
        self.grants.append(grant)
        self.bodies.append(body)
        if self.refusal is not None and grant != "client_credentials":
            return self.refusal
        token = f"token-{len(self.grants)}"
        if grant != "client_credentials" and self.fresh_tokens_are_valid:
            self.valid.add(token)
        data: dict[str, Any] = {"access_token": token, "token_type": "bearer", "expires_in": self.life_s}
        if self.refresh and grant == "password":
            data["refresh_token"] = "refresh-1"
        return answer(200, data)


def user(clock: Callable[[], float] = time.monotonic) -> UserAccess:
    return UserAccess("client", SECRET, "me@app.example", PASSWORD, clock=clock)
