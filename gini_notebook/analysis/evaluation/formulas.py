"""Scores of counts: precision, recall, F1 and their companions (M5–M8 of the metrics).

``wrong="both"``: a wrong value is a false positive *and* a false negative. ``wrong="fp"``: a false positive only, so
that recall is the share of labelled values that anything was read for and that were read right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from gini_notebook.analysis.evaluation.encoding import FloatArray
from gini_notebook.errors import SettingError

AVERAGES = MICRO, MACRO, WEIGHTED = "micro", "macro", "weighted"
PROPORTIONS = ("precision", "recall", "f1")
SCORES = (*PROPORTIONS, "accuracy")

CountingRule = Literal["both", "fp"]
COUNTING_RULES = get_args(CountingRule)


def trials(counts: npt.NDArray[np.generic], wrong: str) -> Mapping[str, FloatArray]:
    """Return what the correct ones are a share of, by score; for F1 the mean of those of precision and recall.

    Parameters
    ----------
    counts
        Last axis: correct, wrong, missing, spurious, and perhaps absent.
    """
    correct, off, missing, spurious = (np.asarray(counts[..., place], dtype=np.float64) for place in range(4))
    predicted = correct + off + spurious
    wanted = correct + missing + (off if wrong == "both" else 0)
    everything = correct + off + missing + spurious
    return {"precision": predicted, "recall": wanted, "f1": (predicted + wanted) / 2, "accuracy": everything}


@dataclass(frozen=True, slots=True)
class Losses:
    """What a correct, wrong, missing and spurious slot each add to loss, size and full size of a document (M18).

    A score is 1 minus the sum of losses through the sum of sizes. The full size is the size had every expected value
    been wrong; spurious slots are no part of it, so that taking one back never makes a document smaller.
    """

    loss: FloatArray
    size: FloatArray
    full: FloatArray


def losses_of(wrong: str) -> Mapping[str, Losses]:
    """Return the losses of every score, by a counting rule."""
    both = wrong == "both"
    rows: dict[str, tuple[list[int], list[int], list[int]]] = {
        "precision": ([0, 1, 0, 1], [1, 1, 0, 1], [1, 1, 1, 0]),
        "recall": ([0, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]) if both else ([0, 0, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0]),
        "f1": ([0, 2, 1, 1], [2, 2, 1, 1], [2, 2, 2, 0]) if both else ([0, 1, 1, 1], [2, 1, 1, 1], [1, 1, 1, 0]),
        "accuracy": ([0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 0]),
    }
    return {name: Losses(*(np.array(part, dtype=np.float64) for part in parts)) for name, parts in rows.items()}


def check_counting_rule(wrong: str) -> None:
    """Refuse a counting rule that is none."""
    if wrong not in COUNTING_RULES:
        message = f"wrong is {wrong!r}; it must be 'both' (false positive and false negative) or 'fp'."
        raise SettingError(message)


def check_zero_division(undefined: float) -> None:
    """Refuse to take 0/0 for anything but 0, 1 or undefined."""
    if undefined not in (0, 1) and not np.isnan(undefined):
        message = f"zero_division is {undefined!r}; it must be 0, 1, or NaN (the default: undefined)."
        raise SettingError(message)


def compute_scores(counts: npt.NDArray[np.generic], wrong: str, undefined: float = np.nan) -> Mapping[str, FloatArray]:
    """Return precision, recall, F1 and accuracy; NaN, or another value, where there is nothing to divide by.

    F1 of no correct value is 0 as soon as something is wrong, missing or spurious (M8); with ``wrong="fp"`` that holds
    by the same formula.
    """
    correct = np.asarray(counts[..., 0], dtype=np.float64)
    return {
        name: np.where(total == 0, undefined, ratio(correct, total)) for name, total in trials(counts, wrong).items()
    }


def with_averages(
    counts: npt.NDArray[np.generic],
    supported: npt.NDArray[np.int64],
    wrong: str,
    *,
    weights: FloatArray | None = None,
    undefined: float = np.nan,
) -> Mapping[str, FloatArray]:
    """Return the scores of fields, of their sum (micro), the mean of those of fields (macro), and weighted ones (M7).

    Parameters
    ----------
    counts
        Last axes: fields × (correct, wrong, missing, spurious).
    supported
        Indices of the fields that have a truth value; the others are no part of macro (M8).
    weights
        By field, what each of its slots counts for; without, there is no weighted average.
    undefined
        What stands for 0/0.
    """
    together = np.concatenate([counts, counts.sum(axis=-2, keepdims=True)], axis=-2)
    averaged = {
        name: np.concatenate([values, mean(values[..., supported])[..., None]], axis=-1)
        for name, values in compute_scores(together, wrong, undefined).items()
    }
    if weights is None:
        return averaged
    weighted = compute_scores((np.asarray(counts, dtype=np.float64) * weights[:, None]).sum(axis=-2), wrong, undefined)
    return {name: np.concatenate([values, weighted[name][..., None]], axis=-1) for name, values in averaged.items()}


def mean(values: FloatArray) -> FloatArray:
    """Return the mean over the last axis of what is defined; NaN if nothing is."""
    return ratio(np.nansum(values, axis=-1), np.sum(~np.isnan(values), axis=-1))


def companions(counts: npt.NDArray[np.generic]) -> Mapping[str, FloatArray]:
    """Return what is printed next to precision, recall and F1 (M6); recall is found × read_right."""
    correct, off, missing, spurious, absent = (np.asarray(counts[..., place], dtype=np.float64) for place in range(5))
    labelled = correct + off + missing
    return {
        "found": ratio(correct + off, labelled),
        "read_right": ratio(correct, correct + off),
        "invented": ratio(spurious, spurious + absent),
        "accuracy_with_absent": ratio(correct + absent, labelled + spurious + absent),
    }


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> FloatArray:
    """Divide; NaN where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.true_divide(part, whole), dtype=np.float64)
