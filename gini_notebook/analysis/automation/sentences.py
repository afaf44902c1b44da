"""What a plan says in words: how many, how sure, for whom not, and what to do next."""

import math
from typing import TYPE_CHECKING

import numpy as np

from gini_notebook.analysis.automation.sequence import (
    CERTIFIED,
    LEVEL,
    NO_LABELS,
    NOT_SHOWN,
    NOT_TESTED,
    TOO_FEW,
    Stage,
)
from gini_notebook.analysis.statistics import trials_needed

if TYPE_CHECKING:
    from gini_notebook.analysis.automation.plan import Automation, Slice

COLUMNS = {
    "automation_rate": "rate",
    "error_high": "wrong at most",
    "cluster_error_high": "wrong at most, new issuers",
}


def percent(share: float) -> str:
    """Write a share in percent, with as many digits as it needs to be told from 0 and from 100."""
    return f"{share * 100:.3g} %"


def headline(plan: "Automation") -> list[str]:
    """Return what matters most: per slice the rule that can be used, or what is missing."""
    return [_verdict(plan, part) for part in plan.slices]


def report(plan: "Automation") -> list[str]:
    """Return all sentences: what was asked, what came out, for whom it does not hold, what to do next."""
    documents = sum(part.stages[0].documents for part in plan.slices)
    labelled = sum(part.labelled for part in plan.slices)
    lines = [
        f"Asked: of the documents paid unseen, {percent(plan.target)} shall be right in {', '.join(plan.required)}. "
        f"{documents:,} documents, {labelled:,} of them labelled in all of these; {len(plan.rules)} rules, fixed "
        f"beforehand (hash {plan.rules_hash[:12]})."
    ]
    for part in plan.slices:
        lines += ["", _verdict(plan, part), *(f"- {_line(plan, stage)}" for stage in part.stages if stage.labelled)]
    lines += ["", *_issuers(plan), *_losses(plan)]
    lines += [f"Note: {note.text} {note.advice}".rstrip() for note in plan.notes]
    return [*lines, "", *_next(plan)]


def _verdict(plan: "Automation", part: "Slice") -> str:
    """Say in a sentence which rule can be used, or that none can."""
    of = f"{plan.by} {part.name or 'unknown'}: " if plan.by else ""
    certified = [stage for stage in part.stages if stage.status == CERTIFIED]
    if certified:
        return f"{of}{_seen(plan, certified[-1])} {percent(plan.target)} is shown."
    if not part.labelled:
        return f"{of}None of the {part.stages[0].documents:,} documents has all labels: look at all of them."
    tried = [stage for stage in part.stages if stage.status == NOT_SHOWN]
    if tried:
        return f"{of}{_seen(plan, tried[0])} {reason(plan, tried[0])}"
    return f"{of}No rule can be certified: {reason(plan, part.stages[-1])}"


def _seen(plan: "Automation", stage: Stage) -> str:
    """Say what a rule keeps, and how many of these are wrong."""
    whole = f"{stage.kept:,} of {stage.documents:,} documents could be paid unseen"
    rate = percent(stage.kept / stage.documents)
    whose = f"documents of these {stage.clusters:,} issuers" if stage.clusters else "documents like these"
    if plan.by_cluster:
        bound = f"at most {percent(stage.cluster_high)} with 95 % confidence, for documents of new issuers, too"
    else:
        bound = f"at most {percent(stage.high)} with 95 % confidence for {whose}"
    return (
        f"Rule '{plan.rules[stage.rule].name}': {whole} ({rate}), {stage.wrong:,} of the {stage.labelled:,} labelled "
        f"ones wrong ({percent(stage.wrong / stage.labelled)}; {bound})."
    )


def _line(plan: "Automation", stage: Stage) -> str:
    """Write a line of the list of rules."""
    counted = f"{stage.kept:,} kept, {stage.labelled:,} labelled, {stage.wrong:,} wrong"
    high = "" if math.isnan(stage.high) else f", at most {percent(stage.high)}"
    issuers = ""
    if not math.isnan(stage.cluster_high):
        mistaken = f"{stage.clusters_wrong:,} of {stage.clusters:,} with a mistake"
        issuers = f", by issuer at most {percent(stage.cluster_high)} ({mistaken})"
    return f"{plan.rules[stage.rule].name}: {counted}{high}{issuers}; {stage.status}."


def reason(plan: "Automation", stage: Stage) -> str:
    """Say why a rule has its status, with the number that decides."""
    target = percent(plan.target)
    things, there = ("issuers", stage.clusters) if plan.by_cluster else ("labelled documents", stage.labelled)
    seen = stage.clusters_wrong if plan.by_cluster else stage.wrong
    if stage.status == CERTIFIED:
        return f"{target} is shown on {there:,} {things}."
    if stage.status == NO_LABELS:
        return f"None of the {stage.documents:,} documents has all labels: look at all of them."
    if stage.status == TOO_FEW:
        fewest = f"{trials_needed(0, plan.target):,} {things}"
        return f"{target} needs at least {fewest} that the rule keeps, without a mistake; there are {there:,}."
    if stage.status == NOT_TESTED:
        return f"Not tested, since a stricter rule failed; its {there:,} {things} say nothing by themselves."
    more = "with a mistake" if plan.by_cluster else "wrong"
    some = f"{'about ' if plan.by_cluster else ''}{stage.needed:,} {things}"
    return f"{target} cannot be shown: with {seen:,} {more}, {some} are needed; there are {there:,}."


def _issuers(plan: "Automation") -> list[str]:
    """Say of whom nothing is said."""
    most = max((stage.clusters for part in plan.slices for stage in part.stages), default=0)
    enough = trials_needed(0, plan.target)
    if not most:
        return [
            f"New issuers: no statement, since nothing names issuers; {enough:,} would be needed for "
            f"{percent(plan.target)}. Name them with cluster=."
        ]
    if most < enough:
        return [
            f"New issuers: no statement. {percent(plan.target)} for issuers not seen needs {enough:,} issuers without "
            f"a mistake ({trials_needed(0, 0.95)} for 95 %); there are {most:,} ({plan.cluster})."
        ]
    return [] if plan.by_cluster else [f"There are {most:,} issuers: with cluster={plan.cluster!r} these decide."]


def _losses(plan: "Automation") -> list[str]:
    """Say how many mistakes there are to look at, and what they come to, too much and too little apart."""
    if plan.found is None or not len(plan.found):
        return []
    off = plan.found["difference"].to_numpy(dtype=np.float64)
    off = off[~np.isnan(off)]
    over, under = float(off[off > 0].sum()), abs(float(off[off < 0].sum()))
    told = [
        f"{len(plan.found):,} mistakes pass some rule: look at each with its page (.mistakes()); where 1 label in 100 "
        "is wrong, no rule reaches 99 %."
    ]
    if len(off):
        largest = plan.found.loc[plan.found["difference"].abs().idxmax()]
        told.append(
            f"Amounts among them: {over:,.2f} too much and {under:,.2f} too little in all, the largest in "
            f"{largest['document']} ({largest['difference']:,.2f}). So few say nothing of the loss to expect; a limit "
            "on the amount read bounds what is paid too much, not what is underpaid."
        )
    return told


def _next(plan: "Automation") -> list[str]:
    """Say what to do next, with the number of documents."""
    lines = []
    for part in plan.slices:
        if any(stage.status == CERTIFIED for stage in part.stages) or not part.stages[0].documents:
            continue
        stage = _most_promising(part)
        share = (stage.clusters if plan.by_cluster else stage.labelled) / max(part.labelled, 1)
        of = f" of {plan.by} {part.name or 'unknown'}" if plan.by else ""
        if not share:
            lines.append(f"Next{of}: label documents; 0 of them can be judged by any rule.")
            continue
        total = math.ceil(max(stage.needed, trials_needed(0, plan.target)) / share)
        whose = " of new issuers" if plan.by_cluster else ""
        lines.append(
            f"Next{of}: label {max(total - part.labelled, 1):,} more documents{whose} ({total:,} in all), if "
            f"'{plan.rules[stage.rule].name}' keeps and errs there as it does here. {_within_reach(plan, part)}"
        )
    return lines or ["Next: keep the plan (.save), and look at a random sample of what is paid unseen (.check)."]


def _within_reach(plan: "Automation", part: "Slice") -> str:
    """Say what the documents there are could show at most, which no label decides."""
    there = max(stage.clusters if plan.by_cluster else stage.labelled for stage in part.stages)
    most = (1 - LEVEL) ** (1 / there)
    things = "issuers" if plan.by_cluster else "documents"
    return f"Without a mistake, the {there:,} {things} there are could show {math.floor(most * 1000) / 10:g} % at most."


def _most_promising(part: "Slice") -> Stage:
    """Return the rule that is nearest to being shown, by documents to label."""
    kept = [stage for stage in part.stages if stage.labelled]
    return min(kept, key=lambda stage: stage.needed / stage.labelled, default=part.stages[-1])
