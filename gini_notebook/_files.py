"""Write a file so that there is the old one or the new one, never half of it; open only what is a file."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gini_notebook._platform import is_device, reachable
from gini_notebook.errors import FileProblem


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Return an empty file beside ``path`` that takes its place when it is complete, and vanishes otherwise.

    Folders on the way are made. What is written are payment data, so only the owner can read the file (mode 0600).

    Raises
    ------
    FileProblem
        If the name is one that Windows has given to a device.
    """
    if is_device(path.name):
        message = f"{path.name} is the name of a device in Windows, and what is written there is lost: choose another."
        raise FileProblem(message)
    path = reachable(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays, because some libraries choose by it what they write.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    os.close(handle)
    written = Path(name)
    try:
        yield written
        # Without this, a machine that fails may be left with the new name and no content.
        with written.open("r+b") as file:
            os.fsync(file.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def check_regular(path: Path) -> None:
    """Refuse what has no content of its own: a pipe waits for somebody who writes, a device may never end.

    Raises
    ------
    OSError
        If it is one, a folder, or there is nothing.
    """
    _check_kind(path.stat().st_mode)


def _check_kind(kind: int) -> None:
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(kind):
        raise OSError(errno.EINVAL, "It is no regular file but a pipe, a device or the like")


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading that has a content of its own, also if it becomes a pipe in this very moment.

    Raises
    ------
    OSError
        As :func:`check_regular`, and where it cannot be opened.
    """
    path = reachable(path)
    check_regular(path)
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - Path.open has no opener; the caller closes
    try:
        _check_kind(os.fstat(file.fileno()).st_mode)
    except OSError:
        file.close()
        raise
    return file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def own_name(path: "str | os.PathLike[str]") -> str:
    """Return the name of a file or folder without where it lies, also of ``.``, and without going after links."""
    return Path(os.path.abspath(Path(path).expanduser())).name  # noqa: PTH100 - resolve() goes after links, in a circle too
