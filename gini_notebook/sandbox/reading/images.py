"""Pictures: open them safely, turn them upright, and give their pages."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from gini_notebook.sandbox.reading import sniff
from gini_notebook.sandbox.reading.settings import Unreadable

MAX_PIXELS = 64_000_000
"""Larger pictures are refused before they are decoded; phones take up to 50 million pixels."""

MAX_SCANS = 200
"""A progressive JPEG comes in ten or so scans over all of its pixels; thousands fit into a few bytes each."""

MAX_PAGES = 2_000
"""Each page of a TIFF has to be visited to be counted; tens of thousands fit into a few megabytes."""

_TOO_MANY_SCANS = f"The image comes in more than {MAX_SCANS} scans, which is more than can be processed."
_TOO_MANY_PAGES = f"The image has more than {MAX_PAGES} pages, which is more than can be processed."
_SCAN = b"\xff\xda"
_TOO_LARGE = f"The image has more than {MAX_PIXELS // 1_000_000} million pixels, which is more than can be processed."
_FORMATS = {sniff.JPEG: ("JPEG",), sniff.PNG: ("PNG",), sniff.GIF: ("GIF",), sniff.TIFF: ("TIFF",)}
_A4 = (595.28, 841.89)
_USUAL_DPI = 150.0


def opened(content: bytes, media_type: str) -> Image.Image:
    """Open a picture without decoding it yet.

    Raises
    ------
    Unreadable
        It is damaged, animated, or has too many pixels or scans.
    """
    if media_type == sniff.JPEG and content.count(_SCAN) > MAX_SCANS:
        raise Unreadable(_TOO_MANY_SCANS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            picture = Image.open(io.BytesIO(content), formats=_FORMATS[media_type])
    except Image.DecompressionBombError as error:
        raise Unreadable(_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unreadable("The image is damaged and cannot be opened.") from error
    if picture.width * picture.height > MAX_PIXELS:
        raise Unreadable(_TOO_LARGE)
    if media_type == sniff.GIF and getattr(picture, "is_animated", False):
        raise Unreadable("The GIF is animated; only still images can be processed.")
    return picture


def page_count(picture: Image.Image) -> int:
    """Return the number of pages; only TIFF files have several.

    Raises
    ------
    Unreadable
        The picture is damaged, or has too many pages.
    """
    if picture.format != "TIFF":
        return 1
    pages = 1
    try:
        while _has_page(picture, pages + 1):
            pages += 1
            if pages > MAX_PAGES:
                raise Unreadable(_TOO_MANY_PAGES)
        picture.seek(0)
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable("The image is damaged; its pages cannot be counted.") from error
    return pages


def _has_page(picture: Image.Image, number: int) -> bool:
    try:
        picture.seek(number - 1)
    except EOFError:
        return False
    return True


def page(picture: Image.Image, number: int, *, turn: int = 0) -> Image.Image:
    """Decode a page and turn it upright, as its EXIF orientation and the sender say.

    Parameters
    ----------
    picture
        An open picture.
    number
        The page, from 1.
    turn
        Degrees clockwise by which it still has to be turned.

    Raises
    ------
    Unreadable
        The picture is damaged or cut off.
    """
    try:
        if number > 1:
            picture.seek(number - 1)
        if picture.width * picture.height > MAX_PIXELS:
            raise Unreadable(_TOO_LARGE)
        shown = ImageOps.exif_transpose(picture)
        if shown.mode in {"RGBA", "LA", "PA"} or "transparency" in shown.info:
            shown = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown.convert("RGBA"))
        shown = shown.convert("RGB")
    except (OSError, EOFError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as error:
        raise Unreadable("The image is damaged or cut off and cannot be decoded.") from error
    return shown.rotate(-turn, expand=True) if turn % 360 else shown


def points_per_pixel(picture: Image.Image, shown: Image.Image) -> float:
    """Return the size of a pixel in points.

    The resolution that the file names is believed where it makes sense; else a picture with the proportions of A4 is
    taken as A4, and any other as made with 150 dots per inch.
    """
    dpi = float(picture.info.get("dpi", (0.0,))[0] or 0.0)
    if 100 <= dpi <= 1200:
        return 72 / dpi
    if abs(min(shown.size) / max(shown.size) - _A4[0] / _A4[1]) < 0.02:
        return _A4[1] / max(shown.size)
    return 72 / _USUAL_DPI
