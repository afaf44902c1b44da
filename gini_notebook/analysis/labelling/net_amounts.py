"""Labels of lines that contradict the net amount which their e-invoice states (BT-131 of EN 16931)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rapidfuzz.distance import OSA

from gini_notebook.analysis.labelling.document_text import number_of
from gini_notebook.analysis.labelling.evidence import LabelledValue, surprise
from gini_notebook.analysis.labelling.sums import CENT, PRICE, QUANTITY, ROUNDING, Contradiction
from gini_notebook.analysis.truth.einvoice.prices import LinePrice, rounding_of
from gini_notebook.schema import LINE_ITEMS

OF_E_INVOICE = "xml:"


def contradicting_lines(
    labels: Sequence[LabelledValue], lines: Mapping[str, Sequence[LinePrice]]
) -> Iterator[Contradiction]:
    """Yield the labels of lines where quantity times price, with allowances and charges, is not the net amount.

    Parameters
    ----------
    labels
        The labels.
    lines
        By document, what its e-invoice states of each row. Rows that another source has replaced are not looked at.
    """
    rows: dict[tuple[str, int], dict[str, LabelledValue]] = defaultdict(dict)
    for label in labels:
        if label.group == LINE_ITEMS and label.row < len(lines.get(label.document, ())):
            rows[label.document, label.row].setdefault(label.field, label)
    known = [_Line.of(cells, lines[document][row]) for (document, row), cells in rows.items()]
    checked = [line for line in known if line is not None]
    usual = surprise(line.is_off for line in checked)
    for line in checked:
        if line.is_off:
            yield line.contradiction(usual)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its labels; ``price`` is without tax, and ``rounded`` how much of it may be rounding."""

    labels: Mapping[str, LabelledValue]
    stated: LinePrice
    total: Decimal
    quantity: Decimal
    price: Decimal
    rounded: Decimal

    @classmethod
    def of(cls, labels: Mapping[str, LabelledValue], stated: LinePrice) -> "_Line | None":
        """Return a line; None where there is no net amount, or nothing to compare with it."""
        labels = {name: labels[name] for name in (QUANTITY, PRICE) if name in labels}
        of_e_invoice = any(label.source.startswith(OF_E_INVOICE) for label in labels.values())
        quantity = _value(labels.get(QUANTITY), stated.quantity)
        gross, factor = _value(labels.get(PRICE), None), 1 + (stated.rate or Decimal(0)) / 100
        if stated.total is None or quantity is None or not of_e_invoice or factor <= 0:
            return None
        if gross is not None and stated.rate is not None:
            return cls(labels, stated, stated.total, quantity, gross / factor, ROUNDING / factor)
        if stated.net is None or stated.per == 0:
            return None
        return cls(labels, stated, stated.total, quantity, stated.net / (stated.per or 1), Decimal(0))

    @property
    def expected(self) -> Decimal:
        """What the net amount should be."""
        return self.quantity * self.price + self.stated.charges

    @property
    def is_off(self) -> bool:
        """Whether it differs by more than comes from rounding."""
        return abs(self.expected - self.total) > rounding_of(self.total) + self.rounded * abs(self.quantity)

    def contradiction(self, usual: float) -> Contradiction:
        """Name the label that is most likely wrong."""
        more = " with allowances and charges" if self.stated.charges else ""
        found = (
            f"the e-invoice states a net amount of {self.total:.2f} for the line (BT-131), and quantity times net "
            f"price{more} is {self.expected:.2f}"
        )
        repaired = next(self._repairs(), None)
        if repaired is not None:
            label, value = repaired
            return Contradiction(label, usual + 1.0, found, f"With {value} here, they would agree.")
        label = self.labels.get(PRICE) or self.labels[QUANTITY]
        return Contradiction(label, usual, found, "Look at quantity, price and allowances of the line.")

    def _repairs(self) -> Iterator[tuple[LabelledValue, str]]:
        """Yield the labels that one other character would make right."""
        charged = self.total - self.stated.charges
        if PRICE in self.labels and self.rounded and self.quantity:
            factor = ROUNDING / self.rounded
            price, needed = (
                f"{(value * factor).quantize(CENT, ROUND_HALF_UP):.2f}"
                for value in (self.price, charged / self.quantity)
            )
            # Prices of EN 16931 are not negative (BR-27), and of a few cents one digit is nearly all there is.
            if OSA.distance(price, needed, score_cutoff=1) == 1 and Decimal(needed) >= 1:
                yield self.labels[PRICE], needed
        if QUANTITY in self.labels and self.price:
            needed = _plain(charged / self.price)
            if OSA.distance(_plain(self.quantity), needed, score_cutoff=1) == 1:
                yield self.labels[QUANTITY], needed


def _value(label: LabelledValue | None, otherwise: Decimal | None) -> Decimal | None:
    if label is None:
        return otherwise
    return None if label.canonical is None else number_of(label.canonical)


def _plain(value: Decimal) -> str:
    """Write a quantity as people do, to two digits: a price is rounded."""
    text = f"{value.quantize(CENT, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".")
