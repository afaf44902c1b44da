"""What is looked at before a file is read: a workbook of a kilobyte can say that it has seventeen billion cells."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gini_notebook import _files
from gini_notebook._guarded import LIMITS, Limits
from gini_notebook._guarded import parquet as guarded_parquet
from gini_notebook.errors import FileProblem, TruthError

MIB = 1024 * 1024
# Of small files, and per byte of larger ones, so that a table of a million documents is read and a bomb is not: what is
# honest has some bytes for each cell, packed or not.
MAX_CELLS, CELLS_PER_BYTE = 4_000_000, 2
MAX_UNPACKED_BYTES, UNPACKED_PER_BYTE = 128 * MIB, 30
# As many as a sheet of Excel has. What a name means is looked for among hundreds of words, name by name.
MAX_COLUMNS = 16_384
_MEMORY_PER_BYTE, _ANSWER_PER_BYTE, _SECONDS_PER_MIB = 128, 12, 6

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_BLOCK = MIB
_LONGEST_CELL = 256  # of its tag as far as its place; it may lie across two blocks


def check_regular(path: Path, where: str) -> None:
    """Refuse what is no file with a content of its own: a pipe or a device may never end.

    Raises
    ------
    TruthError
        If it is one, or there is nothing.
    """
    try:
        _files.check_regular(path)
    except (OSError, ValueError) as error:
        message = f"{where} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise TruthError(message) from error


def limits_for(path: Path) -> Limits:
    """Return what the guarded process may use for a table of this size: in proportion, so a bomb gains nothing."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError):  # the reader says what is wrong with it
        size = 0
    cpu_s = LIMITS.cpu_s + _SECONDS_PER_MIB * size // MIB
    return Limits(
        memory=max(LIMITS.memory, _MEMORY_PER_BYTE * size),
        cpu_s=cpu_s,
        wait_s=LIMITS.wait_s + 4.0 * cpu_s,
        answer=max(LIMITS.answer, _ANSWER_PER_BYTE * size),
    )


def check_workbook(path: Path, where: str) -> None:
    """Refuse a workbook in a zip archive (XLSX and its like, ODS) that unpacks to too much, or to too many cells.

    Raises
    ------
    TruthError
        If it does. What is no zip archive, or a damaged one, is left to whoever reads it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = path.stat().st_size
            unpacked = sum(entry.file_size for entry in archive.infolist())
            most = max(MAX_UNPACKED_BYTES, UNPACKED_PER_BYTE * size)
            if unpacked > most:
                message = f"{where} unpacks to {unpacked} bytes; more than {most} are not read of {size}."
                raise TruthError(message)
            most_cells = max(MAX_CELLS, CELLS_PER_BYTE * size)
            for entry in archive.infolist():
                if _SHEET.fullmatch(entry.filename):
                    _check_sheet(_blocks(archive, entry), f"{entry.filename} in {where}", most_cells)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        return


def check_width(columns: int, where: str) -> None:
    """Refuse a table, or records, of more columns than anybody has fields.

    Raises
    ------
    TruthError
        If there are more than an Excel sheet has.
    """
    if columns > MAX_COLUMNS:
        message = (
            f"{where} has {columns} columns; more than {MAX_COLUMNS} are not read. Needed is 'document' and one column "
            "per field (amountToPay, iban, ...)."
        )
        raise TruthError(message)


def count_cells(path: Path) -> int:
    """Return about how many cells the sheets of a workbook have; 0 for what is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            sheets = [entry for entry in archive.infolist() if _SHEET.fullmatch(entry.filename)]
            return sum(block.count(b"<c ") for entry in sheets for block in _blocks(archive, entry))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        return 0


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as file:
        rest = b""
        while block := file.read(_BLOCK):
            yield rest + block
            rest = block[-_LONGEST_CELL:]


def _check_sheet(blocks: Iterator[bytes], where: str, most: int) -> None:
    rows = columns = 0
    for block in blocks:
        for letters, digits in _CELL.findall(block):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        if rows * columns > most:
            message = (
                f"{where} has cells as far as row {rows} and column {columns}, which spans {rows * columns} cells; "
                f"more than {most} are not read. Delete what lies outside the table."
            )
            raise TruthError(message)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def check_parquet(metadata: Any, where: str, size: int = 0) -> None:
    """Refuse a Parquet file whose footer (``pyarrow.parquet.FileMetaData``) says more than its size is good for.

    Raises
    ------
    TruthError
        If it does.
    """
    try:
        guarded_parquet.check(metadata, size, where)
    except FileProblem as error:
        raise TruthError(str(error)) from error
