"""The numbers of the whole: micro, macro, per document, rows of compounds, candidates, coverage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.counts import CANDIDATE_RANKS, DocumentCounts, resampled
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray
from gini_notebook.analysis.evaluation.field_scores import Scoring, score_group
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO, ratio, trials
from gini_notebook.analysis.evaluation.intervals import Estimates
from gini_notebook.analysis.statistics import left_out_sums, resampled_sums
from gini_notebook.schema import SUMMARY

# What a payment needs (M22 of the metrics).
PAYMENT_FIELDS = ("amountToPay", "iban", "paymentRecipient", "paymentReference")
_INDISPENSABLE = ("amountToPay", "iban")
HEADER = ""
_CANDIDATES, _DOCUMENTS = "the candidates", "the documents"


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """A number that is one sum over documents divided by another; ``plain`` if documents are its trials."""

    section: str
    metric: str
    part: npt.NDArray[np.generic]
    whole: npt.NDArray[np.generic]
    plain: bool = False


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """How numbers are made: counting rule, seed of the bootstrap samples, kind of the intervals."""

    wrong: str
    seed: int
    intervals: str


def summary_table(
    document_counts: DocumentCounts,
    answered: BoolArray,
    samples: FloatArray,
    *,
    required: Sequence[str] | None,
    how: SummaryOptions,
) -> pd.DataFrame:
    """Write the summary (``schema.SUMMARY``).

    Parameters
    ----------
    answered
        Per document, whether the service answered it.
    samples
        Samples × columns × counts, of the same seed.
    """
    by_section = _estimated(list(_ratios(document_counts, answered, how.wrong, required)), how)
    rows: list[dict[str, Any]] = []
    for group in document_counts.groups:
        rows += _averages(document_counts, samples, group, f"{group}_" if group else "", how)
        rows += by_section.get(group, [])
    rows += by_section.get(_CANDIDATES, [])
    rows.append({"metric": "documents", "value": len(answered)})
    rows.append({"metric": "failed", "value": int((~answered).sum()), "of": len(answered)})
    rows += by_section[_DOCUMENTS]
    rows += _answered(document_counts, answered, samples, how)
    table = SUMMARY.frame(rows)
    table.attrs |= {"counting_rule": how.wrong, "intervals": how.intervals, "seed": how.seed}
    return table


def _ratios(
    document_counts: DocumentCounts, answered: BoolArray, wrong: str, required: Sequence[str] | None
) -> Iterator[Ratio]:
    for number, group in enumerate(document_counts.groups):
        indices = document_counts.columns_of(group)
        if not len(indices):
            continue
        counts = document_counts.counts[:, indices]
        prefix = f"{group}_" if group else ""
        summed = counts.sum(axis=1)
        of = trials(summed, wrong)["f1"]
        yield Ratio(group, f"{prefix}document_mean_f1", np.nan_to_num(ratio(summed[:, 0], of)), of > 0)
        graded = summed[:, :4].sum(axis=1)
        graded_score = np.nan_to_num(ratio(document_counts.anls[:, number], graded))
        yield Ratio(group, f"{prefix}document_mean_anls", graded_score, graded > 0)
        if group:
            yield from _row_ratios(document_counts.rows[:, number], group)
        else:
            yield from _document_ratios(document_counts, required)
    if document_counts.candidates is not None:
        summed = document_counts.candidates.sum(axis=1)
        for place, name in enumerate((*CANDIDATE_RANKS, "all"), start=1):
            yield Ratio(_CANDIDATES, f"candidate_recall_{name}", summed[:, place], summed[:, 0])
    yield Ratio(_DOCUMENTS, "coverage", answered, np.ones(len(answered)), plain=True)


def _document_ratios(document_counts: DocumentCounts, required: Sequence[str] | None) -> Iterator[Ratio]:
    names = [field if group == HEADER else None for group, field in document_counts.columns]
    wanted = [place for place, name in enumerate(names) if name is not None and (required is None or name in required)]
    slips = document_counts.counts[:, wanted, 1:4].sum(axis=(1, 2))
    labelled = document_counts.counts[:, wanted].sum(axis=(1, 2)) > 0
    yield Ratio(HEADER, "perfect_documents", labelled & (slips == 0), labelled, plain=True)
    if all(name in names for name in _INDISPENSABLE):
        paid = [names.index(name) for name in PAYMENT_FIELDS if name in names]
        must = [names.index(name) for name in _INDISPENSABLE]
        payment = (document_counts.counts[:, must, :3].sum(axis=2) > 0).all(axis=1)
        slips = document_counts.counts[:, paid, 1:4].sum(axis=(1, 2))
        yield Ratio(HEADER, "payable_rate", payment & (slips == 0), payment, plain=True)


def _row_ratios(rows: npt.NDArray[np.int32], group: str) -> Iterator[Ratio]:
    paired, missed, invented, exact = (rows[:, place] for place in range(4))
    in_truth = paired + missed
    yield Ratio(group, f"{group}_row_precision", paired, paired + invented)
    yield Ratio(group, f"{group}_row_recall", paired, in_truth)
    yield Ratio(group, f"{group}_exact_rows", exact, in_truth)
    whole = (exact == in_truth) & (invented == 0) & (in_truth > 0)
    yield Ratio(group, f"{group}_exact_tables", whole, in_truth > 0, plain=True)


def _estimated(ratios: Sequence[Ratio], how: SummaryOptions) -> dict[str, list[dict[str, Any]]]:
    """Return value and interval of every ratio by section, from one bootstrap of all of them."""
    parts, wholes = (
        np.stack([np.asarray(getattr(entry, name), dtype=np.float64) for entry in ratios], axis=1)
        for name in ("part", "whole")
    )
    both = np.concatenate([parts, wholes], axis=1)

    def quotients(sums: FloatArray) -> FloatArray:
        return ratio(sums[:, : len(ratios)], sums[:, len(ratios) :])

    total = wholes.sum(axis=0)
    estimates = Estimates(
        value=ratio(parts.sum(axis=0), total),
        samples=quotients(resampled_sums(both, seed=how.seed)),
        documents=np.asarray((wholes > 0).sum(axis=0), dtype=np.float64),
        trials=total,
        clustered=wholes.max(axis=0, initial=0) > 1,
        left_out=lambda: quotients(left_out_sums(both, seed=how.seed)),
    )
    plain_low, plain_high, _ = estimates.intervals(how.intervals)
    low, high, _ = estimates.intervals("bootstrap" if how.intervals == "wilson" else how.intervals)
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, entry in enumerate(ratios):
        ends = (plain_low, plain_high) if entry.plain else (low, high)
        row = {"metric": entry.metric, "value": estimates.value[place], "of": int(total[place])}
        rows.setdefault(entry.section, []).append(row | {"low": ends[0][place], "high": ends[1][place]})
    return rows


def _averages(
    document_counts: DocumentCounts, samples: FloatArray, group: str, prefix: str, how: SummaryOptions
) -> list[dict[str, Any]]:
    """Return micro and macro of a group."""
    scored = score_group(document_counts, samples, group, Scoring(how.wrong, how.seed))
    if not len(scored.columns):
        return []
    micro = scored.counts[-1]
    of = {"f1": int(micro[:3].sum()), "precision": int(micro[[0, 1, 3]].sum()), "recall": int(micro[:3].sum())}
    rows = [
        _average(scored.estimates[name], -2, how.intervals) | {"metric": f"{prefix}{MICRO}_{name}", "of": of[name]}
        for name in ("f1", "precision", "recall")
    ]
    fields = len(scored.columns) - scored.left_out
    macro = _average(scored.estimates["f1"], -1, how.intervals)
    rows.append(macro | {"metric": f"{prefix}{MACRO}_f1", "of": fields})
    rows.append({"metric": f"{prefix}macro_left_out", "value": scored.left_out, "of": len(scored.columns)})
    return rows


def _average(estimates: Estimates, place: int, intervals: str) -> dict[str, Any]:
    low, high, _ = estimates.intervals(intervals)
    return {"value": estimates.value[place], "low": low[place], "high": high[place]}


def _answered(
    document_counts: DocumentCounts, answered: BoolArray, samples: FloatArray, how: SummaryOptions
) -> list[dict[str, Any]]:
    """Return the second line: the same on the documents that were answered (M19)."""
    if HEADER not in document_counts.groups or not answered.any():
        return []
    if not answered.all():
        document_counts = document_counts.of(answered)
        samples = resampled(document_counts, how.seed)
    return _averages(document_counts, samples, HEADER, "answered_", how)[:3]
