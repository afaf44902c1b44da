"""Delete what a run left on this machine: its ledger and its exports hold what stood on somebody's invoices."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gini_notebook._text import printable
from gini_notebook.errors import FileProblem, LedgerError
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger, origin
from gini_notebook.service.batch.ledger.documents import count_by_status
from gini_notebook.service.batch.ledger.store import FolderLock
from gini_notebook.service.batch.ledger.uploads import held_ids, surplus_of

_LEDGER = (
    FILE_NAME,
    *(f"{FILE_NAME}{ending}" for ending in ("-wal", "-shm", "-journal")),
    origin.FILE_NAME,
    origin.ORIGIN_NAME,
)
_TABLES = ("documents", "extractions", "candidates", "line_items")
_EXPORTS = tuple(f"{name}{ending}" for name in _TABLES for ending in (".csv", ".parquet"))
_LOCK = "lock"


class Purged(NamedTuple):
    """What :func:`purge_local` deleted, and what else is in the run folder, which it does not know."""

    deleted: tuple[Path, ...]
    left: tuple[Path, ...]


def purge_local(
    folder: str | os.PathLike[str],
    *,
    also: Iterable[str | os.PathLike[str]] = (),
    leave_at_service: bool = False,
) -> Purged:
    """Delete what a run left on this machine: ledger, exports, and what else is named.

    Parameters
    ----------
    folder
        The run folder. It goes, too, if nothing else is in it.
    also
        Files elsewhere, or of other names, that hold values of the documents: reports, kept evaluations, workbooks.
    leave_at_service
        Go on although documents of the run are still at the service; nobody can delete them by this run afterwards.

    Returns
    -------
    Purged
        ``deleted`` and ``left``: paths. What is left in the folder was made by somebody else.

    Raises
    ------
    LedgerError
        When there is no run in the folder, it is in use, or documents of it are still at the service.
    FileProblem
        When a file of ``also`` is none; nothing is deleted then.

    Notes
    -----
    The documents that were sent, outputs of notebooks, and backups are not touched. Files are deleted as the system
    does it, which leaves their bytes on the disk until it needs the room.

    Examples
    --------
    >>> done = gini.purge_local("runs/baseline", leave_at_service=True)
    >>> [path.name for path in done.left]
    []
    """
    place, named = Path(folder), [Path(path) for path in also]
    for path in named:
        if not path.is_file() or path.is_symlink():
            message = f"{path} is no file, so it cannot be deleted; nothing was."
            raise FileProblem(message)
    with Ledger(place, read_only=True) as ledger:
        held = len(held_ids(ledger)) + sum(len(surplus_of(ledger, pages=pages)) for pages in (False, True))
        held += count_by_status(ledger)["unclear"]
    if held and not leave_at_service:
        message = (
            f"{held} documents of the run in {place} are or may be still at the service, and only its ledger knows "
            "them. Delete them first (in a shell `gini-notebook cleanup`), or pass leave_at_service=True "
            "(--leave-at-service)."
        )
        raise LedgerError(message)
    with FolderLock(place):
        deleted = [path for path in (*_of_the_run(place), *named) if _unlinked(path)]
    (place / _LOCK).unlink(missing_ok=True)
    left = tuple(sorted(path for path in place.rglob("*") if not path.is_dir()))
    if not left and not any(place.iterdir()):
        place.rmdir()
    return Purged(tuple(deleted), left)


def _of_the_run(folder: Path) -> Iterator[Path]:
    for name in (*_EXPORTS, *_LEDGER):  # the ledger last: a purge that breaks off can be repeated
        yield folder / name
        # What an export that was killed left beside its file.
        yield from folder.glob(f".{Path(name).stem}.*{Path(name).suffix}")


def _unlinked(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        message = f"{printable(str(path))} cannot be deleted: {error.strerror}. What else was deleted stays deleted."
        raise FileProblem(message) from error
    return True
