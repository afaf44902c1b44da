"""What the parts of the engine share: client, ledger, limits, the queue of documents, and what a failed call means."""

import random
from collections import Counter
from collections.abc import Collection
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
from gini_notebook.service.batch.events import Failed, RetryAt
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.uploads import Prepared, Unclear, attempts_of
from gini_notebook.service.batch.pace import Latencies, Pace, Window, backoff_s
from gini_notebook.service.batch.progress import RunCounter
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.workers import Answer, Workers
from gini_notebook.service.client import Client
from gini_notebook.service.wire.environments import canonical
from gini_notebook.service.wire.outcomes import Kind, Observation, Outcome, observed, outcome_of

# What the document list can prove, as remembered in the ledger: it names our documents as we named them; it shows them,
# but none that has a name of ours yet; it shows them under other names; there is none.
NAMES_KEPT, UNNAMED, IDS_ONLY, NO_LIST = "names", "unnamed", "ids", "none"
# From how many complete scans of the list, or polls of a page, something must be absent before it may be repeated.
ABSENCES = 2
# After how many scans that fail one after the other nothing more is expected of the list.
SCANS_IN_VAIN = 5
# For how long a refusal to read explains refusals to upload.
RATE_LIMIT_S = 10.0
LOOK_AGAIN_SHORTEST_S, LOOK_AGAIN_LONGEST_S = 0.25, 5.0


class DocumentQueue:
    """Documents and pages that were read and wait for their upload.

    Attributes
    ----------
    held_bytes
        What is held in memory: here, and on the wire until :meth:`release`.
    """

    def __init__(self) -> None:
        self.held_bytes = 0
        self._ready: dict[str, Prepared] = {}

    def __len__(self) -> int:
        return len(self._ready)

    def __contains__(self, key: str) -> bool:
        return key in self._ready

    def push(self, prepared: Prepared) -> None:
        """Append a document or page, unless the same content is waiting already."""
        if prepared.key not in self._ready:
            self._ready[prepared.key] = prepared
            self.held_bytes += prepared.size

    def take(self) -> Prepared:
        """Return the next document; it is held until it is released."""
        return self._ready.pop(next(iter(self._ready)))

    def release(self, prepared: Prepared) -> None:
        """Record that a document that was taken is no longer held in memory."""
        self.held_bytes -= prepared.size

    def discard(self, key: str) -> None:
        """Drop a page that nobody needs any more."""
        if (prepared := self._ready.pop(key, None)) is not None:
            self.release(prepared)


@dataclass(slots=True)
class RunContext:
    """The shared state of a run. Only the run's own thread touches it."""

    client: Client
    ledger: Ledger
    settings: BatchSettings
    workers: Workers
    counter: RunCounter
    tag: str
    rng: random.Random
    window: Window
    pace: Pace
    known_ids: set[str]
    listing: str | None
    """What the document list can prove; None while that is open."""
    probe_is_on: bool = False
    """Whether a document is being looked for in the list, to find that out."""
    draining: bool = False
    """Whether no more documents will follow those that are with the service."""
    queue: DocumentQueue = field(default_factory=DocumentQueue)
    latencies: Latencies = field(default_factory=Latencies)
    stop_reason: Exception | None = None
    """Why the run cannot go on; set once, looked at after the ledger is written."""
    began: float = field(init=False)
    """When the run was begun, or taken up."""
    _claimed: Counter[str] = field(default_factory=Counter)
    _read_refused_at: float = float("-inf")
    _named_at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = self.now()

    def now(self) -> float:
        """Return the monotonic time in seconds."""
        return self.workers.now()

    def claim(self, pool: str) -> bool:
        """Return whether a call to the service may begin now; if so it must, and counts until :meth:`submitted`."""
        if self.stop_reason is not None or self.workers.free(pool) <= self._claimed[pool]:
            return False
        if not self.pace.room(self.now()):
            return False
        self.pace.begin()
        self._claimed[pool] += 1
        return True

    def submitted(self) -> None:
        """Record that all tasks that were claimed are with the workers."""
        self._claimed.clear()

    def backoff_s(self, failures: int) -> float:
        """Return how long to wait after so many failures of one thing."""
        return backoff_s(failures, self.rng)

    def look_again_s(self, document_id: str) -> float:
        """Return how long to wait before looking again for a document that the service does not show yet."""
        age_s = self.now() - self._named_at.get(document_id, self.began)
        return min(LOOK_AGAIN_LONGEST_S, max(LOOK_AGAIN_SHORTEST_S, age_s / 2))

    @property
    def poll_pause_s(self) -> float:
        """How long to wait between two polls for what is unclear."""
        return min(10.0, max(0.2, self.settings.quarantine_s / 10))

    def repeat(self, unclear: Unclear, what: str) -> RetryAt | Failed:
        """Return that something the service does not have is sent again, unless that was tried too often."""
        if attempts_of(self.ledger, unclear.key) < self.settings.attempts:
            return RetryAt(unclear.key, self.now(), unclear.kind, reached=True)
        error = f"Given up after {self.settings.attempts} attempts to {what}. The last: {unclear.error}"
        return Failed(unclear.key, error, unclear.request_id, unclear.kind)

    def stop(self, reason: Exception) -> None:
        """Let the run end as soon as the ledger is written; the first reason counts."""
        self.stop_reason = self.stop_reason or reason

    def accept(self, document_id: str) -> None:
        """Record that the service has named a document."""
        self.known_ids.add(canonical(document_id))
        self._named_at[document_id] = self.now()

    def knows(self, document_id: str) -> bool:
        """Return whether a document is one of the run, however its id is written."""
        return canonical(document_id) in self.known_ids

    def is_new(self, document_id: str) -> bool:
        """Return whether it is no wonder that the service does not show a document yet.

        When those of an earlier process were named is not known, so that they count as new when it is taken up.
        """
        return self.now() - self._named_at.get(document_id, self.began) < self.settings.grace_s

    def judge(self, answer: Answer, kind: Kind = Kind.READ, *, documents: Collection[str] = ()) -> Outcome | None:
        """Return what a failed call means, and let the pace learn from it; None when it did not fail.

        ``documents`` are those without which the service could not answer.
        """
        error = answer.error
        if error is None:
            self.pace.succeeded()
            return None
        if not isinstance(error, TransportError | ServiceError):
            return self._local(error, kind)
        outcome = outcome_of(error, kind, named_lately=any(map(self.is_new, documents)))
        if outcome is Outcome.FATAL:
            self.stop(error)
        elif outcome in {Outcome.REFUSED, Outcome.PENDING}:
            self.pace.succeeded()
        else:
            self._slow_down(error, kind, answer.began)
        return outcome

    def _slow_down(self, error: TransportError | ServiceError, kind: Kind, began: float) -> None:
        if observed(error) is Observation.ASKED_TO_WAIT:
            self.pace.refused(self.now())
            if kind is Kind.READ:
                self._read_refused_at = self.now()
        else:
            self.pace.failed(self.now(), began)
        if isinstance(error, ServiceError):
            self._obey(error)

    def judge_upload(
        self, answer: Answer, kind: Kind = Kind.UPLOAD, *, documents: Collection[str] = ()
    ) -> tuple[Outcome | None, Answer]:
        """Return what the answer to an upload or a join means, and the answer that counts.

        An id that is already somebody else's is no answer: it came from a cache or a replay.
        """
        if answer.error is None and self.knows(answer.value):
            error = AnswerLost("The service answered with the id of another document.")
            answer = Answer(answer.subject, None, error, answer.began)
        return self.judge(answer, kind, documents=documents), answer

    def retry_due(self, outcome: Outcome) -> float:
        """Return when to repeat an upload that was not processed; a refusal narrows the window.

        Where the service refuses reading, too, it limits calls, not documents: fewer documents would not help.
        """
        now = self.now()
        wait_s = 0.0 if outcome is Outcome.FATAL else max(self.backoff_s(1), self.pace.wait_s(now))
        if outcome is Outcome.WAIT and now - self._read_refused_at > RATE_LIMIT_S:
            self.window.refused(now)
        return now + wait_s

    def _local(self, error: Exception, kind: Kind) -> Outcome:
        if isinstance(error, GiniError) and not isinstance(error, LoginRequired | CredentialsError):
            return Outcome.REFUSED
        self.stop(error)
        # Nobody foresaw this one, so nobody can say whether the request had left.
        return Outcome.FATAL if kind is Kind.READ else Outcome.UNCLEAR

    def _obey(self, error: ServiceError) -> None:
        asked = error.retry_after_s
        if asked is None and error.status != 429:
            return
        if asked is not None and asked > self.settings.retry_after_limit_s:
            self.stop(RunStopped(f"the service asks for a pause of {asked:.0f} s"))
            return
        self.pace.pause(self.now(), asked if asked is not None else self.backoff_s(1))


def counts(error: Exception | None) -> bool:
    """Return whether an error is a failed attempt: not if nothing was sent, and not if the service asked to wait."""
    if not isinstance(error, GiniError):
        return True
    return observed(error) not in {Observation.NEVER_SENT, Observation.ASKED_TO_WAIT, Observation.UNAVAILABLE}


def reason_of(error: Exception | None) -> tuple[str, str | None]:
    """Return what to write in a row about an error, and the service's request id if it has one."""
    if isinstance(error, ServiceError):
        return error.service_message or str(error), error.request_id or None
    return str(error or AnswerLost()), None
