"""What speaks for or against an account, an amount and a payee that were read: one verdict per document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.rules import for_field, iban_valid
from gini_notebook.analysis.rules.money import split
from gini_notebook.errors import SchemaError
from gini_notebook.notations import composed
from gini_notebook.schema import LINE_ITEMS

ObjectArray = npt.NDArray[np.object_]

PASSED, FAILED, NOT_CHECKABLE = VERDICTS = ("passed", "failed", "not checkable")
AMOUNT, IBAN, BIC, RECIPIENT = "amountToPay", "iban", "bic", "paymentRecipient"
MOST_PAGES = 10
"""The service reads so many pages of a document."""

_CENT = Decimal("0.01")
# The letters of a BIC that name bank and country; the others name a place and a branch.
_BANK_AND_COUNTRY = 6

Verdict = tuple[str, str]
Check = Callable[["Readings"], Sequence[Verdict]]


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What was read of the header fields, one entry per document.

    Attributes
    ----------
    names
        The documents, in order.
    values
        By field, the value per document; None where nothing was read.
    candidates
        By field, the other values that were found for it; None per document where no list is known.
    rows
        Per document, the rows of each compound: lists of mappings from field to value.
    facts
        The documents table, in the order of the names; columns may lack.
    answered
        Per document, whether the reader had it at all.
    """

    names: Sequence[str]
    values: Mapping[str, ObjectArray]
    candidates: Mapping[str, Sequence[Sequence[str] | None]]
    rows: Sequence[Mapping[str, Sequence[Mapping[str, str]]]]
    facts: pd.DataFrame
    answered: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, extractions: pd.DataFrame, documents: pd.DataFrame | None = None, candidates: pd.DataFrame | None = None
    ) -> "Readings":
        """Lay the tables of a run out by document."""
        table = _checked(extractions)
        own = documents is not None and "document" in documents
        named = (documents if own and documents is not None else table)["document"].astype(str).map(composed)
        names = pd.Index(named.drop_duplicates(), dtype=object)
        read = table[table["value"].notna().to_numpy(dtype=bool)]
        place = names.get_indexer(read["document"].astype(str).map(composed))
        read, place = read[place >= 0], place[place >= 0]
        header = (read["group"] == "").to_numpy(dtype=bool)
        lists = _lists_of(candidates, names)
        values, others = {}, {}
        for field, rows in read[header].assign(_place=place[header]).groupby("field", sort=False):
            first = rows.drop_duplicates("_place")
            column = np.full(len(names), None, dtype=object)
            column[first["_place"].to_numpy()] = first["value"].astype(str).to_numpy(dtype=object)
            values[str(field)] = column
            others[str(field)] = _asked(first, lists, len(names)) if lists is not None else [None] * len(names)
        facts = pd.DataFrame({"document": names})
        if own and documents is not None:
            facts = documents.drop_duplicates("document").reset_index(drop=True)
        known = names.isin(table["document"].astype(str).map(composed))
        if "status" in facts:
            known = known | (facts["status"] == "completed").fillna(False).to_numpy(dtype=bool)
        return cls(names.tolist(), values, others, _rows_of(read[~header], place[~header], len(names)), facts, known)

    def value(self, field: str) -> ObjectArray:
        """Return the values of a field; None everywhere where it was never read."""
        return self.values.get(field, np.full(len(self.names), None, dtype=object))

    def others(self, field: str) -> Sequence[Sequence[str] | None]:
        """Return the other values found for a field."""
        return self.candidates.get(field, [None] * len(self.names))

    def fact(self, column: str) -> ObjectArray:
        """Return a column of the documents table; None where it, or its value, lacks."""
        if column not in self.facts:
            return np.full(len(self.names), None, dtype=object)
        values = self.facts[column].astype(object)
        return np.asarray(values.where(values.notna(), None), dtype=object)


def _checked(extractions: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(extractions, pd.DataFrame) or not {"document", "field", "value"} <= set(extractions.columns):
        had = ", ".join(map(str, extractions.columns)) if isinstance(extractions, pd.DataFrame) else "no table"
        message = f"Checks need a table of extractions with the columns document, field and value; there is: {had}."
        raise SchemaError(message)
    group = extractions["group"].fillna("") if "group" in extractions else ""
    row = extractions["row"].fillna(0) if "row" in extractions else 0
    return extractions.assign(group=group, row=row)


def _lists_of(candidates: pd.DataFrame | None, names: pd.Index) -> Mapping[tuple[int, str], list[str]] | None:
    """Return the values of each list of candidates, by document and name of the list; None where none are known."""
    if candidates is None:
        return None
    table = candidates.dropna(subset=["value"])
    place = names.get_indexer(table["document"].astype(str).map(composed)).tolist()
    found: dict[tuple[int, str], list[str]] = {}
    for at, name, value in zip(place, table["list"].tolist(), table["value"].tolist(), strict=True):
        found.setdefault((at, name), []).append(str(value))
    return found


def _asked(
    first: pd.DataFrame, lists: Mapping[tuple[int, str], list[str]], count: int
) -> Sequence[Sequence[str] | None]:
    found: list[Sequence[str] | None] = [None] * count
    names = first["candidates"].tolist() if "candidates" in first else [None] * len(first)
    for at, name in zip(first["_place"].tolist(), names, strict=True):
        found[at] = lists.get((at, name)) if isinstance(name, str) else None
    return found


def _rows_of(
    rows: pd.DataFrame, place: npt.NDArray[np.intp], count: int
) -> Sequence[Mapping[str, Sequence[Mapping[str, str]]]]:
    found: list[dict[str, dict[Any, dict[str, str]]]] = [{} for _ in range(count)]
    columns = (rows[name].tolist() for name in ("group", "row", "field", "value"))
    for at, group, row, field, value in zip(place.tolist(), *columns, strict=True):
        found[at].setdefault(group, {}).setdefault(row, {})[field] = str(value)
    return [{group: list(of.values()) for group, of in groups.items()} for groups in found]


def account_is_valid(read: Readings) -> list[Verdict]:
    """Check length, structure and check digits (mod 97) of the IBAN."""
    wrong = "length, structure or check digits are not those of an IBAN"
    return [_of(value, lambda value: "" if iban_valid(value) else wrong) for value in read.value(IBAN)]


def bank_is_that_of_the_account(read: Readings) -> list[Verdict]:
    """Check that the BIC is one of the bank that the IBAN names, by bank and country."""
    verdicts: list[Verdict] = []
    for iban, bic in zip(read.value(IBAN), read.value(BIC), strict=True):
        if iban is None or bic is None:
            verdicts.append((NOT_CHECKABLE, "no IBAN, or no BIC"))
            continue
        banks = _banks("".join(iban.split()).upper())
        given = "".join(bic.split()).upper()[:_BANK_AND_COUNTRY]
        if not banks:
            verdicts.append((NOT_CHECKABLE, "the bank code is in no list"))
        else:
            verdicts.append((PASSED, "") if given in banks else (FAILED, "the BIC is of another bank than the IBAN"))
    return verdicts


@lru_cache(maxsize=100_000)
def _banks(iban: str) -> frozenset[str]:
    """Return bank and country of the BICs that belong to the bank code of an IBAN."""
    import schwifty
    from schwifty.exceptions import SchwiftyException

    try:
        account = schwifty.IBAN(iban)
        known = schwifty.BIC.candidates_from_bank_code(account.country_code, account.bank_code)
    except SchwiftyException:
        return frozenset()
    return frozenset(str(bic)[:_BANK_AND_COUNTRY] for bic in known)


def account_is_the_only_one(read: Readings) -> list[Verdict]:
    """Check that no other valid IBAN was found."""
    rule = for_field(IBAN)
    verdicts: list[Verdict] = []
    for value, others in zip(read.value(IBAN), read.others(IBAN), strict=True):
        if value is None or others is None:
            verdicts.append((NOT_CHECKABLE, "no IBAN, or no candidates"))
            continue
        valid = {rule.canonical(other) for other in (value, *others) if iban_valid(other)}
        verdicts.append((FAILED, f"{len(valid)} valid IBANs") if len(valid) > 1 else (PASSED, ""))
    return verdicts


def amount_is_payable(read: Readings) -> list[Verdict]:
    """Check that the amount is positive and in euros."""

    def why_not(value: str) -> str:
        parts = split(value, None)
        if parts is None:
            return "it is no amount"
        return "it is not positive" if parts[0] <= 0 else "" if parts[1] == "EUR" else "it is not in EUR"

    return [_of(value, why_not) for value in read.value(AMOUNT)]


def amount_is_supported(read: Readings) -> list[Verdict]:
    """Check that the amount is the largest or only one found, a sum of two, that of the line items, or less Skonto."""
    verdicts: list[Verdict] = []
    for value, others, rows in zip(read.value(AMOUNT), read.others(AMOUNT), read.rows, strict=True):
        parts = None if value is None else split(value, None)
        if parts is None:
            verdicts.append((NOT_CHECKABLE, "no amount"))
            continue
        found = set() if others is None else _numbers(others, parts[1]) | {parts[0]}
        support = _support(parts[0], found, rows)
        if support:
            verdicts.append((PASSED, support))
        elif others is None and not rows:
            verdicts.append((NOT_CHECKABLE, "no candidates and no line items"))
        else:
            verdicts.append((FAILED, "neither the largest amount, nor a sum, nor less Skonto"))
    return verdicts


def _support(amount: Decimal, found: set[Decimal], rows: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """Return what supports an amount; empty if nothing does."""
    if found == {amount}:
        return "the only amount"
    if found and amount == max(found):
        return "the largest amount"
    if any(other != amount - other and amount - other in found for other in found - {amount}):
        return "the sum of two amounts"
    if abs(_sum_of_items(rows.get(LINE_ITEMS, ())) - amount) <= _CENT:
        return "the sum of the line items"
    less = {number for of in rows.values() for row in of for number in _numbers([row.get("skontoAmountToPay", "")], "")}
    return "less Skonto" if amount in less else ""


def _sum_of_items(items: Sequence[Mapping[str, str]]) -> Decimal:
    """Return what the line items come to; NaN compares with nothing, so infinity where one is incomplete."""
    total = Decimal(0)
    for item in items:
        price, quantity = (split(item.get(name, ""), None) for name in ("baseGross", "quantity"))
        if price is None or quantity is None:
            return Decimal("Infinity")
        total += price[0] * quantity[0]
    return total if items else Decimal("Infinity")


def _numbers(values: Sequence[str], currency: str) -> set[Decimal]:
    """Return the amounts of a currency; any currency where none is named."""
    read = [split(value, None) for value in values]
    return {parts[0] for parts in read if parts is not None and currency in ("", parts[1])}


def is_to_be_paid(read: Readings) -> list[Verdict]:
    """Check that the document is no credit note, and neither paid nor collected."""
    verdicts: list[Verdict] = []
    for state, business in zip(read.value("paymentState"), read.value("businessDocType"), strict=True):
        if business is not None and business.casefold() == "creditnote":
            verdicts.append((FAILED, "a credit note"))
        elif state is not None and state.casefold() != "tobepaid":
            verdicts.append((FAILED, "paid, or collected by direct debit"))
        elif state is None and business is None:
            verdicts.append((NOT_CHECKABLE, "neither paymentState nor businessDocType was read"))
        else:
            verdicts.append((PASSED, ""))
    return verdicts


def all_pages_were_read(read: Readings) -> list[Verdict]:
    """Check that the document has no more pages than the service reads."""
    verdicts: list[Verdict] = []
    for pages in read.fact("pages"):
        if pages is None:
            verdicts.append((NOT_CHECKABLE, "number of pages unknown"))
        else:
            more = f"{int(pages)} pages, of which {MOST_PAGES} are read"
            verdicts.append((FAILED, more) if pages > MOST_PAGES else (PASSED, ""))
    return verdicts


def payee_was_paid_before(read: Readings, history: pd.DataFrame | None) -> list[Verdict]:
    """Check that this name was paid at this account before."""
    if history is None:
        return [(NOT_CHECKABLE, "no history")] * len(read.names)
    if not {IBAN, RECIPIENT} <= set(history.columns):
        message = f"A history needs the columns {IBAN} and {RECIPIENT}; there is: {', '.join(map(str, history))}."
        raise SchemaError(message)
    account, name = for_field(IBAN).canonical, for_field(RECIPIENT).canonical
    paid: dict[str | None, set[str | None]] = {}
    for iban, recipient in history[[IBAN, RECIPIENT]].dropna().astype(str).itertuples(index=False, name=None):
        paid.setdefault(account(iban), set()).add(name(recipient))
    verdicts: list[Verdict] = []
    for iban, recipient in zip(read.value(IBAN), read.value(RECIPIENT), strict=True):
        if iban is None or recipient is None:
            verdicts.append((NOT_CHECKABLE, "no IBAN, or no recipient"))
            continue
        names = paid.get(account(iban))
        if names is None:
            verdicts.append((FAILED, "this account was never paid"))
        else:
            verdicts.append((PASSED, "") if name(recipient) in names else (FAILED, "another name at this account"))
    return verdicts


def _of(value: Any, why_not: Callable[[str], str]) -> Verdict:
    """Return the verdict of one value by what speaks against it."""
    if value is None:
        return NOT_CHECKABLE, "nothing was read"
    why = why_not(value)
    return (FAILED, why) if why else (PASSED, "")
