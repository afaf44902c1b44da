"""IBAN and BIC on a page."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import schwifty
from schwifty.exceptions import SchwiftyException

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.words import Found, Page, Row, found_in

_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})[ ]{0,3}[0-9OIl]{2}(?:[ ]{0,3}[A-Z0-9l]){11,30}")
_BEGUN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){0,7}$")
_LABELLED = re.compile(r"\bIBAN\b[^A-Za-z0-9]{0,12}([A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){2,8})(?![A-Za-z0-9])")
_SHORTEST = 15  # characters, the IBAN of Norway
_BIC = re.compile(r"(?<![A-Za-z0-9])([A-Z]{4} ?[A-Z]{2} ?[A-Z0-9]{2}(?: ?[A-Z0-9]{3})?)(?![A-Za-z0-9])")
_BIC_LABEL = re.compile(r"\b(?:BIC|SWIFT)\b", re.IGNORECASE)
_PAYER = re.compile(
    r"abgebucht|abbuchen|einzug|eingezogen|lastschrift|mandat|ihr(?:em|e|er)? (?:konto|bank)|zahlungspflichtig"
    r"|kunden-?iban|debtor|payer"
    r"|käufer|zahler|auftraggeber|zahlbar durch",
    re.IGNORECASE,
)
_MISREAD = str.maketrans(
    {"O": "0", "I": "1", "l": "1", "S": "5", "B": "8", "Z": "2"}
)  # letters that OCR sees in digits


def is_iban(text: str) -> bool:
    """Return whether the length for the country and the check digits are right."""
    try:
        schwifty.IBAN(text)
    except SchwiftyException:
        return False
    return True


def ibans_in(row: Row) -> Iterator[Found]:
    """Return the valid IBANs of a row, without their blanks."""
    for match in _IBAN.finditer(row.text):
        length = _length(match.group(1))
        end, letters = match.start(), ""
        while end < match.end() and len(letters) < length:
            letters += row.text[end].strip()
            end += 1
        if not length or len(letters) < length:
            continue
        repaired = letters[:2] + letters[2:].translate(_MISREAD)
        valid = next((one for one in (letters, repaired) if is_iban(one)), None)
        if valid:
            yield found_in(row, match.start(), end, valid)


@cache
def _length(country: str) -> int:
    try:
        return int(schwifty.IBAN(f"{country}00", allow_invalid=True).spec.iban_length)
    except SchwiftyException:
        return 0


def find_ibans(pages: Sequence[Page]) -> list[Found]:
    """Return every valid IBAN of a document, the payee's first.

    Where there is none, what stands behind the word IBAN is given as it is printed, although its check digits are
    wrong: the misprint is on the page.
    """
    found = []
    for page in pages:
        for row in page.rows:
            for iban in (*ibans_in(row), *_wrapped(page, row)):
                heading = labels.above(iban.area or row.area, page.rows, row.index)
                penalty = 2.0 * bool(_PAYER.search(row.text)) + 1.0 * bool(_PAYER.search(heading))
                found.append(Found(iban.value, iban.page, iban.area, -penalty))
    return sorted(found, key=lambda one: -one.score) or _misprinted(pages)


def _wrapped(page: Page, row: Row) -> Iterator[Found]:
    """Return an IBAN that begins at the end of a row and goes on in the next; its place is the first part."""
    start = _BEGUN.search(row.text)
    if start is None or row.index + 1 >= len(page.rows):
        return
    for phrase in page.rows[row.index + 1].phrases:
        joined = f"{start[0]} {phrase.text}"
        match = _IBAN.match(joined)
        length = _length(joined[:2]) if match else 0
        letters = joined.replace(" ", "")[:length]
        if length > len(start[0].replace(" ", "")) and is_iban(letters):
            yield found_in(row, start.start(), start.end(), letters)


def _misprinted(pages: Sequence[Page]) -> list[Found]:
    found = []
    for page in pages:
        for row in page.rows:
            for match in _LABELLED.finditer(row.text):
                text = re.sub(r"(?:BIC|SWIFT).*", "", match[1]).rstrip()
                if len(text.replace(" ", "")) < _SHORTEST:
                    continue
                found.append(found_in(row, match.start(1), match.start(1) + len(text), text.replace(" ", "")))
    return found


def find_bics(pages: Sequence[Page]) -> list[Found]:
    """Return every BIC of a document: labelled ones, and those of known banks near an IBAN."""
    found = []
    for page in pages:
        for row in page.rows:
            near = "\n".join(one.text for one in page.rows[max(row.index - 1, 0) : row.index + 2])
            for match in _BIC.finditer(row.text):
                letters = match.group(1).replace(" ", "")
                labelled = _BIC_LABEL.search(row.text[max(match.start() - 24, 0) : match.start()]) is not None
                bic = _bic(letters)
                if bic is not None and (labelled or (bic.exists and ("IBAN" in near or _BIC_LABEL.search(near)))):
                    found.append(found_in(row, match.start(), match.end(), letters, float(labelled)))
    return sorted(found, key=lambda one: -one.score)


def _bic(text: str) -> schwifty.BIC | None:
    try:
        return schwifty.BIC(text)
    except SchwiftyException:
        return None


def bic_of(iban: str) -> str:
    """Return the BIC that belongs to an IBAN's bank code, or an empty text where it is unknown."""
    try:
        bic = schwifty.IBAN(iban).bic
    except SchwiftyException:
        return ""
    return str(bic) if bic is not None else ""
