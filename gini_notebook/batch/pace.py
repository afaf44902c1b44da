"""How fast to call the service: pauses it asks for, outages, and how many documents to have with it at once."""

import random
from collections import deque
from dataclasses import dataclass, field

BACKOFF_FIRST_S = 0.5
BACKOFF_LIMIT_S = 30.0


def backoff_s(failures: int, chance: random.Random) -> float:
    """Return how long to wait after so many failures in a row: doubling, with jitter, so that workers spread."""
    ceiling = min(BACKOFF_LIMIT_S, BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
    return ceiling * chance.uniform(0.5, 1.0)


class Pace:
    """One opinion for all workers on whether the service may be called now.

    A pause that the service asks for holds for everybody. When nothing succeeds any more, or repeating costs more
    than the shared budget, the breaker opens: then one call at a time finds out whether the service is back.

    Parameters
    ----------
    chance
        Source of the jitter.
    """

    FAILURES_IN_A_ROW = 10
    BUDGET = 100.0
    EARNED_PER_SUCCESS = 0.5

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._paused_until = 0.0
        self._failures = 0
        self._budget = self.BUDGET
        self._opened_at: float | None = None
        self._trials = 0
        self._trial_is_on = False
        self._failing_since: float | None = None

    def wait_s(self, now: float) -> float:
        """Return the seconds until a call may begin; 0 when it may begin now."""
        if self._opened_at is not None and self._trial_is_on:
            return max(1.0, self._paused_until - now)
        return max(0.0, self._paused_until - now)

    def begin(self) -> None:
        """Note that a call begins; while the breaker is open it is the one trial."""
        if self._opened_at is not None:
            self._trial_is_on = True

    def pause(self, now: float, seconds: float) -> None:
        """Keep everybody from calling for a while, as the service asked."""
        self._paused_until = max(self._paused_until, now + seconds)

    def succeeded(self) -> None:
        """Note that the service answered a call."""
        self._budget = min(self.BUDGET, self._budget + self.EARNED_PER_SUCCESS)
        self._failures = 0
        self._failing_since = None
        if self._opened_at is not None:
            self._opened_at, self._trials, self._trial_is_on = None, 0, False
            self._paused_until = 0.0

    def failed(self, now: float, began: float) -> None:
        """Note that a call failed in a way that says something about the service, not about the document."""
        if self._failing_since is None:
            self._failing_since = now
        self._failures += 1
        self._budget -= 1
        if self._opened_at is not None:
            if began < self._opened_at:
                return
            self._trial_is_on = False
            self._trials += 1
            self.pause(now, backoff_s(self._trials + 1, self._chance))
        elif self._failures >= self.FAILURES_IN_A_ROW or self._budget <= 0:
            self._opened_at = now
            self._budget = max(self._budget, 0.0)
            self.pause(now, backoff_s(1, self._chance))

    def failing_s(self, now: float) -> float:
        """Return for how long nothing has succeeded."""
        return 0.0 if self._failing_since is None else now - self._failing_since


@dataclass(slots=True)
class Window:
    """How many documents to have with the service: more while throughput grows, fewer when it refuses.

    A service that works on C documents at once is kept busy by about 1.5 to 2 C; more only lengthens its queue.
    """

    size: int
    limit: int
    _best: float = 0.0
    _before: int = 0
    _done: int = 0
    _began: float | None = None
    _was_full: bool = False
    _growing: bool = True
    _turns: int = 0
    _refused_at: float = field(default=float("-inf"))
    _careful: bool = False

    MORE = 1.1
    TURNS_UNTIL_NEXT_TRY = 8
    TURN_S = 0.5

    def room(self, in_flight: int) -> int:
        """Return how many documents may still be sent."""
        if in_flight >= self.size:
            self._was_full = True
        return max(0, self.size - in_flight)

    def finished(self, now: float, count: int) -> None:
        """Note that documents were finished; after a full turn of the window, think again about its size."""
        if self._began is None:
            # The time until the first result says nothing about the throughput.
            self._began = now
            return
        self._done += count
        elapsed = now - self._began
        if self._done < max(16, self.size) or elapsed < self.TURN_S:
            return
        rate = self._done / elapsed
        was_full, self._was_full, self._began, self._done = self._was_full, False, now, 0
        if was_full:
            self._think(rate)

    def _think(self, rate: float) -> None:
        self._turns += 1
        if self._careful:
            self.size = min(self.limit, self.size + 1)
        elif self._growing and rate > self.MORE * self._best:
            self._best, self._before = rate, self.size
            self.size = min(self.limit, 2 * self.size)
        elif self._growing:
            self.size, self._growing, self._turns = self._before, False, 0
        elif self._turns >= self.TURNS_UNTIL_NEXT_TRY:
            self._best, self._before, self._growing = rate, self.size, True
            self.size = min(self.limit, 2 * self.size)

    def refused(self, now: float, in_flight: int) -> None:
        """Shrink, because the service refuses more; at most once per half second, as refusals come in volleys."""
        if now - self._refused_at < self.TURN_S:
            return
        self._refused_at, self._careful = now, True
        self.size = max(1, int(0.8 * min(self.size, max(1, in_flight))))


class Latencies:
    """What has been learnt about how long the service takes, from the documents of this run."""

    ENOUGH = 16

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=200)
        self._sorted: list[float] = []
        self._unsorted = 0

    def add(self, seconds: float) -> None:
        """Learn from a finished document."""
        self._seen.append(seconds)
        self._unsorted += 1
        if self._unsorted >= 16:
            self._sorted, self._unsorted = sorted(self._seen), 0

    @property
    def learnt(self) -> bool:
        """Whether enough documents have been seen."""
        return len(self._sorted) >= self.ENOUGH

    def quantile(self, share: float) -> float:
        """Return the latency that this share of the documents stays below."""
        return self._sorted[min(len(self._sorted) - 1, int(share * len(self._sorted)))]
