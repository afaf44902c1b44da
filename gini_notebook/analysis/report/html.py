"""The report as one HTML file, by Jinja2 with autoescape: no script, nothing to load, glyphs drawn in the page."""

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gini_notebook._text import printable, printable_lines
from gini_notebook.analysis.report.content import Content, page_of
from gini_notebook.analysis.report.parts import Page
from gini_notebook.analysis.report.sections import sections_of

# Nothing may be loaded or run: styles stand in the file, and pictures, if there are some.
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
PICTURES_IN_THE_FILE = "; img-src data:"


def as_html(content: Content) -> bytes:
    """Render the HTML report of an evaluation."""
    sections, silent = sections_of(content)
    return render(page_of(content, sections, silent))


def render(page: Page) -> bytes:
    """Render a page as one file."""
    foot = [*dict.fromkeys((page.title, page.kicker)), *([page.text["sandbox_short"]] if page.sandbox else [])]
    template = environment().get_template("report.html.j2")
    policy = CONTENT_SECURITY_POLICY + (PICTURES_IN_THE_FILE if page.pictures else "")
    line = css_text(" · ".join(foot))
    return template.render(page=page, text=page.text, policy=policy, foot=line).encode("utf-8")


@cache
def environment() -> Environment:
    """Return the environment of all pages: everything is escaped, undefined names are errors."""
    made = Environment(
        loader=PackageLoader("gini_notebook.analysis.report", "templates"),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"breakable": _breakable, "shortened": shortened}
    return made


def _finalized(value: object) -> object:
    """Write texts so that none turns around or hides what stands beside it; what is markup already is ours."""
    return printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _breakable(name: str) -> Markup:
    """Let long names of fields break between their words."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])|(?<=\.)", printable(name)))


def shortened(name: str, most: int) -> str:
    """Cut a long name in the middle, where fields of one kind differ least."""
    whole = printable(name)
    half = (most - 1) // 2
    return whole if len(whole) <= most else f"{whole[: most - 1 - half]}…{whole[len(whole) - half :]}"


def css_text(text: str) -> str:
    """Write a text from outside as the inside of a string of CSS: all but letters, digits and blanks as escapes."""
    return "".join(
        one if one.isascii() and (one.isalnum() or one == " ") else f"\\{ord(one):x} " for one in printable(text)
    )
