"""How sure a score is if the truth is not: its range where a share of the labels is wrong."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.counts import COUNTED, DocumentCounts
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO, PROPORTIONS, compute_scores, mean
from gini_notebook.errors import SettingError

FloatArray = npt.NDArray[np.float64]
Change = tuple[str, str]
# What a wrong label can hide: the value read is not right after all, or the page has a value that nobody labelled …
_WORSE: Sequence[Change] = (("correct", "wrong"), ("absent", "missing"))
# … or the value read is right and the label is not, or there is nothing on the page.
_BETTER: Sequence[Change] = (("wrong", "correct"), ("spurious", "correct"), ("missing", "absent"))


def sensitivity_table(document_counts: DocumentCounts, label_errors: float, wrong: str) -> pd.DataFrame:
    """Write the table of ``Evaluation.sensitivity``."""
    if isinstance(label_errors, bool) or not isinstance(label_errors, (int, float)) or not 0 <= label_errors <= 1:
        message = f"label_errors is {label_errors!r}; it must be a share of the labels between 0 and 1, as 0.02."
        raise SettingError(message)
    rows: list[dict[str, Any]] = []
    for group in document_counts.groups:
        indices = document_counts.columns_of(group)
        totals = document_counts.totals[indices].astype(np.float64)
        names = [document_counts.columns[place][1] for place in indices]
        if not names:
            continue
        fields = [_row(counts, label_errors, wrong) for counts in totals]
        rows += [
            {"group": group, "field": name, "average": False} | row for name, row in zip(names, fields, strict=True)
        ]
        rows.append({"group": group, "field": MICRO, "average": True} | _row(totals.sum(axis=0), label_errors, wrong))
        supported = [row for row, counts in zip(fields, totals, strict=True) if counts[:3].sum() > 0]
        rows.append({"group": group, "field": MACRO, "average": True} | _macro(supported))
    table = pd.DataFrame(rows)
    table.attrs |= {"label_errors": float(label_errors), "counting_rule": wrong}
    return table


def _row(counts: FloatArray, label_errors: float, wrong: str) -> dict[str, float]:
    """Return the scores of some counts, and how far wrong labels can move each."""
    errors = label_errors * float(counts.sum())
    row = {"labels": counts.sum(), "wrong_labels": errors}
    at = compute_scores(counts, wrong)
    low, high = (
        [compute_scores(_moved(counts, order, errors), wrong) for order in permutations(changes)]
        for changes in (_WORSE, _BETTER)
    )
    for name in PROPORTIONS:
        row[name] = float(at[name])
        row[f"{name}_lowest"] = float(np.fmin.reduce([*(side[name] for side in low), at[name]]))
        row[f"{name}_highest"] = float(np.fmax.reduce([*(side[name] for side in high), at[name]]))
    return row


def _moved(counts: FloatArray, changes: Sequence[Change], errors: float) -> FloatArray:
    """Return the counts when so many labels are wrong, used up by one change after the other."""
    moved = counts.copy()
    for before, after in changes:
        source, target = COUNTED.index(before), COUNTED.index(after)
        some = min(errors, float(counts[source]))
        moved[source] -= some
        moved[target] += some
        errors -= some
    return moved


def _macro(fields: Sequence[dict[str, float]]) -> dict[str, float]:
    names = [f"{name}{end}" for name in PROPORTIONS for end in ("", "_lowest", "_highest")]
    return {name: float(mean(np.array([row[name] for row in fields], dtype=np.float64))) for name in names}
