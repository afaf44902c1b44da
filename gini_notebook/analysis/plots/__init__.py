"""Pictures of evaluations, comparisons, batches and histories.

Each takes ``ax=`` to draw into a figure of yours, returns the Axes and never shows. It draws within the box of the Axes
only: neighbours, figure and rcParams stay as they are. Colours follow the face of the Axes, light or dark, or a
:class:`Theme`; outcomes differ in form, too. What is drawn is a public table, which is attached as ``ax.gini_table``.
Text that came from documents is never read as mathematics.
"""

from gini_notebook._extras import needed_for

with needed_for("Drawing charts", "plots"):
    from gini_notebook.analysis.plots.automated import automation
    from gini_notebook.analysis.plots.batch import throughput, times
    from gini_notebook.analysis.plots.fields import candidates, field_scores, line_items, outcomes, overview
    from gini_notebook.analysis.plots.mistakes import causes, patterns, slices
    from gini_notebook.analysis.plots.runs import changes, comparison, trend
    from gini_notebook.analysis.plots.sureness import confidence, confidence_by_slice, reliability
    from gini_notebook.analysis.plots.theme import DARK, LIGHT, Theme

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "automation",
    "candidates",
    "causes",
    "changes",
    "comparison",
    "confidence",
    "confidence_by_slice",
    "field_scores",
    "line_items",
    "outcomes",
    "overview",
    "patterns",
    "reliability",
    "slices",
    "throughput",
    "times",
    "trend",
]
