"""The charts of a report as images inside the file, and the same in words."""

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure

from gini_notebook.analysis import plots
from gini_notebook.analysis.report.content import Content, FieldGroup

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pictures(content: Content, group: FieldGroup) -> list[dict[str, str]]:
    """Draw the scores and the outcomes of a group; give data and description of each."""
    text = content.text
    fields = [row for row in group.rows if not row["average"]]
    scores = ", ".join(f"{row['field']} {row['f1']}" for row in fields)

    def draw_scores(axes: "Axes") -> None:
        plots.field_scores(content.result, ax=axes, group=group.group)
        axes.set_xlabel(text["scores_axis"])
        micro = next((row["f1"] for row in group.rows if row["field"] == text["micro"]), content.form.undefined)
        axes.set_title(text["scores_title"].format(micro=micro), fontsize=9)
        axes.xaxis.set_major_formatter(lambda value, _place: content.form.point(f"{value:.1f}"))
        for note, row in zip(axes.texts, fields, strict=True):
            note.set_text(f"{row['f1']}  n={row['support']}")

    def draw_outcomes(axes: "Axes") -> None:
        plots.outcomes(content.result, ax=axes, group=group.group)
        axes.set_xlabel(text["outcomes_axis"])
        legend = axes.get_legend()
        for label in legend.get_texts() if legend else ():
            label.set_text(text[label.get_text()])

    return [
        {"data": _image(len(fields), draw_scores), "text": text["scores_text"].format(scores=scores)},
        {"data": _image(len(fields), draw_outcomes), "text": text["outcomes_text"]},
    ]


def _image(bars: int, draw: "Callable[[Axes], None]") -> str:
    """Draw into a figure of its own, without pyplot, and give it back as the data of an image."""
    # Fixed ids and no date, so that the same evaluation gives the same file.
    with rc_context({"svg.hashsalt": "gini_notebook", "font.family": "DejaVu Sans", "svg.fonttype": "path"}):
        figure = Figure(figsize=(6.0, plots.height_in(bars)), layout="constrained")
        draw(figure.add_subplot())
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")
