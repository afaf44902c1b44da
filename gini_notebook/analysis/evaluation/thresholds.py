"""From which confidence on can a value be taken unseen (M16 of the metrics)."""

import math
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
from gini_notebook.analysis.evaluation.inputs import CONFIDENCE
from gini_notebook.analysis.evaluation.intervals import IntervalOptions
from gini_notebook.analysis.evaluation.slices import FEWEST_SLOTS
from gini_notebook.analysis.statistics import (
    FEWEST_DOCUMENTS,
    Losses,
    clopper_pearson,
    is_number,
    losses,
    percentile_interval,
    resampled_sums,
    share_interval,
    share_intervals,
)
from gini_notebook.errors import SettingError

FEWEST_KEPT = 30
# Where units have several predictions each threshold has an integral of its own, so only this many are tried.
MOST_TRIED = 100
_TRIED_TOGETHER = 1_000_000
_BINS = 10


@dataclass(frozen=True, slots=True)
class Threshold:
    """A confidence from which on predictions are taken unseen, and what that brings on documents it was not chosen on.

    Attributes
    ----------
    status : str
        ``confirmed``: on the held half, too, the lower bound reaches the target. ``refuted``: there the upper bound is
        below the target. ``unconfirmed``: neither. ``not reachable``: no threshold does it on the fitting half. ``not
        enough data``: fewer than 30 predictions to choose or to check by.
    target : float
        The precision that was asked for.
    threshold : float
        The smallest confidence whose lower bound reaches the target on the fitting half; NaN if there is none.
    kept : int
        Predictions of the held half that reach the threshold.
    precision, precision_low, precision_high : float
        Their precision, and its one-sided bounds (95 % each, unless told otherwise).
    coverage : float
        Share of the predictions of the held half that are kept.
    automation_rate : float
        Share of its documents whose required fields are all kept; keeping a value needs no label.
    held_documents : int
        How many documents the held half has, which is what the automation rate is a share of.
    documents_without_truth : int
        Documents with no label at all: they are in neither half, so the automation rate says nothing of them unless
        those with labels were drawn from all at random.
    automated_labelled : int
        How many of these documents have a label for each required field; the others are in no error rate.
    automated_error_rate, automated_error_high : float
        Share of these labelled documents with a required field that is not right, and its one-sided upper bound.
    kept_documents : int
        Documents (clusters) of the held half with a prediction that reaches the threshold.
    documents_needed : int
        How many of these each half must have to confirm the target when all is right: 299 for 0.99.
    """

    status: str
    target: float
    threshold: float = np.nan
    kept: int = 0
    precision: float = np.nan
    precision_low: float = np.nan
    precision_high: float = np.nan
    coverage: float = np.nan
    automation_rate: float = np.nan
    held_documents: int = 0
    documents_without_truth: int = 0
    automated_labelled: int = 0
    automated_error_rate: float = np.nan
    automated_error_high: float = np.nan
    kept_documents: int = 0
    documents_needed: int = 0

    @property
    def reason(self) -> str:
        """What the status means here, in a sentence."""
        needed = (
            f"Even without a mistake, {self.target:g} needs {self.documents_needed:,} documents with a value kept in "
            "each half."
        )
        seen = f"{self.precision:.3f} of {self.kept:,} values are right"
        judged = (
            f" Errors are counted in the {self.automated_labelled:,} automated documents with all labels.{self._beyond}"
        )
        if self.status in ("confirmed", "refuted"):
            bound = (
                f"at least {self.precision_low:.3f}"
                if self.status == "confirmed"
                else (f"at most {self.precision_high:.3f}")
            )
            return f"On the other half {seen}, with certainty {bound}.{judged}"
        if self.status == "unconfirmed":
            return (
                f"On the other half {seen}, with certainty between {self.precision_low:.3f} and "
                f"{self.precision_high:.3f}: too few to tell. {needed}{judged}"
            )
        return f"No threshold could be chosen and checked. {needed}"

    @property
    def _beyond(self) -> str:
        """Say of how many documents the automation rate knows nothing; empty where all have truth."""
        if not self.documents_without_truth:
            return ""
        return (
            f" The automation rate is of the {self.held_documents:,} documents of that half; of the "
            f"{self.documents_without_truth:,} without truth it speaks only if those with truth were drawn at random."
        )


def documents_needed(target: float, level: float) -> int:
    """Return how many documents without a mistake confirm a precision: the rule of three by documents."""
    return math.ceil(math.log(1 - level) / math.log(target))


@dataclass(frozen=True, slots=True, eq=False)
class RequiredFields:
    """What was delivered of the fields that a document needs to be automated: arrays of documents × fields.

    Attributes
    ----------
    sure
        The highest confidence with which the field was delivered, labelled or not; minus infinity where it was not.
    wrong
        The highest confidence with which it was delivered and is wrong; minus infinity where it is right or unlabelled.
    labelled
        Whether somebody looked what it should be.
    """

    sure: FloatArray
    wrong: FloatArray
    labelled: BoolArray

    @classmethod
    def of(
        cls, comparisons: pd.DataFrame, selected: BoolArray, documents: Sequence[str], fields: Sequence[str]
    ) -> "RequiredFields":
        """Gather them from the chosen slots of the comparisons."""
        slots = comparisons[selected]
        place = pd.Index(documents, dtype=object).get_indexer(slots["document"])
        place = place * len(fields) + pd.Index(fields, dtype=object).get_indexer(slots["field"])
        sure = slots[CONFIDENCE].to_numpy(dtype=np.float64)
        sure = np.where(np.isnan(sure), np.inf, sure)
        delivered = slots["extracted"].notna().to_numpy(dtype=bool)
        wrong = slots["outcome"].isin(["wrong", "spurious"]).to_numpy(dtype=bool)
        columns = np.full((2, len(documents) * len(fields)), -np.inf)
        for column, counted in zip(columns, (delivered, wrong), strict=True):
            np.maximum.at(column, place[counted], sure[counted])
        labelled = np.zeros(columns.shape[1], dtype=bool)
        labelled[place[(slots["outcome"] != "ignored").to_numpy(dtype=bool)]] = True
        shape = len(documents), len(fields)
        return cls(columns[0].reshape(shape), columns[1].reshape(shape), labelled.reshape(shape))

    def at(self, threshold: float) -> tuple[BoolArray, BoolArray, BoolArray]:
        """Return per document whether it is automated, has all labels, and has a mistake that is kept."""
        kept, mistaken = (of >= threshold for of in (self.sure, self.wrong))
        return np.all(kept, axis=1), np.all(self.labelled, axis=1), np.any(mistaken, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """Predictions of one half of the documents: how sure, whether right, and codes of unit and document."""

    sure: FloatArray
    right: BoolArray
    unit: IntArray
    document: IntArray
    level: float

    def of(self, selected: BoolArray) -> "_Half":
        return _Half(
            self.sure[selected],
            self.right[selected],
            self.unit[selected],
            self.document[selected],
            self.level,
        )

    def kept(self, thresholds: FloatArray) -> IntArray:
        """Count the predictions that reach each threshold."""
        return np.asarray(len(self.sure) - np.searchsorted(np.sort(self.sure), thresholds, side="left"))

    def bounds(self, threshold: float) -> tuple[float, float]:
        """Return one-sided bounds of the precision at a threshold; NaN where too few predictions are kept."""
        if (self.sure >= threshold).sum() < FEWEST_KEPT:
            return np.nan, np.nan
        low, high = share_intervals([self._losses(threshold)], level=2 * self.level - 1)
        return float(low[0]), float(high[0])

    def _losses(self, threshold: float) -> Losses:
        """Return what is wrong of what is kept, per unit."""
        kept = self.sure >= threshold
        count = int(self.unit.max(initial=-1)) + 1
        sizes = np.bincount(self.unit[kept], minlength=count)
        return losses(np.bincount(self.unit[kept], weights=~self.right[kept], minlength=count), sizes)

    def smallest(self, target: float) -> float:
        """Find the smallest threshold whose lower bound reaches the target; NaN if there is none."""
        thresholds = np.unique(self.sure)
        once = len(self.unit) == len(np.unique(self.unit))
        if not once and len(thresholds) > MOST_TRIED:
            thresholds = np.unique(np.quantile(thresholds, np.linspace(0, 1, MOST_TRIED), method="lower"))
        order = np.argsort(self.sure, kind="stable")
        count = self.kept(thresholds)
        right = np.append(np.cumsum(self.right[order][::-1])[::-1], 0)[len(self.sure) - count]
        # The bound of a precision below the target is below it, too.
        hopeful = (count >= FEWEST_KEPT) & (right >= target * count)
        if not once:
            return self._first_reaching(thresholds[hopeful], target)
        low = clopper_pearson(right, count, level=self.level, one_sided=True)[0]
        reaching = thresholds[hopeful & (low >= target)]
        return float(reaching[0]) if len(reaching) else np.nan

    def _first_reaching(self, thresholds: FloatArray, target: float) -> float:
        """Return the first threshold whose lower bound reaches the target, some looked at together; NaN without one."""
        together = int(np.clip(_TRIED_TOGETHER // max(len(self.sure), 1), 1, MOST_TRIED // 4))
        for start in range(0, len(thresholds), together):
            some = thresholds[start : start + together]
            low = share_intervals([self._losses(float(at)) for at in some], level=2 * self.level - 1)[0]
            if (low >= target).any():
                return float(some[low >= target][0])
        return np.nan


def find_threshold(
    given: Predictions, documents: Sequence[str], required: RequiredFields, *, target: float, how: IntervalOptions
) -> Threshold:
    """Choose on one half of the units, check on the other; see ``Evaluation.at_precision``."""
    if not is_number(target) or not 0 < target < 1:
        message = f"The precision asked for is {target!r}; it must be between 0 and 1, for example 0.99."
        raise SettingError(message)
    if how.level <= 0.5:
        message = f"confidence_level is {how.level!r}; bounds of one side need more than 0.5, for example 0.95."
        raise SettingError(message)
    every, in_fitting = _encoded(given, documents, how)
    fitting, held = (every.of(half) for half in (in_fitting[every.document], ~in_fitting[every.document]))
    threshold = fitting.smallest(target)
    if np.isnan(threshold):
        few = len(fitting.sure) < FEWEST_KEPT
        needed = documents_needed(target, how.level)
        return Threshold("not enough data" if few else "not reachable", target, documents_needed=needed)
    return _checked(held, threshold, target, documents=~in_fitting, required=required, how=how)


def threshold_in_slice(
    given: Predictions,
    documents: Sequence[str],
    required: RequiredFields,
    *,
    whole: Threshold,
    selected: BoolArray,
    how: IntervalOptions,
) -> Threshold:
    """Look what a threshold chosen on all documents brings on those documents of the held half that were chosen."""
    every, in_fitting = _encoded(given, documents, how)
    held = ~in_fitting & selected
    if np.isnan(whole.threshold):
        return Threshold("not enough data", whole.target, documents_needed=whole.documents_needed)
    part = every.of(held[every.document])
    return _checked(part, whole.threshold, whole.target, documents=held, required=required, how=how)


def _encoded(given: Predictions, documents: Sequence[str], how: IntervalOptions) -> tuple[_Half, BoolArray]:
    """Return all predictions as codes, and per document whether it is of the half on which thresholds are chosen."""
    document = pd.Index(documents, dtype=object).get_indexer(given.document).astype(np.int64)
    units = _units(len(documents), how)
    every = _Half(
        sure=np.where(np.isnan(given.confidence), np.inf, given.confidence),
        right=given.right,
        unit=units[document],
        document=document,
        level=how.level,
    )
    count = how.units.count(len(documents))
    in_fitting = np.zeros(count, dtype=bool)
    in_fitting[np.random.default_rng(how.seed).permutation(count)[: count // 2]] = True
    return every, in_fitting[units]


def _units(documents: int, how: IntervalOptions) -> IntArray:
    return np.arange(documents) if how.units.codes is None else how.units.codes


def _checked(
    held: _Half,
    threshold: float,
    target: float,
    *,
    documents: BoolArray,
    required: RequiredFields,
    how: IntervalOptions,
) -> Threshold:
    """Look what the threshold brings on the documents of the half it was not chosen on."""
    kept = held.of(held.sure >= threshold)
    low, high = held.bounds(threshold)
    automated, labelled, slips = (of & documents for of in required.at(threshold))
    judged = automated & labelled
    return Threshold(
        status=_status(low, high, target),
        target=target,
        threshold=threshold,
        kept=len(kept.right),
        precision=float(ratio(kept.right.sum(), len(kept.right))),
        precision_low=low,
        precision_high=high,
        coverage=float(ratio(len(kept.right), len(held.right))),
        automation_rate=float(ratio(automated.sum(), documents.sum())),
        held_documents=int(documents.sum()),
        automated_labelled=int(judged.sum()),
        automated_error_rate=float(ratio(slips[judged].sum(), judged.sum())),
        automated_error_high=_most_errors(_units(len(documents), how)[judged], slips[judged], held.level),
        kept_documents=len(np.unique(kept.unit)),
        documents_needed=documents_needed(target, held.level),
    )


def _status(low: float, high: float, target: float) -> str:
    if np.isnan(low):
        return "not enough data"
    return "confirmed" if low >= target else "refuted" if high < target else "unconfirmed"


def _most_errors(unit: IntArray, slips: BoolArray, level: float) -> float:
    """Return the one-sided upper bound of the share of documents with an error."""
    units = pd.factorize(unit)[0]
    loss, size = np.bincount(units, weights=slips), np.bincount(units)
    return 1 - share_interval(loss, size, level=2 * level - 1)[0]


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
    """Return the last columns of a slice; a small one gets no verdict. What has no truth belongs to no slice."""
    columns = asdict(held) | ({"status": "not enough data"} if small else {})
    del columns["documents_without_truth"]
    return columns


def reliability_by_slice(
    values: "pd.Series[Any]", documents: "pd.Series[str]", given: Predictions, bins: int, level: float
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
        table = reliability_table(given.of(number == place), bins, level)
        table.insert(0, "slice", pd.Series([kind] * len(table), dtype=values.dtype))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def calibration_metrics(given: Predictions, documents: Sequence[str], how: IntervalOptions) -> dict[str, Any]:
    """Return ECE, Brier score and AUROC of some predictions, the first two with intervals of the bootstrap of units."""
    sure = ~np.isnan(given.confidence)
    confidence, right = given.confidence[sure], given.right[sure]
    probability = bool(len(confidence)) and bool((confidence >= 0).all() and (confidence <= 1).all())
    row: dict[str, Any] = {"predicted": len(sure), "without_confidence": int((~sure).sum())}
    ece = brier = np.nan
    ends = np.full((2, 2), np.nan)
    if probability:
        ece = expected_calibration_error(confidence, right, _BINS)
        brier = float(np.mean((confidence - right) ** 2))
        place = pd.Index(documents, dtype=object).get_indexer(given.document[sure]).astype(np.int64)
        unit = place if how.units.codes is None else how.units.codes[place]
        ends = _resampled(pd.factorize(unit)[0], confidence, right, how)
    row |= {"ece": ece, "ece_low": ends[0, 0], "ece_high": ends[1, 0]}
    row |= {"brier": brier, "brier_low": ends[0, 1], "brier_high": ends[1, 1]}
    return row | {"auroc": auroc(confidence, right)}


def _resampled(unit: IntArray, confidence: FloatArray, right: BoolArray, how: IntervalOptions) -> FloatArray:
    """Return lower and upper ends of ECE and Brier score; NaN for fewer than 20 documents (clusters)."""
    units = int(unit.max(initial=-1)) + 1
    if units < FEWEST_DOCUMENTS:
        return np.full((2, 2), np.nan)
    of_bin = np.clip(np.ceil(confidence * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    by_unit = np.zeros((units, _BINS + 2))
    np.add.at(by_unit, (unit, of_bin), confidence - right)
    np.add.at(by_unit[:, _BINS], unit, (confidence - right) ** 2)
    np.add.at(by_unit[:, _BINS + 1], unit, 1)
    sums = resampled_sums(by_unit, seed=how.seed)
    samples = np.stack([np.abs(sums[:, :_BINS]).sum(axis=1), sums[:, _BINS]], axis=1)
    return np.stack(percentile_interval(ratio(samples, sums[:, [-1]]), documents=units, level=how.level))
