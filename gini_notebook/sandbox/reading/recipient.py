"""Whom to pay: the name of the company or person that gets the money."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.found import Found, found_in
from gini_notebook.sandbox.reading.names import (
    BANK,
    BUYER,
    HOLDER,
    LEGAL_FORM,
    NAME_LABEL,
    PAYEE,
    PAYEE_SECTION,
    PLACE,
    SELLER,
    SEPARATOR,
    clean,
    is_name,
)
from gini_notebook.sandbox.reading.words import Page, Row

_DOMAIN = re.compile(r"(?:@|www\.|https?://)([\w.-]+)\.[a-z]{2,}", re.IGNORECASE)
_WINDOW = (0.13, 0.33, 0.45)  # where the address of the receiver stands on a letter: from, to (height), left of (width)
_SECTION = 60.0  # points below its heading that a party may be named
_SMALL = 8.6  # points: the sender's line above the address is printed small


def find_recipients(pages: Sequence[Page], *, labelled_only: bool = False) -> list[Found]:
    """Give the names that may be the payee's, the best first.

    Parameters
    ----------
    pages
        The pages of the document.
    labelled_only
        Leave out what position, address blocks and repetitions say.
    """
    found = [one for page in pages for row in page.rows for one in _labelled(page, row)]
    companies = [one for page in pages for row in page.rows for one in _companies(page, row)]
    if labelled_only:
        return sorted(found, key=lambda one: -one.score) or companies
    found += companies + [one for page in pages for row in page.rows for one in _below_heading(page, row)]
    found += [one for page in pages[:1] for one in (*_address_blocks(page), *_letterhead(page))]
    found = _distinct(found)
    counts = Counter(one.value.casefold() for one in found)
    rows = [row for page in pages for row in page.rows]
    domains = " ".join(match[1].casefold() for row in rows for match in _DOMAIN.finditer(row.text))
    scored = [replace(one, score=one.score + _bonus(one.value, counts, domains)) for one in found]
    return sorted(scored, key=lambda one: (-one.score, one.page))


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Keep one of several finds of the same name at the same place, the best."""
    best: dict[tuple[object, ...], Found] = {}
    for one in found:
        place = (one.value, one.page, one.area and (round(one.area.left), round(one.area.top)))
        if place not in best or best[place].score < one.score:
            best[place] = one
    return list(best.values())


def _bonus(name: str, counts: Counter[str], domains: str) -> float:
    """Rate a name by what does not depend on its place: repetitions, web and e-mail addresses, legal form, banks."""
    return (
        0.5 * min(counts[name.casefold()] - 1, 4)
        + 2.0 * _in_domain(name, domains)
        + 0.5 * (LEGAL_FORM.search(name) is not None)
        - 4.0 * (BANK.search(name) is not None)
    )


def _in_domain(name: str, domains: str) -> bool:
    """Say whether a word of the name is part of a web or e-mail address on the document."""
    return any(len(part) >= 4 and part.casefold() in domains for part in re.findall(r"[^\W\d_]+", name))


def _labelled(page: Page, row: Row) -> list[Found]:
    """Names behind "account holder" and the like, and behind "name" in a section about the seller or payee."""
    found = []
    for label, person, company in ((PAYEE, 9.0, 9.0), (HOLDER, 4.0, 8.0)):
        match = label.search(row.text)
        if match is None:
            continue
        name = clean(SEPARATOR.split(row.text[match.end() :])[0])
        if is_name(name):
            start = row.text.index(name, match.end())
            found.append(found_in(row, start, start + len(name), name, company if LEGAL_FORM.search(name) else person))
    match = NAME_LABEL.match(row.text)
    if match:
        section = _section(page, row)
        name = clean(re.split(r"\s{3,}", row.text[match.end() :])[0])
        score = 11.0 if PAYEE_SECTION.search(section) else 8.0 if SELLER.match(section) else 0.0
        if score and is_name(name):
            found.append(_with_line_above(page, found_in(row, match.end(), match.end() + len(name), name, score), row))
    return found


def _with_line_above(page: Page, found: Found, row: Row) -> Found:
    """Add the first line of a name in two lines, beside the middle of which the label stands."""
    above = page.rows[row.index - 1] if row.index else None
    if above is None or found.area is None or len(above.phrases) != 1:
        return found
    close = found.area.top - above.area.top < 1.35 * (found.area.bottom - found.area.top)
    if not close or abs(above.area.left - found.area.left) > 2.0 or not is_name(above.text):
        return found
    return replace(found, value=f"{above.text} {found.value}", area=found.area.union(above.area))


def _section(page: Page, row: Row) -> str:
    """Give the nearest heading above that opens a section about one party."""
    for above in reversed(page.rows[: row.index]):
        if PAYEE_SECTION.search(above.text) or SELLER.match(above.text) or BUYER.search(above.text):
            return above.text
    return ""


def _companies(page: Page, row: Row) -> list[Found]:
    """Names with a legal form, wherever they stand."""
    found = []
    for phrase in row.phrases:
        start = 0
        for part in SEPARATOR.split(phrase.text):
            begin = phrase.text.index(part, start)
            start = begin + len(part)
            name = clean(part)
            if LEGAL_FORM.search(name) and is_name(name):
                begin += part.index(name)
                found.append(found_in(phrase, begin, begin + len(name), name, _company_score(page, phrase)))
    return found


def _in_window(page: Page, area_top: float, area_left: float) -> bool:
    width, height = page.upright_size
    return page.number == 1 and _WINDOW[0] < area_top / height < _WINDOW[1] and area_left < _WINDOW[2] * width


def _company_score(page: Page, phrase: Row) -> float:
    top = phrase.area.top / page.upright_size[1]
    score = 2.0
    if _is_sender_line(phrase):
        score += 4.0
    elif _in_window(page, phrase.area.top, phrase.area.left):
        score -= 2.0
    elif top < _WINDOW[0] or top > 0.85:
        score += 1.0
    return score + _heading(page, phrase)


def _heading(page: Page, phrase: Row) -> float:
    """Rate the nearest heading above that names a party, in the same column."""
    for row in reversed(page.rows[: phrase.index]):
        if phrase.area.top - row.area.bottom > _SECTION:
            break
        for one in row.phrases:
            if one.area.left < phrase.area.right and one.area.right > phrase.area.left and len(one.text) < 50:
                rating = _party(one.text)
                if rating:
                    return rating
    return 0.0


def _party(heading: str) -> float:
    """Rate a heading: positive above a seller, negative above a buyer."""
    if BUYER.search(heading):
        return -4.0
    return 3.0 if SELLER.match(heading) or PAYEE_SECTION.search(heading) else 0.0


def _is_sender_line(phrase: Row) -> bool:
    """Say whether it is the line with the sender's name and place that stands above the receiver's address."""
    return (
        len(SEPARATOR.split(phrase.text)) >= 3 and PLACE.search(phrase.text) is not None and phrase.words[0].size < 9.5
    )


def _address_blocks(page: Page) -> list[Found]:
    """First lines of address blocks, and of sender's lines; here a name needs no legal form."""
    found = []
    for row in page.rows:
        for phrase in row.phrases:
            if _is_sender_line(phrase):
                name = clean(SEPARATOR.split(phrase.text)[0])
                if is_name(name):
                    found.append(found_in(phrase, 0, len(name), name, 6.0))
            elif PLACE.match(phrase.text) and len(phrase.text) < 60:
                block = _block_above(page, phrase)
                first = next((one for one in block if is_name(clean(one.text)) and not BUYER.match(one.text)), None)
                if first is not None:
                    name = clean(first.text)
                    start = first.text.index(name)
                    found.append(found_in(first, start, start + len(name), name, _block_score(page, block, first)))
    return found


def _below_heading(page: Page, row: Row) -> list[Found]:
    """Give the first name below a heading such as "seller" or "payable to", in the same column."""
    found = []
    for heading in row.phrases:
        payee, seller = PAYEE_SECTION.search(heading.text), SELLER.match(heading.text)
        if len(heading.text) > 40 or not (payee or seller):
            continue
        for line in page.rows[row.index + 1 :]:
            if line.area.top - heading.area.bottom > _SECTION:
                break
            below = next((one for one in line.phrases if abs(one.area.left - heading.area.left) < 8.0), None)
            name = clean(below.text) if below else ""
            if below is not None and is_name(name):
                start = below.text.index(name)
                found.append(found_in(below, start, start + len(name), name, 10.0 if payee else 6.5))
                break
    return found


def _letterhead(page: Page) -> list[Found]:
    """Give the first texts at the top of the page that can be names; large print counts more."""
    sizes = sorted(word.size for word in page.words)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    phrases = [one for row in page.rows[:6] if row.area.top < 0.14 * page.upright_size[1] for one in row.phrases]
    found = []
    for order, phrase in enumerate(phrases[:6]):
        name = clean(phrase.text)
        if is_name(name) and not any(digit.isdigit() for digit in name) and not name.endswith((":", "!")):
            start = phrase.text.index(name)
            score = 1.5 - 0.2 * order + 1.0 * (phrase.words[0].size > 1.2 * usual) + 0.5 * phrase.words[0].bold
            heading = labels.above(phrase.area, page.rows, phrase.index)
            found.append(
                found_in(
                    phrase, start, start + len(name), name, score + _party(heading) - 4.0 * bool(BUYER.search(name))
                )
            )
    return found


def _block_above(page: Page, place: Row) -> list[Row]:
    """Give the lines above a place that belong to the same address, and its heading, from top to bottom."""
    block = [place]
    for row in reversed(page.rows[: place.index]):
        height = max(block[0].area.bottom - block[0].area.top, 1.0)
        if block[0].area.top - row.area.bottom > 0.9 * height or len(block) == 7:
            break
        block = [one for one in row.phrases if abs(one.area.left - place.area.left) < 4.0][:1] + block
    return block[:-1]


def _block_score(page: Page, block: Sequence[Row], first: Row) -> float:
    score = (
        3.0 + _party(labels.above(first.area, page.rows, first.index)) + (block[0] is not first) * _party(block[0].text)
    )
    if _in_window(page, first.area.top, first.area.left):
        score -= 2.5
    return score + 0.5 * (first.words[0].bold or first.area.top < 0.13 * page.upright_size[1])
