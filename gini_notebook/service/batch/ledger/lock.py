"""One process at a time in a run folder."""

import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType

from gini_notebook.errors import LedgerError

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int, *, shared: bool = False) -> None:
        del shared  # Windows knows no such locks
        # A byte far behind the text, because a locked byte cannot be read by others on Windows.
        os.lseek(descriptor, 4096, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(descriptor: int, *, shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


LOOK_S = 0.02


def is_held(folder: Path) -> bool:
    """Whether a process is at work in a run folder."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        _take(descriptor, shared=True)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


class FolderLock:
    """Hold a run folder for this process; the operating system lets go of it when the process dies.

    Parameters
    ----------
    folder
        The run folder. The file ``lock`` in it names the holder.

    Raises
    ------
    LedgerError
        When another process (or another thread of this one) holds the folder; the message names it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = f"The run folder {folder} cannot be written: {error.strerror}."
            raise LedgerError(message) from error
        try:
            self._take_patiently()
        except OSError as error:
            holder = os.read(self._descriptor, 200).decode(errors="replace").strip()
            os.close(self._descriptor)
            message = (
                f"The run folder {folder} is in use by {holder or 'another process'}. Wait until it has finished or "
                "stop it; the same call then goes on."
            )
            raise LedgerError(message) from error
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())

    def _take_patiently(self) -> None:
        try:
            _take(self._descriptor)
        except OSError:
            # Somebody may only be looking (see is_held), which takes a moment.
            time.sleep(LOOK_S)
            _take(self._descriptor)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
