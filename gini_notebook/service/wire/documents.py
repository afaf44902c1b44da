"""Requests about documents: upload, list, get, delete, and what was read ("Submit files", "Retrieve extractions").

At the end: a file on its way to the service, what kind it is, and whether the service takes it.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike, fsdecode, fstat
from pathlib import Path
from typing import BinaryIO, NoReturn
from urllib.parse import quote, urlencode
from xml.parsers import expat

from gini_notebook._files import open_regular
from gini_notebook._text import described, shown_number, whole_number
from gini_notebook.errors import AnswerLost, FileProblem, SettingError
from gini_notebook.service.values import Document, DocumentList, Extractions, Layout, Page
from gini_notebook.service.wire.answers import (
    parse_json_safely,
    read_done,
    read_file,
    read_image,
    read_value,
    read_values,
)
from gini_notebook.service.wire.environments import Environment, Identified, canonical, id_in, id_of
from gini_notebook.service.wire.messages import Answer, Request, fetch
from gini_notebook.service.wire.outcomes import Kind

_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_VALUE = re.compile(r"[\x20-\x7e]{0,256}")

Source = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO

MAX_BYTES = 10 * 1024 * 1024
MAX_TEXT_BYTES = 512 * 1024
_LONGEST_NAME = 255

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_PDF = b"%PDF-"
# Roots of the e-invoices of EN 16931 and of ZUGFeRD 1.
_E_INVOICES = frozenset(
    {
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100 CrossIndustryInvoice",
        "urn:ferd:CrossIndustryDocument:invoice:1p0 CrossIndustryDocument",
        "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2 Invoice",
        "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2 CreditNote",
    }
)
HEAD_BYTES = 16 * 1024
"""So much of a file tells what it is."""
_TEXT_TYPES = ("text/plain", "text/xml", "application/xml", "application/json")


def metadata_headers(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Turn ``{"branchid": "7"}`` into ``X-Document-Metadata-…`` headers.

    Raises
    ------
    SettingError
        If a name or value is not plain ASCII: the service takes nothing else, and a line break would forge a header.
    """
    headers = {}
    for name, value in (metadata or {}).items():
        texts = isinstance(name, str) and isinstance(value, str)
        if not texts or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            message = (
                f"The metadata must have names of letters, digits and hyphens and printable ASCII texts, not "
                f"{described(name)} with {described(value)}."
            )
            raise SettingError(message)
        headers[f"X-Document-Metadata-{name}"] = value
    return headers


def upload(
    environment: Environment,
    base: str,
    content: bytes,
    media_type: str,
    *,
    name: str = "",
    hint: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Request[str]:
    """Upload a document as raw bytes; the answer is its id.

    ``media_type`` is the file's own, or one of a partial document; ``hint`` is the type of document expected.
    """
    given = {"filename": name, "doctype": hint}
    return Request(
        "POST",
        "/documents",
        f"upload {name or 'the document'}",
        _read_id(base),
        query=urlencode({key: value for key, value in given.items() if value}, errors="replace", quote_via=quote),
        headers={"Accept": environment.media_type, "Content-Type": media_type, **metadata_headers(metadata)},
        body=content,
        kind=Kind.UPLOAD,
        uploads_file=True,
    )


def as_form(request: Request[str], content: bytes, media_type: str, name: str) -> Request[str]:
    """Turn an upload into the form that a browser would send: one part called ``file``."""
    from urllib3.fields import RequestField
    from urllib3.filepost import encode_multipart_formdata

    sendable = name.encode("utf-8", "replace").decode("utf-8") or "document"  # a name of bytes has no other form
    body, form = encode_multipart_formdata([RequestField.from_tuples("file", (sendable, content, media_type))])
    # In the form the part's file name becomes the document's name.
    query = "&".join(part for part in request.query.split("&") if not part.startswith("filename="))
    return replace(request, query=query, headers={**request.headers, "Content-Type": form}, body=body)


def composite(
    environment: Environment,
    base: str,
    parts: Sequence[tuple[str | Identified, int]],
    *,
    hint: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Request[str]:
    """Join partial documents, given as (id, clockwise rotation in degrees) in page order; the answer is the id."""
    entries = [
        {"document": f"{base}/documents/{id_of(part)}", "rotationDelta": _degrees(turn) % 360} for part, turn in parts
    ]
    return Request(
        "POST",
        "/documents",
        f"join {len(entries)} partial document(s)",
        _read_id(base),
        query=urlencode({"doctype": hint}) if hint else "",
        headers={
            "Accept": environment.media_type,
            "Content-Type": environment.composite_type,
            **metadata_headers(metadata),
        },
        body=json.dumps({"partialDocuments": entries}).encode(),
        kind=Kind.JOIN,
    )


def qr_payload(environment: Environment, base: str, qrcode: str, payment: Mapping[str, str] | None) -> Request[str]:
    """Upload the text of a payment QR code as a partial document."""
    lacking = [name for name in ("iban", "paymentRecipient") if payment is not None and name not in payment]
    if lacking:
        message = f"The payment data lacks {' and '.join(lacking)}; give both, or no payment data at all."
        raise SettingError(message)
    body = {"qrcode": qrcode} if payment is None else {"qrcode": qrcode, "paymentdata": dict(payment)}
    partial = environment.partial_type("qr+json")
    return replace(
        upload(environment, base, json.dumps(body).encode(), partial), what="upload the payload of a QR code"
    )


def document(environment: Environment, document_id: str | Identified) -> Request[Document]:
    """Read one document."""
    known = id_of(document_id)
    return fetch(environment, f"/documents/{known}", f"read document {known}", partial(_read_one, known))


def _read_one(known: str, answer: Answer) -> Document:
    """Read an answer about a document, and about no other, as a cache or a proxy may give it."""
    found = read_value(Document)(answer)
    if canonical(found.id) != canonical(known):
        raise AnswerLost("The service answered about another document than the one that was asked for.")
    return found


def documents(environment: Environment, *, limit: int, following: float | None) -> Request[DocumentList]:
    """Read a page of the list; ``following`` is a creation date in ms, or an offset for the older service."""
    query = {"limit": str(limit)}
    if following is not None:
        # Rounded up, since the list goes from new to old and the document at this very moment must be on it.
        query["offset" if environment.counts_with_offset else "next"] = str(math.ceil(following))
    return fetch(environment, "/documents", "list the documents", read_value(DocumentList), query=urlencode(query))


def delete(environment: Environment, document_id: str | Identified) -> Request[None]:
    """Delete a document with everything that was read on it."""
    known = id_of(document_id)
    return Request(
        "DELETE",
        f"/documents/{known}",
        f"delete document {known}",
        read_done,
        headers={"Accept": environment.media_type},
        kind=Kind.DELETE,
    )


def _degrees(turn: object) -> int:
    degrees = whole_number(turn, -360_000)
    if degrees is None:
        message = f"A part is turned by whole degrees, clockwise; {shown_number(turn)} is none."
        raise SettingError(message)
    return degrees


def _read_id(base: str) -> Callable[[Answer], str]:
    return lambda answer: id_in(answer.headers.get("location"), collection="documents", base=base)


def extractions(environment: Environment, document: str | Identified) -> Request[Extractions]:
    """Read the extractions of a document."""
    known = id_of(document)
    what = f"read the extractions of document {known}"
    return fetch(environment, f"/documents/{known}/extractions", what, read_value(Extractions))


def layout(environment: Environment, document: str | Identified) -> Request[Layout]:
    """Read the layout of a document."""
    known = id_of(document)
    what = f"read the layout of document {known}"
    return fetch(environment, f"/documents/{known}/layout", what, read_value(Layout))


def pages(environment: Environment, document: str | Identified) -> Request[tuple[Page, ...]]:
    """Read the list of pages of a document."""
    known = id_of(document)
    return fetch(environment, f"/documents/{known}/pages", f"list the pages of document {known}", read_values(Page))


def page_image(environment: Environment, document: str | Identified, number: int, size: str) -> Request[bytes]:
    """Read the image of a page, numbered from 1, in size ``large`` or ``medium``."""
    known = id_of(document)
    if size not in environment.image_sizes:
        message = f"There is no page image of this size; choose one of {', '.join(environment.image_sizes)}."
        raise SettingError(message)
    page = whole_number(number, 1)
    if page is None:
        message = f"Pages are numbered from 1; {shown_number(number)} is no page number."
        raise SettingError(message)
    path = f"/documents/{known}/pages/{page}/{environment.image_sizes[size]}"
    return fetch(environment, path, f"read page {page} of document {known}", read_image, accept="image/*")


def processed(environment: Environment, document: str | Identified) -> Request[bytes]:
    """Read the file after preprocessing, on which all boxes are based."""
    known = id_of(document)
    what = f"read the processed file of document {known}"
    return fetch(
        environment, f"/documents/{known}/processed", what, read_file, accept="application/octet-stream, */*;q=0.1"
    )


def scans(environment: Environment) -> Request[str]:
    """Ask a sandbox whether it reads scans: ``"read"``, why not, or nothing where it is none that says so."""
    return fetch(environment, "/", "ask the sandbox what it reads", _read_scans, accept="application/json")


def _read_scans(answer: Answer) -> str:
    try:
        said = parse_json_safely(answer.body)
    except ValueError:
        return ""
    found = said.get("scans") if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""


def signature(content: bytes) -> str | None:
    """Return the media type that the first bytes of a PDF or a picture show; None for others."""
    for start, media_type in _SIGNATURES:
        if content.startswith(start):
            return media_type
    return "application/pdf" if content.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(_PDF) else None


class _RootSeen(Exception):
    """No error: it ends the parser."""


def is_e_invoice(content: bytes) -> bool:
    """Return whether this is, or begins as, an e-invoice in XML (CII or UBL), whatever its encoding is."""
    roots: list[str] = []

    def stop(name: str, *_: object) -> NoReturn:
        roots.append(name)
        raise _RootSeen

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = stop
    # No e-invoice has one, and its entities could grow.
    parser.StartDoctypeDeclHandler = stop
    try:
        parser.Parse(content[:HEAD_BYTES], False)
    except (_RootSeen, expat.ExpatError, LookupError, ValueError):
        return bool(roots) and roots[0] in _E_INVOICES
    return False


def sniff(content: bytes) -> str | None:
    """Return the media type that the content itself shows, whatever its name says; None for other types."""
    if found := signature(content):
        return found
    if _PDF in content[:1024]:
        return "application/pdf"
    if is_e_invoice(content):
        return "application/xml"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\x00" in text:
        return None
    return "application/xml" if text.lstrip()[:5] == "<?xml" else "text/plain"


def check_file(content: bytes, name: str, media_type: str | None = None) -> str:
    """Return the media type of a file that may be sent.

    Parameters
    ----------
    content
        The whole file.
    name
        What to call it in messages.
    media_type
        Taken as it is, if given; otherwise the content says it.

    Raises
    ------
    FileProblem
        If the file is empty, too large, or of a type the service does not take.
    """
    if not content:
        message = f"{name} is empty; there is nothing to send."
        raise FileProblem(message)
    if len(content) >= MAX_BYTES:
        message = f"{name} has {len(content)} bytes; the service takes less than {MAX_BYTES} (10 MiB)."
        raise FileProblem(message)
    found = media_type or sniff(content)
    if found is None:
        message = f"{name} is none of PDF, PNG, JPEG, GIF, TIFF or UTF-8 text, which is all the service takes."
        raise FileProblem(message)
    if found in _TEXT_TYPES and len(content) >= MAX_TEXT_BYTES:
        message = f"{name} has {len(content)} bytes; the service takes less than {MAX_TEXT_BYTES} (512 KiB) of text."
        raise FileProblem(message)
    return found


def read_source(source: Source, name: str | None) -> tuple[bytes, str, str]:
    """Return content, what to call it in messages, and what to call it in the service.

    Raises
    ------
    FileProblem
        If it cannot be read.
    SettingError
        If it is nothing that can be a file.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), name or "the document", name or ""
    if isinstance(source, str | PathLike):
        return _read_path(fsdecode(source), name)
    if hasattr(source, "read"):
        return _read_file(source, name)
    message = (
        "A document is a path, its content as bytes, or a file opened with 'rb'; its pages are a list or tuple of "
        f"these. What was given is {described(source)}."
    )
    raise SettingError(message)


def _read_path(path: str, name: str | None) -> tuple[bytes, str, str]:
    # What is too long for a name, or has line breaks, is rather the content itself, which no message shows.
    is_name = len(Path(path).name) <= _LONGEST_NAME and path.isprintable()
    label = path if is_name else f"What was given ({described(path)})"
    try:
        with open_regular(Path(path)) as file:
            size = fstat(file.fileno()).st_size
            if size < MAX_BYTES:
                # What the system makes up as it is read says that it has 0 bytes, and may never end.
                return file.read(MAX_BYTES) if size else b"", label, name or Path(path).name
        message = f"{label} has {size} bytes; the service takes less than {MAX_BYTES} (10 MiB)."
    except OSError as error:
        message = f"{label} cannot be read: {error.strerror or 'unknown reason'}."
    except ValueError:
        message = f"{label} cannot be read: it is no path. Give the content as bytes."
    raise FileProblem(message)


def _read_file(file: BinaryIO, name: str | None) -> tuple[bytes, str, str]:
    own = getattr(file, "name", None)
    shown = name or (Path(own).name if isinstance(own, str) else "")
    label = shown or "The file"
    try:
        content = file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed, or not open for reading"
        message = f"{label} cannot be read: {reason}."
        raise FileProblem(message) from None
    if not isinstance(content, bytes):
        message = f"{label} was opened as text; open it with 'rb'."
        raise FileProblem(message)
    return content, label, shown
