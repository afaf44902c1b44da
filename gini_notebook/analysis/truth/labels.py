"""One labelled value, and what a reader of ground truth hands on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gini_notebook._guarded import Value
from gini_notebook.analysis.truth.label_columns import (
    NOTHING,
    Codes,
    Label,
    LabelColumns,
    packed_codes,
    together,
    unpacked_codes,
)
from gini_notebook.errors import TruthError
from gini_notebook.notes import EXAMPLES, KINDS, Note
from gini_notebook.schema import FIELD_ENTITIES, dotted

if TYPE_CHECKING:
    import pandas as pd


Place = tuple[str, str, int, str, int]
"""Document, group, row, field and alternative."""
Said = tuple[str, str | None]
"""State and value of a label."""


@dataclass
class Labels:
    """What one source holds.

    Attributes
    ----------
    labels
        The labelled values.
    documents
        Every document the source speaks about, in order, also one without a single label.
    fields
        Every (group, field) the source names, also one that is nowhere filled in.
    no_rows
        Every (document, compound) of which somebody says that it has no rows.
    unsure
        Columns of wide tables whose name nobody knows: perhaps fields, perhaps remarks.
    notes
        What to know about what was read.
    paired
        Every document whose name another source writes in another way: how, and what differs.
    headers
        What stands above columns, or is a key of JSON.
    edited
        Only of edits: every place that they decide about, and what may have stood there for them to be about it.
    lines
        By document what an e-invoice states of the amounts of its lines, see :mod:`.einvoice.line_amounts`.
    """

    labels: LabelColumns = field(default_factory=LabelColumns)
    documents: dict[str, None] = field(default_factory=dict)
    fields: dict[tuple[str, str], None] = field(default_factory=dict)
    no_rows: dict[tuple[str, str], None] = field(default_factory=dict)
    unsure: dict[tuple[str, str], None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    paired: dict[str, tuple[str, str]] = field(default_factory=dict)
    headers: dict[str, None] = field(default_factory=dict)
    edited: dict[Place, list[Said]] | None = None
    lines: dict[str, str] = field(default_factory=dict)

    def add(self, label: Label) -> None:
        """Take one label up."""
        self.labels.append(label)
        self.documents.setdefault(label.document)
        self.fields.setdefault((label.group, label.field))

    def take(self, labels: LabelColumns) -> None:
        """Take many labels up."""
        self.labels.extend(labels)
        self.documents.update({document: None for (document,) in labels.used("document")})
        self.fields.update(dict.fromkeys(labels.used("group", "field")))

    def extend(self, other: "Labels") -> None:
        """Take up everything of another source."""
        self.labels.extend(other.labels)
        self.documents.update(other.documents)
        self.fields.update(other.fields)
        self.no_rows.update(other.no_rows)
        self.unsure.update(other.unsure)
        self.headers.update(other.headers)
        for document, pair in other.paired.items():
            self.paired.setdefault(document, pair)
        self.notes.extend(other.notes)
        self.lines.update(other.lines)


def packed(labels: Labels) -> Value:
    """Return labels as plain values, every text once; :func:`unpacked` makes labels of it again."""
    place = labels.labels.place
    documents = packed_codes([place(name) for name in labels.documents])
    fields, no_rows, unsure = (
        [[place(one), place(other)] for one, other in pairs] for pairs in (labels.fields, labels.no_rows, labels.unsure)
    )
    notes: list[Value] = [
        [one.kind, one.count, list(one.about), one.detail, list(one.examples)] for one in labels.notes
    ]
    edited: Value = None
    if labels.edited is not None:
        edited = [
            [place(document), place(group), row, place(name), number, [[place(state), value] for state, value in said]]
            for (document, group, row, name, number), said in labels.edited.items()
        ]
    headers = [place(name) for name in labels.headers]
    lines: list[Value] = [[place(document), text] for document, text in labels.lines.items()]
    texts, columns = labels.labels.packed()
    return [texts, columns, documents, fields, no_rows, unsure, notes, headers, edited, lines]


def unpacked(value: Value) -> Labels:
    """Return the labels of what :func:`packed` returned, perhaps in a process that a hostile file has taken over.

    Raises
    ------
    TruthError
        If it is something else.
    """
    content: Any = value
    try:
        names, columns, documents, fields, no_rows, unsure, notes, headers, edited, lines = content
        labels = LabelColumns.unpacked(names, columns)
        result = Labels(labels, {names[place]: None for place in unpacked_codes(documents).tolist()})
        for kept, pairs in ((result.fields, fields), (result.no_rows, no_rows), (result.unsure, unsure)):
            kept.update({(names[one], names[other]): None for one, other in pairs})
        result.notes = [_note(*one) for one in notes]
        result.headers = {names[place]: None for place in headers}
        result.edited = None if edited is None else dict(_edited(names, *one) for one in edited)
        result.lines = {names[document]: text for document, text in lines}
    except (TypeError, ValueError, LookupError) as error:
        raise TruthError("what was read from it is no ground truth") from error
    if not all(type(text) is str for text in result.lines.values()):
        raise TruthError("what was read from it is no ground truth")
    return result


def _edited(  # noqa: PLR0917 - as it is packed
    names: list[str], document: int, group: int, row: int, name: int, alternative: int, said: list[list[Any]]
) -> tuple[Place, list[Said]]:
    """Return a place that an edit decides about, if it is one."""
    texts = [(names[state], value) for state, value in said]
    if (type(row), type(alternative)) != (int, int) or not all(isinstance(value, str | None) for _, value in texts):
        raise ValueError(row)
    return (names[document], names[group], row, names[name], alternative), texts


def _note(kind: str, count: int, about: list[str], detail: str, examples: list[str]) -> Note:
    """Return a note of plain values, if it is one."""
    texts = (kind, detail, *about, *examples)
    if kind not in KINDS or type(count) is not int or not all(type(text) is str for text in texts):
        raise ValueError(kind)
    return Note(kind, count, tuple(about), detail, tuple(examples[:EXAMPLES]))


def declare(labels: Labels, declared: Sequence[str] | str | None) -> list[tuple[str, str]]:
    """Say of every declared field that lacks a label: somebody looked, and nothing is there.

    So it is for the columns of compounds of which somebody says that they have no rows.

    Parameters
    ----------
    labels
        The labels to add to.
    declared
        Names of header fields, ``"lineItems.artNumber"`` for a column of a compound extraction, ``"all"`` for every
        field the source names anywhere, or ``None``.

    Returns
    -------
    list of (group, field)
        What was declared.
    """
    fields = _declared_fields(labels, declared)
    unknown = [dotted(*one) for one in fields if one not in labels.fields and one[1] not in FIELD_ENTITIES]
    if unknown:
        labels.notes.append(Note("declared_unknown", len(unknown), tuple(unknown)))
    for one in fields:
        labels.unsure.pop(one, None)
    _say_no_rows(labels, {*labels.fields, *fields})
    if fields:
        _say_declared(labels, fields)
    return fields


def _say_no_rows(labels: Labels, fields: set[tuple[str, str]]) -> None:
    """Label every column of a compound empty in the documents that are said to have no row of it."""
    spoken_of = labels.labels.is_in("document", {document for document, _ in labels.no_rows})
    labelled = {label[:4] for label in labels.labels.kept(spoken_of)} if labels.no_rows else set()
    for document, group in labels.no_rows:
        for name in sorted(name for of, name in fields if of == group):
            if (document, group, 0, name) not in labelled:
                labels.add(Label(document, group, 0, name, None, "no rows"))


def _say_declared(labels: Labels, fields: Iterable[tuple[str, str]]) -> None:
    """Label the declared fields empty in every row that there is, where they lack a label."""
    place = labels.labels.place
    fields_of: dict[str, list[str]] = {}
    for group, name in dict.fromkeys(fields):
        fields_of.setdefault(group, []).append(name)
    there = dict(labels.labels.columns)
    for group, names in fields_of.items():
        rows = {of: there[of][there["group"] == place(group)] for of in ("document", "row", "field")}
        if not group:  # header fields have one row in every document
            documents = np.array([place(name) for name in labels.documents], int)
            of_documents = {
                "document": documents,
                "row": np.zeros_like(documents),
                "field": np.full_like(documents, NOTHING),
            }
            rows = {of: np.concatenate([codes, of_documents[of]]) for of, codes in rows.items()}
        for name in names:
            _say_empty(labels, group, name, rows)


def _say_empty(labels: Labels, group: str, name: str, rows: Mapping[str, Codes]) -> None:
    """Label a field empty in each of these rows that has no label of it."""
    _, first, row_of = np.unique(together(rows["document"], rows["row"]), return_index=True, return_inverse=True)
    lacks = np.ones(len(first), bool)
    lacks[row_of[rows["field"] == labels.labels.place(name)]] = False
    documents, numbers = (rows[of][first[lacks]].tolist() for of in ("document", "row"))
    for document, number in zip(documents, numbers, strict=True):
        labels.add(Label(labels.labels.texts[document], group, number, name, None, "declared"))


def _declared_fields(labels: Labels, declared: Sequence[str] | str | None) -> list[tuple[str, str]]:
    if declared is None:
        return []
    if isinstance(declared, str):
        return list(labels.fields) if declared == "all" else [place_of(declared)]
    return [place_of(name) for name in declared]


def place_of(name: str) -> tuple[str, str]:
    """Return group and field of a name such as ``lineItems.artNumber``."""
    group, _, column = name.rpartition(".")
    return group, column


def frame(labels: Iterable[Label]) -> "pd.DataFrame":
    """Build the truth table of :data:`gini_notebook.schema.TRUTH`, ordered by its key.

    Raises
    ------
    TruthError
        If two labels speak about the same place, and are not alternatives.
    """
    return (labels if isinstance(labels, LabelColumns) else LabelColumns(labels)).frame()
