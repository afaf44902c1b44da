"""An evaluation that follows the edits of its truth: document by document at once, and as a whole when asked for."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.evaluation.documents import tables_of
from gini_notebook.analysis.evaluation.settings import Settings, choose_rules, entity_votes
from gini_notebook.analysis.rules import Rule, get
from gini_notebook.analysis.truth.edits import UNLABELLED, Edit, in_effect
from gini_notebook.analysis.truth.reading import edited_truth
from gini_notebook.errors import SettingError, TruthError, TruthWarning
from gini_notebook.notes import as_plain, from_plain, ordered
from gini_notebook.schema import TRUTH, dotted

KEY = list(TRUTH.key)
_OF_EDITS = ("edits_folded", "edits_of_another_base", "edits_torn")
_OF_WHOLE = ("fields", "required", "key", "cluster", "weights")


class Rescoring:
    """What an evaluation is with edits of its truth.

    Parameters
    ----------
    result
        The evaluation before any edit; None where nothing is labelled so far.
    source
        What was evaluated: a batch, or a table of extractions.
    edits
        The edits that may be in the truth of the evaluation already; they are taken out of it.

    Raises
    ------
    SettingError
        If the evaluation compared values by a function, which it does not keep.
    SchemaError
        If the source has no table of extractions, or the evaluation was kept without its truth.
    """

    def __init__(self, result: Evaluation | None, source: Any, edits: Sequence[Edit] = ()) -> None:
        self.source = source
        self._table, documents, self._candidates = tables_of(source)
        self._given = result
        given = TRUTH.empty() if result is None else pd.DataFrame(result.to_truth())
        self._truth = unfolded(given, edits)
        self._is_unfolded = self._truth is not given
        facts = {} if result is None or result.truth is None else dict(result.truth.facts)
        if self._is_unfolded:
            facts["notes"] = [note for note in facts.get("notes", ()) if note["kind"] not in _OF_EDITS]
        self._facts: Mapping[str, Any] = facts
        self._documents = documents
        self._rows = _rows(self._table)
        self._labels = _rows(self._truth)
        self._listed: Mapping[str, Any] = {} if self._candidates is None else _rows(self._candidates)
        provenance: Mapping[str, Any] = {} if result is None else result.provenance
        self._left_out = set(provenance.get("left_out_fields", ()))
        self._rules = {name: _rule(name, described) for name, described in provenance.get("rules", {}).items()}
        self._settings = {} if result is None else dict(result.settings)
        # The evaluation kept the weights of its own documents; of the others only that there were some.
        self._said = [] if result is None else [note for note in result.notes if note.kind == "weights_without_truth"]
        self._whole: tuple[tuple[str, ...], Evaluation | None] | None = None
        self._first: Evaluation | None = None

    def truth(self, document: str, edits: Sequence[Edit]) -> pd.DataFrame:
        """Return the labels of one document, with its edits."""
        labels = self._truth.iloc[self._labels.get(document, [])]
        return pd.DataFrame(_folded(labels, {}, edits)) if edits else labels

    def of_document(self, document: str, edits: Sequence[Edit]) -> Evaluation | None:
        """Evaluate one document with its edits, as it is in the whole; None where nothing of it is labelled."""
        truth = self.truth(document, edits)
        if truth.empty:
            return None
        table = self._table.iloc[self._rows.get(document, [])]
        names = {dotted(*one) for part in (truth, table) for one in _columns(part)}
        chosen = self._settings.get("fields")
        names = {name for name in names if _is_chosen(name, chosen) and name not in self._left_out}
        if not names:
            return None
        listed = None if self._candidates is None else self._candidates.iloc[self._listed.get(document, [])]
        known = pd.DataFrame({"document": [document], "status": ["completed"]})
        options = {name: value for name, value in self._settings.items() if name not in _OF_WHOLE}
        keys = [name for name in self._settings.get("key", ()) if any(_is_chosen(one, [name]) for one in names)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TruthWarning)
            evaluation: Evaluation = evaluate(
                SimpleNamespace(extractions=table, documents=known, candidates=listed),
                truth,
                fields=sorted(names),
                rules={name: rule for name, rule in self._rules.items() if name in names},
                key=keys,
                **options,
            )
        return evaluation

    def whole(self, edits: Sequence[Edit]) -> Evaluation | None:
        """Return the evaluation with all edits, the same as evaluating anew; None where nothing is labelled."""
        effective = tuple(edit.at for edit in in_effect(edits))
        if self._whole is None or self._whole[0] != effective:
            self._whole = effective, self._evaluated(_folded(self._truth, self._facts, edits))
        return self._whole[1]

    @property
    def before(self) -> Evaluation | None:
        """The evaluation before any edit of the journal."""
        if self._first is None:
            self._first = self._given if not self._is_unfolded else self._evaluated(self._truth)
        return self._first

    def _evaluated(self, truth: pd.DataFrame) -> Evaluation | None:
        if truth.empty:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TruthWarning)
            whole: Evaluation = evaluate(self.source, truth, rules=self._own_rules(truth), **self._options())
        notes = ordered((*from_plain(whole.provenance["notes"]), *self._said))
        return replace(whole, provenance={**whole.provenance, "notes": as_plain(notes)}) if self._said else whole

    def _own_rules(self, truth: pd.DataFrame) -> dict[str, Rule]:
        """Return the rules that somebody chose: those that would be others by default."""
        if not self._rules:
            return {}
        columns = sorted({*_columns(truth), *_columns(self._table)})
        settings = {name: value for name, value in self._settings.items() if name not in ("cluster", "weights")}
        usual = choose_rules(columns, entity_votes(self._table), None, Settings(**_tuples(settings)))
        return {name: rule for name, rule in self._rules.items() if name in usual and rule != usual[name]}

    def _options(self) -> dict[str, Any]:
        options = dict(self._settings)
        for name in ("cluster", "weights"):
            column = options.get(name)
            kept = () if self._documents is None else self._documents.columns
            if self._given is not None and column is not None and column not in kept:
                # It was given as a series, which the table of documents has kept.
                options[name] = self._given.documents.set_index("document")[column]
        return options


def _folded(labels: pd.DataFrame, facts: Mapping[str, Any], edits: Sequence[Edit]) -> pd.DataFrame:
    """Return labels with edits folded in; none where the edits took away all there were."""
    try:
        return edited_truth(labels, facts, list(edits))
    except TruthError:  # a truth without a label is none
        return TRUTH.empty()


def unfolded(table: pd.DataFrame, edits: Sequence[Edit]) -> pd.DataFrame:
    """Return labels as they were before edits, where the table has what the edits made of them.

    So a truth that was read together with its journal can be edited further, and edits of it can be taken back.

    Parameters
    ----------
    table
        Labels by ``schema.TRUTH``.
    edits
        All lines of the journal, in their order.
    """
    first: dict[Any, Edit] = {}
    for edit in edits:
        if not edit.undoes:
            first.setdefault(edit.place, edit)
    now = {edit.place: (edit.state, edit.value) for edit in in_effect(edits)}
    places = {place: at for at, place in enumerate(table[KEY].itertuples(index=False, name=None))}
    gone, back = [], []
    for place, edit in first.items():
        at = places.get(place)
        row = None if at is None else table.iloc[at]
        found = (UNLABELLED, None) if row is None else (row["state"], None if pd.isna(row["value"]) else row["value"])
        if edit.was_state and found == now.get(place):
            gone += [] if at is None else [at]
            if edit.was_state != UNLABELLED:
                label = dict(zip(KEY, place, strict=True))
                back.append({**label, "state": edit.was_state, "value": edit.was, "source": "base"})
    if not gone and not back:
        return table
    kept = table.drop(index=table.index[gone])
    return pd.concat([kept, TRUTH.frame(back)] if back else [kept], ignore_index=True).sort_values(
        KEY, kind="stable", ignore_index=True
    )


def _rule(name: str, described: Mapping[str, Any]) -> Rule:
    if "custom" in described:
        message = (
            f"{name} was compared by the function {described['custom']!r}, which no evaluation keeps, so its labels "
            "cannot be edited here. Evaluate with one of the rules (gini.rules), or leave out labels=."
        )
        raise SettingError(message)
    return get(**described)


def _rows(table: pd.DataFrame) -> Mapping[str, "np.ndarray[Any, Any]"]:
    rows: Mapping[str, np.ndarray[Any, Any]] = table.groupby("document", sort=False).indices
    return rows


def _columns(table: pd.DataFrame) -> set[tuple[str, str]]:
    groups = table["group"].fillna("") if "group" in table else [""] * len(table)
    return set(zip(groups, table["field"], strict=True))


def _is_chosen(name: str, chosen: Sequence[str] | None) -> bool:
    return chosen is None or name in chosen or name.rpartition(".")[2] in chosen


def _tuples(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
