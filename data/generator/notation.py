"""How numbers, amounts and dates are written on paper, and in the service's value formats."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}
_GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_ENGLISH = "January February March April May June July August September October November December"
MONTHS = {"de": _GERMAN.split(), "en": _ENGLISH.split()}


def cents(value: Decimal) -> Decimal:
    """Round to two decimals, half up, as invoices do."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def amount_value(value: Decimal, currency: str) -> str:
    """Write an amount as the service does: ``1234.50:EUR``."""
    return f"{cents(value)}:{currency}"


def plain(value: Decimal) -> str:
    """Write a number with a dot and no superfluous zeros: ``2``, ``1.5``."""
    return f"{value.normalize():f}"


@dataclass(frozen=True, slots=True)
class Notation:
    """The way one document writes its numbers.

    ``language`` is ``de`` or ``en``; ``style`` says where the currency stands: ``after`` (1.234,56 €), ``code after``
    (1.234,56 EUR) or ``code before`` (EUR 1.234,56). ``thousands`` is the separator of the country.
    """

    language: str = "de"
    currency: str = "EUR"
    style: str = "after"
    thousands: str = "."
    dates: str = "numeric"

    @property
    def mark(self) -> str:
        """The decimal mark."""
        return "," if self.thousands == "." else "."

    def number(self, value: Decimal, digits: int = 2) -> str:
        """Write a number with a fixed count of decimals: ``1.234,56``."""
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", self.thousands + self.mark))

    def quantity(self, value: Decimal) -> str:
        """Write a quantity without superfluous zeros: ``2``, ``1,5``."""
        return plain(value).replace(".", self.mark)

    def percent(self, value: Decimal) -> str:
        """Write a rate: ``19 %``."""
        return f"{self.quantity(value)} %" if self.language == "de" else f"{self.quantity(value)}%"

    def amount(self, value: Decimal) -> str:
        """Write an amount with its currency."""
        if self.style == "code before":
            return f"{self.currency} {self.number(value)}"
        if self.style == "code after":
            return f"{self.number(value)} {self.currency}"
        if self.language == "en":
            return f"{'-' if value < 0 else ''}{SIGNS[self.currency]}{self.number(abs(value))}"
        return f"{self.number(value)} {SIGNS[self.currency]}"

    def date(self, value: date) -> str:
        """Write a date in the document's own way."""
        month = MONTHS[self.language][value.month - 1]
        if self.dates == "us":
            return f"{month} {value.day}, {value.year}"
        if self.dates == "long":
            return f"{value.day}{'.' if self.language == 'de' else ''} {month} {value.year}"
        if self.dates == "short":
            return f"{value:%d.%m.%y}"
        return f"{value:%d.%m.%Y}" if self.language == "de" else f"{value:%d/%m/%Y}"


def grouped(iban: str) -> str:
    """Write an IBAN in groups of four, as it is printed."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
