"""The explorer's view in Chromium without Jupyter, for ``widgets.py``: what needs no kernel."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from widgets_rows import Seen

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
INVOICES = ROOT / "data" / "invoices"


@contextmanager
def chromium_page() -> "Iterator[Page]":
    """Open a page of a Chromium as the browser tests do."""
    from conftest import ARGUMENTS, NAMES
    from playwright.sync_api import sync_playwright

    program = os.environ.get("GINI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        message = "There is no Chromium on the PATH; install it, or name it in GINI_CHROMIUM."
        raise SystemExit(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield browser.new_page(viewport={"width": 1680, "height": 950})
        browser.close()


def calibrated(seen: Seen, page: "Page", times: int = 5) -> None:
    from many_slots import LOOP

    seen.loops["page"] += [page.evaluate(LOOP) for _ in range(times)]


def measure_page(seen: Seen, slots: int, folder: Path) -> None:
    """Measure lists, filters and search of many slots; pages and words; verdicts."""
    for part in (_lists, _pages, _verdicts):
        with chromium_page() as page:
            part(seen, page, slots, folder)


def _lists(seen: Seen, page: "Page", slots: int, _folder: Path) -> None:
    from many_slots import FILTERS, PRESS, SEARCHES, SORTS, many, megabytes
    from static_view import StaticView

    from gini_notebook.interactive.explorer import explore

    before = megabytes(page)
    shown = StaticView(page, explore(many(slots), show="all"))
    shown.until(lambda: f"{slots:,} of {slots:,}" in shown.root.locator(".gini-found").inner_text(), "all slots", 120)
    page.wait_for_timeout(3_000)  # what is searched is made while nothing else is to do

    def add(name: str, script: str, **options: Any) -> None:
        calibrated(seen, page)
        seen.add(name, *page.evaluate(script, options), where="page")

    add("step list", PRESS, keys=["ArrowDown"], times=2_000)
    add("filter", FILTERS, times=50)
    add(
        "search",
        SEARCHES,
        texts=["w", "we", "wert", "wert 1", "wert 12", "a/rech", "eur", "ß", "", "00012"] * 3,
        rest=60,
    )
    page.evaluate(SEARCHES, {"texts": [""], "rest": 60})
    add("sort", SORTS, names=["document", "name", "alike", "stake", "position"] * 4)
    add("jump", PRESS, keys=["End", "Home"], times=40)
    seen.add("memory page", megabytes(page) - before, where="page")


def _pages(seen: Seen, page: "Page", _slots: int, _folder: Path) -> None:
    from many_slots import PRESS, WORDS, with_pages
    from static_view import StaticView

    shown = StaticView(page, with_pages(INVOICES))
    shown.root.locator(".gini-paper img[src^=blob]").wait_for()
    page.evaluate(PRESS, {"keys": ["ArrowDown"] * 8 + ["ArrowUp"] * 8, "times": 16, "decoded": True})
    page.wait_for_timeout(1_000)
    calibrated(seen, page)
    steps = {"keys": ["ArrowDown"] * 8 + ["ArrowUp"] * 8, "times": 80, "decoded": True}
    seen.add("step page", *page.evaluate(PRESS, steps), where="page")
    turns = {"keys": ["PageDown", "PageUp", "+", "-", "r"], "times": 100, "decoded": True}
    page.evaluate(PRESS, {**turns, "times": 5})
    page.wait_for_timeout(500)
    seen.add("turn", *page.evaluate(PRESS, turns), where="page")
    calibrated(seen, page)
    for name, values in page.evaluate(WORDS, {"count": 2_000}).items():
        seen.add(name, *values, where="page")


def _verdicts(seen: Seen, page: "Page", _slots: int, folder: Path) -> None:
    from many_slots import PRESS, labelled_many
    from static_view import StaticView

    shown = StaticView(page, labelled_many(1_000, folder / "labels.jsonl"))
    shown.until(lambda: shown.sent("slot") >= 1, "the first slot")
    calibrated(seen, page)
    for _ in range(30):
        before = shown.chosen()
        seen.add("verdict", *page.evaluate(PRESS, {"keys": ["m"], "times": 1, "decoded": False}), where="page")
        assert shown.chosen() != before
        page.wait_for_timeout(150)
