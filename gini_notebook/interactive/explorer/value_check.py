"""What a text would be as a label: its form by the package's own rules, and what is odd about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gini_notebook import notations
from gini_notebook.analysis.labelling.document_text import NUMBERS
from gini_notebook.analysis.labelling.evidence import LabelledValue, fault_of
from gini_notebook.analysis.rules import Rule

# What an amount is taken to be in that names no currency, neither do its rule and the value that was read.
CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text would be as a label.

    Attributes
    ----------
    value
        As the service would write it: what is kept. The text itself where its rule cannot read it.
    canonical
        Its normal form; None where its rule cannot read it.
    problems
        What is odd about it. Nothing of that forbids it: an invoice may have a wrong IBAN printed on it.
    others
        What it would be in another notation.
    """

    value: str
    canonical: str | None
    problems: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def check_value(rule: Rule, text: str, beside: str = "") -> Checked:
    """Read a text as people write it.

    Parameters
    ----------
    rule
        The rule of the field.
    text
        What was typed, or taken from the page.
    beside
        The value that was read or labelled so far; an amount without a currency gets that of its neighbour.

    Examples
    --------
    >>> from gini_notebook.analysis.rules import get
    >>> check_value(get("amount"), "1.234,56").value, check_value(get("date"), "11. April 2025").value
    ('1234.56:EUR', '2025-04-11')
    >>> check_value(get("amount"), "1.234").others
    ('1.23:EUR',)
    """
    bare = " ".join(text.split())
    readings = list(dict.fromkeys(_readings(rule, bare, beside)))
    value = readings[0] if readings else bare
    canonical = rule.canonical(value)
    label = LabelledValue("", "", 0, "", value, rule, canonical)
    fault = fault_of(label) if bare else ""
    others = tuple(other for other in readings[1:] if rule.canonical(other) != canonical)
    ambiguous = (f"could also be {', '.join(others)}",) if others else ()
    return Checked(value, canonical, (*((fault,) if fault else ()), *ambiguous), others)


def _readings(rule: Rule, text: str, beside: str) -> Iterator[str]:
    """Yield what a text can be, the likeliest first, as the service would write it."""
    if rule.custom is not None:
        return
    if rule.name == "amount":
        yield from _amounts(rule, text, beside)
    elif rule.name in NUMBERS:
        for locale in _in_order(rule.locale, (*notations.LOCALES, None)):
            number = notations.number(text, locale)
            if number is not None:
                yield notations.plain(number)
    elif rule.name == "date":
        for order in _in_order(rule.date_order, notations.ORDERS):
            day = notations.day(text, order)
            if day is not None:
                yield day.isoformat()
    elif rule.name in ("iban", "bic"):
        canonical = rule.canonical(text)
        if canonical is not None:
            yield canonical


def _in_order(own: str | None, usual: Sequence[str | None]) -> tuple[str | None, ...]:
    return tuple(usual) if own is None else (own, *usual)


def _amounts(rule: Rule, text: str, beside: str) -> Iterator[str]:
    if ":" in text:
        if rule.canonical(text) is not None:
            yield text
        return
    usual = rule.currency_default or notations.currency(beside.partition(":")[2]) or CURRENCY
    for locale in _in_order(rule.locale, (*notations.LOCALES, None)):
        amount = notations.amount(text, locale)
        if amount is not None:
            number, currency = amount
            canonical = rule.canonical(f"{notations.plain(number)}:{currency or usual}")
            if canonical is not None:
                yield canonical
