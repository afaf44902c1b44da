"""What an evaluation notices about its two tables, as notes (:mod:`gini_notebook.notes`) beside the numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._text import shown_of
from gini_notebook.analysis.evaluation.counts import DocumentCounts
from gini_notebook.analysis.evaluation.encoding import NOTHING, IntArray
from gini_notebook.analysis.evaluation.inputs import Inputs
from gini_notebook.analysis.evaluation.normalization import NormalizedValues, stated_without_currency
from gini_notebook.analysis.evaluation.slices import FEWEST_SLOTS
from gini_notebook.analysis.truth.column_values import MISSING_WORDS, is_missing_word
from gini_notebook.analysis.truth.document_names import nearest_name, unpaired_spellings
from gini_notebook.analysis.truth.headers import OWN_FIELDS, likely
from gini_notebook.errors import TruthWarning, warn
from gini_notebook.notes import EXAMPLES, GATES, Note, counted, from_plain, merged
from gini_notebook.schema import FIELD_ENTITIES, LINE_ITEMS, dotted

# The rules whose values have a notation.
_NOTATIONS = ("amount", "numeric", "date", "integer", "currency", "timeperiod", "bool", "iban", "bic")
# What reading the truth has said, and what the evaluation knows better.
_SAID_ANEW = (
    "truth_unread",
    "currency_not_stated",
    "columns_unknown",
    "missing_words",
    "alternatives_found",
    "unclear_uploads",
)
# Each word as it is written: one look into a set for each of perhaps a million values.
_SPELLED = frozenset(
    spelled for word in MISSING_WORDS for spelled in (word, word.upper(), word.title(), word.capitalize())
) | {"NaN", "NaT", "k.A.", "k. A."}
# A warning is about the truth; that the sandbox answered, or an upload is unclear, stands in the notes alone.
_WARNED = (
    "truth_unread",
    "spellings_contradict",
    "documents_unpaired",
    "fields_left_out",
    "missing_words",
    "declared_unknown",
    "columns_lacking",
    "sheets_unread",
)
# Fields that are named with their number of values.
_NAMED = 6
# Names that are looked at for a nearest one; more would take long, and nobody reads them.
_NEAREST = 20
NOT_FOR_TABLES = ("documents_failed", "unclear_uploads", "files_left_out")
"""Gates that a bare table of extractions has no number for."""


def notes_of_values(
    inputs: Inputs, normalized: NormalizedValues, bare: IntArray, unlabelled: Sequence[int]
) -> tuple[Note, ...]:
    """Return what the values of both tables give to know.

    Parameters
    ----------
    bare
        Rows of the truth with an amount that names no currency.
    unlabelled
        Columns that nobody labelled.
    """
    notes = [*_unread(inputs, normalized), *_missing_words(inputs)]
    without = stated_without_currency(bare, inputs)
    notes += [_note("currency_not_stated", inputs, column, texts) for column, texts in without.items()]
    predicted = np.bincount(inputs.extracted.column[inputs.extracted.value != NOTHING], minlength=len(inputs.columns))
    for column in unlabelled:
        if predicted[column]:
            notes.append(Note("labelled_never", int(predicted[column]), (dotted(*inputs.columns[column]),)))
    if inputs.from_purpose is not None:
        notes.append(Note("references_in_purpose", int(inputs.from_purpose.sum())))
    if inputs.unclear:
        notes.append(Note("truth_unclear", inputs.unclear))
    return (*notes, *_repeats(inputs))


def _note(kind: str, inputs: Inputs, column: int, texts: Sequence[str], detail: str = "") -> Note:
    examples = tuple(sorted(set(texts))[:EXAMPLES])  # the order of rows does not matter
    return Note(kind, len(texts), (dotted(*inputs.columns[column]),), detail, examples)


def _unread(inputs: Inputs, normalized: NormalizedValues) -> Iterable[Note]:
    """Name the values of the truth that their rule cannot read."""
    unread = np.flatnonzero(np.append(~normalized.parsed, False)[normalized.truth])
    by_column: dict[int, list[str]] = {}
    for row in unread.tolist():
        by_column.setdefault(int(inputs.truth.column[row]), []).append(str(inputs.values[inputs.truth.value[row]]))
    for column, found in sorted(by_column.items()):
        rule = normalized.rules[normalized.rule_of_column[column]]
        # Of identifiers, a word for nothing is said as one
        texts = [text for text in found if rule.has_form is None or not is_missing_word(text)]
        if texts and rule.name in _NOTATIONS and rule.custom is None:
            detail = rule.name.upper() if rule.has_form is not None else rule.name
            yield _note("truth_unread", inputs, column, texts, detail)


def _missing_words(inputs: Inputs) -> Iterable[Note]:
    values = inputs.values.tolist()
    if _SPELLED.isdisjoint(values):
        return
    words = np.array([code for code, text in enumerate(values) if text in _SPELLED], dtype=np.int64)
    rows = np.flatnonzero(np.isin(inputs.truth.value, words))
    by_column: dict[int, list[str]] = {}
    for row in rows.tolist():
        by_column.setdefault(int(inputs.truth.column[row]), []).append(str(inputs.values[inputs.truth.value[row]]))
    for column, texts in sorted(by_column.items()):
        yield _note("missing_words", inputs, column, texts)


def _repeats(inputs: Inputs) -> Iterable[Note]:
    """Say that a header field was predicted twice with one value: a table that was put together twice."""
    header = np.array([not group for group, _ in inputs.columns] or [True])[inputs.extracted.column]
    rows = np.flatnonzero(header & (inputs.extracted.value != NOTHING))
    slot = inputs.extracted.document[rows] * max(len(inputs.columns), 1) + inputs.extracted.column[rows]
    if np.bincount(slot, minlength=1).max() <= 1:
        return
    again = pd.Series(slot * max(len(inputs.values), 1) + inputs.extracted.value[rows]).duplicated()
    if again.any():
        yield Note("repeats", int(again.sum()), detail="extractions")


def notes_of_documents(
    facts: Mapping[str, Any], answered: int, failed: int, lacking: Mapping[str, int], sent: Sequence[str] = ()
) -> list[Note]:
    """Return what the documents of both sides give to know.

    Parameters
    ----------
    facts
        The provenance: documents without truth, documents not sent.
    answered, failed
        How many documents of the truth were answered, and how many were not.
    lacking
        How many labels with a value there are of each field that is delivered nowhere.
    sent
        The documents that were sent, as far as known.
    """
    without = [*facts["documents_without_truth"]]
    lost = [one["document"] for one in facts["failed_without_truth"]]
    notes = notes_of_names(list(facts["documents_not_sent"]), [*without, *lost], sent)
    for kind, names in (
        ("documents_without_truth", without),
        ("failed_without_truth", lost),
        ("aligned_greedily", facts["approximately_aligned"]),
    ):
        if names:
            notes.append(Note(kind, len(names), examples=tuple(names[:EXAMPLES])))
    if failed:
        notes.append(Note("documents_failed", failed))
    if facts["documents_unclear"]:
        notes.append(Note("unclear_uploads", facts["documents_unclear"]))
    if facts["service"] == "sandbox":
        notes.append(Note("sandbox"))
    if answered:
        notes += _never_delivered(facts["never_delivered"], lacking)
    # A field of the service is left out where its labels only number rows, which reading them has said.
    fields = tuple(name for name in facts["left_out_fields"] if _last(name) not in FIELD_ENTITIES)
    if fields:
        told = "; ".join(filter(None, (likely(_last(name)) for name in fields)))
        notes.append(Note("fields_left_out", len(fields), fields, f" ({told})" if told else ""))
    return notes


def notes_of_names(not_sent: Sequence[str], others: Sequence[str], sent: Sequence[str]) -> list[Note]:
    """Say which documents of the truth have no partner in the run.

    Parameters
    ----------
    not_sent
        Documents of the truth that are not in the run.
    others
        Documents of the run that are not in the truth; one of them may be meant.
    sent
        All documents of the run: a name that is only spelled otherwise is one of them, with or without a truth.
    """
    near = unpaired_spellings(not_sent, sent)
    unlike = [name for name in not_sent if name not in near][:_NEAREST] if others else []
    near |= {name: nearest_name(name, others) for name in unlike}
    unpaired = [name for name in not_sent if near.get(name)]
    absent = [name for name in not_sent if not near.get(name)]
    notes = []
    if unpaired:
        examples = tuple(f"{name} (nearest: {near[name]})" for name in unpaired[:EXAMPLES])
        notes.append(Note("documents_unpaired", len(unpaired), detail="ground truth", examples=examples))
    if absent:
        notes.append(Note("documents_not_sent", len(absent), examples=tuple(absent[:EXAMPLES])))
    return notes


def _last(name: str) -> str:
    return name.rpartition(".")[2] if name.startswith(f"{LINE_ITEMS}.") else name


def _never_delivered(names: Sequence[str], lacking: Mapping[str, int]) -> Iterable[Note]:
    """Say which fields lower every average without a single value read, and which only might have."""
    stated = tuple(name for name in names if lacking.get(name))
    empty = tuple(name for name in names if not lacking.get(name))
    if stated:
        count = sum(lacking[name] for name in stated)
        yield Note("never_delivered", len(stated), stated, f" ({count:,})")
    if empty:
        yield Note("never_delivered", len(empty), empty)


def labels_with_value(counted: DocumentCounts) -> dict[str, int]:
    """Return how many labels with a value each field has."""
    support = counted.totals[:, :3].sum(axis=1).tolist()
    return {dotted(*name): count for name, count in zip(counted.columns, support, strict=True)}


def notes_of_few_values(counted: DocumentCounts) -> list[Note]:
    """Say which fields rest on too few values to be ranked, and on how many."""
    support = counted.totals[:, :3].sum(axis=1)
    small = (counted.totals[:, :4].sum(axis=1) > 0) & (support < FEWEST_SLOTS)
    few = [(dotted(*name), int(count)) for name, count in zip(counted.columns, support, strict=True)]
    few = [one for one, is_small in zip(few, small.tolist(), strict=True) if is_small]
    if not few:
        return []
    shown = shown_of(len(few), _NAMED)
    more = f" and {len(few) - shown} more" if len(few) > shown else ""
    detail = ", ".join(f"{name} ({count})" for name, count in few[:shown]) + more
    return [Note("few_values", len(few), tuple(name for name, _ in few), detail)]


def all_notes(truth: Any, batch: Any, *parts: Iterable[Note]) -> tuple[Note, ...]:
    """Return the notes of a truth, of a run, and those that the evaluation made itself, gravest first."""
    of_names = {"documents_paired", "spellings_contradict"}
    anew = {*_SAID_ANEW, *(of_names & {note.kind for part in parts for note in part})}
    of_truth = [note for note in from_plain(getattr(truth, "attrs", {}).get("notes")) if note.kind not in anew]
    several = [
        note for note in from_plain(getattr(truth, "attrs", {}).get("notes")) if note.kind == "alternatives_found"
    ]
    of_batch = [note for note in getattr(batch, "notes", ()) if isinstance(note, Note) and note.kind not in anew]
    kept = any(note.kind == "invoice_numbers_kept" for note in of_truth)
    said = [[*filter(None, map(_without_numbers, part))] for part in parts] if kept else parts
    return merged([*_without_lists([of_truth, several, of_batch, *said])])


def _without_numbers(note: Note) -> Note | None:
    """Leave numbers of invoices out of what is left out: what became of them, and what to do, is said already."""
    others = tuple(name for name in note.about if name not in OWN_FIELDS)
    if note.kind != "fields_left_out" or len(others) == len(note.about):
        return note
    return replace(note, count=len(others), about=others) if others else None


def _without_lists(parts: Iterable[Iterable[Note]]) -> Iterable[list[Note]]:
    """Make one note of the fields that nobody labelled: they are many, and each alone says little."""
    kept: list[Note] = []
    fields: dict[str, int] = {}
    for note in (note for part in parts for note in part):
        if note.kind == "labelled_never":
            fields |= {name: fields.get(name, 0) + note.count for name in note.about}
        else:
            kept.append(note)
    if fields:
        kept.append(Note("labelled_never", sum(fields.values()), tuple(sorted(fields))))
    return [kept]


def warn_of(notes: Sequence[Note]) -> None:
    """Warn of the gravest note about the truth, if there is a grave one; all of them stand in ``result.notes``."""
    grave = [note for note in notes if note.kind in _WARNED and note.level == "must"]
    if grave:
        shown = shown_of(len(grave), 1)
        more = f" ({len(grave) - shown} more in result.notes)" if len(grave) > shown else ""
        told = " ".join(f"{note.text} {note.advice}".rstrip() for note in grave[:shown])
        warn(f"{told}{more}", TruthWarning)


def gate_numbers(notes: Sequence[Note], *, from_run: bool) -> dict[str, float]:
    """Return the counts that a quality gate can name; not a number where a bare table cannot tell."""
    return {
        name: float("nan") if name in NOT_FOR_TABLES and not from_run else float(counted(notes, name)) for name in GATES
    }
