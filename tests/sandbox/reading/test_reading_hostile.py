"""Files that nobody should have to trust: wrong, broken, or made to exhaust memory and time."""

import contextlib
import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reading_samples import INVOICE, page, pdf_of
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from gini_notebook.sandbox import reading
from gini_notebook.sandbox.reading.fields import extract
from tests.hostile.pdfs_and_pictures import tiff

OFF = {"ocr": False}
LIMIT = 1_500_000_000

READ_IN_A_CAGE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
from pathlib import Path
from gini_notebook.sandbox import reading
content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    reading.check(content, None)
    reading.read(content, None, settings={"ocr": False})
    reading.page_image(content, None, 1, 750)
    print("read")
except (reading.Unreadable, reading.UnsupportedType) as problem:
    print("refused:", problem)
print("grown by MiB:", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def in_a_cage(tmp_path: Path, content: bytes) -> tuple[str, float]:
    """Read a file in a process with a limit of memory; gives what it printed and how long it took."""
    file = tmp_path / "file"
    file.write_bytes(content)
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", READ_IN_A_CAGE, str(file), str(LIMIT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout, time.perf_counter() - begun


def one_page(content: bytes, *, media_box: str = "[0 0 595 842]", packed: bool = False) -> bytes:
    """Write a PDF with one page by hand."""
    stream = zlib.compress(content, 9) if packed else content
    filter_ = b"/Filter /FlateDecode " if packed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
        % media_box.encode(),
        b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filter_, len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )


def png(width: int, height: int) -> bytes:
    """Write a white PNG by hand, row by row, so that the test itself needs no memory."""
    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("side", [14_400, 200_000, 1_000_000_000])
def test_T38_a_page_of_enormous_size(tmp_path: Path, side: int) -> None:
    text = b"BT /F1 12 Tf 50 50 Td (Zahlbetrag 12,00 EUR) Tj ET"
    printed, seconds = in_a_cage(tmp_path, one_page(text, media_box=f"[0 0 {side} {side}]"))
    assert "read" in printed or "refused: " in printed
    assert seconds < 20


def test_T39_a_stream_that_inflates_a_thousandfold(tmp_path: Path) -> None:
    bomb = one_page(b"q Q " * 12_000_000, packed=True)
    assert len(bomb) < 200_000
    printed, seconds = in_a_cage(tmp_path, bomb)
    assert seconds < 40
    assert printed == "" or "read" in printed or "refused: " in printed, (
        "the process may die, but not the one that waits"
    )


def test_T40_an_image_of_too_many_pixels(tmp_path: Path) -> None:
    bomb = png(30_000, 30_000)
    assert len(bomb) < 500_000
    printed, seconds = in_a_cage(tmp_path, bomb)
    assert "refused: The image has more than 64 million pixels, which is more than can be processed." in printed
    assert int(printed.split("grown by MiB:")[1]) < 100
    assert seconds < 10


def test_T40_an_image_bomb_on_a_later_page_of_a_tiff() -> None:
    stream = io.BytesIO()
    Image.new("1", (10, 10)).save(
        stream, "TIFF", save_all=True, append_images=[Image.new("1", (9000, 9000))], compression="group4"
    )
    with pytest.raises(reading.Unreadable, match="more than 64 million pixels"):
        reading.read(stream.getvalue(), None, settings=OFF)


def test_T40_a_tiff_of_thousands_of_pages_is_refused_before_they_are_counted() -> None:
    assert reading.check(tiff(8, 8, pages=2_000), None).page_count == 2_000
    with pytest.raises(reading.Unreadable, match="has more than 2000 pages"):
        reading.check(tiff(8, 8, pages=2_001), None)


def test_T40_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(stream, "JPEG", progressive=True)
    assert reading.check(stream.getvalue(), None).media_type == "image/jpeg"
    begin = stream.getvalue().rindex(b"\xff\xda")
    scan = stream.getvalue()[begin:].removesuffix(b"\xff\xd9")
    with pytest.raises(reading.Unreadable, match="comes in more than 200 scans"):
        reading.check(stream.getvalue()[:begin] + scan * 201 + b"\xff\xd9", None)


def test_a_page_with_very_many_words_takes_seconds_not_minutes() -> None:
    line = b"1 0 0 1 %d %d Tm (12,00 Summe DE12 fallig 1.1.24 ) Tj "
    content = b"BT /F1 4 Tf " + b"".join(line % (x, y) for y in range(0, 842, 2) for x in range(0, 595, 40)) + b"ET"
    begun = time.process_time()
    reading.read(one_page(content), None)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "line",
    [
        "1.111" * 190,
        "DE12 " * 190,
        "- / " * 240,
        "bis zum " * 120,
        "Rechnung Nr " * 80,
        "A1" * 490,
        "1 " * 490,
        "(((((" * 190,
        "a, " * 300,
        "12345 Ort · " * 80,
    ],
)
def test_no_pattern_runs_away(line: str) -> None:
    text = "\n".join([line] * 60).encode()
    begun = time.process_time()
    reading.read(text, "text/plain")
    assert time.process_time() - begun < 10


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), max_size=12))
def test_any_lines_can_be_read(lines: list[str]) -> None:
    import datetime

    extract([page(*lines)], reading.Settings(ocr=False), datetime.date(2025, 1, 1))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(pdf_of(INVOICE))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        with contextlib.suppress(reading.Unreadable, reading.UnsupportedType):
            reading.read(damaged, None, settings=OFF)


@pytest.mark.parametrize(
    ("content", "declared", "message"),
    [
        (b"", None, "The file is empty"),
        (b"", "application/pdf", "The file is empty"),
        (b"   \n", "text/plain", "The text is empty"),
        ("größer".encode("latin-1"), "text/plain", "not encoded in UTF-8"),
        ("Rechnung".encode("utf-16"), "text/plain", "not encoded in UTF-8"),
        (b"a" * 512 * 1024, "text/plain", "longer than 512 KiB"),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "image/jpeg",
            "declared as image/jpeg, but its content is something else",
        ),
        (b"kein PDF", "application/pdf", "declared as application/pdf, but"),
        (b"%PDF-1.7 and then nothing", None, "The PDF is damaged"),
        (pdf_of(INVOICE)[:300], None, "The PDF is damaged"),
        (b"\x89PNG\r\n\x1a\n rest", None, "The image is damaged and cannot be opened"),
        (b"GIF89a", None, "The image is damaged and cannot be opened"),
    ],
)
def test_unreadable_files_say_why(content: bytes, declared: str | None, message: str) -> None:
    with pytest.raises(reading.Unreadable, match=message):
        reading.check(content, declared)


@pytest.mark.parametrize(
    ("content", "declared", "found"),
    [
        (b"<!DOCTYPE html><html></html>", "application/pdf", "HTML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", None, "XML"),
        ('<?xml version="1.0"?><a/>'.encode("utf-16"), None, "XML"),
        (b"\n<!-- a --><a/>", None, "XML"),
        (b"<?xml version='1.0'?><html xmlns='x'/>", "application/xml", "HTML"),
        (b"<svg xmlns='x'/>", None, "SVG"),
        (b"PK\x03\x04 docx", None, "Office document"),
        (b"{\\rtf1}", None, "RTF"),
        (b"RIFF1234WEBP", "image/webp", "WebP"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", "HEIF"),
        (b"BM1234", None, "BMP"),
        (b"\x01\x02\x00\x03" * 50, None, "unknown binary type"),
    ],
)
def test_types_that_the_service_does_not_take(content: bytes, declared: str | None, found: str) -> None:
    advice = "no e-invoice" if found == "XML" else "supported are PDF, JPEG, PNG, GIF, TIFF, plain text and e-invoices"
    with pytest.raises(reading.UnsupportedType, match=f"{found}.*{advice}"):
        reading.check(content, declared)


def test_a_pdf_with_junk_before_its_header_is_read() -> None:
    content = b"junk from a mail gateway\r\n" * 20 + pdf_of(INVOICE)
    assert reading.check(content, "application/pdf").page_count == 1
    assert reading.read(content, None).extractions["extractions"]["amountToPay"]["value"] == "119.00:EUR"


@pytest.mark.parametrize("user_password", ["secret", ""], ids=["with a password", "only restricted"])
def test_encrypted_pdf(user_password: str) -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=StandardEncryption(user_password, "owner", canCopy=0))
    canvas.drawString(50, 50, "x")
    canvas.save()
    with pytest.raises(reading.Unreadable, match="The PDF is encrypted"):
        reading.check(stream.getvalue(), None)


def test_animated_gif() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(stream, "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "blue")])
    with pytest.raises(reading.Unreadable, match="The GIF is animated"):
        reading.check(stream.getvalue(), None)


def test_truncated_jpeg() -> None:
    stream = io.BytesIO()
    Image.effect_noise((200, 200), 60).save(stream, "JPEG")
    with pytest.raises(reading.Unreadable, match="damaged or cut off"):
        reading.check(stream.getvalue()[:4000], None)


def test_pdf_without_pages() -> None:
    tree = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    with pytest.raises(reading.Unreadable, match=r"The PDF has no pages|The PDF is damaged"):
        reading.check(b"%PDF-1.4\n" + tree + b"trailer<</Root 1 0 R>>", None)


def test_a_jpeg_of_nothing_but_its_signature_is_refused() -> None:
    with pytest.raises(reading.Unreadable, match="image is damaged"):
        reading.check(b"\xff\xd8\xff" + b"junk" * 50, "image/jpeg")
