"""Print what a person waits for in the widgets: each interaction, its budget, what was seen, and its test.

Usage: python benchmarks/widgets.py [--slots 100000] [--part python|page|lab]

Three parts: Python alone; the explorer's view in Chromium without Jupyter, whose list and filters need no kernel; and
a real JupyterLab. Budgets are those of a quiet machine. A calibration loop runs between the measurements, in Python
and in the page: what each figure is of it tells more than milliseconds where other work goes on, and how much slower
the loop was in the middle than at its best tells how much of that there was.

The columns: the interaction, its budget, the median and the 95th percentile of what was seen, the median in loops that
were run beside it, whether the budget holds, and the test. ``mostly`` means that only the median keeps it, ``if quiet``
that so many loops at their best would; ``no`` makes the exit code 1.
"""

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from widgets_lab import measure_lab  # noqa: E402 - the folder of the browser tests comes first
from widgets_page import measure_page  # noqa: E402
from widgets_rows import Seen, files_of_tests, tell  # noqa: E402

INVOICES = ROOT / "data" / "invoices"


def measure_columns(seen: Seen, slots: int, _folder: Path) -> None:
    from many_slots import many

    from gini_notebook.interactive.explorer.slot_columns import SlotColumns
    from gini_notebook.interactive.explorer.subject import subject_of

    result = many(slots)
    for _ in range(7):
        subject = subject_of(result)
        with seen.timed("columns"):
            next(SlotColumns(subject).pieces())


def measure_places(seen: Seen, _slots: int, _folder: Path) -> None:
    """Every generated invoice whose words can be read."""
    from gini_notebook import read_truth
    from gini_notebook.analysis.rules import for_field
    from gini_notebook.errors import GiniError
    from gini_notebook.interactive.explorer.truth_places import WordIndex
    from gini_notebook.interactive.words import words_of_files

    truth = read_truth(INVOICES / "truth.csv").dropna(subset=["value"])
    for document, labels in truth.groupby("document"):
        path = INVOICES / str(document)
        if path.suffix != ".pdf":
            continue
        try:
            words = words_of_files([path], str(document))
        except GiniError:
            continue
        asked = [(for_field(name), value, name) for name, value in zip(labels["field"], labels["value"], strict=True)]
        seen.calibrate()
        start = time.perf_counter()
        index = WordIndex(words)
        for rule, value, name in asked:
            index.places(rule, rule.canonical(value) or "", name)
        spent = 1000 * (time.perf_counter() - start)
        seen.add("places", spent)
        seen.add("places page", spent / max(1, len(index.pages)))


def measure_labelling(seen: Seen, _slots: int, folder: Path) -> None:
    """A line on the disk; a verdict, until its document is compared anew; and its way back."""
    from many_slots import labelled_many

    from gini_notebook import Edit, Journal

    journal = Journal(folder / "lines.jsonl")
    for number in range(60):
        edit = Edit(document=f"{number}.pdf", field="iban", state="empty")
        with seen.timed("line"):
            journal.append(edit)
    explorer = labelled_many(1_000, folder / "labels.jsonl")
    for place in range(40):
        explorer.go(place)
        with seen.timed("score"):
            explorer.label("empty")
    for _ in range(40):
        with seen.timed("undo"):
            explorer.undo()


def measure_bad_pages(seen: Seen, _slots: int, _folder: Path) -> None:
    from gini_notebook.errors import GiniError
    from gini_notebook.interactive.pages import FolderPages

    for name in ("broken_truncated.pdf", "broken_encrypted.pdf", "broken_empty.pdf", "broken_web_page.pdf"):
        with seen.timed("bad page"):
            try:
                FolderPages(INVOICES).page(name, 1)
            except GiniError:
                continue


def measure_panel(seen: Seen, _slots: int, folder: Path) -> None:
    import gini_notebook as gini

    documents = folder / "documents"
    documents.mkdir()
    for number in range(6):
        (documents / f"{number}.pdf").write_bytes(b"%PDF-1.4 " + bytes([65 + number]) * 40)
    with gini.Sandbox(processing_time_s=0.0) as sandbox:
        panel = gini.BatchPanel(gini.login(sandbox), documents, to=folder / "run")
        messages: list[Any] = []
        panel.view.send = lambda content, **_: messages.append(content)
        panel.view._handle_custom_msg({"event": "hello"}, [])
        panel.start()
        panel.wait(60)
    seen.add("panel", *(len(repr(message).encode()) / 1000 for message in messages))


def measure_displays(seen: Seen, _slots: int, _folder: Path) -> None:
    """The first display of each; what is computed for it is kept."""
    from many_slots import many

    from gini_notebook import compare

    for seed in range(6):
        one, other = many(1_000, seed), many(1_000, seed, better=True)
        comparison = compare(one, other)
        with seen.timed("display"):
            one._repr_mimebundle_()
        with seen.timed("display comparison"):
            bundle = comparison._repr_mimebundle_()
        seen.add("display size", len(bundle["text/html"].encode()) / 1000)


PYTHON = (measure_columns, measure_places, measure_labelling, measure_bad_pages, measure_panel, measure_displays)
PARTS = {"python": PYTHON, "page": (measure_page,), "lab": (measure_lab,)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--slots", type=int, default=100_000)
    parser.add_argument("--part", choices=PARTS, action="append", help="this part only; repeatable")
    arguments = parser.parse_args()
    files_of_tests()
    warnings.simplefilter("ignore")
    seen = Seen()
    for part in arguments.part or PARTS:
        for measure in PARTS[part]:
            with tempfile.TemporaryDirectory() as folder:
                measure(seen, arguments.slots, Path(folder))
    sys.exit(0 if tell(seen, arguments.slots) else 1)


if __name__ == "__main__":
    main()
