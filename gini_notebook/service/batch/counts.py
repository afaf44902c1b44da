"""How far a run is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents of a run by state; ``completed + failed + unclear + pending == total`` at all times."""

    total: int
    completed: int
    failed: int
    unclear: int = 0

    @property
    def pending(self) -> int:
        """Documents that are not finished."""
        return self.total - self.completed - self.failed - self.unclear

    @property
    def finished(self) -> int:
        """Documents that need no more work."""
        return self.completed + self.failed

    def __str__(self) -> str:
        parts = [f"{self.completed} completed", f"{self.failed} failed", f"{self.pending} pending"]
        if self.unclear:
            parts.append(f"{self.unclear} unclear")
        return f"{self.total} documents: {', '.join(parts)}"


Listener = Callable[[Counts], None]


@dataclass(slots=True)
class Tally:
    """The counts of a run while it is on. Numbers of finished documents only grow."""

    total: int
    completed: int = 0
    failed: int = 0
    waiting: dict[str, set[str]] = field(default_factory=dict)
    """Which documents wait for each unfinished upload: copies of a document share one."""

    def wait(self, key: str, document: str) -> None:
        """Note that a document waits for an upload."""
        self.waiting.setdefault(key, set()).add(document)

    def leave(self, key: str, document: str) -> None:
        """Note that a document no longer waits for an upload, because its file has changed."""
        self.waiting.get(key, set()).discard(document)

    def complete(self, key: str) -> None:
        """Note that an upload has its result, and with it all documents that wait for it."""
        self.completed += len(self.waiting.pop(key, ()))

    def fail(self, key: str) -> None:
        """Note that an upload failed, and with it all documents that wait for it."""
        self.failed += len(self.waiting.pop(key, ()))

    def counts(self, unclear: Iterable[str] = ()) -> Counts:
        """Return the counts now; the documents that wait for the keys in ``unclear`` count as unclear."""
        return Counts(self.total, self.completed, self.failed, sum(len(self.waiting.get(key, ())) for key in unclear))
