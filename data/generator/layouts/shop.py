"""An invoice of a web shop: coloured, gross prices, shipping, discount, a panel that says how it is paid."""

from decimal import Decimal

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the invoice."""
    sheet.bottom = 262
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda _: 20.0
    _head(bill, sheet)
    y = _items(bill, sheet, 96)
    y = _sums(bill, sheet, y + 7)
    _payment(bill, sheet, sheet.room(y + 3, 50))


def _head(bill: Bill, sheet: Sheet) -> None:
    colour = bill.seller.colour
    sheet.box((0, 0), (210, 3), fill=colour)
    sheet.text((15, 20), bill.seller.name.split(" ")[0].lower(), 26, bold=True, colour=colour)
    sheet.text((15, 26), bill.seller.slogan, 8.5, colour=GREY)
    sheet.text((195, 20), "RECHNUNG", 20, align="right", colour="#333333")
    sheet.text((195, 26), f"Nr. {bill.invoice_id}", 10, align="right")
    sheet.box((15, 38), (86, 44), fill="#f4f4f2", radius=2)
    sheet.text((20, 45), "Rechnungsadresse", 8, colour=GREY)
    sheet.lines((20, 52), bill.buyer, 10, step=5)
    sheet.box((109, 38), (86, 44), fill="#f4f4f2", radius=2)
    rows = [
        ("Rechnungsdatum", bill.notation.date(bill.date)),
        ("Bestellnummer", bill.more["order"]),
        ("Kundennummer", bill.customer_id),
        ("Versand", bill.more.get("carrier", "Paketdienst")),
        ("Zahlungsart", bill.more["method"]),
    ]
    y = 46.0
    for name, value in rows:
        sheet.text((114, y), name, 8.5, colour=GREY)
        sheet.text((190, y), value, 9, align="right", bold=name == "Zahlungsart")
        y += 7


def _items(bill: Bill, sheet: Sheet, y: float) -> float:
    write = bill.notation
    if bill.more.get("order of columns") == "quantity first":
        columns = [
            Column("Anzahl", 18, "right"),
            Column("Artikel", 86),
            Column("Art.-Nr.", 26),
            Column("Einzelpreis\ninkl. MwSt.", 25, "right"),
            Column("Summe\ninkl. MwSt.", 25, "right"),
        ]
        rows = [
            [f"{write.quantity(i.quantity)} x", i.text, i.number, write.amount(i.price), write.amount(i.total)]
            for i in bill.items
        ]
    else:
        columns = [
            Column("Art.-Nr.", 26),
            Column("Produkt", 76),
            Column("MwSt.", 15, "right"),
            Column("Stückpreis", 24, "right"),
            Column("Menge", 15, "right"),
            Column("Gesamt", 24, "right"),
        ]
        rows = [
            [
                i.number,
                i.text,
                write.percent(i.rate),
                write.amount(i.price),
                write.quantity(i.quantity),
                write.amount(i.total),
            ]
            for i in bill.items
        ]
    look = Look(head_fill=bill.seller.colour, head_ink="#ffffff", zebra="#f4f4f2", size=8.5, row=7, rule="#dddddd")
    return sheet.table((15, y), columns, rows, look)


def _sums(bill: Bill, sheet: Sheet, y: float) -> float:
    write = bill.notation
    rows = [("Zwischensumme", sum((item.total for item in bill.items), Decimal(0)))]
    rows += [(extra.text, extra.amount) for extra in bill.extras]
    y = sheet.room(y, 6 * (len(rows) + 5))
    for name, value in rows:
        sheet.text((130, y), name, 9)
        sheet.text((193.5, y), write.amount(value), 9, align="right")
        y += 5.2
    sheet.box((128, y - 3), (67, 9), fill=bill.seller.colour, radius=1)
    sheet.text((130, y + 3), "Gesamtbetrag", 11, bold=True, colour="#ffffff")
    sheet.text((193.5, y + 3), write.amount(bill.gross), 11, bold=True, align="right", colour="#ffffff")
    y += 11
    for rate, (net, tax) in bill.taxes.items():
        line = f"enthält {write.percent(rate)} MwSt. {write.amount(tax)} (netto {write.amount(net)})"
        sheet.text((193.5, y), line, 7.5, align="right", colour=GREY)
        y += 4
    if bill.paid:
        sheet.text((130, y + 2), bill.more.get("prepaid", "bereits bezahlt"), 9)
        sheet.text((193.5, y + 2), write.amount(-bill.paid), 9, align="right")
        sheet.text((130, y + 8), bill.more.get("left", "Offener Betrag"), 10, bold=True)
        sheet.text((193.5, y + 8), write.amount(bill.to_pay), 10, bold=True, align="right")
        y += 12
    return y


def _payment(bill: Bill, sheet: Sheet, y: float) -> None:
    if bill.terms.kind in {"paid", "debit"}:
        sheet.text((15, y + 4), parts.terms_sentence(bill), 10, bold=True)
        sheet.text((15, y + 10), bill.more.get("note", ""), 9, colour=GREY)
        return
    bank = bill.recipient.bank
    sheet.box((15, y), (180, 40), stroke=bill.seller.colour, width=0.8, radius=2)
    sheet.text((20, y + 7), "So bezahlen Sie", 11, bold=True, colour=bill.seller.colour)
    rows = [
        ("Empfänger", bill.recipient.name),
        ("IBAN", grouped(bank.iban)),
        *([("BIC", bank.bic)] if bill.shows_bic else []),
        ("Betrag", bill.notation.amount(bill.to_pay)),
        *([("Verwendungszweck", bill.purpose)] if bill.purpose else []),
        *([("Zahlbar bis", bill.notation.date(bill.due))] if bill.due else []),
    ]
    line = y + 13.0
    for name, value in rows:
        sheet.text((20, line), name, 8.5, colour=GREY)
        sheet.text((55, line), value, 9.5)
        line += 4.6
    if bill.qr:
        parts.draw_code(sheet, (160, y + 4), parts.epc_code(bill), 28)
        sheet.text((174, y + 36), "GiroCode", 7, align="center", colour=GREY)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    lines = [
        f"{company.name} · {company.street} · {company.place} · {company.mail}",
        f"{company.register} · USt-IdNr. {company.tax_id}",
    ]
    if bill.terms.kind in {"paid", "debit"} and bill.shows_account:
        lines.append(" · ".join(parts.account_lines(bill, company)))
    sheet.line((15, 274), (195, 274), colour="#cccccc", width=0.4)
    sheet.lines((105, 279), lines, 7, step=3.8, align="center", colour=GREY)
    sheet.text((195, 291), f"Seite {sheet.page}/{sheet.pages}", 7, align="right", colour=GREY)
