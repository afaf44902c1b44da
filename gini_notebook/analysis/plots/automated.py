"""A picture of what could be paid unseen: what fixed rules keep, what of it is wrong, and how much may be."""

from typing import TYPE_CHECKING

from gini_notebook.analysis.plots.drawing import with_twin
from gini_notebook.analysis.plots.layout import (
    Axis,
    Entry,
    Planes,
    Style,
    compose_planes,
    empty_picture,
    share_ticks,
)
from gini_notebook.analysis.plots.theme import Theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from gini_notebook.analysis.automation import Automation
    from gini_notebook.analysis.plots.drawing import Panel
    from gini_notebook.analysis.plots.wording import Words

_CERTIFIED = "certified"


def automation(
    plan: "Automation",
    *,
    ax: "Axes | None" = None,
    language: str = "en",
    theme: Theme | None = None,
    title: str | bool | None = None,
) -> "Axes":
    """Draw what each rule would let through, how much of it is wrong, and how much may be (risk–coverage in steps).

    Parameters
    ----------
    plan
        What :func:`gini_notebook.automation` answered.
    ax, language, theme, title
        As in :func:`field_scores`.

    Returns
    -------
    matplotlib.axes.Axes
        A plane per slice. Per rule a dot (filled where the target is shown) with a line up to the bound by documents,
        and a cross at the bound by issuers (a triangle at the top where it is above); a dashed line where the target
        is. The twin is :meth:`Automation.curve`.

    Raises
    ------
    SettingError
        If there is no such language.

    Examples
    --------
    >>> plan = gini.automation(result, gini.checks(batch), required=["iban"])
    >>> ax = gini.plots.automation(plan)
    """
    style = Style(ax, language, theme, title)
    words, curve = style.words, plan.curve()
    judged = curve[curve["error_high"].notna()]
    if judged.empty:
        return empty_picture(style, style.heading(words.say("automation_none")), "automation_unlabelled", curve)
    most = min(1.0, 1.05 * max(float(judged["error_high"].max()), 2 * (1 - plan.target)))
    highest = float(judged["cluster_error_high"].max())
    x = Axis((0.0, 1.02), share_ticks(words), words.say("automation_axis"))
    ticks = [(most * step / 4, words.percent(most * step / 4, 1)) for step in range(5)]
    y = Axis((0.0, most), ticks, words.say("wrong_axis"))
    parts = list(judged.groupby(judged["slice"].fillna(""), sort=False))
    headings = [str(name) or ("" if plan.by is None else words.say("automation_unknown")) for name, _ in parts]
    legend = [
        Entry(words.say("automation_shown"), "ink", "o"),
        Entry(words.say("automation_not_shown"), "ink", "o", hollow=True),
        *([Entry(words.say("automation_by_issuer"), "soft", "x")] if highest >= 0 else []),
    ]
    notes = [words.say("automation_note", target=words.percent(plan.target, 1))]
    if highest > most:
        notes.append(words.say("automation_above", high=words.percent(highest, 1)))
    finding = style.heading(_finding(judged, words, plan.target))
    planes = Planes(x, y, finding, legend=legend, notes=notes, headings=headings)
    paper, panels = compose_planes(planes, style)
    for panel, (_, rows) in zip(panels, parts, strict=False):
        _draw_rules(panel, rows, 1 - plan.target)
    return with_twin(paper.ax, curve)


def _finding(judged: "pd.DataFrame", words: "Words", target: float) -> str:
    """Say which rule keeps most of those for which the target is shown; of several slices, in how many there is one."""
    shown = judged[judged["status"] == _CERTIFIED]
    told = {"target": words.percent(target, 1)}
    if shown.empty:
        return words.say("automation_none")
    parts = judged["slice"].fillna("").nunique()
    if parts > 1:
        return words.say("automation_slices", count=shown["slice"].fillna("").nunique(), all=parts, **told)
    last = shown.iloc[-1]
    return words.say("automation_some", rule=last["rule"], kept=words.percent(last["automation_rate"]), **told)


def _draw_rules(panel: "Panel", rows: "pd.DataFrame", allowed: float) -> None:
    colours = panel.paper.theme
    panel.line(panel.x, [allowed, allowed], colours.accent, linestyle=(0, (4, 3)), linewidth=1.2, gid="target")
    rate, wrong = rows["automation_rate"].tolist(), rows["error_rate"].tolist()
    panel.line(rate, wrong, colours.wrong, linewidth=1.2, drawstyle="steps-post", gid="risk")
    for at, low, high in zip(rate, wrong, rows["error_high"].tolist(), strict=True):
        panel.line([at, at], [low, high], colours.ink, linewidth=1.0, gid="bound")
    issuers = rows[rows["cluster_error_high"] <= panel.y[1]]
    across, up = (issuers[name].tolist() for name in ("automation_rate", "cluster_error_high"))
    panel.dots(across, up, colours.soft, marker="x", gid="issuers")
    beyond = rows[rows["cluster_error_high"] > panel.y[1]]["automation_rate"].tolist()
    panel.dots(beyond, [panel.y[1]] * len(beyond), colours.soft, marker="^", gid="issuers above")
    certified = rows["status"].eq(_CERTIFIED)
    for hollow, some in ((False, rows[certified]), (True, rows[~certified])):
        across, up = some["automation_rate"].tolist(), some["error_rate"].tolist()
        panel.dots(across, up, colours.ink, hollow=hollow, gid="open" if hollow else "shown")
