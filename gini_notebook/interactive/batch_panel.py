"""``BatchPanel``: a run that a person watches, pauses and takes up again, while the notebook stays free."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gini_notebook._extras import needed_for

with needed_for("The panel of a batch", "notebook"):
    import anywidget

from gini_notebook._text import printable
from gini_notebook.errors import GiniError, RunStopped, SettingError
from gini_notebook.interactive.below import show_below
from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.runtime_environment import kernel
from gini_notebook.interactive.scripts import joined, styled
from gini_notebook.service.batch import Batch, BatchSettings, running
from gini_notebook.service.batch.watching import Look, look

if TYPE_CHECKING:
    from gini_notebook.service.batch.inputs import Documents
    from gini_notebook.service.client import Client

HERE = Path(__file__).parent
# At most two messages a second; a look at a large ledger takes at most a tenth of the time.
EVERY_S, SHARE = 0.5, 0.1
# Where nobody looks at a panel, a line this often.
LINE_EVERY_S = 30.0
_ERROR_CHARACTERS, _STATE_CHARACTERS = 200, 300

READY, RUNNING, PAUSING, STOPPING = "ready", "running", "pausing", "stopping"
PAUSED, STOPPED, FINISHED, ENDED, WATCHING = "paused", "stopped", "finished", "ended", "watching"
_BUTTONS: dict[str, list[tuple[str, str]]] = {
    READY: [("start", "Start")],
    RUNNING: [("pause", "Pause"), ("stop", "Stop")],
    PAUSED: [("start", "Resume"), ("stop", "Stop")],
    ENDED: [("start", "Try again")],
}
_SAID = {
    READY: "Not begun.",
    RUNNING: "Running; this notebook is free meanwhile.",
    PAUSING: "Pausing: requests under way are finished first.",
    STOPPING: "Stopping: requests under way are finished first.",
    PAUSED: "Paused. Nothing is lost: Resume goes on from here.",
    STOPPED: "Stopped. Nothing is lost: the same folder given to gini.BatchPanel or gini.process goes on from here.",
    FINISHED: "Finished; .batch has the tables.",
    WATCHING: "Watching a run of another process.",
}


class PanelView(anywidget.AnyWidget):
    """What draws a panel in the page; it keeps nothing of the run."""

    _esm = joined(HERE / "batch_panel.js")
    _css = styled(HERE / "batch_panel.css")


class BatchPanel:
    """A batch run in a thread of its own, with numbers, a bar and buttons in the notebook.

    The notebook stays free while the run is on: the panel belongs to the cell that shows it. Closing the notebook, or
    losing the kernel, loses nothing; the same folder goes on. :func:`gini_notebook.process` is the same without a
    thread, for programs.

    Parameters
    ----------
    client, documents, to, settings, user, allow_duplicates, e_invoices
        As for :func:`gini_notebook.process`.

    Attributes
    ----------
    state : str
        ``ready``, ``running``, ``pausing``, ``paused``, ``stopping``, ``stopped``, ``finished``, ``ended`` (an error
        ended the run; the panel says which) or ``watching``.

    Examples
    --------
    >>> panel = gini.BatchPanel(client, "invoices/", to="runs/panel")
    >>> panel.start()
    <BatchPanel 'runs/panel': running>

    Later, in another cell (``wait`` is for programs):

    >>> batch = panel.wait()
    >>> len(panel.batch.documents)
    4
    """

    def __init__(
        self,
        client: "Client",
        documents: "Documents",
        *,
        to: str | os.PathLike[str],
        settings: BatchSettings | None = None,
        user: str | None = None,
        allow_duplicates: bool = False,
        e_invoices: bool = False,
    ) -> None:
        options = {"user": user, "allow_duplicates": allow_duplicates, "e_invoices": e_invoices}

        def run() -> None:
            running.run(client, documents, to=to, progress=False, settings=settings, on_begin=self._began, **options)  # type: ignore[arg-type]  # by name

        self._prepare(Path(to), READY, run)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Watch a run that another process works on, or that is over; nothing is changed by it.

        Parameters
        ----------
        folder
            The run folder.

        Raises
        ------
        LedgerError
            When there is no run in the folder.

        Examples
        --------
        >>> panel = BatchPanel.open("runs/baseline")
        """
        Batch.load(folder)
        panel = cls.__new__(cls)
        panel._prepare(Path(folder), WATCHING, None)
        panel._watch()
        return panel

    def _prepare(self, folder: Path, state: str, run: Callable[[], None] | None) -> None:
        self.folder, self.state = folder, state
        self.view = PanelView()
        self._run, self._reason = run, ""
        self._lock = threading.Lock()
        self._halt: Callable[[], None] | None = None
        self._over = threading.Event()
        self._worker: threading.Thread | None = None
        self._loop = _loop()
        self._look = Look(folder.name)
        self.below: Any = None
        self.view.on_msg(self._receive)

    def start(self) -> Self:
        """Begin, or go on; the cell is free at once.

        Raises
        ------
        SettingError
            If the run is on already, or belongs to another process.
        """
        if self._run is None:
            raise SettingError("This panel watches a run; gini.BatchPanel(client, documents, to=...) works on one.")
        if self.state in {RUNNING, PAUSING, STOPPING}:
            message = f"This run is {self.state}; it cannot begin twice."
            raise SettingError(message)
        self.state, self._reason, self._halt = RUNNING, "", None
        self._over.clear()
        self._worker = threading.Thread(target=self._work, name=f"gini-run-{self.folder.name}", daemon=True)
        self._worker.start()
        self._watch()
        return self

    def pause(self) -> None:
        """Let the run stop where it is; requests under way are finished, and :meth:`start` goes on."""
        self._end(PAUSING)

    def stop(self) -> None:
        """Let the run stop and leave it; the same folder goes on later."""
        if self.state == PAUSED:
            self.state = STOPPED
            self._show()
            return
        self._end(STOPPING)

    def wait(self, timeout_s: float | None = None) -> Batch:
        """Wait until the run is finished, paused or stopped, and return it; for programs.

        Where nobody sees a panel, a line is printed every 30 seconds.

        Parameters
        ----------
        timeout_s
            How long to wait at most, in seconds.

        Raises
        ------
        RunStopped
            If it was paused or stopped, or is still on when the time is up.
        GiniError
            What ended it.
        """
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while not self._over.wait(LINE_EVERY_S if end is None else max(min(LINE_EVERY_S, end - time.monotonic()), 0)):
            if end is not None and time.monotonic() >= end:
                raise RunStopped("The run is still on; it goes on in its thread.")
            print(self.line, flush=True)  # noqa: T201 - for the logs of a build
        if self._worker is not None:
            self._worker.join()
        self.refresh()
        if self._error is not None:
            raise self._error
        return self.batch

    @property
    def batch(self) -> Batch:
        """The run as tables, finished or not, as it is now."""
        return Batch.load(self.folder)

    @property
    def line(self) -> str:
        """How things stand, in one line."""
        now = self._look
        parts = [f"{count:,} {word}" for count, word in _numbers(now) if count or word == "read"]
        return f"{printable(now.name)}: {' · '.join(parts)}. {_pace(now)}".rstrip()

    def failed(self) -> Any:
        """Return the failed documents with their reasons, as the button "Explore failed" shows them."""
        table = self.batch.documents
        failed = table[(table["status"] == "failed").fillna(False).to_numpy(dtype=bool)]
        return failed.reset_index(drop=True)

    _error: GiniError | None = None

    def _work(self) -> None:
        """Run the engine; what this thread knows goes into attributes, and widgets are left to the kernel's loop."""
        assert self._run is not None  # noqa: S101 - start() says so
        self._error = None
        try:
            self._run()
        except RunStopped as stopped:
            self._error = stopped
            asked = {PAUSING: PAUSED, STOPPING: STOPPED}
            self.state = asked.get(self.state, ENDED)
            self._reason = "" if self.state != ENDED else str(stopped)
        except GiniError as error:
            self._error, self.state, self._reason = error, ENDED, str(error)
        except Exception as error:  # noqa: BLE001 - a thread that ends without a word looks like a hang
            self._error = GiniError(f"The run broke off ({type(error).__name__}); the same folder goes on.")
            self.state, self._reason = ENDED, str(self._error)
        else:
            self.state = FINISHED
        finally:
            self._over.set()

    def _began(self, halt: Callable[[], None]) -> None:
        with self._lock:
            self._halt = halt
            too_late = self.state != RUNNING
        if too_late:
            halt()

    def _end(self, state: str) -> None:
        with self._lock:
            if self.state != RUNNING:
                return
            self.state = state
            halt = self._halt
        if halt is not None:
            halt()
        self._show()

    def _watch(self) -> None:
        if self._loop is not None:
            threading.Thread(target=self._look_again, name=f"gini-look-{self.folder.name}", daemon=True).start()

    def _look_again(self) -> None:
        """Look at the ledger as long as it changes; the kernel's loop is the queue through which looks are shown."""
        seen: tuple[Look, str] | None = None
        while True:
            over = self._over.is_set()
            began = time.monotonic()
            now = self._glance()
            if (now, self.state) != seen:
                seen = (now, self.state)
                self._call_soon(self._show)
            if over or (self._run is None and (now.is_finished or self.view.comm is None)):
                return
            self._over.wait(max(EVERY_S, (time.monotonic() - began) / SHARE))

    def _glance(self) -> Look:
        try:
            self._look = look(self.folder)
        except GiniError as error:
            self._reason = str(error)
        return self._look

    def _call_soon(self, function: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:  # the loop has ended, and with it everybody who looks
            return

    def refresh(self) -> None:
        """Look at the ledger now, and show it."""
        self._glance()
        self._show()

    def _show(self) -> None:
        self.view.send(self.message())

    def message(self) -> dict[str, Any]:
        """Return what the page is told: one small message, of numbers and short texts."""
        now = self._look
        reasons = [{"count": one.count, "error": _cut(one.error, _ERROR_CHARACTERS)} for one in now.reasons]
        buttons = [*_BUTTONS.get(self.state, ()), *([("failed", "Explore failed")] if now.failed else [])]
        return {
            "event": "look",
            "name": _cut(now.name, 80),
            "total": now.total,
            "counts": {name: getattr(now, name) for name in _NAMES},
            "pace": _pace(now),
            "known": _known(now),
            "line": _cut(self.line, _STATE_CHARACTERS),
            "state": self._told(),
            "reasons": reasons,
            "other_reasons": now.other_reasons,
            "request_id": _cut(now.request_id, 80),
            "buttons": [
                list(one) for one in (buttons if self._run is not None or self.state == WATCHING else buttons[:0])
            ],
        }

    def _told(self) -> str:
        if self.state == ENDED:
            return _cut(f"Ended: {self._reason}", _STATE_CHARACTERS)
        if self.state == WATCHING:
            on = "It is on." if self._look.is_on else "Nobody works on it now."
            return f"{_SAID[WATCHING]} {on}"
        return _SAID[self.state]

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        event = content.get("event") if isinstance(content, dict) else None
        if event == "hello":
            self.refresh()
        elif event in {"start", "pause", "stop"}:
            try:
                getattr(self, event)()
            except SettingError:
                self._show()  # a second click on the same button
        elif event == "failed":
            self._explore()

    def _explore(self) -> None:
        """Show the failed documents in the output below the panel."""
        if self.below is not None:
            show_below(self.below, explore(self.batch, show="failed"))
        self._show()

    def _ipython_display_(self) -> None:
        """Show the panel, and below it room for what its buttons open."""
        import ipywidgets
        from IPython.display import display

        self.below = ipywidgets.Output()
        self._glance()
        data, _ = self.view._repr_mimebundle_() or ({}, {})
        display(data | {"text/plain": self.text}, raw=True)  # type: ignore[no-untyped-call]
        display(self.below)  # type: ignore[no-untyped-call]

    @property
    def text(self) -> str:
        """The panel as text, with the same numbers, for wherever there are no widgets."""
        now = self._look
        lines = [
            self.line,
            _known(now),
            *(f"{one.count:,} × {printable(one.error)}" for one in now.reasons),
            self._told(),
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<BatchPanel {str(self.folder)!r}: {self.state}>"


_NAMES = ("read", "at_service", "failed", "unclear", "waiting")


def _numbers(now: Look) -> list[tuple[int, str]]:
    return [(getattr(now, name), name.replace("at_service", "at the service")) for name in _NAMES]


def _pace(now: Look) -> str:
    if now.is_finished or now.per_minute is None:
        return ""
    text = f"{now.per_minute:,.0f} a minute"
    if now.minutes_left is None:
        return text
    about, low, high = now.minutes_left
    return f"{text}, about {about:,.0f} min ({low:,.0f}–{high:,.0f}) left"


def _known(now: Look) -> str:
    unclear = "nothing unclear"
    if now.unclear:
        again = f", looked for again at {now.look_at[11:19]}" if now.look_at else ", looked for when the run is on"
        unclear = f"{now.unclear:,} unclear (sent, and nobody knows whether the service took them){again}"
    user = f" · user {now.user[:8]}…" if len(now.user) > 8 else f" · user {now.user}"
    return f"{unclear} · {now.in_excess:,} in excess at the service{user if now.user else ''}"


def _cut(text: str, most: int) -> str:
    whole = printable(text)
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def _loop() -> Any:
    """Return the loop of the kernel that this runs in, or None where nobody looks at widgets."""
    if kernel() is None:
        return None
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return getattr(getattr(kernel(), "io_loop", None), "asyncio_loop", None)
