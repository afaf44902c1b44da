"""The truth that was evaluated, kept beside the numbers: to be corrected, written and evaluated again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook import schema
from gini_notebook.analysis.evaluation.encoding import TRUTH, EncodedTable, as_objects, encode_table, text_columns

_FACTS = ("name", "notes", "rule", "unsure", "problems", "paired", "lines")
"""What a truth says of itself, as far as it is kept in files."""
_NO_SOURCE = "table"


@dataclass(frozen=True, eq=False)
class EvaluatedTruth:
    """Every label of the truth, also of documents and fields that are in no count, named as the run names documents.

    Attributes
    ----------
    facts
        What the truth said of itself, as plain values: notes, rule, columns that are perhaps no fields, problems.
    """

    facts: Mapping[str, Any]
    _parts: Sequence[tuple[EncodedTable, "pd.Series[Any] | None"]] = ()
    _stored: pd.DataFrame | None = None
    _not_sent: pd.DataFrame | None = None

    @classmethod
    def of(cls, truth: pd.DataFrame, encoded: EncodedTable, not_sent: pd.DataFrame | None = None) -> "EvaluatedTruth":
        """Keep a truth table as it was checked and coded, row by row, and what it says of documents not sent."""
        sources = truth["source"].copy() if "source" in truth.columns else None
        return cls(facts_of(truth), [(encoded, sources)], _not_sent=not_sent)

    @classmethod
    def stored(
        cls, table: pd.DataFrame, facts: Mapping[str, Any], not_sent: pd.DataFrame | None = None
    ) -> "EvaluatedTruth":
        """Keep a table by ``schema.TRUTH``."""
        return cls(facts, _stored=table, _not_sent=not_sent)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The labels by ``schema.TRUTH``, ordered by its key."""
        parts = [_decoded(*part) for part in self._parts]
        parts += [] if self._stored is None else [self._stored]
        if self._not_sent is not None:
            sources = self._not_sent["source"] if "source" in self._not_sent.columns else None
            parts.append(_decoded(encode_table(self._not_sent, TRUTH), sources))
        if len(parts) == 1 and self._stored is not None:
            return self._stored
        table = pd.concat([schema.TRUTH.empty(), *parts], ignore_index=True)
        return table.sort_values(list(schema.TRUTH.key), kind="stable", ignore_index=True)


def facts_of(truth: Any) -> dict[str, Any]:
    """Return what a truth says of itself, as plain values."""
    attrs = getattr(truth, "attrs", {})
    facts = {name: attrs[name] for name in _FACTS if name in attrs}
    if "problems" in facts:
        facts["problems"] = [list(problem) for problem in facts["problems"]]
    return facts


def _decoded(encoded: EncodedTable, sources: "pd.Series[Any] | None") -> pd.DataFrame:
    count = len(encoded.row)
    unclear = np.zeros(count, dtype=bool) if encoded.unclear is None else encoded.unclear
    states = np.where(unclear, 2, np.where(encoded.value[0] < 0, 1, 0))
    groups, fields = (_texts(encoded.column, [name[side] for name in encoded.names]) for side in (0, 1))
    return schema.TRUTH.frame(
        {
            "document": _texts(*encoded.document),
            "group": groups,
            "row": encoded.row,
            "field": fields,
            "alternative": np.zeros(count, dtype=np.int64) if encoded.alternative is None else encoded.alternative,
            "value": _texts(np.where(unclear, -1, encoded.value[0]), encoded.value[1]),
            "state": _texts(states, ["value", "empty", "unclear"]),
            "source": _NO_SOURCE if sources is None else sources.fillna(_NO_SOURCE).to_numpy(dtype=object),
        }
        if count
        else []
    )


def _texts(codes: Any, strings: Any) -> "pd.Series[Any]":
    return text_columns([codes.astype(np.int64)], as_objects(strings))[0]
