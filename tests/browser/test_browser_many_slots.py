"""A hundred thousand slots: what a person waits for keeps its budget, with slack for a machine that does other work.

``make bench-widgets`` prints the figures themselves.
"""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_server import NotebookPage, until
from many_slots import FILTERS, PRESS, SEARCHES, SORTS, USABLE, WATCH, WORDS, hold, many, megabytes, with_pages
from static_view import StaticView

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.interactive.explorer import explore

SLOTS = 100_000
SLACK = 4


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return many(SLOTS)


def demand(values: list[float], budget_ms: float) -> None:
    assert statistics.median(values) <= SLACK * budget_ms, sorted(values)


def test_lists_filters_and_search_of_many_slots_keep_their_budgets(
    watch: Callable[..., Any], result: Evaluation
) -> None:
    page = watch(viewport={"width": 1280, "height": 860}).page
    before = megabytes(page)
    shown = StaticView(page, explore(result, show="all"))
    found = shown.root.locator(".gini-found")
    shown.until(lambda: found.inner_text() == f"{SLOTS:,} of {SLOTS:,}", "all slots", 60)
    demand(page.evaluate(PRESS, {"keys": ["ArrowDown"], "times": 300, "decoded": False}), 16)
    demand(page.evaluate(FILTERS, {"times": 20}), 50)
    demand(page.evaluate(SEARCHES, {"texts": ["", "w", "wert 1", "eur", "a/rech", "00012", ""], "rest": 60}), 50)
    demand(page.evaluate(SORTS, {"names": ["document", "name", "alike", "stake", "position"]}), 50)
    demand(page.evaluate(PRESS, {"keys": ["End", "Home"], "times": 10, "decoded": False}), 50)
    assert megabytes(page) - before < 200


def test_steps_pages_and_words_keep_their_budgets(watch: Callable[..., Any], invoices: Path) -> None:
    page = watch(viewport={"width": 1280, "height": 860}).page
    shown = StaticView(page, with_pages(invoices))
    shown.root.locator(".gini-paper img[src^=blob]").wait_for()
    steps = {"keys": ["ArrowDown"] * 3 + ["ArrowUp"] * 3, "times": 12, "decoded": True}
    turns = {"keys": ["PageDown", "PageUp", "+", "-", "r"], "times": 10, "decoded": True}
    for pressed, budget in ((steps, 50), (turns, 16)):
        page.evaluate(PRESS, pressed)
        demand(page.evaluate(PRESS, pressed), budget)
    words = page.evaluate(WORDS, {"count": 2_000})
    demand(words["drag"], 16)
    demand(words["word"], 16)


def test_a_hundred_thousand_slots_are_there_in_time_and_a_held_key_stops(
    notebook: Callable[..., NotebookPage], result: Evaluation, tmp_path: Path
) -> None:
    saved = result.save(tmp_path / "evaluation.zip")
    opened = notebook(
        f"from gini_notebook import Evaluation, explore\nresult = Evaluation.load({str(saved)!r})",
        "explorer = explore(result, show='all')\nexplorer",
    )
    opened.page.set_viewport_size({"width": 1680, "height": 900})
    opened.run(0)
    opened.page.evaluate(USABLE)
    output = opened.run(1)
    until(lambda: opened.page.evaluate("() => window.usable"), "the list")
    assert opened.page.evaluate("() => window.usable - window.ran") <= SLACK * 1_500
    found = output.locator(".gini-found")
    until(lambda: found.inner_text() == f"{SLOTS:,} of {SLOTS:,}", "all slots")
    opened.page.evaluate(WATCH)
    hold(opened, output)
    last = opened.page.evaluate("() => window.last")
    # The list stops with the key, and what is said of the last slot comes once.
    assert last["list"] - last["key"] <= SLACK * 150
    assert last["details"] - last["key"] <= SLACK * 150
    title = output.locator(".gini-details .gini-field").inner_text()
    assert title == output.locator('.gini-grid [aria-selected="true"] th').inner_text()
