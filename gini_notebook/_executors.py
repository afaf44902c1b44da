"""Local heavy work on an executor: threads, processes or a cluster.

Whatever runs there reads and counts. Nothing that talks to the service does: a cluster repeats the tasks of a worker
that it has lost, and a repeated upload is a second document.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeVar
from uuid import uuid4

from gini_notebook.errors import ExecutorBroken, GiniError

Result = TypeVar("Result")


def submit(executor: Executor, function: Callable[..., Result], *arguments: Any) -> "Future[Result]":
    """Hand out one call, never to be taken for another one.

    Dask answers a call that equals an earlier one with the earlier result; here the file may be another by now.
    """
    return executor.submit(_called, uuid4().hex, function, arguments)


def _called(_once: str, function: Callable[..., Result], arguments: Sequence[Any]) -> Result:
    return function(*arguments)


def run_on(
    executor: Executor, function: Callable[..., Result], *arguments: Sequence[Any], things: str
) -> Iterator[Result]:
    """Hand out one call per entry of the arguments, and give the results in this order.

    All calls are handed out at once; what is done meanwhile costs no time.

    Parameters
    ----------
    executor
        Any executor, for example ``ProcessPoolExecutor`` or Dask's ``Client.get_executor()``.
    function
        What to call; with its arguments and results it must survive pickling.
    arguments
        As for ``map``.
    things
        What an entry is called in messages, in the plural.

    Raises
    ------
    ExecutorBroken
        If the executor breaks off, for example since one of its processes was killed.
    """
    total = len(arguments[0])
    futures: deque[Future[Result]] = deque()
    try:
        for entry in zip(*arguments, strict=True):
            futures.append(submit(executor, function, *entry))
    except Exception as error:
        _give_up(futures)
        raise broken(executor, error, f"after 0 of {total} {things}") from error
    return _results(executor, futures, things)


def _results(executor: Executor, futures: "deque[Future[Result]]", things: str) -> Iterator[Result]:
    total = len(futures)
    try:
        while futures:
            # A future that is heard is let go, and its result with it.
            yield futures.popleft().result()
    except GiniError:
        raise
    except Exception as error:  # every executor has errors of its own for broken, closed and cancelled
        raise broken(executor, error, f"after {total - len(futures) - 1} of {total} {things}") from error
    finally:
        _give_up(futures)


def _give_up(futures: "deque[Future[Result]]") -> None:
    for future in futures:
        future.cancel()


def broken(executor: Executor, error: Exception, when: str) -> ExecutorBroken:
    """Say that an executor broke off, when, and what to do next."""
    reason = f"{type(error).__name__}: {error}".rstrip(".: ")
    return ExecutorBroken(
        f"The executor ({type(executor).__name__}) broke off {when}: {reason}. "
        "Pass a new executor, or none to do the work in this process."
    )
