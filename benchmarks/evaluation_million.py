"""One million documents: Parquet files, read and evaluated by a Dask cluster of two workers on this machine."""

import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import dask
import evaluation_workload as workload
import psutil
from distributed import Client, LocalCluster

from gini_notebook.analysis.evaluation import evaluate

FILES, DOCUMENTS_PER_FILE, ROWS_PER_GROUP = 20, 50_000, 125_000


def write(folder: Path) -> None:
    """Write extractions and truth, each file sorted by document as an export would be."""
    for side in ("found", "truth"):
        (folder / side).mkdir()
    for number in range(FILES):
        for side, frame in zip(("found", "truth"), workload.header(DOCUMENTS_PER_FILE, seed=number), strict=True):
            named = frame.assign(document=f"{number:02}/" + frame["document"])
            ordered = named.sort_values("document", kind="stable", ignore_index=True)
            ordered.to_parquet(folder / side / f"{number:02}.parquet", row_group_size=ROWS_PER_GROUP)


class Memory:
    """Watches the memory of this process and its children (pages they share count once), and keeps the most."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._stop.wait(0.5):
            sizes = []
            for process in [own, *own.children(recursive=True)]:
                try:
                    sizes.append(process.memory_full_info().pss)
                except psutil.NoSuchProcess:
                    continue
            self.peak_bytes = max(self.peak_bytes, sum(sizes))


def measured() -> tuple[float, float, float]:
    """Return seconds of ``evaluate``, the most memory meanwhile (MB of 10^6 bytes), and seconds of ``summary``."""
    with tempfile.TemporaryDirectory() as place, dask.config.set({"distributed.worker.memory.terminate": False}):
        folder = Path(place)
        # In a process of its own: what making the tables takes is not the memory of evaluating them.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
            maker.submit(write, folder).result()
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            with Memory() as memory:
                begun = time.perf_counter()
                result = evaluate(folder / "found", folder / "truth", executor=client.get_executor())
                evaluated = time.perf_counter()
            result.summary()
            return evaluated - begun, memory.peak_bytes / 1e6, time.perf_counter() - evaluated


if __name__ == "__main__":
    print("evaluate {:.1f} s, peak {:.0f} MB, summary {:.1f} s".format(*measured()))
