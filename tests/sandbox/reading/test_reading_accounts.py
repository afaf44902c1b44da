"""IBAN and BIC."""

import pytest
import schwifty
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import IBAN, page, row

from gini_notebook.sandbox.reading.accounts import bic_of, find_bics, find_ibans, ibans_in


@given(
    st.sampled_from(["DE", "AT", "CH", "NL", "FR", "BE", "GB", "ES", "IT"]),
    st.integers(0, 10**6),
    st.sampled_from(["", " ", "   "]),
)
def test_every_valid_iban_is_found_with_and_without_blanks(country: str, seed: int, blank: str) -> None:
    import random

    iban = schwifty.IBAN.random(country, random=random.Random(seed))
    text = blank.join(iban[start : start + 4] for start in range(0, len(iban), 4))
    assert [found.value for found in ibans_in(row(f"IBAN: {text} BIC"))] == [str(iban)]


@given(st.integers(0, 9), st.integers(4, 21))
def test_a_wrong_digit_is_no_iban(digit: int, place: int) -> None:
    wrong = IBAN[:place] + str(digit) + IBAN[place + 1 :]
    expected = [IBAN] if wrong == IBAN else []
    assert [found.value for found in ibans_in(row(f"Konto {wrong}"))] == expected


def test_letters_that_ocr_sees_in_digits_are_repaired_by_the_check_digits() -> None:
    assert [found.value for found in ibans_in(row("DE89 37O4 0O44 0532 0130 00"))] == [IBAN]


def test_text_before_the_number_does_not_hide_it() -> None:
    assert [found.value for found in ibans_in(row(f"IBAN DE {IBAN}, SWIFT-BIC"))] == [IBAN]


def test_a_misprinted_iban_is_given_only_where_there_is_no_other() -> None:
    wrong = "DE12 1234 4321 9876 00"
    assert [one.value for one in find_ibans([page(f"IBAN : {wrong} BIC X")])] == ["DE1212344321987600"]
    assert [one.value for one in find_ibans([page(f"IBAN : {wrong}", f"IBAN : {IBAN}")])] == [IBAN]
    assert find_ibans([page(f"Konto {wrong}")]) == []


def test_the_account_that_is_debited_comes_last() -> None:
    payer = "DE02120300000000202051"
    found = find_ibans([page(f"Der Betrag wird von Ihrem Konto {payer} abgebucht", f"Unser Konto: {IBAN}")])
    assert [one.value for one in found] == [IBAN, payer]


@pytest.mark.parametrize("text", ["BIC: COBADEFFXXX", "SWIFT-BIC COBADEFFXXX", f"IBAN {IBAN} COBADEFFXXX"])
def test_bic_near_its_label_or_an_iban(text: str) -> None:
    assert [one.value for one in find_bics([page(text)])] == ["COBADEFFXXX"]


@pytest.mark.parametrize("text", ["BESTELLT AM", "RECHNUNG", "Ihre BESTELLUNG im SHOPPING", "COBADEFFXXX"])
def test_words_in_capitals_are_no_bics(text: str) -> None:
    assert find_bics([page(text)]) == []


def test_bic_is_derived_from_the_bank_code() -> None:
    assert bic_of(IBAN) == "COBADEFFXXX"
    assert bic_of("DE00") == ""
