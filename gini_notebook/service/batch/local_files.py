"""Reads and hashes the files of a run; works in other processes, too."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from gini_notebook.errors import FileProblem
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger.documents import moment
from gini_notebook.service.batch.ledger.uploads import PARTIAL, Assembled, Prepared
from gini_notebook.service.batch.naming import composite_key, key_of, part_key, tagged_name
from gini_notebook.service.wire.files import check_file

# The service refuses from 10 MiB on ("Upload a document"); what is far above that is not even read.
BYTES_LIMIT = 64 << 20
# All pages of a document together ("Submit files").
COMPOSITE_BYTES = 10 << 20
READS = 3


class Seen(NamedTuple):
    """What a file held, and when it was written."""

    key: str
    size: int
    modified_ns: int


def read_source(source: Source, tag: str) -> Prepared | Assembled:
    """Return a document, with all its pages when it has several.

    Raises
    ------
    FileProblem
        As :func:`read_document`; the message names the page.
    """
    if not source.pages:
        return read_document(source, tag)
    parts: list[Prepared] = []
    size = 0
    for number in range(1, len(source.pages) + 1):
        parts.append(_read_page(source, number, tag))
        size += parts[-1].size
        if size >= COMPOSITE_BYTES:
            have = "The pages have" if number == len(source.pages) else f"The first {number} pages alone have"
            message = f"{have} {size / (1 << 20):.1f} MiB together; the service takes less than 10 MiB."
            raise FileProblem(message)
    key = composite_key([part.key for part in parts])
    media_type = ", ".join(sorted({part.media_type for part in parts}))
    changed = moment([part.modified_ns for part in parts])
    return Assembled(source, media_type, key, tagged_name(source.document, key, tag), tuple(parts), size, changed)


def _read_page(source: Source, number: int, tag: str) -> Prepared:
    path = source.pages[number - 1]
    try:
        page = read_document(Source(path, path), tag)
    except FileProblem as error:
        message = f"Page {number} of {len(source.pages)}: {error}"
        raise FileProblem(message) from error
    key = part_key(page.content)
    name = tagged_name(os.fsencode(os.path.basename(path)).decode("utf-8", "replace"), key, tag)  # noqa: PTH119
    return replace(page, source=source, key=key, name=name, kind=PARTIAL)


def read_document(source: Source, tag: str) -> Prepared:
    """Return the content of a file and its key; the bytes that are hashed are the bytes that will be sent.

    Raises
    ------
    FileProblem
        When the file cannot be read, is of no use to the service, or keeps changing while it is read.
    """
    try:
        content, modified_ns = _steady(source.path)
    except OSError as error:
        message = f"The file {source.path} cannot be read: {error.strerror}."
        raise FileProblem(message) from error
    media_type = check_file(content, source.document)
    key = key_of(content)
    return Prepared(source, media_type, key, tagged_name(source.document, key, tag), content, modified_ns)


def hash_files(paths: Sequence[str]) -> list[Seen | None]:
    """Return what files hold; None for a file of which a run will say what is wrong with it."""
    return [_hash_file(path) for path in paths]


def _hash_file(path: str) -> Seen | None:
    try:
        content, modified_ns = _steady(path)
    except (OSError, FileProblem):
        return None
    return Seen(key_of(content), len(content), modified_ns)


def _steady(path: str) -> tuple[bytes, int]:
    for _ in range(READS):
        with open(path, "rb") as file:  # noqa: PTH123 - fstat of the very file that is read
            before = os.fstat(file.fileno())
            if before.st_size > BYTES_LIMIT:
                size = before.st_size >> 20
                message = f"The file {path} has {size} MiB; the service takes less than 10 MiB."
                raise FileProblem(message)
            content = file.read()
            after = os.fstat(file.fileno())
        if len(content) == before.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return content, after.st_mtime_ns
    message = f"The file {path} changes while it is read. Wait until it is complete, then call again."
    raise FileProblem(message)
