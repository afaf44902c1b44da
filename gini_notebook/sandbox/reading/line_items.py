"""Rows of tables of line items: article, description, quantity and price of one unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gini_notebook.sandbox.reading.amounts import Amount, amount_text, amounts_in
from gini_notebook.sandbox.reading.found import Found, Scale, found_in
from gini_notebook.sandbox.reading.table_header import Column, Header, find_headers
from gini_notebook.sandbox.reading.words import Area, Page, Row, Word

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
    items = [item for page in pages for header in find_headers(page) for item in _items_below(page, header)]
    return [item.answer(currency, scale) for item in items[:_MOST_ROWS]]


def _items_below(page: Page, header: Header) -> list[_Item]:
    items: list[_Item] = []
    others = {other.last for other in find_headers(page)} - {header.last}
    for row in page.rows[header.last + 1 :]:
        numbers = _numbers(row, header.columns)
        if row.index in others or (_END.match(row.text) and (items or numbers)):
            break
        if numbers.keys() & {"total", "price"} and (len(numbers) > 1 or _words_in(row, header.columns, "description")):
            items.append(_item(row, numbers, header.columns))
        elif items:
            _go_on(items[-1], row, header.columns)
    return [item for item in items if item.description is not None]


def _numbers(row: Row, columns: Sequence[Column]) -> dict[str, Found]:
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


def _item(row: Row, numbers: dict[str, Found], columns: Sequence[Column]) -> _Item:
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


def _go_on(item: _Item, row: Row, columns: Sequence[Column]) -> None:
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


def _nearest(area: Area, columns: Sequence[Column]) -> str:
    return _nearest_of(area, columns).kind


def _nearest_of(area: Area, columns: Sequence[Column]) -> Column:
    """Give the column with the most overlap, or without any the nearest."""

    def distance(column: Column) -> float:
        overlap = min(area.right, column.right) - max(area.left, column.left)
        return -overlap if overlap < 0 else -overlap / 1000

    return min(columns, key=distance)


def _words_in(row: Row, columns: Sequence[Column], kind: str) -> list[Word]:
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


def _parts(row: Row, columns: Sequence[Column]) -> list[list[Word]]:
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


def _home(part: Sequence[Word], columns: Sequence[Column]) -> Column:
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
