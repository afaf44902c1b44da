"""The report as Markdown, short enough for a pull request."""

from collections.abc import Mapping, Sequence

from gini_notebook._text import printable
from gini_notebook.analysis.report.content import FIELD_COUNTS, SCORES, Content, ShownNote

# Markdown lets HTML and its own marks through, so both are taken out of what came from outside.
_ESCAPES = {ord(mark): f"\\{mark}" for mark in "\\`*_{}[]()#+!|~"} | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    ord("\n"): " ",
    ord("\r"): " ",
}


def as_markdown(content: Content) -> bytes:
    """Render headline, table per field, confidence and failed documents as Markdown."""
    text = content.text
    lines = [f"# {escape(content.title)}", ""]
    lines += [f"- {escape(card.name)}: **{escape(card.value)}** ({escape(card.detail)})" for card in content.cards]
    if content.notes:
        lines += ["", f"## {text['notes']}", ""]
        lines += [f"- {_marked(note)}" for note in content.notes]
    lines += ["", f"## {text['by_field']}"]
    for group in content.groups:
        lines += _table(group.title, ("field", *SCORES, *FIELD_COUNTS), group.rows, text)
    lines += ["", escape(content.caption_of_fields)]
    if content.confidence is not None:
        lines += ["", f"## {text['confidence']}", "", escape(content.confidence.verdict)]
        for table in content.confidence.tables:
            lines += _table(table.title, table.columns, table.rows, text)
        lines += ["", escape(text["confidence_lead"])]
    if content.failed:
        lines += ["", f"## {text['failed']}", "", f"| {text['document']} | {text['why']} |", "|---|---|"]
        lines += [f"| {escape(row['document'])} | {escape(row['error'])} |" for row in content.failed]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _marked(note: ShownNote) -> str:
    """Write a note without its examples, which are values of documents."""
    return f"**{escape(note.text)}**" if note.level == "must" else escape(note.text)


def _table(title: str, names: Sequence[str], rows: Sequence[Mapping[str, str]], text: Mapping[str, str]) -> list[str]:
    """Write a table with its heading; the first column is text, the others are numbers."""
    head = ["", f"### {escape(title)}", "", "| " + " | ".join(text[name] for name in names) + " |"]
    body = ["| " + " | ".join(escape(_cell(row, name)) for name in names) + " |" for row in rows]
    return [*head, "|---" + "|--:" * (len(names) - 1) + "|", *body]


def _cell(row: Mapping[str, str], name: str) -> str:
    """Write a count, or a score with its interval."""
    interval = row.get(f"{name}_interval")
    return f"{row[name]} ({interval})" if interval else row[name]


def escape(text: str) -> str:
    """Take the meaning out of Markdown's and HTML's marks."""
    return printable(text.translate(_ESCAPES))
