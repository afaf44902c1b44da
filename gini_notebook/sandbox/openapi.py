"""Describe the service as OpenAPI: the shapes of the answers, and the table of endpoints that gives them."""

import re
from collections.abc import Iterable
from typing import Any

from gini_notebook.sandbox.environments import Environment
from gini_notebook.sandbox.messages import JSON
from gini_notebook.sandbox.routing import Endpoint

_REASONS = {
    200: "Here it is.",
    201: "Created; Location says where.",
    204: "Done.",
    400: "The request or the file is wrong.",
    401: "Credentials are missing, wrong or expired.",
    404: "There is no such thing, or it belongs to another user.",
    406: "The headers of the request are wrong.",
    409: "It was done before.",
    413: "Too large.",
    415: "The type of the content is not supported.",
    422: "A value breaks the rules of its entity.",
}
_BINARY = {"type": "string", "format": "binary"}
_REQUEST_ID = {"X-Request-Id": {"required": True, "schema": {"type": "string", "minLength": 1}}}
_LOCATION = {"Location": {"required": True, "schema": {"type": "string", "pattern": "^https://"}}}
_CHALLENGE = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "user": [{"basic": [], "userIdentifier": []}, {"bearer": []}, {"jwt": []}],
    "trusted": [{"basic": [], "userIdentifier": []}],
    "client": [{"basic": []}],
    "client token": [{"bearer": []}],
    "anyone": [],
}
_SCHEMES = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "userIdentifier": {"type": "apiKey", "in": "header", "name": "X-User-Identifier"},
    "jwt": {"type": "apiKey", "in": "header", "name": "X-JWT-Authorization"},
}
_IDENTIFIER = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}


def describe(endpoints: Iterable[Endpoint], role: str, environment: Environment) -> dict[str, Any]:
    """Return the description of one role of the service.

    Parameters
    ----------
    endpoints
        What it can do; what is for the sandbox's own use is left out.
    role
        ``"api"`` or ``"user_center"``.
    environment
        Which service is imitated.
    """
    media_type = environment.json if role == "api" else JSON
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        if endpoint.who != "admin":
            paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, media_type)
    title = "Gini Pay API" if role == "api" else "Gini User Center"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title}, as the sandbox of gini_notebook speaks it",
            "version": "1",
            "description": "The header X-Sandbox-Fault switches faults on; answers are then as broken as asked.",
        },
        "paths": paths,
        "components": {"schemas": SCHEMAS, "securitySchemes": _SCHEMES},
    }


def _operation(endpoint: Endpoint, media_type: str) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", endpoint.path)
    in_path = [{"name": name, "in": "path", "required": True, "schema": _IDENTIFIER} for name in names]
    in_query = [{"name": name, "in": "query", **query} for name, query in (endpoint.query or {}).items()]
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "security": _SECURITY[endpoint.who],
        "parameters": [*in_path, *in_query],
        "responses": {
            str(status): _response(status, content, media_type) for status, content in endpoint.answers.items()
        },
    }
    if endpoint.body:
        content = {name: {"schema": schema} for name, schema in endpoint.body.items()}
        operation["requestBody"] = {"required": endpoint.body_required, "content": content}
    return operation


def _response(status: int, content: str, media_type: str) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_REQUEST_ID)
    if status == 201:
        headers |= _LOCATION
    if status == 401:
        headers |= _CHALLENGE
    response: dict[str, Any] = {"description": _REASONS[status], "headers": headers}
    if content in SCHEMAS:
        own = JSON if content == "Nothing" else media_type
        response["content"] = {own: {"schema": {"$ref": f"#/components/schemas/{content}"}}}
    elif content:
        # Of "*/*" nothing is said; it may even be JSON.
        response["content"] = {content: {"schema": {} if content == "*/*" else _BINARY}}
    return response


Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_URI: Schema = {"type": "string", "pattern": "^https://"}


def _object(properties: Schema, *, optional: frozenset[str] = frozenset(), **more: Any) -> Schema:
    required = sorted(properties.keys() - optional)
    return {"type": "object", "properties": properties, "required": required, **more}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _map(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


_AREA = {"l": _NUMBER, "t": _NUMBER, "w": _NUMBER, "h": _NUMBER}
_WORD = _object({**_AREA, "fontSize": _NUMBER, "fontFamily": _TEXT, "bold": {"type": "boolean"}, "text": _TEXT})
_LINE = _object({**_AREA, "wds": _list(_WORD)})
_ZONE = _object({"paragraphs": _list(_object({**_AREA, "lines": _list(_LINE)}))})
_PAGE = _object(
    {
        "number": {"type": "integer", "minimum": 1},
        "sizeX": _NUMBER,
        "sizeY": _NUMBER,
        "textZones": _list(_ZONE),
        "regions": _list(_object({**_AREA, "type": _TEXT})),
    },
    optional=frozenset({"regions"}),
)
_PAID = {"recipient": _TEXT, "iban": _TEXT, "bic": _TEXT, "amount": _TEXT, "purpose": _TEXT}

SCHEMAS: dict[str, Schema] = {
    "Error": _object({"message": {"type": "string", "minLength": 1}, "requestId": _TEXT}),
    "OAuthError": _object({"error": _TEXT, "error_description": _TEXT, "message": _TEXT, "requestId": _TEXT}),
    "Token": _object(
        {"access_token": _TEXT, "token_type": {"const": "bearer"}, "expires_in": _WHOLE, "refresh_token": _TEXT},
        optional=frozenset({"refresh_token"}),
    ),
    "TokenOwner": _object(
        {"client_id": _TEXT, "active": {"type": "boolean"}, "user_name": _TEXT}, optional=frozenset({"user_name"})
    ),
    "User": _object({"id": _TEXT, "email": _TEXT}),
    "Document": _object(
        {
            "id": _TEXT,
            "name": _TEXT,
            "pageCount": {"type": "integer", "minimum": 1},
            "creationDate": _NUMBER,
            "expirationDate": _NUMBER,
            "origin": {"enum": ["UPLOAD", "UNKNOWN"]},
            "progress": {"enum": ["PENDING", "COMPLETED", "ERROR"]},
            "sourceClassification": {"enum": ["SCANNED", "SANDWICH", "NATIVE", "TEXT", "COMPOSITE"]},
            "uploadMediaType": _TEXT,
            "pages": _reference("Pages"),
            "_links": _object(
                dict.fromkeys(("document", "extractions", "layout", "processed", "pages"), _URI),
            ),
            "partialDocuments": _list(_object({"document": _URI, "rotationDelta": _WHOLE})),
            "compositeDocuments": _list(_object({"document": _URI})),
        },
        optional=frozenset({"pages", "partialDocuments", "compositeDocuments"}),
    ),
    "DocumentList": _object({"totalCount": _WHOLE, "documents": _list(_reference("Document"))}),
    "Box": _object({"top": _NUMBER, "left": _NUMBER, "width": _NUMBER, "height": _NUMBER, "page": _WHOLE}),
    "Extraction": _object(
        {"entity": _TEXT, "value": _TEXT, "box": _reference("Box"), "candidates": _TEXT},
        optional=frozenset({"box", "candidates"}),
    ),
    "Extractions": _object(
        {
            "extractions": _map(_reference("Extraction")),
            "candidates": _map(_list(_reference("Extraction"))),
            "compoundExtractions": _map(_list(_map(_reference("Extraction")))),
            "returnReasons": _list(_object({"id": _TEXT, "de": _TEXT, "en": _TEXT})),
        },
        optional=frozenset({"compoundExtractions", "returnReasons"}),
    ),
    "FeedbackValue": _object(
        {"value": _TEXT, "entity": _TEXT, "box": _reference("Box")}, optional=frozenset({"entity", "box"})
    ),
    "Pages": _list(_object({"pageNumber": {"type": "integer", "minimum": 1}, "images": _map(_URI)})),
    "Layout": _object({"pages": _list(_PAGE)}),
    "QrCode": _object(
        {
            "qrcode": _TEXT,
            "paymentdata": _object(
                {
                    "iban": _TEXT,
                    "paymentRecipient": _TEXT,
                    "amountToPay": _TEXT,
                    "bic": _TEXT,
                    "paymentReference": _TEXT,
                },
                optional=frozenset({"amountToPay", "bic", "paymentReference"}),
            ),
        },
        optional=frozenset({"paymentdata"}),
    ),
    "ErrorReport": _object({"message": _TEXT, "errorId": _TEXT}),
    "Nothing": {"type": "object", "maxProperties": 0},
    "Configuration": _object({"clientID": _TEXT}),
    "PaymentRequest": _object(
        {
            "paymentProvider": _TEXT,
            "requesterUri": _TEXT,
            **_PAID,
            "status": {"enum": ["open", "paid"]},
            "createdAt": _TEXT,
            "expirationDate": _TEXT,
            "_links": _map(_URI),
        }
    ),
    "PaymentRequests": _list(_reference("PaymentRequest")),
    "Payment": _object({"paidAt": _TEXT, **_PAID, "_links": _map(_URI)}, optional=frozenset({"bic"})),
}
