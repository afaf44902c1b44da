"""From what an e-invoice states to labels, the same way for every syntax."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from gini_notebook.analysis.truth.einvoice.accounts import Account, no_accounts, payable
from gini_notebook.analysis.truth.einvoice.discounts import SKONTO, Discount, discount_amounts
from gini_notebook.analysis.truth.einvoice.line_amounts import written
from gini_notebook.analysis.truth.einvoice.nodes import amount, iso_date, percentage
from gini_notebook.analysis.truth.einvoice.prices import LinePrice
from gini_notebook.analysis.truth.label_columns import Label
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.notes import Note
from gini_notebook.schema import LINE_ITEMS


class Money(NamedTuple):
    """An amount as it is calculated with, and its currency."""

    value: Decimal | None
    currency: str | None


class Collector:
    """Collects the labels of one document; what the XML says nothing about is no label."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.labels = Labels(documents={document: None})
        self._prices: list[LinePrice] = []

    def header(self, field: str, value: str | None, source: str) -> None:
        """Label a header field."""
        if value:
            self.labels.add(Label(self.document, "", 0, field, value, f"xml:{source}"))

    def either(self, field: str, values: Iterable[str | None], source: str) -> None:
        """Label a header field with values any of which is right."""
        for place, value in enumerate(dict.fromkeys(value for value in values if value)):
            self.labels.add(Label(self.document, "", 0, field, value, f"xml:{source}", place))

    def accounts(self, stated: Sequence[Account], sources: tuple[str, str]) -> list[Account]:
        """Label ``iban`` and ``bic``, and return the accounts that can be paid to."""
        self.labels.notes += [
            Note("truth_placeholders", about=(name,), examples=(f"{self.document}: {value}",))
            for name, value in no_accounts(stated)
        ]
        accounts = payable(stated)
        self.either("iban", (account.iban for account in accounts), sources[0])
        self.either("bic", (account.bic for account in accounts), sources[1])
        return accounts

    def reference(self, references: Sequence[str | None], number: str | None, sources: tuple[str, str]) -> None:
        """Label ``paymentReference``: the remittance information, else the number of the invoice."""
        stated = [reference for reference in references if reference]
        self.either("paymentReference", stated or [number], sources[0] if stated else sources[1])
        self.header("invoiceId", number, sources[1])

    def skonto(self, discounts: Iterable[Discount], total: Money, issued: date | None, source: str) -> None:
        """Label the discounts; the fields named ``…Calculated`` follow from what is stated."""
        for row, discount in enumerate(discounts):
            off, rest = discount_amounts(discount, total.value)
            percent = percentage(discount.percent)
            cells = (
                ("skontoPercentageDiscounted", percent),
                ("skontoPercentageDiscountedCalculated", percent),
                ("skontoDuePeriod", None if discount.days is None else f"{discount.days}:day"),
                ("skontoDueDate", iso_date(discount.until)),
                ("skontoDueDateCalculated", iso_date(discount.deadline(issued))),
                ("skontoAmountDiscountedCalculated", amount(off, total.currency)),
                ("skontoAmountToPayCalculated", amount(rest, total.currency)),
            )
            self._row(SKONTO, row, ((name, value, source) for name, value in cells))

    def line(self, row: int, cells: Iterable[tuple[str, str | None, str]], price: LinePrice) -> None:
        """Label the cells of a line item, and keep what is stated of its price."""
        self._row(LINE_ITEMS, row, cells)
        self._prices.append(price)

    def collected(self) -> Labels:
        """Return the labels, with what the lines state."""
        if text := written(self._prices):
            self.labels.lines[self.document] = text
        return self.labels

    def _row(self, group: str, row: int, cells: Iterable[tuple[str, str | None, str]]) -> None:
        for field, value, source in cells:
            if value:
                self.labels.add(Label(self.document, group, row, field, value, f"xml:{source}"))
