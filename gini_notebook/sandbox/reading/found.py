"""A value that was found on a page, and its form in an answer of the service."""

from dataclasses import dataclass
from typing import Any

from gini_notebook.sandbox.reading.words import Area, Page, Row


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
    """Give a value that stands in a row from ``start`` to ``end``."""
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
        """Give a length in the unit of the answer."""
        return round(points * self.factor, 1)

    def box(self, found: Found) -> dict[str, float] | None:
        """Give the box of a value, or ``None`` where it has none."""
        page = self._pages.get(found.page)
        if found.area is None or page is None:
            return None
        left, top, width, height = self.frame(page, found.area)
        return {"left": left, "top": top, "width": width, "height": height, "page": found.page}

    def frame(self, page: Page, area: Area) -> tuple[float, float, float, float]:
        """Give left, top, width and height of an area on the shown page."""
        shown = page.shown(area)
        left, top = self.length(shown.left), self.length(shown.top)
        return left, top, round(self.length(shown.right) - left, 1), round(self.length(shown.bottom) - top, 1)

    def extraction(self, entity: str, found: Found, candidates: str = "") -> dict[str, Any]:
        """Give a value in the form of the answer (specific extraction when it names a list of candidates)."""
        extraction: dict[str, Any] = {"entity": entity, "value": found.value}
        box = self.box(found)
        if box is not None:
            extraction["box"] = box
        if candidates:
            extraction["candidates"] = candidates
        return extraction
