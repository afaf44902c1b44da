"""Recipients, references, kinds of documents, tables, discounts: on lines made in the test."""

import datetime

import pytest
from reading_samples import IBAN, page

from gini_notebook.sandbox.reading.amounts import amounts_in
from gini_notebook.sandbox.reading.doc_type import doc_type, has_slip, is_credit, payment_state
from gini_notebook.sandbox.reading.gross_prices import find_line_items
from gini_notebook.sandbox.reading.recipient import find_recipients
from gini_notebook.sandbox.reading.references import find_references
from gini_notebook.sandbox.reading.skonto import Terms, find_skonto
from gini_notebook.sandbox.reading.words import Found, Scale


def recipient(*lines: str) -> str:
    return find_recipients([page(*lines)])[0].value


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Kontoinhaber: Muster Bau GmbH", f"IBAN {IBAN}"), "Muster Bau GmbH"),
        (("Zahlungsempfänger: Stadtkasse Musterstadt", "Beispiel AG"), "Stadtkasse Musterstadt"),
        (("Verkäufer", "Name:   Muster & Partner", "Käufer", "Name:   Beispiel AG"), "Muster & Partner"),
        (
            ("Konto / Zahlbar an", "CH44 3199 9123 0008 8901 2", "Vera Beispiel", "Zahlbar durch", "Beispiel AG"),
            "Vera Beispiel",
        ),
        (("Angaben zum Zahlungsempfänger: Name, Vorname/Firma", "Muster Bau", "IBAN", IBAN), "Muster Bau"),
        (
            ("Muster Bau GmbH · Weg 1 · 12345 Musterstadt", "Beispiel AG", "Gasse 2", "54321 Beispielhausen"),
            "Muster Bau GmbH",
        ),
        (
            ("Zahlungen bitte nur an: Beispiel Factoring Bank AG, Landesbank",) + ("Muster Bau GmbH",) * 3,
            "Beispiel Factoring Bank AG",
        ),
        (("From", "Sample Works Ltd", "Bill to", "Example Traders Ltd"), "Sample Works Ltd"),
    ],
)
def test_recipient(lines: tuple[str, ...], expected: str) -> None:
    assert recipient(*lines) == expected


def test_a_bank_in_the_footer_is_not_the_payee() -> None:
    assert recipient("Muster Bau GmbH   Musterbank AG", "Weg 1   IBAN") == "Muster Bau GmbH"


def test_a_name_that_matches_the_web_address_is_preferred() -> None:
    assert recipient("Erste Holding AG", "Zweite Handel AG", "www.zweite-handel.example") == "Zweite Handel AG"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Rechnungsnummer: 2025-0318", "Kundennummer 70881"), "ReNr 2025-0318, KdNr 70881"),
        (("Rechnung Nr. R25-31 vom 03.10.2025",), "ReNr R25-31"),
        (("Handelsrechnung (380) Nr. R25-31 vom 03.10.2025",), "ReNr R25-31"),
        (("Rechnungs-Nr.   Datum", "4711/2025      03.10.2025"), "ReNr 4711/2025"),
        (("Invoice No: #INV-77", "Customer no.: C-5"), "ReNr INV-77, KdNr C-5"),
        (("Verwendungszweck: Beitrag 2025 Nr. 8", "Rechnungsnummer: 1234"), "Beitrag 2025 Nr. 8"),
    ],
)
def test_purpose(lines: tuple[str, ...], expected: str) -> None:
    purpose = find_references([page(*lines)], slip=False).payment_purpose()
    assert purpose is not None
    assert purpose.value == expected


def test_reference_comes_from_slips_only() -> None:
    lines = ("SEPA-Überweisung/Zahlschein", "Referenz", "RF67 2021 0078 34")
    assert has_slip([page(*lines)])
    assert find_references([page(*lines)], slip=True).reference.value == "RF672021007834"
    assert find_references([page(*lines)], slip=False).reference is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Rechnung", "Gesamtbetrag 12,00 EUR"), "Invoice"),
        (("2. Mahnung", "Rechnung 4711 ist offen"), "Reminder"),
        (("SEPA-Überweisung/Zahlschein", "IBAN", "Verwendungszweck", "RECHNUNG 4711"), "RemittanceSlip"),
        (("Rechnung", "Gesamtbetrag 12,00 EUR", "Empfangsschein   Zahlteil"), "Invoice"),
        (("Speisekarte", "Suppe"), "Other"),
    ],
)
def test_doc_type(lines: tuple[str, ...], expected: str) -> None:
    assert doc_type([page(*lines)], qr=False) == expected


def test_a_code_with_next_to_no_text_is_a_payment_qr_code() -> None:
    assert doc_type([page("Scan mich")], qr=True) == "PaymentQRCode"


def test_credit_notes_and_payment_state() -> None:
    assert is_credit([page("Gutschrift", "Betrag 5,00")])
    assert not is_credit([page("Rechnung", "Eine spätere Gutschrift ist ausgeschlossen, weil es anders nicht geht.")])
    assert payment_state([page("Betrag dankend erhalten")]) == "Paid"
    assert payment_state([page("Der Betrag wird abgebucht")]) == ""
    assert payment_state([page("Bitte überweisen")]) == "ToBePaid"


def items(*lines: str) -> list[dict[str, str]]:
    sheet = page(*lines)
    amounts = [amount for row in sheet.rows for amount in amounts_in(row)]
    return [
        {name: one["value"] for name, one in item.items()}
        for item in find_line_items([sheet], amounts, "EUR", Scale([sheet], 72))
    ]


@pytest.mark.parametrize(("lines", "rows"), [(386, 386), (2_000, 2_000), (2_100, 2_000)])
def test_long_tables_are_read_whole_and_endless_ones_are_cut(lines: int, rows: int) -> None:
    head = "Pos   Art.-Nr.    Beschreibung          Menge   Einzelpreis   Gesamt"
    found = items(head, *["1     77-1042     Regenjacke            2       59,98         119,96"] * lines)
    assert len(found) == rows
    assert found[-1] == {"artNumber": "77-1042", "description": "Regenjacke", "quantity": "2", "baseGross": "59.98:EUR"}


def test_table_with_wrapped_descriptions_and_four_decimals() -> None:
    assert items(
        "Pos   Art.-Nr.    Beschreibung          Menge   Einzelpreis   Gesamt",
        "1     77-1042     Regenjacke            2 Stk   59,9800       119,96",
        "                  Größe: L",
        "2     77-2210     Socken                10 Stk  1,5000        15,00",
        "Zwischensumme                                                 134,96",
        "3     77-0000     steht nach der Summe  1       9,00          9,00",
    ) == [
        {"artNumber": "77-1042", "description": "Regenjacke", "quantity": "2", "baseGross": "59.98:EUR"},
        {"artNumber": "77-2210", "description": "Socken", "quantity": "10", "baseGross": "1.50:EUR"},
    ]  # fmt: skip


def test_english_table_without_cents() -> None:
    assert items("Description      Qty   Unit price   Amount", "Consulting       8     90           720") == [
        {"description": "Consulting", "quantity": "8", "baseGross": "90.00:EUR"}
    ]


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("Artikel     Bezeichnung     Menge     Preis     Gesamt", {"artNumber": "D-2050", "description": "Umschlag"}),
        ("Item code   Description     Qty       Rate      Amount", {"artNumber": "D-2050", "description": "Umschlag"}),
        ("Ziffer      Leistung        Anz.      Preis     Betrag", {"artNumber": "D-2050", "description": "Umschlag"}),
    ],
)
def test_article_numbers_under_headings_that_also_mean_other_things(heading: str, found: dict[str, str]) -> None:
    (item,) = items(heading, "D-2050      Umschlag        81        1,95      157,95")
    assert item == {**found, "quantity": "81", "baseGross": "1.95:EUR"}


def test_a_lone_article_column_holds_names() -> None:
    (item,) = items("Artikel         Menge     Preis     Gesamt", "Umschlag        81        1,95      157,95")
    assert item == {"description": "Umschlag", "quantity": "81", "baseGross": "1.95:EUR"}


def test_total_is_the_unit_price_where_there_is_one_unit() -> None:
    assert items("Leistung       Anzahl   Betrag", "Beratung       1        10,72") == [
        {"description": "Beratung", "quantity": "1", "baseGross": "10.72:EUR"}
    ]


@pytest.mark.parametrize(
    "lines", [("Menge und Preis sind angemessen",), ("Beschreibung", "12,00"), ("Summe   Betrag", "1,00   2,00")]
)
def test_what_is_no_table(lines: tuple[str, ...]) -> None:
    assert items(*lines) == []


TERMS = Terms(Found("100.00:EUR"), datetime.date(2025, 3, 3), datetime.date(2025, 3, 20))


def discounts(*lines: str) -> list[dict[str, str]]:
    sheet = page(*lines)
    return [
        {name: one["value"] for name, one in row.items()} for row in find_skonto([sheet], TERMS, Scale([sheet], 72))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "3 % Skonto bei Zahlung innerhalb von 14 Tagen",
        "Zahlbar innerhalb 14 Tagen mit 3% Skonto, 30 Tage netto",
        "Bis zum 17.03.2025 erhalten Sie 3,000 % Skonto",
        "Skonto 3,0 % bis 17.03.2025",
    ],
)
def test_discount(line: str) -> None:
    (row,) = discounts(line)
    assert row["skontoPercentageDiscountedCalculated"] == "3.0"
    assert row["skontoDueDateCalculated"] == "2025-03-17"
    assert row["skontoRemainingDays"] == "-3"
    assert row["skontoAmountToPayCalculated"] == "97.00:EUR"


def test_two_discounts() -> None:
    rows = discounts("3 % Skonto innerhalb von 8 Tagen", "und dann", "2 % Skonto innerhalb von 14 Tagen")
    assert [row["skontoDuePeriod"] for row in rows] == ["8:day", "14:day"]


@pytest.mark.parametrize(
    "line", ["Skontoabzüge werden nicht akzeptiert.", "zahlbar ohne Skonto in 10 Tagen", "19 % MwSt.", "Skonto möglich"]
)
def test_what_is_no_discount(line: str) -> None:
    assert discounts(line) == []
