"""Uploads: the file, its name and its declared type, out of every way to send it, and what is stored of it."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.environments import document_kind, media_type_of
from gini_notebook.sandbox.messages import SIZE_LIMIT, ApiRequest, Refused
from gini_notebook.sandbox.processing import Checked, composite_hash
from gini_notebook.sandbox.workers import WorkRefused

DEFAULT_NAME = "Document"
TEXT_LIMIT = 512 * 1024
QR_MEDIA_TYPE = "application/json"
SUPPORTED = frozenset(
    {
        *("application/pdf", "image/gif", "image/png", "image/jpeg", "image/jpg", "image/tiff", "text/plain"),
        *("application/xml", "text/xml"),  # e-invoices; the service's mobile libraries send them
    }
)
METADATA = "x-document-metadata-"
DEFAULT_TAG = "sepaExtractions"
PRODUCT_TAGS = (DEFAULT_TAG, "cxExtractions", "autoDetectExtractions")


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent.

    Attributes
    ----------
    kind
        ``"whole"``, ``"partial"`` or ``"composite"``.
    content
        The file's bytes.
    name
        What the document will be called.
    media_type
        The content type as sent, without parameters.
    declared
        The file's own type as far as somebody stated it; empty if nobody did.
    product_tag
        What shall be extracted; empty for the payment labels.
    """

    kind: str
    content: bytes
    name: str
    media_type: str
    declared: str
    product_tag: str


async def store_upload(request: ApiRequest) -> Document:
    """Store what was sent as a document of the user.

    Raises
    ------
    Refused
        400, 404, 413 or 415, if it cannot be a document.
    """
    sent = await receive_upload(request)
    return await (_composite(request, sent) if sent.kind == "composite" else _single(request, sent))


async def receive_upload(request: ApiRequest) -> Upload:
    """Read an upload, raw or as a form (Submit Files page of the documentation).

    Raises
    ------
    Refused
        400, 413 or 415, if it cannot be a document.
    """
    product_tag = _product_tag(request.headers)
    media_type, parameters = media_type_of(request.headers.get("content-type", ""))
    kind = document_kind(media_type, request.service.environment)
    name = request.query_params.get("filename") or DEFAULT_NAME
    if media_type == "multipart/form-data" or (kind != "whole" and "boundary" in parameters):
        content, part_name, part_type = await _form_file(request)
        name = part_name or name
        declared = "" if kind != "whole" else part_type
    else:
        declared = "" if kind != "whole" else _raw_type(request, media_type)
        content = await request.body()
    if not content:
        raise Refused(400, "The body is empty; send the file as the body, or as the part named file of a form.")
    if len(content) >= SIZE_LIMIT:
        raise Refused(413, f"The file has {len(content)} bytes; it must have less than {SIZE_LIMIT} (10 MiB).")
    return Upload(kind, content, name, media_type, declared, product_tag)


def _raw_type(request: ApiRequest, media_type: str) -> str:
    if not request.service.environment.checks_raw_type:
        return media_type if media_type in SUPPORTED else ""
    if media_type and media_type not in SUPPORTED:
        supported = ", ".join(sorted(SUPPORTED - {"image/jpg"}))
        raise Refused(415, f"The content type {media_type} is not supported; supported are {supported}.")
    return media_type.replace("image/jpg", "image/jpeg")


async def _form_file(request: ApiRequest) -> tuple[bytes, str, str]:
    try:
        form = await MultiPartParser(request.headers, request.stream(), max_files=20, max_fields=20).parse()
    except (MultiPartException, ValueError, KeyError) as problem:
        raise Refused(400, f"The form cannot be read: {problem}") from problem
    part = form.get("file")
    if not isinstance(part, UploadFile):
        raise Refused(400, "The form has no part named file with a file name; that part is the document.")
    content = await part.read()
    await form.close()
    declared = media_type_of(part.content_type or "")[0]
    return content, part.filename or "", declared if declared in SUPPORTED else ""


def _product_tag(headers: Headers) -> str:
    for name, value in headers.items():
        if name.startswith(METADATA) and not value.isascii():
            raise Refused(400, f"The header {name} must be ASCII only.")
    tag = headers.get(f"{METADATA}product-tag", DEFAULT_TAG)
    if tag not in PRODUCT_TAGS:
        raise Refused(400, f"This client may not use the product tag {tag}; it may use {', '.join(PRODUCT_TAGS)}.")
    return "" if tag == DEFAULT_TAG else tag


async def _single(request: ApiRequest, sent: Upload) -> Document:
    processing = request.service.processing
    if sent.media_type.endswith(("/plain", "+plain")) and len(sent.content) >= TEXT_LIMIT:
        raise Refused(413, f"The text has {len(sent.content)} bytes; it must have less than {TEXT_LIMIT} (512 KiB).")
    sha256 = processing.storage.store(sent.content)
    try:
        checked = await _checked(request, sent, sha256)
    except Refused:
        processing.let_go(sha256)
        raise
    return request.user.library.add(
        name=sent.name,
        kind=sent.kind,
        upload_media_type=sent.media_type,
        product_tag=sent.product_tag,
        media_type=checked.media_type,
        sha256=sha256,
        page_count=checked.page_count,
        source_classification=checked.source_classification,
    )


async def _checked(request: ApiRequest, sent: Upload, sha256: str) -> Checked:
    if sent.kind == "partial" and sent.content.lstrip()[:1] == b"{":
        _check_qr_payload(sent.content)
        return Checked(QR_MEDIA_TYPE, 1, "NATIVE")
    try:
        return await request.service.processing.check(sha256, sent.declared)
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


async def _composite(request: ApiRequest, sent: Upload) -> Document:
    parts = [_part(request, one) for one in _listed_parts(sent.content)]
    storage = request.service.processing.storage
    size = sum(storage.path(part.sha256).stat().st_size for part, _ in parts)
    if size >= SIZE_LIMIT:
        raise Refused(413, f"All parts have {size} bytes; together they must have less than {SIZE_LIMIT} (10 MiB).")
    sha256 = composite_hash(parts)
    storage.hold(sha256)
    return request.user.library.add(
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


def _part(request: ApiRequest, listed: dict[str, Any]) -> tuple[Document, int]:
    turn = listed.get("rotationDelta", 0)
    if isinstance(turn, bool) or not isinstance(turn, int) or turn % 90:
        raise Refused(400, f"rotationDelta must be a multiple of 90 degrees, not {turn!r}.")
    try:
        document_id = urlsplit(listed["document"]).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        document_id = ""
    document = request.user.library.get(document_id)
    if document is None:
        raise Refused(404, f"There is no document {listed['document']}.")
    if document.kind != "partial":
        raise Refused(400, f"The document {document_id} was not uploaded as a partial document.")
    return document, turn % 360
