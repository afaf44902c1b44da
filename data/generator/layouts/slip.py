"""A remittance slip: the red German form or the yellow Austrian one, alone or at the foot of a letter."""

from dataclasses import dataclass

from generator.facts import Bill
from generator.layouts import parts
from generator.notation import grouped
from generator.sheet import GREY, Sheet


@dataclass(frozen=True, slots=True)
class Form:
    """The colours and words of a printed form."""

    ink: str
    paper: str
    title: str
    name: str
    iban: str
    bic: str
    purpose: str
    reference: str
    payer: str
    payer_iban: str


GERMAN = Form(
    "#c2410c",
    "#fdeee6",
    "SEPA-Überweisung/Zahlschein",
    "Angaben zum Zahlungsempfänger: Name, Vorname/Firma",
    "IBAN",
    "BIC des Kreditinstituts/Zahlungsdienstleisters (8 oder 11 Stellen)",
    "Verwendungszweck",
    "Zahlungsreferenz",
    "Angaben zum Kontoinhaber/Zahler: Name, Vorname/Firma, Ort",
    "IBAN des Zahlers",
)
AUSTRIAN = Form(
    "#a16207",
    "#fef6d8",
    "ZAHLUNGSANWEISUNG",
    "EmpfängerIn Name/Firma",
    "IBAN EmpfängerIn",
    "BIC (SWIFT-Code) der Empfängerbank",
    "Verwendungszweck",
    "Zahlungsreferenz",
    "AuftraggeberIn/EinzahlerIn: Name/Firma",
    "IBAN KontoinhaberIn/AuftraggeberIn",
)


def draw(bill: Bill, sheet: Sheet) -> None:
    """Draw the form, with the letter above it where the page is tall enough."""
    form = AUSTRIAN if bill.more.get("form") == "austrian" else GERMAN
    if sheet.height > 200:
        _letter(bill, sheet)
        sheet.canvas.setDash(2, 2)
        sheet.line((0, 188), (sheet.width, 188), colour=GREY, width=0.4)
        sheet.canvas.setDash()
        sheet.text((sheet.width / 2, 187), "hier abtrennen", 6, align="center", colour=GREY)
        _form(bill, sheet, (30, 190), form)
    else:
        _form(bill, sheet, (0, 0), form)


def _letter(bill: Bill, sheet: Sheet) -> None:
    company = bill.seller
    sheet.text((25, 22), company.name, 15, bold=True, colour=company.colour)
    sheet.text((25, 28), company.slogan, 9, colour=GREY)
    parts.window(sheet, bill)
    sheet.text((190, 60), f"Datum {bill.notation.date(bill.date)}", 10, align="right")
    if bill.customer_id:
        sheet.text((190, 66), f"{bill.more.get('customer', 'Kundennummer')} {bill.customer_id}", 10, align="right")
    sheet.text((25, 102), bill.more["title"], 13, bold=True)
    y = sheet.paragraph((25, 111), bill.more["text"], 160, 10) + 3
    if bill.shows_amount:
        for item in bill.items:
            sheet.text((25, y), item.text, 10)
            sheet.text((185, y), bill.notation.amount(item.total), 10, align="right")
            y += 5.5
        sheet.line((120, y - 3.5), (185, y - 3.5))
        sheet.text((120, y + 1.5), "zu zahlen", 10.5, bold=True)
        sheet.text((185, y + 1.5), bill.notation.amount(bill.to_pay), 10.5, bold=True, align="right")
        y += 9
    sentence = parts.terms_sentence(bill)
    if sentence:
        sheet.paragraph((25, y), f"{sentence} Bitte verwenden Sie den anhängenden Vordruck.", 160, 10)
    sheet.text((25, 180), f"{company.street} · {company.place} · {company.register} · {company.web}", 7.5, colour=GREY)


def _field(sheet: Sheet, form: Form, at: tuple[float, float], width: float, what: tuple[str, str]) -> None:
    x, y = at
    label, value = what
    sheet.text((x + 0.8, y + 2.6), label, 5.2, colour=form.ink)
    sheet.box((x, y + 3.4), (width, 6), fill="#ffffff", stroke=form.ink, width=0.5)
    sheet.text((x + 2, y + 7.9), value, 11, font="courier", spacing=1.2 if len(value) < 30 else 0)


def _form(bill: Bill, sheet: Sheet, at: tuple[float, float], form: Form) -> None:
    x, y = at
    bank = bill.recipient.bank
    sheet.box((x, y), (150, 105), fill=form.paper)
    sheet.text((x + 8, y + 8), form.title, 11, bold=True, colour=form.ink)
    sheet.text((x + 142, y + 8), bill.more.get("bank of payer", ""), 7.5, align="right", colour=form.ink)
    left = x + 8
    _field(sheet, form, (left, y + 11), 134, (form.name, bill.recipient.name))
    _field(sheet, form, (left, y + 21.5), 134, (form.iban, grouped(bank.iban)))
    _field(sheet, form, (left, y + 32), 66, (form.bic, bank.bic if bill.shows_bic else ""))
    _amount(bill, sheet, form, (x + 84, y + 32))
    step = 42.5
    if bill.more.get("shows reference") == "yes":
        _field(sheet, form, (left, y + step), 134, (form.reference, bill.reference))
        step += 10.5
    _field(sheet, form, (left, y + step), 134, (form.purpose, bill.purpose))
    step += 10.5
    _field(sheet, form, (left, y + step), 134, (form.payer, bill.buyer[0] if bill.more.get("payer iban") else ""))
    payer = grouped(bill.more["payer iban"]) if bill.more.get("payer iban") else ""
    _field(sheet, form, (left, y + step + 10.5), 134, (form.payer_iban, payer))
    for label, start, end in (("Datum", 8, 48), ("Unterschrift(en)", 58, 142)):
        sheet.line((x + start, y + 97), (x + end, y + 97), colour=form.ink)
        sheet.text((x + start, y + 100), label, 5.2, colour=form.ink)


def _amount(bill: Bill, sheet: Sheet, form: Form, at: tuple[float, float]) -> None:
    x, y = at
    sheet.text((x + 0.8, y + 2.6), "Betrag: Euro, Cent", 5.2, colour=form.ink)
    sheet.box((x, y + 3.4), (58, 6), fill="#ffffff", stroke=form.ink)
    if bill.shows_amount:
        sheet.text((x + 2, y + 7.9), bill.notation.currency, 9, colour=form.ink)
        sheet.text((x + 56, y + 7.9), bill.notation.number(bill.to_pay), 11, font="courier", spacing=1.2, align="right")
