"""Check and read documents: the functions that the rest of the sandbox calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gini_notebook.sandbox.reading import pdf, sniff
from gini_notebook.sandbox.reading.fields import extract
from gini_notebook.sandbox.reading.found import Scale
from gini_notebook.sandbox.reading.layout import layout_of
from gini_notebook.sandbox.reading.settings import settings_from
from gini_notebook.sandbox.reading.words import Page


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload turned out to be.

    Attributes
    ----------
    media_type
        By its bytes.
    page_count
        All its pages, also those beyond the tenth.
    source_classification
        ``NATIVE``, ``SANDWICH``, ``SCANNED`` or ``TEXT``.
    """

    media_type: str
    page_count: int
    source_classification: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read; every member is made of plain values that can become JSON.

    Attributes
    ----------
    extractions
        The answer of ``GET /documents/{id}/extractions``.
    layout
        The answer of ``GET /documents/{id}/layout``.
    page_sizes
        Width and height of every page that was read, in the unit of the layout.
    """

    extractions: dict[str, Any]
    layout: dict[str, Any]
    page_sizes: tuple[tuple[float, float], ...]


def check(content: bytes, media_type: str | None) -> Checked:
    """Say what a file is, as an upload needs to know.

    Raises
    ------
    Unreadable
        The file is empty, damaged, encrypted, or not what it was declared to be.
    UnsupportedType
        The service does not take files of this type.
    """
    found = sniff.sniff(content, media_type)
    with pdf.opened(content) as document:
        first = pdf.read_page(document, 1)
        return Checked(found, len(document), _classification(first))


def read(content: bytes, media_type: str, *, settings: Mapping[str, Any] | None = None) -> Reading:
    """Read a document.

    Raises
    ------
    Unreadable, UnsupportedType
        As :func:`check`.
    """
    chosen = settings_from(settings)
    sniff.sniff(content, media_type)
    with pdf.opened(content) as document:
        pages = [pdf.read_page(document, number + 1) for number in range(min(len(document), pdf.MAX_PAGES))]
    scale = Scale(pages, chosen.dpi)
    layout = layout_of(pages, scale)
    sizes = tuple((page["sizeX"], page["sizeY"]) for page in layout["pages"])
    return Reading(extract(pages, chosen), layout, sizes)


def _classification(page: Page) -> str:
    if page.words:
        return "SANDWICH" if page.picture_share > 0.8 else "NATIVE"
    return "SCANNED" if page.picture_share > 0.3 else "NATIVE"
