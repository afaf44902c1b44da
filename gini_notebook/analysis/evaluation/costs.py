"""What mistakes cost: a wrong amount is not a wrong city."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.counts import DocumentCounts
from gini_notebook.analysis.evaluation.formulas import ratio
from gini_notebook.analysis.evaluation.intervals import IntervalOptions
from gini_notebook.analysis.statistics import cost_intervals
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted

OUTCOMES = ("wrong", "missing", "spurious")
DEAREST = 1e15
FloatArray = npt.NDArray[np.float64]
Costs = Mapping[str, float]
CostsByField = Mapping[str, Costs]


def cost_table(document_counts: DocumentCounts, costs: Costs | CostsByField, how: IntervalOptions) -> pd.DataFrame:
    """Write the table of ``Evaluation.costs``."""
    indices, rates = _rates(document_counts, costs)
    counts = document_counts.counts[:, indices, 1:4].astype(np.float64)
    by_document = (counts * rates).sum(axis=2)
    by_document = np.concatenate([by_document, by_document.sum(axis=1, keepdims=True)], axis=1)
    documents = len(by_document)
    # The dearest document has the dearest mistake in each of its slots.
    slots = document_counts.totals[indices, :4].sum(axis=1) / max(documents, 1)
    caps = np.append(slots * rates.max(axis=1), (slots * rates.max(axis=1)).sum())
    by_unit, sizes = how.units.summed(by_document), how.units.summed(np.ones(documents))
    low, high = (1000 * end for end in cost_intervals(by_unit, caps, documents=sizes, level=how.level))
    names = [document_counts.columns[place] for place in indices]
    table = pd.DataFrame(
        {
            "group": [*(group for group, _ in names), ""],
            "field": [*(field for _, field in names), "total"],
            "cost": by_unit.sum(axis=0),
            "cost_per_1000_documents": ratio(by_unit.sum(axis=0) * 1000, sizes.sum()),
            "low": low,
            "high": high,
            "precision": [*_precision(document_counts, indices, how), np.nan],
            "break_even_precision": [*_break_even(rates), np.nan],
        }
    )
    for at, outcome in enumerate(OUTCOMES):
        table.insert(2 + at, outcome, pd.array([*counts[:, :, at].sum(axis=0), counts[:, :, at].sum()], dtype="Int64"))
    return table


def document_costs(document_counts: DocumentCounts, costs: Costs | CostsByField) -> FloatArray:
    """Return what the mistakes of each document cost."""
    indices, rates = _rates(document_counts, costs)
    total: FloatArray = (document_counts.counts[:, indices, 1:4].astype(np.float64) * rates).sum(axis=(1, 2))
    return total


def _precision(document_counts: DocumentCounts, indices: list[int], how: IntervalOptions) -> Any:
    totals = how.units.summed(document_counts.counts[:, indices]).sum(axis=0, dtype=np.float64)
    return ratio(totals[:, 0], totals[:, [0, 1, 3]].sum(axis=1))


def _break_even(rates: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Return the precision from which taking a value is cheaper than keying it in: 1 - missing / wrong."""
    return np.clip(1 - ratio(rates[:, 1], rates[:, 0]), 0, 1)


def _rates(
    document_counts: DocumentCounts, costs: Costs | CostsByField
) -> "tuple[list[int], np.ndarray[Any, np.dtype[np.float64]]]":
    """Return the columns that cost something, and what wrong, missing and spurious values cost in each."""
    if not isinstance(costs, Mapping) or not costs:
        message = f"costs is {costs!r}; say what a mistake costs, for example {{'wrong': 50, 'missing': 2}}."
        raise SettingError(message)
    header = [name[1] for name in document_counts.columns if not name[0]]
    by_field: dict[str, Any] = dict(costs) if not set(costs) <= set(OUTCOMES) else dict.fromkeys(header, costs)
    indices, rates = [], []
    for place, (group, field) in enumerate(document_counts.columns):
        if dotted(group, field) not in by_field:
            continue
        selected = by_field.pop(dotted(group, field))
        indices.append(place)
        rates.append([_rate(selected, outcome, field) for outcome in OUTCOMES])
    if by_field or not indices:
        message = (
            f"There are costs for {', '.join(map(repr, by_field)) or 'nothing'}, but no such field. There are: "
            f"{', '.join(dotted(*name) for name in document_counts.columns) or 'none'}."
        )
        raise SettingError(message)
    return indices, np.array(rates, dtype=np.float64)


def _rate(costs: Any, outcome: str, field: str) -> float:
    unknown = sorted(set(costs) - set(OUTCOMES)) if isinstance(costs, Mapping) else [costs]
    if unknown:
        message = f"The costs of {field!r} are by outcome ({', '.join(OUTCOMES)}), not {unknown[0]!r}."
        raise SettingError(message)
    rate = costs.get(outcome, 0.0)
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= DEAREST:
        message = f"The cost of {outcome!r} of {field!r} is {rate!r}; it must be a number from 0 to {DEAREST:g}."
        raise SettingError(message)
    return float(rate)
