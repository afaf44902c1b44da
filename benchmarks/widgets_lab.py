"""The explorer in a real JupyterLab, for ``widgets.py``: the first list, pages, held keys, the live check."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from widgets_page import INVOICES, calibrated, chromium_page
from widgets_rows import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_server import LabServer, NotebookPage


MEMORY = "import gc, psutil; gc.collect(); print(psutil.Process().memory_info().rss / 1e6)"


@contextmanager
def _notebook(server: "LabServer", name: str, *cells: str) -> "Iterator[NotebookPage]":
    from conftest import Watched
    from lab_server import NotebookPage

    with chromium_page() as page:
        page.set_default_timeout(120_000)
        yield NotebookPage(Watched(page), server, server.write(name, list(cells)))
    server.end_kernels()


def measure_lab(seen: Seen, slots: int, folder: Path) -> None:
    from lab_server import LabServer

    server = LabServer(folder / "lab")
    try:
        _many(seen, server, slots, folder)
        _with_pages(seen, server, folder)
    finally:
        server.close()


def _many(seen: Seen, server: "LabServer", slots: int, folder: Path) -> None:
    """How long the list takes to come, and a key that is held in it."""
    from lab_server import until
    from many_slots import USABLE, WATCH, hold, many

    paths = {name: many(count).save(folder / f"{count}.zip") for name, count in (("few", 1_000), ("all", slots))}
    loads = "; ".join(f"{name} = Evaluation.load({str(path)!r})" for name, path in paths.items())
    with _notebook(server, "many.ipynb", f"from gini_notebook import Evaluation, explore\nfew = all = None\n{loads}",
                   "explore(few)", "explore(all, show='all')", MEMORY) as opened:  # fmt: skip
        opened.run(0)
        before = float(opened.run(3).inner_text())
        for cell, name in ((1, "usable few"), (2, "usable")):
            for _ in range(7):
                opened.page.evaluate(USABLE)
                output = opened.run(cell)
                until(lambda: opened.page.evaluate("() => window.usable"), "the list", limit_s=120)
                seen.add(name, opened.page.evaluate("() => window.usable - window.ran"), where="page")
                calibrated(seen, opened.page, 2)
        found = output.locator(".gini-found")
        until(lambda: found.inner_text() == f"{slots:,} of {slots:,}", "all slots", limit_s=120)
        opened.page.wait_for_timeout(3_000)
        seen.add("memory kernel", float(opened.run(3).inner_text()) - before, where="page")
        opened.page.evaluate(WATCH)
        for _ in range(5):
            hold(opened, output)
            seen.add("held list", _since(opened, "list", "key"), where="page")
            seen.add("held", _since(opened, "details", "key"), where="page")


def _since(opened: "NotebookPage", name: str, start: str) -> float:
    return float(opened.page.evaluate("([name, start]) => window.last[name] - window.last[start]", [name, start]))


def _with_pages(seen: Seen, server: "LabServer", folder: Path) -> None:
    """Pages that nobody has drawn yet, a sharper one, and the live check."""
    from many_slots import WATCH

    cell = f"""
from gini_notebook import evaluate, explore, read_truth
truth = read_truth({str(INVOICES / "truth.csv")!r})
read = truth[truth["value"].notna() & truth["document"].str.endswith(".pdf")]
read = read[["document", "group", "row", "field", "value"]]
labels = {str(folder / "labels.jsonl")!r}
explore(evaluate(read, truth), batch=read, documents={str(INVOICES)!r}, labels=labels, show="all")
"""
    with _notebook(server, "pages.ipynb", cell) as opened:
        output = opened.run(0)
        output.locator(".gini-paper img[src^=blob]").wait_for()
        opened.page.evaluate(WATCH)
        press = opened.page.keyboard.press
        output.locator(".gini-list").focus()
        for _ in range(12):
            for _ in range(4):
                press("Shift+ArrowDown")
            _settled(opened, "picture", "key", "step new page", seen)
            calibrated(seen, opened.page, 1)
        for _ in range(6):
            press("0")
            opened.page.wait_for_timeout(300)
            for _ in range(3):
                press("+")
            _settled(opened, "picture", "key", "sharp", seen)
            press("Shift+ArrowDown")
            opened.page.wait_for_timeout(800)
        seen.add("saved", len(opened.save().encode()) / 1000, where="page")
        output.locator(".gini-list").focus()
        press("x")
        for letter in "DE02120300000000202051":
            press(letter)
            _settled(opened, "check", "input", "check", seen)


def _settled(opened: "NotebookPage", name: str, start: str, row: str, seen: Seen) -> None:
    opened.page.wait_for_timeout(900)
    spent: Any = _since(opened, name, start)
    if spent and spent > 0:
        seen.add(row, spent, where="page")
