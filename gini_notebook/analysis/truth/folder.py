"""Ground truth from files that hold one document each: e-invoices, PDFs with one inside, corrected extractions."""

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gini_notebook import _guarded
from gini_notebook._executors import broken
from gini_notebook._extras import needed_for
from gini_notebook.analysis.truth.einvoice import einvoice_labels
from gini_notebook.analysis.truth.einvoice.safe_xml import MAX_BYTES
from gini_notebook.analysis.truth.labels import Labels, packed, unpacked
from gini_notebook.analysis.truth.records import extractions_labels, is_extractions, parse_json
from gini_notebook.analysis.truth.sheets import decoded, read_bytes
from gini_notebook.analysis.truth.sidecars import IMAGE_SUFFIXES
from gini_notebook.analysis.truth.sizes import check_regular
from gini_notebook.errors import ReaderStopped, TruthError

if TYPE_CHECKING:
    from pypdf.generic import EmbeddedFile

DOCUMENT_SUFFIXES = (".pdf", ".xml", ".json", *IMAGE_SUFFIXES)
# An invoice has one, or one and its attachments.
MAX_ATTACHMENTS = 32
_MAX_PDF_BYTES = 100 * 1024 * 1024
_PDF_MARK = b"%PDF-"
_CHUNK = 16  # files per task, so that the way to another process is worth it


class Found(NamedTuple):
    """What one file holds: labels, or none, or the reason why nobody can tell."""

    document: str
    labels: Labels | None = None
    problem: str | None = None


def files_below(folder: Path) -> list[Path]:
    """Return the files below a folder in a fixed order, without hidden ones."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if not name.startswith(".")]
    return sorted(found)


def document_name(path: Path, folder: Path) -> str:
    """Return the path below the folder, with ``/``, as text even where a name is no valid UTF-8."""
    relative = path.relative_to(folder).as_posix()
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def read_documents(
    paths: Sequence[Path], documents: Sequence[str], *, qr_codes: bool, executor: Executor | None
) -> Iterator[Found]:
    """Read many files, one after the other or by an executor; a file that cannot be read is no exception here.

    Raises
    ------
    ExecutorBroken
        If the executor breaks off, for example since one of its processes was killed.
    """
    # Whoever reads may have another working directory.
    tasks = [(str(path.absolute()), document, qr_codes) for path, document in zip(paths, documents, strict=True)]
    if executor is None:
        for task, answer in zip(tasks, _guarded.each(packed_document, tasks), strict=True):
            yield _found(task[1], answer)
        return
    done = 0
    chunks = [tasks[start : start + _CHUNK] for start in range(0, len(tasks), _CHUNK)]
    try:
        for chunk, answers in zip(chunks, executor.map(read_tasks, chunks), strict=True):
            for task, (value, problem) in zip(chunk, answers, strict=True):
                yield _found(task[1], _guarded.Answer(value, None if problem is None else TruthError(problem)))
            done += len(chunk)
    except Exception as error:  # every executor has errors of its own for broken, closed and cancelled
        raise broken(executor, error, f"after {done} of {len(paths)} files") from error


def read_tasks(tasks: Sequence[tuple[str, str, bool]]) -> list[tuple[_guarded.Value, str | None]]:
    """Read some files: for each its labels, packed for the way back, or what is wrong with it."""
    return [
        _value_or_problem(task[1], answer)
        for task, answer in zip(tasks, _guarded.each(packed_document, tasks), strict=True)
    ]


def _value_or_problem(document: str, answer: _guarded.Answer) -> tuple[_guarded.Value, str | None]:
    try:
        return _value(document, answer), None
    except TruthError as error:
        return None, str(error)


def _found(document: str, answer: _guarded.Answer) -> Found:
    try:
        return Found(document, _unpacked(document, answer))
    except TruthError as error:
        return Found(document, None, str(error))


def _unpacked(document: str, answer: _guarded.Answer) -> Labels | None:
    value = _value(document, answer)
    return None if value is None else unpacked(value)


def _value(document: str, answer: _guarded.Answer) -> _guarded.Value:
    try:
        return answer.get()
    except ReaderStopped as error:
        message = f"{document} cannot be read: {error}."
        raise TruthError(message) from error


def read_document(path: Path, document: str, *, qr_codes: bool) -> Labels | None:
    """Return the labels a file holds, or ``None`` where it holds none; its readers run in the guarded process.

    Raises
    ------
    TruthError
        If the file cannot be read, or is refused.
    """
    [answer] = _guarded.each(packed_document, [(str(path.absolute()), document, qr_codes)])
    return _unpacked(document, answer)


def packed_document(path: str, document: str, qr_codes: bool) -> _guarded.Value:
    """Read a file, in the guarded process."""
    labels = document_labels(Path(path), document, qr_codes=qr_codes)
    return None if labels is None else packed(labels)


def document_labels(path: Path, document: str, *, qr_codes: bool) -> Labels | None:
    """Return the labels a file holds, or ``None`` where it holds none; whatever readers do, they do here.

    Raises
    ------
    TruthError
        If the file cannot be read, or is refused.
    """
    suffix = path.suffix.lower()
    if suffix in DOCUMENT_SUFFIXES:
        check_regular(path, document)
    if suffix == ".xml":
        return einvoice_labels(read_bytes(path, document, MAX_BYTES), document, document)
    if suffix == ".json":
        return _corrected_extractions(path, document)
    if suffix in IMAGE_SUFFIXES:
        return _qr_labels(path, document) if qr_codes else None
    if suffix == ".pdf" or _starts_as_pdf(path):
        labels = _embedded(read_bytes(path, document, _MAX_PDF_BYTES), document)
        return _qr_labels(path, document) if labels is None and qr_codes else labels
    return None


def _qr_labels(path: Path, document: str) -> Labels | None:
    with needed_for("Reading QR codes", "truth"):
        from gini_notebook.analysis.truth.qr_codes import qr_labels
    return qr_labels(path, document)


def _starts_as_pdf(path: Path) -> bool:
    try:
        if not path.is_file():
            return False  # a pipe is opened when somebody writes into it, perhaps never
        with path.open("rb") as file:
            return file.read(len(_PDF_MARK)) == _PDF_MARK
    except OSError:
        return False


def _corrected_extractions(path: Path, document: str) -> Labels | None:
    content = parse_json(decoded(read_bytes(path, document, MAX_BYTES), document), document)
    if not is_extractions(content):
        return None
    return extractions_labels(content, document.removesuffix(path.suffix), document)


def _embedded(content: bytes, document: str) -> Labels | None:
    """Return the labels of the first attachment that is an e-invoice; if none is, say what was wrong with the first."""
    refused = None
    for name, xml in xml_attachments(content, document):
        try:
            return einvoice_labels(xml, document, f"{name} in {document}")
        except TruthError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return None


# The names of the ZUGFeRD, Factur-X and XRechnung specifications, newest first.
_KNOWN_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")

# What pypdf has to say about slightly broken files is for those who ask for its log, not for a notebook's output.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def xml_attachments(content: bytes, where: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the XML attachments of a PDF, those with a name from a specification first.

    Each is unpacked when it is asked for. pypdf stops unpacking a stream at a limit of its own; what is then still
    larger than an e-invoice is refused here.

    Raises
    ------
    TruthError
        If the PDF cannot be read, is encrypted, has too many XML attachments, or one of them is too large.
    """
    with needed_for("Reading e-invoices inside PDFs", "truth"):
        import pypdf  # noqa: F401 - what a damaged PDF makes it raise is told from that it is missing
    with _reading(where):
        named = [(name, entry) for name, entry in _entries(content) if name.lower().endswith(".xml")]
    if len(named) > MAX_ATTACHMENTS:
        message = f"{where} has {len(named)} XML attachments; a PDF with more than {MAX_ATTACHMENTS} is not read."
        raise TruthError(message)
    for name, entry in sorted(named, key=lambda pair: _rank(pair[0])):
        with _reading(where):
            xml = bytes(entry.content)
        if len(xml) > MAX_BYTES:
            message = f"The attachment {name!r} of {where} has {len(xml)} bytes; more than {MAX_BYTES} are not read."
            raise TruthError(message)
        yield name, xml


@contextmanager
def _reading(where: str) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:  # a damaged PDF makes the reader raise anything; all of it means the same
        message = f"{where} cannot be read as PDF: {error or type(error).__name__}."
        raise TruthError(message) from error


def _rank(name: str) -> int:
    return _KNOWN_NAMES.index(name.lower()) if name.lower() in _KNOWN_NAMES else len(_KNOWN_NAMES)


def _entries(content: bytes) -> "Iterator[tuple[str, EmbeddedFile]]":
    """Yield the attachments by the tree of names, and those that only the list of associated files (AF) mentions."""
    from pypdf import PdfReader
    from pypdf.generic import DictionaryObject, EmbeddedFile

    reader = PdfReader(BytesIO(content))
    known = set()
    for entry in reader.attachment_list:
        known.add(entry.name)
        yield entry.name, entry
    for reference in reader.root_object.get("/AF", ()):
        specification = reference.get_object()
        if isinstance(specification, DictionaryObject):
            name = str(specification.get("/UF") or specification.get("/F") or "")
            if name not in known:
                yield name, EmbeddedFile(name, specification)
