"""How many documents are enough."""

import math

from gini_notebook.analysis.statistics._proportions import wilson
from gini_notebook.errors import SettingError


def plan_sample_size(
    score: float,
    *,
    half_width: float = 0.01,
    level: float = 0.95,
    slots_per_document: float = 1.0,
    clustering: float = 1.0,
) -> int:
    """Tell how many documents must be labelled for an interval of the wanted width.

    Parameters
    ----------
    score
        The share that is expected, for example the recall of a first sample.
    half_width
        The interval shall reach at most this far, on average of both sides: 0.01 for "± 1 point".
    level
        Confidence, between 0 and 1.
    slots_per_document
        How many values of the field a document has on average; 0.4 if four in ten documents have one.
    clustering
        How much wider than with independent slots the interval is, squared (the design effect); 1 for a field that a
        document has at most once, more for columns of a compound.

    Returns
    -------
    int
        Number of documents.

    Raises
    ------
    SettingError
        If an argument makes no sense.

    Examples
    --------
    >>> plan_sample_size(0.95, half_width=0.01)
    1838
    """
    if not 0 <= score <= 1 or not 0 < half_width < 0.5 or slots_per_document <= 0 or clustering < 1:
        message = (
            f"Cannot plan for score={score}, half_width={half_width}, slots_per_document={slots_per_document}, "
            f"clustering={clustering}: a score is between 0 and 1, a half width between 0 and 0.5, slots per document "
            "more than 0, clustering 1 or more."
        )
        raise SettingError(message)
    low, high = 0, 1
    while _half_width(score, high, level) > half_width:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _half_width(score, middle, level) <= half_width else (middle, high)
    return math.ceil(high * clustering / slots_per_document)


def _half_width(score: float, trials: int, level: float) -> float:
    low, high = wilson(score * trials, trials, level=level)
    return float(high - low) / 2
