"""A dunning letter: which invoices are open, fees and interest, what is owed in all until when."""

from decimal import Decimal

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the letter."""
    sheet.bottom = 262
    sheet.footer = lambda page: _footer(bill, page)
    _head(bill, sheet)
    y = sheet.paragraph((25, 112), bill.more["text"], 165, 10) + 2
    y = _open_invoices(bill, sheet, y)
    y = _sums(bill, sheet, y + 7)
    _demand(bill, sheet, y + 4)


def _head(bill: Bill, sheet: Sheet) -> None:
    company = bill.recipient
    sheet.text((190, 20), company.name, 14, bold=True, align="right", colour=company.colour)
    sheet.text((190, 25.5), company.slogan, 8.5, align="right", colour=GREY)
    parts.window(sheet, bill, sender=company)
    rows = [("Datum", bill.notation.date(bill.date)), ("Kundennummer", bill.customer_id)]
    if bill.more.get("file"):
        rows.append(("Aktenzeichen", bill.more["file"]))
    y = 60.0
    for name, value in rows:
        sheet.text((130, y), name, 9, colour=GREY)
        sheet.text((190, y), value, 10, align="right")
        y += 5.5
    sheet.text((25, 98), bill.more["title"], 14, bold=True, colour=bill.more.get("ink", "#111111"))
    sheet.text((25, 106), "Sehr geehrte Damen und Herren,", 10)


def _open_invoices(bill: Bill, sheet: Sheet, y: float) -> float:
    columns = [
        Column("Rechnung", 45),
        Column("vom", 35),
        Column("fällig am", 35),
        Column("offener Betrag", 50, "right"),
    ]
    rows = [[item.number, *item.text.split("|"), bill.notation.amount(item.total)] for item in bill.items]
    return sheet.table((25, y), columns, rows, Look(size=9.5, row=6, grid=True, head_fill="#f0f0f0", rule="#999999"))


def _sums(bill: Bill, sheet: Sheet, y: float) -> float:
    write = bill.notation.amount
    total = sum((item.total for item in bill.items), Decimal(0))
    rows = [("Summe der offenen Rechnungen", write(total))] if bill.extras or len(bill.items) > 1 else []
    rows += [(extra.text, write(extra.amount)) for extra in bill.extras]
    rows.append((bill.more.get("total", "Zu zahlender Gesamtbetrag"), write(bill.to_pay)))
    return parts.draw_sums(sheet, (190, y), rows, left=95)


def _demand(bill: Bill, sheet: Sheet, y: float) -> None:
    due = f" bis spätestens {bill.notation.date(bill.due)}" if bill.due else ""
    sentence = f"Bitte überweisen Sie {bill.notation.amount(bill.to_pay)}{due} auf unser Konto:"
    y = sheet.paragraph((25, y), sentence, 115 if bill.qr else 165, 10, bold=True) + 2
    bank = bill.recipient.bank
    bic = f", BIC {bank.bic}" if bill.shows_bic else ""
    lines = [f"{bill.recipient.name}, {bank.name}", f"IBAN {grouped(bank.iban)}{bic}"]
    if bill.purpose:
        lines.append(parts.purpose_sentence(bill))
    if bill.qr:
        parts.draw_code(sheet, (158, y - 8), parts.epc_code(bill), 32)
    y = sheet.lines((25, y), lines, 10, step=5.4)
    for text in (
        bill.more.get("threat", ""),
        "Falls sich Ihre Zahlung mit diesem Schreiben überschnitten hat, betrachten Sie es als gegenstandslos.",
    ):
        if text:
            y = sheet.paragraph((25, y + 4), text, 125 if bill.qr else 165, 10)
    sheet.lines((25, y + 6), ["Mit freundlichen Grüßen", bill.recipient.name], 10, step=5.5)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.recipient
    sheet.line((25, 272), (190, 272), colour=company.colour, width=0.6)
    lines = [
        f"{company.name} · {company.street} · {company.place} · Tel. {company.phone}",
        f"{company.register} · {company.mail} · USt-IdNr. {company.tax_id}",
    ]
    sheet.lines((107.5, 277), lines, 7.5, step=3.8, align="center", colour=GREY)
