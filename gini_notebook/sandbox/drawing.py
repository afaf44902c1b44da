"""Put the parts of a composite document together as one PDF."""

import io
from collections.abc import Sequence

import pypdfium2
from PIL import Image, ImageOps

MOST_PAGES = 10
Part = tuple[bytes, str, int]


def combine(parts: Sequence[Part]) -> bytes:
    """Make one PDF of PDFs and images.

    Parameters
    ----------
    parts
        Content, media type and degrees to turn clockwise, in the order of the pages.

    Raises
    ------
    ValueError
        A part is neither PDF nor image.
    """
    target = pypdfium2.PdfDocument.new()
    for content, media_type, turn in parts:
        source = pypdfium2.PdfDocument(content if media_type == "application/pdf" else _as_pdf(content, media_type))
        before = len(target)
        target.import_pages(source)
        for index in range(before, len(target)):
            page = target[index]
            page.set_rotation((page.get_rotation() + turn) % 360)
    output = io.BytesIO()
    target.save(output)
    return output.getvalue()


def turned(picture: bytes, turn: int) -> bytes:
    """Turn a JPEG clockwise."""
    output = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.rotate(-turn, expand=True).save(output, "JPEG", quality=85)
    return output.getvalue()


def _as_pdf(content: bytes, media_type: str) -> bytes:
    if not media_type.startswith("image/"):
        message = f"a part of type {media_type} has no pages"
        raise ValueError(message)
    output = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        ImageOps.exif_transpose(image).convert("RGB").save(output, "PDF", resolution=300.0)
    return output.getvalue()
