"""Describe the service as OpenAPI, out of the table of endpoints that answers it."""

import re
from collections.abc import Iterable
from typing import Any

from gini_notebook.sandbox.answers import JSON
from gini_notebook.sandbox.environments import Environment
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.schemas import SCHEMAS

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
    """Give the description of one role of the service.

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
