"""The report as one HTML file, by Jinja2 with autoescape."""

import base64
import io
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib import rc_context
from matplotlib.figure import Figure

from gini_notebook import plots
from gini_notebook.report.content import Content

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

# Nothing may be loaded or run: pictures are data, styles stand in the file.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def as_html(content: Content) -> bytes:
    """Render the HTML report."""
    bars = len(content.fields)
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            text=content.text,
            policy=CONTENT_SECURITY_POLICY,
            mistakes=content.mistake_rows(),
            scores_picture=_picture(bars, lambda ax: plots.field_scores(content.result, ax=ax)),
            scores_text=plots.describe_field_scores(content.result),
            outcomes_picture=_picture(bars, lambda ax: plots.outcomes(content.result, ax=ax)),
        )
    )
    return page.encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("gini_notebook.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _picture(bars: int, draw: "Callable[[Axes], object]") -> str:
    """Draw into a figure of its own, without pyplot, and give it back as the data of an image."""
    # Fixed ids and no date, so that the same evaluation gives the same file.
    with rc_context({"svg.hashsalt": "gini_notebook", "font.family": "DejaVu Sans", "svg.fonttype": "path"}):
        figure = Figure(figsize=(7.5, 1.2 + 0.34 * max(bars, 1)), layout="constrained")
        draw(figure.add_subplot())
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")
