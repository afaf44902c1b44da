"""The rows of documents of several pages, and of documents that share their content but not their upload."""

import itertools
import time
from typing import NamedTuple

from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.uploads import Assembled, link
from gini_notebook.service.batch.naming import numbered


class Part(NamedTuple):
    """A page of a document: its upload's state, id and error, and the name it was first sent under."""

    key: str
    state: str
    document_id: str | None
    error: str | None
    name: str | None


class EverUnclear(NamedTuple):
    """A document of several pages of which an answer was missing once, and the ids of its pages."""

    key: str
    name: str
    parts: tuple[str, ...]


def free_key(ledger: Ledger, key: str, document: str, former_key: str | None) -> str:
    """Return the key under which a document is uploaded although others of the run may have the same content."""
    if former_key is not None and former_key.partition("#")[0] == key:
        return former_key
    rows = ledger.rows(
        "SELECT key FROM documents WHERE key >= ? AND key < ? AND listed AND document != ?", (key, f"{key}$", document)
    )
    taken = {row[0] for row in rows}
    return next(name for name in (numbered(key, number) for number in itertools.count(1)) if name not in taken)


def allow(ledger: Ledger, *, duplicates: bool) -> None:
    """Record whether each document has an upload of its own; part documents that share one, if so."""
    if not duplicates:
        ledger.forget("allow_duplicates")
        return
    ledger.remember("allow_duplicates", "yes")
    ledger.change(
        "UPDATE documents SET key = NULL WHERE listed AND key IN (SELECT key FROM documents WHERE listed "
        "GROUP BY key HAVING count(*) > 1) AND EXISTS (SELECT 1 FROM documents AS earlier "
        "WHERE earlier.key = documents.key AND earlier.listed AND earlier.position < documents.position)"
    )


def assemble(ledger: Ledger, assembled: Assembled) -> None:
    """Record which pages a document consists of; it is planned until all of them are at the service."""
    ledger.change(
        "INSERT INTO uploads (key, bytes, media_type, name, state, kind) VALUES (?, ?, ?, ?, 'planned', 'composite') "
        "ON CONFLICT DO NOTHING",
        (assembled.key, assembled.size, assembled.media_type, assembled.name),
    )
    for number, part in enumerate(assembled.parts, 1):
        ledger.change("INSERT INTO parts VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (assembled.key, number, part.key))
    link(ledger, assembled.source.document, assembled.key, assembled.size, assembled.modified_ns)


def record_intent_to_join(ledger: Ledger, key: str) -> None:
    """Record that the request which joins the pages is about to leave; must be committed before it does."""
    ledger.change(
        "UPDATE uploads SET state = 'intent', attempts = attempts + 1, intent_at = ?, error = NULL, "
        "request_id = NULL WHERE key = ?",
        (time.time(), key),
        durable=True,
    )


def parts_of(ledger: Ledger, key: str) -> list[Part]:
    """Return the pages of a document in order; a page that was never sent is planned."""
    rows = ledger.rows(
        "SELECT part, coalesce(state, 'planned'), document_id, error, name FROM parts LEFT JOIN uploads "
        "ON uploads.key = parts.part WHERE parts.key = ? ORDER BY number",
        (key,),
    )
    return [Part(*row) for row in rows]


def ids_of_parts(ledger: Ledger, key: str) -> tuple[str, ...]:
    """Return the ids of the pages of a document in order."""
    return tuple(part.document_id or "" for part in parts_of(ledger, key))


def joined_ones(ledger: Ledger, limit: int) -> list[tuple[str, str]]:
    """Return ids of some documents of several pages that should be there, oldest first, and of their first pages."""
    rows = ledger.rows(
        "SELECT joined.document_id, page.document_id FROM uploads AS joined JOIN parts ON parts.key = joined.key "
        "JOIN uploads AS page ON page.key = part WHERE number = 1 AND joined.document_id IS NOT NULL "
        "AND joined.deleted_at IS NULL AND page.document_id IS NOT NULL ORDER BY joined.uploaded_at LIMIT ?",
        (limit,),
    )
    return [(document_id, first_page) for document_id, first_page in rows]


def ever_unclear(ledger: Ledger) -> list[EverUnclear]:
    """Return the documents of several pages that may be there more than once."""
    rows = ledger.rows(
        "SELECT key, name FROM uploads WHERE kind = 'composite' AND attempts > 0 "
        "AND (unknown_at IS NOT NULL OR state = 'intent')"
    )
    found = [EverUnclear(key, name, ids_of_parts(ledger, key)) for key, name in rows]
    # Pages that were deleted since are in no document.
    return [one for one in found if all(one.parts)]


def page_names(ledger: Ledger) -> set[str]:
    """Return the names at the service of all pages that were uploaded as parts of documents."""
    return {row[0] for row in ledger.rows("SELECT name FROM uploads WHERE kind = 'partial'")}
