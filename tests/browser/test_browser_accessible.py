"""axe-core on every widget in every state, and everything by keys."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from lab_server import DARK, NotebookPage
from static_view import StaticView, StaticWidget
from test_browser_labelling import slips

import gini_notebook as gini
from gini_notebook.analysis.comparison import compare
from gini_notebook.interactive.batch_panel import BatchPanel
from gini_notebook.interactive.comparison_view import compare_view
from gini_notebook.interactive.explorer import explore
from tests.analysis.report.report_samples import IBAN, Tables, boxed, rows, sample

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (make browser)")
Opened = Callable[..., Any]
# In the order of the page, each that takes the focus with Tab, until it comes out at the other end.
REACHED = """(root) => {
  const at = document.activeElement;
  return root.contains(at) ? at.getAttribute("aria-label") || at.textContent.trim().slice(0, 40) || at.tagName : null;
}"""
# What a click would do something to, and no key reaches: not with Tab, and no part of what has keys of its own.
UNREACHABLE = """(root) => [...root.querySelectorAll("button, a, input, select, summary, textarea, [role=button]")]
  .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex < 0)
  .map((one) => one.outerHTML.slice(0, 120))"""
# What scrolls, and cannot be scrolled by keys.
STUCK = """(root) => [...root.querySelectorAll("*")].filter((one) => {
  const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1;
  const within = (each) => each.tabIndex >= 0 && each.checkVisibility();
  return scrolls && one.checkVisibility() && !within(one) && ![...one.querySelectorAll("*")].some(within);
}).map((one) => one.className)"""


def demand_accessible(page: "Page", where: str) -> None:
    """Nothing serious or critical in a part of the page, whatever axe looks at."""
    found = axe.Axe().run(page, context=where).response["violations"]
    told = [(one["id"], [node["html"][:160] for node in one["nodes"][:4]]) for one in found
            if one["impact"] in {"serious", "critical"}]  # fmt: skip
    assert told == []
    root = page.locator(where).first
    assert root.evaluate(UNREACHABLE) == []
    assert root.evaluate(STUCK) == []


@pytest.fixture(params=["light", "dark"])
def opened(watch: Callable[..., Any], request: pytest.FixtureRequest) -> Opened:
    """Open a view in a page, in both schemes."""

    def make(kind: type[StaticWidget], shown: Any, *, width: int = 1280) -> Any:
        page = watch(viewport={"width": width, "height": 860}).page
        return kind(page, shown, dark=request.param == "dark")

    return make


def browsing(invoices: Path, _folder: Path) -> Any:
    return explore(Tables(rows(("a.pdf", "", 0, "iban", IBAN)), sample().documents), documents=invoices)


def mistakes(invoices: Path, _folder: Path) -> Any:
    return explore(boxed("craftsman_two_pages.pdf"), documents=invoices)


def broken(_invoices: Path, folder: Path) -> Any:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    return explore(rows(("bad.pdf", "", 0, "iban", IBAN)), documents=folder)


def changed(_invoices: Path, _folder: Path) -> Any:
    return explore(comparison())


def editing(invoices: Path, folder: Path) -> Any:
    return slips(invoices, folder / "labels.jsonl")


def blind(invoices: Path, folder: Path) -> Any:
    return slips(invoices, folder / "labels.jsonl", blind=True, show="audit")


def empty(_invoices: Path, _folder: Path) -> Any:
    return explore(rows(), show="all")


def comparison() -> Any:
    def run(*values: str) -> pd.DataFrame:
        return rows(*((name, "", 0, "iban", value) for name, value in zip("abcd", values, strict=True)))

    truth = run("DE1", "DE2", "DE3", "DE4")
    return compare(gini.evaluate(run("DE1", "x", "y", "z"), truth), gini.evaluate(run("q", "DE2", "DE3", "z"), truth))


STATES = (browsing, mistakes, broken, changed, editing, blind, empty)


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious_in_the_explorer(
    opened: Opened, invoices: Path, tmp_path: Path, state: Callable[[Path, Path], Any]
) -> None:
    shown = opened(StaticView, state(invoices, tmp_path))
    if state in (mistakes, editing):
        expect(shown.root.get_by_role("img").first).to_be_visible()
        expect(shown.root.locator(".gini-details .gini-field")).to_be_attached()
    if state is broken:
        expect(shown.root.locator(".gini-note")).to_contain_text("cannot be drawn")
    demand_accessible(shown.page, ".gini-explorer")
    if state not in (mistakes, editing):
        return
    # With a menu open, the keys shown, and while somebody types.
    shown.root.locator(".gini-filter summary").first.click()
    demand_accessible(shown.page, ".gini-explorer")
    shown.root.locator(".gini-filter summary").first.click()
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("?")
    demand_accessible(shown.page, ".gini-explorer")
    shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("v")
    demand_accessible(shown.page, ".gini-explorer")
    if state is editing:
        shown.page.keyboard.press("x")
        shown.root.get_by_role("textbox", name="Truth").fill("12,3,4 EUR")
        expect(shown.root.locator(".gini-check")).to_contain_text("cannot be read as amount")
        demand_accessible(shown.page, ".gini-explorer")


@pytest.mark.parametrize("width", [390, 700])
def test_axe_finds_nothing_serious_where_it_is_narrow(
    opened: Opened, invoices: Path, tmp_path: Path, width: int
) -> None:
    shown = opened(StaticView, editing(invoices, tmp_path), width=width)
    for tab in ("List", "Page", "Fields") if width == 390 else ():
        shown.root.get_by_role("button", name=tab, exact=True).click()
        demand_accessible(shown.page, ".gini-explorer")
    demand_accessible(shown.page, ".gini-explorer")


def test_axe_finds_nothing_serious_in_a_comparison(opened: Opened) -> None:
    shown = opened(StaticWidget, compare_view(comparison()).page)
    expect(shown.root.get_by_role("button", name="iban: show 2 fixed")).to_be_visible()
    demand_accessible(shown.page, ".gini-comparison")


@pytest.fixture
def panel(client: "Client", tmp_path: Path) -> BatchPanel:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.txt").write_text(f"Rechnung 1\nIBAN {IBAN}\nGesamtbetrag 1,34 EUR")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    return BatchPanel(client, folder, to=tmp_path / "run")


def test_axe_finds_nothing_serious_in_the_panel(opened: Opened, panel: BatchPanel) -> None:
    shown = opened(StaticWidget, panel.view)
    expect(shown.root.get_by_role("button", name="Start")).to_be_visible()
    demand_accessible(shown.page, ".gini-panel")

    def run() -> None:
        panel.start()
        panel.wait(60)
        panel.refresh()

    shown.python(run)
    expect(shown.root.get_by_role("button", name="Explore failed")).to_be_visible()
    demand_accessible(shown.page, ".gini-panel")


@pytest.mark.parametrize("theme", ["JupyterLab Light", DARK])
def test_axe_finds_nothing_serious_in_the_login_form(
    notebook: Callable[..., NotebookPage], sandbox: "Sandbox", theme: str
) -> None:
    target = f"api={sandbox.api!r}, user_center={sandbox.user_center!r}, ca_bundle={str(sandbox.ca_file)!r}"
    shown = notebook(f"import gini_notebook as gini\ngini.LoginForm({target})", theme=theme)
    form = shown.run(0)
    form.get_by_label("Client id", exact=True).wait_for()
    demand_accessible(shown.page, ".jp-OutputArea-output")
    form.get_by_label("Client id", exact=True).fill("nobody")
    form.get_by_label("Client secret", exact=True).fill("wrong")
    form.get_by_role("button", name="Log in").click()
    form.get_by_text("Not logged in: ").wait_for()
    demand_accessible(shown.page, ".jp-OutputArea-output")
    form.get_by_label("Client secret", exact=True).fill(sandbox.client_secret)
    form.get_by_label("Client id", exact=True).fill(sandbox.client_id)
    form.get_by_role("button", name="Log in").click()
    form.get_by_text("Logged in at").wait_for()
    demand_accessible(shown.page, ".jp-OutputArea-output")


def test_every_control_of_the_explorer_is_reached_with_tab(
    watch: Callable[..., Any], invoices: Path, tmp_path: Path
) -> None:
    page = watch(viewport={"width": 1280, "height": 860}).page
    shown = StaticView(page, editing(invoices, tmp_path))
    expect(shown.root.get_by_role("img").first).to_be_visible()
    page.locator("#before").focus()
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        if (name := shown.root.evaluate(REACHED)) is None:
            break
        seen.append(name)
    assert shown.root.evaluate(REACHED) is None  # and it is no trap
    wanted = ("Search", "List", "Page", "Larger", "Turn by a quarter", "Details", "Truth", "Queue", "Keys", "undo (z)")
    assert [name for name in wanted if name not in seen] == []
