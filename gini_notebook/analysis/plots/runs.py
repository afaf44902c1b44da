"""Pictures of several runs: which of two is better, what was fixed and broken, and whether a number moves over runs."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gini_notebook._german import breaks_in_german
from gini_notebook.analysis.plots.drawing import MARGIN, SMALL_SIZE, Panel, Paper, fitted, text_width, with_twin
from gini_notebook.analysis.plots.fields import count_ticks
from gini_notebook.analysis.plots.layout import (
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
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.history import History

_INK = {"better": "passed", "worse": "failed"}
_FORMS = {"better": "^", "worse": "v"}


def comparison(
    compared: "Comparison",
    *,
    ax: "Axes | None" = None,
    group: str | None = "",
    confidence_level: float = 0.95,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw which of two runs is better: F1 of both on the left, the paired difference with its interval on the right.

    Parameters
    ----------
    compared
        What :func:`gini_notebook.compare` answered.
    group
        ``""`` for header fields, ``"lineItems"`` … for the columns of a compound, None for all fields.
    confidence_level
        As in :meth:`Comparison.by_field`.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        Only evidence has colour: a field is ``better`` or ``worse`` as :meth:`Comparison.by_field` says. The twin has
        the rows of ``compared.by_field(full=True)`` that are drawn; fields that only one run delivers are named below.

    Raises
    ------
    SettingError
        If there is no such language or place of labels, or the level makes no sense.

    Examples
    --------
    >>> ax = gini.plots.comparison(gini.compare(baseline, candidate))
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    whole = compared.by_field(confidence_level=confidence_level, full=True)
    fields = whole[~whole["average"] & ((whole["group"] == group) if group is not None else True)]
    alone = fields["verdict"].isin(["first run only", "second run only"]).to_numpy(dtype=bool)
    table = fields[~alone & fields["f1_difference"].notna().to_numpy()].reset_index(drop=True)
    counts = table["verdict"].value_counts()
    better, worse = int(counts.get("better", 0)), int(counts.get("worse", 0))
    finding = words.say("comparison_some" if better or worse else "comparison_none", better=better, worse=worse)
    if table.empty:
        return empty_picture(style, style.heading(finding), "no_pairs", table)
    level = words.percent(confidence_level)
    planes = _compared_planes(words, table, level)
    notes = [words.say("comparison_note")]
    if alone.any():
        some = [dotted(one, name) for one, name in zip(fields["group"][alone], fields["field"][alone], strict=True)]
        notes.insert(0, words.say("one_run", fields=", ".join(some)))
    named = list(table["field"]) if group is not None else list(map(dotted, table["group"], table["field"]))
    drawn = compose_rows(Rows(named, planes, style.heading(finding), notes=notes), style)
    left, right = drawn.panels
    colours = drawn.paper.theme
    right.line([0, 0], right.y, colours.ink, linewidth=1.0, zorder=2)
    for place, row in enumerate(table.to_dict("records")[: drawn.shown]):
        ink = str(getattr(colours, _INK.get(row["verdict"], "soft")))
        if not (np.isnan(row["f1_a"]) or np.isnan(row["f1_b"])):
            left.line([row["f1_a"], row["f1_b"]], [place, place], ink, linewidth=2.0, gid="way")
            left.dots([row["f1_a"]], [place], ink, hollow=True, markersize=7.0, gid="a")
            left.dots([row["f1_b"]], [place], ink, markersize=7.0, gid="b")
        right.interval(row["f1_difference_low"], row["f1_difference_high"], place, ink)
        marker = _FORMS.get(row["verdict"], "o")
        right.dots([row["f1_difference"]], [place], ink, hollow=marker == "o", marker=marker, gid="difference")
    return with_twin(drawn.paper.ax, table)


def changes(
    compared: "Comparison",
    *,
    ax: "Axes | None" = None,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw how many values of each field were fixed (to the right) and broken (to the left) by the second run.

    Parameters
    ----------
    compared
        What :func:`gini_notebook.compare` answered.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        Mirrored bars. The twin counts ``compared.changes()``: ``group``, ``field``, ``broken``, ``fixed``, the field
        with most changes first.

    Raises
    ------
    SettingError
        If there is no such language or place of labels.

    Examples
    --------
    >>> ax = gini.plots.changes(gini.compare(baseline, candidate))
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    counted = (
        compared.changes().groupby(["group", "field", "change"], sort=False).size().unstack("change", fill_value=0)
    )
    table = counted.reindex(columns=["broken", "fixed"], fill_value=0).reset_index().rename_axis(columns=None)
    order = (-(table["broken"] + table["fixed"])).argsort(kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    told = {name: words.count(table[name].sum()) for name in ("fixed", "broken")}
    heading = style.heading(words.say("changes_title", **told))
    if table.empty:
        return empty_picture(style, heading, "no_changes", table)
    most = int(table[["broken", "fixed"]].to_numpy().max())
    ticks = count_ticks(words, most)
    mirrored = [*((-value, text) for value, text in reversed(ticks) if value), *ticks]
    columns = [Column(words.say(name), [words.count(value) for value in table[name]]) for name in ("broken", "fixed")]
    named = list(map(dotted, table["group"], table["field"]))
    plane = Plane((-float(most), float(most)), mirrored, columns=columns)
    drawn = compose_rows(Rows(named, [plane], heading), style)
    panel, colours = drawn.panels[0], drawn.paper.theme
    for place, row in enumerate(table.to_dict("records")[: drawn.shown]):
        thickness = drawn.thickness()
        bar = panel.bar(-row["broken"], 0, place, thickness, facecolor=colours.wrong, gid="broken")
        bar.set(edgecolor=colours.paper, hatch=HATCHES["wrong"])
        panel.bar(0, row["fixed"], place, thickness, facecolor=colours.correct, gid="fixed")
    panel.line([0, 0], panel.y, colours.ink, linewidth=1.0, zorder=4)
    return with_twin(drawn.paper.ax, table)


def trend(
    history: "History",
    metric: str = "payable_rate",
    *,
    ax: "Axes | None" = None,
    zoom: bool = True,
    language: Language = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw whether a number moves over runs: a control chart with limits whose unit is the document.

    Parameters
    ----------
    history
        What :func:`gini_notebook.history` answered.
    metric
        One of the metrics of the history.
    zoom
        Begin the axis above 0 where all values are high; a note says where.
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A dot per run with its interval, a line through runs that can be compared, the centre and the limits where there
        are at least 8 of these; × where a run is outside of them, ▲ where it is the eighth on one side, ♦ where the
        moving average is outside of its own limits. The twin has the rows of ``history.table()`` of the metric.

    Raises
    ------
    SettingError
        If the history does not have the metric, or there is no such language.

    Examples
    --------
    >>> saved = result.save("runs/baseline/evaluation.zip")
    >>> ax = gini.plots.trend(gini.history("runs/*/evaluation.zip"), "payable_rate")
    """
    style = Style(ax, language, theme, title)
    words = style.words
    named = words.metric(metric)
    whole = history.of(metric)
    table = whole[whole["value"].notna()].reset_index(drop=True)
    if table.empty:
        heading = style.heading(words.say("trend_title", metric=named, count=0))
        return empty_picture(style, heading, "no_runs", table, metric=named)
    ends = table[["low", "high", "limit_low", "limit_high", "value"]].to_numpy(dtype=float)
    low = float(np.floor(max(np.nanmin(ends) - 0.02, 0) * 20) / 20) if zoom else 0.0
    notes = [*_trend_notes(words, table), *([words.say("zoomed", value=words.score(low, 2))] if low else [])]
    count = len(table)
    x = Axis((-0.6, count - 0.4), _dates(table), "")
    y = Axis((low, 1.0), score_ticks(words, low), named, broken=low > 0)
    heading = style.heading(_trend_finding(words, table, named))
    paper, panels = compose_planes(Planes(x, y, heading, notes=notes), style)
    _draw_limits(panels[0], table)
    _draw_runs(paper, panels[0], table)
    return with_twin(paper.ax, table)


def _compared_planes(words: Words, table: pd.DataFrame, level: str) -> list[Plane]:
    """Return the plane of both scores and that of differences."""
    most = _reach(table)
    columns = [
        Column("", [words.signed(value) for value in table["f1_difference"]], bold=True),
        Column("", [words.say(value) for value in table["verdict"]], spared=True),
    ]
    ticks = [(-most, words.signed(-most, 2)), (0.0, "0"), (most, words.signed(most, 2))]
    return [
        Plane((0.0, 1.0), score_ticks(words), words.say("comparison_head")),
        Plane((-most, most), ticks, words.say("difference_head", level=level), columns=columns),
    ]


def _reach(table: pd.DataFrame) -> float:
    """Return a round number that no interval of a difference exceeds."""
    ends = table[["f1_difference_low", "f1_difference_high", "f1_difference"]].to_numpy(dtype=float)
    wanted = float(np.nanmax(np.abs(ends))) if np.isfinite(ends).any() else 0.0
    return min((one for one in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5) if one >= wanted), default=1.0)


def _trend_finding(words: Words, table: pd.DataFrame, metric: str) -> str:
    alarms = table[table["alarm"] != ""]
    if len(alarms):
        kind = {"point": "trend_alarm", "drift": "trend_drift"}.get(alarms["alarm"].iloc[-1], "trend_eight")
        return words.say(kind, metric=metric, run=alarms["run"].iloc[-1])
    if table["centre"].notna().any():
        return words.say("trend_steady", metric=metric, count=len(table))
    return words.say("trend_title", metric=metric, count=len(table))


def _trend_notes(words: Words, table: pd.DataFrame) -> list[str]:
    """Say what the limits are, or why there are none, and why the line is broken."""
    last = table[table["segment"] == table["segment"].max()]
    base, runs = int(last["baseline"].max()), len(last)
    if last["centre"].notna().any():
        notes = [words.say("trend_limits" if runs > base else "trend_limits_so_far", count=base)]
        factor = float(last["widened"].max())
        notes += [words.say("trend_spread", factor=words.score(factor, 1))] if factor > 1 else []
    else:
        notes = [words.say("trend_same" if last["same_documents"].any() and runs > 1 else "trend_few")]
    notes += [words.say("trend_ewma")] if "ewma" in table else []
    reasons = list(dict.fromkeys(reason for reason in table["break"] if reason))
    if words.language == "de":
        reasons = list(map(breaks_in_german, reasons))
    return notes + ([words.say("trend_breaks", reasons="; ".join(reasons))] if reasons else [])


def _dates(table: pd.DataFrame) -> list[tuple[float, str]]:
    """Return a tick per run: its date, or its number where it has none."""
    return [
        (float(place), str(place + 1) if pd.isna(date) else f"{date:%Y-%m-%d}")
        for place, date in enumerate(table["date"])
    ]


def _draw_limits(panel: Panel, table: pd.DataFrame) -> None:
    """Draw centre and limits of each stretch of comparable runs: solid once they are frozen."""
    theme = panel.paper.theme
    for _, part in table.groupby("segment", sort=False):
        if part["centre"].isna().all():
            continue
        places = part.index.to_numpy(dtype=float)
        frozen = len(part) > int(part["baseline"].max())
        edges = np.repeat(np.append(places - 0.5, places[-1] + 0.5), 2)[1:-1]
        for name in ("limit_low", "limit_high"):
            ends = np.clip(np.repeat(part[name].to_numpy(dtype=float), 2), *panel.y)
            dashes = "solid" if frozen else (0, (3, 2))
            panel.line(edges, ends, theme.soft, linestyle=dashes, linewidth=1.0, zorder=2, gid=name)
        centre = np.repeat(part["centre"].to_numpy(dtype=float), 2)
        panel.line(edges, centre, theme.ink, linestyle=(0, (4, 3)), linewidth=1.0, zorder=2, gid="centre")


def _draw_runs(paper: Paper, panel: Panel, table: pd.DataFrame) -> None:
    """Draw runs with their intervals, joined where they can be compared, and the marks of alarms and breaks."""
    theme = paper.theme
    size = float(np.clip((panel.right - panel.left) / max(len(table), 1) * 40, 3.0, 7.0))
    for place, row in enumerate(table.to_dict("records")):
        if not (np.isnan(row["low"]) or np.isnan(row["high"])):
            ends = [max(row["low"], panel.y[0]), row["high"]]
            panel.line([place, place], ends, theme.correct, linewidth=size / 2, alpha=0.42, zorder=2)
            panel.line([place, place], ends, theme.correct, linewidth=0.8, zorder=3, gid="interval")
        if row["break"]:
            panel.line([place - 0.5] * 2, panel.y, theme.accent, linestyle=(0, (1, 2)), linewidth=1.2, gid="break")
    for _, part in table.groupby("segment", sort=False):
        panel.line(part.index, part["value"], theme.correct, linewidth=1.2, gid="runs")
        if "ewma" in part and part["ewma"].notna().all():
            panel.line(part.index, part["ewma"], theme.accent, linewidth=0.9, zorder=3, gid="ewma")
    forms: dict[str, tuple[str, str]] = {
        "": ("o", "correct"),
        "point": ("X", "failed"),
        "eight": ("^", "failed"),
        "drift": ("D", "failed"),
    }
    for alarm, (marker, role) in forms.items():
        part = table[table["alarm"] == alarm]
        if len(part):
            bigger = size * (1.5 if alarm else 1.0)
            colour = str(getattr(theme, role))
            panel.dots(part.index, part["value"], colour, marker=marker, markersize=bigger, gid=alarm or "run")
    _name_alarm(paper, panel, table)


def _name_alarm(paper: Paper, panel: Panel, table: pd.DataFrame) -> None:
    """Write the name of the latest run that is outside of its limits beside it."""
    alarms = table[table["alarm"] != ""]
    if not len(alarms):
        return
    place, row = int(alarms.index[-1]), alarms.iloc[-1]
    text = fitted(str(row["run"]), min(1.4, paper.width / 3), SMALL_SIZE)
    half = text_width(text, SMALL_SIZE, bold=True) / 2
    x = min(max(panel.at(place), panel.left + half), paper.width - MARGIN / 2 - half)
    value = float(row["value"])
    below = value < float(row["centre"]) and panel.down(value) + 0.3 < panel.bottom
    y = panel.down(value) + (0.19 if below else -0.19)
    paper.write(x, min(max(y, panel.top + 0.07), panel.bottom - 0.07), text, bold=True, ha="center")
