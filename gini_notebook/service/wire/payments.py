"""Requests about payment requests ("Payment requests"), configuration and events (from the client libraries)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gini_notebook.service.values import Configuration, Payment, PaymentRequest
from gini_notebook.service.wire.answers import read_done, read_value, read_values
from gini_notebook.service.wire.environments import Environment, Identified, id_of
from gini_notebook.service.wire.messages import Request, fetch

_EVENTS = "application/vnd.gini.v1.events.amplitude"


def payment_requests(environment: Environment, *, limit: int, offset: int) -> Request[tuple[PaymentRequest, ...]]:
    """List payment requests."""
    query = f"limit={limit}&offset={offset}"
    return fetch(environment, "/paymentRequests", "list payment requests", read_values(PaymentRequest), query=query)


def payment_request(environment: Environment, request: str | Identified) -> Request[PaymentRequest]:
    """Read one payment request."""
    known = id_of(request)
    what = f"read payment request {known}"
    return fetch(environment, f"/paymentRequests/{known}", what, read_value(PaymentRequest))


def resolve(environment: Environment, request: str | Identified, payment: Mapping[str, str]) -> Request[PaymentRequest]:
    """Report that a payment request was paid; the answer is the request (201 as documented, 200 in practice)."""
    known = id_of(request)
    return Request(
        "POST",
        f"/paymentRequests/{known}/payment",
        f"resolve payment request {known}",
        read_value(PaymentRequest),
        headers={"Accept": environment.media_type, "Content-Type": environment.media_type},
        body=json.dumps(dict(payment)).encode(),
    )


def payment(environment: Environment, request: str | Identified) -> Request[Payment]:
    """Read the payment of a resolved payment request."""
    known = id_of(request)
    what = f"read the payment of payment request {known}"
    return fetch(environment, f"/paymentRequests/{known}/payment", what, read_value(Payment))


def configuration(environment: Environment) -> Request[Configuration]:
    """Read what is switched on for this client."""
    return fetch(environment, "/configurations", "read the configuration", read_value(Configuration))


def error_event(environment: Environment, event: Mapping[str, str]) -> Request[None]:
    """Log an error of the calling program with the service."""
    headers = {"Accept": environment.media_type, "Content-Type": environment.media_type}
    body = json.dumps(dict(event)).encode()
    return Request("POST", "/events/error", "log an error event", read_done, headers=headers, body=body)


def events(batch: Sequence[Mapping[str, Any]]) -> Request[None]:
    """Send events of the calling program."""
    headers = {"Accept": "application/json", "Content-Type": _EVENTS}
    body = json.dumps({"events": [dict(event) for event in batch]}).encode()
    return Request("POST", "/events/batch", "send events", read_done, headers=headers, body=body)
