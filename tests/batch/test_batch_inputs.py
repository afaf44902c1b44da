"""Which documents a run takes, and what they are called."""

import os
from pathlib import Path

import pytest

from gini_notebook.batch.inputs import find
from gini_notebook.errors import FileProblem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.pdf", "a/x.JPG", "a/y.txt", "truth.csv", "notes.md", "e.xml", ".hidden.pdf", ".git/z.pdf"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "docs"


def names(inputs: object) -> list[str]:
    return [source.document for source in inputs.sources]


def test_a_folder_gives_paths_below_it_and_names_what_it_left_out(folder: Path) -> None:
    inputs = find(folder)
    assert names(inputs) == ["a/x.JPG", "a/y.txt", "b.pdf"]
    assert inputs.skipped == ("e.xml", "notes.md", "truth.csv")
    assert [Path(source.path).is_absolute() for source in inputs.sources] == [True] * 3


def test_the_run_folder_is_no_input(folder: Path) -> None:
    run = folder / "a"
    assert names(find(folder, outside=run)) == ["b.pdf"]
    assert names(find(f"{folder}/**/*.pdf", outside=folder / "nothing")) == ["b.pdf"]


def test_a_list_takes_every_file_and_names_them_below_their_common_folder(folder: Path) -> None:
    assert names(find([folder / "a/x.JPG", folder / "truth.csv"])) == ["a/x.JPG", "truth.csv"]
    assert names(find([str(folder / "b.pdf")])) == ["b.pdf"]
    assert names(find([folder / "b.pdf", folder / "b.pdf"])) == ["b.pdf"]


def test_a_listed_file_that_does_not_exist_is_an_input(folder: Path) -> None:
    assert names(find([folder / "b.pdf", folder / "gone.pdf"])) == ["b.pdf", "gone.pdf"]


def test_a_list_may_hold_folders_and_globs(folder: Path) -> None:
    assert names(find([folder / "a", f"{folder}/*.pdf"])) == ["a/x.JPG", "a/y.txt", "b.pdf"]


def test_a_glob_takes_what_it_matches_and_counts_from_its_fixed_part(folder: Path) -> None:
    assert names(find(f"{folder}/**/*.[xJ]*")) == ["a/x.JPG", "e.xml"]
    assert names(find(f"{folder}/a/*")) == ["x.JPG", "y.txt"]


def test_a_single_file_is_called_by_its_name(folder: Path) -> None:
    assert names(find(folder / "a/y.txt")) == ["y.txt"]


def test_a_name_with_brackets_is_a_file_if_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "invoice [1].pdf").write_text("x")
    assert names(find(tmp_path / "invoice [1].pdf")) == ["invoice [1].pdf"]
    assert names(find([tmp_path / "invoice [1].pdf"])) == ["invoice [1].pdf"]


def test_a_name_that_is_no_text_becomes_one(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/M\xe4rz.pdf"
    try:
        Path(os.fsdecode(path)).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert names(find(tmp_path)) == ["M\\xe4rz.pdf"]


def test_an_empty_folder_says_what_it_looked_for(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("x")
    with pytest.raises(
        FileProblem, match=r"No documents in .*\.pdf.*Left out: 1 other file\(s\), for example truth\.csv"
    ):
        find(tmp_path)
    with pytest.raises(FileProblem, match="No documents in the list"):
        find([])
    with pytest.raises(FileProblem, match="No documents in"):
        find(f"{tmp_path}/*.pdf")


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"There is no file or folder .*nowhere"):
        find(tmp_path / "nowhere")
