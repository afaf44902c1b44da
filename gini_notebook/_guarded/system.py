"""All of the guarded process that depends on the operating system.

Limits are those of POSIX; where there are none (Windows has no module ``resource``) or where they do not bind (macOS
takes limits on memory without keeping them), only the wait for an answer and its size are limited.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

try:
    import resource
except ImportError:  # pragma: no cover - Windows
    resource = None  # type: ignore[assignment]

_MEASURES = Path("/proc/self/statm")
# What Python and its libraries need to be found and to know the language; no secret is handed on.
_ENVIRONMENT = ("HOME", "LANG", "LANGUAGE", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "VIRTUAL_ENV")
_PREFIXES = ("CONDA_", "DYLD_", "LC_", "LD_", "PYTHON")
# Threads that libraries start reserve memory, and one task at a time needs none.
_SINGLE_THREADED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def start(module: str) -> tuple["subprocess.Popen[bytes]", Connection]:
    """Start a module as a process at the other end of a connection.

    It hears no Ctrl-C (which is for this process, and ends that one, too, if somebody waits for it), finds the
    libraries that this process finds, and ends when the connection does.
    """
    ours, theirs = Pipe()
    with theirs:
        handle = theirs.fileno()
        process = subprocess.Popen(  # noqa: S603 - this very package
            [sys.executable, "-P", "-m", module, str(handle)],
            pass_fds=[handle],
            process_group=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(os.environ),
        )
    return process, ours


def _environment(known: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in known.items() if name in _ENVIRONMENT or name.startswith(_PREFIXES)}
    return kept | _SINGLE_THREADED | {"PYTHONPATH": os.pathsep.join(place for place in sys.path if place)}


def connected(handle: str) -> Connection:
    """Return the connection in the process that was started."""
    return Connection(int(handle))


def prepare() -> None:
    """Make this process one that dies quietly: memory with somebody's payment data is not written to a disk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def limited(memory: int, cpu_s: int) -> Iterator[None]:
    """Let what is done here use so many bytes more than now, and so many seconds of computing.

    Too much memory is a ``MemoryError`` here, or a crash of a library; too many seconds end the process.
    """
    if resource is None:  # pragma: no cover - Windows
        yield
        return
    _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_s)
    _limit(resource.RLIMIT_DATA, data_bytes() + memory)
    try:
        yield
    finally:
        _limit(resource.RLIMIT_DATA, resource.RLIM_INFINITY)
        _limit(resource.RLIMIT_CPU, resource.RLIM_INFINITY)


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value = hard if value == resource.RLIM_INFINITY else min(value, hard)
    with suppress(ValueError, OSError):  # a system that does not know the limit
        resource.setrlimit(what, (value, hard))


def data_bytes() -> int:
    """Return how many bytes of memory this process holds, also those it has not touched yet; 0 if nobody knows."""
    try:
        return int(_MEASURES.read_text("ascii").split()[5]) * resource.getpagesize()
    except OSError:  # pragma: no cover - not Linux
        return 0


def touched_bytes() -> int:
    """Return how many bytes this process has in use, without what libraries only reserve; 0 if nobody knows."""
    try:
        return int(_MEASURES.read_text("ascii").split()[1]) * resource.getpagesize()
    except OSError:  # pragma: no cover - not Linux
        return 0


def ran_out_of_time(status: int) -> bool:
    """Return whether a process with this status was ended by its limit of computing."""
    return status == -getattr(signal, "SIGXCPU", 0) != 0


def described(status: int) -> str:
    """Return what ended a process, from its status."""
    with suppress(ValueError):
        return signal.Signals(-status).name
    return f"status {status}"


def after_fork(function: Callable[[], None]) -> None:
    """Have a function called in every process that is forked from this one."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)
