"""A real deadline for every call: a server that sends one byte a second keeps no thread for ever."""

import contextlib
import socket
import threading
import time

_TICK_S = 0.2
_IDLE_TICKS = 10


class DeadlineGuard:
    """One request on its way: until when, whether any of it was sent, and the socket to shut if it takes too long."""

    __slots__ = ("_lock", "_socket", "deadline", "done", "expired", "sent")

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.sent = False
        self.expired = False
        self.done = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def uses(self, guard: socket.socket | None) -> None:
        """Note the socket that the call runs over; raises if the time is up already."""
        with self._lock:
            self._socket = guard
            if self.expired:
                raise TimeoutError("the deadline has passed")

    def expire(self) -> None:
        """Shut the socket, so that whoever waits for it wakes up."""
        with self._lock:
            if self.done:
                return
            self.expired = True
            if self._socket is not None:
                # The other end may be gone already; then there is nobody to wake.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """Let go of the socket, which may serve another call from now on."""
        with self._lock:
            self.done = True
            self._socket = None


class Watchdog:
    """Looks after all calls of a transport with one thread, which lives only while there are calls."""

    def __init__(self) -> None:
        self._guards: set[DeadlineGuard] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, guard: DeadlineGuard) -> None:
        """Look after a call until :meth:`release`."""
        with self._lock:
            self._guards.add(guard)
            # A forked process inherits the object, but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="gini_notebook-watchdog", daemon=True)
                self._thread.start()

    def release(self, guard: DeadlineGuard) -> None:
        """Stop looking after a call."""
        guard.finish()
        with self._lock:
            self._guards.discard(guard)

    def _run(self) -> None:
        idle = 0
        while idle < _IDLE_TICKS:
            time.sleep(_TICK_S)
            with self._lock:
                guards = list(self._guards)
                idle = 0 if guards else idle + 1
                if idle == _IDLE_TICKS:
                    self._thread = None
            now = time.monotonic()
            for guard in guards:
                if now >= guard.deadline:
                    guard.expire()
