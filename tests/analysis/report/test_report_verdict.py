"""The verdict: what it says, what it must never say, in both languages."""

import re
from dataclasses import replace
from math import isnan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.evaluation.slices import FEWEST_SLOTS
from gini_notebook.analysis.report.content import gather
from gini_notebook.analysis.report.texts import TEXTS
from gini_notebook.analysis.report.verdict import FEWEST, Facts, Scored, Share, concentration, slice_name, verdict
from tests.analysis.evaluation.evaluation_samples import scans_and_others

# The demo at the time the rules were made: 78 documents, 90 mistakes, of which ten scans hold 67.
MISTAKES = [7] * 7 + [2] * 5 + [1] * 5 + [6, 6, 3, 1, 1, 3, 6] + [0] * 54
SCANS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 17, 18, 22, 23}
KINDS = ["SCANNED" if at in SCANS else "NATIVE" for at in range(78)]


def scored(name: str, f1: float, values: int, *, low: float = 0.0, high: float = 1.0, column: str = "") -> Scored:
    return Scored(name, values, 0 if isnan(f1) else round(f1 * values), f1, low, high, column)


SLICES = (
    scored("NATIVE", 0.983, 407, low=0.96, high=0.99, column="source_classification"),
    scored("SCANNED", 0.429, 98, low=0.3, high=0.6, column="source_classification"),
)
FIELDS = (scored("iban", 0.926, 73), scored("docType", 0.795, 78), scored("paymentReference", 0.2, 5))
DEMO = Facts(Share(2, 3), Share(60, 72), MISTAKES, {"source_classification": KINDS}, SLICES, FIELDS)


def test_the_verdict_of_the_demo() -> None:
    assert verdict(DEMO) == (
        "2 of 3 gates passed.",
        "10 of 78 documents hold 67 of the 90 mistakes in the header fields, all of them scans; F1 of documents with a "
        "text layer is 0.983 (407 values), of scans 0.429 (98 values).",
        "Of the fields that can be ranked, docType has the lowest F1: 0.795, with 62 of 78 values right.",
    )


def test_the_verdict_in_german() -> None:
    assert verdict(DEMO, "de") == (
        "2 von 3 Bedingungen erfüllt.",
        "Auf 10 von 78 Dokumenten liegen 67 der 90 Fehler in den Kopffeldern, allesamt Scans; F1 für Dokumente mit "
        "Textebene ist 0,983 (407 Werte), für Scans 0,429 (98 Werte).",
        "Von den Feldern mit Rang hat docType das niedrigste F1: 0,795, mit 62 von 78 Werten richtig.",
    )


def test_without_gates_the_payable_documents_come_first() -> None:
    assert verdict(Facts(payable=Share(60, 72), fields=FIELDS))[0] == "60 of 72 documents can be paid as read."


@pytest.mark.parametrize(
    "mistakes",
    [
        [9, 9, 9] + [0] * 97,  # 27 mistakes are too few
        [1] * 40 + [0] * 9_960,  # few documents have a mistake, none has several
        [3] * 50 + [0] * 50,  # half of the documents
        [1] * 30,
        [],
    ],
)
def test_mistakes_that_are_few_or_spread_are_not_called_concentrated(mistakes: list[int]) -> None:
    assert concentration(Facts(mistakes=mistakes)) is None


def test_the_cut_is_where_the_number_of_mistakes_falls_most() -> None:
    found = concentration(Facts(mistakes=[10, 10, 10, 9, 2, 2] + [0] * 54))
    assert found is not None
    assert (found.documents, found.mistakes, found.slice) == (Share(4, 60), Share(39, 43), None)


def test_a_slice_is_named_only_where_it_is_nearly_all_of_these_and_not_of_all() -> None:
    mistakes = [10, 10, 10, 9, 9] + [0] * 55
    kinds = ["a", "a", "a", "a", "b"] + ["b"] * 55
    found = concentration(Facts(mistakes=mistakes, kinds={"issuer": kinds}))
    assert found is not None
    assert (found.slice, found.column, found.of_slice) == ("a", "issuer", 4)
    assert "4 of them documents with issuer a" in verdict(Facts(mistakes=mistakes, kinds={"issuer": kinds}))[0]
    for others in (["a"] * 60, ["a", "b", "a", "b", "c"] + ["a"] * 55, [None] * 60):
        again = concentration(Facts(mistakes=mistakes, kinds={"issuer": others}))
        assert again is not None
        assert again.slice is None


@pytest.mark.parametrize(
    "slices",
    [
        (SLICES[0], scored("SCANNED", 0.4, 29, low=0.3, high=0.6, column="source_classification")),
        (SLICES[0], scored("SCANNED", 0.9, 98, low=0.8, high=0.97, column="source_classification")),
        (SLICES[0], scored("image/png", 0.4, 98, low=0.3, high=0.6, column="media_type")),
        (SLICES[0], scored("SCANNED", float("nan"), 98, column="source_classification")),
        SLICES[:1],
    ],
)
def test_a_gap_needs_thirty_values_on_both_sides_and_intervals_apart(slices: tuple[Scored, ...]) -> None:
    assert verdict(Facts(payable=Share(60, 72), slices=slices)) == ("60 of 72 documents can be paid as read.",)


def test_one_ranked_field_or_equal_ones_have_no_lowest() -> None:
    for fields in (FIELDS[:1], (FIELDS[0], FIELDS[2]), (scored("iban", 1, 40), scored("bic", 1, 50))):
        assert verdict(Facts(payable=Share(60, 72), fields=fields)) == ("60 of 72 documents can be paid as read.",)


def test_what_is_too_few_to_be_ranked_is_too_few_for_a_sentence() -> None:
    assert FEWEST == FEWEST_SLOTS


def test_where_nothing_can_be_said_the_tables_are_named() -> None:
    assert verdict(Facts(payable=Share(5, 6))) == (
        "The header fields together have fewer than 30 labels; see the tables.",
    )


@pytest.mark.parametrize(
    ("fields", "english", "german"),
    [
        (
            (scored("iban", 1, 16), scored("bic", 0.5, 14)),
            "23 of 30 values of the header fields are right; each field has fewer than 30, so none is ranked.",
            "23 von 30 Werten der Kopffelder sind richtig; jedes Feld hat weniger als 30, also keines einen Rang.",
        ),
        (
            (scored("iban", 1, 40), scored("bic", 1, 5)),
            "45 of 45 values of the header fields are right.",
            "45 von 45 Werten der Kopffelder sind richtig.",
        ),
        (
            (scored("iban", 1, 16), scored("bic", 0.5, 13)),
            "The header fields together have fewer than 30 labels; see the tables.",
            "Die Kopffelder haben zusammen weniger als 30 Sollwerte; siehe die Tabellen.",
        ),
    ],
)
def test_where_no_field_can_be_ranked_all_of_them_together_are_counted(
    fields: tuple[Scored, ...], english: str, german: str
) -> None:
    facts = Facts(payable=Share(13, 16), fields=fields)
    assert verdict(facts) == (english,)
    assert verdict(facts, "de") == (german,)


def test_few_documents_say_which_slice_holds_most_mistakes_in_counts() -> None:
    fields, kinds = (
        (scored("iban", 0.8, 20), scored("bic", 0.8, 20)),
        {"source_classification": ["SCANNED"] * 2 + ["NATIVE"] * 8},
    )
    facts = Facts(mistakes=[7, 2, 1, 1] + [0] * 6, kinds=kinds, fields=fields)
    assert verdict(facts) == (
        "32 of 40 values of the header fields are right; each field has fewer than 30, so none is ranked.",
        "9 of the 11 mistakes in the header fields are in scans: 2 of 10 documents.",
    )
    assert verdict(facts, "de")[1] == "9 der 11 Fehler in den Kopffeldern entfallen auf Scans: 2 von 10 Dokumenten."
    assert verdict(replace(facts, payable=Share(60, 72)))[0] == "60 of 72 documents can be paid as read."


@pytest.mark.parametrize(
    ("mistakes", "kinds", "values"),
    [
        ([7, 2] + [0] * 8, ["SCANNED"] * 2 + ["NATIVE"] * 8, 20),  # fewer than ten mistakes
        ([7, 2, 1, 1] + [0] * 6, ["SCANNED"] * 5 + ["NATIVE"] * 5, 20),  # half of the documents
        ([5, 0, 5, 1] + [0] * 6, ["SCANNED"] * 2 + ["NATIVE"] * 8, 20),  # not most of the mistakes
        ([7, 2, 1, 1] + [0] * 6, ["SCANNED"] * 2 + ["NATIVE"] * 8, 14),  # fewer than thirty values
        ([7, 2, 1, 1] + [0] * 6, [None] * 2 + ["NATIVE"] * 8, 20),  # nobody knows which
    ],
)
def test_a_slice_that_holds_as_much_as_others_is_not_named(
    mistakes: list[int], kinds: list[str | None], values: int
) -> None:
    fields = (scored("iban", 0.8, values), scored("bic", 0.8, values))
    said = verdict(Facts(mistakes=mistakes, kinds={"source_classification": kinds}, fields=fields))
    assert "mistakes in the header" not in " ".join(said)


shares = st.builds(lambda part, more: Share(part, part + more), st.integers(0, 60), st.integers(0, 60))
scores = st.builds(
    lambda name, f1, values, half: Scored(name, values, int(f1 * values), f1, f1 - half, f1 + half, "kind"),
    st.sampled_from("abc"),
    st.floats(0, 1),
    st.integers(0, 60),
    st.floats(0, 0.3),
)


@settings(deadline=None)
@given(
    st.builds(
        Facts,
        gates=st.none() | shares,
        payable=st.none() | shares,
        mistakes=st.lists(st.integers(0, 12), max_size=80),
        slices=st.lists(scores, max_size=5),
        fields=st.lists(scores, max_size=5),
    ),
    st.sampled_from(["en", "de"]),
)
def test_one_to_three_sentences_never_a_judgement_never_fewer_than_thirty_values(facts: Facts, language: str) -> None:
    said = verdict(facts, language)
    assert 1 <= len(said) <= 3
    assert all(sentence.endswith(".") and (sentence[0].isupper() or sentence[0].isdigit()) for sentence in said)
    assert not re.search(r"\b(good|bad|well|gut|schlecht)\b", " ".join(said), re.IGNORECASE)
    for values in re.findall(r"\((\d+) (?:values|Werte)\)|(?:of|von) (\d+) (?:values|Werten)", " ".join(said)):
        assert int(max(values, key=len)) >= 30


def test_slices_of_the_service_have_words() -> None:
    for language, words in (("en", "scans with a text layer"), ("de", "Scans mit Textebene")):
        assert slice_name("source_classification", "SANDWICH", TEXTS[language]) == words
    assert slice_name("issuer", None, TEXTS["en"]) == "documents without issuer"
    assert slice_name("issuer", "SCANNED", TEXTS["en"]) == "documents with issuer SCANNED"


def test_J8_the_slice_with_most_mistakes_is_that_of_an_independent_count() -> None:
    result, kinds = scans_and_others(200)
    content = gather(
        result, language="en", title=None, made_at=None, how={"intervals": "documents", "confidence_level": 0.95}
    )
    mistakes = result.mistakes(full=True)
    counted = mistakes[mistakes["group"] == ""].groupby(mistakes["document"].map(kinds)).size()
    table = content.slices["source_classification"].set_index("slice")
    for name, count in counted.items():
        assert table.loc[name, ["wrong", "missing", "spurious"]].sum() == count
    assert counted["SCANNED"] > counted.sum() / 2
    assert "scans" in " ".join(content.verdict)
    by_kind = pd.Series(kinds).value_counts()
    assert table["documents"].to_dict() == by_kind.to_dict()
