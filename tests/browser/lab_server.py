"""A JupyterLab or Notebook 7 of its own, and what a person does in it: open a notebook, run a cell, save; a Voilà."""

import contextlib
import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import requests

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

START_LIMIT_S = 90.0
LIMIT_S = 60.0
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
SETTINGS = {
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
    # Nobody asks whether there shall be news, and nothing is fetched for it.
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # A test saves when it means to.
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
ARGUMENTS = (
    "--ServerApp.port=0",
    "--ServerApp.open_browser=False",
    "--ServerApp.allow_root=True",
    "--ServerApp.terminals_enabled=False",
)
# What starts a front end, and where it shows a notebook.
_QUIET = "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
LAB = (
    ("jupyterlab", "--LabApp.extension_manager=readonly", _QUIET, "--LabApp.news_url="),
    "lab/tree/{name}?reset&token={token}",
)
NOTEBOOK = (("notebook",), "notebooks/{name}?token={token}")


def until(ready: Callable[[], Any], what: str, *, limit_s: float = LIMIT_S, pause_s: float = 0.05) -> Any:
    """Ask until the answer is true; no loop of these tests is without an end."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if answer := ready():
            return answer
        time.sleep(pause_s)
    message = f"waited {limit_s:g} s in vain for: {what}"
    raise TimeoutError(message)


def whole_notebook(path: Path, cells: list[tuple[str, int | None]], *, after_ns: int) -> str | None:
    """Return the text of a notebook that was written after a time and holds these cells (source, number of the run).

    None as long as the file is older, only partly written, or another notebook.
    """
    if path.stat().st_mtime_ns <= after_ns:
        return None
    text = path.read_text(encoding="utf-8")
    try:
        written = nbformat.reads(text, as_version=4).cells
    except (ValueError, nbformat.reader.NotJSONError):
        return None
    return text if [(cell.source, cell.execution_count) for cell in written] == cells else None


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment in which nothing of this user is read or written."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "GINI_", "IPYTHON")) and not name.lower().endswith("_proxy")
    }
    own = {
        "HOME": "",
        "XDG_CONFIG_HOME": "config",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    return kept | {name: str(home / folder) for name, folder in own.items()} | more


class LabServer:
    """The server; its folders, settings and token are those of nothing else on this machine."""

    def __init__(self, home: Path, front_end: tuple[tuple[str, ...], str] = LAB) -> None:
        self.home = home
        (module, *more), self.address = front_end
        self.folder = home / "notebooks"
        self.folder.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"token {self.token}"
        self._settings = home / "settings"
        for plugin, settings in SETTINGS.items():
            self._set(plugin, settings)
        self._log = (home / "server.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, f"--ServerApp.root_dir={self.folder}", *ARGUMENTS, *more],
            cwd=self.folder,
            env=environment(home, JUPYTER_TOKEN=self.token),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url = until(self._started, f"{module} to start, see {home / 'server.log'}", limit_s=START_LIMIT_S)
        except BaseException:
            self.close()
            raise

    def _set(self, plugin: str, settings: dict[str, Any]) -> None:
        path = self._settings / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")

    def _started(self) -> str | None:
        if self._process.poll() is not None:
            message = f"the server ended at once with code {self._process.returncode}; see {self.home / 'server.log'}"
            raise RuntimeError(message)
        file = self.home / "runtime" / f"jpserver-{self._process.pid}.json"
        with contextlib.suppress(OSError, ValueError, requests.RequestException):
            url = str(json.loads(file.read_text())["url"])
            if self.session.get(f"{url}api/status", timeout=5).ok:
                return url
        return None

    def theme(self, name: str) -> None:
        """Choose the theme of pages that are opened from now on."""
        self._set("@jupyterlab/apputils-extension/themes", {"theme": name})

    def write(self, name: str, cells: list[str]) -> Path:
        """Put a notebook into the folder."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = self.folder / name
        nbformat.write(notebook, path)
        return path

    def kernel_ready(self, name: str) -> bool:
        """Tell whether the notebook's kernel is idle and a page is connected: before that, cells that are run are
        dropped without a word, although the page says "idle"."""
        sessions = self.session.get(f"{self.url}api/sessions", timeout=5).json()
        return any(
            session["path"] == name
            and session["kernel"]["execution_state"] == "idle"
            and session["kernel"]["connections"] >= 1
            for session in sessions
        )

    def history(self) -> set[str]:
        """Return the cells that the kernels have written into the history of the user."""
        with contextlib.suppress(sqlite3.OperationalError):  # not yet made
            address = f"{(self.home / 'ipython' / 'profile_default' / 'history.sqlite').as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
                return {source for (source,) in database.execute("SELECT source FROM history")}
        return set()

    def end_kernels(self) -> None:
        """End every kernel, so that tests do not share memory."""
        for session in self.session.get(f"{self.url}api/sessions", timeout=5).json():
            self.session.delete(f"{self.url}api/sessions/{session['id']}", timeout=10)

    def close(self) -> None:
        """Stop the server and its kernels."""
        ended(self._process)
        self._log.close()
        self.session.close()


def ended(process: "subprocess.Popen[bytes]") -> None:
    """End a process, and wait until it has."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


@contextlib.contextmanager
def voila(home: Path, cell: str) -> Iterator[str]:
    """Serve a notebook of one cell as a page; give its address."""
    home.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, home / "page.ipynb")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", "page.ipynb", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=environment(home), stdout=log, stderr=subprocess.STDOUT)
        try:
            until(lambda: _listens(port), f"Voilà to start, see {home / 'server.log'}", limit_s=START_LIMIT_S)
            yield f"http://127.0.0.1:{port}/"
        finally:
            ended(process)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


class NotebookPage:
    """A notebook open in the browser."""

    def __init__(self, watched: Any, server: LabServer, path: Path) -> None:
        self.watched = watched
        self.server = server
        self.path = path
        self.sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        page: Page = watched.page
        self.page = page
        page.goto(server.url + server.address.format(name=path.name, token=server.token))
        self.cells = page.locator(".jp-Notebook .jp-CodeCell")
        self.cells.first.wait_for(timeout=60_000)
        until(lambda: server.kernel_ready(path.name), "the kernel to be ready", limit_s=60)

    def run(self, number: int, *, wait: bool = True) -> "Locator":
        """Run a cell and give its output area."""
        cell = self.cells.nth(number)
        prompt = cell.locator(".jp-InputArea-prompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        until(lambda: prompt.inner_text() != before, f"cell {number} to be taken by the kernel")
        if wait:
            until(lambda: "*" not in prompt.inner_text(), f"cell {number} to finish")
        return cell.locator(".jp-OutputArea")

    def shot(self, path: Path) -> None:
        """Take a picture of the cells, for people."""
        self.page.locator(".jp-Notebook").screenshot(path=path)

    def save(self) -> str:
        """Save by the button of the toolbar (Ctrl+S is swallowed while a widget has the focus); return the file.

        JupyterLab writes into the file that is there, so a reader may meet half of it, or nothing: what is returned is
        whole, younger than the click, and holds every cell with the number of its last run.
        """
        prompts = [text.strip("[]: ") for text in self.cells.locator(".jp-InputArea-prompt").all_inner_texts()]
        before = self.path.stat().st_mtime_ns
        self.page.locator('[data-jp-item-name="save"] jp-button, [data-jp-item-name="save"] button').first.click()
        cells = [(source, int(prompt) if prompt.isdigit() else None) for source, prompt in self._cells(prompts)]
        return str(until(lambda: whole_notebook(self.path, cells, after_ns=before), "the notebook to be saved"))

    def _cells(self, prompts: list[str]) -> Iterator[tuple[str, str]]:
        return zip(self.sources, prompts, strict=True)

    def checkpoint(self, saved: str) -> Path:
        """Return the checkpoint that was made of what has just been saved; an older one tells nothing of it."""
        path = self.path.parent / ".ipynb_checkpoints" / f"{self.path.stem}-checkpoint.ipynb"
        until(lambda: path.exists() and path.read_text(encoding="utf-8") == saved, "the checkpoint of what was saved")
        return path
