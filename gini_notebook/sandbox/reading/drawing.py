"""Page images."""

import io
import math

from PIL import Image, ImageDraw, ImageFont

from gini_notebook.sandbox.reading import e_invoice, images, pdf, plain_text, sniff
from gini_notebook.sandbox.reading.settings import Unreadable
from gini_notebook.sandbox.reading.words import Page

_QUALITY = 85


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
