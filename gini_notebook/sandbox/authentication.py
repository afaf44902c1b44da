"""Who is calling: the four arrangements of the Authentication flows page of the documentation."""

import hmac

from gini_notebook.sandbox.accounts import BASIC, BEARER, User
from gini_notebook.sandbox.answers import Refused
from gini_notebook.sandbox.calls import Call


def authenticate(call: Call, who: str) -> User | None:
    """Check that a call may do what needs ``who``; gives the user, if it acts for one.

    Raises
    ------
    Refused
        401 if credentials are missing, wrong or expired.
    """
    if who == "user":
        return _user(call)
    if who == "trusted":
        return _trusted(call)
    if who == "client":
        _client(call)
    elif who == "client token":
        _client_token(call)
    elif who == "admin":
        scheme, credentials = _authorization(call)
        token = call.state.admin_token
        if not token or scheme != "bearer" or not hmac.compare_digest(credentials.encode(), token.encode()):
            raise Refused(401, "This part of the sandbox is for the program that started it.", headers=BEARER)
    return None


def _user(call: Call) -> User:
    jwt = call.headers.get("x-jwt-authorization")
    if jwt is not None:
        return call.state.accounts.derived(call.state.identity.identifier(jwt))
    scheme, credentials = _authorization(call)
    if scheme == "basic":
        return _trusted(call)
    if scheme != "bearer":
        raise Refused(
            401,
            "Credentials are missing: send Authorization: Bearer with a token, or Basic with X-User-Identifier.",
            headers={"www-authenticate": 'Bearer realm="gini"'},
        )
    token = call.state.accounts.token(credentials)
    if token is None:
        raise Refused(401, "The access token is unknown or has expired; fetch a new one.", headers=BEARER)
    if token.user is None:
        raise Refused(401, "This is the client's token, which is for the User Center; use a user's.", headers=BEARER)
    return token.user


def _trusted(call: Call) -> User:
    _client(call)
    identifier = call.headers.get("x-user-identifier", "").strip()
    if not identifier:
        raise Refused(401, "The header X-User-Identifier is missing; it says whose documents are meant.", headers=BASIC)
    return call.state.accounts.derived(identifier)


def _client(call: Call) -> None:
    scheme, credentials = _authorization(call)
    if scheme != "basic":
        message = "Credentials are missing: send Authorization: Basic with client id and client secret."
        raise Refused(401, message, headers=BASIC, oauth_error=_oauth(call))
    if not call.state.accounts.is_client(credentials):
        raise Refused(401, "Client id or client secret is wrong.", headers=BASIC, oauth_error=_oauth(call))


def _client_token(call: Call) -> None:
    scheme, credentials = _authorization(call)
    token = call.state.accounts.token(credentials) if scheme == "bearer" else None
    if token is None or token.user is not None:
        message = "The User Center needs a valid access token of the client (grant_type=client_credentials)."
        raise Refused(401, message, headers=BEARER)


def _authorization(call: Call) -> tuple[str, str]:
    scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
    return scheme.lower(), credentials.strip()


def _oauth(call: Call) -> str:
    return "invalid_client" if call.path == "/oauth/token" else ""
