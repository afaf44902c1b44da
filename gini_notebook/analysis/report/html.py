"""The report as one HTML file, by Jinja2 with autoescape."""

import base64
import io
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gini_notebook._text import printable, printable_lines
from gini_notebook.analysis.report.content import FIELD_COUNTS, SCORES, TEXT_COLUMNS, Content, FieldGroup

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Nothing may be loaded or run: pictures are data, styles stand in the file.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def as_html(content: Content) -> bytes:
    """Render the HTML report."""
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            text=content.text,
            policy=CONTENT_SECURITY_POLICY,
            scores=SCORES,
            counts=FIELD_COUNTS,
            text_columns=TEXT_COLUMNS,
            pictures=[pictures(content, group) for group in content.groups],
        )
    )
    return page.encode("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gini_notebook.analysis.report", "templates"),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _finalized(value: object) -> object:
    """Write texts so that none turns around or hides what stands beside it; what is markup already is ours."""
    return printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _breakable(name: str) -> Markup:
    """Let long names of fields break between their words."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])|(?<=\.)", printable(name)))


def pictures(content: Content, group: FieldGroup) -> list[dict[str, str]]:
    """Draw the scores and the outcomes of a group; return data and description of each."""
    from gini_notebook.analysis import plots

    text = content.text
    fields = [row for row in group.rows if not row["average"]]
    scores = ", ".join(f"{row['field']} {row['f1']}" for row in fields)
    how: dict[str, Any] = {
        "group": group.group,
        "language": content.form.language,
        "title": False,
        "theme": plots.LIGHT,
    }

    def draw_scores(axes: "Axes") -> None:
        plots.field_scores(content.result, ax=axes, sort=False, **how, **content.how)

    def draw_outcomes(axes: "Axes") -> None:
        plots.outcomes(content.result, ax=axes, **how)

    return [
        {"data": _image(len(fields), draw_scores), "text": text["scores_text"].format(scores=scores)},
        {"data": _image(len(fields), draw_outcomes), "text": text["outcomes_text"]},
    ]


def _image(bars: int, draw: "Callable[[Axes], None]") -> str:
    """Draw into a figure of its own, without pyplot, and return it as the data of an image."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # Fixed ids and no date, so that the same evaluation gives the same file.
    with rc_context({"svg.hashsalt": "gini_notebook", "font.family": "DejaVu Sans", "svg.fonttype": "path"}):
        figure = Figure(figsize=(7.2, 1.1 + 0.3 * max(bars, 1)))
        draw(figure.add_axes((0, 0, 1, 1)))
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")
