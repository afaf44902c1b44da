"""Weights of fields, for the weighted average (M7 of the metrics)."""

from collections.abc import Mapping, Sequence

import numpy as np

from gini_notebook.analysis.evaluation.encoding import FloatArray
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted


def column_weights(weights: Mapping[str, float] | None, columns: Sequence[tuple[str, str]]) -> FloatArray | None:
    """Give the weight of every column, 1 where none is named; None if there are no weights at all.

    Raises
    ------
    SettingError
        If there is no such field, or a weight is no number of 0 or more.
    """
    if weights is None:
        return None
    chosen = np.ones(len(columns), dtype=np.float64)
    for name, weight in weights.items():
        places = [place for place, column in enumerate(columns) if name in (column[1], dotted(*column))]
        if not places:
            known = ", ".join(dotted(*column) for column in columns) or "none"
            message = f"There is a weight for {name!r}, but no such field. There are: {known}."
            raise SettingError(message)
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < float("inf"):
            message = f"The weight of {name!r} is {weight!r}; it must be a number, 0 or more."
            raise SettingError(message)
        chosen[places] = weight
    return chosen
