"""Dask DataFrames as partitions; nothing is shuffled.

Which scheduler does the work is Dask's business: threads by default, the processes of a cluster where a client is
connected.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import EXTRACTIONS, TRUTH, check_columns
from gini_notebook.analysis.evaluation.inputs import is_dask
from gini_notebook.analysis.evaluation.partitions import Pair, Partitions, PartitionStatistics, scan_partition
from gini_notebook.analysis.truth.document_names import pair_documents
from gini_notebook.errors import SchemaError
from gini_notebook.notations import composed
from gini_notebook.notes import Note


def _run(function: Callable[..., Any], *arguments: Sequence[Any]) -> Iterator[Any]:
    dask: Any = import_module("dask")
    return iter(dask.compute(*(dask.delayed(function)(*entry) for entry in zip(*arguments, strict=True))))


def partition_dask(extractions: Any, truth: Any) -> Partitions:
    """Bring the partitions of both tables together.

    Raises
    ------
    SchemaError
        If the tables do not have the same number of partitions.
    """
    for frame, name in ((extractions, EXTRACTIONS), (truth, TRUTH)):
        check_columns(frame, name)
    found = extractions.to_delayed()
    columns = tuple(extractions.columns)
    if not is_dask(truth):
        pairs, statistics, named, notes = _shared_out(extractions, found, truth)
        return Partitions(pairs, statistics, _run, columns, named, notes=notes)
    wanted = truth.to_delayed()
    if len(wanted) != len(found):
        message = (
            f"The extractions have {len(found)} partitions and the truth {len(wanted)}. Both must be partitioned "
            "in the same way, with all rows of a document in the same partition."
        )
        raise SchemaError(message)
    seen = (_needed(frame, ("field", "group", "entity")).to_delayed() for frame in (extractions, truth))
    pairs = [Pair(*both) for both in zip(found, wanted, strict=True)]
    return Partitions(pairs, list(_run(scan_partition, *seen)), _run, columns)


def _shared_out(
    extractions: Any, found: Sequence[Any], truth: pd.DataFrame
) -> tuple[list[Pair], list[Any], pd.DataFrame, tuple[Note, ...]]:
    """Divide a truth in memory among the partitions; what is left over makes a partition of its own.

    Returned are also the truth with documents named as in the extractions, and which were paired so.
    """
    seen = _needed(extractions, ("document", "field", "group", "entity")).to_delayed()
    statistics, names = zip(*_run(_scan_with_names, seen, [truth.head(0)] * len(seen)), strict=True)
    truth, notes = pair_documents(truth, sorted(frozenset[str]().union(*names)))
    met = [_of_documents(truth, known) for known in names]
    rest = truth[~np.logical_or.reduce(met)] if met else truth
    pairs = [Pair(partition, truth[selected]) for partition, selected in zip(found, met, strict=True)]
    pairs.append(Pair(extractions.head(0, compute=True), rest))
    return pairs, [*statistics, scan_partition(extractions.head(0), truth)], truth, notes


def _scan_with_names(extractions: pd.DataFrame, truth: pd.DataFrame) -> tuple[PartitionStatistics, frozenset[str]]:
    return scan_partition(extractions, truth), frozenset(map(str, extractions["document"].dropna().unique()))


def _needed(frame: Any, columns: Sequence[str]) -> Any:
    """Return the columns a scan needs, so that no others are read for it."""
    return frame[[name for name in columns if name in frame.columns]]


def _of_documents(truth: pd.DataFrame, names: frozenset[str]) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Return which rows are of these documents, whatever the Unicode form of their names."""
    codes, known = pd.factorize(truth["document"])
    forms = {composed(name) for name in names}
    found = np.array([*(composed(str(name)) in forms for name in known), False])
    return np.asarray(found[codes])
