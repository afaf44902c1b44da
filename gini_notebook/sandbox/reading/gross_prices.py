"""The price of one unit with tax: as printed, or computed where the page says net and the rate."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.amounts import Amount, amount_text
from gini_notebook.sandbox.reading.line_items import Item, find_items
from gini_notebook.sandbox.reading.words import Found, Page, Row, Scale

_TAX = re.compile(
    r"\b(?:mwst|ust|mehrwertst|umsatzst)\w*|steuer(?!berat|numm|-?nr|-?id)|\b(?:vat|tva|btw|iva|sales tax|tax|gst)\b",
    re.IGNORECASE,
)
_NO_TAX = re.compile(r"skonto|rabatt|nachlass|discount|escompte|remise|korting|sconto|verzug|zins", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?%|%\s*:?\s{1,3}(\d{1,2}(?:[.,]\d{1,2})?)(?![\w.,])")
_NET = re.compile(r"\bnetto|\bnet\b|\b(?:excl|exkl|zzgl|ohne)\b|\bht\b|\bh\.t", re.IGNORECASE)
_GROSS = re.compile(r"brutto|\bgross\b|\b(?:inkl|incl|einschl)|\bttc\b|t\.t\.c", re.IGNORECASE)
_HIGHEST_RATE = 30
_CENT = Decimal("0.01")
_MOST_VALUES = 400


def find_line_items(
    pages: Sequence[Page], amounts: Sequence[Amount], currency: str, scale: Scale
) -> list[dict[str, Any]]:
    """Return the rows of all tables of line items in the form of the answer.

    ``baseGross`` is the price of one unit with tax. Where headings or sums show that prices are printed without, the
    tax of the row, or the only one of the document, is added; where no rate is known the price is left out.

    Parameters
    ----------
    pages
        The pages of the document.
    amounts
        All its amounts.
    currency
        ISO 4217 code.
    scale
        Unit of the boxes.
    """
    items = find_items(pages)
    if not items:
        return []
    rates = _rates(pages, amounts)
    net = _are_net(items, _sums(amounts, rates))
    return [item.answer(_gross(item, rates, currency, net=net), scale) for item in items]


def _gross(item: Item, rates: frozenset[Decimal], currency: str, *, net: bool) -> Found | None:
    price = _price(item)
    if price is None:
        return None
    value = Decimal(price.value)
    if net:
        rate = item.rate if item.rate is not None else next(iter(rates)) if len(rates) == 1 else None
        if rate is None:
            return None
        value = value * (100 + rate) / 100
    return Found(amount_text(value.quantize(_CENT, ROUND_HALF_UP), currency), price.page, price.area)


def _price(item: Item) -> Found | None:
    """Return the price of one unit, where only the total is printed what comes of it."""
    if item.price is not None or item.total is None or item.quantity is None:
        return item.price
    quantity, total = Decimal(item.quantity.value), Decimal(item.total.value)
    if not quantity or total / quantity != (total / quantity).quantize(_CENT):
        return None
    return Found(f"{total / quantity:f}", item.total.page, item.total.area)


def _are_net(items: Sequence[Item], sums: Mapping[str, frozenset[Decimal]]) -> bool:
    """Return whether prices are printed without tax: what headings say, else which of the sums the rows add up to."""
    heading = items[0].priced
    if bool(_NET.search(heading)) != bool(_GROSS.search(heading)):
        return _NET.search(heading) is not None
    totals = [item.row_total for item in items]
    total = sum((one for one in totals if one is not None), Decimal(0)).quantize(_CENT, ROUND_HALF_UP)
    return total in sums["net"] and total not in sums["gross"]


def _sums(amounts: Sequence[Amount], rates: frozenset[Decimal]) -> dict[str, frozenset[Decimal]]:
    """Return net and gross values of the document: by their labels, and where a tax of these rates lies between."""
    net, gross = set(), set()
    for amount in amounts:
        label = labels.left_of(amount.row, amount.outer_start)
        if _NET.search(label):
            net.add(amount.value)
        elif _GROSS.search(label):
            gross.add(amount.value)
    for low, high, tax in _taxed(amounts):
        if not rates or any(abs(low * rate / 100 - tax) <= _CENT for rate in rates) or len(rates) > 1:
            net.add(low)
            gross.add(high)
    return {"net": frozenset(net), "gross": frozenset(gross)}


def _taxed(amounts: Sequence[Amount]) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """Return (net, gross, tax) of values that add up, where the tax is labelled as one."""
    values = sorted({amount.value for amount in amounts if amount.value > 0})[:_MOST_VALUES]
    known = set(values)
    taxes = {amount.value for amount in amounts if _TAX.search(labels.left_of(amount.row, amount.outer_start))}
    for tax in sorted(taxes):
        yield from (
            (low, low + tax, tax) for low in values if low + tax in known and 0 < tax * 100 < low * _HIGHEST_RATE
        )


def _rates(pages: Sequence[Page], amounts: Sequence[Amount]) -> frozenset[Decimal]:
    """Return the rates of tax that the document names, else the one by which its sums differ."""
    printed = {rate for page in pages for row in page.rows for rate in _rates_in(row, page)}
    if printed:
        return frozenset(printed)
    worked_out = {(tax * 100 / low).quantize(Decimal("0.1")).normalize() for low, _, tax in _taxed(amounts)}
    return frozenset(worked_out)


def _rates_in(row: Row, page: Page) -> Iterator[Decimal]:
    for match in _PERCENT.finditer(row.text):
        rate = Decimal((match[1] or match[2]).replace(",", ".")).normalize()
        heading = labels.above(row.area_of(match.start(), match.end()), page.rows, row.index)
        if rate < _HIGHEST_RATE and not _NO_TAX.search(row.text) and (_TAX.search(row.text) or _TAX.search(heading)):
            yield rate
