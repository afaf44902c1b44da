"""The report as one HTML file, by Jinja2 with autoescape."""

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gini_notebook.analysis.report.confidence import TEXT_COLUMNS
from gini_notebook.analysis.report.content import FIELD_COUNTS, SCORES, Content
from gini_notebook.analysis.report.pictures import pictures

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
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(name: str) -> Markup:
    """Let long names of fields break between their words."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])|(?<=\.)", name))
