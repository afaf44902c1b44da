"""The view of a comparison without a browser: what the page is told, and what a click opens."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from ipywidgets import Widget

import gini_notebook as gini
from gini_notebook.errors import SettingError
from gini_notebook.interactive.comparison_view import ComparisonView, compare_view
from tests.analysis.report.report_samples import boxed

PAYLOAD = "<img src=x onerror=alert(1)>"


def run(*values: str) -> Any:
    names = [f"{number}.pdf" for number in range(len(values))]
    return pd.DataFrame({"document": names, "group": "", "row": 0, "field": "iban", "value": list(values)})


TRUTH = run("DE1", "DE2", PAYLOAD)


@pytest.fixture
def view() -> ComparisonView:
    return compare_view(
        gini.compare(gini.evaluate(run("DE1", "x", "y"), TRUTH), gini.evaluate(run("z", "DE2", PAYLOAD), TRUTH))
    )


def test_the_page_is_told_the_numbers_of_by_field_and_no_value_of_a_document(view: ComparisonView) -> None:
    sent: list[Any] = []
    view.page.send = sent.append
    view.page._handle_custom_msg({"event": "hello"}, [])
    (told,) = sent
    fields = view.comparison.by_field()
    assert [row["difference"] for row in told["rows"]] == fields["f1_difference"].tolist()
    assert [(row["fixed"], row["broken"]) for row in told["rows"]] == [(2, 1), (2, 1), (None, None)]
    assert told["verdict"] == view.comparison.verdict()
    assert told["rows"][0]["a"] == "0.333"
    assert PAYLOAD not in json.dumps(told)
    assert PAYLOAD not in json.dumps(Widget.get_manager_state(widgets=[view.page]), default=str)


def test_what_stands_behind_a_number_is_that_many_values(view: ComparisonView) -> None:
    for row in view.message()["rows"][:2]:
        for change in ("fixed", "broken"):
            assert len(view.changed(row["field"], change)) == row[change]
    with pytest.raises(SettingError, match="There is no change 'better'"):
        view.changed("iban", "better")


def test_a_click_before_there_is_room_or_on_nothing_does_nothing(view: ComparisonView) -> None:
    view.page._handle_custom_msg({"event": "open", "field": "iban", "change": "fixed"}, [])
    view.page._handle_custom_msg({"event": "open", "field": "iban", "change": "x"}, [])
    with pytest.raises(SettingError, match="The view is not shown yet"):
        view.open("iban", "fixed")


def test_a_click_opens_the_values_behind_a_number_in_the_explorer(
    view: ComparisonView, monkeypatch: pytest.MonkeyPatch
) -> None:
    import IPython.display

    shown: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda *things, **_: shown.extend(things))
    view._ipython_display_()
    assert shown[0]["text/plain"] == view.comparison._repr_mimebundle_()["text/plain"]
    view.page._handle_custom_msg({"event": "open", "field": "iban", "change": "fixed"}, [])
    opened = shown[-1].rows
    assert [*zip(opened["field"], opened["change"], strict=True)] == [("iban", "fixed")] * 2


def sliced(count: int = 30) -> ComparisonView:
    """Two runs of documents of three suppliers; the second reads those of ``x`` better and those of ``y`` worse."""
    names = [f"{number}.pdf" for number in range(2 * count + 3)]
    suppliers = ["x"] * count + ["y"] * count + [PAYLOAD] * 3
    truth = pd.DataFrame({"document": names, "field": "iban", "value": "DE1"})
    documents = pd.DataFrame({"document": names, "status": "completed", "supplier": suppliers})
    runs = []
    for right in ("y", "x"):
        values = ["DE1" if supplier == right else "no" for supplier in suppliers]
        runs.append(gini.evaluate(SimpleNamespace(extractions=truth.assign(value=values), documents=documents), truth))
    return compare_view(gini.compare(*runs))


def test_a_slice_repeats_the_table_of_its_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    view, sent = sliced(), []
    view.page.send = sent.append
    whole = view.message()
    assert whole["slices"] == [["supplier", "supplier", [[PAYLOAD, PAYLOAD], ["x", "x"], ["y", "y"]]]]
    view.page._handle_custom_msg({"event": "slice", "slice": "supplier", "value": "x"}, [])
    assert (sent[-1]["slice"], sent[-1]["rows"][0]["fixed"]) == (["supplier", "x"], 30)
    assert sent[-1]["rows"][0]["verdict"] == "better"
    assert len(view.changed("iban", "fixed")) == 30
    view.choose("supplier", "y")
    assert (sent[-1]["rows"][0]["broken"], sent[-1]["rows"][0]["verdict"]) == (30, "worse")
    view.choose("supplier", PAYLOAD)
    assert sent[-1]["verdict"] == "Too few documents to tell: 3."
    assert {row["verdict"] for row in sent[-1]["rows"]} == {"too few"}
    # What nobody has changes nothing.
    view.page._handle_custom_msg({"event": "slice", "slice": "supplier", "value": "z"}, [])
    assert view.slice == ("supplier", PAYLOAD)
    with pytest.raises(SettingError, match=r"No document has supplier 'z'. Documents differ in: supplier"):
        view.choose("supplier", "z")
    # And what is opened is of the slice.
    import IPython.display

    shown: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda *things, **_: shown.extend(things))
    view._ipython_display_()
    view.choose("supplier", "x")
    view.open("iban", "fixed")
    assert len(shown[-1].rows) == 30
    assert shown[-1]._session.selection.filters["slice:supplier"] == ["x"]
    view.choose()
    assert sent[-1] == whole


def test_the_comparison_of_some_documents_is_that_of_their_evaluations() -> None:
    comparison = sliced().comparison
    names = [f"{number}.pdf" for number in range(10, 40)]
    part = comparison.of_documents(names)
    assert part.documents["document"].tolist() == sorted(names)
    expected = comparison.documents[comparison.documents["document"].isin(names)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.documents, expected)
    assert part.by_field().loc[0, ["fixed", "broken"]].tolist() == [20, 10]
    assert len(comparison.documents) == 63
    with pytest.raises(SettingError, match="None of these documents was compared"):
        comparison.of_documents(["z.pdf"])


def test_a_click_opens_an_explorer_with_pages(invoices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    one, other = boxed(), boxed()
    view = compare_view(gini.compare(one, other), documents=invoices)
    shown: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda *things, **_: shown.extend(things))
    view._ipython_display_()
    view.open("iban", "fixed")
    shown[-1].choose()
    assert shown[-1].wait().page is not None
    with pytest.raises(SettingError, match=r"Pages come either from documents= .* or from client="):
        compare_view(view.comparison, documents=invoices, client=object())  # type: ignore[arg-type]


def test_something_else_is_refused() -> None:
    with pytest.raises(SettingError, match=r"takes a comparison, but this is a DataFrame; compare\(\) makes one"):
        compare_view(TRUTH)  # type: ignore[arg-type]
