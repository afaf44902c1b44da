"""Whose name is the payee's: names in two lines, and texts that are none."""

import pytest
from reading_samples import IBAN, page

from gini_notebook.sandbox.reading.recipient import find_recipients


def recipients(*lines: str) -> list[str]:
    return [one.value for one in find_recipients([page(*lines)])]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Muster Bau und", "Beispiel Handels GmbH"), "Muster Bau und Beispiel Handels GmbH"),
        (("Erfundene Werke Nirgendwo", "& Beispiel AG"), "Erfundene Werke Nirgendwo & Beispiel AG"),
        (("Erfundene Werke Nirgendwo", "GmbH & Co. KG"), "Erfundene Werke Nirgendwo GmbH & Co. KG"),
        (("Muster-Maschinen-", "bau GmbH"), "Muster-Maschinenbau GmbH"),
        (("Muster Bau GmbH", "Beispiel Handels AG"), "Muster Bau GmbH"),
    ],
)
def test_a_name_in_two_lines_is_read_whole(lines: tuple[str, ...], expected: str) -> None:
    found = recipients("Zahlbar an", *lines, f"IBAN {IBAN}")
    assert found[0] == expected


@pytest.mark.parametrize("country", ["Deutschland", "Germany", "DE Deutschland", "ÖSTERREICH", "The Netherlands"])
def test_a_country_is_no_payee(country: str) -> None:
    assert country not in recipients("Muster Bau", "Musterweg 1", "12345 Musterstadt", country, f"IBAN {IBAN}")
    assert recipients(country, "Muster Bau GmbH", f"IBAN {IBAN}") == ["Muster Bau GmbH"]


def test_a_heading_of_a_column_is_no_payee() -> None:
    head = "Leistung                  Anzahl    Einzelpreis     Gesamt"
    found = recipients(head, "Miete Router              2         4,95            9,90")
    assert not {"Leistung", "Anzahl", "Gesamt"} & {*found}
    assert recipients("Artikelbezeichnung") == []
