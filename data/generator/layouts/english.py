"""An invoice in English: British, American, or of a German exporter; the total stands in a box at the top."""

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the invoice."""
    sheet.bottom = 262
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda _: 25.0
    _head(bill, sheet)
    y = _items(bill, sheet)
    names = ("Subtotal", bill.more.get("tax name", "VAT"), "Total")
    y = parts.draw_sums(sheet, (192, sheet.room(y + 7, 70)), parts.sums(bill, names), left=75)
    _payment(bill, sheet, y + 3)


def _head(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.text((18, 24), "INVOICE", 24, bold=True, colour=company.colour)
    sheet.lines((192, 18), [company.name], 12, bold=True, align="right")
    sheet.lines(
        (192, 23.5),
        [company.street, company.place, company.phone, company.mail],
        8.5,
        step=4,
        align="right",
        colour=GREY,
    )
    sheet.line((18, 42), (192, 42), colour=company.colour, width=1)
    sheet.text((18, 50), "BILL TO", 8, bold=True, colour=GREY)
    sheet.lines((18, 56), bill.buyer, 10, step=5)
    rows = [
        ("Invoice number", bill.invoice_id),
        ("Invoice date", bill.notation.date(bill.date)),
        ("Customer no.", bill.customer_id),
        ("Payment terms", bill.more.get("terms", f"Net {bill.terms.days} days")),
        *([("Due date", bill.notation.date(bill.due))] if bill.due and bill.more.get("prints due") == "yes" else []),
    ]
    y = 50.0
    for name, value in rows:
        sheet.text((92, y), name, 8.5, colour=GREY)
        sheet.text((119, y), value, 9)
        y += 5.4
    sheet.box((155, 46), (37, 24), fill=company.colour, radius=1.5)
    sheet.text((173.5, 53), "AMOUNT DUE", 7.5, align="center", colour="#ffffff")
    sheet.text((173.5, 62), bill.notation.amount(bill.to_pay), 13, bold=True, align="center", colour="#ffffff")
    sheet.text((18, 88), bill.more["subject"], 10)


def _items(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    columns = [
        Column("Description", 80),
        Column("Item code", 28),
        Column("Qty", 14, "right"),
        Column("Unit price", 25, "right"),
        Column("Amount", 27, "right"),
    ]
    rows = [
        [i.text, i.number, write.quantity(i.quantity), write.number(i.price), write.number(i.total)] for i in bill.items
    ]
    return sheet.table(
        (18, 92), columns, rows, Look(head_fill="#e5e7eb", row_rules=True, rule="#d1d5db", size=9, row=7)
    )


def _payment(bill: Bill, sheet: Sheet, y: float) -> None:
    bank = bill.recipient.bank
    rows = [("Account name", bill.recipient.name)]
    rows += [("IBAN", grouped(bank.iban))] if bank.iban else []
    rows += [("BIC / SWIFT", bank.bic)] if bank.bic and bill.shows_bic else []
    rows += [
        (name, bill.more[name])
        for name in ("Bank", "Routing number", "Account number", "Sort code")
        if name in bill.more
    ]
    rows += [("Payment reference", bill.purpose)] if bill.purpose else []
    sheet.text((18, y), "How to pay", 11, bold=True, colour=bill.seller.colour)
    sentence = bill.more.get("sentence", f"Please pay within {bill.terms.days} days of the invoice date.")
    y = sheet.paragraph((18, y + 6), sentence, 120, 9.5) + 1
    top = y
    for name, value in rows:
        sheet.text((18, y), name, 9, colour=GREY)
        sheet.text((50, y), value, 9.5)
        y += 5
    if bill.qr:
        parts.draw_code(sheet, (160, top - 6), parts.epc_code(bill), 30)
    if bill.more.get("note"):
        sheet.paragraph((18, y + 5), bill.more["note"], 174, 8.5)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    tax = "" if company.tax_id == company.register else f" · VAT no. {company.tax_id}"
    sheet.line((18, 276), (192, 276), colour="#d1d5db", width=0.5)
    sheet.text(
        (105, 281), f"{company.name} · {company.register}{tax} · {company.web}", 7.5, align="center", colour=GREY
    )
