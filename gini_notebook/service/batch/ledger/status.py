"""How far a run is: documents by state, the rate, and why documents failed."""

from collections.abc import Iterator
from typing import NamedTuple

from gini_notebook.service.batch.ledger.store import Ledger

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


def first_documents(ledger: Ledger, limit: int) -> list[tuple[str, str, int | None, str]]:
    """Return name, status, pages and error of the first documents of the latest call, failed ones before others."""
    return ledger.rows(
        f"SELECT document, {STATUS} AS status, pages, coalesce(problem, error, '') "  # noqa: S608
        "FROM documents LEFT JOIN uploads USING (key) WHERE listed "
        "ORDER BY status != 'failed', position LIMIT ?",
        (limit,),
    )
