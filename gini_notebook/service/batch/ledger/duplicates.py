"""Documents at the service: those in excess of one for each row (surplus), and which of all are deleted."""

import time
from typing import NamedTuple

from gini_notebook.service.batch.ledger.store import Ledger
from gini_notebook.service.batch.ledger.uploads import PARTIAL
from gini_notebook.service.wire.environments import canonical


def add_surplus(ledger: Ledger, document_id: str, name: str, created_ms: float | None) -> None:
    """Record a document of the service that an unclear upload made in excess."""
    # Whatever was believed of it, here it is, and this is how its id is written now.
    ledger.change(
        "UPDATE surplus SET document_id = ?1, deleted_at = NULL WHERE lower(document_id) = lower(?1)", (document_id,)
    )
    ledger.change(
        "INSERT INTO surplus (document_id, key, name, created_at) "
        "SELECT ?1, (SELECT key FROM uploads WHERE name = ?2), ?2, ?3 "
        "WHERE NOT EXISTS (SELECT 1 FROM surplus WHERE lower(document_id) = lower(?1))",
        (document_id, name, None if created_ms is None else created_ms / 1000),
    )


class Surplus(NamedTuple):
    """A document in excess, and the id of the document of the run that it is a copy of, if that is known."""

    document_id: str
    own_id: str | None


def surplus_of(ledger: Ledger, *, pages: bool) -> list[Surplus]:
    """Return the documents in excess at the service that belong to an upload: of pages, or all others."""
    rows = ledger.rows(
        "SELECT surplus.document_id, uploads.document_id, kind FROM surplus JOIN uploads USING (key) "
        "WHERE surplus.deleted_at IS NULL"
    )
    return [Surplus(document_id, own_id) for document_id, own_id, kind in rows if (kind == PARTIAL) is pages]


def held_ids(ledger: Ledger) -> list[str]:
    """Return the ids of all documents of the run that are at the service, pages of documents among them."""
    rows = ledger.rows("SELECT document_id FROM uploads WHERE document_id IS NOT NULL AND deleted_at IS NULL")
    return [row[0] for row in rows]


def set_surplus_deleted(ledger: Ledger, document_id: str) -> None:
    """Record that a document in excess is no longer at the service."""
    ledger.change("UPDATE surplus SET deleted_at = ? WHERE document_id = ?", (time.time(), document_id))


def set_deleted(ledger: Ledger, document_id: str) -> None:
    """Record that a document of the run is no longer at the service."""
    ledger.change("UPDATE uploads SET deleted_at = ? WHERE document_id = ?", (time.time(), document_id))


class Claim(NamedTuple):
    """What a ledger says of a document at the service: whose it is, and the name and kind that it was sent with."""

    key: str
    name: str
    kind: str


def claims(ledger: Ledger) -> dict[str, Claim]:
    """Return what the ledger says of each document that it knows, by canonical id, those in excess among them."""
    rows = ledger.rows(
        "SELECT document_id, key, name, kind FROM uploads WHERE document_id IS NOT NULL UNION ALL "
        "SELECT surplus.document_id, key, uploads.name, kind FROM surplus JOIN uploads USING (key)"
    )
    return {canonical(document_id): Claim(*claim) for document_id, *claim in rows}


def pages_of(ledger: Ledger) -> dict[str, list[str]]:
    """Return the keys of the pages of all documents of several pages, in order."""
    pages: dict[str, list[str]] = {}
    for key, page in ledger.rows("SELECT key, part FROM parts ORDER BY key, number"):
        pages.setdefault(key, []).append(page)
    return pages


def release_unfinished(ledger: Ledger) -> None:
    """Make what has no result, and pages that later documents may need, surplus, so that it is sent again when wanted.

    Before anything is deleted, so that whatever interrupts that, no row waits for a document that is gone.
    """
    unfinished = "document_id IS NOT NULL AND deleted_at IS NULL AND state NOT IN ('done', 'failed')"
    ledger.change(
        "INSERT INTO surplus (document_id, key, name, created_at) SELECT document_id, key, name, uploaded_at "  # noqa: S608
        f"FROM uploads WHERE {unfinished} ON CONFLICT DO NOTHING"
    )
    ledger.change(f"UPDATE uploads SET state = 'planned', document_id = NULL, attempts = 0 WHERE {unfinished}")  # noqa: S608
    ledger.commit()


def forget_service(ledger: Ledger) -> None:
    """Record that the service is gone with all its documents: what was not finished there is planned again."""
    ledger.change(
        "UPDATE uploads SET state = 'planned', document_id = NULL, intent_at = NULL, unknown_at = NULL, "
        "uploaded_at = NULL, attempts = 0 WHERE state IN ('intent', 'unknown', 'uploaded')"
    )
    ledger.change("DELETE FROM surplus WHERE deleted_at IS NULL")
    ledger.change(
        "UPDATE uploads SET deleted_at = ? WHERE document_id IS NOT NULL AND deleted_at IS NULL", (time.time(),)
    )
