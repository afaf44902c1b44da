"""What a run has done on worker threads: each task says which pool it needs and makes one call.

A task knows neither the ledger nor the plan. The part of the engine that began it takes the answer.
"""

import json
from collections.abc import Container, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Protocol

from gini_notebook._executors import broken, submit
from gini_notebook.errors import NotFound
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger.uploads import PARTIAL, Assembled, Prepared
from gini_notebook.service.batch.local_files import Seen, hash_files, read_source
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document

FILES, HASHES, UPLOADS, LISTS, READS = "files", "hashes", "uploads", "lists", "reads"


class Task(Protocol):
    """One call that a worker makes."""

    pool: ClassVar[str]

    def run(self, client: Client) -> object:
        """Make the call and return what came of it."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read a document from the disk.

    ``former_key`` is the key of the content it had when it was last read; ``is_retry``: to upload that once more.
    """

    pool: ClassVar[str] = FILES
    source: Source
    former_key: str | None
    is_retry: bool
    tag: str

    def run(self, _: Client) -> Prepared | Assembled:
        """Return the document with its content and key."""
        return read_source(self.source, self.tag)


@dataclass(frozen=True, slots=True)
class HashFiles:
    """Hash files that may hold what the run knows already, on an executor if there is one."""

    pool: ClassVar[str] = HASHES
    sources: tuple[Source, ...]
    executor: Executor | None

    def run(self, _: Client) -> list[Seen | None]:
        """Return what each file holds; None for a file that cannot be read."""
        paths = [source.path for source in self.sources]
        if self.executor is None:
            return hash_files(paths)
        try:
            return submit(self.executor, hash_files, paths).result()
        except Exception as error:  # every executor has errors of its own for broken, closed and cancelled
            raise broken(self.executor, error, "while files were hashed") from error


@dataclass(frozen=True, slots=True)
class Upload:
    """Send a document, or a page of one."""

    pool: ClassVar[str] = UPLOADS
    prepared: Prepared

    def run(self, client: Client) -> str:
        """Return the id of the document."""
        one = self.prepared
        send = client.upload_partial if one.kind == PARTIAL else client.upload
        return send(one.content, name=one.name, media_type=one.media_type)


@dataclass(frozen=True, slots=True)
class Join:
    """Join pages that are at the service to a document."""

    pool: ClassVar[str] = UPLOADS
    key: str
    parts: tuple[str, ...]

    def run(self, client: Client) -> str:
        """Return the id of the document."""
        return client.compose(self.parts)


@dataclass(frozen=True, slots=True)
class ReadListPage:
    """Read a page of the document list."""

    pool: ClassVar[str] = LISTS
    limit: int
    start: float | None

    def run(self, client: Client) -> list[Document]:
        """Return the documents of the page."""
        return client.documents(limit=self.limit, next=self.start)


@dataclass(frozen=True, slots=True)
class Poll:
    """Ask how far a document is."""

    pool: ClassVar[str] = READS
    document_id: str

    def run(self, client: Client) -> Document:
        """Return the document."""
        return client.document(self.document_id)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Fetch what was read on a document."""

    pool: ClassVar[str] = READS
    document_id: str

    def run(self, client: Client) -> str:
        """Return the checked extractions as compact JSON."""
        return json.dumps(client.extractions(self.document_id).to_dict(), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class FoundComposites:
    """What a first page told: documents of exactly the pages asked for, oldest first.

    ``names_parents`` says whether pages name the documents they are part of; None if nothing shows it.
    """

    found: tuple[Document, ...]
    names_parents: bool | None


@dataclass(frozen=True, slots=True)
class LookAtPage:
    """Look at the first page of a document for requests to join that were carried out without an answer.

    ``witnesses`` are ids of other composites, and of their first pages; ``is_last``: at the end of a run.
    """

    pool: ClassVar[str] = READS
    key: str
    name: str
    parts: tuple[str, ...]
    known_ids: Container[str]
    witnesses: Sequence[tuple[str, str]] = ()
    is_last: bool = False

    def run(self, client: Client) -> FoundComposites:
        """Return the documents that consist of exactly these pages, other than known ones."""
        return find_composites(client, self.parts, self.known_ids, self.witnesses)


def find_composites(
    client: Client, parts: Sequence[str], known: Container[str], witnesses: Sequence[tuple[str, str]] = ()
) -> FoundComposites:
    """Return the composites that consist of exactly these parts in this order, other than known ones.

    Parameters
    ----------
    client
        The client to use.
    parts
        Ids of the pages.
    known
        Ids of documents to leave out.
    witnesses
        Ids of other composites, and of their first pages, which may show that pages name their documents.

    Raises
    ------
    NotFound
        When the first page is no longer at the service.
    """
    found = []
    parents = client.document(parts[0]).composite_documents
    for parent in parents:
        if parent.id in known:
            continue
        # Perhaps deleted between the two calls.
        with suppress(NotFound):
            composite = client.document(parent.id)
            if [part.id for part in composite.partial_documents] == list(parts):
                found.append(composite)
    found.sort(key=lambda composite: composite.creation_date or 0)
    return FoundComposites(tuple(found), True if parents else _named_by_page(client, witnesses))


def _named_by_page(client: Client, witnesses: Sequence[tuple[str, str]]) -> bool | None:
    for document_id, first_page in witnesses:
        with suppress(NotFound):
            client.document(document_id)
            return any(parent.id == document_id for parent in client.document(first_page).composite_documents)
    return None
