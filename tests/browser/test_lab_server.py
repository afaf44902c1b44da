"""The reading of notebooks that JupyterLab writes at the same time; needs no browser."""

import os
from pathlib import Path

import nbformat
import pytest
from lab_server import whole_notebook

CELLS = [("print(1)", 1), ("print(2)", None)]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, execution_count=number) for source, number in CELLS]
    )
    path = tmp_path / "saved.ipynb"
    nbformat.write(notebook, path)
    os.utime(path, ns=(2_000, 2_000))
    return path


def test_T20_a_notebook_that_was_written_since_is_read(saved: Path) -> None:
    assert whole_notebook(saved, CELLS, after_ns=1_000) == saved.read_text(encoding="utf-8")


def test_T20_the_notebook_of_before_the_click_is_not_taken_for_the_saved_one(saved: Path) -> None:
    assert whole_notebook(saved, CELLS, after_ns=2_000) is None


def test_T20_no_part_of_a_notebook_is_taken_for_the_whole(saved: Path) -> None:
    content = saved.read_bytes().rstrip()
    for length in range(len(content)):
        saved.write_bytes(content[:length])
        assert whole_notebook(saved, CELLS, after_ns=0) is None, content[:length]


def test_T20_a_notebook_of_an_earlier_run_is_not_taken_for_that_of_the_last(saved: Path) -> None:
    assert whole_notebook(saved, [("print(1)", 2), ("print(2)", None)], after_ns=1_000) is None
