"""Documents: upload, one, list, delete (Submit Files, Get Document and Document list pages of the documentation)."""

from typing import Any

from starlette.responses import Response

from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.messages import ApiRequest, Refused, created, json_response, no_content
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.uploads import store_upload

DEFAULT_LIMIT = 20
MOST_PAGES = 10


async def upload(request: ApiRequest) -> Response:
    """Store a document and start to work on it."""
    document = await store_upload(request)
    if document.kind == "partial":
        # Nothing is extracted of a part alone, so there is nothing to wait for.
        document.progress = "COMPLETED"
    else:
        request.service.processing.begin(document, request.processing_fault)
    return created(request, f"{request.root_url}/documents/{document.id}")


async def read(request: ApiRequest) -> Response:
    """Show a document."""
    return json_response(request, resource(request, request.document()))


async def list_documents(request: ApiRequest) -> Response:
    """Show one page of the list, newest first."""
    library = request.user.library
    limit = request.number("limit", DEFAULT_LIMIT, at_least=1)
    page = library.page(limit=limit, next_ms=request.number("next", 0), offset=request.number("offset", 0))
    documents = [resource(request, document) for document in page]
    return json_response(request, {"totalCount": len(library.listed()), "documents": documents})


async def delete(request: ApiRequest) -> Response:
    """Delete a document with all that was read from it; not a part that is in use."""
    document = request.document()
    if document.composites:
        uses = ", ".join(one.id for one in document.composites)
        raise Refused(400, f"The document is part of {uses}; delete that first.")
    request.user.library.remove(document)
    request.service.processing.forget(document)
    return no_content()


def resource(request: ApiRequest, document: Document) -> dict[str, Any]:
    """Return a document as this service shows it; the predecessor shows the images of the pages, too."""
    value = document.as_json(request.root_url)
    if request.service.environment.pages_inline:
        value["pages"] = page_list(request, document)
    return value


def page_list(request: ApiRequest, document: Document) -> list[dict[str, Any]]:
    """Return the pages that are worked on, which are the first ten, with the addresses of their images."""
    uri = f"{request.root_url}/documents/{document.id}/pages"
    sizes = request.service.environment.image_sizes
    return [
        {"pageNumber": page, "images": {size: f"{uri}/{page}/{size}" for size in sizes}}
        for page in range(1, min(document.page_count, MOST_PAGES) + 1)
    ]


_PARTS = {
    "type": "object",
    "properties": {
        "partialDocuments": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"document": {"type": "string"}, "rotationDelta": {"type": "integer", "multipleOf": 90}},
                "required": ["document"],
            },
        }
    },
    "required": ["partialDocuments"],
}
_BINARY = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}
OFFSET = {"type": "integer", "minimum": 0, "maximum": 10**15}
LIMIT = {**OFFSET, "minimum": 1}

API = (
    Endpoint(
        name="listDocuments",
        method="GET",
        path="/documents",
        handler=list_documents,
        summary="List the user's documents, newest first.",
        answers={200: "DocumentList", 400: "Error", 401: "Error", 406: "Error"},
        query={
            "limit": {"schema": LIMIT},
            "next": {"schema": OFFSET},
            "offset": {"schema": OFFSET},
        },
        reads_json=True,
    ),
    Endpoint(
        name="uploadDocument",
        method="POST",
        path="/documents",
        handler=upload,
        summary="Upload a document, a part of one, or the list of its parts.",
        answers={201: "", 400: "Error", 401: "Error", 404: "Error", 413: "Error", 415: "Error"},
        query={"filename": {"schema": {"type": "string"}}, "doctype": {"schema": {"type": "string"}}},
        body={
            "application/pdf": _BINARY,
            "image/jpeg": _BINARY,
            "image/png": _BINARY,
            "image/gif": _BINARY,
            "image/tiff": _BINARY,
            "text/plain": {"type": "string"},
            "application/xml": _BINARY,
            "text/xml": _BINARY,
            "multipart/form-data": _FORM,
            "application/vnd.gini.v1.partial+pdf": _BINARY,
            "application/vnd.gini.v1.partial+jpeg": _BINARY,
            "application/vnd.gini.v1.partial+xml": _BINARY,
            "application/vnd.gini.v1.partial+qr+json": {"$ref": "#/components/schemas/QrCode"},
            "application/vnd.gini.v1.composite+json": _PARTS,
        },
    ),
    Endpoint(
        name="getDocument",
        method="GET",
        path="/documents/{document}",
        handler=read,
        summary="Get a document.",
        answers={200: "Document", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
    ),
    Endpoint(
        name="deleteDocument",
        method="DELETE",
        path="/documents/{document}",
        handler=delete,
        summary="Delete a document.",
        answers={204: "", 400: "Error", 401: "Error", 404: "Error"},
    ),
)
