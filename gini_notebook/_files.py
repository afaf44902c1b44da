"""Write a file so that there is the old one or the new one, never half of it; open only what is a file; hold one."""

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Return an empty file beside ``path`` that takes its place when it is complete, and vanishes otherwise.

    Folders on the way are made. What is written are payment data, so only the owner can read the file (mode 0600).
    """
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


if sys.platform == "win32":
    import msvcrt

    # A byte far behind the text, because a locked byte cannot be read by others on Windows.
    _FAR = 1 << 40

    def take_lock(descriptor: int, *, shared: bool = False) -> None:
        """Hold an open file until it is closed, or the process dies; raise ``OSError`` where somebody else does."""
        del shared  # Windows knows no such locks
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take_lock(descriptor: int, *, shared: bool = False) -> None:
        """Hold an open file until it is closed, or the process dies; raise ``OSError`` where somebody else does."""
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
