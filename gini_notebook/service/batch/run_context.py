"""What the parts of a run share: client, ledger, workers, and one judgement of what a failed call means."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from gini_notebook.errors import (
    AnswerLost,
    CredentialsError,
    GiniError,
    LoginRequired,
    RunStopped,
    ServiceError,
    TransportError,
)
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.pace import Latencies, Outcome, Pace, Window, backoff_s, outcome_of
from gini_notebook.service.batch.progress import Tally
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.workers import Answer, Workers
from gini_notebook.service.client import Client

FILES, HASHES, UPLOADS, LISTS, READS = "files", "hashes", "uploads", "lists", "reads"
Handler = Callable[[Answer], None]


@dataclass(slots=True)
class RunContext:
    """The shared state of a run. Only the run's own thread touches it."""

    client: Client
    ledger: Ledger
    settings: BatchSettings
    workers: Workers
    tally: Tally
    tag: str
    rng: random.Random
    window: Window
    pace: Pace
    latencies: Latencies = field(default_factory=Latencies)
    known_ids: set[str] = field(default_factory=set)
    stop_reason: Exception | None = None
    """Why the run cannot go on; set once, looked at after the ledger is written."""

    def now(self) -> float:
        """Return the monotonic time in seconds."""
        return self.workers.now()

    def may_call(self, pool: str) -> bool:
        """Tell whether a call to the service may begin now."""
        return self.room(pool) > 0

    def room(self, pool: str) -> float:
        """Return how many calls to the service may begin now."""
        return 0 if self.stop_reason is not None else min(self.workers.free(pool), self.pace.room(self.now()))

    def call(self, pool: str, handler: Handler, call: Callable[[], object]) -> None:
        """Call the service in the background; ``handler`` gets the answer on the run's own thread."""
        self.pace.begin()
        self.workers.submit(pool, handler, call)

    def backoff_s(self, failures: int) -> float:
        """Return how long to wait after so many failures of one thing."""
        return backoff_s(failures, self.rng)

    @property
    def look_pause_s(self) -> float:
        """How long to wait between two looks for what is unclear."""
        return min(10.0, max(0.2, self.settings.quarantine_s / 10))

    def stop(self, reason: Exception) -> None:
        """Let the run end as soon as the ledger is written; the first reason counts."""
        self.stop_reason = self.stop_reason or reason

    def judge(self, answer: Answer, *, uploads: bool = False) -> Outcome | None:
        """Tell what a failed call means, and let pace and window learn from it; None when it did not fail."""
        error = answer.error
        if error is None:
            self.pace.succeeded()
            return None
        if not isinstance(error, TransportError | ServiceError):
            return self._local(error, uploads=uploads)
        outcome = outcome_of(error, uploads=uploads)
        if outcome is Outcome.FATAL:
            self.stop(error)
        elif outcome is Outcome.REFUSED:
            self.pace.succeeded()
        else:
            self.pace.failed(self.now(), answer.began)
            if isinstance(error, ServiceError):
                self._obey(error)
        return outcome

    def of_new_id(self, answer: Answer) -> Answer:
        """Take an id that is already somebody else's for no answer: it came from a cache or a replay."""
        if answer.error is None and answer.value in self.known_ids:
            error = AnswerLost("The service answered with the id of another document.")
            return Answer(answer.subject, None, error, answer.began)
        return answer

    def wait_after_s(self, outcome: Outcome, waiting: int) -> float:
        """Return how long to wait before an upload that was not processed is repeated; a refusal narrows the window."""
        now = self.now()
        wait_s = 0.0 if outcome is Outcome.FATAL else max(self.backoff_s(1), self.pace.wait_s(now))
        if outcome is Outcome.WAIT:
            self.window.refused(now, waiting)
        return wait_s

    def _local(self, error: Exception, *, uploads: bool) -> Outcome:
        if isinstance(error, GiniError) and not isinstance(error, LoginRequired | CredentialsError):
            return Outcome.REFUSED
        self.stop(error)
        # Nobody foresaw this one, so nobody can say whether the request had left.
        return Outcome.UNCLEAR if uploads else Outcome.FATAL

    def _obey(self, error: ServiceError) -> None:
        asked = error.retry_after_s
        if asked is None and error.status != 429:
            return
        if asked is not None and asked > self.settings.retry_after_limit_s:
            self.stop(RunStopped(f"the service asks for a pause of {asked:.0f} s"))
            return
        self.pace.pause(self.now(), asked if asked is not None else self.backoff_s(1))


def reason_of(error: Exception) -> tuple[str, str | None]:
    """Return what to write in a row about an error, and the service's request id if it has one."""
    if isinstance(error, ServiceError):
        return error.service_message or str(error), error.request_id or None
    return str(error), None
