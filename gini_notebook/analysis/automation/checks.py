"""What speaks for and against each value, without a confidence and without a label, as one table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.automation.values import (
    AMOUNT,
    FAILED,
    IBAN,
    NOT_CHECKABLE,
    PASSED,
    RECIPIENT,
    Readings,
    Verdict,
    account_is_the_only_one,
    account_is_valid,
    all_pages_were_read,
    amount_is_payable,
    amount_is_supported,
    bank_is_that_of_the_account,
    is_to_be_paid,
    payee_was_paid_before,
)
from gini_notebook.analysis.rules import for_field
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notes import Note, as_plain
from gini_notebook.schema import CHECKS, in_order

SLICE = "source_classification"
AGREE, PRESENT = "readers_agree", "present"
ALIKE_FROM = 20
"""Two readers that never differ in so many documents are one reader asked twice."""

_ALWAYS = (AMOUNT, IBAN, RECIPIENT)
# Check, field ("" for the document), and who judges; the page on automation says what each is for.
_JUDGES = (
    ("iban_valid", IBAN, account_is_valid),
    ("bic_matches", IBAN, bank_is_that_of_the_account),
    ("one_iban", IBAN, account_is_the_only_one),
    ("amount_payable", AMOUNT, amount_is_payable),
    ("amount_supported", AMOUNT, amount_is_supported),
    ("to_be_paid", "", is_to_be_paid),
    ("pages_read", "", all_pages_were_read),
)
PAID_BEFORE = "payee_known"
NAMES = (PRESENT, AGREE, *(name for name, _, _ in _JUDGES), PAID_BEFORE)


def check_values(batch: Any, second: Any = None, history: pd.DataFrame | None = None) -> pd.DataFrame:
    """Check every value that was read; see :func:`gini_notebook.checks`.

    Parameters
    ----------
    batch, second
        A table of extractions, or anything that has one as ``.extractions``.
    history
        A table with ``iban`` and ``paymentRecipient``.

    Raises
    ------
    SchemaError
        If a table lacks columns.
    SettingError
        If there is no document, or the second reader is the same run, has none of the documents, or differs in nothing.
    """
    read, service = _readings(batch)
    if not read.names:
        raise SettingError("There are 0 documents to check.")
    other, notes = _second(batch, second, read, service)
    fields = _fields(read)
    found = [(PRESENT, field, _presence(read, field)) for field in fields]
    found += [(AGREE, field, _agreement(read, other, field)) for field in fields]
    found += [(name, field, judge(read)) for name, field, judge in _JUDGES]
    found.append((PAID_BEFORE, RECIPIENT, payee_was_paid_before(read, history)))
    table = _table(read, found)
    table.attrs |= {"notes": as_plain(notes), "second": _called(second), "documents": len(read.names)}
    return table


def _readings(batch: Any) -> tuple[Readings, str]:
    """Lay out what was read, and return who read it."""
    if isinstance(batch, pd.DataFrame):
        return Readings.of(batch), ""
    table = getattr(batch, "extractions", None)
    if not isinstance(table, pd.DataFrame):
        message = f"Cannot check a {type(batch).__name__}: give a batch, or a table with document, field and value."
        raise SchemaError(message)
    tables = (getattr(batch, name, None) for name in ("documents", "candidates"))
    return Readings.of(table, *tables), str(getattr(batch, "service", ""))


def _second(batch: Any, second: Any, read: Readings, service: str) -> tuple[Readings | None, list[Note]]:
    """Lay out what the second reader read, and say what to know of it; refuse one that is none."""
    if second is None:
        return None, [Note("second_reader_missing", len(read.names))]
    _refuse_the_same_run(batch, second)
    other, who = _readings(second)
    place = pd.Index(other.names, dtype=object).get_indexer(pd.Index(read.names, dtype=object))
    common = int((place >= 0).sum())
    if not common:
        message = (
            f"The second reader has none of the {len(read.names):,} documents; it has, for example, "
            f"{next(iter(other.names), 'nothing')!r}. Names must be the same."
        )
        raise SettingError(message)
    aligned = _aligned(other, place)
    if common >= ALIKE_FROM and _alike(read, aligned):
        message = (
            f"The second reader read the same as the first in all {common:,} documents: the same settings asked twice "
            "repeat their mistakes and are no evidence. Take another configuration, another service, or the sandbox."
        )
        raise SettingError(message)
    notes = []
    if common < len(read.names):
        notes.append(Note("second_reader_partial", len(read.names) - common))
    if service == who == "sandbox":
        notes.append(Note("second_reader_shares_ocr", common))
    return aligned, notes


def _refuse_the_same_run(batch: Any, second: Any) -> None:
    identifiers = [_identifiers(one) for one in (batch, second)]
    same = identifiers[0] & identifiers[1]
    if second is batch or same:
        count = len(same) or len(_readings(batch)[0].names)
        message = (
            f"The second reader is the same run: {count:,} documents were read once, not twice. Take a run with "
            "another configuration, another service's table, or the sandbox."
        )
        raise SettingError(message)


def _identifiers(batch: Any) -> set[str]:
    documents = getattr(batch, "documents", None)
    if not isinstance(documents, pd.DataFrame) or "document_id" not in documents:
        return set()
    return set(documents["document_id"].dropna().astype(str))


def _aligned(other: Readings, place: "np.ndarray[Any, Any]") -> Readings:
    """Return the values of the second reader in the order of the first one's documents."""
    values = {field: np.append(column, [None])[place] for field, column in other.values.items()}
    answered = np.append(other.answered, False)[place]
    return Readings([other.names[at] if at >= 0 else "" for at in place], values, {}, (), pd.DataFrame(), answered)


def _alike(read: Readings, other: Readings) -> bool:
    fields = {*read.values, *other.values}
    there = other.answered
    return all(bool((read.value(field) == other.value(field))[there].all()) for field in fields)


def _called(second: Any) -> str:
    if second is None:
        return ""
    if isinstance(second, pd.DataFrame):
        return "table"
    service = str(getattr(second, "service", ""))
    return service or "another reader"


def _fields(read: Readings) -> Sequence[str]:
    """Return the header fields to look for: those of a payment, and what was ever read."""
    return [field for _, field in in_order(("", field) for field in {*_ALWAYS, *read.values})]


def _presence(read: Readings, field: str) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for value, answered in zip(read.value(field), read.answered, strict=True):
        why = "nothing was read" if answered else "the document was not read"
        verdicts.append((FAILED, why) if value is None else (PASSED, ""))
    return verdicts


def _agreement(read: Readings, other: Readings | None, field: str) -> list[Verdict]:
    """Compare two readers by the rule of the field."""
    if other is None:
        return [(NOT_CHECKABLE, "no second reader")] * len(read.names)
    first, second = read.value(field), other.value(field)
    both = np.array([a is not None and b is not None for a, b in zip(first, second, strict=True)], dtype=bool)
    rule = for_field(field)
    sides = [rule.canonical_many(side[both].tolist())[0] for side in (first, second)]
    equal = np.zeros(len(both), dtype=bool)
    equal[both] = rule.equal_many(*sides) if both.any() else False
    verdicts: list[Verdict] = []
    for value, found, answered, same in zip(first, second, other.answered, equal, strict=True):
        if value is None or not answered:
            why = "nothing was read" if value is None else "not read by the second reader"
            verdicts.append((NOT_CHECKABLE, why))
        elif found is None:
            verdicts.append((FAILED, "the second reader found nothing"))
        else:
            verdicts.append((PASSED, "") if same else (FAILED, "the second reader read another value"))
    return verdicts


def _table(read: Readings, found: Sequence[tuple[str, str, Sequence[Verdict]]]) -> pd.DataFrame:
    """Write the verdicts, document by document."""
    count, kinds = len(read.names), len(found)
    names = read.fact("document") if "document" in read.facts else np.array(read.names, dtype=object)
    verdicts = np.empty((count, kinds, 2), dtype=object)
    for at, (_, _, of_check) in enumerate(found):
        verdicts[:, at] = np.array(of_check, dtype=object).reshape(count, 2)
    columns = {
        "document": np.repeat(names, kinds),
        "field": np.tile(np.array([field for _, field, _ in found], dtype=object), count),
        "check": np.tile(np.array([name for name, _, _ in found], dtype=object), count),
        "verdict": verdicts[:, :, 0].ravel(),
        "detail": verdicts[:, :, 1].ravel(),
        SLICE: np.repeat(read.fact(SLICE), kinds),
    }
    return CHECKS.frame(columns)
