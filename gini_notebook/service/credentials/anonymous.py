"""Accounts made on demand for users who have none."""

import copy
import secrets
import time
from collections.abc import Callable

from gini_notebook.errors import AnswerLost, GiniError, LoginRequired, NotAuthorized, RequestRefused, ServiceFailure
from gini_notebook.service.credentials.tokens import HeldToken, UserAccess
from gini_notebook.service.values import Secret, Token
from gini_notebook.service.wire import Exchange, tokens, users


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
        token = exchange(tokens.client_credentials(), {"Authorization": self._basic or ""})
        headers = HeldToken(token, 0.0, None, self.header).headers
        try:
            exchange(users.create(self._user_center, self.user, self._password or Secret("")), headers)
        except (AnswerLost, ServiceFailure, RequestRefused) as error:
            return copy.copy(error)
        return None
