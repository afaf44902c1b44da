"""Error reports, events and configuration, as far as the service's own mobile clients show them."""

import uuid

from starlette.responses import Response

from gini_notebook.sandbox.messages import JSON, ApiRequest, Refused, json_response, no_content
from gini_notebook.sandbox.routing import Endpoint

EVENTS = "application/vnd.gini.v1.events.amplitude"
CONFIGURATION = {
    "userJourneyAnalyticsEnabled": False,
    "skontoEnabled": True,
    "returnAssistantEnabled": True,
    "amplitudeApiKey": None,
    "transactionDocsEnabled": False,
    "qrCodeEducationEnabled": False,
    "instantPaymentEnabled": True,
    "eInvoiceEnabled": False,
    "alreadyPaidHintEnabled": True,
    "paymentDueHintEnabled": True,
    "savePhotosLocallyEnabled": False,
    "unsupportedQRCodeWarningEnabled": False,
    "creditNoteHintEnabled": False,
    "paymentScheduleHintEnabled": False,
    "ingredientBrandScreens": ["Analysis"],
}


async def error_report(request: ApiRequest) -> Response:
    """Take a report that a document was read badly."""
    document = request.document()
    reason = f" It could not be read: {document.failure}" if document.failure else ""
    message = f"Thank you for the report on {document.id}.{reason}"
    return json_response(request, {"message": message, "errorId": str(uuid.uuid4())})


async def error_event(request: ApiRequest) -> Response:
    """Take a report of a mobile client about itself."""
    values = await request.json_object()
    if not isinstance(values.get("description"), str):
        raise Refused(400, "The member description is missing; it says what went wrong.")
    return no_content()


async def events(request: ApiRequest) -> Response:
    """Take a batch of usage events."""
    media_type = request.content_type
    if media_type != EVENTS:
        raise Refused(415, f"The content type must be {EVENTS}.")
    values = await request.json_object()
    batch = values.get("events")
    if not isinstance(batch, list) or not all(isinstance(event, dict) for event in batch):
        raise Refused(400, "The member events must be a list of objects.")
    return json_response(request, {}, media_type=JSON)


async def configuration(request: ApiRequest) -> Response:
    """Show what is switched on for the client."""
    return json_response(request, {"clientID": request.service.client_id, **CONFIGURATION})


_ERROR_EVENT = {
    "type": "object",
    "properties": {
        name: {"type": "string"}
        for name in (
            "device_model",
            "os_name",
            "os_version",
            "capture_sdk_version",
            "api_lib_version",
            "description",
            "document_id",
            "original_request_id",
        )
    },
    "required": ["description"],
}
_EVENTS = {
    "type": "object",
    "properties": {"events": {"type": "array", "items": {"type": "object"}}},
    "required": ["events"],
}

API = (
    Endpoint(
        name="reportError",
        method="POST",
        path="/documents/{document}/errorreport",
        handler=error_report,
        summary="Report that a document was read badly.",
        answers={200: "ErrorReport", 401: "Error", 404: "Error", 406: "Error"},
        query={"summary": {"schema": {"type": "string"}}, "description": {"schema": {"type": "string"}}},
        reads_json=True,
    ),
    Endpoint(
        name="logError",
        method="POST",
        path="/events/error",
        handler=error_event,
        summary="Report a failure of a mobile client.",
        answers={204: "", 400: "Error", 401: "Error", 413: "Error"},
        body={"application/vnd.gini.v1+json": _ERROR_EVENT, "application/json": _ERROR_EVENT},
        environment="pay-api",
    ),
    Endpoint(
        name="logEvents",
        method="POST",
        path="/events/batch",
        handler=events,
        summary="Report how a mobile client is used.",
        answers={200: "Nothing", 400: "Error", 401: "Error", 413: "Error", 415: "Error"},
        body={EVENTS: _EVENTS},
        environment="pay-api",
    ),
    Endpoint(
        name="getConfiguration",
        method="GET",
        path="/configurations",
        handler=configuration,
        summary="Get what is switched on for the client.",
        answers={200: "Configuration", 401: "Error", 406: "Error"},
        reads_json=True,
        environment="pay-api",
    ),
)
