"""Maintenance of runs, over or still on: how far a run is, which documents are in excess, deleting them all."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from gini_notebook._text import as_text
from gini_notebook.errors import AnswerLost, GiniError, LedgerError, NotFound, ServiceError, TransportError
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.documents import (
    Failure,
    count_by_status,
    failures,
    latest_finishes,
    left_out,
    surplus_count,
)
from gini_notebook.service.batch.ledger.origin import check_may_delete, may_be_forged
from gini_notebook.service.batch.ledger.store import FolderLock, is_held
from gini_notebook.service.batch.ledger.uploads import (
    COMPOSITE,
    add_surplus,
    claims,
    ever_unclear,
    held_ids,
    known,
    names_of_unresolved,
    pages_of,
    release_unfinished,
    set_deleted,
    set_surplus_deleted,
    surplus_of,
)
from gini_notebook.service.batch.naming import bears_tag, stamp_of
from gini_notebook.service.batch.progress import Counts, Listener, Progress, shown, while_telling
from gini_notebook.service.batch.running import bound_client
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.unclear_joins import find_composites
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document
from gini_notebook.service.wire.environments import canonical

RECENT = 200
LIST_LIMIT = BatchSettings().list_limit
DELETE_THREADS = 8
DELETES_AT_ONCE = 64
# A list may show for half a minute what is deleted already, as it may leave out what is new.
LIST_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
NOTHING = Counts(0, 0, 0)


def status(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return how far a run is, also while it is on.

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
        run), ``look_at`` (when unclear documents are looked for again, ISO 8601 in local time, None when they are
        not), ``failures``: a list of ``error`` (``…`` for path, name and id of the document), ``count`` and up to
        three ``request_ids``, most frequent first, and ``left_out``: a list of ``path`` and ``reason`` of what is no
        document.

    Raises
    ------
    LedgerError
        When there is no run in the folder.
    """
    with Ledger(Path(folder), read_only=True) as ledger:
        counts = count_by_status(ledger)
        rate = _documents_per_s(ledger)
        alive = is_held(Path(folder))
        left = counts["pending"] + counts["unclear"]
        return {
            "folder": str(folder),
            "documents": sum(counts.values()),
            **counts,
            "surplus": surplus_count(ledger),
            # Three digits are more than such a forecast can bear.
            "documents_per_s": None if rate is None else float(f"{rate:.3g}"),
            "time_left_s": _time_left_s(left, rate, alive=alive),
            "look_at": _look_at(ledger) if counts["unclear"] and alive else None,
            "failures": _failures(ledger),
            "left_out": [one._asdict() for one in left_out(ledger)],
        }


def _time_left_s(left: int, rate: float | None, *, alive: bool) -> int | None:
    if not left:
        return 0
    return round(left / rate) if alive and rate else None


def _look_at(ledger: Ledger) -> str | None:
    found = ledger.fact("look_at")
    return datetime.fromtimestamp(float(found), tz=UTC).astimezone().isoformat() if found else None


def _documents_per_s(ledger: Ledger) -> float | None:
    """Return the rate since the run was last taken up: what lies between two calls is no time of work."""
    taken_up_at = float(ledger.fact("taken_up_at") or 0)
    number, first, last = latest_finishes(ledger, taken_up_at, RECENT + 1)
    if first is None or last is None:
        return None
    if number <= RECENT:
        # From the beginning: results come in crowds, and the time up to the first one counts, too.
        return number / (last - taken_up_at) if number > 1 and last > taken_up_at else None
    return RECENT / (last - first) if last > first else None


def _failures(ledger: Ledger) -> list[dict[str, Any]]:
    reasons: dict[str, dict[str, Any]] = {}
    for failure in failures(ledger):
        error = _reason(failure)
        reason = reasons.setdefault(error, {"error": error, "count": 0, "request_ids": []})
        reason["count"] += 1
        if failure.request_id and len(reason["request_ids"]) < 3:
            reason["request_ids"].append(failure.request_id)
    return sorted(reasons.values(), key=lambda reason: -reason["count"])


def _reason(failure: Failure) -> str:
    """Leave out what differs from document to document, so that the same reason is one reason."""
    error = failure.error.replace(as_text(failure.path), "…")
    if failure.document_id is not None:
        error = error.replace(failure.document_id, "…")
    document = failure.document
    return f"…{error.removeprefix(document)}" if error.startswith(f"{document} ") else error


def dedupe(client: Client, folder: str | os.PathLike[str], *, delete: bool = False, progress: Progress = "auto") -> int:
    """Look for documents at the service that unclear uploads made in excess; delete them if asked to.

    Parameters
    ----------
    client
        A client of the run's service.
    folder
        The run folder; what was found is in its ledger, and in ``Batch.surplus``.
    delete
        Whether to delete them, each only if the document that stays stands in the list as well. They are in no table
        and no number in either case.
    progress
        As for :func:`gini_notebook.service.batch.process`; counts are those of documents to be deleted.

    Returns
    -------
    int
        How many there are (or were, before they were deleted).

    Raises
    ------
    LedgerError
        When there is no run in the folder, it is in use, or it belongs to another service; or with ``delete``, when
        the folder is a copy, its ledger was put back from a backup, or no call on this machine has named its files; or
        when documents bear other names at the service than this run has given them, so that they are not deleted.
    """
    with _own(client, folder) as (own, ledger), shown(progress, NOTHING) as on_progress:
        if delete:
            check_may_delete(ledger)
        seen = _find_surplus(own, ledger, on_progress)
        count = surplus_count(ledger)
        if delete:
            deletions = _Deletions(own, ledger, seen, on_progress)
            for pages in (False, True):
                copies = surplus_of(ledger, pages=pages)
                # On no guess: the document that stays must be there, in the same reading of the list.
                deletions.delete([one.document_id for one in copies if one.own_id and deletions.is_listed(one.own_id)])
            deletions.settle()
        return count


def cleanup(client: Client, folder: str | os.PathLike[str], *, progress: Progress = "auto") -> int:
    """Delete every document of a run from the service; the results in the folder stay.

    Documents without a result, of a run that was stopped, are sent again when it is taken up.

    Parameters
    ----------
    client
        A client of the run's service.
    folder
        The run folder.
    progress
        As for :func:`gini_notebook.service.batch.process`; counts are those of documents to be deleted.

    Returns
    -------
    int
        How many documents were deleted by this call, as the list shows afterwards, pages of documents among them; a
        second call deletes none.

    Raises
    ------
    LedgerError
        When there is no run in the folder, it is in use, or it belongs to another service; or when the folder is a
        copy, its ledger was put back from a backup, or no call on this machine has named its files; or when documents
        bear other names at the service than this run has given them, so that they are not deleted.
    AnswerLost
        When the list still shows documents that were deleted, after half a minute, too.
    GiniError
        Why documents could not be deleted; the others are.
    """
    with _own(client, folder) as (own, ledger), shown(progress, NOTHING) as on_progress:
        check_may_delete(ledger)
        seen = _find_surplus(own, ledger, on_progress, unresolved=True)
        deletions = _Deletions(own, ledger, seen, on_progress)
        release_unfinished(ledger)
        # The service refuses to delete a page that is in use.
        deletions.delete([one.document_id for one in surplus_of(ledger, pages=False)])
        deletions.delete(held_ids(ledger))
        deletions.delete([one.document_id for one in surplus_of(ledger, pages=True)])
        return deletions.settle()


@contextmanager
def _own(client: Client, folder: str | os.PathLike[str]) -> Iterator[tuple[Client, Ledger]]:
    where = Path(folder)
    if not where.is_dir():
        message = f"There is no run folder {where}."
        raise LedgerError(message)
    with FolderLock(where), Ledger(where) as ledger:
        yield bound_client(client, ledger), ledger


class _Entry(NamedTuple):
    """What the list shows of a document: its name, and the canonical ids of its pages if it was joined from some."""

    name: str
    pages: tuple[str, ...]


def _entry(document: Document) -> _Entry:
    return _Entry(document.name, tuple(canonical(page.id) for page in document.partial_documents))


def _read_list(client: Client, tell: Callable[[], object]) -> list[tuple[str, _Entry, float | None]]:
    """Return the id of each document of the list, what the list shows of it, and when it was made."""
    documents = client.all_documents(limit=LIST_LIMIT)
    return while_telling(lambda: [(one.id, _entry(one), one.creation_date) for one in documents], tell)


def _find_surplus(
    client: Client, ledger: Ledger, on_progress: Listener, *, unresolved: bool = False
) -> dict[str, _Entry]:
    """Record documents in excess, and return what the list shows, by canonical ids.

    ``unresolved``: those, too, that an unclear upload may turn out to have made.
    """

    def tell() -> None:
        on_progress(NOTHING)

    _, ids = known(ledger)
    tag = ledger.fact("tag") or ""
    spared = set() if unresolved else names_of_unresolved(ledger)
    seen: dict[str, _Entry] = {}
    for document_id, entry, created_ms in _read_list(client, tell):
        seen[canonical(document_id)] = entry
        if canonical(document_id) not in ids and entry.name not in spared and bears_tag(entry.name, tag):
            add_surplus(ledger, document_id, entry.name, created_ms)
    unclear = ever_unclear(ledger)
    # Copies have the same pages, so what is found may be any copy's.
    spared_parts = {parts for _, name, parts in unclear if name in spared}
    for _, name, parts in unclear:
        if parts in spared_parts:
            continue
        # A page that is gone is in no document.
        with suppress(NotFound):
            found = while_telling(partial(find_composites, client, parts, ids), tell).found
            for composite in found:
                add_surplus(ledger, composite.id, name, composite.creation_date)
    ledger.commit()
    return seen


class _Ownership:
    """Tells of documents at the service whether they are what the ledger says: an id alone may be anybody's.

    Files and pages must bear the name that they were sent with, and what was joined must have its pages. A service that
    returns no name of any run is believed, unless the ledger may be forged.
    """

    def __init__(self, client: Client, ledger: Ledger, seen: Mapping[str, _Entry]) -> None:
        self._client, self._seen = client, seen
        self._claims, self._pages = claims(ledger), pages_of(ledger)
        self._ids: dict[str, set[str]] = {}
        for document_id, claim in self._claims.items():
            self._ids.setdefault(claim.key, set()).add(document_id)
        self._by_name = may_be_forged(ledger) or any(map(stamp_of, (one.name for one in seen.values())))

    def is_listed(self, document_id: str) -> bool:
        """Return whether the list shows a document as the ledger knows it."""
        entry = self._seen.get(canonical(document_id))
        return entry is not None and self._is_ours(document_id, entry)

    def check(self, document_id: str) -> None:
        """Refuse a document that is another than the ledger says.

        Raises
        ------
        NotFound
            When there is none.
        LedgerError
            When nothing shows that it is the run's.
        """
        entry = self._seen.get(canonical(document_id))
        if entry is None or (self._claims[canonical(document_id)].kind == COMPOSITE and not entry.pages):
            entry = _entry(self._client.document(document_id))
        if not self._is_ours(document_id, entry):
            message = (
                f"The document {document_id} bears another name at the service than this run has given it, or has "
                "other pages, so nothing shows that it is the run's, and it is not deleted. If it is certainly yours, "
                "delete it with client.delete."
            )
            raise LedgerError(message)

    def _is_ours(self, document_id: str, entry: _Entry) -> bool:
        claim = self._claims[canonical(document_id)]
        if claim.kind == COMPOSITE:
            keys = self._pages.get(claim.key, [])
            pages = zip(entry.pages, keys, strict=False)
            return len(entry.pages) == len(keys) > 0 and all(one in self._ids.get(key, ()) for one, key in pages)
        stamp = stamp_of(entry.name)
        named = entry.name == claim.name or (stamp is not None and stamp == stamp_of(claim.name))
        return not entry.pages and (named or not self._by_name)


def _drain(results: Iterator[object]) -> None:
    for _ in results:
        pass


class _Deletions:
    """Deletes documents, and lets the list say afterwards which are gone."""

    def __init__(self, client: Client, ledger: Ledger, seen: Mapping[str, _Entry], on_progress: Listener) -> None:
        self._client, self._ledger, self._seen, self._on_progress = client, ledger, seen, on_progress
        self._total = 0
        self._ownership = _Ownership(client, ledger, seen)
        self._was_there: dict[str, bool] = {}
        self._errors: dict[str, GiniError] = {}

    def is_listed(self, document_id: str) -> bool:
        """Return whether the list shows a document as the ledger knows it."""
        return self._ownership.is_listed(document_id)

    def delete(self, ids: Sequence[str]) -> None:
        """Ask the service to delete documents; stop where it refuses all of many."""
        self._total += len(ids)
        with ThreadPoolExecutor(DELETE_THREADS) as threads:
            for begin in range(0, len(ids), DELETES_AT_ONCE):
                some = ids[begin : begin + DELETES_AT_ONCE]
                while_telling(partial(_drain, threads.map(self._ask, some)), self._tell)
                if all(isinstance(self._errors.get(one), ServiceError | TransportError) for one in some):
                    return

    def settle(self) -> int:
        """Record which documents the list no longer shows, and return how many of them were there before."""
        if not self._was_there:
            return 0
        listed = self._listed_in_the_end()
        gone = [one for one in self._was_there if canonical(one) not in listed and self._is_told(one)]
        for document_id in gone:
            set_surplus_deleted(self._ledger, document_id)
            set_deleted(self._ledger, document_id)
        self._ledger.commit()
        self._complain(len(gone))
        return sum(self._was_there[document_id] for document_id in gone)

    def _listed_in_the_end(self) -> set[str]:
        """Return what the list shows, once it may have caught up with what the service has confirmed as deleted."""
        confirmed = {canonical(one) for one in self._was_there if one not in self._errors}
        listed = set[str]()
        for pause_s in (0.0, *LIST_PAUSES_S):
            if pause_s:
                while_telling(partial(time.sleep, pause_s), self._tell)
            listed = {canonical(document_id) for document_id, _, _ in _read_list(self._client, self._tell)}
            if listed.isdisjoint(confirmed):
                break
        return listed

    def _tell(self) -> None:
        failed = len(self._errors)
        self._on_progress(Counts(self._total, len(self._was_there) - failed, failed))

    def _ask(self, document_id: str) -> None:
        """Delete a document, and note whether it was there; one that is not any more is as good as deleted."""
        was_there = True
        try:
            self._ownership.check(document_id)
            self._client.delete(document_id, with_parts=False)
        except NotFound:
            was_there = False
        except GiniError as error:
            self._errors[document_id] = error
        self._was_there[document_id] = was_there

    def _is_told(self, document_id: str) -> bool:
        """Return whether absence from the list says that a document is gone, whatever the service answered."""
        return document_id not in self._errors or canonical(document_id) in self._seen

    def _complain(self, gone: int) -> None:
        left = len(self._was_there) - gone
        if not left:
            return
        message = (
            f"{left} of {len(self._was_there)} documents that were to be deleted are still in the service's list, or "
            "nothing shows that they are gone. The same call deletes what is left."
        )
        error = next(iter(self._errors.values()), AnswerLost(message))
        if self._errors:
            error.add_note(message)
        raise error
