"""Every picture, with 0, 1, 7 and 40 rows, in five styles, alone and beside another: nothing collides, all shows."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from gini_notebook.analysis import plots
from gini_notebook.analysis.plots.theme import contrast, face_of, theme_of
from tests.analysis.plots.plot_samples import batch, comparison, evaluation, past, planned, remembered

ROWS = (0, 1, 7, 40)
STYLES = ("default", "dark_background", "ggplot", "grayscale", "seaborn-v0_8")
DPI = 72
Draw = Callable[..., Axes]
PICTURES: dict[str, Draw] = {
    "automation": lambda rows, **how: plots.automation(remembered(planned, rows), **how),
    "field_scores": lambda rows, **how: plots.field_scores(remembered(evaluation, rows), target=0.9, **how),
    "outcomes": lambda rows, **how: plots.outcomes(remembered(evaluation, rows), **how),
    "patterns": lambda rows, **how: plots.patterns(remembered(evaluation, rows), top=rows, by="kind", **how),
    "causes": lambda rows, **how: plots.causes(remembered(evaluation, rows), **how),
    "slices": lambda rows, **how: plots.slices(remembered(evaluation, rows), "kind", **how),
    "confidence": lambda rows, **how: plots.confidence(remembered(evaluation, rows), target=0.8, **how),
    "reliability": lambda rows, **how: plots.reliability(remembered(evaluation, rows), bins=max(rows, 1), **how),
    "candidates": lambda rows, **how: plots.candidates(remembered(evaluation, rows), **how),
    "line_items": lambda rows, **how: plots.line_items(remembered(evaluation, rows), **how),
    "comparison": lambda rows, **how: plots.comparison(remembered(comparison, rows), **how),
    "changes": lambda rows, **how: plots.changes(remembered(comparison, rows), **how),
    "trend": lambda rows, **how: plots.trend(remembered(past, rows), **how),
    "times": lambda rows, **how: plots.times(batch(rows), **how),
    "times by slice": lambda rows, **how: plots.times(batch(rows), by="kind", **how),
    "throughput": lambda rows, **how: plots.throughput(batch(rows), **how),
    "confidence_by_slice": lambda rows, **how: plots.confidence_by_slice(by_field(rows), **how),
}


def by_field(rows: int) -> Any:
    return remembered(evaluation, max(rows, 1)).confidence_by_field(target=0.8).head(rows)


@pytest.fixture(autouse=True)
def _pyplot() -> Iterator[None]:
    mpl.use("Agg")
    with mpl.rc_context():
        yield
    plt.close("all")


def corners(text: Text, renderer: Any) -> np.ndarray:
    """Return the corners of a text, also of one that is turned about its lower left one."""
    box = text.get_window_extent(renderer)
    angle = text.get_rotation()
    if angle in (0, 90):
        return np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])
    text.set_rotation(0)
    flat = text.get_window_extent(renderer)
    text.set_rotation(angle)
    x, y = text.get_transform().transform(text.get_position())
    square = np.array([[0, 0], [flat.width, 0], [flat.width, flat.height], [0, flat.height]])
    turn = np.radians(angle)
    return square @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + (x, y)


def overlap(one: np.ndarray, other: np.ndarray, slack: float) -> bool:
    """Whether two convex quadrangles overlap by more than a little: no line parts them."""
    for shape in (one, other):
        for side in (shape[1] - shape[0], shape[2] - shape[1]):
            normal = np.array([-side[1], side[0]]) / max(float(np.hypot(*side)), 1e-9)
            a, b = one @ normal, other @ normal
            if a.max() < b.min() + slack or b.max() < a.min() + slack:
                return False
    return True


def texts_of(axes: Axes) -> list[Text]:
    shown = [text for text in axes.findobj(Text) if text.get_visible() and text.get_text().strip()]
    hidden = {id(text) for axis in (axes.xaxis, axes.yaxis) if not axis.get_visible() for text in axis.findobj(Text)}
    return [text for text in shown if id(text) not in hidden]


def check_places(axes: Axes) -> None:
    """No text leaves the box of its Axes, and none lies over another."""
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    box = axes.get_window_extent(renderer)
    texts = texts_of(axes)
    shapes = [corners(text, renderer) for text in texts]
    for text, shape in zip(texts, shapes, strict=True):
        inside = shape.min(axis=0) >= (box.x0 - 1, box.y0 - 1), shape.max(axis=0) <= (box.x1 + 1, box.y1 + 1)
        assert all(map(np.all, inside)), (text.get_text(), shape.tolist(), box.extents.tolist())
    low, high = (np.array([end(shape, axis=0) for shape in shapes]) for end in (np.min, np.max))
    near = (low[:, None] < high[None] - 0.03 * DPI).all(axis=2)
    for one, other in np.argwhere(np.triu(near & near.T, k=1)).tolist():
        assert not overlap(shapes[one], shapes[other], 0.03 * DPI), (texts[one].get_text(), texts[other].get_text())


def check_contrast(axes: Axes) -> None:
    """Texts and marks have a contrast of 3 to what is behind them; thin lines that only lead the eye need not."""
    face, theme = face_of(axes), theme_of(axes)
    bars = [bar for bar in axes.patches if bar.get_gid()]
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    for text in texts_of(axes):
        behind = text.get_bbox_patch()
        ground = face if behind is None else to_hex(behind.get_facecolor())
        middle = text.get_window_extent(renderer).get_points().mean(axis=0)
        if behind is None:
            for bar in bars:
                if bar.get_window_extent(renderer).contains(*middle):
                    ground = to_hex(bar.get_facecolor())
        assert contrast(to_hex(text.get_color()), ground) >= 3, (text.get_text(), ground)
    for line in axes.lines:
        if to_hex(line.get_color()) != to_hex(theme.rule):
            assert contrast(to_hex(line.get_color()), face) >= 3, line.get_gid()
    for bar in bars:
        colour = bar.get_edgecolor() if to_hex(bar.get_facecolor()) == to_hex(theme.paper) else bar.get_facecolor()
        assert contrast(to_hex(colour), face) >= 3, bar.get_gid()


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("style", STYLES)
def test_J1_nothing_collides_and_everything_shows(name: str, style: str) -> None:
    with plt.style.context(style):
        plt.rcParams["figure.dpi"] = DPI
        for rows in ROWS:
            _, beside = Figure(dpi=DPI).subplots(1, 2)
            for axes in (PICTURES[name](rows), PICTURES[name](rows, ax=beside, language="de")):
                check_places(axes)
                check_contrast(axes)
                assert axes.gini_table is not None
            plt.close("all")


@pytest.mark.parametrize("name", PICTURES)
def test_the_neighbour_the_figure_and_rcparams_stay_as_they_are(name: str) -> None:
    figure = Figure(dpi=DPI)
    left, right = figure.subplots(1, 2)
    before = dict(mpl.rcParams), figure.get_size_inches().tolist(), left.get_xlim(), left.get_position().bounds
    assert PICTURES[name](7, ax=right) is right
    after = dict(mpl.rcParams), figure.get_size_inches().tolist(), left.get_xlim(), left.get_position().bounds
    assert after == before
    assert not left.lines
    assert not left.patches
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", PICTURES)
def test_without_rows_a_picture_says_why(name: str) -> None:
    axes = PICTURES[name](0, ax=Figure(dpi=DPI).add_subplot())
    said = " ".join(text.get_text() for text in texts_of(axes))
    # An evaluation has a field and a document at least, of which a picture says that there is nothing in them.
    assert "nothing to draw: " in said or name in ("field_scores", "outcomes", "patterns", "reliability"), said
    assert not [line for line in axes.lines if line.get_gid()]


@pytest.mark.parametrize("name", PICTURES)
def test_a_title_can_be_ones_own_or_none(name: str) -> None:
    axes = PICTURES[name](7, ax=Figure(dpi=DPI).add_subplot(), title="a $title$ of mine")
    assert "a $title$ of mine" in [text.get_text() for text in texts_of(axes)]
    bare = PICTURES[name](7, ax=Figure(dpi=DPI).add_subplot(), title=False)
    assert len(texts_of(bare)) < len(texts_of(axes))
    assert [text.get_parse_math() for text in texts_of(axes)] == [False] * len(texts_of(axes))


# Characters beyond ASCII that Arial, Helvetica and their twins have; a style may choose one of these fonts.
EVERYWHERE = set("×ßäöüÄÖÜ–“„…→−▲○●♦≤≥·±€\u00a0\u202f")


def test_pictures_write_with_characters_that_every_font_has() -> None:
    written = {character for file in Path(plots.__file__).parent.glob("*.py") for character in _texts(file)}
    assert {character for character in written if not character.isascii()} <= EVERYWHERE


def _texts(file: Path) -> str:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return "".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
