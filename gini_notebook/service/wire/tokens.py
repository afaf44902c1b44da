"""Requests for tokens ("Client credentials", "Manage accounts", "Login").

The grant type stands in the query, where all material of the service has it; secrets stand in the body only, since
addresses end up in logs.
"""

from urllib.parse import quote_plus

from gini_notebook.service.values import Secret, Token
from gini_notebook.service.wire.answers import read_value
from gini_notebook.service.wire.environments import Environment
from gini_notebook.service.wire.messages import Request

_FORM = "application/x-www-form-urlencoded"


def client_credentials() -> Request[Token]:
    """Ask for the client's own token, which only the User Center takes. POST, so that nothing is cached."""
    return _token("grant_type=client_credentials", "log in the client at the User Center", None)


def password_grant(username: str, password: Secret) -> Request[Token]:
    """Ask for a user's token."""
    form = Secret(f"username={quote_plus(username)}&password={quote_plus(password.reveal())}")
    return _token("grant_type=password", f"log in {username}", form)


def refresh_grant(refresh_token: Secret) -> Request[Token]:
    """Ask for a new token in place of an old one."""
    form = Secret(f"grant_type=refresh_token&refresh_token={quote_plus(refresh_token.reveal())}")
    return _token("", "renew the login", form)


def login(environment: Environment) -> Request[Token]:
    """Ask the API for a token of the user that client and identifier stand for, to hand to a device."""
    return Request(
        "POST",
        "/login",
        "get a token for the user",
        read_value(Token),
        headers={"Accept": environment.media_type},
        repeatable=True,
    )


def _token(query: str, what: str, form: Secret | None) -> Request[Token]:
    headers = {"Accept": "application/json"} if form is None else {"Accept": "application/json", "Content-Type": _FORM}
    return Request(
        "POST",
        "/oauth/token",
        what,
        read_value(Token),
        query=query,
        headers=headers,
        body=form,
        host="user center",
        repeatable=True,
    )
