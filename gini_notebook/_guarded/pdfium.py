"""Pages of PDFs as pictures.

PDFium serves one thread at a time (it is not thread-safe, says the documentation of pypdfium2), and hostile files
crash it or keep it busy for ever. So this is for the guarded process, which does one thing after the other.
"""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from PIL import Image

PdfiumError = pypdfium2.PdfiumError


def page_count(source: bytes | Path) -> int:
    """Count the pages.

    Raises
    ------
    PdfiumError
        If this is no PDF that can be read.
    """
    with pypdfium2.PdfDocument(source) as pdf:
        return len(pdf)


def draw(
    source: bytes | Path, index: int, scale: Callable[[float, float], float], *, grayscale: bool = False
) -> tuple[Image.Image, float, float]:
    """Draw a page, counted from 0.

    Parameters
    ----------
    source
        Content or path of the PDF.
    scale
        Gives pixels per point for a page of this width and height.

    Returns
    -------
    tuple
        The picture, and width and height of the page in points.

    Raises
    ------
    PdfiumError
        If the page cannot be read.
    """
    with pypdfium2.PdfDocument(source) as pdf:
        page = pdf[index]
        width, height = page.get_size()
        bitmap = page.render(scale=scale(width, height), grayscale=grayscale)
        picture = bitmap.to_pil().copy()  # which shares its memory with the bitmap
        bitmap.close()
        page.close()
    return picture, width, height
