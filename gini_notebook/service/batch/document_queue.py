"""Reads the documents of a run from the disk, a little ahead of the uploads."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from gini_notebook.errors import FileProblem
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger.documents import set_problem, source_of, to_read
from gini_notebook.service.batch.ledger.pages import free_key
from gini_notebook.service.batch.ledger.uploads import Assembled, Prepared, link, state_and_name
from gini_notebook.service.batch.local_files import Seen, read_source
from gini_notebook.service.batch.naming import tagged_name
from gini_notebook.service.batch.recognising import Recogniser
from gini_notebook.service.batch.run_context import FILES, RunContext
from gini_notebook.service.batch.workers import Answer

# What is held in memory at most, ahead of the uploads and on the wire (one document more may just be read).
HELD_BYTES = 96 << 20
AHEAD_DOCUMENTS = 32
CHUNK = 500


class Feed:
    """Documents in order, and those that must be uploaded again when their time has come.

    Parameters
    ----------
    context
        What the run shares.
    known_keys
        Keys of all uploads the ledger knows.
    executor
        Who hashes files that may hold something known; threads of this process by default.

    Attributes
    ----------
    assembled
        Who takes documents of several pages that must be uploaded.
    abandoned
        Who hears of contents that no document has any more.
    """

    def __init__(self, context: RunContext, known_keys: set[str], executor: Executor | None = None) -> None:
        self._context = context
        self.assembled: Callable[[Assembled], None] = _untaken
        self.abandoned: Callable[[str], None] = _unmissed
        self._apart = context.ledger.fact("allow_duplicates") is not None
        self._known = known_keys
        self._recogniser = Recogniser(context, executor, self._recognised)
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
        busy = self._chunk or self._again or self._reading or self._ready
        return self._exhausted and self._recogniser.idle and not busy

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

    def push(self, prepared: Prepared) -> None:
        """Take a page of a document into the queue, unless the same page is in it."""
        if prepared.key not in self._ready_keys:
            self._ready.append(prepared)
            self._held_bytes += len(prepared.content)
            self._ready_keys.add(prepared.key)

    def again(self, key: str, due: float) -> None:
        """Read a document with this content once more, at a time to come."""
        source = source_of(self._context.ledger, key)
        if source is not None:
            heapq.heappush(self._again, (due, next(self._order), source, key))

    def due(self) -> float:
        """Return when the next of those is due."""
        return self._again[0][0] if self._again else float("inf")

    def advance(self) -> None:
        """Read ahead."""
        context = self._context
        while (
            context.stop_reason is None
            and context.workers.free(FILES)
            and self._held_bytes < HELD_BYTES
            and len(self._ready) + self._reading < AHEAD_DOCUMENTS
            and (item := self._next()) is not None
        ):
            self._reading += 1
            source, former_key, is_again = item
            handler = partial(self._read, source, former_key, is_again=is_again)
            context.workers.submit(FILES, handler, partial(read_source, source, context.tag))
        self._recogniser.advance()

    def _next(self) -> tuple[Source, str | None, bool] | None:
        while self._again and self._again[0][0] <= self._context.now():
            _, _, source, wanted = heapq.heappop(self._again)
            if self._waits(wanted, source):
                return source, wanted, True
        if not self._chunk and not self._exhausted and self._recogniser.has_room:
            rows = to_read(self._context.ledger, self._position, CHUNK)
            self._exhausted = len(rows) < CHUNK
            for _, source, key, size in rows:
                # Pages, and copies that shall be uploaded apart, have keys that a look at one file does not tell.
                single = key is None and not source.pages and not self._apart
                if not (single and self._recogniser.takes(source, size)):
                    self._chunk.append((source, key))
            self._position = rows[-1][0] if rows else self._position
        return (*self._chunk.popleft(), False) if self._chunk else None

    def _waits(self, key: str, source: Source) -> bool:
        """Tell whether a document is still to be uploaded: a page of it may have failed since that was asked for."""
        return source.document in self._context.tally.waiting.get(key, ())

    def _is_settled(self, key: str, source: Source, *, is_again: bool) -> bool:
        """Tell whether a document was finished by a copy, or failed with another page, while it was to be read."""
        if self._waits(key, source):
            return False
        return is_again or state_and_name(self._context.ledger, key)[0] in {"done", "failed"}

    def _read(self, source: Source, former_key: str | None, answer: Answer, *, is_again: bool) -> None:
        self._reading -= 1
        if former_key is not None and self._is_settled(former_key, source, is_again=is_again):
            return
        key = None
        if answer.error is not None:
            self._unreadable(source, answer.error)
        else:
            prepared = self._keyed(answer.value, former_key)
            key = prepared.key
            self._readable(prepared)
        if former_key is not None and key != former_key:
            self._changed(source, former_key)

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

    def _unreadable(self, source: Source, error: Exception) -> None:
        if not isinstance(error, FileProblem):
            self._context.stop(error)
            return
        set_problem(self._context.ledger, source.document, str(error))
        self._context.tally.failed += 1

    def _changed(self, source: Source, former_key: str) -> None:
        """Let another copy of the former content take over, if there is one."""
        tally = self._context.tally
        tally.leave(former_key, source.document)
        if tally.waiting.get(former_key):
            self.again(former_key, self._context.now())
        else:
            self.abandoned(former_key)

    def _recognised(self, source: Source, seen: Seen | None) -> None:
        """Take over what is known of a file's content; read it, if it is not known or must be sent."""
        if seen is None or seen.key not in self._known:
            self._chunk.append((source, None))
            return
        state, _ = self._state(source.document, seen)
        self._count(state, seen.key, source.document)
        if state == "planned":
            self._chunk.append((source, seen.key))

    def _readable(self, prepared: Prepared | Assembled) -> None:
        key, document = prepared.key, prepared.source.document
        seen = Seen(key, prepared.size, prepared.modified_ns)
        state, name = self._state(document, seen) if key in self._known else ("planned", None)
        self._count(state, key, document)
        if state == "planned":
            self._known.add(key)
            if isinstance(prepared, Assembled):
                self.assembled(prepared)
            else:
                # Under the name of the first attempt, by which the document is known in the list.
                self.push(prepared if name is None else replace(prepared, name=name))

    def _count(self, state: str, key: str, document: str) -> None:
        tally = self._context.tally
        if state == "done":
            tally.completed += 1
        elif state == "failed":
            tally.failed += 1
        else:
            tally.wait(key, document)

    def _state(self, document: str, seen: Seen) -> tuple[str, str | None]:
        link(self._context.ledger, document, *seen)
        if seen.key in self._ready_keys:
            return "ready", None
        return state_and_name(self._context.ledger, seen.key)


def _untaken(assembled: Assembled) -> None:
    """Stand in until somebody takes documents of several pages."""


def _unmissed(key: str) -> None:
    """Stand in until somebody wants to hear of contents that are gone."""
