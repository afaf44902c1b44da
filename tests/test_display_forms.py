"""What objects show of themselves in a cell: one content as HTML and as text, narrow, small, escaped."""

from collections.abc import Callable
from typing import Any

import lxml.html
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gini_notebook as gini
from gini_notebook import schema
from gini_notebook._display import COLUMNS, ROWS, Display, rows_of
from gini_notebook.notes import KINDS, Note
from gini_notebook.sandbox import Sandbox
from tests.payloads import PAYLOADS, unprintable

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</table>'",
    "&lt;b&gt;",
)
VALUES = st.one_of(st.none(), st.integers(), st.floats(allow_infinity=False), st.text(), st.sampled_from(MARKUP))
NOTES = st.builds(
    Note,
    st.sampled_from(sorted(KINDS)),
    st.integers(1, 9_999),
    st.lists(st.text(max_size=40), max_size=9).map(tuple),
    st.text(max_size=200),
    st.lists(st.sampled_from(MARKUP), max_size=3).map(tuple),
)


def squeezed(text: str) -> str:
    """Return a text without what only its layout needs, and without the marks of notes."""
    return "".join(text.split()).translate({ord("·"): None, ord("!"): None})


def of_html(html: str) -> tuple[str, list[list[str]]]:
    """Return all text of the HTML, without its style sheet, and the cells of its table."""
    page = lxml.html.fromstring(html)
    for style in page.iter("style"):
        style.text = None
    rows = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    return "".join(page.itertext()), rows


def check_twins(bundle: dict[str, str]) -> list[list[str]]:
    """Compare both forms of a display with each other and with what a display may be; return the rows."""
    assert set(bundle) == {"text/html", "text/plain"}
    html, text = bundle["text/html"], bundle["text/plain"]
    assert len(html.encode()) <= 30_000
    assert len(text.encode()) <= 30_000
    shown, rows = of_html(html)
    for row in rows:
        # The cells of a row stand in one line, in the same order.
        assert any(squeezed("".join(row)) in squeezed(line) for line in text.splitlines()), row
    assert sorted(squeezed(shown)) == sorted(squeezed(text))
    assert len(rows) <= ROWS + 1
    assert all(len(row) <= COLUMNS for row in rows)
    assert not unprintable(html.replace("\n", ""))
    assert not unprintable(text.replace("\n", ""))
    for mark in ("<script>", "<img", "<svg", "http://", "onerror=alert(1)>"):
        assert mark not in html
    return rows


@given(
    st.lists(st.text(max_size=900), max_size=3),
    st.lists(NOTES, max_size=40),
    st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=60),
)
@settings(deadline=None, max_examples=15)
def test_T29_both_forms_say_the_same_whatever_there_is_to_say(
    headline: list[str], notes: list[Note], rows: list[tuple[Any, ...]]
) -> None:
    shown = Display([*headline, "End."], notes, ("a", "b<b>", "c"), rows, more=["More."])
    table = check_twins(shown.bundle())
    assert table[0] == ["a", "b<b>", "c"]


def test_long_names_and_many_notes_leave_a_display_small_and_say_what_is_left_out() -> None:
    notes = [Note("truth_unread", 1, (f"field{number}",), "date", ("<" * 300,)) for number in range(90)]
    shown = Display(["Much."], notes, ("document",) * 10, [["&" * 400] * 10] * 50)
    table = check_twins(shown.bundle())
    assert 1 < len(table) <= ROWS
    assert f"The first {len(table) - 1} of 50." in shown.text
    assert "more notes: .notes has them all." in shown.text


def test_missing_values_undefined_numbers_and_none_are_told_apart() -> None:
    frame = pd.DataFrame({"text": pd.array([pd.NA, "x"], schema.TEXT), "count": pd.array([None, 1200], "Int64")})
    frame["share"] = [float("nan"), 0.5]
    assert check_twins(Display(["."], (), tuple(frame), rows_of(frame)).bundle())[1:] == [
        ["", "", "n/a"],
        ["x", "1,200", "0.500"],
    ]


def table(*values: str, field: str = "iban") -> pd.DataFrame:
    names = [f"{number:02}.pdf" for number in range(len(values))]
    return pd.DataFrame({"document": names, "group": "", "row": 0, "field": field, "value": list(values)})


TRUTH = gini.read_truth(table("DE1", "DE2", "DE3"))
RESULT = gini.evaluate(table("DE1", "DE2", "DE4"), TRUTH)


def test_the_truth_says_what_was_understood() -> None:
    several = table("12.50:EUR", "<script>alert(1)</script>", field="paymentPurpose").assign(state=["value", "value"])
    truth = gini.read_truth(pd.concat([TRUTH[["document", "group", "row", "field", "value"]], several]))
    rows = check_twins(truth._repr_mimebundle_())
    assert rows[0] == ["field", "values", "empty", "unclear", "alternatives", "for example"]
    assert rows[1:] == [
        ["iban", "3", "0", "0", "0", "DE1 · DE2"],
        ["paymentPurpose", "2", "0", "0", "0", "12.50:EUR · <script>alert(1)</script>"],
    ]
    assert "Ground truth: 3 documents, 5 labels, 2 fields." in truth._repr_html_()


def test_an_evaluation_says_its_average_its_notes_and_each_field() -> None:
    rows = check_twins(RESULT._repr_mimebundle_())
    assert rows[0][:6] == ["field", "support", "correct", "wrong", "missing", "spurious"]
    assert rows[0][-2:] == ["F1", "95 % interval"]
    assert rows[1][:7] == ["iban", "3", "2", "1", "0", "0", "0.667"]
    text = RESULT._repr_mimebundle_()["text/plain"]
    assert text.startswith("F1 of the header fields (micro): 0.667 [")
    assert "3 of 3 documents of the ground truth were read." in text
    for note in RESULT.notes:
        assert note.text in text


def test_a_comparison_says_its_verdict_and_what_was_fixed_and_broken() -> None:
    comparison = gini.compare(RESULT, gini.evaluate(table("DE1", "DE9", "DE3"), TRUTH))
    rows = check_twins(comparison._repr_mimebundle_())
    assert rows[0] == [
        "field",
        "F1 of A",
        "F1 of B",
        "difference",
        "95 % interval",
        "p (Holm)",
        "fixed",
        "broken",
        "verdict",
    ]
    assert [row[6:8] for row in rows[1:]] == [["1", "1"], ["1", "1"], ["", ""]]
    text = comparison._repr_mimebundle_()["text/plain"]
    assert text.startswith(comparison.verdict()[:80])
    assert "same truth" in text
    assert "1 values fixed, 1 broken. 0 fields decided, 1 not." in text


def test_checks_say_in_words_which_conditions_are_met() -> None:
    checks = RESULT.check(["iban.f1>=0.5", "iban.f1>=0.9", "unclear_uploads<=0"])
    rows = check_twins(checks._repr_mimebundle_())
    assert rows[0] == ["condition", "wanted", "is", "interval", "met"]
    assert [row[-1] for row in rows[1:]] == ["✓ met", "✗ not met", "✗ undefined"]
    assert rows[1][:3] == ["iban.f1", ">=0.5", "0.667"]
    assert "1 of 3 conditions is met." in checks._repr_html_()
    assert checks.passed is False
    assert checks.notes == RESULT.notes
    assert check_twins(RESULT.check([])._repr_mimebundle_()) == [rows[0]]


def test_T18_a_client_says_where_it_is_logged_in_and_shows_no_secret(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GINI_CLIENT_ID", sandbox.client_id)
    monkeypatch.setenv("GINI_CLIENT_SECRET", sandbox.client_secret)
    client = gini.login(api=sandbox.api, user_center=sandbox.user_center, ca_bundle=sandbox.ca_file)
    rows = check_twins(client._repr_mimebundle_() | {})
    assert ["client secret", "is there", "environment"] in rows
    assert ["API", sandbox.api, "argument"] in rows
    text = client._repr_mimebundle_()["text/plain"]
    assert text.startswith(f"Logged in at {sandbox.api} as {client.user}.")
    assert sandbox.client_secret not in text + client._repr_html_()
    client.close()
    assert client._repr_mimebundle_()["text/plain"].startswith(f"Logged out of {sandbox.api}")


def test_a_token_says_how_long_it_is_good_for(sandbox: Sandbox) -> None:
    client = gini.login(sandbox, anonymous_domain="example.com")
    client.documents(limit=1)
    assert " min more." in client._repr_html_()


def test_a_sandbox_says_where_it_runs_what_goes_wrong_and_what_it_holds() -> None:
    with Sandbox(processing_time_s=0.0) as sandbox:
        sandbox.set_faults({"POST /documents": {"429": 0.5}})
        gini.login(sandbox).documents()
        bundle = sandbox._repr_mimebundle_()
        for form in bundle.values():
            for said in (sandbox.api, "0 s per document, 16 at once", "POST /documents 429 0.5", "0 documents of"):
                assert said in form
    assert "is closed" in sandbox._repr_html_()


@pytest.mark.parametrize("payload", [*MARKUP, *PAYLOADS[:20]])
def test_T30_payloads_in_names_and_values_stand_there_as_text(payload: str) -> None:
    found = table(payload, "DE2").assign(document=[f"a{payload}.pdf", "b.pdf"])
    truth = found.assign(value=["DE7", payload])
    result = gini.evaluate(found, truth)
    for shown in (
        result,
        gini.compare(result, gini.evaluate(truth, truth)),
        gini.Truth(gini.read_truth(truth.dropna())),
    ):
        check_twins(shown._repr_mimebundle_())


@pytest.mark.parametrize(
    ("narrow", "full", "columns"),
    [
        (RESULT.by_field, RESULT.by_field, schema.FIELD_SCORES.narrow),
        (RESULT.mistakes, RESULT.mistakes, schema.COMPARISONS.narrow),
    ],
)
def test_tables_are_narrow_unless_all_is_asked_for(
    narrow: Callable[..., pd.DataFrame], full: Callable[..., pd.DataFrame], columns: tuple[str, ...]
) -> None:
    whole = full(full=True)
    assert list(narrow().columns) == list(columns)
    assert len(columns) <= 12 < len(whole.columns)
    pd.testing.assert_frame_equal(narrow(), whole[list(columns)])
    assert narrow().attrs == whole.attrs


def test_differences_are_narrow_unless_all_is_asked_for() -> None:
    comparison = gini.compare(RESULT, RESULT)
    assert len(comparison.by_field().columns) == 12
    assert set(comparison.by_field().columns) < set(comparison.by_field(full=True).columns)
    assert comparison.by_field().attrs == comparison.by_field(full=True).attrs
