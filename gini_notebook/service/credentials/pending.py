"""Access that is still being waited for: a form is on the screen, nobody has submitted it."""

from collections.abc import Mapping
from typing import Any, NoReturn

from gini_notebook.errors import LoginRequired
from gini_notebook.service.wire import Access, Exchange, Headers


class PendingAccess:
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
        """Say what may be shown."""
        if self._access is None:
            return {"access": "waiting for the form", "user": self.user, "expires_in_s": None}
        return self._access.describe()

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Credentials are never pickled; log in again where they are needed.")
