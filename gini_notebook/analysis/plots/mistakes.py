"""Pictures of mistakes: why values are wrong, and whether any slice is special."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.plots.drawing import (
    SMALL_SIZE,
    Panel,
    Paper,
    fitted,
    shortened,
    text_width,
    with_twin,
)
from gini_notebook.analysis.plots.fields import count_ticks
from gini_notebook.analysis.plots.layout import (
    FEWEST_VALUES,
    Axis,
    Column,
    Labels,
    Plane,
    Planes,
    Rows,
    Style,
    compose_planes,
    compose_rows,
    empty_picture,
    score_ticks,
)
from gini_notebook.analysis.plots.theme import HATCHES, Theme
from gini_notebook.analysis.plots.wording import Language, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.scores import Scores

# What a cause is called that none of the known ones is.
NO_CAUSE = "other"
FEWEST_SLICES = 6
LIMITS = ("limit_low_998", "limit_low_95", "limit_high_95", "limit_high_998")


def causes(
    result: "Evaluation",
    *,
    ax: "Axes | None" = None,
    top: int = 12,
    field: str | None = None,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw why values are wrong, as far as a cause was found.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    top
        How many causes, most frequent first. What has none is always there, last.
    field
        One field only.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A bar per cause. The twin is ``result.by_cause(field)`` added up over fields: ``cause``, ``count``, ``share`` of
        the wrong values.

    Raises
    ------
    SettingError
        If there is no such field, language or place of labels.

    Examples
    --------
    >>> ax = gini.plots.causes(result)
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    counted = result.by_cause(field).groupby("cause")["count"].sum()
    known = counted.drop(NO_CAUSE, errors="ignore").sort_values(ascending=False, kind="stable")
    table = known.reset_index()
    total = int(counted.sum())
    if total:
        rest = pd.DataFrame({"cause": [NO_CAUSE], "count": [int(counted.get(NO_CAUSE, 0))]})
        table = pd.concat([table.head(top), rest.astype(table.dtypes)], ignore_index=True)
    table["share"] = table["count"].astype("float64") / max(total, 1)
    finding = words.say("causes_title")
    if len(known) and total >= FEWEST_VALUES:
        first = {"share": words.percent(float(known.iloc[0]) / total), "cause": known.index[0]}
        finding = words.say("causes_finding", **first)
    heading = style.heading(finding)
    if not total:
        return empty_picture(style, heading, "no_wrong", table)
    named = [words.say("no_cause") if cause == NO_CAUSE else cause for cause in table["cause"]]
    columns = [
        Column(words.say("count"), [words.count(value) for value in table["count"]], bold=True),
        Column(words.say("share"), [words.percent(value) for value in table["share"]]),
    ]
    most = int(table["count"].max())
    plane = Plane((0.0, float(max(most, 1))), count_ticks(words, most), columns=columns)
    rows = Rows(named, [plane], heading, rule_at=len(table) - 1)
    drawn = compose_rows(rows, style)
    colours = drawn.paper.theme
    for place, count in enumerate(table["count"].tolist()[: drawn.shown]):
        found = table["cause"].iloc[place] != NO_CAUSE
        bar = drawn.panels[0].bar(0.0, float(count), place, drawn.thickness(), facecolor=colours.wrong, gid="wrong")
        if not found:
            bar.set(facecolor=colours.soft)
        else:
            bar.set(edgecolor=colours.paper, hatch=HATCHES["wrong"])
    return with_twin(drawn.paper.ax, table)


def slices(  # noqa: PLR0913 - options, all by keyword
    result: "Scores",
    by: str,
    documents: pd.DataFrame | None = None,
    *,
    ax: "Axes | None" = None,
    metric: str = "f1",
    zoom: bool = False,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw whether any slice of the documents is special: a funnel, or dots where there are fewer than six slices.

    A league table ranks chance: small slices are always first and last. In a funnel each slice stands at its number of
    documents, between the limits that 95 % and 99.8 % of slices of this size would keep if they were drawn from all
    documents (Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24, 2005).
    Where slices differ more than that throughout, the limits are widened (multiplicative over-dispersion, estimated
    without the outermost tenth on each side).

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    by
        The column whose values make the slices, as in :meth:`Evaluation.by_slice`.
    documents
        A table with ``document`` and the column; by default the documents table of the evaluation.
    metric
        ``"f1"``, ``"precision"`` or ``"recall"``, over all header fields.
    zoom
        Begin the axis of the score above 0; a note says where.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A dot per slice, named where it is outside of the limits of 99.8 %. The twin is ``result.by_slice(by,
        limits=metric)``.

    Raises
    ------
    SettingError
        If there is no such column, metric, language or place of labels.

    Examples
    --------
    >>> ax = gini.plots.slices(result, "source_classification")
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    table = result.by_slice(by, documents, limits=metric)
    table = table[table[metric].notna()].reset_index(drop=True)
    name = {"metric": words.say(metric), "column": by}
    if table.empty:
        return empty_picture(style, style.heading(words.say("slices_title", **name)), "no_slices", table)
    if len(table) < FEWEST_SLICES:
        return _slice_dots(style, table, metric, style.heading(words.say("slices_title", **name)))
    funnel = table.attrs["funnel"]
    scores = table[metric].to_numpy(dtype=float)
    outside = (scores < table["limit_low_998"]) | (scores > table["limit_high_998"])
    finding = words.say("slices_none", column=by)
    if outside.any():
        worst = table[outside].sort_values(metric).iloc[0]
        told = {"slice": _named(words, worst["slice"]), "score": words.score(worst[metric])}
        finding = words.say("slices_low", **name, **told)
    low = float(np.floor(max(min(scores.min(), float(table["limit_low_998"].min())), 0) * 10) / 10) if zoom else 0.0
    most = int(table["documents"].max())
    notes = [words.say("funnel_note", score=words.score(funnel["average"]))]
    notes += [words.say("funnel_wider", factor=words.score(funnel["factor"], 1))] if funnel["factor"] > 1 else []
    notes += [words.say("few_hollow")] if table["small"].any() else []
    notes += [words.say("zoomed", value=words.score(low, 2))] if low else []
    x = Axis((0.0, most * 1.04), count_ticks(words, most), words.say("in_slice"))
    y = Axis((low, 1.0), score_ticks(words, low), words.say(metric), broken=low > 0)
    paper, panels = compose_planes(Planes(x, y, style.heading(finding), notes=notes), style)
    _draw_funnel(panels[0], funnel, low)
    _draw_slices(paper, panels[0], table, metric, outside.to_numpy(dtype=bool))
    return with_twin(paper.ax, table)


def _named(words: Words, kind: object) -> str:
    return words.say("no_slice") if pd.isna(kind) else shortened(str(kind))


def _slice_dots(style: Style, table: pd.DataFrame, metric: str, heading: str | None) -> "Axes":
    """Draw a few slices as dots with their intervals."""
    words = style.words
    columns = [
        Column(words.say(metric), [words.score(value) for value in table[metric]], bold=True),
        Column("n", [words.count(value) for value in table["slots"]]),
    ]
    plane = Plane((0.0, 1.0), score_ticks(words), columns=columns)
    notes = [words.say("few_hollow")] if table["small"].any() else []
    drawn = compose_rows(Rows([_named(words, kind) for kind in table["slice"]], [plane], heading, notes=notes), style)
    theme, panel = drawn.paper.theme, drawn.panels[0]
    for place, row in enumerate(table.to_dict("records")[: drawn.shown]):
        colour = theme.soft if row["small"] else theme.correct
        panel.interval(row[f"{metric}_low"], row[f"{metric}_high"], place, colour)
        panel.dots([row[metric]], [place], colour, hollow=row["small"], gid="slice")
    return with_twin(drawn.paper.ax, table)


def _draw_funnel(panel: Panel, funnel: Mapping[str, Any], low: float) -> None:
    theme = panel.paper.theme
    sizes, average = np.array(funnel["documents"]), funnel["average"]
    shown = sizes <= panel.x[1]
    for name in LIMITS:
        dashes = "solid" if name.endswith("998") else (0, (3, 2))
        ends = np.maximum(np.array(funnel[name]), low)
        panel.line(sizes[shown], ends[shown], theme.soft, linestyle=dashes, linewidth=1.0, zorder=2, gid="limit")
    panel.line(panel.x, [average, average], theme.ink, linestyle=(0, (4, 3)), linewidth=1.0, zorder=2)


def _draw_slices(paper: Paper, panel: Panel, table: pd.DataFrame, metric: str, outside: npt.NDArray[np.bool_]) -> None:
    """Draw the dots, and the names of those outside where there is room."""
    theme = paper.theme
    small = table["small"].to_numpy(dtype=bool)
    x, y = table["documents"].to_numpy(dtype=float), table[metric].to_numpy(dtype=float)
    kinds = ((~small & ~outside, theme.correct, "o", False), (small, theme.soft, "o", True))
    for chosen, colour, marker, hollow in (*kinds, (~small & outside, theme.wrong, "X", False)):
        if chosen.any():
            panel.dots(x[chosen], y[chosen], colour, marker=marker, hollow=hollow, gid="slice", markersize=7.0)
    taken: list[tuple[float, float, float]] = []
    for place in np.flatnonzero(outside & ~small):
        text = fitted(_named(paper.words, table["slice"].iloc[place]), min(1.6, paper.width / 3), SMALL_SIZE)
        width = text_width(text, SMALL_SIZE)
        right = panel.at(x[place]) + 0.1 + width < panel.right
        left = panel.at(x[place]) + 0.1 if right else panel.at(x[place]) - 0.1 - width
        down = panel.down(y[place])
        if any(abs(down - b) < 0.14 and left < e and s < left + width for s, e, b in taken):
            continue
        taken.append((left, left + width, down))
        paper.write(left, down, text)
