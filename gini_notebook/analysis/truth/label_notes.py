"""What labels give to know by themselves, wherever they come from: told when all that was read is put together.

A value that a later source or an edit has replaced is in no note, and what an edit brings in is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from gini_notebook import notations
from gini_notebook.analysis.truth.column_values import is_missing_word, is_service_amount, kind_of, reads_back, together
from gini_notebook.analysis.truth.headers import ABROAD
from gini_notebook.analysis.truth.item_rows import POSITION, running_number
from gini_notebook.analysis.truth.label_columns import Label, LabelColumns
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import FIELD_ENTITIES, LINE_ITEMS, dotted

KINDS = frozenset(
    (
        "check_digits",
        "fields_abroad",
        "missing_words",
        "currency_not_stated",
        "truth_unread",
        "alternatives_found",
        "rows_numbered",
    )
)
"""The kinds of notes that are made here."""
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch
_Values = Mapping[str, int]


def notes_of_labels(labels: Iterable[Label]) -> list[Note]:
    """Return what to know about labels, whatever was said when they were read.

    Examples
    --------
    >>> notes_of_labels([Label("a.pdf", "", 0, "iban", "DE99 1203 0000 0000 2020 51", "table")])
    [<Note check_digits (info): 1 value of iban in the ground truth fails its check digits. Look at ...>]
    """
    columns = labels if isinstance(labels, LabelColumns) else LabelColumns(labels)
    stated = columns.has_value() & ~columns.is_in("state", {"unclear"})
    values = columns.parts("group", "field", of=stated)
    several = columns.parts("group", "field", of=columns.columns["alternative"] > 0)
    notes = [
        note for column, found in values.items() for note in _notes_of_column(column, columns.counts("value", found))
    ]
    if several:
        about = tuple(dotted(*column) for column in several)
        notes.append(
            Note(
                "alternatives_found",
                sum(columns.count("document", "row", of=found) for found in several.values()),
                about,
            )
        )
    return together(notes)


def running_positions(labels: LabelColumns) -> int:
    """Return how many labels of ``position`` there are, if all just number the rows of their document from 1.

    Only what a table or JSON says: extractions that somebody corrected have what the service delivers, and an edit is
    on purpose.

    Examples
    --------
    >>> rows = [Label("a.pdf", "lineItems", row, "position", str(row + 1), "table") for row in range(3)]
    >>> running_positions(LabelColumns(rows)), running_positions(LabelColumns(rows[2:]))
    (3, 1)
    """
    found = np.flatnonzero(labels.is_in("group", {LINE_ITEMS}) & labels.is_in("field", {POSITION}))
    begins = set()
    for one in labels.at(found):
        number = running_number(one.value or "")
        if one.source not in ("table", "json") or one.state or one.alternative or not number:
            return 0
        begins.add(number - one.row)
    # Rows of a long table may be counted from 1, too
    return len(found) if begins in ({0}, {1}) else 0


def _notes_of_column(column: tuple[str, str], values: _Values) -> Iterator[Note]:
    place, kind = dotted(*column), kind_of(column[1])
    if not column[0] and column[1] in ABROAD:
        yield Note("fields_abroad", sum(values.values()), (place,), ABROAD[column[1]])
    yield from _note("missing_words", place, values, is_missing_word)
    if kind == "iban":
        yield from _note("check_digits", place, values, fails_its_digits)
    if kind == "amount":
        yield from _note("currency_not_stated", place, values, lambda value: bool(_NUMBER(value)))
    for of, detail, reads in _NOTATIONS:
        # An account of another country may be written in any way
        if kind == of and (kind != "iban" or FIELD_ENTITIES.get(column[1]) == kind):
            unread = {value: count for value, count in values.items() if not is_missing_word(value)}
            yield from _note("truth_unread", place, unread, lambda value, reads=reads: not reads(value), detail)  # type: ignore[misc]


def _note(kind: str, place: str, values: _Values, wanted: Callable[[str], bool], detail: str = "") -> Iterator[Note]:
    found = {value: count for value, count in values.items() if wanted(value.strip())}
    if found:
        yield Note(kind, sum(found.values()), (place,), detail, tuple(found)[:EXAMPLES])


_NOTATIONS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("amount", "amount", lambda value: bool(_NUMBER(value)) or is_service_amount(value)),
    ("numeric", "number", lambda value: bool(_NUMBER(value))),
    ("date", "date", notations.is_iso),
    ("iban", "IBAN", notations.has_iban_form),
    ("bic", "BIC", notations.has_bic_form),
)


def is_as_delivered(field: str, value: str) -> bool:
    """Return whether a value is written as the service writes those of its field, or is none in any notation.

    Examples
    --------
    >>> [is_as_delivered("amountToPay", value) for value in ("12.34:EUR", "12,34 €", "1.234,5", "smudged")]
    [True, False, False, True]
    >>> is_as_delivered("paymentDueDate", "31.1.2026"), is_as_delivered("iban", "de 02")
    (False, True)
    """
    reads = {kind: reader for kind, _, reader in _NOTATIONS}.get(kind_of(field))
    return reads is None or reads(value.strip()) or reads_back("", field, value.strip())


def fails_its_digits(value: str) -> bool:
    """Return whether a text has the form of an IBAN, and its check digits (ISO 7064, mod 97-10) are wrong."""
    packed = notations.packed_iban(value)
    return notations.has_iban_form(packed) and not notations.has_check_digits(packed)
