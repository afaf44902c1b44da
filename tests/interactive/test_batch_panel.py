"""The batch panel without a browser: states, messages, threads."""

import asyncio
import builtins
import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import Widget

import gini_notebook as gini
from gini_notebook.errors import GiniError, LedgerError, LoginRequired, RunStopped, SettingError
from gini_notebook.interactive.batch_panel import BatchPanel
from gini_notebook.sandbox import Sandbox
from gini_notebook.service.batch.watching import Look, Reason, look, minutes_left

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

LIMIT_S = 60.0
CANARY = "DE02120300000000202051"


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    """A sandbox that is never done with a document, so that a run lasts until it is stopped."""
    with Sandbox(processing_time_s=3_600.0) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inputs = tmp_path / "invoices"
    inputs.mkdir()
    for number in range(3):
        (inputs / f"{number}.txt").write_text(f"Rechnung {number}\nIBAN {CANARY}\nGesamtbetrag {number},34 EUR")
    (inputs / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    return inputs


def sent(panel: BatchPanel) -> list[dict[str, Any]]:
    """Let what the panel sends land in a list."""
    messages: list[dict[str, Any]] = []
    panel.view.send = lambda content, **_: messages.append(content)  # type: ignore[method-assign]
    return messages


def press(panel: BatchPanel, button: str) -> None:
    """Deliver what the page sends when a button is pressed."""
    panel.view._handle_custom_msg({"event": button}, [])


def test_a_run_in_a_thread_ends_as_a_batch(client: "Client", folder: Path, tmp_path: Path) -> None:
    panel = BatchPanel(client, folder, to=tmp_path / "baseline")
    messages = sent(panel)
    press(panel, "hello")
    assert (messages[-1]["state"], messages[-1]["buttons"]) == ("Not begun.", [["start", "Start"]])
    press(panel, "start")
    batch = panel.wait(LIMIT_S)
    assert batch.status() == {"completed": 3, "failed": 1, "unclear": 0, "pending": 0}
    last = messages[-1]
    assert (panel.state, last["counts"]["read"], last["counts"]["failed"], last["total"]) == ("finished", 3, 1, 4)
    assert last["buttons"] == [["failed", "Explore failed"]]
    assert [one["count"] for one in last["reasons"]] == [1]
    assert "damaged" in last["reasons"][0]["error"]
    assert last["request_id"]
    assert "nothing unclear · 0 in excess at the service · user " in last["known"]
    for said in ("baseline: 3 read · 1 failed.", last["known"], last["reasons"][0]["error"], "Finished"):
        assert said in panel.text
    assert panel.failed()["document"].tolist() == ["broken.pdf"]


def test_a_pause_lets_the_run_land_and_resume_goes_on(slow: Sandbox, folder: Path, tmp_path: Path) -> None:
    panel = BatchPanel(gini.login(slow), folder, to=tmp_path / "run")
    messages = sent(panel)
    panel.start()
    with pytest.raises(SettingError, match="This run is running; it cannot begin twice"):
        panel.start()
    press(panel, "start")  # a second click is no error
    while look(panel.folder).at_service < 3:
        panel._over.wait(0.02)
    press(panel, "pause")
    assert messages[-1]["state"].startswith(("Pausing", "Paused"))
    with pytest.raises(RunStopped, match=r"Stopped \(interrupted\)"):
        panel.wait(LIMIT_S)
    assert messages[-1]["buttons"][:2] == [["start", "Resume"], ["stop", "Stop"]]
    assert messages[-1]["counts"]["at_service"] == 3
    assert panel.batch.status()["pending"] == 3
    press(panel, "start")
    assert panel.state == "running"
    press(panel, "stop")
    with pytest.raises(RunStopped):
        panel.wait(LIMIT_S)
    assert (panel.state, messages[-1]["buttons"][:1]) == ("stopped", [["failed", "Explore failed"]])


def test_stop_leaves_a_paused_run(slow: Sandbox, folder: Path, tmp_path: Path) -> None:
    panel = BatchPanel(gini.login(slow), folder, to=tmp_path / "run").start()
    panel.pause()
    with pytest.raises(RunStopped):
        panel.wait(LIMIT_S)
    panel.stop()
    assert panel.state == "stopped"


def test_waiting_ends_in_time_and_says_so(slow: Sandbox, folder: Path, tmp_path: Path) -> None:
    panel = BatchPanel(gini.login(slow), folder, to=tmp_path / "run").start()
    with pytest.raises(RunStopped, match="The run is still on; it goes on in its thread"):
        panel.wait(0.01)
    panel.stop()
    with pytest.raises(RunStopped):
        panel.wait(LIMIT_S)


def test_an_error_ends_the_run_in_words_and_can_be_tried_again(client: "Client", folder: Path, tmp_path: Path) -> None:
    client.close()
    panel = BatchPanel(client, folder, to=tmp_path / "run")
    messages = sent(panel)
    with pytest.raises(LoginRequired):
        panel.start().wait(LIMIT_S)
    panel.refresh()
    assert messages[-1]["state"].startswith("Ended: ")
    assert messages[-1]["buttons"][0] == ["start", "Try again"]


def test_T60_whatever_breaks_a_run_is_named_without_its_text(
    client: "Client", folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr("gini_notebook.interactive.batch_panel.running.run", breaks)
    panel = BatchPanel(client, folder, to=tmp_path / "run")
    with pytest.raises(GiniError, match=r"The run broke off \(ZeroDivisionError\)") as caught:
        panel.start().wait(LIMIT_S)
    assert CANARY not in str(caught.value) + panel.text


def test_a_run_of_another_process_is_watched_and_not_touched(client: "Client", folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no run"):
        BatchPanel.open(tmp_path / "run")
    gini.process(client, folder, to=tmp_path / "run", progress=False)
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir() if path.is_file()}
    panel = BatchPanel.open(tmp_path / "run")
    messages = sent(panel)
    press(panel, "hello")
    assert messages[-1]["state"] == "Watching a run of another process. Nobody works on it now."
    assert messages[-1]["buttons"] == [["failed", "Explore failed"]]
    press(panel, "pause")
    press(panel, "start")
    with pytest.raises(SettingError, match="This panel watches a run"):
        panel.start()
    after = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir() if path.is_file()}
    assert after == before


def test_T20_no_state_of_the_widget_holds_anything_of_the_run(client: "Client", folder: Path, tmp_path: Path) -> None:
    panel = BatchPanel(client, folder, to=tmp_path / "run")
    panel.start().wait(LIMIT_S)
    panel.refresh()
    state = json.dumps(Widget.get_manager_state(widgets=[panel.view]), default=str)
    for secret in (CANARY, "broken.pdf", client.user):
        assert secret not in state
    own = {name for name in panel.view.keys if not name.startswith("_")} - {"layout", "tabbable", "tooltip"}
    assert own == set()


def test_messages_are_small_whatever_went_wrong(client: "Client", tmp_path: Path) -> None:
    panel = BatchPanel(client, tmp_path, to=tmp_path / ("n" * 90))
    reasons = tuple(Reason("x\u202e" * 900, 99_999) for _ in range(4))
    panel._look = Look(
        "n" * 900, *([99_999] * 6), 9_999.9, (1e4, 1e3, 1e5), "2026-11-30T14:02:11+00:00", reasons, 99_999
    )
    assert len(json.dumps(panel.message()).encode()) <= 2_048 + 700  # escapes of JSON beyond ASCII among it
    assert len(json.dumps(panel.message(), ensure_ascii=False).encode()) <= 2_048
    assert "looked for again at 14:02:11" in panel.message()["known"]


def test_looks_go_through_the_loop_of_the_kernel_and_the_threads_send_nothing(
    client: "Client", folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    shell = types.SimpleNamespace(kernel=types.SimpleNamespace(_allow_stdin=True))
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    senders: list[str] = []

    async def cell() -> BatchPanel:
        panel = BatchPanel(client, folder, to=tmp_path / "run")
        panel.view.send = lambda *_given, **_named: senders.append(threading.current_thread().name)  # type: ignore[method-assign]
        panel.start()
        while panel.state == "running" or panel._look.read < 3:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0)
        return panel

    panel = asyncio.run(cell())
    assert panel.state == "finished"
    assert set(senders) == {threading.main_thread().name}


def test_the_time_left_has_limits_that_narrow_with_what_was_seen() -> None:
    about, low, high = minutes_left(600, 1.0, 100) or (0, 0, 0)
    assert low < about == 10.0 < high
    more = minutes_left(600, 1.0, 10_000) or (0, 0, 0)
    assert low < more[1] < more[2] < high
    assert minutes_left(1, 1.0, 3)[2] == float("inf")  # type: ignore[index]
    assert minutes_left(0, 1.0, 9) is minutes_left(9, None, 9) is None
