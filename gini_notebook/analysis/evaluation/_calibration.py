"""Confidence in parts of the documents: a threshold that holds on clean PDFs may fail on photos (M16, M20)."""

from collections.abc import Hashable, Iterator
from dataclasses import asdict
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
from gini_notebook.analysis.evaluation.formulas import share
from gini_notebook.analysis.evaluation.slices import FEWEST_SLOTS
from gini_notebook.analysis.evaluation.thresholds import Threshold
from gini_notebook.analysis.statistics import FEWEST_DOCUMENTS, percentile_interval, resampled_sums

_BINS = 10


def slices_of(values: "pd.Series[Any]", slots: IntArray) -> Iterator[tuple[BoolArray, dict[str, Any]]]:
    """Give every slice: its documents, and its first columns.

    Parameters
    ----------
    values
        Per document, the slice it belongs to.
    slots
        Per document, the number of its labelled slots.
    """
    numbers, kinds = pd.factorize(values, use_na_sentinel=False)
    for number, kind in enumerate(kinds):
        chosen = numbers == number
        yield chosen, slice_facts(kind, slots[chosen]) | {"documents": int(chosen.sum())}


def slice_facts(kind: Hashable, slots: IntArray) -> dict[str, Any]:
    """Give the first columns of a slice: its name, documents with any slot, slots, and whether these are few."""
    count = int(slots.sum())
    return {"slice": kind, "documents": int((slots > 0).sum()), "slots": count, "small": count < FEWEST_SLOTS}


def slice_verdict(held: Threshold, *, small: bool) -> dict[str, Any]:
    """Give the last columns of a slice; a small one gets no verdict."""
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
    """Give ECE, Brier score and AUROC of some predictions, the first two with intervals of the document bootstrap."""
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
    """Give lower and upper ends of ECE and Brier score; NaN for fewer than 20 documents."""
    documents = int(document.max(initial=-1)) + 1
    if documents < FEWEST_DOCUMENTS:
        return np.full((2, 2), np.nan)
    of_bin = np.clip(np.ceil(confidence * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    by_document = np.zeros((documents, _BINS + 2))
    np.add.at(by_document, (document, of_bin), confidence - right)
    np.add.at(by_document[:, _BINS], document, (confidence - right) ** 2)
    np.add.at(by_document[:, _BINS + 1], document, 1)
    sums = resampled_sums(by_document, seed=seed)
    draws = np.stack([np.abs(sums[:, :_BINS]).sum(axis=1), sums[:, _BINS]], axis=1)
    return np.stack(percentile_interval(share(draws, sums[:, [-1]]), documents=documents))
