"""The shapes of the answers as JSON Schema."""

from typing import Any

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
