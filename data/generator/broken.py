"""Files that are broken on purpose, and files that are fine but no invoice, too long, or plain text."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from PIL import Image, ImageDraw
from reportlab.lib.pdfencrypt import StandardEncryption

from generator import companies as who
from generator import drawing, truth, wares
from generator.facts import Bill, Terms
from generator.notation import grouped
from generator.orders.desk import order
from generator.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Made:
    """A file, what the service is expected to answer to its upload, and its truth where it has one."""

    name: str
    content: bytes
    status: str
    http_status: int
    why: str
    record: truth.Record | None = None


def refused(seed: int) -> Iterator[Made]:
    """Files that the service must refuse."""
    bill = order(seed, "letter_secret", who.OFFICE, who.CUSTOMER, goods=(wares.OFFICE, 4))
    pdf = drawing.pdf(bill)
    why = "encrypted: opens with a password only"
    yield Made("broken_encrypted.pdf", _encrypted(bill, user="geheim"), "failed", 400, why)
    why = "encrypted: opens without a password, but copying and changing are forbidden"
    yield Made("broken_restricted.pdf", _encrypted(bill, user=""), "failed", 400, why)
    # Page tree and catalogue stand behind the first stream, so that no reader can rebuild the document.
    yield Made(
        "broken_truncated.pdf", pdf[: pdf.index(b"stream") + 40], "failed", 400, "cut off after a broken transfer"
    )
    yield Made("broken_empty.pdf", b"", "failed", 400, "zero bytes")
    yield Made(
        "broken_web_page.pdf", _web_page(bill), "failed", 415, "a web page that was saved under the name of a PDF"
    )
    yield Made("broken_animation.gif", _animation(), "failed", 400, "an animated GIF; only still ones are read")
    windows = _text(bill).encode("cp1252")
    yield Made("broken_encoding.txt", windows, "failed", 400, "plain text that is not UTF-8")


def special(seed: int) -> Iterator[Made]:
    """Files that the service reads, with a twist."""
    letter = order(
        seed, "text_letter", who.OFFICE, who.CUSTOMER_2, goods=(wares.OFFICE, 3), terms=Terms("date", 14),
        purpose="{id}",
    )  # fmt: skip
    record = truth.record(letter, "text_letter.txt", "text")
    yield Made("text_letter.txt", _text(letter).encode(), "completed", 201, "an invoice as plain text", record)
    long = _eleven_pages(seed)
    record = truth.record(long, "craftsman_eleven_pages.pdf", "native")
    why = "eleven pages: the service reads ten, the total stands on the eleventh"
    yield Made("craftsman_eleven_pages.pdf", drawing.pdf(long), "completed", 201, why, record)
    record = truth.nothing("other_menu.pdf", layout="menu", quality="native")
    yield Made("other_menu.pdf", _menu(), "completed", 201, "a menu: nothing to be paid", record)


def _encrypted(bill: Bill, user: str) -> bytes:
    """Draw the bill into an encrypted PDF; 40 bits, because longer keys take random numbers from the system."""
    sheet = Sheet(bill.font)
    drawing.LAYOUTS[bill.layout](bill, sheet)
    lock = StandardEncryption(user, ownerPassword="besitzer", canModify=0, canCopy=0, strength=40)
    sheet.canvas.setEncrypt(lock)
    return sheet.finish()


def _eleven_pages(seed: int) -> Bill:
    """Order so much that the sums fall on page eleven, whatever the seed."""
    for lines in range(380, 470):
        bill = order(
            seed, "craftsman_eleven_pages", who.ELECTRICIAN, who.CUSTOMER_4, goods=(wares.ELECTRIC, lines),
            font="helvetica",
            patterns=("E-{y}-###", "##-##"), terms=Terms("date", 30), purpose="{id}",
            more={"site": "Wohnanlage, 96 Einheiten"},
        )  # fmt: skip
        sheet = Sheet(bill.font)
        drawing.LAYOUTS[bill.layout](bill, sheet)
        if sheet.page == 11 and sheet.sums_page == 11:
            return bill
    message = f"No count of lines puts the sums on page eleven with the seed {seed}."
    raise RuntimeError(message)


def _menu() -> bytes:
    sheet = Sheet("times")
    sheet.describe("Mittagskarte", "Gasthof Musteralm")
    sheet.text((105, 45), "Mittagskarte", 28, bold=True, align="center", colour="#7c2d12")
    sheet.text((105, 55), "Gasthof Musteralm - täglich von 11.30 bis 14 Uhr", 12, align="center")
    dishes = (
        ("Flädlesuppe", "5,40"),
        ("Kleiner Salat der Jahreszeit", "6,20"),
        ("Käsespätzle mit Röstzwiebeln", "12,90"),
        ("Forelle in Mandelbutter, Petersilienkartoffeln", "18,50"),
        ("Schweinebraten, Knödel, Blaukraut", "15,80"),
        ("Gemüsestrudel an Kräuterrahm", "13,60"),
        ("Kaiserschmarrn mit Zwetschgenröster", "10,90"),
        ("Apfelküchle, Vanilleeis", "7,80"),
    )
    y = 80.0
    for name, price in dishes:
        sheet.text((35, y), name, 14)
        sheet.text((175, y), price, 14, align="right")
        y += 13
    sheet.text((105, y + 15), "Alle Preise in Euro. Fragen Sie uns nach Allergenen.", 11, align="center")
    return sheet.finish()


def _text(bill: Bill) -> str:
    """Write the bill as a plain-text letter."""
    write = bill.notation
    euro = replace(write, style="code after")
    head = [bill.seller.name, f"{bill.seller.street}, {bill.seller.place}", "", *bill.buyer, ""]
    head += [f"Rechnung Nr. {bill.invoice_id} vom {write.date(bill.date)}", f"Kundennummer: {bill.customer_id}", ""]
    lines = [f"{'Artikel':<10}{'Bezeichnung':<48}{'Menge':>6}{'Preis':>10}{'Summe':>12}"]
    for item in bill.items:
        start = f"{item.number:<10}{item.text:<48}{write.quantity(item.quantity):>6}"
        lines.append(f"{start}{write.number(item.price):>10}{write.number(item.total):>12}")
    sums: list[tuple[str, Decimal]] = [("Nettobetrag", bill.net)]
    sums += [(f"{write.percent(rate)} USt.", tax) for rate, (_, tax) in bill.taxes.items()]
    sums.append(("Rechnungsbetrag", bill.to_pay))
    lines += ["", *(f"{name:<40}{euro.amount(value):>46}" for name, value in sums), ""]
    due = f"Bitte überweisen Sie den Betrag bis zum {write.date(bill.due)}." if bill.due else ""
    bank = bill.recipient.bank
    lines += [due, f"Empfänger: {bill.recipient.name}", f"IBAN: {grouped(bank.iban)}", f"BIC: {bank.bic}"]
    lines += [f"Verwendungszweck: {bill.purpose}"] if bill.purpose else []
    return "\n".join([*head, *lines, ""])


def _web_page(bill: Bill) -> bytes:
    body = f"<h1>Sitzung abgelaufen</h1><p>Bitte melden Sie sich an, um die Rechnung {bill.invoice_id} zu laden.</p>"
    head = '<head><meta charset="utf-8"><title>Anmelden</title></head>'
    return f'<!DOCTYPE html>\n<html lang="de">{head}<body>{body}</body></html>\n'.encode()


def _animation() -> bytes:
    frames = []
    for step in range(4):
        frame = Image.new("P", (160, 90), 0)
        frame.putpalette([255, 255, 255, 15, 118, 110])
        ImageDraw.Draw(frame).rectangle((10 + 30 * step, 30, 40 + 30 * step, 60), fill=1)
        frames.append(frame)
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return buffer.getvalue()
