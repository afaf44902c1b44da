"""Scans, where the optional OCR engine is installed."""

import io

import pypdfium2
import pytest
from PIL import Image
from reading_samples import IBAN, INVOICE, pdf_of, values

from gini_notebook.sandbox import reading
from gini_notebook.sandbox.reading import ocr
from gini_notebook.sandbox.settings import ocr_installed

pytestmark = [
    pytest.mark.skipif(not ocr_installed(), reason='needs pip install "gini-notebook[ocr]"'),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def scan() -> Image.Image:
    with pypdfium2.PdfDocument(pdf_of(INVOICE)) as document:
        return document[0].render(scale=200 / 72).to_pil().convert("RGB")


def encoded(picture: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, resolution=200)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PDF"])
def test_a_scan_is_read_like_the_original(scan: Image.Image, kind: str) -> None:
    content = encoded(scan, kind)
    assert reading.check(content, None).source_classification == "SCANNED"
    result = reading.read(content, None, settings={"ocr": True})
    read = values(result.extractions)
    assert (read["amountToPay"], read["iban"], read["paymentDueDate"]) == ("119.00:EUR", IBAN, "2025-04-02")
    assert read["paymentRecipient"] == "Beispiel Handel GmbH"
    width, height = result.page_sizes[0]
    box = result.extractions["extractions"]["amountToPay"]["box"]
    assert box["left"] / width == pytest.approx(480 / 595, abs=0.02)
    assert box["top"] / height == pytest.approx(372 / 842, abs=0.02)


def test_ocr_can_be_left_out(scan: Image.Image) -> None:
    assert "amountToPay" not in values(reading.read(encoded(scan, "JPEG"), None, settings={"ocr": False}).extractions)


def test_a_blank_page_has_no_words() -> None:
    assert ocr.words_in(Image.new("RGB", (600, 800), "white"), 1.0) == []
