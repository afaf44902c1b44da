"""The rows of ``widgets.py``: each interaction, its budget and its test; what was seen, and how it is told."""

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
MANY, LISTS = (
    "test_a_hundred_thousand_slots_are_there_in_time_and_a_held_key_stops",
    "test_lists_filters_and_search_of_many_slots_keep_their_budgets",
)
WITH_PAGES = "test_steps_pages_and_words_keep_their_budgets"


@dataclass(frozen=True)
class Row:
    """An interaction, its budget, and the test that holds it; ``{n}`` stands for the number of slots."""

    interaction: str
    budget: float
    test: str
    unit: str = "ms"


ROWS = {
    "usable few": Row("cell run, until the list is there: 1,000 slots", 400, MANY),
    "usable": Row("the same: {n} slots", 1500, MANY),
    "columns": Row(
        "columns of {n} slots, to the first piece", 300, "test_the_first_piece_does_not_wait_for_the_others"
    ),
    "step list": Row("step, until the list shows it: {n} slots", 16, LISTS),
    "step page": Row("step, page in memory, until it is drawn", 50, WITH_PAGES),
    "step new page": Row(
        "step, page not in memory, until it is drawn",
        200,
        "test_the_explorer_has_the_next_pages_drawn_while_one_is_looked_at",
    ),
    "held list": Row("key held 2 s, until the list ends: {n} slots", 150, MANY),
    "held": Row("key held 2 s, until the last details are there", 150, "test_a_held_key_leaves_nothing_to_work_off"),
    "filter": Row("filter, with all counts: {n} slots", 50, LISTS),
    "search": Row("search, after 60 ms of rest: {n} slots", 50, LISTS),
    "sort": Row("sort: {n} slots", 50, LISTS),
    "jump": Row("jump to the end and back: {n} slots", 50, LISTS),
    "turn": Row("page turned, zoomed, rotated, in memory", 16, WITH_PAGES),
    "sharp": Row(
        "sharper picture after a zoom", 300, "test_small_pages_stand_in_a_strip_and_a_sharp_one_comes_with_the_zoom"
    ),
    "places page": Row(
        "places of the true values, a page", 30, "test_true_values_of_generated_invoices_are_found_on_their_pages"
    ),
    "places": Row("the same, a document", 200, "test_true_values_of_generated_invoices_are_found_on_their_pages"),
    "drag": Row("drag over 2,000 words, a move", 16, WITH_PAGES),
    "word": Row("key to the next of 2,000 words", 16, WITH_PAGES),
    "check": Row("live check, 120 ms of rest and the answer", 270, "test_what_is_odd_is_asked_once_more"),
    "verdict": Row("verdict, until the next slot is shown", 50, "test_five_labels_without_a_mouse_and_their_way_back"),
    "line": Row("verdict, until its line is on the disk", 30, "test_in_jupyterlab_a_killed_kernel_loses_no_label"),
    "score": Row(
        "verdict, until the document is compared anew",
        150,
        "test_whatever_is_decided_the_result_is_that_of_evaluating_anew",
    ),
    "undo": Row("undo", 100, "test_folding_is_doing_one_decision_after_the_other"),
    "bad page": Row(
        "broken page, until its reason",
        5000,
        "test_a_page_that_cannot_be_drawn_says_why_and_the_rest_is_there",
    ),
    "panel": Row("batch panel, a message", 2, "test_messages_are_small_whatever_went_wrong", "kB"),
    "display": Row(
        "display of an evaluation, its first",
        50,
        "test_long_names_and_many_notes_leave_a_display_small_and_say_what_is_left_out",
    ),
    "display comparison": Row(
        "display of a comparison, its first",
        50,
        "test_long_names_and_many_notes_leave_a_display_small_and_say_what_is_left_out",
    ),
    "display size": Row(
        "display of a comparison",
        30,
        "test_long_names_and_many_notes_leave_a_display_small_and_say_what_is_left_out",
        "kB",
    ),
    "saved": Row(
        "saved notebook with an explorer",
        80,
        "test_a_person_looks_at_the_page_the_box_and_the_candidates",
        "kB",
    ),
    "memory page": Row("memory of the page: {n} slots, searched", 200, LISTS, "MB"),
    "memory kernel": Row("memory of the kernel, more: {n} slots", 200, MANY, "MB"),
}
# Rows of which a test alone tells whether they hold.
TOLD_BY_TESTS = {
    "only keys: five documents labelled": "test_five_labels_without_a_mouse_and_their_way_back",
    "axe: nothing serious": "test_axe_finds_nothing_serious_in_the_explorer",
    "a click anywhere inside, then ↓ steps": "test_after_a_click_anywhere_inside_the_arrow_steps",
    "letters inside change no cell": "test_a_person_looks_at_the_page_the_box_and_the_candidates",
    "two views": "test_two_views_share_what_is_chosen_and_pictures_are_given_back",
    "torn line, full disk": "test_a_torn_line_and_a_full_disk_lose_nothing_that_was_saved",
    "two writers": "test_two_who_write_at_once_lose_nothing_and_each_keeps_an_order",
    "login: JupyterLab": "test_an_account_logs_in_by_the_keyboard_alone",
    "login: Notebook 7": "test_H7_notebook_7_logs_in_explores_and_edits",
    "login: Voilà": "test_H7_voila_logs_in_explores_and_edits",
    "login: nbclient": "test_nbclient_stops_at_login_with_one_sentence",
    "looks: widths, dark, forced colours": "test_nothing_sticks_out_at_any_width",
    "looks: comparison": "test_a_comparison_has_room",
    "looks: batch panel": "test_a_panel_has_room",
}


@dataclass
class Seen:
    """What was seen, in the unit of each row, and the calibration loops of both processes."""

    values: dict[str, list[float]] = field(default_factory=dict)
    in_loops: dict[str, list[float]] = field(default_factory=dict)
    loops: dict[str, list[float]] = field(default_factory=lambda: {"python": [], "page": []})
    where: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *values: float, where: str = "python") -> None:
        loop = statistics.median(self.loops[where][-5:] or [1.0])
        self.values.setdefault(name, []).extend(values)
        self.in_loops.setdefault(name, []).extend(value / loop for value in values)
        self.where[name] = where

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time a block of Python, after a calibration loop."""
        self.calibrate()
        start = time.perf_counter()
        yield
        self.add(name, 1000 * (time.perf_counter() - start))

    def calibrate(self) -> None:
        start = time.perf_counter()
        sum(number * number % 7 for number in range(100_000))
        self.loops["python"].append(1000 * (time.perf_counter() - start))


def files_of_tests() -> dict[str, str]:
    """Return the file of each test; a name that nobody would find ends the run."""
    there = {}
    for path in TESTS.rglob("test_*.py"):
        for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE):
            there[name] = path.relative_to(TESTS).as_posix()
    wanted = {*(row.test for row in ROWS.values()), *TOLD_BY_TESTS.values()}
    if lacking := sorted(wanted - set(there)):
        message = f"There is no test called {', '.join(lacking)}."
        raise SystemExit(message)
    return {name: there[name] for name in wanted}


def p95(values: list[float]) -> float:
    return sorted(values)[round(0.95 * (len(values) - 1))]


def tell(seen: Seen, slots: int) -> bool:
    """Print the table; return whether every median keeps its budget."""
    files, good = files_of_tests(), True
    print(f"{'interaction':<50}{'budget':>9}{'median':>9}{'95 %':>9}{'loops':>8}  {'holds':<9}test")
    for name, row in ROWS.items():
        called = f"{row.interaction.format(n=f'{slots:,}'):<50}{row.budget:>6g} {row.unit}"
        test = f"{files[row.test]}::{row.test}"
        values = seen.values.get(name)
        if not values:
            print(f"{called}{'':>26}  {'–':<9}{test}")
            continue
        middle, high, quiet, loops = statistics.median(values), p95(values), 0.0, ""
        if row.unit == "ms":
            in_loops = statistics.median(seen.in_loops[name])
            quiet, loops = in_loops * min(seen.loops[seen.where[name]]), f"{in_loops:.2f}"
        held = (high, "yes"), (middle, "mostly"), (quiet or middle, "if quiet")
        holds = next((word for figure, word in held if figure <= row.budget), "no")
        good = good and holds != "no"
        print(f"{called}{middle:9.1f}{high:9.1f}{loops:>8}  {holds:<9}{test}")
    for interaction, test in TOLD_BY_TESTS.items():
        print(f"{interaction:<87}{'':<9}{files[test]}::{test}")
    for where, values in seen.loops.items():
        if values:
            middle, best = statistics.median(values), min(values)
            print(
                f"calibration loop, {where}: {middle:.2f} ms, at best {best:.2f}; other work cost {middle / best:.1f} x"
            )
    return good
