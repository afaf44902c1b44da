"""Reads the documents of a run from the disk, a little ahead of the uploads, and takes over what is known of them."""

import heapq
import itertools
import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, NamedTuple

from gini_notebook._executors import broken, submit
from gini_notebook._files import open_regular
from gini_notebook.errors import FileProblem
from gini_notebook.service.batch.events import Event, PagesDropped, PagesReady, Unreadable
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger.documents import moment, source_of, to_read
from gini_notebook.service.batch.ledger.uploads import (
    PARTIAL,
    Assembled,
    Prepared,
    free_key,
    known_sizes,
    link,
    state_and_name,
)
from gini_notebook.service.batch.naming import composite_key, key_of, part_key, tagged_name
from gini_notebook.service.batch.run_context import RunContext
from gini_notebook.service.batch.workers import FILES, HASHES, Answer
from gini_notebook.service.client import Client
from gini_notebook.service.wire.documents import check_file

# The service refuses from 10 MiB on ("Upload a document"); what is far above that is not even read.
BYTES_LIMIT = 64 << 20
# All pages of a document together ("Submit files").
COMPOSITE_BYTES = 10 << 20
READ_TRIES = 3
# What is held in memory at most, ahead of the uploads and on the wire (one document more may just be read).
HELD_BYTES = 96 << 20
AHEAD_DOCUMENTS = 32
CHUNK = 500
FILES_PER_TASK = 32
MOST_WAITING = 500
# Tasks that are on at once: as many as threads of this process may hash, or as an executor may have in hand.
MOST_TASKS_HERE, MOST_TASKS = 2, 16


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
    key = part_key(key_of(page.content))
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
    for _ in range(READ_TRIES):
        with open_regular(Path(path)) as file:
            before = os.fstat(file.fileno())
            if before.st_size > BYTES_LIMIT:
                size = before.st_size >> 20
                message = f"The file {path} has {size} MiB; the service takes less than 10 MiB."
                raise FileProblem(message)
            # No more than it says that it has: what the system makes up as it is read says 0, and may never end.
            content = file.read(before.st_size + 1) if before.st_size else b""
            after = os.fstat(file.fileno())
        if len(content) == before.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return content, after.st_mtime_ns
    message = f"The file {path} changes while it is read. Wait until it is complete, then call again."
    raise FileProblem(message)


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


class DuplicateDetector:
    """Files that may hold something known: those that are as large as something the ledger knows.

    What must be uploaded is read once more: the bytes that are hashed are the bytes that are sent.

    Parameters
    ----------
    context
        What the run shares.
    executor
        Executor that hashes the files; threads of this process by default.
    """

    def __init__(self, context: RunContext, executor: Executor | None) -> None:
        self._context = context
        self._executor = executor
        self._sizes = known_sizes(context.ledger)
        self._waiting: deque[Source] = deque()
        self._hashing = 0
        self._limit = MOST_TASKS_HERE if executor is None else MOST_TASKS

    @property
    def idle(self) -> bool:
        """Whether no file is waiting or being hashed."""
        return not (self._waiting or self._hashing)

    @property
    def has_room(self) -> bool:
        """Whether more files should be found."""
        return len(self._waiting) < MOST_WAITING

    def add(self, source: Source, size: int | None) -> bool:
        """Take a file, if it may hold something known; return whether it does."""
        if size not in self._sizes:
            return False
        self._waiting.append(source)
        return True

    def begin(self) -> list[HashFiles]:
        """Return the files to hash."""
        tasks: list[HashFiles] = []
        while self._waiting and self._context.stop_reason is None and self._hashing < self._limit:
            count = min(FILES_PER_TASK, len(self._waiting))
            tasks.append(HashFiles(tuple(self._waiting.popleft() for _ in range(count)), self._executor))
            self._hashing += 1
        return tasks

    def take(self, task: HashFiles, answer: Answer) -> list[tuple[Source, Seen | None]]:
        """Return each file and what it holds; None for a file that cannot be read."""
        self._hashing -= 1
        if answer.error is not None:
            self._context.stop(answer.error)
            return []
        return list(zip(task.sources, answer.value, strict=True))


class SourceFiles:
    """Documents in order, and those that must be uploaded again when their time has come.

    Parameters
    ----------
    context
        What the run shares; what must be uploaded is put into its queue.
    known_keys
        Keys of all uploads the ledger knows.
    executor
        Executor that hashes files that may hold something known; threads of this process by default.
    """

    def __init__(self, context: RunContext, known_keys: set[str], executor: Executor | None = None) -> None:
        self._context = context
        self._known = known_keys
        self._duplicates = DuplicateDetector(context, executor)
        self._apart = context.ledger.fact("allow_duplicates") is not None
        self._position = -1
        self._chunk: deque[tuple[Source, str | None]] = deque()
        self._exhausted = False
        self._retries: list[tuple[float, int, Source, str]] = []
        self._order = itertools.count()
        self._reading = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left to read."""
        return self._exhausted and self._duplicates.idle and not (self._chunk or self._retries or self._reading)

    def retry_at(self, key: str, due: float) -> None:
        """Read a document with this content once more, at a time to come."""
        source = source_of(self._context.ledger, key)
        if source is not None:
            heapq.heappush(self._retries, (due, next(self._order), source, key))

    def due(self) -> float:
        """Return when the next of those is due."""
        return self._retries[0][0] if self._retries else float("inf")

    def begin(self, now: float) -> list[ReadFile | HashFiles]:
        """Return the files to read, a little ahead."""
        tasks: list[ReadFile] = []
        while self._has_room(len(tasks)) and (task := self._next(now)) is not None:
            self._reading += 1
            tasks.append(task)
        return [*tasks, *self._duplicates.begin()]

    def take(self, task: ReadFile | HashFiles, answer: Answer) -> list[Event]:
        """Return what a file that was read means; what must be uploaded is queued."""
        if isinstance(task, ReadFile):
            return self._read(task, answer)
        for source, seen in self._duplicates.take(task, answer):
            self._recognise(source, seen)
        return []

    def _has_room(self, begun: int) -> bool:
        context = self._context
        return (
            context.stop_reason is None
            and context.workers.free(FILES) > begun
            and context.queue.held_bytes < HELD_BYTES
            and len(context.queue) + self._reading < AHEAD_DOCUMENTS
        )

    def _next(self, now: float) -> ReadFile | None:
        tag = self._context.tag
        while self._retries and self._retries[0][0] <= now:
            _, _, source, wanted = heapq.heappop(self._retries)
            if self._waits(wanted, source):
                return ReadFile(source, wanted, is_retry=True, tag=tag)
        if not self._chunk and not self._exhausted and self._duplicates.has_room:
            self._find_more()
        return ReadFile(*self._chunk.popleft(), is_retry=False, tag=tag) if self._chunk else None

    def _find_more(self) -> None:
        rows = to_read(self._context.ledger, self._position, CHUNK)
        self._exhausted = len(rows) < CHUNK
        for position, source, key, size in rows:
            self._position = position
            # Pages, and copies that shall be uploaded apart, have keys that the hash of one file does not tell.
            single = key is None and not source.pages and not self._apart
            if not (single and self._duplicates.add(source, size)):
                self._chunk.append((source, key))

    def _waits(self, key: str, source: Source) -> bool:
        """Return whether a document is still to be uploaded: a page may have failed since that was asked for."""
        return source.document in self._context.counter.waiting.get(key, ())

    def _is_settled(self, task: ReadFile) -> bool:
        """Return whether a document was finished by a copy, or failed with another page, while it was to be read."""
        if task.former_key is None or self._waits(task.former_key, task.source):
            return False
        return task.is_retry or state_and_name(self._context.ledger, task.former_key)[0] in {"done", "failed"}

    def _read(self, task: ReadFile, answer: Answer) -> list[Event]:
        self._reading -= 1
        if self._is_settled(task):
            return []
        key, events = None, list[Event]()
        if answer.error is not None:
            events += self._unreadable(task.source, answer.error)
        else:
            found = self._keyed(answer.value, task.former_key)
            key = found.key
            events += self._readable(found)
        if task.former_key is not None and key != task.former_key:
            events += self._changed(task.source, task.former_key)
        return events

    def _keyed(self, found: Prepared | Assembled, former_key: str | None) -> Prepared | Assembled:
        if not self._apart:
            return found
        document, ledger = found.source.document, self._context.ledger
        key = free_key(ledger, found.key, document, former_key)
        own = replace(found, key=key, name=tagged_name(document, key, self._context.tag))
        if isinstance(own, Prepared):
            # At once, so that the next copy sees that this key is taken.
            link(ledger, document, key, own.size, own.modified_ns)
        return own

    def _unreadable(self, source: Source, error: Exception) -> list[Event]:
        if isinstance(error, FileProblem):
            return [Unreadable(source.document, str(error))]
        self._context.stop(error)
        return []

    def _changed(self, source: Source, former_key: str) -> list[Event]:
        """Let another copy of the former content take over, if there is one."""
        counter = self._context.counter
        counter.leave(former_key, source.document)
        if not counter.waiting.get(former_key):
            return [PagesDropped(former_key)]
        self.retry_at(former_key, self._context.now())
        return []

    def _recognise(self, source: Source, seen: Seen | None) -> None:
        """Take over what is known of a file's content; read it, if it is not known or must be sent."""
        if seen is None or seen.key not in self._known:
            self._chunk.append((source, None))
            return
        state, _ = self._state(source.document, seen)
        self._count(state, seen.key, source.document)
        if state == "planned":
            self._chunk.append((source, seen.key))

    def _readable(self, found: Prepared | Assembled) -> list[Event]:
        key, document = found.key, found.source.document
        seen = Seen(key, found.size, found.modified_ns)
        state, name = self._state(document, seen) if key in self._known else ("planned", None)
        self._count(state, key, document)
        if state != "planned":
            return []
        self._known.add(key)
        if isinstance(found, Assembled):
            return [PagesReady(found)]
        # Under the name of the first attempt, by which the document is known in the list.
        self._context.queue.push(found if name is None else replace(found, name=name))
        return []

    def _count(self, state: str, key: str, document: str) -> None:
        counter = self._context.counter
        if state == "done":
            counter.completed += 1
        elif state == "failed":
            counter.failed += 1
        else:
            counter.wait(key, document)

    def _state(self, document: str, seen: Seen) -> tuple[str, str | None]:
        link(self._context.ledger, document, *seen)
        if seen.key in self._context.queue:
            return "ready", None
        return state_and_name(self._context.ledger, seen.key)
