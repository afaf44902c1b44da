"""What kind of document it is, and whether it still has to be paid."""

import itertools
import re
from collections.abc import Sequence

from gini_notebook.sandbox.reading.words import Page

_REMINDER = re.compile(
    r"\b(?:(?:letzte |erste |zweite |dritte |[1-3]\. )?mahnung|zahlungserinnerung|letzte zahlungsaufforderung"
    r"|mahngebühr\w*|payment reminder"
    r"|overdue notice|rappel de paiement"
    r"|betalingsherinnering|aanmaning|sollecito di pagamento)\b",
    re.IGNORECASE,
)
_SLIP = re.compile(
    r"\b(?:sepa-überweisung|überweisungsträger|zahlschein|zahlungsanweisung|empfangsschein|zahlteil"
    r"|überweisung/zahlschein|remittance slip"
    r"|payment part|section paiement|sezione pagamento|récépissé)\b",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"rechnung|invoice|facture|factuur|fattura|liquidation|honorar|gebührenbescheid|beitrag|gutschrift"
    r"|credit note|avoir|quittung|receipt|kassenbon"
    r"|bon\b|mwst|u\.?st\b|\bvat\b|\btva\b|\bbtw\b|\bgst\b|zu zahlen|zahlbetrag|amount due|balance due|statement",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^\W*(?:ihre )?(?:\w*rechnung|invoice|facture|factuur|fattura|statement)\b", re.IGNORECASE)
_CREDIT = re.compile(
    r"\b(?:gutschrift|stornorechnung|rechnungs-?\s?korrektur|credit note|credit memo|avoir|creditnota"
    r"|nota di credito)\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"bereits (?:bezahlt|beglichen|gezahlt)|betrag (?:dankend )?erhalten|dankend erhalten"
    r"|betrag wurde .{0,40}(?:bezahlt|abgebucht|belastet)"
    r"|bezahlt (?:mit|per|am|via)|paid (?:in full|by|via|with|on)|zahlung (?:dankend )?erhalten"
    r"|vielen dank für ihre zahlung|payment received"
    r"|facture acquittée|reeds (?:betaald|voldaan)|\bbar gegeben|kartenzahlung|change due",
    re.IGNORECASE,
)
_DEBIT = re.compile(
    r"abgebucht|abbuchen|einziehen|eingezogen|lastschrift(?!verfahren nicht)|direct debit|prélèvement"
    r"|automatische incasso",
    re.IGNORECASE,
)
_BIG = 1.25  # times the usual size of the text: a heading


def has_slip(pages: Sequence[Page]) -> bool:
    """Return whether there is a remittance slip or payment part."""
    return any(_SLIP.search(row.text) for page in pages for row in page.rows)


def doc_type(pages: Sequence[Page], *, qr: bool) -> str:
    """Return ``Invoice``, ``Reminder``, ``RemittanceSlip``, ``PaymentQRCode`` or ``Other``."""
    words = sum(len(page.words) for page in pages)
    if qr and words < 25:
        return "PaymentQRCode"
    if any(_REMINDER.search(text) for text in headings(pages)):
        return "Reminder"
    texts = [row.text for page in pages for row in page.rows if not _SLIP.search(row.text)]
    if has_slip(pages) and not any(_TITLE.search(text) for text in _before_slip(headings(pages))):
        return "RemittanceSlip"
    return "Invoice" if any(_INVOICE.search(text) for text in texts) else "Other"


def _before_slip(texts: Sequence[str]) -> list[str]:
    return list(itertools.takewhile(lambda text: not _SLIP.search(text), texts))


def is_credit(pages: Sequence[Page]) -> bool:
    """Return whether it is a credit note by its heading."""
    return any(_CREDIT.search(text) for text in headings(pages))


def payment_state(pages: Sequence[Page]) -> str:
    """Return ``Paid`` or ``ToBePaid``, or an empty text where that is not clear (such as with direct debit)."""
    text = "\n".join(row.text for page in pages for row in page.rows)
    if _PAID.search(text):
        return "Paid"
    return "" if _DEBIT.search(text) else "ToBePaid"


def headings(pages: Sequence[Page]) -> list[str]:
    """Return the short or large texts of the first page's upper half, where a document says what it is."""
    if not pages or not pages[0].words:
        return []
    page = pages[0]
    sizes = sorted(word.size for word in page.words)
    usual = sizes[len(sizes) // 2]
    height = page.upright_size[1]
    phrases = [phrase for row in page.rows if row.area.top < 0.6 * height for phrase in row.phrases]
    return [
        phrase.text
        for phrase in phrases
        if max(word.size for word in phrase.words) >= _BIG * usual or len(phrase.words) <= 3 or phrase.words[0].bold
    ]
