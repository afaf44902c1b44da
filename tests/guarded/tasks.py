"""What the guarded process is asked to do in tests: ordinary things, and what a hostile file makes a reader do."""

import os
import signal
import time
from multiprocessing.connection import Connection
from typing import Any

import gini_notebook._guarded.child
from gini_notebook import _platform
from gini_notebook.errors import TruthError

MIB = 1024 * 1024


def echo(value: Any) -> Any:
    return value


def process_id(*_ignored: Any) -> int:
    return os.getpid()


def environment() -> list[str]:
    return sorted(os.environ)


def fill(size: int) -> int:
    return len(bytearray(size))


def keep(size: int) -> int:
    """Hold memory for good, as a reader that leaks."""
    _KEPT.append(bytearray(size))
    return os.getpid()


_KEPT: list[bytearray] = []


def touch(size: int, seconds: float) -> int:
    """Use memory, and hold it for a while."""
    held = b"x" * size
    time.sleep(seconds)
    return len(held)


def unlimit() -> None:
    """Let this process limit itself in nothing, as where the system keeps no limits."""
    _platform.LIMITS_BIND = False


def compute() -> None:
    while True:
        pass


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def answer(size: int) -> bytes:
    return bytes(size)


def recurse() -> None:
    recurse()


def refuse(message: str) -> None:
    raise TruthError(message)


def panic() -> None:
    raise BaseException("capacity overflow")  # noqa: TRY002 - as extension modules written in Rust do


def no_plain_value() -> Any:
    return object()


def crash_at(number: int, at: int) -> int:
    if number == at:
        os.kill(os.getpid(), signal.SIGSEGV)
    return number


def send(message: bytes, size: int | None = None) -> None:
    """Send something else than an answer, as a process that a file has taken over."""
    connection = _parent()
    if size is None:
        connection.send_bytes(message)
    else:
        connection.send_bytes(bytes(size))
    time.sleep(60)


def _parent() -> Connection:
    import gc

    return next(thing for thing in gc.get_objects() if isinstance(thing, Connection))


def core_limit() -> list[int]:
    import resource

    return list(resource.getrlimit(resource.RLIMIT_CORE))


def interrupted() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return gini_notebook._guarded.child.__name__
