"""What the table of differences comes to, in words: better, no worse, or what could have been seen."""

import math
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._text import probability
from gini_notebook.analysis.comparison.differences import (
    BETTER,
    ERROR_RATE,
    NO_EVIDENCE,
    ONLY_A,
    ONLY_B,
    PROBABLY_BETTER,
    PROBABLY_WORSE,
    WORSE,
)
from gini_notebook.analysis.evaluation.formulas import MICRO
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted

NOT_WORSE, IS_WORSE, CANNOT_TELL = "no worse", "worse", "cannot tell"
_BEGINNINGS = {
    BETTER: "The second run is better",
    WORSE: "The second run is worse",
    PROBABLY_BETTER: "The second run is probably better, with too few changed documents to bound it",
    PROBABLY_WORSE: "The second run is probably worse, with too few changed documents to bound it",
    NO_EVIDENCE: "There is no evidence that either run is better",
}


def verdict_sentence(fields: pd.DataFrame, confidence_level: float) -> str:
    """Describe whether the second run is better, from the table of ``Comparison.by_field``."""
    whole = fields[fields["average"] & (fields["field"] == MICRO)].sort_values("group", kind="stable")
    if whole.empty or math.isnan(whole.iloc[0]["f1_difference"]):
        return "There is nothing to compare: no field has a value in the truth or in the extractions."
    return f"{_of_the_whole(whole.iloc[0], confidence_level)}; {_of_fields(fields[~fields['average']])}."


def _of_the_whole(row: "pd.Series[Any]", confidence_level: float) -> str:
    what = f"the columns of {row['group']}" if row["group"] else "the header fields"
    interval = (
        f"{confidence_level * 100:g} % interval {row['f1_difference_low']:+.3f} to {row['f1_difference_high']:+.3f}"
    )
    seen = ""
    if row["verdict"] == NO_EVIDENCE and math.isnan(row["detectable"]):
        seen = "; so few documents would have shown no difference, however large"
    elif row["verdict"] == NO_EVIDENCE and row["detectable"] > 0:
        seen = f"; a difference of {row['detectable']:.3f} would probably have been seen"
    scores = f"F1 of {what} (micro) is {row['f1_a']:.3f} and {row['f1_b']:.3f}, a difference"
    if row["compared"] == ERROR_RATE:
        scores = f"the truth has no value of {what}, and the share of slots without a mistake differs, by a difference"
    p = probability(row["p"])
    said = p if p.startswith("<") else f"= {p}"
    return f"{_BEGINNINGS[row['verdict']]}: {scores} of {row['f1_difference']:+.3f} ({interval}, p {said}{seen})"


def _of_fields(fields: pd.DataFrame) -> str:
    named = (BETTER, WORSE, PROBABLY_BETTER, PROBABLY_WORSE)
    parts = [f"{verdict} fields: {_names(fields[fields['verdict'] == verdict]) or 'none'}" for verdict in named[:2]]
    others = {
        f"{verdict}, too few changed documents to bound it": _names(fields[fields["verdict"] == verdict])
        for verdict in named[2:]
    }
    for run, code in ((ONLY_A, "a"), (ONLY_B, "b")):
        others[f"delivered by the {run}"] = _names(fields[fields["delivered_by"] == code])
    others["compared by error rate, as the truth has no value"] = _names(fields[fields["compared"] == ERROR_RATE])
    return "; ".join([*parts, *(f"{what}: {names}" for what, names in others.items() if names)])


def _names(fields: pd.DataFrame) -> str:
    return ", ".join(dotted(*column) for column in zip(fields["group"], fields["field"], strict=True))


def margin_table(fields: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Write the table of ``Comparison.no_worse_than``."""
    if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 <= margin < 1:
        message = f"The margin is {margin!r}; it must be a loss of F1 between 0 and 1, for example 0.005."
        raise SettingError(message)
    whole = fields[fields["average"] & (fields["field"] == MICRO)].reset_index(drop=True)
    low, high = (whole[f"f1_difference_{end}"].to_numpy(dtype=np.float64) for end in ("low", "high"))
    answers = np.where(low >= -margin, NOT_WORSE, np.where(high < -margin, IS_WORSE, CANNOT_TELL))
    table = pd.DataFrame(
        {
            "group": whole["group"],
            "compared": whole["compared"],
            "difference": whole["f1_difference"],
            "low": low,
            "high": high,
            "margin": float(margin),
            "answer": answers,
        }
    )
    worst = [answer for answer in (IS_WORSE, CANNOT_TELL, NOT_WORSE) if answer in set(answers)]
    table.attrs["answer"] = worst[0] if worst else CANNOT_TELL
    return table


def margin_sentence(row: "pd.Series[Any]", confidence_level: float) -> str:
    """Say in words what a row of the table of margins answers."""
    what = f"the columns of {row['group']}" if row["group"] else "the header fields"
    begin = {
        NOT_WORSE: f"The second run is no worse by more than {row['margin']:g}",
        IS_WORSE: f"The second run is worse by more than {row['margin']:g}",
        CANNOT_TELL: f"These documents cannot tell whether the second run is worse by more than {row['margin']:g}",
    }[row["answer"]]
    score = "the share of slots without a mistake in" if row["compared"] == ERROR_RATE else "F1 of"
    return (
        f"{begin}: {score} {what} (micro) differs by {row['difference']:+.3f} "
        f"({confidence_level * 100:g} % interval {row['low']:+.3f} to {row['high']:+.3f})."
    )
