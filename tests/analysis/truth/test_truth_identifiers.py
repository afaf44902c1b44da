"""Cells of identifiers that hold a word: said when they are read, when they are compared, and by ``check_truth``."""

import pandas as pd
import pytest

import gini_notebook as gini
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.rules import cause, get
from gini_notebook.analysis.truth import read_truth

IBAN, BIC = "DE02120300000000202051", "BYLADEM1001"
WORDS = ["Lastschrift", "siehe Vertrag", "keine", "entfällt", "bar bezahlt", "wie oben", "unleserlich", "DE254306"]


def kinds(notes):
    return {(note.kind, note.level, note.about, note.detail) for note in notes}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("field", "right", "named"), [("iban", IBAN, "IBAN"), ("bic", BIC, "BIC")])
def test_M12_a_word_where_an_identifier_belongs_is_unread_on_every_way(word, field, right, named):
    truth = read_truth(pd.DataFrame({"document": ["a.pdf", "b.pdf"], field: [word, right]}))
    grave = ("truth_unread", "must", (field,), named)
    assert grave in kinds(truth.notes)
    found = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": field, "value": right, "entity": field})
    with pytest.warns(gini.TruthWarning, match=f"1 value of {field} in the ground truth cannot be read as {named}"):
        result = evaluate(found, truth)
    assert grave in kinds(result.notes)
    assert result.comparisons["outcome"].tolist() == ["wrong", "correct"]
    assert result.comparisons["cause"].tolist()[0] == "unparsed: truth"
    checked = gini.check_truth(truth)
    assert checked[["document", "check"]].values.tolist() == [["a.pdf", "unread"]]
    assert f"cannot be read as {named}" in checked["found"].tolist()[0]


def test_a_wrong_check_digit_stays_one_and_a_word_for_nothing_stays_one():
    truth = read_truth(pd.DataFrame({"document": ["a.pdf", "b.pdf"], "iban": [f"{IBAN[:-1]}2", "k.A."]}))
    assert {kind for kind, *_ in kinds(truth.notes)} == {"check_digits", "missing_words"}


@pytest.mark.parametrize(
    ("truth", "extracted", "why"),
    [
        (IBAN, "DE0212030", "truncated"),
        (IBAN, "Lastschrift", "other"),
        (IBAN, f"{IBAN[:-1]}2", "one character: substitution 1→2"),
        ("Lastschrift", IBAN, "unparsed: truth"),
        ("DE0212030", IBAN, "unparsed: truth"),
        ("Last schrift", "LASTSCHRIFT", ""),
        ("12345678", "1234 5678", ""),
    ],
)
def test_what_the_service_read_as_an_account_is_judged_as_before(truth, extracted, why):
    assert cause(truth, extracted, get("iban")) == why


@pytest.mark.parametrize("text", ["cobadeff", "COBADEFFXXX", "nwbkgb2l", "DEUTDEDB 101", "POSTBANK"])
def test_a_bic_may_be_written_in_small_letters_where_a_bank_has_it(text):
    assert get("bic").canonical_many([text])[1] == [True]
    assert get("bic").canonical_many(["Postbank", "Volksbank", "Sparkasse"])[1] == [False] * 3


@pytest.mark.parametrize("account", ["12345678", "GB89NWBK60161398765432"])
def test_an_account_of_another_country_may_have_any_form(account):
    rows = {
        "document": ["a.pdf"],
        "field": ["creditorAccountNumber"],
        "value": [account],
        "group": ["crossBorderPayment"],
    }
    assert "truth_unread" not in {note.kind for note in read_truth(pd.DataFrame(rows)).notes}
