"""The login form in a real JupyterLab: a person types, presses Tab, clicks."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lab_server import DARK, NotebookPage

from gini_notebook.interactive.login import login_accounts

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from gini_notebook.sandbox import Sandbox

WRONG = "canary-typed-but-wrong-91c4"
USE = 'print("as", form.client.user, "documents:", len(form.client.documents()))'
# The kernel is busy for a while whenever a field has been left, as on a distant or a loaded server.
BUSY = """
import time
for field in form.children:
    field.observe(lambda change: time.sleep(0.3), names="value")
"""


FOCUSED = "() => { const at = document.activeElement; return at.labels?.[0]?.textContent || at.textContent }"


def target(sandbox: "Sandbox") -> str:
    return f"api={sandbox.api!r}, user_center={sandbox.user_center!r}, ca_bundle={str(sandbox.ca_file)!r}"


def form_cell(sandbox: "Sandbox", more: str = "") -> str:
    return f"import gini_notebook as gini\nform = gini.LoginForm({target(sandbox)})\n{more}\nform"


def press_log_in(form: "Locator", sandbox: "Sandbox", secret: str) -> None:
    """Type and click without a pause."""
    form.get_by_label("Client id", exact=True).press_sequentially(sandbox.client_id)
    form.get_by_label("Client secret", exact=True).press_sequentially(secret)
    form.get_by_role("button", name="Log in").click()


def line_of(form: "Locator", beginning: str) -> str:
    line = form.get_by_text(beginning)
    line.wait_for()
    return line.inner_text()


def test_a_wrong_secret_shows_why_and_can_be_corrected(
    notebook: Callable[..., NotebookPage], sandbox: "Sandbox", shots: Path
) -> None:
    opened = notebook(form_cell(sandbox), USE, theme=DARK)
    form = opened.run(0)
    press_log_in(form, sandbox, WRONG)
    assert "401" in line_of(form, "Not logged in: ")
    opened.shot(shots / "login_refused_dark.png")
    secret = form.get_by_label("Client secret", exact=True)
    # The field is empty again, and has the focus: one can type at once.
    assert secret.input_value() == ""
    assert secret.evaluate("input => input === document.activeElement")
    opened.page.keyboard.type(sandbox.client_secret)
    opened.page.keyboard.press("Enter")
    assert line_of(form, "Logged in at ").startswith(f"Logged in at {sandbox.api}")
    assert form.locator("input").count() == 0
    assert "documents: 0" in opened.run(1).inner_text()
    opened.shot(shots / "login_done_dark.png")


def test_an_account_logs_in_by_the_keyboard_alone(
    notebook: Callable[..., NotebookPage], sandbox: "Sandbox", shots: Path
) -> None:
    """From ``gini.login()`` to a client that works; Tab goes from field to field in the order of the page."""
    email, password = "keys@app.example.org", "canary-account-password-3c"
    with login_accounts(sandbox) as accounts:
        accounts.create(email, password)
    cell = f"import gini_notebook as gini\nclient = gini.login({target(sandbox)})"
    opened = notebook(cell, "print(client.user, len(client.documents()))")
    form = opened.run(0)
    form.get_by_label("user identifier (trusted client)").focus()
    keyboard = opened.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Space")
    form.get_by_label("Password", exact=True).wait_for()
    opened.shot(shots / "login_account_light.png")
    seen = []
    for text in (sandbox.client_id, email, sandbox.client_secret, "", password, "", ""):
        keyboard.press("Tab")
        seen.append(opened.page.evaluate(FOCUSED))
        keyboard.type(text)
    assert seen == ["Client id", "User name", "Client secret", "Show", "Password", "Show", "Log in"]
    keyboard.press("Enter")
    line_of(form, "Logged in at ")
    assert f"{email} 0" in opened.run(1).inner_text()


def test_a_click_never_overtakes_the_typing_when_the_kernel_is_busy(
    notebook: Callable[..., NotebookPage], sandbox: "Sandbox"
) -> None:
    opened = notebook(form_cell(sandbox, BUSY), USE)
    form = opened.run(0)
    form.get_by_label("User identifier", exact=True).press_sequentially("busy-user")
    press_log_in(form, sandbox, sandbox.client_secret)
    line_of(form, "Logged in at ")
    assert "as busy-user documents: 0" in opened.run(1).inner_text()
