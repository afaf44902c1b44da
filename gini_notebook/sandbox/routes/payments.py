"""Payment requests: another product makes them, this service lists and resolves them (Payment request pages)."""

import time
from typing import Any

from starlette.responses import Response

from gini_notebook.sandbox.accounts import PaymentRequest
from gini_notebook.sandbox.messages import ApiRequest, Refused, json_response
from gini_notebook.sandbox.routes.documents import LIMIT, OFFSET
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.vocabulary import normal_form

_ENTITIES = {"recipient": "text", "iban": "iban", "bic": "bic", "amount": "amount", "purpose": "text"}
_REQUIRED = ("recipient", "iban", "amount", "purpose")


async def payment_requests(request: ApiRequest) -> Response:
    """List the payment requests; it is a bare array."""
    requests = [one.as_json(request.root_url) for one in request.user.payment_requests.values()]
    offset = request.number("offset", 0)
    return json_response(request, requests[offset : offset + request.number("limit", 20, at_least=1)])


async def payment_request(request: ApiRequest) -> Response:
    """Show a payment request."""
    return json_response(request, _wanted(request).as_json(request.root_url))


async def pay(request: ApiRequest) -> Response:
    """Resolve a payment request: it was paid with these values."""
    wanted = _wanted(request)
    values = await request.json_object()
    missing = [name for name in _REQUIRED if not isinstance(values.get(name), str) or not values[name].strip()]
    if missing:
        raise Refused(400, f"{', '.join(missing)} missing; each must be a string.")
    if not isinstance(values.get("bic", ""), str):
        raise Refused(400, "bic must be a string.")
    if wanted.paid_at:
        raise Refused(409, "The payment request was resolved before.")
    try:
        wanted.paid = {name: normal_form(_ENTITIES[name], values[name]) for name in _ENTITIES if name in values}
    except ValueError as problem:
        raise Refused(422, f"Validation of the request entity failed: {problem}.") from problem
    wanted.paid_at = time.time()
    return json_response(request, wanted.as_json(request.root_url))


async def payment(request: ApiRequest) -> Response:
    """Show what a payment request was paid with."""
    wanted = _wanted(request)
    if not wanted.paid_at:
        raise Refused(404, "The payment request has not been resolved.")
    return json_response(request, wanted.payment_json(request.root_url))


def _wanted(request: ApiRequest) -> PaymentRequest:
    wanted = request.user.payment_requests.get(request.path_params["request"])
    if wanted is None:
        raise Refused(404, f"There is no payment request {request.path_params['request']}.")
    return wanted


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
