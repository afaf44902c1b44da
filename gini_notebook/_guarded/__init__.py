"""A child process that reads files from strangers, so that a hostile file can take down nothing but that process.

Readers of PDFs, pictures, workbooks and Parquet are large programs, and a file of a kilobyte can make them compute for
hours or ask for more memory than there is. So they run in a process of their own, one for all of this process, with
limits on memory, computing time, waiting time and the size of what comes back; when a limit strikes or the reader
crashes, the process is replaced, and the file is refused in one sentence. The process lasts, and the next task is on
its way before the last one is answered, so that an ordinary file costs little more than here.

What is called there is an ordinary function, named by where it can be imported from. Its arguments and its value are
plain (:data:`gini_notebook._guarded.messages.Value`), and travel as JSON and bytes: a process that a file has taken
over can send wrong values, but nothing that would be run.
"""

import atexit
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from gini_notebook import _platform
from gini_notebook._guarded.guard import Answer, Guard
from gini_notebook._guarded.limits import LIMITS, Limits
from gini_notebook._guarded.messages import Value

__all__ = ["LIMITS", "Answer", "Limits", "Value", "call", "each"]

# Tasks that are done in a row before somebody else who waits gets their turn.
_IN_A_ROW = 16
_GUARD = Guard()
atexit.register(_GUARD.close)
_platform.after_fork(_GUARD.forget)


def call(function: Callable[..., Value], *arguments: Value, limits: Limits = LIMITS) -> Value:
    """Call a function in the guarded process.

    Parameters
    ----------
    function
        A function of a module.
    arguments
        Plain values: text, numbers, bytes, and lists of such.
    limits
        What the call may use.

    Returns
    -------
    Value
        What the function returned, tuples as lists. It comes from a process that read a file from a stranger: its
        shape is to be checked.

    Raises
    ------
    ReaderStopped
        If the call needed more than the limits allow, or crashed the process; the message goes on after the name of
        the file and "cannot be read:".
    GiniError
        What the function raised of this package's exceptions.
    """
    return _GUARD.answers(function, [arguments], limits)[0].get()


def each(
    function: Callable[..., Value], tasks: Iterable[tuple[Value, ...]], limits: Limits = LIMITS
) -> Iterator[Answer]:
    """Call a function in the guarded process once per task, and yield the answers in this order.

    A task that is stopped costs its own answer and the start of a new process, and none of the others.
    """
    remaining = iter(tasks)
    while chunk := list(islice(remaining, _IN_A_ROW)):
        yield from _GUARD.answers(function, chunk, limits)
