"""Pictures of an evaluation. Each takes ``ax=`` to draw into a figure of yours, gives the Axes back and never shows.

Every number in a picture can be had as a table first (:meth:`Evaluation.by_field`). Colours are those of
matplotlib's ``petroff10``, told apart by people who see few colours; hatches tell the bars apart in grey. Text that
came from documents is never read as mathematics.
"""

from typing import TYPE_CHECKING

import numpy as np

from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from gini_notebook.evaluation import Evaluation

METRICS = {"f1": "F1", "precision": "precision", "recall": "recall"}
AVERAGES = ("micro", "macro")
# petroff10, in the order blue, orange, red, grey: good, off, gone, made up.
OUTCOME_STYLES = {
    "correct": ("#3f90da", ""),
    "wrong": ("#ffa90e", "//"),
    "missing": ("#bd1f01", ".."),
    "spurious": ("#94a4a2", "xx"),
}


def field_scores(result: "Evaluation", *, ax: "Axes | None" = None, metric: str = "f1") -> "Axes":
    """Draw a bar per field with its 95 % interval, and a line for the average over all header fields.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    ax
        Axes to draw into; a new figure by default.
    metric
        ``"f1"``, ``"precision"`` or ``"recall"``.

    Returns
    -------
    matplotlib.axes.Axes
        Bars (``ax.patches``) in the order of :meth:`Evaluation.by_field`, top first; a field whose score is
        undefined has a bar of width 0 and says "n/a".

    Raises
    ------
    SettingError
        If there is no such metric.

    Examples
    --------
    >>> ax = gini.plots.field_scores(result)                          # doctest: +SKIP
    >>> figure, (left, right) = plt.subplots(1, 2)                    # doctest: +SKIP
    >>> gini.plots.field_scores(result, ax=left, metric="recall")     # doctest: +SKIP
    """
    if metric not in METRICS:
        message = f"There is no metric {metric!r} to draw; choose one of {', '.join(METRICS)}."
        raise SettingError(message)
    scores = result.by_field()
    fields = field_rows(scores)
    axes = _axes(ax, len(fields))
    values = fields[metric].to_numpy(dtype=float)
    places = list(range(len(fields)))
    axes.barh(places, np.nan_to_num(values), color="#3f90da", height=0.66, zorder=2)
    _intervals(axes, fields, metric)
    for place, value, support in zip(places, values, fields["support"], strict=True):
        text = "n/a" if np.isnan(value) else f"{value:.3f}"
        axes.text(1.02, place, f"{text}  n={support}", va="center", fontsize=8, transform=axes.get_yaxis_transform())
    _average_line(axes, scores, metric)
    _label(axes, field_labels(fields))
    axes.set_xlim(0, 1)
    axes.set_xlabel(f"{METRICS[metric]}, whiskers: 95 % interval")
    return axes


def outcomes(result: "Evaluation", *, ax: "Axes | None" = None) -> "Axes":
    """Draw for each field how many values are correct, wrong, missing and spurious.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    ax
        Axes to draw into; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Four stacked series of horizontal bars, counted in documents (or rows, for line items).

    Examples
    --------
    >>> ax = gini.plots.outcomes(result)      # doctest: +SKIP
    """
    fields = field_rows(result.by_field())
    axes = _axes(ax, len(fields))
    left = [0] * len(fields)
    for outcome, (colour, hatch) in OUTCOME_STYLES.items():
        counts = [int(count) for count in fields[outcome]]
        axes.barh(
            range(len(fields)),
            counts,
            left=left,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            height=0.66,
            label=outcome,
            zorder=2,
        )
        left = [before + count for before, count in zip(left, counts, strict=True)]
    _label(axes, field_labels(fields))
    axes.set_xlabel("values")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, fontsize=8)
    return axes


def describe_field_scores(result: "Evaluation", *, metric: str = "f1") -> str:
    """Say in words what :func:`field_scores` shows, for people who cannot see the picture."""
    fields = field_rows(result.by_field())
    parts = [
        f"{label} {'n/a' if np.isnan(value) else f'{value:.3f}'}"
        for label, value in zip(field_labels(fields), fields[metric], strict=True)
    ]
    return f"Bar chart of {METRICS[metric]} per field: {', '.join(parts)}."


def field_rows(scores: "pd.DataFrame") -> "pd.DataFrame":
    """Return the rows of single fields, without those of the averages."""
    return scores[~scores["field"].isin(AVERAGES)].reset_index(drop=True)


def field_labels(fields: "pd.DataFrame") -> list[str]:
    """Name each row: the field, with its compound in front where there is one."""
    return [
        f"{group}.{field}" if group else str(field)
        for group, field in zip(fields["group"], fields["field"], strict=True)
    ]


def _axes(ax: "Axes | None", bars: int) -> "Axes":
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(7.5, 1.2 + 0.34 * max(bars, 1)), layout="constrained")
    return axes


def _intervals(axes: "Axes", fields: "pd.DataFrame", metric: str) -> None:
    for place, low, high in zip(range(len(fields)), fields[f"{metric}_low"], fields[f"{metric}_high"], strict=True):
        if not (np.isnan(low) or np.isnan(high)):
            axes.plot([low, high], [place, place], color="#222222", linewidth=1.2, marker="|", markersize=6, zorder=3)


def _average_line(axes: "Axes", scores: "pd.DataFrame", metric: str) -> None:
    header = scores[(scores["group"] == "") & (scores["field"] == "micro")]
    if len(header) == 0 or header[metric].isna().any():
        return
    value = float(header[metric].iloc[0])
    axes.axvline(value, color="#bd1f01", linestyle="--", linewidth=1, zorder=1)
    axes.set_title(f"all header fields together (micro): {value:.3f}", fontsize=9, color="#8a1700")


def _label(axes: "Axes", labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
