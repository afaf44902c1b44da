"""The rows of a ledger: which states a document passes through, as the statements that write them.

::

    planned  -> intent      written before the request leaves
    intent   -> uploaded    the service named the document's id
    intent   -> planned     the request was provably not processed
    intent   -> unknown     nobody can tell; so is every intent found on start-up
    unknown  -> uploaded    the tagged name stands in the document list
    unknown  -> planned     absent from complete lists for longer than the quarantine
    uploaded -> done        result stored in the same transaction
    any      -> failed      with the reason and the request id

A document of several pages is an upload, too: the request that joins its pages, each of which is one of its own.
Documents of the service that an unclear upload made in excess of one for each row are its surplus.
"""

import itertools
import time
from dataclasses import dataclass
from typing import NamedTuple

from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.naming import numbered
from gini_notebook.service.wire.environments import canonical

WHOLE, PARTIAL, COMPOSITE = "whole", "partial", "composite"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that was read and is ready to be uploaded."""

    source: Source
    media_type: str
    key: str
    name: str
    content: bytes
    modified_ns: int
    kind: str = WHOLE

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A document of several pages, all of which were read."""

    source: Source
    media_type: str
    key: str
    name: str
    parts: tuple[Prepared, ...]
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An upload that has an id, and no result yet."""

    key: str
    document_id: str
    polls: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """An upload of which nobody knows whether the service has it."""

    key: str
    name: str
    error: str | None
    request_id: str | None
    kind: str = WHOLE


@dataclass(frozen=True, slots=True)
class Finished:
    """What is known of a document when its result arrives."""

    extractions: str
    polls: int
    processing_s: float
    pages: int | None
    source_classification: str | None


def state_and_name(ledger: Ledger, key: str) -> tuple[str, str | None]:
    """Return the state of an upload and its name at the service; one the ledger has never heard of is planned."""
    rows = ledger.rows("SELECT state, name FROM uploads WHERE key = ?", (key,))
    return rows[0] if rows else ("planned", None)


def name_and_kind(ledger: Ledger, key: str) -> tuple[str, str]:
    """Return the name of an upload at the service, and whether it is a document, a page or a joined one."""
    name, kind = ledger.rows("SELECT name, kind FROM uploads WHERE key = ?", (key,))[0]
    return name, kind


def attempts_of(ledger: Ledger, key: str) -> int:
    """Return how many requests to upload this may have reached the service."""
    return int(ledger.rows("SELECT attempts FROM uploads WHERE key = ?", (key,))[0][0])


def known(ledger: Ledger) -> tuple[set[str], set[str]]:
    """Return the keys of all uploads, and the canonical ids of all their documents."""
    rows = ledger.rows("SELECT key, document_id FROM uploads")
    return {key for key, _ in rows}, {canonical(document_id) for _, document_id in rows if document_id is not None}


def names_of_unresolved(ledger: Ledger) -> set[str]:
    """Return the names of uploads of which nobody knows yet whether the service has them."""
    return {row[0] for row in ledger.rows("SELECT name FROM uploads WHERE state IN ('intent', 'unknown')")}


def known_sizes(ledger: Ledger) -> set[int]:
    """Return the sizes in bytes of all uploads."""
    return {size for (size,) in ledger.rows("SELECT DISTINCT bytes FROM uploads")}


def open_uploads(ledger: Ledger) -> list[Uploaded]:
    """Return the uploads that wait for their result."""
    rows = ledger.rows("SELECT key, document_id, polls FROM uploads WHERE state = 'uploaded' AND kind != 'partial'")
    return [Uploaded(*row) for row in rows]


def unclear_uploads(ledger: Ledger) -> list[Unclear]:
    """Return the unclear uploads; an intent that a stopped run left behind is one of them."""
    ledger.change("UPDATE uploads SET state = 'unknown', unknown_at = ? WHERE state = 'intent'", (time.time(),))
    # A document whose pages are unclear was not sent itself; its pages are looked for.
    ledger.change(
        "UPDATE uploads SET state = 'planned' WHERE state = 'unknown' AND kind = 'composite' AND EXISTS (SELECT 1 "
        "FROM parts JOIN uploads AS page ON page.key = part WHERE parts.key = uploads.key AND page.document_id IS NULL)"
    )
    ledger.commit()
    rows = ledger.rows("SELECT key, name, error, request_id, kind FROM uploads WHERE state = 'unknown'")
    return [Unclear(*row) for row in rows]


def link(ledger: Ledger, document: str, key: str, size: int, modified_ns: int) -> None:
    """Record which content a document has."""
    ledger.change(
        "UPDATE documents SET key = ?, size = ?, modified_ns = ? WHERE document = ?",
        (key, size, modified_ns, document),
    )


def record_intent(ledger: Ledger, prepared: Prepared) -> None:
    """Record that a request is about to leave; must be committed before it does."""
    ledger.change(
        "INSERT INTO uploads (key, bytes, media_type, name, state, attempts, intent_at, kind) "
        "VALUES (?, ?, ?, ?, 'intent', 1, ?, ?) ON CONFLICT (key) DO UPDATE SET state = 'intent', "
        "attempts = attempts + 1, intent_at = excluded.intent_at, error = NULL, request_id = NULL",
        (prepared.key, len(prepared.content), prepared.media_type, prepared.name, time.time(), prepared.kind),
        durable=True,
    )
    if prepared.kind == WHOLE:
        link(ledger, prepared.source.document, prepared.key, prepared.size, prepared.modified_ns)


def set_uploaded(ledger: Ledger, key: str, document_id: str) -> None:
    """Record the id of the document; losing it would mean to pay for the document twice."""
    ledger.change(
        "UPDATE uploads SET state = 'uploaded', document_id = ?, uploaded_at = ?, error = NULL, request_id = NULL "
        "WHERE key = ?",
        (document_id, time.time(), key),
        durable=True,
    )
    # Somebody may have looked for surplus while nobody could tell whose document this is.
    ledger.change("DELETE FROM surplus WHERE lower(document_id) = lower(?)", (document_id,))


def set_unknown(ledger: Ledger, key: str, error: str | None, request_id: str | None) -> None:
    """Record that nobody can tell whether the service has the document."""
    ledger.change(
        "UPDATE uploads SET state = 'unknown', unknown_at = ?, error = ?, request_id = ? WHERE key = ?",
        (time.time(), error, request_id, key),
    )


def set_planned(ledger: Ledger, key: str, *, counts: bool) -> None:
    """Record that the service does not have the document; ``counts``: the attempt reached the service."""
    ledger.change(
        "UPDATE uploads SET state = 'planned', attempts = attempts - ? WHERE key = ?", (0 if counts else 1, key)
    )


def set_failed(ledger: Ledger, key: str, error: str, request_id: str | None, polls: int = 0) -> None:
    """Record that a document failed for good, and why."""
    ledger.change(
        "UPDATE uploads SET state = 'failed', finished_at = ?, error = ?, request_id = ?, polls = ? WHERE key = ?",
        (time.time(), error, request_id, polls, key),
    )


def doubt_failures_once(ledger: Ledger) -> None:
    """Let documents be looked for once more that failed because the service never showed the id that it had named.

    Earlier versions believed half an id, and wrote down that such a document is not there.
    """
    if ledger.fact("failures_doubted") is None:
        ledger.change(
            "UPDATE uploads SET state = 'uploaded' WHERE state = 'failed' AND document_id IS NOT NULL AND polls = 0 "
            "AND deleted_at IS NULL AND kind != 'partial'"
        )
        ledger.remember("failures_doubted", "yes")
        ledger.commit()


def set_done(ledger: Ledger, key: str, finished: Finished) -> None:
    """Store a result, and record in the same transaction that the document is done."""
    ledger.change("INSERT OR REPLACE INTO results VALUES (?, ?)", (key, finished.extractions))
    ledger.change(
        "UPDATE uploads SET state = 'done', finished_at = ?, polls = ?, processing_s = ?, pages = ?, "
        "source_classification = ?, error = NULL, request_id = NULL WHERE key = ?",
        (
            time.time(),
            finished.polls,
            finished.processing_s,
            finished.pages,
            finished.source_classification,
            key,
        ),
    )


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
