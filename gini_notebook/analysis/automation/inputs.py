"""What a plan is made of: an evaluation and checks of the same run, document by document."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.automation.checks import SLICE
from gini_notebook.analysis.automation.rules import AutomationRule, Verdicts
from gini_notebook.analysis.automation.sequence import Outcomes, differing
from gini_notebook.analysis.automation.values import AMOUNT
from gini_notebook.analysis.evaluation.documents import FAILED
from gini_notebook.analysis.evaluation.mistakes import MISTAKES
from gini_notebook.analysis.evaluation.units import RECIPIENT, Cluster, by_document, find_units
from gini_notebook.errors import SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import Note
from gini_notebook.schema import TEXT

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


def judged(result: Any, given: Verdicts, required: Sequence[str]) -> tuple[BoolArray, BoolArray]:
    """Return per document of the checks whether it has all labels, and whether a required field is not right."""
    documents = pd.Index([composed(str(name)) for name in result.documents["document"]], dtype=object)
    place = pd.Index(given.names, dtype=object).get_indexer(documents)
    if (place < 0).any():
        message = (
            f"{int((place < 0).sum()):,} of the {len(documents):,} evaluated documents are not in the checks: make "
            "both of the same run."
        )
        raise SettingError(message)
    slots = result.comparisons
    slots = slots[((slots["group"] == "") & slots["field"].isin(required)).to_numpy(dtype=bool)]
    column = pd.Index(required, dtype=object).get_indexer(slots["field"])
    row = place[documents.get_indexer(slots["document"].astype(str).map(composed))]
    labelled, wrong = np.zeros((2, len(given.names), len(required)), dtype=bool)
    known = (slots["outcome"] != "ignored").to_numpy(dtype=bool)
    labelled[row[known], column[known]] = True
    mistaken = slots["outcome"].isin(MISTAKES).to_numpy(dtype=bool)
    wrong[row[mistaken], column[mistaken]] = True
    return np.asarray(labelled.all(axis=1), dtype=bool), np.asarray(wrong.any(axis=1), dtype=bool)


def clusters_of(
    result: Any, given: Verdicts, cluster: Cluster, labelled: BoolArray
) -> tuple[IntArray | None, str | None, list[Note]]:
    """Return the cluster of each document, what clusters are, and what to know; None where nothing names any."""
    asked = result.settings.get("cluster") if cluster is None else cluster
    if asked is None and result._truth_values(RECIPIENT) is not None:
        asked = RECIPIENT
    units = find_units(asked, result.documents, result._truth_values)
    if units.codes is None:
        return None, None, []
    documents = pd.Index([composed(str(name)) for name in result.documents["document"]], dtype=object)
    place = documents.get_indexer(pd.Index(given.names, dtype=object))
    codes = np.append(units.codes, -1)[place]
    alone = int((labelled & (codes < 0)).sum())
    notes = [Note("cluster_unknown", units.alone, detail=units.name)] if units.alone and not alone else []
    return codes.astype(np.int64), units.name, notes


def parts_of(result: Any, given: Verdicts, by: Any) -> tuple[list[tuple[str | None, BoolArray]], str | None]:
    """Return the slices: name, and which documents; one without a name where documents are not to be parted."""
    if by is None:
        return [(None, np.ones(len(given.names), dtype=bool))], None
    if isinstance(by, str):
        values = _column(result, given, by)
    else:
        series = pd.Series(dict(by), dtype=object) if isinstance(by, Mapping) else by
        if not isinstance(series, pd.Series):
            message = f"by is a {type(by).__name__}; give a column of the checks, or a Series by document."
            raise SettingError(message)
        values = by_document(series, pd.Series(given.names, dtype=object), "slices")
    texts = np.array(["" if pd.isna(value) else str(value) for value in values], dtype=object)
    name = by if isinstance(by, str) else str(getattr(by, "name", None) or "slice")
    return [(str(kind), np.asarray(texts == kind, dtype=bool)) for kind in sorted(set(texts))], name


def _column(result: Any, given: Verdicts, by: str) -> "npt.NDArray[np.object_]":
    if by in given.extra:
        return np.asarray(given.extra[by], dtype=object)
    if by in result.documents:
        series = result.documents.set_index("document")[by]
        return np.asarray(by_document(series, pd.Series(given.names, dtype=object), "slices"), dtype=object)
    known = [name for name in given.extra if name != "document"]
    message = (
        f"by is {by!r}, which is no column of the checks ({', '.join(known)}), nor one that the "
        f"{len(result.documents):,} evaluated documents have ({', '.join(result.documents.columns)})."
    )
    raise SettingError(message)


def refuse_one_bound(given: Verdicts, outcomes: Outcomes) -> None:
    """Refuse one bound for kinds of documents whose share of mistakes provably differs."""
    if SLICE not in given.extra:
        return
    sources = given.extra[SLICE].fillna("").to_numpy(dtype=object)
    # Rule by rule: where two readers share an OCR, what they agree on differs though all that was read does not.
    tested = [_mistakes_by(sources, outcomes, outcomes.kept[:, rule]) for rule in range(outcomes.kept.shape[1])]
    tested.append(_mistakes_by(sources, outcomes, np.any(outcomes.kept, axis=1)))
    differences = [(found[1], kinds) for kinds in tested if (found := differing(kinds)) is not None]
    if not differences:
        return
    p, kinds = min(differences)
    told = ", ".join(f"{name or 'unknown'} {mistakes} of {count} wrong" for name, count, mistakes in kinds)
    message = (
        f"One bound for all is refused, since kinds of documents differ in mistakes ({told}; p = {p:.2g}): "
        f"a bound from one says nothing of another. Give by={SLICE!r}."
    )
    raise SettingError(message)


def _mistakes_by(sources: "npt.NDArray[np.object_]", outcomes: Outcomes, kept: BoolArray) -> list[tuple[str, int, int]]:
    """Return of each kind of document how many are kept and labelled, and how many of these are wrong."""
    judged = outcomes.labelled & kept
    source, wrong = sources[judged], outcomes.wrong[judged]
    return [(str(kind), int((source == kind).sum()), int(wrong[source == kind].sum())) for kind in sorted(set(source))]


def slipping(
    result: Any, given: Verdicts, rules: Sequence[AutomationRule], kept: BoolArray, required: Sequence[str]
) -> pd.DataFrame:
    """Return the mistakes in documents that some rule lets through, each with the rules that do and the amount read."""
    mistakes = result.mistakes(full=True)
    wanted = ((mistakes["group"] == "") & mistakes["field"].isin(required)).to_numpy(dtype=bool)
    place = pd.Index(given.names, dtype=object).get_indexer(mistakes["document"].astype(str).map(composed))
    wanted &= kept[place].any(axis=1)
    found = mistakes[wanted][["document", "field", "truth", "extracted", "page", "cause", "difference"]]
    # The strictest rule is the one that keeps least.
    order = np.argsort(kept.sum(axis=0), kind="stable")
    through = [[rules[at].name for at in order if kept[row, at]] for row in place[wanted]]
    amounts = result.comparisons
    amounts = amounts[((amounts["group"] == "") & (amounts["field"] == AMOUNT)).to_numpy(dtype=bool)]
    read = dict(zip(amounts["document"].tolist(), amounts["extracted"].tolist(), strict=True))
    return found.reset_index(drop=True).assign(
        paid=pd.array([read.get(name, pd.NA) for name in found["document"].tolist()], dtype=TEXT),
        rule=pd.array([names[0] for names in through], dtype=TEXT),
        rules=pd.Series(through, dtype=object),
    )


def failed_of(result: Any, given: Verdicts) -> BoolArray:
    """Return which documents failed, those of which the truth has nothing included."""
    documents = result.documents
    names = documents["document"][(documents["status"] == FAILED).to_numpy(dtype=bool)].tolist()
    names += [one["document"] for one in result.provenance["failed_without_truth"]]
    failed = {composed(str(name)) for name in names}
    return np.array([name in failed for name in given.names], dtype=bool)
