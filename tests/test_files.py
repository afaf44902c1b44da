"""A file is written whole or not at all."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gini_notebook import _files
from gini_notebook._files import replacing


def write(path: Path, content: str) -> None:
    with replacing(path) as written:
        written.write_text(content)


def test_R19_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "table.csv"
    write(path, "one")
    write(path, "two")
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_R19_when_writing_fails_the_old_file_stays_and_no_other_appears(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as written:
            written.write_text("new, but not whole")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_can_read_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")
    path.chmod(0o644)
    write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_written_keeps_the_ending(tmp_path: Path) -> None:
    with replacing(tmp_path / "book.xlsx") as written:
        assert (written.parent, written.suffix) == (tmp_path, ".xlsx")


# Loaded by its path: the child does without the libraries the rest of the package needs, and starts at once.
WRITER = """
import runpy, sys
from pathlib import Path
replacing = runpy.run_path(sys.argv[1])["replacing"]
print("ready", flush=True)
number = 0
while True:
    number += 1
    with replacing(Path(sys.argv[2])) as written:
        written.write_bytes(str(number % 10).encode() * 2_000_000)
"""


def test_R19_killed_while_writing_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"x" * 2_000_000)
    for attempt in range(50):
        command = [sys.executable, "-S", "-c", WRITER, _files.__file__, path]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(0.0007 * attempt)
            writer.kill()
        content = path.read_bytes()
        assert len(content) == 2_000_000
        assert len(set(content)) == 1
    halves = [other for other in tmp_path.iterdir() if other != path]
    assert halves, "nobody was killed while writing: this looks at nothing"
