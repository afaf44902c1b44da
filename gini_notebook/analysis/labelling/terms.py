"""Dates that do not go together: the days from the date of an invoice to the date by which it is due.

Words and runs say nothing of a scan that nobody read; its two dates still say something of each other. How odd a
distance is, is counted in the truth at hand: in how many documents it is as far. Where one of the dates with day and
month exchanged makes it a usual one, that is the explanation.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log2

from gini_notebook.analysis.labelling.evidence import Evidence, LabelledValue
from gini_notebook.analysis.rules.dates import swapped

ISSUED, DUE = "invoiceDate", "paymentDueDate"
# With fewer documents that have both dates nobody can say what is usual.
FEWEST = 10
# In bits: every document has some distance, and only one that few have is odd.
ODD = 2.5
# In bits: an exchange must make the distance so much more usual to be the explanation.
EXPLAINS = 2.0


@dataclass(frozen=True, slots=True)
class OddTerm:
    """A date that does not go with the other one, how odd that is in bits, and what would."""

    label: LabelledValue
    surprise: float
    found: str
    exchanged: str | None = None


def odd_terms(labels: Sequence[LabelledValue], evidence: Sequence[Evidence]) -> Iterator[OddTerm]:
    """Yield dates of documents that are due oddly early or late after their invoice.

    Parameters
    ----------
    labels, evidence
        The labels, and what is known of each: a date that the run read or the document has is not the one named.
    """
    dates: dict[str, dict[str, tuple[LabelledValue, bool]]] = defaultdict(dict)
    for label, one in zip(labels, evidence, strict=True):
        if not label.group and label.field in (ISSUED, DUE) and _day(label.canonical) is not None:
            confirmed = bool(one.on_page or one.agrees)
            dates[label.document].setdefault(label.field, (label, confirmed))
    both = {name: (pair[ISSUED], pair[DUE]) for name, pair in dates.items() if len(pair) == len((ISSUED, DUE))}
    terms = sorted(_days(issued.canonical, due.canonical) for (issued, _), (due, _) in both.values())
    if len(terms) < FEWEST:
        return
    usual = _Terms(terms)
    for (issued, issued_confirmed), (due, due_confirmed) in both.values():
        doubtful = [label for label, known in ((due, due_confirmed), (issued, issued_confirmed)) if not known]
        if doubtful:
            yield from _of_document(issued, due, doubtful, usual)


@dataclass(frozen=True, slots=True)
class _Terms:
    """The distances of all documents, sorted."""

    days: Sequence[int]

    def surprise(self, term: int) -> float:
        """Return in bits how odd a distance is, by how many are at least as early or as late."""
        as_far = bisect_right(self.days, term) if term <= 0 else len(self.days) - bisect_left(self.days, term)
        return log2((len(self.days) + 2) / (as_far + 1))


def _of_document(
    issued: LabelledValue, due: LabelledValue, doubtful: Sequence[LabelledValue], usual: _Terms
) -> Iterator[OddTerm]:
    term = _days(issued.canonical, due.canonical)
    odd = usual.surprise(term)
    if odd < ODD:
        return
    exchanges = []
    for label in doubtful:
        other = swapped(label.canonical or "")
        if other is None or other == label.canonical:
            continue
        mended = _days(other, due.canonical) if label is issued else _days(issued.canonical, other)
        if odd - usual.surprise(mended) >= EXPLAINS:
            exchanges.append((usual.surprise(mended), label, other, mended))
    found = f"due {_after(term)} the invoice"
    if exchanges:
        least = min(surprise for surprise, *_ in exchanges)
        for surprise, label, other, mended in exchanges:
            if surprise <= least + EXPLAINS:
                yield OddTerm(label, odd - surprise, f"{found}; with {other} it would be {_after(mended)} it", other)
        return
    for label in doubtful:  # one of them is wrong: of two, each with half the odds
        yield OddTerm(label, odd - log2(len(doubtful)), found)


def _after(term: int) -> str:
    days = f"{abs(term)} day{'' if abs(term) == 1 else 's'}"
    return f"{days} {'before' if term < 0 else 'after'}"


def _day(canonical: str | None) -> date | None:
    try:
        return date.fromisoformat(canonical or "")
    except ValueError:
        return None


def _days(issued: str | None, due: str | None) -> int:
    """Return the days from one date to another; both can be read."""
    first, last = _day(issued), _day(due)
    return 0 if first is None or last is None else (last - first).days
