"""No secret that a person types is in a file, whenever the notebook is saved."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lab_server import NotebookPage, until
from test_browser_login import BUSY, USE, WRONG, form_cell, line_of, press_log_in

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

PASSWORD = "canary-password-66e0"


def as_html(notebook: Path) -> str:
    target = notebook.with_suffix(".html")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output", target.name, str(notebook)],
        check=True,
        capture_output=True,
    )
    return target.read_text(encoding="utf-8")


def test_T20_T21_a_secret_is_in_no_file_before_the_click_nor_after(
    notebook: Callable[..., NotebookPage], sandbox: "Sandbox"
) -> None:
    opened = notebook(form_cell(sandbox, BUSY), USE)
    form = opened.run(0)
    canaries = (sandbox.client_secret, WRONG, PASSWORD)

    def assert_clean(text: str) -> None:
        assert [canary for canary in canaries if canary in text] == []

    # Typed, not clicked; then a refused attempt; then the right one.
    form.get_by_label("user name and password").check()
    form.get_by_label("Password", exact=True).press_sequentially(PASSWORD)
    form.get_by_label("Client secret", exact=True).press_sequentially(WRONG)
    form.get_by_label("Client id", exact=True).press_sequentially(sandbox.client_id)
    text = opened.save()
    assert '"application/vnd.jupyter.widget-state+json"' in text
    assert sandbox.client_id in text, "the state of the other fields is saved, or this test looks at nothing"
    assert_clean(text)
    form.get_by_label("User name", exact=True).press_sequentially("nobody@example.invalid")
    form.get_by_role("button", name="Log in").click()
    line_of(form, "Not logged in: ")
    text = opened.save()
    assert "Not logged in: " in text, "the state of the form is saved, or this test looks at nothing"
    assert_clean(text)
    form.get_by_label("user identifier (trusted client)").check()
    form.get_by_label("User identifier", exact=True).wait_for()
    form.get_by_label("Client id", exact=True).clear()
    press_log_in(form, sandbox, sandbox.client_secret)
    line_of(form, "Logged in at ")
    opened.run(1)
    text = opened.save()
    assert "documents: 0" in text
    assert_clean(text)
    assert_clean(opened.checkpoint(text).read_text(encoding="utf-8"))
    assert_clean(as_html(opened.path))
    # Nor in what the server and the kernel keep: history, settings, log. The kernel writes its history when it likes.
    until(lambda: opened.server.history().issuperset(opened.sources), "the cells to be in the history")
    for path in opened.server.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [canary for canary in canaries if canary.encode() in content] == [], path
