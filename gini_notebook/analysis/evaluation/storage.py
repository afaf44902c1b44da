"""One file per evaluation: a zip archive of plain arrays and JSON, read and written without pickle."""

import json
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._files import replacing
from gini_notebook.analysis.evaluation.encoding import as_objects, numbered, text_column
from gini_notebook.errors import FileProblem, SchemaError

FORMAT = "gini_notebook evaluation 2"
_CONTENTS = "contents.json"
# What an evaluation unpacks to: columns of equal numbers are packed a thousandfold, but they are not all there is.
MAX_BYTES = 64 * 1024 * 1024
MAX_CONTENTS_BYTES = 8 * 1024 * 1024
MAX_RATIO = 20
# And how much larger than the file its columns are in memory, where a number takes eight bytes.
MAX_RATIO_IN_MEMORY, _NUMBER = 100, 8
# Others can ask for any amount of memory, as LZMA for its dictionary.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The oldest date a zip archive knows; the same result makes the same bytes whenever it is written.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def write_archive(path: "str | os.PathLike[str]", tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> Path:
    """Write tables and JSON-able facts into one file, whole or not at all.

    Raises
    ------
    SchemaError
        If a column has a dtype that cannot be kept.
    """
    target = Path(path)
    contents: dict[str, Any] = {"format": FORMAT, "facts": dict(facts), "tables": {}}
    with (
        replacing(target) as written,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name, frame in tables.items():
            contents["tables"][name] = _write_table(archive, name, frame)
        _add(archive, _CONTENTS, json.dumps(contents, sort_keys=False).encode())
    return target


_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RecursionError, UnicodeError),
    *(KeyError, IndexError, TypeError, AttributeError),
)


def read_archive(path: "str | os.PathLike[str]") -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read tables and facts back, with the dtypes they had.

    Raises
    ------
    FileProblem
        If there is no such file, or it cannot be opened.
    SchemaError
        If the file is none of ours, is damaged, or was written by a version that keeps results in another form.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path)
            contents = json.loads(_unpacked(archive, _CONTENTS))
            if contents["format"] != FORMAT:
                message = (
                    f"{path} holds {contents['format']!r}, and this version reads {FORMAT!r}. Evaluate the extractions "
                    "again with this version."
                )
                raise SchemaError(message)
            _check_cells(archive, contents["tables"], path)
            tables = {name: _read_table(archive, name, columns) for name, columns in contents["tables"].items()}
            return tables, contents["facts"]
    except OSError as error:
        message = (
            f"There is no evaluation to be read at {path}: {error.strerror or error}. Name the file that "
            "Evaluation.save or `gini-notebook evaluate --out` has written."
        )
        raise FileProblem(message) from error
    except _DAMAGES as error:
        raise SchemaError(not_an_evaluation(path, error)) from error
    except ValueError as error:
        if isinstance(error, SchemaError):
            raise
        message = f"{path} is damaged: {error}"
        raise SchemaError(message) from error


def not_an_evaluation(path: "str | os.PathLike[str]", error: Exception) -> str:
    """Return the message that a file cannot be read as an evaluation."""
    return (
        f"{path} is not an evaluation that was saved with Evaluation.save or `gini-notebook evaluate --out`, or it is "
        f"damaged ({error})."
    )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _write_table(archive: zipfile.ZipFile, name: str, frame: pd.DataFrame) -> dict[str, Any]:
    columns = []
    for number, column in enumerate(frame.columns):
        kind, arrays, strings = _taken_apart(frame[column])
        for part, array in enumerate(arrays):
            buffer = BytesIO()
            np.save(buffer, array, allow_pickle=False)
            _add(archive, f"{name}/{number}.{part}.npy", buffer.getvalue())
        columns.append({"name": str(column), "dtype": kind, "strings": strings})
    return {"rows": len(frame), "columns": columns}


def _taken_apart(column: Any) -> tuple[str, list[Any], list[str] | None]:
    """Return dtype, arrays of plain numbers, and (for text) the distinct strings of a column."""
    dtype = str(column.dtype)
    if pd.api.types.is_string_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
        codes, strings = numbered(column)
        return "text", [codes.astype(np.int32)], [str(value) for value in strings]
    if dtype == "Int64":
        return dtype, [column.to_numpy(dtype=np.int64, na_value=0), column.isna().to_numpy()], None
    if dtype == "boolean":
        return dtype, [column.to_numpy(dtype=bool, na_value=False), column.isna().to_numpy()], None
    if dtype in ("float64", "bool", "int64"):
        return dtype, [column.to_numpy()], None
    if isinstance(column.dtype, pd.DatetimeTZDtype) and str(column.dtype.tz) == "UTC":
        return "time", [column.astype("datetime64[ns, UTC]").astype("int64").to_numpy()], None
    message = f"The column {column.name!r} has the dtype {dtype}, which cannot be kept in a file."
    raise SchemaError(message)


def _check_sizes(archive: zipfile.ZipFile, path: "str | os.PathLike[str]") -> None:
    """Refuse an archive whose directory says that it unpacks to more than evaluations do, before that happens."""
    entries = archive.infolist()
    contents = [entry for entry in entries if entry.filename == _CONTENTS]
    if any(entry.compress_type not in _METHODS for entry in entries):
        message = f"{path} is no evaluation: it is packed in another way than Evaluation.save packs."
        raise SchemaError(message)
    for some, most in ((entries, MAX_BYTES), (contents, MAX_CONTENTS_BYTES)):
        unpacked = sum(entry.file_size for entry in some)
        if unpacked > max(most, MAX_RATIO * sum(entry.compress_size for entry in some)):
            message = (
                f"{path} is no evaluation: it unpacks to {unpacked} bytes, more than {MAX_RATIO} times its own size."
            )
            raise SchemaError(message)


def _check_cells(archive: zipfile.ZipFile, tables: Mapping[str, Any], path: "str | os.PathLike[str]") -> None:
    """Refuse tables that need more memory than evaluations do: equal numbers are packed to nothing."""
    needed = _NUMBER * sum(table["rows"] * len(table["columns"]) for table in tables.values())
    if needed > max(MAX_BYTES, MAX_RATIO_IN_MEMORY * sum(entry.compress_size for entry in archive.infolist())):
        message = f"{path} is no evaluation: its tables would need {needed} bytes of memory."
        raise SchemaError(message)


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack an entry no further than the directory says it goes."""
    with archive.open(name) as file:
        # One byte more, for the checksum is compared at the end.
        return file.read(archive.getinfo(name).file_size + 1)


def _read_table(archive: zipfile.ZipFile, name: str, table: Mapping[str, Any]) -> pd.DataFrame:
    columns = {}
    for number, column in enumerate(table["columns"]):
        parts = 2 if column["dtype"] in ("Int64", "boolean") else 1
        arrays = [_read_array(archive, f"{name}/{number}.{part}.npy", table["rows"]) for part in range(parts)]
        columns[column["name"]] = _PUT_TOGETHER[column["dtype"]](arrays, column["strings"])
    return pd.DataFrame(columns, index=pd.RangeIndex(table["rows"] if columns else 0), copy=False)


def _read_array(archive: zipfile.ZipFile, name: str, rows: int) -> Any:
    """Read a column of plain numbers; what its header says is believed only where it fits."""
    content = _unpacked(archive, name)
    stream = BytesIO(content)
    np.lib.format.read_magic(stream)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if shape != (rows,) or dtype.kind not in "bif" or rows * dtype.itemsize != len(content) - stream.tell():
        message = f"{name} does not hold {rows} numbers"
        raise ValueError(message)
    return np.frombuffer(content, dtype, offset=stream.tell()).copy()


def _text(arrays: list[Any], strings: list[str]) -> Any:
    if arrays[0].dtype != np.int32:  # smaller ones would become many times larger here
        raise ValueError("a text is not numbered as Evaluation.save numbers it")
    return text_column(arrays[0].astype(np.int64), as_objects(strings))


_PUT_TOGETHER: Mapping[str, Callable[[list[Any], Any], Any]] = {
    "text": _text,
    "Int64": lambda arrays, _: pd.arrays.IntegerArray(*arrays),
    "boolean": lambda arrays, _: pd.arrays.BooleanArray(*arrays),
    "float64": lambda arrays, _: arrays[0],
    "bool": lambda arrays, _: arrays[0],
    "int64": lambda arrays, _: arrays[0],
    "time": lambda arrays, _: pd.to_datetime(pd.Series(arrays[0]), utc=True).astype("datetime64[ns, UTC]"),
}
