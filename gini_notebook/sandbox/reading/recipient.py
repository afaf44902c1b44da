"""Whom to pay: the name of the company or person that gets the money."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gini_notebook.sandbox.reading import parties
from gini_notebook.sandbox.reading.found import Found
from gini_notebook.sandbox.reading.names import BANK, LEGAL_FORM
from gini_notebook.sandbox.reading.words import Page

_LABELLED = 8.0  # from here on a label says that it is the payee, even if it is a bank
_DOMAIN = re.compile(r"(?:@|www\.|https?://)([\w.-]+)\.[a-z]{2,}", re.IGNORECASE)


def find_recipients(pages: Sequence[Page], *, labelled_only: bool = False) -> list[Found]:
    """Give the names that may be the payee's, the best first.

    Parameters
    ----------
    pages
        The pages of the document.
    labelled_only
        Leave out what position, address blocks and repetitions say.
    """
    rows = [(page, row) for page in pages for row in page.rows]
    found = [one for place in rows for find in (parties.labelled, parties.named_in_section) for one in find(*place)]
    companies = [one for place in rows for one in parties.companies(*place)]
    if labelled_only:
        return sorted(found, key=lambda one: -one.score) or companies
    found += companies
    found += [one for place in rows for one in parties.below_heading(*place)]
    found += [one for page in pages[:1] for find in (parties.address_blocks, parties.letterhead) for one in find(page)]
    found = _distinct(found)
    counts = Counter(one.value.casefold() for one in found)
    domains = " ".join(match[1].casefold() for _, row in rows for match in _DOMAIN.finditer(row.text))
    scored = [replace(one, score=one.score + _bonus(one, counts, domains)) for one in found]
    return sorted(scored, key=lambda one: (-one.score, one.page))


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
        + 0.5 * (LEGAL_FORM.search(name) is not None)
        - 4.0 * (BANK.search(name) is not None and one.score < _LABELLED)
    )


def _in_domain(name: str, domains: str) -> bool:
    """Say whether a word of the name is part of a web or e-mail address on the document."""
    return any(len(part) >= 4 and part.casefold() in domains for part in re.findall(r"[^\W\d_]+", name))
