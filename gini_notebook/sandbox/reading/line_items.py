"""Tables of line items: article, description, quantity and price of one unit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gini_notebook.sandbox.reading.amounts import Amount, amount_text, amounts_in
from gini_notebook.sandbox.reading.found import Found, Scale, found_in
from gini_notebook.sandbox.reading.words import Area, Page, Row

_KINDS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "artNumber": r"^(?:art(?:ikel)?\.?-?\s?(?:nr|nummer|no)|item\s?(?:no|number|#)|sku|bestell-?nr|code article|produkt-?nr|réf)",
        "total": r"^(?:gesamt|summe|betrag|total|line total|nettobetrag|nettowert|amount|entgelt|bedrag|montant|importo|prijs incl)",
        "price": r"^(?:einzel|e-?preis|stück-?preis|preis|netto-?preis|brutto-?preis|unit|price|rate|p\.?u\.?\b|prix|prijs|prezzo|vk)",
        "quantity": r"^(?:menge|anzahl|stück|qty|quantity|hours|qté|quantité|aantal|quantità|q\.tà|stk)",
        "description": r"^(?:beschreibung|bezeichnung|artikel(?!-?nr)|leistung|produkt(?!-?nr)|position|text|description|item|désignation|omschrijving"
        r"|descrizione|material|service|beschrijving|dienstleistung)",
        "tax": r"^(?:mwst|ust|steuer|vat|tva|btw|iva|tax)",
        "position": r"^(?:pos\b\.?|nr\.?$|#|no\.?$|lfd)",
    }.items()
}
_END = re.compile(
    r"^\W*(?:zwischensumme|summe|gesamt|netto|total|sub-?\s?total|rechnungs|umsatzsteuer|mwst|zzgl|zuzüglich|belegsummen|positionssumme|brutto"
    r"|warenwert|übertrag|totaal|exclusief|amount due|balance|steuer|vat\b|tva\b|versand(?:kosten)?\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,6}(?:[.,]\d{1,4})?(?![\w,]|\.\d)")
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class _Column:
    kind: str
    left: float
    right: float


def find_line_items(pages: Sequence[Page], to_pay: Found | None, scale: Scale) -> list[dict[str, Any]]:
    """Give the rows of all tables that have at least a description and a price or total column.

    Parameters
    ----------
    pages
        The pages of the document.
    to_pay
        The amount to pay; it names the currency, and tells gross from net prices.
    scale
        Unit of the boxes.
    """
    items: list[_Item] = []
    columns: list[_Column] = []
    for page in pages:
        rows = iter(page.rows)
        for row in rows:
            header = header_columns(row)
            if header:
                columns = header
                items += _items_below(page, row, columns)
    currency = to_pay.value.split(":")[1] if to_pay else "EUR"
    return [item.answer(currency, scale) for item in items[:_MOST_ROWS]]


def header_columns(row: Row) -> list[_Column]:
    """Give the columns that a row names, or nothing if it is no heading of a table."""
    columns = []
    for part in _cells(row):
        kind = next((one for one, pattern in _KINDS.items() if pattern.search(part.text)), "")
        if kind and kind not in {column.kind for column in columns if kind != "total"}:
            columns.append(_Column(kind, part.area.left, part.area.right))
    kinds = {column.kind for column in columns}
    has_number = any(True for _ in amounts_in(row))
    return (
        columns
        if {"description"} <= kinds and kinds & {"total", "price"} and len(kinds) >= 3 and not has_number
        else []
    )


def _cells(row: Row) -> Iterator[Row]:
    """Give the phrases of a row; a phrase in which several columns are named is cut at their first words."""
    for phrase in row.phrases:
        starts = [0] + [
            start
            for start, word in zip(phrase.starts[1:], phrase.words[1:], strict=True)
            if word.text[:1].isupper() and any(pattern.search(word.text) for pattern in _KINDS.values())
        ]
        for start, end in zip(starts, [*starts[1:], len(phrase.text)], strict=True):
            inside = [index for index, first in enumerate(phrase.starts) if start <= first < end]
            yield _sub_row(phrase, inside)


def _sub_row(row: Row, indexes: Sequence[int]) -> Row:
    from gini_notebook.sandbox.reading.words import make_row

    return make_row(row.page, [row.words[index] for index in indexes], row.index)


@dataclass(slots=True)
class _Item:
    """One row of a table."""

    art_number: Found | None = None
    description: Found | None = None
    quantity: Found | None = None
    price: Amount | None = None

    def answer(self, currency: str, scale: Scale) -> dict[str, Any]:
        """Give the row in the form of the answer."""
        row = {}
        if self.art_number:
            row["artNumber"] = scale.extraction("text", self.art_number)
        if self.description:
            row["description"] = scale.extraction("text", self.description)
        if self.quantity:
            row["quantity"] = scale.extraction("numeric", self.quantity)
        if self.price:
            found = Found(
                amount_text(self.price.value, self.price.currency or currency), self.price.page, self.price.area
            )
            row["baseGross"] = scale.extraction("amount", found)
        return row


def _items_below(page: Page, header: Row, columns: Sequence[_Column]) -> list[_Item]:
    items: list[_Item] = []
    for row in page.rows[header.index + 1 :]:
        if header_columns(row) or (_END.match(row.text) and items):
            break
        amounts = list(amounts_in(row))
        if amounts:
            item = _item(row, amounts, columns)
            if item.description or item.price:
                items.append(item)
        elif items and items[-1].description is None:
            items[-1].description = _description(row, columns)
    return [item for item in items if item.description is not None]


def _item(row: Row, amounts: Sequence[Amount], columns: Sequence[_Column]) -> _Item:
    item = _Item(description=_description(row, columns))
    by_kind = {column.kind: column for column in columns}
    for amount in amounts:
        if _nearest(amount.area, columns) == "price" and item.price is None:
            item.price = amount
    if "quantity" in by_kind:
        item.quantity = _quantity(row, columns)
    if item.price is None and item.quantity is not None and "total" in by_kind:
        item.price = _unit_price(amounts[-1], Decimal(item.quantity.value))
    if "artNumber" in by_kind:
        item.art_number = _text_in(row, columns, "artNumber")
    return item


def _unit_price(total: Amount, quantity: Decimal) -> Amount | None:
    """Give the total of a row as price of one unit where there is one unit."""
    return total if quantity == 1 else None


def _nearest(area: Area, columns: Sequence[_Column]) -> str:
    """Give the column that a value belongs to: most overlap first, then the smallest distance."""

    def distance(column: _Column) -> float:
        overlap = min(area.right, column.right) - max(area.left, column.left)
        return -overlap if overlap < 0 else -overlap / 1000

    return min(columns, key=distance).kind


def _quantity(row: Row, columns: Sequence[_Column]) -> Found | None:
    for match in _NUMBER.finditer(row.text):
        if _nearest(row.area_of(match.start(), match.end()), columns) == "quantity":
            value = Decimal(match[0].replace(",", ".")).normalize()
            return found_in(row, match.start(), match.end(), f"{value:f}")
    return None


def _description(row: Row, columns: Sequence[_Column]) -> Found | None:
    return _text_in(row, columns, "description")


def _text_in(row: Row, columns: Sequence[_Column], kind: str) -> Found | None:
    """Give the words of a row that stand in a column of text, up to the next column."""
    ordered = sorted(columns, key=lambda column: column.left)
    index = next(number for number, column in enumerate(ordered) if column.kind == kind)
    left = ordered[index].left - 6.0
    right = ordered[index + 1].left if index + 1 < len(ordered) else float("inf")
    words = [
        (word, start)
        for word, start in zip(row.words, row.starts, strict=True)
        if left <= word.area.left < right and word.area.right < right + 20.0
    ]
    while words and kind == "description" and _NUMBER.fullmatch(words[-1][0].text) and len(words) > 1:
        words.pop()
    text = " ".join(word.text for word, _ in words)
    if not words or (kind == "description" and sum(letter.isalpha() for letter in text) < 2):
        return None
    return found_in(row, words[0][1], words[-1][1] + len(words[-1][0].text), text)
