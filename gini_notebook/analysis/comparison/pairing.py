"""Pair the documents and fields of two evaluations (M26 of the metrics)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.confidence import without_predictions
from gini_notebook.analysis.evaluation.counts import Level
from gini_notebook.errors import SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import TEXT, dotted

_KEY = ["document", "group", "row", "field"]
_SAID = ["extracted", "outcome"]


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """Two evaluations of the same documents in the same order, with the same fields.

    Attributes
    ----------
    a, b
        The evaluations, restricted to the documents of both; a field that one run never delivered is missing in it.
    only_a, only_b
        Documents of one evaluation only.
    left_out_fields
        Fields that one evaluation was told to leave out.
    """

    a: Evaluation
    b: Evaluation
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    left_out_fields: tuple[str, ...]

    @property
    def same_run(self) -> bool:
        """Whether both runs delivered the very same values, so that there is nothing to estimate."""
        sides = [side.comparisons[[*_KEY, *_SAID]] for side in (self.a, self.b)]
        return bool(sides[0].reset_index(drop=True).equals(sides[1].reset_index(drop=True)))

    def of(self, names: set[str]) -> "Pairing":
        """Return the pairing of some of the documents."""
        first, second = (_restricted(side, names, set()) for side in (self.a, self.b))
        return replace(self, a=_completed(first, second), b=_completed(second, first))

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know about the comparison."""
        unpaired = [
            Note("documents_unpaired", len(names), detail=run, examples=names[:EXAMPLES])
            for run, names in (("first run", self.only_a), ("second run", self.only_b))
            if names
        ]
        known = [side.provenance for side in (self.a, self.b)]
        truths, tools = ([str(one[name]) for one in known] for name in ("truth_hash", "tool_version"))
        # Documents of one run only are reason enough for another truth, and are named.
        if truths[0] != truths[1] and not unpaired:
            unpaired.append(Note("truth_differs", detail=", ".join(truth[:8] for truth in truths)))
        if tools[0] != tools[1]:
            unpaired.append(Note("tools_differ", detail=", ".join(tools)))
        return tuple(unpaired)


def pair(a: Evaluation, b: Evaluation) -> Pairing:
    """Pair two evaluations.

    Raises
    ------
    SettingError
        If they have no document or no field in common, or a common document has different labels.
    """
    names = [[composed(name) for name in side.documents["document"]] for side in (a, b)]
    known = set(names[0]) & set(names[1])
    if not known:
        message = (
            "These evaluations cannot be compared: they have no document in common. The first has, for example, "
            f"{names[0][0]!r}, the second {names[1][0]!r}."
        )
        raise SettingError(message)
    left_out = _left_out(a, b)
    first, second = (_restricted(side, known, left_out) for side in (a, b))
    if a.provenance["truth_hash"] != b.provenance["truth_hash"]:
        _check_labels(first, second)
    first, second = _completed(first, second), _completed(second, first)
    only = [tuple(name for name in side if name not in known) for side in names]
    return Pairing(first, second, only[0], only[1], tuple(sorted(dotted(*column) for column in left_out)))


def _columns(side: Evaluation) -> set[tuple[str, str]]:
    return set(side.document_counts().columns)


def _left_out(a: Evaluation, b: Evaluation) -> set[tuple[str, str]]:
    """Return the columns that one evaluation was told to leave out."""
    columns = _columns(a), _columns(b)
    left_out: set[tuple[str, str]] = set()
    for side, own, others in ((a, columns[0], columns[1]), (b, columns[1], columns[0])):
        if side.settings["fields"] is not None:
            left_out |= others - own
    if left_out >= columns[0] | columns[1]:
        raise SettingError("These evaluations cannot be compared: they have no field in common.")
    return left_out


def _restricted(side: Evaluation, known: set[str], left_out: set[tuple[str, str]]) -> Evaluation:
    """Return the evaluation of some documents, named in one form and sorted by it."""
    own = side.documents["document"].tolist()
    names = [composed(name) for name in own]
    if names == own and names == sorted(known) and not left_out & _columns(side):
        return side
    form = dict(zip(own, names, strict=True))
    documents = side.documents.assign(document=pd.array(names, dtype=TEXT))
    documents = documents[documents["document"].isin(known)].sort_values("document", ignore_index=True)
    comparisons = side.comparisons.assign(document=side.comparisons["document"].map(form).astype(TEXT))
    columns = list(zip(comparisons["group"], comparisons["field"], strict=True))
    wanted = comparisons["document"].isin(known).to_numpy() & ~np.array([name in left_out for name in columns])
    comparisons = comparisons[wanted].sort_values(_KEY, kind="stable", ignore_index=True)
    return replace(side, comparisons=comparisons, documents=documents)


def _completed(side: Evaluation, other: Evaluation) -> Evaluation:
    """Return the evaluation with the fields that only the other has: its run never delivered them."""
    lacking = _columns(other) - _columns(side)
    if not lacking:
        return side
    columns = zip(other.comparisons["group"], other.comparisons["field"], strict=True)
    rows = other.comparisons[np.array([name in lacking for name in columns], dtype=bool)]
    rows = without_predictions(rows.reset_index(drop=True), np.full(len(rows), True))
    comparisons = pd.concat([side.comparisons, rows[[name for name in rows if name in side.comparisons]]])
    rules = {dotted(*name): other.provenance["rules"][dotted(*name)] for name in lacking}
    provenance = {**side.provenance, "rules": {**rules, **side.provenance["rules"]}}
    return replace(side, comparisons=comparisons.sort_values(_KEY, ignore_index=True), provenance=provenance)


def _check_labels(first: Evaluation, second: Evaluation) -> None:
    """Refuse documents whose labels differ between the truths of the two evaluations."""
    shared = _columns(first) & _columns(second)
    labels = [_labels(side.comparisons, shared) for side in (first, second)]
    both = labels[0].merge(labels[1], on=_KEY, how="outer", suffixes=("_a", "_b"), indicator=True)
    differing = both["_merge"] != "both"
    differing |= (both["label_a"] != both["label_b"]).fillna(False).to_numpy(dtype=bool)
    if differing.any():
        names = both.loc[differing, "document"].drop_duplicates().tolist()
        place = both[differing].iloc[0]
        message = (
            f"These evaluations cannot be compared: the labels of {len(names)} document(s) differ, first "
            f"{names[0]!r} in {dotted(place['group'], place['field'])!r}. Evaluate both runs against the same truth."
        )
        raise SettingError(message)


def _labels(comparisons: pd.DataFrame, columns: set[tuple[str, str]]) -> pd.DataFrame:
    """Return one row per labelled place; of places with alternatives, that there are some."""
    stated = comparisons["truth"].notna().to_numpy()
    empty = (comparisons["group"] == "").to_numpy(dtype=bool) & (comparisons["row"] == 0).to_numpy(dtype=bool)
    labelled = (comparisons["outcome"] != "ignored").to_numpy(dtype=bool) & (stated | empty)
    labelled &= np.array([name in columns for name in zip(comparisons["group"], comparisons["field"], strict=True)])
    rows = comparisons[labelled]
    label = rows["truth_canonical"].fillna("").to_numpy(dtype=object)
    if "alternatives" in rows:
        several = rows["alternatives"].to_numpy(dtype=np.float64, na_value=1) > 1
        label = np.where(several, "…", label)
    return rows[_KEY].assign(label=label)


def paired_counts(pairing: Pairing, level: Level) -> tuple[Sequence[tuple[str, str]], list[npt.NDArray[np.int32]]]:
    """Return the columns, and the counts of both runs: documents × columns × (correct, wrong, …, absent)."""
    sides = [side.document_counts(level) for side in (pairing.a, pairing.b)]
    places: list[Mapping[tuple[str, str], int]] = [{name: at for at, name in enumerate(side.columns)} for side in sides]
    columns = [name for name in sides[0].columns if name in places[1]]
    counts: list[Any] = [
        side.counts[:, [place[name] for name in columns]] for side, place in zip(sides, places, strict=True)
    ]
    return columns, counts
