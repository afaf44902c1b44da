"""The layout of a document: pages, text zones, paragraphs, lines and words with their boxes.

The form is that of ``GET /documents/{id}/layout`` of the Pay API.
"""

from typing import Any

from gini_notebook.sandbox.reading.found import Scale
from gini_notebook.sandbox.reading.words import Page, Row, Word, make_row


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
    """Say whether a line belongs to the paragraph that ends with ``above``."""
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
