"""Which labels to look at before believing them, worst first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gini_notebook._noted import NotedTable, noted
from gini_notebook._text import shown_of
from gini_notebook.analysis.labelling.document_text import DocumentText
from gini_notebook.analysis.labelling.evidence import (
    Evidence,
    LabelledValue,
    Run,
    gather,
    is_sound,
    labelled_values,
    surprises,
)
from gini_notebook.analysis.labelling.net_amounts import contradicting_lines
from gini_notebook.analysis.labelling.repeats import repeated
from gini_notebook.analysis.labelling.sums import contradictions
from gini_notebook.analysis.labelling.terms import OddTerm, odd_terms
from gini_notebook.analysis.truth.einvoice.line_amounts import ATTRIBUTE, read
from gini_notebook.errors import SchemaError
from gini_notebook.notations import composed
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import CHECK_TRUTH, TRUTH, check, dotted

# In bits, as surprises are: what an explanation of a label adds.
NEAR = 4.0
SWAPPED = 5.0
OTHER_DOCUMENT = 3.0
UNREAD = 6.0
CONTRADICTION = 2.0
# What is less doubtful is not listed.
LEAST = 1.0

CHECKS = (
    "unread",
    "swapped",
    "one_character",
    "other_document",
    "form",
    "nowhere",
    "as_run",
    "run_differs",
    "term",
    "sum",
    "net_amount",
    "duplicate",
)
"""The names in the column ``check``, the most telling first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One label to look at: how doubtful it is in bits, and why."""

    label: LabelledValue
    check: str
    doubt: float
    found: str
    suggestion: str


def check_labels(
    truth: pd.DataFrame,
    extractions: pd.DataFrame | None = None,
    documents: pd.DataFrame | None = None,
    texts: Mapping[str, DocumentText] | None = None,
) -> NotedTable:
    """Return the labels to look at again, worst first; see :func:`gini_notebook.check_truth`.

    Parameters
    ----------
    truth
        The truth table.
    extractions
        What a run read, as a table with document, field and value.
    documents
        The documents of the run with their ``sha256``.
    texts
        The words of documents, by name.

    Returns
    -------
    NotedTable
        ``schema.CHECK_TRUTH``; ``notes`` says how many labels could not be looked for on a page.

    Raises
    ------
    SchemaError
        If there is no such truth table or table of extractions.
    """
    table = _known(check(truth, TRUTH), truth.attrs.get("unsure", ()))
    if extractions is not None and not {"document", "field", "value"} <= set(extractions.columns):
        raise SchemaError("The table of extractions must have the columns document, field and value.")
    labels = labelled_values(table)
    evidence = gather(labels, texts or {}, None if extractions is None else Run(extractions))
    findings = [*_findings(labels, evidence), *_of_whole_documents(labels, evidence, documents, texts or {})]
    findings += _of_lines(labels, truth)
    found = _table(_gravest(findings))
    return noted(found, _headline(len(found), len(labels)), _not_looked_for(labels, texts or {}))


def _headline(found: int, labels: int) -> str:
    of_all = f"{labels:,} {'label' if labels == 1 else 'labels'} with a value"
    if not found:
        return f"Nothing speaks against any of {of_all}."
    return f"{found:,} of {of_all} to look at again, the most doubtful first."


def _not_looked_for(labels: Sequence[LabelledValue], texts: Mapping[str, DocumentText]) -> list[Note]:
    """Say how many labels nobody could look for on a page."""
    printed = [label for label in labels if label.is_printed]
    lost = [label for label in printed if label.document not in texts]
    if not lost:
        return []
    documents = tuple(dict.fromkeys(label.document for label in lost))
    detail = ": not one was looked for" if len(lost) == len(printed) else ""
    return [Note("labels_not_looked_for", len(lost), detail=detail, examples=documents[:EXAMPLES])]


def _known(table: pd.DataFrame, unsure: Iterable[str]) -> pd.DataFrame:
    """Leave out labels that say that nobody could tell, and columns that are perhaps no fields."""
    names = [dotted(*place) for place in zip(table["group"], table["field"], strict=True)]
    left_out = pd.Series(names, dtype=object).isin([str(name) for name in unsure]).to_numpy(dtype=bool)
    return table[~left_out & (table["state"] != "unclear").to_numpy(dtype=bool, na_value=True)]


def _findings(labels: Sequence[LabelledValue], evidence: Sequence[Evidence]) -> Iterator[Finding]:
    """Yield what each label's own evidence says against it."""
    # How usual a finding is, is counted without what is explained otherwise: a truth full of slips would hide them.
    usual = [None if one.near or one.swapped or one.others else one for one in evidence]
    nowhere = surprises(labels, [_not(None if one is None else one.on_page) for one in usual])
    differs = surprises(labels, [_not(None if one is None else one.agrees) for one in usual])
    faulty = surprises(labels, [None if one is None else bool(one.fault) and not one.on_page for one in usual])
    for label, one in zip(labels, evidence, strict=True):
        doubts = {
            "nowhere": nowhere[label.column] if one.on_page is False else 0.0,
            "run_differs": differs[label.column] if one.agrees is False else 0.0,
            "form": max(LEAST, faulty[label.column]) if one.fault else 0.0,
            "unread": UNREAD if label.canonical is None else 0.0,
            "swapped": SWAPPED if one.swapped else 0.0,
            "one_character": NEAR if one.near else 0.0,
            "other_document": OTHER_DOCUMENT if one.others else 0.0,
        }
        if one.agrees:
            doubts = {"as_run": (doubts["nowhere"] + doubts["form"]) / 2}
        elif one.on_page:
            doubts["form"] = min(doubts["form"], LEAST)
        doubt = sum(doubts.values())
        named = next((name for name in CHECKS if doubts.get(name)), None)
        if named is not None and doubt >= LEAST:
            yield Finding(label, named, doubt, found_of(label, one), suggestion_of(label, one, named))


def _not(flag: bool | None) -> bool | None:
    return None if flag is None else not flag


def found_of(label: LabelledValue, one: Evidence) -> str:
    """Say what was found about a label."""
    found = [one.fault] if one.fault else []
    if one.on_page is not None:
        found.append("stands in the document" if one.on_page else "stands nowhere in the document")
    if one.agrees:
        found.append("the run read the same")
    elif one.read is not None:
        found.append(f"the run read {one.read!r}")
    elif one.agrees is False:
        found.append("the run read no such value")
    if one.near and one.near != one.read:
        found.append(f"{one.near!r} stands in the document")
    if one.misprint:
        found.append(f"{one.misprint!r} stands in the document, which differs in one character and is faulty itself")
    if one.swapped:
        found.append(f"{one.swapped} fits")
    if one.others:
        shown = shown_of(len(one.others), 1)
        more = f" and {len(one.others) - shown} more" if len(one.others) > shown else ""
        found.append(f"is the {dotted(*label.column)} of {' and '.join(one.others[:shown])}{more}")
    return "; ".join(found)


def suggestion_of(label: LabelledValue, one: Evidence, named: str) -> str:
    """Say what to do about a label."""
    if one.swapped:
        return f"Exchange day and month: {one.swapped}."
    if one.near:
        return f"Take {one.near!r}, which differs in one character."
    if one.others:
        return f"Look whether the rows of {label.document} and {one.others[0]} were exchanged."
    if one.on_page is False and one.read is not None and is_sound(label.rule, one.read):
        return f"Look at the document; perhaps it is {one.read!r}."
    return _OTHERWISE["printed" if named == "form" and one.on_page else named]


_OTHERWISE = {
    **dict.fromkeys(CHECKS, "Look at the document."),
    "unread": "Write it as the service does, or name the notation when reading (locale=, date_order=).",
    "as_run": "Look at the document: it may be a logo or drawn, or the label was copied from a run.",
    "printed": "Nothing, if it is printed so.",
}


def _of_whole_documents(
    labels: Sequence[LabelledValue],
    evidence: Sequence[Evidence],
    documents: pd.DataFrame | None,
    texts: Mapping[str, DocumentText],
) -> Iterator[Finding]:
    """Yield what speaks against a label only together with others: sums, terms of payment, repeated documents."""
    for contradiction in contradictions(labels, evidence, texts):
        doubt = CONTRADICTION * contradiction.surprise
        yield Finding(contradiction.label, "sum", doubt, contradiction.found, contradiction.suggestion)
    for odd in odd_terms(labels, evidence):
        doubt, named = (odd.surprise, "term") if odd.exchanged is None else (SWAPPED + odd.surprise, "swapped")
        yield Finding(odd.label, named, doubt, odd.found, _suggestion_of_term(odd))
    for repeat in repeated(labels, evidence, documents):
        yield Finding(repeat.label, "duplicate", repeat.surprise, repeat.found, repeat.suggestion)


def _suggestion_of_term(odd: OddTerm) -> str:
    if odd.exchanged is None:
        return "Look at both dates of the document."
    return f"Look at the document; perhaps day and month are exchanged: {odd.exchanged}."


def _of_lines(labels: Sequence[LabelledValue], truth: pd.DataFrame) -> Iterator[Finding]:
    """Yield what speaks against labels of lines by what their e-invoice states beside them."""
    lines = {composed(name): stated for name, stated in read(truth.attrs.get(ATTRIBUTE)).items()}
    for contradiction in contradicting_lines(labels, lines):
        doubt = CONTRADICTION * contradiction.surprise
        yield Finding(contradiction.label, "net_amount", doubt, contradiction.found, contradiction.suggestion)


def _gravest(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding per label, with all doubts in it, and of alternatives the most doubtful one; these first."""
    by_label: dict[tuple[Any, ...], list[Finding]] = {}
    for one in findings:
        by_label.setdefault((one.label.place, one.label.value), []).append(one)
    by_place: dict[tuple[Any, ...], Finding] = {}
    for several in by_label.values():
        joined = _joined(several)
        place = joined.label.place
        by_place[place] = max(joined, by_place.get(place, joined), key=lambda one: one.doubt)
    return sorted((one for one in by_place.values() if one.doubt >= LEAST), key=_place)


def _joined(several: Sequence[Finding]) -> Finding:
    first = min(several, key=lambda one: CHECKS.index(one.check))
    found = "; ".join(dict.fromkeys([first.found, *(one.found for one in several)]))
    return replace(first, doubt=sum(one.doubt for one in several), found=found)


def _place(one: Finding) -> tuple[Any, ...]:
    return -one.doubt, CHECKS.index(one.check), *one.label.place


def _table(findings: Sequence[Finding]) -> pd.DataFrame:
    return CHECK_TRUTH.frame(
        {
            "document": one.label.document,
            "group": one.label.group,
            "row": one.label.row,
            "field": one.label.field,
            "check": one.check,
            "value": one.label.value,
            "found": one.found,
            "suggestion": one.suggestion,
            "rank": rank,
        }
        for rank, one in enumerate(findings, start=1)
    )
