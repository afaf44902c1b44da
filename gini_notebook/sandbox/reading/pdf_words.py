"""Words of a PDF page, put together from its characters."""

import ctypes
import math
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from gini_notebook.sandbox.reading.words import Area, Word

_MAX_CHARACTERS = 30_000  # per page; a densely printed page has about 6,000
_LONGEST_WORD = 150  # characters
_KERNING = 0.12  # of the height; the narrowest blank of a usual font is 0.16
_FAR = 2.5  # times the height or width: characters farther apart are not of one word
_LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_ODD = {**_LIGATURES, 0x02: "-", 0xAD: "-", 0xFFFE: "-", 0x2011: "-", 0x00: "", 0xFEFF: "", 0x200B: ""}


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


def words_of(page: pypdfium2.PdfPage, to_shown: tuple[float, ...]) -> list[tuple[Word, int]]:
    """Give the words of a page in shown coordinates, each with the quarter turns of its writing direction.

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


def mapped(area: Area, to_shown: tuple[float, ...]) -> Area:
    """Give an area of page space (top and bottom in any order) in shown coordinates."""
    x0, y0 = _point(area.left, area.top, to_shown)
    x1, y1 = _point(area.right, area.bottom, to_shown)
    return Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _point(x: float, y: float, to_shown: tuple[float, ...]) -> tuple[float, float]:
    ox, xx, xy, oy, yx, yy = to_shown
    return ox + xx * x + xy * y, oy + yx * x + yy * y


def _glyphs(text_page: object) -> Iterator[_Glyph | None]:
    """Give the visible characters; ``None`` stands for a blank."""
    rect, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    spaced = False
    for index in range(min(pdfium.FPDFText_CountChars(text_page), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        text = _ODD.get(code) if code in _ODD else chr(code) if code < 0x110000 else ""
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
        yield _Glyph(text, rect.left, rect.bottom, rect.right, rect.top, x.value, y.value, index, spaced)
        spaced = False


def _starts_word(previous: _Glyph, glyph: _Glyph) -> bool:
    """Say whether a glyph is too far from the one before to belong to the same word."""
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
    area = mapped(bounds, to_shown)
    (x0, y0), (x1, y1) = _point(run[0].x, run[0].y, to_shown), _point(run[-1].x, run[-1].y, to_shown)
    quarter = round(math.degrees(math.atan2(y1 - y0, x1 - x0)) / 90) % 4 if len(run) > 1 else 0
    height = area.bottom - area.top if quarter % 2 == 0 else area.right - area.left
    name, bold = _font(text_page, run[0].number)
    text = "".join(glyph.text for glyph in run)
    return Word(text, area, y0, _size(text_page, run[0].number, height), name, bold), quarter


def _size(text_page: object, index: int, height: float) -> float:
    """Give the font size in points, or what the height says where the two do not fit together."""
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
