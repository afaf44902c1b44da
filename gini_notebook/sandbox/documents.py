"""What is stored: documents, the library of one user, and the files."""

import hashlib
import shutil
import time
import uuid
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIFE_MS = 28 * 24 * 3600 * 1000


@dataclass(slots=True, eq=False)
class Document:
    """One document of the service, whole, partial or composite.

    Attributes
    ----------
    kind
        ``"whole"``, ``"partial"`` or ``"composite"``.
    upload_media_type
        The content type that was stated at the upload.
    media_type
        What the content really is.
    sha256
        Of the content; of the parts' hashes for a composite. Results are kept under it.
    partials
        The parts of a composite: document and degrees to turn clockwise.
    composites
        The composites that a partial is in use by.
    feedback
        Labels that somebody corrected: the extraction, or ``None`` where the value was wrong and nothing replaces it.
    compound_feedback
        Compound extractions that somebody corrected.
    product_tag
        What the upload's metadata asked to have extracted; empty for the payment labels.
    failure
        Why it could not be read; empty unless it ended in ``ERROR``.
    """

    id: str
    name: str
    created_ms: int
    kind: str
    upload_media_type: str
    media_type: str
    sha256: str
    page_count: int
    source_classification: str
    progress: str = "PENDING"
    partials: list[tuple["Document", int]] = field(default_factory=list)
    composites: list["Document"] = field(default_factory=list)
    feedback: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    compound_feedback: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    product_tag: str = ""
    failure: str = ""

    @property
    def changes_answer(self) -> bool:
        """Whether the extractions differ from what was read."""
        return bool(self.feedback or self.compound_feedback or self.product_tag)

    def page(self, number: int) -> tuple["Document", int, int]:
        """Return where a page comes from: document that holds the file, page in it, degrees to turn clockwise."""
        for part, turn in self.partials:
            if number <= part.page_count:
                return part, number, turn
            number -= part.page_count
        return self, number, 0

    def as_json(self, base_url: str) -> dict[str, Any]:
        """Return the document resource (Get Document page of the documentation)."""
        uri = f"{base_url}/documents/{self.id}"
        value: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "pageCount": self.page_count,
            "creationDate": self.created_ms,
            "expirationDate": self.created_ms + LIFE_MS,
            "origin": "UPLOAD",
            "progress": self.progress,
            "sourceClassification": self.source_classification,
            "uploadMediaType": self.upload_media_type,
            "_links": {
                "document": uri,
                "extractions": f"{uri}/extractions",
                "layout": f"{uri}/layout",
                "processed": f"{uri}/processed",
                "pages": f"{uri}/pages",
            },
        }
        if self.kind == "composite":
            value["partialDocuments"] = [
                {"document": f"{base_url}/documents/{part.id}", "rotationDelta": turn} for part, turn in self.partials
            ]
        elif self.kind == "partial":
            value["compositeDocuments"] = [{"document": f"{base_url}/documents/{one.id}"} for one in self.composites]
        return value


class Delay:
    """Documents of which something cannot be seen yet, though they are stored.

    Parameters
    ----------
    clock
        Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def begin(self, document_id: str, seconds: float) -> None:
        """Hide a document for some seconds from now on."""
        self._until[document_id] = self._clock() + seconds

    def hides(self, document_id: str) -> bool:
        """Return whether a document is hidden now."""
        until = self._until.get(document_id)
        if until is not None and until <= self._clock():
            del self._until[document_id]
            return False
        return until is not None

    def __bool__(self) -> bool:
        """Return whether any document may be hidden."""
        return bool(self._until)


class Library:
    """The documents of one user, which nobody else sees.

    Parameters
    ----------
    clock
        Seconds that never go back.

    Attributes
    ----------
    unread
        Documents that cannot be read yet.
    unlisted
        Documents that the list leaves out yet.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._documents: dict[str, Document] = {}
        self.unread = Delay(clock)
        self.unlisted = Delay(clock)

    def __iter__(self) -> Iterator[Document]:
        """Go through the documents, oldest first."""
        return iter(self._documents.values())

    def get(self, document_id: str) -> Document | None:
        """Find a document."""
        return self._documents.get(document_id)

    def add(self, **members: Any) -> Document:
        """Store a new document; it gets its id and time here."""
        newest = next(reversed(self._documents.values()), None)
        # The list is cut by binary search, so the clock must not go back within a library.
        now_ms = max(time.time_ns() // 1_000_000, newest.created_ms if newest else 0)
        document = Document(id=str(uuid.uuid4()), created_ms=now_ms, **members)
        self._documents[document.id] = document
        for part, _ in document.partials:
            if document not in part.composites:
                part.composites.append(document)
        return document

    def listed(self) -> list[Document]:
        """Return the documents that the list shows, oldest first."""
        if not self.unlisted:
            return list(self._documents.values())
        return [one for one in self._documents.values() if not self.unlisted.hides(one.id)]

    def page(self, *, limit: int, next_ms: int = 0, offset: int = 0) -> list[Document]:
        """Return one page of the list, newest first.

        Parameters
        ----------
        limit
            How many at most.
        next_ms
            Creation date of the first document of the page; 0 for the newest (Document list page of the documentation).
        offset
            How many to leave out before that, as the older API pages.
        """
        documents = self.listed()
        end = bisect_right(documents, next_ms, key=_created) if next_ms else len(documents)
        end -= min(offset, end)
        return documents[max(0, end - limit) : end][::-1]

    def remove(self, document: Document) -> None:
        """Remove a document; a composite lets go of its parts."""
        del self._documents[document.id]
        for part, _ in document.partials:
            if document in part.composites:
                part.composites.remove(document)

    def clear(self) -> None:
        """Remove everything."""
        self._documents.clear()


def _created(document: Document) -> int:
    return document.created_ms


class Storage:
    """Files under the hash of their content, so that the same bytes are kept and read once.

    Parameters
    ----------
    folder
        The sandbox's own folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holders: Counter[str] = Counter()

    def store(self, content: bytes) -> str:
        """Keep a file for one more document; return its hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        new = not self.holds(sha256)
        self.hold(sha256)
        if new:
            self.path(sha256).write_bytes(content)
        return sha256

    def hold(self, key: str) -> None:
        """Keep what belongs to a hash for one more document."""
        self._holders[key] += 1
        (self._folder / key).mkdir(exist_ok=True)

    def holds(self, key: str) -> bool:
        """Return whether any document needs what belongs to a hash."""
        return self._holders[key] > 0

    def let_go(self, key: str) -> bool:
        """Release what one document needed; without any document left it is removed, and the answer is ``True``."""
        self._holders[key] -= 1
        if self.holds(key):
            return False
        self.remove(key)
        return True

    def remove(self, key: str) -> None:
        """Remove all files that belong to a hash."""
        del self._holders[key]
        shutil.rmtree(self._folder / key, ignore_errors=True)

    def path(self, key: str, what: str = "content") -> Path:
        """Return where the file is, or with ``what`` something that was made of it."""
        return self._folder / key / what

    def content(self, key: str) -> bytes:
        """Return the content of a file."""
        return self.path(key).read_bytes()
