"""Ground truth from payment QR codes: EPC ("Girocode") and the Swiss QR bill."""

from collections.abc import Iterator
from pathlib import Path

import zxingcpp
from PIL import Image, ImageSequence

from gini_notebook._pdfium import PdfiumError, draw, page_count
from gini_notebook.analysis.truth.einvoice.nodes import amount, identifier, number
from gini_notebook.analysis.truth.labels import Label, Labels, present
from gini_notebook.errors import TruthError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif")

_MAX_PAGES = 10  # the service reads no more of a document
_MAX_PIXELS = 40_000_000
_SCALE = 200 / 72  # 200 dots per inch
_REFERENCE_TYPES = ("QRR", "SCOR")


def qr_labels(path: Path, document: str) -> Labels | None:
    """Return what the first payment QR code of a PDF or image says, or ``None`` if there is none.

    Raises
    ------
    TruthError
        If the file cannot be shown as a picture, or a page is larger than 40 million pixels.
    """
    try:
        for page in _pages(path, document):
            for code in zxingcpp.read_barcodes(page):
                labels = payload_labels(code.text, document)
                if labels is not None:
                    return labels
    except (OSError, ValueError, SyntaxError, PdfiumError, Image.DecompressionBombError) as error:
        message = f"{document} cannot be shown as a picture: {error}."
        raise TruthError(message) from error
    return None


def payload_labels(payload: str, document: str) -> Labels | None:
    """Return what the text of a payment QR code says, or ``None`` if it is another QR code."""
    lines = [line.strip() for line in payload.splitlines()]
    if lines[:1] == ["BCD"] and len(lines) >= 7 and lines[3] == "SCT":
        return _labels(document, _epc(lines + [""] * 12), "epc-qr")
    if lines[:1] == ["SPC"] and len(lines) >= 20:
        return _labels(document, _swiss(lines + [""] * 12), "swiss-qr")
    return None


def _labels(document: str, fields: dict[str, str | None], source: str) -> Labels:
    result = Labels(documents={document: None})
    for name, value in fields.items():
        if value and present(value):
            result.add(Label(document, "", 0, name, value, source))
    return result


def _epc(lines: list[str]) -> dict[str, str | None]:
    """Name the lines of EPC069-12, "Quick Response Code: Guidelines to Enable Data Capture for the Initiation"."""
    bic, recipient, iban, money, _, structured, text = lines[4:11]
    return {
        "amountToPay": amount(number(money[3:]), money[:3]),
        "iban": identifier(iban),
        "bic": identifier(bic),
        "paymentRecipient": recipient,
        "paymentReference": structured or text,
    }


def _swiss(lines: list[str]) -> dict[str, str | None]:
    """Name the lines of the Swiss Implementation Guidelines QR-bill, data structure 0200."""
    money, currency = lines[18:20]
    kind, reference, message = lines[27:30]
    structured = reference if kind in _REFERENCE_TYPES else ""
    return {
        "amountToPay": amount(number(money), currency),
        "iban": identifier(lines[3]),
        "paymentRecipient": lines[5],
        "paymentReference": structured or message,
        "paymentPurpose": message if structured else None,
    }


def _pages(path: Path, document: str) -> Iterator[Image.Image]:
    if path.suffix.lower() in IMAGE_SUFFIXES:
        yield from _image_pages(path, document)
        return

    def scale(width: float, height: float) -> float:
        _check_pixels(width * _SCALE, height * _SCALE, document)
        return _SCALE

    for index in range(min(page_count(path), _MAX_PAGES)):
        yield draw(path, index, scale, grayscale=True)[0]


def _image_pages(path: Path, document: str) -> Iterator[Image.Image]:
    with Image.open(path) as image:
        for number_, page in enumerate(ImageSequence.Iterator(image)):
            if number_ == _MAX_PAGES:
                return
            _check_pixels(*page.size, document)
            yield page.convert("L")


def _check_pixels(width: float, height: float, document: str) -> None:
    if width * height > _MAX_PIXELS:
        message = f"{document} has a page of more than {_MAX_PIXELS} pixels; QR codes are not looked for in there."
        raise TruthError(message)
