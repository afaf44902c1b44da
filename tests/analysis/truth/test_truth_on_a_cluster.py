"""Ground truth read elsewhere: by threads, by other processes, by a Dask cluster that loses a worker."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import ExecutorBroken
from tests.clusters import closed, losing_a_worker, lost, processes

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


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes])
def test_threads_and_processes_read_the_same_truth(einvoices, executor):
    with executor(2) as running:
        assert_same_as_serial(read_truth(einvoices, executor=running), einvoices)


def test_workers_in_another_working_directory_find_the_files(einvoices, monkeypatch):
    monkeypatch.chdir(einvoices.parent)
    with processes(1, initializer=os.chdir, initargs=("/",)) as running:
        assert_same_as_serial(read_truth(einvoices.name, executor=running), einvoices)


@pytest.mark.parametrize(
    ("executor", "reason"),
    [
        (
            lost,
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


def some_files_are_read(scheduler) -> bool:
    return sum(task.state == "memory" for task in list(scheduler.tasks.values())) >= 1  # of four, with 16 files each


def test_a_dask_cluster_that_loses_a_worker_midway_reads_the_same_truth(einvoices, tmp_path):
    with losing_a_worker(tmp_path, some_files_are_read) as client:
        parallel = read_truth(einvoices, executor=client.get_executor())
    assert_same_as_serial(parallel, einvoices)
