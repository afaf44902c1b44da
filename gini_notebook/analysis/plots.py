"""Pictures of an evaluation. Each takes ``ax=`` to draw into a figure of yours, returns the Axes and never shows.

Every number in a picture can be had as a table first (:meth:`Evaluation.by_field`). Colours are those of
matplotlib's ``petroff10``, told apart by people who see few colours; hatches tell the bars apart in grey. Text that
came from documents is never read as mathematics.
"""

from typing import TYPE_CHECKING

import numpy as np

from gini_notebook._extras import needed_for
from gini_notebook._text import printable
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from gini_notebook.analysis.evaluation import Evaluation

METRICS = {"f1": "F1", "precision": "precision", "recall": "recall"}
# The longest labels of the service have 52 with their compound; longer ones would leave no room for bars.
LABEL_CHARACTERS = 56
# petroff10, in the order blue, orange, red, grey: good, off, gone, made up.
OUTCOME_STYLES = {
    "correct": ("#3f90da", ""),
    "wrong": ("#ffa90e", "//"),
    "missing": ("#bd1f01", ".."),
    "spurious": ("#94a4a2", "xx"),
}


def field_scores(
    result: "Evaluation",
    *,
    ax: "Axes | None" = None,
    metric: str = "f1",
    group: str | None = None,
    confidence_level: float = 0.95,
    intervals: str = "documents",
) -> "Axes":
    """Draw a bar per field with its interval, and a line for the average (micro).

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    ax
        Axes to draw into; a new figure by default.
    metric
        ``"f1"``, ``"precision"`` or ``"recall"``.
    group
        Only the fields of one group: ``""`` for header fields, ``"lineItems"`` … for the columns of a compound. By
        default all fields; the line is then that of the header fields.
    confidence_level
        How sure the intervals are, between 0 and 1.
    intervals
        How they are made, as for :meth:`Evaluation.by_field`.

    Returns
    -------
    matplotlib.axes.Axes
        Bars (``ax.patches``) in the order of :meth:`Evaluation.by_field`, top first; a field whose score is
        undefined has a bar of width 0 and says "n/a". Beside each bar (``ax.texts``): the score, and the number of
        values in the truth.

    Raises
    ------
    SettingError
        If there is no such metric or group, or the level or the kind of intervals makes no sense.

    Examples
    --------
    >>> ax = gini.plots.field_scores(result)

    Into a figure of your own:

    >>> import matplotlib.pyplot as plt
    >>> figure, (left, right) = plt.subplots(1, 2)
    >>> ax = gini.plots.field_scores(result, ax=left, metric="recall")
    """
    if metric not in METRICS:
        message = f"There is no metric {metric!r} to draw; choose one of {', '.join(METRICS)}."
        raise SettingError(message)
    scores = result.by_field(full=True, intervals=intervals, confidence_level=confidence_level)
    fields = _fields(scores, group)
    axes = _axes(ax, len(fields))
    values = fields[metric].to_numpy(dtype=float)
    axes.barh(range(len(fields)), np.nan_to_num(values), color=OUTCOME_STYLES["correct"][0], height=0.66, zorder=2)
    _intervals(axes, fields, metric)
    for place, (value, support) in enumerate(zip(values, fields["support"], strict=True)):
        text = "n/a" if np.isnan(value) else f"{value:.3f}"
        axes.text(1.02, place, f"{text}  n={support}", va="center", fontsize=8, transform=axes.get_yaxis_transform())
    _average_line(axes, scores, metric, group or "")
    _label(axes, _labels(fields, group))
    axes.set_xlim(0, 1)
    axes.set_xlabel(f"{METRICS[metric]} with {confidence_level * 100:g} % interval; n: values in the truth")
    return axes


def outcomes(result: "Evaluation", *, ax: "Axes | None" = None, group: str | None = None) -> "Axes":
    """Draw for each field how many values are correct, wrong, missing and spurious.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    ax
        Axes to draw into; a new figure by default.
    group
        Only the fields of one group, as in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        Four stacked series of horizontal bars, counted in documents (or rows, for line items).

    Raises
    ------
    SettingError
        If there is no such group.

    Examples
    --------
    >>> ax = gini.plots.outcomes(result)
    """
    fields = _fields(result.by_field(full=True), group)
    axes = _axes(ax, len(fields))
    places = range(len(fields))
    left = np.zeros(len(fields))
    for outcome, (colour, hatch) in OUTCOME_STYLES.items():
        counts = fields[outcome].to_numpy(dtype=float)
        bars = axes.barh(places, counts, left=left, label=outcome, color=colour, height=0.66, zorder=2)
        for bar in bars:
            bar.set(hatch=hatch, edgecolor="white")
        left = left + counts
    _label(axes, _labels(fields, group))
    axes.set_xlabel("values")
    axes.locator_params(axis="x", integer=True)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, borderaxespad=0.2, frameon=False, fontsize=8)
    return axes


def confidence_by_slice(slices: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw per slice the precision at the threshold of all, down to its lower bound, and a line for the target.

    Parameters
    ----------
    slices
        What ``Evaluation.confidence_by_slice`` or ``confidence_by_field`` answered.
    ax
        Axes to draw into; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A bar per slice (``ax.patches``), top first, grey where the slice is small; beside it (``ax.texts``) status and
        number of predictions kept.

    Examples
    --------
    >>> ax = gini.plots.confidence_by_slice(result.confidence_by_slice("source_classification"))   # doctest: +SKIP
    """
    axes = _axes(ax, len(slices))
    values = slices["precision"].to_numpy(dtype=float)
    good, small = OUTCOME_STYLES["correct"][0], OUTCOME_STYLES["spurious"][0]
    colours = [small if is_small else good for is_small in slices["small"]]
    axes.barh(range(len(slices)), np.nan_to_num(values), color=colours, height=0.66, zorder=2)
    for place, (at, low) in enumerate(zip(values, slices["precision_low"], strict=True)):
        if not (np.isnan(at) or np.isnan(low)):
            axes.plot([low, at], [place, place], color="#222222", linewidth=1.2, marker="|", markersize=6, zorder=3)
    for place, (status, kept) in enumerate(zip(slices["status"], slices["kept"], strict=True)):
        axes.text(1.02, place, f"{status}  n={kept}", va="center", fontsize=8, transform=axes.get_yaxis_transform())
    axes.axvline(float(slices.attrs["target"]), color="#8a1700", linestyle="--", linewidth=1, zorder=1)
    _label(axes, [str(name) for name in slices["slice"].astype(object).where(slices["slice"].notna(), "no value")])
    axes.set_xlim(0, 1)
    sure = f"{slices.attrs['confidence_level'] * 100:g} %"
    axes.set_xlabel(f"precision at the threshold of all, with its one-sided {sure} lower bound; n: values kept")
    return axes


def height_in(bars: int) -> float:
    """Return the height in inches of a figure with so many bars."""
    return 1.1 + 0.3 * max(bars, 1)


def _fields(scores: "pd.DataFrame", group: str | None) -> "pd.DataFrame":
    """Choose the rows of single fields, without those of the averages."""
    fields = scores[~scores["average"]]
    if group is None:
        return fields.reset_index(drop=True)
    known = list(dict.fromkeys(fields["group"]))
    if group not in known:
        message = f"There is no group {group!r} in this evaluation; choose one of {', '.join(map(repr, known))}."
        raise SettingError(message)
    return fields[fields["group"] == group].reset_index(drop=True)


def _labels(fields: "pd.DataFrame", group: str | None) -> list[str]:
    """Name the rows; with the compound in front where rows of several groups stand together."""
    names = fields["field"] if group is not None else map(dotted, fields["group"], fields["field"])
    return [name if len(name) <= LABEL_CHARACTERS else f"{name[: LABEL_CHARACTERS - 1]}…" for name in names]


def _axes(ax: "Axes | None", bars: int) -> "Axes":
    if ax is not None:
        return ax
    with needed_for("Drawing charts", "plots"):
        import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(7.5, height_in(bars)), layout="constrained")
    return axes


def _intervals(axes: "Axes", fields: "pd.DataFrame", metric: str) -> None:
    for place, low, high in zip(range(len(fields)), fields[f"{metric}_low"], fields[f"{metric}_high"], strict=True):
        if not (np.isnan(low) or np.isnan(high)):
            axes.plot([low, high], [place, place], color="#222222", linewidth=1.2, marker="|", markersize=6, zorder=3)


def _average_line(axes: "Axes", scores: "pd.DataFrame", metric: str, group: str) -> None:
    average = scores[(scores["group"] == group) & scores["average"] & (scores["field"] == "micro")]
    if len(average) == 0 or average[metric].isna().any():
        return
    value = float(average[metric].iloc[0])
    axes.axvline(value, color="#8a1700", linestyle="--", linewidth=1, zorder=1)
    name = f"columns of {group}" if group else "header fields"
    axes.set_title(f"all {name} together (micro): {value:.3f}", fontsize=9, color="#8a1700", parse_math=False)


def _label(axes: "Axes", labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), list(map(printable, labels)))
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
