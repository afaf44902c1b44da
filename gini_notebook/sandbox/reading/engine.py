"""Check and read documents: the functions that the rest of the sandbox calls."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gini_notebook.sandbox.reading import e_invoice, images, pdf, plain_text, qr, sniff, sources
from gini_notebook.sandbox.reading.fields import extract, extract_payment
from gini_notebook.sandbox.reading.settings import Settings, Unreadable, settings_from
from gini_notebook.sandbox.reading.words import Page, Scale, layout_of, well_formed

_MAX_TEXT = 512 * 1024


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
        ``NATIVE``, ``SANDWICH`` (a picture of the page with text behind it), ``SCANNED`` or ``TEXT`` (also of XML).
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
    """Describe a file, as an upload needs to know.

    Parsing a hostile file can take much memory: call it where memory and time are limited.

    Parameters
    ----------
    content
        The whole file.
    media_type
        What the sender declared, if anything.

    Raises
    ------
    Unreadable
        The file is empty, damaged, encrypted, an animated GIF, a text that is not UTF-8 or too long, or not what it
        was declared to be.
    UnsupportedType
        The service does not take files of this type.
    """
    found = sniff.sniff(content, media_type)
    if found == sniff.PDF:
        with pdf.opened(content) as document:
            return Checked(found, len(document), _classification(pdf.read_page(document, 0, number=1)))
    if found == sniff.TEXT:
        if len(content) >= _MAX_TEXT:
            raise Unreadable("The text is longer than 512 KiB.")
        return Checked(found, len(plain_text.sheets_of(plain_text.decode(content))), "TEXT")
    if found == sniff.XML:
        e_invoice.parse(content)
        return Checked(found, 1, "TEXT")
    picture = images.opened(content, found)
    pages = images.page_count(picture)
    images.page(picture, 1)
    return Checked(found, pages, "SCANNED")


def read(
    content: bytes,
    media_type: str | None,
    *,
    settings: Settings | Mapping[str, Any] | None = None,
    today: datetime.date | None = None,
) -> Reading:
    r"""Read a document.

    Parameters
    ----------
    content
        The whole file.
    media_type
        What the sender declared, if anything.
    settings
        Settings of the engine, also as a plain mapping.
    today
        The day from which remaining days of a discount are counted; the present day if missing.

    Raises
    ------
    Unreadable, UnsupportedType
        As :func:`check`.

    Examples
    --------
    >>> text = b"Rechnung Nr. 2025-0318\nRechnungsbetrag: 238,00 EUR"
    >>> read(text, "text/plain").extractions["extractions"]["amountToPay"]["value"]
    '238.00:EUR'
    """
    return read_pages([(content, media_type, 0)], settings=settings, today=today)


def read_pages(
    parts: Sequence[tuple[bytes, str | None, int]],
    *,
    settings: Settings | Mapping[str, Any] | None = None,
    today: datetime.date | None = None,
) -> Reading:
    """Read files as the pages of one document (a composite), up to its tenth page.

    Parameters
    ----------
    parts
        For each file its content, what the sender declared it to be, and by how many degrees it still has to be turned
        clockwise (a multiple of 90).
    settings, today
        As for :func:`read`.

    Raises
    ------
    Unreadable, UnsupportedType
        One of the files cannot be read; see :func:`check`.
    ValueError
        A rotation is no multiple of 90.
    """
    chosen = settings_from(settings)
    kinds = [sniff.sniff(content, media_type) for content, media_type, _ in parts]
    if sniff.XML in kinds:
        return _e_invoice(parts, chosen)
    pages: list[Page] = []
    for (content, _, turn), found in zip(parts, kinds, strict=True):
        if turn % 90:
            message = f"a page can be turned by 0, 90, 180 or 270 degrees, not by {turn}."
            raise ValueError(message)
        pages += sources.pages_of(content, found, chosen, first=len(pages) + 1, turn=turn % 360)
    return _reading(pages, extract(pages, chosen, today or datetime.date.today()), chosen)  # noqa: DTZ011


def read_qr_payload(payload: Mapping[str, Any], *, settings: Settings | Mapping[str, Any] | None = None) -> Reading:
    """Read a QR code that the sender has scanned (and perhaps understood) already.

    Parameters
    ----------
    payload
        ``qrcode`` with the text of the code, and perhaps ``paymentdata`` with what the sender made of it.
    settings
        As for :func:`read`.

    Raises
    ------
    Unreadable
        There is no text of a QR code, or the payment data lack IBAN or recipient.
    """
    text, data = payload.get("qrcode"), payload.get("paymentdata")
    if not isinstance(text, str) or not text.strip():
        raise Unreadable("The member qrcode with the text of the QR code is missing.")
    if data is not None and not (
        isinstance(data, Mapping)
        and isinstance(data.get("iban"), str)
        and isinstance(data.get("paymentRecipient"), str)
    ):
        raise Unreadable("The member paymentdata needs at least iban and paymentRecipient.")
    payment = qr.understand(well_formed(text)) or qr.Payment("")
    return _reading([], extract_payment(payment, data or {}), settings_from(settings))


def page_image(content: bytes, media_type: str | None, number: int, width_px: int) -> bytes:
    """Draw a page as a JPEG.

    Parameters
    ----------
    content
        The whole file.
    media_type
        What the sender declared, if anything.
    number
        The page, from 1 to 10.
    width_px
        Width of the image in pixels; the height follows the page.

    Raises
    ------
    Unreadable
        The file is damaged, or has no such page.
    UnsupportedType
        As :func:`check`.
    """
    return sources.draw_page(content, sniff.sniff(content, media_type), number, width_px)


def _e_invoice(parts: Sequence[tuple[bytes, str | None, int]], settings: Settings) -> Reading:
    if len(parts) > 1:
        raise Unreadable("An e-invoice (XML) is a document of its own; it cannot be a page of another.")
    return _reading([plain_text.page_of(1, [""])], e_invoice.read(e_invoice.parse(parts[0][0])), settings)


def _reading(pages: list[Page], extractions: dict[str, Any], settings: Settings) -> Reading:
    layout = layout_of(pages, Scale(pages, settings.dpi))
    return Reading(extractions, layout, tuple((page["sizeX"], page["sizeY"]) for page in layout["pages"]))


def _classification(page: Page) -> str:
    if sources.is_scan(page):
        return "SCANNED"
    return "SANDWICH" if page.picture_share > 0.8 else "NATIVE"
