"""Documents that the tests of the reading engine make themselves."""

import io
from collections.abc import Sequence

import pypdfium2
import segno
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from gini_notebook.sandbox.reading.words import Area, Page, Row, Word, make_row

A4 = (595.28, 841.89)
IBAN = "DE89370400440532013000"
EPC = f"BCD\n002\n1\nSCT\nCOBADEFFXXX\nBeispiel Handel GmbH\n{IBAN}\nEUR119.00\n\n\nReNr 2025-0318"


def cells(top: float, *texts: str) -> list[tuple[float, float, str, float]]:
    """Give the texts of a row of the table."""
    return [(left, top, text, 10) for left, text in zip((56, 90, 300, 370, 480), texts, strict=True)]


INVOICE = (
    (56, 60, "Beispiel Handel GmbH", 16),
    (56, 130, "Beispiel Handel GmbH · Musterweg 1 · 12345 Musterstadt", 7),
    (56, 160, "Abnehmer AG", 10),
    (56, 173, "Lange Gasse 2", 10),
    (56, 186, "54321 Beispielhausen", 10),
    (400, 160, "Rechnungsdatum: 03.03.2025", 10),
    (400, 173, "Kundennummer: 70881", 10),
    (56, 240, "Rechnung Nr. 2025-0318", 14),
    *cells(280, "Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Gesamt"),
    *cells(300, "1", "Werkbank Eiche", "2", "40,00 €", "80,00 €"),
    *cells(320, "2", "Montage vor Ort", "1", "20,00 €", "20,00 €"),
    (300, 350, "Nettobetrag", 10), (480, 350, "100,00 €", 10),
    (300, 365, "19 % MwSt.", 10), (480, 365, "19,00 €", 10),
    (300, 380, "Rechnungsbetrag", 10), (480, 380, "119,00 €", 10),
    (56, 420, "Bitte überweisen Sie den Betrag bis zum 02.04.2025. Bei Zahlung innerhalb von 10 Tagen 2 % Skonto.", 9),
    (56, 790, "IBAN DE89 3704 0044 0532 0130 00   BIC COBADEFFXXX   Beispielbank", 8),
)  # fmt: skip


def pdf_of(*pages: Sequence[tuple[float, float, str, float]], size: tuple[float, float] = A4, turn: int = 0) -> bytes:
    """Make a PDF of texts at (left, baseline from the top, text, size in points)."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=size, invariant=True)
    for texts in pages:
        for left, top, text, points in texts:
            canvas.setFont("Helvetica", points)
            canvas.drawString(left, size[1] - top, text)
        canvas.showPage()
    canvas.save()
    return _turned(stream.getvalue(), turn) if turn else stream.getvalue()


def _turned(content: bytes, turn: int) -> bytes:
    stream = io.BytesIO()
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            page.set_rotation(turn)
        document.save(stream)
    return stream.getvalue()


def pdf_with_code(payload: str, *, vector: bool) -> bytes:
    """Make a PDF with a QR code, drawn as squares or as a picture."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=True)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(56, 700, "Zahlen mit Code")
    code = segno.make(payload, error="m")
    if vector:
        for y, line in enumerate(code.matrix):
            for x, dark in enumerate(line):
                if dark:
                    canvas.rect(100 + 3 * x, 400 - 3 * y, 3, 3, stroke=0, fill=1)
    else:
        picture = io.BytesIO()
        code.save(picture, kind="png", scale=4)
        picture.seek(0)
        canvas.drawInlineImage(Image.open(picture), 100, 300, 120, 120)
    canvas.save()
    return stream.getvalue()


def image_of(payload: str, kind: str = "PNG", size: tuple[int, int] = (900, 1200)) -> bytes:
    """Make a picture of a page with a QR code on it."""
    code = io.BytesIO()
    segno.make(payload, error="m").save(code, kind="png", scale=5)
    code.seek(0)
    page = Image.new("RGB", size, "white")
    page.paste(Image.open(code).convert("RGB"), (100, 700))
    stream = io.BytesIO()
    page.save(stream, kind)
    return stream.getvalue()


def word(text: str, left: float, top: float, size: float = 10.0) -> Word:
    """Make a word, 5 points per character."""
    return Word(text, Area(left, top, left + 5.0 * len(text), top + size), top + 0.8 * size, size)


def row(text: str, top: float = 100.0, left: float = 50.0) -> Row:
    """Make a row of a text; three blanks make a gap between phrases."""
    words = [word(part, left + 5.0 * start, top) for start, part in _parts(text)]
    return make_row(1, words)


def page(*texts: str) -> Page:
    """Make a page of lines, 14 points apart."""
    words = [
        word(part, 50 + 5.0 * start, 50 + 14 * number)
        for number, text in enumerate(texts)
        for start, part in _parts(text)
    ]
    return Page(1, *A4, tuple(words))


def _parts(text: str) -> list[tuple[int, str]]:
    parts, start = [], 0
    for part in text.split(" "):
        if part:
            parts.append((start, part))
        start += len(part) + 1
    return parts


def values(extractions: dict) -> dict[str, str]:
    """Give the values of the specific extractions."""
    return {label: one["value"] for label, one in extractions["extractions"].items()}
