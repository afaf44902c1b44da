"""How far a run is: its counts, and one bar that shows them, or whatever the caller wants to do with them."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from gini_notebook._text import printable_lines
from gini_notebook.errors import SettingError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents of a run by state; ``completed + failed + unclear + pending == total`` at all times."""

    total: int
    completed: int
    failed: int
    unclear: int = 0
    look_at: float | None = None
    """When unclear documents are looked for again, in whole seconds since 1970; None if they are not."""

    @property
    def pending(self) -> int:
        """Documents that are not finished."""
        return self.total - self.completed - self.failed - self.unclear

    @property
    def finished(self) -> int:
        """Documents that need no more work."""
        return self.completed + self.failed

    @property
    def unclear_text(self) -> str:
        """How many are unclear, and when they are looked for again by the clock of this place."""
        if self.look_at is None:
            return f"{self.unclear} unclear"
        return f"{self.unclear} unclear, looked for again at {time.strftime('%H:%M:%S', time.localtime(self.look_at))}"

    def __str__(self) -> str:
        parts = [f"{self.completed} completed", f"{self.failed} failed", f"{self.pending} pending"]
        if self.unclear:
            parts.append(self.unclear_text)
        return f"{self.total} documents: {', '.join(parts)}"


Listener = Callable[[Counts], None]


@dataclass(slots=True)
class RunCounter:
    """The counts of a run while it is on. Numbers of finished documents only grow."""

    total: int
    completed: int = 0
    failed: int = 0
    waiting: dict[str, set[str]] = field(default_factory=dict)
    """Which documents wait for each unfinished upload: copies of a document share one."""

    def wait(self, key: str, document: str) -> None:
        """Record that a document waits for an upload."""
        self.waiting.setdefault(key, set()).add(document)

    def leave(self, key: str, document: str) -> None:
        """Record that a document no longer waits for an upload, because its file has changed."""
        self.waiting.get(key, set()).discard(document)

    def complete(self, key: str) -> None:
        """Record that an upload has its result, and with it all documents that wait for it."""
        self.completed += len(self.waiting.pop(key, ()))

    def fail(self, key: str) -> None:
        """Record that an upload failed, and with it all documents that wait for it."""
        self.failed += len(self.waiting.pop(key, ()))

    def counts(self, unclear: Iterable[str] = (), look_at: float | None = None) -> Counts:
        """Return the counts now; the documents that wait for the keys in ``unclear`` count as unclear."""
        number = sum(len(self.waiting.get(key, ())) for key in unclear)
        return Counts(self.total, self.completed, self.failed, number, look_at if number else None)


Progress = Literal["auto"] | bool | Callable[[Counts], None]
EVERY_S = 0.1
# So often something is said at least, so that silence never looks like a hang.
AT_LEAST_EVERY_S = 10.0
TELL_S = 0.5


def wants_bar() -> bool:
    """Return whether somebody is there to see a bar: a terminal or a notebook, and no machine (``CI``)."""
    if os.environ.get("CI") or os.environ.get("TQDM_DISABLE"):
        return False
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        # Papermill and nbclient run notebooks that nobody looks at; they are the ones that allow no input.
        return bool(getattr(kernel, "_allow_stdin", True))
    return sys.stderr.isatty()


@contextmanager
def shown(progress: Progress, begin: Counts) -> Iterator[Callable[[Counts], None]]:
    """Return what to call with new counts while a run is on.

    Parameters
    ----------
    progress
        ``"auto"`` shows a bar when somebody is there to see it, True always, False never; a callable gets the
        :class:`Counts`, at most ten times per second, at least every ten seconds, and once at the end.
    begin
        The counts at the beginning.

    Raises
    ------
    SettingError
        When it is none of these.
    """
    if callable(progress):
        listener, close = progress, _nothing
    elif progress is True or (progress == "auto" and wants_bar()):
        listener, close = _bar(begin)
    elif progress in (False, "auto"):
        listener, close = _ignored, _nothing
    else:
        message = f'progress is {progress!r}; it can be "auto", True, False or a function of the counts.'
        raise SettingError(message)
    throttled = _Throttle(listener)
    try:
        yield throttled
    finally:
        throttled.last()
        close()


def while_telling(call: Callable[[], T], tell: Callable[[], object]) -> T:
    """Make a call that may take long in a thread, and tell again and again how far everything is until it is over."""
    answer: list[T] = []
    problem: list[BaseException] = []

    def work() -> None:
        try:
            answer.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
            problem.append(error)

    # A daemon, so that nobody who interrupts this waits for a server.
    thread = threading.Thread(target=work, name="gini-call", daemon=True)
    thread.start()
    while thread.is_alive():
        tell()
        thread.join(TELL_S)
    if problem:
        raise problem[0]
    return answer[0]


def say(text: str) -> None:
    """Write one line for people, above a bar if there is one."""
    from tqdm.auto import tqdm

    tqdm.write(printable_lines(text), file=sys.stderr)


def _ignored(counts: Counts) -> None:
    """Show nothing."""
    del counts


def _nothing() -> None:
    """Close what needs no closing."""


class _Throttle:
    def __init__(self, listener: Callable[[Counts], None]) -> None:
        self._listener = listener
        self._told: Counts | None = None
        self._latest: Counts | None = None
        self._next = 0.0

    def __call__(self, counts: Counts) -> None:
        self._latest = counts
        now = time.monotonic()
        if now >= self._next and (counts != self._told or now >= self._next + AT_LEAST_EVERY_S - EVERY_S):
            self._tell(counts)

    def _tell(self, counts: Counts) -> None:
        self._next, self._told = time.monotonic() + EVERY_S, counts
        self._listener(counts)

    def last(self) -> None:
        """Pass on the last counts, unless they were."""
        if self._latest is not None and self._latest != self._told:
            self._tell(self._latest)


def _bar(begin: Counts) -> tuple[Callable[[Counts], None], Callable[[], None]]:
    from tqdm.auto import tqdm

    # What an earlier call has finished is part of the bar, not of the rate.
    bar: Any = tqdm(total=begin.total, initial=begin.finished, unit="document", dynamic_ncols=True)

    def show(counts: Counts) -> None:
        bar.total = counts.total
        bar.update(counts.finished - bar.n)
        parts = [f"failed={counts.failed}"] if counts.failed else []
        parts += [counts.unclear_text] if counts.unclear else []
        bar.set_postfix_str(", ".join(parts))

    return show, bar.close
