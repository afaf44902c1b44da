"""Texts that no encoding takes: halves of characters, controls, characters that are none."""

import json
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gini_notebook.sandbox import reading
from gini_notebook.sandbox.reading.words import well_formed

UNITS = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20)


def pdf_meaning(units: Sequence[int]) -> bytes:
    """Make a PDF with a line of letters that stand, by the table of their font, for these UTF-16 code units."""
    letters = bytes(range(0x41, 0x41 + len(units)))
    table = "\n".join(f"<{letter:02X}> <{unit:04X}>" for letter, unit in zip(letters, units, strict=True))
    cmap = f"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Odd def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
{len(units)} beginbfchar
{table}
endbfchar endcmap end end""".encode()
    line = b"BT /F1 12 Tf 50 700 Td (" + letters.replace(b"\\", rb"\\") + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(line), line),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + b"xref\n0 7\n0000000000 65535 f \n" + entries + trailer


def texts_of(layout: object) -> list[str]:
    """Give all words of a layout."""
    if isinstance(layout, list):
        return [text for one in layout for text in texts_of(one)]
    if isinstance(layout, dict):
        own = [layout["text"]] if isinstance(layout.get("text"), str) else []
        return own + [text for one in layout.values() for text in texts_of(one)]
    return []


def is_sound(text: str) -> bool:
    return not any(unicodedata.category(letter) in {"Cs", "Cc"} for letter in text)


@given(UNITS)
@example([0xD83D, 0xDE00, 0x41])
@example([0xDE00, 0xD83D])
@example([0xD83D])
@example([0x00, 0x01, 0xFFFF, 0xE000, 0x0378])
@settings(deadline=None, max_examples=150)
def test_whatever_letters_mean_in_a_pdf_can_be_sent(units: list[int]) -> None:
    answer = reading.read(pdf_meaning(units), None, settings={"ocr": False})
    json.dumps([answer.layout, answer.extractions], ensure_ascii=False, allow_nan=False).encode()
    assert all(map(is_sound, texts_of(answer.layout)))


@pytest.mark.parametrize(
    ("units", "text"),
    [
        ([0x47, 0xD83D, 0xDE00, 0x48], "G😀H"),
        ([0x47, 0xD83D, 0x48], "G�H"),
        ([0x47, 0xDE00, 0x48], "G�H"),
        ([0x47, 0xD83D, 0xD83D, 0xDE00], "G�😀"),
        ([0x31, 0x39, 0x80], "19€"),  # the code of Windows-1252
    ],
)
def test_halves_of_characters_are_joined_or_replaced(units: list[int], text: str) -> None:
    assert texts_of(reading.read(pdf_meaning(units), None).layout) == [text]


@given(st.text(alphabet=st.characters()) | st.text(st.sampled_from("\ud83d\ude00\x00\x1b\uffff\ufdd0a\n")))
@settings(deadline=None)
def test_a_well_formed_text_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    once = well_formed(text)
    once.encode()
    assert well_formed(once) == once
    assert once == text or not text.isprintable()


def test_halves_of_characters_in_a_scanned_code_do_not_reach_the_answer() -> None:
    data = {"iban": "DE89370400440532013000", "paymentRecipient": "Handel \ud83d\ude00 \ud83d"}
    answer = reading.read_qr_payload({"qrcode": "\ud83d", "paymentdata": data}).extractions
    assert answer["extractions"]["paymentRecipient"]["value"] == "Handel 😀 �"


def test_controls_in_a_text_file_are_left_out() -> None:
    answer = reading.read(b"Rechnungsbetrag:" + b" " * 5000 + b"238,00\x00\x1b EUR", "text/plain")
    assert texts_of(answer.layout) == ["Rechnungsbetrag:"]  # lines end after 1,000 characters
    answer = reading.read(b"x\n" * 4000 + b"Betrag: 2\x0038,00 EUR", "text/plain")
    assert all(map(is_sound, texts_of(answer.layout)))


@pytest.mark.parametrize("problem", [reading.Unreadable, reading.UnsupportedType])
def test_the_reason_is_one_printable_sentence(problem: type[Exception]) -> None:
    assert str(problem("The file\x1b[31m is\n\u202e odd\ud83d.")) == "The file [31m is odd ."
