"""T38, T39, T61, T62: hostile files through every entrance: soon over, little memory, one sentence; Ctrl-C works."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.hostile.entrances import ENTRANCES
from tests.hostile.matrix import MAKERS, complaints, made, taken_through
from tests.hostile.tables_and_archives import make_folder

# With smaller limits than usual, which are reached sooner; a file of each kind that is cheap to make. What is said.
SOONER = "128,4"
QUICK = {
    "explore": {
        "nested_forms.pdf": "cannot be drawn: ",
        "tree_in_itself.pdf": "cannot be drawn: ",
        "large_page.pdf": "page 1 of 1",
        "large.png": "more than 100 million pixels",
        "large.jpg": "more than 100 million pixels",
        "circle.tiff": "page 1 of ",
    },
    "read_truth with QR codes": {
        "attachments.pdf": "has 120 XML attachments",
        "nested_forms.pdf": "cannot be read: ",
        "large.tiff": "more than 40000000 pixels|cannot be shown",
        "strips.tiff": "cannot be shown as a picture|cannot be read",
        "laughs.xml": "laughs.xml",
        "deep.xml": "deep.xml",
    },
    "read_truth": {
        "far.xlsx": "row 1048576 and column 16384",
        "wide.xlsx": "row 20000 and column 16384",
        "quotes.xlsx": "cannot be read",
        "sizes.xlsx": "unpacks to",
        "deep.json": "deep",
        "deep.jsonl": "deep",
        "nul.csv": "nul.csv",
        "row.csv": "row.csv|cannot be read",
        "deep.parquet": "nested",
        "length.parquet": "cannot be read as Parquet",
    },
    "read_truth of a folder": {"attachments.pdf": "no ground truth", "deep.json": "deep"},
    "evaluate": {"long_value.parquet": "texts of 838860800000 bytes", "footer.parquet": "cannot be read as Parquet"},
    "gini-notebook evaluate": {"nul.csv": "its line 2 is no text", "length.parquet": "cannot be read as Parquet"},
    "Evaluation.load": {
        "deep.zip": "recursion",
        "shape.zip": "would need 8000000000000 bytes",
        "long_column.zip": "would need 125829120 bytes",
        "short_column.zip": "is not numbered",
        "lzma.zip": "packed in another way",
        "overlapping.zip": "unpacks to 104857600000 bytes",
    },
    "Batch.load": {
        "view.sqlite": "holds the view 'documents'",
        "generated.sqlite": "holds the generated column 'extractions'",
        "deep.sqlite": "RecursionError",
        "deep_fact.sqlite": "RecursionError",
        "no_time.sqlite": "OutOfBoundsDatetime",
        "no_name.sqlite": "does not write",
        "few_copies.sqlite": "unpacks without end",
    },
    "sandbox": {"large.png": "million pixels", "tree_in_itself.pdf": "2 pages"},
}


def test_T62_hostile_files_are_soon_over_with_little_memory_and_one_sentence(tmp_path: Path) -> None:
    made(tmp_path, {name for files in QUICK.values() for name in files})
    tasks = [(entrance, tmp_path / name) for entrance, files in QUICK.items() for name in files]
    lines = taken_through(tasks, SOONER)
    assert [line[0] for line in lines] == [path.name for _, path in tasks]
    for (entrance, path), line in zip(tasks, lines, strict=True):
        assert not complaints(line), (entrance, line)
        assert re.search(QUICK[entrance][path.name], line[4]), (entrance, line)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_T62_all_hostile_files_through_every_entrance(entrance: str, tmp_path: Path) -> None:
    names = made(tmp_path, MAKERS)
    lines = taken_through([(entrance, tmp_path / name) for name in names])
    assert [line[0] for line in lines] == names
    assert not [line for line in lines if complaints(line)]


def test_T62_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    make_folder(tmp_path)
    names = ["pipe.pdf", "zero.csv", "circle.json", "sparse.csv"]
    lines = taken_through([(entrance, tmp_path / name) for entrance in ("read_truth", "explore") for name in names])
    for line in lines:
        assert not complaints(line), line
        assert "Error" in line[4] or "FileProblem" in line[4]
    assert "It is no regular file" in lines[0][4]
    assert "It is no regular file" in lines[4][4]


# What takes more than a moment: PDF, picture, CSV and JSON in the guarded process, a table in this one.
LONG = [
    ("explore", "nested_forms.pdf"),
    ("explore", "scans.jpg"),
    ("read_truth with QR codes", "nested_forms.pdf"),
    ("read_truth of a folder", "nested_forms.pdf"),
    ("read_truth", "rows.csv"),
    ("read_truth", "objects.jsonl"),
    ("gini-notebook evaluate", "rows.csv"),
    ("sandbox", "nested_forms.pdf"),
]


@pytest.mark.parametrize(
    ("entrance", "file"), [LONG[0], *(pytest.param(*one, marks=pytest.mark.slow) for one in LONG[1:])]
)
def test_T62_ctrl_c_ends_the_reading_of_a_hostile_file_at_once(entrance: str, file: str, tmp_path: Path) -> None:
    [name] = made(tmp_path, [file])
    command = [sys.executable, "-m", "tests.hostile.entrances", "4096,60", entrance, str(tmp_path / name)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        children = _busy(process.pid)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        assert "KeyboardInterrupt" in process.stderr.read()
        process.wait(10)
        assert time.monotonic() - begun < 5
        assert not process.stdout.read()
    assert not psutil.wait_procs(children, timeout=2)[1]


def _busy(process_id: int) -> list[psutil.Process]:
    """Wait until a process and its guarded one compute for longer than they take to begin; return the children."""
    process = psutil.Process(process_id)
    begun = process.cpu_times().user
    while True:
        children = process.children()
        assert process.status() != psutil.STATUS_ZOMBIE, "it is over already"
        if process.cpu_times().user - begun + sum(child.cpu_times().user for child in children) > 2.0:
            return children
        os.sched_yield()
        time.sleep(0.05)
