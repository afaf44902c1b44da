"""Which documents a run takes, and what they are called."""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gini_notebook.errors import FileProblem
from gini_notebook.service.batch.inputs import find, folders_as_documents, natural


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
    assert inputs.left_out == (
        (".git", "hidden"),
        (".hidden.pdf", "hidden"),
        ("e.xml", "unknown kind"),
        ("notes.md", "unknown kind"),
        ("truth.csv", "unknown kind"),
    )
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
    with pytest.raises(FileProblem, match=r"No documents in .*\.pdf.*Left out: 1 unknown kind; for example truth\.csv"):
        find(tmp_path)
    with pytest.raises(FileProblem, match="No documents in the list"):
        find([])
    with pytest.raises(FileProblem, match="No documents in"):
        find(f"{tmp_path}/*.pdf")


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"There is no file or folder .*nowhere"):
        find(tmp_path / "nowhere")


def test_a_document_of_several_pages_is_called_by_the_first(folder: Path) -> None:
    letters = [[folder / "2024/x/2.pdf", folder / "2024/x/1.pdf"], [folder / "2024/y/1.pdf", folder / "2024/y/2.pdf"]]
    found = find(letters).sources
    assert [source.document for source in found] == ["x/2.pdf (+1)", "y/1.pdf (+1)"]
    assert [Path(page).name for page in found[0].pages] == ["2.pdf", "1.pdf"]
    assert found[0].path == found[0].pages[0]
    # As with single files, names begin below the folder that all files have in common.
    assert names(find([*letters, folder / "b.pdf"])) == ["2024/x/2.pdf (+1)", "2024/y/1.pdf (+1)", "b.pdf"]
    assert names(find([[folder / "a/x.JPG", folder / "b.pdf"], folder / "a/y.txt"])) == ["a/x.JPG (+1)", "a/y.txt"]
    assert names(find([["in/1.pdf", "in/2.pdf"], ["in/3.pdf", "in/4.pdf"]])) == ["1.pdf (+1)", "3.pdf (+1)"]


def test_a_mapping_names_documents_and_keeps_the_order_of_pages(folder: Path) -> None:
    found = find({"z": [folder / "b.pdf", folder / "a/x.JPG"], "a": folder / "b.pdf", "m": [str(folder / "b.pdf")]})
    assert names(found) == ["a", "m", "z"]
    assert [len(source.pages) for source in found.sources] == [0, 0, 2]


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([["a.pdf", "b.pdf"], []], "Document 2 of the list has no pages"),
        ([["a.pdf", ["b.pdf"]]], r"Document 1 of the list: a page must be the path of a file, not a list of 1"),
        ([["a.pdf", 7]], "Document 1 of the list: a page must be the path of a file, not an int"),
        ([7], "A document must be a path, or a list of the paths of its pages, not an int"),
        ({"": "a.pdf"}, "The name of a document must be a text that is not empty, not a text of 0 characters"),
        ({7: "a.pdf"}, "The name of a document must be a text that is not empty, not an int"),
        ({"a": []}, "Document 'a' has no pages. Leave it out"),
        ({"a": {"b": "c"}}, "Document 'a': a page must be the path of a file, not a dict of 1"),
        ({"a": ["a.pdf", "."]}, r"Document 'a': a page must be a file, and '\.' is a folder.*folders_as_documents"),
        ({"a": "."}, r"Document 'a': a page must be a file, and '\.' is a folder"),
        (
            [["nowhere/*.pdf"]],
            r"Document 1 .* none called 'nowhere/\*\.pdf'\. Name the files of a pattern",
        ),
        (3, "Documents are a folder, a file, a glob, a list of these or a mapping of names, not an int"),
        ({}, "No documents in the mapping"),
        (pd.DataFrame({"path": ["a.pdf"]}), r'cannot be a table, and a DataFrame is one.*column .*frame\["path"\]'),
        ({"2024": pd.DataFrame({"path": ["a.pdf"]})}, "a DataFrame is one. Give the column with the paths"),
        ([pd.DataFrame({"path": ["a.pdf"]})], "a DataFrame is one. Give the column with the paths"),
        (np.array([["a.pdf"], ["b.pdf"]]), "a ndarray is one. Give the column with the paths"),
        (np.array("a.pdf"), "Documents are a folder, .* not a ndarray"),
        (pd.Series([1.5]), "A document must be a path, .* not a float"),
        (np.array([7]), "A document must be a path, .* not an int64"),
        (io.StringIO("a.pdf"), "Documents are a folder, .* not a StringIO"),
        (b"%PDF-1.4", "Documents are a folder, .* not 8 bytes"),
        ([["a/1.pdf", "b.pdf"], ["a/1.pdf", "c.pdf"]], r"Two documents would both be called 'a/1.pdf \(\+1\)'"),
    ],
)
def test_pages_that_are_none_are_refused(documents: Any, message: str) -> None:
    with pytest.raises(FileProblem, match=message):
        find(documents)


def test_a_column_of_paths_is_a_list_of_them(folder: Path) -> None:
    paths = [str(folder / "b.pdf"), str(folder / "a/y.txt")]
    for column in (pd.Series(paths), np.array(paths), pd.Index(paths)):
        assert names(find(column)) == ["a/y.txt", "b.pdf"]


def test_folders_as_documents_needs_a_folder_with_documents(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"nowhere' is no folder\. Give the folder whose subfolders hold the pages"):
        folders_as_documents(tmp_path / "nowhere")
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(FileProblem, match=r"No documents in .*for example notes\.md"):
        folders_as_documents(tmp_path)


def test_folders_as_documents_takes_one_folder(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    with pytest.raises(FileProblem, match=r"a\.pdf' is a file, not a folder"):
        folders_as_documents(tmp_path / "a.pdf")
    with pytest.raises(FileProblem, match=r"takes one folder, below which documents are named, not a list of 2"):
        folders_as_documents(["a", "b"])


def test_a_picture_that_the_service_does_not_read_is_a_page_all_the_same(tmp_path: Path) -> None:
    for name in ("x/1.pdf", "x/2.heic", "x/10.pdf", "x/info.json", "scan.bmp", "notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = folders_as_documents(tmp_path)
    assert set(found) == {"x", "scan.bmp"}
    assert [Path(page).name for page in found["x"]] == ["1.pdf", "2.heic", "10.pdf"]
    # Without being asked for documents of several pages, what the service does not read is left out and named.
    pictures = [path for path, reason in find(tmp_path).left_out if reason.startswith("picture")]
    assert pictures == ["scan.bmp", "x/2.heic"]


def test_pages_are_in_the_order_that_people_give_them() -> None:
    files = ["Seite 10.png", "seite 2.png", "Seite 1.png", "Seite 2b.png", "deckblatt.png"]
    assert sorted(files, key=natural) == ["deckblatt.png", "Seite 1.png", "seite 2.png", "Seite 2b.png", "Seite 10.png"]
