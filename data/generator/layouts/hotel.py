"""A hotel's bill: nights and meals day by day, taxes in a table, paid at the desk or to be transferred."""

from datetime import timedelta

from generator.facts import Bill
from generator.layouts import parts
from generator.sheet import GREY, Column, Look, Sheet

WORDS = {
    "de": {
        "title": "RECHNUNG",
        "number": "Rechnung Nr.",
        "date": "Datum",
        "room": "Zimmer",
        "arrival": "Anreise",
        "departure": "Abreise",
        "columns": ("Datum", "Leistung", "Anzahl", "Einzel", "Betrag"),
        "total": "Gesamt",
        "paid": "Bezahlt mit Karte",
        "left": "Offener Betrag",
        "tax": ("MwSt.-Satz", "Netto", "MwSt.", "Brutto"),
        "thanks": "Vielen Dank für Ihren Aufenthalt. Auf Wiedersehen!",
    },
    "en": {
        "title": "INVOICE",
        "number": "Invoice no.",
        "date": "Date",
        "room": "Room",
        "arrival": "Arrival",
        "departure": "Departure",
        "columns": ("Date", "Description", "Qty", "Rate", "Amount"),
        "total": "Total",
        "paid": "Paid by card",
        "left": "Balance due",
        "tax": ("VAT rate", "Net", "VAT", "Gross"),
        "thanks": "Thank you for staying with us. See you soon!",
    },
}


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the bill."""
    sheet.bottom = 258
    sheet.footer = lambda page: _footer(bill, page)
    sheet.continued = lambda _: 25.0
    _head(bill, sheet)
    y = _nights(bill, sheet)
    y = _total(bill, sheet, sheet.room(y + 7, 70))
    y = _taxes(bill, sheet, y + 4)
    _closing(bill, sheet, y + 9)


def _head(bill: Bill, sheet: Sheet) -> None:
    words, company = WORDS[bill.notation.language], bill.seller
    sheet.text(
        (105, 22),
        company.name.removesuffix(" GmbH").removesuffix(" OG"),
        20,
        bold=True,
        align="center",
        colour=company.colour,
    )
    sheet.text(
        (105, 28.5), f"{company.slogan}  ·  {company.street}  ·  {company.place}", 9, align="center", colour=GREY
    )
    sheet.line((60, 33), (150, 33), colour=company.colour, width=0.8)
    sheet.lines((25, 52), bill.buyer, 10.5, step=5.2)
    rows = [
        (words["number"], bill.invoice_id),
        (words["date"], bill.notation.date(bill.date)),
        (words["room"], bill.customer_id),
        (words["arrival"], bill.notation.date(bill.date - timedelta(days=int(bill.more["nights"])))),
        (words["departure"], bill.notation.date(bill.date)),
    ]
    y = 52.0
    for name, value in rows:
        sheet.text((130, y), str(name), 9.5)
        sheet.text((185, y), value, 9.5, align="right")
        y += 5.2
    sheet.text((105, 92), str(words["title"]), 14, bold=True, align="center", spacing=2)


def _nights(bill: Bill, sheet: Sheet) -> float:
    write = bill.notation
    day, thing, count, rate, amount = WORDS[write.language]["columns"]
    columns = [
        Column(day, 27),
        Column(thing, 68),
        Column(count, 15, "right"),
        Column(rate, 25, "right"),
        Column(amount, 25, "right"),
    ]
    first = bill.date - timedelta(days=int(bill.more["nights"]))
    rows = []
    for index, item in enumerate(bill.items):
        when = first + timedelta(days=min(index, int(bill.more["nights"]) - 1))
        rows.append(
            [
                write.date(when),
                item.text,
                write.quantity(item.quantity),
                write.number(item.price),
                write.number(item.total),
            ]
        )
    return sheet.table((25, 98), columns, rows, Look(size=9.5, row=6, rule=bill.seller.colour))


def _total(bill: Bill, sheet: Sheet, y: float) -> float:
    words, write = WORDS[bill.notation.language], bill.notation.amount
    rows = [(str(words["total"]), write(bill.gross))]
    if bill.paid:
        rows += [
            (bill.more.get("prepaid", str(words["paid"])), write(-bill.paid)),
            (str(words["left"]), write(bill.to_pay)),
        ]
    return parts.draw_sums(sheet, (185, y), rows, left=80)


def _taxes(bill: Bill, sheet: Sheet, y: float) -> float:
    write = bill.notation
    rate_name, net_name, tax_name, gross_name = WORDS[write.language]["tax"]
    columns = [Column(rate_name, 26), *(Column(name, 26, "right") for name in (net_name, tax_name, gross_name))]
    rows = [
        [write.percent(rate), write.number(net), write.number(tax), write.number(net + tax)]
        for rate, (net, tax) in bill.taxes.items()
    ]
    return sheet.table((25, y), columns, rows, Look(size=8, row=4.8))


def _closing(bill: Bill, sheet: Sheet, y: float) -> None:
    words, write = WORDS[bill.notation.language], bill.notation
    if bill.terms.kind == "paid":
        sheet.text((105, y + 4), str(words["thanks"]), 10, align="center")
        return
    if write.language == "en" and bill.due:
        sentences = [f"Please transfer {write.amount(bill.to_pay)} by {write.date(bill.due)}."]
        sentences += [f"Payment reference: {bill.purpose}"] if bill.purpose else []
    else:
        sentences = parts.payment_sentences(bill)
    if bill.qr:
        parts.draw_code(sheet, (155, y - 4), parts.epc_code(bill), 28)
    y = sheet.lines(
        (25, y), [*sentences, ", ".join([bill.recipient.name, *parts.account_lines(bill)][:2])], 10, step=5.6
    )
    sheet.lines((25, y), [" · ".join(parts.account_lines(bill)[1:])], 10)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    lines = [
        f"{company.name} · {company.register} · {company.tax_id}",
        f"Tel. {company.phone} · {company.mail} · {company.web}",
    ]
    if bill.terms.kind == "paid" and bill.shows_account:
        lines.append(", ".join(parts.account_lines(bill, company)))
    sheet.line((25, 268), (185, 268), colour=company.colour, width=0.5)
    sheet.lines((105, 273), lines, 7.5, step=3.9, align="center", colour=GREY)
