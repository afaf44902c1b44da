"""What goes into an evaluation: both tables checked, coded, and restricted to the documents of the truth."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import (
    NOTHING,
    TRUTH,
    BoolArray,
    EncodedRows,
    EncodedTable,
    FloatArray,
    IntArray,
    ObjectArray,
    as_objects,
    check_keys,
    encode_tables,
    joined,
    numbered,
)
from gini_notebook.analysis.evaluation.remittance import (
    Remittance,
    counting_as_delivered,
    purposes_for_references,
    with_references,
)
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed
from gini_notebook.schema import FIELD_ENTITIES, dotted, in_order

# Counts are kept per document and column; this many take about 2 GB.
MOST_CELLS = 100_000_000
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
CONFIDENCE = "confidence"
_DASK = ("dask", "dask_expr")
NO_TRUTH = "The truth table has no rows, so there is nothing to evaluate against."


class DaskFrame(Protocol):
    """A Dask DataFrame, for type checkers: it comes in partitions, and Dask need not be installed."""

    def to_delayed(self) -> Any:
        """Return the partitions, each to be computed later."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Both tables in one coding, with what was left out and why.

    Attributes
    ----------
    documents
        The documents of the truth, sorted; failed ones too.
    columns
        ``(group, field)`` of every column that is evaluated, sorted: header fields first, known labels first.
    values
        The distinct strings of both tables.
    truth, extracted
        The tables.
    answered
        Per document, whether the extractions have a row of it.
    without_truth
        Documents of the extractions that the truth does not have.
    left_out_fields
        Fields of the truth that are neither labels of the service nor ever extracted.
    truth_hash, extractions_hash
        SHA-256 of each whole table.
    whole_truth
        Every row of the truth, its documents named as the extractions name them.
    """

    documents: ObjectArray
    columns: tuple[tuple[str, str], ...]
    values: ObjectArray
    truth: EncodedRows
    extracted: EncodedRows
    answered: BoolArray
    without_truth: tuple[str, ...]
    left_out_fields: tuple[str, ...]
    truth_hash: str
    extractions_hash: str
    whole_truth: EncodedTable
    has_alternatives: bool = False
    """Whether some place of the truth has several rows."""
    unclear: int = 0
    """How many labels say that nobody could tell; they are in no row."""
    never_delivered: tuple[str, ...] = ()
    """Fields of the truth that the extractions have nowhere."""
    from_purpose: BoolArray | None = None
    """Per row of the extractions whether it is a purpose that stands for a reference; None where none does."""


def read_inputs(
    extractions: pd.DataFrame,
    truth: pd.DataFrame,
    fields: Sequence[str] | None = None,
    processed: Sequence[str] = (),
    *,
    columns: tuple[tuple[str, str], ...] | None = None,
    remittance: Remittance = "either",
) -> Inputs:
    """Check both tables and bring them into one coding.

    Parameters
    ----------
    extractions, truth
        Tables with at least the columns document, field and value.
    fields
        Names of fields, or ``group.field``, to restrict the evaluation to.
    processed
        Documents that were processed, with or without an extraction.
    columns
        For a part of larger tables: the columns to evaluate, whether this part has them or not. A part may have no
        document in common.
    remittance
        Whether a delivered purpose may stand for a reference that was not delivered.
    """
    original, delivered = encode_tables(truth, extractions)
    whole = columns is None
    known = [*delivered.document[1], *processed]
    wanted = _named_alike(original, known)
    documents, of_truth, of_extracted = _same_documents(wanted, delivered)
    answered = np.isin(np.arange(len(documents)), of_extracted)
    without_truth = tuple(sorted(delivered.document[1][_codes_without(of_extracted, delivered)]))
    if columns is None:
        check_common(documents, answered, without_truth, processed)
        unsure = frozenset(truth.attrs.get("unsure", ()))
        columns, left_out = choose_columns(wanted.names, delivered.names, fields, unsure)
    else:
        left_out = ()
    _check_size(documents, columns)
    confidence = read_confidence(extractions) if remittance == "either" else None
    lent = _lent((wanted, of_truth), (delivered, of_extracted), remittance, confidence)
    both = with_references(delivered, lent) if len(lent) else delivered
    sides, values = _both_sides((wanted, of_truth), (both, np.append(of_extracted, of_extracted[lent])), columns)
    alternative = None if wanted.alternative is None else wanted.alternative[sides[0].position]
    check_keys(sides[0], documents, columns, TRUTH, alternative)
    sides[0], unclear = _without_unclear(sides[0], wanted.unclear)
    sides[1], from_purpose = _in_the_table(sides[1], len(of_extracted), lent)
    return Inputs(
        documents=documents,
        columns=columns,
        values=values,
        truth=sides[0],
        extracted=sides[1],
        answered=answered,
        without_truth=without_truth,
        left_out_fields=left_out,
        truth_hash=original.hash(),
        extractions_hash=delivered.hash(),
        has_alternatives=alternative is not None,
        unclear=unclear,
        never_delivered=never_delivered(wanted.names, delivered.names, columns, remittance) if whole else (),
        whole_truth=wanted,
        from_purpose=from_purpose,
    )


def _in_the_table(extracted: EncodedRows, rows: int, lent: IntArray) -> tuple[EncodedRows, BoolArray | None]:
    """Say of purposes that stand for references where they are in their table; return which these are, too."""
    if not len(lent):
        return extracted, None
    from_purpose = extracted.position >= rows
    return replace(extracted, position=np.append(np.arange(rows), lent)[extracted.position]), from_purpose


def _without_unclear(truth: EncodedRows, unclear: BoolArray | None) -> tuple[EncodedRows, int]:
    """Leave out the labels that say nobody can tell; return how many they are, too."""
    if unclear is None:
        return truth, 0
    said = unclear[truth.position]
    return truth.take(~said), int(said.sum())


def _lent(
    wanted: tuple[EncodedTable, IntArray],
    delivered: tuple[EncodedTable, IntArray],
    remittance: Remittance,
    confidence: FloatArray | None,
) -> IntArray:
    """Return the rows of the extractions with a purpose that stands for a reference, where it may."""
    if remittance != "either":
        return np.zeros(0, dtype=np.int64)
    return purposes_for_references(*wanted, *delivered, confidence=confidence)


def _both_sides(
    wanted: tuple[EncodedTable, IntArray], delivered: tuple[EncodedTable, IntArray], columns: Sequence[tuple[str, str]]
) -> tuple[list[EncodedRows], ObjectArray]:
    """Return the rows of both tables in these columns, and the strings that both number alike."""
    indices = {name: place for place, name in enumerate(columns)}
    *stated, values = joined(wanted[0].value, delivered[0].value)
    return [_side(*each, indices, codes) for each, codes in zip((wanted, delivered), stated, strict=True)], values


def never_delivered(
    wanted: Iterable[tuple[str, str]],
    delivered: Iterable[tuple[str, str]],
    columns: Iterable[tuple[str, str]],
    remittance: Remittance,
) -> tuple[str, ...]:
    """Name the fields of the truth that count and that the extractions have nowhere."""
    lacking = (set(wanted) & set(columns)) - counting_as_delivered(set(delivered), remittance)
    return tuple(sorted(dotted(*name) for name in lacking))


def _named_alike(wanted: EncodedTable, known: Sequence[str]) -> EncodedTable:
    """Name the documents of the truth as the extractions do, where they differ in their Unicode form.

    A file system may hand out ``ü`` as ``u`` and a combining diaeresis; a spreadsheet does not.
    """
    exact = set(known)
    if exact.issuperset(wanted.document[1]):
        return wanted
    by_form = {composed(name): name for name in known}
    names = [name if name in exact else by_form.get(composed(name), name) for name in wanted.document[1]]
    codes, uniques = numbered(as_objects(names))
    return replace(wanted, document=(codes[wanted.document[0]], uniques))


def _check_size(documents: ObjectArray, columns: Sequence[tuple[str, str]]) -> None:
    if len(documents) * len(columns) > MOST_CELLS:
        message = (
            f"There are {len(columns):,} different fields in {len(documents):,} documents, for example "
            f"{dotted(*columns[-1])!r}. Is the column 'field' the right one? Name the fields that count with fields=."
        )
        raise SchemaError(message)


def _same_documents(wanted: EncodedTable, delivered: EncodedTable) -> tuple[ObjectArray, IntArray, IntArray]:
    """Number the documents of the truth in sorted order, on both sides."""
    names = wanted.document[1]
    order = np.array(sorted(range(len(names)), key=names.tolist().__getitem__), dtype=np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    documents = names[order]
    place = pd.Index(documents, dtype=object).get_indexer(delivered.document[1]).astype(np.int64)
    return documents, np.append(rank, NOTHING)[wanted.document[0]], np.append(place, NOTHING)[delivered.document[0]]


def check_common(
    documents: ObjectArray, answered: BoolArray, documents_without_truth: Sequence[str], processed: Sequence[str]
) -> None:
    """Refuse a truth without rows, and tables that have no document in common.

    Parameters
    ----------
    documents, answered
        The documents of the truth, and whether there is an extraction of each.
    documents_without_truth
        Documents of the extractions that the truth does not have.
    processed
        Documents that were processed, with or without an extraction.
    """
    if not len(documents):
        raise SchemaError(NO_TRUTH)
    if documents_without_truth and not answered.any() and set(documents).isdisjoint(processed):
        message = (
            "No document of the truth is in the extractions. The truth has, for example, "
            f"{documents[0]!r}, the extractions {min(documents_without_truth)!r}. Both name a document by its path "
            "below the processed folder, with '/', or as the run was told to call it."
        )
        raise SchemaError(message)


def _codes_without(of_extracted: IntArray, delivered: EncodedTable) -> IntArray:
    return np.unique(delivered.document[0][of_extracted == NOTHING])


def choose_columns(
    wanted: Sequence[tuple[str, str]],
    delivered: Sequence[tuple[str, str]],
    fields: Sequence[str] | None,
    unsure: Collection[str] = (),
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Choose and sort the columns, and name the fields of the truth that are left out.

    Left out is what is perhaps no field (``unsure``): a column of a wide table whose name neither the service nor the
    extractions know. Whatever was labelled on purpose counts (M3).
    """
    there = {*wanted, *delivered}
    if fields is not None:
        selected = _selected(there, fields)
        left_out: set[tuple[str, str]] = set()
    else:
        left_out = {name for name in set(wanted) - set(delivered) if dotted(*name) in unsure}
        selected = there - left_out
        strange = {name for name in set(wanted) - set(delivered) if name[1] not in FIELD_ENTITIES}
        if wanted and strange.issuperset(wanted):
            message = (
                "No field is left to evaluate: the extractions have none of the truth's fields, and no labels of the "
                f"service are among them: {', '.join(sorted(dotted(*name) for name in set(wanted)))}. Name the columns "
                f"of the truth as the service does ({', '.join(list(FIELD_ENTITIES)[:4])}, …), or name those that "
                "count with fields=."
            )
            raise SchemaError(message)
    return in_order(selected), tuple(sorted(dotted(*name) for name in left_out))


def _selected(there: set[tuple[str, str]], fields: Sequence[str]) -> set[tuple[str, str]]:
    unknown = [field for field in fields if not any(field in (name[1], dotted(*name)) for name in there)]
    if unknown:
        message = (
            f"Neither the truth nor the extractions have the field(s) {', '.join(map(repr, unknown))}. They have: "
            f"{', '.join(sorted(dotted(*name) for name in there)) or 'none'}."
        )
        raise SettingError(message)
    return {name for name in there if name[1] in fields or dotted(*name) in fields}


def _side(
    part: EncodedTable, document: IntArray, indices: Mapping[tuple[str, str], int], values: IntArray
) -> EncodedRows:
    column = np.array([*(indices.get(name, NOTHING) for name in part.names), NOTHING], dtype=np.int64)[part.column]
    side = EncodedRows(document, column, part.row, values, np.arange(len(document), dtype=np.int64))
    selected = (document != NOTHING) & (column != NOTHING)
    return side if selected.all() else side.take(selected)


def is_dask(frame: Any) -> bool:
    """Return whether this is a Dask DataFrame, without importing Dask."""
    return type(frame).__module__.partition(".")[0] in _DASK and hasattr(frame, "to_delayed")


def is_paths(tables: Any) -> bool:
    """Return whether this is a path, or a list of paths."""
    if isinstance(tables, list | tuple):
        return bool(tables) and all(map(is_paths, tables))
    return isinstance(tables, str | os.PathLike)


def read_confidence(source: pd.DataFrame) -> FloatArray | None:
    """Return the confidence of every extraction, NaN where it lacks; None if the table has no such column.

    Words are ranks, not numbers: an ordered categorical gives 0, 1, 2, … in its order.
    """
    if CONFIDENCE not in source.columns:
        return None
    column: Any = source[CONFIDENCE]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        codes = column.cat.codes.to_numpy(dtype=np.float64)
        return np.where(codes < 0, np.nan, codes)
    try:
        numbers = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        message = (
            f"The column 'confidence' of the extractions table cannot be read as numbers: {error}. Levels in words "
            "must be an ordered categorical."
        )
        raise SchemaError(message) from error
    if np.isinf(numbers).any():
        raise SchemaError("The column 'confidence' of the extractions table holds infinite numbers.")
    return np.asarray(numbers, dtype=np.float64)
