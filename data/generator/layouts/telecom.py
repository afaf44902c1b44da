"""A telephone company's bill: a big amount, what the contracts cost, and the calls one by one on the next pages."""

import random
from datetime import timedelta

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the bill."""
    sheet.bottom = 262
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda page: _continued(bill, page)
    _head(bill, sheet)
    y = _positions(bill, sheet)
    _payment(bill, sheet, y + 9)
    _calls(bill, sheet)


def _head(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.box((0, 0), (12, 297), fill=company.colour)
    sheet.text((20, 22), company.name.split(" ")[0], 24, bold=True, colour=company.colour)
    sheet.text((20, 28), company.slogan, 9, colour=GREY)
    parts.window(sheet, bill, (20, 48))
    sheet.text((120, 50), "Rechnungsbetrag", 10, colour=GREY)
    sheet.text((120, 60), bill.notation.amount(bill.to_pay), 22, bold=True, colour=company.colour)
    rows = [
        ("Rechnungsnummer", bill.invoice_id),
        ("Kundennummer", bill.customer_id),
        ("Rechnungsdatum", bill.notation.date(bill.date)),
        ("Rufnummer", "0000 471100"),
    ]
    y = 70.0
    for name, value in rows:
        sheet.text((120, y), name, 8.5, colour=GREY)
        sheet.text((192, y), value, 9.5, align="right")
        y += 5.2
    sheet.text((20, 104), "Ihre Rechnung auf einen Blick", 13, bold=True)


def _positions(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    columns = [
        Column("Leistung", 92),
        Column("Anzahl", 18, "right"),
        Column("netto je Stück", 31, "right"),
        Column("netto gesamt", 31, "right"),
    ]
    rows = [[i.text, write.quantity(i.quantity), write.amount(i.price), write.amount(i.total)] for i in bill.items]
    y = sheet.table((20, 109), columns, rows, Look(size=9.5, row=7, row_rules=True, rule="#e3c4b0"))
    return parts.draw_sums(
        sheet, (192, y + 7), parts.sums(bill, ("Summe netto", "Umsatzsteuer", "Rechnungsbetrag")), left=85
    )


def _payment(bill: Bill, sheet: Sheet, y: float) -> None:
    if bill.terms.kind == "debit":
        text = f"{parts.terms_sentence(bill)} IBAN {grouped(bill.more['payer iban'])}."
        sheet.paragraph((20, y), text, 170, 10)
        return
    text = f"{parts.terms_sentence(bill)} {bill.recipient.name}, {', '.join(parts.account_lines(bill))}."
    y = sheet.paragraph((20, y), text, 170, 10) + 1
    if bill.purpose:
        sheet.text((20, y), parts.purpose_sentence(bill), 10, bold=True)


def _calls(bill: Bill, sheet: Sheet) -> None:
    """List calls; their prices are part of no sum, so that they only distract."""
    rng = random.Random(bill.invoice_id)
    y = sheet.next_page()
    sheet.text((20, y), "Einzelverbindungsnachweis", 12, bold=True, colour=bill.seller.colour)
    columns = [
        Column("Datum", 26),
        Column("Beginn", 22),
        Column("Zielrufnummer", 60),
        Column("Dauer", 28, "right"),
        Column("Betrag EUR", 30, "right"),
    ]
    rows = []
    for index in range(int(bill.more["calls"])):
        day = bill.date - timedelta(days=30 - index * 28 // int(bill.more["calls"]))
        seconds = rng.randint(11, 2400)
        cost = f"0,{rng.randint(0, 89):02d}"
        start = f"{rng.randint(7, 21):02d}:{rng.randint(0, 59):02d}"
        rows.append(
            [
                bill.notation.date(day),
                start,
                f"0000 {rng.randint(10, 99)}xxx",
                f"{seconds // 60}:{seconds % 60:02d}",
                cost,
            ]
        )
    sheet.table((20, y + 5), columns, rows, Look(size=8, row=5))


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.line((20, 274), (192, 274), colour="#cccccc", width=0.4)
    account = f" · {', '.join(parts.account_lines(bill, company))}" if bill.terms.kind == "debit" else ""
    lines = [
        f"{company.name} · {company.street} · {company.place}{account}",
        f"{company.register} · USt-IdNr. {company.tax_id}",
    ]
    size = min(7, 7 * 165 / sheet.text_width(lines[0], 7))
    sheet.lines((20, 279), lines, size, step=3.8, colour=GREY)
    sheet.text((192, 288), f"Seite {sheet.page} von {sheet.pages}", 7.5, align="right", colour=GREY)


def _continued(bill: Bill, sheet: Sheet) -> float:
    sheet.box((0, 0), (12, 297), fill=bill.seller.colour)
    sheet.text((20, 18), f"Rechnung {bill.invoice_id} · Kundennummer {bill.customer_id}", 9, colour=GREY)
    return 30.0
