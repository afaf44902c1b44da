"""What the readers of both syntaxes share: paths without namespaces, amounts, dates, numbers, and labels."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext

from lxml import etree

from gini_notebook.analysis.truth.labels import Label, Labels
from gini_notebook.schema import LINE_ITEMS

Element = etree._Element

_ISO_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_MAX_DIGITS = 40  # more is no amount, and slow to calculate with
_CENT = Decimal("0.01")


def find_all(node: Element | None, path: str) -> list[Element]:
    """Return the elements at a path of local names, such as ``"A/B"``, in any namespace."""
    if node is None:
        return []
    return node.findall("/".join(f"{{*}}{step}" for step in path.split("/")))


def find(node: Element | None, path: str) -> Element | None:
    """Return the first element at a path of local names."""
    found = find_all(node, path)
    return found[0] if found else None


def text(node: Element | None, *paths: str) -> str | None:
    """Return the first text that is not blank at any of the paths, without the blanks around it."""
    for path in paths:
        for element in find_all(node, path):
            content = "".join(map(str, element.itertext())).strip()
            if content:
                return content
    return None


def number(content: str | None) -> Decimal | None:
    """Return the number an XML text says, or ``None`` if it says none."""
    return Decimal(content) if content and len(content) <= _MAX_DIGITS and _NUMBER.fullmatch(content) else None


def amount(value: Decimal | None, currency: str | None) -> str | None:
    """Write an amount as the service does: decimal point, at least two decimals, ISO 4217 code after a colon."""
    if value is None or not currency:
        return None
    plain = plain_number(value)
    decimals = len(plain.partition(".")[2])
    return f"{value:.2f}:{currency}" if decimals < 2 else f"{plain}:{currency}"


def plain_number(value: Decimal) -> str:
    """Write a number without exponent and without trailing zeros."""
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "+0", "") else plain.removeprefix("+")


def iso_date(content: str | None) -> str | None:
    """Return ``20250411``, ``2025-04-11`` or a point in time that starts so as ISO date; other texts are no date."""
    found = _ISO_DATE.match(content) if content else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def gross_unit_price(net: Decimal | None, per: Decimal | None, rate_percent: Decimal | None) -> Decimal | None:
    """Return the price of one unit with its tax, rounded to cents; the XML states prices without tax only."""
    if net is None or rate_percent is None or per == 0:
        return None
    with localcontext() as context:
        context.prec = 40
        try:
            return (net / (per or Decimal(1)) * (1 + rate_percent / 100)).quantize(_CENT)
        except InvalidOperation:
            return None


def identifier(content: str | None) -> str | None:
    """Return an IBAN or BIC as the service writes it: capitals, no blanks."""
    return "".join(content.split()).upper() if content else None


class Collector:
    """Collects the labels of one document."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.labels = Labels(documents={document: None})

    def header(self, field: str, value: str | None, source: str) -> None:
        """Label a header field, if the XML says anything about it."""
        if value:
            self.labels.add(Label(self.document, "", 0, field, value, f"xml:{source}"))

    def row(self, row: int, cells: Iterable[tuple[str, str | None, str]]) -> None:
        """Label the cells of a line item that the XML says anything about."""
        for field, value, source in cells:
            if value:
                self.labels.add(Label(self.document, LINE_ITEMS, row, field, value, f"xml:{source}"))
