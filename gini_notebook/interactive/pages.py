"""Pages as pictures, from the files on this machine or from the service, and the unit of the boxes on them."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gini_notebook._executors import submit
from gini_notebook._files import check_regular
from gini_notebook.errors import FileProblem, GiniError, NotFound
from gini_notebook.interactive.page_drawing import SHARP_PX, SMALL_PX, WIDTH_PX, count_pages, draw_file, no_page
from gini_notebook.interactive.words import PageWords, words_of_files, words_of_layout
from gini_notebook.service.batch.inputs import Documents, find, pages_in
from gini_notebook.service.batch.naming import document_key
from gini_notebook.service.client import Client
from gini_notebook.service.values import Layout

# Pages drawn ahead that are kept until somebody asks for them: some 10 MB.
MOST_AHEAD = 32
# Larger files are not drawn; the service takes none of a tenth of it.
MAX_BYTES = 100 * 1024 * 1024
# What a run calls a document of a list of pages that are no folder of their own.
PAGES_OF_A_LIST = re.compile(r" \(\+[0-9]+\)$")
AS_GIVEN = "Give documents= the mapping or the list of pages that was given to process()."


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a JPEG.

    Attributes
    ----------
    data
        The picture.
    number, count
        Which page of how many, from 1.
    width, height
        Size of the page in the unit of the boxes on it.
    note
        What a person should know about it; often empty.
    """

    data: bytes
    number: int
    count: int
    width: float
    height: float
    note: str = ""


class Pages(Protocol):
    """Where pages come from."""

    @property
    def widths(self) -> Sequence[int]:
        """In which widths a page can be had, in pixels; the first one is the usual one."""

    def page(self, document: str, number: int, width: int = WIDTH_PX) -> Page:
        """Return a page, or raise a ``GiniError`` that says why there is none."""

    def words(self, document: str) -> tuple[PageWords, ...]:
        """Return the words of all pages, or raise a ``GiniError`` that says why there are none."""


class FolderPages:
    """Pages drawn from files on this machine; nothing is asked of the service.

    The unit of boxes is taken to be points, as the service's documentation has it. For pictures it is a guess from
    their resolution.

    Parameters
    ----------
    documents
        The folder the documents are named below, where a folder of pages is a document as for
        :func:`gini_notebook.folders_as_documents`; or the mapping or list that was given to the run.
    hashes
        The ``sha256`` of each document in the table of documents, as far as known.
    executor
        Executor that draws pages ahead; its workers see the same files.
    """

    widths = (WIDTH_PX, SHARP_PX, SMALL_PX)

    def __init__(
        self,
        documents: Documents,
        hashes: Mapping[str, str] | None = None,
        executor: Executor | None = None,
    ) -> None:
        self._documents: Path | dict[str, tuple[str, ...]]
        if isinstance(documents, str | os.PathLike):
            self._documents = Path(documents).resolve()
            if not self._documents.is_dir():
                message = f"There is no folder {documents}. Name the folder that was given to process()."
                raise FileProblem(message)
        else:
            self._documents = {source.document: source.pages or (source.path,) for source in find(documents).sources}
        self._hashes = hashes or {}
        self._executor = executor
        self._ahead: dict[tuple[str, int], Future[Page]] = {}

    def page(self, document: str, number: int, width: int = WIDTH_PX) -> Page:
        """Draw a page of a document, or return it if it was drawn ahead."""
        if width != WIDTH_PX:
            return self._draw(document, number, width)
        begun = self._ahead.pop((document, number), None)
        # What has not begun is not waited for: with an executor, no page comes later than without.
        if begun is not None and not begun.cancel():
            try:
                return begun.result()
            except GiniError:
                raise
            except Exception:  # noqa: BLE001 - an executor that broke off costs time, and no page
                return self._draw(document, number)
        return self._draw(document, number)

    def words(self, document: str) -> tuple[PageWords, ...]:
        """Read the words of a document; pictures have none."""
        return words_of_files(_files(self._place(document), document), document)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folder that the documents are named below, if there is one."""
        return (self._documents,) if isinstance(self._documents, Path) else ()

    def files(self, document: str) -> list[Path]:
        """Return the files of a document, or raise a ``FileProblem`` that says why there are none."""
        return _files(self._place(document), document)

    def unchanged(self, document: str, number: int, known: str | None) -> tuple[Path, str, int]:
        """Return the file that a page is in, its name in messages, and the page's number in it.

        Raises
        ------
        FileProblem
            If there is no such page, or its ``sha256`` is known and another one now.
        """
        place = self._place(document)
        files = _files(place, document)
        keys = [_key_of(file, document, place) for file in files]
        if known and known != document_key(keys):
            raise FileProblem(_changed(keys))
        return _located(files, document, number)[:3]

    def draw_ahead(self, document: str, number: int) -> None:
        """Have a page drawn on the executor, if there is one; of too many pages the oldest are forgotten."""
        place = document, number
        if self._executor is None or place in self._ahead:
            return
        with suppress(Exception):
            self._ahead[place] = submit(
                self._executor, draw_page, self._place(document), document, number, self._hashes.get(document)
            )
        while len(self._ahead) > MOST_AHEAD:
            self._ahead.pop(next(iter(self._ahead))).cancel()

    def _draw(self, document: str, number: int, width: int = WIDTH_PX) -> Page:
        return draw_page(self._place(document), document, number, self._hashes.get(document), width)

    def _place(self, document: str) -> Path | tuple[str, ...]:
        """Return what an executor needs to find the document: the folder, or the files of this one."""
        if isinstance(self._documents, Path):
            return self._documents
        if document not in self._documents:
            message = f"{document} is not among the documents given with documents=. {AS_GIVEN}"
            raise FileProblem(message)
        return self._documents[document]


def draw_page(
    place: Path | tuple[str, ...], document: str, number: int, known: str | None = None, width: int = WIDTH_PX
) -> Page:
    """Draw a page of a document; its pages are those of its files, one file after the other.

    Parameters
    ----------
    place
        The folder that the document is below, resolved; or its files.
    document, number
        The document and its page, from 1.
    known
        Its ``sha256`` in the table of documents.
    width
        Of the picture, in pixels.

    Raises
    ------
    FileProblem
        If there is no such page, or it cannot be drawn.
    """
    files = _files(place, document)
    keys = [_key_of(file, document, place) for file in files]
    note = _changed(keys) if known and known != document_key(keys) else ""
    file, name, number_there, count = _located(files, document, number)
    drawn = draw_file(file, name, number_there, width)
    told = f"{note} {drawn.note}".strip()
    return Page(drawn.data, number, count or drawn.count, drawn.width, drawn.height, told)


def _located(files: Sequence[Path], document: str, number: int) -> tuple[Path, str, int, int]:
    """Return the file that a page is in, its name, the page's number in it, and how many the document has.

    Of a single file nobody has counted the pages: 0.
    """
    if len(files) == 1:
        return files[0], document, number, 0
    names = [f"{file.name} of {document}" for file in files]
    counts = count_pages(files, names)
    if not 1 <= number <= sum(counts):
        raise FileProblem(no_page(document, number, sum(counts)))
    which, before = 0, 0
    while number > before + counts[which]:
        before += counts[which]
        which += 1
    return files[which], names[which], number - before, sum(counts)


def _files(place: Path | tuple[str, ...], document: str) -> list[Path]:
    return _below(place, document) if isinstance(place, Path) else [Path(path) for path in place]


def _changed(keys: Sequence[str]) -> str:
    if len(keys) == 1:
        return "The file has changed since the run."
    # The key of several pages does not tell which of the two it is.
    return "The pages have changed since the run, or were in another order."


def _below(folder: Path, document: str) -> list[Path]:
    """Find the files of a document; names come out of tables from anywhere, and none leads out of the folder."""
    try:
        path = (folder / document).resolve()
        files = [path]
        if path != folder and path.is_relative_to(folder) and path.is_dir():
            files = [Path(page).resolve() for page in pages_in(path)]
        is_listed = PAGES_OF_A_LIST.search(document) is not None and not path.exists()
    except (OSError, ValueError, RuntimeError) as error:  # which a circle of links is before Python 3.13
        raise _unreadable(document, folder, error) from error
    if not files:
        message = f"{document} is a folder, but not one that holds pages and nothing else. {AS_GIVEN}"
        raise FileProblem(message)
    if not all(file.is_relative_to(folder) for file in files):
        message = f"{document} is not below {folder}."
        raise FileProblem(message)
    if is_listed:
        message = f"{document} names its first page and how many follow, not which. {AS_GIVEN}"
        raise FileProblem(message)
    return files


def _key_of(file: Path, document: str, place: Path | tuple[str, ...]) -> str:
    """Return the key of a file's content, which is never in memory as a whole."""
    try:
        check_regular(file)
        with file.open("rb") as content:
            if os.fstat(content.fileno()).st_size > MAX_BYTES:
                message = f"{document} has a file of more than {MAX_BYTES} bytes; it is not drawn."
                raise FileProblem(message)
            return hashlib.file_digest(content, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise _unreadable(document, place if isinstance(place, Path) else file, error) from error


def _unreadable(document: str, where: Path, error: Exception) -> FileProblem:
    return FileProblem(f"{document} cannot be read in {where}: {getattr(error, 'strerror', None) or error}.")


class ServicePages:
    """Pages as the service drew them, with its own unit of boxes: each box lies where the service means it.

    Parameters
    ----------
    client
        The client to use.
    ids
        The id of each document at the service.
    """

    widths = (WIDTH_PX,)

    def __init__(self, client: Client, ids: Mapping[str, str]) -> None:
        self._client = client
        self._ids = ids
        self._layouts: dict[str, Layout] = {}

    def page(self, document: str, number: int, width: int = WIDTH_PX) -> Page:
        """Fetch a page, which the service has in one size for all that people read."""
        del width
        layout = self._layout(document)
        size = layout.page(number)
        if size is None:
            raise NotFound(no_page(document, number, len(layout.pages)), status=404)
        data = self._client.page_image(self._ids[document], number)
        return Page(data, number, len(layout.pages), size.size_x, size.size_y)

    def words(self, document: str) -> tuple[PageWords, ...]:
        """Return the words as the service read them."""
        return words_of_layout(self._layout(document))

    def _layout(self, document: str) -> Layout:
        if document not in self._ids:
            message = f"{document} has no id at the service: it was never uploaded, or the table of documents lacks it."
            raise FileProblem(message)
        if document not in self._layouts:
            self._layouts[document] = self._client.layout(self._ids[document])
        return self._layouts[document]
