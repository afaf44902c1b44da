"""Paired differences of two evaluations: of scores per field, of single values, of documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from gini_notebook.analysis.comparison.pairing import Pairing, paired_counts
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.counts import Level
from gini_notebook.analysis.evaluation.field_scores import GroupCounts
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO, PROPORTIONS, losses_of, with_averages
from gini_notebook.analysis.evaluation.units import Units
from gini_notebook.analysis.statistics import (
    FEWEST_DOCUMENTS,
    bca_interval,
    difference_interval,
    difference_intervals,
    holm,
    left_out_sums,
    mcnemar_p,
    paired_influence,
    percentile_interval,
    resampled_sums,
    sign_flip_p,
)
from gini_notebook.schema import COUNT, TEXT

FloatArray = npt.NDArray[np.float64]
Interval = tuple[FloatArray, FloatArray]
# Wilson's interval is one of a share, not of a difference.
INTERVALS = ("documents", "bootstrap", "bca")
_PARTS = ("a", "b", "difference", "difference_low", "difference_high")
COLUMNS = [
    "group",
    "field",
    *(f"{score}_{part}" for score in ("f1", "precision", "recall") for part in _PARTS),
    "compared",
    "p",
    "detectable",
    "delivered_by",
    "average",
]
# What people see who did not ask for all.
NARROW = (
    "group",
    "field",
    *(f"f1_{part}" for part in _PARTS),
    "compared",
    "p_holm",
    "fixed",
    "broken",
    "verdict",
)
BETTER, WORSE, NO_EVIDENCE = "better", "worse", "no evidence"
PROBABLY_BETTER, PROBABLY_WORSE = "probably better", "probably worse"
ONLY_A, ONLY_B = "first run only", "second run only"
F1, ERROR_RATE = "f1", "error rate"
POWER = 0.8
CHANGES = ("fixed", "broken")
KEY = ["document", "group", "row", "field"]
_RIGHT = ("correct", "absent")
_LABELLED = ("correct", "wrong", "missing", "spurious", "absent")


@dataclass(frozen=True, slots=True, eq=False)
class DifferenceOptions:
    """How differences are judged: counting rule, seed, kind and level of intervals, and what counts as one."""

    wrong: str
    seed: int
    intervals: str
    level: float
    units: Units

    def of(self, selected: npt.NDArray[np.bool_]) -> "DifferenceOptions":
        """Return the options for some of the documents."""
        return replace(self, units=self.units.of(selected))


def difference_table(pairing: Pairing, level: Level, how: DifferenceOptions) -> pd.DataFrame:
    """Write the table of ``Comparison.by_field``."""
    columns, sides = paired_counts(pairing, level)
    same = pairing.same_run
    rows: list[pd.DataFrame] = []
    for group in dict.fromkeys(group for group, _ in columns):
        of_group = [place for place, (name, _) in enumerate(columns) if name == group]
        counted = [place for place in of_group if any(side[:, place].any() for side in sides)]
        if counted:
            fields = [columns[place][1] for place in counted]
            counts = [how.units.summed(side[:, counted]) for side in sides]
            rows.append(_Differences(group, fields, counts, how, same=same).table())
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)
    return _with_verdicts(table[COLUMNS].copy(), 1 - how.level)


def _with_verdicts(table: pd.DataFrame, significance: float) -> pd.DataFrame:
    """Adjust the p-values for the number of fields, and add the verdicts."""
    p = table["p"].to_numpy(dtype=np.float64)
    fields = ~table["average"].to_numpy(dtype=bool)
    adjusted = p.copy()
    adjusted[fields] = holm(p[fields])
    table.insert(table.columns.get_loc("p") + 1, "p_holm", adjusted)
    low, high, difference = (table[f"f1_difference{end}"].to_numpy(dtype=np.float64) for end in ("_low", "_high", ""))
    likely = (adjusted < significance) & (difference != 0)
    bounded = (low > 0) | (high < 0)
    verdict = np.full(len(table), NO_EVIDENCE, dtype=object)
    delivered = table["delivered_by"].to_numpy(dtype=object)
    verdict = np.where(delivered == "a", ONLY_A, np.where(delivered == "b", ONLY_B, verdict))
    for up, sure, words in (
        (True, False, PROBABLY_BETTER),
        (False, False, PROBABLY_WORSE),
        (True, True, BETTER),
        (False, True, WORSE),
    ):
        verdict[likely & ((difference > 0) == up) & (bounded == sure)] = words
    table["verdict"] = verdict
    return table


@dataclass(frozen=True, eq=False)
class _Differences:
    """The differences of one group: of its fields, of micro and of macro."""

    group: str
    fields: Sequence[str]
    counts: Sequence[npt.NDArray[Any]]
    """Per run: units × fields × (correct, wrong, missing, spurious, absent)."""
    how: DifferenceOptions
    same: bool

    def table(self) -> pd.DataFrame:
        """Write the rows of the group."""
        names = [*self.fields, MICRO, MACRO]
        at = [self._scores(side.sum(axis=0, dtype=np.float64)[None, :, :4]) for side in self.counts]
        table = pd.DataFrame({"group": self.group, "field": names})
        table["average"] = [place >= len(self.fields) for place in range(len(names))]
        for score in PROPORTIONS:
            table[f"{score}_a"], table[f"{score}_b"] = at[0][score][0], at[1][score][0]
            table[f"{score}_difference"] = at[1][score][0] - at[0][score][0]
            low, high = self._interval(score, table[f"{score}_difference"].to_numpy(dtype=np.float64))
            table[f"{score}_difference_low"], table[f"{score}_difference_high"] = low, high
        flat = [side[:, :, :4].reshape(len(side), -1) for side in self.counts]
        table["p"] = sign_flip_p(flat[0], flat[1], partial(self._f1_of, len(self.fields)), seed=self.how.seed)
        table["compared"] = F1
        self._compare_errors(table)
        table["detectable"] = _detectable(table, self.how.level)
        table["delivered_by"] = [*map(self._delivered_by, range(len(self.fields))), "both", "both"]
        return table

    def _delivered_by(self, field: int) -> str:
        """Return which run has any value of a field."""
        there = [bool(side[:, field][:, [0, 1, 3]].any()) for side in self.counts]
        return {(True, False): "a", (False, True): "b"}.get((there[0], there[1]), "both")

    @cached_property
    def _supported(self) -> npt.NDArray[np.int64]:
        # Asked for with each permutation. Labels are the same: fields without any in one run have none in the other.
        return np.flatnonzero(self.counts[0][:, :, :3].sum(axis=(0, 2)) > 0)

    def _scores(self, sums: FloatArray) -> Mapping[str, FloatArray]:
        return with_averages(sums.reshape(-1, len(self.fields), 4), self._supported, self.how.wrong)

    def _f1_of(self, fields: int, sums: FloatArray) -> FloatArray:
        return self._scores(sums.reshape(-1, fields, 4))["f1"]

    def _interval(self, score: str, difference: FloatArray) -> Interval:
        if self.same:
            return np.where(np.isnan(difference), np.nan, 0.0), np.where(np.isnan(difference), np.nan, 0.0)
        if self.how.intervals == "documents":
            influences = [self._influence(score, place) for place in range(len(difference))]
            weight = self.how.units.typical_weight
            return difference_intervals(influences, level=self.how.level, typical_weight=weight)
        return self._resampled(score, difference)

    def _influence(self, score: str, place: int) -> FloatArray:
        """Return what each unit adds to the difference of a score; nothing where one run has no such score."""
        of = losses_of(self.how.wrong)[score]
        sides = []
        for counts in self.counts:
            loss, size, _ = GroupCounts(counts[:, :, :4], self._supported, None, np.nan).losses(of, place)
            sides.append((size - loss, size))
        if not all(size.sum() > 0 for _, size in sides):
            return np.zeros(0)
        return paired_influence(sides[0], sides[1])

    def _resampled(self, score: str, difference: FloatArray) -> Interval:
        flat = [side[:, :, :4].reshape(len(side), -1) for side in self.counts]
        drawn = [self._scores(resampled_sums(side, seed=self.how.seed))[score] for side in flat]
        ends = percentile_interval(drawn[1] - drawn[0], documents=len(flat[0]), level=self.how.level)
        if self.how.intervals == "bootstrap":
            return ends
        without = [self._scores(left_out_sums(side, seed=self.how.seed))[score] for side in flat]
        return _corrected(ends, drawn[1] - drawn[0], difference, without[1] - without[0], self.how.level)

    def _compare_errors(self, table: pd.DataFrame) -> None:
        """Compare error rates where F1 is nothing by nothing in one run: labelled empty everywhere, and one invents."""
        undefined = (table["f1_a"].isna() != table["f1_b"].isna()).to_numpy()
        for place in np.flatnonzero(undefined[: len(self.fields) + 1]):
            # After the fields comes micro, which is all of their slots together.
            of = [side[:, place] if place < len(self.fields) else side.sum(axis=1) for side in self.counts]
            sides = [side.astype(np.float64) for side in of]
            slots = np.maximum(*(side.sum(axis=1) for side in sides))
            right = [slots - side[:, 1:4].sum(axis=1) for side in sides]
            influence = paired_influence((right[0], slots), (right[1], slots))
            both = [np.stack([one, slots], axis=1) for one in right]
            p = sign_flip_p(both[0], both[1], lambda sums: sums[:, :1] / sums[:, 1:], seed=self.how.seed)
            weight = self.how.units.typical_weight
            low, high = difference_interval(influence, level=self.how.level, typical_weight=weight)
            values = {"f1_difference": influence.mean(), "f1_difference_low": low, "f1_difference_high": high}
            values |= {"p": p[0], "compared": ERROR_RATE}
            for name, value in values.items():
                table.loc[table.index[place], name] = value


def _detectable(table: pd.DataFrame, level: float) -> FloatArray:
    """Return the smallest difference that four in five comparisons like this one would have shown; NaN if none would.

    An interval of this width leaves out 0 with the wanted power if the difference is this many of its half widths.
    """
    half = (table["f1_difference_high"] - table["f1_difference_low"]).to_numpy(dtype=np.float64) / 2
    smallest = half * (1 + special.ndtri(POWER) / special.ndtri(0.5 + level / 2))
    return np.where(smallest > 1, np.nan, smallest)


def _corrected(
    ends: Interval, samples: FloatArray, difference: FloatArray, without: FloatArray, level: float
) -> Interval:
    """Return the BCa interval; the percentiles where it is undefined, or of too few documents to be worth anything."""
    if len(without) < FEWEST_DOCUMENTS:
        return ends
    corrected = bca_interval(samples, difference, without, level=level)
    undefined = np.isnan(corrected[0]) | np.isnan(corrected[1])
    low, high = (np.where(undefined, end, other) for end, other in zip(ends, corrected, strict=True))
    return low, high


def share_difference(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], how: DifferenceOptions, *, same: bool
) -> dict[str, float]:
    """Return ends and p-value of the difference of two shares of the same documents: exact McNemar's test.

    Where clusters of documents are the units, or documents have weights, the test is the sign flip of units.
    """
    count = len(first)
    if not count:
        return {"low": np.nan, "high": np.nan, "p": 1.0}
    ones = how.units.summed(np.ones(count))
    sides = [how.units.summed(side.astype(np.float64)) for side in (first, second)]
    p = mcnemar_p(int((first & ~second).sum()), int((second & ~first).sum()))
    if how.units.clustered or how.units.weighted:
        both = [np.stack([side, ones], axis=1) for side in sides]
        p = float(sign_flip_p(both[0], both[1], lambda sums: sums[:, :1] / sums[:, 1:], seed=how.seed)[0])
    if same:
        return {"low": 0.0, "high": 0.0, "p": p}
    influence = paired_influence((sides[0], ones), (sides[1], ones))
    if how.intervals == "documents":
        low, high = difference_interval(influence, level=how.level, typical_weight=how.units.typical_weight)
        return {"low": low, "high": high, "p": p}
    gap = influence[:, None]
    samples = resampled_sums(gap, seed=how.seed) / len(gap)
    ends = percentile_interval(samples, documents=len(gap), level=how.level)
    if how.intervals == "bca":
        without = left_out_sums(gap, seed=how.seed) / max(len(gap) - 1, 1)
        ends = _corrected(ends, samples, gap.mean(axis=0), without, how.level)
    return {"low": float(ends[0][0]), "high": float(ends[1][0]), "p": p}


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


def with_changes(table: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Add how many values of each field were fixed and broken; of ``micro`` all of its group, of ``macro`` nothing."""
    counts = changes.groupby(["group", "field", "change"]).size()
    for change in CHANGES:
        of_change = counts.xs(change, level="change") if change in set(changes["change"]) else pd.Series(dtype="int64")
        values = pd.array(
            [of_change.get(column, 0) for column in zip(table["group"], table["field"], strict=True)], COUNT
        )
        average = table["average"].to_numpy(dtype=bool)
        values[average] = pd.NA
        for place in np.flatnonzero(average & (table["field"] == MICRO).to_numpy(dtype=bool)):
            of_group = (table["group"] == table["group"].iloc[place]).to_numpy(dtype=bool) & ~average
            values[place] = int(values[of_group].sum())
        table[change] = values
    return table


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
