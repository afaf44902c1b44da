"""Where a true value stands on the pages of its document.

A hit is a place with that value, and no proof that it is the meant one: amounts and recipients stand in most documents
more than once. So all places are returned; those beside a word of the field's label come first. That a value stands
nowhere is a finding of its own: it is derived, or there is a slip in the truth.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from math import inf

from gini_notebook import notations
from gini_notebook.analysis.labelling.document_text import NUMBERS, compact, number_of, tokens
from gini_notebook.analysis.rules import Rule
from gini_notebook.interactive.words import PageWords

NOT_LOOKED, NO_VALUE, ONCE, SEVERAL, NOWHERE, UNKNOWN = "not looked", "", "once", "several", "nowhere", "unknown"
STATUSES = (NOT_LOOKED, NO_VALUE, ONCE, SEVERAL, NOWHERE, UNKNOWN)
MOST_PLACES = 40
# Of a shorter value whole words are demanded.
SHORTEST_WITHIN = 4
_WORDS_OF_A_NUMBER, _WORDS_OF_A_DATE = 4, 4
_CURRENCIES = "EUR|CHF|USD|GBP"
# A number of its own: no part of a date, of a longer number or of a word, and no percentage.
_NUMBER = re.compile(
    rf"(?:(?<![\w.,/:-])|(?<=(?<!\w)-)|(?<={_CURRENCIES}))"
    r"(?:[0-9]{1,3}(?:[ '.,][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?)"
    rf"(?=(?:{_CURRENCIES})|[^\w%]|$)(?![-./:,][0-9])"
)
# Words that stand beside a value; in capitals.
LABELS: Mapping[str, tuple[str, ...]] = {
    "iban": ("IBAN",),
    "bic": ("BIC", "SWIFT"),
    "amountToPay": (
        "BETRAG", "RECHNUNGSBETRAG", "GESAMTBETRAG", "ENDBETRAG", "ZAHLBETRAG", "GESAMT", "GESAMTSUMME", "SUMME",
        "BRUTTO", "ZAHLEN", "TOTAL", "AMOUNT",
    ),
    "paymentDueDate": ("FÄLLIG", "FÄLLIGKEIT", "ZAHLBAR", "BIS", "DUE"),
    "paymentReference": ("VERWENDUNGSZWECK", "RECHNUNGSNUMMER", "REFERENZ", "REFERENCE", "RECHNUNG"),
    "paymentRecipient": ("EMPFÄNGER", "ZAHLUNGSEMPFÄNGER", "KONTOINHABER", "PAYEE"),
    "invoiceDate": ("DATUM", "RECHNUNGSDATUM", "DATE"),
    "invoiceId": ("RECHNUNGSNUMMER", "RECHNUNGSNR", "RECHNUNG", "INVOICE"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a value: page, box, and whether a word of the field's label, or its row, stands beside it."""

    page: int
    left: float
    top: float
    width: float
    height: float
    is_likely: bool = False

    def on_line_of(self, other: "Place") -> bool:
        """Return whether the middle of the other lies at the height of this one, on the same page."""
        return self.page == other.page and self.top <= other.top + other.height / 2 <= self.top + self.height


class WordIndex:
    """The words of one document, to look values up in.

    Parameters
    ----------
    pages
        The words of its pages.
    """

    def __init__(self, pages: Sequence[PageWords]) -> None:
        self.pages = pages
        self._indices = [_PageIndex(page) for page in pages]

    def places(self, rule: Rule, canonical: str, field: str = "") -> list[Place]:
        """Return all places of a value in the normal form of its rule, likely ones first, else in reading order."""
        found = [
            place
            for index in self._indices
            for place in index.with_likelihood(index.runs(rule, canonical), LABELS.get(field, ()))
        ]
        return in_order(found)[:MOST_PLACES]

    def status(self, places: Sequence[Place]) -> str:
        """Say of a value how often it stands there; where a page has no words, nobody knows that it stands nowhere."""
        if places:
            return ONCE if len(places) == 1 else SEVERAL
        return NOWHERE if self.pages and all(page.is_known for page in self.pages) else UNKNOWN


def in_order(places: Iterable[Place]) -> list[Place]:
    """Return likely places first, and each kind in reading order."""
    return sorted(places, key=lambda place: (not place.is_likely, place.page, place.top, place.left))


def beside_their_row(found: Mapping[int, Sequence[Place]]) -> dict[int, list[Place]]:
    """Return the places of the values of one row of a compound, those on a line with the row's other values first."""
    result = {}
    for key, places in found.items():
        others = [place for other, theirs in found.items() if other != key for place in theirs]
        result[key] = in_order(
            replace(place, is_likely=any(place.on_line_of(other) for other in others)) for place in places
        )
    return result


def said(status: str, places: Sequence[Place]) -> str:
    """Say in words where a true value stands."""
    pages = sorted({place.page for place in places})
    on = f"on page {pages[0]}" if len(pages) == 1 else f"on pages {', '.join(map(str, pages[:5]))}"
    return (
        {
            ONCE: f"stands {on}, once",
            SEVERAL: f"stands {on}, {len(places)} times" if len(places) > 2 else f"stands {on}, twice",
            NOWHERE: "stands nowhere on the pages: derived, or a slip in the truth?",
            UNKNOWN: "unknown: there are pages without words",
        }.get(status, "")
        if pages or status in (NOWHERE, UNKNOWN)
        else ""
    )


class _PageIndex:
    def __init__(self, page: PageWords) -> None:
        self._page = page

    def runs(self, rule: Rule, canonical: str) -> list[tuple[int, int]]:
        """Return the first and the last word of each place of a value."""
        if rule.name in NUMBERS:
            value = number_of(canonical)
            return [] if value is None else self._numbers.get(abs(value), [])
        if rule.name == "date":
            return self._dates.get(canonical, [])
        wanted = compact(canonical)
        runs = list(self._compact_runs(wanted))
        # The head office is printed as XXX, or not at all.
        return runs or list(self._compact_runs(wanted.removesuffix("XXX"))) if rule.name == "bic" else runs

    def with_likelihood(self, runs: Sequence[tuple[int, int]], labels: Sequence[str]) -> Iterator[Place]:
        """Yield the places of runs of words; likely is one that has a word of the label on its left or above it."""
        heads = [box for box, word in zip(self._page.boxes.tolist(), self._plain, strict=True) if word in labels]
        nearest, best = None, inf
        places = [self._place(*run) for run in runs]
        for place in places:
            near = min((_distance(place, head) for head in heads), default=inf)
            if near < best:
                nearest, best = place, near
        for place in places:
            yield replace(place, is_likely=place is nearest)

    def _place(self, first: int, last: int) -> Place:
        boxes = self._page.boxes[first : last + 1]
        left, top = boxes[:, 0].min(), boxes[:, 1].min()
        right, bottom = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
        return Place(self._page.number, float(left), float(top), float(right - left), float(bottom - top))

    @cached_property
    def _plain(self) -> list[str]:
        return [compact(word) for word in self._page.texts]

    @cached_property
    def _numbers(self) -> Mapping[Decimal, list[tuple[int, int]]]:
        found: dict[Decimal, list[tuple[int, int]]] = defaultdict(list)
        words = [notations.cleaned(text) for text in self._page.texts]
        digits = [any(map(str.isdigit, word)) for word in words]
        for first in (place for place, has in enumerate(digits) if has):
            for last in range(first, min(first + _WORDS_OF_A_NUMBER, len(words))):
                if not digits[last]:
                    break
                # What stands in several words has the first and the last of them in it.
                joined, least = " ".join(words[first : last + 1]), last - first
                for match in _NUMBER.finditer(joined):
                    if match[0].count(" ") == least:
                        for value in _readings(match[0]):
                            _add(found[value], (first, last))
        return found

    @cached_property
    def _dates(self) -> Mapping[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        words = self._page.texts
        for last in range(len(words)):
            # All dates end with digits, or with a time.
            if not any(map(str.isdigit, words[last])):
                continue
            for first in range(last, max(-1, last - _WORDS_OF_A_DATE), -1):
                text = " ".join(words[first : last + 1]).strip(".,;:()")
                for order in notations.ORDERS if "/" in text or "-" in text else (None,):
                    day = notations.day(text, order)
                    if day is not None:
                        _add(found[day.isoformat()], (first, last))
        return found

    @cached_property
    def _whole(self) -> tuple[str, list[int], set[int]]:
        """The letters and digits of the page, the word of each, and where tokens begin and end."""
        parts, word_of, edges, length = [], [], {0}, 0
        for place, text in enumerate(self._page.texts):
            for token in tokens(text):
                parts.append(token)
                word_of += [place] * len(token)
                length += len(token)
                edges.add(length)
        return "".join(parts), word_of, edges

    def _compact_runs(self, wanted: str) -> Iterator[tuple[int, int]]:
        whole, word_of, edges = self._whole
        at = whole.find(wanted) if wanted else -1
        while at >= 0:
            end = at + len(wanted)
            if at in edges and end in edges:
                first, last = word_of[at], word_of[end - 1]
                if len(wanted) >= SHORTEST_WITHIN or self._is_whole(first, last, wanted):
                    yield first, last
            at = whole.find(wanted, at + 1)

    def _is_whole(self, first: int, last: int, wanted: str) -> bool:
        return "".join(self._plain[first : last + 1]) == wanted


def _readings(text: str) -> set[Decimal]:
    readings = (notations.number(text, locale) for locale in (None, *notations.LOCALES))
    return {abs(value) for value in readings if value is not None}


def _add(runs: list[tuple[int, int]], run: tuple[int, int]) -> None:
    """Add a run of words, unless a shorter one within it says the same."""
    if not any(run[0] <= first and last <= run[1] for first, last in runs):
        runs.append(run)


def _distance(place: Place, head: Sequence[float]) -> float:
    """Return how far a value stands from a word of its label: behind it on its line, or below it."""
    left, top, width, height = head
    middle = top + height / 2
    if place.top - height / 2 <= middle <= place.top + place.height + height / 2 and left <= place.left:
        return max(0.0, place.left - left - width)
    if left < place.left + place.width and place.left < left + width and top <= place.top:
        return 2 * (place.top - top - height) + height
    return inf
