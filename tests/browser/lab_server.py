"""A JupyterLab of its own, and what a person does in it: open a notebook, run a cell, save."""

import contextlib
import json
import os
import secrets
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
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=",
)


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


class LabServer:
    """The server; its folders, settings and token are those of nothing else on this machine."""

    def __init__(self, home: Path) -> None:
        self.home = home
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
            [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={self.folder}", *ARGUMENTS],
            cwd=self.folder,
            env=self._environment(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url = until(self._started, f"JupyterLab to start, see {home / 'server.log'}", limit_s=START_LIMIT_S)
        except BaseException:
            self.close()
            raise

    def _environment(self) -> dict[str, str]:
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
        return kept | {name: str(self.home / folder) for name, folder in own.items()} | {"JUPYTER_TOKEN": self.token}

    def _set(self, plugin: str, settings: dict[str, Any]) -> None:
        path = self._settings / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")

    def _started(self) -> str | None:
        if self._process.poll() is not None:
            message = f"JupyterLab ended at once with code {self._process.returncode}; see {self.home / 'server.log'}"
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
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._log.close()
        self.session.close()


class NotebookPage:
    """A notebook open in the browser."""

    def __init__(self, watched: Any, server: LabServer, path: Path) -> None:
        self.watched = watched
        self.server = server
        self.path = path
        self.sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        page: Page = watched.page
        self.page = page
        page.goto(f"{server.url}lab/tree/{path.name}?reset&token={server.token}")
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
