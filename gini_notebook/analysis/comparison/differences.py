"""Paired differences of two evaluations: of scores per field, of single values, of documents."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.counts import DocumentCounts
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
from gini_notebook.schema import TEXT

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
CHANGES = ("fixed", "broken")
KEY = ["document", "group", "row", "field"]
_RIGHT = ("correct", "absent")
_LABELLED = ("correct", "wrong", "missing", "spurious", "absent")


def difference_table(
    first: Evaluation, second: Evaluation, *, level: str, wrong: str, seed: int, intervals: str
) -> pd.DataFrame:
    """Write the table of ``Comparison.by_field``."""
    sides = first.document_counts(level), second.document_counts(level)
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
    return _with_verdicts(pd.DataFrame(rows, columns=COLUMNS))


def _with_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p-values for the number of fields, and add the verdicts."""
    p = table["p"].to_numpy(dtype=np.float64)
    fields = ~table["field"].isin((MICRO, MACRO)).to_numpy(dtype=bool)
    adjusted = p.copy()
    adjusted[fields] = holm(p[fields])
    table["p_holm"] = adjusted
    sure = (adjusted < SIGNIFICANCE) & (table["f1_difference"] != 0)
    table["verdict"] = np.where(sure, np.where(table["f1_difference"] > 0, BETTER, WORSE), NO_EVIDENCE)
    return table


def _counts_of(side: DocumentCounts, columns: list[tuple[str, str]]) -> npt.NDArray[np.int32]:
    indices = [side.columns.index(column) for column in columns]
    return side.counts[:, indices, :4]


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


def _corrected(ends: Interval, samples: FloatArray, difference: FloatArray, without: FloatArray) -> Interval:
    """Return the BCa interval; the percentiles where it is undefined, or of too few documents to be worth anything."""
    if len(without) < FEWEST_DOCUMENTS:
        return ends
    corrected = bca_interval(samples, difference, without)
    undefined = np.isnan(corrected[0]) | np.isnan(corrected[1])
    low, high = (np.where(undefined, end, other) for end, other in zip(ends, corrected, strict=True))
    return low, high


def share_difference_interval(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], *, seed: int, intervals: str
) -> tuple[float, float]:
    """Return the interval of the difference of two shares of the same documents."""
    count = len(first)
    if not count:
        return np.nan, np.nan
    gap = (second.astype(np.float64) - first)[:, None]
    samples = resampled_sums(gap, seed=seed) / count
    low, high = percentile_interval(samples, documents=count)
    if intervals == "bca":
        without = left_out_sums(gap, seed=seed) / max(count - 1, 1)
        low, high = _corrected((low, high), samples, gap.mean(axis=0), without)
    return float(low[0]), float(high[0])


def changed_slots(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return the slots that only one run has right.

    A slot without a truth row that a run left alone has no comparison in it; that is the same as ``absent``.
    """
    shown = [*KEY, "truth", "extracted", "outcome"]
    sides = [side.loc[_in_truth(side), shown] for side in (first, second)]
    both = sides[0].merge(sides[1], on=KEY, how="outer", suffixes=("_a", "_b"), sort=True)
    for name in ("outcome_a", "outcome_b"):
        both[name] = both[name].fillna("absent")
    both["truth"] = both["truth_a"].fillna(both["truth_b"])
    right = [both[name].isin(_RIGHT).to_numpy() for name in ("outcome_a", "outcome_b")]
    labelled = both["outcome_a"].isin(_LABELLED).to_numpy() & both["outcome_b"].isin(_LABELLED).to_numpy()
    changed = (right[0] != right[1]) & labelled
    both["change"] = pd.array(np.where(right[1], *CHANGES), dtype=TEXT)
    told = [*KEY, "truth", "extracted_a", "extracted_b", "outcome_a", "outcome_b", "change"]
    return both.loc[changed, told].reset_index(drop=True)


def _in_truth(side: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which slots are those of header fields, or of rows that the truth has."""
    stated = side["truth"].notna().to_numpy().copy()
    compound = np.flatnonzero((side["group"] != "").to_numpy(dtype=bool))
    rows = side.iloc[compound].groupby(["document", "group", "row"], sort=False).ngroup().to_numpy()
    stated[compound] = np.bincount(rows, weights=stated[compound])[rows] > 0
    stated |= (side["group"] == "").to_numpy(dtype=bool)
    return np.asarray(stated)


def document_changes(first: Evaluation, second: Evaluation, changes: pd.DataFrame) -> pd.DataFrame:
    """Return one row per document: was it, is it perfect, and how many values changed."""
    names = first.documents["document"]
    table = pd.DataFrame({"document": names})
    perfect = [perfect_documents(side) for side in (first, second)]
    for name, side in zip(("perfect_a", "perfect_b"), perfect, strict=True):
        table[name] = pd.array(names.map(side), dtype="boolean")
    counts = changes.groupby(["document", "change"]).size()
    for change in CHANGES:
        of_change = counts.xs(change, level="change") if change in changes["change"].to_numpy() else {}
        table[change] = pd.array(names.map(of_change).fillna(0).astype("int64"), dtype="Int64")
    before, after = (table[name].fillna(False).to_numpy(dtype=bool) for name in ("perfect_a", "perfect_b"))
    labelled = table["perfect_a"].notna().to_numpy() & table["perfect_b"].notna().to_numpy()
    kinds = np.where(after, *CHANGES).astype(object)
    kinds[(before == after) | ~labelled] = pd.NA
    table["change"] = pd.array(kinds, dtype=TEXT)
    return table


def perfect_documents(result: Evaluation) -> dict[str, bool]:
    """Return per document with a labelled required field whether nothing in them is wrong, missing or spurious."""
    comparisons = result.comparisons
    wanted = (comparisons["group"] == "") & comparisons["outcome"].isin(_LABELLED)
    if result.settings["required"] is not None:
        wanted &= comparisons["field"].isin(result.settings["required"])
    selected = comparisons[wanted.to_numpy(dtype=bool)]
    right = selected["outcome"].isin(_RIGHT).to_numpy(dtype=bool)
    verdicts = pd.Series(right, dtype=bool).groupby(selected["document"].to_numpy(dtype=object)).all()
    return {str(name): bool(verdict) for name, verdict in verdicts.items()}
