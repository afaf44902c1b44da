"""Truth editing in a browser: by mouse and by keys, words of the page, queues, hostile labels, and a killed kernel."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lab_server import NotebookPage, until
from static_view import StaticView

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.rules import for_field
from gini_notebook.analysis.truth import read_truth
from gini_notebook.interactive.explorer import Explorer, explore
from gini_notebook.interactive.explorer.truth_places import WordIndex
from gini_notebook.interactive.words import words_of_files
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PAYLOADS, PDF, Tables, rows

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
Open = Callable[..., StaticView]
FIELDS = ("iban", "amountToPay", "bic", "paymentRecipient", "invoiceId")


@pytest.fixture
def view(watch: Callable[..., Any]) -> Open:
    """Open the view of an explorer."""

    def opened(explorer: Explorer, *, width: int = 1280, **options: Any) -> StaticView:
        watched = watch(viewport={"width": width, "height": 860})
        shown = StaticView(watched.page, explorer, **options)
        shown.watched = watched
        return shown

    return opened


def labelled(invoices: Path) -> dict[str, str]:
    """Return the true header values of the letter."""
    truth = read_truth(invoices / "truth.csv")
    own = truth[(truth["document"] == PDF) & truth["value"].notna() & (truth["group"] == "")]
    return dict(zip(own["field"], own["value"], strict=True))


def slips(invoices: Path, labels: Path, **options: Any) -> Explorer:
    """Explore a letter whose every label has a slip in it; what was read is right."""
    values = labelled(invoices)
    read = rows(*((PDF, "", 0, name, values[name]) for name in FIELDS))
    truth = rows(*((PDF, "", 0, name, f"{values[name][:-1]}?" if name != "iban" else OTHER_IBAN) for name in FIELDS))
    documents = pd.DataFrame({"document": [PDF], "status": ["completed"]})
    candidates = pd.DataFrame(
        [{"document": PDF, "list": "ibans", "rank": 1, "value": values["iban"], "page": 1, "left": 1.0, "top": 1.0,
          "width": 9.0, "height": 9.0}]
    )  # fmt: skip
    tables = Tables(read.assign(candidates=["ibans"] + [None] * 4), documents)
    tables.candidates = candidates
    return explore(evaluate(tables, truth), batch=tables, documents=invoices, labels=labels, **options)


def lines(labels: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()] if labels.exists() else []


def words_are_here(shown: StaticView) -> None:
    shown.until(lambda: shown.sent("words") >= 1, "the words of the page to be asked for")
    expect(shown.root.get_by_role("img")).to_be_visible()


def click_on(shown: StaticView, place: dict[str, float], *, shift: bool = False) -> None:
    """Click into the middle of a box of the page."""
    frame = shown.root.locator(".gini-boxes").bounding_box()
    assert frame is not None
    across = frame["x"] + (place["left"] + place["width"] / 2) / 595.28 * frame["width"]
    down = frame["y"] + (place["top"] + place["height"] / 2) / 841.89 * frame["height"]
    if shift:
        shown.page.keyboard.down("Shift")
    shown.page.mouse.click(across, down)
    if shift:
        shown.page.keyboard.up("Shift")


def go(shown: StaticView, field: str) -> None:
    shown.python(lambda: shown.explorer.go((PDF, field)))
    expect(shown.root.locator(".gini-details .gini-field")).to_have_text(field)


def test_a_word_that_is_clicked_on_becomes_the_truth(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    explorer = slips(invoices, labels)
    shown = view(explorer)
    go(shown, "invoiceId")
    words_are_here(shown)
    explorer_places = explorer._session.places
    assert explorer_places is not None
    words = explorer_places.words(PDF)
    assert words is not None
    [place, *_] = words.places(
        explorer._session.subject.rule_of(explorer._session.row), labelled(invoices)["invoiceId"]
    )
    field = shown.root.get_by_role("textbox", name="Truth")

    def picked() -> bool:
        click_on(shown, {name: getattr(place, name) for name in ("left", "top", "width", "height")})
        return bool(field.input_value() == labelled(invoices)["invoiceId"])

    shown.until(picked, "the word in the field")
    expect(shown.root.locator(".gini-picked")).to_have_count(1)
    expect(shown.root.locator(".gini-check")).to_contain_text("equal to what was read")
    shown.root.get_by_role("button", name="keep ↵ (Enter)").click()
    shown.until(lambda: lines(labels), "the line in the file")
    [line] = lines(labels)
    assert (line["field"], line["value"], line["via"]) == ("invoiceId", labelled(invoices)["invoiceId"], "word")
    assert line["boxes"][0][0] == 1
    expect(shown.root.locator(".gini-honest")).to_contain_text("truth changed in 1 place")
    assert explorer.result.comparisons["outcome"].tolist().count("correct") == 1
    # A box around words takes them, in reading order.
    frame = shown.root.locator(".gini-scroll").bounding_box()
    assert frame is not None
    shown.page.mouse.move(frame["x"] + 30, frame["y"] + 10)
    shown.page.mouse.down()
    shown.page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] - 20, steps=4)
    expect(shown.root.locator(".gini-rubber")).to_have_count(1)
    shown.page.mouse.up()
    assert len(field.input_value().split()) > 2


def pick_a_word_by_keys(shown: StaticView) -> None:
    """Go to the payment recipient, and step to a word of the page."""
    go(shown, "paymentRecipient")
    words_are_here(shown)
    shown.root.get_by_role("listbox").focus()

    def stepped() -> bool:
        shown.page.keyboard.press(".")
        return shown.root.locator(".gini-picked").count() == 1

    shown.until(stepped, "a word to be picked")


def test_words_are_picked_and_kept_by_keys_alone(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    shown = view(slips(invoices, labels))
    pick_a_word_by_keys(shown)
    field = shown.root.get_by_role("textbox", name="Truth")
    first = field.input_value()
    shown.page.keyboard.press("Shift+Period")
    assert field.input_value().startswith(f"{first} ")
    shown.page.keyboard.press("Enter")
    shown.until(lambda: lines(labels), "the line in the file")
    assert lines(labels)[0]["via"] == "word"
    assert len(lines(labels)[0]["boxes"]) == 2


def test_a_box_is_drawn_moved_and_kept_by_keys_alone(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    shown = view(slips(invoices, labels))
    pick_a_word_by_keys(shown)
    field = shown.root.get_by_role("textbox", name="Truth")
    first, name = field.input_value(), shown.chosen()
    shown.page.keyboard.press("b")
    rubber = shown.root.locator(".gini-rubber")
    expect(rubber).to_have_count(1)
    assert field.input_value() == first
    before = rubber.bounding_box()
    for _ in range(120):
        shown.page.keyboard.press("Shift+ArrowRight")
    wider = rubber.bounding_box()
    assert before is not None
    assert wider is not None
    assert wider["width"] > 4 * before["width"]
    assert abs(wider["x"] - before["x"]) < 2
    assert field.input_value().startswith(f"{first} ")
    for _ in range(10):
        shown.page.keyboard.press("ArrowDown")
    lower = rubber.bounding_box()
    assert lower is not None
    assert lower["y"] > wider["y"] + 5
    # The arrows moved the box, and nothing else.
    assert shown.chosen() == name
    for _ in range(10):
        shown.page.keyboard.press("ArrowUp")
    kept = field.input_value()
    shown.page.keyboard.press("Enter")
    shown.until(lambda: lines(labels), "the line in the file")
    assert lines(labels)[0]["via"] == "box"
    assert lines(labels)[0]["value"] == kept
    # In the next slot there is no box, and Escape drops one.
    expect(rubber).to_have_count(0)
    words_are_here(shown)
    shown.page.keyboard.press("b")
    expect(rubber).to_have_count(1)
    shown.page.keyboard.press("Escape")
    expect(rubber).to_have_count(0)
    expect(shown.root.locator(".gini-picked")).to_have_count(0)


def test_keys_that_were_chosen_work_and_are_told(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    shown = view(slips(invoices, labels, keys={"next": "w", "wrong": "i"}))
    shown.root.get_by_role("listbox").focus()
    first = shown.chosen()
    shown.page.keyboard.press("j")
    assert shown.chosen() == first
    shown.page.keyboard.press("w")
    shown.until(lambda: shown.chosen() != first, "the next slot")
    expect(shown.root.locator('[data-verdict="edit"]')).to_have_attribute("aria-label", "truth is wrong (i)")
    shown.page.keyboard.press("i")
    expect(shown.root.get_by_role("textbox", name="Truth")).to_be_focused()
    shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("?")
    expect(shown.root.locator(".gini-help")).to_contain_text("↓ ↑ w k")


def test_five_labels_without_a_mouse_and_their_way_back(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    explorer = slips(invoices, labels)
    shown = view(explorer)
    shown.root.get_by_role("listbox").focus()
    progress = shown.root.locator(".gini-editor .gini-soft").first
    expect(progress).to_have_text("0 of 5")
    field = shown.root.get_by_role("textbox", name="Truth")
    values = labelled(invoices)
    for count in range(1, 5):
        name = shown.root.locator('.gini-grid [aria-selected="true"] th').inner_text()
        expect(shown.root.locator(".gini-details .gini-field")).to_have_text(name)
        if count % 2:
            shown.page.keyboard.press("e")
        else:
            shown.page.keyboard.press("x")
            expect(field).to_be_focused()
            field.fill(values[name])
        expect(field).to_have_value(values[name])
        shown.page.keyboard.press("Enter")
        shown.until(lambda count=count: len(lines(labels)) == count, f"line {count}")
        expect(progress).to_have_text(f"{count} of 5")
    expect(shown.root.get_by_role("listbox")).to_be_focused()
    shown.page.keyboard.press("m")
    shown.until(lambda: len(lines(labels)) == 5, "the fifth line")
    assert lines(labels)[-1]["state"] == "empty"
    assert {line.get("via", "typed") for line in lines(labels)[:4]} == {"extracted", "typed"}
    for _ in range(5):
        before = len(lines(labels))
        shown.page.keyboard.press("z")
        shown.until(lambda before=before: len(lines(labels)) == before + 1, "one line taken back")
    expect(progress).to_have_text("0 of 5")
    assert explorer.result.comparisons["outcome"].tolist().count("correct") == 0
    shown.page.keyboard.press("z")
    expect(shown.root.locator(".gini-status-text")).to_contain_text("nothing to take back")


def test_an_answer_that_comes_late_takes_nothing_of_what_is_typed_in_the_next_slot(
    view: Open, invoices: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.jsonl"
    shown = view(slips(invoices, labels), delay=700)
    shown.root.get_by_role("listbox").focus()
    shown.until(lambda: shown.sent("slot") >= 1, "the first slot")
    shown.page.keyboard.press("m")
    shown.page.keyboard.press("x")
    field = shown.root.get_by_role("textbox", name="Truth")
    field.fill("typed by hand")
    expect(shown.root.locator(".gini-editor .gini-soft").first).to_have_text("1 of 5")
    name = shown.root.locator('.gini-grid [aria-selected="true"] th').inner_text()
    expect(shown.root.locator(".gini-details .gini-field")).to_have_text(name)
    expect(field).to_have_value("typed by hand")


def test_what_is_odd_is_asked_once_more(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    shown = view(slips(invoices, labels))
    go(shown, "iban")
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("1")
    field = shown.root.get_by_role("textbox", name="Truth")
    expect(field).to_have_value(labelled(invoices)["iban"])
    shown.page.keyboard.press("x")
    field.fill("DE88 3704 0044 0532 0130 00")
    check = shown.root.locator(".gini-check")
    expect(check).to_contain_text("→ DE88370400440532013000 · has check digits that do not match · stands nowhere")
    shown.page.keyboard.press("Enter")
    expect(check).to_contain_text("Enter once more keeps it as it is")
    assert lines(labels) == []
    shown.page.keyboard.press("Enter")
    shown.until(lambda: lines(labels), "the line in the file")
    assert lines(labels)[0]["note"].startswith("odd: ")


def test_who_labels_blindly_sees_no_reading_until_it_is_decided(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    explorer = slips(invoices, labels, blind=True)
    shown = view(explorer)
    go(shown, "iban")
    read = labelled(invoices)["iban"]
    assert read not in shown.root.inner_text()
    assert "wrong" not in shown.root.locator(".gini-list").inner_text()
    expect(shown.root.locator(".gini-box-extracted, .gini-box-candidate")).to_have_count(0)
    shown.root.get_by_role("listbox").focus()
    shown.page.keyboard.press("Shift+A")
    shown.until(lambda: lines(labels), "the line in the file")
    expect(shown.root.locator(".gini-grid")).to_contain_text(read)
    assert "saw_reading" not in lines(labels)[0]


def test_queues_are_chosen_in_the_bar(view: Open, invoices: Path, tmp_path: Path) -> None:
    shown = view(slips(invoices, tmp_path / "labels.jsonl"))
    queue = shown.root.get_by_role("combobox", name="Queue")
    expect(queue).to_have_value("mistakes")
    queue.select_option("audit")
    expect(shown.root.locator(".gini-editor")).to_contain_text("seed 0")
    queue.select_option("recent")
    expect(shown.root.locator(".gini-empty")).to_contain_text("Nothing fits")
    queue.select_option("")
    expect(shown.root.locator(".gini-option")).to_have_count(5)


def test_T32_hostile_labels_and_words_are_inert(view: Open, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    documents = pd.DataFrame({"document": [f"{payload}.pdf" for payload in PAYLOADS], "status": "completed"})
    read = rows(
        *(
            (name, "", 0, "paymentPurpose", payload)
            for name, payload in zip(documents["document"], PAYLOADS, strict=True)
        )
    )
    shown = view(explore(Tables(read, documents), labels=labels, blind=False))
    shown.root.get_by_role("listbox").focus()
    field = shown.root.get_by_role("textbox", name="Truth")
    for count, payload in enumerate(PAYLOADS[:6], start=1):
        shown.page.keyboard.press("x")
        field.fill(payload)
        shown.page.keyboard.press("Enter")
        shown.until(lambda count=count: len(lines(labels)) == count, f"line {count}")
    assert shown.watched.dialogs == []
    inert = "script, iframe, object, form, video, base, #injected, [onerror], [onload], [ontoggle]"
    assert shown.root.locator(inert).count() == 0


def test_a_message_that_was_lost_is_sent_again_and_written_once(view: Open, invoices: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    shown = view(slips(invoices, labels))
    shown.root.get_by_role("listbox").focus()
    shown.until(lambda: shown.sent("slot") >= 1, "the first slot")
    shown.page.evaluate("() => { window.mute = true; }")
    for key in ("m", "m"):
        shown.page.keyboard.press(key)
    # The second waits for the first; nothing is dropped.
    assert shown.sent("label") == 1
    shown.page.evaluate("() => { window.mute = false; }")
    again = shown.root.get_by_role("button", name="Ask again")
    expect(again).to_be_visible(timeout=30_000)
    again.click()
    shown.until(lambda: len(lines(labels)) == 2, "both lines")
    assert [line["state"] for line in lines(labels)] == ["empty", "empty"]


def test_in_jupyterlab_a_killed_kernel_loses_no_label(
    notebook: Callable[..., NotebookPage], invoices: Path, tmp_path: Path, shots: Path
) -> None:
    labels = tmp_path / "labels.jsonl"
    values = labelled(invoices)
    truth = {name: (OTHER_IBAN if name == "iban" else f"{values[name][:-1]}?") for name in FIELDS}
    cell = (
        "import pandas as pd\nfrom types import SimpleNamespace\nfrom gini_notebook import evaluate, explore\n"
        f"truth, read = {truth!r}, { {name: values[name] for name in FIELDS}!r}\n"
        "names = ['letter_plain.pdf', 'letter_long.pdf']\n"
        "table = lambda values: pd.DataFrame([(name, *one) for name in names for one in values.items()],"
        " columns=['document', 'field', 'value'])\n"
        "run = SimpleNamespace(extractions=table(read), candidates=None, "
        "documents=pd.DataFrame({'document': names, 'status': 'completed'}))\n"
        f"explorer = explore(evaluate(run, table(truth)), batch=run, documents={str(invoices)!r},"
        f" labels={str(labels)!r})\nexplorer"
    )
    opened = notebook(cell, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    output = opened.run(0)
    progress = output.locator(".gini-editor .gini-soft").first
    expect(progress).to_have_text("0 of 10", timeout=60_000)
    field = output.get_by_role("textbox", name="Truth")
    heading = output.locator(".gini-details .gini-field")

    def ready() -> str:
        name = output.locator('.gini-grid [aria-selected="true"] th').inner_text()
        expect(heading).to_have_text(name, timeout=60_000)
        return str(name)

    for count in range(1, 6):  # by mouse
        name = ready()
        output.get_by_role("button", name="truth is wrong (x)").click()
        field.fill(values[name])
        output.get_by_role("button", name="keep ↵ (Enter)").click()
        expect(progress).to_have_text(f"{count} of 10", timeout=60_000)
    opened.shot(shots / "explorer_editing.png")
    output.locator(".gini-list").focus()
    for count in range(6, 11):  # by keys
        name = ready()
        opened.page.keyboard.press("e")
        expect(field).to_have_value(values[name], timeout=60_000)
        opened.page.keyboard.press("Enter")
        expect(progress).to_have_text(f"{count} of 10", timeout=60_000)
    expect(output.locator(".gini-honest")).to_contain_text("truth changed in 10 places", timeout=60_000)
    # What the tick was shown for is on the disk, whatever becomes of the kernel.
    opened.run(1, wait=False)
    assert [line.get("via", "typed") for line in lines(labels)] == ["typed"] * 5 + ["extracted"] * 5
    until(
        lambda: opened.page.get_by_text("Kernel Restarting").count() or opened.page.locator(".jp-Dialog").count(),
        "the end of the kernel",
    )
    button = opened.page.locator(".jp-Dialog button")
    until(lambda: not button.count() or button.last.click() is None, "the dialog to be closed")
    until(lambda: opened.server.kernel_ready(opened.path.name), "a new kernel")
    again = opened.run(0)
    again.get_by_role("combobox", name="Queue").wait_for(timeout=60_000)
    again.get_by_role("combobox", name="Queue").select_option("recent")
    expect(again.locator(".gini-editor .gini-soft").first).to_have_text("10 of 10", timeout=60_000)
    assert IBAN not in opened.save()


# Pictures for people


def several(invoices: Path, labels: Path | None = None, **options: Any) -> Explorer:
    """Explore some generated invoices, read nearly right, with the boxes of what was read."""
    truth = read_truth(invoices / "truth.csv")
    names = ["letter_plain.pdf", "letter_long.pdf", "craftsman_roof.pdf", "doctor_practice.pdf", "shop_invoice.pdf"]
    fields = ["amountToPay", "iban", "bic", "paymentRecipient", "paymentDueDate", "paymentReference"]
    truth = truth[truth["document"].isin(names) & truth["field"].isin(fields) & (truth["group"] == "")]
    read = []
    for number, label in enumerate(truth.dropna(subset=["value"]).to_dict("records")):
        index = WordIndex(words_of_files([invoices / label["document"]], label["document"]))
        rule = for_field(label["field"])
        place = next(iter(index.places(rule, rule.canonical(label["value"]) or "", label["field"])), None)
        box = (
            {} if place is None else {name: getattr(place, name) for name in ("page", "left", "top", "width", "height")}
        )
        wrong = number % 4 == 1
        value = f"7{label['value'][1:]}" if wrong else label["value"]
        read.append({**label, "value": value, **box, "top": box.get("top", 0) + 40 * wrong})
    tables = Tables(
        pd.DataFrame(read)[["document", "group", "row", "field", "value", "page", "left", "top", "width", "height"]],
        pd.DataFrame({"document": names, "status": "completed"}),
    )
    result = evaluate(tables, truth)
    return explore(result, batch=tables, documents=invoices, labels=labels, **options)


@pytest.mark.parametrize("state", ["mistakes", "editing", "dark", "narrow"])
def test_every_state_can_be_looked_at(
    watch: Callable[..., Any], invoices: Path, tmp_path: Path, shots: Path, state: str
) -> None:
    explorer = several(invoices, None if state == "mistakes" else tmp_path / "labels.jsonl", height=700)
    watched = watch(viewport={"width": 390 if state == "narrow" else 1240, "height": 720})
    shown = StaticView(watched.page, explorer, dark=state == "dark")
    shown.until(lambda: shown.sent("slot") >= 1, "the first slot")
    if state == "narrow":
        shown.root.get_by_role("button", name="Fields", exact=True).click()
    else:
        expect(shown.root.locator(".gini-box-truth").first).to_be_visible()
    if state in ("editing", "dark"):
        shown.root.get_by_role("listbox").focus()
        shown.page.keyboard.press("x")
        shown.root.get_by_role("textbox", name="Truth").fill("1.234,56")
        expect(shown.root.locator(".gini-check")).to_contain_text("→ 1234.56:EUR")
    box = shown.root.bounding_box()
    assert box is not None
    assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= watched.page.viewport_size["width"]
    shown.root.screenshot(path=shots / f"explorer_{state}.png")
