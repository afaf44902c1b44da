"""Faults on demand: which there are, and when one strikes.

A request asks for one by the header ``X-Sandbox-Fault: reset-after``, with options after semicolons: ``429; seconds=2;
times=1``. An upload asks for one by its file name: ``invoice.fault-503-x1.pdf`` (the first time only),
``invoice.fault-processing-error.pdf``; with ``document-``, ``extractions-`` or ``delete-`` before the kind, it strikes
later requests for that document instead: ``invoice.fault-extractions-truncated-x1.pdf``; with ``compose-``, in the name
of a first page, the request that joins the pages. The program that started the sandbox can also let them strike by
chance, see :meth:`gini_notebook.sandbox.Sandbox.set_faults`.
"""

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gini_notebook.sandbox.answers import Refused
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.environments import document_kind, media_type_of

HEADER = "x-sandbox-fault"

KINDS: Mapping[str, str] = {
    "<status>": "answers with this status (400 to 599) and does nothing; 429 and 503 carry Retry-After in seconds",
    "<status>-after": "does what was asked, then answers with this status",
    "<status>-date": "as <status>, with Retry-After as a date",
    "<status>-bare": "as <status>, without Retry-After",
    "slow": "does what was asked and answers after some seconds (5)",
    "drip": "does what was asked and lets the answer's body trickle, a byte every 0.2 seconds",
    "drip-head": "does what was asked and lets the whole answer trickle, a byte every 0.2 seconds",
    "reset-before": "takes the request, does nothing and resets the connection",
    "reset-after": "does what was asked and resets the connection",
    "late": "resets the connection, and does what was asked some seconds (3) later",
    "truncated": "does what was asked and ends the answer half way",
    "short": "as truncated, without saying how long the answer should have been",
    "empty": "does what was asked and answers without the body",
    "broken-gzip": "does what was asked and damages the compressed answer",
    "bomb": "answers with a few compressed bytes that are 256 MiB when unpacked",
    "html": "does nothing and answers as a load balancer: 502 and a page of HTML",
    "html-after": "does what was asked and answers as a load balancer: 502 and a page of HTML",
    "portal": "does nothing and answers as a captive portal: 200 and a page of HTML",
    "redirect": "does nothing and sends the request elsewhere (307)",
    "expired-token": "lets the access token expire, and answers 401",
    "no-location": "uploads, and leaves out where the document is",
    "foreign-location": "uploads, and names another host for the document",
    "processing-error": "uploads; the document ends in ERROR",
    "processing-crash": "uploads; the process that reads the document dies, and the document ends in ERROR",
    "processing-stuck": "uploads; the document stays PENDING",
}

_STATUS = re.compile(r"[45]\d\d(?:-after|-date|-bare)?")
_MARK = re.compile(
    r"(?:^|[^a-z0-9-])fault-(?:(document|extractions|delete|compose)-)?([a-z0-9-]+?)(?:-x(\d+))?(?=[^a-z0-9-]|$)"
)
_FORM_NAME = re.compile(rb'filename="([^"]*)"')
_FIRST_PART = re.compile(rb'"document"\s*:\s*"[^"]*/documents/([^"/]+)"')
_WHERE = {"getDocument": "document", "getExtractions": "extractions", "deleteDocument": "delete"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes
    ----------
    kind
        A key of ``KINDS``, or a status code for ``<status>``.
    seconds
        How long what takes time takes; the value of ``Retry-After``. Negative for the kind's own.
    times
        How often the same request is struck; 0 for always.
    """

    kind: str
    seconds: float = -1.0
    times: int = 0


def parse(text: str) -> Fault:
    """Read a fault from the header's syntax.

    Raises
    ------
    Refused
        400 if there is no such fault; the message lists those there are.
    """
    kind, *options = (part.strip() for part in text.lower().split(";"))
    if kind not in KINDS and not _STATUS.fullmatch(kind):
        raise Refused(400, f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
    values = dict(option.partition("=")[::2] for option in options)
    try:
        fault = Fault(kind, float(values.pop("seconds", -1)), int(values.pop("times", 0)))
    except ValueError as problem:
        raise Refused(400, f"The options of the fault cannot be read: {problem}.") from problem
    if values:
        raise Refused(400, f"A fault has no option {', '.join(values)}; it has seconds and times.")
    return fault


class Faults:
    """Decides which request is struck by which fault.

    Parameters
    ----------
    seed
        Start of what happens by chance.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self._rates: dict[str, dict[str, float]] = {}
        self._struck: Counter[tuple[str, ...]] = Counter()

    def set_rates(self, rates: Mapping[str, Mapping[str, float]], seed: int) -> None:
        """Let faults strike by chance from now on.

        Parameters
        ----------
        rates
            Route, such as ``"POST /documents"`` or ``"*"`` for all others -> fault -> probability.
        seed
            Start of the chance.

        Raises
        ------
        Refused
            400 if there is no such fault, or the probabilities of a route are no probabilities.
        """
        for route, faults in rates.items():
            for text in faults:
                parse(text)
            if min(faults.values(), default=0) < 0 or sum(faults.values()) > 1:
                raise Refused(400, f"The rates of {route} must be 0 or more, and together 1 or less.")
        self._rates = {route: dict(faults) for route, faults in rates.items()}
        self._random.seed(seed)

    @property
    def rates(self) -> dict[str, dict[str, float]]:
        """What strikes by chance."""
        return self._rates

    async def choose(self, call: Call, name: str, route: str) -> Fault | None:
        """Give the fault that strikes a request, if one does.

        Parameters
        ----------
        call
            The request; its sender is known.
        name, route
            Of the endpoint.

        Raises
        ------
        Refused
            400 if the request asks for a fault there is not.
        """
        asked = call.headers.get(HEADER)
        document_name, where = await _names(call, name)
        fault = parse(asked) if asked else _by_name(document_name, where)
        if fault is None:
            return self._by_chance(route) if self._rates else None
        if fault.times:
            user = call.caller.name if call.caller else ""
            key = (user, call.method, call.path, document_name, fault.kind)
            self._struck[key] += 1
            if self._struck[key] > fault.times:
                return None
        return fault

    def _by_chance(self, route: str) -> Fault | None:
        rates = self._rates.get(route, self._rates.get("*", {}))
        drawn = self._random.random() if rates else 1.0
        for text, rate in rates.items():
            drawn -= rate
            if drawn < 0:
                return parse(text)
        return None


def _by_name(name: str, where: str | None) -> Fault | None:
    match = _MARK.search(name.lower()) if "fault-" in name.lower() else None
    return parse(f"{match[2]}; times={match[3] or 0}") if match and match[1] == where else None


async def _names(call: Call, endpoint: str) -> tuple[str, str | None]:
    """Give the name in which a fault may be asked for, and the word that such a fault begins with."""
    if endpoint == "uploadDocument":
        if document_kind(media_type_of(call.headers.get("content-type", ""))[0], call.state.environment) != "composite":
            return await _file_name(call), None
        match, where = _FIRST_PART.search((await call.body())[:4096]), "compose"
        document_id = match[1].decode("ascii", "replace") if match else ""
    elif endpoint in _WHERE:
        document_id, where = call.parameters["document"], _WHERE[endpoint]
    else:
        return "", None
    document = call.caller.library.get(document_id) if call.caller else None
    return document.name if document else "", where


async def _file_name(call: Call) -> str:
    if "boundary=" in call.headers.get("content-type", ""):
        match = _FORM_NAME.search((await call.body())[:4096])
        return match[1].decode("utf-8", "replace") if match else ""
    return call.query.get("filename", "")


def rates_of(value: Any) -> dict[str, dict[str, float]]:
    """Read rates out of JSON.

    Raises
    ------
    Refused
        400 if they have another shape.
    """
    if not isinstance(value, dict) or not all(isinstance(faults, dict) for faults in value.values()):
        raise Refused(400, "rates must be an object: route -> fault -> probability.")
    try:
        return {route: {text: float(rate) for text, rate in faults.items()} for route, faults in value.items()}
    except (TypeError, ValueError) as problem:
        raise Refused(400, f"A rate is not a number: {problem}.") from problem
