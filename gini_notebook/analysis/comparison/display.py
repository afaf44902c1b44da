"""What a comparison shows of itself in a cell."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gini_notebook._display import Display, interval_text
from gini_notebook._text import probability
from gini_notebook.analysis.comparison.differences import ERROR_RATE, NO_EVIDENCE
from gini_notebook.analysis.comparison.verdicts import verdict_sentence
from gini_notebook.notes import Note
from gini_notebook.schema import dotted


def display_of(fields: pd.DataFrame, facts: str, notes: Iterable[Note]) -> Display:
    """Say whether the second run is better, then field by field.

    Parameters
    ----------
    fields
        The full table of ``Comparison.by_field``.
    facts
        What was compared.
    notes
        Of the comparison.
    """
    level = fields.attrs["confidence_level"]
    return Display(
        headline=[verdict_sentence(fields, level), f"{facts} {decided(fields)}"],
        notes=tuple(notes),
        columns=[
            "field",
            "F1 of A",
            "F1 of B",
            "difference",
            f"{level * 100:g} % interval",
            "p (Holm)",
            "fixed",
            "broken",
            "verdict",
        ],
        rows=[_row(row) for row in fields.to_dict("records")],
        more=[
            "More: .by_field(full=True) for every column, .changes() for the values, .documents; gini.compare_view(…)."
        ],
    )


def decided(fields: pd.DataFrame) -> str:
    """Say of how many fields the runs differ by more than chance."""
    own = fields[~fields["average"]]
    known = int((own["verdict"] != NO_EVIDENCE).sum())
    return f"{known} {'field' if known == 1 else 'fields'} decided, {len(own) - known} not."


def _row(row: Mapping[Any, Any]) -> list[object]:
    what = " (error rate)" if row["compared"] == ERROR_RATE else ""
    return [
        dotted(row["group"], row["field"]) + what,
        row["f1_a"],
        row["f1_b"],
        "n/a" if pd.isna(row["f1_difference"]) else f"{row['f1_difference']:+.3f}",
        interval_text(row["f1_difference_low"], row["f1_difference_high"]),
        probability(row["p_holm"]),
        None if pd.isna(row["fixed"]) else int(row["fixed"]),
        None if pd.isna(row["broken"]) else int(row["broken"]),
        row["verdict"],
    ]
