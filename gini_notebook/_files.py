"""Write a file so that there is the old one or the new one, never half of it; open only what is a file."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    kind = path.stat().st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(kind):
        raise OSError(errno.EINVAL, "It is no regular file but a pipe, a device or the like")
