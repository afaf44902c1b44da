"""IBAN and BIC on a page."""

import re
from collections.abc import Iterator
from functools import cache

import schwifty
from schwifty.exceptions import SchwiftyException

from gini_notebook.sandbox.reading.found import Found, found_in
from gini_notebook.sandbox.reading.words import Page, Row

_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})[ ]{0,3}([0-9]{2}(?:[ ]{0,3}[A-Z0-9]){11,30})")
_BIC = re.compile(r"(?<![A-Za-z0-9])([A-Z]{4} ?[A-Z]{2} ?[A-Z0-9]{2}(?: ?[A-Z0-9]{3})?)(?![A-Za-z0-9])")
_BIC_LABEL = re.compile(r"\b(?:BIC|SWIFT)\b", re.IGNORECASE)
_PAYER = re.compile(
    r"abgebucht|abbuchen|einzug|eingezogen|lastschrift|mandat|ihr(?:em|e)? konto|zahlungspflichtig|kunden-?iban|debtor|payer",
    re.IGNORECASE,
)


def is_iban(text: str) -> bool:
    """Say whether the length for the country and the check digits are right."""
    try:
        schwifty.IBAN(text)
    except SchwiftyException:
        return False
    return True


def ibans_in(row: Row) -> Iterator[Found]:
    """Give the valid IBANs of a row; blanks inside are left out."""
    for match in _IBAN.finditer(row.text):
        length = _length(match.group(1))
        if not length:
            continue
        end, letters = match.start(), ""
        while end < match.end() and len(letters) < length:
            letters += row.text[end].strip()
            end += 1
        if len(letters) == length and is_iban(letters):
            yield found_in(row, match.start(), end, letters)


@cache
def _length(country: str) -> int:
    try:
        return int(schwifty.IBAN(f"{country}00", allow_invalid=True).spec.iban_length)
    except SchwiftyException:
        return 0


def find_ibans(pages: list[Page]) -> list[Found]:
    """Give every valid IBAN of a document, the payee's first."""
    found = []
    for page in pages:
        for row in page.rows:
            for iban in ibans_in(row):
                above = page.rows[row.index - 1].text if row.index else ""
                penalty = 2.0 * bool(_PAYER.search(row.text)) + 1.0 * bool(_PAYER.search(above))
                found.append(Found(iban.value, iban.page, iban.area, -penalty))
    return sorted(found, key=lambda one: -one.score)


def find_bics(pages: list[Page]) -> list[Found]:
    """Give every BIC of a document that stands near a label or an IBAN."""
    found = []
    for page in pages:
        for row in page.rows:
            near = "\n".join(one.text for one in page.rows[max(row.index - 1, 0) : row.index + 2])
            if not (_BIC_LABEL.search(near) or "IBAN" in near):
                continue
            for match in _BIC.finditer(row.text):
                letters = match.group(1).replace(" ", "")
                if _is_bic(letters):
                    labelled = _BIC_LABEL.search(row.text[: match.start()]) is not None
                    found.append(found_in(row, match.start(), match.end(), letters, float(labelled)))
    return sorted(found, key=lambda one: -one.score)


def _is_bic(text: str) -> bool:
    try:
        bic = schwifty.BIC(text)
    except SchwiftyException:
        return False
    return bic.exists or any(letter.isdigit() for letter in text)


def bic_of(iban: str) -> str:
    """Give the BIC that belongs to an IBAN's bank code, or an empty text where it is unknown."""
    try:
        bic = schwifty.IBAN(iban).bic
    except SchwiftyException:
        return ""
    return str(bic) if bic is not None else ""
