"""Reads the documents of a run from the disk, a little ahead of the uploads."""

import heapq
import itertools
import os
from collections import deque
from dataclasses import replace
from functools import partial

from gini_notebook._wire.files import check_file
from gini_notebook.batch.desk import FILES, Desk
from gini_notebook.batch.inputs import Source
from gini_notebook.batch.naming import key_of, stamped_name
from gini_notebook.batch.rows import Prepared, link, set_problem, source_of, state_and_name, to_read
from gini_notebook.batch.workers import Answer
from gini_notebook.errors import FileProblem

# The service refuses from 10 MiB on ("Upload a document"); what is far above that is not even read.
BYTES_LIMIT = 64 << 20
# What is held in memory at most, ahead of the uploads and on the wire (one document more may just be read).
HELD_BYTES = 96 << 20
AHEAD_DOCUMENTS = 32
CHUNK = 500
LOOKS = 3


def read_document(source: Source, mark: str) -> Prepared:
    """Read a file and compute its key; the bytes that are hashed are the bytes that will be sent.

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
    return Prepared(source, media_type, key, stamped_name(source.document, key, mark), content, modified_ns)


def _steady(path: str) -> tuple[bytes, int]:
    for _ in range(LOOKS):
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


class Feed:
    """Documents in order, and those that must be uploaded again when their time has come.

    Parameters
    ----------
    desk
        What the run shares.
    known_keys
        Keys of all uploads the ledger knows.
    """

    def __init__(self, desk: Desk, known_keys: set[str]) -> None:
        self._desk = desk
        self._known = known_keys
        self._position = -1
        self._chunk: deque[tuple[Source, str | None]] = deque()
        self._exhausted = False
        self._again: list[tuple[float, int, Source, str]] = []
        self._order = itertools.count()
        self._reading = 0
        self._ready: deque[Prepared] = deque()
        self._held_bytes = 0
        self._ready_keys: set[str] = set()

    @property
    def idle(self) -> bool:
        """Whether nothing is left to read or to hand out."""
        return self._exhausted and not (self._chunk or self._again or self._reading or self._ready)

    def __len__(self) -> int:
        return len(self._ready)

    def take(self) -> Prepared:
        """Hand out the next document."""
        prepared = self._ready.popleft()
        self._ready_keys.discard(prepared.key)
        return prepared

    def release(self, prepared: Prepared) -> None:
        """Hear that a document that was handed out is no longer held in memory."""
        self._held_bytes -= len(prepared.content)

    def again(self, key: str, due: float) -> None:
        """Read a document with this content once more, at a time to come."""
        source = source_of(self._desk.ledger, key)
        if source is not None:
            heapq.heappush(self._again, (due, next(self._order), source, key))

    def due(self) -> float:
        """Return when the next of those is due."""
        return self._again[0][0] if self._again else float("inf")

    def advance(self) -> None:
        """Read ahead."""
        desk = self._desk
        while (
            desk.halt is None
            and desk.workers.free(FILES)
            and self._held_bytes < HELD_BYTES
            and len(self._ready) + self._reading < AHEAD_DOCUMENTS
            and (item := self._next()) is not None
        ):
            self._reading += 1
            desk.workers.submit(FILES, partial(self._read, *item), partial(read_document, item[0], desk.mark))

    def _next(self) -> tuple[Source, str | None] | None:
        if self._again and self._again[0][0] <= self._desk.now():
            return heapq.heappop(self._again)[2:]
        if not self._chunk and not self._exhausted:
            rows = to_read(self._desk.ledger, self._position, CHUNK)
            self._exhausted = len(rows) < CHUNK
            self._chunk.extend((source, key) for _, source, key in rows)
            self._position = rows[-1][0] if rows else self._position
        return self._chunk.popleft() if self._chunk else None

    def _read(self, source: Source, former_key: str | None, answer: Answer) -> None:
        self._reading -= 1
        if answer.error is not None:
            self._unreadable(source, answer.error)
        else:
            self._readable(answer.value)
        if former_key is not None and (answer.error is not None or answer.value.key != former_key):
            self._changed(source, former_key)

    def _unreadable(self, source: Source, error: Exception) -> None:
        if not isinstance(error, FileProblem):
            self._desk.stop(error)
            return
        set_problem(self._desk.ledger, source.document, str(error))
        self._desk.tally.failed += 1

    def _changed(self, source: Source, former_key: str) -> None:
        """Let another copy of the former content take over, if there is one."""
        tally = self._desk.tally
        tally.leave(former_key, source.document)
        if tally.waiting.get(former_key):
            self.again(former_key, self._desk.now())

    def _readable(self, prepared: Prepared) -> None:
        key, tally = prepared.key, self._desk.tally
        state, name = self._state(prepared) if key in self._known else ("planned", None)
        if state == "done":
            tally.completed += 1
        elif state == "failed":
            tally.failed += 1
        else:
            tally.wait(key, prepared.source.document)
        if state == "planned":
            # Under the name of the first attempt, by which the document is known in the list.
            self._known.add(key)
            self._ready.append(prepared if name is None else replace(prepared, name=name))
            self._held_bytes += len(prepared.content)
            self._ready_keys.add(key)

    def _state(self, prepared: Prepared) -> tuple[str, str | None]:
        link(self._desk.ledger, prepared)
        if prepared.key in self._ready_keys:
            return "ready", None
        return state_and_name(self._desk.ledger, prepared.key)
