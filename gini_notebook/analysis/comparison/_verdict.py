"""The comparison in one sentence."""

import math
from typing import Any

import pandas as pd

from gini_notebook.analysis.comparison._differences import BETTER, NO_EVIDENCE, WORSE
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO
from gini_notebook.schema import dotted


def sentence(fields: pd.DataFrame) -> str:
    """Say whether the second run is better, from the table of ``Comparison.by_field``."""
    whole = fields[(fields["field"] == MICRO)].sort_values("group", kind="stable")
    if whole.empty or math.isnan(whole.iloc[0]["f1_difference"]):
        return "There is nothing to compare: no field has a value in the truth or in the extractions."
    return f"{_of_the_whole(whole.iloc[0])}; {_of_fields(fields[~fields['field'].isin((MICRO, MACRO))])}."


def _of_the_whole(row: "pd.Series[Any]") -> str:
    what = f"the columns of {row['group']}" if row["group"] else "the header fields"
    begin = {
        BETTER: "The second run is better",
        WORSE: "The second run is worse",
        NO_EVIDENCE: "There is no evidence that either run is better",
    }[row["verdict"]]
    interval = f"95 % interval {row['f1_difference_low']:+.3f} to {row['f1_difference_high']:+.3f}"
    return (
        f"{begin}: F1 of {what} (micro) is {row['f1_a']:.3f} and {row['f1_b']:.3f}, a difference of "
        f"{row['f1_difference']:+.3f} ({interval}, p = {row['p']:.3f})"
    )


def _of_fields(fields: pd.DataFrame) -> str:
    parts = []
    for verdict in (BETTER, WORSE):
        chosen = fields[fields["verdict"] == verdict]
        names = [dotted(*column) for column in zip(chosen["group"], chosen["field"], strict=True)]
        parts.append(f"{verdict} fields: {', '.join(names) or 'none'}")
    return "; ".join(parts)
