"""The evaluation of tables in partitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook import schema
from gini_notebook._extras import needed_for
from gini_notebook.analysis.evaluation.candidates import Candidates, candidates_of
from gini_notebook.analysis.evaluation.comparing import HashArray
from gini_notebook.analysis.evaluation.counts import DocumentCounts
from gini_notebook.analysis.evaluation.documents import SubmittedDocuments, document_table
from gini_notebook.analysis.evaluation.encoding import TRUTH, encode_table
from gini_notebook.analysis.evaluation.evaluated_truth import EvaluatedTruth, facts_of
from gini_notebook.analysis.evaluation.evaluation import Evaluation
from gini_notebook.analysis.evaluation.inputs import check_common, read_inputs
from gini_notebook.analysis.evaluation.mistakes import (
    MISTAKES,
    DescribedRules,
    UnreadValues,
    merge_unread,
    mistake_table,
    unread_hints,
    unread_values,
)
from gini_notebook.analysis.evaluation.noticed import labels_with_value, notes_of_documents, warn_of
from gini_notebook.analysis.evaluation.partitions import (
    PartitionResult,
    Partitions,
    Plan,
    check_whole,
    evaluate_partition,
    hash_of,
    loaded,
    make_plan,
    merge_partitions,
    partition_comparisons,
)
from gini_notebook.analysis.evaluation.scores import Scores
from gini_notebook.analysis.evaluation.settings import OneRule, Settings, provenance
from gini_notebook.analysis.evaluation.units import (
    Cluster,
    Weights,
    stated_values,
    truth_values,
    weights_notes,
    with_cluster,
    with_weights,
)
from gini_notebook.notes import Note, as_plain, as_text
from gini_notebook.schema import COMPARISONS, dotted

_COUNTED_FIRST = "typed"


@dataclass(frozen=True, eq=False, repr=False)
class PartitionedEvaluation(Scores):
    """An evaluation of tables in partitions: all scores, made of the counts of the partitions.

    It is what :func:`gini_notebook.evaluate` answers for Dask DataFrames, for Parquet files, and with an executor.
    Whatever is computed later (another level, mistakes, comparisons) is computed where the partitions were evaluated,
    so keep the executor open until then.

    Attributes
    ----------
    documents : pandas.DataFrame
        One row per document of the truth.
    candidates : pandas.DataFrame or None
        The candidates, if there were some.
    others : pandas.DataFrame or None
        As of :class:`gini_notebook.Evaluation`.
    settings, provenance : mapping
        As of :class:`gini_notebook.Evaluation`; the hash of a table is made of those of its partitions, except that of
        a truth in memory.
    """

    documents: pd.DataFrame
    candidates: pd.DataFrame | None
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    _partitions: Partitions
    _plan: Plan
    _counted_first: DocumentCounts
    _paid: HashArray
    _not_sent: pd.DataFrame | None = None
    others: pd.DataFrame | None = None

    @property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        return self._counted_first.columns

    def _count(self, level: str) -> DocumentCounts:
        if level == _COUNTED_FIRST:
            return self._counted_first
        return merge_partitions(list(self._partitions(evaluate_partition, self._plan, level)))[2]

    def _truth_values(self, field: str) -> "pd.Series[Any] | None":
        if ("", field) not in self._columns:
            return None
        parts = pd.concat(self._partitions(_truth_of_partition, self._plan, field), ignore_index=True)
        return truth_values(parts, field, self.documents["document"])

    def _recipients(self) -> "pd.Series[Any]":
        return pd.Series(self._paid)

    @cached_property
    def comparisons(self) -> Any:
        """One row per slot (``schema.COMPARISONS``), as a Dask DataFrame: computed anew, partition by partition.

        Raises
        ------
        MissingLibrary
            If Dask is not installed; :meth:`mistakes` and :meth:`in_memory` do without it.
        """
        with needed_for("A Dask DataFrame of the comparisons", "scale"):
            dask, frames = import_module("dask"), import_module("dask.dataframe")
        made = [dask.delayed(partition_comparisons)(*pair, self._plan) for pair in self._partitions.pairs]
        meta = COMPARISONS.empty()
        if self.candidates is not None:
            meta = meta.assign(candidates=meta["field"], candidate_rank=meta["row"])
        if "confidence" in self._partitions.columns:
            meta["confidence"] = pd.Series([], dtype="float64")
        return frames.from_delayed(made, meta=meta, verify_meta=False)

    def mistakes(
        self, field: str | None = None, *, outcome: str | Sequence[str] | None = None, full: bool = False
    ) -> pd.DataFrame:
        """Return the comparisons to look at; parameters, result and errors as of ``Evaluation.mistakes``."""
        return mistake_table(self._gathered(_wrong_ones), self._entities, field, outcome, full=full)

    def unread_truth(self) -> list[str]:
        """Name the fields whose truth cannot be read by their rule; result as of ``Evaluation.unread_truth``."""
        rules = self.provenance["rules"]
        return unread_hints(merge_unread(self._partitions(_unread_of_partition, self._plan, rules)), rules)

    def in_memory(self) -> Evaluation:
        """Compute all comparisons, for the views that need them together, for files, reports and comparisons.

        Returns
        -------
        Evaluation
            With the same numbers; it needs neither the partitions nor the executor any more.

        Examples
        --------
        >>> paths = batch.to_parquet("tables")
        >>> truth.to_parquet("truth.parquet")
        >>> causes = gini.evaluate("tables/extractions.parquet", "truth.parquet").in_memory().by_cause()
        """
        comparisons = self._gathered(partition_comparisons)
        parts = pd.concat(self._partitions(_whole_truth_of_partition, self._plan), ignore_index=True)
        labels = parts.sort_values(list(schema.TRUTH.key), kind="stable", ignore_index=True)
        truth = EvaluatedTruth.stored(labels, facts_of(self._partitions.truth), self._not_sent)
        return Evaluation(
            comparisons, self.documents, self.candidates, self.settings, self.provenance, truth, self.others
        )

    def _gathered(self, function: Any) -> pd.DataFrame:
        comparisons = pd.concat(self._partitions(function, self._plan), ignore_index=True)
        index = pd.Index(self.documents["document"], dtype=object)
        place = index.get_indexer(comparisons["document"].to_numpy(dtype=object))
        return comparisons.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)

    if not TYPE_CHECKING:  # type checkers are to know the members that there are, and no others

        def __getattr__(self, name: str) -> Any:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if not name.startswith("_") and hasattr(Evaluation, name):
                message = (
                    f"A {type(self).__name__} cannot do {name}(), which needs all comparisons together. Bring them "
                    f"into memory: result.in_memory().{name}(…)."
                )
            raise AttributeError(message, name=name, obj=self)

    def __repr__(self) -> str:
        told = f"<PartitionedEvaluation of {len(self.documents)} documents in {len(self._partitions.pairs)} partitions>"
        return "\n".join([told, *as_text(self.notes).splitlines()])


def _wrong_ones(extractions: Any, truth: Any, candidates: Candidates | None, how: Plan) -> pd.DataFrame:
    comparisons = partition_comparisons(extractions, truth, candidates, how)
    return comparisons[comparisons["outcome"].isin(MISTAKES).to_numpy(dtype=bool)]


def _truth_of_partition(
    extractions: Any, truth: Any, candidates: Candidates | None, how: Plan, field: str
) -> pd.DataFrame:
    comparisons = partition_comparisons(extractions, truth, candidates, how)
    wanted = (comparisons["group"] == "") & (comparisons["field"] == field)
    return comparisons.loc[wanted.to_numpy(dtype=bool), ["document", "group", "row", "field", "truth_canonical"]]


def _whole_truth_of_partition(extractions: Any, truth: Any, candidates: Candidates | None, how: Plan) -> pd.DataFrame:
    del candidates
    found, wanted = loaded(extractions, truth)
    return EvaluatedTruth.of(wanted, read_inputs(found, wanted, columns=how.columns).whole_truth).table


def _unread_of_partition(
    extractions: Any,
    truth: Any,
    candidates: Candidates | None,
    how: Plan,
    rules: DescribedRules,
) -> UnreadValues:
    return unread_values(partition_comparisons(extractions, truth, candidates, how), rules)


def evaluate_partitions(
    partitions: Partitions,
    settings: Settings,
    rules: Mapping[str, OneRule] | None,
    submitted: SubmittedDocuments,
    beyond: tuple[Cluster, Weights],
    *,
    notes: Callable[..., tuple[Note, ...]],
) -> PartitionedEvaluation:
    """Evaluate the partitions and put the counts together.

    Parameters
    ----------
    partitions, settings, rules, submitted, beyond
        What to evaluate, and how; beyond are clusters and weights of documents.
    notes
        Puts together what is known of the tables and the notes of the parts.
    """
    unsure = frozenset(getattr(partitions.truth, "attrs", {}).get("unsure", ()))
    plan = make_plan(partitions.statistics, settings, rules, unsure)
    begun = partitions(evaluate_partition, plan, _COUNTED_FIRST)
    whole_hash = None if partitions.truth is None else encode_table(partitions.truth, TRUTH).hash()
    results = list(begun)
    check_whole(results)
    names, answered, counted = merge_partitions(results)
    documents_without_truth = sorted({name for result in results for name in result.without_truth})
    check_common(names, answered, documents_without_truth, submitted.names)
    labelled = {column for result in results for column in result.labelled}
    facts = _facts_of(results, plan, truth_hash=whole_hash, labelled=labelled)
    facts |= {
        "truth_rule": str(getattr(partitions.truth, "attrs", {}).get("rule", "")),
        "documents_without_truth": documents_without_truth,
        **submitted.facts(names),
    }
    candidates = partitions.candidates
    documents = document_table(names, submitted.documents, answered)
    count = int(documents["answered"].sum())
    said = notes(
        partitions.notes,
        weights_notes(beyond[1], names),
        *_notes_of(results, labelled),
        notes_of_documents(facts, count, len(names) - count, labels_with_value(counted), submitted.names),
    )
    warn_of(said)
    facts["notes"] = as_plain(said)
    result = PartitionedEvaluation(
        documents=documents,
        candidates=None if candidates is None else candidates_of(candidates, names),
        settings=settings.plain(),
        provenance=provenance(settings, plan.rules, facts),
        _partitions=partitions,
        _plan=plan,
        _counted_first=counted,
        _paid=np.concatenate([result.recipients for result in results]),
        _not_sent=submitted.their_truth,
        others=submitted.others(names),
    )
    return result if all(one is None for one in beyond) else _with(result, *beyond)


def _facts_of(
    results: Sequence[PartitionResult], plan: Plan, *, truth_hash: str | None, labelled: set[tuple[str, str]]
) -> dict[str, Any]:
    """Return what the provenance says of the parts together."""
    return {
        "truth_hash": truth_hash or hash_of([result.hashes[0] for result in results]),
        "extractions_hash": hash_of([result.hashes[1] for result in results]),
        "left_out_fields": list(plan.left_out_fields),
        "never_delivered": list(plan.never_delivered),
        "unlabelled_fields": [dotted(*column) for column in plan.columns if column not in labelled],
        "approximately_aligned": sorted(name for result in results for name in result.approximate),
    }


def _with(result: PartitionedEvaluation, cluster: Cluster, weights: Weights) -> PartitionedEvaluation:
    """Return the evaluation with clusters and weights of its documents."""
    documents, clustered = with_cluster(result.documents, cluster, partial(_values_of, result))
    documents, weighed_by = with_weights(documents, weights)
    settings = {**result.settings, "cluster": clustered, "weights": weighed_by}
    return replace(result, documents=documents, settings=settings)


def _values_of(result: PartitionedEvaluation, field: str) -> "pd.Series[Any] | None":
    values = result._truth_values(field)
    return stated_values(result._partitions.truth, field, result.documents["document"]) if values is None else values


def _notes_of(results: Sequence[PartitionResult], labelled: set[tuple[str, str]]) -> list[list[Note]]:
    """Return the notes of every partition; a field that nobody labelled in one may be labelled in another."""
    names = {dotted(*column) for column in labelled}
    return [
        [note for note in result.notes if note.kind != "labelled_never" or not names.intersection(note.about)]
        for result in results
    ]
