"""Documents: upload, one, list, delete (Submit Files, Get Document and Document list pages of the documentation)."""

from typing import Any

from gini_notebook.sandbox.answers import Answer, Refused, created, json_answer, no_content
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.uploads import store_upload

DEFAULT_LIMIT = 20
MOST_PAGES = 10


async def upload(call: Call) -> Answer:
    """Store a document and start to work on it."""
    document = await store_upload(call)
    if document.kind == "partial":
        # Nothing is extracted of a part alone, so there is nothing to wait for.
        document.progress = "COMPLETED"
    else:
        call.state.processing.begin(document, call.processing_fault)
    return created(f"{call.base_url}/documents/{document.id}")


async def read(call: Call) -> Answer:
    """Show a document."""
    return json_answer(resource(call, call.document()))


async def list_documents(call: Call) -> Answer:
    """Show one page of the list, newest first."""
    library = call.user.library
    limit = number(call, "limit", DEFAULT_LIMIT, at_least=1)
    page = library.page(limit=limit, next_ms=number(call, "next", 0), offset=number(call, "offset", 0))
    documents = [resource(call, document) for document in page]
    return json_answer({"totalCount": len(library), "documents": documents})


async def delete(call: Call) -> Answer:
    """Delete a document with all that was read from it; not a part that is in use."""
    document = call.document()
    if document.composites:
        uses = ", ".join(one.id for one in document.composites)
        raise Refused(400, f"The document is part of {uses}; delete that first.")
    call.user.library.remove(document)
    call.state.processing.forget(document)
    return no_content()


def resource(call: Call, document: Document) -> dict[str, Any]:
    """Give a document as this service shows it; the predecessor shows the images of the pages, too."""
    value = document.as_json(call.base_url)
    if call.state.environment.pages_inline:
        value["pages"] = page_list(call, document)
    return value


def page_list(call: Call, document: Document) -> list[dict[str, Any]]:
    """Give the pages that are worked on, which are the first ten, with the addresses of their images."""
    uri = f"{call.base_url}/documents/{document.id}/pages"
    sizes = call.state.environment.image_sizes
    return [
        {"pageNumber": page, "images": {size: f"{uri}/{page}/{size}" for size in sizes}}
        for page in range(1, min(document.page_count, MOST_PAGES) + 1)
    ]


def number(call: Call, name: str, default: int, *, at_least: int = 0) -> int:
    """Read a whole number from the query.

    Raises
    ------
    Refused
        400 if it is none, or too small.
    """
    text = call.query.get(name)
    if text is None:
        return default
    # Creation dates may be fractional, and come back as they were.
    whole = text.partition(".")[0] if text.replace(".", "", 1).isdecimal() and text.isascii() else ""
    if not whole or len(whole) > 18 or int(whole) < at_least:
        raise Refused(400, f"{name}={text!r} is not a number of {at_least} or more.")
    return int(whole)


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
            "multipart/form-data": _FORM,
            "application/vnd.gini.v1.partial+pdf": _BINARY,
            "application/vnd.gini.v1.partial+jpeg": _BINARY,
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
