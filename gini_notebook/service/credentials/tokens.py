"""Access by tokens: fetched once for all threads, renewed before they expire, given up when they are refused twice."""

import abc
import copy
import json
import secrets
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from gini_notebook.errors import (
    AnswerLost,
    CredentialsError,
    GiniError,
    LoginRequired,
    NotAuthorized,
    RequestRefused,
    ServiceFailure,
)
from gini_notebook.service.credentials.access import as_secret, basic_header, bearer_header, check_secret
from gini_notebook.service.values import Secret, Token
from gini_notebook.service.wire import Exchange, Headers, user_center

MARGIN_S = 60.0
_MARGIN_SHARE = 0.2


class HeldToken:
    """A token in use. ``proven`` once the service has accepted it."""

    __slots__ = ("expires_at", "headers", "proven", "refresh", "renew_at")

    def __init__(self, token: Token, asked_at: float, refresh: Secret | None, header: str) -> None:
        try:
            self.headers: Headers = {header: bearer_header(token.access_token)}
        except CredentialsError:
            raise AnswerLost("The service answered with a token that cannot be a token; it was not used.") from None
        self.refresh = token.refresh_token or refresh
        life = min(max(float(token.expires_in), 0.0), 1e9)
        self.expires_at = asked_at + life
        self.renew_at = self.expires_at - min(MARGIN_S, life * _MARGIN_SHARE)
        self.proven = False


class TokenAccess(abc.ABC):
    """Access whose credentials are a token that runs out; subclasses say how to get one.

    Any number of threads may use it: whoever finds no valid token fetches one, the others wait for that one. A margin
    before the expiry (60 s, for short lives a fifth) keeps requests from arriving with a token that has just expired.
    """

    kind = ""
    header = "Authorization"

    def __init__(self, user: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.user = user
        self._clock = clock
        self._lock = threading.Lock()
        self._held: HeldToken | None = None
        self._flights = 0
        self._failure: GiniError | None = None
        self._out = False

    def headers(self, exchange: Exchange) -> Headers:
        """Return the credentials of the next request; fetch or renew the token if need be."""
        held = self._held
        if held is None or self._clock() >= held.renew_at:
            held = self._renewed(held, exchange)
        return held.headers

    def renew(self, used: Headers, exchange: Exchange) -> bool:
        """Forget a token that was refused. False if it was brand-new: then the next one would be refused, too."""
        del exchange
        with self._lock:
            held = self._held
            if held is None or held.headers is not used:
                return not self._out
            if not held.proven and self._clock() < held.expires_at:
                return False
            self._held = None
            return True

    def accepted(self, used: Headers) -> None:
        """Note that the service takes this token."""
        held = self._held
        if held is not None and held.headers is used:
            held.proven = True

    def forget(self) -> None:
        """Forget every secret."""
        with self._lock:
            self._out = True
            self._held = None
            self._forget_secrets()

    def describe(self) -> Mapping[str, Any]:
        """Describe the access, without secrets."""
        held = self._held
        left = None if held is None else round(held.expires_at - self._clock(), 1)
        return {"access": self.kind, "user": self.user, "expires_in_s": left}

    def _renewed(self, stale: HeldToken | None, exchange: Exchange) -> HeldToken:
        flights = self._flights
        with self._lock:
            if self._held is not None and self._held is not stale:
                return self._held
            if self._out:
                raise LoginRequired("This client is logged out; call gini.login() for a new one.")
            if self._failure is not None and self._flights != flights:
                # Somebody fetched while this thread waited, and failed; asking again at once would not help.
                raise copy.copy(self._failure)
            self._flights += 1
            self._failure = None
            asked_at = self._clock()
            try:
                token = self._fetch(exchange, stale.refresh if stale else None)
                self._held = HeldToken(token, asked_at, stale.refresh if stale else None, self.header)
            except GiniError as error:
                self._failure = copy.copy(error)
                raise
            return self._held

    @abc.abstractmethod
    def _fetch(self, exchange: Exchange, refresh: Secret | None) -> Token:
        """Get a token; ``refresh`` is the refresh token of the last one, if it had any."""

    @abc.abstractmethod
    def _forget_secrets(self) -> None:
        """Forget what tokens are got with."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(user={self.user!r})"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Credentials are never pickled; log in again where they are needed.")


class ClientTokenAccess(TokenAccess):
    """The client's own token, which the User Center demands for accounts ("Client credentials"); never for the API."""

    kind = "client credentials"

    def __init__(
        self, client_id: str, client_secret: str | Secret, clock: Callable[[], float] = time.monotonic
    ) -> None:
        client_secret = as_secret(client_secret)
        super().__init__(client_id, clock)
        self._basic: Secret | None = basic_header(client_id, check_secret(client_secret, "client secret"))

    def _fetch(self, exchange: Exchange, refresh: Secret | None) -> Token:
        del refresh
        return exchange(user_center.client_credentials(), {"Authorization": self._basic or ""})

    def _forget_secrets(self) -> None:
        self._basic = None


class UserAccess(TokenAccess):
    """An account of the User Center: user name and password, then a bearer token ("Manage accounts")."""

    kind = "account in the User Center"

    def __init__(
        self,
        client_id: str,
        client_secret: str | Secret,
        username: str,
        password: str | Secret,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        client_secret, password = as_secret(client_secret), as_secret(password)
        if not username or not username.isprintable():
            raise CredentialsError("The user name is empty or has control characters.")
        super().__init__(username, clock)
        self._basic: Secret | None = basic_header(client_id, check_secret(client_secret, "client secret"))
        self._password: Secret | None = check_secret(password, "password")

    def _fetch(self, exchange: Exchange, refresh: Secret | None) -> Token:
        basic = {"Authorization": self._basic or ""}
        if refresh is not None:
            try:
                return exchange(user_center.refresh_grant(refresh), basic)
            except (NotAuthorized, RequestRefused):
                # A dead refresh token is no reason to stop while the password is at hand.
                pass
        return exchange(user_center.password_grant(self.user, self._password or Secret("")), basic)

    def _forget_secrets(self) -> None:
        self._basic = self._password = None


class AnonymousAccess(UserAccess):
    """An account made on demand for a user who has none ("Create user").

    It is made at the first call, once, however many threads call. The documents belong to it alone, so it is never
    replaced behind the caller's back; keep :meth:`account` if you want to come back.

    Parameters
    ----------
    client_id, client_secret
        Of your client; it needs the User Center switched on.
    domain
        A mail domain that is traceable to you. Nothing is ever mailed.
    user_center
        Base address of the User Center.
    """

    kind = "anonymous account in the User Center"

    def __init__(
        self,
        client_id: str,
        client_secret: str | Secret,
        domain: str,
        user_center: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        password = Secret(secrets.token_urlsafe(24))
        super().__init__(client_id, client_secret, f"{secrets.token_hex(16)}@{domain}", password, clock=clock)
        self._user_center = user_center
        self._created = False

    def account(self) -> tuple[str, Secret]:
        """Return user name and password, to log in as the same user later."""
        if self._password is None:
            raise LoginRequired("This client is logged out; the account is no longer known here.")
        return self.user, self._password

    def _fetch(self, exchange: Exchange, refresh: Secret | None) -> Token:
        problem = None if self._created else self._create(exchange)
        try:
            token = super()._fetch(exchange, refresh)
        except NotAuthorized:
            if problem is not None:
                raise problem from None
            raise
        self._created = True
        return token

    def _create(self, exchange: Exchange) -> GiniError | None:
        """Create the account; an unclear outcome is returned, since the account may be there: the login will tell."""
        token = exchange(user_center.client_credentials(), {"Authorization": self._basic or ""})
        headers = HeldToken(token, 0.0, None, self.header).headers
        try:
            exchange(user_center.create(self._user_center, self.user, self._password or Secret("")), headers)
        except (AnswerLost, ServiceFailure, RequestRefused) as error:
            return copy.copy(error)
        return None


class CallbackAccess(TokenAccess):
    """Tokens from a function of yours: a backend that calls ``client.login_token()``, or your identity provider.

    The function is called at the first request, before a token expires (as far as the token says when), and once
    after the service has refused one.

    Parameters
    ----------
    provide
        Returns a token as text, as :class:`~gini_notebook.service.values.Secret`, or as
        :class:`~gini_notebook.service.values.Token` with its life.
    jwt
        Whether it is sent in ``X-JWT-Authorization``.
    """

    def __init__(
        self,
        provide: Callable[[], "str | Secret | Token"],
        *,
        jwt: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("(JWT)" if jwt else "(token)", clock)
        self.kind = "JWT from a function" if jwt else "token from a function"
        self.header = "X-JWT-Authorization" if jwt else "Authorization"
        self._provide: Callable[[], str | Secret | Token] | None = provide

    def _fetch(self, exchange: Exchange, refresh: Secret | None) -> Token:
        del exchange, refresh
        if self._provide is None:
            raise LoginRequired("This client is logged out; call gini.login() for a new one.")
        given = self._provide()
        if isinstance(given, Token):
            return given
        given = check_secret(as_secret(given), "token that your function returned")
        return Token(given, _life_of_jwt(given))

    def _forget_secrets(self) -> None:
        self._provide = None


def _life_of_jwt(token: Secret) -> float:
    """Seconds until the ``exp`` claim, if the token is a JWT that has one; else as good as for ever."""
    try:
        payload = token.reveal().split(".")[1]
        expires = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]
        return max(float(expires) - time.time(), 0.0)
    except (IndexError, KeyError, TypeError, ValueError):
        return 1e9
