"""Ground truth read elsewhere: by threads, by other processes, by a Dask cluster that loses a worker."""

import os
import shutil
import signal
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from gini_notebook.errors import ExecutorBroken
from gini_notebook.truth import read_truth

COPIES = 12


@pytest.fixture
def einvoices(invoices, tmp_path) -> Path:
    """Return a folder of 60 PDFs with an e-invoice inside, and one PDF that cannot be read."""
    folder = tmp_path / "einvoices"
    folder.mkdir()
    originals = sorted(invoices.glob("*_einvoice*.pdf"))
    assert len(originals) == 5
    for copy in range(COPIES):
        for original in originals:
            shutil.copy(original, folder / f"{copy:02}_{original.name}")
    shutil.copy(invoices / "broken_truncated.pdf", folder)
    return folder


def assert_same_as_serial(parallel: pd.DataFrame, folder: Path) -> None:
    serial = read_truth(folder)
    assert serial["document"].nunique() == 5 * COPIES
    pd.testing.assert_frame_equal(parallel, serial)
    assert parallel.attrs == serial.attrs
    assert [document for document, _ in parallel.attrs["problems"]] == ["broken_truncated.pdf"]


def processes(workers: int, **options) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), **options)


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes])
def test_threads_and_processes_read_the_same_truth(einvoices, executor):
    with executor(2) as running:
        assert_same_as_serial(read_truth(einvoices, executor=running), einvoices)


def test_workers_in_another_working_directory_find_the_files(einvoices, monkeypatch):
    monkeypatch.chdir(einvoices.parent)
    with processes(1, initializer=os.chdir, initargs=("/",)) as running:
        assert_same_as_serial(read_truth(einvoices.name, executor=running), einvoices)


def broken() -> Executor:
    executor = processes(1)
    os.kill(executor.submit(os.getpid).result(), signal.SIGKILL)
    return executor


def closed() -> Executor:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    return executor


@pytest.mark.parametrize(
    ("executor", "reason"),
    [
        (
            broken,
            r"ProcessPoolExecutor\) broke off after 0 of 61 files: BrokenProcessPool: .*terminated abruptly[^.]*\.",
        ),
        (closed, r"ThreadPoolExecutor\) broke off after 0 of 61 files: RuntimeError: .*after shutdown\."),
    ],
)
def test_an_executor_that_breaks_off_is_named_with_what_to_do_next(einvoices, executor, reason):
    running = executor()
    try:
        with pytest.raises(ExecutorBroken, match=rf"{reason} Pass a new executor, or none"):
            read_truth(einvoices, executor=running)
    finally:
        running.shutdown()


def kill_a_busy_worker(cluster, killed: list[str]) -> None:
    """Kill one worker process as soon as some files are read and it has others in hand."""
    pids = {worker.worker_address: worker.pid for worker in cluster.workers.values()}
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not killed:
        read = sum(task.state == "memory" for task in list(cluster.scheduler.tasks.values()))
        busy = [worker.address for worker in list(cluster.scheduler.workers.values()) if worker.processing]
        if read >= COPIES and busy:
            os.kill(pids[busy[0]], signal.SIGKILL)
            killed.append(busy[0])
        time.sleep(0.001)


def test_a_dask_cluster_that_loses_a_worker_midway_reads_the_same_truth(einvoices, tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "host": "127.0.0.1"}
    place = {"dashboard_address": None, "local_directory": str(tmp_path / "dask")}
    killed: list[str] = []
    with distributed.LocalCluster(**options, **place) as cluster, distributed.Client(cluster) as client:
        killer = Thread(target=kill_a_busy_worker, args=(cluster, killed))
        killer.start()
        parallel = read_truth(einvoices, executor=client.get_executor())
        killer.join()
        removed = [event for _, event in client.get_events("all") if event.get("action") == "remove-worker"]
    assert_same_as_serial(parallel, einvoices)
    assert len(killed) == 1
    assert [event["worker"] for event in removed] == killed
    assert removed[0]["processing-tasks"], "the worker had nothing to do when it was killed"
