"""Hostile files by entrances: what is made, how it is taken through, and what is promised of each."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tests.hostile import ledgers, pdfs_and_pictures, tables_and_archives

SECONDS = 20
MEBIBYTES = 256
# A table that is no trick, and really says three million things, is read whole: it may take what that takes, which is
# 0.1 ms and 700 bytes of each as truth, as extractions and to compare both.
HONEST: Mapping[str, tuple[int, int]] = {"rows.csv": (300, 2048)}
Line = tuple[str, float, float, float, str]
MAKERS: Mapping[str, Callable[[], bytes]] = {
    **pdfs_and_pictures.FILES,
    **tables_and_archives.TABLES,
    **tables_and_archives.EVALUATIONS,
    **ledgers.FILES,
}
EXCEPTIONS = (
    *("FileProblem", "TruthError", "SchemaError", "LedgerError", "SettingError", "ReaderStopped"),
    *("WorkFailed", "WorkRefused"),
)


def made(folder: Path, names: Iterable[str]) -> list[str]:
    """Make the files."""
    for name in names:
        (folder / name).write_bytes(MAKERS[name]())
    return list(names)


def taken_through(tasks: Sequence[tuple[str, Path]], limits: str = "512,8") -> list[Line]:
    """Take files through entrances, one after the other in a process of its own."""
    named = [str(part) for task in tasks for part in task]
    command = [sys.executable, "-m", "tests.hostile.entrances", limits, *named]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=110 * len(tasks))
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()[1:]]


def complaints(line: Line) -> list[str]:
    """Return what of a file was not as promised: soon over, little memory, one sentence."""
    name, _, computing, mebibytes, told = line
    most_seconds, most_mebibytes = HONEST.get(name, (SECONDS, MEBIBYTES))
    kind, colon, sentence = told.partition(": ")
    refused = kind.isidentifier() and bool(colon)
    return [
        # Of computing, since other tests take their share of the time.
        *([f"takes {computing} s"] if computing >= most_seconds else []),
        *([f"takes {mebibytes} MiB"] if mebibytes >= most_mebibytes else []),
        *([f"is no error of ours: {kind}"] if refused and kind not in EXCEPTIONS else []),
        *(["is told nothing"] if refused and not sentence.strip() else []),
        *(["is told at length"] if refused and len(sentence) >= 1000 else []),
        *(["is told in several lines"] if "\n" in sentence else []),
    ]
