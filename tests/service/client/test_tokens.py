"""Tokens: fetched once for all threads, renewed in time, given up when they are refused twice."""

import base64
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from loopback import DOCUMENT, SECRET, Loopback, answer
from token_service import PASSWORD, Service, user

from gini_notebook.errors import (
    AnswerLost,
    CredentialsError,
    GiniError,
    LoginRequired,
    NotAuthorized,
    RequestRefused,
    ServiceFailure,
)
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import (
    AnonymousAccess,
    CallbackAccess,
)
from gini_notebook.service.values import Secret, Token

Connect = Callable[..., Client]


Serve = Callable[..., Loopback]


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_password_grant_then_bearer(serve: Serve, connect: Connect) -> None:
    service = Service()
    server = serve(service)
    client = connect(server.url, access=user())
    client.document("1")
    client.document("1")
    assert service.grants == ["password"]
    assert service.bodies == [f"username=me%40app.example&password={PASSWORD}".encode()]
    grant, first, _ = server.requests
    assert grant.startswith(b"POST /oauth/token?grant_type=password HTTP/1.1")
    assert b"Content-Type: application/x-www-form-urlencoded" in grant
    assert b"Authorization: Bearer token-1" in first
    assert b"Basic" not in first
    assert SECRET not in first.decode()


def test_R9_a_token_is_renewed_before_it_expires(serve: Serve, connect: Connect) -> None:
    clock, service = Clock(), Service(life_s=300)
    client = connect(serve(service).url, access=user(clock))
    client.document("1")
    for passed, grants in ((239.0, 1), (2.0, 2), (239.0, 2), (1000.0, 3)):
        clock.now += passed
        client.document("1")
        assert len(service.grants) == grants
    assert client.diagnostics()["expires_in_s"] == 300.0


def test_R9_short_lives_have_short_margins(serve: Serve, connect: Connect) -> None:
    clock, service = Clock(), Service(life_s=3)
    client = connect(serve(service).url, access=user(clock))
    client.document("1")
    for passed, grants in ((2.3, 1), (0.2, 2)):
        clock.now += passed
        client.document("1")
        assert len(service.grants) == grants


def test_R9_a_token_that_was_taken_back_is_replaced_once(serve: Serve, connect: Connect) -> None:
    service = Service()
    client = connect(serve(service).url, access=user())
    client.document("1")
    service.valid.clear()
    client.document("1")
    assert service.grants == ["password", "password"]


def test_R9_a_user_who_lost_access_costs_one_renewal_then_a_clear_stop(serve: Serve, connect: Connect) -> None:
    service = Service()
    client = connect(serve(service).url, access=user())
    client.document("1")
    service.valid.clear()
    service.fresh_tokens_are_valid = False
    with pytest.raises(NotAuthorized, match=r"'expired' \(status 401\)\. Log in again"):
        client.document("1")
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: _error_of(lambda: client.document("1")), range(40)))
    assert all(isinstance(each, NotAuthorized) for each in outcomes)
    assert service.grants == ["password", "password"]


def _error_of(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except GiniError as error:
        return error
    return None


def test_R9_B6_many_threads_ask_for_one_token_per_expiry(serve: Serve, connect: Connect) -> None:
    clock, service = Clock(), Service(life_s=3)
    client = connect(serve(service).url, access=user(clock))
    for expiry in range(5):
        with ThreadPoolExecutor(24) as pool:
            list(pool.map(lambda _: client.document("1"), range(48)))
        assert len(service.grants) == expiry + 1
        clock.now += 3.0
        service.valid.clear()


@pytest.mark.slow
def test_R9_B6_100_threads_for_a_minute_on_3_second_tokens() -> None:
    from gini_notebook.interactive.login import login
    from gini_notebook.sandbox import Sandbox

    with Sandbox(processing_time_s=0.0, token_life_s=3.0) as sandbox:
        client = login(sandbox, anonymous_domain="app.example.org")
        client.documents()
        before = len([1 for seen in sandbox.requests() if seen.path == "/oauth/token"])
        until = time.monotonic() + 60.0
        failures: list[BaseException] = []
        calls = [0] * 100

        def work(number: int) -> None:
            while time.monotonic() < until:
                error = _error_of(lambda: client.documents(limit=1))
                if error is not None:
                    failures.append(error)
                calls[number] += 1

        threads = [threading.Thread(target=work, args=(number,)) for number in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = len([1 for seen in sandbox.requests() if seen.path == "/oauth/token"]) - before
        assert failures == []
        assert min(calls) > 0
        assert 60 / 3.0 - 1 <= asked <= 60 / 2.4 + 1


def test_R9_a_failed_fetch_is_shared_by_those_who_waited_for_it(serve: Serve, connect: Connect) -> None:
    service = Service()
    service.refusal = answer(500)
    client = connect(serve(service).url, access=user(), attempts=2)
    gate = threading.Barrier(16)

    def call(_: int) -> BaseException | None:
        gate.wait()
        return _error_of(lambda: client.document("1"))

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(call, range(16)))
    assert all(isinstance(each, ServiceFailure) for each in outcomes)
    assert len(service.grants) <= 16
    service.refusal = None
    assert client.document("1")


def test_refresh_tokens_are_used_and_kept(serve: Serve, connect: Connect) -> None:
    clock, service = Clock(), Service(life_s=300, refresh=True)
    client = connect(serve(service).url, access=user(clock))
    for _ in range(3):
        client.document("1")
        clock.now += 300
    assert service.grants == ["password", "refresh_token", "refresh_token"]
    assert service.bodies[2] == b"grant_type=refresh_token&refresh_token=refresh-1"


def test_a_dead_refresh_token_falls_back_to_the_password(serve: Serve, connect: Connect) -> None:
    clock, service = Clock(), Service(life_s=300, refresh=True)
    client = connect(serve(service).url, access=user(clock))
    client.document("1")
    clock.now += 300
    original = service._token

    def dead(path: str, body: bytes, fields: dict[str, str]) -> bytes:
        reply = original(path, body, fields)
        return answer(400, {"error": "invalid_grant"}) if body.startswith(b"grant_type=refresh") else reply

    service._token = dead  # type: ignore[method-assign]
    client.document("1")
    assert service.grants == ["password", "refresh_token", "password"]


def test_wrong_password_is_told_at_once(serve: Serve, connect: Connect) -> None:
    service = Service()
    service.refusal = answer(400, {"error": "invalid_grant", "error_description": "Bad credentials"})
    with pytest.raises(NotAuthorized, match=r"Could not log in me@app\.example.*user name or password is wrong"):
        connect(serve(service).url, access=user()).document("1")
    assert service.grants == ["password"]


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a b", "ä"])
def test_T43_a_token_that_would_forge_a_header_is_not_used(serve: Serve, connect: Connect, token: str) -> None:
    service = Service()
    service.refusal = answer(200, {"access_token": token, "expires_in": 60})
    with pytest.raises(AnswerLost, match="token that cannot be a token"):
        connect(serve(service).url, access=user()).document("1")


@pytest.mark.parametrize("life", [0, -5, 1e300])
def test_absurd_lives_of_tokens_do_no_harm(serve: Serve, connect: Connect, life: float) -> None:
    service = Service(life_s=life)
    client = connect(serve(service).url, access=user())
    client.document("1")
    client.document("1")
    assert len(service.grants) == (2 if life <= 0 else 1)


def test_anonymous_users_are_created_once_however_many_threads_call(serve: Serve, connect: Connect) -> None:
    service = Service()
    server = serve(service)
    access = AnonymousAccess("client", SECRET, "app.example.org", server.url)
    client = connect(server.url, access=access)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.document("1"), range(32)))
    assert service.grants == ["client_credentials", "password"]
    name, password = access.account()
    assert service.users == [{"email": name, "password": password.reveal()}]
    assert name == client.user
    assert name.endswith("@app.example.org")
    created = next(request for request in server.requests if request.startswith(b"POST /api/users"))
    assert b"Authorization: Bearer token-1" in created
    assert not any(b"Bearer token-1" in request for request in server.requests if b"GET /documents" in request)


def test_an_account_whose_creation_was_unclear_is_found_by_logging_in(serve: Serve, connect: Connect) -> None:
    service = Service()
    service.refuse_users = [answer(500)]
    server = serve(service)
    access = AnonymousAccess("client", SECRET, "app.example.org", server.url)
    assert connect(server.url, access=access).document("1")
    assert service.grants == ["client_credentials", "password"]


def test_an_account_that_was_not_created_says_why(serve: Serve, connect: Connect) -> None:
    service = Service()
    service.refuse_users = [answer(400, {"message": "no such domain"})]
    service.refusal = answer(400, {"error": "invalid_grant"})
    server = serve(service)
    access = AnonymousAccess("client", SECRET, "app.example.org", server.url)
    with pytest.raises(RequestRefused, match="no such domain"):
        connect(server.url, access=access).document("1")
    access.forget()
    with pytest.raises(LoginRequired, match="no longer known here"):
        access.account()


def test_provided_tokens_are_asked_for_again_in_time(serve: Serve, connect: Connect) -> None:
    clock, service = Clock(), Service()
    given: list[str] = []

    def provide() -> Token:
        given.append(f"provided-{len(given)}")
        service.valid.add(given[-1])
        return Token(Secret(given[-1]), 300)

    client = connect(serve(service).url, access=CallbackAccess(provide, clock=clock))
    client.document("1")
    client.document("1")
    assert len(given) == 1
    clock.now += 250
    client.document("1")
    service.valid.discard("provided-1")
    client.document("1")
    assert len(given) == 3
    client.logout()
    with pytest.raises(LoginRequired, match="logged out"):
        client.document("1")


def test_provided_jwts_are_read_for_their_expiry(serve: Serve, connect: Connect) -> None:
    def jwt(expires_in: float | None) -> str:
        claims = {} if expires_in is None else {"exp": time.time() + expires_in}
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return f"eyJh.{body}.sig"

    server = serve(lambda connection, request: connection.send(answer(200, DOCUMENT)))
    for made, calls in ((jwt(300), 1), (jwt(0), 2), (jwt(None), 1), ("opaque", 1)):
        asked: list[int] = []

        def provide(made: str = made, asked: list[int] = asked) -> str:
            asked.append(1)
            return made

        client = connect(server.url, access=CallbackAccess(provide, jwt=True))
        client.document("1")
        client.document("1")
        assert len(asked) == calls
    assert b"X-JWT-Authorization: Bearer eyJh." in server.requests[0]
    assert b"\r\nAuthorization" not in server.requests[0]


@pytest.mark.parametrize("given", ["", None, "a\nb", 7])
def test_provided_nonsense_is_refused(serve: Serve, connect: Connect, given: object) -> None:
    with pytest.raises(CredentialsError, match="token that your function returned is empty or has line breaks"):
        connect(serve(Service()).url, access=CallbackAccess(lambda: given)).document("1")  # type: ignore[arg-type,return-value]
