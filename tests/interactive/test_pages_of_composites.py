"""Pages of documents of several files: which page it is, whether it has changed, and what is not guessed."""

import io
import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from PIL import Image

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import FileProblem
from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.pages import FolderPages, Page
from gini_notebook.service.batch import process
from gini_notebook.service.batch.inputs import folders_as_documents
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, Tables, rows
from tests.clusters import processes

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "black": (0, 0, 0), "white": (255, 255, 255)}
CHANGED = "The pages have changed since the run, or were in another order."
FILE_CHANGED = "The file has changed since the run."


def paint(path: Path, *colours: str) -> str:
    """Write a file with a page of each colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = [Image.new("RGB", (200, 280), COLOURS[colour]) for colour in colours]
    if others:
        first.save(path, save_all=True, append_images=others)
    else:
        first.save(path)
    return str(path)


def colour(page: Page) -> str:
    """Tell which page it is."""
    found = Image.open(io.BytesIO(page.data)).convert("RGB").resize((1, 1)).getpixel((0, 0))
    return min(COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(COLOURS[name], found, strict=True)))


def seen(source: FolderPages, document: str, count: int) -> list[str]:
    """Tell all pages, each of which must say its own number and how many there are."""
    pages = [source.page(document, number) for number in range(1, count + 1)]
    assert [(page.number, page.count) for page in pages] == [(number, count) for number in range(1, count + 1)]
    return [colour(page) for page in pages]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with folders of pages, one with a text among them, and files."""
    folder = tmp_path / "scans"
    paint(folder / "a" / "page10.png", "blue")
    paint(folder / "a" / "page2.png", "green")
    paint(folder / "a" / "page1.pdf", "red", "black")
    (folder / "a" / ".hidden.png").write_bytes(b"nothing")
    (folder / "a" / "index.xml").write_text("<index/>")
    paint(folder / "b" / "c" / "1.png", "black")
    paint(folder / "mixed" / "1.png", "green")
    (folder / "mixed" / "note.txt").write_text("Rechnung")
    paint(folder / "top.png", "blue")
    return folder


def mistakes(documents: pd.DataFrame) -> Evaluation:
    """Evaluate documents of which each has a mistake."""
    names = documents["document"].tolist()
    found = rows(*((name, "", 0, "iban", OTHER_IBAN) for name in names))
    return evaluate(Tables(found, documents), rows(*((name, "", 0, "iban", IBAN) for name in names)))


# Which page it is


def test_pages_run_through_the_files_in_their_order(tmp_path: Path) -> None:
    pdf = paint(tmp_path / "b.pdf", "red", "green")
    fax = paint(tmp_path / "a.tif", "black", "white")
    photo = paint(tmp_path / "c.png", "blue")
    source = FolderPages({"x": [pdf, photo], "y": (photo, fax, pdf), "z": pdf})
    assert seen(source, "x", 3) == ["red", "green", "blue"]
    assert seen(source, "y", 5) == ["blue", "black", "white", "red", "green"]
    assert seen(source, "z", 2) == ["red", "green"]
    for number in (0, 4):
        with pytest.raises(FileProblem, match=f"^x has no page {number}; it has 3"):
            source.page("x", number)


def test_a_preview_in_a_photo_is_no_page(tmp_path: Path) -> None:
    preview = Image.new("RGB", (20, 28), COLOURS["black"])
    Image.new("RGB", (200, 280), COLOURS["red"]).save(
        tmp_path / "1.jpg", format="MPO", save_all=True, append_images=[preview]
    )
    source = FolderPages({"x": [str(tmp_path / "1.jpg"), paint(tmp_path / "2.jpg", "blue")]})
    assert seen(source, "x", 2) == ["red", "blue"]


def test_a_text_counts_as_a_page_that_cannot_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("Bedingungen")
    first, last = paint(tmp_path / "1.png", "red"), paint(tmp_path / "3.png", "blue")
    source = FolderPages({"x": [first, str(tmp_path / "terms.txt"), last]})
    assert [colour(source.page("x", number)) for number in (1, 3)] == ["red", "blue"]
    with pytest.raises(FileProblem, match=r"^terms\.txt of x cannot be drawn: it is no PDF and no picture"):
        source.page("x", 2)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    first = paint(tmp_path / "1.png", "red")
    (tmp_path / "2.pdf").write_bytes(b"%PDF-1.7\nnothing")
    source = FolderPages({"x": [first, str(tmp_path / "2.pdf")], "y": [first, str(tmp_path / "gone.png")]})
    with pytest.raises(FileProblem, match=r"^2\.pdf of x cannot be drawn: "):
        source.page("x", 1)
    with pytest.raises(FileProblem, match=r"^y cannot be read in .*gone\.png: No such file"):
        source.page("y", 1)


def test_a_list_names_documents_as_a_run_does(tmp_path: Path) -> None:
    pages = [paint(tmp_path / f"{name}.png", name) for name in ("red", "green", "blue")]
    source = FolderPages([[pages[2], pages[0]], pages[1]])
    assert seen(source, "blue.png (+1)", 2) == ["blue", "red"]
    assert seen(source, "green.png", 1) == ["green"]
    with pytest.raises(FileProblem, match=r"red\.png is not among the documents .* Give documents= the mapping or"):
        source.page("red.png", 1)


def test_a_folder_of_pages_is_a_document_by_the_rule_of_the_run(scans: Path) -> None:
    by_folder, by_mapping = FolderPages(scans), FolderPages(folders_as_documents(scans))
    for source in (by_folder, by_mapping):
        assert seen(source, "a", 4) == ["red", "black", "green", "blue"]
        assert seen(source, "b/c", 1) == ["black"]
        assert seen(source, "mixed/1.png", 1) == ["green"]
        assert seen(source, "top.png", 1) == ["blue"]


# What is not guessed, and not read


@pytest.mark.parametrize("name", ["mixed", "b", "empty"])
def test_a_folder_that_is_no_document_of_the_run_is_none_here(scans: Path, name: str) -> None:
    (scans / "empty").mkdir()
    assert name not in folders_as_documents(scans)
    with pytest.raises(FileProblem, match=rf"^{name} is a folder, but not one that holds pages .* Give documents= the"):
        FolderPages(scans).page(name, 1)


def test_the_folder_itself_is_no_document(tmp_path: Path) -> None:
    paint(tmp_path / "1.png", "red")
    with pytest.raises(FileProblem, match=r"^\. cannot be read in .*: Is a directory"):
        FolderPages(tmp_path).page(".", 1)


def test_a_document_of_a_list_is_not_guessed_from_a_folder(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        paint(tmp_path / f"scan{number}.png", "red")
    Image.new("RGB", (9, 9)).save(tmp_path / "copy (+1)", "PNG")
    source = FolderPages(tmp_path)
    with pytest.raises(FileProblem, match=r"^scan1\.png \(\+2\) names its first page .* Give documents= the mapping"):
        source.page("scan1.png (+2)", 1)
    # A file may be called so.
    assert source.page("copy (+1)", 1).count == 1


def test_T42_no_page_is_read_outside_the_folder(tmp_path: Path) -> None:
    outside = paint(tmp_path / "outside" / "1.png", "red")
    paint(tmp_path / "in" / "a" / "1.png", "blue")
    (tmp_path / "in" / "a" / "2.png").symlink_to(outside)
    (tmp_path / "in" / "b").symlink_to(tmp_path / "outside")
    source = FolderPages(tmp_path / "in")
    for name in ("a", "b", "../outside", str(tmp_path / "outside"), "../outside/1.png (+1)"):
        with pytest.raises(FileProblem, match=r"is not below .*in\."):
            source.page(name, 1)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ({}, "No documents in the mapping"),
        ({"x": []}, "has no pages"),
        ([["a.png", 7]], "must be the path of a file, not an int"),
        ([7], "must be a path, or a list of the paths of its pages, not an int"),
    ],
)
def test_what_a_run_would_refuse_is_refused(documents: Any, message: str) -> None:
    result = mistakes(pd.DataFrame({"document": ["x"], "status": ["completed"]}))
    with pytest.raises(FileProblem, match=message):
        explore(result, documents=documents)


# Whether it has changed


def test_after_a_run_the_note_is_there_when_a_page_changed_and_only_then(client: "Client", scans: Path) -> None:
    documents = folders_as_documents(scans)
    run = process(client, documents, to=scans.parent / "run", progress=False)
    assert set(run.documents["status"]) == {"completed"}
    result = mistakes(run.documents)

    def notes(given: Any) -> dict[str, bool]:
        source = explore(result, documents=given)._session._pages
        names = ("a", "b/c", "top.png")
        return {name: "since the run" in source.page(name, 1).note for name in names}

    for given in (scans, documents):
        assert notes(given) == {"a": False, "b/c": False, "top.png": False}
    paint(scans / "a" / "page10.png", "white")
    for given in (scans, documents):
        assert notes(given) == {"a": True, "b/c": False, "top.png": False}
        assert explore(result, documents=given)._session._pages.page("a", 1).note == CHANGED
    # A second page makes another document of the folder; of the mapping it is no part.
    paint(scans / "a" / "page10.png", "blue")
    paint(scans / "b" / "c" / "2.png", "white")
    paint(scans / "top.png", "red")
    assert notes(scans) == {"a": False, "b/c": True, "top.png": True}
    assert notes(documents) == {"a": False, "b/c": False, "top.png": True}
    assert explore(result, documents=scans)._session._pages.page("top.png", 1).note.startswith(FILE_CHANGED)
    other_order = {"a": tuple(reversed(documents["a"])), "b/c": documents["b/c"], "top.png": documents["top.png"]}
    assert notes(other_order)["a"]


# Ahead


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes])
def test_threads_and_processes_draw_the_same_pages_of_several_files(
    scans: Path, executor: Callable[[int], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [("a", 1), ("a", 3), ("a", 4), ("b/c", 1)]
    with executor(2) as running:
        for documents in (scans, folders_as_documents(scans)):
            plain = FolderPages(documents, {"a": "0" * 64})
            expected = [plain.page(*place) for place in places]
            source = FolderPages(documents, {"a": "0" * 64}, running)
            for place in places:
                source.draw_ahead(*place)
            source.draw_ahead("gone", 1)
            wait(source._ahead.values())
            assert set(places) <= source._ahead.keys()
            with monkeypatch.context() as patch:
                patch.setattr(FolderPages, "_draw", lambda *_: pytest.fail("drawn here"))
                assert [source.page(*place) for place in places] == expected
            assert CHANGED in expected[1].note
            with pytest.raises(FileProblem, match=r"gone (cannot be read|is not among)"):
                source.page("gone", 1)


def test_the_explorer_turns_through_the_files(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = mistakes(pd.DataFrame({"document": ["order"], "status": ["completed"]}))
    monkeypatch.chdir(scans / "a")
    explorer = explore(result, documents={"order": ["page1.pdf", Path("page10.png")]})
    monkeypatch.chdir(os.sep)
    explorer.turn(3)
    assert explorer.page is not None
    assert (colour(explorer.page), explorer.page.number, explorer.page.count) == ("blue", 3, 3)
