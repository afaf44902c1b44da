"""Tables in memory, split by documents into partitions."""

from itertools import pairwise

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.candidates import CANDIDATES, Candidates
from gini_notebook.analysis.evaluation.encoded_tables import EXTRACTIONS, TRUTH, check_frame
from gini_notebook.analysis.evaluation.encoding import IntArray, codes_of, composed
from gini_notebook.analysis.evaluation.partitions import Pair, Parted, Run, survey_partition

# Rows of both tables in a partition: work for about 0.1 s, so that the way to another process is worth it.
ROWS = 50_000


def partition_frames(extractions: pd.DataFrame, truth: pd.DataFrame, candidates: Candidates | None, run: Run) -> Parted:
    """Split tables by documents; names that differ in nothing but their Unicode form stay together."""
    for frame, name in ((extractions, EXTRACTIONS), (truth, TRUTH)):
        check_frame(frame, name)
    places: dict[str, int] = {}
    found, wanted = (_numbers(frame, name, places) for frame, name in ((extractions, EXTRACTIONS), (truth, TRUTH)))
    part_of = _parts_of(places, np.concatenate([found, wanted]))
    count = int(part_of.max()) + 1
    tables = [divided(extractions, part_of[found], count), divided(truth, part_of[wanted], count)]
    pairs = [Pair(*both) for both in zip(*tables, strict=True)]
    if candidates is not None:
        known = np.append(part_of, np.full(len(candidates.table), count))  # documents of neither table
        listed = divided(candidates.table, known[_numbers(candidates.table, CANDIDATES, places)], count)
        pairs = [pair._replace(candidates=candidates.part(table)) for pair, table in zip(pairs, listed, strict=True)]
    whole = None if candidates is None else candidates.table
    return Parted(pairs, [survey_partition(extractions, truth)], run, tuple(extractions.columns), truth, whole)


def _numbers(frame: pd.DataFrame, name: str, places: dict[str, int]) -> IntArray:
    """Number the documents, row by row; one without a name, which no partition accepts, counts as the first."""
    codes, names = codes_of(frame["document"], name, numbers=True)
    numbers = [places.setdefault(composed(name), len(places)) for name in names.tolist()]
    return np.array([*numbers, 0], dtype=np.int64)[codes]


def _parts_of(places: dict[str, int], numbers: IntArray) -> IntArray:
    """Give every document its partition: neighbours by name share one."""
    order = np.array([places[name] for name in sorted(places)], dtype=np.int64)
    rows = np.bincount(numbers, minlength=max(len(places), 1))
    before = np.zeros(len(rows), dtype=np.int64)
    before[order] = np.cumsum(rows[order]) - rows[order]
    return np.unique(before // ROWS, return_inverse=True)[1].astype(np.int64)


def divided(frame: pd.DataFrame, part: IntArray, count: int) -> list[pd.DataFrame]:
    """Divide a table by the number of the partition of each row; rows with greater numbers are left out."""
    order = np.argsort(part, kind="stable")
    edges = np.searchsorted(part[order], np.arange(count + 1)).tolist()
    return [frame.iloc[order[low:high]] for low, high in pairwise(edges)]
