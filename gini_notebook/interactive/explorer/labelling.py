"""Truth editing: verdicts on slots become edits in a journal, and the evaluation follows them.

The editor shows what the system answered, so labels drift towards it, and whoever looks only at mistakes nearly always
raises the score. So each edit says how its value came about and whether the reading was in view, the score is shown as
before and after, with how many correct slots were looked at again, and the queue *audit* mixes correct ones in.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._text import printable
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.formulas import compute_scores
from gini_notebook.analysis.evaluation.mistakes import MISTAKES
from gini_notebook.analysis.labelling import check_labels
from gini_notebook.analysis.rules import Rule
from gini_notebook.analysis.truth import Edit, Journal
from gini_notebook.analysis.truth.edits import UNLABELLED, in_effect
from gini_notebook.errors import EditConflict, GiniError, SettingError, TruthError
from gini_notebook.interactive.explorer.rescoring import Rescoring
from gini_notebook.interactive.explorer.subject import KEY, Subject, labelled_subject
from gini_notebook.interactive.explorer.value_check import Checked, check_value

# With what the list of queues says.
QUEUES = {
    "mistakes": "mistakes",
    "unlabelled": "without truth",
    "audit": "audit",
    "odd": "odd labels",
    "flagged": "flagged",
    "recent": "recent",
}
# What is said of a slot that somebody decided, by how it was decided.
OPEN = ""
STATES = (OPEN, "checked", "changed", "both", "unclear", "nothing there", "unlabelled", "flagged")
VIAS = ("typed", "word", "box", "candidate", "extracted", "place")
ODD = "odd: "
MOST_RECENT = 20
MISTAKES_PER_AUDIT = 4
KEPT_ANSWERS = 500
Slot = tuple[str, str, int, str]
Answer = dict[str, Any]
Stated = Sequence[str | None]
"""State and value of a label."""


class Labelling:
    """The truth of a subject while it is edited.

    Parameters
    ----------
    subject
        What is explored; its slots are changed in place.
    rescoring
        The evaluation that follows the edits.
    journal
        Where edits are kept.
    seed
        Of the random draw of correct slots that are looked at again.
    """

    def __init__(self, subject: Subject, rescoring: Rescoring, journal: Journal, *, seed: int = 0) -> None:
        self.subject, self.journal, self.seed = subject, journal, seed
        self._rescoring = rescoring
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._before: pd.Series[Any] | None = None
        self._effective: tuple[Edit, ...] = ()
        self._last: dict[Slot, Edit] = {}
        self._undone: list[Edit] = []
        self._done = [edit for edit in in_effect(journal.edits) if edit.by == journal.by]
        self._saved_at = ""
        self._fold()

    # What is known

    @property
    def result(self) -> Evaluation | None:
        """The evaluation with all edits; None where nothing is labelled."""
        return self._rescoring.whole(self.journal.edits)

    def state(self, row: int) -> str:
        """Say what somebody decided about a slot."""
        edit = self._last.get(self.slot(row))
        return OPEN if edit is None else _state_of(edit)

    def states(self) -> list[str]:
        """Return the state of every slot."""
        found = [OPEN] * len(self.subject.slots)
        for edit in self._last.values():
            row = self.row(edit.slot)
            if row is not None:
                found[row] = _state_of(edit)
        return found

    def slot(self, row: int) -> Slot:
        """Return document, group, row and field of a slot."""
        document, group, number, field = self.subject.slots.iloc[row][KEY]
        return str(document), str(group), int(number), str(field)

    def row(self, slot: Slot) -> int | None:
        """Return the number of a slot."""
        for row in self.subject.rows_of(slot[0]).tolist():
            if self.slot(row) == slot:
                return int(row)
        return None

    def labels(self, row: int) -> list[tuple[int, str, str | None]]:
        """Return alternative, state and value of each label of a slot."""
        document, group, number, field = self.slot(row)
        table = self._rescoring.truth(document, self._edits_of(document))
        own = table[(table["group"] == group) & (table["row"] == number) & (table["field"] == field)]
        return [
            (int(alternative), str(state), None if pd.isna(value) else str(value))
            for alternative, state, value in zip(own["alternative"], own["state"], own["value"], strict=True)
        ]

    def check(self, row: int, text: str, rule: Rule) -> tuple[Checked, bool]:
        """Return what a text would be as the label of a slot, and whether it equals what was read."""
        slot = self.subject.slots.iloc[row]
        extracted = slot["extracted"] if isinstance(slot["extracted"], str) else ""
        truth = slot["truth"] if isinstance(slot["truth"], str) else ""
        checked = check_value(rule, text, extracted or truth)
        [read] = rule.canonical_many([extracted])[0]
        equal = bool(extracted) and bool(rule.equal_many([checked.canonical or checked.value], [read])[0])
        return checked, equal

    # Deciding

    def decide(self, message: Mapping[str, Any], rule: Rule, *, saw_reading: bool) -> tuple[Answer, list[str]]:
        """Write a verdict to the journal; return what to answer, and the documents that are others now.

        Parameters
        ----------
        message
            ``token`` (a message that comes twice is written once), ``row``, ``verdict``, and for some ``value``,
            ``via``, ``boxes``, ``note``, ``odd`` (it is written although something is odd about it).
        rule
            The rule of the slot.
        saw_reading
            Whether what was read was in view.
        """
        token = str(message.get("token", ""))
        if token in self._answers:
            return self._answers[token], []
        row = int(message["row"])
        try:
            edit, problems = self._edit(message, row, rule, saw_reading=saw_reading)
        except (SettingError, TruthError) as error:
            return {"problem": str(error)}, []
        if problems and message.get("odd") is not True:
            return {"odd": list(problems)}, []
        return self._write(token, lambda: self.journal.append(edit))

    def undo(self, token: str) -> tuple[Answer, list[str]]:
        """Take back the last verdict of whoever edits here."""
        return self._back(token, self._done, self._undone, "There is nothing to take back.")

    def redo(self, token: str) -> tuple[Answer, list[str]]:
        """Bring back what was taken back last."""
        return self._back(token, self._undone, self._done, "There is nothing to bring back.")

    def _back(self, token: str, source: list[Edit], target: list[Edit], nothing: str) -> tuple[Answer, list[str]]:
        if token in self._answers:
            return self._answers[token], []
        if not source:
            return {"problem": nothing}, []
        edit = source[-1]
        answer, documents = self._write(token, lambda: self.journal.undo(edit), keep=False)
        if "saved" in answer:
            source.pop()
            target.append(self.journal.edits[-1])
        return answer, documents

    def _write(self, token: str, write: Callable[[], Edit], *, keep: bool = True) -> tuple[Answer, list[str]]:
        try:
            edit = write()
            self._saved_at = f"{datetime.now().astimezone():%H:%M:%S}"
            answer: Answer = {"saved": self._saved_at, "row": self.row(edit.slot)}
            if keep:
                self._done.append(edit)
                self._undone.clear()
        except EditConflict as error:
            answer = {"problem": _conflict(error)}
            edit = None
        except GiniError as error:
            return {"problem": str(error)}, []
        others = self.journal.refresh()
        self._fold()
        if edit is not None:
            self._answers[token] = answer
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return answer, list(
            dict.fromkeys([*([] if edit is None else [edit.document]), *(one.document for one in others)])
        )

    def _edit(
        self, message: Mapping[str, Any], row: int, rule: Rule, *, saw_reading: bool
    ) -> tuple[Edit, tuple[str, ...]]:
        """Return the edit that a verdict means, and what is odd about its value."""
        labels = self.labels(row)
        number, *was = labels[0] if labels else (0, UNLABELLED, None)
        problems: tuple[str, ...] = ()
        if message.get("verdict") == "both":
            number, new, via = self._alternative(row, labels)
            was = [UNLABELLED, None]
        elif message.get("verdict") == "value":
            new, via, problems = self._value(message, row, rule)
        else:
            new, via = _without_value(message.get("verdict"), was)
        document, group, place, field = self.slot(row)
        edit = Edit(
            document=document,
            group=group,
            row=place,
            field=field,
            alternative=number,
            state=str(new[0]),
            value=new[1],
            via=via,
            saw_reading=saw_reading,
            was_state=str(was[0]),
            was=was[1],
            sha256=_text(self.subject.facts_of(document).get("sha256")),
            boxes=_boxes(message.get("boxes")),
            note=_text(message.get("note")) or (f"{ODD}{'; '.join(problems)}" if problems else ""),
        )
        return edit, problems

    def _value(self, message: Mapping[str, Any], row: int, rule: Rule) -> tuple[Stated, str, tuple[str, ...]]:
        checked, _ = self.check(row, _text(message.get("value")), rule)
        if not checked.value:
            raise SettingError("There is no value: “nothing there” says that there is none.")
        via = _text(message.get("via")) if message.get("via") in VIAS else "typed"
        return ("value", checked.value), via, checked.problems

    def _alternative(self, row: int, labels: Sequence[tuple[int, str, str | None]]) -> tuple[int, Stated, str]:
        extracted = self.subject.slots["extracted"].iloc[row]
        if not isinstance(extracted, str):
            raise SettingError("Nothing was read here, so there are no two values that could both be right.")
        if not labels or labels[0][1] != "value":
            raise SettingError("Nothing is labelled here, so there are no two values that could both be right.")
        if extracted in [value for _, _, value in labels]:
            raise SettingError("What was read is right by this label already.")
        return max(number for number, _, _ in labels) + 1, ("value", extracted), "extracted"

    # What follows

    def update(self, document: str) -> "np.ndarray[Any, Any] | None":
        """Compare a document anew; return its slots, or None where it has one that it had not."""
        return self.subject.take(document, self._rescoring.of_document(document, self._edits_of(document)))

    def rebuild(self) -> Subject:
        """Make the subject anew, with whatever slots it has now."""
        before = self.subject.slots
        self.subject = labelled_subject(self.result, self._rescoring.source, self._last)
        if "checks" in before:
            keys = pd.MultiIndex.from_frame(self.subject.slots[KEY])
            self.subject.slots["checks"] = before.set_index(KEY)["checks"].reindex(keys).array
        return self.subject

    def _edits_of(self, document: str) -> list[Edit]:
        return [edit for edit in self.journal.edits if edit.document == document]

    def _fold(self) -> None:
        self._effective = tuple(in_effect(self.journal.edits))
        self._last = {edit.slot: edit for edit in self._effective}

    # Queues

    def queue(self, name: str, mistakes: Sequence[int]) -> list[int]:
        """Return the slots of a queue, in its order.

        Parameters
        ----------
        name
            One of :data:`QUEUES`.
        mistakes
            The slots that are mistakes now, the dearest first.
        """
        outcomes = self.subject.slots["outcome"]
        match name:
            case "mistakes":
                return list(mistakes)
            case "unlabelled":
                return np.flatnonzero(outcomes.eq(UNLABELLED) & self.subject.slots["field"].ne("")).tolist()
            case "audit":
                return self._audit(mistakes, np.flatnonzero(outcomes.eq("correct")))
            case "odd":
                return self._odd()
            case "flagged":
                edits = [
                    edit for edit in self._effective if _state_of(edit) == "flagged" and self._last[edit.slot] is edit
                ]
            case _:
                edits = list(dict.fromkeys(reversed(self._effective)))
        slots = list(dict.fromkeys(edit.slot for edit in edits))
        rows = [row for row in map(self.row, slots) if row is not None]
        return rows if name == "flagged" else rows[:MOST_RECENT]

    def _audit(self, mistakes: Sequence[int], correct: "np.ndarray[Any, Any]") -> list[int]:
        """Return the mistakes with one correct slot after every four of them, drawn at random."""
        count = min(len(correct), max(1, -(-len(mistakes) // MISTAKES_PER_AUDIT)))
        drawn = np.random.default_rng(self.seed).choice(correct, size=count, replace=False).tolist() if count else []
        mixed: list[int] = []
        for place in range(0, max(len(mistakes), 1), MISTAKES_PER_AUDIT):
            mixed += mistakes[place : place + MISTAKES_PER_AUDIT]
            mixed += drawn[:1]
            drawn = drawn[1:]
        return mixed

    def _odd(self) -> list[int]:
        """Return the labels that speak against themselves, the most doubtful first; then those that were kept so."""
        result = self.result
        slots: list[Slot] = []
        if result is not None:
            found = check_labels(result.to_truth())
            slots = [(str(one[0]), str(one[1]), int(one[2]), str(one[3])) for one in found[KEY].itertuples(index=False)]
        slots += [edit.slot for edit in self._effective if edit.note.startswith(ODD)]
        return [row for row in map(self.row, dict.fromkeys(slots)) if row is not None]

    # Honest numbers

    def told(self) -> str:
        """Say what the edits made of the score, and how it came about."""
        saw = [edit for edit in self._last.values() if edit.saw_reading]
        if not self._last:
            return ""
        before = self._outcomes_before()
        was = [before.get(edit.slot, "") for edit in saw]
        wrong, right = sum(one in MISTAKES for one in was), was.count("correct")
        total = int(before.eq("correct").sum())
        changed = sum((edit.was_state, edit.was) != (edit.state, edit.value) for edit in self._last.values())
        parts = [
            f"truth changed in {changed:,} place{'' if changed == 1 else 's'}",
            f"after seeing the results: {wrong:,} of {_count(before, MISTAKES):,} mistakes and {right:,} of {total:,} "
            "correct ones looked at again"
            if saw
            else "",
        ]
        scores = [_micro_f1(one, self.wrong) for one in (before, self._outcomes_now())]
        if self._is_weighted:
            parts.append("scores are weighted: see explorer.result")
        elif not np.isnan(scores).any():
            parts.append(f"F1 {scores[0]:.3f} → {scores[1]:.3f}")
        return "; ".join(filter(None, parts))

    @property
    def wrong(self) -> str:
        """What a wrong value costs."""
        result = self._rescoring.before
        return "both" if result is None else str(result.settings["wrong"])

    @property
    def _is_weighted(self) -> bool:
        result = self._rescoring.before
        return result is not None and result.settings["weights"] is not None

    def _outcomes_before(self) -> "pd.Series[Any]":
        if self._before is None:
            result = self._rescoring.before
            table = self.subject.slots.iloc[:0] if result is None else result.comparisons
            self._before = _outcomes(table)
        return self._before

    def _outcomes_now(self) -> "pd.Series[Any]":
        return _outcomes(self.subject.slots)


def _without_value(verdict: object, was: Stated) -> tuple[Stated, str]:
    """Return what a verdict makes of a label that needs no value, and how it came about."""
    match verdict:
        case "right":
            if was[0] == UNLABELLED:
                raise SettingError("Nothing is labelled here that could be right: give the value.")
            return was, "checked"
        case "flag":
            return was, "flag"
        case "unclear" | "empty" | "unlabelled":
            return (str(verdict), None), "typed"
    message = f"There is no verdict {verdict!r}."
    raise SettingError(message)


def _state_of(edit: Edit) -> str:
    if edit.via == "flag":
        return "flagged"
    if edit.alternative:
        return "both"
    if edit.state == "value" or edit.via == "checked":
        same = (edit.state, edit.value) == (edit.was_state, edit.was)
        return "checked" if edit.via == "checked" or same else "changed"
    return {"empty": "nothing there"}.get(edit.state, edit.state)


def _conflict(error: EditConflict) -> str:
    """Say who decided otherwise meanwhile; without edits the file or the base is another one."""
    if not error.edits:
        return str(error)
    last = error.edits[-1]
    who = f" ({printable(last.by)})" if last.by else ""
    said = last.value if last.state == "value" else last.state
    return f"Another labeller{who} decided at {last.at[11:16]} UTC: {said}. Nothing was written; decide again."


def _outcomes(table: pd.DataFrame) -> "pd.Series[Any]":
    return pd.Series(table["outcome"].to_numpy(dtype=object), index=pd.MultiIndex.from_frame(table[KEY]))


def _count(outcomes: "pd.Series[Any]", names: Sequence[str]) -> int:
    return int(outcomes.isin(names).sum())


def _micro_f1(outcomes: "pd.Series[Any]", wrong: str) -> float:
    """Return the micro-F1 over header fields."""
    header = outcomes[outcomes.index.get_level_values("group") == ""]
    counts = np.array([int(header.eq(name).sum()) for name in ("correct", "wrong", "missing", "spurious")])
    return float(compute_scores(counts, wrong)["f1"])


def _boxes(given: object) -> tuple[tuple[float, ...], ...]:
    """Return boxes as an edit has them; what is no box is left out."""
    if not isinstance(given, list):
        return ()
    boxes = [box for box in given if isinstance(box, list) and len(box) == 5]
    return tuple(tuple(float(one) for one in box) for box in boxes if all(isinstance(one, int | float) for one in box))


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""
