"""Words, pictures and page images of a PDF, by PDFium."""

import ctypes
import math
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from gini_notebook.sandbox.reading.qr import find_symbols
from gini_notebook.sandbox.reading.settings import Unreadable
from gini_notebook.sandbox.reading.words import Area, Page, Symbol, Word, turned, well_formed

_MOST_OBJECTS = 20_000
_SMALL = 10.0  # points; modules of a QR code that are drawn one by one are smaller
_MANY = 60  # modules or segments; the smallest QR code has far more
_SIDE = (28.0, 400.0)  # points; a payment code is about 1 to 14 cm wide
_MAX_CHARACTERS = 30_000  # per page; a densely printed page has about 6,000
_LONGEST_WORD = 150  # characters
_KERNING = 0.12  # of the height; the narrowest blank of a usual font is 0.16
_FAR = 2.5  # times the height or width: characters farther apart are not of one word
_LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_UNSEEN = [
    *range(0x09),
    *range(0x0E, 0x1C),
    0x7F,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
]
_ODD = {
    **dict.fromkeys([*_UNSEEN, 0xFEFF], ""),
    **{code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)},  # what fonts without a table mean
    **_LIGATURES,
    **dict.fromkeys([0x02, 0xAD, 0xFFFE, 0x2011], "-"),
}
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)  # halves of characters beyond U+FFFF
MAX_PAGES = 10
"""Pages beyond the tenth are not processed (upload limits of the Pay API)."""

MAX_PIXELS = 40_000_000
"""No page is rendered larger than this; a page can claim 14,400 points per side."""

_NOT_ENCRYPTED = -1
_ENCRYPTED = "The PDF is encrypted; documents with a password or other security restrictions cannot be processed."
_QUIET = 6.0  # points around a QR code
_CODE_PIXELS = 4_000_000
_LOCK = threading.RLock()  # PDFium is not thread-safe


@dataclass(frozen=True, slots=True)
class _Graphics:
    """What was found; areas are in the coordinates of the PDF page (origin at the bottom left)."""

    picture_share: float
    squares: tuple[Area, ...]


def _survey(page: object, bounds: tuple[float, float, float, float]) -> _Graphics:
    """Look at the objects of a page without rendering it.

    Parameters
    ----------
    page
        Handle of a loaded page.
    bounds
        Left, bottom, right and top of the page.
    """
    left, bottom, right, top = bounds
    whole = max((right - left) * (top - bottom), 1.0)
    pictures, squares, modules = 0.0, [], []
    for handle, kind, area in _objects(page):
        width, height = area.right - area.left, area.bottom - area.top
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += width * height
        if kind == pdfium.FPDF_PAGEOBJ_PATH and max(width, height) <= _SMALL:
            modules.append(area)
        elif _is_square(width, height) and (kind != pdfium.FPDF_PAGEOBJ_PATH or _segments(handle) >= _MANY):
            squares.append(area)
    if len(modules) >= _MANY:
        union = modules[0]
        for module in modules[1:]:
            union = union.union(module)
        squares.append(union)
    return _Graphics(min(pictures / whole, 1.0), tuple(squares[:8]))


def _objects(page: object) -> list[tuple[object, int, Area]]:
    """Return handle, kind and area of pictures, paths and groups (forms)."""
    edges = [ctypes.c_float() for _ in range(4)]
    found = []
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        handle = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind in {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_SHADING}:
            continue
        if pdfium.FPDFPageObj_GetBounds(handle, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            found.append((handle, kind, Area(left, bottom, right, top)))
    return found


def _is_square(width: float, height: float) -> bool:
    return _SIDE[0] <= min(width, height) and max(width, height) <= _SIDE[1] and 0.8 < width / height < 1.25


def _segments(handle: object) -> int:
    return int(pdfium.FPDFPath_CountSegments(handle))


class _Glyph(NamedTuple):
    """A character in page space (origin at the bottom left)."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    x: float
    y: float
    number: int
    spaced: bool  # PDFium saw a blank before it that is not in the file


def _words_of(page: pypdfium2.PdfPage, to_shown: tuple[float, ...]) -> list[tuple[Word, int]]:
    """Return the words of a page in shown coordinates, each with the quarter turns of its writing direction.

    Parameters
    ----------
    page
        A loaded page.
    to_shown
        The affine map from page space to shown coordinates.
    """
    try:
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []
    try:
        runs: list[list[_Glyph]] = [[]]
        for glyph in _glyphs(text_page.raw):
            if glyph is None:
                runs.append([])
            elif runs[-1] and (len(runs[-1]) >= _LONGEST_WORD or _starts_word(runs[-1][-1], glyph)):
                runs.append([glyph])
            else:
                runs[-1].append(glyph)
        return [_word(run, text_page.raw, to_shown) for run in runs if run]
    finally:
        text_page.close()


def _mapped(area: Area, to_shown: tuple[float, ...]) -> Area:
    """Return an area of page space (top and bottom in any order) in shown coordinates."""
    x0, y0 = _point(area.left, area.top, to_shown)
    x1, y1 = _point(area.right, area.bottom, to_shown)
    return Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _point(x: float, y: float, to_shown: tuple[float, ...]) -> tuple[float, float]:
    ox, xx, xy, oy, yx, yy = to_shown
    return ox + xx * x + xy * y, oy + yx * x + yy * y


def _glyphs(text_page: object) -> Iterator[_Glyph | None]:
    """Return the visible characters; ``None`` stands for a blank."""
    rect, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    spaced = False
    count = min(pdfium.FPDFText_CountChars(text_page), _MAX_CHARACTERS)
    codes = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count)]
    for index, code in enumerate(codes):
        text = _ODD[code] if code in _ODD else chr(code) if code < _HIGH.start else _rare(codes, index)
        if not text:
            continue
        if text.isspace():
            spaced = text == " " and pdfium.FPDFText_IsGenerated(text_page, index) == 1
            if not spaced:
                yield None
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, rect):
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        if not math.isfinite(rect.left + rect.bottom + rect.right + rect.top + x.value + y.value):
            continue
        yield _Glyph(text, rect.left, rect.bottom, rect.right, rect.top, x.value, y.value, index, spaced)
        spaced = False


def _rare(codes: Sequence[int], index: int) -> str:
    """Return the character of a high code; the two halves that PDFium makes of some are joined in the first."""
    code = codes[index]
    if code in _LOW and index and codes[index - 1] in _HIGH:
        return ""
    if code in _HIGH and index + 1 < len(codes) and codes[index + 1] in _LOW:
        return chr(0x10000 + ((code - _HIGH.start) << 10) + codes[index + 1] - _LOW.start)
    return well_formed(chr(code)) if code < 0x110000 else "\ufffd"


def _starts_word(previous: _Glyph, glyph: _Glyph) -> bool:
    """Return whether a glyph is too far from the one before to belong to the same word."""
    height = previous.top - previous.bottom
    if glyph.spaced:  # kerning looks like a blank to PDFium, but is narrower
        gap = glyph.left - previous.right
        return not (-0.2 * height < gap < _KERNING * height and abs(glyph.y - previous.y) < 0.1 * height)
    size = max(height, previous.right - previous.left, 1.0)
    return math.hypot(previous.x - glyph.x, previous.y - glyph.y) > _FAR * size


def _word(run: list[_Glyph], text_page: object, to_shown: tuple[float, ...]) -> tuple[Word, int]:
    bounds = Area(
        min(glyph.left for glyph in run),
        min(glyph.bottom for glyph in run),
        max(glyph.right for glyph in run),
        max(glyph.top for glyph in run),
    )
    area = _mapped(bounds, to_shown)
    (x0, y0), (x1, y1) = _point(run[0].x, run[0].y, to_shown), _point(run[-1].x, run[-1].y, to_shown)
    quarter = round(math.degrees(math.atan2(y1 - y0, x1 - x0)) / 90) % 4 if len(run) > 1 else 0
    height = area.bottom - area.top if quarter % 2 == 0 else area.right - area.left
    name, bold = _font(text_page, run[0].number)
    text = "".join(glyph.text for glyph in run)
    return Word(text, area, y0, _size(text_page, run[0].number, height), name, bold), quarter


def _size(text_page: object, index: int, height: float) -> float:
    """Return the font size in points, or what the height says where the two do not fit together."""
    size, matrix = pdfium.FPDFText_GetFontSize(text_page, index), pdfium.FS_MATRIX()
    if pdfium.FPDFText_GetMatrix(text_page, index, matrix):
        size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    return round(float(size) if 0.4 < size / max(height, 0.1) < 1.6 else 0.85 * height, 2)


def _font(text_page: object, index: int) -> tuple[str, bool]:
    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text_page, index, buffer, len(buffer), flags)
    name = buffer.value.decode("utf-8", "replace") if 0 < length <= len(buffer) else ""
    name = name.split("+", 1)[-1]
    bold = "bold" in name.lower() or pdfium.FPDFText_GetFontWeight(text_page, index) >= 600
    return name, bold


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
        drawn = _survey(page.raw, page.get_bbox())
        upright = _upright(number, size, _words_of(page, to_shown), picture_share=drawn.picture_share)
        symbols = [symbol for area in drawn.squares for symbol in _symbols(page, area, to_shown)]
        return replace(upright, symbols=tuple(Symbol(one.text, upright.upright(one.area)) for one in symbols))
    finally:
        page.close()


def _symbols(page: pypdfium2.PdfPage, area: Area, to_shown: tuple[float, ...]) -> list[Symbol]:
    """Look for QR codes in a part of the page, and give them in shown coordinates."""
    width, height = page.get_size()
    shown = _mapped(area, to_shown)
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
    """Return the affine map from page space to shown coordinates (it covers /Rotate and crop boxes)."""
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
