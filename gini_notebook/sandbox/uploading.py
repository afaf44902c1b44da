"""What an upload holds: the file, its name and its declared type, out of every way to send it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gini_notebook.sandbox.answers import Refused
from gini_notebook.sandbox.calls import SIZE_LIMIT, Call
from gini_notebook.sandbox.documents import media_type_of
from gini_notebook.sandbox.media import document_kind

DEFAULT_NAME = "Document"
TEXT_LIMIT = 512 * 1024
SUPPORTED = frozenset(
    {"application/pdf", "image/gif", "image/png", "image/jpeg", "image/jpg", "image/tiff", "text/plain"}
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


async def receive_upload(call: Call) -> Upload:
    """Read an upload, raw or as a form (Submit Files page of the documentation).

    Raises
    ------
    Refused
        400, 413 or 415, if it cannot be a document.
    """
    product_tag = _product_tag(call.headers)
    media_type, parameters = media_type_of(call.headers.get("content-type", ""))
    kind = document_kind(media_type, call.state.environment)
    name = call.query.get("filename") or DEFAULT_NAME
    if media_type == "multipart/form-data" or (kind != "whole" and "boundary" in parameters):
        content, part_name, part_type = await _form_file(call)
        name = part_name or name
        declared = "" if kind != "whole" else part_type
    else:
        declared = "" if kind != "whole" else _raw_type(call, media_type)
        content = await call.body()
    if not content:
        raise Refused(400, "The body is empty; send the file as the body, or as the part named file of a form.")
    if len(content) >= SIZE_LIMIT:
        raise Refused(413, f"The file has {len(content)} bytes; it must have less than {SIZE_LIMIT} (10 MiB).")
    return Upload(kind, content, name, media_type, declared, product_tag)


def _raw_type(call: Call, media_type: str) -> str:
    if not call.state.environment.checks_raw_type:
        return media_type if media_type in SUPPORTED else ""
    if media_type and media_type not in SUPPORTED:
        supported = ", ".join(sorted(SUPPORTED - {"image/jpg"}))
        raise Refused(415, f"The content type {media_type} is not supported; supported are {supported}.")
    return media_type.replace("image/jpg", "image/jpeg")


async def _form_file(call: Call) -> tuple[bytes, str, str]:
    body = await call.body()

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(call.headers, stream(), max_files=20, max_fields=20).parse()
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
