"""Draws a page of a file, and reads its words: a PDF, or a picture of one or several pages, in the guarded process."""

import io
import math
import warnings
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gini_notebook import _guarded
from gini_notebook._extras import needed_for
from gini_notebook.errors import FileProblem, ReaderStopped

with needed_for("Drawing pages", "notebook"):
    from PIL import Image, ImageOps

    from gini_notebook._guarded.pdfium import PdfiumError, draw, page_count, page_words

# Sharp enough to read small print on a screen, and small enough to travel to the browser at once.
WIDTH_PX = 1400
# For who zooms in, and for the strip of all pages.
SHARP_PX, SMALL_PX = 2800, 144
MAX_PIXELS = 3_000_000
# Larger pictures are refused before they are decoded.
MAX_SOURCE_PIXELS = 100_000_000
# Of the words behind them nobody asks; the service reads ten pages.
MOST_PAGES, MOST_CHARACTERS = 20, 400_000
FORMATS = ("JPEG", "PNG", "GIF", "TIFF")
A4 = (595.28, 841.89)
USUAL_DPI = 150
GUESS = "Boxes on pictures are placed by a guess of their resolution; client= asks the service."
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page as a JPEG, of how many of its file, its size in the unit of boxes, and what is uncertain about it."""

    data: bytes
    count: int
    width: float
    height: float
    note: str = ""


def draw_file(path: Path, name: str, number: int, width: int = WIDTH_PX) -> Drawing:
    """Draw a page of a file, in the guarded process.

    Parameters
    ----------
    path
        The file.
    name
        What it is called in messages.
    number
        Which of its pages, from 1.
    width
        Of the picture, in pixels; long pages are narrower, and pictures are never enlarged.

    Raises
    ------
    FileProblem
        If there is no such page, or it cannot be drawn.
    """
    [answer] = _guarded.each(drawn, [(str(path.absolute()), name, number, width)])
    match _value(answer, name):
        case [bytes(data), int(count), int() | float() as across, int() | float() as down, str(note)]:
            return Drawing(data, count, across, down, note)
    message = f"{name} cannot be drawn: what came back is no page."
    raise FileProblem(message)


def count_pages(paths: Sequence[Path], names: Sequence[str]) -> list[int]:
    """Count the pages of files; what is neither a PDF nor a picture, such as a text, counts as one.

    Raises
    ------
    FileProblem
        If one is a PDF that cannot be read.
    """
    tasks = [(str(path.absolute()), name) for path, name in zip(paths, names, strict=True)]
    answers = zip(_guarded.each(counted, tasks), names, strict=True)
    return [count if isinstance(count := _value(answer, name), int) else 0 for answer, name in answers]


def _value(answer: _guarded.Answer, name: str) -> _guarded.Value:
    try:
        return answer.get()
    except ReaderStopped as error:
        message = f"{name} cannot be drawn: {error}."
        raise FileProblem(message) from error


def drawn(path: str, name: str, number: int, width: int = WIDTH_PX) -> _guarded.Value:
    """Draw a page of a file, in this very process."""
    content = Path(path).read_bytes()
    drawing = (_draw_pdf if _is_pdf(content) else _draw_picture)(content, name, number, width)
    return [drawing.data, drawing.count, drawing.width, drawing.height, drawing.note]


def counted(path: str, name: str) -> _guarded.Value:
    """Count the pages of a file, in this very process."""
    content = Path(path).read_bytes()
    if not _is_pdf(content):
        try:
            return _frames(_opened(content))
        except _NO_PICTURE:
            return 1
    try:
        return page_count(content)
    except PdfiumError as error:
        message = f"{name} cannot be drawn: {error}"
        raise FileProblem(message) from error


def words_read(path: str, name: str) -> _guarded.Value:
    """Read the words of each page of a file, in this very process: width, height, texts and boxes of each.

    Boxes are packed numbers of four bytes: left, top, width and height of one word after the other. Pages of pictures
    have no words.
    """
    content = Path(path).read_bytes()
    if not _is_pdf(content):
        frames = counted(path, name)
        return [[0.0, 0.0, [], b""] for _ in range(frames if isinstance(frames, int) else 1)]
    try:
        return [
            [width, height, texts, array("f", boxes).tobytes()]
            for width, height, (texts, boxes) in page_words(content, MOST_PAGES, MOST_CHARACTERS)
        ]
    except PdfiumError as error:
        message = f"The words of {name} cannot be read: {error}"
        raise FileProblem(message) from error


def no_page(name: str, number: int, count: int) -> str:
    """Say that there is no such page."""
    return f"{name} has no page {number}; it has {count}."


_NO_PICTURE = (OSError, EOFError, SyntaxError, ValueError, Image.DecompressionBombError)


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit above is ours
        return Image.open(io.BytesIO(content), formats=FORMATS)


def _frames(picture: Image.Image) -> int:
    # Only in a TIFF they are pages: cameras put previews into JPEGs.
    return int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1


def _draw_pdf(content: bytes, name: str, number: int, wanted: int) -> Drawing:
    try:
        count = page_count(content)
        _demand(name, number, count)
        image, width, height = draw(content, number - 1, partial(_scale, wanted))
    except PdfiumError as error:
        message = f"{name} cannot be drawn: {error}"
        raise FileProblem(message) from error
    return Drawing(_jpeg(image, wanted), count, width, height)


def _draw_picture(content: bytes, name: str, number: int, wanted: int) -> Drawing:
    try:
        picture = _opened(content)
        count = _frames(picture)
        _demand(name, number, count)
        picture.seek(number - 1)
        if picture.width * picture.height > MAX_SOURCE_PIXELS:
            raise FileProblem(_too_many_pixels(name))
        upright = ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise FileProblem(_too_many_pixels(name)) from error
    except _NO_PICTURE as error:
        message = f"{name} cannot be drawn: it is no PDF and no picture that can be read."
        raise FileProblem(message) from error
    unit = _points_per_pixel(upright, picture.info)
    return Drawing(_jpeg(upright, wanted), count, upright.width * unit, upright.height * unit, GUESS)


def _too_many_pixels(name: str) -> str:
    return f"{name} has more than {MAX_SOURCE_PIXELS // 1_000_000} million pixels; it is not drawn."


def _points_per_pixel(picture: Image.Image, info: Mapping[Any, Any]) -> float:
    """Guess the size of a pixel: as the file says, or as a sheet of A4, or at the usual resolution."""
    dpi = float((info.get("dpi") or (0,))[0] or 0)
    if 100 <= dpi <= 1200:
        return 72 / dpi
    short, long = sorted(picture.size)
    return A4[1] / long if abs(short / long - A4[0] / A4[1]) < 0.02 else 72 / USUAL_DPI


def _scale(wanted: int, width: float, height: float) -> float:
    """Return the factor that keeps a page of this size below both limits."""
    most = MAX_PIXELS * (wanted / WIDTH_PX) ** 2
    return min(wanted / max(width, 1.0), math.sqrt(most / max(width * height, 1.0)))


def _jpeg(image: Image.Image, wanted: int) -> bytes:
    scale = min(1.0, _scale(wanted, *image.size))
    if scale < 1.0:
        image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def _demand(name: str, number: int, count: int) -> None:
    if not 1 <= number <= count:
        raise FileProblem(no_page(name, number, count))
