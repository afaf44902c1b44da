"""The key of a document's content, and the name that lets an upload be recognised in the document list.

``POST /documents`` has no idempotency key, but the file name given on upload comes back as ``name``. A name that holds
a digest of the content and the run's tag therefore tells, after an unclear upload, whether the service has it.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

STEM_CHARACTERS = 40
DIGEST_CHARACTERS = 16
TAG_CHARACTERS = 6
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


def key_of(content: bytes) -> str:
    """Return the key of an upload, the SHA-256 of its bytes: same bytes are one upload."""
    return hashlib.sha256(content).hexdigest()


def part_key(key: str) -> str:
    """Return the key of a page of a document; the same bytes as a document of their own are another upload."""
    return hashlib.sha256(f"partial {key}".encode()).hexdigest()


def composite_key(parts: Sequence[str]) -> str:
    """Return the key of a document of several pages: the same pages in the same order are one upload."""
    return hashlib.sha256(f"composite {' '.join(parts)}".encode()).hexdigest()


def document_key(files: Sequence[str]) -> str:
    """Return the key of a document made of files with these keys."""
    return files[0] if len(files) == 1 else composite_key([part_key(key) for key in files])


def numbered(key: str, number: int) -> str:
    """Return the key of the ``number``-th upload of the same content, which only ``allow_duplicates`` makes."""
    return key if number == 1 else f"{key}#{number}"


def tagged_name(document: str, key: str, tag: str) -> str:
    """Return the file name to upload under: readable stem, digest of the content, tag of the run, ending.

    ASCII only and at most 73 characters, so that no name of a file, however odd, can bend a header or a query.

    Examples
    --------
    >>> tagged_name("März/Rechnung 7.pdf", "0123456789abcdef" * 4, "4f00d1")
    'Rechnung_7.0123456789abcdef.4f00d1.pdf'
    """
    path = PurePosixPath(document)
    if "#" in key:
        key = hashlib.sha256(key.encode()).hexdigest()
    ending = path.suffix if ENDING.fullmatch(path.suffix) else ""
    ascii_stem = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", ascii_stem)[:STEM_CHARACTERS].strip("_") or "document"
    return f"{stem}.{key[:DIGEST_CHARACTERS]}.{tag}{ending.lower()}"


def bears_tag(name: str, tag: str) -> bool:
    """Return whether a document of the list was uploaded by this run."""
    return _stamped(re.escape(tag)).search(name) is not None


def stamp_of(name: str) -> str | None:
    """Return the digest and the tag in the name of a document that some run has uploaded; None for others.

    Examples
    --------
    >>> stamp_of("Rechnung_7.0123456789abcdef.4f00d1.pdf")
    '.0123456789abcdef.4f00d1'
    """
    found = _stamped(f"[0-9a-f]{{{TAG_CHARACTERS}}}").search(name)
    return None if found is None else found[1]


def _stamped(tag: str) -> re.Pattern[str]:
    return re.compile(rf"(\.[0-9a-f]{{{DIGEST_CHARACTERS}}}\.{tag})(\.[a-z0-9]{{1,8}})?$")
