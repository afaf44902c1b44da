"""Parquet files for the guarded process: what they say about themselves, and one row group at a time.

A file of ten kilobytes can hold millions of equal rows, or a value of a gigabyte, so what it says is compared with its
size on the disk before anything is unpacked.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gini_notebook.errors import FileProblem

MIB = 1024 * 1024
# Compressed rows of real documents need more than a byte for this many cells.
CELLS_PER_BYTE = 16
MAX_CELLS = 4_000_000
# Files of so many row groups are read if the groups have so many rows on average: each group costs a reading.
MAX_GROUPS, ROWS_OF_A_GROUP = 1_000, 1_000


def check(metadata: Any, size: int, where: str) -> None:
    """Refuse a file whose footer (``pyarrow.parquet.FileMetaData``) says that it unpacks to more than tables do.

    Parameters
    ----------
    metadata
        What the footer says.
    size
        Bytes of the file.
    where
        What to call it in messages.

    Raises
    ------
    FileProblem
        If it has too many cells, or too many row groups.
    """
    rows, columns, groups = metadata.num_rows, metadata.num_columns, metadata.num_row_groups
    most = max(MAX_CELLS, CELLS_PER_BYTE * size)
    if rows * columns > most:
        message = (
            f"{where} has {rows} rows of {columns} columns in {size} bytes; of a file of this size no more than {most} "
            "cells are read. What is larger can be given as a DataFrame."
        )
        raise FileProblem(message)
    if groups > MAX_GROUPS and rows < groups * ROWS_OF_A_GROUP:
        message = (
            f"{where} has {groups} row groups for {rows} rows, each of which would be read by itself. Write it with "
            "larger row groups."
        )
        raise FileProblem(message)


def outline(path: str, where: str) -> list[Any]:
    """Return the schema of a file (an Arrow stream without rows) and how many row groups it has.

    Raises
    ------
    FileProblem
        If it is no Parquet file, or one that is not read.
    """
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            check(file.metadata, Path(path).stat().st_size, where)
            return [_stream(file.schema_arrow.empty_table()), file.metadata.num_row_groups]
    except (OSError, ValueError) as error:  # pyarrow's own errors are of these
        raise FileProblem(" ".join(str(error).split())) from error


def row_group(path: str, number: int, columns: Sequence[str] | None, most: int) -> bytes:
    """Return a row group as an Arrow stream; of these columns, if there are any named.

    Raises
    ------
    FileProblem
        If texts that are written once and stand in many rows make up more than so many bytes.
    """
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        rows = file.read_row_group(number, columns, use_threads=False)
    unpacked = sum(map(_repeated_bytes, rows.columns))
    if unpacked > most:
        message = (
            f"its row group {number} has texts of {unpacked} bytes, more than {most} are not read of a file of its size"
        )
        raise FileProblem(message)
    return _stream(rows)


def _repeated_bytes(column: Any) -> int:
    """Return how long the texts of a column are in all, where each is written once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_dictionary(column.type) and _is_text(column.type.value_type)):
        return 0
    parts = (pc.sum(pc.take(pc.binary_length(part.dictionary), part.indices)).as_py() for part in column.chunks)
    return sum(part or 0 for part in parts)


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return any(is_it(kind) for is_it in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary))


def _stream(table: Any) -> bytes:
    import pyarrow as pa

    buffer = pa.BufferOutputStream()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    stream: bytes = buffer.getvalue().to_pybytes()
    return stream


def table(stream: bytes) -> Any:
    """Return the Arrow table of a stream, which may come from a process that a file has taken over.

    Raises
    ------
    ValueError
        If it is none.
    """
    import pyarrow as pa

    with pa.ipc.open_stream(stream) as reader:
        read = reader.read_all()
    read.validate(full=True)
    return read
