"""Tables in partitions that hold documents whole: each is evaluated by itself, and the counts are put together.

Partitions are made of tables in memory here, of other tables in :mod:`dask_partitions` and :mod:`parquet_partitions`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.candidates import CANDIDATES, Candidates
from gini_notebook.analysis.evaluation.comparing import Compared, HashArray, compare_tables
from gini_notebook.analysis.evaluation.counts import DocumentCounts, count_documents, encode_comparisons, groups_of
from gini_notebook.analysis.evaluation.encoding import (
    EXTRACTIONS,
    TRUTH,
    BoolArray,
    IntArray,
    ObjectArray,
    encode,
)
from gini_notebook.analysis.evaluation.inputs import NO_TRUTH, Inputs, choose_columns, never_delivered, read_inputs
from gini_notebook.analysis.evaluation.settings import (
    Column,
    OneRule,
    Settings,
    Votes,
    choose_rules,
    columns_in,
    entity_votes,
)
from gini_notebook.analysis.rules import Rule
from gini_notebook.errors import SchemaError
from gini_notebook.notations import composed
from gini_notebook.notes import Note

# Calls a function for each partition and gives the results in order, like ``map``.
Run = Callable[..., Iterator[Any]]
# Rows of both tables in a partition: work for about 0.1 s, so that the way to another process is worth it.
ROWS = 50_000


class Pair(NamedTuple):
    """The tables of one partition: each a table, or something whose ``load`` reads it where it is needed."""

    extractions: Any
    truth: Any
    candidates: Candidates | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PartitionStatistics:
    """What a partition has, before it is known how to evaluate it."""

    wanted: frozenset[Column]
    delivered: frozenset[Column]
    votes: Votes


@dataclass(frozen=True, slots=True, eq=False)
class Partitions:
    """Both tables in partitions.

    Attributes
    ----------
    pairs
        The partitions.
    statistics
        What is in them.
    run
        Executor that runs the parts.
    columns
        Names of the columns of the extractions.
    truth, candidates
        The whole tables, where they are in memory.
    notes
        Which documents were paired though their names differ.
    """

    pairs: Sequence[Pair]
    statistics: Sequence[PartitionStatistics]
    run: Run
    columns: tuple[str, ...]
    truth: pd.DataFrame | None = None
    candidates: pd.DataFrame | None = None
    notes: tuple[Note, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave the executor behind when pickled: another process has no use for its threads and connections."""
        run = map if isinstance(self.run, partial) else self.run
        return type(self), (self.pairs, self.statistics, run, self.columns, self.truth, self.candidates, self.notes)

    def __deepcopy__(self, _memo: object) -> Self:
        """Return itself, with its executor: nothing in it ever changes."""
        return self

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Iterator[Any]:
        """Call a function with every pair and these arguments."""
        repeated = ([argument] * len(self.pairs) for argument in arguments)
        return self.run(function, *map(list, zip(*self.pairs, strict=True)), *repeated)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How every partition is evaluated."""

    columns: tuple[Column, ...]
    left_out_fields: tuple[str, ...]
    rules: Mapping[str, Rule]
    settings: Settings
    never_delivered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PartitionResult:
    """What comes out of a partition."""

    documents: ObjectArray
    answered: BoolArray
    document_counts: DocumentCounts
    compared: frozenset[int]
    """Indices of the columns that have comparisons."""
    labelled: tuple[Column, ...]
    approximate: tuple[str, ...]
    without_truth: tuple[str, ...]
    hashes: tuple[str, str]
    notes: tuple[Note, ...]
    recipients: HashArray
    """Of each document whose truth names who is paid, a hash of that name."""


def scan_partition(extractions: pd.DataFrame, truth: pd.DataFrame) -> PartitionStatistics:
    """Look at one partition."""
    return PartitionStatistics(
        wanted=columns_in(truth, TRUTH),
        delivered=columns_in(extractions, EXTRACTIONS),
        votes=entity_votes(extractions),
    )


def make_plan(
    statistics: Sequence[PartitionStatistics],
    settings: Settings,
    rules: Mapping[str, OneRule] | None,
    unsure: Collection[str] = (),
) -> Plan:
    """Decide for all partitions alike which columns are evaluated, and by which rules.

    Parameters
    ----------
    statistics, settings, rules
        What is in the partitions, and what the caller wants.
    unsure
        Columns of the truth that are perhaps no fields.

    Raises
    ------
    SchemaError
        If no partition has any truth.
    """
    wanted = frozenset[Column]().union(*(statistics.wanted for statistics in statistics))
    delivered = frozenset[Column]().union(*(statistics.delivered for statistics in statistics))
    if not wanted:
        raise SchemaError(NO_TRUTH)
    columns, left_out = choose_columns(sorted(wanted), sorted(delivered), settings.fields, unsure)
    votes = Votes()
    for known in statistics:
        votes.update(known.votes)
    settings.check_required(columns)
    settings.key_columns(columns)
    selected = choose_rules(columns, votes, rules, settings)
    lacking = never_delivered(wanted, delivered, columns, settings.remittance)
    return Plan(columns, left_out, selected, settings, lacking)


def evaluate_partition(
    extractions: Any, truth: Any, candidates: Candidates | None, how: Plan, level: str
) -> PartitionResult:
    """Evaluate one partition, and count it at a level."""
    inputs, compared = _compared(extractions, truth, candidates, how, to_count=True)
    slots = encode_comparisons(compared.comparisons, pd.Index(inputs.documents, dtype=object), how.columns)
    return PartitionResult(
        documents=inputs.documents,
        answered=inputs.answered,
        document_counts=count_documents(compared.comparisons, slots, level),
        compared=frozenset(np.unique(slots.column).tolist()),
        labelled=tuple(how.columns[place] for place in np.flatnonzero(compared.labelled)),
        approximate=compared.approximate,
        without_truth=inputs.without_truth,
        hashes=(inputs.truth_hash, inputs.extractions_hash),
        notes=compared.notes,
        recipients=compared.recipients,
    )


def partition_comparisons(extractions: Any, truth: Any, candidates: Candidates | None, how: Plan) -> pd.DataFrame:
    """Return the comparisons of one partition."""
    return _compared(extractions, truth, candidates, how, to_count=False)[1].comparisons


def _compared(
    extractions: Any, truth: Any, candidates: Candidates | None, how: Plan, *, to_count: bool
) -> tuple[Inputs, Compared]:
    found, wanted = loaded(extractions, truth)
    inputs = read_inputs(found, wanted, columns=how.columns, remittance=how.settings.remittance)
    return inputs, compare_tables(inputs, found, how.rules, how.settings, candidates, to_count=to_count)


def loaded(extractions: Any, truth: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of a partition, read where they are still in files."""
    found, wanted = (table if isinstance(table, pd.DataFrame) else table.load() for table in (extractions, truth))
    return found, wanted


def check_whole(results: Sequence[PartitionResult]) -> None:
    """Refuse partitions that share a document.

    Raises
    ------
    SchemaError
        If rows of one document are in several partitions.
    """
    names = pd.Series(np.concatenate([partition.documents for partition in results]), dtype=object)
    twice = names[names.duplicated()]
    if twice.empty:
        documents_without_truth = {name for partition in results for name in partition.without_truth}
        twice = names[names.isin(documents_without_truth)]
    if len(twice):
        message = (
            f"{twice.nunique()} document(s) have rows in several partitions; first: {twice.iloc[0]!r}. All rows of a "
            "document must be in the same partition of both tables: partition by document, for example with "
            "frame.shuffle('document', npartitions=…) on both."
        )
        raise SchemaError(message)


def merge_partitions(results: Sequence[PartitionResult]) -> tuple[ObjectArray, BoolArray, DocumentCounts]:
    """Put all partitions together, sorted by document: names, whether there is an extraction of each, and counts."""
    documents = np.concatenate([partition.documents for partition in results])
    order = np.argsort(documents, kind="stable")
    counted = [partition.document_counts for partition in results]
    # As in the evaluation of the whole, columns that nothing could be compared in are in no count.
    kept = sorted(frozenset[int]().union(*(partition.compared for partition in results)))
    columns = tuple(counted[0].columns[place] for place in kept)
    groups = [counted[0].groups.index(group) for group in groups_of(columns)]
    candidates = [document_counts.candidates for document_counts in counted if document_counts.candidates is not None]
    whole = DocumentCounts(
        columns=columns,
        counts=_gathered([document_counts.counts for document_counts in counted], order, kept),
        anls=_gathered([document_counts.anls for document_counts in counted], order, groups),
        rows=_gathered([document_counts.rows for document_counts in counted], order, groups),
        candidates=_gathered(candidates, order, kept) if candidates else None,
    )
    return documents[order], np.concatenate([partition.answered for partition in results])[order], whole


def _gathered(arrays: Sequence[Any], order: IntArray, kept: Sequence[int]) -> Any:
    """Return ``np.concatenate(arrays)[order][:, kept]`` without the copies in between, the largest that there are."""
    whole = np.empty((len(order), len(kept), *arrays[0].shape[2:]), dtype=arrays[0].dtype)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    begun = 0
    for array in arrays:
        whole[place[begun : begun + len(array)]] = array[:, kept]
        begun += len(array)
    return whole


def hash_of(hashes: Sequence[str]) -> str:
    """Return one hash of the hashes of all partitions, whatever their order."""
    return sha256("".join(sorted(hashes)).encode()).hexdigest()


def partition_frames(tables: Pair, run: Run) -> Partitions:
    """Split checked tables by documents; names that differ in nothing but their Unicode form stay together."""
    extractions, truth, candidates = tables
    indices: dict[str, int] = {}
    found, wanted = (_numbers(frame, name, indices) for frame, name in ((extractions, EXTRACTIONS), (truth, TRUTH)))
    partition_of = _partitions_of(indices, np.concatenate([found, wanted]))
    count = int(partition_of.max()) + 1
    sides = [divided(extractions, partition_of[found], count), divided(truth, partition_of[wanted], count)]
    pairs = [Pair(*both) for both in zip(*sides, strict=True)]
    if candidates is not None:
        known = np.append(partition_of, np.full(len(candidates.table), count))  # documents of neither table
        listed = divided(candidates.table, known[_numbers(candidates.table, CANDIDATES, indices)], count)
        pairs = [pair._replace(candidates=candidates.part(table)) for pair, table in zip(pairs, listed, strict=True)]
    whole = None if candidates is None else candidates.table
    return Partitions(pairs, [scan_partition(extractions, truth)], run, tuple(extractions.columns), truth, whole)


def _numbers(frame: pd.DataFrame, name: str, indices: dict[str, int]) -> IntArray:
    """Number the documents, row by row; one without a name, which no partition accepts, counts as the first."""
    codes, names = encode(frame["document"], name, numbers=True)
    numbers = [indices.setdefault(composed(name), len(indices)) for name in names.tolist()]
    return np.array([*numbers, 0], dtype=np.int64)[codes]


def _partitions_of(indices: dict[str, int], numbers: IntArray) -> IntArray:
    """Return the partition of every document: neighbours by name share one."""
    order = np.array([indices[name] for name in sorted(indices)], dtype=np.int64)
    rows = np.bincount(numbers, minlength=max(len(indices), 1))
    before = np.zeros(len(rows), dtype=np.int64)
    before[order] = np.cumsum(rows[order]) - rows[order]
    return np.unique(before // ROWS, return_inverse=True)[1].astype(np.int64)


def divided(frame: pd.DataFrame, partition: IntArray, count: int) -> list[pd.DataFrame]:
    """Divide a table by the number of the partition of each row; rows with greater numbers are left out."""
    order = np.argsort(partition, kind="stable")
    edges = np.searchsorted(partition[order], np.arange(count + 1)).tolist()
    return [frame.iloc[order[low:high]] for low, high in pairwise(edges)]
