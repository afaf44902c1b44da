"""Tables larger than memory: every partition is evaluated by itself, and the counts are put together.

Works on Dask DataFrames whose partitions hold documents whole; nothing is shuffled. Which scheduler does the work is
Dask's business: threads by default, the processes of a cluster where a client is connected.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.errors import SchemaError
from gini_notebook.evaluation import _documents
from gini_notebook.evaluation._inputs import Inputs, choose_columns, read
from gini_notebook.evaluation._pass import Compared, compare
from gini_notebook.evaluation._settings import Column, OneRule, Settings, Votes, choose_rules, columns_in, entity_votes
from gini_notebook.evaluation._tables import EXTRACTIONS, TRUTH, check_columns
from gini_notebook.evaluation.counts import Tally, coded, tally
from gini_notebook.rules import Rule

_LIBRARIES = ("dask", "dask_expr")


def is_parted(frame: Any) -> bool:
    """Tell a Dask DataFrame, without importing Dask."""
    return type(frame).__module__.partition(".")[0] in _LIBRARIES and hasattr(frame, "to_delayed")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How every partition is evaluated."""

    columns: tuple[Column, ...]
    left_out_fields: tuple[str, ...]
    rules: Mapping[str, Rule]
    settings: Settings


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What comes out of a pair of partitions."""

    documents: pd.DataFrame
    tally: Tally
    labelled: tuple[Column, ...]
    approximate: tuple[str, ...]
    without_truth: tuple[str, ...]
    hashes: tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class _Survey:
    """What a pair of partitions has, before it is known how to evaluate it."""

    wanted: frozenset[Column]
    delivered: frozenset[Column]
    votes: Votes
    extracted: frozenset[str]


def pairs(extractions: Any, truth: Any) -> tuple[list[Any], list[_Survey]]:
    """Bring the partitions of both tables together, and survey them.

    Returns
    -------
    tuple
        Per pair of partitions, Dask's delayed (extractions, truth); and what each has.

    Raises
    ------
    SchemaError
        If the tables do not have the same number of partitions.
    """
    dask: Any = import_module("dask")
    for frame, name in ((extractions, EXTRACTIONS), (truth, TRUTH)):
        check_columns(frame, name)
    found = extractions.to_delayed()
    if is_parted(truth):
        wanted = truth.to_delayed()
        if len(wanted) != len(found):
            message = (
                f"The extractions have {len(found)} partitions and the truth {len(wanted)}. Both must be partitioned "
                "in the same way, with all rows of a document in the same partition."
            )
            raise SchemaError(message)
        seen = (_needed(frame, ("field", "group", "entity")).to_delayed() for frame in (extractions, truth))
        surveys = dask.compute(*map(dask.delayed(_survey), *seen))
        return list(zip(found, wanted, strict=True)), list(surveys)
    seen = _needed(extractions, ("document", "field", "group", "entity")).to_delayed()
    surveys = dask.compute(*(dask.delayed(_survey)(part, truth.head(0)) for part in seen))
    met = [_of_documents(truth, survey.extracted) for survey in surveys]
    rest = truth[~np.logical_or.reduce(met)] if met else truth
    both = [(part, truth[chosen]) for part, chosen in zip(found, met, strict=True)]
    both.append((extractions.head(0, compute=True), rest))
    return both, [*surveys, _survey(extractions.head(0), truth)]


def _needed(frame: Any, columns: Sequence[str]) -> Any:
    """Give the columns a survey needs, so that no others are read for it."""
    return frame[[name for name in columns if name in frame.columns]]


def _of_documents(truth: pd.DataFrame, names: frozenset[str]) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Tell which rows are of these documents, whatever the Unicode form of their names."""
    codes, known = pd.factorize(truth["document"])
    forms = {unicodedata.normalize("NFC", name) for name in names}
    found = np.array([*(unicodedata.normalize("NFC", str(name)) in forms for name in known), False])
    return np.asarray(found[codes])


def _survey(extractions: pd.DataFrame, truth: pd.DataFrame) -> _Survey:
    return _Survey(
        wanted=columns_in(truth, TRUTH),
        delivered=columns_in(extractions, EXTRACTIONS),
        votes=entity_votes(extractions),
        extracted=frozenset(map(str, extractions["document"].dropna().unique() if "document" in extractions else ())),
    )


def plan(
    surveys: Sequence[_Survey], settings: Settings, rules: Mapping[str, OneRule] | None, currency_default: str | None
) -> Plan:
    """Decide for all partitions alike which columns are evaluated, and by which rules."""
    wanted = frozenset[Column]().union(*(survey.wanted for survey in surveys))
    delivered = frozenset[Column]().union(*(survey.delivered for survey in surveys))
    columns, left_out = choose_columns(sorted(wanted), sorted(delivered), settings.fields)
    votes = Votes()
    for survey in surveys:
        votes.update(survey.votes)
    settings.check_required(columns)
    settings.key_columns(columns)
    return Plan(columns, left_out, choose_rules(columns, votes, rules, currency_default), settings)


def evaluate_part(extractions: pd.DataFrame, truth: pd.DataFrame, how: Plan, level: str) -> Part:
    """Evaluate one pair of partitions, and count it at a level."""
    inputs, compared = _compared(extractions, truth, how, to_count=True)
    documents = _documents.frame(inputs.documents, None, inputs.answered)
    slots = coded(compared.comparisons, pd.Index(inputs.documents, dtype=object), how.columns)
    return Part(
        documents=documents,
        tally=tally(compared.comparisons, slots, level),
        labelled=tuple(how.columns[place] for place in np.flatnonzero(compared.labelled)),
        approximate=compared.approximate,
        without_truth=inputs.without_truth,
        hashes=(inputs.truth_hash, inputs.extractions_hash),
    )


def comparisons_of_part(extractions: pd.DataFrame, truth: pd.DataFrame, how: Plan) -> pd.DataFrame:
    """Give the comparisons of one pair of partitions."""
    return _compared(extractions, truth, how, to_count=False)[1].comparisons


def _compared(extractions: pd.DataFrame, truth: pd.DataFrame, how: Plan, *, to_count: bool) -> tuple[Inputs, Compared]:
    inputs = read(extractions, truth, columns=how.columns)
    return inputs, compare(inputs, extractions, how.rules, how.settings, to_count=to_count)


def check_whole(parts: Sequence[Part]) -> None:
    """Refuse partitions that share a document.

    Raises
    ------
    SchemaError
        If rows of one document are in several partitions.
    """
    names = pd.Series([name for part in parts for name in part.documents["document"]], dtype=object)
    twice = names[names.duplicated()]
    if twice.empty:
        strangers = {name for part in parts for name in part.without_truth}
        twice = names[names.isin(strangers)]
    if len(twice):
        message = (
            f"{twice.nunique()} document(s) have rows in several partitions; first: {twice.iloc[0]!r}. All rows of a "
            "document must be in the same partition of both tables: partition by document, for example with "
            "frame.shuffle('document', npartitions=…) on both."
        )
        raise SchemaError(message)


def together(parts: Sequence[Part]) -> tuple[pd.DataFrame, Tally]:
    """Put documents and counts of all partitions together, sorted by document."""
    documents = pd.concat([part.documents for part in parts], ignore_index=True)
    order = np.argsort(documents["document"].to_numpy(dtype=object), kind="stable")
    whole = Tally(
        columns=parts[0].tally.columns,
        counts=np.concatenate([part.tally.counts for part in parts])[order],
        anls=np.concatenate([part.tally.anls for part in parts])[order],
        rows=np.concatenate([part.tally.rows for part in parts])[order],
        candidates=None,
    )
    return documents.iloc[order].reset_index(drop=True), whole


def hash_of(hashes: Sequence[str]) -> str:
    """Give one hash of the hashes of all partitions, whatever their order."""
    return sha256("".join(sorted(hashes)).encode()).hexdigest()
