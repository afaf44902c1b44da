"""Tables and their text columns as codes: the same string has the same number, whatever dtype the column came with.

A value that is a number (``12.5``, ``815``) is refused instead of printed: an IBAN or a reference that a reader
turned into a number has lost digits or leading zeros, and no later step can tell.

A table is checked as a whole: its columns, what its rows say twice, the numbers of its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.errors import SchemaError
from gini_notebook.notations import visible
from gini_notebook.schema import TEXT

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
ObjectArray = npt.NDArray[np.object_]

NOTHING = -1
# Before pandas 3, the hash table for text takes what stands before a NUL character for the whole text.
_CUTS_AT_NUL = int(pd.__version__.partition(".")[0]) < 3


def encode(column: "pd.Series[Any]", table: str, *, numbers: bool = False) -> tuple[IntArray, ObjectArray]:
    """Number the distinct strings of a text column.

    Parameters
    ----------
    column
        Text in any dtype that pandas knows for it (object, string, categorical, Arrow).
    table
        Name of the table, for messages.
    numbers
        Whether whole numbers are welcome and are written in digits (names of documents may be numbers).

    Returns
    -------
    codes
        One number per row; :data:`NOTHING` where the value is missing.
    strings
        The distinct strings, ``strings[code]``.

    Raises
    ------
    SchemaError
        If something in the column is not text.
    """
    if numbers and pd.api.types.is_integer_dtype(column.dtype):
        column = column.astype("Int64").astype("string")
    if not _may_hold_text(column):
        message = (
            f"The column {column.name!r} of the {table} table holds {column.dtype} instead of text. Read it as text "
            "(pandas: dtype=str), so that leading zeros, signs and long numbers stay as they are."
        )
        raise SchemaError(message)
    try:
        codes, uniques = numbered(column)
    except TypeError:
        codes, uniques = numbered(_without_empty_containers(column.to_numpy(dtype=object)))
    if numbers:
        uniques = _digits(uniques)
    _check_text(uniques, codes, str(column.name), table)
    return codes, uniques


def numbered(values: "pd.Series[Any] | ObjectArray") -> tuple[IntArray, ObjectArray]:
    """Number the distinct values; :data:`NOTHING` where one is missing."""
    if _CUTS_AT_NUL and values.dtype in (np.dtype(object), "string[python]"):
        objects: Any = values if isinstance(values, np.ndarray) else values.to_numpy(dtype=object, na_value=None)
        # With something that is no text among the values, pandas compares them as Python does.
        codes, uniques = pd.factorize(np.append(objects, as_objects([object()])))
        return codes[:-1].astype(np.int64, copy=False), np.asarray(uniques, dtype=object)[:-1]
    codes, uniques = pd.factorize(values)
    return codes.astype(np.int64, copy=False), np.asarray(uniques, dtype=object)


def codes_together(
    first: "pd.Series[Any]", second: "pd.Series[Any]"
) -> tuple[tuple[IntArray, ObjectArray], tuple[IntArray, ObjectArray]] | None:
    """Number the distinct strings of two columns alike, which is faster than :func:`joined` afterwards.

    What states nothing is :data:`NOTHING`. Returns None for columns whose dtypes differ, or do not vouch for text.
    """
    if first.dtype != second.dtype or not isinstance(first.dtype, pd.StringDtype):
        return None
    codes, strings = blanks_as_nothing(*numbered(pd.concat([first, second], ignore_index=True)))
    return (codes[: len(first)], strings), (codes[len(first) :], strings)


def _may_hold_text(column: "pd.Series[Any]") -> bool:
    dtype = column.dtype.categories.dtype if isinstance(column.dtype, pd.CategoricalDtype) else column.dtype
    if pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype):
        return True
    return bool(column.isna().all())


def _without_empty_containers(values: ObjectArray) -> ObjectArray:
    """Read an empty list or mapping as nothing stated, and leave the rest for the check of types."""
    cleaned = [None if isinstance(value, (list, dict, tuple, set)) and not value else value for value in values]
    unhashable = [value for value in cleaned if isinstance(value, (list, dict, set, np.ndarray))]
    if unhashable:
        message = (
            f"A text column holds a {type(unhashable[0]).__name__}: {str(unhashable[0])[:60]}. Give one text per row."
        )
        raise SchemaError(message)
    return as_objects(cleaned)


def _digits(uniques: ObjectArray) -> ObjectArray:
    whole = [
        str(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else value
        for value in uniques
    ]
    return as_objects(whole)


def _check_text(uniques: ObjectArray, codes: IntArray, column: str, table: str) -> None:
    if pd.api.types.infer_dtype(uniques) in ("string", "empty"):
        return
    for code, value in enumerate(uniques):
        if not isinstance(value, str):
            row = int(np.flatnonzero(codes == code)[0])
            message = (
                f"The column {column!r} of the {table} table holds {str(value)[:60]!r} ({type(value).__name__}) in row "
                f"{row}, which is not text. Read the column as text (pandas: dtype=str)."
            )
            raise SchemaError(message)


def as_objects(values: Sequence[Any]) -> ObjectArray:
    """Make an array of one object per value, whatever the values are."""
    return np.fromiter(values, dtype=np.object_, count=len(values))


def blank(strings: ObjectArray) -> BoolArray:
    """Return which strings state nothing: empty, or nothing but blanks and characters that nobody sees."""
    nothing = np.asarray(np.fromiter(map(str.isspace, strings), np.bool_, len(strings)) | (strings == ""))
    for place in np.flatnonzero(~np.fromiter(map(str.isascii, strings), np.bool_, len(strings))).tolist():
        nothing[place] = not visible(strings[place]).strip()
    return nothing


def blanks_as_nothing(codes: IntArray, strings: ObjectArray) -> tuple[IntArray, ObjectArray]:
    """Take blanks for :data:`NOTHING`."""
    nothing = blank(strings)
    if not nothing.any():
        return codes, strings
    return np.append(np.where(nothing, NOTHING, np.arange(len(strings))), NOTHING)[codes], strings


def text_column(codes: IntArray, strings: ObjectArray) -> "pd.Series[Any]":
    """Return the text column (dtype ``schema.TEXT``) of codes; :data:`NOTHING` is missing."""
    return text_columns([codes], strings)[0]


def text_columns(codes: Sequence[IntArray], strings: ObjectArray) -> "list[pd.Series[Any]]":
    """Return several text columns of the same strings, as :func:`text` does."""
    known = pd.array(strings, dtype=TEXT)
    return [pd.Series(known.take(indices, allow_fill=True), copy=False) for indices in codes]


def numbered_in_order(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Number the distinct keys (0 and more) in ascending order: the number of each, and the distinct keys."""
    span = int(keys.max(initial=NOTHING)) + 1
    if span > 8 * len(keys):
        numbers, distinct = pd.factorize(keys, sort=True)
        return numbers.astype(np.int64, copy=False), distinct
    met = np.zeros(span, dtype=np.bool_)
    met[keys] = True
    return (np.cumsum(met) - 1)[keys], np.flatnonzero(met)


def joined(
    first: tuple[IntArray, ObjectArray], second: tuple[IntArray, ObjectArray]
) -> tuple[IntArray, IntArray, ObjectArray]:
    """Number two coded columns alike."""
    if first[1] is second[1]:
        return first[0], second[0], first[1]
    both = np.concatenate([first[1], second[1]])
    numbers, strings = numbered(both)
    numbers = np.append(numbers, NOTHING)
    split = len(first[1])
    from_first = np.append(numbers[:split], NOTHING)
    from_second = np.append(numbers[split:-1], NOTHING)
    return from_first[first[0]], from_second[second[0]], strings


TRUTH, EXTRACTIONS = "truth", "extractions"


@dataclass(frozen=True, slots=True, eq=False)
class EncodedRows:
    """One table, one entry per row.

    Attributes
    ----------
    document, column
        Codes into ``Inputs.documents`` and ``Inputs.columns``.
    row
        Row number of a compound's row, 0 for header fields.
    value
        Code into ``Inputs.values``; :data:`NOTHING` where nothing is stated.
    position
        Where the row stands in the table it came from.
    """

    document: IntArray
    column: IntArray
    row: IntArray
    value: IntArray
    position: IntArray

    def take(self, selected: "IntArray | BoolArray") -> "EncodedRows":
        """Return the chosen rows."""
        return EncodedRows(
            *(getattr(self, name)[selected] for name in ("document", "column", "row", "value", "position"))
        )

    def __len__(self) -> int:
        return len(self.document)


@dataclass(frozen=True, slots=True, eq=False)
class EncodedTable:
    """One table before both have the same coding."""

    document: tuple[IntArray, ObjectArray]
    column: IntArray
    names: tuple[tuple[str, str], ...]
    row: IntArray
    value: tuple[IntArray, ObjectArray]
    alternative: IntArray | None = None
    """Per row the number of the alternative; None where no place of the truth has several."""
    unclear: BoolArray | None = None
    """Per row whether somebody looked and could not tell; None where that is nowhere so."""

    def hash(self) -> str:
        """Return the SHA-256 of what the table says; alternatives count as a set."""
        documents, columns = sorted(self.document[1].tolist()), sorted(self.names)
        indices = {name: place for place, name in enumerate(documents)}
        document = np.array([*map(indices.__getitem__, self.document[1].tolist()), NOTHING])[self.document[0]]
        column = np.array([*map(columns.index, self.names), NOTHING], dtype=np.int64)[self.column]
        keys, (codes, values) = slot_keys(document, column, self.row, len(columns)), self.value
        if self.alternative is None and self.unclear is None:
            return hash_table(keys, codes, values, documents, columns)
        stated = as_objects([*values.tolist(), "", "\0unclear"])
        codes = np.where(codes == NOTHING, len(values), codes)
        codes = codes if self.unclear is None else np.where(self.unclear, len(values) + 1, codes)
        ranks = np.argsort(np.argsort(np.array(stated.tolist(), dtype=object), kind="stable"), kind="stable")
        order = np.lexsort((ranks[codes], keys))
        return hash_table(keys[order], codes[order], stated, documents, columns)


def encode_tables(truth: pd.DataFrame, extractions: pd.DataFrame) -> tuple[EncodedTable, EncodedTable]:
    """Check and code both tables; where that saves time, their values have the same coding."""
    check_frame(truth, TRUTH)
    check_frame(extractions, EXTRACTIONS)
    values = codes_together(truth["value"], extractions["value"])
    if values is None:
        return encode_table(truth, TRUTH), encode_table(extractions, EXTRACTIONS)
    return encode_table(truth, TRUTH, values[0]), encode_table(extractions, EXTRACTIONS, values[1])


def encode_table(frame: pd.DataFrame, name: str, value: tuple[IntArray, ObjectArray] | None = None) -> EncodedTable:
    """Check and code a table; the name is for messages, and the values may be coded already."""
    check_frame(frame, name)
    document = encode(frame["document"], name, numbers=True)
    column, names = columns_of(frame, name)
    check_stated(*document, "document", name)
    check_stated(column, as_objects([field for _, field in names]), "field", name)
    value = blanks_as_nothing(*encode(frame["value"], name)) if value is None else value
    header = np.array([not group for group, _ in names] or [True])[column]
    alternative, unclear = (_alternatives(frame, name), _unclear(frame, name)) if name == TRUTH else (None, None)
    return EncodedTable(document, column, tuple(names), _rows(frame, header, name), value, alternative, unclear)


def _alternatives(frame: pd.DataFrame, name: str) -> IntArray | None:
    """Read the numbers of alternatives; None where there are none."""
    if "alternative" not in frame.columns:
        return None
    numbers = np.nan_to_num(_numbers(frame["alternative"], name), nan=0.0)
    if not numbers.any():
        return None
    if (numbers < 0).any() or (numbers != np.floor(numbers)).any():
        message = f"The column 'alternative' of the {name} table holds something else than 0, 1, 2 and so on."
        raise SchemaError(message)
    return numbers.astype(np.int64)


def _unclear(frame: pd.DataFrame, name: str) -> BoolArray | None:
    """Return which labels say that nobody could tell; None where none does."""
    if "state" not in frame.columns:
        return None
    codes, states = encode(frame["state"], name)
    strange = sorted(set(states.tolist()) - {"value", "empty", "unclear", ""})
    if strange:
        message = f"The column 'state' of the {name} table holds {strange[0]!r}; it may hold value, empty and unclear."
        raise SchemaError(message)
    if "unclear" not in states.tolist():
        return None
    return np.append(states == "unclear", False)[codes]


def columns_of(frame: pd.DataFrame, name: str) -> tuple[IntArray, list[tuple[str, str]]]:
    """Number the columns, ``(group, field)``: one code per row; a missing or blank group is that of header fields."""
    fields, field_names = encode(frame["field"], name)
    if "group" in frame.columns:
        groups, names = encode(frame["group"], name)
    else:
        groups, names = np.full(len(frame), NOTHING, dtype=np.int64), as_objects([])
    group_names = [*("" if nothing else group for group, nothing in zip(names, blank(names), strict=True)), ""]
    width = max(len(field_names), 1)
    pair, pairs = pd.factorize(np.where(groups == NOTHING, len(names), groups) * width + np.maximum(fields, 0))
    columns: dict[tuple[str, str], int] = {}
    for code in pairs.tolist() if len(field_names) else ():
        columns.setdefault((group_names[code // width], field_names[code % width]), len(columns))
    indices = [columns[group_names[code // width], field_names[code % width]] for code in pairs.tolist() if columns]
    numbers = np.array([*indices, NOTHING], dtype=np.int64)[pair if columns else np.full(len(frame), -1)]
    return np.where(fields == NOTHING, NOTHING, numbers), list(columns)


def check_frame(frame: Any, name: str) -> None:
    """Refuse what is no table in memory, or lacks columns."""
    if not isinstance(frame, pd.DataFrame):
        message = f"The {name} must be a pandas DataFrame, but this is a {type(frame).__name__}."
        raise SchemaError(message)
    check_columns(frame, name)


def check_columns(frame: Any, name: str) -> None:
    """Refuse a table without the columns it needs, or with a column twice."""
    lacking = [column for column in ("document", "field", "value") if column not in frame.columns]
    if lacking:
        message = (
            f"The {name} table lacks the column(s) {', '.join(lacking)}. It has: "
            f"{', '.join(map(str, frame.columns)) or 'none'}. Expected: document, field, value; for rows of a compound "
            "also group and row."
        )
        raise SchemaError(message)
    repeated = sorted({str(column) for column in frame.columns[frame.columns.duplicated()]})
    if repeated:
        message = f"The {name} table has these columns more than once: {', '.join(repeated)}."
        raise SchemaError(message)


def check_stated(codes: IntArray, strings: ObjectArray, column: str, name: str) -> None:
    """Refuse rows that do not say which document or field they are of."""
    empty = np.append(blank(strings), True)[codes]
    if empty.any():
        message = (
            f"{int(empty.sum())} row(s) of the {name} table have no {column!r}; first: row {int(np.argmax(empty))}."
        )
        raise SchemaError(message)


def _rows(frame: pd.DataFrame, header: BoolArray, name: str) -> IntArray:
    """Read the row numbers; header fields may lack them."""
    if "row" not in frame:
        if not header.all():
            message = f"The {name} table has rows of a compound, but no column 'row' that numbers them."
            raise SchemaError(message)
        return np.zeros(len(frame), dtype=np.int64)
    numbers = _numbers(frame["row"], name)
    lacking = np.isnan(numbers) & ~header
    if lacking.any():
        message = (
            f"{int(lacking.sum())} row(s) of the {name} table belong to a compound and have no 'row'; first: row "
            f"{int(np.argmax(lacking))}."
        )
        raise SchemaError(message)
    numbers = np.where(np.isnan(numbers), 0, numbers)
    odd = (numbers != np.floor(numbers)) | (np.abs(numbers) >= 2**31) | (numbers < 0)
    if odd.any():
        first = int(np.argmax(odd))
        message = f"The column 'row' of the {name} table holds {numbers[first]} in row {first}; count rows from 0."
        raise SchemaError(message)
    if name == TRUTH and (numbers[header] != 0).any():
        message = (
            "Header fields of the truth table (group '') have row 0, but some have another number. A field that may "
            "have several values belongs into a group of its own."
        )
        raise SchemaError(message)
    return numbers.astype(np.int64)


def _numbers(column: Any, name: str) -> FloatArray:
    if pd.api.types.is_bool_dtype(column.dtype):
        message = f"The column 'row' of the {name} table holds truth values; count rows from 0."
        raise SchemaError(message)
    try:
        return np.asarray(pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        message = f"The column 'row' of the {name} table cannot be read as whole numbers: {error}"
        raise SchemaError(message) from error


def check_keys(
    side: EncodedRows,
    documents: ObjectArray,
    columns: Sequence[tuple[str, str]],
    table: str,
    alternative: IntArray | None = None,
) -> None:
    """Refuse a table that says two things about one cell, unless they are alternatives."""
    keys = pd.Series(slot_keys(side.document, side.column, side.row, len(columns)))
    repeated = keys.duplicated().to_numpy()
    if repeated.any() and alternative is not None:
        repeated = pd.DataFrame({"key": keys, "alternative": alternative}).duplicated().to_numpy()
    if repeated.any():
        first = int(np.argmax(repeated))
        group, field = columns[side.column[first]]
        message = (
            f"{int(repeated.sum())} row(s) of the {table} table repeat a key (document, group, row, field); first: "
            f"{documents[side.document[first]]!r}, {group!r}, {int(side.row[first])}, {field!r}. Keep one row per key."
        )
        raise SchemaError(message)


def slot_keys(document: IntArray, column: IntArray, row: IntArray, columns: int) -> IntArray:
    """Number every (document, row, column), in this order; row numbers are below 2**31."""
    if not len(document):
        return np.zeros(0, dtype=np.int64)
    widest = int(row.max()) + 1
    if (int(document.max()) + 1) * widest * columns >= 2**63:
        row = np.unique(row, return_inverse=True)[1].astype(np.int64)
        widest = int(row.max()) + 1
    return np.asarray((document * widest + row) * columns + column, dtype=np.int64)


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def hash_table(
    key: IntArray, value: IntArray, values: ObjectArray, documents: Sequence[str], columns: Sequence[tuple[str, str]]
) -> str:
    """Return the SHA-256 of what a table says; the order of its rows and its dtypes do not matter.

    Parameters
    ----------
    key
        Per row one number that orders by document, row and column.
    value
        Per row the code of the value in ``values``; :data:`NOTHING` where nothing is stated.
    documents, columns
        What is sorted and numbered in ``key``.
    """
    order = np.argsort(key, kind="stable")
    digest = sha256()
    _add(digest, documents)
    _add(digest, [name for column in columns for name in column])
    digest.update(key[order].astype("<i8").tobytes())
    stated = value[order]
    digest.update((stated != NOTHING).tobytes())
    _add(digest, values[stated[stated != NOTHING]].tolist())
    return digest.hexdigest()


def _add(digest: _Digest, texts: Sequence[str]) -> None:
    """Add texts, separated so that no two lists of texts are the same in bytes."""
    joined = "\0".join(texts)
    digest.update(len(texts).to_bytes(8, "little"))
    digest.update(joined.encode("utf-8", "surrogatepass"))
    if joined.count("\0") != max(len(texts) - 1, 0):
        digest.update(np.fromiter(map(len, texts), dtype="<i8", count=len(texts)).tobytes())
