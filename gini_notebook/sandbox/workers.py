"""The processes that read documents, seen from the server: at most a few, replaced when they die."""

import asyncio
import contextlib
import heapq
import itertools
import json
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from typing import Any

from gini_notebook.sandbox import system
from gini_notebook.sandbox.worker import TOO_MUCH_MEMORY

PATIENCE = 10
MEMORY_LIMIT = 4 * 1024**3
LINE_LIMIT = 16 * 1024 * 1024
LOOK_EVERY_S = 0.05


class WorkFailed(Exception):
    """A job came to no result: the worker died, took too long or reports a failure."""


class WorkRefused(Exception):
    """The file cannot be taken; ``status`` is the one the service answers."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Workers:
    """A few worker processes, started when there is work.

    Parameters
    ----------
    count
        How many work at once.
    time_limit_s
        Seconds after which a worker is taken for stuck and killed; a patient job has ten times as long, since OCR of
        ten pages takes minutes.
    memory_limit
        Bytes of address space that a worker may use; of memory in use, where the system keeps no such limit.
    """

    def __init__(self, count: int = 2, *, time_limit_s: float = 60.0, memory_limit: int = MEMORY_LIMIT) -> None:
        self._time_limit_s = time_limit_s
        self._memory_limit = memory_limit
        self._idle: list[Process | None] = [None] * count
        self._busy: set[Process | None] = set()
        self._waiting: list[tuple[bool, int, asyncio.Future[Process | None]]] = []
        self._numbers = itertools.count()

    async def do(self, job: Mapping[str, Any], *, patient: bool = False) -> dict[str, Any]:
        """Have a job done by the next idle worker.

        Parameters
        ----------
        job
            See :mod:`gini_notebook.sandbox.worker`.
        patient
            Whether jobs that came later, but are not patient, may be done before.

        Raises
        ------
        WorkRefused
            The file cannot be taken.
        WorkFailed
            There is no result, and nobody else is affected.
        """
        process, limit_s = await self._take(patient), self._time_limit_s * (PATIENCE if patient else 1)
        try:
            if process is None or process.returncode is not None:
                process = await self._start()
            self._busy.add(process)
            answer = await asyncio.wait_for(self._ask(process, job), limit_s)
        except (TimeoutError, OSError, ValueError) as problem:
            await _kill(process)
            late = isinstance(problem, TimeoutError)
            raise WorkFailed(f"Took longer than {limit_s:g} s." if late else "The worker died.") from problem
        except BaseException:
            await _kill(process)
            raise
        finally:
            self._busy.discard(process)
            alive = process is not None and process.returncode is None
            self._give(process if alive else None)
        return _done(answer)

    async def close(self) -> None:
        """End all workers."""
        for process in [*self._busy]:
            await _kill(process)
        while self._idle:
            await _kill(self._idle.pop())

    async def _take(self, patient: bool) -> Process | None:
        if self._idle:
            return self._idle.pop()
        turn: asyncio.Future[Process | None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (patient, next(self._numbers), turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give(turn.result())
            raise

    def _give(self, process: Process | None) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(process)
                return
        self._idle.append(process)

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            # A file of the user's that is called like a library must not be imported instead of it.
            "-P",
            "-m",
            "gini_notebook.sandbox.worker",
            str(self._memory_limit if system.LIMITS_BIND else 0),
            str(int(self._time_limit_s * PATIENCE)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_LIMIT,
        )

    async def _ask(self, process: Process, job: Mapping[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None  # noqa: S101 - a pipe, see _start
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(json.dumps(job).encode() + b"\n")
        await process.stdin.drain()
        reading = asyncio.ensure_future(process.stdout.readline())
        ends = [reading] if system.LIMITS_BIND else [reading, asyncio.ensure_future(self._outgrow(process))]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                await _kill(process)
                return {"failed": TOO_MUCH_MEMORY}
        finally:
            for end in ends:
                end.cancel()
        answer: dict[str, Any] = json.loads(reading.result())
        return answer

    async def _outgrow(self, process: Process) -> None:
        """Return once a worker uses more memory than it may; where limits bind, it notices that itself."""
        while system.memory_used(process.pid) <= self._memory_limit:
            await asyncio.sleep(LOOK_EVERY_S)


def _done(answer: Mapping[str, Any]) -> dict[str, Any]:
    if "refused" in answer:
        raise WorkRefused(answer["refused"], answer["status"])
    if "failed" in answer:
        raise WorkFailed(answer["failed"])
    done: dict[str, Any] = answer["done"]
    return done


async def _kill(process: Process | None) -> None:
    if process is not None and process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
