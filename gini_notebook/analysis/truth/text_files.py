"""Bytes and text of files, with errors that say which file and what to do."""

from pathlib import Path

from gini_notebook.errors import TruthError


def read_bytes(path: Path, where: str, limit: int | None = None) -> bytes:
    """Return the content of a file that is not larger than the limit.

    Raises
    ------
    TruthError
        If it cannot be opened, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read() if limit is None else file.read(limit + 1)
    except OSError as error:
        message = f"{where} cannot be read: {error.strerror or error}."
        raise TruthError(message) from error
    if limit is not None and len(content) > limit:
        message = f"{where} is larger than {limit} bytes; that much is not read."
        raise TruthError(message)
    return content


def decoded(content: bytes, where: str) -> str:
    """Return the text of a UTF-8 file, with or without byte order mark.

    Raises
    ------
    TruthError
        If it is something else.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = (
            f"{where} is not UTF-8 (byte 0x{content[error.start]:02X} in line {line}). Save it as UTF-8; in Excel: "
            "Save As, 'CSV UTF-8'."
        )
        raise TruthError(message) from error
