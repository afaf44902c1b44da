"""What of the sandbox depends on the operating system: the branches of others by imitation."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict

import psutil
import pytest

from gini_notebook.sandbox import Sandbox, commandline, system
from gini_notebook.sandbox.serving import Running


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "IS_WINDOWS", True)


@pytest.mark.parametrize("knows_handlers", [True, False], ids=["loop of Unix", "loop of Windows"])
def test_a_signal_is_heard_in_any_event_loop(knows_handlers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)]

    async def stopped_by(name: signal.Signals) -> bool:
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        if not knows_handlers:
            monkeypatch.setattr(loop, "add_signal_handler", asyncio.AbstractEventLoop.add_signal_handler.__get__(loop))
        system.call_on_end(lambda: loop.call_soon_threadsafe(heard.set))
        os.kill(os.getpid(), name)
        await heard.wait()
        return True

    try:
        assert asyncio.run(stopped_by(signal.SIGTERM))
        assert asyncio.run(stopped_by(signal.SIGINT))
    finally:
        for name, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(name, handler)


def taken_again(listener: socket.socket) -> bool:
    with listener:
        system.take_port_again(listener)
        return bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))


def test_a_port_is_taken_again_where_two_would_not_share_it() -> None:
    assert taken_again(socket.socket())


def test_a_port_is_not_shared_on_windows(windows: None) -> None:
    assert not taken_again(socket.socket())


def test_a_process_has_no_end_where_the_system_sets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[int] = []
    monkeypatch.setattr(signal, "alarm", ends.append)
    system.end_process_after(60)
    system.end_process_after(0)
    assert ends == [60, 0]
    monkeypatch.delattr(signal, "alarm")
    system.end_process_after(60)


def test_no_limit_is_asked_for_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    system.limit_memory(0)


def test_the_memory_of_a_process_is_seen_while_it_lives() -> None:
    assert system.memory_used(os.getpid()) == pytest.approx(psutil.Process().memory_info().rss, rel=0.5)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert system.memory_used(ended.pid) == 0


def told(sandbox: Sandbox) -> str:
    names = asdict(Running("", "", "", "", ""))
    return commandline._for_people(Running(**{name: getattr(sandbox, name) for name in names}), "4711", "read")


def test_people_are_told_the_lines_of_their_shell(
    sandbox: Sandbox, windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = told(sandbox)
    assert f"  $env:GINI_API_URL = '{sandbox.api}'\n" in text
    assert 'curl.exe --cacert $env:GINI_CA_FILE --user "${env:GINI_CLIENT_ID}:${env:GINI_CLIENT_SECRET}"' in text
    assert "`\n" in text
    assert "export" not in text
    monkeypatch.undo()
    assert f"  export GINI_API_URL={sandbox.api}\n" in told(sandbox)
