"""Documents: upload, one, list, delete (Submit Files, Get Document and Document list pages of the documentation)."""

import json
from typing import Any
from urllib.parse import urlsplit

from gini_notebook.sandbox.answers import Answer, Refused, created, json_answer, no_content
from gini_notebook.sandbox.calls import SIZE_LIMIT, Call
from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.processing import Checked, composite_hash
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.uploading import TEXT_LIMIT, Upload, receive_upload
from gini_notebook.sandbox.workers import WorkRefused

DEFAULT_LIMIT = 20
MOST_PAGES = 10
QR_MEDIA_TYPE = "application/json"


async def upload(call: Call) -> Answer:
    """Store a document and start to work on it."""
    sent = await receive_upload(call)
    document = await (_composite(call, sent) if sent.kind == "composite" else _single(call, sent))
    if sent.kind == "partial":
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


async def _single(call: Call, sent: Upload) -> Document:
    processing = call.state.processing
    if sent.media_type.endswith(("/plain", "+plain")) and len(sent.content) >= TEXT_LIMIT:
        raise Refused(413, f"The text has {len(sent.content)} bytes; it must have less than {TEXT_LIMIT} (512 KiB).")
    sha256 = processing.storage.store(sent.content)
    try:
        checked = await _checked(call, sent, sha256)
    except Refused:
        processing.let_go(sha256)
        raise
    return call.user.library.add(
        name=sent.name,
        kind=sent.kind,
        upload_media_type=sent.media_type,
        product_tag=sent.product_tag,
        media_type=checked.media_type,
        sha256=sha256,
        page_count=checked.page_count,
        source_classification=checked.source_classification,
    )


async def _checked(call: Call, sent: Upload, sha256: str) -> Checked:
    if sent.kind == "partial" and sent.content.lstrip()[:1] == b"{":
        _check_qr_payload(sent.content)
        return Checked(QR_MEDIA_TYPE, 1, "NATIVE")
    try:
        return await call.state.processing.check(sha256, sent.declared)
    except WorkRefused as refused:
        raise Refused(refused.status, str(refused)) from refused


def _check_qr_payload(content: bytes) -> None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise Refused(400, f"The QR code document is not valid JSON: {problem}") from problem
    if not isinstance(value, dict) or not isinstance(value.get("qrcode"), str):
        raise Refused(400, "A QR code document needs the member qrcode with the scanned text.")
    payment = value.get("paymentdata")
    if payment is None:
        return
    if not isinstance(payment, dict) or not all(isinstance(one, str) for one in payment.values()):
        raise Refused(400, "paymentdata must be an object of strings.")
    missing = {"iban", "paymentRecipient"} - payment.keys()
    if missing:
        raise Refused(400, f"paymentdata lacks {' and '.join(sorted(missing))}.")


async def _composite(call: Call, sent: Upload) -> Document:
    parts = [_part(call, one) for one in _listed_parts(sent.content)]
    storage = call.state.processing.storage
    size = sum(storage.path(part.sha256).stat().st_size for part, _ in parts)
    if size >= SIZE_LIMIT:
        raise Refused(413, f"All parts have {size} bytes; together they must have less than {SIZE_LIMIT} (10 MiB).")
    sha256 = composite_hash(parts)
    storage.hold(sha256)
    return call.user.library.add(
        name=sent.name,
        kind="composite",
        upload_media_type=sent.media_type,
        product_tag=sent.product_tag,
        media_type="",
        sha256=sha256,
        page_count=sum(part.page_count for part, _ in parts),
        source_classification="COMPOSITE",
        partials=parts,
    )


def _listed_parts(content: bytes) -> list[dict[str, Any]]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise Refused(400, f"The composite document is not valid JSON: {problem}") from problem
    parts = value.get("partialDocuments") if isinstance(value, dict) else None
    if not isinstance(parts, list) or not parts:
        raise Refused(400, "A composite document needs the member partialDocuments with at least one document.")
    if not all(isinstance(part, dict) and isinstance(part.get("document"), str) for part in parts):
        raise Refused(400, "Every entry of partialDocuments needs the member document with the URI of a document.")
    return parts


def _part(call: Call, listed: dict[str, Any]) -> tuple[Document, int]:
    turn = listed.get("rotationDelta", 0)
    if isinstance(turn, bool) or not isinstance(turn, int) or turn % 90:
        raise Refused(400, f"rotationDelta must be a multiple of 90 degrees, not {turn!r}.")
    try:
        document_id = urlsplit(listed["document"]).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        document_id = ""
    document = call.user.library.get(document_id)
    if document is None:
        raise Refused(404, f"There is no document {listed['document']}.")
    if document.kind != "partial":
        raise Refused(400, f"The document {document_id} was not uploaded as a partial document.")
    return document, turn % 360


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
