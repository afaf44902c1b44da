"""From the bytes of a file to its pages, as words and as pictures: PDF, pictures, plain text, e-invoices."""

import io
import math
from dataclasses import replace

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from gini_notebook.sandbox.reading import e_invoice, images, ocr, pdf, plain_text, qr, sniff
from gini_notebook.sandbox.reading.settings import Settings, Unreadable
from gini_notebook.sandbox.reading.words import Page, Symbol, Word

_SCAN_SHARE = 0.3  # a page that pictures cover to this extent, and that has next to no text, is a scan
_SCAN_WORDS = 12
_SCAN_SCALE = 200 / 72  # pixels per point when a scan is rendered
_QUALITY = 85  # of the JPEG of a page


def is_scan(page: Page) -> bool:
    """Return whether a page of a PDF is a picture of a page."""
    return page.picture_share > _SCAN_SHARE and len(page.words) < _SCAN_WORDS


def pages_of(content: bytes, media_type: str, settings: Settings, *, first: int = 1, turn: int = 0) -> list[Page]:
    """Read the pages of a file, up to page 10 of the document.

    Parameters
    ----------
    content
        The whole file.
    media_type
        By its bytes.
    settings
        Settings of the engine.
    first
        The number that its first page shall have.
    turn
        Degrees clockwise by which its pages still have to be turned.

    Raises
    ------
    Unreadable
        The file is damaged or encrypted.
    """
    most = max(pdf.MAX_PAGES + 1 - first, 0)
    if media_type == sniff.PDF:
        with pdf.opened(content) as document:
            numbers = range(min(len(document), most))
            return [_pdf_page(document, index, settings, number=first + index, turn=turn) for index in numbers]
    if media_type == sniff.TEXT:
        sheets = plain_text.sheets_of(plain_text.decode(content))[:most]
        return [plain_text.page_of(first + index, sheet) for index, sheet in enumerate(sheets)]
    picture = images.opened(content, media_type)
    numbers = range(min(images.page_count(picture), most))
    return [_picture_page(picture, index, settings, number=first + index, turn=turn) for index in numbers]


def _pdf_page(document: pypdfium2.PdfDocument, index: int, settings: Settings, *, number: int, turn: int) -> Page:
    page = pdf.read_page(document, index, number=number, turn=turn)
    if not is_scan(page):
        return page
    picture = pdf.render(document, index, scale=_SCAN_SCALE, turn=turn)
    return _read_picture(picture, page.width / picture.width, settings, number=number)


def _picture_page(picture: Image.Image, index: int, settings: Settings, *, number: int, turn: int) -> Page:
    shown = images.page(picture, index + 1, turn=turn)
    return _read_picture(shown, images.points_per_pixel(picture, shown), settings, number=number)


def _read_picture(picture: Image.Image, unit: float, settings: Settings, *, number: int) -> Page:
    """Read QR codes and, where an OCR engine is to be used, the words of a picture."""
    symbols = tuple(
        Symbol(
            one.text,
            replace(one.area, **{side: getattr(one.area, side) * unit for side in ("left", "top", "right", "bottom")}),
        )
        for one in qr.find_symbols(picture)
    )
    words: list[Word] = ocr.words_in(picture, unit) if settings.use_ocr else []
    return Page(number, picture.width * unit, picture.height * unit, tuple(words), picture_share=1.0, symbols=symbols)


def draw_page(content: bytes, media_type: str, number: int, width_px: int) -> bytes:
    """Draw a page as a JPEG.

    Parameters
    ----------
    content
        The whole file.
    media_type
        By its bytes.
    number
        The page, from 1.
    width_px
        Width of the image; the height follows the page.

    Raises
    ------
    Unreadable
        The file is damaged, or has no such page.
    """
    if media_type == sniff.PDF:
        with pdf.opened(content) as document:
            _demand(number, min(len(document), pdf.MAX_PAGES))
            picture = pdf.render(document, number - 1, scale=width_px / max(document[number - 1].get_width(), 1.0))
    elif media_type == sniff.TEXT:
        sheets = plain_text.sheets_of(plain_text.decode(content))
        _demand(number, min(len(sheets), pdf.MAX_PAGES))
        picture = _draw_words(plain_text.page_of(number, sheets[number - 1]), width_px)
    elif media_type == sniff.XML:
        _demand(number, 1)
        lines = e_invoice.lines_of(e_invoice.parse(content))[: plain_text.LINES_PER_PAGE]
        picture = _draw_words(plain_text.page_of(1, lines), width_px)
    else:
        opened = images.opened(content, media_type)
        _demand(number, min(images.page_count(opened), pdf.MAX_PAGES))
        picture = images.page(opened, number)
    scale = min(width_px / picture.width, math.sqrt(pdf.MAX_PIXELS / (picture.width * picture.height)))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def _demand(number: int, pages: int) -> None:
    if not 1 <= number <= pages:
        message = f"There is no page {number}; the document has {pages}."
        raise Unreadable(message)


def _draw_words(page: Page, width_px: int) -> Image.Image:
    scale = width_px / page.width
    picture = Image.new("RGB", (width_px, round(page.height * scale)), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=10 * scale)
    for word in page.words:
        draw.text((word.area.left * scale, word.area.top * scale), word.text, fill="black", font=font)
    return picture
