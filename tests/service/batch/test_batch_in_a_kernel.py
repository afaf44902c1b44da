"""A run in a real notebook kernel: interrupted, restarted, and taken up by the same cell."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

LOGIN = """
import gini_notebook as gini
from types import SimpleNamespace
client = gini.login(SimpleNamespace(**{settings!r}))
"""
CELL = "batch = gini.process(client, {folder!r}, to={to!r}, progress=True)\nbatch.status()"


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def answers(client: Any, message_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what the kernel says about a cell until it is done with it."""
    said = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        said.append((message["msg_type"], message["content"]))
        if said[-1] == ("status", {"execution_state": "idle"}):
            return said


def run(client: Any, code: str) -> list[tuple[str, dict[str, Any]]]:
    return answers(client, client.execute(code))


def test_R14_kernel_interrupt_stops_in_two_seconds_with_one_line_and_the_same_cell_resumes(
    kernel: tuple[Any, Any], slow_sandbox: "Sandbox", invoices_of: Callable[..., Path], tmp_path: Path
) -> None:
    manager, client = kernel
    names = ("api", "user_center", "ca_file", "environment", "client_id", "client_secret")
    login = LOGIN.format(settings={name: getattr(slow_sandbox, name) for name in names})
    # The answer to the first upload takes five seconds, so that the interrupt meets a request on the wire.
    folder = invoices_of("0.fault-slow-x1.txt", "1.txt", "2.txt")
    cell = CELL.format(folder=str(folder), to=str(tmp_path / "run"))
    assert not [content["evalue"] for kind, content in run(client, login) if kind == "error"]
    cell_id = client.execute(cell)
    wait_until_started(tmp_path / "run")
    began = time.monotonic()
    manager.interrupt_kernel()
    said = answers(client, cell_id)
    assert time.monotonic() - began < 2.0
    (error,) = [content for kind, content in said if kind == "error"]
    assert error["ename"] == "RunStopped"
    assert len(error["traceback"]) == 1
    assert "Stopped (interrupted) with 3 documents" in error["traceback"][0]
    assert "The same call goes on from here" in error["traceback"][0]
    results = [content["data"]["text/plain"] for kind, content in run(client, cell) if kind == "execute_result"]
    assert results == ["{'completed': 3, 'failed': 0, 'unclear': 0, 'pending': 0}"]


def wait_until_started(folder: Path) -> None:
    """Wait until the run is well under way."""
    deadline = time.monotonic() + 30
    while not (folder / "ledger.sqlite-wal").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
