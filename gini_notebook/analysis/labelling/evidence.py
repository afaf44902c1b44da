"""What speaks for and against a label: its form, the words of its document, what a run read, the other labels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log2
from typing import Any

import pandas as pd
from rapidfuzz.distance import OSA

from gini_notebook.analysis.labelling.document_text import WORDS, DocumentText, compact, digits, number_of
from gini_notebook.analysis.rules import Rule, for_field, iban_valid, similarity
from gini_notebook.analysis.rules.dates import swapped
from gini_notebook.notations import composed
from gini_notebook.schema import FIELD_ENTITIES

# Fields whose value a service can deliver in another one (M22 of the metrics).
REMITTANCE = ("paymentReference", "paymentPurpose")
SAME_NAME = 0.85
_CLASSES = ("doctype", "paymentstate", "businessdoctype", "returnreason", "bool")


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """One label with a value; ``canonical`` is its normal form, None where its rule cannot read it."""

    document: str
    group: str
    row: int
    field: str
    value: str
    rule: Rule
    canonical: str | None
    source: str = ""

    @property
    def place(self) -> tuple[str, str, int, str]:
        """Document, group, row and field; labels that share it are alternatives."""
        return self.document, self.group, self.row, self.field

    @property
    def column(self) -> tuple[str, str]:
        """Group and field."""
        return self.group, self.field

    @property
    def is_printed(self) -> bool:
        """Whether such a value is written on a page, as a class of documents is not."""
        return self.rule.name not in _CLASSES


@dataclass(slots=True)
class Evidence:
    """What is known of one label; None is: nobody can tell.

    Attributes
    ----------
    on_page
        Whether its value stands in the document.
    agrees
        Whether the run read the same; None also where it read nothing.
    read
        What the run read instead.
    fault
        What is wrong with its form.
    near
        The value of the document, or of the run, that differs in one character and has no fault itself.
    misprint
        The value of the document that differs in one character, and has a fault itself.
    swapped
        The date with day and month exchanged, where the document has that one.
    others
        Documents that have this value under the same field.
    """

    on_page: bool | None = None
    agrees: bool | None = None
    read: str | None = None
    fault: str = ""
    near: str | None = None
    misprint: str | None = None
    swapped: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """What a run read, by document and column, in normal form.

    Attributes
    ----------
    extractions
        A table with document, group, row, field and value.
    """

    extractions: pd.DataFrame = field(repr=False)

    @cached_property
    def values(self) -> Mapping[tuple[str, str, str], list[tuple[str, str]]]:
        """Per document, group and field: the normal forms and the values as delivered."""
        found: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
        table = self.extractions.dropna(subset=["value"])
        groups = table["group"].fillna("") if "group" in table else [""] * len(table)
        for document, group, name, value in zip(table["document"], groups, table["field"], table["value"], strict=True):
            canonical = rule_of(name).canonical(str(value)) or str(value)
            found[composed(str(document)), str(group), str(name)].append((canonical, str(value)))
        return found

    def of(self, label: LabelledValue) -> list[tuple[str, str]]:
        """Return what was read for a label; for references also what was read as purpose of the payment."""
        names = (label.field, *REMITTANCE) if label.field in REMITTANCE else (label.field,)
        return [
            found for name in dict.fromkeys(names) for found in self.values.get((label.document, label.group, name), ())
        ]


@lru_cache(maxsize=10_000)
def rule_of(name: str) -> Rule:
    """Return the rule of a field; the number and date of an invoice are none of the service, but often labelled."""
    return for_field(name, {"invoiceId": "id", "invoiceDate": "date"}.get(name, FIELD_ENTITIES.get(name)))


def labelled_values(truth: pd.DataFrame) -> list[LabelledValue]:
    """Return the labels of a truth table that have a value."""
    rules: dict[str, Rule] = {}
    found = []
    table = truth.dropna(subset=["value"]).fillna({"source": ""})
    for document, group, row, name, value, source in zip(
        *(table[column] for column in ("document", "group", "row", "field", "value", "source")), strict=True
    ):
        rule = rules.setdefault(name, rule_of(name))
        canonical = rule.canonical(value) if rule.has_form is None or rule.has_form(value) else None
        found.append(LabelledValue(composed(document), group, int(row), name, value, rule, canonical, source))
    return found


def gather(labels: Sequence[LabelledValue], texts: Mapping[str, DocumentText], run: Run | None) -> list[Evidence]:
    """Return the evidence for each label."""
    owners = _owners(labels)
    found = [_evidence(label, texts.get(label.document), run, owners) for label in labels]
    agreed = {label.place for label, one in zip(labels, found, strict=True) if one.agrees}
    for label, one in zip(labels, found, strict=True):
        if one.agrees is False and label.place in agreed:
            one.agrees = one.read = None  # the run read an alternative
    return found


def _owners(labels: Iterable[LabelledValue]) -> Mapping[tuple[str, str, str], list[str]]:
    """Return which documents have a value under a field."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for label in labels:
        # Most documents share a class, such as "Invoice": that says nothing about rows that were exchanged.
        if label.canonical is not None and not label.group and label.is_printed:
            found[label.group, label.field, label.canonical].append(label.document)
    return found


def _evidence(
    label: LabelledValue,
    text: DocumentText | None,
    run: Run | None,
    owners: Mapping[tuple[str, str, str], Sequence[str]],
) -> Evidence:
    found = Evidence(fault=fault_of(label))
    if label.canonical is None:
        return found
    if text is not None and label.is_printed:
        found.on_page = text.holds(label.rule, label.canonical)
    _compare(found, label, run)
    if found.on_page is not True and found.agrees is not True:
        _explain(found, label, text)
    if False in (found.on_page, found.agrees) and not found.on_page and not found.agrees:
        others = owners.get((label.group, label.field, label.canonical), ())
        found.others = tuple(sorted({other for other in others if other != label.document}))
    return found


def _compare(found: Evidence, label: LabelledValue, run: Run | None) -> None:
    """Say whether the run read the same."""
    read = [] if run is None else run.of(label)
    if not read:
        return
    assert label.canonical is not None  # noqa: S101 - see _evidence
    found.agrees = any(_same(label, canonical) for canonical, _ in read)
    if not found.agrees and not label.group:
        found.read = read[0][1]


def _same(label: LabelledValue, other: str) -> bool:
    mine = label.canonical or ""
    if mine == other:
        return True
    if label.field in REMITTANCE:
        return compact(mine) in compact(other)
    if label.rule.name == "amount" and (":" in mine) != (":" in other):
        return number_of(mine) == number_of(other)
    return label.rule.name in WORDS and digits(mine) == digits(other) and similarity(mine, other) >= SAME_NAME


def _explain(found: Evidence, label: LabelledValue, text: DocumentText | None) -> None:
    """Look for what the label should have been."""
    canonical = label.canonical or ""
    read = None if found.read is None else label.rule.canonical(found.read)
    if text is not None and label.is_printed:
        near = list(text.near(label.rule, canonical))
        found.near = next((one for one in near if is_sound(label.rule, one)), None)
        found.misprint = near[0] if near and found.near is None else None
    if (
        found.near is None
        and read is not None
        and len(read) > 3
        and OSA.distance(read, canonical, score_cutoff=1) == 1
        and is_sound(label.rule, found.read or "")
    ):
        found.near = found.read
    if label.rule.name == "date" and (other := swapped(canonical)) not in (None, canonical):
        is_there = text is not None and text.holds(label.rule, str(other))
        found.swapped = other if is_there or read == other else None


def fault_of(label: LabelledValue) -> str:
    """Return what is wrong with the form of a value, or an empty text."""
    return _fault(label.rule, label.canonical)


def is_sound(rule: Rule, value: str) -> bool:
    """Return whether a value has no fault of form, so that it can be suggested."""
    return not _fault(rule, rule.canonical(value))


def _fault(rule: Rule, canonical: str | None) -> str:
    if canonical is None:
        return f"cannot be read as {rule.name if rule.has_form is None else rule.name.upper()}"
    if rule.name == "iban" and not iban_valid(canonical):
        return _fault_of_iban(canonical)
    if rule.name == "bic":
        from schwifty import BIC

        return "" if BIC(canonical, allow_invalid=True).is_valid else "is no BIC by its form"
    return ""


def _fault_of_iban(canonical: str) -> str:
    from schwifty import IBAN
    from schwifty.exceptions import InvalidChecksumDigits, InvalidCountryCode, InvalidLength, SchwiftyException

    try:
        IBAN(canonical, allow_invalid=True).validate()
    except InvalidChecksumDigits:
        return "has check digits that do not match"
    except InvalidLength:
        return f"has {len(canonical)} characters, which no IBAN of {canonical[:2]} has"
    except InvalidCountryCode:
        return "begins with no country that has IBANs"
    except SchwiftyException:
        return f"has not the form of an IBAN of {canonical[:2]}"
    return "is no IBAN"


def surprise(flags: Iterable[bool | None]) -> float:
    """Return in bits how surprising it is that something holds, by how often it does; None is not counted.

    Examples
    --------
    >>> surprise([True] + [False] * 61), surprise([True] * 62)
    (5.0, 0.0227...)
    """
    known = [flag for flag in flags if flag is not None]
    return log2((len(known) + 2) / (sum(known) + 1))


def surprises(labels: Sequence[LabelledValue], flags: Sequence[bool | None]) -> dict[Any, float]:
    """Return :func:`surprise` per column."""
    by_column: dict[tuple[str, str], list[bool | None]] = defaultdict(list)
    for label, flag in zip(labels, flags, strict=True):
        by_column[label.column].append(flag)
    return {column: surprise(known) for column, known in by_column.items()}
