"""The explorer in a real JupyterLab: keys, boxes on the page, nothing saved, nothing run."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_server import DARK, NotebookPage, until

from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PAYLOADS, PDF, boxed, hostile

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect


def explorer_cell(evaluation: Path, documents: Path | None = None) -> str:
    folder = f", documents={str(documents)!r}" if documents else ""
    return (
        "from gini_notebook import Evaluation, explore\n"
        f"explorer = explore(Evaluation.load({str(evaluation)!r}){folder})\nexplorer"
    )


def test_a_person_looks_at_the_page_the_box_and_the_candidates(
    notebook: Callable[..., NotebookPage], invoices: Path, tmp_path: Path, shots: Path
) -> None:
    saved = boxed().save(tmp_path / "evaluation.zip")
    opened = notebook(explorer_cell(saved, invoices), "print('at', explorer.selected['field'].tolist())")
    output = opened.run(0)
    expect(output.get_by_role("heading", name=PDF)).to_be_visible()
    page = output.get_by_role("img", name=f"Page 1 of {PDF}")
    expect(page).to_be_visible()
    assert page.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    expect(output.locator(".gini-box-extracted")).to_be_visible()

    def placed() -> bool:
        frame, box = page.bounding_box(), output.locator(".gini-box-extracted").bounding_box()
        if frame is None or box is None:
            return False
        # The middle of the box lies where the numbers say.
        right = (box["x"] + box["width"] / 2 - frame["x"]) / frame["width"] == pytest.approx(145 / 595.28, abs=0.01)
        down = (box["y"] + box["height"] / 2 - frame["y"]) / frame["height"] == pytest.approx(205 / 841.89, abs=0.01)
        return bool(right and down)

    until(placed, "a box where the numbers say")
    assert output.locator(".gini-tag").all_inner_texts() == ["E", "✓ 2"]
    assert OTHER_IBAN in output.get_by_role("table", name="Values").inner_text()
    expect(output.get_by_role("row", name=f"2 {IBAN}")).to_contain_text("the right value")
    opened.shot(shots / "explorer_light.png")
    # A click on the page leaves the keys with the explorer, and no letter reaches the notebook.
    cells = opened.cells.count()
    output.locator(".gini-scroll").click()
    opened.page.keyboard.press("ArrowDown")
    expect(output.get_by_role("status").first).to_contain_text("2 of 2: paymentPurpose")
    for key in ("b", "d", "d", "x", "m"):
        opened.page.keyboard.press(key)
    assert opened.cells.count() == cells
    opened.page.wait_for_timeout(400)
    assert "at ['paymentPurpose']" in opened.run(1).inner_text()
    # Pages and values travel as messages, and no saved notebook holds them.
    text = opened.save()
    assert '"application/vnd.jupyter.widget-state+json"' in text
    assert [value for value in (IBAN, OTHER_IBAN, PDF) if value in text] == []
    assert len(text) < 20_000


def test_T32_keys_lead_through_hostile_mistakes_and_nothing_runs(
    notebook: Callable[..., NotebookPage], tmp_path: Path, shots: Path
) -> None:
    evaluation = hostile()
    saved = evaluation.save(tmp_path / "evaluation.zip")
    opened = notebook(explorer_cell(saved), "print('at', explorer.selected.index.tolist())", theme=DARK)
    output = opened.run(0)
    output.get_by_text("132 of 132", exact=True).wait_for()
    output.locator(".gini-explorer").focus()
    mistakes = evaluation.mistakes(full=True)
    heading = output.locator(".gini-title")
    for position in range(1, len(PAYLOADS)):
        opened.page.keyboard.press("ArrowDown")
        expect(heading).to_have_text(mistakes["document"][position], use_inner_text=True)
    opened.page.wait_for_timeout(400)
    assert f"at [{len(PAYLOADS) - 1}]" in opened.run(1).inner_text()
    assert opened.watched.dialogs == []
    inert = "script, iframe, object, form, video, base, #injected, [onerror]"
    assert output.locator(f".gini-explorer :is({inert})").count() == 0
    opened.shot(shots / "explorer_dark.png")
