"""Which of the amounts on a page is the amount to pay."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.amounts import Amount
from gini_notebook.sandbox.reading.table_header import table_rows
from gini_notebook.sandbox.reading.total_labels import TO_PAY, weight_of
from gini_notebook.sandbox.reading.words import Page, Row

_BELOW = 0.8  # a heading above an amount says a little less than a word to its left,
_IN_TABLE = 0.3  # and the heading of a table of line items next to nothing
_MOST_VALUES = 400


def rank(
    amounts: Sequence[Amount], pages: Sequence[Page], *, hint: Decimal | None = None, labels_only: bool = False
) -> list[tuple[float, Amount]]:
    """Order amounts by how likely each is the amount to pay, the best first.

    Parameters
    ----------
    amounts
        All amounts of the document in reading order.
    pages
        Its pages.
    hint
        The amount of a payment QR code on the same document.
    labels_only
        Look at the words to the left of an amount only; leave out headings, sums, repetitions and sizes.
    """
    rows = {page.number: page.rows for page in pages}
    order = [position / (10.0 * len(amounts)) for position in range(len(amounts))]  # totals stand at the end
    if labels_only:
        weights = [weight_of(labels.left_of(amount.row, amount.outer_start)) for amount in amounts]
        scores = [weight + late for weight, late in zip(weights, order, strict=True)]
    else:
        tables = {page.number: table_rows(page) for page in pages}
        weights = [_label_weight(amount, rows[amount.page], tables[amount.page]) for amount in amounts]
        evidence = _evidence(amounts, weights, hint)
        scores = [
            evidence[amount.value] + 0.1 * weight + late + 0.5 * (amount.currency is not None)
            for amount, weight, late in zip(amounts, weights, order, strict=True)
        ]
    return sorted(zip(scores, amounts, strict=True), key=lambda pair: -pair[0])


def _label_weight(amount: Amount, rows: Sequence[Row], tables: AbstractSet[int]) -> float:
    """Rate the words to the left, and where they say nothing the heading above."""
    weight = weight_of(labels.left_of(amount.row, amount.outer_start))
    if weight:
        return weight
    wide = amount.row.area_of(amount.outer_start, amount.end)
    for area in (amount.area, wide):
        heading = labels.heading(area, rows, amount.row.index)
        if heading is not None:
            return (_IN_TABLE if heading.index in tables else _BELOW) * weight_of(heading.text)
    return 0.0


def _evidence(amounts: Sequence[Amount], weights: Sequence[float], hint: Decimal | None) -> dict[Decimal, float]:
    """Rate every value by all its places: the best label, how often it stands there, sums, its size."""
    repeats = Counter(amount.value for amount in amounts)
    grosses = gross_values([amount.value for amount in amounts])
    largest = max((abs(amount.value) for amount in amounts), default=Decimal(0))
    best: dict[Decimal, float] = {}
    for amount, weight in zip(amounts, weights, strict=True):
        best[amount.value] = max(best.get(amount.value, weight), weight)
    return {
        value: weight
        + 1.5 * (value in grosses)
        + 0.5 * min(repeats[value] - 1, 3)
        + 1.5 * (abs(value) == largest)
        - 3.0 * (value == 0 and weight < TO_PAY)
        + 20.0 * (hint is not None and value == hint)
        for value, weight in best.items()
    }


def gross_values(values: Sequence[Decimal]) -> set[Decimal]:
    """Give the values that are a sum of two others, as gross = net + tax."""
    distinct = sorted({value for value in values if value > 0})[:_MOST_VALUES]
    known = set(distinct)
    sums = set()
    for index, net in enumerate(distinct):
        for tax in distinct[:index]:
            if net + tax in known and tax * 2 < net:
                sums.add(net + tax)
    return sums
