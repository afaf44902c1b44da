"""Colours: two palettes that people with any colour vision can tell apart, chosen by the face that is drawn on."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from gini_notebook.analysis.plots.theme import DARK, LIGHT, OUTCOMES, Theme, contrast, face_of, theme_of, visible

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency" (IEEE
# Transactions on Visualization and Computer Graphics 15, 2009), severity 1; for linear RGB.
VIEWS = {
    "normal": np.eye(3),
    "protanope": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranope": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanope": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, view: str) -> np.ndarray:
    """Return a colour as somebody sees it, in CIELAB."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VIEWS[view]) @ linear, 0, 1)
    ratio = TO_XYZ @ seen / (TO_XYZ @ np.ones(3))
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_outcomes_are_told_apart_by_everybody(theme: Theme, view: str) -> None:
    least = min(
        float(np.linalg.norm(lab(theme.of(a), view) - lab(theme.of(b), view))) for a, b in combinations(OUTCOMES, 2)
    )
    assert least >= 25, least


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_have_a_contrast_of_3_and_texts_of_4_5_to_the_paper(theme: Theme) -> None:
    for outcome in OUTCOMES:
        assert contrast(theme.of(outcome), theme.paper) >= 3, outcome
    texts = ("ink", "soft", "wrong_text", "missing_text", "spurious_text", "accent", "passed", "failed")
    for name in texts:
        assert contrast(getattr(theme, name), theme.paper) >= 4.5, name


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#4a8db7", "#ffffff") == pytest.approx(3.6, abs=0.05)


@pytest.mark.parametrize(
    ("face", "around", "dark"),
    [
        ("#ffffff", "#000000", False),
        ("#12171e", "#ffffff", True),
        ("none", "#000000", True),
        ("none", "#ffffff", False),
        ((1, 1, 1, 0.2), "#000000", True),
        ("#E5E5E5", "#ffffff", False),
    ],
)
def test_the_theme_follows_the_face(face: object, around: str, dark: bool) -> None:
    axes = Figure(facecolor=around).add_subplot(facecolor=face)
    found = theme_of(axes)
    assert (contrast(found.ink, "#ffffff") < contrast(found.ink, "#000000")) == dark
    assert found.paper == face_of(axes)


@pytest.mark.parametrize("face", ["#E5E5E5", "#EAEAF2", "#808080", "#444444", "#ffe0c0", "#000000"])
def test_roles_move_until_they_show_on_any_face(face: str) -> None:
    axes = Figure().add_subplot(facecolor=face)
    theme = theme_of(axes)
    for outcome in OUTCOMES:
        assert contrast(theme.of(outcome), face) >= 3, outcome
    assert contrast(theme.soft, face) >= 4.5


def test_a_theme_of_ones_own_is_taken_as_it_is() -> None:
    axes = Figure().add_subplot(facecolor="#000000")
    assert theme_of(axes, LIGHT) is LIGHT


def test_what_shows_enough_is_not_moved() -> None:
    assert visible("#1b2430", "#ffffff", 4.5) == "#1b2430"
    assert theme_of(Figure().add_subplot(facecolor="white")) is LIGHT
