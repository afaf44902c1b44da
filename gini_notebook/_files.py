"""Write a file so that there is the old one or the new one, never half of it."""

import os
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
