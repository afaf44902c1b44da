"""The run itself: one thread that decides and writes, and workers that call."""

import math
import random
from collections.abc import Callable
from concurrent.futures import Executor

from gini_notebook.errors import RunStopped
from gini_notebook.service.batch.document_list import DocumentListReader
from gini_notebook.service.batch.document_queue import Feed
from gini_notebook.service.batch.fetching import Fetcher
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.status import count_by_state, unfinished
from gini_notebook.service.batch.ledger.uploads import (
    COMPOSITE,
    known,
    open_uploads,
    unclear_uploads,
)
from gini_notebook.service.batch.pace import Pace, Window
from gini_notebook.service.batch.page_joiner import PageJoiner
from gini_notebook.service.batch.polling import Poller
from gini_notebook.service.batch.progress import Counts, Tally
from gini_notebook.service.batch.run_context import RunContext
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.unclear_uploads import Reconciler
from gini_notebook.service.batch.uploads import Uploader
from gini_notebook.service.batch.workers import Workers
from gini_notebook.service.client import Client

LONGEST_WAIT_S = 0.5
# How long a stopped run waits for the answers of uploads that are on the wire; the rest is found in the list later.
GRACE_S = 1.0


class Engine:
    """Drives one run from the state in its ledger to the end.

    Parameters
    ----------
    client
        Whom to call; it must not repeat calls on its own.
    ledger
        The open ledger, with the documents registered.
    settings
        Limits and times.
    workers
        Who makes the calls.
    executor
        Who hashes files that may hold something known.

    Attributes
    ----------
    heard
        Called with the counts whenever they may have changed.
    """

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        settings: BatchSettings,
        workers: Workers,
        *,
        executor: Executor | None = None,
    ) -> None:
        rng = random.Random()  # noqa: S311 - jitter is no secret
        found = count_by_state(ledger)
        keys, ids = known(ledger)
        self._context = RunContext(
            client=client,
            ledger=ledger,
            settings=settings,
            workers=workers,
            tally=Tally(sum(found.values()), found.get("done", 0), found.get("failed", 0) + found.get("problem", 0)),
            tag=ledger.fact("mark") or "",
            rng=rng,
            window=Window(settings.window, settings.window_limit),
            pace=Pace(rng),
            known_ids=ids,
        )
        self.heard: Callable[[Counts], None] = _unheard
        self._began = self._context.now()
        self._reader = DocumentListReader(self._context)
        self._fetcher = Fetcher(self._context)
        self._poller = Poller(self._context, self._reader, self._fetcher.add)
        self._feed = Feed(self._context, keys, executor)
        self._reconciler = Reconciler(self._context, self._reader, self._poller, self._feed)
        self._joiner = PageJoiner(self._context, self._feed, self._poller, self._reconciler)
        reconciler, joiner = self._reconciler, self._joiner
        reconciler.landed, reconciler.failed, reconciler.again = joiner.landed, joiner.failed, joiner.again
        self._uploader = Uploader(self._context, self._feed, self._poller, reconciler, joiner=joiner)
        self._reader.listeners += [self._poller, self._reconciler]
        self._take_up()

    def _take_up(self) -> None:
        ledger = self._context.ledger
        for key, document in unfinished(ledger):
            self._context.tally.wait(key, document)
        for unclear in unclear_uploads(ledger):
            (self._joiner if unclear.kind == COMPOSITE else self._reconciler).add(unclear)
        for upload in open_uploads(ledger):
            self._poller.add(upload.key, upload.document_id, upload.polls)

    @property
    def counts(self) -> Counts:
        """How far the run is."""
        return self._context.tally.counts([*self._reconciler.unclear, *self._joiner.unclear])

    def interrupt(self) -> None:
        """Let the run stop at once; safe to call from a signal handler."""
        self._context.stop(RunStopped("interrupted"))
        self._context.workers.wake()

    def run(self) -> None:
        """Work until every document is finished.

        Raises
        ------
        GiniError
            Why the run cannot go on; the ledger is written and resumes.
        """
        context = self._context
        try:
            while context.stop_reason is None and not self._step():
                self._check_limits()
            if context.stop_reason is not None:
                self._land()
                raise context.stop_reason
            self._joiner.settle()
            context.ledger.commit()
        finally:
            context.workers.close()

    def _step(self) -> bool:
        """Begin what can begin, hear what has ended, write it down; return whether all is done."""
        self._poller.are_last = self._feed.idle and not self._uploader.in_flight and self._joiner.is_over
        for part in (self._reconciler, self._reader, self._fetcher, self._poller, self._feed, self._uploader):
            part.advance()
        self._context.ledger.commit()
        if self._is_done():
            return True
        self._hear(self._wait_s())
        return False

    def _hear(self, timeout_s: float) -> None:
        for answer in self._context.workers.answers(timeout_s):
            answer.subject(answer)
        self._context.ledger.commit()
        self.heard(self.counts)

    def _is_done(self) -> bool:
        busy = (
            not self._feed.idle
            or self._uploader.in_flight
            or not self._joiner.idle
            or self._poller.waiting
            or self._fetcher.waiting
            or not self._reconciler.idle
            or not self._reader.idle
        )
        return not busy and self._joiner.sweep_at_end() and self._reconciler.sweep_at_end() and self._reader.idle

    def _wait_s(self) -> float:
        now = self._context.now()
        parts = (self._reconciler, self._reader, self._fetcher, self._poller, self._feed, self._joiner)
        # What is due already waits for a free worker, whose answer ends the wait, or for the pace.
        times = [part.due() for part in parts]
        times += [now + self._context.pace.wait_s(now)]
        return min([LONGEST_WAIT_S, *(time - now for time in times if time > now and math.isfinite(time))])

    def _check_limits(self) -> None:
        context, now = self._context, self._context.now()
        run_limit_s = context.settings.run_limit_s
        if run_limit_s is not None and now - self._began > run_limit_s:
            context.stop(RunStopped(f"the limit of {run_limit_s:g} s for the run was reached"))
        failing_s = context.pace.failing_s(now)
        if failing_s > context.settings.outage_limit_s:
            context.stop(RunStopped(f"nothing has succeeded for {failing_s:.0f} s; the service seems to be down"))

    def _land(self) -> None:
        """Wait a moment for uploads on the wire, so that fewer need to be looked for later."""
        until = self._context.now() + GRACE_S
        while (self._uploader.in_flight or self._joiner.in_flight) and (left_s := until - self._context.now()) > 0:
            self._hear(left_s)
        self._context.ledger.commit()


def _unheard(counts: Counts) -> None:
    """Stand in until somebody wants to hear of the counts."""
