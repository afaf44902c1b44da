"""The batch panel and the comparison view in a real JupyterLab."""

import json
from collections.abc import Callable
from pathlib import Path

from lab_server import DARK, NotebookPage, until

RUN = """
import pathlib, tempfile, pandas as pd, gini_notebook as gini
sandbox = gini.Sandbox(processing_time_s=0.0)
client = gini.login(sandbox)
folder = pathlib.Path(tempfile.mkdtemp())
for number in range(4):
    (folder / f"{number}.txt").write_text(f"Rechnung {number} IBAN DE02120300000000202051 Gesamtbetrag {number},34 EUR")
(folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
panel = gini.BatchPanel(client, folder, to=pathlib.Path(tempfile.mkdtemp()) / "baseline")
panel
"""
COMPARE = """
def run(*values):
    return pd.DataFrame({"document": [*"abcd"], "group": "", "row": 0, "field": "iban", "value": list(values)})
truth = run("DE1", "DE2", "DE3", "DE4")
first, second = (gini.evaluate(run(*values), truth) for values in (("DE1", "x", "y", "z"), ("q", "DE2", "DE3", "z")))
gini.compare_view(gini.compare(first, second))
"""
CANARY = "DE02120300000000202051"


def test_T20_a_run_is_started_by_a_click_and_a_comparison_opens_its_values(
    notebook: Callable[..., NotebookPage], shots: Path
) -> None:
    opened = notebook(RUN, COMPARE, "sandbox.close()", "gini.LoginForm()", theme=DARK)
    cell = opened.run(0)
    cell.get_by_role("button", name="Start").click()
    cell.get_by_text("Finished; .batch has the tables.").wait_for(timeout=60_000)
    until(lambda: "4 read1 failed" in (cell.locator(".gini-legend").text_content() or ""), "the numbers")
    bar = cell.get_by_role("progressbar")
    assert (bar.get_attribute("aria-valuenow"), bar.get_attribute("aria-valuemax")) == ("5", "5")
    cell.get_by_role("button", name="Explore failed").click()
    cell.get_by_text("broken.pdf").filter(visible=True).first.wait_for()
    opened.shot(shots / "batch_panel_dark.png")
    view = opened.run(1)
    view.get_by_role("button", name="iban: show 2 fixed").click()
    until(lambda: "iban of b, correct" in " ".join(view.all_text_contents()), "the values that were fixed")
    assert view.locator("svg.gini-whisker").count() >= 2
    opened.shot(shots / "comparison_view_dark.png")
    # With three kinds of widgets and explorers, some of them shown twice, a notebook stays small.
    opened.run(3).get_by_label("Client id", exact=True).wait_for()
    again = opened.run(1)
    again.get_by_role("button", name="iban: show 2 fixed").click()
    until(lambda: "iban of b, correct" in " ".join(again.all_text_contents()), "the values again")
    text = opened.save()
    assert len(text) <= 80_000
    written = json.loads(text)
    assert CANARY not in json.dumps([written["metadata"], *(one["outputs"] for one in written["cells"])])
    opened.run(2)
