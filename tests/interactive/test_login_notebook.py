"""A notebook with the login form, executed without a browser: what lands in the files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")

WRONG, PASSWORD = "canary-wrong-5be2", "canary-password-90aa"
CELLS = (
    "%xmode Verbose",
    """
import os
import gini_notebook as gini
form = gini.LoginForm(
    api=os.environ["T_API"], user_center=os.environ["T_USER_CENTER"], ca_bundle=os.environ["T_CA"],
    client_id=os.environ["T_CLIENT_ID"],
)
form
""",
    # What the page sends when somebody clicks; at first with a wrong secret.
    """
def click(**secrets):
    form.children[-1]._handle_custom_msg({"event": "submit", "values": secrets}, [])

click(client_secret=os.environ["T_WRONG"], password=os.environ["T_PASSWORD"])
print(form.status.value)
form
""",
    "form.client.documents()",
    """
click(client_secret=os.environ["T_SECRET"])
print(form.status.value, form.client.documents())
form, vars(form)
""",
    "form.client.document('no-such-document')",
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sandbox: "Sandbox") -> Path:
    """Folders of the kernel's own, and the sandbox in its environment."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    given = {
        "T_API": sandbox.api,
        "T_USER_CENTER": sandbox.user_center,
        "T_CA": str(sandbox.ca_file),
        "T_CLIENT_ID": sandbox.client_id,
        "T_SECRET": sandbox.client_secret,
        "T_WRONG": WRONG,
        "T_PASSWORD": PASSWORD,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def executed(folder: Path) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS])
    client = nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", allow_errors=True, store_widget_state=True
    )
    client.execute(cwd=str(folder))
    nbformat.write(notebook, folder / "executed.ipynb")
    return notebook


def text_of(notebook: Any, number: int) -> str:
    parts = []
    for output in notebook.cells[number].outputs:
        parts += [output.get("text", ""), output.get("evalue", ""), str(output.get("data", ""))]
    return "".join(parts)


def test_T19_T20_T21_a_notebook_run_by_nbclient_holds_no_secret(machine: Path, sandbox: "Sandbox") -> None:
    notebook = executed(machine)
    assert "401" in text_of(notebook, 2)
    assert "fill in the login form" in text_of(notebook, 3)
    assert "Logged in at" in text_of(notebook, 4)
    assert "no-such-document" in text_of(notebook, 5)
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert any(state["state"].get("description") == "Client id" for state in states)
    canaries = [sandbox.client_secret.encode(), WRONG.encode(), PASSWORD.encode()]
    files = [path for path in machine.rglob("*") if path.is_file()]
    assert machine / "executed.ipynb" in files
    for path in files:
        content = path.read_bytes()
        assert [canary for canary in canaries if canary in content] == [], path
