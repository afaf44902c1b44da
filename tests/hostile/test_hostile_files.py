"""T38, T39, T61, T62: hostile files through every entrance: soon over, little memory, one sentence; Ctrl-C works."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hostile import pdfs_and_pictures, tables_and_archives
from tests.hostile.entrances import ENTRANCES

SECONDS = 20
MEBIBYTES = 256
Line = tuple[str, float, float, float, str]
DRAWINGS = pdfs_and_pictures.FILES
TABLES = tables_and_archives.TABLES
EVALUATIONS = tables_and_archives.EVALUATIONS
# The dearest to make and to refuse run with `make slow`; each kind has one that is cheap.
QUICK = (
    *("nested_forms.pdf", "attachments.pdf", "large_page.pdf", "tree_in_itself.pdf", "large.png", "large.tiff"),
    *(
        "far.xlsx",
        "wide.xlsx",
        "deep.json",
        "deep.jsonl",
        "nul.csv",
        "laughs.xml",
        "deep.zip",
        "shape.zip",
        "zeros.zip",
    ),
)
EXCEPTIONS = ("FileProblem", "TruthError", "SchemaError", "LedgerError", "SettingError", "ReaderStopped")


def taken_through(entrance: str, folder: Path, names: list[str]) -> list[Line]:
    """Take files through an entrance in a process of its own."""
    files = [str(folder / name) for name in names]
    command = [sys.executable, "-m", "tests.hostile.entrances", entrance, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=110 * len(files))
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()[1:]]


def made(folder: Path, names: Mapping[str, object]) -> list[str]:
    """Make the files."""
    makers = {**DRAWINGS, **TABLES, **EVALUATIONS}
    for name in names:
        (folder / name).write_bytes(makers[name]())
    return list(names)


def check(lines: list[Line]) -> None:
    for name, _, computing, mebibytes, told in lines:
        # Of computing, since other tests take their share of the time.
        assert computing < SECONDS, (name, computing, told)
        assert mebibytes < MEBIBYTES, (name, mebibytes, told)
        kind, _, sentence = told.partition(": ")
        if kind.isidentifier() and sentence:
            assert kind in EXCEPTIONS, (name, told)
            assert len(sentence) < 1000, (name, told)
            assert "\n" not in sentence, (name, told)


@pytest.mark.parametrize("entrance", ["explore", "read_truth of a folder", "Evaluation.load", "Batch.load"])
def test_T62_hostile_files_are_soon_over_with_little_memory_and_one_sentence(entrance: str, tmp_path: Path) -> None:
    names = made(tmp_path, dict.fromkeys(QUICK))
    lines = taken_through(entrance, tmp_path, names)
    assert [name for name, *_ in lines] == names
    check(lines)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_T62_all_hostile_files_through_every_entrance(entrance: str, tmp_path: Path) -> None:
    names = made(tmp_path, {**DRAWINGS, **TABLES, **EVALUATIONS})
    lines = taken_through(entrance, tmp_path, names)
    assert [name for name, *_ in lines] == names
    check(lines)


@pytest.mark.parametrize("entrance", ["read_truth", "explore"])
def test_T62_what_is_no_file_is_refused_at_once(entrance: str, tmp_path: Path) -> None:
    tables_and_archives.make_folder(tmp_path)
    names = ["pipe.pdf", "zero.csv", "circle.json", "sparse.csv"]
    lines = taken_through(entrance, tmp_path, names)
    check(lines)
    told = {name: sentence for name, *_, sentence in lines}
    assert "It is no regular file" in told["pipe.pdf"]
    assert all("Error" in sentence or "FileProblem" in sentence for sentence in told.values())


def test_T62_ctrl_c_ends_the_reading_of_a_hostile_file_at_once(tmp_path: Path) -> None:
    [name] = made(tmp_path, {"nested_forms.pdf": None})
    command = [sys.executable, "-m", "tests.hostile.entrances", "explore", str(tmp_path / name)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(1.5)  # the reader is at it by now
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    assert "KeyboardInterrupt" in process.stderr.read()
    process.wait(10)
    assert time.monotonic() - begun < 5
