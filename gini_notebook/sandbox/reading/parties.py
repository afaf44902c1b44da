"""Places on a page where the name of a seller or payee stands: labels, headings, address blocks, letterheads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gini_notebook.sandbox.reading.found import Found, found_in
from gini_notebook.sandbox.reading.labels import rows_above
from gini_notebook.sandbox.reading.names import (
    ASSIGNED,
    BULLET,
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

_WINDOW = (0.13, 0.33, 0.45)  # where the address of the receiver stands on a letter: from, to (height), left of (width)
_SECTION = 60.0  # points below its heading that a party may be named
_NEAR_IBAN = 4  # rows


def labelled(page: Page, row: Row) -> Iterator[Found]:
    """Give names behind "payee", "account holder" and the like."""
    labels = [(PAYEE, 9.0, 9.0), (ASSIGNED, -9.0, 12.0), (HOLDER, 4.0, 8.0)]
    if any("IBAN" in one.text for one in page.rows[row.index + 1 : row.index + 1 + _NEAR_IBAN]):
        labels.append((re.compile(r"^\W*empfänger(?:in)?\b\s*[:.]*\s+", re.IGNORECASE), 9.0, 9.0))
    for label, person, company in labels:
        match = label.search(row.text)
        name = clean(SEPARATOR.split(row.text[match.end() :])[0]) if match else ""
        if match is not None and is_name(name):
            start = row.text.index(name, match.end())
            yield found_in(row, start, start + len(name), name, company if LEGAL_FORM.search(name) else person)


def named_in_section(page: Page, row: Row) -> Iterator[Found]:
    """Give the name behind "name" in a section about the seller or payee."""
    match = NAME_LABEL.match(row.text)
    if match is None:
        return
    section = next((one.text for one in reversed(page.rows[: row.index]) if _party(one.text)), "")
    name = clean(re.split(r"\s{3,}", row.text[match.end() :])[0])
    if _party(section) > 0 and is_name(name):
        score = 11.0 if PAYEE_SECTION.search(section) else 8.0
        found = found_in(row, match.end(), match.end() + len(name), name, score)
        yield _with_line_above(page, found, row)


def _with_line_above(page: Page, found: Found, row: Row) -> Found:
    """Add the first line of a name in two lines, beside the middle of which the label stands."""
    above = page.rows[row.index - 1] if row.index else None
    if above is None or found.area is None or len(above.phrases) != 1:
        return found
    close = found.area.top - above.area.top < 1.35 * (found.area.bottom - found.area.top)
    if not close or abs(above.area.left - found.area.left) > 2.0 or not is_name(above.text):
        return found
    return replace(found, value=f"{above.text} {found.value}", area=found.area.union(above.area))


def companies(page: Page, row: Row) -> Iterator[Found]:
    """Give names with a legal form, wherever they stand."""
    for phrase in row.phrases:
        start = 0
        for part in SEPARATOR.split(phrase.text):
            begin = phrase.text.index(part, start)
            start = begin + len(part)
            name = clean(part)
            if LEGAL_FORM.search(name) and is_name(name):
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
    """Say whether a phrase stands where the receiver's address is printed on a letter."""
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
    if PAYEE_SECTION.search(heading):
        return 3.0
    if BUYER.search(heading):
        return -4.0
    return 3.0 if SELLER.match(heading) else 0.0


def below_heading(page: Page, row: Row) -> Iterator[Found]:
    """Give the first name below a heading such as "seller" or "payable to", in the same column."""
    for heading in row.phrases:
        payee = PAYEE_SECTION.search(heading.text) is not None
        if len(heading.text) > 60 or not (payee or SELLER.match(heading.text)) or any(labelled(page, row)):
            continue
        for line in page.rows[row.index + 1 :]:
            if line.area.top - heading.area.bottom > _SECTION:
                break
            below = next((one for one in line.phrases if abs(one.area.left - heading.area.left) < 8.0), None)
            name = clean(below.text) if below else ""
            if below is not None and is_name(name):
                start = below.text.index(name)
                yield found_in(below, start, start + len(name), name, 10.0 if payee else 6.5)
                break


def _is_sender_line(phrase: Row) -> bool:
    """Say whether it is the line "name · street · place" that stands above the receiver's address."""
    parts = SEPARATOR.split(phrase.text)
    small = phrase.words[0].size < 9.5 or BULLET.search(phrase.text) is not None
    if len(parts) < 3 or PLACE.search(phrase.text) is None or not small:
        return False
    return any(letter.isdigit() for letter in parts[1]) or PLACE.match(parts[1]) is not None


def address_blocks(page: Page) -> Iterator[Found]:
    """Give first lines of address blocks, and the names of sender's lines; here a name needs no legal form."""
    for row in page.rows:
        for phrase in row.phrases:
            if _is_sender_line(phrase):
                yield from _sender(page, phrase)
            elif PLACE.match(phrase.text) and len(phrase.text) < 60:
                yield from _first_line(page, phrase)


def _sender(page: Page, phrase: Row) -> Iterator[Found]:
    """Give the name of a sender's line, or what stands in large print directly above it."""
    score = 6.0 if phrase.area.top < 0.4 * page.upright_size[1] else 3.0  # the foot of the page names banks too
    above = page.rows[phrase.index - 1].phrases if phrase.index else []
    for title in above[:1]:
        close = phrase.area.top - title.area.bottom < 1.5 * title.words[0].height
        if close and title.words[0].size > 1.3 * phrase.words[0].size and is_name(clean(title.text)):
            yield found_in(title, 0, len(title.text), clean(title.text), score)
            return
    name = clean(SEPARATOR.split(phrase.text)[0])
    if is_name(name):
        start = phrase.text.index(name)
        yield found_in(phrase, start, start + len(name), name, score)


def _first_line(page: Page, place: Row) -> Iterator[Found]:
    block = [place]
    for row in rows_above(page.rows, place.index):
        height = max(block[0].area.bottom - block[0].area.top, 1.0)
        if block[0].area.top - row.area.bottom > 0.9 * height or len(block) == 7 or _is_sender_line(row.phrases[0]):
            break
        block = [one for one in row.phrases if abs(one.area.left - place.area.left) < 4.0][:1] + block
    first = next((one for one in block[:-1] if is_name(clean(one.text)) and not BUYER.match(one.text)), None)
    if first is not None:
        name = clean(first.text)
        start = first.text.index(name)
        yield found_in(first, start, start + len(name), name, _block_score(page, first))


def _block_score(page: Page, first: Row) -> float:
    score = 3.0 + _heading(page, first) - 2.5 * _in_window(page, first)
    return score + 0.5 * (first.words[0].bold or first.area.top < _WINDOW[0] * page.upright_size[1])


def letterhead(page: Page) -> Iterator[Found]:
    """Give the first texts at the top of the page that can be names; large print counts more."""
    sizes = sorted(word.size for word in page.words)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    top: Sequence[Row] = [row for row in page.rows[:6] if row.area.top < 0.14 * page.upright_size[1]]
    for order, phrase in enumerate([one for row in top for one in row.phrases][:6]):
        name = clean(phrase.text)
        if is_name(name) and not any(digit.isdigit() for digit in name) and not name.endswith((":", "!")):
            start = phrase.text.index(name)
            score = 1.5 - 0.2 * order + 0.5 * phrase.words[0].bold
            score += 1.5 * (phrase.words[0].size > 1.2 * usual) + _heading(page, phrase)
            yield found_in(phrase, start, start + len(name), name, score - 4.0 * (BUYER.search(name) is not None))
