"""Words on a page, and the rows and phrases they form.

All coordinates are points (1/72 inch) with the origin at the top left. They are *upright* coordinates: a page whose
text runs sideways or upside down is turned first, and :meth:`Page.shown` leads back to the page as it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_SAME_ROW = 0.42  # of the height: baselines closer than this belong together (sub- and superscripts do, lines do not)
_LONGEST = 200  # words; a longer row is no text that people read
_PHRASE_GAP = 0.9  # of the height: a wider gap between two words starts a new phrase


def well_formed(text: str) -> str:
    r"""Return a text that every encoding takes, whatever a file said.

    Surrogate pairs are joined; lone surrogates and noncharacters become U+FFFD; control characters that are no white
    space are left out.

    Examples
    --------
    >>> well_formed("\ud83d\ude00 caf\u00e9\x00 \ud83d")
    '😀 café �'
    """
    if text.isprintable():
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(
        "\ufffd" if _is_noncharacter(letter) else letter for letter in joined if letter >= " " or letter.isspace()
    )


def _is_noncharacter(letter: str) -> bool:
    return ord(letter) & 0xFFFE == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a page, in points from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    def union(self, other: "Area") -> "Area":
        """Return the smallest rectangle around both."""
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without blanks."""

    text: str
    area: Area
    baseline: float
    size: float
    font: str = ""
    bold: bool = False

    @property
    def height(self) -> float:
        """Height of the box in points."""
        return self.area.bottom - self.area.top


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code: its text and its place."""

    text: str
    area: Area


@dataclass(frozen=True)
class Row:
    """Words on one baseline, from left to right, over the whole width of the page.

    ``text`` joins them with one blank inside a phrase and three between phrases, so that a pattern can tell the blank
    of ``1 234,56`` from the gap between two columns.
    """

    page: int
    words: tuple[Word, ...]
    text: str
    starts: tuple[int, ...]
    area: Area
    index: int = 0

    def area_of(self, start: int, end: int) -> Area:
        """Return the rectangle around the characters from ``start`` to ``end`` of ``text``."""
        areas = [
            _part_of(word, max(start - first, 0), min(end - first, len(word.text)))
            for word, first in zip(self.words, self.starts, strict=True)
            if first < end and first + len(word.text) > start
        ]
        if not areas:
            return self.area
        area = areas[0]
        for other in areas[1:]:
            area = area.union(other)
        return area

    def word_at(self, position: int) -> Word:
        """Return the word that holds the character at ``position`` of ``text``."""
        found = self.words[0]
        for word, first in zip(self.words, self.starts, strict=True):
            if first > position:
                break
            found = word
        return found

    @cached_property
    def phrases(self) -> list["Row"]:
        """The runs of words without a wide gap, each as a row of its own."""
        groups: list[list[Word]] = []
        for previous, word in zip((None, *self.words), self.words, strict=False):
            if previous is None or is_gap(previous, word):
                groups.append([])
            groups[-1].append(word)
        return [make_row(self.page, group, self.index) for group in groups]


@dataclass(frozen=True, eq=False)
class Page:
    """A page with its words.

    Attributes
    ----------
    number
        From 1.
    width, height
        Size in points as the page is shown.
    words
        In upright coordinates.
    turn
        Degrees clockwise by which the shown page was turned to make its text upright: 0, 90, 180 or 270.
    stray
        Words that run in another direction than most of the page; they take no part in reading.
    picture_share
        Share of the page that pictures cover.
    symbols
        QR codes, in upright coordinates.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    turn: int = 0
    stray: tuple[Word, ...] = ()
    picture_share: float = 0.0
    symbols: tuple[Symbol, ...] = ()
    rows: tuple[Row, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(rows_of(self.number, self.words)))

    @property
    def upright_size(self) -> tuple[float, float]:
        """Width and height once the text is upright."""
        return (self.width, self.height) if self.turn % 180 == 0 else (self.height, self.width)

    def shown(self, area: Area) -> Area:
        """Return the rectangle on the page as it is shown, cut at the edges of the page."""
        shown = turned(area, -self.turn, self.upright_size)
        return Area(
            min(max(shown.left, 0.0), self.width),
            min(max(shown.top, 0.0), self.height),
            min(max(shown.right, 0.0), self.width),
            min(max(shown.bottom, 0.0), self.height),
        )

    def upright(self, area: Area) -> Area:
        """Return a rectangle of the shown page in upright coordinates."""
        return turned(area, self.turn, (self.width, self.height))


def turned(area: Area, degrees: int, size: tuple[float, float]) -> Area:
    """Turn a rectangle together with its page.

    Parameters
    ----------
    area
        Where it is.
    degrees
        Clockwise, a multiple of 90.
    size
        Width and height of the page before it is turned.
    """
    width, height = size
    left, top, right, bottom = area.left, area.top, area.right, area.bottom
    if degrees % 360 == 90:
        return Area(height - bottom, left, height - top, right)
    if degrees % 360 == 180:
        return Area(width - right, height - bottom, width - left, height - top)
    if degrees % 360 == 270:
        return Area(top, width - right, bottom, width - left)
    return area


def is_gap(left: Word, right: Word) -> bool:
    """Return whether the space between two neighbours is wider than a blank."""
    return right.area.left - left.area.right > _PHRASE_GAP * max(left.height, right.height)


def make_row(page: int, words: Sequence[Word], index: int = 0) -> Row:
    """Make a row of words that are sorted from left to right."""
    text, starts, area = "", [], words[0].area
    for previous, word in zip((None, *words), words, strict=False):
        if previous is not None:
            text += "   " if is_gap(previous, word) else " "
        starts.append(len(text))
        text += word.text
        area = area.union(word.area)
    return Row(page, tuple(words), text, tuple(starts), area, index)


def rows_of(page: int, words: Sequence[Word]) -> list[Row]:
    """Group words by their baseline, from top to bottom."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda one: one.baseline):
        if groups and word.baseline - groups[-1][0].baseline <= _SAME_ROW * min(word.height, groups[-1][0].height):
            groups[-1].append(word)
        else:
            groups.append([word])
    ordered = [sorted(group, key=lambda one: one.area.left) for group in groups]
    pieces = [group[start : start + _LONGEST] for group in ordered for start in range(0, len(group), _LONGEST)]
    return [make_row(page, piece, index) for index, piece in enumerate(pieces)]


def _part_of(word: Word, start: int, end: int) -> Area:
    """Return the rectangle around some characters of a word, as if all were equally wide."""
    width = (word.area.right - word.area.left) / max(len(word.text), 1)
    return Area(word.area.left + start * width, word.area.top, word.area.left + end * width, word.area.bottom)


@dataclass(frozen=True, slots=True)
class Found:
    """A value with the place where it stands.

    Attributes
    ----------
    value
        In the normal form of its entity, always text.
    page
        The page, from 1; 0 when the value stands nowhere (it was computed, or comes from a QR code's payload).
    area
        In upright coordinates of that page.
    score
        How well it fits; only its order means something.
    """

    value: str
    page: int = 0
    area: Area | None = None
    score: float = 0.0


def found_in(row: Row, start: int, end: int, value: str, score: float = 0.0) -> Found:
    """Return a value that stands in a row from ``start`` to ``end``."""
    return Found(value, row.page, row.area_of(start, end), score)


class Scale:
    """Turns places on pages into boxes of the answer.

    Parameters
    ----------
    pages
        All pages that were read.
    dpi
        Unit of the coordinates: 72 for points, 300 for pixels of a page at 300 dots per inch.
    """

    def __init__(self, pages: list[Page], dpi: float) -> None:
        self._pages = {page.number: page for page in pages}
        self.factor = dpi / 72

    def length(self, points: float) -> float:
        """Return a length in the unit of the answer."""
        return round(points * self.factor, 1)

    def box(self, found: Found) -> dict[str, float] | None:
        """Return the box of a value, or ``None`` where it has none."""
        page = self._pages.get(found.page)
        if found.area is None or page is None:
            return None
        left, top, width, height = self.frame(page, found.area)
        return {"left": left, "top": top, "width": width, "height": height, "page": found.page}

    def frame(self, page: Page, area: Area) -> tuple[float, float, float, float]:
        """Return left, top, width and height of an area on the shown page."""
        shown = page.shown(area)
        left, top = self.length(shown.left), self.length(shown.top)
        return left, top, round(self.length(shown.right) - left, 1), round(self.length(shown.bottom) - top, 1)

    def extraction(self, entity: str, found: Found, candidates: str = "") -> dict[str, Any]:
        """Return a value in the form of the answer (specific extraction when it names a list of candidates)."""
        extraction: dict[str, Any] = {"entity": entity, "value": found.value}
        box = self.box(found)
        if box is not None:
            extraction["box"] = box
        if candidates:
            extraction["candidates"] = candidates
        return extraction


def layout_of(pages: list[Page], scale: Scale) -> dict[str, Any]:
    """Describe where every word stands.

    Parameters
    ----------
    pages
        The pages that were read.
    scale
        Unit of the coordinates.
    """
    return {"pages": [_page(page, scale) for page in pages]}


def _page(page: Page, scale: Scale) -> dict[str, Any]:
    lines = sorted(_lines(page), key=lambda line: (line.area.top, line.area.left))
    paragraphs: list[list[Row]] = []
    for line in lines:
        home = next((one for one in reversed(paragraphs[-8:]) if _continues(one[-1], line)), None)
        if home is None:
            paragraphs.append([line])
        else:
            home.append(line)
    return {
        "number": page.number,
        "sizeX": scale.length(page.width),
        "sizeY": scale.length(page.height),
        "textZones": [{"paragraphs": [_paragraph(page, one, scale)]} for one in paragraphs],
        "regions": [],
    }


def _lines(page: Page) -> list[Row]:
    lines = [phrase for row in page.rows for phrase in row.phrases]
    return lines + [make_row(page.number, [word]) for word in page.stray]


def _continues(above: Row, line: Row) -> bool:
    """Return whether a line belongs to the paragraph that ends with ``above``."""
    height = max(above.area.bottom - above.area.top, 1.0)
    near = -0.5 * height < line.area.top - above.area.bottom < 0.6 * height
    return near and abs(line.area.left - above.area.left) < height


def _paragraph(page: Page, lines: list[Row], scale: Scale) -> dict[str, Any]:
    area = lines[0].area
    for line in lines[1:]:
        area = area.union(line.area)
    return {**_frame(page, area, scale), "lines": [_line(page, line, scale) for line in lines]}


def _line(page: Page, line: Row, scale: Scale) -> dict[str, Any]:
    return {**_frame(page, line.area, scale), "wds": [_word(page, word, scale) for word in line.words]}


def _word(page: Page, word: Word, scale: Scale) -> dict[str, Any]:
    return {
        **_frame(page, word.area, scale),
        "fontSize": round(word.size, 1),
        "fontFamily": word.font,
        "bold": word.bold,
        "text": word.text,
    }


def _frame(page: Page, area: Any, scale: Scale) -> dict[str, float]:
    left, top, width, height = scale.frame(page, area)
    return {"l": left, "t": top, "w": width, "h": height}
