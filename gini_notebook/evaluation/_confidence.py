"""Confidences of extractions, for tables that have them (M10 and M16 of the metrics; the service delivers none)."""

from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.errors import SchemaError
from gini_notebook.evaluation._coding import FloatArray

COLUMN = "confidence"


def read(source: pd.DataFrame) -> FloatArray | None:
    """Give the confidence of every extraction, NaN where it lacks; None if the table has no such column.

    Words are ranks, not numbers: an ordered categorical gives 0, 1, 2, … in its order.
    """
    if COLUMN not in source.columns:
        return None
    column: Any = source[COLUMN]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        codes = column.cat.codes.to_numpy(dtype=np.float64)
        return np.where(codes < 0, np.nan, codes)
    try:
        numbers = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        message = (
            f"The column 'confidence' of the extractions table cannot be read as numbers: {error}. Levels in words "
            "must be an ordered categorical."
        )
        raise SchemaError(message) from error
    if np.isinf(numbers).any():
        raise SchemaError("The column 'confidence' of the extractions table holds infinite numbers.")
    return np.asarray(numbers, dtype=np.float64)
