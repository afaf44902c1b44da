"""How an object stands in a cell without asking for more: headline, notes, a narrow table, how to see more.

One content, written twice: as HTML for notebooks, and as text for consoles, logs of a build and screen readers. All of
it is escaped, nothing is fetched, and it stays small however long names and however many notes there are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gini_notebook._text import printable
from gini_notebook.notes import Note, ordered

if TYPE_CHECKING:
    import pandas as pd

ROWS, COLUMNS = 20, 10
# A notebook keeps what its cells show: the whole of a display is below 30 kB.
_TABLE_BYTES, _NOTES_BYTES, _CELL_CHARACTERS, _LINE_CHARACTERS = 16_000, 8_000, 240, 600

_STYLE = """<style>
.gini-shown { max-width: 100%; overflow-x: auto; line-height: 1.4; }
.gini-shown p, .gini-shown ul { margin: 0 0 0.4em; }
.gini-shown .gini-headline { font-weight: 600; }
.gini-shown ul { padding-left: 1.4em; }
.gini-shown .gini-must { font-weight: 600; }
.gini-shown table { border-collapse: collapse; margin: 0 0 0.4em; }
.gini-shown.gini-shown th, .gini-shown.gini-shown td {
  text-align: left; vertical-align: top; padding: 0.15em 0.7em; white-space: normal;
  overflow-wrap: anywhere; min-width: 2.5em; max-width: 32em; }
.gini-shown th { overflow-wrap: normal; }
.gini-shown.gini-shown .gini-number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
</style>"""


@dataclass(frozen=True, slots=True)
class Display:
    """What stands in the cell.

    Attributes
    ----------
    headline
        Sentences; the first ones say what matters.
    notes
        What could make a number mean something else.
    columns, rows
        A table of at most 10 columns, of which at most 20 rows are shown.
    total, order
        How many rows there are, if more than are given, and which come first.
    more
        How to see more, one line each.
    """

    headline: Sequence[str]
    notes: Sequence[Note] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    total: int | None = None
    order: str = ""
    more: Sequence[str] = ()

    @property
    def html(self) -> str:
        """The content for a notebook."""
        from markupsafe import Markup

        parts = [Markup('<p class="gini-headline">{}</p>').format(line) for line in self._headline()]
        if self.notes:
            items = [
                Markup("<li{}>{}</li>").format(Markup(' class="gini-must"') if grave else "", text)
                for grave, text in self._notes()
            ]
            parts.append(Markup('<ul class="gini-notes">{}</ul>').format(Markup("").join(items)))
        if self.columns:
            parts.append(self._html_table())
        parts += [Markup('<p class="gini-more">{}</p>').format(line) for line in self._more()]
        return f'<div class="gini-shown">{_STYLE}{Markup("").join(parts)}</div>'

    @property
    def text(self) -> str:
        """The same content for wherever there is no HTML; grave notes are marked with ``!``."""
        lines = self._headline()
        lines += [f"{'!' if grave else '·'} {text}" for grave, text in self._notes()]
        if self.columns:
            lines += ["", *self._text_table(), ""]
        return "\n".join([*lines, *self._more()]).strip("\n")

    def bundle(self) -> dict[str, str]:
        """Return both forms by media type, as ``_repr_mimebundle_`` answers."""
        return {"text/html": self.html, "text/plain": self.text}

    def _headline(self) -> list[str]:
        return [_line(line) for line in self.headline]

    def _more(self) -> list[str]:
        shown, there = len(self._shown()), max(self.total or 0, len(self.rows))
        cut = (
            [f"The first {shown} of {there:,}{self.order and f', {self.order}'}."]
            if self.columns and there > shown
            else []
        )
        return [*cut, *map(_line, self.more)]

    def _notes(self) -> list[tuple[bool, str]]:
        """Return whether each note is grave, and what it says; too many end with how many there are."""
        told: list[tuple[bool, str]] = []
        left = _NOTES_BYTES
        several = ordered(self.notes)
        for place, note in enumerate(several, start=1):
            examples = f" ({', '.join(map(_cut, note.examples))})" if note.examples else ""
            text = _line(f"{note.text} {note.advice}".rstrip() + examples)
            left -= _size(text)
            if left < 0 and place < len(several):  # never all but one
                return [*told, (False, f"… and {len(several) - len(told)} more notes: .notes has them all.")]
            told.append((note.level == "must", text))
        return told

    def _shown(self) -> list[list[str]]:
        shown, left = [], _TABLE_BYTES
        for row in self.rows[:ROWS]:
            cells = [_cell(value) for value in row]
            left -= sum(map(_size, cells)) + 30 * len(cells)
            if left < 0:
                break
            shown.append(cells)
        return shown

    def _numbers(self) -> list[bool]:
        """Return which columns hold numbers and nothing else."""
        columns = [[row[place] for row in self.rows] for place in range(len(self.columns))]
        return [any(map(_is_number, column)) and all(map(_is_number_or_none, column)) for column in columns]

    def _html_table(self) -> Any:
        from markupsafe import Markup

        classes = [Markup(' class="gini-number"') if number else "" for number in self._numbers()]
        head, cell = Markup('<th scope="col"{}>{}</th>'), Markup("<td{}>{}</td>")
        lines = [(head, [printable(name) for name in self.columns]), *((cell, row) for row in self._shown())]
        first, *rest = (
            Markup("<tr>{}</tr>").format(Markup("").join(map(form.format, classes, texts))) for form, texts in lines
        )
        return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(first, Markup("").join(rest))

    def _text_table(self) -> list[str]:
        lines = [[printable(name) for name in self.columns], *self._shown()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rights = self._numbers()
        return [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, rights, strict=True)
            ).rstrip()
            for line in lines
        ]


def rows_of(frame: "pd.DataFrame") -> list[list[object]]:
    """Return the first rows of a table as plain values, missing ones as None, except undefined numbers."""
    shown = frame.head(ROWS)
    columns = []
    for name in shown.columns:
        missing = shown[name].isna().tolist()
        is_measure = str(shown[name].dtype) == "float64"
        columns.append(
            [
                value if is_measure or not gone else None
                for value, gone in zip(shown[name].tolist(), missing, strict=True)
            ]
        )
    return [list(row) for row in zip(*columns, strict=True)]


def interval_text(low: float, high: float) -> str:
    """Write the two ends of an interval as one text."""
    return "n/a" if math.isnan(low) or math.isnan(high) else f"{low:.3f} to {high:.3f}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return "n/a" if math.isnan(value) else f"{value:.3f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return _cut(str(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_number_or_none(value: object) -> bool:
    return value is None or _is_number(value)


def _cut(text: str, most: int = _CELL_CHARACTERS) -> str:
    whole = printable(" ".join(text.split()))
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def _line(text: str) -> str:
    return _cut(text, _LINE_CHARACTERS)


def _size(text: str) -> int:
    """Return how many bytes a text takes at most, escaped for HTML or as UTF-8."""
    return len(text.encode()) + 5 * sum(map(text.count, "&<>\"'"))
