"""The report as Markdown: a comment of a pull request, or the summary of a job, that is never cut off by its host.

A comment on GitHub takes 65,536 characters, a job's summary 1 MiB, and both drop what is longer as a whole. So whole
sections are left out from the end until the rest fits, and a line says which. Verdict, gravest notes and gates that are
not met come first and always stay. No value of a document is in it: comments are public more often than files.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gini_notebook._text import printable
from gini_notebook.analysis.report import parts
from gini_notebook.analysis.report.content import Content, FieldGroup
from gini_notebook.analysis.report.headings import HEADINGS, OUTCOMES, VERDICTS, in_words
from gini_notebook.analysis.report.parts import GLYPHS, Page
from gini_notebook.analysis.report.plan import ANSWERS, automation
from gini_notebook.analysis.report.sections import costs, past
from gini_notebook.analysis.report.texts import missing
from gini_notebook.analysis.report.trend import MOST_SPARKS
from gini_notebook.schema import dotted

MARK = "<!-- gini-notebook:report -->"
"""The first line, by which a bot finds the comment that it updates."""

BUDGETS: Mapping[str, tuple[int, Callable[[str], int]]] = {
    "comment": (60_000, len),
    "summary": (900_000, lambda text: len(text.encode("utf-8"))),
}
"""How long a report may be, and how that is counted: characters of a comment, bytes of a job's summary."""

MOST_PATTERNS, MOST_WORST, MOST_REASONS = 10, 10, 20
_LONGEST_NAME = 80
_CHANGES = ("wrong", "missing", "spurious")

# Markdown lets HTML and its own marks through, so both are taken out of what came from outside.
_ESCAPES = {ord(mark): f"\\{mark}" for mark in "\\`*_{}[]()#+!|~"} | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    # A name behind it would be notified, also behind an entity; what stands between them is not shown.
    ord("@"): "@<!-- -->",
    ord("\n"): " ",
    ord("\r"): " ",
}

_WORDS = {
    "en": {
        "passed": "✔ Passed",
        "failed": "✘ Failed",
        "cards": "In short",
        "must": "Read this first",
        "info": "Good to know",
        "gates": "Gates",
        "met": "met",
        "not_met": "**not met**",
        "interval": "Interval",
        "baseline": "Against {name}",
        "earlier": "the earlier result",
        "others": "{count} other fields: no evidence of a difference.",
        "fields": "Field by field",
        "patterns": "What goes wrong together",
        "worst": "Documents with the most mistakes",
        "dearest": "Documents with the dearest mistakes",
        "reasons": "Failed documents, by reason",
        "provenance": "How this was made",
        "more": "… and {count} more: see the report as .xlsx",
        "left_out": "Left out for length: {names}. See the report as .html or .xlsx.",
        "of": "of",
        "no_mistake": "no mistake",
        "documents": "Documents",
        "shown": "What is shown",
    },
    "de": {
        "passed": "✔ Bestanden",
        "failed": "✘ Nicht bestanden",
        "cards": "In Kürze",
        "must": "Zuerst lesen",
        "info": "Gut zu wissen",
        "gates": "Bedingungen",
        "met": "erfüllt",
        "not_met": "**nicht erfüllt**",
        "interval": "Intervall",
        "baseline": "Gegenüber {name}",
        "earlier": "dem früheren Ergebnis",
        "others": "{count} weitere Felder: kein Beleg für einen Unterschied.",
        "fields": "Feld für Feld",
        "patterns": "Was zusammen falsch ist",
        "worst": "Dokumente mit den meisten Fehlern",
        "dearest": "Dokumente mit den teuersten Fehlern",
        "reasons": "Fehlgeschlagene Dokumente nach Grund",
        "provenance": "Wie dies entstand",
        "more": "… und {count} weitere: siehe den Bericht als .xlsx",
        "left_out": "Aus Platzgründen weggelassen: {names}. Siehe den Bericht als .html oder .xlsx.",
        "of": "von",
        "no_mistake": "kein Fehler",
        "documents": "Dokumente",
        "shown": "Was gezeigt wird",
    },
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report that is there as a whole or not at all.

    Attributes
    ----------
    title
        Its heading, and how it is called where it was left out.
    lines
        Without the heading.
    folded
        Whether it is closed until somebody opens it.
    """

    title: str
    lines: Sequence[str]
    folded: bool = False

    def text(self) -> str:
        """Return the section as Markdown."""
        body = "\n".join(self.lines)
        if self.folded:
            return f"\n<details><summary>{self.title}</summary>\n\n{body}\n\n</details>\n"
        return f"\n#### {self.title}\n\n{body}\n"


def as_markdown(content: Content) -> bytes:
    """Render verdict, gravest notes, conditions, numbers and fields; then, folded, what else there is."""
    writer = _Writer(content)
    whole = writer.always() + fitted(
        [section for section in writer.sections() if section.lines],
        content.wishes.budget,
        len_so_far=writer.always(),
        left_out=writer.words["left_out"],
    )
    return whole.encode("utf-8")


def fitted(sections: Sequence[Section], budget: str | None, *, len_so_far: str, left_out: str) -> str:
    """Return as many sections from the front as fit a budget, and a line that names the others.

    Parameters
    ----------
    sections
        The gravest first.
    budget
        A name in :data:`BUDGETS`; None for all sections.
    len_so_far
        What stands above them.
    left_out
        The line, with ``{names}``.
    """
    kept = list(sections)
    while True:
        dropped = [section.title for section in sections[len(kept) :]]
        said = f"\n{left_out.format(names=', '.join(dropped))}\n" if dropped else ""
        text = "".join(section.text() for section in kept) + said
        if budget is None or not kept:
            return text
        most, measure = BUDGETS[budget]
        if measure(len_so_far + text) <= most:
            return text
        kept.pop()


class _Writer:
    """Writes the parts of one report."""

    def __init__(self, content: Content) -> None:
        self.content, self.form = content, content.form
        self.words = _WORDS[content.language]

    def always(self) -> str:
        """Return what is never left out: verdict, gravest notes, conditions that are not met."""
        content = self.content
        lines = [MARK, f"### {self._sign()}{escape(content.title)}", ""]
        if content.verdict:
            lines += [f"**{escape(' '.join(content.verdict))}**", ""]
        grave = [note for note in content.notes if note.level == "must"]
        if grave:
            lines += [f"#### {self.words['must']}", "", *(f"- **{escape(note.text)}**" for note in grave), ""]
        if broken := [gate for gate in content.checks if not gate.passed]:
            lines += [f"#### {self.words['gates']}", "", *self._gates(broken), ""]
        return "\n".join(lines)

    def _sign(self) -> str:
        """Say in a word whether the conditions are met; nothing where there are none."""
        if not self.content.checks:
            return ""
        return f"{self.words['passed' if self.content.checks.passed else 'failed']}: "

    def sections(self) -> list[Section]:
        """Return the other sections, the gravest first."""
        content, words = self.content, self.words
        met = [gate for gate in content.checks if gate.passed]
        header = [group for group in content.groups if not group.group]
        compounds = [group for group in content.groups if group.group]
        return [
            Section(f"{words['gates']}: {words['met']} ({len(met)})", self._gates(met) if met else []),
            Section(words["cards"], self._cards()),
            *self._baseline(),
            *(Section(words["fields"], self._fields(group)) for group in header),
            *(Section(escape(group.title), self._fields(group), folded=True) for group in compounds),
            Section(words["info"], self._info(), folded=True),
            *self._confidence(),
            self._patterns(),
            self._worst(),
            *self._attached(),
            self._failed(),
            Section(words["provenance"], self._provenance(), folded=True),
        ]

    def _gates(self, gates: Sequence[Any]) -> list[str]:
        names = [HEADINGS[key].name(self.content.language) for key in ("condition", "is", "result")]
        head = [names[0], names[1], self.words["interval"], names[2]]
        rows = [
            [
                escape(gate.expression),
                self.form.number(gate.value),
                self.form.interval(gate.low, gate.high),
                self.words["met" if gate.passed else "not_met"],
            ]
            for gate in gates
        ]
        return table(head, rows, marks=True)

    def _cards(self) -> list[str]:
        return [
            f"- {escape(card.name)}: **{escape(card.value)}**" + (f" ({escape(card.detail)})" if card.detail else "")
            for card in self.content.cards
        ]

    def _info(self) -> list[str]:
        return [f"- {escape(note.text)}" for note in self.content.notes if note.level != "must"]

    def _fields(self, group: FieldGroup) -> list[str]:
        text = self.content.text
        names = {name: heading.name(self.content.language).lower() for name, heading in OUTCOMES.items()}
        rows = []
        for row in group.rows:
            slips = ", ".join(f"{row[name]} {names[name]}" for name in _CHANGES if row[name] not in ("", "0"))
            name = escape(shortened(row["field"]))
            interval = row["f1_interval"]
            score = row["f1"] + (f" ({interval})" if interval else "")
            rows.append([f"*{name}*" if row["average"] else name, escape(score), row["support"], slips])
        head = [text["field"], text["f1"], HEADINGS["support"].name(self.content.language), text["mistakes"]]
        return [*table(head, rows, marks=True), "", escape(self.content.caption_of_fields)]

    def _baseline(self) -> list[Section]:
        """Return what changed since the baseline, field by field; those without evidence are counted."""
        comparison = self.content.baseline
        if comparison is None:
            return []
        language = self.content.language
        fields = comparison.by_field(confidence_level=self.content.how["confidence_level"], full=True)
        changed = fields[(fields["verdict"] != "no evidence") | fields["average"]]
        rows = [
            [
                escape(shortened(self._name(row))),
                self.form.score(row["f1_a"]),
                self.form.score(row["f1_b"]),
                escape(self._difference(row)),
                VERDICTS[row["verdict"]].name(language) if row["verdict"] in VERDICTS else escape(str(row["verdict"])),
            ]
            for row in changed.to_dict("records")
        ]
        keys = ("field", "f1_a", "f1_b", "f1_difference", "verdict")
        lines = table([HEADINGS[key].name(language) for key in keys], rows, marks=True)
        if len(changed) < len(fields):
            lines += ["", self.words["others"].format(count=len(fields) - len(changed))]
        name = str(comparison.a.provenance["run"]) or self.words["earlier"]
        return [Section(self.words["baseline"].format(name=escape(name)), lines)]

    def _name(self, row: Mapping[Any, Any]) -> str:
        return (
            f"{row['group'] + ': ' if row['group'] else ''}{self.content.text[row['field']]}"
            if row["average"]
            else dotted(row["group"], row["field"])
        )

    def _difference(self, row: Mapping[Any, Any]) -> str:
        value, low, high = (row[f"f1_difference{end}"] for end in ("", "_low", "_high"))
        if missing(value):
            return self.form.undefined
        said = self.form.point(f"{value:+.3f}")
        return said if missing(low) else said + self.form.point(f" ({low:+.3f} – {high:+.3f})")

    def _confidence(self) -> list[Section]:
        found = self.content.confidence
        if found is None:
            return []
        lines = [escape(found.verdict)]
        for part in found.tables:
            head = [self.content.text[name] for name in part.columns]
            rows = [[row[name] for name in part.columns] for row in part.rows]
            lines += ["", f"**{escape(part.title)}**", "", *table(head, rows)]
        return [
            Section(
                self.content.text["confidence"], [*lines, "", escape(self.content.text["confidence_lead"])], folded=True
            )
        ]

    def _patterns(self) -> Section:
        """Return the most frequent sets of mistakes."""
        found = self.content.patterns
        names = {name: heading.name(self.content.language).lower() for name, heading in OUTCOMES.items()}
        rows = []
        for row in found.head(MOST_PATTERNS + 1).to_dict("records"):
            slips = [f"{name} {names[row[name]]}" for name in found.attrs["fields"] if not missing(row[name])]
            said = ", ".join(slips) or self.words["no_mistake"]
            rows.append([escape(shortened(said, 300)), str(row["documents"]), self.form.percent(row["share"])])
        title = f"{self.words['patterns']} ({found.attrs['patterns']})"
        if not found.attrs["patterns"]:
            return Section(title, [])
        head = [HEADINGS[key].name(self.content.language) for key in ("pattern", "documents", "share")]
        shown = sum(row[0] != self.words["no_mistake"] for row in rows)
        more = found.attrs["patterns"] - shown
        return Section(title, [*table(head, rows, marks=True), *self._more(more)], folded=True)

    def _worst(self) -> Section:
        """Return the documents whose mistakes cost most, or that have most; by name where they have as many."""
        counts, costs = self.content.result.mistakes()["document"].value_counts(), self.content.document_costs
        dear = {} if costs is None else costs.to_dict()
        worst = sorted(counts.items(), key=lambda item: (-dear.get(item[0], 0), -item[1], item[0]))[:MOST_WORST]
        rows = [
            [shortened(str(name)), str(count), *([self.form.amount(dear[name])] if dear else [])]
            for name, count in worst
        ]
        keys = ("document", "mistakes", *(["cost"] if dear else []))
        head = [HEADINGS[key].name(self.content.language) for key in keys]
        lines = [*table(head, rows), *self._more(len(counts) - MOST_WORST)] if rows else []
        title = self.words["dearest" if dear else "worst"]
        return Section(f"{title} ({len(counts)})", lines, folded=True)

    def _attached(self) -> list[Section]:
        """Return what was handed to the report: costs, a plan of automation without amounts, earlier runs."""
        built = (costs(self.content), automation(self.content, amounts=False), past(self.content, listed=MOST_SPARKS))
        return [Section(escape(one.title), _of_section(one), folded=True) for one in built if one is not None]

    def _failed(self) -> Section:
        """Return the reasons of failed documents, which are few where the documents are many."""
        failed = self.content.failed
        reasons = Counter(row["error"] for row in failed)
        first = {row["error"]: row["document"] for row in reversed(failed)}
        rows = [
            [shortened(reason, 300), str(count), shortened(first[reason])]
            for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
        ]
        head = [HEADINGS[key].name(self.content.language) for key in ("error", "count", "example")]
        lines = [*table(head, rows), *self._more(len(reasons) - MOST_REASONS)] if rows else []
        return Section(f"{self.words['reasons']} ({len(failed)})", lines, folded=True)

    def _provenance(self) -> list[str]:
        said = in_words(self.content.result.provenance, self.content.language)
        return [f"- {escape(key)}: {escape(shortened(value, 300))}" for key, value in said.items()]

    def _more(self, count: int) -> list[str]:
        return ["", self.words["more"].format(count=count)] if count > 0 else []


def page_as_markdown(page: Page) -> bytes:
    """Render a page, as that of a comparison, as a comment: sentences, numbers and tables, without what is drawn."""
    words = _WORDS[page.language]
    passed = all(gate.passed for gate in page.gates)
    sign = f"{words['passed' if passed else 'failed']}: " if page.gates else ""
    lines = [MARK, f"### {sign}{escape(page.title)}", "", f"**{escape(' '.join(page.verdict))}**", ""]
    for gate in page.gates:
        lines += [f"- **{escape(gate.answer)}**: {escape(gate.words)}; {escape(gate.value)}", ""]
    grave = [note for note in page.notes if note.level == "must"]
    if grave:
        lines += [f"#### {words['must']}", "", *(f"- **{escape(note.text)}**" for note in grave), ""]
    cards = [
        f"- {escape(card.name)}: **{escape(card.value)}**" + (f" ({escape(card.detail)})" if card.detail else "")
        for card in page.cards
    ]
    info = [f"- {escape(note.text)}" for note in page.notes if note.level != "must"]
    sections = [
        Section(words["cards"], cards),
        *(Section(escape(one.title), _of_section(one)) for one in page.sections),
        Section(words["info"], info, folded=True),
        Section(words["shown"], [*map(escape, page.privacy)]),
    ]
    always = "\n".join(lines)
    kept = [section for section in sections if section.lines]
    return (always + fitted(kept, "comment", len_so_far=always, left_out=words["left_out"])).encode("utf-8")


def _of_section(section: parts.Section) -> list[str]:
    """Write what a section of a page says: sentences, those of its charts, and tables without what is drawn."""
    lines = [*map(escape, section.lead)]
    told = [chart["told"] for chart in section.more.get("charts", ())]
    for place, one in enumerate(section.tables):
        columns = [column for column in one.columns if column.kind not in GLYPHS]
        rows = [[_said(row.cells[column.key], column.kind) for column in columns] for row in one.rows]
        lines += ["", f"**{escape(one.title)}**"] if one.headed or told else []
        lines += ["", *(f"- {escape(sentence)}" for sentence in told[place])] if told else []
        if one.look == ANSWERS:
            lines += ["", *(f"- **{escape(question)}** {escape(answer)}" for question, answer in rows)]
            continue
        lines += ["", *table([column.label for column in columns], rows)]
        lines += ["", escape(one.note)] if one.note else []
    return lines


def _said(cell: Any, kind: str) -> str:
    """Return what a cell of a page says in words."""
    if kind == "score":
        return f"{cell.value} ({cell.interval})" if cell.interval else str(cell.value)
    if kind == "spark":
        return "" if cell is None else "; ".join(filter(None, (cell.text, cell.limits)))
    if kind == "mistakes":
        return " ".join(filter(None, (", ".join(words for _, words in cell["told"]), cell["of"])))
    return str(cell[1]) if kind == "word" else str(cell)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, marks: bool = False) -> list[str]:
    """Write a table; the first column is text, the others are numbers or short words.

    Parameters
    ----------
    head, rows
        The cells.
    marks
        Whether the cells have been escaped already, since some have marks of ours.
    """
    shown = rows if marks else [[escape(cell) for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in ([escape(name) for name in head], *shown)]
    return [lines[0], "|---" + "|--:" * (len(head) - 1) + "|", *lines[1:]]


def shortened(text: str, most: int = _LONGEST_NAME) -> str:
    """Return a text, or its beginning and its end where it is long."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def escape(text: str) -> str:
    """Take the meaning out of Markdown's and HTML's marks, and of ``@``, which would notify somebody."""
    return printable(text.translate(_ESCAPES))
