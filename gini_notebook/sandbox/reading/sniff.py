"""What a file is, told by its bytes and never by its name."""

import re

from gini_notebook.sandbox.reading.settings import Unreadable, UnsupportedType

PDF, JPEG, PNG, GIF, TIFF, TEXT = "application/pdf", "image/jpeg", "image/png", "image/gif", "image/tiff", "text/plain"
XML = "application/xml"

IMAGES = frozenset({JPEG, PNG, GIF, TIFF})

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
)
_OTHERS = (
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "PostScript"),
    (b"BM", "a BMP image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
_MARKUP = (
    (re.compile(rb"<(?:!doctype\s+)?html[\s>]"), "HTML"),
    (re.compile(rb"<svg[\s>]"), "SVG"),
)
_DECLARED_XML = {"application/xml", "text/xml"}
_TAKEN = "supported are PDF, JPEG, PNG, GIF, TIFF, plain text and e-invoices as XML"


def sniff(content: bytes, media_type: str | None) -> str:
    """Return the media type of a file.

    Parameters
    ----------
    content
        The whole file.
    media_type
        What the sender declared, if anything; it is believed only where the bytes leave a choice.

    Raises
    ------
    UnsupportedType
        The bytes are of a type that the service does not take.
    Unreadable
        The file is empty, or it is not what it was declared to be.
    """
    if not content:
        raise Unreadable("The file is empty.")
    found = _by_magic(content)
    if found:
        return found
    declared = (media_type or "").split(";")[0].strip().lower()
    start = _start(content)
    other = _unsupported(content, start) or ("HTML" if declared.endswith("html") else None)
    if other:
        message = f"The file is {other}; {_TAKEN}."
        raise UnsupportedType(message)
    if _is_xml(start, declared):
        return XML
    if declared in IMAGES or declared == PDF:
        message = f"The file was declared as {declared}, but its content is something else."
        raise Unreadable(message)
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = f"The file is of an unknown binary type; {_TAKEN}."
        raise UnsupportedType(message)
    return TEXT


def _by_magic(content: bytes) -> str | None:
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    return PDF if b"%PDF-" in content[:1024] else None


def _unsupported(content: bytes, start: bytes) -> str | None:
    for magic, name in _OTHERS:
        if content.startswith(magic):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "a WebP image"
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}:
        return "a HEIF image"
    if not start.startswith(b"<"):
        return None
    return next((name for pattern, name in _MARKUP if pattern.search(start)), None)


def _start(content: bytes) -> bytes:
    """Return the beginning in lower case, without byte order marks and the NULs of UTF-16."""
    start = content[:2048].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return start.replace(b"\x00", b"").lstrip().lower()


def _is_xml(start: bytes, declared: str) -> bool:
    return (
        declared in _DECLARED_XML
        or start.startswith((b"<?xml", b"<!--"))
        or (start.startswith(b"<") and b"xmlns" in start)
    )
