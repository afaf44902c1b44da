"""A club's plain letter about the yearly fee, written as on a typewriter: no table rules, the account in the text."""

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the letter."""
    company = bill.seller
    sheet.text((105, 20), company.name, 14, bold=True, align="center")
    sheet.text((105, 26), f"{company.slogan} - {company.street} - {company.place}", 9, align="center")
    sheet.line((25, 29), (185, 29), width=0.8)
    sheet.lines((25, 55), bill.buyer, 11, step=5.2)
    place = company.place.split(" ", 1)[1]
    sheet.text((185, 82), f"{place}, {bill.notation.date(bill.date)}", 11, align="right")
    sheet.text((25, 98), f"{bill.more['title']} {bill.invoice_id}".strip(), 12, bold=True)
    y = sheet.paragraph((25, 110), bill.more["text"], 160, 11) + 4
    y = _fees(bill, sheet, y)
    y = _request(bill, sheet, y + 8)
    sheet.lines(
        (25, y + 8),
        ["Mit sportlichen Grüßen" if "Sport" in company.name else "Mit freundlichen Grüßen", "Der Vorstand"],
        11,
        step=6,
    )
    sheet.text(
        (105, 285), f"{company.register} - {company.web} - Steuernummer 000/000/00000", 8, align="center", colour=GREY
    )


def _fees(bill: Bill, sheet: Sheet, y: float) -> float:
    for item in bill.items:
        sheet.text((35, y), item.text, 11)
        sheet.text((165, y), bill.notation.amount(item.total), 11, align="right")
        y += 6
    for extra in bill.extras:
        sheet.text((35, y), extra.text, 11)
        sheet.text((165, y), bill.notation.amount(extra.amount), 11, align="right")
        y += 6
    sheet.line((125, y - 3.5), (165, y - 3.5))
    sheet.text((35, y + 2), "Summe", 11, bold=True)
    sheet.text((165, y + 2), bill.notation.amount(bill.to_pay), 11, bold=True, align="right")
    return y + 6


def _request(bill: Bill, sheet: Sheet, y: float) -> float:
    bank = bill.recipient.bank
    bic = f" (BIC {bank.bic})" if bill.shows_bic else ""
    due = f" bis zum {bill.notation.date(bill.due)}" if bill.due else ""
    sentence = (
        f"Wir bitten um Überweisung von {bill.notation.amount(bill.to_pay)}{due} auf unser Konto bei der {bank.name}:"
    )
    width = 115 if bill.qr else 160
    if bill.qr:
        parts.draw_code(sheet, (152, y - 4), parts.epc_code(bill), 32)
    y = sheet.paragraph((25, y), sentence, width, 11) + 2
    sheet.text((35, y), f"IBAN {grouped(bank.iban)}", 11, bold=True)
    if bic:
        y += 6
        sheet.text((35, y), bic.strip(" ()"), 11)
    if bill.purpose:
        y += 6
        sheet.text((35, y), parts.purpose_sentence(bill), 11)
    text = bill.more.get("after", "")
    return sheet.paragraph((25, y + 9), text, 160, 11) if text else y + 6
