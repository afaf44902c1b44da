"""Pages drawn ahead on executors: the same pages, whoever draws them and whatever breaks."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import FileProblem
from gini_notebook.interactive import pages
from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.pages import FolderPages
from tests.analysis.report.report_samples import PDF, rows
from tests.clusters import closed, losing_a_worker, lost, processes, some_are_done
from tests.interactive.explorer_messages import Browser

COUNT = 12


@pytest.fixture
def folder(invoices: Path, tmp_path: Path) -> Path:
    """A folder of PDFs, and a file that cannot be drawn."""
    place = tmp_path / "documents"
    place.mkdir()
    for number in range(COUNT):
        shutil.copy(invoices / PDF, place / f"{number:02}.pdf")
    (place / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    return place


def all_pages(source: FolderPages) -> Iterator[pages.Page]:
    for number in range(COUNT):
        yield source.page(f"{number:02}.pdf", 1)


def drawn_ahead(source: FolderPages) -> None:
    for number in range(COUNT):
        source.draw_ahead(f"{number:02}.pdf", 1)
    source.draw_ahead("broken.pdf", 1)


def refuse_to_draw_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(*arguments: Any) -> None:
        raise AssertionError("drawn here")

    monkeypatch.setattr(FolderPages, "_draw", draw)


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes])
def test_threads_and_processes_draw_the_same_pages(
    folder: Path, executor: Callable[[int], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = list(all_pages(FolderPages(folder, {"03.pdf": "another"})))
    assert expected[3].note == "The file has changed since the run."
    with executor(2) as running:
        source = FolderPages(folder, {"03.pdf": "another"}, running)
        drawn_ahead(source)
        wait(source._ahead.values())
        refuse_to_draw_here(monkeypatch)
        assert list(all_pages(source)) == expected
        with pytest.raises(FileProblem, match=r"broken.pdf cannot be drawn"):
            source.page("broken.pdf", 1)
    assert not source._ahead


def test_many_threads_may_draw_at_once(folder: Path) -> None:
    expected = next(all_pages(FolderPages(folder)))
    with ThreadPoolExecutor(8) as running:
        drawn = running.map(lambda number: FolderPages(folder).page(f"{number % COUNT:02}.pdf", 1), range(24))
        assert all(page == expected for page in drawn)


def test_a_page_whose_turn_has_not_come_is_drawn_here(folder: Path) -> None:
    hold: Future[None] = Future()
    with ThreadPoolExecutor(1) as running:
        running.submit(hold.result)
        source = FolderPages(folder, executor=running)
        source.draw_ahead("00.pdf", 1)
        assert source.page("00.pdf", 1).count >= 1
        hold.set_result(None)


@pytest.mark.parametrize("executor", [lost, closed])
def test_an_executor_that_breaks_costs_no_page(folder: Path, executor: Callable[[], Executor]) -> None:
    running = executor()
    source = FolderPages(folder, executor=running)
    drawn_ahead(source)
    assert list(all_pages(source)) == list(all_pages(FolderPages(folder)))
    running.shutdown()


def test_pages_nobody_asks_for_are_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_AHEAD", 3)
    with ThreadPoolExecutor(1) as running:
        source = FolderPages(folder, executor=running)
        drawn_ahead(source)
        source.draw_ahead("broken.pdf", 1)
        assert [document for document, _ in source._ahead] == ["10.pdf", "11.pdf", "broken.pdf"]


def test_the_explorer_has_the_next_pages_drawn_while_one_is_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    draw_ahead = FolderPages.draw_ahead
    monkeypatch.setattr(
        FolderPages,
        "draw_ahead",
        lambda self, document, number: (asked.append(document), draw_ahead(self, document, number)),
    )
    names = [f"{number:02}.pdf" for number in range(COUNT)]
    truth = rows(*((name, "", 0, "iban", "DE89370400440532013000") for name in names))
    found = truth.assign(value="DE02120300000000202051")
    with ThreadPoolExecutor(1) as running:
        view = explore(evaluate(found, truth), documents=folder, executor=running)
        browser = Browser(view)
        browser.ask("page", row=0, ahead=[1, 2, 3, 5, 7, -1, "8", None])
        assert asked == [names[row] for row in (1, 2, 3, 5)]
        pages_ = view._session._pages
        wait(pages_._ahead.values())
        with pytest.MonkeyPatch.context() as patch:
            refuse_to_draw_here(patch)
            browser.ask("page", row=1)
            # What is kept is neither drawn nor asked for again.
            browser.ask("page", row=0, ahead=[1])
        assert asked == [names[row] for row in (1, 2, 3, 5)]


def test_without_an_executor_a_thread_draws_ahead_until_the_explorer_is_closed(folder: Path) -> None:
    truth = rows(*((f"{number:02}.pdf", "", 0, "iban", "DE89370400440532013000") for number in range(COUNT)))
    view = explore(evaluate(truth.assign(value="x"), truth), documents=folder)
    Browser(view).ask("page", row=0, ahead=[1, 2])
    pages_ = view._session._pages
    wait(pages_._ahead.values())
    assert [future.result().number for future in pages_._ahead.values()] == [1, 1]
    view.close()
    assert not view._session._kept
    pages_.draw_ahead("05.pdf", 1)
    assert pages_.page("05.pdf", 1).number == 1


def test_a_cluster_that_loses_a_worker_midway_draws_the_same_pages(folder: Path, tmp_path: Path) -> None:
    for number in range(COUNT):
        for copy in range(2):
            shutil.copy(folder / f"{number:02}.pdf", folder / f"{number:02}-{copy}.pdf")
    expected = FolderPages(folder).page("00.pdf", 1)
    names = sorted(path.name for path in folder.glob("*-*.pdf"))[:20]
    with losing_a_worker(tmp_path, some_are_done) as client:
        source = FolderPages(folder, executor=client.get_executor())
        for name in names:
            source.draw_ahead(name, 1)
        wait(source._ahead.values())
        drawn = [source.page(name, 1) for name in names]
    assert len(drawn) == 20
    assert all(page == expected for page in drawn)
