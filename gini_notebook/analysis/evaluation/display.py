"""What an evaluation, and the conditions it was checked against, show of themselves in a cell."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gini_notebook._display import Display, interval_text
from gini_notebook.analysis.evaluation.formulas import MICRO
from gini_notebook.analysis.evaluation.intervals import headline
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.evaluation.gate import Checks
    from gini_notebook.analysis.evaluation.scores import Scores

_COUNTS = ("support", "correct", "wrong", "missing", "spurious")
_SCORES = ("precision", "recall", "f1")


def display_of(result: "Scores") -> Display:
    """Say what the evaluation comes to: the average of the header fields, then field by field."""
    scores = result.by_field(full=True)
    read, documents = int(result.documents["answered"].sum()), len(result.documents)
    return Display(
        headline=[
            *(headlines(scores) or ["There is nothing to score: no field has a value in truth or extractions."]),
            f"{read:,} of {documents:,} documents of the ground truth were read.",
        ],
        notes=result.notes,
        columns=["field", *_COUNTS, "precision", "recall", "F1", percent(scores.attrs["confidence_level"])],
        rows=[_row(row) for row in scores.to_dict("records")],
        more=[
            "More: .by_field(full=True) for every column, .summary(), .mistakes(), .by_cause(); gini.explore(…) for "
            "the pages; .save_report(…) to pass on."
        ],
    )


def headlines(scores: "pd.DataFrame") -> list[str]:
    """Say of how many documents, and how many with a mistake, each average is.

    Parameters
    ----------
    scores
        The full table per field.
    """
    whole = scores[scores["average"] & (scores["field"] == MICRO) & scores["f1"].notna()]
    return [headline(row, scores.attrs) for row in whole.to_dict("records")]


def percent(confidence_level: float) -> str:
    """Return the heading of an interval."""
    return f"{confidence_level * 100:g} % interval"


def _row(row: "dict[Any, Any]") -> list[object]:
    interval = interval_text(row["f1_low"], row["f1_high"])
    return [dotted(row["group"], row["field"]), *(row[name] for name in (*_COUNTS, *_SCORES)), interval]


def display_of_checks(checks: "Checks") -> Display:
    """Say how many conditions hold, and of each what its number is."""
    passed = sum(one.passed for one in checks)
    verb = "is" if passed == 1 else "are"
    return Display(
        headline=[f"{passed} of {len(checks)} conditions {verb} met."],
        notes=checks.notes,
        columns=["condition", "wanted", "is", "interval", "met"],
        rows=[[*_parted(one.expression), one.value, _ends(one.low, one.high), _met(one)] for one in checks],
    )


def _parted(expression: str) -> Sequence[str]:
    """Return name and bound of a condition."""
    at = next(place for place, character in enumerate(expression) if character in "<>=")
    return expression[:at].strip(), expression[at:].strip()


def _ends(low: float, high: float) -> str:
    return "" if math.isnan(low) and math.isnan(high) else interval_text(low, high)


def _met(one: Any) -> str:
    if math.isnan(one.value):
        return "✗ undefined"
    return "✓ met" if one.passed else "✗ not met"
