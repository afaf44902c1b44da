"""Why two values differ (M17 of the metrics)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Postfix, Prefix
from rapidfuzz.process import cpdist

from gini_notebook.analysis.rules import dates, normal_text
from gini_notebook.analysis.rules.normal_text import in_one_sweep
from gini_notebook.analysis.rules.rule import Rule, for_field

# In the order in which they are tried. A cause is one of these, or one of these, a colon and details.
CAUSES = (
    "unparsed",
    "currency",
    "currency_missing",
    "sign",
    "factor",
    "minor unit",
    "one character",
    "truncated",
    "extended",
    "case or blank",
    "umlaut",
    "another field",
    "another row",
    "swapped day and month",
    "other",
)


def cause(
    truth: str,
    extracted: str,
    rule: Rule,
    *,
    siblings: Mapping[str, str] | None = None,
    rows: Mapping[int, str] | None = None,
) -> str:
    """Return why two values differ.

    Parameters
    ----------
    truth, extracted
        The values as delivered.
    rule
        The rule of their field.
    siblings
        Truth of the document's other fields, by field.
    rows
        Truth of the same column in other rows, by row number.

    Returns
    -------
    str
        The first of :data:`CAUSES` that applies, with details; an empty string for values that are the same.

    Examples
    --------
    >>> from gini_notebook.analysis.rules import get
    >>> cause("12.34:EUR", "12.35:EUR", get("amount"))
    'one character: substitution 4→5'
    >>> cause("119.00:EUR", "100.00:EUR", get("amount"), siblings={"net": "100.00:EUR"})
    'another field: net'
    """
    one, other = (rule.canonical_many([value]) for value in (truth, extracted))
    if rule.equal_many(one[0], other[0])[0]:
        return ""
    found = other[0][0]
    field = next((name for name, value in (siblings or {}).items() if _is(for_field(name), value, found)), None)
    row = next((number for number, value in (rows or {}).items() if _is(rule, value, found)), None)
    return causes(
        rule,
        one[0],
        other[0],
        truth_parsed=one[1],
        extracted_parsed=other[1],
        other_fields=[field],
        other_rows=[row],
    )[0]


def _is(rule: Rule, value: str, canonical: str) -> bool:
    return rule.canonical_many([value])[0][0].lower() == canonical.lower()


def causes(
    rule: Rule,
    truth: Sequence[str],
    extracted: Sequence[str],
    *,
    truth_parsed: Sequence[bool] | None = None,
    extracted_parsed: Sequence[bool] | None = None,
    other_fields: Sequence[str | None] | None = None,
    other_rows: Sequence[int | None] | None = None,
) -> list[str]:
    """Return for many pairs of values that are not the same why they differ.

    The first cause that applies is given, in the order of :data:`CAUSES`, with one exception: one character that
    differs in nothing but case or umlaut is called so, and not ``one character``.

    Parameters
    ----------
    rule
        The rule of the field.
    truth, extracted
        Canonical strings (``Rule.canonical_many``), pair by pair, none of them equal.
    truth_parsed, extracted_parsed
        Whether the rule could read them; left out: it could.
    other_fields, other_rows
        From :func:`gini_notebook.analysis.rules.elsewhere`, pair by pair.

    Returns
    -------
    list of str
        One cause per pair; what stands before a colon is one of :data:`CAUSES`.
    """
    count = len(truth)
    if count == 0:
        return []
    numbers = rule.custom is None and rule.name in ("amount", "numeric", "integer")
    if rule.has_form is not None:
        extracted_parsed = None  # what is wrong with an account that was cut off says more
    return [
        why
        or (_number_cause(one, other, amounts=rule.name == "amount") if numbers else None)
        or (_edit_cause(one, other, at, after) if edit <= 1 else _text_cause(one, other))
        or _place(field, row)
        or _rest(rule, one, other)
        for one, other, why, (edit, at, after), field, row in zip(
            truth,
            extracted,
            _unread(count, truth_parsed, extracted_parsed),
            _differences(truth, extracted),
            other_fields or repeat(None, count),
            other_rows or repeat(None, count),
            strict=True,
        )
    ]


def _differences(truth: Sequence[str], extracted: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Return per pair whether at most one edit is between them, and how many characters are the same at each end."""
    edits, starts, ends = (
        cpdist(truth, extracted, scorer=scorer, score_cutoff=cutoff, dtype=np.int64).tolist()
        for scorer, cutoff in ((OSA.distance, 1), (Prefix.similarity, None), (Postfix.similarity, None))
    )
    return zip(edits, starts, ends, strict=True)


def _unread(count: int, truth: Sequence[bool] | None, extracted: Sequence[bool] | None) -> list[str | None]:
    if all(truth or ()) and all(extracted or ()):
        return [None] * count
    names = {(False, False): "unparsed: both", (False, True): "unparsed: truth", (True, False): "unparsed: extracted"}
    flags = zip(truth or [True] * count, extracted or [True] * count, strict=True)
    return [None if one and other else names[(one, other)] for one, other in flags]


def _number_cause(truth: str, extracted: str, *, amounts: bool) -> str | None:
    """Compare two canonical amounts or numbers."""
    one, _, code = truth.partition(":")
    other, _, other_code = extracted.partition(":")
    if code != other_code:
        return _currency_cause(code, other_code)
    digits, other_digits = one.lstrip("-"), other.lstrip("-")
    if digits == other_digits:
        return "sign"
    if one[0] != other[0] and "-" in (one[0], other[0]):
        return None
    whole, _, minor = digits.partition(".")
    other_whole, _, other_minor = other_digits.partition(".")
    shift = _shift(whole, minor, other_whole, other_minor)
    if shift:
        return f"factor: {'×' if shift > 0 else '÷'}{10 ** abs(shift)}"
    if amounts and whole == other_whole and "" in (minor.strip("0"), other_minor.strip("0")):
        return "minor unit"
    return None


def _currency_cause(code: str, other_code: str) -> str:
    if code and other_code:
        return f"currency: {code}→{other_code}"
    return f"currency_missing: {'extracted' if code else 'truth'}"


def _shift(whole: str, minor: str, other_whole: str, other_minor: str) -> int:
    """Return the power of ten (1 to 3, either sign) that makes the first number the second, or 0."""
    digits, other_digits = (whole + minor).strip("0"), (other_whole + other_minor).strip("0")
    if digits != other_digits or not digits:
        return 0
    shift = _leading(other_whole, other_minor) - _leading(whole, minor)
    return shift if 1 <= abs(shift) <= 3 else 0


def _leading(whole: str, minor: str) -> int:
    """Return the power of ten of the first digit that is not 0."""
    stripped = whole.lstrip("0")
    return len(stripped) if stripped else len(minor.lstrip("0")) - len(minor)


def _edit_cause(truth: str, extracted: str, start: int, end: int) -> str:
    """Name the one edit between two strings that are the same up to ``start``, and in their last ``end`` characters."""
    if len(truth) == len(extracted):
        one, other = truth[start : len(truth) - end], extracted[start : len(truth) - end]
    elif len(truth) > len(extracted):
        one, other = truth[start], ""
    else:
        one, other = "", extracted[start]
    if truth.isascii() and extracted.isascii():
        return _edit_of_ascii(one, other)
    return _levelled(truth, extracted) or f"one character: {_edit(one, other)}"


@lru_cache(maxsize=100_000)
def _edit_of_ascii(one: str, other: str) -> str:
    """Judge the characters that differ; among ASCII, those beside them have no say in whether case is all there is."""
    return _levelled(one, other) or f"one character: {_edit(one, other)}"


def _text_cause(truth: str, extracted: str) -> str | None:
    if extracted in truth:
        return "truncated"
    if truth in extracted:
        return "extended"
    return _levelled(truth, extracted)


def _levelled(truth: str, extracted: str) -> str | None:
    """Return whether nothing but case, blanks or umlauts differ."""
    one, other = normal_text.folded(truth.replace(" ", "")), normal_text.folded(extracted.replace(" ", ""))
    if one == other:
        return "case or blank"
    if one.isascii() and other.isascii():
        return None
    same = normal_text.german(one) == normal_text.german(other) or normal_text.unaccented(
        one
    ) == normal_text.unaccented(other)
    return "umlaut" if same else None


def _edit(one: str, other: str) -> str:
    """Name an edit by the characters that differ."""
    if not other:
        return f"deletion {one}"
    if not one:
        return f"insertion {other}"
    return f"{'substitution' if len(one) == 1 else 'transposition'} {one}→{other}"


def _place(field: str | None, row: int | None) -> str | None:
    if field is not None:
        return f"another field: {field}"
    return None if row is None else f"another row: {row}"


def _rest(rule: Rule, truth: str, extracted: str) -> str:
    if rule.name == "date" and rule.custom is None and dates.swapped(truth) == extracted:
        return "swapped day and month"
    return "other"


IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of the comparisons that have a truth, column by column, one entry per slot.

    Attributes
    ----------
    document, group, row, field
        Codes of document, group and field, and the row number.
    truth
        Canonical truth.
    groups, fields
        What the codes of groups and fields stand for; the group of header fields is ``""``.
    """

    document: IntArray
    group: IntArray
    row: IntArray
    field: IntArray
    truth: Sequence[str | None]
    groups: Sequence[str]
    fields: Sequence[str]


def caseless_many(values: Sequence[str]) -> list[str]:
    """Level the case of many values, as :func:`elsewhere` does to look them up."""
    return in_one_sweep(values, str.lower, str.lower)


def elsewhere(slots: Slots, wrong: IntArray, extracted: Sequence[str]) -> tuple[list[str | None], list[int | None]]:
    """Look up what was wrongly extracted among the other truths of the same document.

    Parameters
    ----------
    slots
        Every slot that has a truth.
    wrong
        Positions in ``slots`` of the wrong ones.
    extracted
        What was extracted there, canonical by the rule of its field; one per position in ``wrong``.

    Returns
    -------
    tuple of two lists
        For each wrong slot: the name of the other field whose truth was extracted, or None (header fields come before
        cells of the same row; a cell met from a header field is named ``lineItems.baseGross``); and the number of the
        other row whose cell in the same column was extracted, or None. For :func:`gini_notebook.analysis.rules.causes`.
    """
    # Rules differ in whether they fold case; a reference found in a text is found all the same.
    wanted = {text.lower() for text in extracted}
    places: dict[tuple[int, str], list[int]] = {}
    documents = slots.document.tolist()
    for position, text in enumerate(slots.truth):
        if text is not None and (folded := text.lower()) in wanted:
            places.setdefault((documents[position], folded), []).append(position)
    names: list[str | None] = []
    rows: list[int | None] = []
    for position, text in zip(wrong.tolist(), extracted, strict=True):
        found = places.get((documents[position], text.lower()))
        names.append(_field(slots, position, found) if found else None)
        rows.append(_row(slots, position, found) if found else None)
    return names, rows


def _field(slots: Slots, position: int, found: Sequence[int]) -> str | None:
    group, row, field = slots.group[position], slots.row[position], slots.field[position]
    header = slots.groups[group] == ""
    best: tuple[int, str] | None = None
    for place in found:
        name = slots.fields[slots.field[place]]
        if slots.groups[slots.group[place]] == "":
            if header and slots.field[place] == field:
                continue
            rank = (0, name)
        elif slots.group[place] == group and slots.row[place] == row and slots.field[place] != field:
            rank = (1, name)
        elif header:
            rank = (2, f"{slots.groups[slots.group[place]]}.{name}")
        else:
            continue
        best = rank if best is None else min(best, rank)
    return None if best is None else best[1]


def _row(slots: Slots, position: int, found: Sequence[int]) -> int | None:
    group, row, field = slots.group[position], slots.row[position], slots.field[position]
    same = [
        int(slots.row[place])
        for place in found
        if slots.group[place] == group and slots.field[place] == field and slots.row[place] != row
    ]
    return min(same, default=None)
