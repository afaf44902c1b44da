"""Telling pairs of values: what the typed level says, why, and what ANLS says."""

import unicodedata
from typing import Any

import pytest

from gini_notebook.analysis import rules

IBAN = "DE89370400440532013000"
MUELLER = "Müller GmbH"

# truth, extracted, rule, expected cause ("" = correct), ANLS
PAIRS: list[tuple[str, str, str, str, float]] = [
    ("12.34:EUR", "12.34:USD", "amount", "currency: EUR→USD", 0.667),
    ("12.30:EUR", "12.3:EUR", "amount", "", 0.889),
    ("12.34:EUR", "12.35:EUR", "amount", "one character: substitution 4→5", 0.889),
    ("1234.56", "1.234,56", "amount", "unparsed: extracted", 0.75),
    ("1234.56", "1,234.56", "amount", "unparsed: extracted", 0.875),
    ("12.34", "12,34", "amount", "unparsed: extracted", 0.8),
    ("-12.34", "12.34", "amount", "sign", 0.833),
    ("1234.56", "1243.56", "amount", "one character: transposition 34→43", 0.714),
    (IBAN, "DE89 3704 0044 0532 0130 00", "iban", "", 0.815),
    (IBAN, IBAN.lower(), "iban", "", 1.0),
    (IBAN, "DE89370400440532013001", "iban", "one character: substitution 0→1", 0.955),
    ("COBADEFFXXX", "COBADEFF", "bic", "", 0.727),
    ("2024-03-12", "12.03.2024", "date", "unparsed: extracted", 0.0),
    ("2024-03-12", "03/12/2024", "date", "unparsed: extracted", 0.0),
    ("2024-03-12", "2024-12-03", "date", "swapped day and month", 0.6),
    ("RE-2024-0815", "RE 2024 0815", "reference", "other", 0.833),
    ("000815", "815", "reference", "truncated", 0.5),
    (MUELLER, "MÜLLER GMBH", "companyname", "", 1.0),
    (MUELLER, "Mueller GmbH", "companyname", "umlaut", 0.833),
    (MUELLER, "Muller GmbH", "companyname", "umlaut", 0.909),
    (MUELLER, unicodedata.normalize("NFD", MUELLER), "companyname", "", 0.833),
]


@pytest.mark.parametrize(("truth", "extracted", "rule", "cause", "anls"), PAIRS)
def test_typed_level_cause_and_anls(truth: str, extracted: str, rule: str, cause: str, anls: float) -> None:
    explanation = rules.explain(truth, extracted, rule)
    assert (explanation.typed, explanation.cause) == (cause == "", cause)
    assert rules.cause(truth, extracted, rules.get(rule)) == cause
    assert rules.anls(truth, extracted) == pytest.approx(anls, abs=5e-4)


@pytest.mark.parametrize(
    ("truth", "extracted", "rule", "settings"),
    [
        ("1234.56", "1.234,56", "amount", {"locale": "de"}),
        ("1234.56", "1,234.56", "amount", {"locale": "en"}),
        ("12.34", "12,34", "amount", {"locale": "de"}),
        ("2024-03-12", "12.03.2024", "date", {"date_order": "dmy"}),
        ("2024-03-12", "03/12/2024", "date", {"date_order": "mdy"}),
        (MUELLER, "Mueller GmbH", "companyname", {"fold": "german"}),
        ("12.34:EUR", "12.34", "amount", {"currency_default": "EUR"}),
        ("12.34:EUR", "12.36:EUR", "amount", {"tolerance": 2}),
    ],
)
def test_a_declared_setting_makes_them_equal(truth: str, extracted: str, rule: str, settings: dict[str, Any]) -> None:
    assert not rules.explain(truth, extracted, rule).typed
    assert rules.explain(truth, extracted, rule, **settings).typed


@pytest.mark.parametrize(
    ("truth", "extracted", "rule", "settings"),
    [
        ("COBADEFFXXX", "COBADEFF", "bic", {"bic_branch": "strict"}),
        ("12.34:EUR", "12.36:EUR", "amount", {"tolerance": 1}),
        ("12.34:EUR", "12.34:USD", "amount", {"tolerance": 1}),
        ("12.34:EUR", "12.34", "amount", {"currency_default": "CHF"}),
        ("1234.56", "1,234.56", "amount", {"locale": "de"}),
        ("2024-03-12", "03/12/2024", "date", {"date_order": "dmy"}),
        (MUELLER, "Muller GmbH", "companyname", {"fold": "german"}),
    ],
)
def test_a_declared_setting_leaves_them_different(
    truth: str, extracted: str, rule: str, settings: dict[str, Any]
) -> None:
    assert not rules.explain(truth, extracted, rule, **settings).typed


@pytest.mark.parametrize(
    ("truth", "extracted", "rule", "lenient"),
    [
        ("RE-2024-0815", "RE 2024 0815", "reference", True),
        ("re-2024-0815", "RE20240815", "id", True),
        ("000815", "815", "reference", False),
        ("--", "++", "reference", False),
        (MUELLER, "Muller GmbH", "companyname", True),
        ("Ahornhof GmbH", "Ahornhof", "companyname", False),
        ("12.34:EUR", "12.35:EUR", "amount", False),
        (IBAN, "DE89370400440532013001", "iban", False),
        ("ten letter", "ten lettxx", "text", True),
        ("ten letter", "ten letxxx", "text", False),
    ],
)
def test_lenient_level(truth: str, extracted: str, rule: str, *, lenient: bool) -> None:
    assert rules.explain(truth, extracted, rule).lenient is lenient


def test_the_iban_verdict_stands_beside_the_comparison() -> None:
    explanation = rules.explain(IBAN, "DE89370400440532013001", "iban")
    assert explanation.iban_valid == (True, False)
    assert "IBAN check: truth valid, extracted not valid" in str(explanation)
    # Wrong, and valid: the dangerous error.
    assert rules.explain(IBAN, "GB82 WEST 1234 5698 7654 32", "iban").iban_valid == (True, True)


def test_the_check_of_an_iban_knows_length_and_check_digits() -> None:
    assert rules.iban_valid("DE89 3704 0044 0532 0130 00")
    assert not rules.iban_valid("DE8937040044053201300")
    assert not rules.iban_valid("")
    assert not rules.iban_valid("not an IBAN")


def test_an_explanation_names_the_step_that_decides() -> None:
    assert str(rules.explain("12.335:EUR", "12.34:EUR", "amountToPay")).splitlines() == [
        "amount (tau=1.0): correct",
        "as delivered: '12.335:EUR' and '12.34:EUR' differ",
        "number and currency: '12.3350:EUR' and '12.34:EUR' differ",
        "rounded to the minor unit: both '12.34:EUR'",
        "lenient: same (similarity 1.000, tau 1); ANLS 0.800",
    ]


@pytest.mark.parametrize(
    ("rule", "settings", "extracted", "line"),
    [
        ("bic", {}, "cobadeff", "the head office is branch XXX: both 'COBADEFFXXX'"),
        ("bic", {}, "COBA DE FF XXX", "upper case, no blanks: both 'COBADEFFXXX'"),
        ("text", {"fold": "german"}, "COBADEFFXXX ", "blanks collapsed: both 'cobadeffxxx'"),
        ("reference", {}, " COBADEFFXXX", "blanks collapsed: both 'COBADEFFXXX'"),
        ("iban", {}, "COBA-DEFF-XXX", "upper case, no blanks or hyphens: both 'COBADEFFXXX'"),
        ("amount", {"tolerance": 3}, "x", "tolerance: 3 minor unit(s)"),
        (
            "date",
            {},
            "31.12.2025",
            "not read, kept as text: '31.12.2025'. ISO 8601 (2025-12-31) is read; "
            "others with date_order='dmy' or date_order='mdy'.",
        ),
        ("timeperiod", {}, "ten days", "not read, kept as text: 'ten days'."),
    ],
)
def test_every_kind_of_rule_is_explained(rule: str, settings: dict[str, Any], extracted: str, line: str) -> None:
    assert line in rules.explain("COBADEFFXXX", extracted, rule, **settings).steps


def test_a_rule_of_ones_own_is_explained() -> None:
    def initials(value: str) -> str:
        return "".join(word[0] for word in value.split())

    rule = rules.for_field("senderName", rules={"senderName": initials})
    explanation = rules.explain("Ahornhof GmbH", "Ahorn Gruppe", rule)
    assert explanation.verdict == "correct"
    assert explanation.steps[-1].endswith("initials: both 'AG'")


def test_similarity_is_the_normalised_edit_distance() -> None:
    assert rules.similarity("kitten", "sitting") == pytest.approx(1 - 3 / 7, abs=1e-15)
    assert rules.similarities(["kitten", "", "a"], ["sitting", "", "b"]).tolist() == [1 - 3 / 7, 1.0, 0.0]
    assert rules.similarities([], []).tolist() == []


def test_very_long_values_are_compared_in_bounded_time() -> None:
    long = "abcdefghij" * 100_000
    assert rules.similarity(long, long + "x") == pytest.approx(1 - 1 / 1_000_001)
    assert rules.similarities([long, "a"], [long[::-1], "a"]).tolist() == [0.0, 1.0]


def test_anls_cuts_below_its_threshold() -> None:
    assert rules.anls("abcd", "abxy") == 0.5
    assert rules.anls("abcd", "axyz") == 0.0
    assert rules.anls("abcd", "axyz", tau=0.25) == 0.25
    assert rules.anls("  ABC  d", "abc D") == 1.0
    assert rules.anls_many(["abcd", "abcd"], ["abxy", "zzzz"]).tolist() == [0.5, 0.0]
