"""The one pass from two tables to the comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.alignment import align
from gini_notebook.analysis.evaluation.candidates import Candidates, candidate_columns
from gini_notebook.analysis.evaluation.confidence import CONFIDENCE, read_confidence
from gini_notebook.analysis.evaluation.encoding import BoolArray
from gini_notebook.analysis.evaluation.inputs import Inputs
from gini_notebook.analysis.evaluation.judging import comparison_table, count_table, judge
from gini_notebook.analysis.evaluation.normalization import canonicalise
from gini_notebook.analysis.evaluation.settings import Settings
from gini_notebook.analysis.rules import Rule


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The comparisons, which columns somebody labelled, and the documents that could only be aligned approximately."""

    comparisons: pd.DataFrame
    labelled: BoolArray
    approximate: tuple[str, ...]


def compare_tables(
    inputs: Inputs,
    source: pd.DataFrame,
    rules: Mapping[str, Rule],
    settings: Settings,
    candidates: Candidates | None = None,
    *,
    to_count: bool = False,
) -> Compared:
    """Compare, slot by slot.

    Parameters
    ----------
    source
        The table of extractions that the inputs were read from.
    rules
        One per column of the inputs, in their order.
    candidates
        The candidates, if there are some.
    to_count
        Give only the columns of the comparisons that counts are made of.
    """
    canonical = canonicalise(inputs, list(rules.values()))
    confidence = read_confidence(source)
    certainty = None if confidence is None else confidence[inputs.extracted.position]
    slots, approximate = align(
        inputs, canonical, certainty, key=settings.key_columns(inputs.columns), order=settings.order
    )
    judged = judge(inputs, canonical, slots)
    labelled = np.bincount(slots.column[slots.labelled], minlength=len(inputs.columns)) > 0
    names = tuple(str(inputs.documents[code]) for code in approximate)
    if to_count and candidates is None:
        return Compared(count_table(inputs, slots, judged), labelled, names)
    comparisons = comparison_table(inputs, canonical, slots, judged, source)
    if certainty is not None:
        comparisons[CONFIDENCE] = np.append(certainty, np.nan)[slots.extracted]
    if candidates is not None:
        more = candidate_columns(candidates, source, inputs, canonical, (slots, judged))
        comparisons = comparisons.assign(**more)
    return Compared(comparisons, labelled, names)
