"""From which confidence on can a value be taken unseen (M16 of the metrics)."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.confidence import (
    Predictions,
    auroc,
    expected_calibration_error,
    reliability_table,
)
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.formulas import ratio
from gini_notebook.analysis.evaluation.slices import FEWEST_SLOTS
from gini_notebook.analysis.statistics import FEWEST_DOCUMENTS, clopper_pearson, percentile_interval, resampled_sums
from gini_notebook.errors import SettingError

FEWEST_KEPT = 30
CONFIDENCE_LEVEL = 0.95
# Clustered predictions are resampled for each threshold, so only this many thresholds are tried.
MOST_TRIED = 100
_BINS = 10


@dataclass(frozen=True, slots=True)
class Threshold:
    """A confidence from which on predictions are taken unseen, and what that brings on documents it was not chosen on.

    Attributes
    ----------
    status : str
        ``confirmed``: on the held half, too, the lower bound reaches the target. ``unconfirmed``: there the precision
        reaches the target, its lower bound does not. ``refuted``: the precision does not. ``not reachable``: no
        threshold does it on the fitting half. ``not enough data``: fewer than 30 predictions to choose or to check by.
    target : float
        The precision that was asked for.
    threshold : float
        The smallest confidence whose lower bound reaches the target on the fitting half; NaN if there is none.
    kept : int
        Predictions of the held half that reach the threshold.
    precision, precision_low : float
        Their precision, and its one-sided 95 % lower bound.
    coverage : float
        Share of the predictions of the held half that are kept.
    automation_rate : float
        Share of its documents whose required fields are all kept.
    automated_error_rate, automated_error_high : float
        Share of these documents with a required field that is not right, and its one-sided 95 % upper bound.
    """

    status: str
    target: float
    threshold: float = np.nan
    kept: int = 0
    precision: float = np.nan
    precision_low: float = np.nan
    coverage: float = np.nan
    automation_rate: float = np.nan
    automated_error_rate: float = np.nan
    automated_error_high: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """Predictions of one half of the documents: how sure, whether right, and codes of document and field."""

    sure: FloatArray
    right: BoolArray
    document: IntArray
    field: IntArray

    def of(self, selected: BoolArray) -> "_Half":
        return _Half(self.sure[selected], self.right[selected], self.document[selected], self.field[selected])

    def kept(self, thresholds: FloatArray) -> IntArray:
        """Count the predictions that reach each threshold."""
        return np.asarray(len(self.sure) - np.searchsorted(np.sort(self.sure), thresholds, side="left"))

    def lower_bounds(self, thresholds: FloatArray, seed: int) -> FloatArray:
        """Return the one-sided lower bound of the precision at each threshold; NaN where too few are kept."""
        count = self.kept(thresholds)
        if len(self.document) == len(np.unique(self.document)):
            order = np.argsort(self.sure, kind="stable")
            reached = np.append(np.cumsum(self.right[order][::-1])[::-1], 0)[len(self.sure) - count]
            low = clopper_pearson(reached, count, level=CONFIDENCE_LEVEL, one_sided=True)[0]
        else:
            codes, names = pd.factorize(self.document)
            above = self.sure[:, None] >= thresholds
            by_document = np.zeros((len(names), 2 * len(thresholds)))
            np.add.at(by_document, codes, np.concatenate([above & self.right[:, None], above], axis=1))
            sums = resampled_sums(by_document, seed=seed)
            samples = ratio(sums[:, : len(thresholds)], sums[:, len(thresholds) :])
            low = percentile_interval(samples, documents=len(names), level=2 * CONFIDENCE_LEVEL - 1)[0]
            # Where all are right, so is every draw: then the trials are the documents, of which all are right (M18).
            reached = by_document[:, : len(thresholds)].sum(axis=0)
            kept = np.count_nonzero(by_document[:, len(thresholds) :], axis=0)
            exact = clopper_pearson(kept, kept, level=CONFIDENCE_LEVEL, one_sided=True)[0]
            low = np.where(reached == count, np.minimum(low, exact), low)
        return np.where(count < FEWEST_KEPT, np.nan, low)

    def smallest(self, target: float, seed: int) -> float:
        """Find the smallest threshold whose bound reaches the target; NaN if there is none."""
        thresholds = np.unique(self.sure)
        if len(self.document) > len(np.unique(self.document)) and len(thresholds) > MOST_TRIED:
            thresholds = np.unique(np.quantile(thresholds, np.linspace(0, 1, MOST_TRIED), method="lower"))
        reaching = thresholds[self.lower_bounds(thresholds, seed) >= target]
        return float(reaching[0]) if len(reaching) else np.nan


def find_threshold(
    given: Predictions, documents: Sequence[str], required: Sequence[str], *, target: float, seed: int
) -> Threshold:
    """Choose on one half of the documents, check on the other; see ``Evaluation.at_precision``."""
    if not 0 < target < 1:
        message = f"The precision asked for is {target!r}; it must be between 0 and 1, for example 0.99."
        raise SettingError(message)
    every, in_fitting = _encoded(given, documents, required, seed)
    fitting, held = (every.of(half) for half in (in_fitting[every.document], ~in_fitting[every.document]))
    threshold = fitting.smallest(target, seed)
    if np.isnan(threshold):
        few = len(fitting.sure) < FEWEST_KEPT
        return Threshold("not enough data" if few else "not reachable", target)
    return _checked(held, threshold, target, seed, documents=int((~in_fitting).sum()), required=len(required))


def threshold_in_slice(
    given: Predictions,
    documents: Sequence[str],
    required: Sequence[str],
    *,
    whole: Threshold,
    selected: BoolArray,
    seed: int,
) -> Threshold:
    """Look what a threshold chosen on all documents brings on those documents of the held half that were chosen."""
    every, in_fitting = _encoded(given, documents, required, seed)
    held = ~in_fitting & selected
    if np.isnan(whole.threshold):
        return Threshold("not enough data", whole.target)
    part = every.of(held[every.document])
    return _checked(part, whole.threshold, whole.target, seed, documents=int(held.sum()), required=len(required))


def _encoded(
    given: Predictions, documents: Sequence[str], required: Sequence[str], seed: int
) -> tuple[_Half, BoolArray]:
    """Return all predictions as codes, and per document whether it is of the half on which thresholds are chosen."""
    every = _Half(
        sure=np.where(np.isnan(given.confidence), np.inf, given.confidence),
        right=given.right,
        document=pd.Index(documents, dtype=object).get_indexer(given.document).astype(np.int64),
        field=pd.Index(required, dtype=object).get_indexer(given.field).astype(np.int64),
    )
    in_fitting = np.zeros(len(documents), dtype=bool)
    in_fitting[np.random.default_rng(seed).permutation(len(documents))[: len(documents) // 2]] = True
    return every, in_fitting


def _checked(held: _Half, threshold: float, target: float, seed: int, *, documents: int, required: int) -> Threshold:
    """Look what the threshold brings on the half it was not chosen on."""
    kept = held.of(held.sure >= threshold)
    bound = float(held.lower_bounds(np.array([threshold]), seed)[0])
    precision = float(ratio(kept.right.sum(), len(kept.right)))
    if np.isnan(bound):
        status = "not enough data"
    else:
        status = "confirmed" if bound >= target else "unconfirmed" if precision >= target else "refuted"
    wanted = kept.of(kept.field >= 0)
    codes, names = pd.factorize(wanted.document)
    fields = pd.DataFrame({"document": codes, "field": wanted.field}).drop_duplicates()["document"].to_numpy()
    complete = np.bincount(fields, minlength=len(names)) == required
    slips = np.bincount(codes, weights=~wanted.right, minlength=len(names)) > 0
    automated, errors = int(complete.sum()), int((complete & slips).sum())
    return Threshold(
        status=status,
        target=target,
        threshold=threshold,
        kept=len(kept.right),
        precision=precision,
        precision_low=bound,
        coverage=float(ratio(len(kept.right), len(held.right))),
        automation_rate=float(ratio(automated, documents)),
        automated_error_rate=float(ratio(errors, automated)),
        automated_error_high=float(clopper_pearson(errors, automated, level=CONFIDENCE_LEVEL, one_sided=True)[1]),
    )


def slices_of(values: "pd.Series[Any]", slots: IntArray) -> Iterator[tuple[BoolArray, dict[str, Any]]]:
    """Return every slice: its documents, and its first columns.

    Parameters
    ----------
    values
        Per document, the slice it belongs to.
    slots
        Per document, the number of its labelled slots.
    """
    numbers, kinds = pd.factorize(values, use_na_sentinel=False)
    for number, kind in enumerate(kinds):
        selected = numbers == number
        yield selected, slice_facts(kind, slots[selected]) | {"documents": int(selected.sum())}


def slice_facts(kind: Hashable, slots: IntArray) -> dict[str, Any]:
    """Return the first columns of a slice: its name, documents with any slot, slots, and whether these are few."""
    count = int(slots.sum())
    return {"slice": kind, "documents": int((slots > 0).sum()), "slots": count, "small": count < FEWEST_SLOTS}


def slice_verdict(held: Threshold, *, small: bool) -> dict[str, Any]:
    """Return the last columns of a slice; a small one gets no verdict."""
    return asdict(held) | ({"status": "not enough data"} if small else {})


def reliability_by_slice(
    values: "pd.Series[Any]", documents: "pd.Series[str]", given: Predictions, bins: int
) -> pd.DataFrame:
    """Write the table of ``Evaluation.reliability`` with bins of each slice.

    Parameters
    ----------
    values
        Per document, the slice it belongs to.
    documents
        The names of the documents.
    """
    numbers_of, kinds = pd.factorize(values, use_na_sentinel=False)
    number = numbers_of[pd.Index(documents, dtype=object).get_indexer(given.document)]
    tables = []
    for place, kind in enumerate(kinds):
        table = reliability_table(given.of(number == place), bins)
        table.insert(0, "slice", pd.Series([kind] * len(table), dtype=values.dtype))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def calibration_metrics(given: Predictions, seed: int) -> dict[str, Any]:
    """Return ECE, Brier score and AUROC of some predictions, the first two with intervals of the document bootstrap."""
    sure = ~np.isnan(given.confidence)
    confidence, right = given.confidence[sure], given.right[sure]
    probability = bool(len(confidence)) and bool((confidence >= 0).all() and (confidence <= 1).all())
    row: dict[str, Any] = {"predicted": len(sure), "without_confidence": int((~sure).sum())}
    ece = brier = np.nan
    ends = np.full((2, 2), np.nan)
    if probability:
        ece = expected_calibration_error(confidence, right, _BINS)
        brier = float(np.mean((confidence - right) ** 2))
        ends = _resampled(pd.factorize(given.document[sure])[0], confidence, right, seed)
    row |= {"ece": ece, "ece_low": ends[0, 0], "ece_high": ends[1, 0]}
    row |= {"brier": brier, "brier_low": ends[0, 1], "brier_high": ends[1, 1]}
    return row | {"auroc": auroc(confidence, right)}


def _resampled(document: IntArray, confidence: FloatArray, right: BoolArray, seed: int) -> FloatArray:
    """Return lower and upper ends of ECE and Brier score; NaN for fewer than 20 documents."""
    documents = int(document.max(initial=-1)) + 1
    if documents < FEWEST_DOCUMENTS:
        return np.full((2, 2), np.nan)
    of_bin = np.clip(np.ceil(confidence * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    by_document = np.zeros((documents, _BINS + 2))
    np.add.at(by_document, (document, of_bin), confidence - right)
    np.add.at(by_document[:, _BINS], document, (confidence - right) ** 2)
    np.add.at(by_document[:, _BINS + 1], document, 1)
    sums = resampled_sums(by_document, seed=seed)
    samples = np.stack([np.abs(sums[:, :_BINS]).sum(axis=1), sums[:, _BINS]], axis=1)
    return np.stack(percentile_interval(ratio(samples, sums[:, [-1]]), documents=documents))
