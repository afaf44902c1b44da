"""Payment requests: another product makes them, this service lists and resolves them (Payment request pages)."""

import time
from typing import Any

from gini_notebook.sandbox.answers import Answer, Refused, json_answer
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.payment_requests import PaymentRequest
from gini_notebook.sandbox.routes.documents import LIMIT, OFFSET, number
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.vocabulary import normal_form

_ENTITIES = {"recipient": "text", "iban": "iban", "bic": "bic", "amount": "amount", "purpose": "text"}
_REQUIRED = ("recipient", "iban", "amount", "purpose")


async def payment_requests(call: Call) -> Answer:
    """List the payment requests; it is a bare array."""
    requests = [one.as_json(call.base_url) for one in call.user.payment_requests.values()]
    offset = number(call, "offset", 0)
    return json_answer(requests[offset : offset + number(call, "limit", 20, at_least=1)])


async def payment_request(call: Call) -> Answer:
    """Show a payment request."""
    return json_answer(_request(call).as_json(call.base_url))


async def pay(call: Call) -> Answer:
    """Resolve a payment request: it was paid with these values."""
    request = _request(call)
    values = await call.json_object()
    missing = [name for name in _REQUIRED if not isinstance(values.get(name), str) or not values[name].strip()]
    if missing:
        raise Refused(400, f"{', '.join(missing)} missing; each must be a string.")
    if not isinstance(values.get("bic", ""), str):
        raise Refused(400, "bic must be a string.")
    if request.paid_at:
        raise Refused(409, "The payment request was resolved before.")
    try:
        request.paid = {name: normal_form(_ENTITIES[name], values[name]) for name in _ENTITIES if name in values}
    except ValueError as problem:
        raise Refused(422, f"Validation of the request entity failed: {problem}.") from problem
    request.paid_at = time.time()
    return json_answer(request.as_json(call.base_url))


async def payment(call: Call) -> Answer:
    """Show what a payment request was paid with."""
    request = _request(call)
    if not request.paid_at:
        raise Refused(404, "The payment request has not been resolved.")
    return json_answer(request.payment_json(call.base_url))


def _request(call: Call) -> PaymentRequest:
    request = call.user.payment_requests.get(call.parameters["request"])
    if request is None:
        raise Refused(404, f"There is no payment request {call.parameters['request']}.")
    return request


_PAYMENT: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in _ENTITIES},
    "required": list(_REQUIRED),
}
_PATH = "/paymentRequests/{request}"

API = (
    Endpoint(
        name="listPaymentRequests",
        method="GET",
        path="/paymentRequests",
        handler=payment_requests,
        summary="List the payment requests.",
        answers={200: "PaymentRequests", 400: "Error", 401: "Error", 406: "Error"},
        query={"limit": {"schema": LIMIT}, "offset": {"schema": OFFSET}},
        reads_json=True,
        environment="pay-api",
    ),
    Endpoint(
        name="getPaymentRequest",
        method="GET",
        path=_PATH,
        handler=payment_request,
        summary="Get a payment request.",
        answers={200: "PaymentRequest", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
        environment="pay-api",
    ),
    Endpoint(
        name="resolvePaymentRequest",
        method="POST",
        path=f"{_PATH}/payment",
        handler=pay,
        summary="Say that a payment request was paid.",
        answers={
            200: "PaymentRequest",
            400: "Error",
            401: "Error",
            404: "Error",
            406: "Error",
            409: "Error",
            413: "Error",
            422: "Error",
        },
        body={"application/vnd.gini.v1+json": _PAYMENT, "application/json": _PAYMENT},
        reads_json=True,
        environment="pay-api",
    ),
    Endpoint(
        name="getPayment",
        method="GET",
        path=f"{_PATH}/payment",
        handler=payment,
        summary="Get the payment of a payment request.",
        answers={200: "Payment", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
        environment="pay-api",
    ),
)
