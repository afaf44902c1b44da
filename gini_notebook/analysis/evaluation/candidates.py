"""Where in its list of candidates the right value is (M23 of the metrics).

It separates "not read" from "read, and another one chosen".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.alignment import Slots
from gini_notebook.analysis.evaluation.encoding import (
    EXTRACTIONS,
    NOTHING,
    IntArray,
    ObjectArray,
    as_objects,
    check_columns,
    columns_of,
    encode,
    numbered,
    text_column,
)
from gini_notebook.analysis.evaluation.inputs import Inputs
from gini_notebook.analysis.evaluation.normalization import NormalizedValues
from gini_notebook.errors import SchemaError
from gini_notebook.notes import Note
from gini_notebook.schema import dotted

CANDIDATES = "candidates"


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The candidates, and what is known of all of them, also where the table is a part of them.

    Attributes
    ----------
    table
        The candidates.
    names
        The names of all lists, sorted.
    usual
        Per column the list that its extractions name most often, of several the first by name.
    """

    table: pd.DataFrame
    names: ObjectArray
    usual: Mapping[tuple[str, str], str]

    def part(self, table: pd.DataFrame) -> "Candidates":
        """Return some of the candidates."""
        return replace(self, table=table)


@dataclass(frozen=True, slots=True, eq=False)
class _Lists:
    """The candidates of the documents of the truth: document, list, value and place (from 1) of each."""

    names: ObjectArray
    document: IntArray
    list: IntArray
    value: IntArray
    place: IntArray
    strings: ObjectArray


def scan_candidates(table: pd.DataFrame, source: pd.DataFrame) -> Candidates:
    """Look at the whole table of candidates, and at which of its lists the extractions name."""
    check_columns(source, EXTRACTIONS)
    lacking = [name for name in ("document", "list", "rank", "value") if name not in table.columns]
    if lacking:
        message = f"The candidates table lacks the column(s) {', '.join(lacking)}."
        raise SchemaError(message)
    names = np.sort(encode(table["list"], CANDIDATES)[1])
    if "candidates" not in source.columns:
        return Candidates(table, names, {})
    of_column, columns = columns_of(source, EXTRACTIONS)
    codes, lists = encode(source["candidates"], EXTRACTIONS)
    named = np.append(pd.Index(names, dtype=object).get_indexer(lists).astype(np.int64), NOTHING)[codes]
    votes = np.zeros((len(columns) + 1, len(names) + 1), dtype=np.int64)
    np.add.at(votes, (of_column, named), 1)
    votes = votes[:-1, :-1]
    return Candidates(
        table,
        names,
        {column: names[ballots.argmax()] for column, ballots in zip(columns, votes, strict=True) if ballots.any()},
    )


def candidates_of(candidates: pd.DataFrame, documents: ObjectArray) -> pd.DataFrame:
    """Return the candidates of these documents, as they are."""
    return candidates[candidates["document"].isin(documents)].reset_index(drop=True)


def candidate_columns(
    candidates: Candidates,
    source: pd.DataFrame,
    inputs: Inputs,
    normalized: NormalizedValues,
    slots: Slots,
    *,
    normalized_truth: IntArray,
) -> dict[str, Any]:
    """Return the columns ``candidates`` (the list asked) and ``candidate_rank`` (1 = first) of the comparisons.

    Asked is the list that the extraction names; where nothing was extracted, the list that extractions of this field
    name most often.
    """
    lists = _read(candidates, inputs)
    asked = _asked(candidates, source, inputs, slots)
    rank = np.full(len(asked), NOTHING, dtype=np.int64)
    for number, rule in enumerate(normalized.rules):
        at = np.flatnonzero(
            (normalized.rule_of_column[slots.column] == number) & (asked != NOTHING) & (normalized_truth != NOTHING)
        )
        if not len(at):
            continue
        listed = np.isin(lists.list, asked[at]) & (lists.value != NOTHING)
        used, of_used = np.unique(lists.value[listed], return_inverse=True)
        values = rule.canonical_many(lists.strings[used].tolist())[0]
        wanted = normalized.strings[normalized_truth[at]]
        codes = numbered(np.concatenate([as_objects(values), wanted]))[0]
        width = int(codes.max(initial=0)) + 1
        there = (lists.document[listed] * len(lists.names) + lists.list[listed]) * width + codes[: len(values)][of_used]
        sought = (slots.document[at] * len(lists.names) + asked[at]) * width + codes[len(values) :]
        rank[at] = _first(there, lists.place[listed], sought)
    return {
        "candidates": text_column(asked, lists.names),
        "candidate_rank": pd.arrays.IntegerArray(rank, rank == NOTHING),
    }


def _first(there: IntArray, place: IntArray, sought: IntArray) -> IntArray:
    """Look up the smallest place of each key that is sought; :data:`NOTHING` if it is not there."""
    order = np.lexsort((place, there))
    keys, first = np.unique(there[order], return_index=True)
    at = np.searchsorted(keys, sought)
    found = np.append(keys, NOTHING)[at] == sought
    return np.where(found, np.append(place[order][first], NOTHING)[at], NOTHING)


def _read(whole: Candidates, inputs: Inputs) -> _Lists:
    candidates = whole.table
    codes, names = encode(candidates["document"], CANDIDATES, numbers=True)
    place = pd.Index(inputs.documents, dtype=object).get_indexer(names).astype(np.int64)
    document = np.append(place, NOTHING)[codes]
    codes, lists = encode(candidates["list"], CANDIDATES)
    of_list = np.append(pd.Index(whole.names, dtype=object).get_indexer(lists).astype(np.int64), NOTHING)[codes]
    value, strings = encode(candidates["value"], CANDIDATES)
    rank = pd.to_numeric(candidates["rank"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    kept = (document != NOTHING) & (of_list != NOTHING)
    # A list numbered from 0 would put every right value a place further down than it is.
    if np.isnan(rank[kept]).any() or (rank[kept] < 1).any():
        raise SchemaError("The column 'rank' of the candidates table must number the candidates of each list from 1.")
    return _Lists(whole.names, document[kept], of_list[kept], value[kept], rank[kept].astype(np.int64), strings)


def _asked(candidates: Candidates, source: pd.DataFrame, inputs: Inputs, slots: Slots) -> IntArray:
    """Return for every slot the code of the list to ask; :data:`NOTHING` for fields that never name one."""
    if "candidates" not in source.columns:
        return np.full(len(slots.column), NOTHING, dtype=np.int64)
    index = pd.Index(candidates.names, dtype=object)
    codes, lists = encode(source["candidates"], EXTRACTIONS)
    named = np.append(index.get_indexer(lists).astype(np.int64), NOTHING)[codes][inputs.extracted.position]
    usual = index.get_indexer(as_objects([candidates.usual.get(column) for column in inputs.columns])).astype(np.int64)
    if inputs.from_purpose is not None:  # the list of another field
        named = np.where(inputs.from_purpose, NOTHING, named)
    own = np.append(named, NOTHING)[slots.extracted]
    return np.where(own != NOTHING, own, usual[slots.column])


def notes_of_candidates(recall: pd.DataFrame) -> list[Note]:
    """Say of which fields more values are right than stand among the candidates."""
    above = recall[(recall["chosen"] > recall["recall_all"]).to_numpy(dtype=bool)]
    fields = tuple(dotted(*column) for column in zip(above["group"], above["field"], strict=True))
    return [Note("candidates_not_all", len(fields), fields)] if fields else []
