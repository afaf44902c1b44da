"""Ground truth from the payment QR codes of PDFs and images: EPC ("Girocode"), the Swiss QR bill, BezahlCode."""

from collections.abc import Iterator
from pathlib import Path

import zxingcpp
from PIL import Image, ImageSequence

from gini_notebook._guarded.pdfium import PdfiumError, draw, page_count
from gini_notebook.analysis.truth.label_columns import Label
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.analysis.truth.qr_payloads import Payment, decoded, payment_of
from gini_notebook.analysis.truth.sidecars import IMAGE_SUFFIXES
from gini_notebook.errors import TruthError
from gini_notebook.notes import Note

_MAX_PAGES = 10  # the service reads no more of a document
_MAX_PIXELS = 40_000_000
_SCALE = 200 / 72  # 200 dots per inch


def qr_labels(path: Path, document: str) -> Labels | None:
    """Return what the first payment QR code of a PDF or image says, or ``None`` if there is none.

    Several codes of one payment (a bill may have an EPC code and a BezahlCode) are one; codes of different payments
    are a note.

    Raises
    ------
    TruthError
        If the file cannot be shown as a picture, or a page is larger than 40 million pixels.
    """
    try:
        payments = [payment for page in _pages(path, document) for payment in _payments(page)]
    except TruthError:
        raise
    except (OSError, ValueError, SyntaxError, PdfiumError, Image.DecompressionBombError) as error:
        message = f"{document} cannot be shown as a picture: {error}."
        raise TruthError(message) from error
    if not payments:
        return None
    first = payments[0]
    result = Labels(documents={document: None})
    for name, value in first.fields.items():
        result.add(Label(document, "", 0, name, value, first.source))
    if any(payment.transfer != first.transfer for payment in payments):
        result.notes.append(Note("codes_differ", examples=(document,)))
    return result


def _payments(page: Image.Image) -> Iterator[Payment]:
    for code in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        payment = payment_of(decoded(code.bytes, code.text))
        if payment is not None:
            yield payment


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
