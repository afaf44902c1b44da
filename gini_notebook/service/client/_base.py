"""What all methods of a client share: one transport, one way of access, one environment."""

import time
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from gini_notebook.service.credentials import other_user
from gini_notebook.service.transport import CaBundle, Timing, Transport
from gini_notebook.service.wire import Access, Environment, Request, base_url, environment_named

T = TypeVar("T")


class BaseClient:
    """Holds the connection; see :class:`gini_notebook.Client`."""

    def __init__(  # noqa: PLR0913 - all by keyword, all independent
        self,
        access: Access,
        *,
        environment: str | Environment = "pay-api",
        api: str | None = None,
        user_center: str | None = None,
        ca_bundle: CaBundle | None = None,
        proxies: str | Mapping[str, str] | None = None,
        pins: Collection[str] = (),
        timing: Timing | None = None,
        attempts: int = 4,
        throwaway: bool = False,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.environment = environment_named(environment)
        self.api = base_url(api or self.environment.api)
        self.user_center = base_url(user_center or self.environment.user_center, "address of the User Center")
        self.throwaway = throwaway
        self.kept: object = None
        self._access = access
        self._attempts = attempts
        self._transport = Transport(
            self.api,
            self.user_center,
            timing=timing,
            ca_bundle=ca_bundle,
            proxies=proxies,
            pins=pins,
            sleep=sleep,
            clock=clock,
        )
        self._sleep = sleep or self._transport.pause
        self._clock = clock

    @property
    def user(self) -> str:
        """The user that documents are sent for: the identifier, the account's address, or ``(token)``."""
        return self._access.user

    def with_user(self, user_identifier: str | None = None) -> Self:
        """Return a client for another user over the same connections.

        Parameters
        ----------
        user_identifier
            1 to 64 letters, digits or ``. _ @ -``; by default a fresh random one, which is what a batch run wants:
            its list of documents then holds this run and nothing else.

        Raises
        ------
        SettingError
            If the client is logged in as one particular user (account or token).
        """
        return self.with_access(other_user(self._access, user_identifier))

    def with_access(self, access: Access) -> Self:
        """Return a client that calls over the same connections with other credentials."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._access = access
        return other

    def without_repeats(self) -> Self:
        """Return a client over the same connections that sends every request once.

        For callers that repeat by rules of their own, as a batch run does: pauses then hold for all its threads, and
        an unclear upload is resolved before anything is repeated. A refused token is still replaced.
        """
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._attempts = 1
        return other

    def logout(self) -> None:
        """Forget every secret and close the connections; every later call raises ``LoginRequired``."""
        self._access.forget()
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def diagnostics(self) -> dict[str, Any]:
        """Say how this client reaches the service, for a support case; without any secret.

        Returns
        -------
        dict
            ``api``, ``user_center``, ``environment``, ``access``, ``user``, ``expires_in_s`` of the token if there
            is one, ``ca`` and ``proxy`` with where the setting came from, ``timeouts_s``.
        """
        proxy = self._transport.proxies[self.api]
        timing = self._transport.timing
        return {
            "api": self.api,
            "user_center": self.user_center,
            "environment": self.environment.name,
            **self._access.describe(),
            "ca": f"{self._transport.trust.path} (from {self._transport.trust.source})",
            "proxy": f"{proxy.url} (from {proxy.source})" if proxy else None,
            "timeouts_s": {"connect": timing.connect_s, "read": timing.read_s, "deadline": timing.deadline_s},
        }

    def _call(self, request: Request[T]) -> T:
        return self._transport.call(request, self._access, attempts=self._attempts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(api={self.api!r}, user={self.user!r})"

    def __getstate__(self) -> NoReturn:
        raise TypeError("A client holds secrets and connections, so it cannot be pickled; log in where it is needed.")
