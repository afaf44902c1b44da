"""What only the predecessor answers: search, and the layout as XML (its documentation of 2013 to 2020)."""

import json
import xml.etree.ElementTree as ET
from typing import Any

from starlette.responses import Response

from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.environments import accepts_json, accepts_xml
from gini_notebook.sandbox.messages import ApiRequest, Refused, json_response
from gini_notebook.sandbox.routes import pages
from gini_notebook.sandbox.routes.documents import LIMIT, OFFSET, resource
from gini_notebook.sandbox.routing import Endpoint

MOST_FOUND = 250
XML = "application/vnd.gini.v1+xml"
_ATTRIBUTES = ("number", "sizeX", "sizeY", "l", "t", "w", "h", "fontSize", "fontFamily", "bold", "type")
_CHILDREN = {
    "pages": "page",
    "textZones": "textZone",
    "paragraphs": "paragraph",
    "lines": "line",
    "wds": "wd",
    "regions": "region",
}


async def search(request: ApiRequest) -> Response:
    """Find documents that hold all words, newest first."""
    words = request.query_params.get("q", "").lower().split()
    if not words:
        raise Refused(400, "q is missing; it holds the words to search for.")
    limit = request.number("limit", 20, at_least=1)
    if limit > MOST_FOUND:
        raise Refused(400, f"limit must be between 1 and {MOST_FOUND}.")
    wanted = request.query_params.get("docType", "")
    found = [
        one
        for one in request.user.library.listed()
        if _holds(request, one, words) and wanted in {"", _type(request, one)}
    ][::-1]
    offset = request.number("offset", 0)
    page = [resource(request, one) for one in found[offset : offset + limit]]
    return json_response(request, {"totalCount": len(found), "documents": page})


async def layout(request: ApiRequest) -> Response:
    """Show the words and their places, as JSON or XML.

    How the XML looked is documented nowhere; it has the names of the JSON.
    """
    accept = request.headers.get("accept", "")
    answer = await pages.layout(request)
    if accepts_json(accept, request.service.environment):
        return answer
    if not accepts_xml(accept, request.service.environment):
        raise Refused(
            406, f"The answer is {request.service.environment.json} or {XML}, which the header Accept excludes."
        )
    root = ET.Element("layout")
    _add(root, json.loads(bytes(answer.body)))
    return Response(ET.tostring(root, "utf-8", xml_declaration=True), media_type=XML)


def _holds(request: ApiRequest, document: Document, words: list[str]) -> bool:
    if document.kind == "partial" or document.progress != "COMPLETED":
        return False
    text = f"{document.name} {request.service.processing.text(document)}".lower()
    return all(word in text for word in words)


def _type(request: ApiRequest, document: Document) -> str:
    extractions = json.loads(request.service.processing.extractions(document))["extractions"]
    value: str = extractions.get("docType", {}).get("value", "Other")
    return value


def _add(element: ET.Element, value: dict[str, Any]) -> None:
    for name in _ATTRIBUTES:
        if name in value:
            element.set(name, _text(value[name]))
    if "text" in value:
        element.text = value["text"]
    for name, child in _CHILDREN.items():
        for one in value.get(name, []):
            _add(ET.SubElement(element, child), one)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


API = (
    Endpoint(
        name="search",
        method="GET",
        path="/search",
        handler=search,
        summary="Find documents by the words in them.",
        answers={200: "DocumentList", 400: "Error", 401: "Error", 406: "Error"},
        query={
            "q": {"schema": {"type": "string"}, "required": True},
            "docType": {"schema": {"type": "string"}},
            "limit": {"schema": {**LIMIT, "maximum": MOST_FOUND}},
            "offset": {"schema": OFFSET},
        },
        reads_json=True,
        environment="gini-api",
    ),
    Endpoint(
        name="getLayout",
        method="GET",
        path="/documents/{document}/layout",
        handler=layout,
        summary="Get the words of a document and their places, as JSON or XML.",
        answers={200: "Layout", 401: "Error", 404: "Error", 406: "Error"},
        environment="gini-api",
    ),
)
