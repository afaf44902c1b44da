"""Whom to pay: the name of the company or person that gets the money."""

import re
from collections.abc import Sequence

from gini_notebook.sandbox.reading.found import Found, found_in
from gini_notebook.sandbox.reading.words import Page, Row

LEGAL_FORM = re.compile(
    r"\b(?:GmbH|AG|KG|KGaA|OHG|GbR|UG|SE|e\.? ?K\.?|e\.? ?V\.?|eG|mbH|PartG(?: mbB)?|Ltd\.?|Limited|Inc\.?|LLC|LLP|plc|S\.?A\.?|SARL|SAS|S\.?à\.?r\.?l\.?|SASU"
    r"|B\.?V\.?|N\.?V\.?|S\.?r\.?l\.?|S\.?p\.?A\.?|Corp\.?|Foundation|Stiftung|Genossenschaft|a\. ?G\.)(?![\w])"
)
_PAYEE = re.compile(
    r"(?:kontoinhaber(?:in)?|zahlungsempfänger(?:in)?|begünstigter?|empfänger(?:in)? der zahlung|account (?:holder|name|owner)|payee|beneficiary"
    r"|titulaire|bénéficiaire|rekeninghouder|t\.?n\.?v\.?|intestatario|beneficiario|payable to)\s*[:.]?\s*",
    re.IGNORECASE,
)
_SELLER = re.compile(
    r"^\s*(?:verkäufer|lieferant|rechnungssteller|leistungserbringer|seller|supplier|from|vendeur|fournisseur|verkoper)\b",
    re.IGNORECASE,
)
_BUYER = re.compile(
    r"käufer|rechnungsempfänger|leistungsempfänger|kunde\b|buyer|bill to|ship to|customer|client|klant|cliente|acheteur|zahlbar durch",
    re.IGNORECASE,
)
_NAME = re.compile(r"^\s*(?:name|firma)\s*:?\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[·•●|∙*–—-]+\s+|\s{3,}|, ")


def find_recipients(pages: Sequence[Page]) -> list[Found]:
    """Give the names that may be the payee's, the best first."""
    found: list[Found] = []
    for page in pages:
        for row in page.rows:
            found += _labelled(page, row)
            found += _companies(page, row)
    counts: dict[str, int] = {}
    for one in found:
        counts[one.value.lower()] = counts.get(one.value.lower(), 0) + 1
    scored = [
        Found(one.value, one.page, one.area, one.score + 0.5 * min(counts[one.value.lower()] - 1, 4)) for one in found
    ]
    return sorted(scored, key=lambda one: (-one.score, one.page))


def _labelled(page: Page, row: Row) -> list[Found]:
    match = _PAYEE.search(row.text)
    if match:
        rest = row.text[match.end() :]
        name = _SEPARATOR.split(rest)[0].strip() if rest.strip() else ""
        if is_name(name):
            start = row.text.index(name, match.end())
            return [found_in(row, start, start + len(name), name, 8.0)]
    match = _NAME.match(row.text)
    if match:
        section = next(
            (one.text for one in reversed(page.rows[: row.index]) if _SELLER.match(one.text) or _BUYER.match(one.text)),
            "",
        )
        name = row.text[match.end() :].strip()
        if is_name(name) and _SELLER.match(section):
            return [found_in(row, match.end(), len(row.text), name, 7.0)]
    return []


def _companies(page: Page, row: Row) -> list[Found]:
    found = []
    for phrase in row.phrases:
        start = 0
        for part in _SEPARATOR.split(phrase.text):
            begin = phrase.text.index(part, start)
            start = begin + len(part)
            if LEGAL_FORM.search(part) and is_name(part) and len(part) < 70:
                found.append(found_in(phrase, begin, start, part.strip(" ,;:"), _company_score(page, phrase)))
    return found


def _company_score(page: Page, phrase: Row) -> float:
    width, height = page.upright_size
    top = phrase.area.top / height
    score = 2.0
    if page.number == 1 and 0.13 < top < 0.33 and phrase.area.left < 0.45 * width:
        small = phrase.words[0].size < 8.6 and _SEPARATOR.search(phrase.text)
        score += 2.5 if small else -2.0
    elif top < 0.14 or top > 0.85:
        score += 1.0
    before = " ".join(one.text for one in page.rows[max(phrase.index - 2, 0) : phrase.index])
    if _BUYER.search(before):
        score -= 3.0
    return score


def is_name(text: str) -> bool:
    """Say whether a text can be a name: some letters, and not too many words or digits."""
    letters = sum(letter.isalpha() for letter in text)
    return letters >= 3 and len(text.split()) <= 12 and sum(letter.isdigit() for letter in text) <= letters
