"""The report as Markdown, short enough for a pull request."""

from collections.abc import Mapping, Sequence
from typing import Any

from gini_notebook._text import printable
from gini_notebook.analysis.report.content import FIELD_COUNTS, SCORES, Content
from gini_notebook.analysis.report.parts import GLYPHS, Page, ShownNote, Table

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


def page_as_markdown(page: Page) -> bytes:
    """Render a page as Markdown: its sentences, numbers and tables, without what is only drawn."""
    lines = [f"# {escape(page.title)}", "", *(escape(sentence) for sentence in page.verdict)]
    if page.notes:
        lines += ["", f"## {page.text['read_first']}", "", *(f"- {_marked(note)}" for note in page.notes)]
    lines += ["", *(f"- {escape(card.name)}: **{escape(card.value)}** ({escape(card.detail)})" for card in page.cards)]
    for section in page.sections:
        lines += ["", f"## {escape(section.title)}", "", *map(escape, section.lead)]
        for table in section.tables:
            lines += _listed(table)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _listed(table: Table) -> list[str]:
    columns = [column for column in table.columns if column.kind not in GLYPHS]
    head = ["", *([f"### {escape(table.title)}", ""] if table.headed else [])]
    head.append("| " + " | ".join(escape(column.label) for column in columns) + " |")
    marks = "|".join("--:" if column.kind in ("number", "score") else "---" for column in columns)
    body = [
        "| " + " | ".join(escape(_said(row.cells[column.key], column.kind)) for column in columns) + " |"
        for row in table.rows
    ]
    return [*head, f"|{marks}|", *body, *(["", escape(table.note)] if table.note else [])]


def _said(cell: Any, kind: str) -> str:
    if kind == "score":
        return f"{cell.value} ({cell.interval})" if cell.interval else str(cell.value)
    if kind == "mistakes":
        return " ".join(filter(None, (", ".join(words for _, words in cell["told"]), cell["of"])))
    return str(cell[1]) if kind == "word" else str(cell)


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
