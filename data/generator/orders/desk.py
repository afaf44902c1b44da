"""Fills in what an order leaves open: numbers, dates, items; the same seed and name give the same document."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from generator import wares
from generator.facts import Bill, Company, Item
from generator.notation import cents

FIRST_DAY = date(2025, 1, 7)


def hand(seed: int, name: str) -> random.Random:
    """Return the random numbers of one document, independent of all others."""
    return random.Random(f"{seed}/{name}")


def number(pattern: str, rng: random.Random, day: date) -> str:
    """Fill a pattern: ``#`` becomes a digit, ``{y}`` the year, ``{m}`` the month."""
    first = pattern.index("#") if "#" in pattern else -1
    digits = [
        str(rng.randint(1 if place == first else 0, 9)) if mark == "#" else mark for place, mark in enumerate(pattern)
    ]
    return "".join(digits).replace("{y}", str(day.year)).replace("{m}", f"{day.month:02d}")


def order(
    seed: int,
    name: str,
    seller: Company,
    buyer: tuple[str, ...],
    *,
    patterns: tuple[str, str] = ("RE-{y}-####", "#####"),
    goods: tuple[Sequence[wares.Ware], int] | None = None,
    items: tuple[Item, ...] = (),
    **rest: Any,
) -> Bill:
    """Write one order down.

    ``patterns`` are those of the invoice's and the customer's number, ``goods`` the wares and how many lines of them.
    In ``purpose`` and ``reference``, ``{id}`` and ``{customer}`` stand for these numbers.
    """
    rng = hand(seed, name)
    day = FIRST_DAY + timedelta(days=rng.randint(0, 270))
    invoice, customer = (number(pattern, rng, day) for pattern in patterns)
    if goods:
        picked = wares.pick(*goods, rng)
        items = tuple(sorted(picked, key=lambda item: item.unit != "Std."))
    names = rest.keys() & {"purpose", "reference"}
    texts = {text: rest[text].format(id=invoice, customer=customer) for text in names}
    return Bill(
        name=name,
        layout=name.split("_", 1)[0],
        seller=seller,
        buyer=buyer,
        invoice_id=invoice,
        customer_id=customer,
        date=day,
        items=items,
        **rest | texts,
    )


def share(items: Sequence[Item], percent: int) -> Decimal:
    """Take a round share of what the items cost, for instalments that were paid."""
    return cents(Decimal(int(sum((item.total for item in items), Decimal(0)) * percent / 100)))


def open_invoices(seed: int, name: str, count: int, prices: tuple[int, int]) -> tuple[Item, ...]:
    """Make invoices that nobody paid: number, then their day and due day as text, what is open in cents."""
    rng = hand(seed, f"{name}/open")
    items = []
    for index in range(count):
        day = date(2024, 9, 2) + timedelta(days=20 * index + rng.randint(0, 15))
        due = day + timedelta(days=14)
        amount = Decimal(rng.randint(*prices)) / 100
        text = f"{day:%d.%m.%Y}|{due:%d.%m.%Y}"
        items.append(Item(number("RE-{y}-####", rng, day), text, Decimal(1), "", amount, Decimal(0)))
    return tuple(items)


def creditor_reference(digits: str) -> str:
    """Make a structured creditor reference (ISO 11649) with its check digits."""
    return f"RF{98 - int(f'{digits}271500') % 97:02d}{digits}"


def utility_items(seed: int, name: str, kind: Mapping[str, str]) -> tuple[Item, ...]:
    """Make the lines of a utility's bill with the document's own random numbers."""
    return wares.consumption(kind, hand(seed, f"{name}/consumption"))
