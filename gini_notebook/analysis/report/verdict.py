"""The verdict: what a report says in its first one to three sentences. A pure function of a few facts.

It never judges ("good"), says nothing that rests on fewer than 30 values, and no share without what it is a share of.
Where there is nothing else to say, it says what the header fields have together, and so whether there are 30 at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.report.texts import TEXTS, Format, missing

if TYPE_CHECKING:
    from gini_notebook.analysis.automation import Automation
    from gini_notebook.analysis.evaluation import Evaluation

FEWEST = 30
"""Below so many values nothing is said in a sentence, as no field and no slice is ranked (M20 of the metrics)."""

MOST_DOCUMENTS, LEAST_MISTAKES = 0.2, 0.5
"""Mistakes are concentrated if at most this share of the documents holds at least this share of them."""

_NEARLY_ALL = 0.8
# Below so many mistakes nothing is said of where most of them are.
_FEWEST_MISTAKES = 10


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Scored:
    """F1 of a slice or a field, and what it rests on.

    Attributes
    ----------
    name, column
        A value of a column of the documents table; for a field its name and nothing.
    values
        Values in the truth.
    correct
        How many of them are right.
    """

    name: str | None
    values: int
    correct: int
    f1: float
    low: float
    high: float
    column: str = ""


@dataclass(frozen=True, slots=True)
class Concentration:
    """A few documents that hold most of the mistakes.

    Attributes
    ----------
    documents, mistakes
        How many documents of how many hold how many mistakes of how many.
    slice, column, of_slice
        The slice that most of these documents are of, and how many are; None where that says nothing.
    """

    documents: Share
    mistakes: Share
    slice: str | None = None
    column: str = ""
    of_slice: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdict is made of.

    Attributes
    ----------
    gates
        Conditions that hold, and all; None if there are none.
    payable
        Documents that can be paid as read, of those on which there is something to pay; None if that is not known.
    mistakes
        Per document with a labelled header field, how many mistakes it has in the header fields.
    kinds
        By column, the slice that each of these documents is of.
    slices, fields
        Scores of slices (of each column) and of header fields.
    unseen
        Documents that could be paid without anybody looking, by rules that are shown, of all; None without a plan.
    """

    gates: Share | None = None
    payable: Share | None = None
    mistakes: Sequence[int] = ()
    kinds: Mapping[str, Sequence[str | None]] | None = None
    slices: Sequence[Scored] = ()
    fields: Sequence[Scored] = ()
    unseen: Share | None = None


def verdict(facts: Facts, language: str = "en") -> tuple[str, ...]:
    """Say in one to three sentences what came out.

    Gates, or else the payable documents, and with a plan of automation how many could be paid unseen; where
    mistakes are concentrated, and the widest gap between two slices, or else the slice that holds most mistakes; the
    field with the lowest F1.

    Parameters
    ----------
    facts
        See :func:`facts_of`.
    language
        ``"en"`` or ``"de"``.

    Examples
    --------
    >>> verdict(Facts(payable=Share(60, 72)))
    ('60 of 72 documents can be paid as read.',)
    >>> verdict(Facts(payable=Share(6, 7)), "de")
    ('Die Kopffelder haben zusammen weniger als 30 Sollwerte; siehe die Tabellen.',)
    """
    form, text = Format(language), TEXTS[language]
    first = [*_gates_or_payable(facts, form, text), *_unseen(facts, form, text)]
    second = [*_concentrated(facts, form, text), *_gap(facts, form, text)]
    third = _lowest(facts, form, text)
    if not second:
        second = _holding_most(facts, form, text)
        if second and not first and not third:
            first = [_together(facts, form, text)]
    sentences = [*first, *(["; ".join(second) + "."] if second else []), *third]
    sentences = [sentence[0].upper() + sentence[1:] for sentence in sentences]
    return tuple(sentences) or (_together(facts, form, text),)


def _gates_or_payable(facts: Facts, form: Format, text: Mapping[str, str]) -> list[str]:
    if facts.gates is not None:
        return [text["verdict_gates"].format(passed=form.count(facts.gates.part), of=form.count(facts.gates.whole))]
    if facts.payable is None or facts.payable.whole < FEWEST:
        return []
    share = facts.payable
    return [text["verdict_payable"].format(part=form.count(share.part), of=form.count(share.whole))]


def _unseen(facts: Facts, form: Format, text: Mapping[str, str]) -> list[str]:
    """Say how many could be paid unseen, which is less than what can be paid as read, and where that stands."""
    share = facts.unseen
    if share is None:
        return []
    key = "verdict_unseen" if share.part else "verdict_unseen_none"
    return [text[key].format(part=form.count(share.part), of=form.count(share.whole))]


def concentration(facts: Facts) -> Concentration | None:
    """Find the few documents that hold most of the mistakes, cut where the number of mistakes falls most.

    Returns
    -------
    Concentration or None
        None with fewer than 30 mistakes, or where it takes more than a fifth of the documents to hold half of them, or
        where these have fewer than two each on average: then it is only that most documents have none.
    """
    counts = np.asarray(facts.mistakes, dtype=np.int64)
    total = int(counts.sum())
    if total < FEWEST:
        return None
    order = np.argsort(-counts, kind="stable")
    sorted_counts, held = counts[order], np.cumsum(counts[order])
    falls = sorted_counts - np.append(sorted_counts[1:], 0)
    most = int(len(counts) * MOST_DOCUMENTS)
    fitting = [at for at in range(most) if held[at] >= LEAST_MISTAKES * total and falls[at] > 0]
    fitting = [at for at in fitting if held[at] >= 2 * (at + 1)]
    if not fitting:
        return None
    cut = max(fitting, key=lambda at: falls[at])
    found = Concentration(Share(cut + 1, len(counts)), Share(int(held[cut]), total))
    for column, kinds in (facts.kinds or {}).items():
        (kind, among), *_ = Counter(kinds[at] for at in order[: cut + 1]).most_common()
        everywhere = sum(one == kind for one in kinds) / len(kinds)
        if kind is not None and among >= _NEARLY_ALL * (cut + 1) and everywhere < among / (cut + 1):
            return Concentration(found.documents, found.mistakes, kind, column, among)
    return found


def _concentrated(facts: Facts, form: Format, text: Mapping[str, str]) -> list[str]:
    found = concentration(facts)
    if found is None:
        return []
    said = text["verdict_concentration"].format(
        documents=form.count(found.documents.part),
        of_documents=form.count(found.documents.whole),
        mistakes=form.count(found.mistakes.part),
        of_mistakes=form.count(found.mistakes.whole),
    )
    if found.slice is None:
        return [said]
    whole = found.of_slice == found.documents.part
    among = text["verdict_all_of_them" if whole else "verdict_some_of_them"]
    named = slice_name(found.column, found.slice, text)
    return [f"{said}, {among.format(count=form.count(found.of_slice), kind=named)}"]


def _holding_most(facts: Facts, form: Format, text: Mapping[str, str]) -> list[str]:
    """Name the slice that holds most mistakes, and is less than half of the documents; counts alone, no share."""
    total = sum(facts.mistakes)
    if total < _FEWEST_MISTAKES or sum(one.values for one in facts.fields) < FEWEST:
        return []
    for column, kinds in (facts.kinds or {}).items():
        held: Counter[str | None] = Counter()
        for kind, mistakes in zip(kinds, facts.mistakes, strict=True):
            held[kind] += mistakes
        kind, most = held.most_common(1)[0]
        documents = sum(one == kind for one in kinds)
        if kind is not None and 2 * most > total and 2 * documents < len(kinds):
            said = text["verdict_holds_most"].format(
                mistakes=form.count(most),
                of_mistakes=form.count(total),
                kind=slice_name(column, kind, text),
                documents=form.count(documents),
                of_documents=form.count(len(kinds)),
            )
            return [said]
    return []


def _gap(facts: Facts, form: Format, text: Mapping[str, str]) -> list[str]:
    """Say of the two slices that are farthest apart how far, if it cannot be chance."""
    enough = [one for one in facts.slices if one.values >= FEWEST and not np.isnan([one.f1, one.low, one.high]).any()]
    pairs = [
        (best, worst) for best in enough for worst in enough if best.column == worst.column and best.low > worst.high
    ]
    if not pairs:
        return []
    best, worst = max(pairs, key=lambda pair: pair[0].f1 - pair[1].f1)
    return [
        text["verdict_gap"].format(
            best=slice_name(best.column, best.name, text),
            best_f1=form.score(best.f1),
            best_values=form.count(best.values),
            worst=slice_name(worst.column, worst.name, text),
            worst_f1=form.score(worst.f1),
            worst_values=form.count(worst.values),
        )
    ]


def _ranked(facts: Facts) -> list[Scored]:
    return [one for one in facts.fields if one.values >= FEWEST and not np.isnan(one.f1)]


def _lowest(facts: Facts, form: Format, text: Mapping[str, str]) -> list[str]:
    ranked = _ranked(facts)
    if len(ranked) < 2 or min(one.f1 for one in ranked) == max(one.f1 for one in ranked):
        return []
    last = min(ranked, key=lambda one: one.f1)
    right = {"correct": form.count(last.correct), "values": form.count(last.values)}
    return [text["verdict_lowest"].format(field=last.name, f1=form.score(last.f1), **right)]


def _together(facts: Facts, form: Format, text: Mapping[str, str]) -> str:
    """Say how many values of all header fields are right, and whether any of the fields can be ranked."""
    values = sum(one.values for one in facts.fields)
    if values < FEWEST:
        return text["verdict_nothing"].format(fewest=FEWEST)
    said = "verdict_together" if _ranked(facts) else "verdict_unranked"
    right = form.count(sum(one.correct for one in facts.fields))
    return text[said].format(correct=right, values=form.count(values), fewest=FEWEST)


def slice_name(column: str, value: str | None, text: Mapping[str, str]) -> str:
    """Name the documents of a slice, in words where the service's own values are meant."""
    named = text.get(f"column_{column}", column)
    if value is None:
        return text["slice_none"].format(column=named)
    known = text.get(f"slice_{value}") if column == "source_classification" else None
    return known or text["slice_of"].format(column=named, value=value)


def facts_of(
    result: "Evaluation",
    checks: Sequence[Any],
    tables: Mapping[str, pd.DataFrame],
    scores: pd.DataFrame,
    summary: pd.DataFrame,
    *,
    plan: "Automation | None" = None,
) -> Facts:
    """Gather the facts of the verdict.

    Parameters
    ----------
    checks
        The conditions that were checked, with ``passed``.
    tables
        By column, the table of ``Evaluation.by_slice``.
    scores, summary
        The full table of ``Evaluation.by_field``, and that of ``Evaluation.summary``.
    plan
        A plan of automation, if the report has one.
    """
    counted = result.document_counts()
    columns = counted.columns_of("")
    labelled = counted.counts[:, columns].sum(axis=(1, 2)) > 0
    kinds = {column: result.documents[column][labelled] for column in tables}
    return Facts(
        gates=Share(sum(one.passed for one in checks), len(checks)) if checks else None,
        payable=None if result.settings.get("weights") is not None else _payable(summary.set_index("metric")),
        unseen=None if plan is None else Share(*plan.unseen()),
        mistakes=counted.counts[:, columns, 1:4].sum(axis=(1, 2))[labelled].tolist(),
        kinds={column: [None if missing(one) else str(one) for one in values] for column, values in kinds.items()},
        slices=[_scored(row, "slice", column) for column, table in tables.items() for row in table.to_dict("records")],
        fields=[
            _scored(row, "field") for row in scores[~scores["average"] & (scores["group"] == "")].to_dict("records")
        ],
    )


def _payable(summary: pd.DataFrame) -> Share | None:
    if "payable_rate" not in summary.index or missing(summary.loc["payable_rate", "value"]):
        return None
    row = summary.loc["payable_rate"]
    return Share(round(float(row["value"]) * int(row["of"])), int(row["of"]))


def _scored(row: Mapping[Any, Any], name: str, column: str = "") -> Scored:
    at, low, high = (float("nan") if missing(row[key]) else float(row[key]) for key in ("f1", "f1_low", "f1_high"))
    shown = None if missing(row[name]) else str(row[name])
    return Scored(shown, int(row["support"]), int(row["correct"]), at, low, high, column)
