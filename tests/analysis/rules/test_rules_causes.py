"""The cause of every kind of wrong value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis import rules
from gini_notebook.analysis.rules import CAUSES, Slots


@pytest.mark.parametrize(
    ("truth", "extracted", "rule", "cause"),
    [
        ("12.34:EUR", "zwölf", "amount", "unparsed: extracted"),
        ("zwölf", "12.34:EUR", "amount", "unparsed: truth"),
        ("zwölf", "elf", "amount", "unparsed: both"),
        ("12.34:EUR", "12.34:CHF", "amount", "currency: EUR→CHF"),
        ("12.34:EUR", "12.34", "amount", "currency_missing: extracted"),
        ("12.34", "12.34:EUR", "amount", "currency_missing: truth"),
        ("12.34:EUR", "-12.34:EUR", "amount", "sign"),
        ("-5", "5", "numeric", "sign"),
        ("12.34:EUR", "123.40:EUR", "amount", "factor: ×10"),
        ("12.34:EUR", "1234.00:EUR", "amount", "factor: ×100"),
        ("1234.00:EUR", "1.23:EUR", "amount", "other"),
        ("1119.00:EUR", "19.00:EUR", "amount", "truncated"),
        ("1230.00:EUR", "1.23:EUR", "amount", "factor: ÷1000"),
        ("0.50:EUR", "50.00:EUR", "amount", "factor: ×100"),
        ("0.05", "0.5", "numeric", "factor: ×10"),
        ("20", "2", "integer", "factor: ÷10"),
        ("12.34:EUR", "12.00:EUR", "amount", "minor unit"),
        ("12.30:EUR", "12.00:EUR", "amount", "minor unit"),
        ("12.34", "12", "amount", "minor unit"),
        ("2.5", "2", "numeric", "truncated"),
        ("0.00:EUR", "1.00:EUR", "amount", "one character: substitution 0→1"),
        ("-12.34:EUR", "12.35:EUR", "amount", "other"),
        ("12340.00:EUR", "1.23:EUR", "amount", "other"),
        ("119.00:EUR", "19.00:EUR", "amount", "one character: deletion 1"),
        ("19.00:EUR", "119.00:EUR", "amount", "one character: insertion 1"),
        ("RE-1O0", "RE-100", "reference", "one character: substitution O→0"),
        ("RE-12", "RE-123", "reference", "one character: insertion 3"),
        ("RE-123", "RE-12", "reference", "one character: deletion 3"),
        ("RE-2024-17", "2024-17", "reference", "truncated"),
        ("2024-17", "RE-2024-17", "reference", "extended"),
        ("re-17", "RE-17", "reference", "case or blank"),
        ("RE-1", "Re-1", "reference", "case or blank"),
        ("RE 17", "RE17", "reference", "case or blank"),
        ("Muster Mann", "Mustermann", "text", "case or blank"),
        ("Grüße AG", "Gruesse AG", "reference", "umlaut"),
        ("Café", "Cafe", "companyname", "umlaut"),
        ("2024-03-12", "2024-12-03", "date", "swapped day and month"),
        ("2024-03-12", "2024-03-13", "date", "one character: substitution 2→3"),
        ("2024-03-12", "2023-11-28", "date", "other"),
        ("Ahornhof", "Birkenhof", "companyname", "other"),
        ("10:day", "14:day", "timeperiod", "one character: substitution 0→4"),
    ],
)
def test_the_first_cause_that_applies(truth: str, extracted: str, rule: str, cause: str) -> None:
    assert rules.cause(truth, extracted, rules.get(rule)) == cause


def test_equal_values_have_no_cause() -> None:
    assert rules.cause("12.3:EUR", "12.30:EUR", rules.get("amount")) == ""
    assert rules.causes(rules.get("amount"), [], []) == []


def test_a_value_of_another_field_or_row_is_named() -> None:
    amount = rules.get("amount")
    siblings = {"iban": "DE89370400440532013000", "net": "100.00:EUR"}
    assert rules.cause("119.00:EUR", "100.0:EUR", amount, siblings=siblings) == "another field: net"
    assert rules.cause("119.00:EUR", "55.0:EUR", amount, siblings=siblings, rows={3: "55:EUR"}) == "another row: 3"
    assert rules.cause("119.00:EUR", "77.0:EUR", amount, siblings=siblings, rows={3: "55:EUR"}) == "other"
    # A nearer cause comes first.
    assert rules.cause("10.00:EUR", "100.00:EUR", amount, siblings=siblings) == "factor: ×10"


def test_a_function_of_ones_own_is_not_judged_as_money() -> None:
    rule = rules.get("amount", custom=lambda value: value.strip("-"))
    assert rules.cause("ab:c", "abc:d", rule) == "other"
    assert rules.cause("", "abc", rule) == "extended"


def slots() -> Slots:
    """Two documents; the first has a header amount, a header IBAN and two rows of two columns."""
    document = [0, 0, 0, 0, 0, 0, 1, 1]
    group = [0, 0, 1, 1, 1, 1, 0, 0]
    row = [0, 0, 0, 0, 1, 1, 0, 0]
    field = [0, 1, 2, 3, 2, 3, 0, 1]
    truth = ["119.00:EUR", "REF-7", "1", "10.00:EUR", "2", "20.00:EUR", "8.00:EUR", None]
    arrays = (np.array(codes) for codes in (document, group, row, field))
    return Slots(*arrays, truth, ["", "lineItems"], ["amountToPay", "reference", "quantity", "baseGross"])


@pytest.mark.parametrize(
    ("position", "extracted", "name", "row"),
    [
        (0, "10.00:EUR", "lineItems.baseGross", None),
        (0, "8.00:EUR", None, None),
        (0, "119.00:EUR", None, None),
        (1, "119.00:EUR", "amountToPay", None),
        (3, "119.00:EUR", "amountToPay", None),
        (3, "20.00:EUR", None, 1),
        (3, "1", "quantity", None),
        (3, "2", None, None),
        (5, "10.00:EUR", None, 0),
        (4, "ref-7", "reference", None),
        (6, "REF-7", None, None),
    ],
)
def test_where_else_a_wrong_value_is_right(position: int, extracted: str, name: str | None, row: int | None) -> None:
    assert rules.elsewhere(slots(), np.array([position]), [extracted]) == ([name], [row])


def test_other_places_are_looked_up_pair_by_pair() -> None:
    fields, rows = rules.elsewhere(slots(), np.array([0, 3]), ["REF-7", "20.00:EUR"])
    amount = rules.get("amount")
    parsed = [False, True]
    assert rules.causes(
        amount,
        ["119.00:EUR", "10.00:EUR"],
        ["REF-7", "20.00:EUR"],
        extracted_parsed=parsed,
        other_fields=fields,
        other_rows=rows,
    ) == ["unparsed: extracted", "one character: substitution 1→2"]
    assert (fields, rows) == (["reference", None], [None, 1])


@given(st.sampled_from(["amount", "iban", "date", "reference", "companyname", "numeric"]), st.data())
@settings(max_examples=300, deadline=None)
def test_every_wrong_pair_has_one_cause_of_the_vocabulary(name: str, data: st.DataObject) -> None:
    values = st.text("012.-:EUR aäß", max_size=12)
    truth, extracted = data.draw(values), data.draw(values)
    rule = rules.get(name)
    cause = rules.cause(truth, extracted, rule)
    assert (cause == "") is rules.explain(truth, extracted, rule).typed
    assert cause == "" or cause.partition(":")[0] in CAUSES
