"""Edits of ground truth: an append-only file of JSON lines, one line a decision, folded over what was read before.

The base is never written. A line says what a label is from now on (``value``, ``empty``, ``unclear``, or
``unlabelled``, which takes it away), or which line it undoes. A torn last line, as a crash leaves it, is passed over
with a note, and never continued. Two people may append to the same file: each line is one write.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gini_notebook.analysis.truth.labels import Label, Labels
from gini_notebook.errors import TruthError
from gini_notebook.notes import Note

EDIT = "edit"
UNLABELLED = "unlabelled"
STATES = ("value", "empty", "unclear", UNLABELLED)
_NEEDED = ("at", "document", "field", "state")
_Slot = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """One decision about one label.

    Attributes
    ----------
    at
        When, in UTC; also the name of the line, so no two lines of a file share it.
    document, group, row, field, alternative
        Which label. Alternative 0 replaces all there is; a further one is added beside it.
    state, value
        What it is from now on; a value for the state ``value`` only.
    by
        Who decided; empty unless somebody wants to be named.
    via
        How the value was given: ``typed``, ``word``, ``box``, ``candidate``, ``extracted``, ``place``.
    saw_reading
        Whether what was extracted was in view.
    undoes
        The ``at`` of the line that this one takes back; all else in the line then only says which label it is.
    """

    at: str
    document: str
    field: str
    state: str
    value: str | None = None
    group: str = ""
    row: int = 0
    alternative: int = 0
    by: str = ""
    via: str = "typed"
    saw_reading: bool = False
    undoes: str = ""
    note: str = ""

    @property
    def slot(self) -> _Slot:
        """Document, group, row and field."""
        return self.document, self.group, self.row, self.field

    def label(self) -> Label:
        """Return the label that it makes; its source says how it came about."""
        source = ":".join([EDIT, self.via, *(["saw reading"] if self.saw_reading else [])])
        state = self.state if self.state in ("unclear", UNLABELLED) else ""
        value = self.value if self.state == "value" else None
        return Label(*self.slot, value, source, self.alternative, state)


def append_edit(path: "str | os.PathLike[str]", edit: Edit) -> None:
    """Append one line, and return when it is on the disk; what a crash left of a line before is ended, not continued.

    Raises
    ------
    TruthError
        If there is no such state, or the file cannot be written.
    """
    if edit.state not in STATES or (edit.state == "value") != (edit.value is not None):
        message = (
            f"An edit has one of the states {', '.join(STATES)}, and a value only for 'value', not {edit.state!r}."
        )
        raise TruthError(message)
    line = json.dumps(asdict(edit), ensure_ascii=False) + "\n"
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (("\n" if torn else "") + line).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        message = f"{Path(path).name} cannot be written: {error.strerror or error}."
        raise TruthError(message) from error


def is_journal(text: str) -> bool:
    """Return whether a file of JSON lines is a journal of edits, by its first line that is whole."""
    for line in text.split("\n"):
        if line.strip():
            content = _parsed(line)
            if content is not None:
                return all(name in content for name in _NEEDED)
    return False


def journal_labels(text: str, where: str) -> Labels:
    """Return the labels that the edits of a journal make, each at its place.

    Raises
    ------
    TruthError
        If a line but the last is no edit.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    edits, torn = [], 0
    for number, line in lines:
        content = _parsed(line)
        if content is None and (number == lines[-1][0] or not line.rstrip().endswith("}")):
            torn += 1
            continue
        edits.append(_edit(content, f"Line {number} of {where}"))
    result = Labels()
    for edit in _in_effect(edits):
        if edit.alternative == 0:
            result.labels = [label for label in result.labels if label[:4] != edit.slot]
        else:
            result.labels = [
                one for one in result.labels if (*one[:4], one.alternative) != (*edit.slot, edit.alternative)
            ]
        result.add(edit.label())
    if torn:
        result.notes.append(Note("edits_torn", torn, detail=where))
    return result


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):  # also of a number with thousands of digits
        return None
    return content if isinstance(content, dict) else None


def _edit(content: Mapping[str, Any] | None, where: str) -> Edit:
    known = {name: content[name] for name in Edit.__dataclass_fields__ if name in content} if content else {}
    texts = ("at", "document", "field", "state", "group", "via", "undoes")
    numbers = ("row", "alternative")
    if (
        not all(name in known for name in _NEEDED)
        or any(not isinstance(known.get(name, ""), str) for name in texts)
        or any(type(known.get(name, 0)) is not int or known.get(name, 0) < 0 for name in numbers)
        or not isinstance(known.get("value"), str | None)
        or known["state"] not in STATES
    ):
        message = f"{where} is no edit of a label. Needed are at, document, field and state ({', '.join(STATES)})."
        raise TruthError(message)
    return Edit(**known)


def _in_effect(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits that nobody took back, in their order; who takes back an undo brings back what it undid."""
    undone: set[str] = set()
    kept = []
    for edit in reversed(list(edits)):
        if edit.at in undone:
            continue
        if edit.undoes:
            undone.add(edit.undoes)
        else:
            kept.append(edit)
    return kept[::-1]


def is_of_journal(labels: Labels) -> bool:
    """Return whether labels are edits."""
    return bool(labels.labels) and all(label.source.startswith(EDIT + ":") for label in labels.labels)


def fold(base: Labels, edits: Labels) -> None:
    """Put edits over what was read before: each changes its own place, and nothing else."""
    replaced = {label[:4] for label in edits.labels if label.alternative == 0}
    beside = {(*label[:4], label.alternative) for label in edits.labels}
    base.labels = [
        label for label in base.labels if label[:4] not in replaced and (*label[:4], label.alternative) not in beside
    ]
    gone = [label for label in edits.labels if label.state == UNLABELLED]
    kept = Labels(
        [label for label in edits.labels if label.state != UNLABELLED], dict(edits.documents), dict(edits.fields)
    )
    kept.notes = [*edits.notes, Note("edits_folded", len(edits.labels), detail=f"{len(gone)} of them taken away")]
    base.extend(kept)
