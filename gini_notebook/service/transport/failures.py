"""What went wrong on the way, in our own words; exceptions of Requests never leave this package."""

import re
import ssl
from collections.abc import Iterator

from urllib3.exceptions import NameResolutionError, ProxyError

from gini_notebook.errors import AnswerLost, CertificateRefused, ConnectionFailed, TransportError
from gini_notebook.service.transport.settings import WrongKey
from gini_notebook.service.transport.watchdog import DeadlineGuard

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
