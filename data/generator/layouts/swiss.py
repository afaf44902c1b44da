"""A Swiss invoice: the payment part with the Swiss QR code at the foot of the page, francs and apostrophes."""

import segno

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet

TOP = 192.0


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the invoice."""
    sheet.bottom = 186
    _head(bill, sheet)
    y = _items(bill, sheet)
    y = _sums(bill, sheet, y + 6)
    if bill.more.get("iban in text") == "yes":
        sheet.text((25, y + 3), " · ".join(parts.account_lines(bill)), 9.5)
    _receipt(bill, sheet)
    _payment_part(bill, sheet)


def _head(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.text((25, 20), company.name, 15, bold=True, colour=company.colour)
    sheet.lines(
        (25, 25.5),
        [f"{company.street}, {company.place}", f"{company.phone} · {company.mail}"],
        8.5,
        step=4,
        colour=GREY,
    )
    sheet.lines((120, 45), bill.buyer, 10.5, step=5)
    sheet.text((25, 72), f"Rechnung {bill.invoice_id}", 13, bold=True)
    day = f"{company.place.split(' ', 1)[1]}, {bill.notation.date(bill.date)}"
    line = f"{day} · Kundennummer {bill.customer_id} · {company.tax_id}"
    sheet.text((25, 78), line, 9, colour=GREY)


def _items(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    columns = [
        Column("Artikel", 24),
        Column("Bezeichnung", 72),
        Column("Menge", 16, "right"),
        Column("Preis CHF", 24, "right"),
        Column("Betrag CHF", 26, "right"),
    ]
    rows = [
        [i.number, i.text, write.quantity(i.quantity), write.number(i.price), write.number(i.total)] for i in bill.items
    ]
    return sheet.table((23.5, 84), columns, rows, Look(size=9, row=5.6))


def _sums(bill: Bill, sheet: Sheet, y: float) -> float:
    y = parts.draw_sums(
        sheet, (185, y), parts.sums(bill, ("Total exkl. MWST", "MWST", "Total inkl. MWST")), left=80, size=9.5
    )
    return sheet.paragraph((25, y + 3), f"Zahlbar innert {bill.terms.days} Tagen ab Rechnungsdatum.", 160, 9.5)


def _section(sheet: Sheet, at: tuple[float, float], title: str, lines: list[str], sizes: tuple[float, float]) -> float:
    small, size = sizes
    sheet.text(at, title, small, bold=True)
    return sheet.lines((at[0], at[1] + size * 0.42), lines, size, step=size * 0.42) + size * 0.42


def _creditor(bill: Bill) -> list[str]:
    company = bill.recipient
    return [grouped(company.bank.iban), company.name, company.street, company.place]


def _money(bill: Bill) -> str:
    return f"{bill.to_pay:,.2f}".replace(",", " ")


def _receipt(bill: Bill, sheet: Sheet) -> None:
    sheet.line((0, TOP), (210, TOP), width=0.4)
    sheet.line((62, TOP), (62, 297), width=0.4)
    sheet.text((105, TOP - 1.2), "Vor der Einzahlung abzutrennen", 6, align="center", colour=GREY)
    sheet.text((5, TOP + 8), "Empfangsschein", 11, bold=True)
    y = _section(sheet, (5, TOP + 15), "Konto / Zahlbar an", _creditor(bill), (6, 8))
    if bill.reference:
        y = _section(sheet, (5, y), "Referenz", [grouped(bill.reference)], (6, 8))
    _section(sheet, (5, y), "Zahlbar durch", list(bill.buyer), (6, 8))
    _section(sheet, (5, TOP + 72), "Währung", [bill.notation.currency], (6, 8))
    _section(sheet, (22, TOP + 72), "Betrag", [_money(bill)], (6, 8))
    sheet.text((57, TOP + 86), "Annahmestelle", 6, bold=True, align="right")


def _payment_part(bill: Bill, sheet: Sheet) -> None:
    sheet.text((67, TOP + 8), "Zahlteil", 11, bold=True)
    parts.draw_code(sheet, (67, TOP + 17), _code(bill), 46)
    sheet.box((86.5, TOP + 36.5), (7, 7), fill="#ffffff")
    sheet.box((87, TOP + 37), (6, 6), fill="#000000")
    sheet.box((89.4, TOP + 38), (1.2, 4), fill="#ffffff")
    sheet.box((88, TOP + 39.4), (4, 1.2), fill="#ffffff")
    _section(sheet, (67, TOP + 72), "Währung", [bill.notation.currency], (8, 10))
    _section(sheet, (84, TOP + 72), "Betrag", [_money(bill)], (8, 10))
    y = _section(sheet, (118, TOP + 8), "Konto / Zahlbar an", _creditor(bill), (8, 10))
    if bill.reference:
        y = _section(sheet, (118, y), "Referenz", [grouped(bill.reference)], (8, 10))
    if bill.purpose:
        y = _section(sheet, (118, y), "Zusätzliche Informationen", [bill.purpose], (8, 10))
    _section(sheet, (118, y), "Zahlbar durch", list(bill.buyer), (8, 10))


def _code(bill: Bill) -> segno.QRCode:
    """Make the Swiss QR code; its lines are those of the Swiss Implementation Guidelines QR-bill, version 2."""
    company = bill.recipient
    address = [company.name, company.street, company.place]
    creditor = ["K", *address, "", "", company.country]
    debtor = ["K", bill.buyer[0], bill.buyer[-2], bill.buyer[-1], "", "", "CH"]
    reference = ["SCOR", bill.reference] if bill.reference else ["NON", ""]
    lines = ["SPC", "0200", "1", company.bank.iban, *creditor, *[""] * 7, f"{bill.to_pay:.2f}", bill.notation.currency]
    lines += [*debtor, *reference, bill.purpose, "EPD"]
    return segno.make("\n".join(lines), error="m", micro=False, encoding="utf-8", mode="byte", boost_error=False)
