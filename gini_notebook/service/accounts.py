"""Accounts in the User Center: create, look at, change, delete ("Create user", "Update user")."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from gini_notebook.service.credentials import ClientTokenAccess, SandboxLike, as_secret
from gini_notebook.service.transport import CaBundle, Timing, Transport
from gini_notebook.service.values import Secret, User
from gini_notebook.service.wire import Environment, Identified, Request, base_url, environment_named, user_center

T = TypeVar("T")


class Accounts:
    """The accounts of your client in the User Center, which only some clients may use.

    Every call carries the client's own token (client credentials), never a user's.

    Parameters
    ----------
    client_id, client_secret
        Of your client; or a running :class:`gini_notebook.Sandbox` in place of both, which brings its address along.
    environment, user_center, ca_bundle, proxies, timing, attempts, sleep, clock
        As for :class:`gini_notebook.Client`.

    Examples
    --------
    >>> with gini.login_accounts(sandbox) as accounts:
    ...     account = accounts.create("somebody@app.example.org", "correct horse")
    ...     accounts.get(account).email
    'somebody@app.example.org'
    """

    def __init__(  # noqa: PLR0913 - all but two by keyword, all independent
        self,
        client_id: str | SandboxLike,
        client_secret: str | Secret | None = None,
        *,
        environment: str | Environment = "pay-api",
        user_center: str | None = None,
        ca_bundle: CaBundle | None = None,
        proxies: str | Mapping[str, str] | None = None,
        timing: Timing | None = None,
        attempts: int = 4,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        client_secret = as_secret(client_secret)
        # A sandbox that nobody holds any more ends.
        self.keeps_alive: object = None
        if not isinstance(client_id, str):
            self.keeps_alive = sandbox = client_id
            client_id, client_secret = sandbox.client_id, as_secret(sandbox.client_secret)
            environment, user_center, ca_bundle = sandbox.environment, sandbox.user_center, sandbox.ca_file
            proxies = {}
        self.environment = environment_named(environment)
        self.user_center = base_url(user_center or self.environment.user_center, "address of the User Center")
        self._access = ClientTokenAccess(client_id, client_secret, clock)
        self._transport = Transport(
            self.environment.api,
            self.user_center,
            timing=timing,
            attempts=attempts,
            ca_bundle=ca_bundle,
            proxies=proxies,
            sleep=sleep,
            clock=clock,
        )

    def create(self, email: str, password: str | Secret) -> str:
        """Create an account and return its id.

        Parameters
        ----------
        email
            An address at a domain that is traceable to you; nothing is mailed to it.
        password
            At least 6 characters.

        Raises
        ------
        SettingError
            If the address is none or the password too short.
        RequestRefused
            If the address is taken.
        """
        password = as_secret(password)
        return self._call(user_center.create(self.user_center, email, password))

    def get(self, user: str | Identified) -> User:
        """Return an account; raises :class:`NotFound` if there is none of this id."""
        return self._call(user_center.get(user))

    def change_password(self, user: str | Identified, old: str | Secret, new: str | Secret) -> None:
        """Change the password of an account to one of at least 6 characters; the service checks the old one."""
        old, new = as_secret(old), as_secret(new)
        self._call(user_center.change_password(user, old, new))

    def change_email(self, user: str | Identified, old: str, new: str) -> None:
        """Change the address of an account; the service checks the old one."""
        self._call(user_center.change_email(user, old, new))

    def delete(self, user: str | Identified) -> None:
        """Delete an account with its tokens, documents and extractions."""
        self._call(user_center.delete(user))

    def logout(self) -> None:
        """Forget every secret and close the connections."""
        self._access.forget()
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _call(self, request: Request[T]) -> T:
        return self._transport.call(request, self._access)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Accounts(user_center={self.user_center!r})"

    def __getstate__(self) -> NoReturn:
        raise TypeError("Accounts hold secrets and connections, so they cannot be pickled; log in where needed.")
