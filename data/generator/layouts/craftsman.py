"""An invoice of a craftsman's firm: labour and material apart, the account in a column beside the address."""

from collections.abc import Sequence
from decimal import Decimal

from generator.facts import Bill, Item
from generator.layouts import parts
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the invoice."""
    sheet.bottom = 268
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda page: _continued(bill, page)
    _head(bill, sheet)
    y = _tables(bill, sheet, 116)
    rows = parts.sums(bill, ("Summe netto", bill.more.get("tax name", "MwSt."), "Gesamtbetrag brutto"))
    y = parts.draw_sums(sheet, (190, sheet.room(y + 8, 7 * len(rows))), rows, left=85)
    _closing(bill, sheet, y + 3)


def _head(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    path = sheet.canvas.beginPath()
    for index, (x, y) in enumerate(((20.0, 28.0), (33.0, 13.0), (46.0, 28.0))):
        (path.lineTo if index else path.moveTo)(x * 72 / 25.4, (sheet.height - y) * 72 / 25.4)
    sheet.canvas.setFillColor(company.colour)
    sheet.canvas.drawPath(path, stroke=0, fill=1)
    sheet.text((50, 22), company.name, 15, bold=True)
    sheet.text((50, 28), company.slogan, 9.5, colour=GREY)
    sheet.line((20, 31), (190, 31), colour=company.colour, width=1.5)
    parts.window(sheet, bill, (20, 48))
    sheet.line((140, 46), (140, 94), colour=company.colour, width=0.8)
    side = [
        company.street,
        company.place,
        f"Tel. {company.phone}",
        company.mail,
        f"{bill.more.get('tax id', 'USt-IdNr.')} {company.tax_id}",
    ]
    y = sheet.lines((143, 49), side, 8, step=4.2)
    sheet.text((143, y + 2), "Bankverbindung", 8, bold=True)
    account = parts.account_lines(bill)
    size = min(8.0, *(8 * 47 / sheet.text_width(line, 8) for line in account))
    sheet.lines((143, y + 6.5), account, size, step=4.2)
    sheet.text((20, 100), f"Rechnung Nr. {bill.invoice_id}", 14, bold=True)
    sheet.text((190, 100), bill.notation.date(bill.date), 10, align="right")
    sheet.text((20, 107), f"Objekt: {bill.more['site']}", 10)
    sheet.text((190, 107), f"Kunde {bill.customer_id}", 10, align="right")


def _tables(bill: Bill, sheet: Sheet, y: float) -> float:
    labour = [item for item in bill.items if item.unit == "Std."]
    material = [item for item in bill.items if item.unit != "Std."]
    for title, items in (("Arbeitsleistung", labour), ("Material und Fremdleistung", material)):
        if items:
            y = sheet.room(y, 30)
            sheet.text((20, y), title, 10.5, bold=True, colour=bill.seller.colour)
            y = _table(bill, sheet, y + 2, items) + 8
    return y - 4


def _table(bill: Bill, sheet: Sheet, y: float, items: Sequence[Item]) -> float:
    write = bill.notation
    columns = [
        Column("Menge", 18, "right"),
        Column("Einheit", 18),
        Column("Beschreibung", 84),
        Column("EP in €", 24, "right"),
        Column("GP in €", 26, "right"),
    ]
    rows = [[write.number(i.quantity), i.unit, i.text, write.number(i.price), write.number(i.total)] for i in items]
    return sheet.table((20, y), columns, rows, Look(grid=True, size=9, head_fill="#eeeeee", rule="#777777"))


def _closing(bill: Bill, sheet: Sheet, y: float) -> None:
    labour = sum((item.total for item in bill.items if item.unit == "Std."), Decimal(0))
    sentences = parts.payment_sentences(bill)
    if labour and bill.more.get("household") == "yes":
        gross = bill.notation.amount((labour * (100 + bill.items[0].rate) / 100).quantize(Decimal("0.01")))
        sentences.append(f"Im Rechnungsbetrag sind begünstigte Arbeitskosten nach § 35a EStG von {gross} enthalten.")
        sentences.append("Bitte bewahren Sie diese Rechnung zwei Jahre auf (§ 14b UStG).")
    if bill.more.get("note"):
        sentences.append(bill.more["note"])
    y = sheet.room(y, 8 * len(sentences) + (30 if bill.qr else 0))
    if bill.qr:
        parts.draw_code(sheet, (160, y - 3), parts.epc_code(bill), 30)
        sheet.text((175, y + 31), "Überweisung per QR-Code", 7, align="center", colour=GREY)
    for sentence in sentences:
        y = sheet.paragraph((20, y), sentence, 130 if bill.qr else 170, 10) + 1.5


def _footer(bill: Bill, sheet: Sheet) -> None:
    text = f"{bill.seller.name} · {bill.seller.register} · {bill.seller.web}"
    sheet.text((105, 284), text, 7.5, align="center", colour=GREY)
    if sheet.pages > 1:
        sheet.text((190, 289), f"Blatt {sheet.page} von {sheet.pages}", 7.5, align="right", colour=GREY)


def _continued(bill: Bill, sheet: Sheet) -> float:
    sheet.text((20, 20), f"Rechnung Nr. {bill.invoice_id}, Fortsetzung", 9.5, colour=GREY)
    return 28.0
