"""The trade-off as a picture: what each rule keeps, what of it is wrong, and how much may be."""

from typing import TYPE_CHECKING

from gini_notebook._extras import needed_for
from gini_notebook._text import printable
from gini_notebook.analysis.automation.sequence import CERTIFIED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# petroff10: told apart by people who see few colours; markers tell them apart in grey.
_COLOURS = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59")
_MARKERS = "osD^vP"
_WIDTH_IN, _HEIGHT_IN = 6.4, 4.0


def draw(curve: "pd.DataFrame", *, allowed: float, ax: "Axes | None") -> "Axes":
    """Draw the steps of risk against coverage; see ``Automation.plot``."""
    if ax is None:
        with needed_for("Drawing charts", "plots"):
            from matplotlib.figure import Figure
        ax = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), layout="constrained").add_subplot()
    parts = list(curve.groupby(curve["slice"].fillna(""), sort=False))
    for place, (name, rows) in enumerate(parts):
        _draw_slice(ax, rows, str(name), place)
    ax.axhline(allowed, color="#717581", linestyle="--", linewidth=1, label=f"allowed: {allowed:.3g}")
    ax.set_xlabel("paid unseen, share of all documents")
    ax.set_ylabel("wrong, share of these")
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, None)
    for text in ax.legend(loc="upper left", fontsize=8, frameon=False).get_texts():
        text.set_parse_math(False)  # names of slices are of documents
    return ax


def _draw_slice(ax: "Axes", rows: "pd.DataFrame", name: str, place: int) -> None:
    """Draw the rules of a slice: what is wrong, up to how much may be, and filled marks where the target is shown."""
    colour, marker = _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]
    judged = rows[rows["error_high"].notna()]
    rate, wrong, high = (judged[column].to_numpy() for column in ("automation_rate", "error_rate", "error_high"))
    of = f"{printable(name)}: " if name else ""
    ax.step(rate, wrong, where="post", color=colour, linewidth=1.5)
    ax.vlines(rate, wrong, high, color=colour, linewidth=1)
    ax.plot(rate, high, linestyle="none", marker="_", color=colour, label=f"{of}at most, 95 % confidence, by document")
    if judged["cluster_error_high"].notna().any():
        issuers = judged["cluster_error_high"].to_numpy()
        ax.plot(rate, issuers, linestyle="none", marker="x", color=colour, label=f"{of}at most, by issuer")
    for shown, face in ((True, colour), (False, "none")):
        some = (judged["status"] == CERTIFIED).to_numpy(dtype=bool) == shown
        label = f"{of}wrong, {'target shown' if shown else 'target not shown'}"
        if some.any():
            ax.plot(
                rate[some],
                wrong[some],
                linestyle="none",
                marker=marker,
                color=colour,
                markerfacecolor=face,
                label=label,
            )
