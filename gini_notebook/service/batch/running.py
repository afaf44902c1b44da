"""Begins a run, or takes it up again, for the user of a service that its first call was for."""

import os
import secrets
import shlex
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from gini_notebook._text import some
from gini_notebook.errors import (
    AnswerLost,
    GiniError,
    LedgerError,
    NotFound,
    RequestRefused,
    RunStopped,
    ServiceFailure,
    SettingError,
    TooManyRequests,
)
from gini_notebook.notes import Note
from gini_notebook.service.batch.engine import Engine
from gini_notebook.service.batch.folders import LeftOut, by_reason
from gini_notebook.service.batch.inputs import Documents, Inputs, find
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger
from gini_notebook.service.batch.ledger.documents import (
    has_unfinished,
    left_out,
    of_earlier_calls,
    register,
    remember_left_out,
    sources,
    surplus_count,
)
from gini_notebook.service.batch.ledger.origin import check_vouched_for, renew, settle, vouch
from gini_notebook.service.batch.ledger.store import FolderLock
from gini_notebook.service.batch.ledger.uploads import allow, forget_service
from gini_notebook.service.batch.naming import TAG_CHARACTERS
from gini_notebook.service.batch.progress import Counts, Progress, say, shown, while_telling
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.batch.source_files import MOST_TASKS
from gini_notebook.service.batch.workers import FILES, HASHES, LISTS, READS, UPLOADS, Threads
from gini_notebook.service.client import Client

READ_THREADS = 8
OnBegin = Callable[[Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to.

    Attributes
    ----------
    folder
        The run folder; the tables are read from it.
    counts
        Documents by state.
    surplus
        Documents at the service that unclear uploads made in excess; in no number, see ``dedupe``.
    left_out
        What of the inputs is no document, and why.
    """

    folder: Path
    counts: Counts
    surplus: int
    left_out: tuple[LeftOut, ...]


def run(  # noqa: PLR0913 - all by keyword
    client: Client,
    documents: Documents,
    *,
    to: str | os.PathLike[str],
    progress: Progress = "auto",
    settings: BatchSettings | None = None,
    user: str | None = None,
    executor: Executor | None = None,
    allow_duplicates: bool = False,
    e_invoices: bool = False,
    on_begin: OnBegin = lambda _stop: None,
) -> RunReport:
    """Send documents, wait until they are processed and store their extractions in the ledger.

    Parameters
    ----------
    client, documents, to, progress, settings, user, executor, allow_duplicates, e_invoices
        As for :func:`gini_notebook.service.batch.process`. The user is remembered by the ledger. Only hashing is left
        to the executor: whatever is sent is read and sent by this process alone, since a cluster may repeat tasks.
    on_begin
        Called once the run has begun with a function that lets it stop: from any thread, and more than once.

    Returns
    -------
    RunReport
        Counts and folder.

    Raises
    ------
    FileProblem, LedgerError, RunStopped, ExecutorBroken
        As for :func:`gini_notebook.service.batch.process`.
    GiniError
        When nobody can go on, for example because the credentials are refused.

    Examples
    --------
    >>> report = run(client, "invoices/", to="runs/new")
    >>> str(report.counts)
    '4 documents: 4 completed, 0 failed, 0 pending'
    """
    folder = Path(to)
    inputs = find(documents, outside=folder, e_invoices=e_invoices)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The run folder {folder} cannot be made: {error.strerror}."
        raise LedgerError(message) from error
    with FolderLock(folder), Ledger(folder, create=True) as ledger:
        own = bound_client(client, ledger, client.given_user if user is None else user)
        register(ledger, inputs.sources)
        vouch(ledger)
        remember_left_out(ledger, inputs.left_out)
        allow(ledger, duplicates=allow_duplicates)
        return _drive(
            own,
            ledger,
            inputs,
            progress=progress,
            settings=settings or BatchSettings(),
            executor=executor,
            on_begin=on_begin,
        )


def resume(
    client: Client,
    folder: str | os.PathLike[str],
    *,
    progress: Progress = "auto",
    settings: BatchSettings | None = None,
    executor: Executor | None = None,
) -> RunReport:
    """Go on with a run, with the documents it was last called with.

    Parameters
    ----------
    client
        A client of the same service.
    folder
        The run folder.
    progress, settings, executor
        As for :func:`run`.

    Returns
    -------
    RunReport
        Counts and folder.

    Raises
    ------
    LedgerError
        When there is no run in the folder, or nothing shows that its files were named on this machine, or as for
        :func:`run`.
    RunStopped
        When the run ended early once more.
    """
    where = Path(folder)
    if not (where / FILE_NAME).exists():
        message = f"There is no run in {where} (no {FILE_NAME}), so there is nothing to resume."
        raise LedgerError(message)
    with FolderLock(where), Ledger(where) as ledger:
        inputs = Inputs(tuple(sources(ledger)), left_out(ledger))
        own = bound_client(client, ledger)
        check_vouched_for(ledger)
        register(ledger, inputs.sources)
        return _drive(own, ledger, inputs, progress=progress, settings=settings or BatchSettings(), executor=executor)


def _drive(
    own: Client,
    ledger: Ledger,
    inputs: Inputs,
    *,
    progress: Progress,
    settings: BatchSettings,
    executor: Executor | None,
    on_begin: OnBegin = lambda _stop: None,
) -> RunReport:
    ledger.remember("taken_up_at", f"{time.time():.3f}")
    if progress is not False:
        _say_what_is_left_out(ledger, inputs)
    workers = Threads({FILES: 1, HASHES: MOST_TASKS, UPLOADS: settings.upload_threads, LISTS: 1, READS: READ_THREADS})
    engine = Engine(own.without_repeats(), ledger, settings, workers, executor=executor)
    with shown(progress, engine.counts) as on_progress:
        _greet(own, ledger, lambda: on_progress(engine.counts))
        on_begin(engine.interrupt)
        _work(engine, ledger, on_progress)
    renew(ledger)
    return RunReport(ledger.folder, engine.counts, surplus_count(ledger), inputs.left_out)


def _work(engine: Engine, ledger: Ledger, on_progress: Callable[[Counts], None]) -> None:
    with _interruptible(engine):
        try:
            engine.run(on_progress)
        except RunStopped as stopped:
            raise RunStopped(_farewell(str(stopped), engine.counts, ledger)) from None
        except GiniError as error:
            error.add_note(_farewell("the reason is above", engine.counts, ledger))
            raise


def _say_what_is_left_out(ledger: Ledger, inputs: Inputs) -> None:
    if earlier := of_earlier_calls(ledger):
        say(
            f"{earlier} documents of earlier calls with {ledger.folder} are not among those of this call: their "
            "results are kept, but no table or count shows them."
        )
    if inputs.left_out:
        names = some([one.path for one in inputs.left_out])
        say(f"Left out, with the reasons in batch.left_out: {by_reason(inputs.left_out)} ({names}).")


def _greet(client: Client, ledger: Ledger, tell: Callable[[], object]) -> None:
    """Ask the service once before anything is sent: a wrong secret or address is one error, not a row per document.

    A service that is merely in trouble, or has no list, is the business of the run, which has rules for that.
    """
    if has_unfinished(ledger):
        with suppress(ServiceFailure, TooManyRequests, AnswerLost, NotFound, RequestRefused):
            while_telling(lambda: client.document_list(limit=1), tell)
            ledger.remember("scans", while_telling(client.scans, tell))


def scans_note(ledger: Ledger) -> Note | None:
    """Return a note if what answered was a sandbox that does not read scans."""
    scans = ledger.fact("scans") or "read"
    # How to change that, which stands in parentheses, is the advice of the note.
    return None if scans == "read" else Note("scans_unread", detail=scans.removeprefix("not read: ").partition(" (")[0])


def _farewell(reason: str, counts: Counts, ledger: Ledger) -> str:
    sandbox = " --sandbox" if ledger.fact("sandbox") else ""
    return (
        f"Stopped ({reason}) with {counts}. The same call goes on from here; so does "
        f"`gini-notebook resume {shlex.quote(str(ledger.folder))}{sandbox}`."
    )


@contextmanager
def _interruptible(engine: Engine) -> Iterator[None]:
    """Turn the first Ctrl-C (or Kernel > Interrupt) into a clean stop; a second one ends at once."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.signal(signal.SIGINT, before)
        engine.interrupt()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def bound_client(client: Client, ledger: Ledger, user: str | None = None) -> Client:
    """Return the client for the user a ledger belongs to, and bind a new ledger to service and user.

    Raises
    ------
    LedgerError
        When the ledger belongs to another service, another version of its interface, or another user.
    """
    own = _as_user(client, ledger.fact("user") if user is None else user)
    if user is not None and own.user != user:
        message = f"This client is logged in as {own.user} and cannot send documents for {user!r}."
        raise SettingError(message)
    target = {"api": "sandbox" if own.ephemeral else own.api, "version": own.environment.name, "user": own.user}
    for name, value in target.items():
        bound = ledger.fact(name)
        if bound is not None and bound != value:
            message = (
                f"The run folder {ledger.folder} belongs to {name} {bound}, and this client is for {value}. Log in to "
                "the former, or choose another run folder."
            )
            raise LedgerError(message)
    if ledger.fact("tag") is None:
        for name, value in target.items():
            ledger.remember(name, value)
        ledger.remember("tag", secrets.token_hex(TAG_CHARACTERS // 2))
        ledger.remember("begun_at", f"{time.time():.3f}")
        ledger.commit()
    if (trouble := settle(ledger)) is not None:
        say(trouble)
    if own.ephemeral:
        _start_over_elsewhere(ledger, own.api)
    return own


def _start_over_elsewhere(ledger: Ledger, api: str) -> None:
    """Send to another sandbox what the former one had not finished: it is gone, and so are its documents."""
    if ledger.fact("sandbox") not in {None, api}:
        forget_service(ledger)
    ledger.remember("sandbox", api)
    ledger.commit()


def _as_user(client: Client, user: str | None) -> Client:
    try:
        return client.with_user(user)
    except SettingError:
        # An account or a token stands for one user; all its runs share one document list.
        return client
