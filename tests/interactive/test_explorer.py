"""The mistake explorer without a browser: filters, moves, tables, what is sent to the page."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from ipywidgets import Widget

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.interactive import mistake_view as content_module
from gini_notebook.interactive.explorer import explore
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PAYLOADS, PDF, Tables, boxed, hostile, rows, sample
from tests.interactive.explorer_messages import click, content

if TYPE_CHECKING:
    from gini_notebook.service.client import Client


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return sample()


# Choosing and moving


def test_the_mistakes_of_the_evaluation_are_shown_the_dearest_first(result: Evaluation) -> None:
    explorer = explore(result)
    pd.testing.assert_frame_equal(explorer.mistakes, result.mistakes(full=True))
    assert explorer.position == 0
    assert explorer.current["document"] == "a.pdf"
    sent = content(explorer)
    assert sent["heard"] == "Mistake 1 of 5: amountToPay of a.pdf, wrong"
    assert sent["facts"] == [("Outcome", "wrong"), ("Cause", "factor: ÷100"), ("Off by", "-1,188.00")]
    assert "give documents=" in sent["no_page"]


def test_filters_leave_what_fits(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="iban")
    pd.testing.assert_frame_equal(explorer.mistakes, result.mistakes("iban", full=True))
    explorer.choose(outcome="missing")
    pd.testing.assert_frame_equal(explorer.mistakes, result.mistakes(outcome="missing", full=True))
    explorer.choose(field="lineItems.baseGross", outcome="missing")
    assert content(explorer)["field"] == "lineItems.baseGross, row 2"
    # The cause is chosen by its kind, whatever the factor is.
    explorer.choose(cause="factor")
    assert explorer.mistakes["cause"].tolist() == ["factor: ÷100"]
    explorer.choose()
    assert len(explorer.mistakes) == 5
    assert [widget.index for widget in explorer._filters.values()] == [0, 0, 0]


def test_the_filters_say_how_many_there_are(result: Evaluation) -> None:
    explorer = explore(result)
    options = [[label for label, _ in widget.options] for widget in explorer._filters.values()]
    assert options == [
        ["all fields (5)", "amountToPay (2)", "iban (2)", "lineItems.baseGross (1)"],
        ["all outcomes (5)", "wrong (2)", "missing (2)", "spurious (1)"],
        ["all causes (5)", "factor (1)", "other (1)"],
    ]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"field": "bic"}, "No mistake has field 'bic'. There are: 'amountToPay', 'iban', 'lineItems.baseGross'."),
        ({"outcome": "correct"}, "No mistake has outcome 'correct'. There are: 'wrong', 'missing', 'spurious'."),
        ({"cause": "umlaut"}, "No mistake has cause 'umlaut'. There are: 'factor', 'other'."),
    ],
)
def test_a_filter_that_no_mistake_has_is_refused(result: Evaluation, chosen: dict[str, str], message: str) -> None:
    explorer = explore(result)
    with pytest.raises(SettingError, match=message):
        explorer.choose(**chosen)
    assert len(explorer.mistakes) == 5


def test_filters_that_exclude_each_other_show_nothing_and_say_so(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="lineItems.baseGross", outcome="spurious")
    assert explorer.current is None
    assert (len(explorer.mistakes), len(explorer.candidates), len(explorer.boxes)) == (0, 0, 0)
    assert content(explorer) == {"nothing": "No mistake fits these filters.", "heard": "No mistake fits these filters."}
    assert explorer._back.disabled
    assert explorer._on.disabled
    explorer.turn(2)
    explorer.next()
    assert explorer.position == 0


def test_without_mistakes_it_says_so() -> None:
    table = rows(("a.pdf", "", 0, "iban", IBAN))
    assert content(explore(evaluate(table, table)))["nothing"] == "There are no mistakes."


def test_previous_and_next_stop_at_the_ends(result: Evaluation) -> None:
    explorer = explore(result)
    explorer._back.click()
    assert explorer.position == 0
    for _ in range(7):
        explorer._on.click()
    assert explorer.position == 4
    assert explorer._on.disabled
    assert not explorer._back.disabled
    explorer._back.click()
    assert explorer.position == 3
    explorer.go(99)
    assert explorer.position == 4
    explorer.choose(field="iban")
    assert explorer.position == 0
    assert explorer._of.value == "of 2"


def test_the_page_may_ask_for_the_next_the_previous_and_another_page(result: Evaluation) -> None:
    explorer = explore(result)
    click(explorer, {"event": "next"})
    assert explorer.position == 1
    click(explorer, {"event": "previous"})
    assert explorer.position == 0
    for message in (None, "next", {"event": "other"}, {}):
        click(explorer, message)
    assert explorer.position == 0


# Values and candidates


def test_values_are_cut_into_what_is_shared_and_what_differs() -> None:
    assert content_module.segments("12.50:EUR", "12.30:EUR") == (
        [("12.", True), ("5", False), ("0:EUR", True)],
        [("12.", True), ("3", False), ("0:EUR", True)],
    )
    assert content_module.segments("abc", pd.NA) == ([("abc", True)], [])
    # Where nearly everything differs, marks would say nothing.
    assert content_module.segments("abc", "xyz") == ([("abc", True)], [("xyz", True)])


def test_values_stand_side_by_side_as_delivered_and_as_compared(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="iban", outcome="wrong")
    [truth, extracted] = content(explorer)["values"]
    assert (truth[0], "".join(text for text, _ in truth[1])) == ("Truth", IBAN)
    assert (extracted[0], "".join(text for text, _ in extracted[1])) == ("Extracted", OTHER_IBAN)
    assert extracted[2] == explorer.current["extracted_canonical"]
    assert ("Extracted IBAN", "valid") in content(explorer)["facts"]


def test_the_steps_of_the_rule_are_those_of_explain(result: Evaluation) -> None:
    from gini_notebook.analysis import rules

    sent = content(explore(result))
    assert sent["steps"] == list(rules.explain("1200.00:EUR", "12.00:EUR", "amount").steps)


def test_a_rule_of_ones_own_has_no_steps() -> None:
    truth, extracted = rows(("a.pdf", "", 0, "iban", "x")), rows(("a.pdf", "", 0, "iban", "y"))
    assert content(explore(evaluate(extracted, truth, rules={"iban": str.upper})))["steps"] == []


def test_a_failed_document_says_why(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.go(1)
    assert ("Document", "failed: The PDF is damaged.") in content(explorer)["facts"]


def test_candidates_are_those_of_the_list_asked_and_the_right_one_is_marked() -> None:
    explorer = explore(boxed())
    explorer.choose(field="iban")
    assert explorer.candidates[["rank", "value", "right"]].to_numpy().tolist() == [
        [1, OTHER_IBAN, False],
        [2, IBAN, True],
        [3, "DE00", False],
        [4, "DE01", False],
    ]
    sent = content(explorer)
    assert sent["candidates_caption"] == "Candidates, list ibans (all)"
    assert [candidate["rank"] for candidate in sent["candidates"] if candidate["right"]] == ["2"]
    assert ("Right value", "candidate no. 2") in sent["facts"]
    # A field without candidates has none.
    explorer.choose(field="paymentPurpose")
    assert len(explorer.candidates) == 0


def test_boxes_are_the_extraction_and_the_candidates_that_lie_elsewhere() -> None:
    explorer = explore(boxed())
    explorer.choose(field="iban")
    assert explorer.boxes[["kind", "value", "page", "top"]].to_numpy().tolist() == [
        ["extracted", OTHER_IBAN, 1, 200.0],
        ["right-candidate", IBAN, 1, 400.0],
        ["candidate", "DE01", 2, 200.0],
    ]


@pytest.mark.parametrize(
    ("kinds", "page"),
    [
        ([], 1),
        ([("candidate", 3)], 3),
        ([("candidate", 3), ("right-candidate", 2)], 2),
        ([("candidate", 3), ("right-candidate", 2), ("extracted", 5)], 5),
    ],
)
def test_the_first_page_is_that_of_the_extraction_else_of_a_candidate(kinds: list[tuple[str, int]], page: int) -> None:
    assert content_module.first_page(pd.DataFrame(kinds, columns=["kind", "page"])) == page


def test_long_values_and_long_lists_are_cut_in_the_view_only() -> None:
    result = boxed()
    table = pd.concat([result.candidates.iloc[:1]] * 60, ignore_index=True).assign(rank=range(1, 61), value="x" * 5000)
    tables = Tables(rows((PDF, "", 0, "iban", "y" * 5000)).assign(candidates="ibans"), result.documents)
    tables.candidates = table
    explorer = explore(evaluate(tables, rows((PDF, "", 0, "iban", IBAN))))
    sent = content(explorer)
    assert len(explorer.candidates) == 60
    assert len(sent["candidates"]) == 40
    assert sent["candidates_caption"].endswith("(the first 40 of 60)")
    assert len(sent["candidates"][0]["value"]) == 2001
    assert len(sent["values"][1][1][0][0]) == 2001


# The doors


def test_something_else_than_an_evaluation_is_refused() -> None:
    with pytest.raises(SettingError, match=r"takes an Evaluation, not a DataFrame; .* give its in_memory"):
        explore(rows())  # type: ignore[arg-type]


def test_two_sources_of_pages_are_refused(result: Evaluation, client: "Client", invoices: Path) -> None:
    with pytest.raises(SettingError, match=r"either from documents= .* or from client="):
        explore(result, documents=invoices, client=client)


def test_a_folder_that_is_not_there_is_refused(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"There is no folder .*gone\. Name the folder that was given to process"):
        explore(result, documents=tmp_path / "gone")


# What is kept, and what could run


def test_T20_no_page_and_no_value_is_in_the_state_that_notebooks_save(invoices: Path) -> None:
    explorer = explore(boxed(), documents=invoices)
    explorer.choose(field="iban")
    states = json.dumps(Widget.get_manager_state(), default=str)
    assert "all fields (2)" in states
    assert IBAN not in states
    assert OTHER_IBAN not in states
    assert PDF not in states
    assert len(json.dumps(explorer._view.get_state(), default=str)) < 20_000


def test_T32_no_part_of_the_explorer_shows_markup(result: Evaluation) -> None:
    def below(widget: Any) -> list[Any]:
        return [widget, *(inner for child in getattr(widget, "children", ()) for inner in below(child))]

    widgets = below(explore(hostile()))
    # Labels would read mathematics; there is one, and it counts.
    assert [widget.value for widget in widgets if type(widget).__name__ == "Label"] == ["of 132"]
    assert {type(widget).__name__ for widget in widgets} == {
        *("Explorer", "HBox", "Dropdown", "Button", "BoundedIntText", "Label", "MistakeView")
    }
    assert not any(getattr(widget, "description_allow_html", False) for widget in widgets)
    script = (Path(content_module.__file__).parent / "mistake_view.js").read_text()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser"):
        assert way not in script
    assert len(PAYLOADS) >= 20


# A screen that others look at


def test_T53_with_mask_no_value_and_no_page_is_sent(tmp_path: Path, result: Evaluation) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf", "d.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7")
    explorer = explore(result, documents=tmp_path, mask=True)
    values = {
        str(row[side])
        for row in explorer.mistakes.to_dict("records")
        for side in ("truth", "extracted", "truth_canonical", "extracted_canonical")
        if not pd.isna(row[side]) and len(str(row[side])) > 2
    }
    assert values
    for _ in range(len(explorer.mistakes)):
        sent = content(explorer)
        told = json.dumps([sent["facts"], sent["values"], sent["steps"], sent["candidates"]], ensure_ascii=False)
        assert not [value for value in values if value in told]
        assert explorer.page is None
        assert "page" not in sent
        assert "mask=True" in sent["no_page"]
        explorer.next()


def test_T53_who_knows_a_value_recognizes_it_behind_the_mask(result: Evaluation) -> None:
    explorer = explore(result, mask=True)
    explorer.choose(field="iban", outcome="wrong")
    [(_, [(truth, _)], _), *_] = content(explorer)["values"]
    known = str(explorer.current["truth"]).replace(" ", "")
    assert truth == f"{known[:4]}…{known[-4:]}"
