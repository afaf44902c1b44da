"""Headings of tables of line items: which columns there are, and where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gini_notebook.sandbox.reading.amounts import amounts_in
from gini_notebook.sandbox.reading.words import Page, Row, make_row

_KINDS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "article": r"^(?:artikel|article|item|product)$",
        "artNumber": r"^(?:art(?:ikel)?\.?-?\s?(?:nr|nummer|no)"
        r"|(?:item|product) code|item\s?(?:no|number|#)|ziffer$|sku|bestell-?nr"
        r"|code article|produkt-?nr|référence|gtin)",
        "total": r"^(?:gesamt|summe|betrag|total|line total|nettobetrag|nettowert|amount|entgelt|bedrag|montant"
        r"|importo|prijs incl)",
        "price": r"^(?:einzel|e-?preis|ep\b|stück-?preis|preis|netto-?preis|brutto-?preis|unit ?price|price|rate"
        r"|p\.?u\.?\b|prix|prijs|prezzo|vk)",
        "quantity": r"^(?:menge|anzahl|anz\.?$|stück|qty|quantity|hours|qté|quantité|aantal|quantità|q\.tà|stk)",
        "description": r"^(?:beschreibung|bezeichnung|artikel(?!-?\s?nr)|leistung|produkt(?!-?nr)|position(?!s)"
        r"|text|description|item\b|désignation"
        r"|omschrijving|descrizione|material|service|beschrijving|dienstleistung|nom &)|bezeichnung$|beschreibung$",
        "tax": r"^(?:mwst|ust|steuer|vat|tva|btw|iva|tax)",
        "position": r"^(?:pos\b\.?|nr\.?$|#|no\.?$|lfd)",
    }.items()
}  # fmt: skip
_TEXT_KINDS = frozenset({"artNumber", "description", "position", "other"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands in it, and where its heading is."""

    kind: str
    left: float
    right: float

    @property
    def is_text(self) -> bool:
        """Whether words belong there rather than numbers."""
        return self.kind in _TEXT_KINDS


@dataclass(frozen=True, slots=True)
class Header:
    """The heading of a table, over one or several rows.

    Attributes
    ----------
    first, last
        Indexes of its first and last row.
    columns
        From left to right.
    """

    first: int
    last: int
    columns: tuple[Column, ...]


def find_headers(page: Page) -> list[Header]:
    """Give the headings of tables of line items, from top to bottom."""
    headers: list[Header] = []
    for row in page.rows:
        if headers and row.index <= headers[-1].last:
            continue
        if len(_kinds([row])) >= 2 and not any(True for _ in amounts_in(row)):
            band = _band(page, row)
            kinds = _kinds(band)
            if "description" in kinds and kinds & {"total", "price"} and len(kinds) >= 3:
                headers.append(Header(band[0].index, band[-1].index, tuple(_columns(band))))
    return headers


def table_rows(page: Page) -> set[int]:
    """Give the indexes of the rows that are headings of tables of line items."""
    return {index for header in find_headers(page) for index in range(header.first, header.last + 1)}


def _kinds(rows: Sequence[Row]) -> set[str]:
    return {column.kind for column in _cells_of(rows)} - {"other"}


def _band(page: Page, row: Row) -> list[Row]:
    """Give the rows around a row that belong to the same heading: close to it, and without amounts."""
    band = [row]
    for other in page.rows[row.index + 1 : row.index + 4]:
        if not _is_part(band[-1], other):
            break
        band.append(other)
    for other in reversed(page.rows[max(row.index - 3, 0) : row.index]):
        if not _is_part(other, band[0]):
            break
        band.insert(0, other)
    return band


def _is_part(upper: Row, lower: Row) -> bool:
    height = max(upper.area.bottom - upper.area.top, 1.0)
    near = lower.area.top - upper.area.bottom < 0.45 * height
    return near and all(not any(character.isdigit() for character in row.text) for row in (upper, lower))


def _columns(band: Sequence[Row]) -> list[Column]:
    """Merge the cells of all rows of a heading; what stands above each other is one column."""
    columns: list[Column] = []
    for cell in sorted(_cells_of(band), key=lambda cell: cell.kind == "other"):
        same = [one for one in columns if one.left < cell.right and one.right > cell.left]
        if cell.kind == "other" and same:
            continue
        if any(one.kind == cell.kind != "other" for one in columns) and cell.kind != "total":
            continue
        columns = [one for one in columns if one not in same or one.kind != "other"]
        columns.append(cell)
    return sorted(columns, key=lambda one: one.left)


def _cells_of(rows: Sequence[Row]) -> list[Column]:
    """Give the cells of a heading. "Artikel" alone is the article's name, beside its description its number."""
    cells = [cell for row in rows for cell in _cells(row)]
    kinds = {cell.kind for cell in cells}
    article = "artNumber" if "description" in kinds and "artNumber" not in kinds else "description"
    return [replace(cell, kind=article) if cell.kind == "article" else cell for cell in cells]


def _cells(row: Row) -> Iterator[Column]:
    """Give the cells of a row; a phrase that names several columns is cut at their first words."""
    for phrase in row.phrases:
        cuts = [0] + [
            index
            for index, word in enumerate(phrase.words)
            if index and word.text[:1].isupper() and any(pattern.search(word.text) for pattern in _KINDS.values())
        ]
        if _kind(phrase.text) in {"artNumber", "price", "total"} and len(phrase.words) <= 2:
            cuts = [0]
        for start, end in zip(cuts, [*cuts[1:], len(phrase.words)], strict=True):
            cell = make_row(row.page, phrase.words[start:end])
            yield Column(_kind(cell.text) or "other", cell.area.left, cell.area.right)


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), "")
