"""Dates: notations, due dates, computed due dates."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import page, row

from gini_notebook.sandbox.reading.dates import dates_in, due_after_days, due_dates, find_dates, issue_date

DAYS = st.dates(datetime.date(1980, 1, 1), datetime.date(2069, 12, 31))


@given(DAYS, st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d. %m. %Y", "%d %B %Y", "%B %d, %Y"]))
def test_every_notation_is_read_back(day: datetime.date, notation: str) -> None:
    assert [date.value for date in dates_in(row(f"am {day.strftime(notation)} fällig"))] == [day]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11. Juli 2014", "2014-07-11"),
        ("3. März 2025", "2025-03-03"),
        ("19 april 2014", "2014-04-19"),
        ("1er août 2023", "2023-08-01"),
        ("15 février 2020", "2020-02-15"),
        ("04.10.18", "2018-10-04"),
        ("12/17/18", "2018-12-17"),
    ],
)
def test_dates_in_words_and_short(text: str, expected: str) -> None:
    assert [date.value.isoformat() for date in dates_in(row(text))] == [expected]


@pytest.mark.parametrize("text", ["31.02.2024", "00.01.2024", "1.2.3", "Version 10.11.2025.1", "99.99.9999"])
def test_what_is_no_date(text: str) -> None:
    assert list(dates_in(row(text))) == []


def due(*lines: str) -> list[str]:
    sheet = page(*lines)
    return [one.value for one in due_dates(find_dates([sheet]), [sheet])]


@pytest.mark.parametrize(
    "lines",
    [
        ("Rechnungsdatum: 03.03.2025", "Fällig am: 02.04.2025"),
        ("Datum 03.03.2025", "Bitte überweisen Sie bis zum 02.04.2025."),
        ("Bitte überweisen Sie den Betrag unter Angabe der Nummer bis", "zum 02.04.2025 auf das Konto."),
        ("Belegdatum   Fälligkeit", "03.03.2025   02.04.2025"),
        ("Invoice date: 2025-03-03", "Due date: 2025-04-02"),
        ("Date 03/03/2025", "Date d'échéance : 02/04/2025 net"),
        ("Bis zum 13.03.2025 erhalten Sie 2 % Skonto", "Zahlbar bis 02.04.2025 ohne Abzug"),
        ("Zahlbar in 30 Tagen netto bis 02.04.2025, 3 % Skonto in 10 Tagen bis 13.03.2025",),
        ("3 % Skonto bis 13.03.2025, netto bis 02.04.2025",),
    ],
)
def test_due_date(lines: tuple[str, ...]) -> None:
    assert due(*lines)[0] == "2025-04-02"


def test_the_date_of_a_discount_is_no_due_date() -> None:
    assert due("Zahlbar bis 13.03.2025 mit 2 % Skonto") == []


def test_the_date_of_a_direct_debit_comes_last() -> None:
    debit = "Den Betrag buchen wir am 13.03.2025 von Ihrem Konto ab."
    assert due(debit) == ["2025-03-13"]
    assert due(debit, "Fällig am: 02.04.2025") == ["2025-04-02", "2025-03-13"]


def test_due_date_before_its_word() -> None:
    assert due("Der Beitrag ist am 18.02.2025 fällig.") == ["2025-02-18"]


def test_american_dates_are_told_by_the_document() -> None:
    sheet = page("Date 10/18/18", "Due date: 03/04/19")
    assert due_dates(find_dates([sheet]), [sheet])[0].value == "2019-03-04"


def test_due_date_is_computed_from_days_and_then_stands_nowhere() -> None:
    sheet = page("Rechnungsdatum: 03.03.2025", "Zahlbar innerhalb von 30 Tagen netto.")
    found = due_after_days([sheet], issue_date(find_dates([sheet]), [sheet]))
    assert found is not None
    assert (found.value, found.area) == ("2025-04-02", None)
    assert due_after_days([sheet], None) is None
