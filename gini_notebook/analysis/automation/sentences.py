"""What a plan says in words: how many, how sure, for whom not, and what to do next."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.automation.advice import most_promising, next_step, outlook, tested, units
from gini_notebook.analysis.automation.rules import AutomationRule
from gini_notebook.analysis.automation.sequence import (
    CERTIFIED,
    NO_LABELS,
    NOT_SHOWN,
    NOT_TESTED,
    TOO_FEW,
    Slice,
    Stage,
)
from gini_notebook.analysis.automation.values import IBAN, RECIPIENT
from gini_notebook.analysis.automation.wording import Wording
from gini_notebook.analysis.rules.money import split
from gini_notebook.analysis.statistics import trials_needed

if TYPE_CHECKING:
    from gini_notebook.analysis.automation.plan import Automation

COLUMNS = {
    "automation_rate": "rate",
    "error_high": "wrong at most",
    "cluster_error_high": "wrong at most, new issuers",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer.

    Attributes
    ----------
    slice
        The documents it is about; None for all of them, or where they were not parted.
    about
        ``asked``, ``how_many``, ``rule``, ``how_sure``, ``tested``, ``next``, ``not_for``, ``mistakes`` or ``amounts``.
    question, answer
        In words.
    """

    slice: str | None
    about: str
    question: str
    answer: str


def headline(plan: "Automation", language: str = "en") -> list[str]:
    """Return what matters most, per slice: how many could be paid unseen, and how sure that is."""
    words = Wording(language)
    return [_of(plan, part, words) + " ".join(_found(plan, part, words)) for part in plan.slices]


def answers(plan: "Automation", language: str = "en") -> list[Answer]:
    """Say what was asked; of each slice how many, how sure, what to do next; of all for whom not, and the mistakes."""
    words = Wording(language)
    told: list[tuple[str | None, str, str]] = [(None, "asked", _asked(plan, words))]
    in_all = {} if plan.by is None else _in_all(plan, words)
    told += [(None, about, said) for about, said in in_all.items()]
    for part in plan.slices:
        how_many, how_sure = _found(plan, part, words)
        of_slice = {"how_many": how_many, "rule": _checks(plan, part, words), "how_sure": how_sure}
        of_slice |= {"tested": tested(plan, part, words), "next": next_step(plan, part, words)}
        told += [(part.name, about, said) for about, said in of_slice.items() if said]
    told.append((None, "not_for", " ".join(_limits(plan, words))))
    told += [(None, about, said) for about, said in _losses(plan, words).items()]
    return [Answer(part, about, words.say(f"question_{about}"), said) for part, about, said in told]


def report(plan: "Automation", language: str = "en", *, notes: bool = True) -> list[str]:
    """Return all sentences: what was asked, what came out, for whom it does not hold, what to do next; and notes."""
    words, lines = Wording(language), []
    parts = iter(plan.slices)
    for one in answers(plan, language):
        said = f"{one.question} {one.answer}"
        if one.about == "how_many" and (one.slice is not None or plan.by is None):
            part = next(parts)
            lines += ["", _of(plan, part, words) + said]
        elif one.about == "how_sure":
            lines += [said, *(f"- {line}" for line in _lines(plan, part, words))]
        else:
            lines += ["", said] if one.about == "not_for" else [said]
    for note in plan.notes if notes else ():
        text = note.sentence("de") if language == "de" else f"{note.text} {note.advice}".rstrip()
        lines.append(words.say("note", text=text))
    return lines


def _asked(plan: "Automation", words: Wording) -> str:
    """Say what was asked, and of how many documents."""
    return words.say(
        "asked",
        target=words.percent(plan.target),
        fields=", ".join(plan.required),
        documents=sum(part.stages[0].documents for part in plan.slices),
        labelled=sum(part.labelled for part in plan.slices),
        rules=len(plan.rules),
        hash=plan.rules_hash[:12],
    )


def _of(plan: "Automation", part: Slice, words: Wording) -> str:
    """Name the slice that a sentence is about; nothing where documents were not parted."""
    return words.say("part", by=plan.by, name=part.name or words.say("unknown")) if plan.by else ""


def _found(plan: "Automation", part: Slice, words: Wording) -> tuple[str, str]:
    """Say how many could be paid unseen, and how sure that is."""
    documents, target = part.stages[0].documents, words.percent(plan.target)
    if not part.judged:
        key = "unread" if documents == part.failed else "too_small" if part.too_small else "look_at_all"
        return words.say(key, documents=documents, target=target), words.say("nothing_known")
    stage = _named(plan, part)
    if stage is None:
        why = reason(plan, part.stages[-1], words)
        return words.say("none_through", labelled=part.labelled, documents=documents), why
    why = reason(plan, stage, words)
    if stage.status == CERTIFIED:
        return _through("payable", plan, stage, words), f"{_measured(plan, stage, words)} {why}"
    picked = stage.status != NOT_SHOWN and len(plan.rules) > 1
    how_many = _through("none_yet", plan, stage, words, target=target)
    why = words.say("in_turn", why=why) if picked and not fails_here(plan, stage) else why
    return how_many, f"{_measured(plan, stage, words, picked=picked)} {why}"


def _in_all(plan: "Automation", words: Wording) -> dict[str, str]:
    """Say how many documents of all slices together could be paid unseen, and with which slice to begin."""
    named = [(part, _named(plan, part)) for part in plan.slices]
    shown = [stage for _, stage in named if stage is not None and stage.status == CERTIFIED]
    kept, documents = sum(stage.kept for stage in shown), sum(part.stages[0].documents for part in plan.slices)
    rate, target = words.percent(kept / documents), words.percent(plan.target)
    counts = {"kept": kept, "documents": documents, "shown": len(shown), "parts": len(named)}
    told = {"how_many": words.say("payable_in_all" if shown else "none_in_all", rate=rate, target=target, **counts)}
    others = [(part, stage) for part, stage in named if stage is not None and stage.status != CERTIFIED]
    if others:
        part, stage = max(others, key=lambda one: one[1].kept)
        kind = words.kind(part.name or words.say("unknown"))
        told["next"] = _through("begin_with", plan, stage, words, kind=kind)
    return told


def _named(plan: "Automation", part: Slice) -> Stage | None:
    """Return the rule that is spoken of: the laxest certified one, the first that failed, or the nearest; None if none.

    Which rule was the first to be tested no label decides; one that is picked by its mistakes has a wider bound.
    """
    if part.too_small:
        return None
    certified = [stage for stage in part.stages if stage.status == CERTIFIED]
    tried = [stage for stage in part.stages if stage.status == NOT_SHOWN]
    stage = certified[-1] if certified else tried[0] if tried else most_promising(plan, part)
    return stage if stage.labelled else None


def _checks(plan: "Automation", part: Slice, words: Wording) -> str:
    """Say what the rule that is spoken of checks; empty where there is none."""
    stage = _named(plan, part)
    if stage is None:
        return ""
    rule = plan.rules[stage.rule]
    return words.say("checks", rule=rule.name, checked=checked(rule, words))


def checked(rule: AutomationRule, words: Wording) -> str:
    """Say when a rule lets a document through."""
    lists = {"passes": rule.passes, "alarms": rule.not_failed}
    told = {
        kind: words.say(kind, checks=", ".join(words.say(f"check_{name}") for name in names)) if names else ""
        for kind, names in lists.items()
    }
    return words.say("checked", **told)


def _through(key: str, plan: "Automation", stage: Stage, words: Wording, **more: str) -> str:
    """Say how many documents a rule lets through."""
    return words.say(
        key,
        rule=plan.rules[stage.rule].name,
        kept=stage.kept,
        documents=stage.documents,
        rate=words.percent(stage.kept / stage.documents),
        **more,
    )


def _measured(plan: "Automation", stage: Stage, words: Wording, *, picked: bool = False) -> str:
    """Say how many of what a rule lets through are wrong, and how many may be."""
    high = stage.picked_high if picked else stage.cluster_high if plan.by_cluster else stage.high
    kind = "bound_clusters" if plan.by_cluster else "bound_these" if stage.clusters else "bound_like"
    bound = words.say(kind, high=words.percent(high), clusters=stage.clusters)
    return words.say(
        "measured",
        labelled=stage.labelled,
        wrong=stage.wrong,
        share=words.percent(stage.wrong / stage.labelled),
        bound=bound + _other_bounds(plan, stage, words, picked=picked),
        allowed=words.percent(1 - plan.target),
    )


def _other_bounds(plan: "Automation", stage: Stage, words: Wording, *, picked: bool) -> str:
    """Say what the bounds of the table of rules are, where they are not the one that was told."""
    alone, by_issuer = words.tenths(stage.high), words.tenths(stage.cluster_high)
    told = [words.say("bound_alone", high=alone)] if picked or plan.by_cluster else []
    told += [words.say("bound_by_issuer", high=by_issuer)] if stage.clusters and (picked or not plan.by_cluster) else []
    others = f" ({'; '.join(told)})" if told else ""
    return (words.say("picked", rules=len(plan.rules)) if picked else "") + others


def _lines(plan: "Automation", part: Slice, words: Wording) -> list[str]:
    """Write the list of rules, numbered as they are tested; what lets nothing with ground truth through is left out."""
    numbered = enumerate(part.stages if part.judged else (), start=1)
    return [_line(plan, stage, words, at) for at, stage in numbered if stage.labelled]


def _line(plan: "Automation", stage: Stage, words: Wording, number: int) -> str:
    """Write a line of the list of rules."""
    high = "" if math.isnan(stage.high) else words.say("line_high", high=words.percent(stage.high))
    by_issuer = ""
    if not math.isnan(stage.cluster_high):
        bound = words.percent(stage.cluster_high)
        by_issuer = words.say("line_issuers", high=bound, wrong=stage.clusters_wrong, clusters=stage.clusters)
    counts = {"kept": stage.kept, "labelled": stage.labelled, "wrong": stage.wrong}
    rule, seen = plan.rules[stage.rule].name, units(plan, stage)[0]
    status = words.say("line_fails", seen=seen) if fails_here(plan, stage) else words.say(stage.status)
    return words.say("line", number=number, rule=rule, high=high, issuers=by_issuer, status=status, **counts)


def reason(plan: "Automation", stage: Stage, words: Wording) -> str:
    """Say why a rule has its status, with the number that decides."""
    target = words.percent(plan.target)
    seen, there = units(plan, stage)
    kind = "issuers" if plan.by_cluster else "documents"
    things = words.say(f"things_{kind}")
    if stage.status == CERTIFIED:
        return words.say("reason_certified", target=target, there=there, things=words.say(f"on_{kind}"))
    if stage.status == NO_LABELS:
        return words.say("look_at_all", documents=stage.documents)
    if stage.status == TOO_FEW:
        fewest = trials_needed(0, plan.target)
        if fails_here(plan, stage):
            told = {"seen": seen, "allowed": words.percent(1 - plan.target)}
            key = "reason_fails_clusters" if plan.by_cluster else "reason_fails"
            return words.say(key, there=there, things=things, fewest=fewest, **told)
        return words.say("reason_too_few", target=target, fewest=fewest, things=things, there=there)
    if stage.status == NOT_TESTED:
        return words.say("reason_not_tested", there=there, things=things)
    key = "reason_not_shown_clusters" if plan.by_cluster else "reason_not_shown"
    return words.say(key, target=target, things=things, seen=seen, needed=stage.needed, there=there)


def fails_here(plan: "Automation", stage: Stage) -> bool:
    """Return whether a rule that cannot be tested yet would fail if mistakes went on as often as they come here."""
    return stage.status == TOO_FEW and bool(stage.labelled) and math.isinf(outlook(plan, stage))


def _limits(plan: "Automation", words: Wording) -> list[str]:
    """Say of whom nothing is said: new issuers, and kinds of documents without ground truth."""
    most = max((stage.clusters for part in plan.slices for stage in part.stages), default=0)
    enough, target = trials_needed(0, plan.target), words.percent(plan.target)
    if not most:
        told = words.say("issuers_unknown", enough=enough, target=target)
    elif most < enough:
        counts = {"enough": enough, "fewer": trials_needed(0, 0.95), "most": most}
        told = words.say("issuers_few", target=target, cluster=plan.cluster, **counts)
    else:
        told = words.say("issuers_shown" if plan.by_cluster else "issuers_decide", most=most, cluster=plan.cluster)
    kinds = sorted({words.kind(kind) for part in plan.slices for kind in part.kinds if kind})
    return [told, *([words.say("kinds", kinds=", ".join(kinds))] if kinds else [])]


def _losses(plan: "Automation", words: Wording) -> dict[str, str]:
    """Say how many mistakes there are to look at, which rule lets how many through, and what they come to."""
    if plan.found is None or not len(plan.found):
        return {}
    count = len(plan.found)
    through = Counter(name for names in plan.found["rules"] for name in names)
    rules = "; ".join(words.say("through", rule=rule.name, count=through[rule.name]) for rule in plan.rules)
    named = words.say("mistakes" if count > 1 else "one_mistake")
    told = {"mistakes": words.say("losses", count=count, mistakes=named, rules=rules)}
    said = [*_wrong_amounts(plan.found, words), *_misdirected(plan.found, words)]
    if said:
        told["amounts"] = " ".join([*said, words.say("amounts_limit")])
    return told


def _wrong_amounts(found: pd.DataFrame, words: Wording) -> list[str]:
    """Say what wrong amounts come to, too much and too little apart, currency by currency."""
    said = []
    wrong = found[found["difference"].notna()]
    codes = np.array([_amount(value)[1] for value in wrong["extracted"]], dtype=object)
    for code in sorted(set(codes)):
        of = wrong[codes == code]
        off = of["difference"].to_numpy(dtype=np.float64)
        sums = {"over": float(off[off > 0].sum()), "under": abs(float(off[off < 0].sum()))}
        written = {name: words.money(total, code) if total else words.say("nothing") for name, total in sums.items()}
        at = int(np.abs(off).argmax())
        largest = {"document": of["document"].iloc[at], "largest": words.money(float(off[at]), code)}
        said.append(words.say("amounts" if len(of) > 1 else "one_amount", count=len(of), **written, **largest))
    return said


def _misdirected(found: pd.DataFrame, words: Wording) -> list[str]:
    """Say how much would be paid where account or payee is wrong: the whole amount that was read."""
    wrong = found[found["field"].isin((IBAN, RECIPIENT))].drop_duplicates("document")
    amounts = [_amount(value) for value in wrong["paid"]]
    said = []
    for code in sorted({code for total, code in amounts if total is not None}):
        totals = [total for total, of in amounts if total is not None and of == code]
        key = "misdirected" if len(totals) > 1 else "one_misdirected"
        said.append(words.say(key, count=len(totals), total=words.money(sum(totals), code)))
    return said


def _amount(value: Any) -> tuple[float | None, str]:
    """Return number and currency of an amount; nothing where there is none."""
    parts = None if pd.isna(value) else split(str(value), None)
    return (None, "") if parts is None else (float(parts[0]), parts[1])
