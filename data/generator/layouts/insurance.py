"""A premium notice of an insurance: contracts with premium and insurance tax, due on a fixed day."""

from decimal import Decimal

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import cents, grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the notice."""
    sheet.bottom = 256
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda _: 25.0
    _head(bill, sheet)
    y = _contracts(bill, sheet)
    _payment(bill, sheet, y + 10)


def _head(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.box((150, 0), (60, 297), fill="#f6f2fa")
    sheet.box((150, 0), (60, 5), fill=company.colour)
    sheet.text((155, 20), company.name.split(" ")[0], 20, bold=True, colour=company.colour)
    sheet.text((155, 25.5), company.slogan, 8, colour=GREY)
    parts.window(sheet, bill, (20, 48))
    side = [
        ("Versicherungsschein-Nr.", bill.customer_id),
        ("Beitragsrechnung", bill.invoice_id),
        ("Datum", bill.notation.date(bill.date)),
        ("Zahlweise", bill.more["interval"]),
        ("Fragen? Rufen Sie an", company.phone),
        ("oder schreiben Sie", company.mail),
    ]
    y = 50.0
    for name, value in side:
        sheet.text((155, y), name, 7.5, colour=GREY)
        sheet.text((155, y + 4.5), value, min(9.5, 9.5 * 50 / sheet.text_width(value, 9.5)))
        y += 11
    sheet.text((20, 96), "Beitragsrechnung", 15, bold=True, colour=company.colour)
    sheet.text((20, 102), f"zu Ihrer Versicherung {bill.more['kind']}", 10)
    sheet.text((20, 112), "Sehr geehrte Kundin, sehr geehrter Kunde,", 10)
    text = "für den kommenden Zeitraum berechnen wir Ihnen diese Beiträge, jeweils mit gesetzlicher Versicherungsteuer:"
    sheet.paragraph((20, 118), text, 122, 10)


def _contracts(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    columns = [
        Column("Versicherung", 53),
        Column("Beitrag", 23, "right"),
        Column("Steuer", 23, "right"),
        Column("gesamt", 25, "right"),
    ]
    rows = []
    for item in bill.items:
        tax = cents(item.total * item.rate / (100 + item.rate))
        rows.append([item.text, write.number(item.total - tax), write.number(tax), write.number(item.total)])
    y = sheet.table((18.5, 130), columns, rows, Look(size=9.5, row=6.5, row_rules=True, rule="#b9a7cc"))
    discount = sum((extra.amount for extra in bill.extras), Decimal(0))
    for extra in bill.extras:
        sheet.text((20, y + 5), extra.text, 9.5)
        sheet.text((141, y + 5), write.number(extra.amount), 9.5, align="right")
        y += 6
    name = "Zu zahlender Beitrag" if not discount else "Zu zahlender Beitrag nach Nachlass"
    sheet.box((18.5, y + 2), (124, 9), fill=bill.seller.colour)
    sheet.text((21, y + 8), name, 11, bold=True, colour="#ffffff")
    sheet.text((141, y + 8), write.amount(bill.to_pay), 11, bold=True, align="right", colour="#ffffff")
    return y + 11


def _payment(bill: Bill, sheet: Sheet, y: float) -> None:
    if bill.terms.kind == "debit":
        sentence = parts.terms_sentence(bill)
        y = sheet.paragraph((20, y), f"{sentence} Ihr Konto: IBAN {bill.more['masked']}.", 122, 10)
        text = f"Gläubiger-Identifikationsnummer DE00ZZZ00000000000, Mandatsreferenz {bill.customer_id}."
        sheet.paragraph((20, y + 2), text, 122, 9)
        return
    due = bill.notation.date(bill.due) if bill.due else ""
    y = (
        sheet.paragraph(
            (20, y), f"Der Beitrag ist am {due} fällig. Bitte überweisen Sie ihn auf dieses Konto:", 122, 10
        )
        + 1
    )
    bank = bill.recipient.bank
    rows = [("Empfänger", bill.recipient.name), ("IBAN", grouped(bank.iban))]
    rows += [("BIC", bank.bic)] if bill.shows_bic else []
    rows += [("Verwendungszweck", bill.purpose)] if bill.purpose else []
    for name, value in rows:
        sheet.text((20, y), name, 9, colour=GREY)
        sheet.text((56, y), value, 10)
        y += 5.2
    if bill.qr:
        parts.draw_code(sheet, (160, y - 24), parts.epc_code(bill), 30)
        sheet.text((175, y + 9), "Bequem zahlen per QR-Code", 7, align="center", colour=GREY)
    text = "Diese Rechnung ist zugleich Ihr Nachweis für das Finanzamt. Die Versicherungsteuer ist kein Vorsteuerabzug."
    sheet.paragraph((20, y + 5), text, 122, 8.5)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    account = ", ".join(parts.account_lines(bill, company)) if bill.terms.kind == "debit" else company.web
    lines = [f"{company.name} · {company.street} · {company.place}", company.register, account]
    sheet.lines((20, 279), lines, 7, step=3.8, colour=GREY)
