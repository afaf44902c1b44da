"""What a document states: companies, items, sums, terms. Every printed value and every truth value comes from here."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from generator.notation import Notation, cents

ZERO = Decimal(0)
GERMAN = Notation()


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account: a real bank, an invented account number with right check digits."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company."""

    name: str
    street: str
    place: str
    bank: Bank
    colour: str
    slogan: str = ""
    register: str = "Amtsgericht Musterstadt, HRB 00000"
    tax_id: str = "DE999999999"
    web: str = "www.firma.example"
    phone: str = "0000 / 47 11-0"
    country: str = "DE"

    @property
    def mail(self) -> str:
        """The address for questions, on a domain nobody can own."""
        name = "rechnung" if self.country in {"DE", "AT", "CH"} else "billing"
        return f"{name}@{self.web.removeprefix('www.')}"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a table; ``price`` is of one unit, net or gross as the bill says."""

    number: str
    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal = Decimal(19)

    @property
    def total(self) -> Decimal:
        """The price of all units."""
        return cents(self.quantity * self.price)


@dataclass(frozen=True, slots=True)
class Extra:
    """A line below the items (shipping, discount); ``label`` of the service where it has one."""

    text: str
    amount: Decimal
    rate: Decimal = Decimal(19)
    label: str = ""


@dataclass(frozen=True, slots=True)
class Skonto:
    """A discount for paying early."""

    percent: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """When to pay: within ``days`` (printed as days or as a date), by direct debit, already paid, or nothing said."""

    kind: str = "days"
    days: int = 14


@dataclass(frozen=True, slots=True)
class Bill:
    """Everything one document states."""

    name: str
    layout: str
    seller: Company
    buyer: tuple[str, ...]
    invoice_id: str
    customer_id: str
    date: datetime.date
    items: tuple[Item, ...] = ()
    extras: tuple[Extra, ...] = ()
    prices: str = "net"
    prepaid: Decimal = ZERO
    terms: Terms = Terms()
    skonto: tuple[Skonto, ...] = ()
    payee: Company | None = None
    purpose: str = ""
    reference: str = ""
    doc_type: str = "Invoice"
    notation: Notation = GERMAN
    font: str = "helvetica"
    qr: str = ""
    shows_bic: bool = True
    shows_account: bool = True
    credit: bool = False
    lists_items: bool = True
    shows_amount: bool = True
    shows_date: bool = True
    einvoice: bool = False
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def recipient(self) -> Company:
        """Who gets the money."""
        return self.payee or self.seller

    @property
    def sign(self) -> int:
        """Minus for a credit note."""
        return -1 if self.credit else 1

    @property
    def taxes(self) -> dict[Decimal, tuple[Decimal, Decimal]]:
        """Net and tax per rate, highest rate first."""
        sums: dict[Decimal, Decimal] = {}
        for part in self.items:
            sums[part.rate] = sums.get(part.rate, ZERO) + part.total
        for extra in self.extras:
            sums[extra.rate] = sums.get(extra.rate, ZERO) + extra.amount
        return {rate: self._split(sums[rate] * self.sign, rate) for rate in sorted(sums, reverse=True)}

    def _split(self, total: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
        if self.prices == "net":
            return total, cents(total * rate / 100)
        tax = cents(total * rate / (100 + rate))
        return total - tax, tax

    @property
    def net(self) -> Decimal:
        """The sum before tax."""
        return sum((net for net, _ in self.taxes.values()), ZERO)

    @property
    def tax(self) -> Decimal:
        """The tax of all rates."""
        return sum((tax for _, tax in self.taxes.values()), ZERO)

    @property
    def gross(self) -> Decimal:
        """The sum with tax."""
        return self.net + self.tax

    @property
    def to_pay(self) -> Decimal:
        """What is left to be paid."""
        return self.gross - self.paid

    @property
    def paid(self) -> Decimal:
        """What was paid before the document was written."""
        return self.gross if self.terms.kind == "paid" else self.prepaid

    @property
    def due(self) -> datetime.date | None:
        """The day to pay at the latest, where the document says one."""
        if self.terms.kind in {"none", "paid"}:
            return None
        return self.date + datetime.timedelta(days=self.terms.days)

    def skonto_amount(self, skonto: Skonto) -> Decimal:
        """The discount in money."""
        return cents(self.to_pay * skonto.percent / 100)
