"""The explorer without a browser: filters, moves, tables, places, and what is sent to the page."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from ipywidgets import Widget

from gini_notebook.analysis.automation import check_values
from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.interactive.explorer import explore, slot_details
from gini_notebook.interactive.explorer.explorer import VIEW
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PAYLOADS, PDF, Tables, boxed, rows, sample
from tests.interactive.explorer_messages import Browser, content, detail, receive

if TYPE_CHECKING:
    from gini_notebook.service.client import Client


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return sample()


KEY = ["document", "group", "row", "field"]


def keys(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(table[KEY].itertuples(index=False, name=None))


# Choosing and moving


def test_the_mistakes_of_the_evaluation_are_listed_the_dearest_first(result: Evaluation) -> None:
    explorer = explore(result)
    assert keys(explorer.rows) == keys(result.mistakes())
    assert keys(explorer.selected) == keys(result.mistakes())[:1]
    assert explorer.selected.index.tolist() == [0]
    sent = content(explorer)
    assert sent["heard"] == "amountToPay of a.pdf, wrong"
    assert sent["facts"] == [["Outcome", "wrong"], ["Cause", "factor: ÷100"], ["Off by", "-1,188.00"]]


def test_of_a_missing_amount_nobody_says_by_how_much_it_is_off(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="amountToPay", outcome="missing")
    assert content(explorer)["facts"][:2] == [["Outcome", "missing"], ["Document", "failed: The PDF is damaged."]]


def test_filters_leave_what_fits(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="iban", outcome=["wrong", "missing", "spurious"])
    assert keys(explorer.rows) == keys(result.mistakes("iban"))
    explorer.choose(outcome="missing")
    assert keys(explorer.rows) == keys(result.mistakes(outcome="missing"))
    explorer.choose(field="lineItems.baseGross", outcome="missing")
    assert content(explorer)["field"] == "lineItems.baseGross, row 2"
    # The cause is chosen by its kind, whatever the factor is.
    explorer.choose(cause="factor")
    assert explorer.rows["cause"].tolist() == ["factor: ÷100"]
    explorer.choose()
    assert len(explorer.rows) == len(result.comparisons)
    explorer.choose(text="DE75 5121")
    assert explorer.rows["extracted"].tolist() == [OTHER_IBAN]
    explorer.choose(text="damaged")
    assert explorer.rows["document"].unique().tolist() == ["d.pdf"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("position", "amountToPay"), ("stake", "amountToPay"), ("name", "amountToPay"), ("alike", "amountToPay")],
)
def test_every_order_keeps_all_slots(result: Evaluation, sort: str, first: str) -> None:
    explorer = explore(result, show="all")
    explorer.choose(sort=sort)
    assert sorted(explorer.rows.index) == list(range(len(result.comparisons)))
    assert explorer.rows["field"].iloc[0] == first
    explorer.choose(sort="document")
    assert explorer.rows["document"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"field": "ibann"}, r"No slot has field 'ibann'. There are: 'amountToPay', 'bic', 'iban', 'lineItems"),
        ({"outcome": "right"}, "No slot has outcome 'right'. There are: 'wrong'"),
        ({"cause": "umlaut"}, "No slot has cause 'umlaut'. There are: 'factor', 'other'"),
        ({"slice": {"supplier": "x"}}, "There is no filter 'slice:supplier'. There are: name, outcome, kind"),
        ({"sort": "best"}, "sort is 'best'; choose one of position, document"),
    ],
)
def test_a_filter_that_nothing_has_is_refused(result: Evaluation, chosen: dict[str, str], message: str) -> None:
    explorer = explore(result)
    with pytest.raises(SettingError, match=message):
        explorer.choose(**chosen)
    assert len(explorer.rows) == 5


def test_filters_that_exclude_each_other_leave_nothing_in_view(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="lineItems.baseGross", outcome="spurious")
    assert (len(explorer.rows), len(explorer.selected), len(explorer.candidates), len(explorer.boxes)) == (0, 0, 0, 0)
    assert explorer.page is None
    explorer.turn(2)
    explorer.next()
    explorer.go(0)
    assert explorer.selected.empty
    with pytest.raises(SettingError, match="No slot is in view, so no page is"):
        explorer.picture()


def test_without_mistakes_the_list_is_empty() -> None:
    table = rows(("a.pdf", "", 0, "iban", IBAN))
    explorer = explore(evaluate(table, table))
    assert explorer.rows.empty
    assert explorer.selected.empty
    explorer.choose()
    assert len(explorer.rows) == 1


def test_previous_and_next_stop_at_the_ends(result: Evaluation) -> None:
    explorer = explore(result)
    order = explorer.rows.index.tolist()

    def position() -> int:
        return order.index(explorer.selected.index[0])

    explorer.previous()
    assert position() == 0
    for _ in range(7):
        explorer.next()
    assert position() == 4
    explorer.previous()
    assert position() == 3
    explorer.go(99)
    assert position() == 4
    explorer.choose(field="amountToPay")
    assert explorer.rows.index[0] == explorer.selected.index[0]


def test_what_is_in_view_stays_in_view_if_it_fits(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.go(("c.pdf", "iban"))
    explorer.choose(field="iban")
    assert explorer.selected["document"].tolist() == ["c.pdf"]


@pytest.mark.parametrize(
    ("at", "row"),
    [
        ("b.pdf", 0),
        (("b.pdf", "iban"), 0),
        (("b.pdf", "lineItems.baseGross", 1), 1),
        (("b.pdf", "baseGross", 1), 1),
        ({"document": "b.pdf", "field": "lineItems.baseGross", "row": 1, "page": 3}, 1),
    ],
)
def test_places_are_found_and_written_again(result: Evaluation, at: object, row: int) -> None:
    explorer = explore(result, at=at)
    assert explorer.selected["document"].tolist() == ["b.pdf"]
    assert explorer.selected["row"].tolist() == [row]
    again = explore(result)
    exec(
        explorer.code().replace("gini.explore(result, ", "again.go(").replace("ex = ", "").partition(", show")[0] + ")",
        {"again": type("Go", (), {"go": staticmethod(again.go)})},
    )
    assert keys(again.selected) == keys(explorer.selected)


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("e.pdf", r"There is no document 'e.pdf'. Nearest: '[abcd].pdf', '[abcd].pdf', '[abcd].pdf'"),
        (("a.pdf", "ibn"), r"a.pdf has no field 'ibn'. Nearest: 'iban'"),
        (("b.pdf", "lineItems.baseGross", 7), "lineItems.baseGross has no row 7. Nearest: '0', '1'"),
        ({"document": "a.pdf", "page": 0}, "page is 0; pages are numbered from 1"),
        ({"field": "iban"}, "A place is a document, "),
        (("a.pdf", "iban", 0, 1), "A place is a document, "),
    ],
)
def test_a_place_that_is_not_there_is_refused_with_the_nearest(result: Evaluation, at: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        explore(result, at=at)


def test_the_code_shows_the_same_view_again(result: Evaluation) -> None:
    explorer = explore(result)
    assert explorer.code() == "ex = gini.explore(result, at=('a.pdf', 'amountToPay'), show='mistakes')"
    explorer.choose(field="iban", text="de75", sort="name")
    assert explorer.code().splitlines()[1] == "ex.choose(field=['iban'], text='de75', sort='name')"
    assert Browser(explorer).ask("code")["text"] == explorer.code()
    assert "de75" not in explore(result, mask=True).code()
    masked = explore(result, mask=True)
    masked.choose(text="de75")
    assert "de75" not in masked.code()


def test_what_the_browser_shows_is_what_python_has(result: Evaluation) -> None:
    explorer = explore(result)
    selection = {"filters": {"name": ["iban"]}, "text": "", "sort": "document"}
    receive(explorer, {"ask": "view", "row": 4, "number": None, "selection": selection})
    assert explorer.selected.index.tolist() == [4]
    assert explorer.rows["field"].unique().tolist() == ["iban"]
    for message in (
        None,
        "view",
        {"ask": "other"},
        {},
        {"ask": []},
        {"ask": "slot", "row": 99},
        {"ask": "page", "row": "1"},
        {"ask": "view", "row": -1},
        {"ask": "view", "row": 4, "selection": {"filters": {"name": ["no such"]}}},
    ):
        receive(explorer, message)
    assert explorer.selected.index.tolist() == [4]


# Other things than evaluations


def test_a_batch_without_truth_is_browsed_with_its_failed_documents(result: Evaluation) -> None:
    tables = Tables(rows(("a.pdf", "", 0, "iban", IBAN), ("a.pdf", "", 0, "bic", None)), result.documents)
    explorer = explore(tables)
    assert explorer.rows["outcome"].tolist() == ["read", "read", "read", "read", "failed"]
    assert explorer.rows["document"].tolist() == ["a.pdf", "a.pdf", "b.pdf", "c.pdf", "d.pdf"]
    assert len(explore(tables, show="failed").rows) == 1
    failed = explore(tables, at="d.pdf")
    assert content(failed)["facts"] == [["Outcome", "failed"], ["Document", "failed: The PDF is damaged."]]
    assert keys(explore(tables.extractions).rows) == keys(explorer.rows.head(2))


def test_a_batch_with_truth_is_evaluated_and_what_has_none_is_unlabelled(result: Evaluation) -> None:
    tables = Tables(rows(("a.pdf", "", 0, "iban", OTHER_IBAN), ("b.pdf", "", 0, "iban", IBAN)), result.documents)
    explorer = explore(tables, rows(("a.pdf", "", 0, "iban", IBAN)))
    assert explorer.rows["outcome"].tolist() == ["wrong"]
    assert explore(tables, rows(("a.pdf", "", 0, "iban", IBAN)), show="unlabelled").rows["document"].tolist() == [
        "b.pdf"
    ]


def test_a_comparison_shows_what_changed() -> None:
    truth = rows(*((name, "", 0, "iban", IBAN) for name in "abcd"))
    one = truth.assign(value=[IBAN, OTHER_IBAN, "x", OTHER_IBAN])
    two = truth.assign(value=[OTHER_IBAN, IBAN, "y", OTHER_IBAN])
    comparison = compare(evaluate(one, truth), evaluate(two, truth))
    explorer = explore(comparison)
    assert explorer.rows[["document", "change"]].to_numpy().tolist() == [["a", "broken"], ["b", "fixed"]]
    assert keys(explorer.rows) == keys(comparison.changes())
    assert content(explorer)["values"][1] == ["Extracted before", [[IBAN, True]], IBAN]
    explorer.choose()
    assert explorer.rows["change"].tolist() == ["broken", "fixed", "still wrong, otherwise", "same"]


def test_columns_of_the_documents_are_filters(result: Evaluation) -> None:
    documents = result.documents.assign(supplier=["x", "y", "x", None])
    tables = Tables(rows(("a.pdf", "", 0, "iban", IBAN), ("b.pdf", "", 0, "iban", IBAN)), documents)
    explorer = explore(tables)
    explorer.choose(slice={"supplier": "x"})
    assert explorer.rows["document"].tolist() == ["a.pdf", "c.pdf"]


# Values and candidates


def test_values_are_cut_into_what_is_shared_and_what_differs() -> None:
    assert slot_details.segments("12.50:EUR", "12.30:EUR") == (
        [("12.", True), ("5", False), ("0:EUR", True)],
        [("12.", True), ("3", False), ("0:EUR", True)],
    )
    assert slot_details.segments("abc", pd.NA) == ([("abc", True)], [])
    # Where nearly everything differs, marks would say nothing.
    assert slot_details.segments("abc", "xyz") == ([("abc", True)], [("xyz", True)])


def test_values_stand_side_by_side_as_delivered_and_as_compared(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.choose(field="iban", outcome="wrong")
    [truth, extracted] = content(explorer)["values"]
    assert (truth[0], "".join(text for text, _ in truth[1])) == ("Truth", IBAN)
    assert (extracted[0], "".join(text for text, _ in extracted[1])) == ("Extracted", OTHER_IBAN)
    assert extracted[2] == explorer.selected["extracted_canonical"].iloc[0]
    assert ["Extracted IBAN", "valid"] in content(explorer)["facts"]


def test_the_steps_of_the_rule_are_those_of_explain(result: Evaluation) -> None:
    from gini_notebook.analysis import rules

    sent = content(explore(result))
    assert sent["steps"] == list(rules.explain("1200.00:EUR", "12.00:EUR", "amount").steps)


def test_a_rule_of_ones_own_has_no_steps() -> None:
    truth, extracted = rows(("a.pdf", "", 0, "iban", "x")), rows(("a.pdf", "", 0, "iban", "y"))
    assert content(explore(evaluate(extracted, truth, rules={"iban": str.upper})))["steps"] == []


def test_a_failed_document_says_why(result: Evaluation) -> None:
    explorer = explore(result)
    explorer.go("d.pdf")
    assert ["Document", "failed: The PDF is damaged."] in content(explorer)["facts"]


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
    assert ["Right value", "candidate no. 2"] in sent["facts"]
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
    assert slot_details.first_page(pd.DataFrame(kinds, columns=["kind", "page"])) == page


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


def test_what_cannot_be_explored_is_refused() -> None:
    with pytest.raises(SettingError, match=r"takes an Evaluation, a Batch, .* not a str; .* give its in_memory"):
        explore("runs/baseline")
    with pytest.raises(SettingError, match="show is 'best'; choose one of all, mistakes"):
        explore(sample(), show="best")
    with pytest.raises(SettingError, match="show='changed' is for a comparison"):
        explore(sample(), show="changed")
    with pytest.raises(SettingError, match="height is 10; it must be between 320 and 4000"):
        explore(sample(), height=10)


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
    Browser(explorer).ask("page", row=0)
    states = json.dumps(Widget.get_manager_state(), default=str)
    assert [value for value in (IBAN, OTHER_IBAN, PDF, "paymentPurpose") if value in states] == []
    state = explorer.get_state()
    assert {name for name in state if not name.startswith("_")} == {"layout", "tabbable", "tooltip"}
    assert len(json.dumps(state, default=str)) < 5_000
    assert PDF not in repr(explorer)
    bundle = explorer._repr_mimebundle_()
    assert "run the cell again to look" in (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"]


def test_T32_no_part_of_the_view_reads_markup() -> None:
    ways = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "DOMParser",
        "new Function",
        " on*=",
    )
    for script in VIEW.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert [way for way in ways if way in text] == [], script
        assert len(text.splitlines()) <= 250, script
        # Joined, a comment behind a statement would swallow the next one.
        assert not re.search(r"^ *[^ /].*[;{,(\[] *//", text, re.MULTILINE), script
    assert len(PAYLOADS) >= 20


# A screen that others look at


def test_T53_with_mask_no_value_and_no_page_is_sent(tmp_path: Path, result: Evaluation) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf", "d.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7")
    explorer = explore(result, documents=tmp_path, mask=True)
    browser = Browser(explorer)
    values = {
        str(row[side])
        for row in explorer.rows.to_dict("records")
        for side in ("truth", "extracted", "truth_canonical", "extracted_canonical")
        if not pd.isna(row[side]) and len(str(row[side])) > 2
    }
    assert values
    receive(explorer, {"ask": "hello", "id": "1"})
    for row in range(len(result.comparisons)):
        browser.ask("slot", row=row)
        assert "mask=True" in browser.ask("page", row=row)["reason"]
    told = browser.all_sent()
    assert "a.pdf" in told
    assert [value for value in values if value in told] == []
    assert explorer.page is None


def test_T53_who_knows_a_value_recognizes_it_behind_the_mask(result: Evaluation) -> None:
    explorer = explore(result, mask=True)
    explorer.choose(field="iban", outcome="wrong")
    [[_, [[truth, _]], _], *_] = content(explorer)["values"]
    known = str(explorer.selected["truth"].iloc[0]).replace(" ", "")
    assert truth == f"{known[:4]}…{known[-4:]}"


def test_the_picture_has_the_boxes_on_the_page(invoices: Path) -> None:
    import io

    from PIL import Image

    explorer = explore(boxed(), documents=invoices)
    explorer.go(("letter_plain.pdf", "iban"))
    drawn = Image.open(io.BytesIO(explorer.picture())).convert("RGB")
    plain = Image.open(io.BytesIO(explorer.page.data)).convert("RGB")
    scale = drawn.width / explorer.page.width
    corner = round(100 * scale) + 1, round(200 * scale) + 1
    assert drawn.getpixel(corner) == (179, 89, 0)
    assert plain.getpixel(corner) != (179, 89, 0)
    assert detail(explorer)["boxes"][0]["kind"] == "extracted"
    assert explorer.diagnostics()["slot"] == 1


def test_checks_that_failed_are_a_filter() -> None:
    found = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": "iban", "value": [IBAN, "DE1"]})
    result = evaluate(found, found)
    explorer = explore(result, show="all", checks=check_values(found))
    explorer.choose(checks="iban_valid failed")
    assert explorer.rows["document"].tolist() == ["b.pdf"]
    assert explorer.code().splitlines()[0].endswith("show='all', checks=checks)")
    assert explorer.code().splitlines()[1] == "ex.choose(checks=['iban_valid failed'])"
    explorer.choose(checks="none failed")
    assert explorer.rows["document"].tolist() == ["a.pdf"]
    with pytest.raises(SettingError, match=r"There is no filter 'checks'"):
        explore(result, show="all").choose(checks="none failed")
