"""Every page of the gallery runs, shows one picture or more, and ends in the table that is drawn."""

import runpy
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from gini_notebook import plots

GALLERY = Path(__file__).resolve().parent.parent / "docs" / "gallery"
PAGES = sorted(path.stem for path in GALLERY.glob("[a-z]*.py"))


def test_every_picture_has_a_page() -> None:
    pictures = [name for name in plots.__all__ if name.islower()]
    assert pictures == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("Agg")
    monkeypatch.syspath_prepend(GALLERY)
    try:
        made = runpy.run_path(str(GALLERY / f"{page}.py"))
        assert plt.get_fignums()
        axes = made["figure"].axes[0] if page == "overview" else made["axes"]
        assert len(axes.gini_table)
    finally:
        plt.close("all")
