"""Ground truth in layers: what a later source says of a document replaces what an earlier one said.

Header fields are replaced one by one. The rows of a compound extraction are replaced as a whole, since a later source
may have fewer of them; only where it gives a row in part, it corrects cells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from gini_notebook.analysis.truth.document_names import paired
from gini_notebook.analysis.truth.labels import Label, Labels
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
    kept = [label for label in base.labels if label.document not in both]
    old = _by_compound(label for label in base.labels if label.document in both)
    new = _by_compound(label for label in later.labels if label.document in both)
    changed: list[str] = []
    for place, cells in old.items():
        over = {} if place in later.no_rows else new.get(place)
        if over is None:
            kept += [label for labels in cells.values() for label in labels]
            continue
        stay = _staying(place[1], cells, over)
        kept += [label for labels in stay.values() for label in labels]
        changed += [
            _named(place, slot) for slot in cells if slot not in stay and not _same(cells[slot], over.get(slot))
        ]
    base.labels = kept
    base.no_rows = {place: None for place in base.no_rows if place not in new}
    base.extend(later)
    if changed:
        base.notes.append(Note("truth_replaced", len(changed), detail=name, examples=tuple(changed[:EXAMPLES])))


def name_documents(labels: Labels, names: Sequence[str]) -> None:
    """Write the documents as they are named elsewhere, where exactly one candidate remains."""
    pairing = paired(labels.documents, names)
    labels.notes.extend(pairing.notes)

    def name_of(document: str) -> str:
        return pairing.names.get(document, document)

    labels.labels = [label._replace(document=name_of(label.document)) for label in labels.labels]
    labels.documents = {name_of(document): None for document in labels.documents}
    labels.no_rows = {(name_of(document), group): None for document, group in labels.no_rows}
    labels.lines = {name_of(document): text for document, text in labels.lines.items()}
    if labels.edited is not None:
        labels.edited = {(name_of(place[0]), *place[1:]): said for place, said in labels.edited.items()}


def _by_compound(labels: Iterable[Label]) -> dict[tuple[str, str], _Cells]:
    found: dict[tuple[str, str], _Cells] = defaultdict(lambda: defaultdict(list))
    for label in labels:
        found[label.document, label.group][label.row, label.field].append(label)
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
