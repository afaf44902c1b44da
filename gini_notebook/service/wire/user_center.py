"""Requests to the User Center: accounts and tokens ("Create user", "Update user", "Client credentials", "Login").

The grant type stands in the query, where all material of the service has it; secrets stand in the body only, since
addresses end up in logs.
"""

import json
from collections.abc import Callable
from urllib.parse import quote_plus

from gini_notebook._text import described
from gini_notebook.errors import SettingError
from gini_notebook.service.values import Secret, Token, User
from gini_notebook.service.wire.answers import read_done, read_value
from gini_notebook.service.wire.environments import Environment, Identified, id_in, id_of
from gini_notebook.service.wire.messages import Answer, Request
from gini_notebook.service.wire.outcomes import Kind

_JSON = {"Accept": "application/json"}
_JSON_BODY = {"Accept": "application/json", "Content-Type": "application/json"}
SHORTEST_PASSWORD = 6


def create(base: str, email: str, password: Secret) -> Request[str]:
    """Create an account; the answer is its id."""
    _check(email, password)
    return Request(
        "POST",
        "/api/users",
        f"create the account {email}",
        _read_id(base),
        headers=_JSON_BODY,
        body=Secret(json.dumps({"email": email, "password": password.reveal()})),
        host="user center",
        kind=Kind.UPLOAD,
    )


def get(user: str | Identified) -> Request[User]:
    """Read an account."""
    known = id_of(user)
    what = f"read the account {known}"
    path = f"/api/users/{known}"
    return Request("GET", path, what, read_value(User), headers=_JSON, host="user center", kind=Kind.READ)


def change_password(user: str | Identified, old: Secret, new: Secret) -> Request[None]:
    """Change the password of an account."""
    _check("a@b", new)
    return _change(user, Secret(json.dumps({"oldPassword": old.reveal(), "password": new.reveal()})))


def change_email(user: str | Identified, old: str, new: str) -> Request[None]:
    """Change the address of an account."""
    _check(new, None)
    return _change(user, Secret(json.dumps({"oldEmail": old, "email": new})))


def delete(user: str | Identified) -> Request[None]:
    """Delete an account with its documents."""
    known = id_of(user)
    what = f"delete the account {known}"
    path = f"/api/users/{known}"
    return Request("DELETE", path, what, read_done, headers=_JSON, host="user center", kind=Kind.DELETE)


def _change(user: str | Identified, body: Secret) -> Request[None]:
    known = id_of(user)
    # The status of success is not documented, so any 2xx counts.
    return Request(
        "PUT",
        f"/api/users/{known}",
        f"change the account {known}",
        read_done,
        headers=_JSON_BODY,
        body=body,
        host="user center",
    )


def _check(email: str, password: Secret | None) -> None:
    before, _, domain = email.partition("@") if isinstance(email, str) else ("", "", "")
    if not before or not domain or not email.isprintable() or " " in email:
        message = f"What was given ({described(email)}) is no e-mail address; write it like name@your-domain.example."
        raise SettingError(message)
    if password is not None and len(password.reveal()) < SHORTEST_PASSWORD:
        message = f"The password is too short; the User Center takes {SHORTEST_PASSWORD} characters or more."
        raise SettingError(message)


def _read_id(base: str) -> Callable[[Answer], str]:
    return lambda answer: id_in(answer.headers.get("location"), collection="api/users", base=base)


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
        kind=Kind.TOKEN,
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
        kind=Kind.TOKEN,
    )
