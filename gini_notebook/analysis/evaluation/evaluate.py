"""``evaluate()``: two tables in, a frozen :class:`Evaluation` out."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import Any, Unpack, overload

import numpy as np
import pandas as pd

from gini_notebook._executors import run_on
from gini_notebook.analysis.evaluation.alignment import Order
from gini_notebook.analysis.evaluation.candidates import candidates_of, scan_candidates
from gini_notebook.analysis.evaluation.comparing import Compared, compare_tables
from gini_notebook.analysis.evaluation.dask_partitions import partition_dask
from gini_notebook.analysis.evaluation.documents import (
    SubmittedDocuments,
    check_documents,
    document_table,
    name_of,
    submitted_only,
    tables_of,
)
from gini_notebook.analysis.evaluation.encoding import EXTRACTIONS, NOTHING, TRUTH, check_frame
from gini_notebook.analysis.evaluation.evaluated_truth import EvaluatedTruth
from gini_notebook.analysis.evaluation.evaluation import Evaluation
from gini_notebook.analysis.evaluation.formulas import CountingRule
from gini_notebook.analysis.evaluation.inputs import (
    DaskFrame,
    Inputs,
    Paths,
    is_dask,
    is_paths,
    read_inputs,
)
from gini_notebook.analysis.evaluation.noticed import all_notes, notes_of_documents, warn_of
from gini_notebook.analysis.evaluation.parquet_partitions import partition_parquet
from gini_notebook.analysis.evaluation.partitioned import PartitionedEvaluation, evaluate_partitions
from gini_notebook.analysis.evaluation.partitions import Pair, Partitions, Run, partition_frames
from gini_notebook.analysis.evaluation.remittance import Remittance
from gini_notebook.analysis.evaluation.settings import (
    OneRule,
    Options,
    Settings,
    choose_rules,
    entity_votes,
    provenance,
)
from gini_notebook.analysis.evaluation.units import (
    Cluster,
    Weights,
    stated_values,
    truth_values,
    weights_notes,
    with_cluster,
    with_weights,
)
from gini_notebook.analysis.truth.document_names import CONTRADICTING, pair_documents
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notes import Note, as_plain
from gini_notebook.schema import dotted


@overload
def evaluate(
    extractions: Paths | DaskFrame,
    truth: Any,
    *,
    executor: Executor | None = None,
    **options: Unpack[Options],
) -> PartitionedEvaluation: ...
@overload
def evaluate(
    extractions: Any, truth: Any, *, executor: Executor, **options: Unpack[Options]
) -> PartitionedEvaluation: ...
@overload
def evaluate(extractions: Any, truth: Any, *, executor: None = None, **options: Unpack[Options]) -> Evaluation: ...
def evaluate(  # noqa: PLR0913 - settings, all by keyword
    extractions: Any,
    truth: Any,
    *,
    fields: Sequence[str] | None = None,
    rules: Mapping[str, OneRule] | None = None,
    currency_default: str | None = None,
    wrong: CountingRule = "both",
    required: Sequence[str] | None = None,
    key: Sequence[str] = (),
    order: Order = "content",
    seed: int = 0,
    remittance: Remittance = "either",
    cluster: Cluster = None,
    weights: Weights = None,
    executor: Executor | None = None,
) -> Evaluation | PartitionedEvaluation:
    """Compare extractions with the ground truth, slot by slot.

    Parameters
    ----------
    extractions
        What was extracted: a table with the columns document, field and value (for rows of a compound also group and
        row; entity, page, left, top, width, height, candidates and confidence where there are some), or anything that
        has such a table as ``.extractions``, and perhaps ``.documents`` and ``.candidates``, like a batch. What is
        larger than memory: a Dask DataFrame, or Parquet (a file, a folder of files, or a list of files), which is
        evaluated row group by row group.
    truth
        The ground truth: a table with the columns document, field and value (for rows of a compound also group and
        row). A row without a value says that somebody looked and there is nothing. What has no row at all is
        unlabelled: it leaves every count, whatever was extracted. With Parquet, Parquet or a table in memory; with
        Dask, a table in memory, or one partitioned in the same way.
    fields
        Names of the fields to evaluate (``iban``, ``lineItems.baseGross``); all by default, without fields of the
        truth that are neither labels of the service nor ever extracted.
    rules
        By field: a rule (``gini_notebook.rules``), the name of one, or a function that normalizes a value.
    currency_default
        The currency of an amount that names none, for example ``"EUR"``.
    wrong
        What a wrong value costs: ``"both"`` counts it as a false positive and as a false negative, ``"fp"`` as a false
        positive only.
    required
        Header fields that must be right for a document to be perfect; all header fields by default.
    key
        Columns of a compound that must agree before two rows are taken for the same, for example ``["artNumber"]``.
    order
        ``"content"`` aligns rows by what they say, ``"strict"`` by their number.
    seed
        Seed of every random draw, so that tests and drawn intervals can be repeated.
    remittance
        The service delivers the reference of an invoice among the words of ``paymentPurpose`` ("ReNr 2025-0318, KdNr
        70881"). ``"either"`` compares a label of ``paymentReference`` with the delivered reference or, where that is
        absent, with the delivered purpose (column ``extracted_field`` of the comparisons), and takes for right what has
        the words of the label, whole and in order, in both fields. ``"strict"`` compares each field with itself, whole
        values. A rule of your own for a field stays as it is.
    cluster
        What fails together beyond documents, as documents of one sender do: a column of the documents table
        (``"issuer"``), a header field of the truth (``"paymentRecipient"``; also one that is not evaluated), or a
        Series by document. It is the unit of all intervals and tests of the result; a document without a value is a
        cluster of its own. It is kept as a column of ``documents``.
    weights
        How much each document counts in scores and intervals: a column of the documents table, or a Series by document,
        with a number above 0 for every document of the truth. 1 / inclusion probability for documents that were drawn
        by :func:`gini_notebook.to_label`, so that scores are those of all documents; or what makes a test set that was
        picked by hand weigh as production does. Only their ratios matter. Numbers of slots and documents stay those
        that were counted. Two runs with the same weights are compared by them. Thresholds of a confidence, and
        ``sensitivity``, count every document once and refuse weights.
    executor
        Executor that runs the work: any ``concurrent.futures.Executor``, as a ``ProcessPoolExecutor``, or Dask's
        ``Client.get_executor()``. Tables are split by documents; only counts come back. It pays from some 100,000 rows
        on, and for Parquet on a disk that the workers share.

    Returns
    -------
    Evaluation
        Every number is a view of its ``comparisons``. For Parquet, for a Dask DataFrame (whose partitions must hold
        documents whole), and with an executor it is a :class:`PartitionedEvaluation`: the same scores and intervals,
        and ``in_memory()`` makes an Evaluation of it.

    Raises
    ------
    SchemaError
        If a table lacks columns, repeats a key, or holds something that is not text.
    SettingError
        If an argument has a value that makes no sense.
    ExecutorBroken
        If the executor breaks off. A Dask cluster does the work of a lost worker anew by itself.

    Examples
    --------
    >>> import pandas as pd
    >>> truth = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "value": ["9.90:EUR", "7.00:EUR"]})
    >>> found = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "value": ["9.9:EUR", "70.00:EUR"]})
    >>> evaluate(found, truth).comparisons[["document", "outcome", "cause"]].values.tolist()
    [['a', 'correct', <NA>], ['b', 'wrong', 'factor: ×10']]

    On a cluster:

    >>> executor = distributed.Client(scheduler).get_executor()                             # doctest: +SKIP
    >>> evaluate("runs/extractions/", "truth.parquet", executor=executor).summary()         # doctest: +SKIP
    """
    settings = Settings(
        fields=_names(fields, "fields"),
        currency_default=currency_default,
        wrong=wrong,
        required=None if required is None else tuple(required),
        key=tuple(key),
        order=order,
        seed=seed,
        remittance=remittance,
    )
    beyond = cluster, weights
    truth_name = name_of(truth)
    partitions = _in_partitions(extractions, truth, executor)
    if partitions is not None:
        parts = partial(all_notes, truth, None)
        submitted = SubmittedDocuments(run=name_of(extractions), truth_name=truth_name)
        return evaluate_partitions(partitions, settings, rules, submitted, beyond, notes=parts)
    tables, submitted, paired = _in_memory(extractions, truth)
    submitted = replace(submitted, run=name_of(extractions), truth_name=truth_name)
    parts = partial(all_notes, truth, extractions, paired)
    if executor is not None:
        run = _runner(executor)
        return evaluate_partitions(partition_frames(tables, run), settings, rules, submitted, beyond, notes=parts)
    return _whole(tables, settings, rules, submitted, beyond, notes=parts)


def _in_memory(extractions: Any, truth: Any) -> tuple[Pair, SubmittedDocuments, tuple[Note, ...]]:
    """Return the tables to compare, what is known of the documents that were sent, and which names were paired."""
    source, documents, candidates = tables_of(extractions)
    known = check_documents(documents)
    check_frame(truth, TRUTH)
    check_frame(source, EXTRACTIONS)
    names = (source if known is None else known)["document"].dropna().unique()
    truth, notes = pair_documents(truth, [*map(str, np.asarray(names, dtype=object))])
    truth, not_submitted, their_truth = submitted_only(truth, known)
    told = truth.attrs.get(CONTRADICTING, ())
    not_submitted = [name for name in not_submitted if name not in told]
    scanned = None if candidates is None else scan_candidates(candidates, source)
    submitted = SubmittedDocuments(known, not_submitted, str(getattr(extractions, "service", "")), their_truth)
    return Pair(source, truth, scanned), submitted, notes


def _in_partitions(extractions: Any, truth: Any, executor: Executor | None) -> Partitions | None:
    """Return the partitions of what comes in partitions."""
    if is_dask(extractions):
        if executor is not None:
            raise SettingError(
                "Dask evaluates its DataFrames by its own scheduler; leave out executor=, and connect a "
                "distributed.Client to use a cluster."
            )
        return partition_dask(extractions, truth)
    if is_paths(extractions):
        return partition_parquet(extractions, truth, map if executor is None else _runner(executor))
    if is_paths(truth):
        raise SchemaError(
            "The truth is a path and the extractions are not: read it with read_truth(), or give both as Parquet files."
        )
    return None


def _runner(executor: Executor) -> Run:
    return partial(run_on, executor, things="partitions")


def _whole(
    tables: Pair,
    settings: Settings,
    rules: Mapping[str, OneRule] | None,
    submitted: SubmittedDocuments,
    beyond: tuple[Cluster, Weights],
    *,
    notes: Callable[..., tuple[Note, ...]],
) -> Evaluation:
    """Evaluate tables in memory, in one go."""
    source, truth, candidates = tables
    inputs = read_inputs(source, truth, settings.fields, submitted.names, remittance=settings.remittance)
    settings.check_required(inputs.columns)
    selected = choose_rules(inputs.columns, entity_votes(source), rules, settings)
    compared = compare_tables(inputs, source, selected, settings, candidates)
    facts = _facts(inputs, compared, submitted, str(truth.attrs.get("rule", "")))
    documents = document_table(inputs.documents, submitted.documents, inputs.answered)
    answered = int(documents["answered"].sum())  # also those that the service completed and found nothing on
    weighing = weights_notes(beyond[1], inputs.documents)
    stated = np.bincount(inputs.truth.column[inputs.truth.value != NOTHING], minlength=len(inputs.columns)).tolist()
    labelled = {dotted(*name): count for name, count in zip(inputs.columns, stated, strict=True)}
    of_documents = notes_of_documents(facts, answered, len(inputs.answered) - answered, labelled, submitted.names)
    said = notes(weighing, compared.notes, of_documents)
    warn_of(said)
    facts["notes"] = as_plain(said)
    documents, clustered = with_cluster(
        documents, beyond[0], partial(_values_of, compared.comparisons, truth, documents["document"])
    )
    documents, weighed_by = with_weights(documents, beyond[1])
    return Evaluation(
        comparisons=compared.comparisons,
        documents=documents,
        candidates=None if candidates is None else candidates_of(candidates.table, inputs.documents),
        settings=settings.plain() | {"cluster": clustered, "weights": weighed_by},
        provenance=provenance(settings, selected, facts),
        truth=None
        if inputs.whole_truth is None
        else EvaluatedTruth.of(truth, inputs.whole_truth, submitted.their_truth),
        others=submitted.others(inputs.documents),
    )


def _values_of(
    comparisons: pd.DataFrame, truth: pd.DataFrame, names: "pd.Series[str]", field: str
) -> "pd.Series[Any] | None":
    values = truth_values(comparisons, field, names)
    return stated_values(truth, field, names) if values is None else values


def _facts(inputs: Inputs, compared: Compared, submitted: SubmittedDocuments, truth_rule: str) -> dict[str, Any]:
    return {
        "truth_hash": inputs.truth_hash,
        "extractions_hash": inputs.extractions_hash,
        "truth_rule": truth_rule,
        "left_out_fields": list(inputs.left_out_fields),
        "never_delivered": list(inputs.never_delivered),
        "unlabelled_fields": [dotted(*inputs.columns[place]) for place in np.flatnonzero(~compared.labelled)],
        "documents_without_truth": list(inputs.without_truth),
        **submitted.facts(inputs.documents),
        "approximately_aligned": list(compared.approximate),
    }


def _names(names: Sequence[str] | None, argument: str) -> tuple[str, ...] | None:
    if isinstance(names, str):
        message = f"{argument} is the text {names!r}; give a list of names, for example {argument}=[{names!r}]."
        raise SettingError(message)
    if names is not None and not names:
        message = f"{argument} is empty, so there is nothing to evaluate. Leave it out to evaluate all."
        raise SettingError(message)
    return None if names is None else tuple(names)
