"""The evaluation of tables larger than memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.evaluation import _mistakes, _parts
from gini_notebook.evaluation._provenance import provenance
from gini_notebook.evaluation._result import Evaluation
from gini_notebook.evaluation._scored import Scored
from gini_notebook.evaluation._settings import OneRule, Settings
from gini_notebook.evaluation._tables import dotted
from gini_notebook.evaluation.counts import Tally
from gini_notebook.schema import COMPARISONS

_COUNTED_FIRST = "typed"


@dataclass(frozen=True, eq=False, repr=False)
class PartedEvaluation(Scored):
    """An evaluation of Dask DataFrames: all scores, made of the counts of the partitions.

    Attributes
    ----------
    comparisons : dask.dataframe.DataFrame
        One row per slot (``schema.COMPARISONS``); made anew, partition by partition, whenever it is computed.
    documents : pandas.DataFrame
        One row per document of the truth.
    settings, provenance : mapping
        As of :class:`gini_notebook.Evaluation`; the hashes are made of those of the partitions.
    """

    comparisons: Any
    documents: pd.DataFrame
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    _pairs: Sequence[Any]
    _plan: _parts.Plan
    _counted_first: Tally

    @property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        return self._plan.columns

    def _count(self, level: str) -> Tally:
        if level == _COUNTED_FIRST:
            return self._counted_first
        return _parts.together(_counted(self._pairs, self._plan, level))[1]

    def mistakes(self, field: str | None = None, *, outcome: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Give the comparisons to look at; parameters, result and errors as of ``Evaluation.mistakes``."""
        found = self.comparisons.map_partitions(_wrong_ones, meta=self.comparisons._meta).compute()
        return _mistakes.frame(self._in_order(found), self._entities, field, outcome)

    def in_memory(self) -> Evaluation:
        """Compute all comparisons, for the views that need them together, for files, reports and comparisons."""
        comparisons = self._in_order(self.comparisons.compute())
        return Evaluation(comparisons, self.documents, None, self.settings, self.provenance)

    def _in_order(self, comparisons: pd.DataFrame) -> pd.DataFrame:
        index = pd.Index(self.documents["document"], dtype=object)
        place = index.get_indexer(comparisons["document"].to_numpy(dtype=object))
        return comparisons.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)

    def __repr__(self) -> str:
        return f"<PartedEvaluation of {len(self.documents)} documents in {len(self._pairs)} partitions>"


def _wrong_ones(comparisons: pd.DataFrame) -> pd.DataFrame:
    return comparisons[comparisons["outcome"].isin(_mistakes.MISTAKES).to_numpy(dtype=bool)]


def _counted(pairs: Sequence[Any], plan: _parts.Plan, level: str) -> list[_parts.Part]:
    dask: Any = import_module("dask")
    return list(dask.compute(*(dask.delayed(_parts.evaluate_part)(*pair, plan, level) for pair in pairs)))


def evaluate_parts(
    extractions: Any,
    truth: Any,
    settings: Settings,
    rules: Mapping[str, OneRule] | None,
    currency_default: str | None,
) -> PartedEvaluation:
    """Evaluate a Dask DataFrame of extractions against a truth in memory or partitioned alike."""
    dask, frames = import_module("dask"), import_module("dask.dataframe")
    pairs, surveys = _parts.pairs(extractions, truth)
    plan = _parts.plan(surveys, settings, rules, currency_default)
    parts = _counted(pairs, plan, _COUNTED_FIRST)
    _parts.check_whole(parts)
    documents, counted = _parts.together(parts)
    made = [dask.delayed(_parts.comparisons_of_part)(*pair, plan) for pair in pairs]
    meta = COMPARISONS.empty()
    if "confidence" in extractions.columns:
        meta["confidence"] = pd.Series([], dtype="float64")
    labelled = {column for part in parts for column in part.labelled}
    facts = {
        "truth_hash": _parts.hash_of([part.hashes[0] for part in parts]),
        "extractions_hash": _parts.hash_of([part.hashes[1] for part in parts]),
        "truth_rule": str(getattr(truth, "attrs", {}).get("rule", "")),
        "left_out_fields": list(plan.left_out_fields),
        "unlabelled_fields": [dotted(*column) for column in plan.columns if column not in labelled],
        "documents_without_truth": sorted({name for part in parts for name in part.without_truth}),
        "approximately_aligned": sorted(name for part in parts for name in part.approximate),
    }
    return PartedEvaluation(
        comparisons=frames.from_delayed(made, meta=meta, verify_meta=False),
        documents=documents,
        settings=settings.plain(),
        provenance=provenance(settings, plan.rules, facts),
        _pairs=pairs,
        _plan=plan,
        _counted_first=counted,
    )
