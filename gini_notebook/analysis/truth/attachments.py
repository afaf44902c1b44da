"""The XML inside a PDF: only attachments that may be an e-invoice are unpacked, and only up to a size."""

import logging
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, EmbeddedFile

from gini_notebook.analysis.truth.einvoice.safe_xml import MAX_BYTES
from gini_notebook.errors import TruthError

# The names of the ZUGFeRD, Factur-X and XRechnung specifications, newest first.
_KNOWN_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")

# What pypdf has to say about slightly broken files is for those who ask for its log, not for a notebook's output.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


def xml_attachments(content: bytes, where: str) -> list[tuple[str, bytes]]:
    """Return name and content of the XML attachments of a PDF, those with a name from a specification first.

    pypdf stops unpacking a stream at a limit of its own; what is then still larger than an e-invoice is refused here.

    Raises
    ------
    TruthError
        If the PDF cannot be read, is encrypted, or an XML attachment is too large.
    """
    try:
        named = [(name, entry) for name, entry in _entries(content) if name.lower().endswith(".xml")]
        named.sort(key=lambda pair: _rank(pair[0]))
        found = [(name, bytes(entry.content)) for name, entry in named]
    except Exception as error:  # a damaged PDF makes the reader raise anything; all of it means the same
        message = f"{where} cannot be read as PDF: {error or type(error).__name__}."
        raise TruthError(message) from error
    for name, xml in found:
        if len(xml) > MAX_BYTES:
            message = f"The attachment {name!r} of {where} has {len(xml)} bytes; more than {MAX_BYTES} are not read."
            raise TruthError(message)
    return found


def _rank(name: str) -> int:
    return _KNOWN_NAMES.index(name.lower()) if name.lower() in _KNOWN_NAMES else len(_KNOWN_NAMES)


def _entries(content: bytes) -> Iterator[tuple[str, EmbeddedFile]]:
    """Yield the attachments by the tree of names, and those that only the list of associated files (AF) mentions."""
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
