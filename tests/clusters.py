"""Executors that work, that broke, and a real Dask cluster of two processes, one of which is killed midway."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any

import pytest


def processes(workers: int, **options: Any) -> ProcessPoolExecutor:
    """Start processes that share nothing with this one."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), **options)


def lost() -> Executor:
    """Give an executor whose only process was killed."""
    executor = processes(1)
    os.kill(executor.submit(os.getpid).result(), signal.SIGKILL)
    return executor


def closed() -> Executor:
    """Give an executor that takes no more work."""
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    return executor


@contextmanager
def losing_a_worker(folder: Path, midway: Callable[[Any], bool]) -> Iterator[Any]:
    """Start the cluster, give its client, and kill one worker that has work in hand.

    Parameters
    ----------
    midway
        Tells, of the scheduler, whether it is time; afterwards it is checked that somebody was killed.
    """
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "host": "127.0.0.1"}
    place = {"dashboard_address": None, "local_directory": str(folder / "dask")}
    killed: list[str] = []
    with _closing(distributed.LocalCluster(**options, **place)) as cluster, distributed.Client(cluster) as client:
        killer = Thread(target=_kill_a_busy_worker, args=(cluster, midway, killed))
        killer.start()
        yield client
        killer.join()
        removed = [event for _, event in client.get_events("all") if event.get("action") == "remove-worker"]
    assert len(killed) == 1
    assert [event["worker"] for event in removed] == killed
    assert removed[0]["processing-tasks"], "the worker had nothing to do when it was killed"


@contextmanager
def _closing(cluster: Any) -> Iterator[Any]:
    """Close it, however long its workers take to end: after four seconds it kills them, and after five it complains."""
    try:
        yield cluster
    finally:
        with suppress(TimeoutError):
            cluster.close()


def _kill_a_busy_worker(cluster: Any, midway: Callable[[Any], bool], killed: list[str]) -> None:
    pids = {worker.worker_address: worker.pid for worker in cluster.workers.values()}
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not killed:
        busy = [worker.address for worker in list(cluster.scheduler.workers.values()) if worker.processing]
        if busy and midway(cluster.scheduler):
            os.kill(pids[busy[0]], signal.SIGKILL)
            killed.append(busy[0])
        time.sleep(0.001)


def some_are_done(scheduler: Any) -> bool:
    """Tell whether the result of a task is there."""
    return any(task.state == "memory" for task in list(scheduler.tasks.values()))
