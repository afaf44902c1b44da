"""What sections of a report are made of: tables of plain strings, and numbers for the glyphs beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from gini_notebook._german import name_in_german
from gini_notebook.notes import Language, Note

Kind = Literal[
    "text",
    "name",
    "number",
    "id",
    "score",
    "track",
    "strip",
    "mistakes",
    "bar",
    "dumbbell",
    "difference",
    "risk",
    "spark",
    "word",
]


GLYPHS = ("track", "strip", "bar", "dumbbell", "difference", "risk")
"""Kinds of columns that are drawn; what they show stands beside them as text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    key
        Where its values stand in the cells of a row.
    label
        Its heading.
    kind
        ``text``, ``name`` (may break between its words), ``number`` (at the right), ``id``, ``score`` (a
        :class:`Score`); or a glyph, which says nothing that does not stand beside it as text: ``track`` (a
        :class:`Score` on a line from 0 to 1), ``strip`` (shares of outcomes), ``bar`` (a share), ``dumbbell`` (two
        scores from 0 to 1), ``difference`` (a :class:`Score` round a line in the middle); or ``mistakes`` (counts of
        outcomes in words), ``spark`` (a :class:`Spark`, with what it says), ``word`` (a class and what it says).
    """

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Score:
    """A score, its interval as text, and where they lie between 0 and 1; hollow if it rests on too few values."""

    value: str
    interval: str = ""
    at: float | None = None
    low: float | None = None
    high: float | None = None
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """A share of mistakes, how high it may be, and how high it may be by issuer, on a line with what is allowed.

    All lie between 0 and 1 of the line's length. A bound by issuer that is beyond its end is an arrow there; it is None
    where nothing names issuers. Hollow where the target is not shown.
    """

    at: float
    high: float
    by_issuer: float | None
    allowed: float
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Spark:
    """A score over some runs as a small line with the band of its limits, and the same in words."""

    points: Sequence[tuple[float, float]]
    band: tuple[float, float] | None
    text: str
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; the first column is its heading. ``kind`` is how it looks: ``average``, or nothing special."""

    cells: Mapping[str, Any]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, of one or several parts with a line above each.

    Attributes
    ----------
    title, columns
        What it is, and its columns.
    parts
        Pairs of a line (may be empty) and rows.
    note
        What stands below it: that there are more rows, and where.
    closed
        The line to click on that opens the table; open from the beginning if empty. Print has it open.
    headed
        Whether the title stands above it.
    key
        What its glyphs mean, for forms that have some; it stands below where there is no note.
    look
        A class of its own: ``fields`` are laid out as small grids on narrow screens.
    """

    title: str
    columns: Sequence[Column]
    parts: Sequence[tuple[str, Sequence[Row]]]
    note: str = ""
    closed: str = ""
    headed: bool = False
    key: str = ""
    look: str = ""

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [row for _, rows in self.parts for row in rows]


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its anchor, its heading, sentences, tables, and what only its own template shows.

    ``drawn`` are sentences about glyphs, for forms that have some.
    """

    key: str
    title: str
    lead: Sequence[str] = ()
    tables: Sequence[Table] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    drawn: Sequence[str] = ()

    @property
    def template(self) -> str:
        """The name of its template: its own where there is one, else that of all."""
        return self.key if self.more else "tables"


def plain_table(title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], **options: Any) -> Table:
    """Return a table of one part."""
    return Table(title, columns, [("", [Row(cells) for cells in rows])], **options)


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the headline: what it is, a share of what, its interval, and where they lie from 0 to 1.

    ``change`` is the difference to another run, with its interval, if there is one.
    """

    name: str
    value: str
    base: str
    interval: str
    place: Score
    change: str = ""

    @property
    def detail(self) -> str:
        """Base and interval in one line."""
        return "; ".join(filter(None, (self.base, self.interval)))


@dataclass(frozen=True, slots=True)
class ShownNote:
    """One note: its sentence, its level, what to do about it, and examples, which only HTML and workbooks show."""

    level: str
    text: str
    advice: str
    examples: str


@dataclass(frozen=True, slots=True)
class ShownGate:
    """One condition in words, what its number is, and whether it holds; ``answer`` where yes and no are not all."""

    passed: bool
    words: str
    value: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page, apart from how it looks.

    Attributes
    ----------
    language, text
        The language, and its words.
    kicker, title, made, made_at
        What stands on top: kind of report, name, facts in one line, and the time.
    sandbox
        Whether the sandbox answered, whose numbers nobody may take for those of the service.
    verdict, gates, notes, cards, sections
        In the order in which they are read.
    silent
        Titles of sections that have nothing to say.
    privacy
        What of the documents stands in the page, in words.
    pictures
        Whether there are pictures to allow.
    """

    language: str
    text: Mapping[str, str]
    kicker: str
    title: str
    made: Sequence[str]
    made_at: datetime
    sandbox: bool
    verdict: Sequence[str]
    gates: Sequence[ShownGate]
    notes: Sequence[ShownNote]
    cards: Sequence[Card]
    sections: Sequence[Section]
    silent: Sequence[str] = ()
    privacy: Sequence[str] = ()
    pictures: bool = False


def shown_notes(notes: Iterable[Note], language: str, *, examples: bool = True) -> list[ShownNote]:
    """Write notes in a language. Examples may be values."""
    written: Language = "de" if language == "de" else "en"
    shown = [(note, map(name_in_german, note.examples) if written == "de" else note.examples) for note in notes]
    return [
        ShownNote(note.level, note.sentence(written), note.what_to_do(written), ", ".join(some) if examples else "")
        for note, some in shown
    ]
