"""Confidences of extractions, for tables that have them (M10 and M16 of the metrics; the service delivers none)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.inputs import CONFIDENCE, read_confidence
from gini_notebook.analysis.statistics import wilson
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import Note
from gini_notebook.schema import COUNT


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What was extracted where the truth is known.

    ``place`` counts the predictions of a document, ``right`` tells which are correct. ``confidence`` is NaN where it
    lacks; such a prediction is kept at every threshold.
    """

    document: "pd.Series[str]"
    field: "pd.Series[str]"
    place: IntArray
    confidence: FloatArray
    right: BoolArray

    def of(self, selected: BoolArray) -> "Predictions":
        """Return some of them, numbered anew within each document."""
        document = self.document[selected].reset_index(drop=True)
        place = document.groupby(document.to_numpy(dtype=object), sort=False).cumcount().to_numpy(dtype=np.int64)
        return Predictions(
            document,
            self.field[selected].reset_index(drop=True),
            place,
            self.confidence[selected],
            self.right[selected],
        )


def predictions(comparisons: pd.DataFrame, selected: BoolArray) -> Predictions:
    """Return the predictions among the chosen slots, in the order of the comparisons."""
    if CONFIDENCE not in comparisons.columns:
        raise SettingError(
            "These extractions have no confidence. The service delivers none; a table with a column 'confidence' has, "
            "and result.with_confidence(table) adds one of your own."
        )
    predicted = comparisons["outcome"].isin(["correct", "wrong", "spurious"]).to_numpy(dtype=bool)
    every = Predictions(
        document=comparisons["document"],
        field=comparisons["field"],
        place=np.zeros(len(comparisons), dtype=np.int64),
        confidence=comparisons[CONFIDENCE].to_numpy(dtype=np.float64),
        right=(comparisons["outcome"] == "correct").to_numpy(dtype=bool),
    )
    return every.of(predicted & selected)


def with_confidences(comparisons: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons with the confidences of a table; see ``Evaluation.with_confidence``.

    Raises
    ------
    SchemaError
        If the table lacks columns, names a value twice, or holds confidences that are no numbers.
    SettingError
        If it has none of the values that were extracted.
    """
    had = list(map(str, given.columns)) if isinstance(given, pd.DataFrame) else [f"a {type(given).__name__}"]
    if not {"document", "field", CONFIDENCE} <= set(had):
        message = (
            f"The table of confidences needs the columns document, field and confidence; there is: {', '.join(had)}."
        )
        raise SchemaError(message)
    keys = _keys_of(given, "row")
    if keys.duplicated().any():
        message = f"The table of confidences names a value twice: {_told(keys[keys.duplicated()][0])}."
        raise SchemaError(message)
    confidence = np.append(np.asarray(read_confidence(given), dtype=np.float64), np.nan)
    delivered = comparisons["extracted"].notna().to_numpy(dtype=bool)
    place = np.where(delivered, keys.get_indexer(_keys_of(comparisons, "row_extracted")), -1)
    if (place < 0).all():
        example = _told(keys[0]) if len(keys) else "nothing"
        message = f"None of the extracted values is in the table of confidences, which has, for example, {example}."
        raise SettingError(message)
    return comparisons.assign(**{CONFIDENCE: confidence[place]})


def _keys_of(table: pd.DataFrame, row: str) -> pd.MultiIndex:
    """Return document, group, field and row of each value; what has no group or row is a header field."""
    columns = {
        "document": [composed(str(name)) for name in table["document"]],
        "group": table["group"].fillna("").to_numpy(dtype=object) if "group" in table else "",
        "field": table["field"].to_numpy(dtype=object),
        "row": pd.to_numeric(table[row]).fillna(0).to_numpy(dtype=np.float64) if row in table else 0.0,
    }
    return pd.MultiIndex.from_frame(pd.DataFrame(columns, index=pd.RangeIndex(len(table))))


def _told(key: tuple[Any, ...]) -> str:
    document, group, field, row = key
    return f"{document}, {group}.{field}, row {row:g}" if group else f"{document}, {field}"


def notes_of_confidence(comparisons: pd.DataFrame, settings: Mapping[str, Any]) -> tuple[Note, ...]:
    """Say that confidences are no probabilities, or that a threshold was above all of them."""
    notes = []
    if below := settings.get("all_below"):
        notes.append(Note("threshold_above_all", int(below), detail=f"{settings['min_confidence']:g}"))
    if CONFIDENCE in comparisons:
        values = comparisons[CONFIDENCE].to_numpy(dtype=np.float64)
        values = values[~np.isnan(values)]
        if len(values) and (values.min() < 0 or values.max() > 1):
            notes.append(Note("confidence_scale", len(values), detail=f"{values.min():g} to {values.max():g}"))
    return tuple(notes)


def reliability_table(given: Predictions, bins: int, level: float) -> pd.DataFrame:
    """Write the table of ``Evaluation.reliability``: bins of about equal count; equal confidences share a bin."""
    sure = ~np.isnan(given.confidence)
    confidence, right = given.confidence[sure], given.right[sure]
    edges = np.unique(np.quantile(confidence, np.linspace(0, 1, bins + 1)[1:-1])) if len(confidence) else np.zeros(0)
    of_bin = np.searchsorted(edges, confidence, side="left")
    table = pd.DataFrame({"bin": of_bin, "confidence": confidence, "right": right}).groupby("bin")
    found = table.agg(
        count=("right", "size"),
        confidence_low=("confidence", "min"),
        confidence_high=("confidence", "max"),
        confidence=("confidence", "mean"),
        correct=("right", "mean"),
    ).reset_index(drop=True)
    low, high = wilson(found["correct"].to_numpy(dtype=np.float64) * found["count"], found["count"], level=level)
    return found.assign(correct_low=low, correct_high=high).astype({"count": COUNT})


def confidence_metrics(given: Predictions, support: int) -> dict[str, Any]:
    """Return how well confidence tells right from wrong, in a few numbers."""
    sure = ~np.isnan(given.confidence)
    confidence, right = given.confidence[sure], given.right[sure]
    probability = bool(len(confidence)) and bool((confidence >= 0).all() and (confidence <= 1).all())
    return {
        "predicted": len(sure),
        "without_confidence": int((~sure).sum()),
        "average_precision": average_precision(given, support),
        "average_precision_uninterpolated": uninterpolated(confidence, right),
        "ece": expected_calibration_error(confidence, right) if probability else np.nan,
        "brier": float(np.mean((confidence - right) ** 2)) if probability else np.nan,
        "auroc": auroc(confidence, right),
    }


def average_precision(given: Predictions, support: int) -> float:
    """Return the average precision as DocILE's benchmark does (interpolated).

    Ties are decided by the place of the prediction in its document, then by the SHA-1 of document and place, so that
    no document comes first by its name.
    """
    if not support:
        return np.nan
    order = _ranking(given)
    true = np.cumsum(given.right[order])
    precision = np.maximum.accumulate((true / np.arange(1, len(true) + 1))[::-1])[::-1]
    return float(np.sum(precision * given.right[order]) / support)


def _ranking(given: Predictions) -> IntArray:
    surety = np.where(np.isnan(given.confidence), np.inf, given.confidence)
    tied = pd.DataFrame({"surety": surety, "place": given.place}).duplicated(keep=False).to_numpy()
    digest = np.full(len(surety), "", dtype=object)
    for at in np.flatnonzero(tied).tolist():
        place = int(given.place[at]).to_bytes(8, "little")
        name = given.document.iloc[at].encode("utf-8", "surrogatepass")
        digest[at] = sha1(name + place, usedforsecurity=False).hexdigest()[:16]
    by_digest = pd.factorize(digest, sort=True)[0]
    return np.lexsort((by_digest, given.place, -surety)).astype(np.int64)


def uninterpolated(confidence: FloatArray, right: BoolArray) -> float:
    """Return the sum of precision × gain of recall over the distinct confidences, recall being that of predictions."""
    if not right.any():
        return np.nan
    order = np.argsort(-confidence, kind="stable")
    ordered, true = confidence[order], np.cumsum(right[order])
    last = np.append(ordered[1:] != ordered[:-1], True)
    precision = true[last] / (np.flatnonzero(last) + 1)
    return float(np.sum(np.diff(true[last], prepend=0) * precision) / right.sum())


def expected_calibration_error(confidence: FloatArray, right: BoolArray, bins: int = 10) -> float:
    """Return the mean gap between confidence and share of right predictions, over bins of equal width.

    Bins are closed below, the last one above, too, as in stickler.
    """
    # Edges are divided, not added up as numpy.linspace does: 0.7 is an edge, 0.7000000000000001 is none.
    of_bin = np.searchsorted(np.arange(1, bins) / bins, confidence, side="right")
    gaps = np.bincount(of_bin, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def auroc(confidence: FloatArray, right: BoolArray) -> float:
    """Return the probability that a right prediction is surer than a wrong one (ties count half)."""
    good, bad = int(right.sum()), int((~right).sum())
    if not good or not bad:
        return np.nan
    ranks = stats.rankdata(confidence)
    return float((ranks[right].sum() - good * (good + 1) / 2) / (good * bad))


def without_predictions_below(comparisons: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Return the comparisons as if predictions below the threshold had not been made (M16).

    Correct and wrong become missing, spurious becomes absent. Where there would be no slot without the prediction (an
    invented row, a repeated prediction), there is none.
    """
    return without_predictions(comparisons, (comparisons[CONFIDENCE] < threshold).to_numpy(dtype=bool))


def without_predictions(comparisons: pd.DataFrame, dropped: BoolArray) -> pd.DataFrame:
    """Return the comparisons as if some predictions had not been made; see :func:`without_predictions_below`."""
    stated = comparisons["truth"].notna().to_numpy()
    first = (comparisons["group"] == "").to_numpy(dtype=bool) & (comparisons["row"] == 0).to_numpy(dtype=bool)
    in_truth = stated | first | _rows_of_truth(comparisons)
    ignored = (comparisons["outcome"] == "ignored").to_numpy(dtype=bool)
    kept = comparisons[~dropped | (in_truth & ~ignored)].reset_index(drop=True)
    gone = dropped[~dropped | (in_truth & ~ignored)]
    lost = gone & kept["truth"].notna().to_numpy()
    for column in (
        "extracted",
        "extracted_canonical",
        "cause",
        "row_extracted",
        "page",
        *({"extracted_field"} & set(kept)),
    ):
        kept[column] = kept[column].mask(gone)
    for column in ("left", "top", "width", "height", *({CONFIDENCE} & set(kept))):
        kept[column] = kept[column].mask(gone, np.nan)
    for column in ("raw", "typed", "lenient"):
        kept[column] &= ~gone
    for column in ("similarity", "anls"):
        kept[column] = np.where(lost, 0.0, np.where(gone, np.nan, kept[column]))
    kept["outcome"] = kept["outcome"].mask(lost, "missing").mask(gone & ~lost, "absent")
    return kept


def _rows_of_truth(comparisons: pd.DataFrame) -> BoolArray:
    rows = comparisons.groupby(["document", "group", "row"], sort=False).ngroup().to_numpy()
    stated = comparisons["truth"].notna().to_numpy()
    compound = (comparisons["group"] != "").to_numpy(dtype=bool)
    return np.asarray((np.bincount(rows, weights=stated)[rows] > 0) & compound)
