"""Draws a bill on its layout."""

from collections.abc import Callable

from generator.facts import Bill
from generator.layouts import letter, shop, utility
from generator.sheet import A4, Sheet

LAYOUTS: dict[str, Callable[[Bill, Sheet], None]] = {"letter": letter.draw, "shop": shop.draw, "utility": utility.draw}


def pdf(bill: Bill) -> bytes:
    """Draw the bill; twice, since "page 1 of 3" is known after the first time only."""
    draw = LAYOUTS[bill.layout]
    trial = _sheet(bill, 1)
    draw(bill, trial)
    final = _sheet(bill, trial.page)
    draw(bill, final)
    return final.finish()


def _sheet(bill: Bill, pages: int) -> Sheet:
    sheet = Sheet(bill.font, size=A4, pages=pages)
    sheet.describe(f"{bill.doc_type} {bill.invoice_id}".strip(), bill.seller.name)
    return sheet
