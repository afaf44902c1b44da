"""Labels that contradict each other: the rows of a document do not add up to what is to be paid."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rapidfuzz.distance import OSA

from gini_notebook.analysis.labelling.document_text import DocumentText, number_of
from gini_notebook.analysis.labelling.evidence import Evidence, LabelledValue, surprise
from gini_notebook.schema import LINE_ITEMS

CENT = Decimal("0.01")
# Gross prices of one unit are rounded, so the sum of the rows may be off by this for each unit.
ROUNDING = Decimal("0.005")
TOTAL, PRICE, QUANTITY = "amountToPay", "baseGross", "quantity"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A label that others contradict, and how surprising that is in bits."""

    label: LabelledValue
    surprise: float
    found: str
    suggestion: str


@dataclass(slots=True)
class _Bill:
    """What is to be paid, and the rows, of one document."""

    total: tuple[LabelledValue, Evidence] | None = None
    rows: dict[int, dict[str, tuple[LabelledValue, Decimal]]] | None = None


def contradictions(
    labels: Sequence[LabelledValue], evidence: Sequence[Evidence], texts: Mapping[str, DocumentText]
) -> Iterator[Contradiction]:
    """Yield the labels of documents whose rows do not add up, and whose page does not say why.

    Many documents have shipping, discounts or instalments besides their rows. Where the page has what is to be paid,
    and the difference or the sum of the rows, too, that is the reason, and no label is doubtful. Without a page this
    says little where it is common; where one label with another digit would make the sum right, that label is named.

    Parameters
    ----------
    labels, evidence
        The labels, and what is known of each.
    texts
        The words of documents, by name.
    """
    sums = [one for one in map(_Sum.of, _bills(labels, evidence).values()) if one is not None]
    doubtful = [one.is_off and not one.is_explained(texts.get(one.total.document)) for one in sums]
    usual = surprise(one.is_off for one in sums)
    for one, is_doubtful in zip(sums, doubtful, strict=True):
        if is_doubtful:
            yield one.contradiction(usual)


def _bills(labels: Sequence[LabelledValue], evidence: Sequence[Evidence]) -> Mapping[str, _Bill]:
    bills: dict[str, _Bill] = defaultdict(_Bill)
    for label, one in zip(labels, evidence, strict=True):
        bill = bills[label.document]
        if label.column == ("", TOTAL):
            bill.total = label, one
        elif label.group == LINE_ITEMS and label.field in (PRICE, QUANTITY):
            value = None if label.canonical is None else number_of(label.canonical)
            bill.rows = bill.rows or {}
            if value is not None:
                bill.rows.setdefault(label.row, {})[label.field] = label, value
    return bills


@dataclass(frozen=True, slots=True)
class _Sum:
    """The sum of the rows of a document beside its total."""

    total: LabelledValue
    wanted: Decimal
    is_sure: bool
    rows: Sequence[tuple[tuple[LabelledValue, Decimal], tuple[LabelledValue, Decimal]]]

    @classmethod
    def of(cls, bill: _Bill) -> "_Sum | None":
        """Return the sum of a document; None where the total, or a quantity or a price, lacks."""
        if bill.total is None or not bill.rows or any(len(row) < 2 for row in bill.rows.values()):
            return None
        label, evidence = bill.total
        wanted = None if label.canonical is None else number_of(label.canonical)
        rows = [(row[QUANTITY], row[PRICE]) for row in bill.rows.values()]
        is_sure = evidence.on_page is not False and evidence.agrees is not False
        return None if wanted is None else cls(label, wanted, is_sure, rows)

    @property
    def off(self) -> Decimal:
        """By how much the total is more than the rows."""
        return self.wanted - sum(quantity * price for (_, quantity), (_, price) in self.rows)

    @property
    def is_off(self) -> bool:
        """Whether that is more than comes from rounding."""
        units = sum(abs(quantity) for (_, quantity), _ in self.rows)
        return abs(self.off) > CENT + ROUNDING * units

    def is_explained(self, text: DocumentText | None) -> bool:
        """Whether the page has the total, and what lies between it and the rows: as one number, or as their sum."""
        if text is None or abs(self.wanted) not in text.numbers or self._slip(text) is not None:
            return False
        return abs(self.off) in text.numbers or abs(self.wanted - self.off) in text.numbers

    def _slip(self, text: DocumentText) -> tuple[LabelledValue, str] | None:
        """Return a label that is not on the page as it is, and would make the sum right as it stands there."""
        repairs = ((label, value) for label, value in self._repairs() if Decimal(value) in text.numbers)
        return next((one for one in repairs if number_of(one[0].canonical or "") not in text.numbers), None)

    def contradiction(self, usual: float) -> Contradiction:
        """Name the label that is most likely wrong."""
        found = f"the rows add up to {self.wanted - self.off:.2f}, and {self.wanted:.2f} is to be paid"
        repaired = next(self._repairs(), None) if self.is_sure else None
        if repaired is not None:
            label, value = repaired
            return Contradiction(label, usual + 1.0, found, f"With {value} here, the rows would add up.")
        return Contradiction(self.total, usual / 2, found, "Look at the amount, and at quantities and prices.")

    def _repairs(self) -> Iterator[tuple[LabelledValue, str]]:
        """Yield the labels that one other character would make right."""
        for (of_quantity, quantity), (of_price, price) in self.rows:
            if quantity:
                needed = (price + self.off / quantity).quantize(CENT, ROUND_HALF_UP)
                if OSA.distance(f"{needed:.2f}", f"{price:.2f}", score_cutoff=1) == 1:
                    yield of_price, f"{needed:.2f}"
            if price:
                units = (quantity + self.off / price).quantize(CENT, ROUND_HALF_UP)
                if OSA.distance(f"{units:.2f}", f"{quantity:.2f}", score_cutoff=1) == 1 and units == int(units):
                    yield of_quantity, f"{units:.0f}"
