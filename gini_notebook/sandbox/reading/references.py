"""Purpose and reference of a payment: numbers that the payee needs to recognise it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gini_notebook.sandbox.reading.words import Found, Page, Row, found_in

_INVOICE = re.compile(
    r"\b(?:rechnungs?-?\s?(?:nummer|nr\b\.?|no\b\.?)|rechnung\s?(?:nummer|nr\b\.?|no\b\.?|#|:)|re\.?-?\s?nr\b\.?"
    r"|beleg-?\s?(?:nummer|nr\b\.?)|rg\.?-?\s?nr\b\.?"
    r"|invoice\s?(?:number|no\b\.?|nr\b\.?|#|id\b|:)|facture\s?(?:n°|n[or]\b\.?|numéro|#|:)|n°\s?(?:de\s)?facture"
    r"|factuur\s?-?(?:nummer|nr\b\.?)"
    r"|fattura\s?(?:n\b\.?|n°|nr\b\.?|numero)|numero fattura|\w*(?:rechnung|gutschrift)\b.{0,45}?\bnr\b\.?"
    r"|receipt\s?(?:no\b\.?|number|#))",
    re.IGNORECASE,
)  # fmt: skip
_CUSTOMER = re.compile(
    r"\b(?:kunden-?\s?(?:nummer|nr\b\.?|no\b\.?)|kd\.?-?\s?nr\b\.?|customer\s?(?:number|no\b\.?|id\b|#)"
    r"|account\s?(?:number|no\b\.?)|klant-?(?:nummer|nr\b\.?)"
    r"|n°\s?(?:de\s)?client|codice cliente|mitglieds-?(?:nummer|nr\b\.?)|vertragskonto|debitoren-?(?:nummer"
    r"|nr\b\.?))",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"\b(?:verwendungszweck|zahlungszweck|betreff der zahlung|motif de paiement|betalingskenmerk|causale)\b\s*:?\s*",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\b(?:zahlungs-?referenz|referenz(?:nummer|-nr\.?)?|payment reference|reference|référence|riferimento"
    r"|kassenzeichen)\b\s*:?\s*",
    re.IGNORECASE,
)
_INVOICE_REFERENCE = re.compile(r"\b(?:zahlungsreferenz|payment reference)\b\s*:?\s*", re.IGNORECASE)
_CREDITOR_REFERENCE = re.compile(r"\bRF\s?\d{2}(?:\s?[A-Z0-9]){1,21}\b|(?<!\d)\d{2}(?:\s?\d{5}){5}(?!\d)")
_VALUE = re.compile(r"\d{1,4}(?: \d{4}){2,}(?!\d)|[A-Za-z0-9][\w./#-]*(?:\s?[/-]\s?[\w./-]+)*")
_SKIP = re.compile(r"^[\s:.#°|·-]+")
_REACH = 30.0  # points between a heading and the value below it


@dataclass(frozen=True, slots=True)
class References:
    """What a payee wants to see: printed purpose, invoice number, customer number, creditor reference."""

    purpose: Found | None
    invoice: Found | None
    customer: Found | None
    reference: Found | None

    def payment_purpose(self) -> Found | None:
        """Return the text of the transfer: what is printed as such, else the invoice and customer number."""
        first = self.invoice or self.customer
        if self.purpose is not None or first is None:
            return self.purpose
        numbers = (("ReNr", self.invoice), ("KdNr", self.customer))
        text = ", ".join(f"{name} {number.value}" for name, number in numbers if number is not None)
        return Found(text, first.page, first.area)


def find_references(pages: Sequence[Page], *, slip: bool) -> References:
    """Find purpose and references.

    Parameters
    ----------
    pages
        The pages of the document.
    slip
        Whether it is or holds a remittance slip: only these carry a payment reference of their own.
    """
    return References(
        purpose=_labelled(pages, _PURPOSE, whole=True)
        or (None if slip else _labelled(pages, _INVOICE_REFERENCE, whole=True)),
        invoice=_labelled(pages, _INVOICE),
        customer=_labelled(pages, _CUSTOMER),
        reference=_reference(pages) if slip else None,
    )


def _labelled(pages: Sequence[Page], label: re.Pattern[str], *, whole: bool = False) -> Found | None:
    for page in pages:
        for row in page.rows:
            for match in label.finditer(row.text):
                found = _to_the_right(row, match.end(), whole=whole) or _below(page, row, match, whole=whole)
                if found is not None:
                    return found
    return None


def _to_the_right(row: Row, end: int, *, whole: bool) -> Found | None:
    rest = row.text[end:]
    lead = _SKIP.match(rest)
    start = end + (lead.end() if lead else 0)
    if start - end > 40:
        return None
    return _value_at(row, start, whole=whole)


def _value_at(row: Row, start: int, *, whole: bool) -> Found | None:
    if whole:
        text = re.split(r"\s{3,}", row.text[start:])[0].strip()
        return found_in(row, start, start + len(text), text) if len(text) >= 3 else None
    match = _VALUE.match(row.text, start)
    if match is None or not any(letter.isdigit() for letter in match[0]):
        return None
    text = match[0].strip(" .,-")
    value = text.replace(" ", "") if text.replace(" ", "").isdigit() else text
    return found_in(row, start, start + len(text), value)


def _below(page: Page, row: Row, label: re.Match[str], *, whole: bool) -> Found | None:
    area = row.area_of(label.start(), label.end())
    for line in page.rows[row.index + 1 :]:
        if line.area.top - area.bottom > _REACH:
            return None
        for phrase in line.phrases:
            if phrase.area.left < area.right and phrase.area.right > area.left:
                return _value_at(phrase, 0, whole=whole)
    return None


def _reference(pages: Sequence[Page]) -> Found | None:
    for page in pages:
        for row in page.rows:
            match = _CREDITOR_REFERENCE.search(row.text)
            if match:
                return found_in(row, match.start(), match.end(), re.sub(r"\s", "", match[0]))
    return _labelled(pages, _REFERENCE)
