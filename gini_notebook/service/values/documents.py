"""Documents, their pages and their layout ("Get document", "Document list", "Pages", "Layout")."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gini_notebook.service.values._base import FLAG, NUMBER, OBJECT, TEXT, WHOLE, Value, many, member, one, value

PENDING = "PENDING"
COMPLETED = "COMPLETED"
ERROR = "ERROR"


def _moment(milliseconds: float | None) -> datetime | None:
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None


@value
class DocumentReference(Value):
    """A link to another document, or its id; ``rotation_delta`` is the clockwise turn of a part in degrees."""

    document: str = member("document", TEXT, default="")
    rotation_delta: int = member("rotationDelta", WHOLE, default=0)
    document_id: str = member("documentId", TEXT, default="")

    @property
    def id(self) -> str:
        """The id, which is the last part of the link where only that was sent."""
        return self.document_id or self.document.rstrip("/").rpartition("/")[2]


@value
class Page(Value):
    """One page of a document with links to its images by size (``large`` and ``medium``; older: ``750x900`` …)."""

    number: int = member("pageNumber", WHOLE)
    images: Mapping[str, Any] = member("images", OBJECT, default={})


@value
class Document(Value):
    """A document in the service.

    Attributes
    ----------
    id
        Opaque; the last part of the document's address.
    progress
        ``PENDING``, ``COMPLETED`` or ``ERROR``; anything else counts as not finished.
    name
        The file name given on upload.
    page_count
        Pages as the service counts them.
    creation_date, expiration_date
        Milliseconds since 1970 (fractions occur), exactly as the service says; see :attr:`created_at`.
    source_classification
        ``SCANNED``, ``SANDWICH``, ``NATIVE``, ``TEXT``, ``COMPOSITE``, or what the service adds.
    partial_documents, composite_documents
        Of a composite its parts in page order; of a part the composites it belongs to.
    """

    id: str = member("id", TEXT)
    progress: str = member("progress", TEXT)
    name: str = member("name", TEXT, default="")
    page_count: int | None = member("pageCount", WHOLE, default=None)
    creation_date: float | None = member("creationDate", NUMBER, default=None)
    expiration_date: float | None = member("expirationDate", NUMBER, default=None)
    origin: str = member("origin", TEXT, default="")
    source_classification: str = member("sourceClassification", TEXT, default="")
    upload_media_type: str = member("uploadMediaType", TEXT, default="")
    pages: tuple[Page, ...] = member("pages", many(one(Page)), default=())
    partial_documents: tuple[DocumentReference, ...] = member(
        "partialDocuments", many(one(DocumentReference)), default=()
    )
    composite_documents: tuple[DocumentReference, ...] = member(
        "compositeDocuments", many(one(DocumentReference)), default=()
    )
    links: Mapping[str, Any] = member("_links", OBJECT, default={})

    @property
    def finished(self) -> bool:
        """Whether the service is done with it, well or badly."""
        return self.progress in {COMPLETED, ERROR}

    @property
    def created_at(self) -> datetime | None:
        """When it was created."""
        return _moment(self.creation_date)

    @property
    def expires_at(self) -> datetime | None:
        """When the service deletes it, if it says so; 0 means it does not."""
        return _moment(self.expiration_date or None)


@value
class DocumentList(Value):
    """One page of the list of documents; ``total_count`` only by the older API."""

    documents: tuple[Document, ...] = member("documents", many(one(Document)))
    total_count: int | None = member("totalCount", WHOLE, default=None)


@value
class Word(Value):
    """One word of the layout with its position and font."""

    left: float = member("l", NUMBER)
    top: float = member("t", NUMBER)
    width: float = member("w", NUMBER)
    height: float = member("h", NUMBER)
    text: str = member("text", TEXT, default="")
    font_size: float | None = member("fontSize", NUMBER, default=None)
    font_family: str = member("fontFamily", TEXT, default="")
    bold: bool = member("bold", FLAG, default=False)


@value
class Line(Value):
    """A line of words."""

    left: float = member("l", NUMBER)
    top: float = member("t", NUMBER)
    width: float = member("w", NUMBER)
    height: float = member("h", NUMBER)
    words: tuple[Word, ...] = member("wds", many(one(Word)), default=())


@value
class Paragraph(Value):
    """A paragraph of lines."""

    left: float = member("l", NUMBER)
    top: float = member("t", NUMBER)
    width: float = member("w", NUMBER)
    height: float = member("h", NUMBER)
    lines: tuple[Line, ...] = member("lines", many(one(Line)), default=())


@value
class TextZone(Value):
    """A zone of paragraphs."""

    paragraphs: tuple[Paragraph, ...] = member("paragraphs", many(one(Paragraph)), default=())


@value
class Region(Value):
    """A region of a page, for example of type ``RemittanceSlip``."""

    left: float = member("l", NUMBER)
    top: float = member("t", NUMBER)
    width: float = member("w", NUMBER)
    height: float = member("h", NUMBER)
    type: str = member("type", TEXT, default="")


@value
class LayoutPage(Value):
    """Text and regions of a page; ``size_x`` and ``size_y`` give the unit of all boxes on it."""

    number: int = member("number", WHOLE)
    size_x: float = member("sizeX", NUMBER)
    size_y: float = member("sizeY", NUMBER)
    text_zones: tuple[TextZone, ...] = member("textZones", many(one(TextZone)), default=())
    regions: tuple[Region, ...] = member("regions", many(one(Region)), default=())

    def words(self) -> Iterator[Word]:
        """All words of the page in reading order of the layout."""
        for zone in self.text_zones:
            for paragraph in zone.paragraphs:
                for line in paragraph.lines:
                    yield from line.words


@value
class Layout(Value):
    """Text of a document with positions, page by page ("Layout")."""

    pages: tuple[LayoutPage, ...] = member("pages", many(one(LayoutPage)))

    def page(self, number: int) -> LayoutPage | None:
        """The page with this number, counted from 1, if the layout has it."""
        return next((page for page in self.pages if page.number == number), None)
