"""Confidence in parts of the documents: a threshold that holds on clean PDFs may fail on photos (M16, M20)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.evaluation._coding import BoolArray, FloatArray, IntArray
from gini_notebook.evaluation._confidence import Predictions, auroc, expected_calibration_error
from gini_notebook.evaluation._slices import FEWEST_SLOTS
from gini_notebook.evaluation.scores import share
from gini_notebook.statistics import FEWEST_DOCUMENTS, percentile_interval, resampled_sums

_BINS = 10


def parts(values: "pd.Series[Any]", slots: IntArray) -> Iterator[tuple[BoolArray, dict[str, Any]]]:
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
        count = int(slots[chosen].sum())
        row = {"slice": kind, "documents": int(chosen.sum()), "slots": count, "small": count < FEWEST_SLOTS}
        yield chosen, row


def numbers(given: Predictions, seed: int) -> dict[str, Any]:
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
