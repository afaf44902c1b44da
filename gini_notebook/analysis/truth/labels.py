"""One labelled value, and what a reader of ground truth hands on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from gini_notebook._guarded import Value
from gini_notebook.errors import TruthError
from gini_notebook.notes import EXAMPLES, KINDS, Note
from gini_notebook.schema import TRUTH

if TYPE_CHECKING:
    import pandas as pd


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
    notes
        What its reader has to know: what was left out, or understood in one of several ways.
    """

    labels: list[Label] = field(default_factory=list)
    documents: dict[str, None] = field(default_factory=dict)
    fields: dict[tuple[str, str], None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

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
        self.notes.extend(other.notes)


def packed(labels: Labels) -> Value:
    """Return labels as plain values, every name once; :func:`unpacked` makes labels of it again."""
    names: dict[str, int] = {}

    def place(name: str) -> int:
        return names.setdefault(name, len(names))

    rows = [
        [place(one.document), place(one.group), one.row, place(one.field), one.value, place(one.source)]
        for one in labels.labels
    ]
    documents = [place(name) for name in labels.documents]
    fields = [[place(group), place(name)] for group, name in labels.fields]
    notes: list[Value] = [
        [one.kind, one.count, list(one.about), one.detail, list(one.examples)] for one in labels.notes
    ]
    return [list(names), rows, documents, fields, notes]


def unpacked(value: Value) -> Labels:
    """Return the labels of what :func:`packed` returned, perhaps in a process that a hostile file has taken over.

    Raises
    ------
    TruthError
        If it is something else.
    """
    content: Any = value
    try:
        names, rows, documents, fields, notes = content
        labels = [
            Label(names[document], names[group], row, names[name], text, names[source])
            for document, group, row, name, text, source in rows
        ]
        result = Labels(labels, {names[place]: None for place in documents})
        result.fields.update({(names[group], names[name]): None for group, name in fields})
        result.notes += [_note(*note) for note in notes]
    except (TypeError, ValueError, LookupError) as error:
        raise TruthError("what was read from it is no ground truth") from error
    if not all(type(name) is str for name in names) or not all(
        type(label.row) is int and (label.value is None or type(label.value) is str) for label in labels
    ):
        raise TruthError("what was read from it is no ground truth")
    return result


def _note(kind: str, count: int, about: list[str], detail: str, examples: list[str]) -> Note:
    """Return a note of plain values, if it is one."""
    texts = (kind, detail, *about, *examples)
    if kind not in KINDS or type(count) is not int or not all(type(text) is str for text in texts):
        raise ValueError(kind)
    return Note(kind, count, tuple(about), detail, tuple(examples[:EXAMPLES]))


def present(value: str | None) -> str | None:
    """Return the value, or ``None`` where it is missing, empty or only blanks (all three mean: nothing there)."""
    return value if value is not None and value.strip() else None


def declare(labels: Labels, declared: Sequence[str] | str | None) -> list[tuple[str, str]]:
    """Say of every declared field that lacks a label: somebody looked, and nothing is there.

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
    if not fields:
        return []
    labelled = {(label.document, label.group, label.row, label.field) for label in labels.labels}
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


def _declared_fields(labels: Labels, declared: Sequence[str] | str | None) -> list[tuple[str, str]]:
    if declared is None:
        return []
    if isinstance(declared, str):
        return list(labels.fields) if declared == "all" else [_place(declared)]
    return [_place(name) for name in declared]


def _place(name: str) -> tuple[str, str]:
    group, _, column = name.rpartition(".")
    return group, column


def frame(labels: Iterable[Label]) -> "pd.DataFrame":
    """Build the truth table of :data:`gini_notebook.schema.TRUTH`, ordered by its key.

    Raises
    ------
    TruthError
        If two labels speak about the same place.
    """
    ordered = sorted(labels, key=lambda label: label[:4])
    for one, other in pairwise(ordered):
        if one[:4] == other[:4]:
            where = f"{one.group}[{one.row}].{one.field}" if one.group else one.field
            message = (
                f"The document {one.document!r} has more than one label for {where}: {one.value!r} (from {one.source}) "
                f"and {other.value!r} (from {other.source}). Keep one of them."
            )
            raise TruthError(message)
    columns = list(zip(*ordered, strict=True)) or [()] * len(Label._fields)
    return TRUTH.frame({name: list(column) for name, column in zip(Label._fields, columns, strict=True)})
