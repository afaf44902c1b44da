"""Looks after a run that is over, or looks at one that is on: how far it is, what is in excess, deleting it all."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gini_notebook._text import as_text
from gini_notebook.errors import LedgerError, NotFound
from gini_notebook.service.batch.binding import bound_client
from gini_notebook.service.batch.document_list import Ended, Reading
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.lock import FolderLock, is_held
from gini_notebook.service.batch.ledger.pages import ever_unclear
from gini_notebook.service.batch.ledger.uploads import PARTIAL, add_surplus, known, names_of_unresolved, tally
from gini_notebook.service.batch.naming import bears_mark
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.unclear_joins import look_for
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document

RECENT = 200
DELETE_THREADS = 8
DELETES_PER_COMMIT = 64
SURPLUS_DELETED = "UPDATE surplus SET deleted_at = ? WHERE document_id = ?"
DELETED = "UPDATE uploads SET deleted_at = ? WHERE document_id = ?"


def counts_of(ledger: Ledger) -> dict[str, int]:
    """Count the documents of a run: ``completed``, ``failed``, ``pending`` and ``unclear``."""
    found = tally(ledger)
    counts = {
        "completed": found.pop("done", 0),
        "failed": found.pop("failed", 0) + found.pop("problem", 0),
        "unclear": found.pop("unknown", 0),
    }
    return {**counts, "pending": sum(found.values())}


def status(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Tell how far a run is, also while it is on.

    Parameters
    ----------
    folder
        The run folder.

    Returns
    -------
    dict
        ``folder``, ``documents`` (their number), ``completed``, ``failed``, ``unclear``, ``pending``, ``surplus``
        (documents at the service in excess), ``documents_per_s`` of the latest documents since the run was begun or
        last taken up, ``time_left_s`` (both None when nothing tells, the latter also when nobody is at work on the
        run) and ``failures``: a list of ``error`` (``…`` for path, name and id of the document), ``count`` and up to
        three ``request_ids``, most frequent first.

    Raises
    ------
    LedgerError
        When there is no run in the folder.
    """
    with Ledger(Path(folder), read_only=True) as ledger:
        counts = counts_of(ledger)
        rate = _documents_per_s(ledger)
        surplus = ledger.rows("SELECT count(*) FROM surplus WHERE deleted_at IS NULL")[0][0]
        left = counts["pending"] + counts["unclear"]
        return {
            "folder": str(folder),
            "documents": sum(counts.values()),
            **counts,
            "surplus": surplus,
            # Three digits are more than such a forecast can bear.
            "documents_per_s": None if rate is None else float(f"{rate:.3g}"),
            "time_left_s": _time_left_s(left, rate, alive=is_held(Path(folder))),
            "failures": _failures(ledger),
        }


def _time_left_s(left: int, rate: float | None, *, alive: bool) -> int | None:
    if not left:
        return 0
    return round(left / rate) if alive and rate else None


def _documents_per_s(ledger: Ledger) -> float | None:
    """Return the rate since the run was last taken up: what lies between two calls is no time of work."""
    taken_up_at = float(ledger.fact("taken_up_at") or 0)
    rows = ledger.rows(
        "SELECT count(*), min(finished_at), max(finished_at) FROM (SELECT finished_at FROM uploads "
        "WHERE finished_at >= ? ORDER BY finished_at DESC LIMIT ?)",
        (taken_up_at, RECENT + 1),
    )
    count, first, last = rows[0]
    if count <= RECENT:
        # From the beginning: results come in crowds, and the time up to the first one counts, too.
        return count / (last - taken_up_at) if count > 1 and last > taken_up_at else None
    return RECENT / (last - first) if last > first else None


def _failures(ledger: Ledger) -> list[dict[str, Any]]:
    failures: dict[str, dict[str, Any]] = {}
    for text, request_id, document_id, path, document in ledger.each(
        "SELECT coalesce(problem, error, ''), request_id, document_id, path, document FROM documents "
        "LEFT JOIN uploads USING (key) WHERE listed AND (problem IS NOT NULL OR state = 'failed') ORDER BY position"
    ):
        error = _without(text, document_id, as_text(path), document)
        failure = failures.setdefault(error, {"error": error, "count": 0, "request_ids": []})
        failure["count"] += 1
        if request_id and len(failure["request_ids"]) < 3:
            failure["request_ids"].append(request_id)
    return sorted(failures.values(), key=lambda failure: -failure["count"])


def _without(error: str, document_id: str | None, path: str, document: str) -> str:
    """Leave out what differs from document to document, so that the same reason is one reason."""
    error = error.replace(path, "…")
    if document_id is not None:
        error = error.replace(document_id, "…")
    return f"…{error.removeprefix(document)}" if error.startswith(f"{document} ") else error


def dedupe(client: Client, folder: str | os.PathLike[str], *, delete: bool = False) -> int:
    """Look for documents at the service that unclear uploads made in excess; delete them if asked to.

    Parameters
    ----------
    client
        A client of the run's service.
    folder
        The run folder; what was found is in its ledger, and in ``Batch.surplus``.
    delete
        Whether to delete them. They are in no table and no number in either case.

    Returns
    -------
    int
        How many there are (or were, before they were deleted).

    Raises
    ------
    LedgerError
        When there is no run in the folder, it is in use, or it belongs to another service.
    """
    with _own(client, folder) as (own, ledger):
        _find_surplus(own, ledger)
        ids = [row[0] for row in ledger.rows("SELECT document_id FROM surplus WHERE deleted_at IS NULL")]
        if delete:
            _delete_surplus(own, ledger, pages=False)
            _delete_surplus(own, ledger, pages=True)
        return len(ids)


def cleanup(client: Client, folder: str | os.PathLike[str]) -> int:
    """Delete every document of a run from the service; the results in the folder stay.

    Documents without a result, of a run that was stopped, are sent again when it is taken up.

    Parameters
    ----------
    client
        A client of the run's service.
    folder
        The run folder.

    Returns
    -------
    int
        How many documents were deleted by this call, pages of documents among them; a second call deletes none.

    Raises
    ------
    LedgerError
        When there is no run in the folder, it is in use, or it belongs to another service.
    """
    with _own(client, folder) as (own, ledger):
        _find_surplus(own, ledger, unresolved=True)
        _set_free(ledger)
        # The service refuses to delete a page that is in use.
        deleted = _delete_surplus(own, ledger, pages=False)
        held = ledger.rows("SELECT document_id FROM uploads WHERE document_id IS NOT NULL AND deleted_at IS NULL")
        deleted += _delete(own, ledger, [row[0] for row in held], DELETED)
        return deleted + _delete_surplus(own, ledger, pages=True)


def _set_free(ledger: Ledger) -> None:
    """Let what has no result, and pages that later documents may need, be sent again when they are wanted.

    Before anything is deleted, so that whatever interrupts that, no row waits for a document that is gone.
    """
    unfinished = "document_id IS NOT NULL AND deleted_at IS NULL AND state NOT IN ('done', 'failed')"
    ledger.change(
        "INSERT INTO surplus (document_id, key, name, created_at) SELECT document_id, key, name, uploaded_at "  # noqa: S608
        f"FROM uploads WHERE {unfinished} ON CONFLICT DO NOTHING"
    )
    ledger.change(f"UPDATE uploads SET state = 'planned', document_id = NULL, attempts = 0 WHERE {unfinished}")  # noqa: S608
    ledger.commit()


def _delete_surplus(client: Client, ledger: Ledger, *, pages: bool) -> int:
    rows = ledger.rows(
        "SELECT surplus.document_id, kind FROM surplus LEFT JOIN uploads USING (key) WHERE surplus.deleted_at IS NULL"
    )
    ids = [document_id for document_id, kind in rows if (kind == PARTIAL) is pages]
    return _delete(client, ledger, ids, SURPLUS_DELETED)


@contextmanager
def _own(client: Client, folder: str | os.PathLike[str]) -> Iterator[tuple[Client, Ledger]]:
    where = Path(folder)
    if not where.is_dir():
        message = f"There is no run folder {where}."
        raise LedgerError(message)
    with FolderLock(where), Ledger(where) as ledger:
        yield bound_client(client, ledger), ledger


def _find_surplus(client: Client, ledger: Ledger, *, unresolved: bool = False) -> None:
    """Note documents in excess; ``unresolved``: those, too, that an unclear upload may turn out to have made."""
    _, ids = known(ledger)
    mark = ledger.fact("mark") or ""
    spared = set() if unresolved else names_of_unresolved(ledger)
    for document in listed(client):
        if document.id not in ids and document.name not in spared and bears_mark(document.name, mark):
            add_surplus(ledger, document.id, document.name, document.creation_date)
    unclear = ever_unclear(ledger)
    # Copies have the same pages, so what is found may be any copy's.
    spared_parts = {parts for _, name, parts in unclear if name in spared}
    for _, name, parts in unclear:
        if parts in spared_parts:
            continue
        # A page that is gone is in no document.
        with suppress(NotFound):
            for composite in look_for(client, parts, ids).found:
                add_surplus(ledger, composite.id, name, composite.creation_date)
    ledger.commit()


def listed(client: Client, *, limit: int = BatchSettings().list_limit) -> Iterator[Document]:
    """Yield all documents of the client's user, each once."""
    reading = Reading(limit, by_offset=client.environment.counts_with_offset)
    while reading.ended is None:
        yield from reading.take(client.documents(limit=reading.limit, next=reading.next))
    if reading.ended is Ended.BROKEN:
        raise LedgerError("The service's document list cannot be read to its end: too many documents of one moment.")


def _delete(client: Client, ledger: Ledger, ids: Iterable[str], statement: str) -> int:
    waiting, deleted = list(ids), 0
    with ThreadPoolExecutor(DELETE_THREADS) as threads:
        while waiting:
            some, waiting = waiting[:DELETES_PER_COMMIT], waiting[DELETES_PER_COMMIT:]
            try:
                for document_id, was_there in zip(some, threads.map(lambda one: _gone(client, one), some), strict=True):
                    ledger.change(statement, (time.time(), document_id))
                    deleted += was_there
            finally:
                ledger.commit()
    return deleted


def _gone(client: Client, document_id: str) -> bool:
    """Delete a document; one that is not there any more is as good as deleted. Return whether it was there."""
    try:
        client.delete(document_id)
    except NotFound:
        return False
    return True
