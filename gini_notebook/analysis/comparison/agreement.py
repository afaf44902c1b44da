"""``compare_truth()``: how far two labellers of the same documents agree, and with that how sure a truth is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._noted import NotedTable, noted
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.evaluation.formulas import MICRO
from gini_notebook.analysis.evaluation.intervals import CONFIDENCE_LEVEL, IntervalOptions, shares_with_intervals
from gini_notebook.analysis.evaluation.settings import OneRule
from gini_notebook.analysis.truth.document_names import pair_documents
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import dotted, in_order

MOST_CATEGORIES = 20
"""Kappa is of fields with at most so many different values; where nearly all differ, chance agrees in none."""

_PLACE = ["document", "group", "field"]
_NO_LABEL = ("unclear", "unlabelled")
_EQUAL = ("correct", "absent")


def compare_truth(
    a: pd.DataFrame,
    b: pd.DataFrame,
    *,
    rules: Mapping[str, OneRule] | None = None,
    confidence_level: float = CONFIDENCE_LEVEL,
) -> NotedTable:
    """Compare two ground truths of the same documents: how often two labellers say the same.

    Values are the same as they are for an evaluation (amounts, dates, names …), rows of compounds are aligned by
    content. Only what both labelled counts; "looked, and there is nothing" is a label.

    Parameters
    ----------
    a, b
        What ``read_truth`` reads: tables with the columns document, field and value.
    rules
        By field, as of ``evaluate``.
    confidence_level
        How sure the intervals are.

    Returns
    -------
    NotedTable
        A DataFrame. Per field, then ``micro`` of each group: ``documents`` and ``slots`` that both labelled, ``equal``
        (the share of slots with the same label) with its interval ``equal_low`` and ``equal_high`` (by documents, M18
        of the metrics), and for fields of at most 20 different values Cohen's ``kappa`` (agreement beyond chance:
        Cohen, "A coefficient of agreement for nominal scales", 1960) with ``kappa_low`` and ``kappa_high`` (those of
        the share, chance taken as it was seen). ``average`` is whether a row is one. What they disagree on is
        ``evaluate(a, b).mistakes()``. ``notes`` says which documents were paired though their names differ, and how
        many only one of the truths has.

    Raises
    ------
    SettingError
        If the truths have no document or no field in common, or the level makes no sense.
    SchemaError
        If a table lacks a column.

    Examples
    --------
    >>> one = pd.DataFrame({"document": ["a", "b"], "field": "iban", "value": ["DE1", "DE2"]})
    >>> other = pd.DataFrame({"document": ["a", "b"], "field": "iban", "value": ["de 1", "DE3"]})
    >>> compare_truth(one, other)[["field", "slots", "equal"]].values.tolist()
    [['iban', 2, 0.5], ['micro', 2, 0.5]]
    """
    how = IntervalOptions(level=confidence_level)
    b, notes = _named_as_in(a, b)
    first, second = (_labels(side, name) for side, name in ((a, "first"), (b, "second")))
    documents = [name for (name,) in _common(first, second, ["document"])]
    columns = in_order((group, field) for group, field in _common(first, second, ["group", "field"]))
    fields = [dotted(*column) for column in columns]
    first, second = (side[side["document"].isin(documents)] for side in (first, second))
    # Of several acceptable values the first is what a labeller said; the other labeller may accept several.
    stated = first[first["value"].notna() & (first["alternative"] == 0)].drop(columns="alternative")
    result = evaluate(stated, second, fields=fields, rules=rules, remittance="strict")
    slots = result.comparisons.merge(first[_PLACE].drop_duplicates(), on=_PLACE)
    slots = slots[(slots["outcome"] != "ignored").to_numpy(dtype=bool)]
    rows: list[dict[str, Any]] = []
    for group in dict.fromkeys(group for group, _ in columns):
        of_group = slots[(slots["group"] == group).to_numpy(dtype=bool)]
        for name in [field for of, field in columns if of == group]:
            part = of_group[(of_group["field"] == name).to_numpy(dtype=bool)]
            rows.append({"group": group, "field": name, "average": False} | _agreement(part, how, kappa=True))
        rows.append({"group": group, "field": MICRO, "average": True} | _agreement(of_group, how, kappa=False))
    table = pd.DataFrame(rows)
    table.attrs["confidence_level"] = confidence_level
    one = "document" if len(documents) == 1 else "documents"
    return noted(table, f"Agreement of two ground truths on {len(documents):,} {one} that both label.", notes)


def _named_as_in(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Name the documents of the second truth as the first does, and say which may be the same and are not paired."""
    if not all(isinstance(side, pd.DataFrame) and "document" in side for side in (a, b)):
        return b, []  # which is refused in a sentence
    names = [str(name) for name in a["document"].dropna().unique()]
    b, notes = pair_documents(b, names)
    others = [str(name) for name in b["document"].dropna().unique()]
    forms = [set(map(composed, side)) for side in (others, names)]
    sides = zip((names, others), forms, strict=True)
    alone = [[name for name in side if composed(name) not in of_other] for side, of_other in sides]
    told = [
        Note("documents_unpaired", len(side), detail=which, examples=tuple(side[:EXAMPLES]))
        for which, side in zip(("first ground truth", "second ground truth"), alone, strict=True)
        if side
    ]
    return b, [*notes, *told]


def _labels(truth: pd.DataFrame, which: str) -> pd.DataFrame:
    """Return the labels of a truth, with a group and a row for each, and blank values as none."""
    if not isinstance(truth, pd.DataFrame) or not {"document", "field", "value"} <= set(truth.columns):
        message = f"The {which} truth must be a table with the columns document, field and value, as of read_truth()."
        raise SchemaError(message)
    if "state" in truth:
        truth = truth[~truth["state"].isin(_NO_LABEL)]
    table = pd.DataFrame(
        {
            "document": [composed(str(name)) for name in truth["document"]],
            "group": truth["group"].fillna("").to_numpy(dtype=object) if "group" in truth else "",
            "row": truth["row"].to_numpy() if "row" in truth else 0,
            "field": truth["field"].to_numpy(dtype=object),
            "value": truth["value"].to_numpy(dtype=object),
            "alternative": truth["alternative"].to_numpy() if "alternative" in truth else 0,
        }
    )
    blank = np.array([isinstance(value, str) and not value.strip() for value in table["value"]], dtype=bool)
    return table.assign(value=table["value"].mask(blank, None))


def _common(first: pd.DataFrame, second: pd.DataFrame, by: list[str]) -> list[tuple[str, ...]]:
    """Return what both truths have."""
    sides = [set(side[by].itertuples(index=False, name=None)) for side in (first, second)]
    if not sides[0] & sides[1]:
        what = "document" if by == ["document"] else "field"
        message = f"The two truths have no {what} in common, so there is nothing to compare."
        raise SettingError(message)
    return sorted(tuple(map(str, one)) for one in sides[0] & sides[1])


def _agreement(slots: pd.DataFrame, how: IntervalOptions, *, kappa: bool) -> dict[str, Any]:
    """Return how often labels are equal, with intervals whose unit is the document."""
    equal = slots["outcome"].isin(_EQUAL).to_numpy(dtype=bool)
    codes, names = pd.factorize(slots["document"].to_numpy(dtype=object))
    counts = [np.bincount(codes, weights=weights, minlength=len(names))[:, None] for weights in (equal, None)]
    (share,), (low,), (high,) = shares_with_intervals(counts[0], counts[1], how)
    row = {"documents": len(names), "slots": len(slots), "equal": share, "equal_low": low, "equal_high": high}
    chance = _by_chance(slots) if kappa else np.nan
    beyond = [(value - chance) / (1 - chance) if chance < 1 else np.nan for value in (share, low, high)]
    return row | dict(zip(("kappa", "kappa_low", "kappa_high"), beyond, strict=True))


def _by_chance(slots: pd.DataFrame) -> float:
    """Return how often labels would be equal if each labeller drew them; NaN for fields of many values."""
    sides = [slots[f"{name}_canonical"].fillna("").to_numpy(dtype=object) for name in ("truth", "extracted")]
    codes, values = pd.factorize(np.concatenate(sides))
    if not len(slots) or len(values) > MOST_CATEGORIES:
        return float("nan")
    shares = [np.bincount(part, minlength=len(values)) / len(slots) for part in np.split(codes, 2)]
    return float(np.sum(shares[0] * shares[1]))
