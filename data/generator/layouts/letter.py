"""A business letter by DIN 5008, form B: window, block of references, table, sums, footer in columns."""

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Column, Look, Sheet

WORDS = {
    "de": {
        "title": "Rechnung",
        "credit": "Gutschrift",
        "number": "Rechnungsnummer",
        "credit number": "Gutschriftnummer",
        "date": "Datum",
        "customer": "Kundennummer",
        "delivery": "Leistungsdatum",
        "hello": "Sehr geehrte Damen und Herren,",
        "intro": "für unsere Lieferungen und Leistungen berechnen wir Ihnen wie folgt:",
        "credit intro": "für Ihre Rücksendung schreiben wir Ihnen wie folgt gut:",
        "credit end": "Den Betrag überweisen wir auf das uns bekannte Konto",
        "bye": "Mit freundlichen Grüßen",
        "page": "Seite {} von {}",
    },
}


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the letter."""
    words = WORDS["de"]
    sheet.bottom = 262
    sheet.continued = lambda page: _continued(bill, page)
    sheet.footer = lambda page: _footer(bill, page)
    _head(bill, sheet)
    parts.window(sheet, bill)
    _references(bill, sheet)
    kind = "credit" if bill.credit else "title"
    sheet.text((25, 100), f"{words[kind]} {bill.invoice_id}", 13, bold=True)
    y = sheet.lines((25, 109), [words["hello"], "", words["credit intro" if bill.credit else "intro"]], 10)
    y = _items(bill, sheet, y)
    total = "Gutschriftbetrag" if bill.credit else "Rechnungsbetrag"
    rows = parts.sums(bill, ("Nettobetrag", "USt.", total))
    y = parts.draw_sums(sheet, (190, sheet.room(y + 7, 8 + 6 * len(rows))), rows)
    _closing(bill, sheet, y + 4)


def _head(bill: Bill, sheet: Sheet) -> None:
    colour = bill.seller.colour
    if bill.more.get("head") == "band":
        sheet.box((0, 0), (210, 30), fill=colour)
        sheet.text((25, 16), bill.seller.name, 18, bold=True, colour="#ffffff")
        sheet.text((25, 23), bill.seller.slogan, 9, colour="#ffffff")
    elif bill.more.get("head") == "centre":
        sheet.text((105, 20), bill.seller.name, 18, bold=True, align="center", colour=colour)
        sheet.text((105, 26), bill.seller.slogan, 9, align="center", colour=GREY)
        sheet.line((25, 31), (185, 31), colour=colour, width=1.2)
    else:
        sheet.box((25, 13), (14, 14), fill=colour, radius=2)
        sheet.text((32, 22.5), bill.seller.name[0], 22, bold=True, align="center", colour="#ffffff")
        sheet.text((43, 19), bill.seller.name, 15, bold=True, colour=colour)
        sheet.text((43, 25), bill.seller.slogan, 9, colour=GREY)


def _references(bill: Bill, sheet: Sheet) -> None:
    words = WORDS["de"]
    rows = [
        (words["credit number" if bill.credit else "number"], bill.invoice_id),
        (words["date"], bill.notation.date(bill.date)),
        (words["customer"], bill.customer_id),
        (words["delivery"], bill.notation.date(bill.date)),
        ("Bestellung", bill.more.get("order", "")),
        ("Ihre USt-IdNr.", bill.more.get("buyer tax", "")),
    ]
    y = 52.0
    for name, value in rows:
        if value:
            sheet.text((125, y), name, 9, colour=GREY)
            sheet.text((190, y), value, 9.5, align="right")
            y += 5


def _items(bill: Bill, sheet: Sheet, y: float) -> float:
    write = bill.notation
    gross = " brutto" if bill.prices == "gross" else ""
    columns = [
        Column("Pos.", 11, "right"),
        Column("Artikel", 22),
        Column("Bezeichnung", 64),
        Column("Menge", 15, "right"),
        Column("Einh.", 14),
        Column(f"Preis{gross}", 20, "right"),
        Column("Gesamt", 23, "right"),
    ]
    several = len(bill.taxes) > 1
    if several:
        columns = [*columns[:2], Column("Bezeichnung", 51), *columns[3:6], Column("USt.", 13, "right"), columns[6]]
    rows = []
    for number, item in enumerate(bill.items, start=1):
        price, total = parts.unit_price(bill, item.price), write.number(item.total * bill.sign)
        end = [write.percent(item.rate), total] if several else [total]
        rows.append([str(number), item.number, item.text, write.quantity(item.quantity), item.unit, price, *end])
    look = Look(row_rules=bill.more.get("rules") == "yes", zebra=bill.more.get("zebra", ""), size=9)
    return sheet.table((21, y), columns, rows, look)


def _closing(bill: Bill, sheet: Sheet, y: float) -> None:
    words = WORDS["de"]
    sentences = parts.payment_sentences(bill)
    if bill.credit:
        sentences = [f"{words['credit end']} {grouped(bill.more['buyer iban'])}."]
    if bill.payee:
        sentences.append(
            f"Unsere Forderungen sind an die {bill.payee.name} abgetreten. Zahlungen mit schuldbefreiender Wirkung "
            f"bitte ausschließlich an: {bill.payee.name}, {', '.join(parts.account_lines(bill))}."
        )
    y = sheet.room(y, 10 + 5.5 * len(sentences) + (36 if bill.qr else 0))
    width = 118 if bill.qr else 165
    if bill.qr:
        parts.draw_code(sheet, (155, y - 2), parts.epc_code(bill), 30)
        sheet.text((170, y + 32), "Zahlen mit Code", 7.5, align="center", colour=GREY)
    for sentence in sentences:
        y = sheet.paragraph((25, y), sentence, width, 10) + 1.2
    sheet.lines((25, y + 4), [words["bye"], bill.seller.name], 10, step=5.5)


def _footer(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.line((25, 266), (190, 266), colour=company.colour, width=0.8)
    account = [] if bill.more.get("footer account") == "no" else parts.account_lines(bill, company)
    columns = [
        (25, [company.name, company.street, company.place]),
        (77, [f"Telefon {company.phone}", company.mail, company.web]),
        (122, account or [company.register, f"USt-IdNr. {company.tax_id}"]),
    ]
    for x, lines in columns:
        size = min(
            7.5,
            *(
                7.5 * (41 if x > 25 and x < 122 else 48 if x < 77 else 68) / sheet.text_width(line, 7.5)
                for line in lines
            ),
        )
        sheet.lines((x, 270.5), lines, size, step=3.6, colour=GREY)
    if account:
        sheet.text((25, 284), f"{company.register} · USt-IdNr. {company.tax_id}", 6.5, colour=GREY)
    if sheet.pages > 1:
        sheet.text((190, 284), WORDS["de"]["page"].format(sheet.page, sheet.pages), 8, align="right", colour=GREY)


def _continued(bill: Bill, sheet: Sheet) -> float:
    sheet.text((25, 20), f"{bill.seller.name} · {WORDS['de']['title']} {bill.invoice_id}", 9, colour=GREY)
    sheet.line((25, 23), (190, 23), colour="#aaaaaa", width=0.3)
    return 30.0
