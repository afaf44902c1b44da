"""The evaluation of tables in partitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation import _candidates, _documents, _mistakes, _parts, _unread
from gini_notebook.analysis.evaluation._inputs import check_common
from gini_notebook.analysis.evaluation._provenance import provenance
from gini_notebook.analysis.evaluation._result import Evaluation
from gini_notebook.analysis.evaluation._scored import Scored
from gini_notebook.analysis.evaluation._settings import OneRule, Settings
from gini_notebook.analysis.evaluation._tables import TRUTH, table
from gini_notebook.analysis.evaluation.counts import Tally
from gini_notebook.errors import SettingError
from gini_notebook.schema import COMPARISONS, dotted

_COUNTED_FIRST = "typed"


@dataclass(frozen=True, eq=False, repr=False)
class PartedEvaluation(Scored):
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
    settings, provenance : mapping
        As of :class:`gini_notebook.Evaluation`; the hash of a table is made of those of its partitions, except that of
        a truth in memory.
    """

    documents: pd.DataFrame
    candidates: pd.DataFrame | None
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    _parted: _parts.Parted
    _plan: _parts.Plan
    _counted_first: Tally

    @property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        return self._counted_first.columns

    def _count(self, level: str) -> Tally:
        if level == _COUNTED_FIRST:
            return self._counted_first
        return _parts.together(list(self._parted(_parts.evaluate_part, self._plan, level)))[2]

    @cached_property
    def comparisons(self) -> Any:
        """One row per slot (``schema.COMPARISONS``), as a Dask DataFrame: computed anew, partition by partition.

        Raises
        ------
        SettingError
            If Dask is not installed.
        """
        try:
            dask, frames = import_module("dask"), import_module("dask.dataframe")
        except ImportError as error:
            message = (
                "The comparisons of partitions are a Dask DataFrame, and Dask is not installed: pip install "
                "'gini-notebook[scale]'. mistakes() and in_memory() do without it."
            )
            raise SettingError(message) from error
        made = [dask.delayed(_parts.comparisons_of_part)(*pair, self._plan) for pair in self._parted.pairs]
        meta = COMPARISONS.empty()
        if self.candidates is not None:
            meta = meta.assign(candidates=meta["field"], candidate_rank=meta["row"])
        if "confidence" in self._parted.columns:
            meta["confidence"] = pd.Series([], dtype="float64")
        return frames.from_delayed(made, meta=meta, verify_meta=False)

    def mistakes(self, field: str | None = None, *, outcome: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Give the comparisons to look at; parameters, result and errors as of ``Evaluation.mistakes``."""
        return _mistakes.frame(self._gathered(_wrong_ones), self._entities, field, outcome)

    def unread_truth(self) -> list[str]:
        """Name the fields whose truth cannot be read by their rule; result as of ``Evaluation.unread_truth``."""
        rules = self.provenance["rules"]
        return _unread.hints(_unread.together(self._parted(_unread_of_part, self._plan, rules)), rules)

    def in_memory(self) -> Evaluation:
        """Compute all comparisons, for the views that need them together, for files, reports and comparisons."""
        comparisons = self._gathered(_parts.comparisons_of_part)
        return Evaluation(comparisons, self.documents, self.candidates, self.settings, self.provenance)

    def _gathered(self, function: Any) -> pd.DataFrame:
        comparisons = pd.concat(self._parted(function, self._plan), ignore_index=True)
        index = pd.Index(self.documents["document"], dtype=object)
        place = index.get_indexer(comparisons["document"].to_numpy(dtype=object))
        return comparisons.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)

    def __repr__(self) -> str:
        return f"<PartedEvaluation of {len(self.documents)} documents in {len(self._parted.pairs)} partitions>"


def _wrong_ones(
    extractions: Any, truth: Any, candidates: _candidates.Candidates | None, how: _parts.Plan
) -> pd.DataFrame:
    comparisons = _parts.comparisons_of_part(extractions, truth, candidates, how)
    return comparisons[comparisons["outcome"].isin(_mistakes.MISTAKES).to_numpy(dtype=bool)]


def _unread_of_part(
    extractions: Any,
    truth: Any,
    candidates: _candidates.Candidates | None,
    how: _parts.Plan,
    rules: _unread.Rules,
) -> _unread.Unread:
    return _unread.unread(_parts.comparisons_of_part(extractions, truth, candidates, how), rules)


def evaluate_parts(
    parted: _parts.Parted,
    settings: Settings,
    rules: Mapping[str, OneRule] | None,
    sent: _documents.Sent,
) -> PartedEvaluation:
    """Evaluate the partitions and put the counts together."""
    plan = _parts.plan(parted.surveys, settings, rules)
    begun = parted(_parts.evaluate_part, plan, _COUNTED_FIRST)
    whole_hash = None if parted.truth is None else table(parted.truth, TRUTH).hash()
    parts = list(begun)
    _parts.check_whole(parts)
    names, answered, counted = _parts.together(parts)
    strangers = sorted({name for part in parts for name in part.without_truth})
    check_common(names, answered, strangers, sent.names)
    labelled = {column for part in parts for column in part.labelled}
    facts = {
        "truth_hash": whole_hash or _parts.hash_of([part.hashes[0] for part in parts]),
        "extractions_hash": _parts.hash_of([part.hashes[1] for part in parts]),
        "truth_rule": str(getattr(parted.truth, "attrs", {}).get("rule", "")),
        "left_out_fields": list(plan.left_out_fields),
        "unlabelled_fields": [dotted(*column) for column in plan.columns if column not in labelled],
        "documents_without_truth": strangers,
        **sent.facts(names),
        "approximately_aligned": sorted(name for part in parts for name in part.approximate),
    }
    candidates = parted.candidates
    return PartedEvaluation(
        documents=_documents.frame(names, sent.documents, answered),
        candidates=None if candidates is None else _candidates.chosen(candidates, names),
        settings=settings.plain(),
        provenance=provenance(settings, plan.rules, facts),
        _parted=parted,
        _plan=plan,
        _counted_first=counted,
    )
