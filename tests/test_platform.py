"""What depends on the operating system, each branch: that of this one as it is, those of others by imitation."""

import io
import os
import stat
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gini_notebook import _platform
from gini_notebook._files import open_regular, replacing
from gini_notebook._guarded.guard import Guard
from gini_notebook._guarded.limits import Limits
from gini_notebook.errors import FileProblem, ReaderStopped
from tests.guarded import tasks


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_platform, "IS_WINDOWS", True)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system on which limits of a process do not bind, as macOS and Windows are."""
    monkeypatch.setattr(_platform, "LIMITS_BIND", False)


@pytest.fixture
def guard(unlimited: None) -> Iterator[Guard]:
    """A guarded process that limits itself in nothing."""
    made = Guard()
    assert [answer.get() for answer in made.answers(tasks.unlimit, [[]])] == [None]
    yield made
    made.close()


def refused(guard: Guard, task: Any, arguments: list[Any], limits: Limits) -> str:
    [answer] = guard.answers(task, [arguments], limits)
    with pytest.raises(ReaderStopped) as stopped:
        answer.get()
    return str(stopped.value)


def test_where_no_limits_bind_too_much_memory_is_seen_from_outside(guard: Guard) -> None:
    limits = Limits(memory=100 * tasks.MIB, cpu_s=60)
    [allowed] = guard.answers(tasks.touch, [[50 * tasks.MIB, 0.2]], limits)
    assert allowed.get() == 50 * tasks.MIB
    assert refused(guard, tasks.touch, [300 * tasks.MIB, 60.0], limits) == "needs more memory than 100 MiB"
    assert [answer.get() for answer in guard.answers(tasks.echo, [["again"]])] == ["again"]


def test_where_no_limits_bind_too_much_computing_is_seen_from_outside(guard: Guard) -> None:
    assert refused(guard, tasks.compute, [], Limits(cpu_s=1)) == "needs more than 1 s of computing"


def test_where_no_limits_bind_a_wait_still_ends(guard: Guard) -> None:
    assert refused(guard, tasks.sleep, [60.0], Limits(wait_s=0.3)) == "takes longer than 0.3 s"


def test_nothing_is_known_of_a_process_that_has_ended(unlimited: None) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert _platform.spending(process) is None  # type: ignore[arg-type]


def test_without_the_module_resource_there_are_no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_platform, "resource", None)
    with _platform.limited(1, 1):
        assert len(bytearray(50 * tasks.MIB)) == 50 * tasks.MIB


def test_a_process_on_windows_gets_the_handle_and_no_ctrl_c(windows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    inheritable: list[tuple[int, bool]] = []
    monkeypatch.setattr(os, "set_handle_inheritable", lambda *pair: inheritable.append(pair), raising=False)
    monkeypatch.setattr(subprocess, "STARTUPINFO", types.SimpleNamespace, raising=False)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 512, raising=False)
    options = _platform._inheriting(7)
    assert inheritable == [(7, True)]
    assert options["creationflags"] == 512
    assert options["startupinfo"].lpAttributeList == {"handle_list": [7]}


def test_a_process_on_windows_finds_its_end_of_the_pipe(windows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing import connection

    monkeypatch.setattr(connection, "PipeConnection", lambda handle: ("pipe", handle), raising=False)
    assert _platform.connected("7") == ("pipe", 7)


def test_a_lock_on_windows_is_far_behind_the_text(
    windows: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[tuple[int, int, int]] = []
    module: Any = types.ModuleType("msvcrt")
    module.LK_NBLCK, module.locking = 2, lambda *call: calls.append(call)
    monkeypatch.setitem(sys.modules, "msvcrt", module)
    descriptor = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    try:
        _platform.take_lock(descriptor, shared=True)
        assert calls == [(descriptor, 2, 1)]
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == _platform._FAR
    finally:
        os.close(descriptor)


def test_permissions_say_something_where_they_mean_something(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _platform.others_may_read(stat.S_IFREG | 0o600)
    assert _platform.others_may_read(stat.S_IFREG | 0o640)
    monkeypatch.setattr(_platform, "IS_WINDOWS", True)
    assert not _platform.others_may_read(stat.S_IFREG | 0o666)


@pytest.mark.parametrize("name", ["aux.html", "AUX", "con.tar.gz", "nul .csv", "COM1.zip", "lpt9.md", "com¹.csv"])
def test_windows_has_given_some_names_to_devices(name: str, windows: None, tmp_path: Path) -> None:
    assert _platform.is_device(name)
    with (
        pytest.raises(FileProblem, match=r"is the name of a device in Windows, .*: choose another"),
        replacing(tmp_path / name),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["auxiliary.html", "com.csv", "com10.csv", "console.md", "report.aux", "null.csv"])
def test_other_names_are_names(name: str, windows: None) -> None:
    assert not _platform.is_device(name)


def test_elsewhere_every_name_is_a_name(tmp_path: Path) -> None:
    with replacing(tmp_path / "aux.html") as written:
        written.write_text("x")
    assert open_regular(tmp_path / "aux.html").read() == b"x"


def test_long_paths_are_written_so_that_windows_finds_them(windows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "abspath", lambda path: str(PureWindowsPath("C:\\work") / PureWindowsPath(str(path))))
    long = "x" * 250
    assert str(_platform.reachable(Path("short.pdf"))) == "short.pdf"
    assert str(_platform.reachable(Path(long))) == f"\\\\?\\C:\\work\\{long}"
    monkeypatch.setattr(os.path, "abspath", str)
    assert str(_platform.reachable(Path(f"\\\\server\\share\\{long}"))) == f"\\\\?\\UNC\\server\\share\\{long}"
    assert str(_platform.reachable(Path(f"\\\\?\\C:\\{long}"))) == f"\\\\?\\C:\\{long}"


def test_long_paths_are_as_they_are_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["x" * 100] * 4)
    assert _platform.reachable(folder) == folder
    with replacing(folder / "long.txt") as written:
        written.write_text("x")
    assert open_regular(folder / "long.txt").read() == b"x"


@pytest.mark.parametrize("encoding", ["ascii", "cp850", "cp1252", "cp437", "utf-8"])
@given(text=st.text())
def test_any_text_can_be_printed_in_any_encoding(encoding: str, text: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    before = sys.stdout
    sys.stdout = file
    try:
        _platform.print_anything()
        sys.stdout.write(text.encode("utf-8", "replace").decode())
        sys.stdout.flush()
    finally:
        sys.stdout = before


def test_only_what_cannot_be_encoded_is_replaced() -> None:
    broken = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "reason")
    with pytest.raises(UnicodeDecodeError, match="reason"):
        _platform._plain("ascii", broken)


def test_what_a_console_has_no_characters_for_is_printed_by_similar_ones() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="cp850")
    before = sys.stdout
    sys.stdout = file
    try:
        _platform.print_anything()
        assert not _platform.can_print("請")
        assert _platform.can_print("Größe")
        sys.stdout.write("Größe – 0.7 … ≥ 3 × ① 請")
        sys.stdout.flush()
    finally:
        sys.stdout = before
    assert file.buffer.getvalue().decode("cp850") == "Größe - 0.7 ... >= 3 × 1 \\u8acb"  # type: ignore[attr-defined]
