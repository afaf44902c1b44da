"""One call of the service: credentials, sending, deadline, repeats."""

import platform
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException
from importlib.metadata import version
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, NameResolutionError, ProxyError

from gini_notebook.errors import (
    AnswerLost,
    CertificateRefused,
    ConnectionFailed,
    GiniError,
    LoginRequired,
    NotAuthorized,
    NotFound,
    TransportError,
)
from gini_notebook.service.transport.connections import (
    DeadlineGuard,
    GuardedSession,
    Watchdog,
    body_of,
    calling,
    read_capped,
)
from gini_notebook.service.transport.settings import (
    CaBundle,
    Timing,
    Trust,
    WrongKey,
    checked_pins,
    choose_proxy,
    choose_trust,
)
from gini_notebook.service.wire import Access, Answer, Headers, Kind, Outcome, Request, decode, outcome_of

_TUNNEL_REFUSAL = re.compile(r"Tunnel connection failed: (\d{3})")


def explain(error: BaseException, *, what: str, host: str, guard: DeadlineGuard) -> TransportError:
    """Describe what an exception means for the request: never left, refused by us, or unclear.

    Nothing of the exception is kept, since its frames hold headers and bodies.
    """
    chain = list(_chain(error))
    if guard.sent:
        late = f"the deadline passed after {host} had taken the request" if guard.expired else _lost(chain)
        return AnswerLost(f"Could not {what}: {late}. Nobody knows whether the service has processed it.")
    refusal = next((each for each in chain if isinstance(each, ssl.SSLError) and _is_final(each)), None)
    if refusal is not None and not guard.expired:
        return CertificateRefused(_certificate_message(what, host, refusal))
    reason = f"no connection to {host} before the deadline" if guard.expired else _unreachable(chain, host)
    return ConnectionFailed(f"Could not {what}: {reason}. Nothing was sent.")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting.extend(other for other in inner if isinstance(other, BaseException))


def _is_final(error: ssl.SSLError) -> bool:
    cut_off = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError)
    return not isinstance(error, cut_off) and "timed out" not in str(error)


def _certificate_message(what: str, host: str, refusal: ssl.SSLError) -> str:
    if isinstance(refusal, WrongKey):
        return (
            f"Could not {what}: the key of {host} is none of the pinned ones. Nothing was sent. If the service has "
            "renewed its key, add the pin of the new one."
        )
    if isinstance(refusal, ssl.SSLCertVerificationError):
        reason = refusal.verify_message or refusal.reason or "it cannot be verified"
        return f"Could not {what}: the certificate of {host} was refused: {reason}. Nothing was sent. {_advice(reason)}"
    reason = (refusal.reason or "no common protocol").replace("_", " ").lower()
    return (
        f"Could not {what}: {host} does not speak TLS 1.2 or newer as expected ({reason}). Nothing was sent. "
        "Check the address and its port."
    )


def _advice(reason: str) -> str:
    if "expired" in reason or "not yet valid" in reason:
        return "Check the clock of this machine; if it is right, the service must renew its certificate."
    if "mismatch" in reason or "not valid for" in reason:
        return "Check the address; if it is right, somebody may be intercepting the connection."
    return (
        "If a company proxy or a private authority issues certificates here, give its CA file as ca_bundle= "
        "(or in GINI_CA_FILE)."
    )


def _lost(chain: list[BaseException]) -> str:
    if any(isinstance(each, TimeoutError) or "timed out" in str(each).lower() for each in chain):
        return "no answer came in time"
    return "the connection broke before the whole answer was there"


def _unreachable(chain: list[BaseException], host: str) -> str:
    refusal = next((found for each in chain if (found := _TUNNEL_REFUSAL.search(str(each)))), None)
    if refusal:
        return f"the proxy refused the way to {host} ({refusal[1]}); check the proxy settings"
    reasons = (
        (ProxyError, f"the proxy did not open a way to {host}; check the proxy settings"),
        (NameResolutionError, f"the name {host} cannot be resolved; check the network and the address"),
        (ConnectionRefusedError, f"{host} refused the connection; check the address and its port"),
        (TimeoutError, f"{host} did not accept a connection in time; check the network, the address and the proxy"),
    )
    for kind, reason in reasons:
        if any(isinstance(each, kind) for each in chain):
            return reason
    return f"no connection to {host}; check the network, the address and the proxy"


T = TypeVar("T")

USER_AGENT = f"gini-notebook/{version('gini-notebook')} python/{platform.python_version()}"
LONGEST_PAUSE_S = 120.0
CLOSED = "This client was closed or logged out; call gini.login() for a new one."
_FIRST_PAUSE_S = 0.5
_MOST_PAUSE_S = 8.0
_FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """Access for requests that bring their own credentials, such as those for a token."""

    given: Headers
    user: str = ""

    def headers(self, exchange: object) -> Headers:
        del exchange
        return self.given

    def renew(self, used: Headers, exchange: object) -> bool:
        del used, exchange
        return False

    def accepted(self, used: Headers) -> None:
        del used

    def forget(self) -> None:
        """There is nothing to forget."""

    def describe(self) -> Mapping[str, Any]:
        return {}


class Transport:
    """Sends requests to the two hosts of an environment; one instance serves many threads and users.

    Parameters
    ----------
    api, user_center
        Checked base addresses.
    timing
        Time limits of every call.
    attempts
        How often a request is sent at most, if repeating is safe.
    ca_bundle
        A CA file or folder, ``"system"`` or ``"certifi"``; by default the environment and then the bundle of Requests
        decide.
    proxies
        The proxy's address, or ``{}`` for none; by default ``HTTPS_PROXY`` and ``NO_PROXY`` decide.
    pins
        See :func:`gini_notebook.service.transport.settings.checked_pins`.
    sleep, clock
        For tests that do not want to wait.
    """

    def __init__(  # noqa: PLR0913 - all but two by keyword, all independent
        self,
        api: str,
        user_center: str,
        *,
        timing: Timing | None = None,
        attempts: int = 4,
        ca_bundle: CaBundle | None = None,
        proxies: str | Mapping[str, str] | None = None,
        pins: Collection[str] = (),
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trust: Trust = replace(choose_trust(ca_bundle), pins=checked_pins(pins))
        self.proxies = {base: choose_proxy(_host(base), proxies) for base in (api, user_center)}
        self.timing = timing or Timing()
        self.attempts = attempts
        self.clock = clock
        self._bases = {"api": api, "user center": user_center}
        self._closed = threading.Event()
        self.pause = sleep or self._closed.wait
        self._session = GuardedSession(self.proxies, self.trust)
        self._watchdog = Watchdog()

    def call(self, request: Request[T], access: Access, *, attempts: int | None = None) -> T:
        """Send a request with somebody's credentials and return what the answer says.

        A refused token is replaced once; requests that may be repeated are (see
        :mod:`gini_notebook.service.wire.outcomes`), with growing pauses, up to ``attempts`` times in all (those of the
        transport by default), not counting those after which the service asked to wait.

        Raises
        ------
        GiniError
            What became of it in the end.
        LoginRequired
            If the transport is closed.
        """
        repeats = _Repeats(request.kind, attempts or self.attempts, self.timing.deadline_s)
        renewed = False
        while True:
            if self._closed.is_set():
                raise LoginRequired(CLOSED)
            headers = access.headers(self.exchange)
            result, error = self._attempt(request, headers, repeats.deadline)
            if error is None:
                access.accepted(headers)
                return result  # type: ignore[return-value]  # there is a result where there is no error
            if isinstance(error, NotFound) and repeats.unclear and request.kind is Kind.DELETE:
                # The attempt whose answer was lost has done it.
                return None  # type: ignore[return-value]
            if isinstance(error, NotAuthorized) and error.status == 401 and not renewed:
                renewed = True
                if access.renew(headers, self.exchange):
                    continue
            pause_s = repeats.pause_after(error)
            if pause_s is None:
                raise error
            self.pause(pause_s)

    def exchange(self, request: Request[T], headers: Headers) -> T:
        """Send a request that brings its own credentials."""
        return self.call(request, _Fixed(headers))

    def close(self) -> None:
        """Close every connection and wake whoever waits for a repeat."""
        self._closed.set()
        self._session.close()

    def _attempt(self, request: Request[T], headers: Headers, deadline: float) -> tuple[T | None, GiniError | None]:
        """Send once; errors are returned, so that no frame with an answer in it stays in a traceback."""
        answer = self._answer(request, headers, deadline)
        if isinstance(answer, TransportError):
            return None, answer
        try:
            return decode(request, answer), None
        except GiniError as error:
            error.__context__ = error.__cause__ = None
            return None, error.with_traceback(None)

    def _answer(self, request: Request[T], headers: Headers, deadline: float) -> Answer | TransportError:
        host = _host(self._bases[request.host])
        if time.monotonic() >= deadline:
            return ConnectionFailed(f"Could not {request.what}: the deadline had passed. Nothing was sent.")
        guard = DeadlineGuard(deadline)
        self._watchdog.watch(guard)
        try:
            with calling(guard):
                return self._send(request, headers, guard)
        except _FAILURES as error:
            return explain(error, what=request.what, host=host, guard=guard)
        finally:
            self._watchdog.release(guard)

    def _send(self, request: Request[T], headers: Headers, guard: DeadlineGuard) -> Answer | TransportError:
        prepared = self._prepared(request, headers)
        left = max(guard.deadline - time.monotonic(), 0.001)
        timeout = (min(self.timing.connect_s, left), min(self.timing.read_s, left))
        adapter = self._session.get_adapter(prepared.url or "")
        proxy = self.proxies[self._bases[request.host]]
        response = adapter.send(
            prepared, stream=True, timeout=timeout, verify=True, proxies={"https": proxy.url} if proxy else None
        )
        try:
            body = read_capped(response.raw)
        except BaseException:
            response.raw.close()
            raise
        if guard.expired:
            # The end of what was read may be our own doing, and an answer without a length does not tell.
            raise TimeoutError("the deadline has passed")
        if body is None:
            response.raw.close()
            return AnswerLost(f"Could not {request.what}: the answer is larger than this package reads (32 MiB).")
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, body)

    def _prepared(self, request: Request[T], headers: Headers) -> requests.PreparedRequest:
        # Prepared by hand: nothing here needs cookies, hooks, redirects or the guesses of Session.request.
        prepared = requests.PreparedRequest()
        query = f"?{request.query}" if request.query else ""
        prepared.method = request.method
        prepared.url = f"{self._bases[request.host]}{request.path}{query}"
        prepared.body, length = body_of(request.body)
        fields: dict[str, Any] = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **request.headers, **headers}
        if length is not None or request.method in ("POST", "PUT"):
            fields["Content-Length"] = str(length or 0)
        prepared.headers = CaseInsensitiveDict(fields)
        return prepared

    def __getstate__(self) -> NoReturn:
        raise TypeError("A connection cannot be pickled; log in again where it is needed.")


def _host(base: str) -> str:
    return urlsplit(base).hostname or ""


class _Repeats:
    """Whether one request is sent again after a failure, and when."""

    def __init__(self, kind: Kind, attempts: int, limit_s: float) -> None:
        self.deadline = time.monotonic() + limit_s
        self.unclear = False
        self._kind = kind
        self._attempts = attempts
        self._left_s = limit_s
        self._failed = self._waited = 0

    def pause_after(self, error: GiniError) -> float | None:
        """Return how long to wait before the request is sent again; None if it is not to be."""
        outcome = outcome_of(error, self._kind)
        if outcome is Outcome.WAIT:
            # No failed attempt, so only the deadline ends it; whoever wants one attempt waits by rules of his own.
            again = self._attempts > 1
            self._waited += 1
        else:
            self._failed += 1
            again = outcome is Outcome.RETRY and self._failed < self._attempts
        self.unclear = self.unclear or getattr(error, "processed", False) is None
        pause_s = _length_of_pause(self._failed + self._waited, error)
        self._left_s -= pause_s
        return pause_s if again and self._left_s > 0 and time.monotonic() + pause_s < self.deadline else None


def _length_of_pause(attempt: int, error: GiniError) -> float:
    asked: float | None = getattr(error, "retry_after_s", None)
    if asked is not None and asked > LONGEST_PAUSE_S:
        return float("inf")
    grown: float = min(_FIRST_PAUSE_S * 2 ** (attempt - 1), _MOST_PAUSE_S)
    # Without jitter, all workers that an outage has stopped would come back in one wave.
    return (asked or 0.0) + grown * random.uniform(0.5, 1.0)  # noqa: S311 - no secret is made of it
