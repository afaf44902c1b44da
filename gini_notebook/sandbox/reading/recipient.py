"""Whom to pay: the name of the company or person that gets the money."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gini_notebook.sandbox.reading.labels import rows_above
from gini_notebook.sandbox.reading.line_items import table_rows
from gini_notebook.sandbox.reading.words import Found, Page, Row, found_in

_LEGAL_FORM = re.compile(
    r"(?<![\w.])(?:g?GmbH|GMBH|Ges\.m\.b\.H\.|AG|OG|e\. ?U\.|KG|KGaA|OHG|GbR|UG|SE|e\. ?K\.|e\. ?V\.|eG|mbH"
    r"|PartG|Part(?:G|ner)mbB|Ltd\.?"
    r"|Limited|Inc\.?|LLC|LLP|PLC|plc|S\.?A\.?|SARL"
    r"|S\.?A\.?S\.?U?|S\.?à ?r\.?l\.?|B\.?V\.?|N\.?V\.?|S\.?r\.?l\.?|S\.?p\.?A\.?|Corp\.?|Foundation|Stiftung"
    r"|Genossenschaft|a\. ?G\.)(?!\w)"
)
_PAYEE = re.compile(
    r"(?:zahlungsempfänger(?:in)?|begünstigter?|payee|beneficiary(?: name)?|bénéficiaire|beneficiario"
    r"|(?:checks? )?payable to)\s*[:.]*\s+",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"(?:ausschließlich|nur|schuldbefreiend\w*) an\s*:?\s+|(?:forderung\w*|ansprüche) .{0,20}an (?:die |den |das )?",
    re.I,
)
_HOLDER = re.compile(
    r"(?:konto-?inhaber(?:in)?|kontoname|account (?:holder|name|owner)|titulaire(?: du compte)?|rekeninghouder"
    r"|ten name van"
    r"|t\.?n\.?v\.?|intestatario)\s*[:.]*\s+",
    re.IGNORECASE,
)
_PAYEE_SECTION = re.compile(
    r"^\W*empfänger(?:in)?\b(?! ?iban).{0,20}$|zahlungsempfänger|begünstigter|\bpayee\b|beneficiary"
    r"|bénéficiaire|zahlbar an|payable à|payable to|pagabile a",
    re.IGNORECASE,
)
_SELLER = re.compile(
    r"^\W*(?:verkäufer|lieferant|rechnungssteller|leistungserbringer|absender|aussteller|seller|supplier|vendor"
    r"|from\b|sold by|vendeur|fournisseur|émetteur"
    r"|verkoper|leverancier|fornitore|cedente)",
    re.IGNORECASE,
)
_BUYER = re.compile(
    r"(?<!ver)käufer|rechnungs-?empfänger|leistungsempfänger|waren-?empfänger|lieferadresse|rechnungsadresse"
    r"|rechnung an|kunde\b|buyer|(?:bill|billed|ship|sold)(?:ed)? to"
    r"|delivery address|customer|client\b|klant|cliente|acheteur|livraison|zahlbar durch|payable (?:by|par)"
    r"|pagabile da|\bzahler|einzahler|auftraggeber|debitor",
    re.IGNORECASE,
)
_BANK = re.compile(r"bank\b|sparkasse|volksbank|raiffeisen|\bbanque\b|\bbanca\b|kreditinstitut", re.IGNORECASE)
_NAME_LABEL = re.compile(r"^\s*(?:name|nom|firma|naam|nome)\s*:?\s+", re.IGNORECASE)
_BULLET = re.compile(r"[·•●|∙*■▪]")
_SEPARATOR = re.compile(r"\s*[·•●|∙*■▪]\s*|\s+[–—-]+\s+|\s{3,}|, (?!Ltd|Inc|LLC|LLP|Corp|Co\b|S\.|SE\b)|; ")
_PLACE = re.compile(r"(?:.*[ ,·•●|–-])?(?:[A-Z]{1,3}[- ])?\d{4,5}(?: [A-Z]{2})? +[A-ZÄÖÜÉ][\w'’.-]+")

_TITLE = re.compile(
    r"^(?:firma|fa\.|an|herrn?|frau|familie|name|nom|absender|kontoinhaber|rechnung|invoice|quittung|von|from"
    r"|to)\b\s*:?\s*(?=\S)|^\W+",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"\w\s\d{1,4}\s?[a-zA-Z]?$")
_NO_NAME = re.compile(
    r"\b(?:\w*betrag|\w*summe|rechnung|invoice|facture|factuur|fattura|datum|date|seite|page|nr|tel|telefon|fax"
    r"|e-?mail|www|iban|bic"
    r"|swift|ust|mwst|vat|steuer\w*|konto\w*"
    r"|straße|str|strasse|street|road|avenue|platz|postfach|betrag|summe|total|gmbh-gesetz|handelsregister"
    r"|amtsgericht|geschäftsführer\w*|sitz|hrb|blz"
    r"|\w*nummer|number|name|vorname|(?<!\w )firma$|zahlungsanweisung|zahlschein|\w*überweisung|empfangsschein"
    r"|zahlteil"
    r"|mahnung|gutschrift|angebot|quittung|kontoinhaber\w*|zahlweise|abgetreten|anschrift|adresse|address|gln"
    r"|pos|beschreibung|description|stylesheet|version|bitte"
    r"|sehr geehrte|vielen dank|überweis\w*|zahlbar|menge|preis|artikel|referenz|reference|référence|währung"
    r"|currency)\b|@|https?:",
    re.IGNORECASE,
)
_COUNTRY = re.compile(
    r"\W*(?:D|DE|A|AT|CH)?\W*(?:(?:bundesrepublik )?deutschland|germany|allemagne|duitsland|germania|österreich|austria"
    r"|autriche|schweiz|switzerland|suisse|svizzera|france|frankreich|italia|italien|italy|nederland|niederlande"
    r"|(?:the )?netherlands|belgi[eë]n?|belgique|belgium|luxemb(?:o?urg)?|liechtenstein|españa|spanien|spain|polen"
    r"|polska|poland|(?:united kingdom|great britain|england|großbritannien)|(?:usa|united states(?: of america)?)"
    r"|ireland|irland|danmark|dänemark|denmark|sverige|schweden|sweden|tschechien|czech republic)\W*",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\b(?:\w*bezeichnung|\w+preis|anzahl|einheit|qty|quantity|quantité|amount|unit)\b", re.IGNORECASE
)
_OPEN = re.compile(r"(?:\b(?:und|and|et|für|for|der|des|of)|[&+-])$", re.IGNORECASE)
_BOUND = re.compile(r"(?:und|and|et|für|for|&|\+) ", re.IGNORECASE)
_ONLY_FORM = re.compile(r"(?:&? ?Co\.?|&|mbH|KG|\W)*")
_WINDOW = (0.13, 0.33, 0.45)  # where the address of the receiver stands on a letter: from, to (height), left of (width)
_SECTION = 60.0  # points below its heading that a party may be named
_NEAR_IBAN = 4  # rows
_LABELLED = 8.0  # from here on a label says that it is the payee, even if it is a bank
_DOMAIN = re.compile(r"(?:@|www\.|https?://)([\w.-]+)\.[a-z]{2,}", re.IGNORECASE)


def _clean(text: str) -> str:
    """Take titles, labels and stray signs off a name."""
    name = text.strip(" \t,;:|·•●–-")
    return _TITLE.sub("", name).strip(" \t,;:|·•●–-") if len(name) > 2 else name


def _is_name(text: str) -> bool:
    """Return whether a text can be the name of a company or person: few words, none that belong to other fields."""
    letters = sum(letter.isalpha() for letter in text)
    digits = sum(letter.isdigit() for letter in text)
    if letters < 3 or 3 * digits > letters or len(text.split()) > 10 or len(text) > 80 or _NO_NAME.search(text):
        return False
    if _COUNTRY.fullmatch(text) or _HEADING.search(text):
        return False
    if _LEGAL_FORM.search(text):
        rest = re.sub(r"\b(?:CO|Co|KG)\b|[^\w]", "", _LEGAL_FORM.sub("", text))
        return ":" not in text and len(rest) > 1
    heading = _BULLET.search(text) or _BUYER.search(text) or _SELLER.match(text) or _PAYEE_SECTION.search(text)
    return not (heading or ":" in text or _HOUSE.search(text))


def _labelled(page: Page, row: Row) -> Iterator[Found]:
    """Return names behind "payee", "account holder" and the like."""
    labels = [(_PAYEE, 9.0, 9.0), (_ASSIGNED, -9.0, 12.0), (_HOLDER, 4.0, 8.0)]
    if any("IBAN" in one.text for one in page.rows[row.index + 1 : row.index + 1 + _NEAR_IBAN]):
        labels.append((re.compile(r"^\W*empfänger(?:in)?\b\s*[:.]*\s+", re.IGNORECASE), 9.0, 9.0))
    for label, person, company in labels:
        match = label.search(row.text)
        name = _clean(_SEPARATOR.split(row.text[match.end() :])[0]) if match else ""
        if match is not None and _is_name(name):
            start = row.text.index(name, match.end())
            yield found_in(row, start, start + len(name), name, company if _LEGAL_FORM.search(name) else person)


def _named_in_section(page: Page, row: Row) -> Iterator[Found]:
    """Return the name behind "name" in a section about the seller or payee."""
    match = _NAME_LABEL.match(row.text)
    if match is None:
        return
    section = next((one.text for one in reversed(page.rows[: row.index]) if _party(one.text)), "")
    name = _clean(re.split(r"\s{3,}", row.text[match.end() :])[0])
    if _party(section) > 0 and _is_name(name):
        score = 11.0 if _PAYEE_SECTION.search(section) else 8.0
        found = found_in(row, match.end(), match.end() + len(name), name, score)
        yield _with_line_above(page, found, row)


def _with_line_above(page: Page, found: Found, row: Row) -> Found:
    """Add the first line of a name in two lines, beside the middle of which the label stands."""
    above = page.rows[row.index - 1] if row.index else None
    if above is None or found.area is None or len(above.phrases) != 1:
        return found
    close = found.area.top - above.area.top < 1.35 * (found.area.bottom - found.area.top)
    if not close or abs(above.area.left - found.area.left) > 2.0 or not _is_name(above.text):
        return found
    return replace(found, value=f"{above.text} {found.value}", area=found.area.union(above.area))


def _companies(page: Page, row: Row) -> Iterator[Found]:
    """Return names with a legal form, wherever they stand."""
    for phrase in row.phrases:
        start = 0
        for part in _SEPARATOR.split(phrase.text):
            begin = phrase.text.index(part, start)
            start = begin + len(part)
            name = _clean(part)
            if _LEGAL_FORM.search(name) and _is_name(name):
                begin += part.index(name)
                yield found_in(phrase, begin, begin + len(name), name, _company_score(page, phrase))


def _company_score(page: Page, phrase: Row) -> float:
    top = phrase.area.top / page.upright_size[1]
    score = 2.0
    if _is_sender_line(phrase):
        score += 4.0
    elif _in_window(page, phrase):
        score -= 2.0
    elif top < _WINDOW[0] or top > 0.85:
        score += 1.0
    if len(phrase.words) < 10 and any("IBAN" in one.text for one in page.rows[phrase.index : phrase.index + 3]):
        score += 2.0
    return score + _heading(page, phrase)


def _in_window(page: Page, phrase: Row) -> bool:
    """Return whether a phrase stands where the receiver's address is printed on a letter."""
    width, height = page.upright_size
    letter = page.number == 1 and height > width
    return letter and _WINDOW[0] < phrase.area.top / height < _WINDOW[1] and phrase.area.left < _WINDOW[2] * width


def _heading(page: Page, phrase: Row) -> float:
    """Rate the nearest heading above that names a party, in the same column."""
    for row in rows_above(page.rows, phrase.index):
        if phrase.area.top - row.area.bottom > _SECTION:
            break
        for one in row.phrases:
            if one.area.left < phrase.area.right and one.area.right > phrase.area.left and len(one.text) < 60:
                rating = _party(one.text)
                if rating:
                    return rating
    return 0.0


def _party(heading: str) -> float:
    """Rate a heading: positive above a seller or payee, negative above a buyer."""
    if _PAYEE_SECTION.search(heading):
        return 3.0
    if _BUYER.search(heading):
        return -4.0
    return 3.0 if _SELLER.match(heading) else 0.0


def _below_heading(page: Page, row: Row) -> Iterator[Found]:
    """Return the first name below a heading such as "seller" or "payable to", in the same column."""
    for heading in row.phrases:
        payee = _PAYEE_SECTION.search(heading.text) is not None
        if len(heading.text) > 60 or not (payee or _SELLER.match(heading.text)) or any(_labelled(page, row)):
            continue
        for line in page.rows[row.index + 1 :]:
            if line.area.top - heading.area.bottom > _SECTION:
                break
            below = next((one for one in line.phrases if abs(one.area.left - heading.area.left) < 8.0), None)
            name = _clean(below.text) if below else ""
            if below is not None and _is_name(name):
                start = below.text.index(name)
                yield found_in(below, start, start + len(name), name, 10.0 if payee else 6.5)
                break


def _is_sender_line(phrase: Row) -> bool:
    """Return whether it is the line "name · street · place" that stands above the receiver's address."""
    parts = _SEPARATOR.split(phrase.text)
    small = phrase.words[0].size < 9.5 or _BULLET.search(phrase.text) is not None
    if len(parts) < 3 or _PLACE.search(phrase.text) is None or not small:
        return False
    return any(letter.isdigit() for letter in parts[1]) or _PLACE.match(parts[1]) is not None


def _address_blocks(page: Page) -> Iterator[Found]:
    """Return first lines of address blocks, and the names of sender's lines; here a name needs no legal form."""
    for row in page.rows:
        for phrase in row.phrases:
            if _is_sender_line(phrase):
                yield from _sender(page, phrase)
            elif _PLACE.match(phrase.text) and len(phrase.text) < 60:
                yield from _first_line(page, phrase)


def _sender(page: Page, phrase: Row) -> Iterator[Found]:
    """Return the name of a sender's line, or what stands in large print directly above it."""
    score = 6.0 if phrase.area.top < 0.4 * page.upright_size[1] else 3.0  # the foot of the page names banks too
    above = page.rows[phrase.index - 1].phrases if phrase.index else []
    for title in above[:1]:
        close = phrase.area.top - title.area.bottom < 1.5 * title.words[0].height
        if close and title.words[0].size > 1.3 * phrase.words[0].size and _is_name(_clean(title.text)):
            yield found_in(title, 0, len(title.text), _clean(title.text), score)
            return
    name = _clean(_SEPARATOR.split(phrase.text)[0])
    if _is_name(name):
        start = phrase.text.index(name)
        yield found_in(phrase, start, start + len(name), name, score)


def _first_line(page: Page, place: Row) -> Iterator[Found]:
    block = [place]
    for row in rows_above(page.rows, place.index):
        height = max(block[0].area.bottom - block[0].area.top, 1.0)
        if block[0].area.top - row.area.bottom > 0.9 * height or len(block) == 7 or _is_sender_line(row.phrases[0]):
            break
        block = [one for one in row.phrases if abs(one.area.left - place.area.left) < 4.0][:1] + block
    first = next((one for one in block[:-1] if _is_name(_clean(one.text)) and not _BUYER.match(one.text)), None)
    if first is not None:
        name = _clean(first.text)
        start = first.text.index(name)
        yield found_in(first, start, start + len(name), name, _block_score(page, first))


def _block_score(page: Page, first: Row) -> float:
    score = 3.0 + _heading(page, first) - 2.5 * _in_window(page, first)
    return score + 0.5 * (first.words[0].bold or first.area.top < _WINDOW[0] * page.upright_size[1])


def _letterhead(page: Page) -> Iterator[Found]:
    """Return the first texts at the top of the page that can be names; large print counts more."""
    sizes = sorted(word.size for word in page.words)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    top: Sequence[Row] = [row for row in page.rows[:6] if row.area.top < 0.14 * page.upright_size[1]]
    for order, phrase in enumerate([one for row in top for one in row.phrases][:6]):
        name = _clean(phrase.text)
        if _is_name(name) and not any(digit.isdigit() for digit in name) and not name.endswith((":", "!")):
            start = phrase.text.index(name)
            score = 1.5 - 0.2 * order + 0.5 * phrase.words[0].bold
            score += 1.5 * (phrase.words[0].size > 1.2 * usual) + _heading(page, phrase)
            yield found_in(phrase, start, start + len(name), name, score - 4.0 * (_BUYER.search(name) is not None))


def find_recipients(pages: Sequence[Page], *, labelled_only: bool = False) -> list[Found]:
    """Return the names that may be the payee's, the best first.

    Parameters
    ----------
    pages
        The pages of the document.
    labelled_only
        Leave out what position, address blocks and repetitions say.
    """
    rows = [(page, row) for page in pages for row in page.rows]
    found = [one for place in rows for find in (_labelled, _named_in_section) for one in find(*place)]
    with_legal_form = [one for place in rows for one in _companies(*place)]
    if labelled_only:
        return sorted(found, key=lambda one: -one.score) or with_legal_form
    found += with_legal_form
    found += [one for place in rows for one in _below_heading(*place)]
    found += [one for page in pages[:1] for find in (_address_blocks, _letterhead) for one in find(page)]
    sheets = {page.number: page for page in pages}
    headings = {(page.number, page.rows[index].area.top) for page in pages for index in table_rows(page)}
    found = [_whole(sheets[one.page], one) for one in found if (one.page, _top(one)) not in headings]
    found = _distinct(found)
    counts = Counter(one.value.casefold() for one in found)
    domains = " ".join(match[1].casefold() for _, row in rows for match in _DOMAIN.finditer(row.text))
    scored = [replace(one, score=one.score + _bonus(one, counts, domains)) for one in found]
    return sorted(scored, key=lambda one: (-one.score, one.page))


def _top(found: Found) -> float:
    return found.area.top if found.area else 0.0


def _whole(page: Page, found: Found) -> Found:
    """Add the other half of a name in two lines, where "und", a hyphen or a lone legal form shows that it goes on."""
    above, line, below = _neighbours(page, found)
    if above is not None and _goes_on(above.text, found.value) and _is_name(above.text):
        return _joined(above.text, found.value, found, above)
    name = f"{found.value}-" if line is not None and line.text == f"{found.value}-" else found.value
    if below is not None and _goes_on(name, below.text) and _is_name(_in_one_line(name, below.text)):
        return _joined(name, below.text, found, below)
    return found


def _joined(first: str, second: str, found: Found, other: Row) -> Found:
    area = found.area.union(other.area) if found.area else None
    return replace(found, value=_in_one_line(first, second), area=area)


def _goes_on(first: str, second: str) -> bool:
    form = _LEGAL_FORM.search(second) is not None and _ONLY_FORM.fullmatch(_LEGAL_FORM.sub("", second)) is not None
    return bool(_OPEN.search(first) or _BOUND.match(second) or (form and not _LEGAL_FORM.search(first)))


def _in_one_line(first: str, second: str) -> str:
    return first[:-1] + second if first.endswith("-") and second[:1].islower() else f"{first} {second}"


def _neighbours(page: Page, found: Found) -> tuple[Row | None, Row | None, Row | None]:
    """Return the lines directly above, at and below a name, in print of its size and from its left edge."""
    area = found.area
    if area is None:
        return None, None, None
    height = area.bottom - area.top
    lines = [
        phrase
        for row in page.rows
        if area.top - 2 * height < row.area.top < area.bottom + height
        for phrase in row.phrases
        if abs(phrase.area.left - area.left) < 2.0
        and abs(phrase.area.bottom - phrase.area.top - height) < 0.15 * height
    ]
    above = [one for one in lines if -0.3 * height < area.top - one.area.bottom < 0.6 * height]
    same = [one for one in lines if abs(one.area.top - area.top) < 0.3 * height]
    below = [one for one in lines if -0.3 * height < one.area.top - area.bottom < 0.6 * height]
    return above[-1] if above else None, same[0] if same else None, below[0] if below else None


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Keep one of several finds of the same name at the same place, the best."""
    best: dict[tuple[object, ...], Found] = {}
    for one in found:
        place = (one.value, one.page, one.area and (round(one.area.left), round(one.area.top)))
        if place not in best or best[place].score < one.score:
            best[place] = one
    return list(best.values())


def _bonus(one: Found, counts: Counter[str], domains: str) -> float:
    """Rate a name by what does not depend on its place: repetitions, web and e-mail addresses, legal form, banks."""
    name = one.value
    return (
        0.5 * min(counts[name.casefold()] - 1, 4)
        + 2.0 * _in_domain(name, domains)
        + 0.5 * (_LEGAL_FORM.search(name) is not None)
        - 4.0 * (_BANK.search(name) is not None and one.score < _LABELLED)
    )


def _in_domain(name: str, domains: str) -> bool:
    """Return whether a word of the name is part of a web or e-mail address on the document."""
    return any(len(part) >= 4 and part.casefold() in domains for part in re.findall(r"[^\W\d_]+", name))
