"""What is explored, whatever it came from, as one table of slots and one of documents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_scalar

from gini_notebook.analysis.automation.rules import Verdicts
from gini_notebook.analysis.comparison import Comparison
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.evaluate import evaluate
from gini_notebook.analysis.evaluation.mistakes import MISTAKES
from gini_notebook.analysis.rules import Rule, for_field, get
from gini_notebook.errors import SettingError
from gini_notebook.notations import composed
from gini_notebook.schema import COMPARISONS, EXTRACTIONS, TEXT, check, dotted

KEY = list(COMPARISONS.key)
READ, UNLABELLED = "read", "unlabelled"
RIGHT = ("correct", "absent")
# Columns of documents that are no property to filter by.
_NO_SLICES = frozenset({"document", "sha256", "document_id", "request_id", "error", "answered", "status"})
_TRUE = ("truth", "truth_canonical", "cause", "kind", "difference", "truth_valid", "extracted_valid", "similarity")
_READ = ("extracted", "extracted_canonical", "page", "left", "top", "width", "height")
MOST_SLICE_VALUES, MOST_SLICES = 40, 4


@dataclass(frozen=True)
class Subject:
    """What is explored.

    Attributes
    ----------
    kind
        ``evaluation``, ``comparison`` or ``documents`` (nothing is known to be right).
    slots
        One row for each slot: the columns of comparisons, ``name`` (the field with its compound), ``kind`` (the cause
        without what is particular to one slot), ``stake`` (by how much an amount is off); of a comparison also
        ``extracted_a``, ``outcome_a`` and ``change``. A document without any slot has one row without a field.
    documents
        One row for each document: at least ``document``, ``status``, ``error``, ``request_id``.
    candidates
        What else was read.
    rules
        By field, what its rule says of itself.
    """

    kind: str
    slots: pd.DataFrame
    documents: pd.DataFrame
    candidates: "Candidates"
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    result: Evaluation | None = None

    def facts_of(self, document: str) -> dict[str, Any]:
        """Return what is known of a document, and of one that is not there nothing."""
        place = self._places.get(document)
        facts = {} if place is None else self.documents.iloc[place].to_dict()
        return {str(name): value for name, value in facts.items() if not (is_scalar(value) and pd.isna(value))}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.documents["document"].tolist())}

    def texts_of(self, name: str) -> dict[str, str]:
        """Return a column of the documents, by document; a text that lacks is an empty one."""
        values = self.documents[name].astype(object).where(self.documents[name].notna(), "")
        return dict(zip(self._places, map(str, values.tolist()), strict=True))

    def rows_of(self, document: str) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """Return the numbers of the slots of a document."""
        return self._rows.get(document, np.zeros(0, dtype=np.int64))

    @cached_property
    def _rows(self) -> Mapping[str, "np.ndarray[Any, np.dtype[np.int64]]"]:
        rows: Mapping[str, np.ndarray[Any, np.dtype[np.int64]]] = self.slots.groupby("document", sort=False).indices
        return rows

    def rule_of(self, row: int) -> Rule:
        """Return the rule that compares the values of a slot; of a function of somebody's own, the one of its field."""
        name = str(self.slots["name"].iloc[row])
        if name not in self._known_rules:
            described = dict(self.rules.get(name, {}))
            known = described and "custom" not in described
            rule = get(described.pop("name"), **described) if known else for_field(name.rpartition(".")[2])
            self._known_rules[name] = rule
        return self._known_rules[name]

    @cached_property
    def _known_rules(self) -> dict[str, Rule]:
        return {}

    def take(self, document: str, evaluation: Evaluation | None) -> "np.ndarray[Any, np.dtype[np.int64]] | None":
        """Put what a document is now in the place of what it was, and return the numbers of its slots.

        Parameters
        ----------
        document
            The document.
        evaluation
            Of this document alone; None where nothing of it is labelled any more.

        Returns
        -------
        numpy.ndarray or None
            None, and nothing is changed, where it has a slot now that it had not.
        """
        rows = self.rows_of(document)
        before = self.slots.iloc[rows]
        outcome = before["outcome"].where(before["field"].eq(""), UNLABELLED)
        blank = before.assign(outcome=outcome, **_nothing(before, _TRUE))
        keys = pd.MultiIndex.from_frame(before[KEY])
        parts = [blank]
        if evaluation is not None:
            fresh = _complete(evaluation.comparisons.reset_index(drop=True), self.documents.iloc[:0], evaluation)
            known = pd.MultiIndex.from_frame(fresh[KEY])
            if len(known.difference(keys)):
                return None
            parts = [fresh, blank.assign(**_nothing(before, _READ))[~keys.isin(known)]]
        # Of the kinds they come to: pandas 2 leaves what holds no value out of finding a common one, and warns.
        kinds = before.dtypes
        parts = [part[[name for name in before if name in part]] for part in parts]
        table = pd.concat([part.astype(kinds[part.columns]) for part in parts], ignore_index=True)
        order = pd.MultiIndex.from_frame(table[KEY]).get_indexer(keys)
        for name in table.columns.difference(KEY):
            values = table[name].iloc[order].astype(self.slots[name].dtype)
            self.slots.iloc[rows, self.slots.columns.get_loc(name)] = values.array
        return rows

    @cached_property
    def slices(self) -> dict[str, "pd.Series[Any]"]:
        """Properties of documents that part them into a few groups, by name, each a text by document."""
        return slices_of(self.documents)


def slices_of(documents: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    """Return the properties that part documents into a few groups, by name, each a text by document."""
    found: dict[str, pd.Series[Any]] = {}
    for name in documents.columns:
        if name in _NO_SLICES or len(found) == MOST_SLICES or documents[name].dtype.kind in "fM":
            continue
        values = documents.set_index("document")[name].astype(TEXT)
        if 2 <= values.nunique() <= MOST_SLICE_VALUES:
            found[str(name)] = values
    return found


class Candidates:
    """The candidates of every document and list, looked up without a search.

    Parameters
    ----------
    table
        ``schema.CANDIDATES``; None where none are known.
    """

    def __init__(self, table: pd.DataFrame | None) -> None:
        self._table = table

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], Any]:
        if self._table is None or self._table.empty:
            return {}
        places: Mapping[tuple[str, str], Any] = self._table.groupby(["document", "list"], sort=False).indices
        return places

    def of(self, document: str, asked: Any) -> pd.DataFrame | None:
        """Return the candidates of a list of a document, in their order."""
        places = self._places.get((document, asked)) if isinstance(asked, str) else None
        if places is None or self._table is None:
            return None
        return self._table.iloc[places].sort_values("rank")


def _nothing(table: pd.DataFrame, names: Iterable[str]) -> dict[str, Any]:
    return {name: pd.Series(index=table.index, dtype=table[name].dtype) for name in names}


def labelled_subject(
    result: Evaluation | None, source: Any, decided: Iterable[tuple[str, str, int, str]] = ()
) -> Subject:
    """Return the subject of a truth that is edited: also the slots of documents that have no label so far.

    Parameters
    ----------
    result
        The evaluation; None where nothing is labelled.
    source
        The run: a batch, or a table of extractions. Its documents without truth have a slot for each header field that
        the run or the evaluation has, whatever was read of them.
    decided
        Document, group, row and field of the slots that somebody decided about: they are there, even where the decision
        left neither a true value nor one that was read.
    """
    return _of_evaluation(result, source, source, decided=list(decided))


def subject_of(what: Any, truth: pd.DataFrame | None = None, batch: Any = None) -> Subject:
    """Make one thing of an evaluation, a comparison, a batch or a table of extractions.

    Raises
    ------
    SettingError
        If it is none of these.
    """
    if isinstance(what, Comparison):
        return _of_comparison(what, batch)
    if isinstance(what, Evaluation):
        return _of_evaluation(what, batch, what)
    if truth is not None and not isinstance(what, str):
        return _of_evaluation(evaluate(what, truth), what, what)
    table = what if isinstance(what, pd.DataFrame) else getattr(what, "extractions", None)
    if not isinstance(table, pd.DataFrame):
        message = (
            f"explore() takes an Evaluation, a Batch, a Comparison or a table of extractions, not a "
            f"{type(what).__name__}; of an evaluation in partitions, give its in_memory()."
        )
        raise SettingError(message)
    return _of_extractions(table, what if batch is None else batch)


def with_checks(subject: Subject, checks: pd.DataFrame) -> Subject:
    """Return the subject with a text for each slot of a header field: the checks that failed, or that none did."""
    verdicts = Verdicts.of(checks)
    failed = verdicts.failed_by_field()
    slots = subject.slots
    pairs = zip(slots["document"].map(composed), slots["field"], slots["group"], strict=True)
    texts = [failed.get((document, field)) if group == "" else None for document, field, group in pairs]
    return replace(subject, slots=slots.assign(checks=pd.array(texts, dtype=TEXT)))


def _of_evaluation(
    result: Evaluation | None, batch: Any, source: Any, *, decided: Sequence[tuple[str, str, int, str]] | None = None
) -> Subject:
    slots = COMPARISONS.empty() if result is None else result.comparisons.reset_index(drop=True)
    known = None if result is None else result.documents
    documents = _documents(slots, known, getattr(source, "documents", None))
    edited = decided is not None
    table = batch if isinstance(batch, pd.DataFrame) and edited else getattr(batch, "extractions", None)
    beyond = _without_truth(table, known)
    if decided is not None:
        beyond = _with_every_field(beyond, slots, documents, known)
        beyond = _with_decided(beyond, slots, documents, decided)
    slots = pd.concat([slots, beyond], ignore_index=True) if len(beyond) else slots
    return Subject(
        "evaluation",
        _complete(slots, documents, result),
        documents,
        Candidates(_candidates(None if result is None else result.candidates, batch)),
        {} if result is None else result.provenance.get("rules", {}),
        result,
    )


def _of_comparison(comparison: Comparison, batch: Any) -> Subject:
    one, two = comparison.a.comparisons, comparison.b.comparisons
    of_a = {name: f"{name}_a" for name in ("extracted", "outcome", "page", "left", "top", "width", "height")}
    of_truth = {name: f"_{name}" for name in ("truth", "truth_canonical")}
    sides = one[[*KEY, *of_a, *of_truth]].rename(columns=of_a | of_truth)
    slots = two.merge(sides, on=KEY, how="outer", sort=False)
    for name in ("truth", "truth_canonical"):
        slots[name] = slots[name].fillna(slots.pop(f"_{name}"))
    slots["outcome"] = slots["outcome"].fillna("absent")
    slots["outcome_a"] = slots["outcome_a"].fillna("absent")
    slots["change"] = _changes(slots).astype(TEXT)
    slots = slots.sort_values(KEY, ignore_index=True)
    documents = _documents(slots, comparison.b.documents, comparison.a.documents)
    result = comparison.b
    candidates = Candidates(_candidates(result.candidates, batch))
    rules = result.provenance.get("rules", {})
    return Subject("comparison", _complete(slots, documents, result), documents, candidates, rules, result)


def _changes(slots: pd.DataFrame) -> "pd.Series[Any]":
    before, after = slots["outcome_a"].isin(RIGHT), slots["outcome"].isin(RIGHT)
    counted = ~slots["outcome"].eq("ignored")
    change = pd.Series("same", index=slots.index, dtype=object)
    other = slots["extracted"].fillna("\0").ne(slots["extracted_a"].fillna("\0"))
    change[~before & ~after & other] = "still wrong, otherwise"
    change[counted & ~before & after] = "fixed"
    change[counted & before & ~after] = "broken"
    return change


def _of_extractions(table: pd.DataFrame, batch: Any) -> Subject:
    slots = _as_slots(table)
    documents = _documents(slots, getattr(batch, "documents", None))
    candidates = Candidates(_candidates(None, batch))
    return Subject("documents", _complete(slots.assign(outcome=READ), documents, None), documents, candidates)


def _as_slots(table: pd.DataFrame) -> pd.DataFrame:
    """Write extractions as comparisons of which nothing is known to be right."""
    given = table.assign(**{name: value for name, value in (("group", ""), ("row", 0)) if name not in table.columns})
    read = check(given, EXTRACTIONS, required=("document", "field", "value"))
    slots = COMPARISONS.frame({**read, "extracted": read["value"], "extracted_canonical": read["value"]})
    return slots.assign(candidates=read["candidates"].to_numpy())


def _without_truth(extractions: pd.DataFrame | None, known: pd.DataFrame | None) -> pd.DataFrame:
    """Return the slots of the documents of which nobody knows what is right."""
    if not isinstance(extractions, pd.DataFrame):
        return COMPARISONS.empty()
    others = extractions if known is None else extractions[~extractions["document"].isin(set(known["document"]))]
    return _as_slots(others).assign(outcome=UNLABELLED) if len(others) else COMPARISONS.empty()


def _with_every_field(
    beyond: pd.DataFrame, slots: pd.DataFrame, documents: pd.DataFrame, known: pd.DataFrame | None
) -> pd.DataFrame:
    """Add to the slots of documents without truth those of header fields of which nothing was read."""
    parts = [part.loc[part["group"].eq(""), "field"] for part in (slots, beyond)]
    fields = [name for name in pd.concat(parts).unique() if name]
    labelled = set() if known is None else set(known["document"])
    failed = set(documents.loc[documents["status"].fillna(READ).eq("failed"), "document"])
    names = [name for name in documents["document"] if name not in labelled and name not in failed]
    there = set(zip(beyond["document"], beyond["group"], beyond["field"], strict=True))
    lacking = [(name, field) for name in names for field in fields if (name, "", field) not in there]
    if not lacking:
        return beyond
    columns = {"document": [name for name, _ in lacking], "field": [field for _, field in lacking]}
    more = COMPARISONS.frame({**columns, "group": "", "row": 0, "outcome": UNLABELLED})
    table = pd.concat([beyond, more], ignore_index=True) if len(beyond) else more
    return table.sort_values(KEY, kind="stable", ignore_index=True)


def _with_decided(
    beyond: pd.DataFrame,
    slots: pd.DataFrame,
    documents: pd.DataFrame,
    decided: Sequence[tuple[str, str, int, str]],
) -> pd.DataFrame:
    """Add the slots of decisions that left nothing to compare, such as "unclear" of a document that failed."""
    there = {key for part in (slots, beyond) for key in part[KEY].itertuples(index=False, name=None)}
    known = set(documents["document"])
    lacking = [key for key in dict.fromkeys(decided) if key not in there and key[0] in known]
    if not lacking:
        return beyond
    more = COMPARISONS.frame(pd.DataFrame(lacking, columns=KEY).assign(outcome=UNLABELLED).to_dict("list"))
    return pd.concat([beyond, more], ignore_index=True) if len(beyond) else more


def _candidates(own: pd.DataFrame | None, batch: Any) -> pd.DataFrame | None:
    given = getattr(batch, "candidates", None)
    return given if isinstance(given, pd.DataFrame) else own


def _documents(slots: pd.DataFrame, *tables: pd.DataFrame | None) -> pd.DataFrame:
    """Put together what the tables say of the documents, each document once, in their order."""
    known = [table for table in tables if isinstance(table, pd.DataFrame)]
    names = pd.concat([*(table["document"] for table in known), slots["document"]]).drop_duplicates()
    merged = pd.DataFrame({"document": names.astype(TEXT).to_numpy()})
    for table in known:
        more = [name for name in table.columns if name not in merged.columns]
        part = table[["document", *more]].drop_duplicates("document")
        merged = merged.merge(part.astype({"document": TEXT}), on="document", how="left")
    for name in ("status", "error", "request_id"):
        if name not in merged:
            merged[name] = pd.array([pd.NA] * len(merged), dtype=TEXT)
    return merged


def _complete(slots: pd.DataFrame, documents: pd.DataFrame, result: Evaluation | None) -> pd.DataFrame:
    """Add what is made of the other columns, and a row for each document that has none."""
    there = set(slots["document"].tolist())
    empty = documents[~documents["document"].isin(there)]
    if len(empty):
        status = empty["status"].fillna(READ).replace({"completed": READ}).to_numpy()
        rows = {"document": empty["document"].to_numpy(), "group": "", "row": 0, "field": "", "outcome": status}
        lone = COMPARISONS.frame(rows).assign(candidates=pd.array([pd.NA] * len(empty), dtype=TEXT))
        slots = pd.concat([slots, lone], ignore_index=True) if len(slots) else lone
    pairs = zip(slots["group"].tolist(), slots["field"].tolist(), strict=True)
    names = {pair: dotted(*pair) for pair in set(pairs)}
    pairs = zip(slots["group"].tolist(), slots["field"].tolist(), strict=True)
    slots["name"] = pd.array([names[pair] for pair in pairs], dtype=TEXT)
    causes = slots["cause"]
    slots["kind"] = causes.map(lambda cause: cause.partition(":")[0], na_action="ignore").astype(TEXT)
    return _with_mistakes(slots, result)


def _with_mistakes(slots: pd.DataFrame, result: Evaluation | None) -> pd.DataFrame:
    """Add by how much amounts are off, and which accounts have right check digits, as ``Evaluation.mistakes`` says."""
    more = ["difference", "truth_valid", "extracted_valid"]
    if result is None or not slots["outcome"].isin(MISTAKES).any():
        return slots.assign(
            difference=float("nan"),
            **{name: pd.array([pd.NA] * len(slots), dtype="boolean") for name in more[1:]},
        )
    kept = result.mistakes(full=True)[[*KEY, *more]].set_index(KEY)
    wrong = slots.loc[slots["outcome"].isin(MISTAKES), KEY]
    found = kept.reindex(pd.MultiIndex.from_frame(wrong)).set_axis(wrong.index)
    return slots.assign(**{name: found[name] for name in more})
