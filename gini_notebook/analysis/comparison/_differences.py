"""Paired differences: the same documents drawn, or exchanged, for both runs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.counts import Tally
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO, PROPORTIONS, with_averages
from gini_notebook.analysis.statistics import (
    FEWEST_DOCUMENTS,
    bca_interval,
    holm,
    left_out_sums,
    percentile_interval,
    resampled_sums,
    sign_flip_p,
)

FloatArray = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
Interval = tuple[FloatArray, FloatArray]

# Wilson's interval is one of a share, not of a difference.
INTERVALS = ("bootstrap", "bca")

SIGNIFICANCE = 0.05
_PARTS = ("a", "b", "difference", "difference_low", "difference_high")
COLUMNS = [
    "group",
    "field",
    *(f"{score}_{part}" for score in ("f1", "precision", "recall") for part in _PARTS),
    "p",
]
BETTER, WORSE, NO_EVIDENCE = "better", "worse", "no evidence"


def frame(first: Evaluation, second: Evaluation, *, level: str, wrong: str, seed: int, intervals: str) -> pd.DataFrame:
    """Write the table of ``Comparison.by_field``."""
    sides = first.tally(level), second.tally(level)
    shared = [column for column in sides[0].columns if column in sides[1].columns]
    rows: list[dict[str, Any]] = []
    for group in dict.fromkeys(group for group, _ in shared):
        counts = [_counts_of(side, [column for column in shared if column[0] == group]) for side in sides]
        fields = [field for name, field in shared if name == group]
        counted = [place for place in range(len(fields)) if any(side[:, place].any() for side in counts)]
        if counted:
            names = [fields[place] for place in counted]
            pair = [side[:, counted] for side in counts]
            rows += _rows(group, names, pair, wrong=wrong, seed=seed, intervals=intervals)
    return _judged(pd.DataFrame(rows, columns=COLUMNS))


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p-values for the number of fields, and give the verdicts."""
    p = table["p"].to_numpy(dtype=np.float64)
    fields = ~table["field"].isin((MICRO, MACRO)).to_numpy(dtype=bool)
    adjusted = p.copy()
    adjusted[fields] = holm(p[fields])
    table["p_holm"] = adjusted
    sure = (adjusted < SIGNIFICANCE) & (table["f1_difference"] != 0)
    table["verdict"] = np.where(sure, np.where(table["f1_difference"] > 0, BETTER, WORSE), NO_EVIDENCE)
    return table


def _counts_of(side: Tally, columns: list[tuple[str, str]]) -> npt.NDArray[np.int32]:
    places = [side.columns.index(column) for column in columns]
    return side.counts[:, places, :4]


def _rows(
    group: str, fields: list[str], counts: list[Counts], *, wrong: str, seed: int, intervals: str
) -> list[dict[str, Any]]:
    documents, columns, _ = counts[0].shape
    flat = [side.reshape(documents, -1) for side in counts]
    # Fields without a truth value in one run have none in the other: the truth is the same.
    supported = np.flatnonzero(counts[0][:, :, :3].sum(axis=(0, 2)) > 0)

    def scores(sums: FloatArray) -> Mapping[str, FloatArray]:
        return with_averages(sums.reshape(-1, columns, 4), supported, wrong)

    at = [scores(side.sum(axis=0, dtype=np.float64)[None]) for side in flat]
    drawn = [scores(resampled_sums(side, seed=seed)) for side in flat]
    without = [scores(left_out_sums(side, seed=seed)) for side in flat] if intervals == "bca" else []
    rows = [{"group": group, "field": name} for name in (*fields, MICRO, MACRO)]
    table = pd.DataFrame(rows)
    for score in PROPORTIONS:
        table[f"{score}_a"], table[f"{score}_b"] = at[0][score][0], at[1][score][0]
        table[f"{score}_difference"] = at[1][score][0] - at[0][score][0]
        ends = percentile_interval(drawn[1][score] - drawn[0][score], documents=documents)
        if without:
            difference = table[f"{score}_difference"].to_numpy(dtype=np.float64)
            ends = _corrected(
                ends, drawn[1][score] - drawn[0][score], difference, without[1][score] - without[0][score]
            )
        table[f"{score}_difference_low"], table[f"{score}_difference_high"] = ends
    table["p"] = sign_flip_p(flat[0], flat[1], lambda sums: scores(sums)["f1"], seed=seed)
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _corrected(ends: Interval, draws: FloatArray, difference: FloatArray, without: FloatArray) -> Interval:
    """Give the BCa interval; the percentiles where it is undefined, or of too few documents to be worth anything."""
    if len(without) < FEWEST_DOCUMENTS:
        return ends
    corrected = bca_interval(draws, difference, without)
    undefined = np.isnan(corrected[0]) | np.isnan(corrected[1])
    low, high = (np.where(undefined, end, other) for end, other in zip(ends, corrected, strict=True))
    return low, high


def of_shares(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], *, seed: int, intervals: str
) -> tuple[float, float]:
    """Give the interval of the difference of two shares of the same documents."""
    count = len(first)
    if not count:
        return np.nan, np.nan
    gap = (second.astype(np.float64) - first)[:, None]
    draws = resampled_sums(gap, seed=seed) / count
    low, high = percentile_interval(draws, documents=count)
    if intervals == "bca":
        without = left_out_sums(gap, seed=seed) / max(count - 1, 1)
        low, high = _corrected((low, high), draws, gap.mean(axis=0), without)
    return float(low[0]), float(high[0])
