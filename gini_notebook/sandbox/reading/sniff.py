"""What a file is, told by its bytes and never by its name."""

from gini_notebook.sandbox.reading.problems import Unreadable, UnsupportedType

PDF, JPEG, PNG, GIF, TIFF, TEXT = "application/pdf", "image/jpeg", "image/png", "image/gif", "image/tiff", "text/plain"

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
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<?xml", "XML"),
    (b"<svg", "SVG"),
    (b"<!--", "XML or HTML"),
)
_DECLARED = (("xml", "XML"), ("html", "HTML"))


def sniff(content: bytes, media_type: str | None) -> str:
    """Tell the media type of a file.

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
    other = _unsupported(content) or next((name for end, name in _DECLARED if declared.endswith(end)), None)
    if other:
        message = f"The file is {other}; supported are PDF, JPEG, PNG, GIF, TIFF and plain text."
        raise UnsupportedType(message)
    if declared in IMAGES or declared == PDF:
        message = f"The file was declared as {declared}, but its content is something else."
        raise Unreadable(message)
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnsupportedType(
            "The file is of an unknown binary type; supported are PDF, JPEG, PNG, GIF, TIFF and plain text."
        )
    return TEXT


def _by_magic(content: bytes) -> str | None:
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    return PDF if b"%PDF-" in content[:1024] else None


def _unsupported(content: bytes) -> str | None:
    for magic, name in _OTHERS:
        if content.startswith(magic):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "a WebP image"
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}:
        return "a HEIF image"
    start = content[:2048].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").lstrip().lower()
    start = start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return next((name for magic, name in _MARKUP if start.startswith(magic)), None)
