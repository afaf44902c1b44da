"""The generator gives the same bytes for the same seed, other documents for another, and never overlapping text."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from generator import broken, collection, copies, drawing, orders
from generator.notation import Notation, grouped
from generator.orders import desk

from tests.data.conftest import ROOT, rows

SEED = 2026
SOME = ("letter_plain", "letter_qr", "shop_einvoice", "swiss_printer", "slip_small", "utility_power")
SOME_COPIES = ("slip_small_photo.jpg", "club_sport_fax.tif", "poster_code_screen.png", "letter_plain_scan.pdf")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def some(seed: int) -> Iterator[tuple[str, bytes]]:
    """A few documents of every kind."""
    bills = {bill.name: bill for bill in orders.bills(seed)}
    for name in SOME:
        yield f"{name}.pdf", drawing.pdf(bills[name])
    for copy in copies.COPIES:
        if copy.name in SOME_COPIES:
            source = drawing.pdf(bills[copy.source], embed=True)
            yield copy.name, copies.make(copy, source, desk.hand(seed, copy.name))
    yield from ((made.name, made.content) for made in broken.refused(seed))


def same_libraries(invoices: Path) -> bool:
    return {row["library"]: row["version"] for row in rows(invoices / "made_with.csv")} == collection.made_with()


def test_same_seed_gives_the_same_bytes() -> None:
    first, second = dict(some(SEED)), dict(some(SEED))
    assert len(first) == len(SOME) + len(SOME_COPIES) + 7
    assert {name: digest(content) for name, content in first.items()} == {
        name: digest(content) for name, content in second.items()
    }


def test_another_seed_gives_other_documents() -> None:
    first, second = dict(some(SEED)), dict(some(SEED + 1))
    same = {name for name in first if first[name] == second[name]}
    assert same <= {"broken_empty.pdf", "broken_animation.gif", "poster_code_screen.png"}


def test_committed_documents_are_what_the_generator_makes(invoices: Path, checksums: dict[str, str]) -> None:
    if not same_libraries(invoices):
        pytest.skip("other library versions than in made_with.csv write other bytes; `make data` writes them anew")
    assert {name: digest(content) for name, content in some(SEED)}.items() <= checksums.items()


@pytest.mark.slow
def test_whole_collection_is_what_the_generator_makes(invoices: Path, tmp_path: Path) -> None:
    if not same_libraries(invoices):
        pytest.skip("other library versions than in made_with.csv write other bytes; `make data` writes them anew")
    collection.write(tmp_path, SEED)
    made = {path.name: digest(path.read_bytes()) for path in tmp_path.iterdir()}
    committed = {path.name: digest(path.read_bytes()) for path in invoices.iterdir()}
    assert made == committed


def test_native_documents_say_the_same_whatever_the_libraries(texts: dict[str, str]) -> None:
    """Other versions of the libraries may write other bytes, never other text."""
    for bill in orders.bills(SEED):
        if bill.name in SOME:
            document = pypdfium2.PdfDocument(drawing.pdf(bill))
            pages = [page.get_textpage().get_text_range() for page in document]
            document.close()
            assert " ".join(" ".join(pages).split()) == texts[f"{bill.name}.pdf"]


def test_a_new_run_clears_what_is_no_longer_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [collection.Document("new.pdf", b"new", {"document": "new.pdf", "iban": None})]
    monkeypatch.setattr(collection, "documents", lambda seed: iter(made))
    (tmp_path / "checksums.csv").write_text("document,bytes,sha256\nold.pdf,1,0\n", encoding="utf-8")
    for name in ("old.pdf", "mine.pdf"):
        (tmp_path / name).write_bytes(b"x")
    assert collection.write(tmp_path, SEED).startswith("1 documents")
    assert {path.name for path in tmp_path.iterdir()} == {"mine.pdf", "new.pdf", *collection.TABLES}
    assert rows(tmp_path / "checksums.csv")[0]["sha256"] == digest(b"new")


@pytest.mark.slow
def test_command_line_makes_a_collection_with_any_seed(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "data" / "make_invoices.py"), "--to", str(tmp_path), "--seed", "3"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=110, check=True)
    assert "85 documents" in result.stdout
    names = {path.name for path in tmp_path.iterdir()}
    assert {"letter_plain.pdf", *collection.TABLES} <= names
    assert len(rows(tmp_path / "checksums.csv")) == 85


def overlaps(page: pypdfium2.PdfPage) -> list[str]:
    """Pairs of texts that lie on one another by more than 0.7 points both ways, and texts at the very edge."""
    text = page.get_textpage()
    boxes = np.array([text.get_rect(index) for index in range(text.count_rects())]).reshape(-1, 4)
    width, height = page.get_size()
    found = []
    for index, (left, low, right, high) in enumerate(boxes):
        if left < 8 or low < 8 or right > width - 8 or high > height - 8:
            found.append(f"at the edge: {text.get_text_bounded(left, low, right, high)}")
        rest = boxes[index + 1 :]
        across = np.minimum(right, rest[:, 2]) - np.maximum(left, rest[:, 0])
        along = np.minimum(high, rest[:, 3]) - np.maximum(low, rest[:, 1])
        if ((across > 0.7) & (along > 0.7)).any():
            found.append(f"on another text: {text.get_text_bounded(left, low, right, high)}")
    return found


def test_no_text_overlaps_another_or_leaves_the_page(invoices: Path, texts: dict[str, str]) -> None:
    found = []
    for name in texts:
        document = pypdfium2.PdfDocument(invoices / name)
        found += [f"{name}: {problem}" for page in document for problem in overlaps(page)]
        document.close()
    assert found == []


def test_overlapping_text_is_noticed() -> None:
    from generator.sheet import Sheet

    sheet = Sheet()
    sheet.text((20, 20), "Abschlagszahlung")
    sheet.text((40, 20), "1.200,00 EUR")
    assert len(overlaps(pypdfium2.PdfDocument(sheet.finish())[0])) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_text_overlaps_with_other_seeds(seed: int) -> None:
    found = []
    for bill in orders.bills(seed):
        document = pypdfium2.PdfDocument(drawing.pdf(bill))
        found += [f"{bill.name}: {problem}" for page in document for problem in overlaps(page)]
        document.close()
    assert found == []


def test_notations() -> None:
    from datetime import date
    from decimal import Decimal

    value = Decimal("-1234.5")
    assert Notation().amount(value) == "-1.234,50 €"
    assert Notation(style="code after").amount(value) == "-1.234,50 EUR"
    assert Notation("de", "CHF", style="code before", thousands="'").amount(value) == "CHF -1'234.50"
    assert Notation("en", "GBP", thousands=",").amount(value) == "-£1,234.50"
    assert Notation().quantity(Decimal("2.50")) == "2,5"
    assert Notation(dates="long").date(date(2025, 3, 1)) == "1. März 2025"
    assert Notation("en", "USD", thousands=",", dates="us").date(date(2025, 3, 1)) == "March 1, 2025"
    assert grouped("DE67370400445260181590") == "DE67 3704 0044 5260 1815 90"


def test_a_structured_reference_has_right_check_digits() -> None:
    reference = desk.creditor_reference("539007547034")
    assert reference == "RF18539007547034"  # the example of ISO 11649
