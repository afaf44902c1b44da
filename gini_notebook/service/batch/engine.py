"""The run itself: one thread that decides and writes, and workers that call.

Parts of the engine never know each other. Each says in ``begin`` which tasks it wants done now, and in ``take`` what an
answer means, as events; the engine records the intents, commits, submits, and passes every event on.
"""

import math
import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import chain
from typing import Any, Protocol

from gini_notebook.errors import RunStopped
from gini_notebook.service.batch.document_list import DocumentListReader, ListProbe, ReadListPage
from gini_notebook.service.batch.events import (
    Accepted,
    Completed,
    Event,
    Failed,
    Listed,
    ListProves,
    NotShown,
    PagesDropped,
    PagesNotShown,
    PagesReady,
    Processed,
    RetryAt,
    Scan,
    ScanAnswered,
    ScanEnded,
    SurplusFound,
    Unreadable,
)
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.documents import count_by_state, set_problem, unfinished
from gini_notebook.service.batch.ledger.uploads import (
    COMPOSITE,
    PARTIAL,
    Unclear,
    add_surplus,
    doubt_failures_once,
    known,
    name_and_kind,
    open_uploads,
    parts_of,
    record_intent,
    record_intent_to_join,
    set_done,
    set_failed,
    set_planned,
    set_unknown,
    set_uploaded,
    unclear_uploads,
)
from gini_notebook.service.batch.pace import Pace, Window
from gini_notebook.service.batch.polling import Fetch, Fetcher, Poll, Poller
from gini_notebook.service.batch.progress import Counts, RunCounter
from gini_notebook.service.batch.run_context import IDS_ONLY, NAMES_KEPT, NO_LIST, UNNAMED, RunContext
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.source_files import HashFiles, ReadFile, SourceFiles
from gini_notebook.service.batch.unclear_joins import PollPage, UnclearJoins
from gini_notebook.service.batch.unclear_uploads import DocumentsNotShown, UnclearUploads
from gini_notebook.service.batch.uploads import Join, PageJoiner, Upload, Uploads
from gini_notebook.service.batch.workers import Answer, Task, Workers
from gini_notebook.service.client import Client

LONGEST_WAIT_S = 0.5
# How long a stopped run waits for the answers of uploads that are on the wire; the rest is found in the list later.
GRACE_S = 1.0


class _HasTasks(Protocol):
    def begin(self, now: float, /) -> Sequence[Task]: ...


class _TakesAnswers(Protocol):
    def take(self, task: Any, answer: Answer, /) -> Iterable[Event]: ...


class _ScansTheList(Protocol):
    def begin_scan(self, now: float, /) -> Scan | None: ...


class _Waits(Protocol):
    def due(self) -> float: ...


class Engine:
    """Drives one run from the state in its ledger to the end.

    Parameters
    ----------
    client
        The client to use; it must not repeat calls on its own.
    ledger
        The open ledger, with the documents registered.
    settings
        Limits and times.
    workers
        Workers that make the calls.
    executor
        Executor that hashes files that may hold something known.
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
        doubt_failures_once(ledger)
        keys, ids = known(ledger)
        listing = ledger.fact("listing")
        self._context = context = RunContext(
            client=client,
            ledger=ledger,
            settings=settings,
            workers=workers,
            counter=_counter(ledger),
            tag=ledger.fact("tag") or "",
            rng=rng,
            window=Window(settings.window, settings.window_limit),
            pace=Pace(rng),
            known_ids=ids,
            # That there is no list may have been a passing trouble, so it is found out anew.
            listing=None if listing == NO_LIST else listing,
        )
        # For people only: nothing is decided by it.
        self._clock_offset_s = time.time() - context.now()
        self._told: float | None = None
        self._files = SourceFiles(context, keys, executor)
        self._uploads, self._joiner = Uploads(context), PageJoiner(context)
        self._poller, self._fetcher = Poller(context), Fetcher(context)
        self._list, self._probe = DocumentListReader(context), ListProbe(context)
        self._unclear_uploads, self._unclear_joins = UnclearUploads(context), UnclearJoins(context)
        self._not_shown = DocumentsNotShown(context)
        self._part_of: dict[type[Task], _TakesAnswers] = {
            ReadFile: self._files,
            HashFiles: self._files,
            Upload: self._uploads,
            Join: self._joiner,
            Poll: self._poller,
            Fetch: self._fetcher,
            ReadListPage: self._list,
            PollPage: self._unclear_joins,
        }
        self._take_up()

    def _take_up(self) -> None:
        ledger = self._context.ledger
        self._poller.use_list(shows_us=self._list_shows_us())
        for unclear in unclear_uploads(ledger):
            self._seek(unclear)
        for upload in open_uploads(ledger):
            self._poller.add(upload.key, upload.document_id, upload.polls)

    @property
    def counts(self) -> Counts:
        """How far the run is."""
        uploads = self._unclear_uploads.keys
        unclear = chain(uploads, self._joiner.unclear(uploads), self._unclear_joins.keys, self._not_shown.keys)
        return self._context.counter.counts(unclear, self._look_at())

    def _look_at(self) -> float | None:
        """Return when what is unclear is looked for next, in seconds since 1970."""
        parts: tuple[_Waits, ...] = (self._unclear_uploads, self._unclear_joins, self._not_shown)
        due = min(self._late_list_due(), *(part.due() for part in parts))
        return round(self._clock_offset_s + max(due, self._context.now())) if math.isfinite(due) else None

    def _late_list_due(self) -> float:
        return self._probe.due() if self._may_be_found() else math.inf

    def interrupt(self) -> None:
        """Let the run stop at once; safe to call from a signal handler."""
        self._context.stop(RunStopped("interrupted"))
        self._context.workers.wake()

    def run(self, on_progress: Callable[[Counts], object] | None = None) -> None:
        """Work until every document is finished.

        Parameters
        ----------
        on_progress
            Called with the counts whenever they may have changed.

        Raises
        ------
        GiniError
            Why the run cannot go on; the ledger is written and resumes.
        """
        context = self._context
        try:
            while context.stop_reason is None and not self._begin():
                self._take(self._wait_s(), on_progress)
                self._check_limits()
            if context.stop_reason is not None:
                self._land(on_progress)
                raise context.stop_reason
            self._joiner.settle(self._unclear_uploads.unclear)
            context.ledger.commit()
        finally:
            context.workers.close()

    def _begin(self) -> bool:
        """Begin what can begin; return whether all is done."""
        context, now = self._context, self._context.now()
        context.draining = self._is_draining()
        self._pass_on(self._poller.overdue(now))
        self._start_scan(now)
        tasks = self._tasks(now)
        busy = bool(tasks) or self._is_busy()
        if not busy:
            tasks = self._last_tasks(now)
        for task in tasks:
            self._record_intent(task)
        context.ledger.commit()  # What is about to be sent is on the disk before any request leaves.
        for task in tasks:
            context.workers.submit(task.pool, task, partial(task.run, context.client))
        context.submitted()
        return not (busy or tasks) and self._is_settled()

    def _start_scan(self, now: float) -> None:
        """Start the scan of the list that is asked for first, if none is on."""
        parts: tuple[_ScansTheList, ...] = (self._probe, self._unclear_uploads, self._not_shown, self._poller)
        for part in parts:
            if self._list.idle and (scan := part.begin_scan(now)) is not None:
                self._list.start(scan, now)

    def _tasks(self, now: float) -> list[Task]:
        tasks: list[Task] = []
        parts: tuple[_HasTasks, ...] = (
            self._list,
            self._fetcher,
            self._poller,
            self._files,
            self._joiner,
            self._unclear_joins,
            self._uploads,
        )
        for part in parts:
            tasks += part.begin(now)
        return tasks

    def _last_tasks(self, now: float) -> list[Task]:
        """Return what to do when nothing else is left: look once more for documents in excess."""
        tasks: list[Task] = [*self._unclear_joins.begin_last(now)]
        if self._unclear_joins.settled and not self._unclear_uploads.settled:
            self._list.start(self._unclear_uploads.begin_last_scan(), now)
            tasks += self._list.begin(now)
        return tasks

    def _record_intent(self, task: Task) -> None:
        match task:
            case Upload(prepared):
                self._unclear_uploads.outdate()
                record_intent(self._context.ledger, prepared)
            case Join(key):
                self._unclear_joins.outdate()
                record_intent_to_join(self._context.ledger, key)

    def _take(self, timeout_s: float, on_progress: Callable[[Counts], object] | None) -> None:
        """Pass on what the answers mean that have come, and write it down."""
        for answer in self._context.workers.answers(timeout_s):
            self._pass_on(self._part_of[type(answer.subject)].take(answer.subject, answer))
        counts = self.counts
        self._remember_look(counts)
        self._context.ledger.commit()
        if on_progress is not None:
            on_progress(counts)

    def _remember_look(self, counts: Counts) -> None:
        """Tell whoever asks for the status when unclear documents are looked for next."""
        if counts.look_at != self._told:
            self._told = counts.look_at
            self._context.ledger.remember("look_at", "" if counts.look_at is None else f"{counts.look_at:.0f}")

    def _pass_on(self, events: Iterable[Event]) -> None:
        """Dispatch events and those they lead to, first in, first out."""
        queue = list(events)
        for event in queue:
            queue += self._dispatch(event)

    def _dispatch(self, event: Event) -> Iterable[Event]:
        context, ledger = self._context, self._context.ledger
        match event:
            case Listed(documents, began, end):
                self._unclear_uploads.seen(documents)
                self._not_shown.seen(documents)
                events = [*self._poller.seen(documents, began), *self._probe.seen(documents)]
                return events if end is None else [*events, end]
            case ScanAnswered():
                return self._list.stop()
            case ScanEnded():
                self._poller.scan_ended(event)
                found = [*self._not_shown.scan_ended(event), *self._unclear_uploads.scan_ended(event)]
                return [*found, *self._probe.scan_ended(event)]
            case ListProves(listing):
                ledger.remember("listing", listing)
                self._poller.use_list(shows_us=self._list_shows_us())
                self._unclear_uploads.loosen()
            case Processed():
                self._fetcher.add(event)
            case Completed(key, finished):
                set_done(ledger, key, finished)
                context.counter.complete(key)
            case Unreadable(document, problem):
                set_problem(ledger, document, problem)
                context.counter.failed += 1
            case PagesReady(assembled):
                return self._joiner.add(assembled)
            case PagesDropped(key):
                self._joiner.drop(key)
            case SurplusFound(document_id, name, created_ms):
                add_surplus(ledger, document_id, name, created_ms)
            case _:
                return self._judged(event)
        return ()

    def _judged(self, event: Accepted | RetryAt | Unclear | NotShown | PagesNotShown | Failed) -> Iterable[Event]:
        """Write down what became of a request to upload or to join, and let it go on from there."""
        ledger = self._context.ledger
        match event:
            case Accepted():
                self._accept(event)
            case Unclear():
                set_unknown(ledger, event.key, event.error, event.request_id)
                self._seek(event)
            case RetryAt(key, _, _, reached):
                set_planned(ledger, key, counts=reached)
                self._retry(event)
            case NotShown():
                return self._seek_another(event)
            case PagesNotShown(failed):
                return self._not_shown.add_pages(failed, parts_of(ledger, failed.key))
            case Failed(key, error, request_id, kind, polls):
                set_failed(ledger, key, error, request_id, polls)
                self._context.counter.fail(key)
                self._joiner.drop(key)
                return self._joiner.page_failed(key, error, request_id) if kind == PARTIAL else ()
        return ()

    def _accept(self, accepted: Accepted) -> None:
        key, document_id, name, kind = accepted.key, accepted.document_id, accepted.name, accepted.kind
        set_uploaded(self._context.ledger, key, document_id)
        self._context.accept(document_id)
        self._unclear_uploads.accepted(name, kind)
        self._probe.accepted(document_id, name, kind)
        if kind == PARTIAL:
            self._poller.pass_over()
            self._joiner.page_accepted(key)
        else:
            self._poller.add(key, document_id)

    def _seek(self, unclear: Unclear) -> None:
        (self._unclear_joins if unclear.kind == COMPOSITE else self._unclear_uploads).add(unclear)

    def _seek_another(self, shown: NotShown) -> Iterable[Event]:
        """Let it be found out whether a document that the service does not show is there under another id."""
        name, kind = name_and_kind(self._context.ledger, shown.failed.key)
        if kind == COMPOSITE:
            self._unclear_joins.add_not_shown(shown.failed)
            return ()
        return self._not_shown.add(shown, name)

    def _retry(self, retry: RetryAt) -> None:
        if retry.kind == COMPOSITE:
            self._joiner.retry_at(retry.key, retry.due)
            return
        for key in self._joiner.waiting_for(retry.key) if retry.kind == PARTIAL else [retry.key]:
            self._files.retry_at(key, retry.due)

    def _list_shows_us(self) -> bool:
        return self._context.listing in {NAMES_KEPT, UNNAMED, IDS_ONLY}

    def _is_draining(self) -> bool:
        sending = not self._files.idle or self._context.queue or self._uploads.in_flight
        return not sending and self._joiner.finished and self._unclear_joins.finished

    def _is_busy(self) -> bool:
        parts = (self._files, self._unclear_joins, self._unclear_uploads, self._not_shown, self._list)
        idle = all(part.idle for part in parts)
        waiting = self._uploads.in_flight or self._poller.waiting or self._fetcher.waiting or self._context.queue
        if waiting or not idle or self._context.probe_is_on or self._may_be_found():
            return True
        return not self._joiner.is_idle(self._unclear_uploads.unclear)

    def _may_be_found(self) -> bool:
        return self._unclear_uploads.waits and self._probe.is_late

    def _is_settled(self) -> bool:
        return self._unclear_joins.settled and self._unclear_uploads.settled and self._list.idle

    def _wait_s(self) -> float:
        now = self._context.now()
        # What is due already waits for a free worker, whose answer ends the wait, or for the pace.
        parts: tuple[_Waits, ...] = (
            self._files,
            self._joiner,
            self._poller,
            self._fetcher,
            self._list,
            self._probe,
            self._unclear_uploads,
            self._unclear_joins,
            self._not_shown,
        )
        times = [part.due() for part in parts]
        times += [now + self._context.pace.wait_s(now)]
        return min([LONGEST_WAIT_S, *(time - now for time in times if time > now and math.isfinite(time))])

    def _check_limits(self) -> None:
        context, now = self._context, self._context.now()
        run_limit_s = context.settings.run_limit_s
        if run_limit_s is not None and now - context.began > run_limit_s:
            context.stop(RunStopped(f"the limit of {run_limit_s:g} s for the run was reached"))
        failing_s = context.pace.failing_s(now)
        if failing_s > context.settings.outage_limit_s:
            context.stop(RunStopped(f"nothing has succeeded for {failing_s:.0f} s; the service seems to be down"))

    def _land(self, on_progress: Callable[[Counts], object] | None) -> None:
        """Wait a moment for uploads on the wire, so that fewer are unclear later."""
        until = self._context.now() + GRACE_S
        while (self._uploads.in_flight or self._joiner.in_flight) and (left_s := until - self._context.now()) > 0:
            self._take(left_s, on_progress)
        self._context.ledger.commit()


def _counter(ledger: Ledger) -> RunCounter:
    found = count_by_state(ledger)
    failed = found.get("failed", 0) + found.get("problem", 0)
    counter = RunCounter(sum(found.values()), found.get("done", 0), failed)
    for key, document in unfinished(ledger):
        counter.wait(key, document)
    return counter
