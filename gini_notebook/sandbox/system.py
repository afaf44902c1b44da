"""All of the sandbox that depends on the operating system: Linux, macOS, Windows. The package has its own module."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable

IS_WINDOWS = sys.platform == "win32"
# Windows has no module resource, and macOS takes limits on memory without keeping them.
LIMITS_BIND = sys.platform == "linux"


def limit_memory(limit_bytes: int) -> None:
    """Bound the address space of this process; 0 for no bound."""
    if limit_bytes:
        import resource

        with contextlib.suppress(ValueError, OSError):  # a tighter bound is there
            resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def memory_used(process_id: int) -> int:
    """Return how many bytes a process uses, for whoever waits for it; 0 if it has ended."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(process_id).memory_info().rss)
    return 0


def end_process_after(seconds: int) -> None:
    """Have the system end this process, unless that is put off again; 0 for never. Windows cannot."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def call_on_end(function: Callable[[], None]) -> None:
    """Have a function called, instead of the end, when this process shall end; its event loop runs already."""
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            asyncio.get_running_loop().add_signal_handler(name, function)
        except NotImplementedError:  # event loops of Windows
            signal.signal(name, lambda *_: function())


def take_port_again(listener: socket.socket) -> None:
    """Let a port be used at once that a process left that has ended; on Windows two would share it."""
    if not IS_WINDOWS:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
