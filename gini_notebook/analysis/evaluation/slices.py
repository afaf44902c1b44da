"""The same scores for parts of the documents (M20 of the metrics)."""

from collections.abc import Hashable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.counts import COUNTED, DocumentCounts
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.field_scores import parts_of, samples_of
from gini_notebook.analysis.evaluation.formulas import PROPORTIONS, compute_scores, losses_of, trials
from gini_notebook.analysis.evaluation.intervals import Estimates, IntervalOptions
from gini_notebook.analysis.statistics import left_out_sums
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed

# Below this number of slots a slice is shown in grey and not ranked.
FEWEST_SLOTS = 30
_ENDS = ("", "_low", "_high")
# Limits of a funnel: 95 and 99.8 % of slices lie between them by chance.
LIMITS = ("limit_low_998", "limit_low_95", "limit_high_95", "limit_high_998")
_TAILS, _DRAWS = (0.001, 0.025, 0.975, 0.999), 10_000
_FEWEST_FOR_SPREAD = 10
# Of the square of a normal variable whose outermost tenths were pulled in: mean, and standard deviation through it.
_PULLED_MEAN, _PULLED_SPREAD = 0.679, 0.92
COLUMNS = (
    "slice",
    "documents",
    "slots",
    "support",
    "predicted",
    *COUNTED,
    *(f"{name}{end}" for name in PROPORTIONS for end in _ENDS),
    "small",
    "rank",
)


def slice_values(column: str, names: pd.Series, documents: pd.DataFrame) -> "pd.Series[Any]":
    """Return the value of a column for each document; missing where the table does not have the document."""
    if column not in documents.columns or "document" not in documents.columns:
        message = (
            f"The documents table has no column {column!r} to slice by. It has: "
            f"{', '.join(map(str, documents.columns)) or 'none'}."
        )
        raise SettingError(message)
    # Names that differ in their Unicode form only are the same.
    own, known = ([composed(str(name)) for name in side] for side in (names, documents["document"]))
    index = pd.Index(known, dtype=object)
    if index.duplicated().any():
        raise SchemaError("The documents table must name every document once.")
    return (
        documents[column].set_axis(index).reindex(pd.Index(own, dtype=object)).set_axis(pd.Index(names, dtype=object))
    )


def slice_table(
    document_counts: DocumentCounts,
    values: "pd.Series[Any]",
    columns: IntArray,
    *,
    wrong: str,
    how: IntervalOptions,
) -> pd.DataFrame:
    """Write the table of ``Evaluation.by_slice``.

    Parameters
    ----------
    values
        Per document of the document counts, the slice it belongs to.
    columns
        Indices of the columns that are counted together.
    """
    numbers, kinds = pd.factorize(values, sort=_sortable(values), use_na_sentinel=False)
    rows = [
        _facts(kind, document_counts, numbers == number, columns)
        | _scored(document_counts.of(numbers == number), columns, wrong=wrong, how=how.of(numbers == number))
        for number, kind in enumerate(kinds)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table[["documents", "slots", "support", "predicted", *COUNTED]] = table[
        ["documents", "slots", "support", "predicted", *COUNTED]
    ].astype("Int64")
    table["small"] = table["small"].astype(bool)
    ranked = table["f1"].where(~table["small"])
    table["rank"] = ranked.rank(ascending=False, method="min").astype("Int64")
    table.attrs["counting_rule"] = wrong
    return table


def with_limits(
    table: pd.DataFrame, document_counts: DocumentCounts, columns: IntArray, *, metric: str, wrong: str, seed: int
) -> pd.DataFrame:
    """Add the limits of a funnel: where slices of a size lie if they are drawn from all documents.

    Spiegelhalter, "Funnel plots for comparing institutional performance" (Statistics in Medicine 24, 2005); widened
    where slices differ more than that throughout (multiplicative over-dispersion, the outermost tenths pulled in).
    """
    if metric not in PROPORTIONS:
        message = f"There is no metric {metric!r} to have limits; choose one of {', '.join(PROPORTIONS)}."
        raise SettingError(message)
    by_document = document_counts.counts[:, columns, :4].sum(axis=1)
    pool, often = np.unique(by_document, axis=0, return_counts=True)
    average = float(compute_scores(by_document.sum(axis=0)[None], wrong)[metric][0])
    largest = max(int(table["documents"].max()) if len(table) else 0, 2)
    sizes = np.unique(np.append(np.geomspace(1, largest * 1.04, 40).astype(int), largest))
    random = np.random.default_rng(seed)
    ends, spread = np.full((len(sizes), len(_TAILS)), np.nan), np.full(len(sizes), np.nan)
    for place, size in enumerate(sizes if not np.isnan(average) else []):
        drawn = compute_scores(random.multinomial(size, often / often.sum(), _DRAWS) @ pool, wrong)[metric]
        ends[place], spread[place] = np.nanquantile(drawn, _TAILS), np.nanstd(drawn)
    at = table["documents"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = (table[metric].to_numpy(dtype=np.float64) - average) / np.interp(at, sizes, spread)
    factor = _overdispersion(away[np.isfinite(away)])
    ends = np.clip(average + (ends - average) * factor, 0, 1)
    curves = dict(zip(LIMITS, ends.T, strict=True))
    table = table.assign(**{name: np.interp(at, sizes, curve) for name, curve in curves.items()})
    told = {name: curve.tolist() for name, curve in curves.items()}
    table.attrs["funnel"] = {
        "metric": metric,
        "average": average,
        "factor": factor,
        "documents": sizes.tolist(),
        **told,
    }
    return table


def _overdispersion(away: FloatArray) -> float:
    """Return by how much slices differ more than by chance, from how many standard errors each is away.

    1 where that may be chance, or slices are few.
    """
    if len(away) < _FEWEST_FOR_SPREAD:
        return 1.0
    pulled = np.clip(away, *np.quantile(away, (0.1, 0.9)))
    found = float(np.mean(pulled**2)) / _PULLED_MEAN
    return float(np.sqrt(found)) if found > 1 + 2 * _PULLED_SPREAD / np.sqrt(len(away)) else 1.0


def _sortable(values: "pd.Series[Any]") -> bool:
    kinds = {type(value) for value in values.dropna().unique()}
    return len(kinds) <= 1


def _facts(kind: Hashable, document_counts: DocumentCounts, selected: BoolArray, columns: IntArray) -> dict[str, Any]:
    counts = document_counts.counts[selected][:, columns].sum(axis=(0, 1), dtype=np.int64)
    return {
        "slice": kind,
        "documents": int(selected.sum()),
        "slots": int(counts[:4].sum()),
        "support": int(counts[:3].sum()),
        "predicted": int(counts[[0, 1, 3]].sum()),
        **dict(zip(COUNTED, counts.tolist(), strict=True)),
        "small": int(counts[:4].sum()) < FEWEST_SLOTS,
    }


def _scored(part: DocumentCounts, columns: IntArray, *, wrong: str, how: IntervalOptions) -> dict[str, float]:
    """Return the scores of a slice with their intervals."""
    by_unit = how.units.summed(part.counts[:, columns, :4].sum(axis=1))
    counts, slots = by_unit.sum(axis=0, dtype=np.float64), by_unit.sum(axis=1)
    at, total, losses = compute_scores(counts, wrong), trials(counts, wrong), losses_of(wrong)
    drawn = cache(lambda: compute_scores(samples_of(part, how)[:, columns].sum(axis=1), wrong))

    def estimate(name: str) -> Estimates:
        return Estimates(
            value=at[name].reshape(1),
            documents=np.array([float((slots > 0).sum())]),
            trials=total[name].reshape(1),
            clustered=np.array([how.units.weighted or slots.max(initial=0) > 1]),
            plain=np.array([True]),
            losses=lambda _: parts_of(by_unit, losses[name]),
            samples=lambda: drawn()[name][:, None],
            left_out=lambda: compute_scores(left_out_sums(by_unit, seed=how.seed), wrong)[name][:, None],
        )

    row: dict[str, float] = {}
    for name in PROPORTIONS:
        low, high, _ = estimate(name).intervals(how)
        row |= {name: float(at[name]), f"{name}_low": float(low[0]), f"{name}_high": float(high[0])}
    return row
