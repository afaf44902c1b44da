"""A yearly bill of a utility on two pages: what is open on the first, meter readings and prices on the second."""

from datetime import timedelta
from decimal import Decimal

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import cents, grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the bill."""
    sheet.bottom = 262
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda page: _continued(bill, page)
    _head(bill, sheet)
    y = _summary(bill, sheet)
    y = _payment(bill, sheet, y + 6)
    _instalments(bill, sheet, y + 6)
    _details(bill, sheet)


def _period(bill: Bill) -> str:
    start, end = bill.date - timedelta(days=395), bill.date - timedelta(days=31)
    return f"{bill.notation.date(start)} bis {bill.notation.date(end)}"


def _head(bill: Bill, sheet: Sheet) -> None:
    colour = bill.seller.colour
    sheet.text((185, 18), bill.seller.name, 14, bold=True, align="right", colour=colour)
    sheet.text((185, 23.5), bill.seller.slogan, 8.5, align="right", colour=GREY)
    for index, shade in enumerate(("#f59e0b", colour, "#38bdf8")):
        sheet.box((188 + index * 4, 12), (3, 14), fill=shade)
    parts.window(sheet, bill, (20, 48))
    sheet.box((125, 46), (70, 38), fill="#eef4fa")
    rows = [
        ("Kundennummer", bill.customer_id),
        ("Rechnungsnummer", bill.invoice_id),
        ("Rechnungsdatum", bill.notation.date(bill.date)),
        ("Zählernummer", bill.more["meter"]),
        ("Verbrauchsstelle", bill.buyer[-2]),
    ]
    y = 53.0
    for name, value in rows:
        sheet.text((128, y), name, 8, colour=GREY)
        sheet.text((192, y), value, 9, align="right")
        y += 6.6
    sheet.text((20, 100), f"Ihre Jahresabrechnung {bill.more['kind']}", 15, bold=True, colour=colour)
    sheet.text((20, 106), f"Abrechnungszeitraum {_period(bill)}", 9.5)


def _summary(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    rows = [
        (f"Ihr Verbrauch {bill.more['kind']} netto", write.amount(bill.net)),
        *((f"{write.percent(rate)} Umsatzsteuer", write.amount(tax)) for rate, (_, tax) in bill.taxes.items()),
        ("Rechnungsbetrag brutto", write.amount(bill.gross)),
        ("abzüglich gezahlter Abschläge", write.amount(-bill.paid)),
    ]
    y = 117.0
    for name, value in rows:
        sheet.text((22, y), name, 10)
        sheet.text((188, y), value, 10, align="right")
        sheet.line((20, y + 2), (190, y + 2), colour="#cccccc", width=0.3)
        y += 7
    name = "Ihr Guthaben" if bill.to_pay < 0 else "Ihre Nachzahlung"
    sheet.box((20, y - 4), (170, 11), fill=bill.seller.colour)
    sheet.text((23, y + 3), name, 12, bold=True, colour="#ffffff")
    sheet.text((187, y + 3), write.amount(bill.to_pay), 12, bold=True, align="right", colour="#ffffff")
    return y + 10


def _payment(bill: Bill, sheet: Sheet, y: float) -> float:
    if bill.to_pay < 0:
        text = "Ihr Guthaben überweisen wir in den nächsten Tagen auf das uns bekannte Konto. Sie müssen nichts tun."
        return sheet.paragraph((20, y), text, 170, 10)
    sentence = parts.terms_sentence(bill)
    if bill.terms.kind == "debit":
        sentence += f" IBAN {grouped(bill.more['payer iban'])}, Mandatsreferenz {bill.customer_id}-1."
        return sheet.paragraph((20, y), sentence, 170, 10)
    width = 135 if bill.qr else 170
    end = sheet.paragraph((20, y), sentence, width, 10)
    end = sheet.paragraph(
        (20, end + 1), f"Empfänger: {', '.join([bill.recipient.name, *parts.account_lines(bill)])}", width, 10
    )
    if bill.purpose:
        end = sheet.lines((20, end + 1), [parts.purpose_sentence(bill)], 10, step=5, bold=True)
    if bill.qr:
        parts.draw_code(sheet, (163, y - 3), parts.epc_code(bill), 26)
    return max(end, y + 26 if bill.qr else end)


def _instalments(bill: Bill, sheet: Sheet, y: float) -> None:
    monthly = cents(Decimal(int(bill.gross / 11)))
    sheet.text((20, y), "Ihre neuen Abschläge", 11, bold=True, colour=bill.seller.colour)
    text = (
        f"Ab dem nächsten Monat beträgt Ihr monatlicher Abschlag {bill.notation.amount(monthly)} (brutto). "
        "Er ist jeweils zum 1. eines Monats fällig, elf Mal im Jahr."
    )
    y = sheet.paragraph((20, y + 6), text, 170, 9.5)
    columns = [
        Column("Abschlag", 40),
        Column("netto", 43, "right"),
        Column("USt.", 43, "right"),
        Column("brutto", 44, "right"),
    ]
    net = cents(monthly * 100 / (100 + next(iter(bill.taxes))))
    write = bill.notation.amount
    sheet.table((20, y), columns, [["monatlich", write(net), write(monthly - net), write(monthly)]], Look(size=9))


def _details(bill: Bill, sheet: Sheet) -> None:
    y = sheet.next_page()
    write = bill.notation
    sheet.text((20, y), "So setzt sich der Betrag zusammen", 13, bold=True, colour=bill.seller.colour)
    used = bill.items[0].quantity
    start = Decimal(bill.more["reading"])
    columns = [
        Column("Zähler", 40),
        Column("Stand alt", 30, "right"),
        Column("Stand neu", 30, "right"),
        Column("Verbrauch", 35, "right"),
        Column("Ablesung", 35),
    ]
    row = [
        bill.more["meter"],
        write.number(start, 0),
        write.number(start + used, 0),
        f"{write.number(used, 0)} {bill.items[0].unit}",
        "Kunde",
    ]
    look = Look(head_fill="#eef4fa", row_rules=True, size=9, row=6.5)
    y = sheet.table((20, y + 6), columns, [row], look) + 10
    columns = [
        Column("Preisbestandteil", 70),
        Column("Menge", 35, "right"),
        Column("Preis je Einheit", 32, "right"),
        Column("Betrag netto", 33, "right"),
    ]
    rows = [
        [i.text, f"{write.number(i.quantity, 0)} {i.unit}", f"{write.number(i.price, 4)} €", write.amount(i.total)]
        for i in bill.items
    ]
    y = sheet.table((20, y), columns, rows, look)
    parts.draw_sums(sheet, (190, y + 7), parts.sums(bill), left=90, size=9.5)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    lines = [f"{company.name}, {company.street}, {company.place} · {company.register} · USt-IdNr. {company.tax_id}"]
    if bill.terms.kind == "debit" or bill.to_pay < 0:
        lines.insert(0, ", ".join(parts.account_lines(bill, company)))
    sheet.line((20, 274), (190, 274), colour="#cccccc", width=0.4)
    sheet.lines((20, 279), lines, 7, step=3.8, colour=GREY)
    sheet.text((190, 288), f"Seite {sheet.page} von {sheet.pages}", 8, align="right", colour=GREY)


def _continued(bill: Bill, sheet: Sheet) -> float:
    sheet.text((20, 18), f"Rechnung {bill.invoice_id} vom {bill.notation.date(bill.date)}", 9, colour=GREY)
    sheet.text((190, 18), bill.seller.name, 9, bold=True, align="right", colour=bill.seller.colour)
    return 32.0
