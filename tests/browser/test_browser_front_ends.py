"""H7: login, explorer and editing in Notebook 7 and in Voilà."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HERE
from lab_server import NOTEBOOK, LabServer, NotebookPage, until, voila

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from gini_notebook.sandbox import Sandbox

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
PDF = "letter_plain.pdf"
ICONS = "https://cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@"
# As docs/howto/voila.md has it: what needs the client is drawn by a function.
SHOW = """
import gini_notebook as gini
from IPython.display import display

folder = {folder!r}


def show(client):
    batch = gini.process(client, folder + "/in", to=folder + "/run", progress=False)
    truth = gini.read_truth(folder + "/truth.jsonl")
    display(gini.explore(batch, truth, documents=folder + "/in", labels=folder + "/labels.jsonl", show="all"))
"""
VOILA = """
client = gini.login(then=show, {target})
"""


@pytest.fixture
def folder(invoices: Path, tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    shutil.copy(invoices / PDF, tmp_path / "in")
    lines = (invoices / "truth.jsonl").read_text("utf-8").splitlines()
    own = [line for line in lines if json.loads(line).get("document") == PDF]
    (tmp_path / "truth.jsonl").write_text("\n".join(own) + "\n", encoding="utf-8")
    return tmp_path


def target(sandbox: "Sandbox") -> str:
    return f"api={sandbox.api!r}, user_center={sandbox.user_center!r}, ca_bundle={str(sandbox.ca_file)!r}"


def log_in(form: "Locator | Page", sandbox: "Sandbox") -> None:
    form.get_by_label("Client id", exact=True).press_sequentially(sandbox.client_id)
    form.get_by_label("Client secret", exact=True).press_sequentially(sandbox.client_secret)
    form.get_by_role("button", name="Log in").click()
    form.get_by_text("Logged in at ").wait_for()


def look_and_edit(page: "Page", folder: Path) -> None:
    """Step, see the page, and decide about a slot by a key and another by a value that is typed."""
    view = page.locator(".gini-explorer")
    expect(view.get_by_role("img", name=f"Page 1 of {PDF}")).to_be_visible(timeout=60_000)
    view.focus()
    page.keyboard.press("ArrowDown")
    expect(view.locator(".gini-status-text")).to_contain_text("2 of ")
    labels = folder / "labels.jsonl"
    page.keyboard.press("u")
    expect(view.get_by_role("textbox", name="Truth")).to_be_focused()
    page.keyboard.type("smudged")
    page.keyboard.press("Enter")
    until(lambda: labels.exists() and len(labels.read_text("utf-8").splitlines()) == 1, "the first line")
    page.keyboard.press("x")
    view.get_by_role("textbox", name="Truth").fill("1.234,56")
    page.keyboard.press("Enter")

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in labels.read_text("utf-8").splitlines()]

    until(lambda: len(lines()) == 2 or page.keyboard.press("Enter"), "the second line", pause_s=1)
    assert lines()[0]["note"] == "smudged"
    assert [(line["state"], line.get("value", "")[:5]) for line in lines()] == [("unclear", ""), ("value", "1.234")]
    expect(view.locator(".gini-honest")).to_contain_text("truth changed in ")


def test_H7_notebook_7_logs_in_explores_and_edits(
    watch: Callable[..., Any], sandbox: "Sandbox", folder: Path, tmp_path: Path, shots: Path
) -> None:
    pytest.importorskip("notebook", reason="notebook is not installed (make browser)")
    server = LabServer(tmp_path / "server", NOTEBOOK)
    try:
        form = f"form = gini.LoginForm({target(sandbox)})\nform"
        path = server.write("seven.ipynb", [SHOW.format(folder=str(folder)) + form, "show(form.client)"])
        opened = NotebookPage(watch(viewport={"width": 1500, "height": 950}), server, path)
        log_in(opened.run(0), sandbox)
        opened.run(1)
        look_and_edit(opened.page, folder)
        opened.shot(shots / "notebook_7.png")
        assert sandbox.client_secret not in opened.save()
        assert opened.watched.outside(*HERE) == []
    finally:
        server.end_kernels()
        server.close()


def test_H7_voila_logs_in_explores_and_edits(
    watch: Callable[..., Any], sandbox: "Sandbox", folder: Path, tmp_path: Path, shots: Path
) -> None:
    pytest.importorskip("voila", reason="voila is not installed (make browser)")
    cell = SHOW.format(folder=str(folder)) + VOILA.format(target=target(sandbox))
    with voila(tmp_path / "server", cell) as address:
        watched = watch(viewport={"width": 1500, "height": 950})
        watched.page.goto(address, timeout=90_000)
        watched.page.get_by_role("button", name="Log in").wait_for(timeout=60_000)
        assert watched.page.get_by_text("Remember on this computer").count() == 0
        log_in(watched.page, sandbox)
        look_and_edit(watched.page, folder)
        watched.page.screenshot(path=shots / "voila.png")
        # Voilà asks for icons of its own, which do without; we ask nobody.
        assert [url for url in watched.outside(*HERE) if not url.startswith(ICONS)] == []
