"""The report as Markdown, short enough for a pull request."""

from collections.abc import Mapping

from gini_notebook.report.content import FIELD_COUNTS, SCORES, Content

# Markdown lets HTML and its own marks through, so both are taken out of what came from outside.
_ESCAPES = {ord(mark): f"\\{mark}" for mark in "\\`*_{}[]()#+!|~"} | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    ord("\n"): " ",
    ord("\r"): " ",
}


def as_markdown(content: Content) -> bytes:
    """Render headline, table per field and failed documents as Markdown."""
    text = content.text
    lines = [f"# {escape(content.title)}", ""]
    lines += [f"- {escape(card.name)}: **{escape(card.value)}** ({escape(card.detail)})" for card in content.cards]
    lines += ["", f"## {text['by_field']}"]
    names = ("field", *SCORES, *FIELD_COUNTS)
    for group in content.groups:
        lines += ["", f"### {escape(group.title)}", ""]
        lines.append("| " + " | ".join(text[name] for name in names) + " |")
        lines.append("|---" + "|--:" * (len(names) - 1) + "|")
        lines += ["| " + " | ".join(escape(_cell(row, name)) for name in names) + " |" for row in group.rows]
    lines += ["", escape(content.caption_of_fields)]
    if content.failed:
        lines += ["", f"## {text['failed']}", "", f"| {text['document']} | {text['why']} |", "|---|---|"]
        lines += [f"| {escape(row['document'])} | {escape(row['error'])} |" for row in content.failed]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _cell(row: Mapping[str, str], name: str) -> str:
    """Write a count, or a score with its interval."""
    interval = row.get(f"{name}_interval")
    return f"{row[name]} ({interval})" if interval else row[name]


def escape(text: str) -> str:
    """Take the meaning out of Markdown's and HTML's marks."""
    return text.translate(_ESCAPES)
