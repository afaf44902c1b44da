"""The view of a comparison without a browser: what the page is told, and what a click opens."""

import json
from typing import Any

import pandas as pd
import pytest
from ipywidgets import Widget

import gini_notebook as gini
from gini_notebook.errors import SettingError
from gini_notebook.interactive.comparison_view import ComparisonView, compare_view

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


def test_something_else_is_refused() -> None:
    with pytest.raises(SettingError, match=r"takes a comparison, but this is a DataFrame; compare\(\) makes one"):
        compare_view(TRUTH)  # type: ignore[arg-type]
