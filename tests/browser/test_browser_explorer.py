"""The mistake explorer in a real JupyterLab: buttons, keys, boxes on the page, nothing saved, nothing run."""

import re
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
    opened = notebook(explorer_cell(saved, invoices))
    output = opened.run(0)
    output.get_by_label("Field").select_option(label="iban (1)")
    expect(output.get_by_role("heading", name=PDF)).to_be_visible()
    expect(output.get_by_text("of 1", exact=True)).to_be_visible()
    page = output.get_by_role("img", name=f"Page 1 of {PDF}")
    assert page.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    # Boxes are drawn once the picture has its size, which it has not while it is drawn anew.
    extracted = output.locator(".gini-extracted")
    expect(extracted).to_be_visible()

    def placed() -> float | None:
        frame, box = page.bounding_box(), extracted.bounding_box()
        if frame is None or box is None:
            return None
        # The box lies where the numbers say, 3 px of frame aside.
        right = (box["x"] + 6 - frame["x"]) / frame["width"] == pytest.approx(100 / 595.28, abs=0.01)
        down = (box["y"] + 6 - frame["y"]) / frame["height"] == pytest.approx(200 / 841.89, abs=0.01)
        return float(frame["width"]) if right and down else None

    width = until(placed, "a box where the numbers say")
    assert output.locator(".gini-right-candidate").inner_text() == "2 right"
    assert OTHER_IBAN in output.get_by_role("table", name="Values").inner_text()
    expect(output.get_by_role("row", name=re.compile(f"2 {IBAN}"))).to_contain_text("the right value")
    expect(output.get_by_label("Cause").locator("option:checked")).to_have_text("all causes (2)")
    output.get_by_role("button", name="Larger").click()
    enlarged = pytest.approx(2 * width, rel=0.1)
    until(lambda: (page.bounding_box() or {}).get("width") == enlarged, "a page of twice the width")
    output.get_by_role("button", name="Smaller").click()
    opened.shot(shots / "explorer_light.png")
    # Pages and values travel as messages, and no saved notebook holds them.
    text = opened.save()
    assert '"application/vnd.jupyter.widget-state+json"' in text
    assert "iban (1)" in text
    assert [value for value in (IBAN, OTHER_IBAN) if value in text] == []
    assert len(text) < 150_000


def test_T32_keys_lead_through_hostile_mistakes_and_nothing_runs(
    notebook: Callable[..., NotebookPage], tmp_path: Path, shots: Path
) -> None:
    evaluation = hostile()
    saved = evaluation.save(tmp_path / "evaluation.zip")
    opened = notebook(explorer_cell(saved), "print('at', explorer.position)", theme=DARK)
    output = opened.run(0)
    output.get_by_text("of 132", exact=True).wait_for()
    group = output.get_by_role("group", name="Mistake; arrow keys")
    output.get_by_role("button", name="Next").press("Enter")
    mistakes = evaluation.mistakes(full=True)
    heading = output.get_by_role("heading")
    for position in range(1, len(PAYLOADS)):
        expect(heading).to_have_text(mistakes["document"][position], use_inner_text=True)
        group.press("ArrowRight")
    group.press("ArrowLeft")
    expect(heading).to_have_text(mistakes["document"][len(PAYLOADS) - 1], use_inner_text=True)
    assert f"at {len(PAYLOADS) - 1}" in opened.run(1).inner_text()
    assert opened.watched.dialogs == []
    inert = "script, iframe, object, form, video, base, #injected, [onerror]"
    assert output.locator(f".gini-mistake :is({inert})").count() == 0
    opened.shot(shots / "explorer_dark.png")
