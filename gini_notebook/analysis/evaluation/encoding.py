"""Text columns as codes: the same string has the same number, whatever dtype the column came with.

A value that is a number (``12.5``, ``815``) is refused instead of printed: an IBAN or a reference that a reader
turned into a number has lost digits or leading zeros, and no later step can tell.
"""

from collections.abc import Sequence
from typing import Any

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
