"""Ground truth in layers: what a later source says of a document replaces what an earlier one said.

Header fields are replaced one by one. The rows of a compound extraction are replaced as a whole, since a later source
may have fewer of them; only where it gives a row in part, it corrects cells.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from gini_notebook.analysis.truth.document_names import paired
from gini_notebook.analysis.truth.label_columns import Codes, Label, LabelColumns
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.analysis.truth.spellings import Numbered
from gini_notebook.notes import EXAMPLES, Note

_Slot = tuple[int, str]
_Cells = dict[_Slot, list[Label]]


def put_over(base: Labels, later: Labels, name: str) -> None:
    """Put the labels of a later source over those that are there.

    Parameters
    ----------
    base
        What is there; it takes the labels up.
    later
        What is put over it.
    name
        What to call the later source in the note that counts the values it changed.
    """
    both = {document for document in later.documents if document in base.documents}
    new = later.labels.parts("document", "group", of=later.labels.is_in("document", both))
    old = base.labels.parts("document", "group", of=base.labels.is_in("document", both))
    stays: list[Codes] = [np.flatnonzero(~base.labels.is_in("document", both))]
    changed: list[str] = []
    for place, numbers in old.items():
        if place not in later.no_rows and place not in new:
            stays.append(numbers)
            continue
        cells = _cells(base.labels, numbers)
        over = {} if place in later.no_rows else _cells(later.labels, new[place])
        stay = _staying(place[1], cells, over)
        stays.append(numbers[[label[2:4] in stay for label in base.labels.at(numbers)]])
        changed += [
            _named(place, slot) for slot in cells if slot not in stay and not _same(cells[slot], over.get(slot))
        ]
    base.labels = base.labels.kept(np.concatenate(stays))
    base.no_rows = {place: None for place in base.no_rows if place not in new}
    base.extend(later)
    if changed:
        base.notes.append(Note("truth_replaced", len(changed), detail=name, examples=tuple(changed[:EXAMPLES])))


def name_documents(labels: Labels, names: Sequence[str]) -> None:
    """Write the documents as they are named elsewhere, where exactly one candidate remains; other spellings, too."""
    of_truth = labels.labels

    def rows(spellings: Collection[str]) -> Iterable[Numbered]:
        numbers = np.flatnonzero(of_truth.is_in("document", spellings))
        return zip(numbers.tolist(), of_truth.at(numbers), strict=True)

    pairing = paired(labels.documents, names, rows)
    labels.paired = pairing.after(labels.paired)
    labels.notes += pairing.contradictions
    if pairing.repeated:
        stays = np.ones(len(of_truth), bool)
        stays[list(pairing.repeated)] = False
        labels.labels = of_truth.kept(stays)

    def name_of(document: str) -> str:
        return pairing.names.get(document, document)

    labels.labels = labels.labels.with_documents(name_of)
    labels.documents = {name_of(document): None for document in labels.documents}
    labels.no_rows = {(name_of(document), group): None for document, group in labels.no_rows}
    labels.lines = {name_of(document): text for document, text in labels.lines.items()}
    if labels.edited is not None:
        labels.edited = {(name_of(place[0]), *place[1:]): said for place, said in labels.edited.items()}


def _cells(labels: LabelColumns, numbers: Codes) -> _Cells:
    found: _Cells = {}
    for label in labels.at(numbers):
        found.setdefault(label[2:4], []).append(label)
    return found


def _staying(group: str, cells: _Cells, over: _Cells) -> _Cells:
    """Return the cells that the later source leaves as they are."""
    if group and not _in_part(cells, over):
        return {}
    return {slot: labels for slot, labels in cells.items() if slot not in over}


def _in_part(cells: Mapping[_Slot, list[Label]], over: Mapping[_Slot, list[Label]]) -> bool:
    """Return whether a row is named without some of the cells that it has."""
    rows = {row for row, _ in over}
    return any(row in rows and (row, field) not in over for row, field in cells)


def _same(labels: Iterable[Label], over: Iterable[Label] | None) -> bool:
    return {(label.value, label.state) for label in labels} == {(label.value, label.state) for label in over or ()}


def _named(place: tuple[str, str], slot: _Slot) -> str:
    document, group = place
    row, field = slot
    return f"{document}: {group}[{row}].{field}" if group else f"{document}: {field}"
