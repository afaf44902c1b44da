"""Tables of line items: their headings, and of every row article, description, quantity and price of one unit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gini_notebook.sandbox.reading.amounts import Amount, amount_text, amounts_in
from gini_notebook.sandbox.reading.words import Area, Found, Page, Row, Scale, Word, found_in, make_row

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
_END = re.compile(
    r"^\W*(?:zwischensumme|summe|gesamt|netto(?!preis)|total|sub-?\s?total|rechnungs|umsatzsteuer|mwst|zzgl"
    r"|zuzüglich|belegsummen|positionssumme"
    r"|brutto(?!preis)|warenwert|übertrag|totaal|exclusief|amount due|balance|steuer|vat\b|tva\b"
    r"|versand(?:kosten)?\b|zahlungsbedingungen)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,6}(?:[.,]\d{1,4})?(?![\w,]|\.\d)")
_DETAIL = re.compile(r"^\W*[•*·-]|:|\d{2}\.\d{2}\.\d{2,4}")
_WORD = re.compile(r"[^\W\d_]{4,}|[•:§]")
_MOST_ROWS = 2_000
_EDGE = 2.5  # points
_CONTINUED = 2  # lines that a description may go on for


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: what stands in it, and where its heading is."""

    kind: str
    left: float
    right: float

    @property
    def is_text(self) -> bool:
        """Whether words belong there rather than numbers."""
        return self.kind in _TEXT_KINDS


@dataclass(frozen=True, slots=True)
class _Header:
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
    columns: tuple[_Column, ...]


def _find_headers(page: Page) -> list[_Header]:
    """Give the headings of tables of line items, from top to bottom."""
    headers: list[_Header] = []
    for row in page.rows:
        if headers and row.index <= headers[-1].last:
            continue
        if len(_kinds([row])) >= 2 and not any(True for _ in amounts_in(row)):
            band = _band(page, row)
            kinds = _kinds(band)
            if "description" in kinds and kinds & {"total", "price"} and len(kinds) >= 3:
                headers.append(_Header(band[0].index, band[-1].index, tuple(_columns(band))))
    return headers


def table_rows(page: Page) -> set[int]:
    """Give the indexes of the rows that are headings of tables of line items."""
    return {index for header in _find_headers(page) for index in range(header.first, header.last + 1)}


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


def _columns(band: Sequence[Row]) -> list[_Column]:
    """Merge the cells of all rows of a heading; what stands above each other is one column."""
    columns: list[_Column] = []
    for cell in sorted(_cells_of(band), key=lambda cell: cell.kind == "other"):
        same = [one for one in columns if one.left < cell.right and one.right > cell.left]
        if cell.kind == "other" and same:
            continue
        if any(one.kind == cell.kind != "other" for one in columns) and cell.kind != "total":
            continue
        columns = [one for one in columns if one not in same or one.kind != "other"]
        columns.append(cell)
    return sorted(columns, key=lambda one: one.left)


def _cells_of(rows: Sequence[Row]) -> list[_Column]:
    """Give the cells of a heading. "Artikel" alone is the article's name, beside its description its number."""
    cells = [cell for row in rows for cell in _cells(row)]
    kinds = {cell.kind for cell in cells}
    article = "artNumber" if "description" in kinds and "artNumber" not in kinds else "description"
    return [replace(cell, kind=article) if cell.kind == "article" else cell for cell in cells]


def _cells(row: Row) -> Iterator[_Column]:
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
            yield _Column(_kind(cell.text) or "other", cell.area.left, cell.area.right)


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), "")


@dataclass(slots=True)
class _Item:
    """One row of a table."""

    row: Row
    art_number: Found | None = None
    description: Found | None = None
    quantity: Found | None = None
    price: Found | None = None
    lines: int = 1

    def answer(self, currency: str, scale: Scale) -> dict[str, Any]:
        """Give the row in the form of the answer."""
        price = self.price and Found(f"{self.price.value}:{currency}", self.price.page, self.price.area)
        members = {
            "artNumber": ("text", self.art_number),
            "description": ("text", self.description),
            "quantity": ("numeric", self.quantity),
            "baseGross": ("amount", price),
        }
        return {name: scale.extraction(entity, found) for name, (entity, found) in members.items() if found}


def find_line_items(pages: Sequence[Page], currency: str, scale: Scale) -> list[dict[str, Any]]:
    """Give the rows of all tables that have a description and a price or total column.

    ``baseGross`` is the price of one unit as it is printed; whether it includes the tax is not worked out.

    Parameters
    ----------
    pages
        The pages of the document.
    currency
        ISO 4217 code.
    scale
        Unit of the boxes.
    """
    items = [item for page in pages for header in _find_headers(page) for item in _items_below(page, header)]
    return [item.answer(currency, scale) for item in items[:_MOST_ROWS]]


def _items_below(page: Page, header: _Header) -> list[_Item]:
    items: list[_Item] = []
    others = {other.last for other in _find_headers(page)} - {header.last}
    for row in page.rows[header.last + 1 :]:
        numbers = _numbers(row, header.columns)
        if row.index in others or (_END.match(row.text) and (items or numbers)):
            break
        if numbers.keys() & {"total", "price"} and (len(numbers) > 1 or _words_in(row, header.columns, "description")):
            items.append(_item(row, numbers, header.columns))
        elif items:
            _go_on(items[-1], row, header.columns)
    return [item for item in items if item.description is not None]


def _numbers(row: Row, columns: Sequence[_Column]) -> dict[str, Found]:
    """Give the numbers of a row by column; a number inside a text is none."""
    amounts = list(amounts_in(row))
    comma = not any(row.text[amount.end - 3 : amount.end - 2] == "." for amount in amounts)
    numbers: dict[str, Found] = {}
    for match in _NUMBER.finditer(row.text):
        kind = _nearest(row.area_of(match.start(), match.end()), columns)
        before, after = _around(row, match.start(), match.end())
        alone = not before and (kind == "quantity" or not after)
        if alone and kind not in numbers and kind in {"quantity", "price", "total"}:
            value = _value(match[0], comma=comma)
            text = f"{value.normalize():f}" if kind == "quantity" else f"{value:.2f}"
            numbers[kind] = found_in(row, match.start(), match.end(), text)
    for amount in amounts:
        kind = _nearest(amount.area, columns)
        if kind in {"price", "total"} and not any(_around(row, amount.start, amount.end)):
            numbers[kind] = _amount(amount)
    return numbers


def _around(row: Row, start: int, end: int) -> tuple[bool, bool]:
    """Say whether words stand directly before and after a number, in the same phrase."""
    before = row.text[:start].rpartition("   ")[2]
    after = row.text[end:].partition("   ")[0]
    return _WORD.search(before) is not None, _WORD.search(after) is not None


def _value(text: str, *, comma: bool) -> Decimal:
    """Read a number with any number of decimals; three digits after the other separator are thousands."""
    grouped = re.fullmatch(r"(-?\d{1,3})\.(\d{3})" if comma else r"(-?\d{1,3}),(\d{3})", text)
    return Decimal("".join(grouped.groups()) if grouped else text.replace(",", "."))


def _amount(amount: Amount) -> Found:
    return Found(amount_text(amount.value, "").rstrip(":"), amount.page, amount.area)


def _item(row: Row, numbers: dict[str, Found], columns: Sequence[_Column]) -> _Item:
    quantity, price = numbers.get("quantity"), numbers.get("price")
    if price is None and quantity is not None and Decimal(quantity.value) == 1:
        price = numbers.get("total")
    return _Item(
        row,
        art_number=_joined(row, _words_in(row, columns, "artNumber")),
        description=_joined(row, _words_in(row, columns, "description")),
        quantity=quantity,
        price=price,
    )


def _go_on(item: _Item, row: Row, columns: Sequence[_Column]) -> None:
    """Add a line without prices to the description above it, if it is the rest of it."""
    words = _words_in(row, columns, "description")
    text = " ".join(word.text for word in words)
    if not words or item.lines > _CONTINUED:
        return
    if item.description is None or item.description.area is None:
        item.description = _joined(row, words)
        return
    height = max(word.height for word in words)
    tight = words[0].area.top - item.description.area.bottom < 0.45 * height
    if tight and not _DETAIL.search(text) and not any(character.isdigit() for character in _numberless(text)):
        item.lines += 1
        area = item.description.area.union(row.area_of(*_span(row, words)))
        item.description = Found(_join(item.description.value, text), item.description.page, area)


def _numberless(text: str) -> str:
    """Take short numbers out of a text; long ones are codes, and codes are details."""
    return re.sub(r"(?<!\d)\d{1,3}(?:[.,]\d{1,2})?(?!\d)", "", text)


def _join(text: str, rest: str) -> str:
    if text.endswith("-") and not text.endswith(" -"):
        return text[:-1] + rest if rest[:1].islower() else text + rest
    return f"{text} {rest}"


def _nearest(area: Area, columns: Sequence[_Column]) -> str:
    return _nearest_of(area, columns).kind


def _nearest_of(area: Area, columns: Sequence[_Column]) -> _Column:
    """Give the column with the most overlap, or without any the nearest."""

    def distance(column: _Column) -> float:
        overlap = min(area.right, column.right) - max(area.left, column.left)
        return -overlap if overlap < 0 else -overlap / 1000

    return min(columns, key=distance)


def _words_in(row: Row, columns: Sequence[_Column], kind: str) -> list[Word]:
    """Give the words of a row that stand in a column of text."""
    column = next((one for one in columns if one.kind == kind), None)
    if column is None:
        return []
    words = [word for part in _parts(row, columns) if _home(part, columns) is column for word in part]
    while words and kind == "description" and _is_number(words[0].text):
        words = words[1:]
    while words and kind == "description" and _is_number(words[-1].text) and words[-1].area.left > column.right:
        words = words[:-1]
    letters = sum(letter.isalpha() for word in words for letter in word.text)
    return words if letters >= 2 or kind != "description" else []


def _parts(row: Row, columns: Sequence[_Column]) -> list[list[Word]]:
    """Cut a row into its phrases, and these where a word starts exactly at the left edge of a column of text."""
    edges = [column.left for column in columns if column.is_text]
    parts: list[list[Word]] = []
    for phrase in row.phrases:
        parts.append([])
        for word in phrase.words:
            if parts[-1] and any(abs(word.area.left - edge) < _EDGE for edge in edges):
                parts.append([])
            parts[-1].append(word)
    return parts


def _home(part: Sequence[Word], columns: Sequence[_Column]) -> _Column:
    """Give the column of a part of a row; words with letters belong to a column of text."""
    area = part[0].area.union(part[-1].area)
    if not any(letter.isalpha() for word in part for letter in word.text):
        return _nearest_of(area, columns)
    return _nearest_of(area, [one for one in columns if one.is_text or one.left > part[0].area.left] or columns)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.rstrip(".")) is not None and len(text) <= 8


def _span(row: Row, words: Sequence[Word]) -> tuple[int, int]:
    first, last = row.words.index(words[0]), row.words.index(words[-1])
    return row.starts[first], row.starts[last] + len(row.words[last].text)


def _joined(row: Row, words: Sequence[Word]) -> Found | None:
    if not words:
        return None
    return found_in(row, *_span(row, words), " ".join(word.text for word in words))
