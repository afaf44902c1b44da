"""Words, pictures and page images of a PDF, by PDFium."""

import ctypes
import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from gini_notebook.sandbox.reading.problems import Unreadable
from gini_notebook.sandbox.reading.words import Area, Page, Word

MAX_PAGES = 10
"""Pages beyond the tenth are not processed (upload limits of the Pay API)."""

MAX_PIXELS = 40_000_000
"""No page is rendered larger than this; a page can claim 14,400 points per side."""

_MAX_CHARACTERS = 100_000  # per page; a densely printed page has about 6,000
_LIGATURES = {
    code: text for code, text in zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
}
_ODD = {**_LIGATURES, 0x02: "-", 0xAD: "-", 0xFFFE: "-", 0x2011: "-", 0x00: "", 0xFEFF: "", 0x200B: ""}
_LOCK = threading.RLock()  # PDFium is not thread-safe


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    area: Area
    origin: tuple[float, float]
    index: int


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
            if len(document) == 0:
                raise Unreadable("The PDF has no pages.")
            yield document
        finally:
            document.close()


def _reason(error: pypdfium2.PdfiumError) -> str:
    if getattr(error, "err_code", None) in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
        return "The PDF is encrypted; documents with a password or other security restrictions cannot be processed."
    return "The PDF is damaged and cannot be opened."


def read_page(document: pypdfium2.PdfDocument, number: int) -> Page:
    """Read the words of a page.

    Parameters
    ----------
    document
        An open PDF.
    number
        The page, from 1.
    """
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError:
        return Page(number, 595.0, 842.0, ())
    try:
        width, height = page.get_size()
        words = _words(page, (width, height))
        return _upright(number, (width, height), words, picture_share=_picture_share(page))
    finally:
        page.close()


def _words(page: pypdfium2.PdfPage, size: tuple[float, float]) -> list[tuple[Word, int]]:
    """Give the words in shown coordinates, each with the quarter turns of its writing direction."""
    try:
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []
    try:
        runs: list[list[_Glyph]] = [[]]
        for glyph in _glyphs(text_page.raw, _to_shown(page, size)):
            if glyph is None:
                runs.append([])
            elif runs[-1] and _starts_word(runs[-1][-1], glyph):
                runs.append([glyph])
            else:
                runs[-1].append(glyph)
        return [_word(run, text_page.raw) for run in runs if run]
    finally:
        text_page.close()


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


def _glyphs(text_page: object, to_shown: tuple[float, ...]) -> Iterator[_Glyph | None]:
    """Give the visible characters; ``None`` stands for a blank."""
    ox, xx, xy, oy, yx, yy = to_shown
    rect, px, py = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for index in range(min(pdfium.FPDFText_CountChars(text_page), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        text = _ODD.get(code) if code in _ODD else chr(code) if code < 0x110000 else ""
        if not text:
            continue
        if text.isspace():
            yield None
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, rect):
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, px, py)
        xs = (ox + xx * rect.left + xy * rect.bottom, ox + xx * rect.right + xy * rect.top)
        ys = (oy + yx * rect.left + yy * rect.bottom, oy + yx * rect.right + yy * rect.top)
        origin = (ox + xx * px.value + xy * py.value, oy + yx * px.value + yy * py.value)
        yield _Glyph(text, Area(min(xs), min(ys), max(xs), max(ys)), origin, index)


def _starts_word(previous: _Glyph, glyph: _Glyph) -> bool:
    """Say whether a glyph is too far from the one before to belong to the same word."""
    size = max(previous.area.bottom - previous.area.top, previous.area.right - previous.area.left, 1.0)
    return math.dist(previous.origin, glyph.origin) > 2.5 * size


def _word(run: list[_Glyph], text_page: object) -> tuple[Word, int]:
    area = run[0].area
    for glyph in run[1:]:
        area = area.union(glyph.area)
    (x0, y0), (x1, y1) = run[0].origin, run[-1].origin
    quarter = round(math.degrees(math.atan2(y1 - y0, x1 - x0)) / 90) % 4 if len(run) > 1 else 0
    height = area.bottom - area.top if quarter % 2 == 0 else area.right - area.left
    size = pdfium.FPDFText_GetFontSize(text_page, run[0].index)
    if not 0.4 < size / max(height, 0.1) < 1.6:  # scaled by a matrix: the font size alone says nothing
        size = 0.85 * height
    name, bold = _font(text_page, run[0].index)
    text = "".join(glyph.text for glyph in run)
    return Word(text, area, y0, round(size, 2), name, bold), quarter


def _font(text_page: object, index: int) -> tuple[str, bool]:
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text_page, index, buffer, len(buffer), flags)
    name = buffer.value.decode("utf-8", "replace") if 0 < length <= len(buffer) else ""
    name = name.split("+", 1)[-1]
    bold = "bold" in name.lower() or pdfium.FPDFText_GetFontWeight(text_page, index) >= 600
    return name, bold


def _upright(number: int, size: tuple[float, float], words: list[tuple[Word, int]], *, picture_share: float) -> Page:
    """Turn a page so that most of its text runs from left to right."""
    votes: Counter[int] = Counter()
    for word, quarter in words:
        if len(word.text) > 1:
            votes[quarter] += len(word.text)
    main = votes.most_common(1)[0][0] if votes else 0
    turned = [(_turned(word, main, size), quarter) for word, quarter in words]
    return Page(
        number,
        *size,
        words=tuple(word for word, quarter in turned if quarter == main or (len(word.text) == 1 and main == 0)),
        turn=(360 - 90 * main) % 360,
        stray=tuple(word for word, quarter in turned if quarter != main and len(word.text) > 1),
        picture_share=picture_share,
    )


def _turned(word: Word, quarter: int, size: tuple[float, float]) -> Word:
    """Give a word of a page whose writing direction is turned by so many quarters, in upright coordinates."""
    if quarter == 0:
        return word
    (width, height), area = size, word.area
    if quarter == 2:
        area = Area(width - area.right, height - area.bottom, width - area.left, height - area.top)
    elif quarter == 1:  # runs downwards
        area = Area(area.top, width - area.right, area.bottom, width - area.left)
    else:
        area = Area(height - area.bottom, area.left, height - area.top, area.right)
    return Word(word.text, area, area.bottom - 0.2 * (area.bottom - area.top), word.size, word.font, word.bold)


def _picture_share(page: pypdfium2.PdfPage) -> float:
    """Give the share of the page that its largest picture covers."""
    left, bottom, right, top = page.get_bbox()
    whole = max((right - left) * (top - bottom), 1.0)
    largest = 0.0
    for index, item in enumerate(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3)):
        if index >= 200:
            break
        try:
            l1, b1, r1, t1 = item.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        largest = max(largest, (r1 - l1) * (t1 - b1))
    return min(largest / whole, 1.0)


def render(document: pypdfium2.PdfDocument, number: int, *, scale: float) -> Image.Image:
    """Render a page, but never with more than :data:`MAX_PIXELS` pixels.

    Parameters
    ----------
    document
        An open PDF.
    number
        The page, from 1.
    scale
        Pixels per point.

    Raises
    ------
    Unreadable
        The page cannot be rendered.
    """
    try:
        page = document[number - 1]
        try:
            width, height = page.get_size()
            scale = min(scale, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))
            return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        finally:
            page.close()
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        raise Unreadable(f"Page {number} of the PDF cannot be rendered.") from error
