"""Pictures of fields: how good each is, what became of its values, whether the right one was among the candidates."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gini_notebook.analysis.plots.drawing import WIDE, with_twin
from gini_notebook.analysis.plots.layout import (
    FEWEST_VALUES,
    Column,
    Drawn,
    Entry,
    Labels,
    Plane,
    Rows,
    Style,
    compose_rows,
    empty_picture,
    outcome_bars,
    score_ticks,
    share_ticks,
)
from gini_notebook.analysis.plots.theme import HATCHES, OUTCOMES, Theme, readable_on
from gini_notebook.analysis.plots.wording import Language, Words
from gini_notebook.errors import SettingError
from gini_notebook.schema import LINE_ITEMS, dotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gini_notebook.analysis.evaluation.intervals import IntervalKind
    from gini_notebook.analysis.evaluation.scores import Scores
    from gini_notebook.analysis.plots.drawing import Panel

METRICS = ("f1", "precision", "recall", "accuracy")
_RECALL_ROLES = {"recall_1": "correct", "recall_3": "accent", "recall_all": "soft"}
_RECALLS = ("recall_1", "recall_3", "recall_all")
# Strips that are shorter have no room for their count.
_ROOM_FOR_COUNT = 0.2


def field_scores(  # noqa: PLR0913 - options, all by keyword
    result: "Scores",
    *,
    ax: "Axes | None" = None,
    metric: str = "f1",
    group: str | None = "",
    sort: bool = True,
    target: float | None = None,
    zoom: bool = False,
    confidence_level: float = 0.95,
    intervals: "IntervalKind" = "documents",
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw how good each field is: a dot for the score, a band for its interval, a dashed line for the average.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    ax
        Axes to draw into; by default those of a new figure. Everything stays within their box.
    metric
        ``"f1"``, ``"precision"``, ``"recall"`` or ``"accuracy"``.
    group
        ``""`` for header fields, ``"lineItems"`` … for the columns of a compound, None for all fields; the average is
        that of the group, or of the header fields.
    sort
        Best field first. Fields with fewer than 30 values are never ranked: they stand below a rule, hollow and grey,
        in the order of :meth:`Evaluation.by_field`.
    target
        A score to draw a line for, as the one of a gate.
    zoom
        Begin the axis above 0 where all scores are high; a note says where.
    confidence_level, intervals
        How intervals are made, as in :meth:`Evaluation.by_field`.
    language
        ``"en"`` or ``"de"``.
    labels
        Where names of fields stand: ``"outside"`` of the marks, ``"inside"`` (above them), or ``"auto"``: inside where
        the Axes are narrower than 4.2 inches.
    theme
        Colours (:class:`Theme`); by default chosen by the face of the Axes.
    title
        A title of your own, False for none; by default the finding.

    Returns
    -------
    matplotlib.axes.Axes
        With the rows drawn, top first, as ``ax.gini_table``: rows of ``result.by_field(full=True)``. Of more than 60
        fields, or more than there is room for, the first are drawn, and how many are not is said.

    Raises
    ------
    SettingError
        If there is no such metric, group, language or place of labels, or the level or kind of intervals makes no
        sense.

    Examples
    --------
    >>> ax = gini.plots.field_scores(result, target=0.9)

    Into a figure of your own:

    >>> import matplotlib.pyplot as plt
    >>> figure, (left, right) = plt.subplots(1, 2)
    >>> ax = gini.plots.field_scores(result, ax=left, metric="recall")
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    check_metric(metric)
    scores = result.by_field(full=True, intervals=intervals, confidence_level=confidence_level)
    fields, ranked = ordered(scores, group, metric, sort=sort)
    level = words.percent(confidence_level)
    heading = style.heading(words.say("scores_title", metric=words.say(metric), level=level))
    if fields.empty:
        return empty_picture(style, heading, "no_fields", fields)
    average = average_of(scores, metric, group or "")
    low = _lowest(fields, metric) if zoom else 0.0
    notes = [words.say("band", level=level), _average_note(words, average, group or "")]
    if ranked < len(fields):
        notes.append(words.say(("few" if ranked else "few_all") if sort else "few_hollow"))
    if target is not None:
        notes.append(words.say("target", value=words.score(target, 2)))
    if low:
        notes.append(words.say("zoomed", value=words.score(low, 2)))
    plane = score_plane(words, fields, metric, low)
    rows = Rows(names(fields, group), [plane], heading, notes=notes, rule_at=ranked if sort else None)
    drawn = compose_rows(rows, style)
    draw_scores(drawn, drawn.panels[0], fields, metric, average=average, target=target, low=low)
    return with_twin(drawn.paper.ax, fields)


def outcomes(
    result: "Scores",
    *,
    ax: "Axes | None" = None,
    share: bool = True,
    group: str | None = "",
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw what became of the values of each field: correct, wrong, missing, spurious.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    share
        Strips of the same length, shares of the field's values with the counts written in; False for strips as long as
        there are values.
    ax, group, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        With the rows drawn as ``ax.gini_table``: those of ``result.by_field(full=True)``, in its order.

    Raises
    ------
    SettingError
        If there is no such group, language or place of labels.

    Examples
    --------
    >>> ax = gini.plots.outcomes(result)
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    fields = fields_of(result.by_field(full=True), group)
    heading = style.heading(words.say("outcomes_title"))
    fields = fields[fields[list(OUTCOMES)].sum(axis=1).to_numpy(dtype=int) > 0].reset_index(drop=True)
    if fields.empty:
        return empty_picture(style, heading, "no_fields", fields)
    plane = strip_plane(words, fields, share=share)
    rows = Rows(names(fields, group), [plane], heading, legend=outcome_bars(words))
    drawn = compose_rows(rows, style)
    draw_strips(drawn, drawn.panels[0], fields, share=share)
    return with_twin(drawn.paper.ax, fields)


def overview(
    result: "Scores",
    *,
    group: str | None = "",
    metric: str = "f1",
    language: Language = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Figure":
    """Draw the first look at an evaluation: scores with intervals, and what became of the values, in the same rows.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    group, metric, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.figure.Figure
        A new figure with one Axes, whose ``gini_table`` are the rows of ``result.by_field(full=True)`` drawn.

    Raises
    ------
    SettingError
        As :func:`field_scores`.

    Examples
    --------
    >>> figure = gini.plots.overview(result)
    """
    style = Style(None, language, theme, title, "outside")
    words = style.words
    check_metric(metric)
    scores = result.by_field(full=True)
    fields, ranked = ordered(scores, group, metric, sort=True)
    worst = fields.iloc[ranked - 1] if ranked > 1 else None
    finding = words.say("scores_title", metric=words.say(metric), level=words.percent(0.95))
    if worst is not None:
        name = dotted(worst["group"], worst["field"]) if group is None else worst["field"]
        finding = words.say("weakest", field=name, metric=words.say(metric), score=words.score(worst[metric]))
    heading = style.heading(finding)
    if fields.empty:
        return empty_picture(style, heading, "no_fields", fields).figure  # type: ignore[return-value] # its own figure
    average = average_of(scores, metric, group or "")
    planes = [score_plane(words, fields, metric), strip_plane(words, fields, share=True)]
    planes[1].weight, planes[1].header = 0.9, words.say("outcomes_title")
    notes = [words.say("documents_n", count=words.count(len(result.documents)))]
    notes += [words.say("band", level=words.percent(0.95)), _average_note(words, average, group or "")]
    notes += [words.say("few")] if ranked < len(fields) else []
    rows = Rows(names(fields, group), planes, heading, notes=notes, rule_at=ranked, width=WIDE)
    rows.legend = outcome_bars(words)
    drawn = compose_rows(rows, style)
    draw_scores(drawn, drawn.panels[0], fields, metric, average=average)
    draw_strips(drawn, drawn.panels[1], fields, share=True)
    return with_twin(drawn.paper.ax, fields).figure  # type: ignore[return-value] # its own figure


def candidates(
    result: "Scores",
    *,
    ax: "Axes | None" = None,
    confidence_level: float = 0.95,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw whether the right value was not read, or read and not chosen: its place in the list of candidates.

    Parameters
    ----------
    result
        An evaluation with candidates.
    confidence_level
        How sure the interval of the first dot is.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        Three dots a field on one line: the share of values that stand first, among the first three, and anywhere. What
        is missing right of the last was not read; between the first and the last, another was chosen. The twin is
        ``result.candidate_recall()``.

    Raises
    ------
    SettingError
        If there is no such language or place of labels, or the level is not between 0 and 1.

    Examples
    --------
    >>> ax = gini.plots.candidates(result)
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    table = result.candidate_recall(confidence_level=confidence_level)
    heading = style.heading(words.say("candidates_title"))
    if table.empty:
        return empty_picture(style, heading, "no_candidates", table)
    dots = {"recall_1": ("o", False), "recall_3": ("D", False), "recall_all": ("o", True)}
    legend = [Entry(words.say(name), _RECALL_ROLES[name], *dots[name]) for name in _RECALLS]
    columns = [
        Column(words.say("recall_1"), [words.score(value) for value in table["recall_1"]], bold=True),
        Column(words.say("recall_all"), [words.score(value) for value in table["recall_all"]]),
        Column("n", [words.count(value) for value in table["slots"]]),
    ]
    labelled = [dotted(group, field) for group, field in zip(table["group"], table["field"], strict=True)]
    plane = Plane((0.0, 1.0), score_ticks(words), words.say("recall"), columns=columns)
    rows = Rows(labelled, [plane], heading, legend=legend, notes=[words.say("candidates_note")])
    drawn = compose_rows(rows, style)
    panel, drawn_in = drawn.panels[0], drawn.paper.theme
    for place, row in enumerate(table.to_dict("records")[: drawn.shown]):
        panel.line([row["recall_1"], row["recall_all"]], [place, place], drawn_in.soft, zorder=2)
        panel.interval(row["recall_1_low"], row["recall_1_high"], place, drawn_in.correct)
    for name in reversed(_RECALLS):
        marker, hollow = dots[name]
        size = {"recall_1": 8.0, "recall_3": 5.5, "recall_all": 9.0}[name]
        values = table[name].to_numpy(dtype=float)[: drawn.shown]
        colour = str(getattr(drawn_in, _RECALL_ROLES[name]))
        panel.dots(values, range(drawn.shown), colour, marker=marker, hollow=hollow, markersize=size, gid=name)
    return with_twin(drawn.paper.ax, table)


def line_items(
    result: "Scores",
    *,
    ax: "Axes | None" = None,
    group: str = LINE_ITEMS,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw whether rows of a compound were found, and what became of the cells of each column.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    group
        The compound.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A strip of the rows first (paired, missed, invented), then, below a rule, one per column. The twin has the same
        rows: ``field`` (missing for that of the rows), ``correct``, ``wrong``, ``missing``, ``spurious``; those of
        columns are in ``result.by_field()``.

    Raises
    ------
    SettingError
        If there is no such language or place of labels.

    Examples
    --------
    >>> ax = gini.plots.line_items(result)
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    scores = result.by_field(full=True)
    cells = scores[~scores["average"] & (scores["group"] == group)]
    counted = result.document_counts()
    kept = ["field", *OUTCOMES]
    if cells.empty or group not in counted.groups:
        heading = style.heading(words.say("line_items_title", group=group))
        return empty_picture(style, heading, "no_rows", cells[kept].reset_index(drop=True), group=group)
    paired, missed, invented, _ = counted.rows[:, counted.groups.index(group)].sum(axis=0).tolist()
    first = {"field": None, "correct": paired, "wrong": 0, "missing": missed, "spurious": invented}
    table = pd.concat([pd.DataFrame([first]).astype(cells[kept].dtypes), cells[kept]], ignore_index=True)
    finding = words.say("line_items_title", group=group)
    if missed:
        share = {"missed": words.count(missed), "all": words.count(paired + missed)}
        finding = f"{group}: {words.say('row_missed', **share)}"
    named = [words.say("rows"), *cells["field"]]
    rows = Rows(named, [strip_plane(words, table, share=True)], style.heading(finding), rule_at=1)
    rows.legend, rows.notes = outcome_bars(words), [words.say("rows_note")]
    drawn = compose_rows(rows, style)
    draw_strips(drawn, drawn.panels[0], table, share=True)
    return with_twin(drawn.paper.ax, table)


def check_metric(metric: str) -> None:
    """Refuse a metric that is not drawn."""
    if metric not in METRICS:
        message = f"There is no metric {metric!r} to draw; choose one of {', '.join(METRICS)}."
        raise SettingError(message)


def fields_of(scores: pd.DataFrame, group: str | None) -> pd.DataFrame:
    """Choose the rows of single fields, without those of the averages."""
    fields = scores[~scores["average"]]
    if group is None:
        return fields.reset_index(drop=True)
    known = list(dict.fromkeys(fields["group"]))
    if group and group not in known:
        message = f"There is no group {group!r} in this evaluation; choose one of {', '.join(map(repr, known))}."
        raise SettingError(message)
    return fields[fields["group"] == group].reset_index(drop=True)


def ordered(scores: pd.DataFrame, group: str | None, metric: str, *, sort: bool) -> tuple[pd.DataFrame, int]:
    """Return the fields in the order in which they are drawn, and how many of them are ranked."""
    fields = fields_of(scores, group)
    enough = (fields["support"] >= FEWEST_VALUES).to_numpy(dtype=bool)
    if not sort:
        return fields, int(enough.sum())
    best = fields[enough].sort_values(metric, ascending=False, kind="stable")
    return pd.concat([best, fields[~enough]]).reset_index(drop=True), int(enough.sum())


def names(fields: pd.DataFrame, group: str | None) -> list[str]:
    """Name the rows; with the compound in front where rows of several groups stand together."""
    return list(fields["field"]) if group is not None else list(map(dotted, fields["group"], fields["field"]))


def average_of(scores: pd.DataFrame, metric: str, group: str) -> float:
    """Return the average over the fields of a group, NaN without one."""
    found = scores[(scores["group"] == group) & scores["average"] & (scores["field"] == "micro")]
    return float(found[metric].iloc[0]) if len(found) else float("nan")


def score_plane(words: Words, fields: pd.DataFrame, metric: str, low: float = 0.0) -> Plane:
    """Return the plane of scores with the columns beside it."""
    columns = [
        Column(words.say(metric), [words.score(value) for value in fields[metric]], bold=True),
        Column("n", [words.count(value) for value in fields["support"]]),
    ]
    return Plane((low, 1.0), score_ticks(words, low), columns=columns)


def draw_scores(
    drawn: Drawn,
    panel: "Panel",
    fields: pd.DataFrame,
    metric: str,
    *,
    average: float,
    target: float | None = None,
    low: float = 0.0,
) -> None:
    """Draw dots, bands, average and target."""
    theme = drawn.paper.theme
    for value, colour, dashes in ((average, theme.ink, (0, (4, 3))), (target, theme.accent, "solid")):
        if value is not None and value >= low:
            panel.line([value, value], panel.y, colour, linestyle=dashes, linewidth=1.2, zorder=2)
    values = fields[metric].to_numpy(dtype=float)[: drawn.shown]
    few = (fields["support"] < FEWEST_VALUES).to_numpy(dtype=bool)[: drawn.shown]
    for place, hollow in enumerate(few):
        start, end = (max(float(fields[f"{metric}{end}"].iloc[place]), low) for end in ("_low", "_high"))
        panel.interval(start, end, place, theme.soft if hollow else theme.correct)
    for hollow in (False, True):
        at = np.flatnonzero((few == hollow) & ~np.isnan(values))
        if len(at):
            colour = theme.soft if hollow else theme.correct
            panel.dots(values[at], at, colour, hollow=hollow, gid="few" if hollow else "ranked")
    if low:
        drawn.paper.write(panel.left + 0.1, panel.bottom, "//", ha="center", bold=True)


def strip_plane(words: Words, fields: pd.DataFrame, *, share: bool) -> Plane:
    """Return the plane of strips."""
    if share:
        return Plane((0.0, 1.0), share_ticks(words))
    most = int(fields[list(OUTCOMES)].sum(axis=1).max())
    return Plane((0.0, float(most)), count_ticks(words, most), words.say("values"))


def draw_strips(drawn: Drawn, panel: "Panel", fields: pd.DataFrame, *, share: bool) -> None:
    """Draw strips of outcomes with their counts."""
    theme = drawn.paper.theme
    counts = fields[list(OUTCOMES)].to_numpy(dtype=float)[: drawn.shown]
    whole = counts.sum(axis=1, keepdims=True) if share else np.ones((len(counts), 1))
    lengths = counts / np.where(whole == 0, 1, whole)
    ends = np.cumsum(lengths, axis=1)
    thickness = drawn.thickness(0.17)
    for place in range(drawn.shown):
        for at, outcome in enumerate(OUTCOMES):
            if not counts[place, at]:
                continue
            end = ends[place, at]
            start = end - lengths[place, at]
            colour, hollow = theme.of(outcome), outcome == "missing"
            bar = panel.bar(start, end, place, thickness, facecolor=theme.paper if hollow else colour)
            bar.set(edgecolor=colour if hollow else theme.paper, hatch=HATCHES[outcome] or None, gid=outcome)
            bar.set_linewidth(1.4 if hollow else 0.0)
            _count_in(panel, (start, end, place), drawn.paper.words.count(int(counts[place, at])), outcome, drawn.row)


def _count_in(panel: "Panel", where: tuple[float, float, int], text: str, outcome: str, row: float) -> None:
    """Write a count into its strip where there is room, on a ground of its own where there is a hatch."""
    from gini_notebook.analysis.plots.drawing import text_width

    start, end, place = where
    theme = panel.paper.theme
    room = panel.at(end) - panel.at(start)
    if room < max(text_width(text, 7.5, bold=True) + 0.08, _ROOM_FOR_COUNT) or row < 0.19:
        return
    if outcome == "correct":
        colour, ground = readable_on(theme.correct, theme), None
    else:
        colour, ground = theme.ink, {"facecolor": theme.paper, "edgecolor": "none", "pad": 0.8}
    panel.paper.write(
        (panel.at(start) + panel.at(end)) / 2,
        panel.down(place) + 0.004,
        text,
        ha="center",
        bold=True,
        fontsize=7.5,
        colour=colour,
        bbox=ground,
    )


def count_ticks(words: Words, most: int) -> list[tuple[float, str]]:
    """Return whole ticks from 0 on."""
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(nbins=5, integer=True).tick_values(0, max(most, 1))
    return [(float(value), words.count(int(value))) for value in values if 0 <= value <= max(most, 1)]


def _lowest(fields: pd.DataFrame, metric: str) -> float:
    """Return a round number below all intervals."""
    ends = fields[[metric, f"{metric}_low"]].to_numpy(dtype=float)
    least = float(np.nanmin(ends)) if np.isfinite(ends).any() else 0.0
    return float(np.floor(least * 10) / 10) if least > 0.2 else 0.0


def _average_note(words: Words, average: float, group: str) -> str:
    if np.isnan(average):
        return ""
    return words.say("average_group" if group else "average_header", group=group, score=words.score(average))
