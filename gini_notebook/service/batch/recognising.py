"""Finds out which files hold what a run knows already: many at once, on an executor if there is one.

Only files that are as large as something the ledger knows are looked at. What must be uploaded is read once more:
the bytes that are hashed are the bytes that are sent.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import islice

from gini_notebook._executors import broken, submit
from gini_notebook.service.batch.inputs import Source
from gini_notebook.service.batch.ledger.uploads import known_sizes
from gini_notebook.service.batch.local_files import Seen, look
from gini_notebook.service.batch.run_context import HASHES, RunContext
from gini_notebook.service.batch.workers import Answer

FILES_PER_TASK = 32
MOST_WAITING = 500
# Tasks that are on at once: as many as threads of this process may hash, or as an executor may have in hand.
MOST_TASKS_HERE, MOST_TASKS = 2, 16


class Recogniser:
    """Files that may hold something known.

    Parameters
    ----------
    context
        What the run shares.
    executor
        Who looks at the files; threads of this process by default.
    hear
        Called with each file and what was seen, or None for a file that cannot be read.
    """

    def __init__(
        self, context: RunContext, executor: Executor | None, hear: Callable[[Source, Seen | None], None]
    ) -> None:
        self._context = context
        self._executor = executor
        self._hear = hear
        self._sizes = known_sizes(context.ledger)
        self._waiting: deque[Source] = deque()
        self._looking = 0
        self._room = MOST_TASKS_HERE if executor is None else MOST_TASKS

    @property
    def idle(self) -> bool:
        """Whether no file is waiting or looked at."""
        return not (self._waiting or self._looking)

    @property
    def has_room(self) -> bool:
        """Whether more files should be found."""
        return len(self._waiting) < MOST_WAITING

    def takes(self, source: Source, size: int | None) -> bool:
        """Take a file, if it may hold something known."""
        if size not in self._sizes:
            return False
        self._waiting.append(source)
        return True

    def advance(self) -> None:
        """Hand out files."""
        workers = self._context.workers
        while self._waiting and self._context.stop_reason is None and self._looking < self._room:
            sources = list(islice(self._waiting, FILES_PER_TASK))
            for _ in sources:
                self._waiting.popleft()
            self._looking += 1
            paths = [source.path for source in sources]
            workers.submit(HASHES, partial(self._seen, sources), partial(_look_on, self._executor, paths))

    def _seen(self, sources: Sequence[Source], answer: Answer) -> None:
        self._looking -= 1
        if answer.error is not None:
            self._context.stop(answer.error)
            return
        for source, seen in zip(sources, answer.value, strict=True):
            self._hear(source, seen)


def _look_on(executor: Executor | None, paths: list[str]) -> list[Seen | None]:
    if executor is None:
        return look(paths)
    try:
        return submit(executor, look, paths).result()
    except Exception as error:  # every executor has errors of its own for broken, closed and cancelled
        raise broken(executor, error, "while files were hashed") from error
