"""What kind of file it is, and whether the service takes it ("Submit files")."""

from gini_notebook.errors import FileProblem

MAX_BYTES = 10 * 1024 * 1024
MAX_TEXT_BYTES = 512 * 1024

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_TEXT_TYPES = ("text/plain", "text/xml", "application/xml", "application/json")


def sniff(content: bytes) -> str | None:
    """Return the media type that the content itself shows, whatever its name says; None for other types."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\x00" in text:
        return None
    return "text/xml" if text.lstrip()[:5] == "<?xml" else "text/plain"


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
