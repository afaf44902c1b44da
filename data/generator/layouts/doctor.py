"""A doctor's invoice by the scale of fees (GOÄ); often a clearing office sends it and is paid."""

from datetime import timedelta

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the invoice."""
    sheet.bottom = 255
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda _: 25.0
    _head(bill, sheet)
    y = _services(bill, sheet)
    _total(bill, sheet, sheet.room(y + 8, 60))


def _head(bill: Bill, sheet: Sheet) -> None:
    sender = bill.recipient
    sheet.box((20, 12), (4, 18), fill=sender.colour)
    sheet.text((27, 19), sender.name, 14, bold=True, colour=sender.colour)
    sheet.text((27, 25), sender.slogan, 9, colour=GREY)
    sheet.text((27, 29.5), f"{sender.street}, {sender.place} · Tel. {sender.phone}", 8, colour=GREY)
    parts.window(sheet, bill, (20, 50), sender=sender)
    rows = [
        ("Rechnungsnummer", bill.invoice_id),
        ("Patientennummer" if not bill.payee else "Kundennummer", bill.customer_id),
        ("Rechnungsdatum", bill.notation.date(bill.date)),
    ]
    y = 59.0
    for name, value in rows:
        sheet.text((122, y), f"{name}:", 9.5)
        sheet.text((160, y), value, 9.5, bold=name == "Rechnungsnummer")
        y += 5.5
    sheet.text((20, 98), bill.more.get("title", "Rechnung über ärztliche Leistungen"), 12, bold=True)
    if bill.payee:
        text = f"im Auftrag von: {bill.seller.name}, {bill.seller.street}, {bill.seller.place}"
        sheet.text((20, 104), text, 9.5)
    sheet.text((20, 110), f"Behandlungsgrund: {bill.more['reason']}", 9.5)


def _services(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    columns = [
        Column("Datum", 22),
        Column("Ziffer", 16),
        Column("Leistung", 82),
        Column("Faktor", 16, "right"),
        Column("Anz.", 12, "right"),
        Column("Betrag EUR", 24, "right"),
    ]
    day = write.date(bill.date - timedelta(days=18))
    rows = []
    for index, item in enumerate(bill.items):
        first = day if index == 0 else ""
        factor = item.unit
        rows.append([first, item.number, item.text, factor, write.quantity(item.quantity), write.number(item.total)])
    return sheet.table((19, 114), columns, rows, Look(size=9, row=5.2))


def _total(bill: Bill, sheet: Sheet, y: float) -> None:
    bank = bill.recipient.bank
    sheet.text((120, y), "Gesamtbetrag", 11, bold=True)
    sheet.text((189.5, y), bill.notation.amount(bill.to_pay), 11, bold=True, align="right")
    sheet.line((118, y + 1.5), (191, y + 1.5), width=1)
    sheet.text((20, y + 8), "Umsatzsteuerfrei nach § 4 Nr. 14 UStG.", 8.5, colour=GREY)
    y = sheet.paragraph((20, y + 16), parts.terms_sentence(bill) or "Zahlbar sofort.", 165, 10)
    sheet.box((20, y), (170, 33), stroke=bill.recipient.colour, width=0.8)
    rows = [
        ("Zahlungsempfänger", bill.recipient.name),
        ("IBAN", grouped(bank.iban)),
        ("BIC", bank.bic if bill.shows_bic else ""),
        ("Bank", bank.name),
        ("Verwendungszweck", bill.purpose),
    ]
    line = y + 6.5
    for name, value in rows:
        if value:
            sheet.text((24, line), name, 9, colour=GREY)
            sheet.text((62, line), value, 10, bold=name in {"IBAN", "Verwendungszweck"})
            line += 5.4
    if bill.qr:
        parts.draw_code(sheet, (160, y + 2.5), parts.epc_code(bill), 28)


def _footer(bill: Bill, sheet: Sheet) -> None:
    text = "Bitte reichen Sie diese Rechnung bei Ihrer Versicherung oder Beihilfestelle ein."
    sheet.line((20, 268), (190, 268), colour="#bbbbbb", width=0.4)
    sheet.text((20, 273), text, 8, colour=GREY)
    sheet.text((20, 277.5), f"{bill.recipient.register} · {bill.recipient.mail} · {bill.recipient.web}", 8, colour=GREY)
