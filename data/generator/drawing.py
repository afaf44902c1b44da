"""Draws a bill on its layout."""

from collections.abc import Callable, Mapping

from generator import einvoice
from generator.facts import Bill
from generator.layouts import (
    club,
    craftsman,
    doctor,
    english,
    hotel,
    insurance,
    letter,
    poster,
    reminder,
    shop,
    slip,
    swiss,
    telecom,
    utility,
)
from generator.sheet import A4, Sheet

LAYOUTS: Mapping[str, Callable[[Bill, Sheet], None]] = {
    "club": club.draw,
    "craftsman": craftsman.draw,
    "doctor": doctor.draw,
    "english": english.draw,
    "hotel": hotel.draw,
    "insurance": insurance.draw,
    "letter": letter.draw,
    "poster": poster.draw,
    "reminder": reminder.draw,
    "shop": shop.draw,
    "slip": slip.draw,
    "swiss": swiss.draw,
    "telecom": telecom.draw,
    "utility": utility.draw,
}
SIZES = {"": A4, "slip": (150.0, 105.0), "card": (105.0, 110.0)}


def pdf(bill: Bill, *, embed: bool = False) -> bytes:
    """Draw the bill; twice, since "page 1 of 3" is known after the first time only.

    With ``embed``, all fonts are in the file: copies made of it are the same on every machine.
    """
    draw = LAYOUTS[bill.layout]
    trial = _sheet(bill, embed=embed, pages=1)
    draw(bill, trial)
    final = _sheet(bill, embed=embed, pages=trial.page)
    draw(bill, final)
    content = final.finish()
    return einvoice.attach(content, einvoice.xml(bill)) if bill.einvoice else content


def _sheet(bill: Bill, *, embed: bool, pages: int) -> Sheet:
    sheet = Sheet(bill.font, size=SIZES[bill.more.get("size", "")], embed=embed, pages=pages)
    sheet.describe(f"{bill.doc_type} {bill.invoice_id}".strip(), bill.seller.name)
    return sheet
