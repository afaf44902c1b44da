"""How pictures are put together: rows with names, marks and columns of numbers; or one or more planes with two axes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from gini_notebook.analysis.plots.drawing import (
    DOT,
    MARGIN,
    NARROW,
    SMALL_SIZE,
    TEXT_SIZE,
    WIDTH,
    Panel,
    Paper,
    Ticks,
    fitted,
    open_paper,
    shortened,
    text_width,
    widest,
    with_twin,
    wrapped,
)
from gini_notebook.analysis.plots.theme import HATCHES, MARKERS, OUTCOMES, Outcome, Theme
from gini_notebook.analysis.plots.wording import Words
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Labels = Literal["auto", "outside", "inside"]
# Fewer values are drawn in grey and hollow, below a rule, and not ranked.
FEWEST_VALUES = 30
MOST_ROWS = 60
ROW, LINE, TICKS, HEAD = 0.30, 0.18, 0.22, 0.22
_LEAST_ROW, _LEAST_ROW_INSIDE = 0.165, 0.31
_GAP, _LEAST_PLANE = 0.42, 0.6


@dataclass(slots=True)
class Column:
    """Numbers beside the marks, right-aligned; one that can be spared is left out where marks would have no room."""

    header: str
    texts: Sequence[str]
    bold: bool = False
    spared: bool = False


@dataclass(slots=True)
class Plane:
    """Where marks of rows stand: how broad beside others, from where to where, and its ticks."""

    x: tuple[float, float]
    ticks: Ticks
    header: str = ""
    weight: float = 1.0
    columns: Sequence[Column] = ()


@dataclass(slots=True)
class Entry:
    """One entry of a legend: a bar (with a hatch) or a mark, in the colour of a role of the theme."""

    text: str
    role: str
    marker: str = ""
    hollow: bool = False
    hatch: str = ""


@dataclass(slots=True)
class Style:
    """What every picture is told: Axes, language, theme, title, and where names stand."""

    ax: "Axes | None"
    language: str
    theme: Theme | None
    title: str | bool | None
    labels: Labels = "auto"

    @property
    def words(self) -> Words:
        """The texts of the language."""
        return Words(self.language)

    def heading(self, finding: str) -> str | None:
        """Return the title: the one given, none, or the finding."""
        return self.title if isinstance(self.title, str) else None if self.title is False else finding


@dataclass(slots=True)
class Rows:
    """What a picture in rows has: names, planes, and what stands around them."""

    labels: Sequence[str]
    planes: Sequence[Plane]
    title: str | None
    legend: Sequence[Entry] = ()
    notes: Sequence[str] = ()
    rule_at: int | None = None
    bands: bool = False
    head: float | None = None
    width: float = WIDTH


@dataclass(slots=True)
class Drawn:
    """A picture in rows, ready for its marks: row ``i`` of a panel is at y = i."""

    paper: Paper
    panels: list[Panel]
    shown: int
    row: float
    notes: list[str] = field(default_factory=list)

    def thickness(self, inches: float = 0.15) -> float:
        """Return the thickness of a bar in rows."""
        return min(inches, self.row * 0.6) / self.row


def compose_rows(rows: Rows, style: Style) -> Drawn:
    """Write everything of a picture in rows but its marks."""
    if style.labels not in ("auto", "outside", "inside"):
        message = f"labels is {style.labels!r}; choose one of auto, outside, inside."
        raise SettingError(message)
    head = _head_height(rows)
    ticks = TICKS if any(plane.ticks for plane in rows.planes) else 0.0
    shown = min(len(rows.labels), MOST_ROWS)
    more = 1 if shown < len(rows.labels) else 0
    below = ticks + _foot_height(rows, rows.width) + 0.06
    above = (0.32 if rows.title else 0.12) + (0.2 if _long(rows.title, rows.width) else 0)
    paper = open_paper(
        style.ax,
        above + head + below + ROW * shown + LINE * more + 0.1,
        theme=style.theme,
        words=style.words,
        width=rows.width,
    )
    inside = style.labels == "inside" or (style.labels == "auto" and paper.narrow)
    paper.title(rows.title)
    below = ticks + _foot_height(rows, paper.width) + 0.06
    free = paper.height - paper.top - head - below
    least = _LEAST_ROW_INSIDE if inside else _LEAST_ROW
    if shown * least + more * LINE > free:
        shown = max(int((free - LINE) / least), 1)
        more = 1 if shown < len(rows.labels) else 0
    height = min(0.44 if inside else ROW, max(free - more * LINE, least) / max(shown, 1))
    drawn = Drawn(paper, [], shown, height)
    _place_planes(drawn, rows, head, inside=inside)
    if more:
        left = paper.words.say("more", count=paper.words.count(len(rows.labels) - shown))
        y = paper.top + head + height * shown + ticks + LINE / 2
        paper.write(MARGIN, y, fitted(left, paper.width - 2 * MARGIN, SMALL_SIZE), colour=paper.theme.soft)
    _foot(paper, paper.top + head + height * shown + ticks + LINE * more, rows.legend, rows.notes)
    return drawn


def _long(title: str | None, width: float) -> bool:
    return title is not None and len(wrapped(title, width - 2 * MARGIN - 0.1, 10.0, bold=True, most=2)) > 1


def _head_height(rows: Rows) -> float:
    if rows.head is not None:
        return rows.head
    named = any(plane.header or any(column.header for column in plane.columns) for plane in rows.planes)
    return HEAD if named else 0.04


def _place_planes(drawn: Drawn, rows: Rows, head: float, *, inside: bool) -> None:
    """Mark off the planes of a picture in rows, with names and columns beside them."""
    paper, shown = drawn.paper, drawn.shown
    labels = [shortened(name) for name in rows.labels[:shown]]
    room = 0.0 if inside else min(widest(labels, TEXT_SIZE) + 0.06, paper.width * 0.42)
    top, bottom = paper.top + head, paper.top + head + drawn.row * shown
    if rows.bands:
        for place in range(0, shown, 2):
            paper.ground(top + drawn.row * place, top + drawn.row * (place + 1))
    size = SMALL_SIZE if inside or drawn.row < 0.2 else TEXT_SIZE
    for place, name in enumerate(labels):
        if inside:
            y = top + drawn.row * place + 0.08
            paper.write(MARGIN, y, fitted(name, paper.width - 2 * MARGIN, size), fontsize=size)
        else:
            y = top + drawn.row * (place + 0.5)
            paper.write(MARGIN + room, y, fitted(name, room, size), ha="right", fontsize=size)
    left = MARGIN + (room + 0.12 if room else 0.0)
    free = paper.width - left - MARGIN - _GAP * (len(rows.planes) - 1)
    columns = _kept_columns(rows.planes, shown, free)
    free -= sum(width for of_plane in columns for _, width in of_plane)
    weight = sum(plane.weight for plane in rows.planes)
    # Marks stand in the lower half of a row whose name stands above them.
    lift = 0.5 if not inside else 1 - 0.11 / drawn.row
    for plane, beside in zip(rows.planes, columns, strict=True):
        right = left + max(free * plane.weight / weight, 0.25)
        panel = paper.panel(left, right, top, max(bottom, top + 0.05), plane.x, (max(shown, 1) - lift, -lift))
        drawn.panels.append(panel)
        panel.x_ticks(plane.ticks)
        if plane.header:
            over = right - left + sum(width for column, width in beside if not column.header)
            paper.write(left, top - 0.1, fitted(plane.header, over, SMALL_SIZE), colour=paper.theme.soft)
        for column, width in beside:
            right += width
            _write_column(drawn, column, panel, right)
        if rows.rule_at is not None and 0 < rows.rule_at < shown:
            edge = top + drawn.row * rows.rule_at
            y = panel.y[1] + (edge - top) / (bottom - top) * (panel.y[0] - panel.y[1])
            end = panel.x[0] + (right - left) / (panel.right - panel.left) * (panel.x[1] - panel.x[0])
            panel.line([panel.x[0], end], [y, y], paper.theme.soft, zorder=1)
        left = right + _GAP


def _kept_columns(planes: Sequence[Plane], shown: int, free: float) -> list[list[tuple[Column, float]]]:
    """Return the columns of each plane that there is room for, with their widths."""

    def width(column: Column) -> float:
        return widest([column.header, *column.texts[:shown]], SMALL_SIZE, bold=column.bold) + 0.12

    columns = [[(column, width(column)) for column in plane.columns] for plane in planes]
    if free - sum(one for of_plane in columns for _, one in of_plane) >= _LEAST_PLANE * len(planes):
        return columns
    return [[(column, one) for column, one in of_plane if not column.spared] for of_plane in columns]


def _write_column(drawn: Drawn, column: Column, panel: Panel, right: float) -> None:
    paper = drawn.paper
    if column.header:
        paper.write(right, panel.top - 0.1, column.header, ha="right", colour=paper.theme.soft)
    for place, text in enumerate(column.texts[: drawn.shown]):
        colour = paper.theme.ink if column.bold else paper.theme.soft
        paper.write(right, panel.down(place), text, ha="right", bold=column.bold, colour=colour)


def empty_picture(style: Style, heading: str | None, reason: str, table: "pd.DataFrame", **values: object) -> "Axes":
    """Say that there is nothing to draw, and why."""
    paper = open_paper(style.ax, 0.6 + HEAD, theme=style.theme, words=style.words)
    paper.title(heading)
    text = paper.words.say("nothing", reason=paper.words.say(reason, **values))
    for line in wrapped(text, paper.width - 2 * MARGIN, TEXT_SIZE, most=6):
        paper.write(MARGIN, paper.top + 0.1, line, fontsize=TEXT_SIZE, colour=paper.theme.soft)
        paper.top += 0.17
    return with_twin(paper.ax, table)


@dataclass(slots=True)
class Axis:
    """One axis of a plane: from where to where, ticks, what it is of, and whether it begins above 0."""

    limits: tuple[float, float]
    ticks: Ticks
    label: str
    broken: bool = False


@dataclass(slots=True)
class Planes:
    """What a picture with two axes has; with several headings, it is drawn once for each."""

    x: Axis
    y: Axis
    title: str | None
    legend: Sequence[Entry] = ()
    notes: Sequence[str] = ()
    headings: Sequence[str] = ("",)
    height: float = 3.6


def compose_planes(planes: Planes, style: Style) -> tuple[Paper, list[Panel]]:
    """Write everything of a picture with two axes but its marks; return a panel for each heading that has room."""
    across = min(3, len(planes.headings))
    paper = open_paper(
        style.ax,
        0.6
        + (planes.height - 0.6) * (1 if across == len(planes.headings) == 1 else 0.75 * ceil(len(planes.headings) / 3)),
        theme=style.theme,
        words=style.words,
    )
    across = 1 if paper.narrow else across
    paper.title(planes.title)
    foot = _foot_height(planes, paper.width) + 0.06
    free = paper.height - paper.top - foot
    down = max(min(ceil(len(planes.headings) / across), int(free / 1.1)), 1)
    margin = widest((text for _, text in planes.y.ticks), SMALL_SIZE) + 0.1
    width = (paper.width - 2 * MARGIN) / across
    panels = []
    for place in range(min(len(planes.headings), across * down)):
        left = MARGIN + width * (place % across)
        top = paper.top + free / down * (place // across)
        room = width - margin - (0.16 if across > 1 else 0.06)
        heading = planes.headings[place]
        if heading:
            paper.write(left, top + 0.09, fitted(heading, width - 0.1, SMALL_SIZE, bold=True), bold=True)
        over = top + (0.24 if heading else 0.08)
        paper.write(left, over, fitted(planes.y.label, width - 0.1, SMALL_SIZE), colour=paper.theme.soft)
        bottom = top + free / down - (0.44 if planes.x.label else 0.26)
        panel = paper.panel(left + margin, left + margin + room, over + 0.2, bottom, planes.x.limits, planes.y.limits)
        panel.y_ticks(planes.y.ticks)
        panel.x_ticks(planes.x.ticks, grid=False)
        if planes.y.broken:
            paper.write(panel.left, panel.bottom - 0.09, "//", ha="center", bold=True)
        label = fitted(planes.x.label, room + margin - 0.05, SMALL_SIZE)
        paper.write(panel.right, panel.bottom + 0.28, label, ha="right", colour=paper.theme.soft)
        panels.append(panel)
    if len(panels) < len(planes.headings):
        more = paper.words.say("more", count=len(planes.headings) - len(panels))
        paper.write(MARGIN, paper.height - foot - 0.16, more, colour=paper.theme.soft)
    _foot(paper, paper.height - foot, planes.legend, planes.notes)
    return paper, panels


def _foot_height(spec: Rows | Planes, width: float) -> float:
    return LINE * (_legend_lines(spec.legend, width) + len(_note_lines(spec.notes, width))) + (
        0.04 if spec.legend else 0
    )


def _note_lines(notes: Sequence[str], width: float) -> list[str]:
    return wrapped(
        " ".join(filter(None, notes)), width - 2 * MARGIN, _note_size(width), most=6 if width < NARROW else 3
    )


def _note_size(width: float) -> float:
    return SMALL_SIZE if width >= NARROW else 7.0


def _entry_width(entry: Entry) -> float:
    return text_width(entry.text, SMALL_SIZE) + 0.42


def _legend_lines(legend: Sequence[Entry], width: float) -> int:
    lines, used = (1 if legend else 0), 0.0
    for entry in legend:
        needed = _entry_width(entry)
        if used and used + needed > width - 2 * MARGIN:
            lines, used = lines + 1, 0.0
        used += needed
    return lines


def _foot(paper: Paper, top: float, legend: Sequence[Entry], notes: Sequence[str]) -> None:
    """Write legend and notes below everything else."""
    x, y = MARGIN, top + 0.11
    for entry in legend:
        needed = _entry_width(entry)
        if x > MARGIN and x + needed > paper.width - MARGIN:
            x, y = MARGIN, y + LINE
        _key(paper, x, y, entry)
        paper.write(x + 0.24, y, entry.text)
        x += needed
    y += LINE + 0.04 if legend else 0.0
    for line in _note_lines(notes, paper.width):
        paper.write(MARGIN, y, line, colour=paper.theme.soft, fontsize=_note_size(paper.width))
        y += LINE


def _key(paper: Paper, x: float, y: float, entry: Entry) -> None:
    """Draw the mark of an entry of the legend."""
    colour = str(getattr(paper.theme, entry.role))
    if entry.marker:
        mark = Line2D(
            [(x + 0.1) / paper.width],
            [1 - y / paper.height],
            marker=entry.marker,
            markersize=DOT - 1,
            linestyle="none",
            color=colour,
            markerfacecolor=paper.theme.paper if entry.hollow else colour,
            markeredgewidth=1.6 if entry.hollow else 0.6,
            transform=paper.ax.transAxes,
        )
        paper.add(mark)
        return
    filled = not entry.hollow
    paper.add(
        Rectangle(
            (x / paper.width, 1 - (y + 0.05) / paper.height),
            0.18 / paper.width,
            0.1 / paper.height,
            transform=paper.ax.transAxes,
            facecolor=colour if filled else paper.theme.paper,
            edgecolor=paper.theme.paper if entry.hatch else colour,
            hatch=entry.hatch or None,
            linewidth=0.0 if entry.hatch else 1.4,
        )
    )


def outcome_bars(words: Words, outcomes: Sequence[Outcome] = OUTCOMES) -> list[Entry]:
    """Return the legend of strips of outcomes."""
    return [Entry(words.say(one), one, hollow=one == "missing", hatch=HATCHES[one]) for one in outcomes]


def outcome_marks(words: Words, outcomes: Sequence[Outcome]) -> list[Entry]:
    """Return the legend of marks of outcomes."""
    return [Entry(words.say(one), one, MARKERS[one], hollow=one == "missing") for one in outcomes]


def share_ticks(words: Words, low: float = 0.0) -> Ticks:
    """Return the ticks of a share of everything, from ``low`` to 1."""
    return [(low + (1 - low) * step / 4, words.percent(low + (1 - low) * step / 4)) for step in range(5)]


def score_ticks(words: Words, low: float = 0.0) -> Ticks:
    """Return the ticks of a score, from ``low`` to 1."""
    return [(low + (1 - low) * step / 4, words.score(low + (1 - low) * step / 4, 2)) for step in range(5)]
