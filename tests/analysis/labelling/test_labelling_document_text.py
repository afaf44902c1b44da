"""Whether a value stands among the words of a document."""

from io import BytesIO

import pytest
from pypdf import PdfWriter

from gini_notebook.analysis.labelling.document_text import DocumentText, read_texts
from gini_notebook.analysis.rules import get

PAGE = (
    "Musterbau GmbH · Rechnung RE-2025-0815 vom 3. März 2025\nZahlbar bis 11.04.25 · Summe 1.234,56 € · 1'000.50 CHF\n"
    "IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF 2 Stück Regal, weiß"
)


@pytest.mark.parametrize(
    ("entity", "value", "is_there"),
    [
        ("amount", "1234.56:EUR", True),
        ("amount", "-1234.56:EUR", True),
        ("amount", "1000.50:CHF", True),
        ("amount", "1234.50:EUR", False),
        ("numeric", "2", True),
        ("date", "2025-03-03", True),
        ("date", "2025-04-11", True),
        ("date", "2025-11-04", False),
        ("iban", "DE89370400440532013000", True),
        ("iban", "DE89370400440532013001", False),
        ("bic", "COBADEFFXXX", True),
        ("reference", "RE-2025-0815", True),
        ("reference", "RE-2025-0816", False),
        ("id", "15", False),
        ("companyname", "musterbau gmbh", True),
        ("companyname", "Musterbau Söhne", False),
    ],
)
def test_a_value_is_found_in_the_notation_of_the_page(entity: str, value: str, is_there: bool) -> None:
    assert DocumentText([PAGE]).holds(get(entity), value) is is_there


def test_a_short_word_is_found_with_what_stands_within_it() -> None:
    text = DocumentText(["Pos. 10 M-01 5 ST Klavier, 20 Stück"])
    assert text.holds(get("text"), "m-01")
    assert not text.holds(get("text"), "m-05")
    assert not text.holds(get("text"), "1")


@pytest.mark.parametrize(
    ("entity", "value", "near"),
    [
        ("amount", "1234.65:EUR", "1234.56"),
        ("amount", "234.56:EUR", "1234.56"),
        ("amount", "1243.65:EUR", None),
        ("iban", "DE89370400440532013800", "DE89370400440532013000"),
        ("date", "2025-04-14", "2025-04-11"),
        ("reference", "RE-2025-0851", "RE20250815"),
        ("reference", "RE", None),
    ],
)
def test_the_value_that_differs_in_one_character(entity: str, value: str, near: str | None) -> None:
    assert next(DocumentText([PAGE]).near(get(entity), value), None) == near


def test_PDFs_and_texts_are_read_and_what_has_no_words_is_left_out(tmp_path, invoices) -> None:
    (tmp_path / "a.txt").write_text("Rechnung über 12,50 € bitte bis 1.4.2025", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    empty = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(empty)
    (tmp_path / "d.pdf").write_bytes(empty.getvalue())
    files = {name: [tmp_path / name] for name in ("a.txt", "b.pdf", "c.png", "d.pdf", "gone.pdf")}
    read = read_texts(files | {"e": [invoices / "club_garden.pdf"], "two": [tmp_path / "a.txt", tmp_path / "b.pdf"]})
    assert set(read) == {"a.txt", "e"}
    assert read["a.txt"].holds(get("amount"), "12.50:EUR")
    assert read["e"].holds(get("iban"), "DE25430609675868923676")
