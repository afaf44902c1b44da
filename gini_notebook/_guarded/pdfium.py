"""Pages of PDFs as pictures and as words.

PDFium serves one thread at a time (it is not thread-safe, says the documentation of pypdfium2), and hostile files
crash it or keep it busy for ever. So this is for the guarded process, which does one thing after the other.
"""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdfium2 import raw

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


Words = tuple[list[str], list[float]]
"""Texts, and left, top, width and height of each, one after the other."""


def page_words(source: bytes | Path, most_pages: int, most_characters: int) -> Iterator[tuple[float, float, Words]]:
    """Yield width and height of each page in points, and its words with their boxes, as they are shown.

    Parameters
    ----------
    source
        Content or path of the PDF.
    most_pages, most_characters
        Of further pages, and of all pages beyond so many characters, no word is read.

    Raises
    ------
    PdfiumError
        If the PDF cannot be read.
    """
    room = most_characters
    with pypdfium2.PdfDocument(source) as pdf:
        for index in range(len(pdf)):
            page = pdf[index]
            width, height = page.get_size()
            words: Words = [], []
            if index < most_pages and room > 0:
                words = _words(page, room)
                room -= sum(map(len, words[0]))
            page.close()
            yield width, height, words


def _words(page: pypdfium2.PdfPage, most_characters: int) -> Words:
    text = page.get_textpage()
    shown = _shown_by(page)
    texts: list[str] = []
    boxes: list[float] = []
    letters: list[str] = []
    corners: list[tuple[float, float]] = []
    box = raw.FS_RECTF()
    for place in [*range(min(text.count_chars(), most_characters)), None]:
        code = 32 if place is None else raw.FPDFText_GetUnicode(text, place)
        letter = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\N{REPLACEMENT CHARACTER}"
        if not letter.isspace() and letter.isprintable():
            letters.append(letter)
            if raw.FPDFText_GetLooseCharBox(text, place, box):
                corners += [shown(box.left, box.top), shown(box.right, box.bottom)]
        elif letters and (letter.isspace() or code < 32):
            if corners:
                left, top = (min(corner[side] for corner in corners) for side in (0, 1))
                right, bottom = (max(corner[side] for corner in corners) for side in (0, 1))
                texts.append("".join(letters))
                boxes += [left, top, right - left, bottom - top]
            letters, corners = [], []
    text.close()
    return texts, boxes


def _shown_by(page: pypdfium2.PdfPage) -> Callable[[float, float], tuple[float, float]]:
    """Return where a point of the page is shown, in points from its upper left; pages may be cropped or turned."""
    many, far = 100_000, 100.0
    width, height = page.get_size()
    x, y = ctypes.c_int(), ctypes.c_int()
    points = []
    for px, py in ((0.0, 0.0), (far, 0.0), (0.0, far)):
        raw.FPDF_PageToDevice(page, 0, 0, many, many, 0, px, py, x, y)
        points.append((x.value / many * width, y.value / many * height))
    (ox, oy), (ax, ay), (bx, by) = points
    return lambda px, py: (
        ox + (ax - ox) / far * px + (bx - ox) / far * py,
        oy + (ay - oy) / far * px + (by - oy) / far * py,
    )
