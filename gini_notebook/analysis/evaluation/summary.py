"""The numbers of the whole: micro, macro, per document, rows of compounds, candidates, coverage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.counts import CANDIDATE_RANKS, DocumentCounts
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray
from gini_notebook.analysis.evaluation.field_scores import Samples, Scoring, samples_of, score_group
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO, ratio, trials
from gini_notebook.analysis.evaluation.intervals import Estimates, LossParts, intervals_of
from gini_notebook.analysis.statistics import left_out_sums, resampled_sums
from gini_notebook.schema import SUMMARY

# What a payment needs (M22 of the metrics).
PAYMENT_FIELDS = ("amountToPay", "iban", "paymentRecipient", "paymentReference")
_INDISPENSABLE = ("amountToPay", "iban")
HEADER = ""
_OF_ANSWERED = 4
_CANDIDATES, _DOCUMENTS = "the candidates", "the documents"


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """A number that is one sum over documents divided by another.

    ``single`` if documents are its trials, ``plain`` if it then keeps Wilson's interval; ``full`` is the size had
    everything expected been wrong, ``whole`` where it is not given.
    """

    section: str
    metric: str
    part: npt.NDArray[np.generic]
    whole: npt.NDArray[np.generic]
    single: bool = False
    plain: bool = False
    full: npt.NDArray[np.generic] | None = None


def summary_table(
    document_counts: DocumentCounts,
    answered: BoolArray,
    others: BoolArray | None,
    samples: Samples,
    *,
    required: Sequence[str] | None,
    how: Scoring,
) -> pd.DataFrame:
    """Write the summary (``schema.SUMMARY``).

    Parameters
    ----------
    answered
        Per document, whether the service answered it.
    others
        The same of the documents that were sent and have no truth; None if nobody knows what was sent.
    samples
        Returns samples × columns × counts, from the bootstrap of the units.
    """
    by_section = _estimated(list(_ratios(document_counts, how.wrong, required)), how)
    rows: list[dict[str, Any]] = []
    averages = {
        group: _averages(document_counts, samples, group, f"{group}_" if group else "", how)
        for group in document_counts.groups
    }
    for group, of_group in averages.items():
        rows += [*of_group, *by_section.get(group, [])]
    rows += by_section.get(_CANDIDATES, [])
    rows.append({"metric": "documents", "value": len(answered)})
    rows.append({"metric": "failed", "value": int((~answered).sum()), "of": len(answered)})
    rows.append(_coverage(answered, others, how))
    if answered.any() and answered.all():
        rows += [row | {"metric": f"answered_{row['metric']}"} for row in averages.get(HEADER, [])[:_OF_ANSWERED]]
    else:
        rows += _answered(document_counts, answered, how)
    table = SUMMARY.frame(rows)
    table.attrs |= {"counting_rule": how.wrong, "intervals": how.intervals.kind, "seed": how.intervals.seed}
    return table


def _ratios(document_counts: DocumentCounts, wrong: str, required: Sequence[str] | None) -> Iterator[Ratio]:
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


def _coverage(answered: BoolArray, others: BoolArray | None, how: Scoring) -> dict[str, Any]:
    """Return the share answered of all documents that were sent (M19); undefined where that is not known.

    A document without truth is a unit of its own, and each counts once: all of them were sent, none was drawn.
    """
    if others is None:
        return {"metric": "coverage"}
    sent, units = np.concatenate([answered, others]), how.intervals.units
    if units.codes is not None:
        alone = units.count(len(answered)) + np.arange(len(others))
        units = replace(units, codes=np.concatenate([units.codes, alone]))
    how = replace(how, intervals=replace(how.intervals, units=replace(units, weights=None)))
    share = Ratio(_DOCUMENTS, "coverage", sent, np.ones(len(sent)), single=True, plain=True)
    return _estimated([share], how)[_DOCUMENTS][0]


def _document_ratios(document_counts: DocumentCounts, required: Sequence[str] | None) -> Iterator[Ratio]:
    names = [field if group == HEADER else None for group, field in document_counts.columns]
    wanted = [place for place, name in enumerate(names) if name is not None and (required is None or name in required)]
    slips = document_counts.counts[:, wanted, 1:4].sum(axis=(1, 2))
    labelled = document_counts.counts[:, wanted].sum(axis=(1, 2)) > 0
    yield Ratio(HEADER, "perfect_documents", labelled & (slips == 0), labelled, single=True)
    if all(name in names for name in _INDISPENSABLE):
        paid = [names.index(name) for name in PAYMENT_FIELDS if name in names]
        must = [names.index(name) for name in _INDISPENSABLE]
        payment = (document_counts.counts[:, must, :3].sum(axis=2) > 0).all(axis=1)
        slips = document_counts.counts[:, paid, 1:4].sum(axis=(1, 2))
        yield Ratio(HEADER, "payable_rate", payment & (slips == 0), payment, single=True)


def _row_ratios(rows: npt.NDArray[np.int32], group: str) -> Iterator[Ratio]:
    paired, missed, invented, exact = (rows[:, place] for place in range(4))
    in_truth = paired + missed
    yield Ratio(group, f"{group}_row_precision", paired, paired + invented, full=in_truth)
    yield Ratio(group, f"{group}_row_recall", paired, in_truth)
    yield Ratio(group, f"{group}_exact_rows", exact, in_truth)
    whole = (exact == in_truth) & (invented == 0) & (in_truth > 0)
    yield Ratio(group, f"{group}_exact_tables", whole, in_truth > 0, single=True)


def _estimated(ratios: Sequence[Ratio], how: Scoring) -> dict[str, list[dict[str, Any]]]:
    """Return value and interval of every ratio by section; their bootstrap, if one is asked for, is of all together."""
    if not ratios:
        return {}
    by_unit = [_by_unit(entry, how) for entry in ratios]
    parts, wholes = (np.stack([sides[at] for sides in by_unit], axis=1) for at in (0, 1))
    both = np.concatenate([parts, wholes], axis=1)

    def quotients(sums: FloatArray) -> FloatArray:
        return ratio(sums[:, : len(ratios)], sums[:, len(ratios) :])

    def losses(place: int) -> LossParts:
        part, whole, full = by_unit[place]
        return whole - part, whole, full

    total = wholes.sum(axis=0)
    seed = how.intervals.seed
    estimates = Estimates(
        value=ratio(parts.sum(axis=0), total),
        documents=np.asarray((wholes > 0).sum(axis=0), dtype=np.float64),
        trials=total,
        clustered=(wholes.max(axis=0, initial=0) > 1) | how.intervals.units.weighted,
        plain=np.array([entry.plain for entry in ratios]),
        losses=losses,
        samples=cache(lambda: quotients(resampled_sums(both, seed=seed))),
        left_out=lambda: quotients(left_out_sums(both, seed=seed)),
    )
    # The first edition's "wilson" resampled whatever is no share of documents.
    kinds = (
        how.intervals,
        replace(how.intervals, kind="bootstrap" if how.intervals.kind == "wilson" else how.intervals.kind),
    )
    ends = [estimates.intervals(kind)[:2] for kind in (kinds if kinds[0].kind == "wilson" else kinds[:1])]
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, entry in enumerate(ratios):
        low, high = ends[0] if entry.single else ends[-1]
        row = {"metric": entry.metric, "value": estimates.value[place], "of": int(np.sum(entry.whole))}
        rows.setdefault(entry.section, []).append(row | {"low": low[place], "high": high[place]})
    return rows


def _by_unit(entry: Ratio, how: Scoring) -> LossParts:
    """Return part, whole and full size of a ratio, per unit."""
    full = entry.whole if entry.full is None else entry.full
    part, whole, size = (
        how.intervals.units.summed(np.asarray(side, dtype=np.float64)) for side in (entry.part, entry.whole, full)
    )
    return part, whole, size


def _averages(
    document_counts: DocumentCounts, samples: Samples, group: str, prefix: str, how: Scoring
) -> list[dict[str, Any]]:
    """Return micro and macro of a group."""
    scored = score_group(document_counts, samples, group, how)
    if not len(scored.columns):
        return []
    names = ("f1", "precision", "recall", "accuracy")
    metrics = [*(f"{prefix}{MICRO}_{name}" for name in names), f"{prefix}{MACRO}_f1"]
    some = [*(scored.estimates[name].at(-2) for name in names), scored.estimates["f1"].at(-1)]
    of = [*_of_slots(scored.counts[-1]), len(scored.columns) - scored.left_out]
    rows = [
        {"metric": metric, "value": one.value[0], "low": low[0], "high": high[0], "of": total}
        for metric, one, (low, high, _), total in zip(metrics, some, intervals_of(some, how.intervals), of, strict=True)
    ]
    rows.append({"metric": f"{prefix}macro_left_out", "value": scored.left_out, "of": len(scored.columns)})
    return rows


def _of_slots(micro: npt.NDArray[np.int64]) -> tuple[int, int, int, int]:
    """Return of how many slots F1, precision, recall and accuracy speak."""
    support = int(micro[:3].sum())
    return support, int(micro[[0, 1, 3]].sum()), support, int(micro[:4].sum())


def _answered(document_counts: DocumentCounts, answered: BoolArray, how: Scoring) -> list[dict[str, Any]]:
    """Return the second line: the same on the documents that were answered (M19)."""
    if HEADER not in document_counts.groups or not answered.any():
        return []
    document_counts = document_counts.of(answered)
    how = replace(how, intervals=how.intervals.of(answered))
    samples = cache(lambda: samples_of(document_counts, how.intervals))
    return _averages(document_counts, samples, HEADER, "answered_", how)[:_OF_ANSWERED]
