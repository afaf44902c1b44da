"""The picture of confidence by slice, by its artists."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from gini_notebook.analysis import plots
from gini_notebook.analysis.evaluation import evaluate


def test_confidence_by_slice_has_a_bar_per_slice_grey_where_small_and_the_target():
    random = np.random.default_rng(0)
    names = [f"d{number:04}" for number in range(2_000)]
    confidence = random.beta(4, 1, 2_000)
    value = np.where(random.random(2_000) < confidence, "1", "0")
    found = pd.DataFrame({"document": names, "field": "iban", "value": value, "confidence": confidence})
    kind = np.where(np.arange(2_000) < 20, "$fax$", np.where(np.arange(2_000) < 1_000, "pdf", None))
    result = evaluate(found, found[["document", "field"]].assign(value="1"))
    slices = result.confidence_by_slice("kind", pd.DataFrame({"document": names, "kind": kind}), target=0.85)
    axes = plots.confidence_by_slice(slices, ax=Figure().add_subplot())
    assert "one-sided 95 % lower bound" in axes.get_xlabel()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["$fax$", "pdf", "no value"]
    assert not axes.get_yticklabels()[0].get_parse_math()
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == np.nan_to_num(slices["precision"]).tolist()
    colours = [bar.get_facecolor() for bar in axes.patches]
    assert colours[0] != colours[1] == colours[2]
    assert [text.get_text().split("  ")[0] for text in axes.texts] == slices["status"].tolist()
    lines = [line.get_xdata() for line in axes.lines]
    assert [0.85, 0.85] in [list(line) for line in lines]
    for low, at in slices[["precision_low", "precision"]].iloc[1:].to_numpy().tolist():
        assert [low, at] in [list(line) for line in lines]


def test_pictures_say_how_sure_their_intervals_are():
    names = [f"d{number:02}" for number in range(40)]
    found = pd.DataFrame({"document": names, "field": "iban", "value": "1", "confidence": 0.9})
    result = evaluate(found, found[["document", "field"]].assign(value="1"))
    axes = plots.field_scores(result, ax=Figure().add_subplot(), confidence_level=0.8)
    assert axes.get_xlabel().startswith("F1 with 80 % interval")
    assert axes.lines[0].get_xdata()[0] == result.by_field(confidence_level=0.8)["f1_low"].iloc[0]
    slices = result.confidence_by_field(confidence_level=0.999)
    assert "one-sided 99.9 % lower" in plots.confidence_by_slice(slices, ax=Figure().add_subplot()).get_xlabel()
