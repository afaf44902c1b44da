"""The processes that read documents, seen from the server: at most a few, replaced when they die."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any

MEMORY_LIMIT = 6 * 1024**3
LINE_LIMIT = 16 * 1024 * 1024


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
        Seconds after which a worker is taken for stuck and killed.
    memory_limit
        Bytes of address space that a worker may use.
    """

    def __init__(self, count: int = 2, *, time_limit_s: float = 120.0, memory_limit: int = MEMORY_LIMIT) -> None:
        self._time_limit_s = time_limit_s
        self._memory_limit = memory_limit
        self._idle: asyncio.LifoQueue[asyncio.subprocess.Process | None] = asyncio.LifoQueue()
        self._busy: set[asyncio.subprocess.Process | None] = set()
        for _ in range(count):
            self._idle.put_nowait(None)

    async def do(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Have a job done by the next idle worker.

        Raises
        ------
        WorkRefused
            The file cannot be taken.
        WorkFailed
            There is no result, and nobody else is affected.
        """
        process = await self._idle.get()
        try:
            if process is None or process.returncode is not None:
                process = await self._start()
            self._busy.add(process)
            answer = await asyncio.wait_for(self._ask(process, job), self._time_limit_s)
        except (TimeoutError, OSError, ValueError) as problem:
            await _kill(process)
            late = isinstance(problem, TimeoutError)
            message = f"Took longer than {self._time_limit_s:g} s." if late else "The worker died."
            raise WorkFailed(message) from problem
        except BaseException:
            await _kill(process)
            raise
        finally:
            self._busy.discard(process)
            alive = process is not None and process.returncode is None
            self._idle.put_nowait(process if alive else None)
        if "refused" in answer:
            raise WorkRefused(answer["refused"], answer["status"])
        if "failed" in answer:
            raise WorkFailed(answer["failed"])
        done: dict[str, Any] = answer["done"]
        return done

    async def close(self) -> None:
        """End all workers."""
        for process in [*self._busy]:
            await _kill(process)
        while not self._idle.empty():
            await _kill(self._idle.get_nowait())

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gini_notebook.sandbox.worker",
            str(self._memory_limit),
            str(int(self._time_limit_s)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_LIMIT,
        )

    async def _ask(self, process: asyncio.subprocess.Process, job: Mapping[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None  # noqa: S101 - a pipe, see _start
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(json.dumps(job).encode() + b"\n")
        await process.stdin.drain()
        answer: dict[str, Any] = json.loads(await process.stdout.readline())
        return answer


async def _kill(process: asyncio.subprocess.Process | None) -> None:
    if process is not None and process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
