"""Edits of ground truth: JSON lines, one line a decision, folded over what was read before.

The base is never written. A line says what a label is from now on (``value``, ``empty``, ``unclear``, or
``unlabelled``, which takes it away), or which line it undoes. A torn last line, as a crash leaves it, is passed over
with a note, and never continued. :class:`gini_notebook.Journal` appends such lines.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from gini_notebook.analysis.truth.headers import OWN_FIELDS, nearest
from gini_notebook.analysis.truth.label_columns import Flags, Label
from gini_notebook.analysis.truth.labels import Labels, Place, Said
from gini_notebook.errors import TruthError
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import FIELD_ENTITIES, LINE_ITEMS, dotted

EDIT = "edit"
UNLABELLED = "unlabelled"
STATES = ("value", "empty", "unclear", UNLABELLED)
_NEEDED = ("at", "document", "field", "state")
_TEXTS = ("at", "document", "group", "field", "state", "by", "via", "undoes", "note", "sha256", "was_state")
_Slot = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One decision about one label.

    Parameters
    ----------
    document, group, row, field, alternative
        Which label, by the names of the service; ``group`` is ``""`` and ``row`` 0 for header fields. Alternative 0
        replaces all there is at this place; a further one is added beside it, or replaces the one of its number.
    state, value
        What it is from now on: ``"value"`` and the value as the service would write it (``"12.34:EUR"``,
        ``"2026-01-31"``), ``"empty"`` (somebody looked, and nothing is there), ``"unclear"`` (somebody looked, and
        could not tell) or ``"unlabelled"`` (nobody looked: the label is taken away).
    at
        When, in UTC; also the name of the line, so no two lines of a journal share it. The journal writes it.
    by
        Who decided; empty unless somebody wants to be named.
    via
        How the value was given: ``"typed"``, ``"word"``, ``"box"``, ``"candidate"``, ``"extracted"``, ``"place"``.
    saw_reading
        Whether what was extracted was in view.
    was_state, was
        State and value of this label when it was decided, as far as known. Where the base says something else later
        on, the edit was made about another label, and a note says so.
    undoes
        The ``at`` of the line that this one takes back; all else in the line then only says which label it is.
    sha256
        Hash of the document's bytes.
    boxes
        Where it stands: (page, left, top, width, height) of each box.
    note
        A remark.

    Raises
    ------
    TruthError
        If it has no such state, a value without the state ``"value"`` or that state without one, or an attribute of
        another type.

    Examples
    --------
    >>> Edit(document="a.pdf", field="iban", state="value", value="DE02120300000000202051", via="word").label().source
    'edit:word'
    """

    document: str
    field: str
    state: str
    value: str | None = None
    group: str = ""
    row: int = 0
    alternative: int = 0
    at: str = ""
    by: str = ""
    via: str = "typed"
    saw_reading: bool = False
    was_state: str = ""
    was: str | None = None
    undoes: str = ""
    sha256: str = ""
    boxes: tuple[tuple[float, ...], ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        for name in _TEXTS:
            self._check(name, isinstance(getattr(self, name), str), "text")
        for name in ("value", "was"):
            self._check(name, isinstance(getattr(self, name), str | None), "text or None")
        for name in ("row", "alternative"):
            number = getattr(self, name)
            self._check(name, type(number) is int and number >= 0, "a whole number from 0 on")
        self._check("saw_reading", isinstance(self.saw_reading, bool), "True or False")
        self._check("boxes", _are_boxes(self.boxes), "a tuple of (page, left, top, width, height)")
        if not (self.document.strip() and self.field.strip()):
            raise TruthError("an edit names a document and a field.")
        valued = self.value is not None and bool(self.value.strip())
        if self.state not in STATES or (not self.undoes and valued != (self.state == "value")):
            message = (
                f"an edit has one of the states {', '.join(STATES)}, and a value only for 'value', not {self.state!r}."
            )
            raise TruthError(message)

    def _check(self, name: str, right: bool, needed: str) -> None:
        if not right:
            message = f"{name} of an edit is {needed}, not {type(getattr(self, name)).__name__}."
            raise TruthError(message)

    @property
    def slot(self) -> _Slot:
        """Document, group, row and field."""
        return self.document, self.group, self.row, self.field

    @property
    def place(self) -> Place:
        """Document, group, row, field and alternative."""
        return *self.slot, self.alternative

    def label(self) -> Label:
        """Return the label that it makes; its source says how it came about."""
        source = ":".join([EDIT, self.via, *(["saw reading"] if self.saw_reading else [])])
        state = self.state if self.state in ("unclear", UNLABELLED) else ""
        value = self.value if self.state == "value" else None
        return Label(*self.slot, value, source, self.alternative, state)

    def line(self) -> str:
        """Return it as a line of a journal, without what is as it is by default."""
        content = asdict(self)
        given = {one.name: content[one.name] for one in fields(self) if content[one.name] != one.default}
        return json.dumps({"at": given.pop("at"), **given}, ensure_ascii=False) + "\n"


def _are_boxes(boxes: Any) -> bool:
    return isinstance(boxes, tuple) and all(
        isinstance(box, tuple) and len(box) == 5 and all(type(one) in (int, float) for one in box) for box in boxes
    )


def is_journal(text: str) -> bool:
    """Return whether a file of JSON lines is a journal of edits, by its first line that is whole."""
    for line in text.split("\n"):
        if line.strip():
            content = _parsed(line)
            if content is not None:
                return all(name in content for name in _NEEDED)
    return False


def parse_edits(text: str, where: str, first: int = 1) -> tuple[list[Edit], int]:
    """Return the edits of the lines of a journal, in their order, and how many lines broke off.

    Parameters
    ----------
    text
        The lines.
    where
        What to call the file.
    first
        The number of the first line.

    Raises
    ------
    TruthError
        If a line that did not break off is no edit.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=first) if line.strip()]
    edits, torn = [], 0
    for number, line in lines:
        content = _parsed(line)
        if content is None and (number == lines[-1][0] or not line.rstrip().endswith("}")):
            torn += 1
            continue
        edits.append(_edit(content, f"Line {number} of {where}"))
    return edits, torn


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):  # also of a number with thousands of digits
        return None
    return content if isinstance(content, dict) else None


def _edit(content: Mapping[str, Any] | None, where: str) -> Edit:
    known = {one.name: content[one.name] for one in fields(Edit) if one.name in content} if content else {}
    if not all(name in known for name in _NEEDED):
        message = f"{where} is no edit of a label. Needed are at, document, field and state ({', '.join(STATES)})."
        raise TruthError(message)
    if isinstance(known.get("boxes"), list):
        known["boxes"] = tuple(tuple(box) if isinstance(box, list) else box for box in known["boxes"])
    try:
        return Edit(**known)
    except TruthError as error:
        message = f"{where} is no edit of a label: {error}"
        raise TruthError(message) from error


def journal_labels(text: str, where: str) -> Labels:
    """Return the labels that the edits of a journal make, each at its place.

    Raises
    ------
    TruthError
        If a line but the last is no edit.
    """
    edits, torn = parse_edits(text, where)
    result = labels_of_edits(edits)
    if torn:
        result.notes.append(Note("edits_torn", torn, detail=where))
    return result


def labels_of_edits(edits: Iterable[Edit]) -> Labels:
    """Return the labels that edits make, and what each was decided about."""
    history: dict[Place, list[Edit]] = {}
    edits = list(edits)
    for edit in edits:
        history.setdefault(edit.place, []).append(edit)
    decided: dict[_Slot, dict[int, Edit]] = {}
    for edit in in_effect(edits):
        of_slot = decided.setdefault(edit.slot, {})
        if edit.alternative == 0:
            of_slot.clear()
        of_slot[edit.alternative] = edit
    result = Labels(edited={})
    for edit in (edit for of_slot in decided.values() for edit in of_slot.values()):
        result.add(edit.label())
        result.edited[edit.place] = _said_before(edit, history[edit.place])  # type: ignore[index]
    return result


def _said_before(edit: Edit, history: Sequence[Edit]) -> list[Said]:
    """Return what the base may have said for an edit to be about it; nothing where nobody knows.

    It was decided about the base, or about what an earlier line made of the base.
    """
    said: list[Said] = []
    for one in reversed(history[: history.index(edit) + 1]):
        if one is edit or (not one.undoes and (one.state, one.value) in said):
            if not one.was_state:
                return []
            said.append((one.was_state, one.was))
    return said


def in_effect(edits: Iterable[Edit]) -> list[Edit]:
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


def fold(base: Labels, edits: Labels) -> None:
    """Put edits over what was read before: each changes its own place, and nothing else."""
    decided = edits.edited or {}
    changed = _made_about_another(base, decided)
    beyond = _beyond(base, edits)
    replaced = {place[:4] for place in decided if place[4] == 0}
    of_documents = _of_documents(base, decided)
    stays = ~of_documents
    stays[of_documents] = [
        label[:4] not in replaced and (*label[:4], label.alternative) not in decided
        for label in base.labels.kept(of_documents)
    ]
    base.labels = base.labels.kept(stays)
    gone = edits.labels.is_in("state", {UNLABELLED})
    kept = Labels(edits.labels.kept(~gone), dict(edits.documents), dict(edits.fields))
    kept.notes = list(edits.notes)
    if decided:
        kept.notes.append(Note("edits_folded", len(decided), detail=f"{gone.sum()} of them taken away"))
    if changed:
        kept.notes.append(Note("edits_of_another_base", len(changed), examples=tuple(changed[:EXAMPLES])))
    kept.notes += beyond
    base.extend(kept)


def _beyond(base: Labels, edits: Labels) -> list[Note]:
    """Say which edits are of fields and documents that nothing else names; by themselves, edits are the truth."""
    if not base.documents:
        return []
    known = {*base.fields, *((group, name) for group in ("", LINE_ITEMS) for name in (*FIELD_ENTITIES, *OWN_FIELDS))}
    strange = [(group, name) for _, group, _, name, _ in edits.edited or {} if (group, name) not in known]
    new = list(dict.fromkeys(place[0] for place in edits.edited or {} if place[0] not in base.documents))
    notes = []
    if strange:
        about = tuple(dict.fromkeys(dotted(*one) for one in strange))
        near = [f"{dotted(*one)} is near {other}" for one in dict.fromkeys(strange) if (other := nearest(one[1]))]
        detail = f" ({'; '.join(near)})" if near else ""
        notes.append(Note("edits_of_unknown_fields", len(strange), about, detail))
    if new:
        notes.append(Note("edits_of_new_documents", len(new), examples=tuple(new[:EXAMPLES])))
    return notes


def _of_documents(base: Labels, decided: Iterable[Place]) -> Flags:
    """Return which labels are of the documents that edits decide about."""
    return base.labels.is_in("document", {place[0] for place in decided})


def _made_about_another(base: Labels, decided: Mapping[Place, Sequence[Said]]) -> list[str]:
    """Name the places whose label is another one than that which was edited."""
    said: dict[Place, Said] = {}
    for label in base.labels.kept(_of_documents(base, decided)):
        place = (*label[:4], label.alternative)
        if place in decided:
            said[place] = (label.state or ("empty" if label.value is None else "value"), label.value)
    return [
        f"{document}: {f'{group}[{row}].{name}' if group else name}"
        for (document, group, row, name, number), expected in decided.items()
        if expected and said.get((document, group, row, name, number), (UNLABELLED, None)) not in expected
    ]
