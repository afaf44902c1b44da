"""Tokens that come from a function of the caller's."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable

from gini_notebook.errors import LoginRequired
from gini_notebook.service.credentials.access import check_secret, masked
from gini_notebook.service.credentials.tokens import TokenAccess
from gini_notebook.service.values import Secret, Token
from gini_notebook.service.wire import Exchange


class ProvidedAccess(TokenAccess):
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
        given = check_secret(masked(given), "token that your function returned")
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
