"""Copies look like what they are named after; broken files are broken in the intended way."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import requests
from PIL import Image

from tests.data.conftest import Rows

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

EXIF_ORIENTATION = 0x0112
MEDIA_TYPES = {".pdf": "application/pdf", ".gif": "image/gif", ".txt": "text/plain"}


def test_scans_hold_pictures_only(invoices: Path, truth: Rows) -> None:
    scans = [row["document"] for row in truth if row["quality"] == "scan" and row["document"].endswith(".pdf")]
    assert len(scans) >= 7
    for name in scans:
        document = pypdfium2.PdfDocument(invoices / name)
        for page in document:
            assert page.get_textpage().count_chars() == 0
            kinds = [found.type for found in page.get_objects()]
            assert kinds == [pdfium.FPDF_PAGEOBJ_IMAGE]
        document.close()


def test_scans_have_as_many_pages_as_their_source(invoices: Path) -> None:
    pages = {name: len(pypdfium2.PdfDocument(invoices / name)) for name in ("letter_long.pdf", "letter_long_scan.pdf")}
    assert pages == {"letter_long.pdf": 2, "letter_long_scan.pdf": 2}


def test_photos_are_stored_turned(invoices: Path) -> None:
    names = ("hotel_transfer_photo.jpg", "shop_invoice_photo.jpg", "slip_small_photo.jpg", "doctor_qr_photo.jpg")
    found = []
    for name in names:
        with Image.open(invoices / name) as image:
            found.append(image.getexif()[EXIF_ORIENTATION])
    assert found == [6, 1, 8, 3]


def test_faxes_are_black_and_white_and_may_have_pages(invoices: Path) -> None:
    with Image.open(invoices / "craftsman_two_pages_fax.tif") as image:
        assert (image.mode, image.n_frames, image.info["compression"]) == ("1", 2, "group4")


@pytest.mark.parametrize(
    "name", ["broken_encrypted.pdf", "broken_truncated.pdf", "broken_empty.pdf", "broken_web_page.pdf"]
)
def test_pdfs_that_cannot_be_opened(name: str, invoices: Path) -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument((invoices / name).read_bytes() or b" ")


def test_each_broken_file_is_broken_in_its_own_way(invoices: Path) -> None:
    document = pypdfium2.PdfDocument((invoices / "broken_encrypted.pdf").read_bytes(), password="geheim")
    assert "Rechnung" in document[0].get_textpage().get_text_range()
    document.close()
    restricted = pypdfium2.PdfDocument(invoices / "broken_restricted.pdf")
    assert pdfium.FPDF_GetSecurityHandlerRevision(restricted.raw) == 2
    restricted.close()
    assert (invoices / "broken_truncated.pdf").read_bytes().startswith(b"%PDF-")
    assert (invoices / "broken_empty.pdf").stat().st_size == 0
    assert (invoices / "broken_web_page.pdf").read_bytes().startswith(b"<!DOCTYPE html>")
    with Image.open(invoices / "broken_animation.gif") as image:
        assert image.n_frames == 4
    with pytest.raises(UnicodeDecodeError):
        (invoices / "broken_encoding.txt").read_text(encoding="utf-8")


def test_the_total_stands_on_page_eleven_only(invoices: Path, truth: Rows) -> None:
    row = next(row for row in truth if row["document"] == "craftsman_eleven_pages.pdf")
    document = pypdfium2.PdfDocument(invoices / row["document"])
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    amount = f"{Decimal(row['amountToPay'].split(':')[0]):,.2f}".translate(str.maketrans(",.", ".,"))
    assert [amount in page for page in pages] == [False] * 10 + [True]


def answer(sandbox: "Sandbox", path: Path) -> int:
    """Send a file as it is, without the client, which notices some of it before it sends anything."""
    response = requests.post(
        f"{sandbox.api}/documents",
        data=path.read_bytes(),
        headers={
            "Accept": "application/vnd.gini.v1+json",
            "Content-Type": MEDIA_TYPES[path.suffix],
            "X-User-Identifier": "sample-documents",
        },
        auth=(sandbox.client_id, sandbox.client_secret),
        verify=sandbox.ca_file,
        timeout=30,
    )
    return response.status_code


def test_the_sandbox_answers_as_expected(sandbox: "Sandbox", invoices: Path, expected: Rows) -> None:
    wanted = {row["document"]: int(row["http_status"]) for row in expected}
    del wanted["broken_restricted.pdf"]
    assert {name: answer(sandbox, invoices / name) for name in wanted} == wanted


def test_the_sandbox_refuses_security_restrictions(sandbox: "Sandbox", invoices: Path) -> None:
    assert answer(sandbox, invoices / "broken_restricted.pdf") == 400
