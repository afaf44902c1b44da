"""What is looked at before a file is read: a workbook of a kilobyte can say that it has seventeen billion cells."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gini_notebook import _files
from gini_notebook.errors import TruthError

MAX_CELLS = 4_000_000
MAX_UNPACKED_BYTES = 128 * 1024 * 1024

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_BLOCK = 1024 * 1024
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


def check_workbook(path: Path, where: str) -> None:
    """Refuse a workbook in a zip archive (XLSX and its like, ODS) that unpacks to too much, or to too many cells.

    Raises
    ------
    TruthError
        If it does. What is no zip archive, or a damaged one, is left to whoever reads it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > MAX_UNPACKED_BYTES:
                message = f"{where} unpacks to {unpacked} bytes; more than {MAX_UNPACKED_BYTES} are not read."
                raise TruthError(message)
            for entry in archive.infolist():
                if _SHEET.fullmatch(entry.filename):
                    _check_sheet(_blocks(archive, entry), f"{entry.filename} in {where}")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        return


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as file:
        rest = b""
        while block := file.read(_BLOCK):
            yield rest + block
            rest = block[-_LONGEST_CELL:]


def _check_sheet(blocks: Iterator[bytes], where: str) -> None:
    rows = columns = 0
    for block in blocks:
        for letters, digits in _CELL.findall(block):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        if rows * columns > MAX_CELLS:
            message = (
                f"{where} has cells as far as row {rows} and column {columns}, which spans {rows * columns} cells; "
                f"more than {MAX_CELLS} are not read. Delete what lies outside the table."
            )
            raise TruthError(message)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def check_parquet(metadata: Any, where: str) -> None:
    """Refuse a Parquet file whose footer (``pyarrow.parquet.FileMetaData``) says that it has too many cells.

    Raises
    ------
    TruthError
        If it does.
    """
    if metadata.num_rows * metadata.num_columns > MAX_CELLS:
        message = (
            f"{where} has {metadata.num_rows} rows of {metadata.num_columns} columns; more than {MAX_CELLS} cells are "
            "not read."
        )
        raise TruthError(message)
