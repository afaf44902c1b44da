"""A small poster that asks for a donation and shows nothing but a payment code."""

from generator.facts import Bill
from generator.layouts import parts
from generator.sheet import Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the poster."""
    middle = sheet.width / 2
    sheet.box((0, 0), (sheet.width, 22), fill=bill.seller.colour)
    sheet.text((middle, 14), bill.more["title"], 16, bold=True, align="center", colour="#ffffff")
    parts.draw_code(sheet, (middle - 30, 30), parts.epc_code(bill), 60)
    sheet.text((middle, 98), bill.more["text"], 10, align="center")
