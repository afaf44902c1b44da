"""Prices of line items: with tax where the page says how much; descriptions as they are printed."""

import pytest
from reading_samples import page

from gini_notebook.sandbox.reading.amounts import amounts_in
from gini_notebook.sandbox.reading.gross_prices import find_line_items
from gini_notebook.sandbox.reading.words import Scale


def items(*lines: str) -> list[dict[str, str]]:
    sheet = page(*lines)
    amounts = [amount for row in sheet.rows for amount in amounts_in(row)]
    found = find_line_items([sheet], amounts, "EUR", Scale([sheet], 72))
    return [{name: one["value"] for name, one in item.items()} for item in found]


def prices(*lines: str) -> list[str | None]:
    return [item.get("baseGross") for item in items(*lines)]


def descriptions(*lines: str) -> list[str]:
    return [item["description"] for item in items(*lines)]


HEAD = "Pos   Beschreibung              Menge   Einzelpreis   Gesamt"
ROWS = (
    "1     Werkbank                  2       40,00         80,00",
    "2     Montage                   1       20,00         20,00",
)


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (("Nettobetrag   100,00", "zzgl. 19 % MwSt.   19,00", "Rechnungsbetrag   119,00"), ["47.60:EUR", "23.80:EUR"]),
        (("Summe   100,00", "darin 19 % MwSt.   15,97", "netto   84,03"), ["40.00:EUR", "20.00:EUR"]),
        (("Zwischensumme   100,00", "Umsatzsteuer   7,00", "Endbetrag   107,00"), ["42.80:EUR", "21.40:EUR"]),
        (("Total   100,00",), ["40.00:EUR", "20.00:EUR"]),
        (("Nettobetrag   100,00", "19 % MwSt.   15,20", "7 % MwSt.   1,40", "Gesamt   116,60"), [None, None]),
        (("Nettobetrag   100,00", "0 % MwSt.   0,00", "Gesamt   100,00"), ["40.00:EUR", "20.00:EUR"]),
        (
            ("Nettobetrag   100,00", "2 % Skonto vom Betrag inkl. MwSt.", "MwSt. 20 %   20,00"),
            ["48.00:EUR", "24.00:EUR"],
        ),
    ],
)
def test_sums_tell_whether_prices_are_net_and_what_is_added(sums: tuple[str, ...], expected: list[str | None]) -> None:
    assert prices(HEAD, *ROWS, *sums) == expected


@pytest.mark.parametrize(
    ("price", "expected"), [("Nettopreis", "47.60:EUR"), ("Preis brutto", "40.00:EUR"), ("Preis excl.", "47.60:EUR")]
)
def test_a_heading_tells_whether_prices_are_net(price: str, expected: str) -> None:
    head = f"Pos   Beschreibung              Menge   {price}"
    assert prices(head, "1     Werkbank                  2       40,00", "19 % USt. 7,60") == [expected]


def test_every_row_has_the_tax_of_its_own_column() -> None:
    assert prices(
        "Menge     Bezeichnung           USt. %   Nettopreis    Betrag",
        "1,00      Buch                  7        160,00        160,00",
        "400,00    Ballon, ca. 500ml     19       0,7950        318,00",
        "Gesamt    478,00",
    ) == ["171.20:EUR", "0.95:EUR"]  # fmt: skip


def test_the_price_of_one_is_worked_out_where_only_the_total_is_printed() -> None:
    assert prices(
        "Bezeichnung           Menge    Betrag",
        "Stunden               4        100,00",
        "Kilometer             3        10,00",
        "Gesamt    110,00",
    ) == ["25.00:EUR", None]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["12 x 1,0l PET", "Restaurant, Rechnung 118", "Platte 160 × 80 cm", "API, block of 100,000", "Zone 2"]
)
def test_numbers_of_a_description_are_kept(text: str) -> None:
    assert descriptions(
        "Pos   Beschreibung                 Menge   Einzelpreis   Gesamt",
        f"1     {text:28} 2       40,00         80,00",
    ) == [text]


@pytest.mark.parametrize("quantity", ["2,50 Std.", "3 x", "17 Stk."])
def test_units_of_a_quantity_are_no_part_of_the_description(quantity: str) -> None:
    head = "Menge Einheit    Beschreibung                 Einzelpreis   Gesamt"
    assert descriptions(head, f"{quantity:16} Montage, Helfer              40,00         80,00") == ["Montage, Helfer"]
    head = "Menge            Beschreibung                 Einzelpreis   Gesamt"
    assert descriptions(head, f"{quantity:16} Montage, Helfer              40,00         80,00") == ["Montage, Helfer"]


def test_a_number_of_an_article_above_its_description() -> None:
    assert items(
        "          Art.-Nr.        Menge     Einzelpreis   Gesamt",
        "          Beschreibung",
        "          WA997           10        2,00          20,00",
        "          Wirkarbeit",
    ) == [{"artNumber": "WA997", "description": "Wirkarbeit", "quantity": "10", "baseGross": "2.00:EUR"}]  # fmt: skip


def test_prices_by_the_unit_have_headings_of_several_words() -> None:
    head = "Leistung                  Anzahl    netto je Stück     netto gesamt"
    row = "Miete Router              2         4,95 €             9,90 €"
    assert items(head, row, "19 % Umsatzsteuer   1,88 €") == [
        {"description": "Miete Router", "quantity": "2", "baseGross": "5.89:EUR"}
    ]
