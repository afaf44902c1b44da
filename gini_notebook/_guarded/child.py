"""The guarded process: takes a task, calls the function under limits, sends the answer, until the connection ends."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from gini_notebook import _platform
from gini_notebook._guarded.limits import MIB, Limits
from gini_notebook._guarded.messages import Value, decode, encode
from gini_notebook.errors import GiniError, ReaderStopped

# A process that has come to use so much more than at its start is replaced, since libraries do not give all back. What
# they only reserve does not count: pyarrow reserves more than this with its first table.
KEPT_MEMORY = 256 * MIB
_LONGEST_MESSAGE = 2000


def answer(message: bytes) -> list[Value]:
    """Do the task of a message: ``["value", the message of it]``, or ``["problem", name of an exception, text]``."""
    name, (memory, cpu_s, wait_s, size), arguments = cast("Any", decode(message))
    limits = Limits(memory, cpu_s, wait_s, size)
    function = _function(name)
    try:
        with _platform.limited(limits.memory, limits.cpu_s):
            value = encode(function(*arguments))
    except GiniError as error:
        return _problem(type(error).__name__, str(error))
    except MemoryError:
        return _stopped(limits.too_much_memory)
    except RecursionError:
        return _stopped("is nested too deeply")
    except BaseException as error:  # noqa: BLE001 - a file can break a reader in any way; a panic in Rust is no Exception
        return _stopped(f"breaks its reader ({type(error).__name__}: {error})")
    return ["value", value] if len(value) <= limits.answer else _stopped(limits.too_large)


def _function(name: str) -> Callable[..., Value]:
    module, _, function = name.partition(":")
    found: Callable[..., Value] = getattr(import_module(module), function)
    return found


def _stopped(why: str) -> list[Value]:
    return _problem(ReaderStopped.__name__, why)


def _problem(kind: str, message: str) -> list[Value]:
    return ["problem", kind, message[:_LONGEST_MESSAGE]]


def main() -> None:
    """Serve the process at the other end of the connection whose handle is the argument."""
    _platform.prepare()
    with _platform.connected(sys.argv[1]) as connection:
        connection.send_bytes(encode("ready"))
        most = _platform.touched_bytes() + KEPT_MEMORY
        is_last = False
        while not is_last:
            try:
                answered = answer(connection.recv_bytes())
            except EOFError:
                return
            is_last = _platform.touched_bytes() > most
            connection.send_bytes(encode([is_last, *answered]))


if __name__ == "__main__":
    main()
