"""The gross price of one unit, which e-invoices do not state: they have prices without tax, per so many units."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import NamedTuple

_CENT = Decimal("0.01")
_HALF = Decimal("0.5")
_SMALL = 100
# Categories of tax (UNTDID 5305) whose rate is 0: not subject (O), exempt, zero rated, reverse charge, intra-community
# supply, export (BR-O-05, BR-E-05, BR-Z-05, BR-AE-05, BR-IC-05, BR-G-05).
_WITHOUT_TAX = frozenset({"O", "E", "Z", "AE", "K", "G"})
_PRECISION = 60  # the digits of a product of amounts as long as are read


class LinePrice(NamedTuple):
    """What a line of an invoice says about its price (business terms of EN 16931).

    Attributes
    ----------
    net
        Price without tax (BT-146) of ``per`` units (BT-149).
    quantity
        How many units are charged (BT-129).
    charges
        Charges less allowances of the line (BT-141 - BT-136).
    total
        Net amount of the line (BT-131).
    rate
        Tax in percent (BT-152).
    """

    net: Decimal | None = None
    per: Decimal | None = None
    rate: Decimal | None = None
    quantity: Decimal | None = None
    total: Decimal | None = None
    charges: Decimal = Decimal(0)


def cents(value: Decimal) -> Decimal | None:
    """Round to cents as merchants do, half a cent away from zero; ``None`` where that is too long a number."""
    with localcontext() as context:
        context.prec = _PRECISION
        try:
            return value.quantize(_CENT, ROUND_HALF_UP)
        except InvalidOperation:
            return None


def gross_unit_price(price: LinePrice) -> Decimal | None:
    """Return the price of one unit with its tax, rounded to cents, or ``None`` where that cannot be told.

    Some write a base quantity and mean the price of one unit all the same. The net amount of the line tells who does:
    if it is right without dividing and wrong with, nothing is divided; if it is wrong both ways, nobody can tell.
    """
    if price.net is None or price.rate is None or price.per == 0:
        return None
    with localcontext() as context:
        context.prec = _PRECISION
        per = _divisor(price, price.net)
        return None if per is None else cents(price.net / per * (1 + price.rate / 100))


def _divisor(price: LinePrice, net: Decimal) -> Decimal | None:
    per, one = price.per or Decimal(1), Decimal(1)
    if per == one or price.total is None or price.quantity is None:
        return per
    all_units, charged = net * price.quantity, price.total - price.charges
    near = rounding_of(price.total)
    return next((units for units in (per, one) if abs(all_units / units - charged) <= near), None)


def tax_rate(percent: Decimal | None, category: str | None) -> Decimal | None:
    """Return the rate of tax; none is stated where the category has none (BR-O-05), or where it can only be 0.

    Examples
    --------
    >>> tax_rate(None, "O"), tax_rate(None, "S"), tax_rate(Decimal("19"), "S")
    (Decimal('0'), None, Decimal('19'))
    """
    return Decimal(0) if percent is None and category in _WITHOUT_TAX else percent


def rounding_of(total: Decimal) -> Decimal:
    """Return by how much the net amount of a line may be off: totals without cents (in HUF, say) are whole units."""
    return _CENT if abs(total) < _SMALL or total % 1 else _HALF
