"""One labelled value, and what a reader of ground truth hands on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from gini_notebook._guarded import Value
from gini_notebook.errors import TruthError
from gini_notebook.notes import EXAMPLES, KINDS, Note
from gini_notebook.schema import FIELD_ENTITIES, TRUTH, dotted

if TYPE_CHECKING:
    import pandas as pd


Place = tuple[str, str, int, str, int]
"""Document, group, row, field and alternative."""
Said = tuple[str, str | None]
"""State and value of a label."""


class Label(NamedTuple):
    """What somebody says a field of a document holds; ``value`` is ``None`` when they say that it holds nothing.

    Several acceptable values of one place are labels that differ in ``alternative`` (0, 1, …). ``state`` is
    ``"unclear"`` where somebody looked and could not tell.
    """

    document: str
    group: str
    row: int
    field: str
    value: str | None
    source: str
    alternative: int = 0
    state: str = ""


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
    edited
        Only of edits: every place that they decide about, and what may have stood there for them to be about it.
    lines
        By document what an e-invoice states of the amounts of its lines, see :mod:`.einvoice.line_amounts`.
    """

    labels: list[Label] = field(default_factory=list)
    documents: dict[str, None] = field(default_factory=dict)
    fields: dict[tuple[str, str], None] = field(default_factory=dict)
    no_rows: dict[tuple[str, str], None] = field(default_factory=dict)
    unsure: dict[tuple[str, str], None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    edited: dict[Place, list[Said]] | None = None
    lines: dict[str, str] = field(default_factory=dict)

    def add(self, label: Label) -> None:
        """Take one label up."""
        self.labels.append(label)
        self.documents.setdefault(label.document)
        self.fields.setdefault((label.group, label.field))

    def extend(self, other: "Labels") -> None:
        """Take up everything of another source."""
        self.labels.extend(other.labels)
        self.documents.update(other.documents)
        self.fields.update(other.fields)
        self.no_rows.update(other.no_rows)
        self.unsure.update(other.unsure)
        self.notes.extend(other.notes)
        self.lines.update(other.lines)


def packed(labels: Labels) -> Value:
    """Return labels as plain values, every name once; :func:`unpacked` makes labels of it again."""
    names: dict[str, int] = {}

    def place(name: str) -> int:
        return names.setdefault(name, len(names))

    rows = [
        [
            *(place(one.document), place(one.group), one.row, place(one.field), one.value, place(one.source)),
            *(one.alternative, place(one.state)),
        ]
        for one in labels.labels
    ]
    documents = [place(name) for name in labels.documents]
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
    lines: list[Value] = [[place(document), text] for document, text in labels.lines.items()]
    return [list(names), rows, documents, fields, no_rows, unsure, notes, edited, lines]


def unpacked(value: Value) -> Labels:
    """Return the labels of what :func:`packed` returned, perhaps in a process that a hostile file has taken over.

    Raises
    ------
    TruthError
        If it is something else.
    """
    content: Any = value
    try:
        names, rows, documents, fields, no_rows, unsure, notes, edited, lines = content
        labels = [
            Label(names[document], names[group], row, names[name], text, names[source], alternative, names[state])
            for document, group, row, name, text, source, alternative, state in rows
        ]
        result = Labels(labels, {names[place]: None for place in documents})
        for kept, pairs in ((result.fields, fields), (result.no_rows, no_rows), (result.unsure, unsure)):
            kept.update({(names[one], names[other]): None for one, other in pairs})
        result.notes = [_note(*one) for one in notes]
        result.edited = None if edited is None else dict(_edited(names, *one) for one in edited)
        result.lines = {names[document]: text for document, text in lines}
    except (TypeError, ValueError, LookupError) as error:
        raise TruthError("what was read from it is no ground truth") from error
    if not all(type(name) is str for name in names) or not all(
        type(label.row) is int and type(label.alternative) is int and (label.value is None or type(label.value) is str)
        for label in labels
    ):
        raise TruthError("what was read from it is no ground truth")
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
    labelled = {(label.document, label.group, label.row, label.field) for label in labels.labels}
    _say_no_rows(labels, {*labels.fields, *fields}, labelled)
    if not fields:
        return []
    rows: dict[str, dict[tuple[str, int], None]] = {}
    for label in labels.labels:
        rows.setdefault(label.document, {}).setdefault((label.group, label.row))
    for document in list(labels.documents):
        places: dict[tuple[str, int], None] = {("", 0): None, **rows.get(document, {})}
        for group, row in places:
            for name in (name for of, name in fields if of == group):
                if (document, group, row, name) not in labelled:
                    labels.add(Label(document, group, row, name, None, "declared"))
    return fields


def _say_no_rows(labels: Labels, fields: set[tuple[str, str]], labelled: set[tuple[str, str, int, str]]) -> None:
    """Label every column of a compound empty in the documents that are said to have no row of it."""
    for document, group in labels.no_rows:
        for name in sorted(name for of, name in fields if of == group):
            if (document, group, 0, name) not in labelled:
                labels.add(Label(document, group, 0, name, None, "no rows"))
                labelled.add((document, group, 0, name))


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
    ordered = sorted(labels, key=_key)
    for one, other in pairwise(ordered):
        if _key(one) == _key(other):
            where = f"{one.group}[{one.row}].{one.field}" if one.group else one.field
            message = (
                f"The document {one.document!r} has more than one label for {where}: {one.value!r} (from {one.source}) "
                f"and {other.value!r} (from {other.source}). Keep one of them."
            )
            raise TruthError(message)
    columns = list(zip(*ordered, strict=True)) or [()] * len(Label._fields)
    data = {name: list(column) for name, column in zip(Label._fields, columns, strict=True)}
    data["state"] = [label.state or ("empty" if label.value is None else "value") for label in ordered]
    return TRUTH.frame(data)


def _key(label: Label) -> tuple[str, str, int, str, int]:
    return (*label[:4], label.alternative)
