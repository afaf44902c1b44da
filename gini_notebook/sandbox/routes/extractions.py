"""What was read (Retrieve Extractions page of the documentation)."""

import json
from typing import Any

from starlette.responses import Response

from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.environments import PAY_API
from gini_notebook.sandbox.messages import ApiRequest, Refused, json_response
from gini_notebook.sandbox.routing import Endpoint


async def read(request: ApiRequest) -> Response:
    """Show the extractions, as far as somebody corrected them with the corrections."""
    document = request.document()
    check_readable(document)
    if document.progress != "COMPLETED":
        if request.service.settings.pending_status == 200 and document.progress == "PENDING":
            return json_response(request, {"extractions": {}, "candidates": {}})
        raise Refused(404, f"There are no extractions: the document is {document.progress}.")
    environment, as_read = request.service.environment, request.service.processing.extractions(document)
    if environment is PAY_API and not document.changes_answer:
        return Response(as_read, media_type=request.json_type)
    value = environment.extractions(json.loads(as_read))
    if document.product_tag == CROSS_BORDER_TAG:
        add_cross_border(value)
    return json_response(request, with_feedback(value, document))


def check_readable(document: Document) -> None:
    """Refuse what is asked of a part alone.

    Raises
    ------
    Refused
        404: nothing is extracted of partial documents.
    """
    if document.kind == "partial":
        raise Refused(404, "Partial documents have no extractions; make a composite document of them and ask that.")


def add_cross_border(value: dict[str, Any]) -> None:
    """Add the compound extraction that the product tag for cross-border payments asks for."""
    found = {label: one["value"] for label, one in value["extractions"].items()}
    amount = found.get("amountToPay", "")
    row = {
        "creditorName": ("text", found.get("paymentRecipient", "")),
        "creditorCountry": ("text", found.get("iban", "")[:2]),
        "creditorAccountNumber": ("text", found.get("iban", "")),
        "creditorAgentBIC": ("text", found.get("bic", "")),
        "currency": ("currency", amount.rpartition(":")[2]),
        "instructedAmount": ("amount", amount),
    }
    filled = {child: {"entity": entity, "value": text} for child, (entity, text) in row.items() if text}
    if filled:
        value.setdefault("compoundExtractions", {})["crossBorderPayment"] = [filled]


def with_feedback(value: dict[str, Any], document: Document) -> dict[str, Any]:
    """Put corrections over what was read; a corrected label keeps entity and candidates and loses its box."""
    extractions = value["extractions"]
    for label, corrected in document.feedback.items():
        before = extractions.pop(label, {})
        if corrected is not None:
            kept = {name: before[name] for name in ("entity", "candidates") if name in before}
            extractions[label] = {**corrected, **kept}
    if document.compound_feedback:
        value["compoundExtractions"] = value.get("compoundExtractions", {}) | document.compound_feedback
    return value


CROSS_BORDER_TAG = "cxExtractions"

API = (
    Endpoint(
        name="getExtractions",
        method="GET",
        path="/documents/{document}/extractions",
        handler=read,
        summary="Get what was read from a document.",
        answers={200: "Extractions", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
    ),
)
