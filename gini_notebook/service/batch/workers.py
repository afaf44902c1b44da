"""Threads that do one task each and report what came of it; they know neither the ledger nor the plan."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, Protocol

from gini_notebook.errors import GiniError
from gini_notebook.service.client import Client

FILES, HASHES, UPLOADS, LISTS, READS = "files", "hashes", "uploads", "lists", "reads"


class Task(Protocol):
    """One call that a worker makes."""

    pool: ClassVar[str]

    def run(self, client: Client) -> object:
        """Make the call and return what came of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call."""

    subject: Any
    """What the call was made for, as given to :meth:`Workers.submit`."""
    value: Any
    error: Exception | None
    began: float
    """When the call was handed over, by the workers' clock."""


class Workers(Protocol):
    """What does the tasks, and the clock that counts: threads and the monotonic clock, or a simulation."""

    def now(self) -> float:
        """Return the time in seconds; it never jumps."""

    def free(self, pool: str) -> int:
        """Return how many calls the pool can begin at once."""

    def submit(self, pool: str, subject: object, call: Callable[[], object]) -> None:
        """Make a call in the background."""

    def answers(self, timeout_s: float) -> list[Answer]:
        """Wait until a call has ended, the time is over or :meth:`wake` is called; return all that have ended."""

    def wake(self) -> None:
        """End a wait at once; safe to call from a signal handler."""

    def close(self) -> None:
        """Begin no more calls; what comes of those on the way is dropped."""


class Threads:
    """Pools of daemon threads, started when first needed.

    Parameters
    ----------
    sizes
        How many threads each pool may have.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._sizes = dict(sizes)
        self._busy = dict.fromkeys(sizes, 0)
        self._started = dict.fromkeys(sizes, 0)
        self._tasks: dict[str, SimpleQueue[tuple[object, Callable[[], object], float] | None]] = {
            pool: SimpleQueue() for pool in sizes
        }
        # SimpleQueue, because its put may be called from a signal handler while another put is on.
        self._answers: SimpleQueue[tuple[str, Answer] | None] = SimpleQueue()

    def now(self) -> float:
        """Return the monotonic clock, which neither daylight saving nor a corrected clock moves."""
        return time.monotonic()

    def free(self, pool: str) -> int:
        """Return how many calls the pool can begin at once."""
        return self._sizes[pool] - self._busy[pool]

    def submit(self, pool: str, subject: object, call: Callable[[], object]) -> None:
        """Make a call in the background."""
        self._busy[pool] += 1
        if self._started[pool] < self._busy[pool]:
            self._started[pool] += 1
            threading.Thread(target=self._work, args=(pool,), name=f"gini-{pool}", daemon=True).start()
        self._tasks[pool].put((subject, call, self.now()))

    def _work(self, pool: str) -> None:
        tasks, answers = self._tasks[pool], self._answers
        while (task := tasks.get()) is not None:
            subject, call, began = task
            try:
                answer = Answer(subject, call(), None, began)
            except GiniError as error:
                # The traceback of an expected error is of no use, and its frames would keep the document in memory.
                answer = Answer(subject, None, error.with_traceback(None), began)
            except Exception as error:  # noqa: BLE001 - whatever it is, the run's own thread must hear of it
                answer = Answer(subject, None, error, began)
            answers.put((pool, answer))
            # An idle thread must not hold a document.
            del task, subject, call, answer

    def answers(self, timeout_s: float) -> list[Answer]:
        """Wait until a call has ended, the time is over or :meth:`wake` is called; return all that have ended."""
        ended: list[Answer] = []
        try:
            item = self._answers.get(timeout=timeout_s) if timeout_s > 0 else self._answers.get_nowait()
            while True:
                if item is not None:
                    self._busy[item[0]] -= 1
                    ended.append(item[1])
                item = self._answers.get_nowait()
        except Empty:
            return ended

    def wake(self) -> None:
        """End a wait at once; safe to call from a signal handler."""
        self._answers.put(None)

    def close(self) -> None:
        """Begin no more calls; what comes of those on the way is dropped."""
        for pool, started in self._started.items():
            for _ in range(started):
                self._tasks[pool].put(None)
