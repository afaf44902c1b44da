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
    r"^\W*(?:zwischensumme|summe|gesamt|netto(?!preis)|total|sub-?\s?total|rechnungs|umsatzsteuer|mwst|zzgl|zuzüglich|belegsummen|positionssumme"
    r"|brutto(?!preis)|warenwert|übertrag|totaal|exclusief|amount due|balance|steuer|vat\b|tva\b|versand(?:kosten)?\b|zahlungsbedingungen)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,6}(?:[.,]\d{1,4})?(?![\w,]|\.\d)")
_DETAIL = re.compile(r"^\W*[•*·-]|:|\d{2}\.\d{2}\.\d{2,4}")
_MOST_ROWS = 200
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
    """Give the numbers of a row by column: amounts for prices and totals, plain numbers for quantities."""
    numbers: dict[str, Found] = {}
    for match in _NUMBER.finditer(row.text):
        area = row.area_of(match.start(), match.end())
        kind = _nearest(area, columns)
        if kind not in numbers and kind in {"quantity", "price", "total"}:
            value = Decimal(match[0].replace(",", "."))
            text = f"{value.normalize():f}" if kind == "quantity" else f"{value:.2f}"
            numbers[kind] = found_in(row, match.start(), match.end(), text)
    for amount in amounts_in(row):
        kind = _nearest(amount.area, columns)
        if kind in {"price", "total"}:
            numbers[kind] = _amount(amount)
    return numbers


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
    """Give the column that a value belongs to: most overlap first, then the smallest distance."""

    def distance(column: Column) -> float:
        overlap = min(area.right, column.right) - max(area.left, column.left)
        return -overlap if overlap < 0 else -overlap / 1000

    return min(columns, key=distance).kind


def _words_in(row: Row, columns: Sequence[Column], kind: str) -> list[Word]:
    """Give the words of a row that stand in a column of text: nearer to it than to the one before, up to the next."""
    index = next((number for number, column in enumerate(columns) if column.kind == kind), -1)
    if index < 0:
        return []
    column = columns[index]
    before = columns[index - 1] if index else None
    after = columns[index + 1].left if index + 1 < len(columns) else float("inf")
    words = [
        word
        for word in row.words
        if word.area.left < after
        and word.area.right <= after + 12.0
        and (before is None or word.area.left - before.right > min(0.0, column.left - word.area.right))
        and (before is None or _distance(word.area, column) < _distance(word.area, before))
    ]
    while words and kind == "description" and _is_number(words[0].text):
        words = words[1:]
    while words and kind == "description" and _is_number(words[-1].text) and words[-1].area.left > column.right:
        words = words[:-1]
    letters = sum(letter.isalpha() for word in words for letter in word.text)
    return words if letters >= 2 or kind != "description" else []


def _distance(area: Area, column: Column) -> float:
    return max(column.left - area.right, area.left - column.right, 0.0)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.rstrip(".")) is not None and len(text) <= 8


def _span(row: Row, words: Sequence[Word]) -> tuple[int, int]:
    first, last = row.words.index(words[0]), row.words.index(words[-1])
    return row.starts[first], row.starts[last] + len(row.words[last].text)


def _joined(row: Row, words: Sequence[Word]) -> Found | None:
    if not words:
        return None
    return found_in(row, *_span(row, words), " ".join(word.text for word in words))
