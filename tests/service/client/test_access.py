"""Who is calling: tokens, secrets, identifiers and users; what none can be is refused."""

from collections.abc import Callable

import pytest
from loopback import DOCUMENT, SECRET, Loopback, answer
from token_service import PASSWORD, Service, user

from gini_notebook.errors import (
    CredentialsError,
    LoginRequired,
    NotAuthorized,
    SettingError,
)
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import (
    BearerAccess,
    ClientTokenAccess,
    JwtAccess,
    TrustedAccess,
    UserAccess,
    check_identifier,
    other_user,
    random_identifier,
)

Connect = Callable[..., Client]


Serve = Callable[..., Loopback]


def test_static_tokens_and_jwts(serve: Serve, connect: Connect) -> None:
    service = Service()
    service.valid.add("abc")
    server = serve(service)
    assert connect(server.url, access=BearerAccess("abc")).document("1")
    client = connect(server.url, access=JwtAccess("eyJh.x.y"))
    with pytest.raises(NotAuthorized):
        client.document("1")
    assert b"X-JWT-Authorization: Bearer eyJh.x.y" in server.requests[1]
    assert len(server.requests) == 2
    assert client.user == "(JWT)"


@pytest.mark.parametrize("make", [BearerAccess, JwtAccess])
@pytest.mark.parametrize("token", ["", "a b", "a\nb", "ä"])
def test_T43_tokens_that_are_no_header_line_are_refused(make: Callable[[str], object], token: str) -> None:
    with pytest.raises(CredentialsError, match="token has characters that no token has"):
        make(token)


@pytest.mark.parametrize("secret", ["", "a\nb", "a\x00", "a\x7f", "a\udc80"])
def test_secrets_that_were_copied_wrong_are_refused(secret: str) -> None:
    for make in (
        lambda: TrustedAccess("client", secret),
        lambda: UserAccess("client", secret, "me", PASSWORD),
        lambda: UserAccess("client", SECRET, "me", secret),
        lambda: ClientTokenAccess("client", secret),
    ):
        with pytest.raises(CredentialsError, match=r"(client secret|password) is empty or has line breaks") as caught:
            make()
        assert "a\\n" not in str(caught.value)


@pytest.mark.parametrize("client_id", ["", "a:b", "a\nb"])
def test_client_ids_that_were_copied_wrong_are_refused(client_id: str) -> None:
    with pytest.raises(CredentialsError, match="client id is empty, or has a colon"):
        TrustedAccess(client_id, SECRET)


@pytest.mark.parametrize("username", ["", "a\nb"])
def test_user_names_that_were_copied_wrong_are_refused(username: str) -> None:
    with pytest.raises(CredentialsError, match="user name is empty or has control characters"):
        UserAccess("client", SECRET, username, PASSWORD)


def test_T43_T50_user_identifiers() -> None:
    for fits in ("a", "A-b_c.d@e", "x" * 64):
        assert check_identifier(fits) == fits
    for odd in ("", "x" * 65, "a b", "a\n", "\x00", "Müller", "a/b", "٣", 7):
        with pytest.raises(CredentialsError, match="must have 1 to 64 letters, digits or"):
            check_identifier(odd)  # type: ignore[arg-type]
    for code in range(0x2FF):
        character = chr(code)
        if not (character.isascii() and (character.isalnum() or character in "._@-")):
            with pytest.raises(CredentialsError):
                check_identifier(character)


def test_T50_random_identifiers_have_enough_entropy_and_differ() -> None:
    many = {random_identifier() for _ in range(1000)}
    assert len(many) == 1000
    assert all(len(bytes.fromhex(each)) * 8 >= 122 for each in many)
    assert TrustedAccess("client", SECRET).user != TrustedAccess("client", SECRET).user


def test_users_at_will_only_for_a_trusted_client(serve: Serve, connect: Connect) -> None:
    server = serve(lambda connection, request: connection.send(answer(200, DOCUMENT)))
    client = connect(server.url)
    other = client.with_user("user-2")
    assert (client.user, other.user) == ("user-1", "user-2")
    client.document("1")
    other.document("1")
    assert b"X-User-Identifier: user-1" in server.requests[0]
    assert b"X-User-Identifier: user-2" in server.requests[1]
    assert server.connections == 1
    assert client.with_user().user != client.with_user().user
    with pytest.raises(SettingError, match="Only a client id and secret can act for another user"):
        other_user(BearerAccess("abc"), "user-2")
    with pytest.raises(CredentialsError):
        client.with_user("a b")


def test_T28_after_logout_nothing_is_sent(serve: Serve, connect: Connect) -> None:
    service = Service()
    server = serve(service)
    for access in (TrustedAccess("client", SECRET), BearerAccess("abc"), user(), ClientTokenAccess("client", SECRET)):
        client = connect(server.url, access=access)
        client.logout()
        with pytest.raises(LoginRequired, match=r"logged out; call gini\.login"):
            client.document("1")
        with pytest.raises((LoginRequired, SettingError)):
            client.with_user()
    assert server.requests == []


def test_T52_two_clients_share_nothing(serve: Serve, connect: Connect) -> None:
    service = Service()
    server = serve(service)
    one, other = connect(server.url, access=user()), connect(server.url, access=user())
    one.document("1")
    one.logout()
    other.document("1")
    assert service.grants == ["password", "password"]
