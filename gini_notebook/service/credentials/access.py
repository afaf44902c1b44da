"""Ways to prove who is calling that need no token of the User Center, and access that is still being waited for."""

import re
import secrets
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NoReturn

from gini_notebook._text import described
from gini_notebook.errors import CredentialsError, LoginRequired, SettingError
from gini_notebook.service.values import Secret
from gini_notebook.service.wire import Access, Exchange, Headers

_IDENTIFIER = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_NO_SECRET = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,16384}")
_LOGGED_OUT = "This client is logged out; call gini.login() for a new one."


def random_identifier() -> str:
    """Make a user identifier that nobody can guess (128 random bits).

    Whoever has the client's secret can act for every user whose identifier he knows or guesses ("Anonymous users").
    """
    return secrets.token_hex(16)


def check_identifier(identifier: str) -> str:
    """Return the identifier if it can be sent as a header without surprises.

    Raises
    ------
    CredentialsError
        If it has other characters than letters, digits and ``. _ @ -``, or more than 64.
    """
    if not isinstance(identifier, str) or not _IDENTIFIER.fullmatch(identifier):
        message = (
            f"The user identifier ({described(identifier)}) cannot be used: it must have 1 to 64 letters, "
            "digits or . _ @ - characters. A hash of your customer number is a good choice."
        )
        raise CredentialsError(message)
    return identifier


def as_secret(text: "str | Secret | None") -> Secret:
    """Mask a secret without looking at it, so that no error that comes later has it in its frames."""
    if isinstance(text, Secret):
        return text
    return Secret(text if isinstance(text, str) else "")


def check_secret(secret: Secret, what: str) -> Secret:
    """Return the secret if it can be one.

    Raises
    ------
    CredentialsError
        If it is empty or has line breaks or control characters; it is not shown.
    """
    if not secret or _NO_SECRET.search(secret.reveal()):
        message = f"The {what} is empty or has line breaks or control characters; copy it again without them."
        raise CredentialsError(message)
    return secret


def basic_header(client_id: str, client_secret: Secret) -> Secret:
    """Make the ``Authorization`` header of the client itself."""
    if not client_id or ":" in client_id or not client_id.isprintable():
        message = "The client id is empty, or has a colon or control characters; copy it again."
        raise CredentialsError(message)
    return Secret("Basic " + b64encode(f"{client_id}:{client_secret.reveal()}".encode()).decode())


def bearer_header(token: Secret) -> Secret:
    """Make the ``Authorization`` header of a token; refuses what would not be one header line."""
    if not _TOKEN.fullmatch(token.reveal()):
        raise CredentialsError("The token has characters that no token has; copy it again without line breaks.")
    return Secret("Bearer " + token.reveal())


class _Static:
    """Access whose headers never change."""

    __slots__ = ("_headers", "user")
    kind = ""

    def __init__(self, user: str, headers: Mapping[str, str | Secret]) -> None:
        self.user = user
        self._headers: dict[str, str | Secret] = dict(headers)

    def headers(self, exchange: Exchange) -> Headers:
        """Return the credentials of the next request."""
        del exchange
        if not self._headers:
            raise LoginRequired(_LOGGED_OUT)
        return self._headers

    def renew(self, used: Headers, exchange: Exchange) -> bool:
        """There is nothing to renew: what was refused will be refused again."""
        del used, exchange
        return False

    def accepted(self, used: Headers) -> None:
        """There is nothing to learn."""

    def forget(self) -> None:
        """Forget the credentials."""
        self._headers = {}

    def describe(self) -> Mapping[str, Any]:
        """Describe the access, without secrets."""
        return {"access": self.kind, "user": self.user, "expires_in_s": None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(user={self.user!r})"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Credentials are never pickled; log in again where they are needed.")


class TrustedAccess(_Static):
    """A trusted machine: client id and secret with every request, and an identifier for the user.

    The service creates the user on first use ("Basic authentication"). Without an identifier a random one is made,
    so that runs cannot meet and nobody can guess it. ``given_user`` is the identifier that was asked for, if any.
    """

    __slots__ = ("given_user",)
    kind = "client id and secret with user identifier"

    def __init__(self, client_id: str, client_secret: str | Secret, user_identifier: str | None = None) -> None:
        client_secret = as_secret(client_secret)
        user = random_identifier() if user_identifier is None else check_identifier(user_identifier)
        basic = basic_header(client_id, check_secret(client_secret, "client secret"))
        super().__init__(user, {"Authorization": basic, "X-User-Identifier": user})
        self.given_user = user_identifier

    def with_user(self, user_identifier: str | None = None) -> "TrustedAccess":
        """Return access for another user of the same client; a random one by default."""
        other = TrustedAccess.__new__(TrustedAccess)
        user = random_identifier() if user_identifier is None else check_identifier(user_identifier)
        if not self._headers:
            raise LoginRequired(_LOGGED_OUT)
        _Static.__init__(other, user, {**self._headers, "X-User-Identifier": user})
        other.given_user = user_identifier
        return other


class JwtAccess(_Static):
    """A user that your own identity provider vouches for with a signed token ("JWT")."""

    __slots__ = ()
    kind = "JWT"

    def __init__(self, jwt: str | Secret) -> None:
        jwt = as_secret(jwt)
        super().__init__("(JWT)", {"X-JWT-Authorization": bearer_header(jwt)})


class BearerAccess(_Static):
    """A token that somebody else fetched, for example a backend with ``client.login_token()`` ("Login")."""

    __slots__ = ()
    kind = "token"

    def __init__(self, token: str | Secret) -> None:
        token = as_secret(token)
        super().__init__("(token)", {"Authorization": bearer_header(token)})


def other_user(access: object, user_identifier: str | None) -> TrustedAccess:
    """Return access for another user, where the way of access has users at will.

    Raises
    ------
    SettingError
        If it has not: an account or a token stands for one user.
    """
    held = _filled(access)
    if not isinstance(held, TrustedAccess):
        raise SettingError("Only a client id and secret can act for another user; log in as that user instead.")
    return held.with_user(user_identifier)


def given_user(access: object) -> str | None:
    """Return the user identifier that somebody asked for; None for a random one, an account or a token."""
    held = _filled(access)
    return held.given_user if isinstance(held, TrustedAccess) else None


def _filled(access: object) -> object:
    return access.filled if isinstance(access, DeferredAccess) else access


class DeferredAccess:
    """Raises until :meth:`fill` brings the real access, then stands for it."""

    def __init__(self, advice: str) -> None:
        self._advice = advice
        self._access: Access | None = None

    def fill(self, access: Access) -> None:
        """Take the access that a person has just given."""
        self._access = access

    @property
    def user(self) -> str:
        """The user, or a remark that there is none yet."""
        return self._access.user if self._access else "(not logged in yet)"

    @property
    def filled(self) -> Access | None:
        """The access, if it is there."""
        return self._access

    def headers(self, exchange: Exchange) -> Headers:
        """Return the credentials, or raise :class:`LoginRequired` with what to do."""
        if self._access is None:
            raise LoginRequired(self._advice)
        return self._access.headers(exchange)

    def renew(self, used: Headers, exchange: Exchange) -> bool:
        """See the access itself."""
        return self._access.renew(used, exchange) if self._access else False

    def accepted(self, used: Headers) -> None:
        """See the access itself."""
        if self._access:
            self._access.accepted(used)

    def forget(self) -> None:
        """Forget every secret."""
        if self._access:
            self._access.forget()
        self._advice = "This client is logged out; call gini.login() for a new one."
        self._access = None

    def describe(self) -> Mapping[str, Any]:
        """Describe the access, without secrets."""
        if self._access is None:
            return {"access": "waiting for the form", "user": self.user, "expires_in_s": None}
        return self._access.describe()

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Credentials are never pickled; log in again where they are needed.")
