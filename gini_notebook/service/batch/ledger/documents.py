"""The rows of the documents that a run was called with: their files, how far each is, and why some failed."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from gini_notebook._text import as_text
from gini_notebook.service.batch.folders import LeftOut
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.store import as_written


def register(ledger: Ledger, sources: Sequence[Source]) -> None:
    """Record the documents of a run; those whose file is unchanged keep what is known of them."""
    ledger.change("UPDATE documents SET listed = 0, problem = NULL")
    ledger.change_many(
        "INSERT INTO documents (document, position, path, page_paths, size, modified_ns, listed) "
        "VALUES (?, ?, ?, ?, ?, ?, 1) "
        "ON CONFLICT (document) DO UPDATE SET position = excluded.position, listed = 1, size = excluded.size, "
        "modified_ns = excluded.modified_ns, path = excluded.path, page_paths = excluded.page_paths, "
        # A file that is gone keeps its result; one that changed is read again (and uploaded if its bytes differ).
        "key = CASE WHEN path = excluded.path AND page_paths IS excluded.page_paths AND (excluded.size IS NULL "
        "OR (size = excluded.size AND modified_ns = excluded.modified_ns)) THEN key END",
        (
            (source.document, position, _storable(source.path), _pages_text(source), *_stat(source))
            for position, source in enumerate(sources)
        ),
    )


def _stat(source: Source) -> tuple[int | None, int | None]:
    try:
        # Half the time of Path.stat, and there may be 100,000.
        found = [os.stat(path) for path in source.pages or (source.path,)]  # noqa: PTH116
    except OSError:
        return None, None
    return sum(one.st_size for one in found), moment([one.st_mtime_ns for one in found])


def moment(modified_ns: Sequence[int]) -> int:
    """Return when a file was changed, or for several a digest, which differs when any of them was changed."""
    if len(modified_ns) == 1:
        return modified_ns[0]
    return int.from_bytes(hashlib.sha256(repr(tuple(modified_ns)).encode()).digest()[:7], "big")


def _pages_text(source: Source) -> str | None:
    # JSON keeps names that are no text, as escapes.
    return json.dumps(source.pages) if source.pages else None


def _source(document: str, path: str | bytes, pages: str | None) -> Source:
    return Source(document, os.fsdecode(path), tuple(json.loads(pages)) if pages else ())


def _storable(path: str) -> str | bytes:
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def sources(ledger: Ledger) -> list[Source]:
    """Return the documents of the latest call, for a run that is taken up without naming them."""
    rows = ledger.rows("SELECT document, path, page_paths FROM documents WHERE listed ORDER BY position")
    with as_written(ledger):
        return [_source(*row) for row in rows]


def remember_left_out(ledger: Ledger, left_out: Sequence[LeftOut]) -> None:
    """Record what was left out of the inputs of the latest call, and why."""
    ledger.remember("left_out", json.dumps(left_out, ensure_ascii=False))


def left_out(ledger: Ledger) -> tuple[LeftOut, ...]:
    """Return what was left out of the inputs of the latest call."""
    with as_written(ledger):
        return tuple(LeftOut(*map(str, one)) for one in json.loads(ledger.fact("left_out") or "[]"))


def of_earlier_calls(ledger: Ledger) -> int:
    """Count the documents that only earlier calls named; they are in no table."""
    return int(ledger.rows("SELECT count(*) FROM documents WHERE NOT listed")[0][0])


def to_read(ledger: Ledger, after: int, limit: int) -> list[tuple[int, Source, str | None, int | None]]:
    """Return position, source, former key and size of the next documents that must be read and perhaps uploaded."""
    rows = ledger.rows(
        "SELECT position, key, size, document, path, page_paths FROM documents LEFT JOIN uploads USING (key) "
        "WHERE listed AND position > ? AND problem IS NULL AND (state IS NULL OR state = 'planned') "
        "ORDER BY position LIMIT ?",
        (after, limit),
    )
    return [(position, _source(*source), key, size) for position, key, size, *source in rows]


def source_of(ledger: Ledger, key: str) -> Source | None:
    """Return a document with this content, to upload it again."""
    rows = ledger.rows(
        "SELECT document, path, page_paths FROM documents WHERE key = ? AND listed AND problem IS NULL LIMIT 1", (key,)
    )
    return _source(*rows[0]) if rows else None


def set_problem(ledger: Ledger, document: str, problem: str) -> None:
    """Record that a file cannot be used; a later call looks again."""
    ledger.change("UPDATE documents SET problem = ? WHERE document = ?", (as_text(problem), document))


# How the states of an upload look from outside.
STATUS = (
    "CASE WHEN problem IS NOT NULL OR state = 'failed' THEN 'failed' WHEN state = 'done' THEN 'completed' "
    "WHEN state = 'unknown' THEN 'unclear' ELSE 'pending' END"
)


class Failure(NamedTuple):
    """Why a document failed, and what in the reason is peculiar to it."""

    error: str
    request_id: str | None
    document_id: str | None
    path: str | bytes
    document: str


class Finishes(NamedTuple):
    """How many uploads finished, and when the first and the last of them did."""

    number: int
    first_at: float | None
    last_at: float | None


def count_by_state(ledger: Ledger) -> dict[str, int]:
    """Count the documents of the latest call per state; ``problem``: the file cannot be read; ``new``: not read yet."""
    return dict(
        ledger.rows(
            "SELECT CASE WHEN problem IS NOT NULL THEN 'problem' ELSE coalesce(state, 'new') END AS standing, count(*) "
            "FROM documents LEFT JOIN uploads USING (key) WHERE listed GROUP BY standing"
        )
    )


def count_by_status(ledger: Ledger) -> dict[str, int]:
    """Count the documents of the latest call: ``completed``, ``failed``, ``unclear`` and ``pending``."""
    found = count_by_state(ledger)
    counts = {
        "completed": found.pop("done", 0),
        "failed": found.pop("failed", 0) + found.pop("problem", 0),
        "unclear": found.pop("unknown", 0),
    }
    return {**counts, "pending": sum(found.values())}


def surplus_count(ledger: Ledger) -> int:
    """Return how many documents in excess are at the service."""
    return int(ledger.rows("SELECT count(*) FROM surplus WHERE deleted_at IS NULL")[0][0])


def unfinished(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield key and name of every document that waits for an upload the ledger knows."""
    yield from ledger.each(
        "SELECT key, document FROM documents JOIN uploads USING (key) WHERE listed AND state NOT IN ('done', 'failed')"
    )


def has_unfinished(ledger: Ledger) -> bool:
    """Return whether a document of the latest call is neither done nor failed."""
    return bool(
        ledger.rows(
            "SELECT 1 FROM documents LEFT JOIN uploads USING (key) "
            "WHERE listed AND (key IS NULL OR state NOT IN ('done', 'failed')) LIMIT 1"
        )
    )


def latest_finishes(ledger: Ledger, since: float, limit: int) -> Finishes:
    """Return the latest uploads that finished at ``since`` or later, at most ``limit`` of them."""
    rows = ledger.rows(
        "SELECT count(*), min(finished_at), max(finished_at) FROM (SELECT finished_at FROM uploads "
        "WHERE finished_at >= ? ORDER BY finished_at DESC LIMIT ?)",
        (since, limit),
    )
    return Finishes(*rows[0])


def failures(ledger: Ledger) -> Iterator[Failure]:
    """Yield the failed documents of the latest call in order."""
    rows = ledger.each(
        "SELECT coalesce(problem, error, ''), request_id, document_id, path, document FROM documents "
        "LEFT JOIN uploads USING (key) WHERE listed AND (problem IS NOT NULL OR state = 'failed') ORDER BY position"
    )
    yield from (Failure(*row) for row in rows)


def latest_request_id(ledger: Ledger) -> str:
    """Return the request id of the upload that failed last, which support asks for; empty if there is none."""
    rows = ledger.rows(
        "SELECT request_id FROM uploads WHERE state = 'failed' AND request_id NOT NULL "
        "ORDER BY finished_at DESC LIMIT 1"
    )
    return str(rows[0][0]) if rows else ""


def first_documents(ledger: Ledger, limit: int) -> list[tuple[Any, ...]]:
    """Return the narrow columns of the first documents of the latest call, failed ones before others.

    They are those of ``schema.DOCUMENTS``: document, status, pages, media type, source classification, seconds of
    processing, error, request id.
    """
    return ledger.rows(
        f"SELECT document, {STATUS} AS status, pages, media_type, source_classification, processing_s, "  # noqa: S608
        "coalesce(problem, error), request_id "
        "FROM documents LEFT JOIN uploads USING (key) WHERE listed "
        "ORDER BY status != 'failed', position LIMIT ?",
        (limit,),
    )


def count_repeated(ledger: Ledger) -> int:
    """Count the documents of the latest call that have the bytes of an earlier one."""
    return int(
        ledger.rows(
            "SELECT count(*) - count(DISTINCT substr(key, 1, 64)) FROM documents WHERE listed AND key NOT NULL"
        )[0][0]
    )
