"""Where the runs of a history come from: evaluations, files of them, and history files."""

import glob
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from gini_notebook._text import described
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.history.records import Record, digest_of, read_lines, record_of
from gini_notebook.errors import FileProblem, SettingError


def several(runs: Any) -> list[Any]:
    """Return the evaluations and paths that were given, patterns as the files that have such names."""
    if isinstance(runs, Evaluation | str | os.PathLike):
        runs = [runs]
    elif not isinstance(runs, Iterable) or isinstance(runs, Mapping):
        message = f"runs is {described(runs)}; give evaluations, or the paths of stored ones."
        raise SettingError(message)
    found: list[Any] = []
    for one in runs:
        if isinstance(one, Evaluation):
            found.append(one)
        elif isinstance(one, str | os.PathLike):
            found += _files(os.fspath(one))
        else:
            message = f"A run is {described(one)}; give evaluations, or the paths of stored ones."
            raise SettingError(message)
    return found


def _files(name: str) -> list[Path]:
    if Path(name).exists():
        return [Path(name)]
    names = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - patterns may be absolute
    if not names:
        message = f"There is no stored evaluation at {name!r}; result.save() makes one."
        raise FileProblem(message)
    return [Path(one) for one in names]


def records_of(one: Any, known: set[str]) -> tuple[list[Record], list[Record]]:
    """Return the runs and marks of a path or an evaluation; a file that is known already is not read."""
    if isinstance(one, Evaluation):
        digest = (
            f"{one.provenance.get('truth_hash')}-{one.provenance.get('extractions_hash')}-{one.provenance.get('run')}"
        )
        return [record_of(one, "run", digest, None)], []
    if one.suffix == ".jsonl":
        return read_lines(one)
    try:
        digest = digest_of(one)
        changed = pd.Timestamp(one.stat().st_mtime, unit="s", tz="UTC").isoformat(timespec="seconds")
    except OSError as error:
        message = f"{one} cannot be read: {error.strerror or error}."
        raise FileProblem(message) from error
    if digest in known:
        return [], []
    name = one.parent.name if one.stem == "evaluation" and one.parent.name else one.stem
    return [record_of(Evaluation.load(one), name, digest, changed)], []
