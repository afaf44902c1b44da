"""E-invoices that lie beside a document of their name, and are its truth: ``RE-1.xml`` beside ``RE-1.pdf``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from gini_notebook.analysis.truth.labels import Labels

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif")
# A PDF comes before pictures of the same name.
_OF_DOCUMENTS = ((".pdf",), IMAGE_SUFFIXES)


def sidecars(files: Iterable[Path]) -> dict[Path, Path]:
    """Return the e-invoices that are sidecars, each with its document.

    ``RE-1.xml`` and ``RE-1.pdf.xml`` are sidecars of ``RE-1.pdf``, whatever the case of the endings; an XML beside two
    pictures of its name, or beside none, is a document of its own.
    """
    files = list(files)
    by_name: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for file in files:
        if file.suffix.lower() != ".xml":
            by_name[file.parent, file.name].append(file)
            by_name[file.parent, file.stem].append(file)
    found = {file: _document(by_name, file) for file in files if file.suffix.lower() == ".xml"}
    return {file: document for file, document in found.items() if document is not None}


def _document(by_name: Mapping[tuple[Path, str], list[Path]], xml: Path) -> Path | None:
    beside = by_name.get((xml.parent, xml.stem), [])
    for suffixes in _OF_DOCUMENTS:
        of_kind = [file for file in beside if file.suffix.lower() in suffixes]
        if of_kind:
            return of_kind[0] if len(of_kind) == 1 else None
    return None


def renamed(labels: Labels, document: str) -> Labels:
    """Return the labels of one document as those of another."""
    result = Labels(labels.labels.with_documents(lambda _: document), {document: None})
    result.fields.update(labels.fields)
    result.notes += labels.notes
    for text in labels.lines.values():
        result.lines[document] = text
    return result
