"""Nothing sticks out of the comparison view and the batch panel, at any width and in any scheme."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from many_slots import tables
from static_view import StaticWidget

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.interactive.batch_panel import BatchPanel
from gini_notebook.interactive.comparison_view import compare_view

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
LOOK = """() => matchMedia("(forced-colors: active)").matches ? "forced"
  : document.body.dataset.jpThemeLight === "true" ? "light" : "dark" """
# What stands out of its own part without a way to scroll there.
CUT_OFF = """() => [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility()
  && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
  && getComputedStyle(one).overflowX === "hidden").map((one) => one.className)"""


@pytest.fixture(params=[(width, look) for width in (390, 700, 1100, 1600) for look in ("light", "dark", "forced")])
def opened(watch: Callable[..., Any], request: pytest.FixtureRequest) -> Callable[[Any], StaticWidget]:
    width, look = request.param

    def make(widget: Any) -> StaticWidget:
        options = {"forced_colors": "active"} if look == "forced" else {}
        page = watch(viewport={"width": width, "height": 800}, **options).page
        return StaticWidget(page, widget, dark=look == "dark")

    return make


def demand_room(shown: StaticWidget, shots: Path, name: str) -> None:
    page = shown.page
    width = page.viewport_size["width"]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
    look = page.evaluate(LOOK)
    page.screenshot(path=shots / f"{name}_{width}_{look}.png")


def test_a_comparison_has_room(opened: Callable[[Any], StaticWidget], shots: Path) -> None:
    (one, truth), (other, _) = tables(200), tables(200, better=True)
    view = compare_view(compare(evaluate(one, truth), evaluate(other, truth)))
    shown = opened(view.page)
    expect(shown.root.get_by_role("combobox", name="Documents")).to_be_visible()
    demand_room(shown, shots, "comparison")
    # A slice is chosen, and the focus stays with the picker.
    shown.root.get_by_role("combobox", name="Documents").select_option(label="supplier: x")
    expect(shown.root.locator(".gini-verdict")).to_contain_text("Too few documents to tell")
    expect(shown.root.get_by_role("combobox", name="Documents")).to_be_focused()
    assert view.slice == ("supplier", "x")
    demand_room(shown, shots, "comparison_slice")


def test_a_panel_has_room(opened: Callable[[Any], StaticWidget], client: "Client", tmp_path: Path, shots: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / f"{'a_very_long_name_' * 8}.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "good.txt").write_text("Rechnung 1\nGesamtbetrag 1,34 EUR")
    panel = BatchPanel(client, folder, to=tmp_path / "run")
    panel.start()
    panel.wait(60)
    shown = opened(panel.view)
    expect(shown.root.get_by_role("button", name="Explore failed")).to_be_visible()
    demand_room(shown, shots, "panel")
