"""Normalized values of both tables: every distinct string is read once per rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import (
    NOTHING,
    BoolArray,
    EncodedRows,
    IntArray,
    ObjectArray,
    as_objects,
    numbered,
)
from gini_notebook.analysis.evaluation.inputs import Inputs
from gini_notebook.analysis.rules import Rule


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedValues:
    """Normalized values as codes; equal codes mean the same rule and the same normalized string.

    Attributes
    ----------
    rules
        The distinct rules.
    rule_of_column
        Per column of the inputs, its rule's place in ``rules``.
    truth, extracted
        Per row of the table, the code of its normalized value; :data:`NOTHING` where nothing is stated.
    strings, parsed, rule_of_code
        Per code, the normalized string, whether the rule could read the value, and the rule's place in ``rules``.
    """

    rules: tuple[Rule, ...]
    rule_of_column: IntArray
    truth: IntArray
    extracted: IntArray
    strings: ObjectArray
    parsed: BoolArray
    rule_of_code: IntArray

    def equal(self, truth: IntArray, extracted: IntArray) -> BoolArray:
        """Return for pairs of codes of the same rule whether they are the same at level ``typed``."""
        same = np.asarray(truth == extracted, dtype=np.bool_)
        for number, rule in enumerate(self.rules):
            if rule.by_canonical:
                continue
            open_pairs = np.flatnonzero(~same & (self.rule_of_code[truth] == number))
            pairs, distinct = pd.factorize(truth[open_pairs] * len(self.strings) + extracted[open_pairs])
            one, other = self.strings[distinct // len(self.strings)], self.strings[distinct % len(self.strings)]
            same[open_pairs] = rule.equal_many(one.tolist(), other.tolist())[pairs]
        return same


def normalize(inputs: Inputs, rules: Sequence[Rule]) -> NormalizedValues:
    """Read all values by the rule of their column.

    Parameters
    ----------
    rules
        One per column of the inputs.
    """
    distinct = tuple(dict.fromkeys(rules))
    rule_of_column = np.array([distinct.index(rule) for rule in rules], dtype=np.int64)
    sides = (inputs.truth, inputs.extracted)
    codes = tuple(np.full(len(side), NOTHING, dtype=np.int64) for side in sides)
    strings: list[ObjectArray] = []
    parsed: list[BoolArray] = []
    offset = 0
    by_rule = [_rows_by_rule(side, rule_of_column, len(distinct)) for side in sides]
    for rule, *rows in zip(distinct, *by_rule, strict=True):
        used = np.zeros(len(inputs.values), dtype=bool)
        for side, selected in zip(sides, rows, strict=True):
            used[side.value[selected]] = True
        normalized, readable = rule.canonical_many(inputs.values[used].tolist())
        numbers, uniques = numbered(as_objects(normalized))
        lookup = np.full(len(used), NOTHING, dtype=np.int64)
        lookup[used] = numbers + offset
        for side, selected, code in zip(sides, rows, codes, strict=True):
            code[selected] = lookup[side.value[selected]]
        by_code = np.ones(len(uniques), dtype=bool)
        by_code[numbers] = readable
        strings.append(uniques)
        parsed.append(by_code)
        offset += len(uniques)
    return NormalizedValues(
        rules=distinct,
        rule_of_column=rule_of_column,
        truth=codes[0],
        extracted=codes[1],
        strings=np.concatenate([*strings, np.array([], dtype=object)]),
        parsed=np.concatenate([*parsed, np.array([], dtype=bool)]),
        rule_of_code=np.repeat(np.arange(len(strings), dtype=np.int64), [len(part) for part in strings]),
    )


def _rows_by_rule(side: EncodedRows, rule_of_column: IntArray, rules: int) -> list[IntArray]:
    """Return for every rule the rows that state a value of its columns."""
    at = np.flatnonzero(side.value != NOTHING)
    # Numbers this small are sorted in one pass.
    rule = rule_of_column[side.column[at]].astype(np.min_scalar_type(rules))
    order = at[np.argsort(rule, kind="stable")]
    return np.split(order, np.cumsum(np.bincount(rule, minlength=rules))[:-1]) if rules else []
