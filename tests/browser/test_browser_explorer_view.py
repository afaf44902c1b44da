"""The explorer's view in Chromium without Jupyter: keys, list, filters, boxes, looks; the real session answers."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from many_slots import many
from static_view import ADDRESS, StaticView, StaticWidget

from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.explorer.selection import Choices, Selection
from gini_notebook.interactive.explorer.slot_columns import SlotColumns
from gini_notebook.interactive.explorer.subject import subject_of
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PAYLOADS, PDF, Tables, boxed, hostile, rows, sample

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
Open = Callable[..., StaticView]
INERT = "script, iframe, object, form, video, base, #injected, [onerror], [onload], [ontoggle]"


@pytest.fixture
def view(watch: Callable[..., Any]) -> Open:
    """Open the view of an explorer."""

    def opened(explorer: Any, *, width: int = 1280, **options: Any) -> StaticView:
        context = {name: options.pop(name) for name in ("forced_colors", "reduced_motion") if name in options}
        watched = watch(viewport={"width": width, "height": 760}, **context)
        shown = StaticView(watched.page, explorer, **options)
        shown.watched = watched
        return shown

    return opened


# What a notebook keeps


def test_the_kernel_brings_the_explorer_and_its_looks(watch: Callable[..., Any]) -> None:
    page = watch(viewport={"width": 1280, "height": 760}).page
    StaticWidget(page, explore(sample()), views=2)
    expect(page.locator(".gini-explorer .gini-option").first).to_be_visible()
    expect(page.locator(".gini-explorer")).to_have_count(2)
    assert page.locator("#here style").count() == 2
    assert "needs a running kernel" not in page.locator("#here").inner_text()
    # A step in one view is seen in the other.
    page.locator(".gini-explorer").first.focus()
    page.keyboard.press("ArrowDown")
    chosen = page.locator('.gini-option[aria-selected="true"]').all_inner_texts()
    assert len(set(chosen)) == 1
    page.evaluate("async () => { for (const leave of window.leave.splice(0).reverse()) (await leave)?.(); }")
    expect(page.locator(".gini-explorer")).to_have_count(0)


def test_without_a_kernel_the_explorer_says_what_it_needs(watch: Callable[..., Any]) -> None:
    page = watch(viewport={"width": 1280, "height": 760}).page
    page.add_init_script("window.mute = true")
    StaticWidget(page, explore(sample()))
    expect(page.locator("#here")).to_contain_text("it needs a running kernel. Without one, run the cell again.")


# Keys


def test_after_a_click_anywhere_inside_the_arrow_steps(view: Open, invoices: Path) -> None:
    shown = view(explore(boxed(), documents=invoices))
    image = shown.root.get_by_role("img")
    expect(image).to_be_visible()
    for place in (
        shown.root.locator(".gini-scroll"),
        shown.root.locator(".gini-title"),
        shown.root.locator(".gini-details"),
        shown.root.locator(".gini-status-text"),
    ):
        shown.page.keyboard.press("ArrowUp")
        expect(shown.root.locator('.gini-option[aria-selected="true"]')).to_contain_text("iban")
        place.click()
        shown.page.keyboard.press("ArrowDown")
        expect(shown.root.locator('.gini-option[aria-selected="true"]')).to_contain_text("paymentPurpose")
        place.click()


def test_letters_stay_inside_and_are_none_while_somebody_types(view: Open) -> None:
    shown = view(explore(sample()))
    shown.page.evaluate(
        "() => { window.leaked = []; document.body.addEventListener('keydown', (e) => leaked.push(e.key)); }"
    )
    shown.root.get_by_role("listbox").focus()
    for key in ("b", "d", "x", "j", "ArrowDown", "v", "?", "Escape"):
        shown.page.keyboard.press(key)
    search = shown.root.get_by_role("searchbox")
    shown.page.keyboard.press("s")
    expect(search).to_be_focused()
    search.press_sequentially("jn?")
    expect(search).to_have_value("jn?")
    assert shown.page.evaluate("() => leaked") == []
    # What belongs to the browser and the front end passes.
    shown.page.keyboard.press("Control+k")
    assert shown.page.evaluate("() => leaked") == ["Control", "k"]


def test_a_held_key_leaves_nothing_to_work_off(view: Open) -> None:
    explorer = explore(many(400), show="all")
    shown = view(explorer, delay=60)
    shown.root.get_by_role("listbox").focus()
    shown.until(lambda: shown.page.evaluate("() => window.sent.length") >= 2, "the first questions")
    before = shown.sent("slot")
    for _ in range(50):
        shown.page.keyboard.press("ArrowDown")
    expect(shown.root.get_by_role("status")).to_contain_text("51 of 400")
    shown.until(lambda: shown.sent("view") and explorer._session.row == 50, "the last place to be known in Python")
    # Asked once the key rests, and not for each of the 50.
    assert shown.sent("slot") - before <= 8
    field = shown.root.locator(".gini-details .gini-field")
    expect(field).to_have_text(explorer.selected["field"].iloc[0])


def test_one_request_of_a_kind_is_on_its_way_and_the_latest_wins(view: Open) -> None:
    shown = view(explore(many(200), show="all"), delay=300)
    shown.root.get_by_role("listbox").focus()
    shown.until(lambda: shown.sent("slot") == 1, "the first question")
    for _ in range(6):
        shown.page.keyboard.press("ArrowDown")
        shown.page.wait_for_timeout(90)
    assert shown.sent("slot") <= 3
    expect(shown.root.locator(".gini-details .gini-field")).to_have_text(
        shown.root.locator('.gini-grid [aria-selected="true"] th').inner_text()
    )
    assert shown.page.evaluate("() => window.sent.filter((one) => one.ask === 'slot').at(-1).row") == 6


def test_everything_is_reached_by_keys_alone(view: Open, invoices: Path) -> None:
    shown = view(explore(boxed("craftsman_two_pages.pdf"), documents=invoices))
    shown.page.locator("#before").focus()
    for _ in range(12):
        shown.page.keyboard.press("Tab")
        if shown.page.evaluate("() => document.activeElement.getAttribute('role')") == "listbox":
            break
    status = shown.root.get_by_role("status")
    press = shown.page.keyboard.press
    press("j")
    expect(status).to_contain_text("2 of 2")
    press("k")
    expect(status).to_contain_text("1 of 2")
    press("k")
    expect(status).to_have_text("This is the first one.")
    press("End")
    expect(status).to_contain_text("2 of 2")
    press("Home")
    page = shown.root.get_by_role("img")
    expect(page).to_have_attribute("alt", "Page 1 of craftsman_two_pages.pdf")
    press("PageDown")
    expect(page).to_have_attribute("alt", "Page 2 of craftsman_two_pages.pdf")
    shown.until(lambda: shown.explorer.page.number == 2, "the page to be known in Python")
    press("PageUp")
    expect(page).to_have_attribute("alt", "Page 1 of craftsman_two_pages.pdf")
    press("?")
    expect(shown.root.get_by_role("dialog", name="Keys")).to_contain_text("turn the page by a quarter")
    press("Escape")
    expect(shown.root.get_by_role("dialog", name="Keys")).to_be_hidden()
    press("/")
    shown.page.keyboard.type("Order")
    expect(status).to_contain_text("1 of 1: paymentPurpose")
    press("Escape")
    expect(shown.root.locator(".gini-found")).to_have_text("2 of 2")


# List, filters, search


def test_a_long_list_has_few_options_in_the_document_and_the_one_in_view_among_them(view: Open) -> None:
    shown = view(explore(many(3_000), show="all"))
    box = shown.root.get_by_role("listbox")
    expect(shown.root.locator(".gini-found")).to_have_text("3,000 of 3,000")
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("End")
    option = shown.root.locator('.gini-option[aria-selected="true"]')
    assert option.get_attribute("aria-posinset") == option.get_attribute("aria-setsize") == "3000"
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    box.evaluate("box => { box.scrollTop = 20000; }")
    shown.page.wait_for_timeout(100)
    assert shown.root.locator(".gini-option").count() <= 40
    assert shown.page.evaluate("id => !!document.getElementById(id)", box.get_attribute("aria-activedescendant"))


def test_rows_counts_and_orders_equal_those_of_python(view: Open) -> None:
    evaluation = many(2_500)
    subject = subject_of(evaluation)
    columns = SlotColumns(subject)
    choices = Choices(subject, columns)
    shown = view(explore(evaluation, show="all"))
    expect(shown.root.locator(".gini-found")).to_have_text("2,500 of 2,500")
    shown.page.evaluate(
        """async () => {
          const { Columns } = await import("/columns.js");
          const filter = Columns.prototype.filter;
          Columns.prototype.filter = function (selection) {
            window.columns = this;
            return filter.call(this, selection);
          };
        }"""
    )
    shown.python(lambda: shown.explorer.choose(sort="document"))
    draw = random.Random(1)
    for _ in range(50):
        filters = {
            one["column"]: draw.sample(one["choices"], draw.randrange(min(3, len(one["choices"])) + 1))
            for one in columns.filters
            if draw.random() < 0.6
        }
        text = draw.choice(["", "", "wert 1", "a/rechnung", "EUR", "SS", "ß"])
        chosen = Selection(filters, text, draw.choice(["position", "document", "name", "alike", "stake"]))
        got = shown.page.evaluate(
            """(chosen) => {
              const { rows, counts } = window.columns.filter(chosen);
              const plain = Object.entries(counts).map(([name, values]) => [name, [...values]]);
              return { rows: [...rows], counts: Object.fromEntries(plain) };
            }""",
            chosen.plain(),
        )
        assert got["rows"] == choices.rows(chosen).tolist(), chosen
        for name, values in got["counts"].items():
            assert dict(zip(columns.labels(name), values, strict=True)) == choices.counts(chosen, name), (chosen, name)


def test_filters_are_linked_and_a_choice_that_came_to_nothing_stays(view: Open) -> None:
    shown = view(explore(sample(), show="all"))
    shown.root.locator("summary", has_text="Field").click()
    choices = shown.root.get_by_role("group", name="Field")
    counts = choices.locator(".gini-count")
    before = counts.all_inner_texts()
    choices.get_by_label("iban").check()
    assert counts.all_inner_texts() == before
    shown.root.locator("summary", has_text="Outcome").click()
    outcomes = shown.root.get_by_role("group", name="Outcome")
    dimmed = outcomes.locator(".gini-dimmed")
    expect(dimmed.filter(has_text="absent")).to_have_count(1)
    outcomes.get_by_label("wrong").check()
    expect(shown.root.locator(".gini-found")).to_contain_text("1 of ")
    shown.until(lambda: shown.explorer.rows["extracted"].tolist() == [OTHER_IBAN], "the same rows in Python")
    shown.root.get_by_role("button", name="Clear").click()
    shown.until(lambda: len(shown.explorer.rows) == len(sample().comparisons), "all rows in Python")
    # Python moves the view, too.
    shown.python(lambda: shown.explorer.choose(outcome="spurious"))
    expect(shown.root.locator(".gini-option")).to_have_count(1)
    shown.python(lambda: shown.explorer.go(("b.pdf", "iban")))
    expect(shown.root.locator(".gini-title")).to_have_text("b.pdf")


def test_documents_are_listed_once_and_a_document_key_steps_by_documents(view: Open) -> None:
    shown = view(explore(sample(), show="all"))
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("v")
    options = shown.root.locator(".gini-option")
    expect(options).to_have_count(4)
    expect(options.nth(0)).to_contain_text("2 of 3 wrong")
    expect(options.nth(3)).to_contain_text("not read")
    shown.page.keyboard.press("v")
    shown.page.keyboard.press("Home")
    shown.page.keyboard.press("Shift+ArrowDown")
    expect(shown.root.locator(".gini-title")).to_have_text("b.pdf")


def test_a_document_that_failed_says_why(view: Open) -> None:
    shown = view(explore(Tables(rows(("a.pdf", "", 0, "iban", IBAN)), sample().documents), show="failed"))
    expect(shown.root.locator(".gini-summary")).to_contain_text("failed: The PDF is damaged. (request req-d)")


# The page


def at(shown: StaticView, locator: str) -> tuple[float, float]:
    """Return where the middle of something lies on the picture, as shares of its width and height."""
    frame = shown.root.get_by_role("img").bounding_box()
    box = shown.root.locator(locator).first.bounding_box()
    assert frame is not None
    assert box is not None
    return (
        (box["x"] + box["width"] / 2 - frame["x"]) / frame["width"],
        (box["y"] + box["height"] / 2 - frame["y"]) / frame["height"],
    )


def test_boxes_lie_where_the_numbers_say_zoomed_and_turned(view: Open, invoices: Path) -> None:
    shown = view(explore(boxed(), documents=invoices))
    expect(shown.root.get_by_role("img")).to_be_visible()
    expect(shown.root.locator(".gini-box-extracted")).to_be_visible()
    x, y = (100 + 45) / 595.28, (200 + 5) / 841.89
    assert at(shown, ".gini-box-extracted") == pytest.approx((x, y), abs=0.01)
    shown.root.get_by_role("listbox").focus()
    for _ in range(3):
        shown.page.keyboard.press("+")
    expect(shown.root.locator(".gini-size")).to_have_text("195 %")
    assert at(shown, ".gini-box-extracted") == pytest.approx((x, y), abs=0.01)
    shown.page.keyboard.press("0")
    shown.page.keyboard.press("r")
    assert at(shown, ".gini-box-extracted") == pytest.approx((1 - y, x), abs=0.01)
    shown.page.keyboard.press("r")
    assert at(shown, ".gini-box-extracted") == pytest.approx((1 - x, 1 - y), abs=0.01)
    for _ in range(2):
        shown.page.keyboard.press("r")
    # Tags lie beside the page, and name what has no colour.
    frame = shown.root.get_by_role("img").bounding_box()
    assert frame is not None
    tags = shown.root.locator(".gini-tag")
    assert tags.all_inner_texts() == ["E", "✓ 2"]
    assert all(tag.bounding_box()["x"] >= frame["x"] + frame["width"] for tag in tags.all())
    shown.page.keyboard.press("c")
    assert tags.all_inner_texts() == ["E"]


def test_boxes_that_lie_on_each_other_share_a_tag_and_another_unit_is_owned_up_to(view: Open, invoices: Path) -> None:
    shown = view(explore(boxed(unit=300 / 72), documents=invoices))
    expect(shown.root.locator(".gini-note")).to_contain_text("not in points")
    assert shown.root.locator(".gini-box").count() == 0
    got = shown.page.evaluate(
        """async () => {
          const { grouped, tagOf } = await import("/boxes.js");
          const box = (kind, rank, left) => ({ kind, rank, left, top: 10, width: 100, height: 10 });
          const boxes = [box("extracted", null, 0), box("candidate", 3, 5), box("right-candidate", 1, 80)];
          return grouped(boxes).map((group) => group.map(tagOf).join(" = "));
        }"""
    )
    assert got == ["E = 3", "✓ 1"]


def test_a_page_that_is_not_there_says_why_and_the_next_one_works(view: Open, tmp_path: Path, invoices: Path) -> None:
    (tmp_path / "good.pdf").write_bytes((invoices / PDF).read_bytes())
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    names = [("bad.pdf", "", 0, "iban", IBAN), ("good.pdf", "", 0, "iban", IBAN)]
    shown = view(explore(rows(*names), documents=tmp_path))
    expect(shown.root.locator(".gini-note")).to_contain_text("bad.pdf cannot be drawn")
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("ArrowDown")
    expect(shown.root.get_by_role("img", name="Page 1 of good.pdf")).to_be_visible()
    expect(shown.root.locator(".gini-note")).to_have_text("")


def test_two_views_share_what_is_chosen_and_pictures_are_given_back(view: Open, invoices: Path) -> None:
    explorer = explore(boxed(), documents=invoices)
    shown = view(explorer, views=2)
    other = shown.page.locator(".gini-explorer").nth(1)
    expect(other.get_by_role("img")).to_be_visible()
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("ArrowDown")
    expect(other.locator('.gini-option[aria-selected="true"]')).to_contain_text("paymentPurpose")
    live = shown.page.evaluate(
        """() => {
          const urls = [...document.querySelectorAll("img")].map((image) => image.src).filter(Boolean);
          for (const leave of window.leave.reverse()) leave();
          return Promise.all(urls.map((url) => fetch(url).then(() => true, () => false)));
        }"""
    )
    assert live
    assert not any(live)
    assert shown.page.locator(".gini-explorer").count() == 0


def test_a_kernel_that_does_not_answer_is_said_to_be_busy(view: Open) -> None:
    shown = view(explore(sample(), show="all"))
    shown.page.clock.install()
    shown.page.evaluate("() => { window.mute = true; }")
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("ArrowDown")
    shown.page.clock.run_for(11_000)
    expect(shown.root.get_by_role("status")).to_contain_text("The kernel is busy")
    shown.page.evaluate("() => { window.mute = false; }")
    shown.root.get_by_role("button", name="Ask again").click()
    shown.page.clock.run_for(1_000)
    expect(shown.root.get_by_role("button", name="Ask again")).to_be_hidden()
    expect(shown.root.locator(".gini-details .gini-field")).to_have_text(
        shown.root.locator('.gini-grid [aria-selected="true"] th').inner_text()
    )


# What could run, and how it looks


def test_T29_T32_hostile_texts_are_texts(view: Open) -> None:
    shown = view(explore(hostile()))
    shown.root.get_by_role("listbox").focus()
    names = hostile().mistakes()["document"]
    for position in range(1, len(PAYLOADS)):
        shown.page.keyboard.press("ArrowDown")
        expect(shown.root.locator(".gini-title")).to_have_text(names[position], use_inner_text=True)
        expect(shown.root.locator(".gini-details .gini-field")).to_be_attached()
    shown.root.locator("summary", has_text="Field").click()
    assert shown.root.locator(INERT).count() == 0
    assert shown.watched.dialogs == []
    assert shown.watched.errors == []
    assert shown.watched.outside(ADDRESS) == []


@pytest.mark.parametrize("width", [390, 700, 1100, 1600])
@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_nothing_sticks_out_at_any_width(view: Open, invoices: Path, shots: Path, width: int, look: str) -> None:
    options = {"forced_colors": "active"} if look == "forced" else {"dark": look == "dark"}
    shown = view(explore(boxed(), documents=invoices), width=width, **options)
    if width == 390:
        for tab in ("Page", "Fields", "List"):
            shown.root.get_by_role("button", name=tab, exact=True).click()
            shown.page.wait_for_timeout(150)
            shown.page.screenshot(path=shots / f"explorer_{look}_{width}_{tab}.png")
    else:
        expect(shown.root.get_by_role("img")).to_be_visible()
        shown.page.wait_for_timeout(200)
        shown.page.screenshot(path=shots / f"explorer_{look}_{width}.png")
    assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= width
    sticking = shown.page.evaluate(
        """() => [...document.querySelectorAll(".gini-bar, .gini-top, .gini-status, .gini-fields")]
          .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1).map((one) => one.className)"""
    )
    assert sticking == []
    small = shown.page.evaluate(
        """() => [...document.querySelectorAll(".gini-explorer button, .gini-explorer summary, .gini-explorer input")]
          .filter((one) => one.offsetParent && one.type !== "checkbox" && one.getBoundingClientRect().height < 24)
          .map((one) => one.textContent)"""
    )
    assert small == []


# Pages in other widths


def test_small_pages_stand_in_a_strip_and_a_sharp_one_comes_with_the_zoom(view: Open, invoices: Path) -> None:
    shown = view(explore(boxed("craftsman_two_pages.pdf"), documents=invoices))
    strip = shown.root.get_by_role("navigation", name="Pages")
    small = strip.get_by_role("button")
    expect(small).to_have_count(2)
    expect(small.first).to_have_attribute("aria-current", "true")
    # Both are drawn, and those with a box have a mark.
    shown.until(lambda: strip.locator("img[src^=blob]").count() == 2, "both small pages")
    assert strip.inner_text().split() == ["1", "▪", "2", "▪"]
    small.nth(1).click()
    expect(shown.root.get_by_role("img", name="Page 2 of")).to_be_visible()
    expect(small.nth(1)).to_have_attribute("aria-current", "true")
    image = shown.root.get_by_role("img", name="Page 2 of")
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1400
    for _ in range(3):
        shown.root.get_by_role("button", name="Larger").click()
    shown.until(lambda: image.evaluate("one => one.naturalWidth") == 2800, "the sharp page")
    assert shown.sent("page") <= 6


def test_where_true_values_stand_is_found_for_all_documents_on_demand(view: Open, invoices: Path) -> None:
    shown = view(explore(boxed(), documents=invoices, show="all"))
    expect(shown.root.locator(".gini-box-truth")).to_have_count(0)
    shown.root.locator(".gini-filter summary", has_text="On page").click()
    shown.root.get_by_role("button", name="Look through all documents").click()
    expect(shown.root.locator(".gini-status-text")).to_contain_text("All documents were looked through")
    expect(shown.root.locator(".gini-choice", has_text="nowhere").locator(".gini-count")).to_have_text("2")
