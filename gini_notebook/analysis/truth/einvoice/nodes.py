"""What the readers of all syntaxes share: paths without namespaces, amounts, dates and numbers."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object  # whoever parses loads lxml; amounts and dates are read without it

_ISO_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_MAX_DIGITS = 40  # more is no amount, and slow to calculate with


def find_all(node: Element | None, path: str) -> list[Element]:
    """Return the elements at a path of local names, such as ``"A/B"``, in any namespace."""
    if node is None:
        return []
    first, *further = _tags(path)
    found = list(node.iterchildren(first))
    for tag in further:
        found = [child for element in found for child in element.iterchildren(tag)]
    return found


@cache
def _tags(path: str) -> list[str]:
    return [f"{{*}}{step}" for step in path.split("/")]


def find(node: Element | None, path: str) -> Element | None:
    """Return the first element at a path of local names."""
    if node is not None and "/" not in path:
        return next(node.iterchildren(_tags(path)[0]), None)
    return next(iter(find_all(node, path)), None)


def text(node: Element | None, *paths: str) -> str | None:
    """Return the first text that is not blank at any of the paths, without the blanks around it."""
    for path in paths:
        for element in find_all(node, path):
            content = content_of(element)
            if content:
                return content
    return None


def content_of(element: Element) -> str:
    """Return the text within an element, without the blanks around it."""
    if len(element) == 0:
        return (element.text or "").strip()
    return "".join(map(str, element.itertext())).strip()


def attribute(node: Element | None, name: str) -> str | None:
    """Return an attribute by its local name, in any namespace or none; ``None`` where it is blank."""
    if node is None:
        return None
    found = (str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name)
    return next(found, "").strip() or None


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


def day(content: str | None) -> date | None:
    """Return the date of ``20250411``, ``2025-04-11`` or a point in time that starts so; other texts are no date."""
    found = _ISO_DATE.match(content) if content else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def iso_date(value: date | None) -> str | None:
    """Write a date as the service does."""
    return value.isoformat() if value is not None else None


def percentage(value: Decimal | None) -> str | None:
    """Write a percentage as the service does: at least one decimal."""
    if value is None:
        return None
    plain = plain_number(value)
    return plain if "." in plain else f"{plain}.0"
