"""Pictures of confidences: from which on values can be trusted, and whether they are honest, in slices, too."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.plots.drawing import with_twin
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
    share_ticks,
)
from gini_notebook.analysis.plots.theme import Theme
from gini_notebook.analysis.plots.wording import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gini_notebook.analysis.evaluation import Evaluation

_PREDICTED = ("correct", "wrong", "spurious")


def confidence(
    result: "Evaluation",
    *,
    ax: "Axes | None" = None,
    target: float = 0.99,
    field: str | None = None,
    zoom: bool = False,
    language: Language = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw from which confidence on values can be trusted: the share of wrong ones among those kept (risk–coverage).

    Parameters
    ----------
    result
        An evaluation whose extractions have a confidence. The service delivers none, which the picture then says.
    target
        The precision for which :meth:`Evaluation.at_precision` chooses a threshold on one half of the documents; the
        picture says what the other half says to it.
    field
        One field only; by default all header fields together.
    zoom
        End the axis of wrong ones below 1 where few are wrong; a note says where.
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        The curve from the surest value on the left to all values on the right, and a mark at the threshold. The twin
        has a row per distinct confidence: ``threshold``, ``kept``, ``coverage`` (share kept), ``wrong`` (share wrong
        among them); values without a confidence are always kept. ``attrs["threshold"]`` has the answer of
        ``at_precision``.

    Raises
    ------
    SettingError
        If there is no such field or language, or the target is not between 0 and 1.

    Examples
    --------
    >>> sure = batch.extractions.query("group == ''")[["document", "field"]].assign(confidence=0.9)
    >>> ax = gini.plots.confidence(result.with_confidence(sure), target=0.98)
    """
    style = Style(ax, language, theme, title)
    words = style.words
    heading = style.heading(words.say("confidence_title"))
    if "confidence" not in result.comparisons:
        return empty_picture(
            style, heading, "no_confidence", pd.DataFrame(columns=["threshold", "kept", "coverage", "wrong"])
        )
    chosen = result.at_precision(target, field)
    table = risk_coverage(result, field)
    if table.empty:
        return empty_picture(style, heading, "no_predictions", table)
    table.attrs["threshold"] = chosen
    marked = None
    status = {"target": words.percent(target, 1), "status": words.say(chosen.status)}
    note = words.say("no_threshold", **status)
    if not np.isnan(chosen.threshold):
        marked = table[table["threshold"] >= chosen.threshold].iloc[-1]
        note = words.say("threshold_chosen", **status)
        told = {"threshold": words.score(chosen.threshold, 2), "kept": words.percent(marked["coverage"])}
        heading = style.heading(words.say("confidence_finding", **told, wrong=words.percent(marked["wrong"], 1)))
    most = _top(float(table["wrong"].max()), 1 - target) if zoom else 1.0
    notes = [note, *([words.say("zoom_end", value=words.percent(most))] if most < 1 else [])]
    x = Axis((0.0, 1.0), share_ticks(words), words.say("kept_axis"))
    y = Axis(
        (0.0, most), [(most * step / 4, words.percent(most * step / 4, 0 if most == 1 else 1)) for step in range(5)], ""
    )
    y.label = words.say("wrong_axis")
    paper, panels = compose_planes(Planes(x, y, heading, notes=notes), style)
    colours, panel = paper.theme, panels[0]
    panel.line([0, 1], [1 - target, 1 - target], colours.accent, linestyle=(0, (4, 3)), linewidth=1.2, gid="target")
    panel.line(table["coverage"], table["wrong"], colours.wrong, linewidth=1.8, drawstyle="steps-post", gid="risk")
    if marked is not None:
        hollow = chosen.status != "confirmed"
        panel.dots([marked["coverage"]], [marked["wrong"]], colours.ink, hollow=hollow, gid="threshold")
    return with_twin(paper.ax, table)


def reliability(
    result: "Evaluation",
    *,
    ax: "Axes | None" = None,
    field: str | None = None,
    bins: int = 10,
    language: Language = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw whether confidences are honest: the share of right values against what was promised.

    Parameters
    ----------
    result
        An evaluation whose extractions have a confidence between 0 and 1.
    field, bins
        As in :meth:`Evaluation.reliability`.
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A dot per bin at its mean confidence, with Wilson's interval; the diagonal; at the foot a tick at the
        lowest and the highest confidence of each. The twin is ``result.reliability(field, bins=bins)``.

    Raises
    ------
    SettingError
        If there is no such field or language, or no bin.

    Examples
    --------
    >>> sure = batch.extractions.query("group == ''")[["document", "field"]].assign(confidence=0.9)
    >>> ax = gini.plots.reliability(result.with_confidence(sure))
    """
    style = Style(ax, language, theme, title)
    words = style.words
    heading = style.heading(words.say("reliability_title"))
    if "confidence" not in result.comparisons:
        return empty_picture(style, heading, "no_confidence", pd.DataFrame())
    table = result.reliability(field, bins=bins)
    if table.empty:
        return empty_picture(style, heading, "no_predictions", table)
    over = int((table["confidence"] > table["correct_high"]).sum())
    finding = words.say("reliability_over", count=over, all=len(table)) if over else words.say("reliability_title")
    under = int((table["confidence"] < table["correct_low"]).sum())
    if not over:
        finding = words.say("reliability_under" if under else "reliability_fits", count=under, all=len(table))
    note = words.say("reliability_note", low=table["count"].min(), high=table["count"].max())
    ends = (min(0.0, float(table["confidence_low"].min())), max(1.0, float(table["confidence_high"].max())))
    ticks = score_ticks(words) if ends == (0.0, 1.0) else [(end, words.short(end)) for end in ends]
    x = Axis(ends, ticks, words.say("confidence_axis"))
    y = Axis((0.0, 1.0), score_ticks(words), words.say("right_axis"))
    paper, panels = compose_planes(Planes(x, y, style.heading(finding), notes=[note]), style)
    colours, panel = paper.theme, panels[0]
    panel.line([0, 1], [0, 1], colours.ink, linestyle=(0, (4, 3)), linewidth=1.0, gid="diagonal")
    for row in table.to_dict("records"):
        at = [row["confidence"]] * 2
        panel.line(at, [row["correct_low"], row["correct_high"]], colours.correct, linewidth=5.0, alpha=0.42)
        panel.line(at, [row["correct_low"], row["correct_high"]], colours.correct, linewidth=1.0)
        for end in (row["confidence_low"], row["confidence_high"]):
            panel.line([end, end], [0.0, 0.03], colours.soft, linewidth=1.0, gid="rug")
    panel.dots(table["confidence"], table["correct"], colours.correct, gid="bin")
    return with_twin(paper.ax, table)


def confidence_by_slice(
    slices: pd.DataFrame,
    *,
    ax: "Axes | None" = None,
    language: Language = "en",
    labels: Labels = "auto",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw per slice the precision at the threshold of all, down to its one-sided lower bound, and the target.

    Parameters
    ----------
    slices
        What :meth:`Evaluation.confidence_by_slice` or :meth:`Evaluation.confidence_by_field` answered; it is the twin.
    ax, language, labels, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A dot per slice, top first, hollow and grey where the slice is small; beside it status and number of values
        kept.

    Raises
    ------
    SettingError
        If there is no such language or place of labels.

    Examples
    --------
    >>> sure = batch.extractions.query("group == ''")[["document", "field"]].assign(confidence=0.9)
    >>> ax = gini.plots.confidence_by_slice(result.with_confidence(sure).confidence_by_field())
    """
    style = Style(ax, language, theme, title, labels)
    words = style.words
    heading = style.heading(words.say("slices_confidence_title"))
    if slices.empty:
        return empty_picture(style, heading, "no_slices", slices)
    target = float(slices.attrs["target"])
    columns = [
        Column(words.say("precision"), [words.score(value) for value in slices["precision"]], bold=True),
        Column(words.say("status"), [words.say(value) for value in slices["status"]], spared=True),
        Column("n", [words.count(value) for value in slices["kept"]]),
    ]
    level = words.percent(slices.attrs["confidence_level"], 0 if slices.attrs["confidence_level"] < 0.995 else 1)
    note = words.say("slices_confidence_note", level=level, target=words.score(target, 2))
    named = [words.say("no_slice") if pd.isna(kind) else str(kind) for kind in slices["slice"].astype(object)]
    drawn = compose_rows(
        Rows(named, [Plane((0.0, 1.0), score_ticks(words), columns=columns)], heading, notes=[note]), style
    )
    colours, panel = drawn.paper.theme, drawn.panels[0]
    panel.line([target, target], panel.y, colours.accent, linewidth=1.2, zorder=2, gid="target")
    for place, row in enumerate(slices.to_dict("records")[: drawn.shown]):
        colour = colours.soft if row["small"] else colours.correct
        panel.interval(row["precision_low"], row["precision"], place, colour)
        if not np.isnan(row["precision"]):
            panel.dots([row["precision"]], [place], colour, hollow=row["small"], gid="slice")
    return with_twin(drawn.paper.ax, slices)


def risk_coverage(result: "Evaluation", field: str | None = None) -> pd.DataFrame:
    """Return, per distinct confidence, how many values are kept from it on, and the share of wrong ones among them.

    Parameters
    ----------
    result
        An evaluation whose extractions have a confidence.
    field
        One field only; by default all header fields together.

    Returns
    -------
    pandas.DataFrame
        ``threshold`` (falling; infinite where only values without a confidence are kept), ``kept``, ``coverage``,
        ``wrong``.
    """
    comparisons = result.comparisons
    chosen = comparisons["group"] == "" if field is None else _of_field(comparisons, field)
    chosen &= comparisons["outcome"].isin(_PREDICTED)
    sure = comparisons.loc[chosen, "confidence"].astype("float64").fillna(np.inf)
    by_confidence = pd.DataFrame({"threshold": sure, "wrong": comparisons.loc[chosen, "outcome"] != "correct"})
    grouped = by_confidence.groupby("threshold")["wrong"].agg(["size", "sum"]).sort_index(ascending=False).cumsum()
    table = grouped.reset_index().rename(columns={"size": "kept"})
    return table.assign(coverage=table["kept"] / max(len(sure), 1), wrong=table["sum"] / table["kept"])[
        ["threshold", "kept", "coverage", "wrong"]
    ]


def _of_field(comparisons: pd.DataFrame, field: str) -> "pd.Series[Any]":
    group, _, name = field.rpartition(".")
    return (comparisons["field"] == name) & ((comparisons["group"] == group) if group else True)


def _top(most: float, risk: float) -> float:
    """Return a round end of the axis above all risks and the one that is borne."""
    wanted = max(most, risk) * 1.15
    return min((one for one in (0.02, 0.04, 0.08, 0.2, 0.4, 0.6, 0.8) if one >= wanted), default=1.0)
