"""Many values at once give what each gives by itself, and causes are those of the definition."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis import rules
from gini_notebook.analysis.rules import Rule, identifiers, normal_text

RULES = [
    *(rules.get(name) for name in ("amount", "numeric", "iban", "bic", "date", "reference", "companyname", "doctype")),
    rules.get("amount", locale="de", currency_default="EUR"),
    rules.get("text", fold="german"),
    rules.get("text", custom=lambda value: value.strip() or None),
]
letters = st.text("aAbB 019.,:-\t\n\x1c\xa0\0äÄßﬁΣσİ\u0308\u2028", max_size=8)
lists = st.lists(st.one_of(letters, st.text(" \t\x1faA-", max_size=5), st.text(max_size=5)), max_size=6)


@given(st.sampled_from(RULES), lists)
@settings(max_examples=800, deadline=None)
def test_many_canonical_values_are_those_of_each(rule: Rule, values: list[str]) -> None:
    texts, readable = rule.canonical_many(values)
    alone = [rule.canonical(value) for value in values]
    may_be = rule.has_form or (lambda _: True)
    assert readable == [form is not None and may_be(value) for form, value in zip(alone, values, strict=True)]
    assert texts == [
        normal_text.exact(value) if form is None else form for value, form in zip(values, alone, strict=True)
    ]


@pytest.mark.parametrize(
    ("many", "single"),
    [
        (normal_text.exact_many, normal_text.exact),
        (normal_text.name_many, normal_text.name),
        (normal_text.lower_collapsed_many, lambda value: " ".join(value.lower().split())),
        (normal_text.letters_and_digits_many, normal_text.letters_and_digits),
        (identifiers.iban_many, identifiers.iban),
        (rules.caseless_many, str.lower),
    ],
)
@given(values=lists)
@settings(max_examples=400, deadline=None)
def test_a_sweep_over_many_values_is_the_form_of_each(many, single, values) -> None:  # type: ignore[no-untyped-def]
    assert many(values) == [single(value) for value in values]


def plainly(value: str, *, drop_accents: bool, spell_out: bool) -> str:
    """Fold case and Unicode form of a value without its blanks, by the definitions alone."""
    value = value.replace(" ", "")
    for _ in range(5):
        value = unicodedata.normalize("NFKC", value.casefold())
    if spell_out:
        for letter, spelled in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
            value = value.replace(letter, spelled)
    if drop_accents:
        value = "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c))
    return value


def one_edit(truth: str, extracted: str) -> str | None:
    """Name the edit by trying all of them, the first place first."""
    size = len(truth)
    if len(extracted) == size - 1:
        places = [at for at in range(size) if truth[:at] + truth[at + 1 :] == extracted]
        return f"deletion {truth[places[0]]}" if places else None
    if len(extracted) == size + 1:
        places = [at for at in range(size + 1) if truth[:at] + extracted[at] + truth[at:] == extracted]
        return f"insertion {extracted[places[0]]}" if places else None
    if len(extracted) != size:
        return None
    differing = [at for at in range(size) if truth[at] != extracted[at]]
    if len(differing) == 1:
        return f"substitution {truth[differing[0]]}→{extracted[differing[0]]}"
    if len(differing) == 2 and differing[1] == differing[0] + 1:
        one, other = (side[differing[0] : differing[1] + 1] for side in (truth, extracted))
        return f"transposition {one}→{other}" if one[::-1] == other else None
    return None


def by_definition(truth: str, extracted: str) -> str:
    """Give the cause of a pair of texts as the vocabulary defines it, slowly."""
    kept = [plainly(value, drop_accents=False, spell_out=False) for value in (truth, extracted)]
    spelled = [plainly(value, drop_accents=False, spell_out=True) for value in (truth, extracted)]
    bare = [plainly(value, drop_accents=True, spell_out=False) for value in (truth, extracted)]
    levelled = "case or blank" if kept[0] == kept[1] else ""
    levelled = levelled or ("umlaut" if spelled[0] == spelled[1] or bare[0] == bare[1] else "")
    edit = one_edit(truth, extracted)
    if edit is not None:
        return levelled or f"one character: {edit}"
    if extracted in truth or truth in extracted:
        return "truncated" if extracted in truth else "extended"
    return levelled or "other"


texts = st.one_of(st.text("aAbB 01", max_size=7), st.text("aäAÄouüßsse\u0308 ", max_size=7), st.text(max_size=6))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a value and another one that is some small changes away, as misread values are."""
    truth = draw(texts)
    extracted = truth
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(extracted)))
        put = draw(st.text("aAbB 01äÄü", max_size=2))
        extracted = extracted[:at] + put + extracted[at + draw(st.integers(0, 2)) :]
        if draw(st.booleans()):
            extracted = extracted[:at] + extracted[at : at + 2][::-1] + extracted[at + 2 :]
    return truth, draw(st.sampled_from([extracted, extracted.swapcase(), extracted.replace(" ", "")]))


@given(st.lists(pairs(), min_size=1, max_size=20))
@settings(max_examples=600, deadline=None)
def test_causes_of_texts_are_those_of_the_definition(drawn: list[tuple[str, str]]) -> None:
    unequal = [pair for pair in drawn if pair[0] != pair[1]]
    truth, extracted = [pair[0] for pair in unequal], [pair[1] for pair in unequal]
    found = rules.causes(rules.get("reference"), truth, extracted)
    assert found == [by_definition(*pair) for pair in unequal]


def test_the_definition_of_causes_is_met_by_every_kind() -> None:
    """The comparison above is one of all kinds of causes."""
    wanted = {
        ("RE-1O0", "RE-100"): "one character: substitution O→0",
        ("aab", "ab"): "one character: deletion a",
        ("ab", "aab"): "one character: insertion a",
        ("ab", "ba"): "one character: transposition ab→ba",
        ("a b", "ab "): "case or blank",
        ("aA", "Aa"): "case or blank",
        ("für", "fur"): "umlaut",
        ("u\u0308x", "üx"): "case or blank",
        ("abcd", "cd"): "truncated",
        ("cd", "abcd"): "extended",
        ("abc", "xyz"): "other",
    }
    assert {pair: by_definition(*pair) for pair in wanted} == wanted
    found = rules.causes(rules.get("reference"), *([pair[side] for pair in wanted] for side in (0, 1)))
    assert found == list(wanted.values())


def test_another_field_and_row_are_named_only_where_nothing_nearer_is_found() -> None:
    found = rules.causes(
        rules.get("reference"),
        ["RE-1", "RE-1", "RE-1"],
        ["XY", "XY", "RE-2"],
        truth_parsed=[True, True, True],
        extracted_parsed=np.array([True, True, True]).tolist(),
        other_fields=["iban", None, "iban"],
        other_rows=[None, 3, None],
    )
    assert found == ["another field: iban", "another row: 3", "one character: substitution 1→2"]
    assert all(re.match(f"({'|'.join(rules.CAUSES)})", cause) for cause in found)
