"""Ctrl-C and Kernel > Interrupt, and what is shown while a run is on."""

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import RunStopped, SettingError
from gini_notebook.service import batch
from gini_notebook.service.batch import Batch, running
from gini_notebook.service.batch.progress import wants_bar
from tests.service.batch.conftest import QUICK

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]


def interrupt_when(folder: Path, done: int) -> Callable[[batch.Counts], None]:
    """Return a listener that sends this process the signal of Ctrl-C when so many documents are done."""
    sent: list[float] = []

    def listen(counts: batch.Counts) -> None:
        if counts.finished >= done and not sent:
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    listen.sent = sent  # type: ignore[attr-defined]
    return listen


@pytest.mark.usefixtures("awake")
def test_R14_an_interrupt_stops_within_two_seconds_says_how_to_go_on_and_the_same_call_resumes(
    client: "Client", sandbox: "Sandbox", invoices_of: Invoices, tmp_path: Path
) -> None:
    folder, before = invoices_of(count=150), signal.getsignal(signal.SIGINT)
    listen = interrupt_when(tmp_path / "run", 20)
    with pytest.raises(
        RunStopped, match=r"Stopped \(interrupted\) with 150 documents: .*gini-notebook resume"
    ) as caught:
        running.run(client, folder, to=tmp_path / "run", progress=listen)
    assert time.monotonic() - listen.sent[0] < 2.0
    assert "\n" not in str(caught.value)
    assert signal.getsignal(signal.SIGINT) is before
    status = Batch.load(tmp_path / "run").status()
    assert 20 <= status["completed"] < 150
    report = running.run(client, folder, to=tmp_path / "run", settings=QUICK)
    assert report.counts.completed == 150
    assert len(sandbox.stored()[Batch.load(tmp_path / "run").user]) == 150


def test_R14_a_second_interrupt_ends_at_once(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder = invoices_of(count=60)

    def impatient(counts: batch.Counts) -> None:
        if counts.finished >= 5:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        running.run(client, folder, to=tmp_path / "run", progress=impatient)
    assert running.run(client, folder, to=tmp_path / "run", settings=QUICK).counts.completed == 60


def test_a_run_may_be_on_another_thread(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    folder, reports = invoices_of(count=3), []
    thread = threading.Thread(target=lambda: reports.append(running.run(client, folder, to=tmp_path / "run")))
    thread.start()
    thread.join(20)
    assert reports[0].counts.completed == 3


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_is_shown_to_people_only(is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    assert wants_bar() is is_terminal
    monkeypatch.setenv("CI", "true")
    assert wants_bar() is False
    monkeypatch.delenv("CI")
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert wants_bar() is False


def test_the_bar_shows_rate_and_time_left_and_can_be_switched_off(
    client: "Client", invoices_of: Invoices, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = invoices_of("a.txt", "b.txt", "x.fault-400.txt")
    running.run(client, folder, to=tmp_path / "shown", progress=True)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "document/s" in shown
    assert "failed=1" in shown
    running.run(client, folder, to=tmp_path / "hidden", progress=False)
    assert capsys.readouterr().err == ""


def test_a_progress_that_makes_no_sense_is_refused(client: "Client", invoices_of: Invoices, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="progress is 'loud'"):
        running.run(client, invoices_of("a.txt"), to=tmp_path / "run", progress="loud")  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "value"), [("quarantine_s", 0), ("window", -1), ("attempts", float("nan"))])
def test_settings_must_be_positive(name: str, value: float) -> None:
    with pytest.raises(SettingError, match=f"{name} is {value}; it must be greater than 0"):
        batch.BatchSettings(**{name: value})


def test_settings_do_not_flood_the_service() -> None:
    with pytest.raises(SettingError, match="upload_threads is 17; the service is not to be flooded: at most 16"):
        batch.BatchSettings(upload_threads=17)
    assert batch.BatchSettings(run_limit_s=None).run_limit_s is None
