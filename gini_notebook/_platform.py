"""All that depends on the operating system: Linux, macOS, Windows. The sandbox, which shares no code, has its own.

Where limits of a process bind (Linux), the guarded process keeps them itself. Windows has no module ``resource``, and
macOS takes limits on memory without keeping them: there, whoever waits for an answer looks at the process meanwhile.
"""

import codecs
import io
import os
import re
import signal
import stat
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NamedTuple

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_MEASURES = Path("/proc/self/statm")
IS_WINDOWS = sys.platform == "win32"
# A limit of memory is kept where this file is, since both are Linux.
LIMITS_BIND = sys.platform == "linux"
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
        process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - this very package
            [sys.executable, "-P", "-m", module, str(handle)],
            **_inheriting(handle),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(os.environ),
        )
    return process, ours


def _inheriting(handle: int) -> dict[str, Any]:
    """Return the options of a process that has this end of a connection, and hears no Ctrl-C."""
    if not IS_WINDOWS:
        return {"pass_fds": [handle], "process_group": 0}
    windows: Any = subprocess
    os.set_handle_inheritable(handle, True)  # type: ignore[attr-defined,unused-ignore]  # only there
    startup = windows.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
    return {"startupinfo": startup, "creationflags": windows.CREATE_NEW_PROCESS_GROUP}


def _environment(known: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in known.items() if name in _ENVIRONMENT or name.startswith(_PREFIXES)}
    return kept | _SINGLE_THREADED | {"PYTHONPATH": os.pathsep.join(place for place in sys.path if place)}


def connected(handle: str) -> Connection:
    """Return the connection in the process that was started."""
    if IS_WINDOWS:
        from multiprocessing import connection

        kind: Any = connection
        return kind.PipeConnection(int(handle))  # type: ignore[no-any-return]
    return Connection(int(handle))


def prepare() -> None:
    """Make this process one that dies quietly: memory with somebody's payment data is not written to a disk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def limited(memory: int, cpu_s: int) -> Iterator[None]:
    """Let what is done here use so many bytes more than now, and so many seconds of computing.

    Too much memory is a ``MemoryError`` here, or a crash of a library; too many seconds end the process. Where limits
    do not bind, this does nothing: see :func:`spending`.
    """
    if resource is None or not LIMITS_BIND:
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


class Spent(NamedTuple):
    """What a process has used: bytes of memory now, and seconds of computing so far."""

    memory: int
    cpu_s: float


def spending(process: "subprocess.Popen[bytes]") -> Spent | None:
    """Return what a process has used, for whoever waits for it; ``None`` where its own limits bind, or it has ended."""
    if LIMITS_BIND:
        return None
    import psutil

    with suppress(psutil.Error):
        watched = psutil.Process(process.pid)
        times = watched.cpu_times()
        return Spent(watched.memory_info().rss, times.user + times.system)
    return None


def data_bytes() -> int:
    """Return how many bytes of memory this process holds, also those it has not touched yet; 0 if nobody knows."""
    try:
        return int(_MEASURES.read_text("ascii").split()[5]) * resource.getpagesize()
    except OSError:
        return 0


def touched_bytes() -> int:
    """Return how many bytes this process has in use, without what libraries only reserve; 0 if nobody knows."""
    try:
        return int(_MEASURES.read_text("ascii").split()[1]) * resource.getpagesize()
    except OSError:
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


def others_may_read(mode: int) -> bool:
    """Return whether a file of this mode can be read or changed by others; Windows says so by other means."""
    return not IS_WINDOWS and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def take_lock(descriptor: int, *, shared: bool = False) -> None:
    """Hold an open file until it is closed, or the process dies; raise ``OSError`` where somebody else does."""
    if IS_WINDOWS:  # which knows no shared ones
        windows: Any = __import__("msvcrt")
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        windows.locking(descriptor, windows.LK_NBLCK, 1)
        return
    import fcntl

    fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


# A byte far behind the text, because a locked byte cannot be read by others on Windows.
_FAR = 1 << 40
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)
_LONGEST_PATH = 240  # of 260, less what stands in front of and behind the name of a file that is being written


def is_device(name: str) -> bool:
    """Return whether this name of a file is one of a device, whatever its ending, and what is written there lost."""
    return IS_WINDOWS and _DEVICES.fullmatch(name) is not None


def reachable(path: Path) -> Path:
    """Return the path in the form in which a file is found whose path has more than 260 characters."""
    if not IS_WINDOWS:
        return path
    whole = os.path.abspath(path)  # noqa: PTH100 - resolve() goes after links, and this form takes no ".."
    if len(whole) < _LONGEST_PATH or whole.startswith("\\\\?\\"):
        return path
    return Path("\\\\?\\UNC" + whole[1:] if whole.startswith("\\\\") else "\\\\?\\" + whole)


_PLAIN = {
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "×": "x",
    "·": "|",
    "€": "EUR",
    "→": "->",
    "≥": ">=",
    "≤": "<=",
    "±": "+-",
}


def print_anything() -> None:
    """Let both streams print what the console has no characters for: similar ones, or their numbers.

    Consoles of Windows are in cp850 or cp1252, and build servers often in ASCII. What is printed then is not what was
    meant to the letter, but nothing ends with an error after hours of work.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "backslashreplace"):
            handler = f"gini_notebook.{stream.encoding}"  # what is raised knows "charmap" only
            codecs.register_error(handler, partial(_plain, stream.encoding))
            stream.reconfigure(errors=handler)


def can_print(text: str) -> bool:
    """Return whether standard output has all characters of a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _plain(encoding: str, error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_similar(one, encoding) for one in unknown), error.end


def _similar(character: str, encoding: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    bare = unicodedata.normalize("NFKC", character)
    with suppress(UnicodeEncodeError):
        bare.encode(encoding)
        return bare
    return character.encode("ascii", "backslashreplace").decode("ascii")
