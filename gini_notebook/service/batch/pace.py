"""How fast to call the service, and how many documents to have with it at once."""

import math
import random
from collections import deque

BACKOFF_FIRST_S = 0.5
BACKOFF_LIMIT_S = 30.0


def backoff_s(failures: int, rng: random.Random) -> float:
    """Return how long to wait after so many failures in a row: doubling, with jitter, so that workers spread."""
    ceiling = min(BACKOFF_LIMIT_S, BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
    return ceiling * rng.uniform(0.5, 1.0)


class Pace:
    """One opinion for all workers on whether the service may be called now.

    A pause that the service asks for holds for everybody. When nothing succeeds any more, or repeating costs more
    than the shared budget, the breaker opens: then one call at a time finds out whether the service is back.

    Parameters
    ----------
    rng
        Source of the jitter.
    """

    FAILURES_IN_A_ROW = 10
    BUDGET = 100.0
    EARNED_PER_SUCCESS = 0.5

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
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

    def room(self, now: float) -> float:
        """Return how many calls may begin now: none, the one trial of an open breaker, or any number."""
        if self.wait_s(now) > 0:
            return 0
        return 1 if self._opened_at is not None else math.inf

    def begin(self) -> None:
        """Record that a call begins; while the breaker is open it is the one trial."""
        if self._opened_at is not None:
            self._trial_is_on = True

    def pause(self, now: float, seconds: float) -> None:
        """Keep everybody from calling for a while, as the service asked."""
        self._paused_until = max(self._paused_until, now + seconds)

    def succeeded(self) -> None:
        """Record that the service answered a call."""
        self._budget = min(self.BUDGET, self._budget + self.EARNED_PER_SUCCESS)
        self._failing_since = None
        self._answered()

    def refused(self, now: float) -> None:
        """Record that the service asked to come later: it is there, so that is no failure, and no success."""
        if self._failing_since is None:
            self._failing_since = now
        self._answered()

    def _answered(self) -> None:
        self._failures = 0
        if self._opened_at is not None:
            self._opened_at, self._trials, self._trial_is_on = None, 0, False
            self._paused_until = 0.0

    def failed(self, now: float, began: float) -> None:
        """Record that a call failed in a way that says something about the service, not about the document."""
        if self._failing_since is None:
            self._failing_since = now
        self._failures += 1
        self._budget -= 1
        if self._opened_at is not None:
            if began < self._opened_at:
                return
            self._trial_is_on = False
            self._trials += 1
            self.pause(now, backoff_s(self._trials + 1, self._rng))
        elif self._failures >= self.FAILURES_IN_A_ROW or self._budget <= 0:
            self._opened_at = now
            self._budget = max(self._budget, 0.0)
            self.pause(now, backoff_s(1, self._rng))

    def failing_s(self, now: float) -> float:
        """Return for how long nothing has succeeded."""
        return 0.0 if self._failing_since is None else now - self._failing_since


class Window:
    """How many documents to have with the service: more while throughput grows, fewer when it refuses.

    A service that works on C documents at once is kept busy by about 1.5 to 2 C; more only lengthens its queue.

    Parameters
    ----------
    size
        To begin with.
    limit
        At most.
    """

    MORE = 1.1
    QUEUEING = 1.5
    TURNS_UNTIL_NEXT_TRY = 24
    TURN_S = 0.5

    def __init__(self, size: int, limit: int) -> None:
        self.size = size
        self._limit = limit
        self._before = size
        self._best = 0.0
        self._growing = True
        self._careful = False
        self._turns = 0
        self._unsettled = size // 2
        self._done = 0
        self._began = 0.0
        self._was_full = False
        self._refused_at = float("-inf")
        self._sending = 0
        self._held = 0

    def room(self) -> int:
        """Return how many documents may still be sent."""
        in_flight = self._sending + self._held
        if in_flight >= self.size:
            self._was_full = True
        return max(0, self.size - in_flight)

    def send(self) -> None:
        """Record that an upload or a join begins."""
        self._sending += 1

    def answered(self) -> None:
        """Record that an upload or a join has ended, whatever came of it."""
        self._sending -= 1

    def enter(self) -> None:
        """Record that the service works on one more document."""
        self._held += 1

    def leave(self) -> None:
        """Record that the service works on one document less."""
        self._held -= 1

    def finished(self, now: float, alone_s: float | None) -> None:
        """Record that a document was finished; after a full turn of the window, think again about its size.

        ``alone_s`` is how long a document takes that needs not queue at the service, as far as is known.
        """
        if self._unsettled:
            # Documents that were sent under the former size say nothing about this one.
            self._unsettled -= 1
            self._began, self._done, self._was_full = now, 0, False
            return
        self._done += 1
        if self._done >= max(16, self.size) and now - self._began >= self.TURN_S:
            if self._was_full:
                self._think(self._done / (now - self._began), alone_s)
            self._began, self._done, self._was_full = now, 0, False

    def _think(self, rate: float, alone_s: float | None) -> None:
        self._turns += 1
        if self._careful:
            self.size = min(self._limit, self.size + 1)
        elif self._turns == 1 and alone_s is not None and self.size / rate > self.QUEUEING * alone_s:
            # Documents spend size / rate at the service (Little's law), most of it in a queue: wide enough.
            self._growing = False
        elif self._growing and rate > self.MORE * self._best:
            self._best = rate
            self._widen()
        elif self._growing:
            self.size, self._growing, self._turns = self._before, False, 0
            self._unsettled = self.size
        elif self._turns >= self.TURNS_UNTIL_NEXT_TRY:
            self._best, self._growing = rate, True
            self._widen()

    def _widen(self) -> None:
        self._before = self._unsettled = self.size
        self.size = min(self._limit, 2 * self.size)

    def refused(self, now: float) -> None:
        """Shrink, because the service refuses more than it has accepted; once per volley of refusals."""
        if now - self._refused_at >= self.TURN_S:
            self._refused_at, self._careful = now, True
            self.size = max(1, min(self.size - 1, max(self._held, self.size // 2)))


class Latencies:
    """What has been learnt about how long the service takes, from the documents of this run."""

    ENOUGH = 16

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=200)
        self._times: deque[float] = deque(maxlen=32)
        self._sorted: list[float] = []
        self._unsorted = 0
        self._first: list[float] = []

    def add(self, seconds: float, now: float, number: int) -> None:
        """Learn from a document that was seen finished; ``number`` counts the documents of this run as sent."""
        if number < self.ENOUGH:
            self._first.append(seconds)
        self._seen.append(seconds)
        self._times.append(now)
        self._unsorted += 1
        if self._unsorted >= self.ENOUGH:
            self._sorted, self._unsorted = sorted(self._seen), 0

    @property
    def learnt(self) -> bool:
        """Whether enough documents have been seen."""
        return len(self._sorted) >= self.ENOUGH

    @property
    def alone_s(self) -> float | None:
        """How long a document takes that needs not queue: the mean of the first ones, when most of them are known."""
        return sum(self._first) / len(self._first) if len(self._first) > self.ENOUGH // 2 else None

    def quantile(self, share: float) -> float:
        """Return the latency that this share of the documents stays below."""
        return self._sorted[min(len(self._sorted) - 1, int(share * len(self._sorted)))]

    def time_for_s(self, documents: int, now: float) -> float:
        """Return how long it lately took to finish so many documents."""
        return documents * (now - self._times[0]) / len(self._times)
