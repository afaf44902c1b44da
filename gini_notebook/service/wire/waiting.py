"""How long the service asks to wait."""

import re
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_MOST_S = 1e9


def retry_after_s(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Return the seconds to wait that ``Retry-After`` asks for, in either of its forms.

    A date is compared with the answer's own ``Date``, so that a wrong clock here does no harm; a date in the past
    means 0. A malformed or negative value means the header is not there.

    Parameters
    ----------
    headers
        The answer's headers, names in lower case.
    now
        Seconds since 1970, for answers without ``Date``; the system's clock by default.
    """
    text = headers.get("retry-after", "").strip()
    if len(text) > 64 and not text.isdigit():
        return None
    if _SECONDS.fullmatch(text):
        return min(float(text), _MOST_S)
    until = _seconds_since_1970(text)
    if until is None:
        return None
    sent = _seconds_since_1970(headers.get("date", ""))
    reference = sent if sent is not None else now if now is not None else time.time()
    return min(max(until - reference, 0.0), _MOST_S)


def _seconds_since_1970(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
