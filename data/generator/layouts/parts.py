"""Pieces that several layouts share: sentences about payment, sums, codes, address windows."""

from decimal import Decimal

import segno
from segno import helpers

from generator.facts import Bill, Company, Skonto
from generator.notation import grouped
from generator.sheet import GREY, Sheet


def window(sheet: Sheet, bill: Bill, at: tuple[float, float] = (25, 50), *, sender: Company | None = None) -> None:
    """Write the sender's line and the address, where the window of an envelope is."""
    x, y = at
    company = sender or bill.seller
    line = f"{company.name} · {company.street} · {company.place}"
    size = min(6.5, 6.5 * 80 / sheet.text_width(line, 6.5))
    sheet.text((x, y), line, size, colour=GREY)
    sheet.line((x, y + 1), (x + 80, y + 1), colour="#aaaaaa", width=0.3)
    sheet.lines((x, y + 9), bill.buyer, 10.5, step=5)


def terms_sentence(bill: Bill) -> str:
    """Say when to pay."""
    due = bill.due
    amount = bill.notation.amount(bill.to_pay)
    if bill.terms.kind == "days":
        return f"Zahlbar innerhalb von {bill.terms.days} Tagen nach Rechnungsdatum ohne Abzug."
    if bill.terms.kind == "date" and due:
        return f"Bitte überweisen Sie den Betrag von {amount} bis zum {bill.notation.date(due)}."
    if bill.terms.kind == "debit" and due:
        return f"Den Betrag von {amount} buchen wir am {bill.notation.date(due)} von Ihrem Konto ab."
    if bill.terms.kind == "paid":
        return "Betrag dankend erhalten. Bitte nicht mehr überweisen."
    return ""


def skonto_sentence(bill: Bill, skonto: Skonto) -> str:
    """Say what may be taken off by whoever pays early."""
    rest = bill.notation.amount(bill.to_pay - bill.skonto_amount(skonto))
    return f"Bei Zahlung innerhalb von {skonto.days} Tagen {bill.notation.percent(skonto.percent)} Skonto ({rest})."


def purpose_sentence(bill: Bill) -> str:
    """Say what to write on the transfer."""
    return f"Verwendungszweck: {bill.purpose}" if bill.purpose else ""


def payment_sentences(bill: Bill) -> list[str]:
    """Everything about payment that stands below the sums, without empty sentences."""
    sentences = [
        *(skonto_sentence(bill, skonto) for skonto in bill.skonto),
        terms_sentence(bill),
        purpose_sentence(bill),
    ]
    return [sentence for sentence in sentences if sentence]


def account_lines(bill: Bill, company: Company | None = None) -> list[str]:
    """Name of the bank, IBAN and, where the document shows it, BIC."""
    bank = (company or bill.recipient).bank
    return [bank.name, f"IBAN {grouped(bank.iban)}", *([f"BIC {bank.bic}"] if bill.shows_bic else [])]


def sums(bill: Bill, names: tuple[str, str, str] = ("Nettobetrag", "USt.", "Rechnungsbetrag")) -> list[tuple[str, str]]:
    """Rows of net, tax per rate and total; what was paid before and what is left, where something was."""
    write = bill.notation.amount
    rows = [(names[0], write(bill.net))]
    rows += [(f"{bill.notation.percent(rate)} {names[1]}", write(tax)) for rate, (_, tax) in bill.taxes.items() if rate]
    rows.append((names[2], write(bill.gross)))
    if bill.paid:
        rows.append((bill.more.get("prepaid", "abzüglich Abschlagszahlung"), write(-bill.paid)))
        rows.append((bill.more.get("left", "Noch zu zahlen"), write(bill.to_pay)))
    return rows


def draw_sums(
    sheet: Sheet, at: tuple[float, float], rows: list[tuple[str, str]], *, left: float = 75, size: float = 10
) -> float:
    """Write the sums right-aligned below ``at``, the last one bold between rules; return where they end."""
    x, y = at
    sheet.sums_page = sheet.page
    wide = [sheet.text_width(name, size + 1) + sheet.text_width(value, size + 1) + 8 for name, value in rows]
    left = max(left, *wide)
    for number, (name, value) in enumerate(rows):
        last = number == len(rows) - 1
        if last:
            sheet.line((x - left, y - 4.2), (x, y - 4.2), width=0.6)
        sheet.text((x - left + 1.5, y), name, size + last, bold=last)
        sheet.text((x - 1.5, y), value, size + last, bold=last, align="right")
        y += 5.6 + last
    sheet.line((x - left, y - 4.4), (x, y - 4.4), width=1.2)
    return y


def epc_code(bill: Bill) -> segno.QRCode:
    """Make the QR code of the European Payments Council for the bill."""
    company = bill.recipient
    return helpers.make_epc_qr(
        name=company.name,
        iban=company.bank.iban,
        amount=bill.to_pay,
        text=None if bill.more.get("creditor reference") else (bill.reference or None),
        reference=bill.reference if bill.more.get("creditor reference") else None,
        bic=company.bank.bic if bill.shows_bic else None,
    )


def draw_code(sheet: Sheet, at: tuple[float, float], code: segno.QRCode, size: float) -> None:
    """Draw a QR code ``size`` mm wide; the quiet zone around it is the layout's."""
    modules = [bytes(row) for row in code.matrix]
    step = size / len(modules)
    for line, row in enumerate(modules):
        start = 0
        while start < len(row):
            run = start
            while run < len(row) and row[run]:
                run += 1
            if run > start:
                sheet.box((at[0] + start * step, at[1] + line * step), ((run - start) * step, step), fill="#000000")
            start = run + 1


def unit_price(bill: Bill, price: Decimal) -> str:
    """Write the price of one unit."""
    return bill.notation.number(price * bill.sign)
