"""The list of documents: which company bills what to whom, on which layout, with which terms."""

from generator.facts import Bill
from generator.orders import abroad, business, households, services


def bills(seed: int) -> list[Bill]:
    """All documents that are drawn, by name."""
    found = [*business.bills(seed), *households.bills(seed), *services.bills(seed), *abroad.bills(seed)]
    return sorted(found, key=lambda bill: bill.name)
