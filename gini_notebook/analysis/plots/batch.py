"""Pictures of a batch: how long documents took, and how the run went."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.plots.drawing import Ticks, with_twin
from gini_notebook.analysis.plots.fields import count_ticks
from gini_notebook.analysis.plots.layout import Axis, Planes, Style, compose_planes, empty_picture, share_ticks
from gini_notebook.analysis.plots.theme import Theme
from gini_notebook.analysis.plots.wording import Language, Words
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_TIMES = 5


def times(
    batch: Any,
    *,
    ax: "Axes | None" = None,
    by: str | None = None,
    language: Language = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw how long documents took, every one of them: the share that was done within so many seconds.

    Parameters
    ----------
    batch
        A :class:`gini_notebook.Batch`, or its table of documents (``document``, ``processing_s``).
    by
        A column of that table to draw one small picture for each value of.
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        Steps from 0 to 1, marks at the median and at 95 %. Where fewer than 5 documents have a time, nothing is drawn.
        The twin has the rows of ``batch.documents`` with a time, the fastest first.

    Raises
    ------
    SettingError
        If the table has no such column, or there is no such language.

    Examples
    --------
    >>> ax = gini.plots.times(batch, by="source_classification")
    """
    style = Style(ax, language, theme, title)
    words = style.words
    documents = _documents(batch, "processing_s", *([by] if by else []))
    table = (
        documents[documents["processing_s"].notna()].sort_values("processing_s", kind="stable").reset_index(drop=True)
    )
    if len(table) < FEWEST_TIMES:
        return empty_picture(style, style.heading(words.say("times_title", median="n/a")), "times_few", table)
    seconds = table["processing_s"].to_numpy(dtype=float)
    middle, high = (words.short(float(f"{np.quantile(seconds, share):.3g}")) + " s" for share in (0.5, 0.95))
    heading = style.heading(words.say("times_title", median=middle))
    parts = _parts(words, table, by)
    note = words.say("times_note", median=middle, high=high, count=words.count(len(table)))
    most = float(seconds.max()) * 1.02 or 1.0
    x = Axis((0.0, most), _round_ticks(words, most), words.say("times_axis"))
    y = Axis((0.0, 1.0), share_ticks(words), words.say("times_share"))
    headings = [name for name, _ in parts] if by else [""]
    paper, panels = compose_planes(Planes(x, y, heading, notes=[note], headings=headings), style)
    for panel, (_, of_part) in zip(panels, parts, strict=False):
        share = np.arange(1, len(of_part) + 1) / len(of_part)
        panel.line([0, *of_part], [0, *share], paper.theme.correct, linewidth=1.8, drawstyle="steps-post", gid="ecdf")
        if len(of_part) >= FEWEST_TIMES:
            marks = [float(np.quantile(of_part, at)) for at in (0.5, 0.95)]
            for value, at, marker in zip(marks, (0.5, 0.95), ("o", "D"), strict=True):
                panel.line([value, value], [0, at], paper.theme.soft, linestyle=(0, (3, 2)), zorder=2)
                panel.dots([value], [at], paper.theme.accent, marker=marker, markersize=6.0, gid="quantile")
    return with_twin(paper.ax, table)


def throughput(
    batch: Any,
    *,
    ax: "Axes | None" = None,
    language: Language = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw how a run went: documents done against time; the slope is the rate, failures are ticks at the foot.

    Parameters
    ----------
    batch
        A :class:`gini_notebook.Batch`, or its table of documents (``uploaded_at``, ``processing_s``, ``status``).
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A document is done ``processing_s`` after its upload; where the former is not known, the upload counts. The twin
        has the rows of ``batch.documents`` that were uploaded, in the order in which they were done, with ``minutes``
        since the first upload.

    Raises
    ------
    SettingError
        If the table lacks a column, or there is no such language.

    Examples
    --------
    >>> ax = gini.plots.throughput(batch)
    """
    style = Style(ax, language, theme, title)
    words = style.words
    documents = _documents(batch, "uploaded_at", "processing_s", "status")
    table = documents[documents["uploaded_at"].notna()].reset_index(drop=True)
    if table.empty:
        return empty_picture(style, style.heading(words.say("throughput_done")), "throughput_none", table)
    since = (table["uploaded_at"] - table["uploaded_at"].min()).dt.total_seconds()
    table["minutes"] = (since + table["processing_s"].fillna(0.0)) / 60
    table = table.sort_values("minutes", kind="stable").reset_index(drop=True)
    done = table[table["status"] == "completed"]
    failed = table[table["status"] == "failed"]
    most = max(float(table["minutes"].max()), 1e-3)
    rate = words.short(float(f"{len(done) / most:.3g}"))
    told = {"count": words.count(len(done)), "duration": _duration(words, most), "rate": rate}
    notes = [words.say("throughput_failed", count=words.count(len(failed)))] if len(failed) else []
    x = Axis((0.0, most * 1.02), _round_ticks(words, most * 1.02), words.say("throughput_axis"))
    y = Axis((0.0, float(max(len(done), 1))), count_ticks(words, len(done)), words.say("throughput_done"))
    heading = style.heading(words.say("throughput_title", **told))
    paper, panels = compose_planes(Planes(x, y, heading, notes=notes), style)
    colours, panel = paper.theme, panels[0]
    minutes = done["minutes"].to_numpy(dtype=float)
    panel.line([0, *minutes], range(len(done) + 1), colours.correct, linewidth=1.8, drawstyle="steps-post", gid="done")
    for at in failed["minutes"].tolist():
        panel.line([at, at], [0, max(len(done), 1) * 0.05], colours.wrong, linewidth=1.4, zorder=4, gid="failed")
    return with_twin(paper.ax, table)


def _documents(batch: Any, *columns: str) -> pd.DataFrame:
    """Return the table of documents of what was given."""
    table = batch if isinstance(batch, pd.DataFrame) else batch.documents
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        message = (
            f"The documents table lacks the column(s) {', '.join(lacking)}. It has: "
            f"{', '.join(map(str, table.columns)) or 'none'}."
        )
        raise SettingError(message)
    return pd.DataFrame(table)


def _parts(words: Words, table: pd.DataFrame, by: str | None) -> list[tuple[str, list[float]]]:
    """Return the seconds of each slice, the largest slice first."""
    if by is None:
        return [("", table["processing_s"].tolist())]
    kinds = table[by].astype(object).where(table[by].notna(), words.say("no_slice")).astype(str)
    counts = kinds.value_counts()
    return [
        (f"{kind} ({words.count(count)})", table.loc[kinds == kind, "processing_s"].tolist())
        for kind, count in counts.items()
    ]


def _round_ticks(words: Words, most: float) -> Ticks:
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(nbins=6).tick_values(0, most)
    return [(float(value), words.short(float(f"{value:.6g}"))) for value in values if 0 <= value <= most]


def _duration(words: Words, minutes: float) -> str:
    """Write a duration in the unit that fits."""
    for unit, length in (("h", 60.0), ("min", 1.0)):
        if minutes >= length:
            return f"{words.short(float(f'{minutes / length:.3g}'))} {unit}"
    return f"{words.short(float(f'{minutes * 60:.2g}'))} s"
