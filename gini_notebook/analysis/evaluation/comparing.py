"""The one pass from two tables to the comparisons: normal forms, slots, then the outcome and cause of every slot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.alignment import Slots, align, choose, choose_again, groups_of_columns
from gini_notebook.analysis.evaluation.candidates import Candidates, candidate_columns
from gini_notebook.analysis.evaluation.encoding import (
    NOTHING,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
    as_objects,
    numbered,
    text_column,
    text_columns,
)
from gini_notebook.analysis.evaluation.inputs import CONFIDENCE, Inputs, read_confidence
from gini_notebook.analysis.evaluation.normalization import NormalizedValues, bare_rows, normalize, with_currency
from gini_notebook.analysis.evaluation.noticed import notes_of_values
from gini_notebook.analysis.evaluation.remittance import PURPOSE
from gini_notebook.analysis.evaluation.settings import Settings
from gini_notebook.analysis.evaluation.units import RECIPIENT
from gini_notebook.analysis.rules import Rule, anls_many, caseless_many, causes, elsewhere, similarities
from gini_notebook.analysis.rules import Slots as TruthSlots
from gini_notebook.errors import SchemaError
from gini_notebook.notes import Note
from gini_notebook.schema import COMPARISONS, COUNT, MEASURE, OUTCOMES, dotted

HashArray = npt.NDArray[np.uint64]
_BOX = ("page", "left", "top", "width", "height")
CODES = {name: code for code, name in enumerate(OUTCOMES)}
# Causes that all values of a field share when its truth follows another convention.
_ONE_WAY = ("currency", "sign", "factor", "minor unit", "another field", "another row", "swapped day and month")
_FEWEST_ALIKE, _SHARE_ALIKE = 3, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The comparisons, which columns somebody labelled, documents aligned approximately, notes, and who is paid."""

    comparisons: pd.DataFrame
    labelled: BoolArray
    approximate: tuple[str, ...]
    notes: tuple[Note, ...]
    recipients: HashArray


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
        Whether only the columns of the comparisons are wanted that counts are made of.
    """
    normalized = normalize(inputs, list(rules.values()))
    bare, before = bare_rows(normalized), inputs
    normalized = with_currency(inputs, normalized, bare)
    notes = partial(notes_of_values, before, normalized, bare)
    inputs, normalized, choices = choose(inputs, normalized)
    confidence = read_confidence(source)
    certainty = None if confidence is None else confidence[inputs.extracted.position]
    slots, approximate = align(
        inputs, normalized, certainty, key=settings.key_columns(inputs.columns), order=settings.order
    )
    inputs, normalized = choose_again(choices, inputs, normalized, slots)
    outcomes = classify(inputs, normalized, slots)
    labelled = np.bincount(slots.column[slots.labelled], minlength=len(inputs.columns)) > 0
    names = tuple(str(inputs.documents[code]) for code in approximate)
    said = (*notes(np.flatnonzero(~labelled).tolist()), *_alike(inputs, normalized, slots, outcomes))
    recipients = _recipients(inputs, normalized, slots, outcomes)
    if to_count and candidates is None:
        return Compared(count_table(inputs, slots, outcomes), labelled, names, said, recipients)
    comparisons = comparison_table(inputs, normalized, slots, outcomes, source)
    comparisons["alternatives"] = pd.array(choices.counted(slots.truth, outcomes.truth), dtype=COUNT)
    if certainty is not None:
        comparisons[CONFIDENCE] = np.append(certainty, np.nan)[slots.extracted]
    if candidates is not None:
        more = candidate_columns(
            candidates, source, inputs, normalized, slots, normalized_truth=outcomes.normalized_truth
        )
        comparisons = comparisons.assign(**more)
    return Compared(comparisons, labelled, names, said, recipients)


def _recipients(inputs: Inputs, normalized: NormalizedValues, slots: Slots, outcomes: "Outcomes") -> HashArray:
    """Return a hash of who is paid, per document whose truth says so: how often each is there tells without names."""
    if ("", RECIPIENT) not in inputs.columns:
        return np.zeros(0, dtype=np.uint64)
    stated = np.flatnonzero(slots.column == list(inputs.columns).index(("", RECIPIENT)))
    stated = stated[outcomes.normalized_truth[stated] != NOTHING]
    first = stated[np.unique(slots.document[stated], return_index=True)[1]]
    codes, place = np.unique(outcomes.normalized_truth[first], return_inverse=True)
    names = np.array([str(normalized.strings[code]) for code in codes], dtype=object)
    return np.asarray(pd.util.hash_array(names), dtype=np.uint64)[place]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What was found out about every slot, as arrays.

    ``truth`` and ``extracted`` are codes of the values as delivered, ``normalized_truth`` and ``normalized_extracted``
    of the normalized ones; :data:`NOTHING` where nothing is stated.
    """

    truth: IntArray
    extracted: IntArray
    normalized_truth: IntArray
    normalized_extracted: IntArray
    outcome: IntArray
    raw: BoolArray
    typed: BoolArray
    lenient: BoolArray
    similarity: FloatArray
    anls: FloatArray


def classify(inputs: Inputs, normalized: NormalizedValues, slots: Slots) -> Outcomes:
    """Decide every slot at all three levels in one pass (M4, M11–M14)."""
    truth, extracted = _at(inputs.truth.value, slots.truth), _at(inputs.extracted.value, slots.extracted)
    one, other = _at(normalized.truth, slots.truth), _at(normalized.extracted, slots.extracted)
    in_truth, in_extracted = truth != NOTHING, extracted != NOTHING
    both = in_truth & in_extracted
    raw = both & (truth == extracted)
    if inputs.from_purpose is not None:  # raw, each field is compared with itself
        raw &= ~np.append(inputs.from_purpose, False)[slots.extracted]
    typed = raw.copy()
    open_pairs = np.flatnonzero(both & ~raw)
    typed[open_pairs] = normalized.equal(one[open_pairs], other[open_pairs])
    outcome = _outcome_codes(in_truth, in_extracted, typed, slots.labelled)
    lenient = typed.copy()
    similarity = _graded(typed, outcome)
    anls = _graded(raw, outcome)
    for rule_number, pairs in _by_rule(normalized, slots.column, open_pairs):
        numbers, first = _distinct_pairs(truth[pairs], extracted[pairs])
        shown = pairs[first]
        anls[pairs] = anls_many(inputs.values[truth[shown]].tolist(), inputs.values[extracted[shown]].tolist())[numbers]
        wanted, found = (normalized.strings[codes[shown]].tolist() for codes in (one, other))
        scores = similarities(wanted, found)
        alike = normalized.rules[rule_number].lenient_many(wanted, found, scores)
        similarity[pairs] = np.where(typed[pairs], 1.0, scores[numbers])
        lenient[pairs] |= alike[numbers]
    return Outcomes(truth, extracted, one, other, outcome, raw, typed, lenient, similarity, anls)


def _at(values: IntArray, indices: IntArray) -> IntArray:
    """Return ``values[places]``, and nothing where there is no place."""
    return np.append(values, NOTHING)[indices]


def _outcome_codes(in_truth: BoolArray, in_extracted: BoolArray, typed: BoolArray, labelled: BoolArray) -> IntArray:
    outcome = np.full(len(in_truth), CODES["absent"], dtype=np.int64)
    outcome[in_truth & in_extracted] = CODES["wrong"]
    outcome[typed] = CODES["correct"]
    outcome[in_truth & ~in_extracted] = CODES["missing"]
    outcome[~in_truth & in_extracted] = CODES["spurious"]
    outcome[~labelled] = CODES["ignored"]
    return outcome


def _graded(equal: BoolArray, outcome: IntArray) -> FloatArray:
    """Start a graded score: 1 for equal values, 0 for the others, undefined where there is nothing to compare."""
    undefined = (outcome == CODES["absent"]) | (outcome == CODES["ignored"])
    return np.where(undefined, np.nan, equal.astype(np.float64))


def _by_rule(normalized: NormalizedValues, column: IntArray, at: IntArray) -> list[tuple[int, IntArray]]:
    """Split slots by the rule of their column."""
    rule = normalized.rule_of_column[column[at]]
    return [(number, at[rule == number]) for number in np.unique(rule).tolist()]


def _distinct_pairs(one: IntArray, other: IntArray) -> tuple[IntArray, IntArray]:
    """Number the distinct pairs, and return for each distinct pair the place where it comes first."""
    numbers, uniques = pd.factorize(one * (int(other.max(initial=0)) + 1) + other)
    first = np.empty(len(uniques), dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return numbers.astype(np.int64, copy=False), first


def find_causes(inputs: Inputs, normalized: NormalizedValues, slots: Slots, outcomes: Outcomes) -> "pd.Series[Any]":
    """Return for every wrong slot why it is wrong (M17); missing elsewhere."""
    wrong = np.flatnonzero(outcomes.outcome == CODES["wrong"])
    fields, rows = _elsewhere(inputs, normalized, slots, outcomes, wrong)
    found = np.full(len(wrong), None, dtype=object)
    for number, pairs in _by_rule(normalized, slots.column[wrong], np.arange(len(wrong))):
        one, other = outcomes.normalized_truth[wrong[pairs]], outcomes.normalized_extracted[wrong[pairs]]
        found[pairs] = as_objects(
            causes(
                normalized.rules[number],
                normalized.strings[one].tolist(),
                normalized.strings[other].tolist(),
                truth_parsed=normalized.parsed[one].tolist(),
                extracted_parsed=normalized.parsed[other].tolist(),
                other_fields=fields[pairs].tolist(),
                other_rows=rows[pairs].tolist(),
            )
        )
    codes, names = numbered(found)
    of_slot = np.full(len(slots.column), NOTHING, dtype=np.int64)
    of_slot[wrong] = codes
    return text_column(of_slot, names)


def _alike(inputs: Inputs, normalized: NormalizedValues, slots: Slots, outcomes: Outcomes) -> Iterator[Note]:
    """Name the fields nearly all values of which are wrong for one cause: rather the truth is written otherwise.

    So are amounts in cents, days and months the other way round, credit notes without a sign, net amounts.
    """
    wrong, correct = (
        np.bincount(slots.column[outcomes.outcome == CODES[one]], minlength=len(inputs.columns))
        for one in ("wrong", "correct")
    )
    suspects = np.flatnonzero((wrong >= _FEWEST_ALIKE) & (wrong >= _SHARE_ALIKE * (wrong + correct)))
    if not len(suspects):
        return
    found = find_causes(inputs, normalized, slots, outcomes)
    for column in suspects.tolist():
        frequent = found[slots.column == column].value_counts()
        for cause, count in frequent.items():
            if str(cause).partition(":")[0] in _ONE_WAY and count >= _SHARE_ALIKE * (wrong + correct)[column]:
                yield Note("mistakes_alike", int(count), (dotted(*inputs.columns[column]),), str(cause))


def _elsewhere(
    inputs: Inputs, normalized: NormalizedValues, slots: Slots, outcomes: Outcomes, wrong: IntArray
) -> tuple[ObjectArray, ObjectArray]:
    """Look up wrong values in the document's other fields and rows: per wrong slot the field and the row, or None."""
    fields, rows = (np.full(len(wrong), None, dtype=object) for _ in range(2))
    caseless = caseless_many(normalized.strings.tolist())
    extracted = outcomes.normalized_extracted[wrong]
    wanted = {caseless[code]: number for number, code in enumerate(extracted.tolist())}
    number = np.fromiter(map(wanted.get, [*caseless, None], repeat(NOTHING)), np.int64, len(caseless) + 1)
    there = np.flatnonzero(number[outcomes.normalized_truth] != NOTHING)
    indices = slots.document[there] * len(wrong) + number[outcomes.normalized_truth[there]]
    met = np.flatnonzero(np.isin(slots.document[wrong] * len(wrong) + number[extracted], indices))
    if not len(met):
        return fields, rows
    selected = np.union1d(there, wrong[met])
    truth = TruthSlots(
        document=slots.document[selected],
        group=groups_of_columns(inputs.columns)[slots.column[selected]],
        row=slots.row[selected],
        field=slots.column[selected],
        truth=normalized.strings[outcomes.normalized_truth[selected]].tolist(),
        groups=sorted({group for group, _ in inputs.columns}),
        fields=[field for _, field in inputs.columns],
    )
    of_fields, of_rows = elsewhere(
        truth, np.searchsorted(selected, wrong[met]), normalized.strings[extracted[met]].tolist()
    )
    fields[met], rows[met] = as_objects(of_fields), as_objects(of_rows)
    return fields, rows


def count_table(inputs: Inputs, slots: Slots, outcomes: Outcomes) -> pd.DataFrame:
    """Write the columns of the comparisons that counts are made of."""
    groups, fields = (np.array(names, dtype=object) for names in zip(*inputs.columns, strict=True))
    columns: dict[str, Any] = {
        "document": text_column(slots.document, inputs.documents),
        "group": text_column(slots.column, groups),
        "row": pd.array(slots.row, dtype=COUNT),
        "field": text_column(slots.column, fields),
        "outcome": text_column(outcomes.outcome, np.array(OUTCOMES, dtype=object)),
        "raw": outcomes.raw,
        "typed": outcomes.typed,
        "lenient": outcomes.lenient,
        "anls": outcomes.anls,
        "row_extracted": pd.arrays.IntegerArray(slots.row_extracted, slots.row_extracted == NOTHING),
    }
    if inputs.from_purpose is not None:
        columns["extracted_field"] = _extracted_fields(inputs, slots)
    return pd.DataFrame(columns, copy=False)


def _extracted_fields(inputs: Inputs, slots: Slots) -> "pd.Series[Any]":
    """Return for every slot which field its extracted value was delivered in; missing where there is none."""
    names = as_objects([*(field for _, field in inputs.columns), PURPOSE[1]])
    field = np.where(slots.extracted == NOTHING, NOTHING, slots.column)
    if inputs.from_purpose is not None:
        field = np.where(np.append(inputs.from_purpose, False)[slots.extracted], len(inputs.columns), field)
    return text_column(field, names)


def comparison_table(
    inputs: Inputs, normalized: NormalizedValues, slots: Slots, outcomes: Outcomes, source: pd.DataFrame
) -> pd.DataFrame:
    """Write the comparisons table (``schema.COMPARISONS``)."""
    position = _at(inputs.extracted.position, slots.extracted)
    truth, extracted = text_columns((outcomes.truth, outcomes.extracted), inputs.values)
    normalized_truth, normalized_extracted = text_columns(
        (outcomes.normalized_truth, outcomes.normalized_extracted), normalized.strings
    )
    more = {
        "extracted_field": _extracted_fields(inputs, slots),
        "truth": truth,
        "extracted": extracted,
        "truth_canonical": normalized_truth,
        "extracted_canonical": normalized_extracted,
        "similarity": outcomes.similarity,
        "cause": find_causes(inputs, normalized, slots, outcomes),
        **{name: numbers_of_slots(source, name, position, COMPARISONS.columns[name]) for name in _BOX},
    }
    counted = count_table(inputs, slots, outcomes)
    return pd.DataFrame(
        {name: more[name] if name in more else counted[name] for name in COMPARISONS.columns if name != "alternatives"},
        copy=False,
    )


def numbers_of_slots(source: pd.DataFrame, name: str, position: IntArray, dtype: str) -> Any:
    """Take a column of numbers from the extractions, slot by slot; missing where there is no extraction."""
    if name not in source:
        numbers = np.full(len(position), np.nan)
    else:
        try:
            column = pd.to_numeric(source[name]).to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            message = f"The column {name!r} of the extractions table cannot be read as numbers: {error}"
            raise SchemaError(message) from error
        numbers = np.append(column, np.nan)[position]
    if dtype == MEASURE:
        return numbers
    missing = np.isnan(numbers)
    if (numbers[~missing] != np.floor(numbers[~missing])).any() or (np.abs(numbers[~missing]) >= 2**31).any():
        message = f"The column {name!r} of the extractions table holds numbers that are not whole."
        raise SchemaError(message)
    return pd.arrays.IntegerArray(np.where(missing, 0, numbers).astype(np.int64), missing)
