"""Normalized values of both tables: every distinct string is read once per rule.

An amount of the truth that names no currency labels the number alone (M12). It takes the currency of what was extracted
in its column of its document, so that it is equal exactly if the number is. It stays bare where nothing was extracted,
or without a currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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


_CURRENCY_CHARACTERS = 4  # ":EUR"


def bare_rows(normalized: NormalizedValues) -> IntArray:
    """Return the rows of the truth with an amount that names no currency."""
    amounts = [number for number, rule in enumerate(normalized.rules) if rule.name == "amount" and rule.custom is None]
    if not amounts:
        return np.zeros(0, dtype=np.int64)
    bare = np.zeros(len(normalized.strings) + 1, dtype=np.bool_)  # the last one is of rows that state nothing
    codes = np.flatnonzero(np.isin(normalized.rule_of_code, amounts) & normalized.parsed)
    bare[codes] = [":" not in text for text in normalized.strings[codes].tolist()]
    return np.flatnonzero(bare[normalized.truth])


def with_currency(inputs: Inputs, normalized: NormalizedValues, rows: IntArray) -> NormalizedValues:
    """Give bare amounts the currency of what was extracted beside them.

    Parameters
    ----------
    rows
        The rows of the truth, as :func:`bare_rows` returns them.
    """
    if not len(rows):
        return normalized
    found = _currencies(inputs, normalized)
    slot = inputs.truth.document[rows] * len(inputs.columns) + inputs.truth.column[rows]
    offered = pd.DataFrame({"slot": slot, "row": rows, "code": normalized.truth[rows]}).merge(found, on="slot")
    if offered.empty:
        return normalized
    made = _Made.of(normalized)
    pairs = offered[["code", "currency"]].drop_duplicates()
    codes = {
        (code, currency): made.code_of(int(code), str(currency))
        for code, currency in pairs.itertuples(index=False, name=None)
    }
    offered["made"] = [codes[pair] for pair in zip(offered["code"], offered["currency"], strict=True)]
    there = set(
        zip(
            inputs.extracted.document * len(inputs.columns) + inputs.extracted.column, normalized.extracted, strict=True
        )
    )
    offered["equal"] = [pair in there for pair in zip(offered["slot"], offered["made"], strict=True)]
    best = offered.sort_values(["row", "equal"], ascending=[True, False], kind="stable").drop_duplicates("row")
    truth = normalized.truth.copy()
    truth[best["row"].to_numpy()] = best["made"].to_numpy()
    return made.applied(normalized, truth)


def _currencies(inputs: Inputs, normalized: NormalizedValues) -> pd.DataFrame:
    """Return which currencies were extracted in which column of which document."""
    has = _have_currency(normalized)
    rows = np.flatnonzero(np.append(has, False)[normalized.extracted])
    codes = normalized.extracted[rows]
    slot = inputs.extracted.document[rows] * len(inputs.columns) + inputs.extracted.column[rows]
    currency = as_objects([text[-_CURRENCY_CHARACTERS + 1 :] for text in normalized.strings[codes].tolist()])
    return pd.DataFrame({"slot": slot, "currency": currency}).drop_duplicates()


def _have_currency(normalized: NormalizedValues) -> BoolArray:
    amounts = [number for number, rule in enumerate(normalized.rules) if rule.name == "amount" and rule.custom is None]
    codes = np.flatnonzero(np.isin(normalized.rule_of_code, amounts) & normalized.parsed)
    has = np.zeros(len(normalized.strings), dtype=np.bool_)
    has[codes] = [":" in text for text in normalized.strings[codes].tolist()]
    return has


@dataclass(slots=True)
class _Made:
    """Normalized strings, and those that are made here."""

    strings: ObjectArray
    rules: tuple[Rule, ...]
    rule_of_code: IntArray
    known: dict[tuple[int, str], int]
    new: list[tuple[int, str]]

    @classmethod
    def of(cls, normalized: NormalizedValues) -> "_Made":
        known = {
            (int(rule), str(text)): code
            for code, (rule, text) in enumerate(zip(normalized.rule_of_code, normalized.strings, strict=True))
            if normalized.parsed[code]
        }
        return cls(normalized.strings, normalized.rules, normalized.rule_of_code, known, [])

    def code_of(self, code: int, currency: str) -> int:
        """Return the code of an amount with a currency."""
        rule = int(self.rule_of_code[code])
        text = self.rules[rule].canonical(f"{self.strings[code]}:{currency}") or str(self.strings[code])
        if (rule, text) not in self.known:
            self.known[rule, text] = len(self.strings) + len(self.new)
            self.new.append((rule, text))
        return self.known[rule, text]

    def applied(self, normalized: NormalizedValues, truth: IntArray) -> NormalizedValues:
        return replace(
            normalized,
            truth=truth,
            strings=np.concatenate([normalized.strings, as_objects([text for _, text in self.new])]),
            parsed=np.append(normalized.parsed, np.ones(len(self.new), dtype=np.bool_)),
            rule_of_code=np.append(normalized.rule_of_code, np.array([rule for rule, _ in self.new], dtype=np.int64)),
        )


def stated_without_currency(rows: IntArray, inputs: Inputs) -> dict[int, list[str]]:
    """Return by column the amounts that name no currency."""
    found: dict[int, list[str]] = {}
    for column, value in zip(inputs.truth.column[rows].tolist(), inputs.truth.value[rows].tolist(), strict=True):
        found.setdefault(column, []).append(str(inputs.values[value]) if value != NOTHING else "")
    return found
