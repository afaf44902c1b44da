"""Plain text as pages: every character gets its place as if it were typed."""

from gini_notebook.sandbox.reading.settings import Unreadable
from gini_notebook.sandbox.reading.words import Area, Page, Word, well_formed

LINES_PER_PAGE = 60
_WIDTH, _HEIGHT = 595.28, 841.89  # A4
_MARGIN, _COLUMN, _LINE, _SIZE = 36.0, 6.0, 12.8, 10.0  # points


def decode(content: bytes) -> str:
    """Decode a text.

    Raises
    ------
    Unreadable
        It is not UTF-8, or holds nothing but blanks.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("The text is not encoded in UTF-8.") from error
    if not text.strip():
        raise Unreadable("The text is empty.")
    return well_formed(text)


def sheets_of(text: str) -> list[list[str]]:
    """Cut a text into pages of lines, at form feeds and after 60 lines."""
    sheets = []
    for part in text.replace("\r\n", "\n").replace("\r", "\n").split("\f"):
        lines = part.split("\n")
        sheets += [lines[start : start + LINES_PER_PAGE] for start in range(0, len(lines), LINES_PER_PAGE)]
    return [sheet for sheet in sheets if any(line.strip() for line in sheet)]


def page_of(number: int, lines: list[str]) -> Page:
    """Set a page of lines in type, 6 points per character; longer lines make the page wider."""
    expanded = [line.expandtabs(8)[:1000] for line in lines]
    width = max(_WIDTH, 2 * _MARGIN + _COLUMN * max(len(line) for line in expanded))
    words = [word for index, line in enumerate(expanded) for word in _words(line, _MARGIN + (index + 1) * _LINE)]
    return Page(number, width, _HEIGHT, tuple(words))


def _words(line: str, baseline: float) -> list[Word]:
    words, column = [], 0
    for part in line.split(" "):
        if part.strip():
            left = _MARGIN + column * _COLUMN
            area = Area(left, baseline - 8.0, left + len(part) * _COLUMN, baseline + 2.0)
            words.append(Word(part, area, baseline, _SIZE, "Courier"))
        column += len(part) + 1
    return words
