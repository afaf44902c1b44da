"""The guarded process, seen from this side: started when it is needed, watched, and replaced when it is gone."""

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from gini_notebook import _platform
from gini_notebook._guarded.limits import LIMITS, Limits
from gini_notebook._guarded.messages import Value, decode, encode
from gini_notebook.errors import FileProblem, GiniError, MissingLibrary, ReaderStopped, SchemaError, TruthError

# A task of at most this size is sent while another one is at work: it finds room between the processes even where
# nobody takes it yet, so that never both wait for the other one to listen.
_SENT_AHEAD = 4096
_OVERHEAD = 64 * 1024
_LAST_WORDS_S = 5.0
# So often the process is looked at where nothing else limits it: a reader fills some 100 MB in that time.
_LOOK_S = 0.02
# What a reader may say of a file.
_PROBLEMS = {kind.__name__: kind for kind in (FileProblem, MissingLibrary, ReaderStopped, SchemaError, TruthError)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call: a value, or why there is none."""

    value: Value = None
    problem: GiniError | None = None

    def get(self) -> Value:
        """Return the value, or raise the problem."""
        if self.problem is not None:
            raise self.problem
        return self.value


class _Overspent(Exception):
    """The process has used more than it may."""


class Guard:
    """One guarded process, or none at the moment. Threads take turns."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def answers(
        self, function: Callable[..., Value], tasks: Sequence[Sequence[Value]], limits: Limits = LIMITS
    ) -> list[Answer]:
        """Call a function once per task; the answers are in this order."""
        name = f"{function.__module__}:{function.__qualname__}"
        bounds = (limits.memory, limits.cpu_s, limits.wait_s, limits.answer)
        messages = [encode([name, bounds, arguments]) for arguments in tasks]
        with self._lock:
            try:
                return self._exchange(messages, limits)
            except BaseException:
                # An answer may be on its way that nobody waits for any more, and a Ctrl-C is not to wait for it.
                self._end()
                raise

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def forget(self) -> None:
        """Leave the process to the one that this process was forked from."""
        self._lock = Lock()
        if self._connection is not None:
            # While a copy of it is open anywhere, the process does not see that the connection has ended.
            self._connection.close()
        if self._process is not None:
            self._process.returncode = 0  # so that nobody waits for what is no child of this process
        self._process = self._connection = None

    def _exchange(self, messages: Sequence[bytes], limits: Limits) -> list[Answer]:
        answers: list[Answer] = []
        sent = 0
        connection: Connection
        while len(answers) < len(messages):
            # A process that has ended with tasks on their way to it is not replaced before it is read to the end: the
            # next one would be asked for answers to tasks that it was never sent.
            if sent == len(answers):
                connection = self._running()
            try:
                with suppress(OSError):  # It has ended; what it answered before can still be read.
                    while sent < len(messages) and (sent == len(answers) or len(messages[sent]) <= _SENT_AHEAD):
                        connection.send_bytes(messages[sent])
                        sent += 1
                self._wait(connection, limits)
                is_last, answer = _received(connection, limits)
            except _Overspent as why:
                is_last, answer = True, Answer(problem=ReaderStopped(str(why)))
            except (OSError, EOFError, ValueError) as error:
                is_last, answer = True, Answer(problem=ReaderStopped(self._last_words(error, limits)))
            answers.append(answer)
            if is_last:
                self._end()
                sent = len(answers)
        return answers

    def _wait(self, connection: Connection, limits: Limits) -> None:
        """Wait for an answer; where the limits of a process do not bind, look meanwhile at what it uses."""
        assert self._process is not None  # noqa: S101 - see _running
        before = _platform.spending(self._process)
        if before is None:
            if not connection.poll(limits.wait_s):
                raise TimeoutError
            return
        end = time.monotonic() + limits.wait_s
        while not connection.poll(_LOOK_S):
            now = _platform.spending(self._process)
            if now is not None and now.memory > before.memory + limits.memory:
                raise _Overspent(limits.too_much_memory)
            if now is not None and now.cpu_s > before.cpu_s + limits.cpu_s:
                raise _Overspent(limits.too_much_computing)
            if time.monotonic() > end:
                raise TimeoutError

    def _running(self) -> Connection:
        """Return the connection to the process, which is started if there is none or somebody has ended it."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._connection is None:
            self._process, self._connection = _platform.start("gini_notebook._guarded.child")
            try:
                decode(self._connection.recv_bytes(_OVERHEAD))
            except (OSError, EOFError, ValueError) as error:
                how = _platform.described(_status(self._process))
                message = f"needs a process of its own to be read, which could not be started ({how})"
                raise ReaderStopped(message) from error
        return self._connection

    def _last_words(self, error: Exception, limits: Limits) -> str:
        """Return why there is no answer."""
        if isinstance(error, TimeoutError):
            return limits.too_late
        if isinstance(error, ValueError):
            return f"breaks its reader ({error})"
        assert self._connection is not None  # noqa: S101 - see _running
        assert self._process is not None  # noqa: S101
        if not self._connection.readable:  # any more, since it was refused to receive so large an answer
            return limits.too_large
        status = _status(self._process)
        if _platform.ran_out_of_time(status):
            return limits.too_much_computing
        return f"crashes its reader ({_platform.described(status)}), or {limits.too_much_memory}"

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
        self._process = self._connection = None


def _received(connection: Connection, limits: Limits) -> tuple[bool, Answer]:
    """Receive one answer, and whether it is the last one of its process."""
    # A larger answer is refused before there is room made for it.
    received: Any = decode(connection.recv_bytes(limits.answer + _OVERHEAD))
    match received:
        case [bool(is_last), "value", bytes(value)]:
            return is_last, Answer(decode(value))
        case [bool(is_last), "problem", str(name), str(message)]:
            return is_last, Answer(problem=_problem(name, message))
    raise ValueError("its answer is none")


def _problem(name: str, message: str) -> GiniError:
    if name not in _PROBLEMS:
        raise ValueError("its answer is of no known kind")
    return _PROBLEMS[name](message)


def _status(process: "subprocess.Popen[bytes]") -> int:
    """Return how a process ended that is about to end; one that does not is ended."""
    try:
        return process.wait(_LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
