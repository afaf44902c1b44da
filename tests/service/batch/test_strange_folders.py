"""Folders that change while they are read, files that are not what they were: a row or a reason, never a hang."""

import contextlib
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.errors import FileProblem
from gini_notebook.service.batch import Batch, folders, process, source_files
from gini_notebook.service.batch.inputs import find
from tests.service.batch.conftest import QUICK, invoice

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

Invoices = Callable[..., Path]
ENDLESS = Path("/proc/self/pagemap")
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def changing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen to the folder after its files were found, and before the first is read."""

    def when_read(change: Callable[[], object]) -> None:
        real, left = source_files.read_source, [change]

        def read(*given: object) -> object:
            if left:
                left.pop()()
            return real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(source_files, "read_source", read)

    return when_read


def statuses(batch: Batch) -> dict[str, str]:
    return dict(zip(batch.documents["document"], batch.documents["status"], strict=True))


def test_R8_R34_a_file_that_becomes_a_pipe_a_folder_or_a_link_is_a_failed_row(
    client: "Client", invoices_of: Invoices, tmp_path: Path, changing: Callable[[Callable[[], object]], None]
) -> None:
    folder = invoices_of("a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt")

    def change() -> None:
        for name in "abcdef":
            (folder / f"{name}.txt").unlink()
        os.mkfifo(folder / "a.txt")
        (folder / "b.txt").mkdir()
        (folder / "c.txt").symlink_to("c.txt")
        (folder / "d.txt").symlink_to("nothing")
        (folder / "f.txt").write_text(invoice(99))

    changing(change)
    batch = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert statuses(batch) == {f"{name}.txt": "failed" for name in "abcde"} | {"f.txt": "completed"}
    assert batch.documents["error"].dropna().str.contains("cannot be read").all()


def test_R8_a_pipe_that_takes_the_place_of_a_file_when_it_is_opened_is_never_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "a.txt")
    monkeypatch.setattr("gini_notebook._files.check_regular", lambda path: None)
    with pytest.raises(FileProblem, match="no regular file but a pipe"):
        source_files.read_document(source_files.Source("a.txt", str(tmp_path / "a.txt")), "c0ffee")


@pytest.mark.skipif(not ENDLESS.exists(), reason="the system has no file that it makes up as it is read")
def test_R8_R12_files_that_the_system_makes_up_are_not_read_without_end(client: "Client", tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, made_up in enumerate((ENDLESS, Path("/proc/kmsg"), Path("/proc/self/mem"))):
        (folder / f"{number}.pdf").symlink_to(made_up)
        (folder / f"{number}").symlink_to(made_up)
    (folder / "good.txt").write_text(invoice(1))
    batch = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert statuses(batch) == {f"{number}.pdf": "failed" for number in range(3)} | {"good.txt": "completed"}
    assert len(batch.left_out) == 3
    with pytest.raises(FileProblem, match="is empty"):
        client.upload(ENDLESS)


def test_R12_a_file_that_is_far_too_large_is_not_read_at_all(client: "Client", tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with (folder / "large.pdf").open("wb") as file:
        file.truncate(200 << 30)
    (folder / "good.txt").write_text(invoice(1))
    batch = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert statuses(batch) == {"large.pdf": "failed", "good.txt": "completed"}
    with pytest.raises(FileProblem, match="214748364800 bytes; the service takes less"):
        client.upload(folder / "large.pdf")


def test_R8_a_file_that_grows_without_end_is_not_read_without_end(tmp_path: Path) -> None:
    path, over = tmp_path / "log.txt", threading.Event()
    path.write_text("x")

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not over.is_set():
                file.write(b"y" * 100)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with contextlib.suppress(FileProblem):
            source_files.read_document(source_files.Source("log.txt", str(path)), "c0ffee")
    finally:
        over.set()
        writer.join()


def test_R8_a_folder_that_vanishes_during_the_run_fails_its_rows_and_no_other(
    client: "Client", invoices_of: Invoices, tmp_path: Path, changing: Callable[[Callable[[], object]], None]
) -> None:
    folder = invoices_of("a/1.txt", "a/2.txt", "b/3.txt")
    changing(lambda: shutil.rmtree(folder / "a"))
    batch = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert statuses(batch) == {"a/1.txt": "failed", "a/2.txt": "failed", "b/3.txt": "completed"}
    invoices_of("a/1.txt", "a/2.txt", "b/3.txt")
    again = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert set(statuses(again).values()) == {"completed"}


def test_R34_a_folder_that_vanishes_while_it_is_searched_is_left_out(
    tmp_path: Path, invoices_of: Invoices, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = invoices_of("a/1.txt", "b/2.txt", "c/3.txt")
    real = folders.FolderSearch.look_into

    def look(self: folders.FolderSearch, where: str) -> list[str]:
        if where.endswith("/a"):
            shutil.rmtree(folder / "b")
            (folder / "c").rename(folder / "gone")
            (folder / "c").symlink_to(folder / "gone")
        return real(self, where)

    monkeypatch.setattr(folders.FolderSearch, "look_into", look)
    found = find(folder)
    assert sorted(one.document for one in found.sources) == ["a/1.txt", "c/3.txt"]
    assert {(one.path, one.reason) for one in found.left_out} == {("b", folders.UNREADABLE)}


NAMES = [
    b"-rf.txt",
    b"--help.txt",
    b"a\nb.txt",
    b"a\rb.txt",
    b"a\\b.txt",
    b"CON.txt",
    b"a:b.txt",
    b" leading.txt",
    b"trailing .txt",
    b"dots...txt",
    b"\xe4\xf6\xfc.txt",
    b"\xff\xfe.txt",
    "é.txt".encode(),
    "e\u0301.txt".encode(),
    b"A.txt",
    b"a.txt",
    "ﬁ.txt".encode(),
    "\u202etxt.fdp.txt".encode(),
    "\U0001f4c4.txt".encode(),
    b"x" * 251 + b".txt",
    b"%2e%2e%2f.txt",
    b"$(touch x).txt",
    b"[1].txt",
    b"*.txt",
    b"{a,b}.txt",
    b"~.txt",
    b"'\".txt",
]


def test_R2_R34_every_name_that_a_file_can_have_is_a_row_of_its_own(
    client: "Client", sandbox: "Sandbox", tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        with open(os.fsencode(folder) + b"/" + name, "w") as file:  # noqa: PTH123 - names that are no text
            file.write(invoice(number))
    made = len(list(folder.iterdir()))
    batch = process(client, folder, to=tmp_path / "run", settings=QUICK)
    assert (batch.documents["status"] == "completed").all()
    assert batch.documents["document"].nunique() == len(batch.documents) == made
    assert len(sandbox.stored()[batch.user]) == made
    assert batch.left_out.empty
    assert len(process(client, folder, to=tmp_path / "run", settings=QUICK).documents) == made


@pytest.fixture
def odd_entries(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "good.txt").write_text(invoice(1))
    os.mkfifo(folder / "pipe.pdf")
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listener:
        # A path of a socket has 107 characters at most.
        os.chdir(folder)
        listener.bind("socket.pdf")
        os.chdir(here)
        (folder / "null.pdf").symlink_to("/dev/null")
        (folder / "zero.pdf").symlink_to("/dev/zero")
        (folder / "nothing.pdf").symlink_to("not there")
        (folder / "self.pdf").symlink_to("self.pdf")
        (folder / "ring").symlink_to(folder / "ring2")
        (folder / "ring2").symlink_to(folder / "ring")
        (folder / "up").symlink_to("..")
        (folder / "sub" / "root").symlink_to(folder)
        (folder / "folder.pdf").mkdir()
        (folder / "hard.txt").hardlink_to(folder / "good.txt")
        yield folder


def test_R34_odd_entries_are_rows_or_left_out_by_a_reason_each(
    client: "Client", odd_entries: Path, tmp_path: Path
) -> None:
    batch = process(client, odd_entries, to=tmp_path / "run", settings=QUICK)
    assert statuses(batch) == {"good.txt": "completed", "hard.txt": "completed"}
    reasons = dict(zip(batch.left_out["path"], batch.left_out["reason"], strict=True))
    assert reasons == {
        "pipe.pdf": folders.NOT_REGULAR,
        "socket.pdf": folders.NOT_REGULAR,
        "null.pdf": folders.NOT_REGULAR,
        "zero.pdf": folders.NOT_REGULAR,
        "nothing.pdf": folders.LINK_TO_NOTHING,
        "self.pdf": folders.LINK_LOOP,
        "ring": folders.LINK_LOOP,
        "ring2": folders.LINK_LOOP,
        "up": folders.LINK_LOOP,
        "sub/root": folders.LINK_LOOP,
        "folder.pdf": folders.EMPTY_FOLDER,
    }
