"""The paper that pictures are drawn on: everything within the box of the Axes, so that neighbours never collide.

Places are inches from the upper left corner of that box. Names, numbers and ticks are texts of the picture itself; the
axis of the Axes is not shown, and neither figure nor neighbours nor rcParams are touched. Marks stand in a
:class:`Panel`, a rectangle on the paper with data of its own; the first panel is that of the Axes' data, so that
``ax.axvline(0.9)`` means 0.9.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, Transform

from gini_notebook._text import printable
from gini_notebook.analysis.plots.theme import Theme, theme_of
from gini_notebook.analysis.plots.wording import Words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Text

WIDTH, WIDE = 7.2, 10.4
# Narrower Axes have the names of rows above the marks instead of beside them.
NARROW = 4.2
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 10.0, 9.0, 8.0
DOT, BAND, RULE = 8.0, 5.0, 0.8
# Names that are longer are cut in the middle: the longest labels of the service have 52 with their compound.
LONGEST_NAME = 56
MARGIN, _EDGE = 0.14, 0.05
Ticks = Sequence[tuple[float, str]]


@dataclass(slots=True)
class Paper:
    """The box of some Axes, in inches, and how much of it is still free."""

    ax: "Axes"
    theme: Theme
    words: Words
    width: float
    height: float
    top: float = 0.06
    bottom: float = field(default=0.0)
    panels: list["Panel"] = field(default_factory=list)

    @property
    def narrow(self) -> bool:
        """Whether there is no room for names beside the marks."""
        return self.width < NARROW

    def write(
        self, x: float, y: float, text: str, *, bold: bool = False, colour: str | None = None, **how: Any
    ) -> "Text":
        """Write a text, never as mathematics."""
        how = {"fontsize": SMALL_SIZE, "va": "center", "ha": "left", "zorder": 5, **how}
        text_artist = self.ax.text(
            x / self.width,
            1 - y / self.height,
            text,
            transform=self.ax.transAxes,
            parse_math=False,
            color=colour or self.theme.ink,
            fontweight="bold" if bold else "normal",
            **how,
        )
        # It lies within the box, which layouts need not know; while they try sizes, it would seem not to.
        text_artist.set_in_layout(False)
        return text_artist

    def add(self, artist: Line2D | Rectangle) -> None:
        """Add a mark that lies within the box."""
        artist.set_clip_on(False)
        artist.set_in_layout(False)
        if isinstance(artist, Line2D):
            self.ax.add_line(artist)
        else:
            self.ax.add_patch(artist)

    def title(self, text: str | None) -> None:
        """Write the title on up to two lines from the top."""
        for line in wrapped(text or "", self.width - 2 * MARGIN, TITLE_SIZE, bold=True, most=2):
            self.write(MARGIN, self.top + 0.1, line, bold=True, fontsize=TITLE_SIZE)
            self.top += 0.2
        self.top += 0.06

    def panel(  # noqa: PLR0917 - a rectangle
        self, left: float, right: float, top: float, bottom: float, x: tuple[float, float], y: tuple[float, float]
    ) -> "Panel":
        """Mark off a rectangle for data from ``x[0]`` (left) to ``x[1]`` and ``y[0]`` (bottom) to ``y[1]``."""
        right, bottom = max(right, left + 0.2), max(bottom, top + 0.05)
        xs = _placed(left / self.width, right / self.width, *x)
        ys = _placed(1 - bottom / self.height, 1 - top / self.height, *y)
        shared = (self.ax.get_shared_x_axes(), self.ax.get_shared_y_axes())
        alone = all(len(group.get_siblings(self.ax)) == 1 for group in shared)
        transform: Transform = self.ax.transData
        if self.panels or not alone:
            transform = Affine2D().scale(xs[0], ys[0]).translate(xs[1], ys[1]) + self.ax.transAxes
        else:
            self.ax.set_xlim(-xs[1] / xs[0], (1 - xs[1]) / xs[0])
            self.ax.set_ylim(-ys[1] / ys[0], (1 - ys[1]) / ys[0])
        made = Panel(self, left, right, top, bottom, x, y, transform)
        self.panels.append(made)
        return made

    def ground(self, top: float, bottom: float) -> None:
        """Shade a row over the whole width."""
        self.add(
            Rectangle(
                (MARGIN / 2 / self.width, 1 - bottom / self.height),
                1 - MARGIN / self.width,
                (bottom - top) / self.height,
                transform=self.ax.transAxes,
                facecolor=self.theme.band,
                edgecolor="none",
                zorder=0,
            )
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle of the paper with data of its own."""

    paper: Paper
    left: float
    right: float
    top: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]
    transform: Transform

    def at(self, x: float) -> float:
        """Return how far from the left of the paper a value lies."""
        return self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def down(self, y: float) -> float:
        """Return how far from the top of the paper a value lies."""
        return self.bottom - (y - self.y[0]) / (self.y[1] - self.y[0]) * (self.bottom - self.top)

    def line(self, xs: Iterable[float], ys: Iterable[float], colour: str, **how: Any) -> Line2D:
        """Draw a line."""
        how = {"linewidth": RULE, "zorder": 3, "solid_capstyle": "butt", **how}
        line = Line2D(list(xs), list(ys), color=colour, transform=self.transform, **how)
        self.paper.add(line)
        return line

    def dots(
        self, xs: Iterable[float], ys: Iterable[float], colour: str, *, hollow: bool = False, **how: Any
    ) -> Line2D:
        """Draw dots, hollow ones filled with the paper."""
        face = self.paper.theme.paper if hollow else colour
        how = {"marker": "o", "markersize": DOT, "markeredgewidth": 1.6 if hollow else 0.6, "zorder": 4, **how}
        return self.line(xs, ys, colour, linestyle="none", markerfacecolor=face, markeredgecolor=colour, **how)

    def interval(self, low: float, high: float, y: float, colour: str) -> None:
        """Draw an interval: a broad band that is seen at once, and a thin line whose ends are seen in full."""
        if not (isnan(low) or isnan(high)):
            self.line([low, high], [y, y], colour, linewidth=BAND, alpha=0.42, zorder=2)
            self.line([low, high], [y, y], colour, linewidth=1.0, zorder=3)

    def bar(self, start: float, end: float, y: float, thickness: float, **how: Any) -> Rectangle:
        """Draw a bar along x."""
        how = {"linewidth": 0.0, "zorder": 2, **how}
        bar = Rectangle((start, y - thickness / 2), end - start, thickness, transform=self.transform, **how)
        self.paper.add(bar)
        return bar

    def x_ticks(self, ticks: Ticks, *, grid: bool = True) -> None:
        """Write ticks below, as many as there is room for, each with a thin line."""
        for value, text in _with_room(ticks, self.right - self.left, max(abs(self.x[1] - self.x[0]), 1e-12)):
            place = self.at(value)
            half = text_width(text, SMALL_SIZE) / 2
            place = min(max(place, half + 0.02), self.paper.width - half - 0.02)
            self.paper.write(place, self.bottom + 0.11, text, ha="center", colour=self.paper.theme.soft)
            if grid:
                self.line([value, value], self.y, self.paper.theme.rule, zorder=1)

    def y_ticks(self, ticks: Ticks) -> None:
        """Write ticks on the left, each with a thin line."""
        last = None
        for value, text in sorted(ticks, reverse=self.y[1] > self.y[0]):
            place = self.down(value)
            self.line(self.x, [value, value], self.paper.theme.rule, zorder=1)
            if last is None or place - last > 0.14:
                self.paper.write(self.left - 0.06, place, text, ha="right", colour=self.paper.theme.soft)
                last = place


def open_paper(ax: "Axes | None", height: float, *, theme: Theme | None, words: Words, width: float = WIDTH) -> Paper:
    """Take the Axes given, or those of a new figure of this size; hide their axis."""
    if ax is None:
        # Of pyplot, so that notebooks show it; everything else is drawn without.
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=(width, height))
        edge = _EDGE / width, _EDGE / height
        ax = figure.add_axes((edge[0], edge[1], 1 - 2 * edge[0], 1 - 2 * edge[1]))
        if theme is not None:
            figure.set_facecolor(theme.paper)
            ax.set_facecolor(theme.paper)
    ax.xaxis.set_visible(False)
    ax.yaxis.set_visible(False)
    ax.spines[:].set_visible(False)
    ax.set_autoscale_on(False)
    dpi = ax.figure.dpi
    return Paper(ax, theme_of(ax, theme), words, ax.bbox.width / dpi, ax.bbox.height / dpi)


def with_twin(ax: "Axes", table: "pd.DataFrame") -> "Axes":
    """Attach the table that holds what is drawn."""
    ax.gini_table = table  # type: ignore[attr-defined] # Axes take attributes, and a twin is found beside its picture
    return ax


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """Cut a name in the middle if it is too long."""
    name = printable(name)
    if len(name) <= longest:
        return name
    front = (longest - 1) // 2 + (longest - 1) % 2
    return f"{name[:front]}…{name[len(name) - (longest - 1 - front) :]}"


def fitted(name: str, inches: float, size: float, *, bold: bool = False) -> str:
    """Cut a name in the middle until there is room for it."""
    name = shortened(name)
    low, high = 1, len(name)
    if text_width(name, size, bold=bold) <= inches:
        return name
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(shortened(name, middle), size, bold=bold) <= inches:
            low = middle
        else:
            high = middle - 1
    return shortened(name, low)


def wrapped(text: str, inches: float, size: float, *, bold: bool = False, most: int = 3) -> list[str]:
    """Break a text into lines; what is too much for the last line ends in an ellipsis."""
    lines: list[str] = []
    for word in printable(text).split(" ") if text else []:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= inches:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    return [fitted_end(line, inches, size, bold=bold) for line in lines]


def fitted_end(text: str, inches: float, size: float, *, bold: bool = False) -> str:
    """Cut a text at its end until there is room for it."""
    while len(text) > 1 and text_width(text, size, bold=bold) > inches:
        text = f"{text.removesuffix('…')[:-1].rstrip()}…"
    return text


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in inches, a little more than it is."""
    return _measured(text, bold, str(mpl.rcParams["font.family"]) + str(mpl.rcParams["font.sans-serif"][:2])) * size


@cache
def _measured(text: str, bold: bool, family: str) -> float:
    del family
    font = FontProperties(size=100, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 100 / 72 * 1.03


def widest(texts: Iterable[str], size: float, *, bold: bool = False) -> float:
    """Return the width of the widest text in inches."""
    return max((text_width(text, size, bold=bold) for text in texts), default=0.0)


def _placed(start: float, end: float, low: float, high: float) -> tuple[float, float]:
    """Return scale and offset that bring data to fractions of the Axes."""
    scale = (end - start) / ((high - low) or 1.0)
    return scale, start - low * scale


def _with_room(ticks: Ticks, inches: float, span: float) -> Ticks:
    """Leave out every second tick until the others stand apart."""
    while len(ticks) > 2:
        per_inch = inches / span
        if all(
            abs(b[0] - a[0]) * per_inch > (text_width(a[1], SMALL_SIZE) + text_width(b[1], SMALL_SIZE)) / 2 + 0.06
            for a, b in pairwise(ticks)
        ):
            break
        ticks = ticks[::2]
    if (
        len(ticks) == 2
        and abs(ticks[1][0] - ticks[0][0]) * inches / span < widest((t for _, t in ticks), SMALL_SIZE) + 0.06
    ):
        ticks = ticks[:1]
    return ticks
