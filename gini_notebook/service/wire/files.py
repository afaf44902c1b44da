"""A file on its way to the service: its content, what kind it is, and whether the service takes it ("Submit files")."""

from os import PathLike, fsdecode
from pathlib import Path
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from gini_notebook._files import check_regular
from gini_notebook._text import described
from gini_notebook.errors import FileProblem, SettingError

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
        check_regular(Path(path))
        return Path(path).read_bytes(), label, name or Path(path).name
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
