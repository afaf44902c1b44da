"""Tables of line items: their headings, and of every row article, description, quantity and price of one unit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from gini_notebook.sandbox.reading.amounts import Amount, amounts_in
from gini_notebook.sandbox.reading.words import Area, Found, Page, Row, Scale, Word, found_in, make_row

_KINDS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "article": r"^(?:artikel|article|item|product)$",
        "artNumber": r"^(?:art(?:ikel)?\.?-?\s?(?:nr|nummer|no)"
        r"|(?:item|product) code|item\s?(?:no|number|#)|ziffer$|sku|bestell-?nr"
        r"|code article|produkt-?nr|référence|gtin)",
        "total": r"^(?:gesamt|summe|betrag|total|line total|nettobetrag|nettowert|amount|entgelt|bedrag|montant"
        r"|importo|prijs incl|(?:netto|brutto) (?:gesamt|summe|total))",
        "price": r"^(?:(?:(?:netto|brutto)\s)?(?:je|pro|per)\s|einzel|e-?preis|ep\b"
        r"|stück-?preis|preis(?!bestandteil)|netto-?preis|brutto-?preis|unit ?price|price|rate"
        r"|p\.?u\.?\b|prix|prijs|prezzo|vk\b|vk-?preis)",
        "quantity": r"^(?:menge|anzahl|anz\.?$|stück|qty|quantity|hours|qté|quantité|aantal|quantità|q\.tà|stk)",
        "description": r"^(?:beschreibung|bezeichnung|artikel(?!-?\s?nr)|leistung|produkt(?!-?nr)|position(?!s)"
        r"|text|description|item\b|désignation"
        r"|omschrijving|descrizione|material|service|beschrijving|dienstleistung|nom &)"
        r"|bezeichnung$|beschreibung$|bestandteil$",
        "unit": r"^(?:einheit|mengeneinheit|me|eh|unit|uom|unité|eenheid|unità)\.?$",
        "tax": r"^(?:mwst|ust|steuer|vat|tva|btw|iva|tax)",
        "position": r"^(?:pos\b\.?|nr\.?$|#|no\.?$|lfd)",
    }.items()
}  # fmt: skip
_TEXT_KINDS = frozenset({"artNumber", "description", "position", "unit", "other"})
_END = re.compile(
    r"^\W*(?:\d{1,2}(?:[.,]\d+)?\s?%\s)?(?:zwischensumme|summe|gesamt|netto(?!preis)|total|sub-?\s?total|rechnungs|umsatzsteuer|mwst|zzgl"
    r"|zuzüglich|belegsummen|positionssumme"
    r"|brutto(?!preis)|warenwert|übertrag|totaal|exclusief|amount due|balance|steuer|ust\b|vat\b|tva\b"
    r"|versand(?:kosten)?\b|zahlungsbedingungen)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,6}(?:[.,]\d{1,4})?(?![\w,]|\.\d)")
_DETAIL = re.compile(r"^\W*[•*·-]|^\w[\w ./()-]{1,30}:(?:\s|$)|\d{2}\.\d{2}\.\d{2,4}")
_WORD = re.compile(r"[^\W\d_]{4,}|[•:§]")
_JOINS_NEXT = re.compile(r"^(?:je|pro|per|/|in|der)$", re.IGNORECASE)
_RATE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?(%)?(?![\w.,])")
_MOST_ROWS = 2_000
_UNIT_WORDS = 3
_EDGE = 2.5  # points
_CONTINUED = 4  # lines that a description may go on for


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: what stands in it, where its heading is, and all that the heading says.

    ``below_number`` says that the heading stands below that of the article's number, and so do the texts.
    """

    kind: str
    left: float
    right: float
    text: str = ""
    below_number: bool = False

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


@lru_cache(maxsize=16)  # three rules ask for the headings of every page, and a document has ten pages
def _find_headers(page: Page) -> tuple[_Header, ...]:
    """Return the headings of tables of line items, from top to bottom."""
    headers: list[_Header] = []
    for row in page.rows:
        if headers and row.index <= headers[-1].last:
            continue
        if len(_kinds([row])) >= 2 and not any(True for _ in amounts_in(row)):
            band = _band(page, row)
            kinds = _kinds(band)
            if "description" in kinds and kinds & {"total", "price"} and len(kinds) >= 3:
                headers.append(_Header(band[0].index, band[-1].index, tuple(_columns(band))))
    return tuple(headers)


def table_rows(page: Page) -> set[int]:
    """Return the indexes of the rows that are headings of tables of line items."""
    return {index for header in _find_headers(page) for index in range(header.first, header.last + 1)}


def _kinds(rows: Sequence[Row]) -> set[str]:
    return {column.kind for column in _cells_of(rows)} - {"other"}


def _band(page: Page, row: Row) -> list[Row]:
    """Return the rows around a row that belong to the same heading: close to it, and without amounts."""
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
        columns.append(replace(cell, text=_text_over(cell, band), below_number=_is_below_number(cell, band)))
    return sorted(columns, key=lambda one: one.left)


def _text_over(cell: _Column, band: Sequence[Row]) -> str:
    """Return what all rows of a heading say in the column of a cell."""
    words = [word for row in band for word in row.words]
    return " ".join(word.text for word in words if word.area.left < cell.right and word.area.right > cell.left)


def _is_below_number(cell: _Column, band: Sequence[Row]) -> bool:
    if cell.kind != "description":
        return False
    above = [one for row in band for one in _cells(row) if one.left < cell.right and one.right > cell.left]
    return bool(above) and above[0].kind == "artNumber"


def _cells_of(rows: Sequence[Row]) -> list[_Column]:
    """Return the cells of a heading. "Artikel" alone is the article's name, beside its description its number."""
    cells = [cell for row in rows for cell in _cells(row)]
    kinds = {cell.kind for cell in cells}
    article = "artNumber" if "description" in kinds and "artNumber" not in kinds else "description"
    return [replace(cell, kind=article) if cell.kind == "article" else cell for cell in cells]


def _cells(row: Row) -> Iterator[_Column]:
    """Return the cells of a row; a phrase that names several columns is cut at their first words."""
    for phrase in row.phrases:
        cuts = [0] + [
            index
            for index, word in enumerate(phrase.words)
            if index and _starts_cell(word.text) and not _JOINS_NEXT.search(phrase.words[index - 1].text)
        ]
        if _kind(phrase.text) in {"artNumber", "price", "total"} and len(phrase.words) <= 2:
            cuts = [0]
        for start, end in zip(cuts, [*cuts[1:], len(phrase.words)], strict=True):
            cell = make_row(row.page, phrase.words[start:end])
            yield _Column(_kind(cell.text) or "other", cell.area.left, cell.area.right)


def _starts_cell(word: str) -> bool:
    return word[:1].isupper() and any(pattern.search(word) for pattern in _KINDS.values())


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), "")


@dataclass(slots=True)
class Item:
    """One row of a table.

    Attributes
    ----------
    price, total
        As printed, of one unit and of the row.
    rate
        Percent of tax that the row itself names.
    priced
        What the headings over price and total say.
    """

    art_number: Found | None = None
    description: Found | None = None
    quantity: Found | None = None
    price: Found | None = None
    total: Found | None = None
    rate: Decimal | None = None
    priced: str = ""
    lines: int = 1

    @property
    def row_total(self) -> Decimal | None:
        """What the row adds to the sum."""
        if self.total is not None:
            return Decimal(self.total.value)
        if self.price is None:
            return None
        return Decimal(self.price.value) * Decimal(self.quantity.value if self.quantity else 1)

    def answer(self, gross: Found | None, scale: Scale) -> dict[str, Any]:
        """Return the row in the form of the answer."""
        members = {
            "artNumber": ("text", self.art_number),
            "description": ("text", self.description),
            "quantity": ("numeric", self.quantity),
            "baseGross": ("amount", gross),
        }
        return {name: scale.extraction(entity, found) for name, (entity, found) in members.items() if found}


def find_items(pages: Sequence[Page]) -> list[Item]:
    """Return the rows of all tables that have a description and a price or total column."""
    return [item for page in pages for header in _find_headers(page) for item in _items_below(page, header)][
        :_MOST_ROWS
    ]


def _items_below(page: Page, header: _Header) -> list[Item]:
    items: list[Item] = []
    others = {other.last for other in _find_headers(page)} - {header.last}
    for row in page.rows[header.last + 1 :]:
        numbers = _numbers(row, header.columns)
        if row.index in others or (_END.match(row.text) and (items or numbers)):
            break
        if numbers.keys() & {"total", "price"} and (
            len(numbers) > 1 or _words_in(row, header.columns, "description", numbers)
        ):
            items.append(_item(row, numbers, header.columns))
        elif items:
            _go_on(items[-1], row, header.columns)
    return [item for item in items if item.description is not None]


def _numbers(row: Row, columns: Sequence[_Column]) -> dict[str, Found]:
    """Return the numbers of a row by column; a number inside a text is none."""
    amounts = list(amounts_in(row))
    comma = not any(row.text[amount.end - 3 : amount.end - 2] == "." for amount in amounts)
    numbers: dict[str, Found] = {}
    for match in _NUMBER.finditer(row.text):
        kind = _nearest(row.area_of(match.start(), match.end()), columns)
        before, after = _around(row, match.start(), match.end())
        alone = not before and (kind == "quantity" or not after)
        if alone and kind not in numbers and kind in {"quantity", "price", "total"}:
            value = _value(match[0], comma=comma)
            text = f"{value.normalize():f}" if kind == "quantity" else f"{value:f}"
            numbers[kind] = found_in(row, match.start(), match.end(), text)
    for amount in amounts:
        kind = _nearest(amount.area, columns)
        if kind in {"price", "total"} and not any(_around(row, amount.start, amount.end)):
            numbers[kind] = _amount(amount)
    return numbers


def _around(row: Row, start: int, end: int) -> tuple[bool, bool]:
    """Return whether words stand directly before and after a number, in the same phrase."""
    before = row.text[:start].rpartition("   ")[2]
    after = row.text[end:].partition("   ")[0]
    return _WORD.search(before) is not None, _WORD.search(after) is not None


def _value(text: str, *, comma: bool) -> Decimal:
    """Read a number with any number of decimals; three digits after the other separator are thousands."""
    grouped = re.fullmatch(r"(-?\d{1,3})\.(\d{3})" if comma else r"(-?\d{1,3}),(\d{3})", text)
    return Decimal("".join(grouped.groups()) if grouped else text.replace(",", "."))


def _amount(amount: Amount) -> Found:
    return Found(f"{amount.value:f}", amount.page, amount.area)


def _item(row: Row, numbers: Mapping[str, Found], columns: Sequence[_Column]) -> Item:
    art_number = _words_in(row, columns, "artNumber", numbers)
    description = _words_in(row, columns, "description", numbers)
    if any(column.below_number for column in columns):
        art_number, description = description or art_number, []
    return Item(
        art_number=_joined(row, art_number),
        description=_joined(row, description),
        quantity=numbers.get("quantity"),
        price=numbers.get("price"),
        total=numbers.get("total"),
        rate=_rate(row, columns),
        priced=" ".join(column.text for column in columns if column.kind in {"price", "total"}),
    )


def _rate(row: Row, columns: Sequence[_Column]) -> Decimal | None:
    """Return the percentage in the column of the tax, unless it is an amount."""
    for match in _RATE.finditer(row.text):
        column = _nearest_of(row.area_of(match.start(), match.end()), columns)
        named = match[2] or "%" in column.text or re.search(r"satz|rate", column.text, re.IGNORECASE)
        if column.kind == "tax" and named and not any(_around(row, match.start(), match.end())):
            return Decimal(match[1].replace(",", "."))
    return None


def _go_on(item: Item, row: Row, columns: Sequence[_Column]) -> None:
    """Add a line without prices to the description above it, if it is the rest of it."""
    words = _words_in(row, columns, "description")
    text = " ".join(word.text for word in words)
    if not words or item.lines > _CONTINUED:
        return
    if item.description is None or item.description.area is None:
        item.description = _joined(row, words)
        return
    height = max(word.height for word in words)
    tight = words[0].area.top - item.description.area.bottom < 0.6 * height
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
    """Return the column with the most overlap, or without any the nearest."""

    def distance(column: _Column) -> float:
        overlap = min(area.right, column.right) - max(area.left, column.left)
        return -overlap if overlap < 0 else -overlap / 1000

    return min(columns, key=distance)


def _words_in(
    row: Row, columns: Sequence[_Column], kind: str, numbers: Mapping[str, Found] | None = None
) -> list[Word]:
    """Return the words of a row that stand in a column of text, without those that are numbers of other columns."""
    column = next((one for one in columns if one.kind == kind), None)
    if column is None:
        return []
    words = [word for part in _parts(row, columns) if _home(part, columns) is column for word in part]
    if kind != "description":
        return words
    taken = [found.area for found in (numbers or {}).values() if found.area is not None]
    words = [word for word in words if not any(_overlap(word.area, area) > 0 for area in taken)]
    while words and _is_number(words[0].text) and _leads(words[0], column, columns):
        words = words[1:]
    return words if sum(letter.isalpha() for word in words for letter in word.text) >= 2 else []


def _leads(word: Word, column: _Column, columns: Sequence[_Column]) -> bool:
    """Return whether a number before a text stands outside of its column, as positions do."""
    return word.area.right <= column.left or _nearest_of(word.area, columns) is not column


def _overlap(area: Area, other: Area) -> float:
    return min(area.right, other.right) - max(area.left, other.left)


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
    """Return the column of a part of a row; words with letters belong to a column of text."""
    area = part[0].area.union(part[-1].area)
    counted = _quantity_with_unit(part, columns)
    if counted is not None:
        return counted
    if not any(letter.isalpha() for word in part for letter in word.text):
        return _nearest_of(area, columns)
    return _nearest_of(area, [one for one in columns if one.is_text or one.left > part[0].area.left] or columns)


def _quantity_with_unit(part: Sequence[Word], columns: Sequence[_Column]) -> _Column | None:
    """Return the column of the quantity where a part such as "2,5 Std." or "3 x" stands, clear of descriptions."""
    area = part[0].area.union(part[-1].area)
    quantity = next((one for one in columns if one.kind == "quantity"), None)
    if quantity is None or len(part) > _UNIT_WORDS or not _is_number(part[0].text):
        return None
    clear = not any(one.left < area.right and one.right > area.left for one in columns if one.kind == "description")
    return quantity if clear and _nearest_of(part[0].area, columns) is quantity else None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.rstrip(".")) is not None and len(text) <= 8


def _span(row: Row, words: Sequence[Word]) -> tuple[int, int]:
    first, last = row.words.index(words[0]), row.words.index(words[-1])
    return row.starts[first], row.starts[last] + len(row.words[last].text)


def _joined(row: Row, words: Sequence[Word]) -> Found | None:
    if not words:
        return None
    return found_in(row, *_span(row, words), " ".join(word.text for word in words))
