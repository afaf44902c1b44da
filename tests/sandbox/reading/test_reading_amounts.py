"""Amounts: notations, currencies, and which of them is to be paid."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import page, row

from gini_notebook.sandbox.reading.amounts import amount_text, amounts_in, main_currency, parse_number
from gini_notebook.sandbox.reading.totals import gross_values, rank, weight_of

CENTS = st.integers(0, 10**10)


def grouped(whole: int, separator: str) -> str:
    return f"{whole:,}".replace(",", separator)


@given(
    CENTS,
    st.sampled_from([(".", ","), (",", "."), ("'", "."), ("’", "."), (" ", ","), (" ", "."), ("", ","), ("", ".")]),
)
def test_every_notation_is_read_back(cents: int, notation: tuple[str, str]) -> None:
    group, decimal = notation
    text = f"{grouped(cents // 100, group)}{decimal}{cents % 100:02d}"
    assert parse_number(text) == Decimal(cents) / 100
    found = [amount.value for amount in amounts_in(row(f"Summe: {text} EUR"))]
    assert found == [Decimal(cents) / 100]


@given(st.text(max_size=60))
def test_any_text_gives_amounts_with_two_decimals_or_nothing(text: str) -> None:
    if text.split():
        for amount in amounts_in(row(" ".join(text.split()))):
            assert amount_text(amount.value, "EUR").rsplit(".", 1)[1].removesuffix(":EUR").isdigit()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zahlbetrag   1.234,56 €", [("1234.56", "EUR")]),
        ("Total CHF 1’756.05", [("1756.05", "CHF")]),
        ("Total CHF 1 756.05", [("1756.05", "CHF")]),
        ("2   100,00   200,00", [("100.00", None), ("200.00", None)]),
        ("balance due $1,536.52", [("1536.52", "USD")]),
        ("Gutschrift -8,79 EUR", [("-8.79", "EUR")]),
        ("Gutschrift 8,79- EUR", [("-8.79", "EUR")]),
        ("Betrag 25,-- Fr.", [("25", "CHF")]),
        ("Betrag 1.250 €", [("1250", "EUR")]),
        ("19,00 % MwSt. vom 12.10.2024 auf 12.345", []),
        ("Tel. 0211.123.45 und Version 2.10.1", []),
    ],
)
def test_amounts_of_a_row(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(str(amount.value), amount.currency) for amount in amounts_in(row(text))] == expected


def test_box_of_an_amount_covers_its_digits_only() -> None:
    line = row("Summe   12,34 EUR")
    (amount,) = amounts_in(line)
    assert amount.area.left == line.words[1].area.left
    assert amount.area.right == line.words[1].area.right


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Zu zahlender Betrag", "Gesamtbetrag"),
        ("Rechnungsbetrag", "Summe"),
        ("Netto inkl. MWST", "Netto"),
        ("Summe", "Zwischensumme"),
        ("NET A PAYER", "TOTAL HT"),
        ("Te betalen", "Subtotaal"),
        ("Balance due", "Total tax"),
        ("Totale da pagare", "Totale"),
        ("Gesamtbetrag", "Gesamtbetrag der Abschläge"),
        ("Residual", "Payment"),
        ("Total", "Payments received"),
        ("Payment due", "Total"),
    ],
)
def test_labels_are_ordered(better: str, worse: str) -> None:
    assert weight_of(better) > weight_of(worse)


def best(*lines: str) -> str:
    sheet = page(*lines)
    amounts = [amount for line in sheet.rows for amount in amounts_in(line)]
    return str(rank(amounts, [sheet])[0][1].value)


def test_amount_to_pay_is_the_gross_total() -> None:
    assert best("Nettobetrag   100,00", "MwSt. 19 %   19,00", "Gesamtbetrag   119,00", "Skonto   2,38") == "119.00"


def test_amount_to_pay_stands_below_its_heading() -> None:
    assert best("Netto      MwSt.      Endbetrag", "100,00     19,00      119,00") == "119.00"


def test_prepaid_amount_is_subtracted_by_the_sender_not_by_us() -> None:
    assert best("Gesamtbetrag   119,00", "Anzahlung   19,00", "Zu zahlen   100,00") == "100.00"


def test_hint_of_a_code_decides() -> None:
    sheet = page("Gesamtbetrag   119,00", "Etwas   55,00")
    amounts = [amount for line in sheet.rows for amount in amounts_in(line)]
    assert str(rank(amounts, [sheet], hint=Decimal("55.00"))[0][1].value) == "55.00"


def test_gross_is_net_plus_tax() -> None:
    assert gross_values([Decimal(value) for value in ("100", "19", "119", "7")]) == {Decimal(119)}


def test_currency_comes_from_amounts_then_from_the_text() -> None:
    named, silent = page("Total 5,00 CHF"), page("Alle Preise in USD", "Total 5,00")
    assert main_currency(list(amounts_in(named.rows[0])), [named]) == "CHF"
    assert main_currency(list(amounts_in(silent.rows[1])), [silent]) == "USD"
    assert main_currency([], [page("nichts aus dem Ausland")]) == "EUR"
