"""Takes files through one entrance of the package, and says what each costs this process and what it is told.

``python -m tests.hostile.entrances LIMITS ENTRANCE FILE ENTRANCE FILE…`` prints one line of JSON per file, ``["name",
seconds, seconds of computing, MiB, "what came of it"]``; the computing is that of the guarded process, too, and the MiB
are those by which the memory of this process grew at its peak. The limits are those of the guarded process: MiB and
seconds of computing, ``512,8``; smaller ones are sooner reached.
"""

import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import psutil

from gini_notebook import evaluate, read_truth
from gini_notebook._guarded import LIMITS
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.cli.analysis import extractions_of
from gini_notebook.interactive.pages import FolderPages
from gini_notebook.sandbox.workers import Workers, WorkFailed, WorkRefused
from gini_notebook.service.batch import Batch

MIB = 1024 * 1024
_TRUTH = pd.DataFrame({"document": ["a"], "field": ["iban"], "value": ["x"]})


def explore(path: Path) -> object:
    """Draw the first page, as the explorer does."""
    page = FolderPages(path.parent).page(path.name, 1)
    return f"page 1 of {page.count}, {page.width:.0f} × {page.height:.0f}"


def batch(path: Path) -> object:
    """Open a run folder whose ledger is this file."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, Path(folder, "ledger.sqlite"))
        opened = Batch.load(folder)
        tables = [opened.documents, opened.extractions, opened.candidates, opened.line_items, opened.surplus]
        return (
            f"{[len(table) for table in tables]} rows, {len(opened.notes)} notes, {len(opened._repr_html_())} of HTML"
        )


def folder_truth(path: Path) -> object:
    """Read the truth of the folder that the file is alone in."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, path.name).symlink_to(path)
        return read_truth(folder, qr_codes=True)


def sandbox(path: Path) -> object:
    """Have a sandbox's worker look at the file, as for an upload, and read it."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_worked(path, Path(folder)))


async def _worked(path: Path, folder: Path) -> str:
    workers = Workers(1)
    try:
        checked = await workers.do({"job": "check", "path": str(path), "media_type": None})
        part = {"path": str(path), "media_type": checked["media_type"], "turn": 0}
        read = {"extractions": str(folder / "extractions"), "layout": str(folder / "layout")}
        settings = {"engine": "baseline", "coordinates": "points", "ocr": False}
        await workers.do({"job": "read", "parts": [part], "settings": settings, **read})
        return f"{checked['page_count']} pages of {checked['media_type']}"
    except (WorkFailed, WorkRefused) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        await workers.close()


ENTRANCES: Mapping[str, Callable[[Path], object]] = {
    "explore": explore,
    "read_truth": read_truth,
    "read_truth with QR codes": lambda path: read_truth(path, qr_codes=True),
    "read_truth of a folder": folder_truth,
    "evaluate": lambda path: evaluate(path, _TRUTH),
    "evaluate against it": lambda path: evaluate(_TRUTH, path),
    "gini-notebook evaluate": lambda path: evaluate(extractions_of(path), read_truth(path)),
    "Evaluation.load": Evaluation.load,
    "Batch.load": batch,
    "sandbox": sandbox,
}


def memory(name: str) -> float:
    """Return a measure of this process in MiB: ``VmRSS`` now, or ``VmHWM`` at the peak since it was reset."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def computing() -> float:
    """Return the seconds that this process and its guarded ones have computed so far."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = [child.cpu_times() for child in psutil.Process().children()]
    return time.process_time() + sum(of.user + of.system for of in living) + ended.ru_utime + ended.ru_stime


def outcome(entrance: Callable[[Path], object], path: Path) -> str:
    """Return what comes of a file: the beginning of a value, or the exception."""
    try:
        value = entrance(path)
    except Exception as error:  # noqa: BLE001 - what it is, the test judges
        return f"{type(error).__name__}: {error}"
    return value if isinstance(value, str) else f"<{type(value).__name__} {getattr(value, 'attrs', {}).get('summary')}>"


def limit(mebibytes: int, cpu_s: int) -> None:
    """Give the guarded process other limits."""
    object.__setattr__(LIMITS, "memory", mebibytes * MIB)
    object.__setattr__(LIMITS, "cpu_s", cpu_s)


def main() -> None:
    """Take the files through the entrances."""
    limits, *tasks = sys.argv[1:]
    limit(*map(int, limits.split(",")))
    print("ready", flush=True)  # noqa: T201
    for entrance, name in zip(tasks[::2], tasks[1::2], strict=True):
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak is the one from here on
        before, computed, begun = memory("VmRSS"), computing(), time.monotonic()
        told = outcome(ENTRANCES[entrance], Path(name))
        seconds = (round(time.monotonic() - begun, 2), round(computing() - computed, 2))
        line = [Path(name).name, *seconds, round(memory("VmHWM") - before, 1), told]
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
