"""Words, pictures and page images of a PDF, by PDFium."""

import ctypes
import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from gini_notebook.sandbox.reading import graphics
from gini_notebook.sandbox.reading.pdf_words import mapped, words_of
from gini_notebook.sandbox.reading.problems import Unreadable
from gini_notebook.sandbox.reading.qr import find_symbols
from gini_notebook.sandbox.reading.words import Area, Page, Symbol, Word, turned

MAX_PAGES = 10
"""Pages beyond the tenth are not processed (upload limits of the Pay API)."""

MAX_PIXELS = 40_000_000
"""No page is rendered larger than this; a page can claim 14,400 points per side."""

_NOT_ENCRYPTED = -1
_ENCRYPTED = "The PDF is encrypted; documents with a password or other security restrictions cannot be processed."
_QUIET = 6.0  # points around a QR code
_CODE_PIXELS = 4_000_000
_LOCK = threading.RLock()  # PDFium is not thread-safe


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF, and close it in the end.

    Raises
    ------
    Unreadable
        The file is damaged, needs a password, or has no pages.
    """
    start = content.find(b"%PDF-", 0, 1024)
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(content[max(start, 0) :])
        except pypdfium2.PdfiumError as error:
            raise Unreadable(_reason(error)) from error
        try:
            if pdfium.FPDF_GetSecurityHandlerRevision(document.raw) != _NOT_ENCRYPTED:
                raise Unreadable(_ENCRYPTED)
            if len(document) == 0:
                raise Unreadable("The PDF has no pages.")
            yield document
        finally:
            document.close()


def _reason(error: pypdfium2.PdfiumError) -> str:
    if getattr(error, "err_code", None) in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
        return _ENCRYPTED
    return "The PDF is damaged and cannot be opened."


def read_page(document: pypdfium2.PdfDocument, index: int, *, number: int, turn: int = 0) -> Page:
    """Read the words and QR codes of a page.

    Parameters
    ----------
    document
        An open PDF.
    index
        The page, from 0.
    number
        The number that the page shall have.
    turn
        Degrees clockwise by which the page still has to be turned.
    """
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return Page(number, 595.0, 842.0, ())
    try:
        page.set_rotation((page.get_rotation() + turn) % 360)
        size = page.get_size()
        to_shown = _to_shown(page, size)
        drawn = graphics.survey(page.raw, page.get_bbox())
        upright = _upright(number, size, words_of(page, to_shown), picture_share=drawn.picture_share)
        symbols = [symbol for area in drawn.squares for symbol in _symbols(page, area, to_shown)]
        return replace(upright, symbols=tuple(Symbol(one.text, upright.upright(one.area)) for one in symbols))
    finally:
        page.close()


def _symbols(page: pypdfium2.PdfPage, area: Area, to_shown: tuple[float, ...]) -> list[Symbol]:
    """Look for QR codes in a part of the page, and give them in shown coordinates."""
    width, height = page.get_size()
    shown = mapped(area, to_shown)
    left, top = max(shown.left - _QUIET, 0.0), max(shown.top - _QUIET, 0.0)
    right, bottom = min(shown.right + _QUIET, width), min(shown.bottom + _QUIET, height)
    if right - left < 1 or bottom - top < 1:
        return []
    scale = min(3.0, math.sqrt(_CODE_PIXELS / ((right - left) * (bottom - top))))
    try:
        crop = (left, height - bottom, width - right, top)
        picture = page.render(scale=scale, crop=crop, may_draw_forms=False, grayscale=True).to_pil()
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return []
    return [
        Symbol(
            one.text,
            Area(
                left + one.area.left / scale,
                top + one.area.top / scale,
                left + one.area.right / scale,
                top + one.area.bottom / scale,
            ),
        )
        for one in find_symbols(picture)
    ]


def _to_shown(page: pypdfium2.PdfPage, size: tuple[float, float]) -> tuple[float, ...]:
    """Give the affine map from page space to shown coordinates (it covers /Rotate and crop boxes)."""
    scale = 100_000
    x, y = ctypes.c_int(), ctypes.c_int()
    points = []
    for px, py in ((0.0, 0.0), (100.0, 0.0), (0.0, 100.0)):
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, scale, scale, 0, px, py, x, y)
        points.append((x.value / scale * size[0], y.value / scale * size[1]))
    (ox, oy), (ax, ay), (bx, by) = points
    return (ox, (ax - ox) / 100, (bx - ox) / 100, oy, (ay - oy) / 100, (by - oy) / 100)


def _upright(number: int, size: tuple[float, float], words: list[tuple[Word, int]], *, picture_share: float) -> Page:
    """Turn a page so that most of its text runs from left to right."""
    votes: Counter[int] = Counter()
    for word, quarter in words:
        if len(word.text) > 1:
            votes[quarter] += len(word.text)
    main = votes.most_common(1)[0][0] if votes else 0
    turn = (-90 * main) % 360
    upright = [(_turned(word, turn, size), quarter) for word, quarter in words]
    return Page(
        number,
        *size,
        words=tuple(word for word, quarter in upright if quarter == main or len(word.text) == 1),
        turn=turn,
        stray=tuple(word for word, quarter in upright if quarter != main and len(word.text) > 1),
        picture_share=picture_share,
    )


def _turned(word: Word, turn: int, size: tuple[float, float]) -> Word:
    if not turn:
        return word
    area = turned(word.area, turn, size)
    return replace(word, area=area, baseline=area.bottom - 0.2 * (area.bottom - area.top))


def render(document: pypdfium2.PdfDocument, index: int, *, scale: float, turn: int = 0) -> Image.Image:
    """Render a page, but never with more than :data:`MAX_PIXELS` pixels.

    Parameters
    ----------
    document
        An open PDF.
    index
        The page, from 0.
    scale
        Pixels per point.
    turn
        Degrees clockwise by which the page still has to be turned.

    Raises
    ------
    Unreadable
        The page cannot be rendered.
    """
    try:
        page = document[index]
        try:
            page.set_rotation((page.get_rotation() + turn) % 360)
            width, height = page.get_size()
            scale = min(scale, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))
            picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
            return picture.convert("RGB")
        finally:
            page.close()
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        message = f"Page {index + 1} of the PDF cannot be rendered."
        raise Unreadable(message) from error
