"""Canary secrets are found nowhere: not in prints, logs, pickles, tracebacks, nor by walking through every object."""

import base64
import copy
import http.client
import io
import logging
import pickle
import signal
import types
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from loopback import Connection, Loopback, answer, says

from gini_notebook.errors import GiniError, LoginRequired
from gini_notebook.service.accounts import Accounts
from gini_notebook.service.client import Client, Timing
from gini_notebook.service.credentials import (
    AnonymousAccess,
    BearerAccess,
    CallbackAccess,
    DeferredAccess,
    JwtAccess,
    TrustedAccess,
    UserAccess,
)

Connect = Callable[..., Client]
Serve = Callable[..., Loopback]
CLIENT_SECRET = "canary-one client&secret"
PASSWORD = "canary-two pass&word"
TOKEN = "canary-three.token"
REFRESH = "canary-four.refresh"
JWT = "canary-five.jwt.x"
SECRETS = (CLIENT_SECRET, PASSWORD, TOKEN, REFRESH, JWT)
FORMS = tuple(
    form.encode()
    for each in SECRETS
    for form in (each, quote_plus(each), base64.b64encode(f"client:{each}".encode()).decode(), repr(each)[1:-1])
)
TOKEN_ANSWER = {"access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 60}


def shows_secret(data: str | bytes) -> bool:
    raw = data if isinstance(data, bytes) else data.encode(errors="surrogatepass")
    return any(form in raw for form in FORMS)


def walk(root: object) -> Iterator[tuple[str, str | bytes]]:
    """Every text that can be reached from an object, with how to get there."""
    waiting: list[tuple[str, object]] = [("", root)]
    seen: set[int] = set()
    kept: list[object] = []
    while waiting:
        path, each = waiting.pop()
        if id(each) in seen or len(path) > 400:
            continue
        seen.add(id(each))
        kept.append(each)
        if isinstance(each, str | bytes | bytearray):
            yield path, bytes(each) if isinstance(each, bytearray) else each
            continue
        waiting.extend((f"{path}.{name}", inner) for name, inner in _parts(each))


def _parts(each: object) -> Iterator[tuple[str, object]]:
    if isinstance(each, types.ModuleType | type | types.BuiltinFunctionType):
        return
    if isinstance(each, dict):
        yield from ((f"[{key!r:.20}]", inner) for key, inner in list(each.items()))
        yield from (("key", key) for key in list(each))
        return
    if isinstance(each, list | tuple | set | frozenset):
        yield from ((f"[{number}]", inner) for number, inner in enumerate(list(each)))
    if isinstance(each, types.TracebackType):
        yield "frame", each.tb_frame
        yield "next", each.tb_next
        return
    if isinstance(each, types.FrameType):
        if "gini_notebook/tests/" not in each.f_code.co_filename and "/tests/" not in each.f_code.co_filename:
            yield from each.f_locals.items()
        return
    if isinstance(each, types.FunctionType):
        yield from ((f"closure[{number}]", cell.cell_contents) for number, cell in enumerate(each.__closure__ or ()))
        return
    if isinstance(each, types.MethodType):
        yield "self", each.__self__
        return
    if isinstance(each, BaseException):
        yield from (("args", each.args), ("context", each.__context__), ("cause", each.__cause__))
        yield "traceback", each.__traceback__
    for cls in type(each).__mro__:
        for slot in getattr(cls, "__slots__", ()):
            if isinstance(slot, str) and hasattr(each, slot):
                yield slot, getattr(each, slot)
    yield from getattr(each, "__dict__", {}).items()


def assert_hidden(*roots: object) -> None:
    for root in roots:
        for path, text in walk(root):
            assert not shows_secret(text), f"found in {type(root).__name__}{path}"
        assert not shows_secret(repr(root))
        assert not shows_secret(str(root))


def all_access(server: Loopback) -> list[Any]:
    return [
        TrustedAccess("client", CLIENT_SECRET, "user-1"),
        UserAccess("client", CLIENT_SECRET, "me@app.example", PASSWORD),
        AnonymousAccess("client", CLIENT_SECRET, "app.example.org", server.url),
        BearerAccess(TOKEN),
        JwtAccess(JWT),
        CallbackAccess(lambda: TOKEN),
    ]


def grants_then(reply: bytes) -> Callable[[Connection, bytes], None]:
    def serve(connection: Connection, request: bytes) -> None:
        if b"/oauth/token" in request.split(b"\r\n")[0]:
            connection.send(answer(200, TOKEN_ANSWER))
        elif request.startswith(b"POST /api/users"):
            connection.send(answer(201, Location="/api/users/u1"))
        else:
            connection.send(reply)

    return serve


GOOD = answer(200, {"id": "1", "progress": "COMPLETED"})


def test_the_walker_finds_what_is_there() -> None:
    class Holder:
        __slots__ = ("inner",)

        def __init__(self) -> None:
            self.inner = {"a": [lambda secret=None: None, (PASSWORD,)]}

    assert any(shows_secret(text) for _, text in walk(Holder()))
    assert any(shows_secret(text) for _, text in walk(ValueError(b"x" + TOKEN.encode())))


def test_T18_B7_clients_and_access_hide_everything(serve: Serve, connect: Connect) -> None:
    server = serve(grants_then(GOOD))
    for access in all_access(server):
        client = connect(server.url, access=access)
        assert_hidden(client, access, vars(client), client.diagnostics(), access.describe())
        client.document("1")
        assert_hidden(client, access, vars(client), client.diagnostics(), access.describe())
        pending = DeferredAccess("wait")
        pending.fill(access)
        assert_hidden(pending)
    assert any(form in request for request in server.requests for form in FORMS), "they were sent, of course"


REPLIES = {
    "refused": answer(401, {"message": "no"}),
    "damaged": answer(200, b'{"id": 7'),
    "failed": answer(500, b"<html>"),
    "gone": answer(404),
    "portal": answer(200, b"<html>"),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_T18_B7_errors_of_the_api_hide_everything(serve: Serve, connect: Connect, reply: bytes) -> None:
    server = serve(grants_then(reply))
    for access in all_access(server):
        with pytest.raises(GiniError) as caught:
            connect(server.url, access=access, attempts=2).document("1")
        assert_hidden(caught.value)
        assert not shows_secret(verbose(caught.value))


TOKEN_REPLIES = {
    "wrong type": answer(200, {**TOKEN_ANSWER, "expires_in": "soon"}),
    "no expiry": answer(200, {"access_token": TOKEN}),
    "cut off": answer(200, f'{{"access_token": "{TOKEN}", "expi'.encode()),
    "twice": answer(200, f'{{"access_token": "{TOKEN}", "access_token": "{TOKEN}", "expires_in": 1}}'.encode()),
    "no token": answer(200, {**TOKEN_ANSWER, "access_token": f"{TOKEN} \r\n"}),
    "refused": answer(400, {"error": "invalid_grant"}),
    "failed": answer(503),
}


@pytest.mark.parametrize("reply", TOKEN_REPLIES.values(), ids=TOKEN_REPLIES.keys())
def test_T18_B7_errors_of_the_user_center_hide_everything(serve: Serve, connect: Connect, reply: bytes) -> None:
    server = serve(says(reply))
    for access in all_access(server)[1:3]:
        with pytest.raises(GiniError) as caught:
            connect(server.url, access=access, attempts=2).document("1")
        assert_hidden(caught.value)
        assert not shows_secret(verbose(caught.value))


def test_T18_B7_errors_of_the_connection_hide_everything(connect: Connect, serve: Serve) -> None:
    silent = serve(lambda connection, request: connection.server.stopping.wait(5) and None)
    cut = serve(lambda connection, request: connection.reset())
    for url in ("https://127.0.0.1:9", "https://localhost.invalid", silent.url, cut.url):
        for access in all_access(silent):
            client = connect(url, access=access, attempts=1, timing=Timing(read_s=0.1, deadline_s=0.5))
            with pytest.raises(GiniError) as caught:
                client.document("1")
            assert_hidden(caught.value)
            assert not shows_secret(verbose(caught.value))


MALFORMED = {
    "trusted": lambda: TrustedAccess("client", CLIENT_SECRET + "\n"),
    "identifier": lambda: TrustedAccess("client", CLIENT_SECRET, "a b"),
    "client id": lambda: TrustedAccess("a:b", CLIENT_SECRET),
    "password": lambda: UserAccess("client", CLIENT_SECRET, "me", PASSWORD + "\n"),
    "user name": lambda: UserAccess("client", CLIENT_SECRET, "", PASSWORD),
    "token": lambda: BearerAccess(TOKEN + "\n"),
    "jwt": lambda: JwtAccess(JWT + "\n"),
    "account password": lambda: Accounts("client", CLIENT_SECRET, user_center="http://x"),
}


@pytest.mark.parametrize("make", MALFORMED.values(), ids=MALFORMED.keys())
def test_T18_T19_malformed_credentials_are_not_shown(make: Callable[[], object]) -> None:
    with pytest.raises(GiniError) as caught:
        make()
    assert_hidden(caught.value)


def test_T18_accounts_hide_everything(serve: Serve, trusted: str) -> None:
    server = serve(grants_then(answer(400, {"message": "taken"})))
    accounts = Accounts("client", CLIENT_SECRET, user_center=server.url, ca_bundle=trusted)
    for call in (
        lambda: accounts.change_password("u1", PASSWORD, PASSWORD),
        lambda: accounts.create("nobody", PASSWORD),
        lambda: accounts.create("a@b.example", PASSWORD[:3]),
        lambda: accounts.get("u1"),
    ):
        try:
            call()
        except GiniError as error:
            assert_hidden(error)
    accounts.create("a@b.example", PASSWORD)
    assert_hidden(accounts, vars(accounts))
    accounts.logout()
    with pytest.raises(LoginRequired):
        accounts.get("u1")
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(accounts)


def test_T23_nothing_secret_is_logged(
    serve: Serve,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    server = serve(grants_then(GOOD))
    for access in all_access(server):
        connect(server.url, access=access).document("1")
    assert "GET /documents/1" in caplog.text
    assert not shows_secret(caplog.text)
    assert not shows_secret("".join(capsys.readouterr()))
    assert not any(shows_secret(request.split(b"\r\n")[0]) for request in server.requests)


def test_T24_nothing_is_pickled_or_copied(serve: Serve, connect: Connect) -> None:
    server = serve(grants_then(GOOD))
    attempts: list[Callable[[Any], object]] = [pickle.dumps, copy.deepcopy]
    for access in all_access(server):
        client = connect(server.url, access=access)
        for each in (client, access, client._transport, client._transport._session):
            for attempt in attempts:
                with pytest.raises(TypeError, match="pickle"):
                    attempt(each)


def test_T19_an_interrupted_call_shows_nothing_in_a_verbose_traceback(serve: Serve, connect: Connect) -> None:
    server = serve(lambda connection, request: connection.server.stopping.wait(5) and None)
    for access in all_access(server)[:2]:
        client = connect(server.url, access=access)
        old = signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            with pytest.raises(KeyboardInterrupt) as caught:
                client.document("1")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        text = verbose(caught.value)
        assert "urllib3" in text
        assert not shows_secret(text)


def test_T19_the_environment_is_not_shown_in_a_verbose_traceback(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, tmp_path: Any
) -> None:
    from gini_notebook.interactive.login import login

    monkeypatch.setenv("GINI_CLIENT_ID", "client")
    monkeypatch.setenv("GINI_CLIENT_SECRET", CLIENT_SECRET + "\n")
    with pytest.raises(GiniError, match="client secret from the environment is empty or has line breaks") as caught:
        login()
    assert not shows_secret(verbose(caught.value))
    monkeypatch.setenv("GINI_CLIENT_SECRET", CLIENT_SECRET)
    for variable, odd in (("GINI_CA_FILE", "/nowhere"), ("GINI_API_URL", "http://x"), ("HTTPS_PROXY", "socks5://x")):
        with monkeypatch.context() as patch:
            patch.setenv(variable, odd)
            with pytest.raises(GiniError) as caught:
                login()
            assert_hidden(caught.value)
            assert not shows_secret(verbose(caught.value))


def verbose(error: BaseException) -> str:
    """What IPython prints for an error in its mode Verbose, which shows the variables of every frame."""
    from IPython.core.ultratb import VerboseTB

    out = io.StringIO()
    frames = error.__traceback__
    while frames is not None and "/tests/" in frames.tb_frame.f_code.co_filename:
        frames = frames.tb_next
    tb = VerboseTB(theme_name="nocolor", ostream=out)
    tb(type(error), error, frames)
    assert type(error).__name__ in out.getvalue()
    return out.getvalue()
