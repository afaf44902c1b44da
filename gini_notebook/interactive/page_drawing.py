"""Draws a page of a file, and reads its words: a PDF, or a picture of one or several pages, in the guarded process."""

import io
import math
import warnings
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from gini_notebook import _guarded
from gini_notebook._extras import needed_for
from gini_notebook.errors import FileProblem, ReaderStopped

with needed_for("Drawing pages", "notebook"):
    from PIL import Image, ImageDraw, ImageOps

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
# Of an excerpt: how far it reaches beyond its box, in points, how wide it is at most, in pixels, and its colours.
AROUND = (150.0, 36.0)
EXCERPT_PX, EXCERPT_COLOURS = 1000, 24
# No value is larger, in shares of the page; a box that is would show what is not asked for.
LARGEST_BOX = 0.1
# A word of which less lies within the box is not the value.
LEAST_WITHIN = 0.5
FRAME, BAR, PAPER = "#9e1b2f", "#d5dbe2", "#ffffff"
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page as it was drawn, before it is a file: of how many, its size in the unit of boxes, what is uncertain."""

    image: Image.Image
    count: int
    width: float
    height: float
    note: str = ""


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


def draw_excerpt(path: Path, name: str, number: int, box: Box, *, mask: bool) -> tuple[bytes, str]:
    """Draw the surroundings of a box, in the guarded process: a PNG, and what is uncertain about it.

    Parameters
    ----------
    path, name, number
        As of :func:`draw_file`.
    box
        Left, top, width and height, in the unit of boxes.
    mask
        Whether it has the pixels within the box and no others; bars stand in place of other words.

    Raises
    ------
    FileProblem
        If there is no such page, it cannot be drawn, or the box is no place of a value on it.
    """
    [answer] = _guarded.each(excerpted, [(str(path.absolute()), name, number, list(box), mask)])
    match _value(answer, name):
        case [bytes(data), str(note)] if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return data, note
    message = f"{name} cannot be drawn: what came back is no picture."
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
    sheet = (_draw_pdf if _is_pdf(content) else _draw_picture)(content, name, number, width)
    return [_jpeg(sheet.image, width), sheet.count, sheet.width, sheet.height, sheet.note]


def excerpted(path: str, name: str, number: int, box: Sequence[float], mask: bool) -> _guarded.Value:
    """Draw the surroundings of a box, in this very process."""
    content = Path(path).read_bytes()
    is_pdf = _is_pdf(content)
    sheet = (_draw_pdf if is_pdf else _draw_picture)(content, name, number, WIDTH_PX)
    value = _within(sheet, box, name)
    picture, place = _cut(sheet, value)
    if mask:
        picture = _masked(picture, place, value, _boxes_of_words(content, number) if is_pdf else [])
    left, top, right, bottom = place(value)
    ImageDraw.Draw(picture).rectangle((left - 4, top - 4, right + 3, bottom + 3), outline=FRAME, width=3)
    stream = io.BytesIO()
    picture.quantize(EXCERPT_COLOURS).save(stream, "PNG", optimize=True)
    return [stream.getvalue(), sheet.note]


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


@dataclass(frozen=True, slots=True)
class _Placing:
    """From the unit of boxes to the pixels of a part of a page: where the part begins, and pixels per unit."""

    left: float
    top: float
    across: float
    down: float

    def __call__(self, corners: Box) -> tuple[int, int, int, int]:
        """Return the pixels of a place."""
        left, top, right, bottom = corners
        return (
            round((left - self.left) * self.across),
            round((top - self.top) * self.down),
            round((right - self.left) * self.across),
            round((bottom - self.top) * self.down),
        )


def _cut(sheet: _Sheet, value: Box) -> tuple[Image.Image, _Placing]:
    """Cut the surroundings of a value out of a page, at the size in which they are shown."""
    (across, down), (left, top, right, bottom) = AROUND, value
    window = (
        max(0.0, left - across),
        max(0.0, top - down),
        min(sheet.width, right + across),
        min(sheet.height, bottom + down),
    )
    fine = _Placing(0.0, 0.0, sheet.image.width / sheet.width, sheet.image.height / sheet.height)
    x, y, x_end, y_end = fine(window)
    picture = sheet.image.crop((x, y, max(x_end, x + 1), max(y_end, y + 1))).convert("RGB")
    scale = min(1.0, EXCERPT_PX / picture.width)
    if scale < 1.0:
        picture = picture.resize((EXCERPT_PX, max(1, round(picture.height * scale))))
    return picture, _Placing(x / fine.across, y / fine.down, fine.across * scale, fine.down * scale)


def _within(sheet: _Sheet, box: Sequence[float], name: str) -> Box:
    """Return the corners of a box, as far as it lies on the page."""
    left, top, width, height = box
    right, bottom = min(left + width, sheet.width), min(top + height, sheet.height)
    left, top = max(left, 0.0), max(top, 0.0)
    if not (right > left and bottom > top):
        message = f"{name} has no excerpt: the box lies beside the page."
        raise FileProblem(message)
    if (right - left) * (bottom - top) > LARGEST_BOX * sheet.width * sheet.height:
        message = f"{name} has no excerpt: the box is too large for one value."
        raise FileProblem(message)
    return left, top, right, bottom


def _boxes_of_words(content: bytes, number: int) -> list[Box]:
    """Return the corners of all words of a page; none of pages that nobody reads so far."""
    pages = islice(page_words(content, MOST_PAGES, MOST_CHARACTERS), number - 1, number)
    numbers = next((boxes for _, _, (_, boxes) in pages), [])
    rows = zip(*(numbers[start::4] for start in range(4)), strict=True)
    return [(left, top, left + width, top + height) for left, top, width, height in rows]


def _masked(picture: Image.Image, place: _Placing, value: Box, words: Sequence[Box]) -> Image.Image:
    """Keep of a picture what is within the box of the value; of all else, bars in place of the words.

    What is not copied cannot be read, whatever the page has beside words: pictures, drawn letters, stamps.
    """
    sheet = Image.new("RGB", picture.size, PAPER)
    pen = ImageDraw.Draw(sheet)
    beside = []
    for word in words:
        if not _overlap(word, value):
            pen.rectangle(place(word), fill=BAR)
        elif _overlap(word, value) < LEAST_WITHIN * (word[2] - word[0]) * (word[3] - word[1]):
            beside.append(word)
    corners = place(value)
    sheet.paste(picture.crop(corners), corners[:2])
    for word in beside:
        # What reaches into the box from the line above or below cannot be read; a word beside the value could.
        if value[1] <= (word[1] + word[3]) / 2 <= value[3]:
            pen.rectangle(place(word), fill=BAR)
    return sheet


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(down, 0.0)


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


def _draw_pdf(content: bytes, name: str, number: int, wanted: int) -> _Sheet:
    try:
        count = page_count(content)
        _demand(name, number, count)
        image, width, height = draw(content, number - 1, partial(_scale, wanted))
    except PdfiumError as error:
        message = f"{name} cannot be drawn: {error}"
        raise FileProblem(message) from error
    return _Sheet(image, count, width, height)


def _draw_picture(content: bytes, name: str, number: int, _wanted: int) -> _Sheet:
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
    return _Sheet(upright, count, upright.width * unit, upright.height * unit, GUESS)


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
