"""Pictures of mistakes: which come together in a document, why values are wrong, and whether any slice is special."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.plots.drawing import (
    MARGIN,
    SMALL_SIZE,
    TEXT_SIZE,
    Panel,
    Paper,
    fitted,
    shortened,
    text_width,
    widest,
    with_twin,
)
from gini_notebook.analysis.plots.fields import count_ticks
from gini_notebook.analysis.plots.layout import (
    FEWEST_VALUES,
    HEAD,
    Axis,
    Column,
    Entry,
    Labels,
    Plane,
    Planes,
    Rows,
    Style,
    compose_planes,
    compose_rows,
    empty_picture,
    outcome_marks,
    score_ticks,
)
from gini_notebook.analysis.plots.theme import HATCHES, MARKERS, Outcome, Theme
from gini_notebook.analysis.plots.wording import Language, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.scores import Scores

# What a cause is called that none of the known ones is.
NO_CAUSE = "other"
FEWEST_SLICES = 6
_MISTAKES: tuple[Outcome, ...] = ("wrong", "missing", "spurious")
LIMITS = ("limit_low_998", "limit_low_95", "limit_high_95", "limit_high_998")


def patterns(
    result: "Evaluation",
    *,
    ax: "Axes | None" = None,
    top: int = 10,
    by: "str | pd.Series[Any] | None" = None,
    language: str = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw which header fields go wrong together: one row per distinct set of mistakes that documents have.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    top
        How many sets of mistakes, most documents first; the documents without a mistake come before them.
    by
        A column of the documents table (``"source_classification"``) or a Series by document; each row then says which
        of its values most documents have.
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A mark per field and a bar for the documents. The twin is ``result.patterns(by=by)`` with these rows; no values
        of documents are in the picture.

    Raises
    ------
    SettingError
        If there is no such column or language, or ``top`` is no number of rows.

    Examples
    --------
    >>> ax = gini.plots.patterns(result, by="source_classification")
    """
    style = Style(ax, language, theme, title, "outside")
    words = style.words
    whole = result.patterns(by=by, top=None)
    clean = int(len(whole) > 0 and whole["mistakes"].iloc[0] == 0)
    table = whole.head(top + clean)
    table.attrs |= whole.attrs
    heading = style.heading(_pattern_finding(words, whole))
    if table.empty:
        return empty_picture(style, heading, "no_documents", table)
    width = open_width(style.ax)
    fields = [name for name in table.attrs["fields"] if table[name].notna().any()]
    room = max(int(width * (0.5 if width > 4 else 0.42) / (0.26 if width > 4 else 0.15)), 1)
    by_count = sorted(fields, key=lambda name: -int(table.loc[table[name].notna(), "documents"].sum()))
    kept = [name for name in fields if name in by_count[:room]]
    columns = [Column("", [words.count(value) for value in table["documents"]], bold=True)]
    if by is not None:
        columns.append(Column("", [_slice_text(words, row, width) for row in table.to_dict("records")], spared=True))
    planes = _pattern_planes(words, len(kept), float(table["documents"].max()), columns, wide=width > 4)
    steep = width <= 4 or len(kept) > 12
    named = [name.removeprefix("fields.") for name in kept]
    head = max(HEAD, min(widest(map(shortened, named), SMALL_SIZE), 1.4) * (1.0 if steep else 0.66) + 0.16)
    notes = [words.say("other_fields", count=len(fields) - len(kept))] if len(kept) < len(fields) else []
    rows = Rows([""] * len(table), planes, heading, notes=notes, bands=True, head=head)
    rows.legend = [*outcome_marks(words, _MISTAKES), Entry(words.say("right"), "soft", ".")]
    drawn = compose_rows(rows, style)
    matrix, bars = drawn.panels
    for place, name in enumerate(named):
        text = fitted(name, 1.4, SMALL_SIZE)
        x = matrix.at(place) + (0.0 if steep else -0.02)
        angle, foot = (90, "center") if steep else (40, "bottom")
        drawn.paper.write(x, matrix.top - 0.05, text, rotation_mode="anchor", rotation=angle, va=foot)
    _draw_marks(matrix, table, kept, drawn.shown)
    if clean:
        drawn.paper.write(MARGIN, matrix.down(0), words.say("no_mistake"), fontsize=TEXT_SIZE)
    for place, count in enumerate(table["documents"].tolist()[: drawn.shown]):
        colour = drawn.paper.theme.correct if clean and not place else drawn.paper.theme.soft
        bars.bar(0.0, float(count), place, drawn.thickness(0.16), facecolor=colour, gid="documents")
    return with_twin(drawn.paper.ax, table)


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
        first = {"share": words.percent(float(known.iloc[0]) / total), "cause": words.cause(known.index[0])}
        finding = words.say("causes_finding", **first)
    heading = style.heading(finding)
    if not total:
        return empty_picture(style, heading, "no_wrong", table)
    named = [words.say("no_cause") if cause == NO_CAUSE else words.cause(cause) for cause in table["cause"]]
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


def open_width(ax: "Axes | None") -> float:
    """Return how wide the paper will be, in inches."""
    from gini_notebook.analysis.plots.drawing import WIDTH

    return WIDTH if ax is None else float(ax.bbox.width / ax.figure.dpi)


def _pattern_planes(words: Words, fields: int, most: float, columns: list[Column], *, wide: bool) -> list[Plane]:
    """Return the plane of marks and that of bars."""
    pitch = 0.62 if fields <= 8 and wide else 0.3
    across = max(fields, 3)
    header = words.say("documents")
    return [
        Plane((-0.5, across - 0.5), [], weight=across * pitch),
        Plane((0.0, most), [], header, weight=2.4 if wide else 0.6, columns=columns),
    ]


def _draw_marks(matrix: Panel, table: pd.DataFrame, fields: list[str], shown: int) -> None:
    """Draw a mark where a field is wrong, a point where it is not."""
    theme = matrix.paper.theme
    named = {name: table[name].to_numpy(dtype=object, na_value=None)[:shown] for name in fields}
    small = matrix.paper.narrow
    for outcome in _MISTAKES:
        at = [(x, y) for x, name in enumerate(fields) for y in range(shown) if named[name][y] == outcome]
        if at:
            xs, ys = zip(*at, strict=True)
            how = {"marker": MARKERS[outcome], "markersize": 5.5 if small else 9.0, "gid": outcome}
            matrix.dots(xs, ys, theme.of(outcome), hollow=outcome == "missing", **how)
    bare = [(x, y) for x, name in enumerate(fields) for y in range(shown) if named[name][y] is None]
    first = 1 if len(table) and table["mistakes"].iloc[0] == 0 else 0
    bare = [(x, y) for x, y in bare if y >= first]
    if bare:
        xs, ys = zip(*bare, strict=True)
        matrix.dots(xs, ys, theme.rule, markersize=3.0, gid="right")


def _slice_text(words: Words, row: dict[Any, Any], width: float) -> str:
    """Say which slice most documents of a pattern are of."""
    name = fitted(_named(words, row["slice"]), 1.1 if width > 4 else 0.5, SMALL_SIZE)
    if row["slice_documents"] == row["documents"]:
        return words.say("all_of", slice=name)
    return words.say("some_of", count=row["slice_documents"], all=row["documents"], slice=name)


def _pattern_finding(words: Words, whole: pd.DataFrame) -> str:
    """Say how many of the mistakes the documents with the same mistakes hold."""
    total, documents = int(whole["mistakes"].sum()), int(whole["documents"].sum())
    if not documents:
        return words.say("patterns_title")
    if not total:
        return words.say("no_mistakes_at_all", count=words.count(documents))
    first = whole.loc[whole["mistakes"].astype(int).idxmax()]
    if first["documents"] < 2 or total < FEWEST_VALUES:
        return words.say("patterns_title")
    counts = {"documents": first["documents"], "all": documents, "count": first["mistakes"], "total": total}
    return words.say("patterns_finding", **{name: words.count(value) for name, value in counts.items()})


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
