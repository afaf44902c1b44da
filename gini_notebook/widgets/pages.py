"""Pages as pictures, from the files on this machine or from the service, and the unit of the boxes on them."""

import io
import math
import os
import warnings
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from PIL import Image, ImageOps

from gini_notebook._executors import submit
from gini_notebook._pdfium import PdfiumError, draw, page_count
from gini_notebook.client import Client
from gini_notebook.errors import FileProblem, GiniError, NotFound
from gini_notebook.values import Layout

# Sharp enough to read small print on a screen, and small enough to travel to the browser at once.
WIDTH_PX = 1400
MAX_PIXELS = 3_000_000
# Larger pictures are refused before they are decoded.
MAX_SOURCE_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "GIF", "TIFF")
A4 = (595.28, 841.89)
USUAL_DPI = 150
# Pages drawn ahead that are kept until somebody asks for them: some 10 MB.
MOST_AHEAD = 32
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a JPEG.

    Attributes
    ----------
    data
        The picture.
    number, count
        Which page of how many, from 1.
    width, height
        Size of the page in the unit of the boxes on it.
    note
        What a person should know about it; often empty.
    """

    data: bytes
    number: int
    count: int
    width: float
    height: float
    note: str = ""


class Pages(Protocol):
    """Where pages come from."""

    def page(self, document: str, number: int) -> Page:
        """Give a page, or raise a ``GiniError`` that says why there is none."""


class FolderPages:
    """Pages drawn from files on this machine; nothing is asked of the service.

    The unit of boxes is taken to be points, as the service's documentation has it. For pictures it is a guess from
    their resolution.

    Parameters
    ----------
    folder
        The folder the documents are named below.
    hashes
        SHA-256 of each document at the time of the run, as far as known.
    executor
        Who draws pages ahead; its workers see the same files.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        hashes: Mapping[str, str] | None = None,
        executor: Executor | None = None,
    ) -> None:
        self._folder = Path(folder).resolve()
        if not self._folder.is_dir():
            message = f"There is no folder {folder}. Name the folder that was given to process()."
            raise FileProblem(message)
        self._hashes = hashes or {}
        self._executor = executor
        self._ahead: dict[tuple[str, int], Future[Page]] = {}

    def page(self, document: str, number: int) -> Page:
        """Draw a page of a file, or give it if it was drawn ahead."""
        begun = self._ahead.pop((document, number), None)
        # What has not begun is not waited for: with an executor, no page comes later than without.
        if begun is not None and not begun.cancel():
            try:
                return begun.result()
            except GiniError:
                raise
            except Exception:  # noqa: BLE001 - an executor that broke off costs time, and no page
                return self._draw(document, number)
        return self._draw(document, number)

    def draw_ahead(self, document: str, number: int) -> None:
        """Have a page drawn on the executor, if there is one; of too many pages the oldest are forgotten."""
        place = document, number
        if self._executor is None or place in self._ahead:
            return
        with suppress(Exception):
            self._ahead[place] = submit(
                self._executor, draw_page, self._folder, document, number, self._hashes.get(document)
            )
        while len(self._ahead) > MOST_AHEAD:
            self._ahead.pop(next(iter(self._ahead))).cancel()

    def _draw(self, document: str, number: int) -> Page:
        return draw_page(self._folder, document, number, self._hashes.get(document))


def draw_page(folder: Path, document: str, number: int, known: str | None = None) -> Page:
    """Draw a page of a file.

    Parameters
    ----------
    folder
        Where the document is below, resolved.
    document, number
        The document and its page, from 1.
    known
        SHA-256 of the document at the time of the run.

    Raises
    ------
    FileProblem
        If there is no such page, or it cannot be drawn.
    """
    content = _content(folder, document)
    note = "The file has changed since the run." if known and known != sha256(content).hexdigest() else ""
    if b"%PDF-" in content[:1024]:
        return _pdf_page(content, document, number, note)
    return _picture_page(content, document, number, note)


def _content(folder: Path, document: str) -> bytes:
    try:
        path = (folder / document).resolve()
        # Names of documents come out of tables from anywhere; none of them leads out of the folder.
        inside = path.is_relative_to(folder)
        content = path.read_bytes() if inside else b""
    except (OSError, ValueError) as error:
        message = f"{document} cannot be read in {folder}: {getattr(error, 'strerror', None) or error}."
        raise FileProblem(message) from error
    if not inside:
        message = f"{document} is not below {folder}."
        raise FileProblem(message)
    return content


class ServicePages:
    """Pages as the service drew them, with its own unit of boxes: each box lies where the service means it.

    Parameters
    ----------
    client
        Whom to ask.
    ids
        The id of each document at the service.
    """

    def __init__(self, client: Client, ids: Mapping[str, str]) -> None:
        self._client = client
        self._ids = ids
        self._layouts: dict[str, Layout] = {}

    def page(self, document: str, number: int) -> Page:
        """Fetch a page."""
        if document not in self._ids:
            message = f"{document} has no id at the service: it was never uploaded, or the table of documents lacks it."
            raise FileProblem(message)
        identifier = self._ids[document]
        if document not in self._layouts:
            self._layouts[document] = self._client.layout(identifier)
        layout = self._layouts[document]
        size = layout.page(number)
        if size is None:
            raise NotFound(_no_page(document, number, len(layout.pages)), status=404)
        data = self._client.page_image(identifier, number)
        return Page(data, number, len(layout.pages), size.size_x, size.size_y)


def _pdf_page(content: bytes, document: str, number: int, note: str) -> Page:
    try:
        count = page_count(content)
        _demand(document, number, count)
        image, width, height = draw(content, number - 1, _scale)
    except PdfiumError as error:
        message = f"{document} cannot be drawn: {error}"
        raise FileProblem(message) from error
    return Page(_jpeg(image), number, count, width, height, note)


def _picture_page(content: bytes, document: str, number: int, note: str) -> Page:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is ours
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        count = int(getattr(picture, "n_frames", 1))
        _demand(document, number, count)
        picture.seek(number - 1)
        if picture.width * picture.height > MAX_SOURCE_PIXELS:
            message = f"{document} has more than {MAX_SOURCE_PIXELS // 1_000_000} million pixels; it is not drawn."
            raise FileProblem(message)
        upright = ImageOps.exif_transpose(picture)
    except (OSError, EOFError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        message = f"{document} cannot be drawn: it is no PDF and no picture that can be read."
        raise FileProblem(message) from error
    unit = _points_per_pixel(upright, picture.info)
    width, height = upright.width * unit, upright.height * unit
    advice = "Boxes on pictures are placed by a guess of their resolution; client= asks the service."
    return Page(_jpeg(upright), number, count, width, height, f"{note} {advice}".strip())


def _points_per_pixel(picture: Image.Image, info: Mapping[Any, Any]) -> float:
    """Guess the size of a pixel: as the file says, or as a sheet of A4, or at the usual resolution."""
    dpi = float((info.get("dpi") or (0,))[0] or 0)
    if 100 <= dpi <= 1200:
        return 72 / dpi
    short, long = sorted(picture.size)
    return A4[1] / long if abs(short / long - A4[0] / A4[1]) < 0.02 else 72 / USUAL_DPI


def _scale(width: float, height: float) -> float:
    """Give the factor that keeps a page of this size below both limits."""
    return min(WIDTH_PX / max(width, 1.0), math.sqrt(MAX_PIXELS / max(width * height, 1.0)))


def _jpeg(image: Image.Image) -> bytes:
    scale = min(1.0, _scale(*image.size))
    if scale < 1.0:
        image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def _demand(document: str, number: int, count: int) -> None:
    if not 1 <= number <= count:
        raise FileProblem(_no_page(document, number, count))


def _no_page(document: str, number: int, count: int) -> str:
    return f"{document} has no page {number}; it has {count}."
