"""What is missing to show a rule: where testing stops, how many documents to label, and how many to collect."""

import math
from typing import TYPE_CHECKING

from gini_notebook.analysis.automation.sequence import CERTIFIED, LEVEL, NOT_SHOWN, NOT_TESTED, TOO_FEW, Slice, Stage
from gini_notebook.analysis.automation.wording import Wording
from gini_notebook.analysis.statistics import trials_needed
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from gini_notebook.analysis.automation.plan import Automation


def units(plan: "Automation", stage: Stage) -> tuple[int, int]:
    """Return how many of what decides (documents or clusters) have a mistake, and how many there are."""
    return (stage.clusters_wrong, stage.clusters) if plan.by_cluster else (stage.wrong, stage.labelled)


def most_promising(plan: "Automation", part: Slice) -> Stage:
    """Return the rule that is nearest to being shown, by documents to label; else the one that errs least."""

    def distance(stage: Stage) -> tuple[float, float]:
        seen, there = units(plan, stage)
        return outlook(plan, stage) / there, seen / there

    return min((stage for stage in part.stages if stage.labelled), key=distance, default=part.stages[-1])


def outlook(plan: "Automation", stage: Stage) -> float:
    """Return how many trials show the target if mistakes come as often as they do here; infinite if none do."""
    seen, there = units(plan, stage)
    if seen >= (1 - plan.target) * there:
        return math.inf
    wrong = seen
    try:
        while True:
            needed = trials_needed(wrong, plan.target)
            expected = math.ceil(needed * seen / there - 1e-9)
            if expected <= wrong:
                return needed
            wrong = expected
    except SettingError:  # beyond any number of documents
        return math.inf


def tested(plan: "Automation", part: Slice, words: Wording) -> str:
    """Say in which order rules are tested, and where testing stops now; empty where there is nothing to test."""
    if not part.judged or len(part.stages) == 1:
        return ""
    kind = "issuers" if plan.by_cluster else "documents"
    fewest, things = trials_needed(0, plan.target), words.say(f"things_{kind}")
    order = words.say("tested_order", rules=len(part.stages), fewest=fewest, things=things)
    reached = [at for at, stage in enumerate(part.stages) if stage.status != TOO_FEW]
    if not reached:
        return f"{order} {words.say('tested_none', fewest=fewest, things=things)}{_first_to_fail(plan, part, words)}"
    failed = [at for at in reached if part.stages[at].status == NOT_SHOWN]
    begun = {"begun": reached[0] + 1}
    if not failed:
        return f"{order} {words.say('tested_all', **begun)}"
    at = failed[0]
    left = sum(stage.status == NOT_TESTED for stage in part.stages)
    return f"{order} {words.say('tested_until', number=at + 1, rule=_name(plan, part.stages[at]), left=left, **begun)}"


def _first_to_fail(plan: "Automation", part: Slice, words: Wording) -> str:
    """Name the first rule in the order whose mistakes are more than allowed; empty if there is none."""
    for at, stage in enumerate(part.stages):
        seen, there = units(plan, stage)
        if there and math.isinf(outlook(plan, stage)):
            return " " + words.say("tested_first", number=at + 1, rule=_name(plan, stage), wrong=seen, there=there)
    return ""


def next_step(plan: "Automation", part: Slice, words: Wording) -> str:
    """Say what to do next, with the number of documents."""
    documents = part.stages[0].documents
    if part.failed == documents:
        return words.say("next_failed")
    if part.too_small:
        return words.say("next_small", fewest=trials_needed(0, plan.target))
    if not part.labelled:
        return words.say("next_label", documents=documents)
    if any(stage.status == CERTIFIED for stage in part.stages):
        return words.say("next_keep")
    return _to_show(plan, part, most_promising(plan, part), words)


def _to_show(plan: "Automation", part: Slice, stage: Stage, words: Wording) -> str:
    """Say what it takes to show a rule; what stands before it in the order may make that a test of its own."""
    seen, there = units(plan, stage)
    if not there:
        return words.say("next_nothing", labelled=part.labelled)
    rule, needed = _name(plan, stage), outlook(plan, stage)
    if math.isinf(needed):
        share, allowed = words.percent(seen / there), words.percent(1 - plan.target)
        things = words.say("of_issuers" if plan.by_cluster else "of_documents")
        return words.say("next_other", rule=rule, share=share, allowed=allowed, things=things)
    ahead = _failing_ahead(plan, part, stage, needed / there)
    if any(one.status == NOT_SHOWN for one in part.stages):
        said = words.say("next_new", rule=rule)
    elif ahead is not None:
        wrong, of = units(plan, ahead)
        said = words.say("next_behind", rule=rule, other=_name(plan, ahead), wrong=wrong, there=of)
    else:
        return f"{_to_find(plan, part, stage, words, new=False)} {_within_reach(plan, part, words)}"
    return f"{said} {_to_find(plan, part, stage, words, new=True)}"


def _failing_ahead(plan: "Automation", part: Slice, stage: Stage, growth: float) -> Stage | None:
    """Return the first rule before another that would end the testing, were there so many times as many documents."""
    fewest = trials_needed(0, plan.target)
    for one in part.stages:
        if one is stage:
            break
        seen, there = units(plan, one)
        # What is to be labelled may pass as often as what has labels, or as often as all there is.
        expected = growth * max(there, units(plan, stage)[1] * one.kept / stage.kept)
        # Two standard deviations: what is nearly enough to be tested may well be tested.
        if seen and expected + 2 * math.sqrt(expected) >= fewest and outlook(plan, one) > expected:
            return one
    return None


def _to_find(plan: "Automation", part: Slice, stage: Stage, words: Wording, *, new: bool) -> str:
    """Say how many documents must get ground truth, how many of them are here, and how many are to be collected."""
    seen, there = units(plan, stage)
    needed = int(outlook(plan, stage))
    missing = needed if new else max(needed - there, 1)
    if plan.by_cluster:
        told = {"more": math.ceil(missing * part.labelled / there), "issuers": missing}
        return words.say("find_issuers_new" if new else "find_issuers", rule=_name(plan, stage), **told)
    mistakes = words.say("find_as_rare" if seen else "find_none_wrong")
    said = words.say("find_new" if new else "find_more", rule=_name(plan, stage), needed=needed, mistakes=mistakes)
    if not new:
        said += words.say("find_has", there=there)
    here = stage.kept - stage.labelled
    unlabelled = stage.documents - part.labelled
    said += " " + words.say("find_here" if unlabelled else "find_none_here", unlabelled=unlabelled, here=here)
    beyond = missing - here
    if beyond <= 0:
        return f"{said} {words.say('find_enough')}"
    rates = (stage.labelled / part.labelled, stage.kept / stage.documents)
    fewer, more = sorted(math.ceil(beyond / rate - 1e-9) for rate in rates)
    of = {"labelled": words.percent(rates[0]), "all": words.percent(rates[1])}
    key = "find_beyond" if fewer < more else "find_beyond_same"
    return f"{said} {words.say(key, beyond=beyond, fewer=fewer, more=more, **of)}"


def _within_reach(plan: "Automation", part: Slice, words: Wording) -> str:
    """Say what the documents there are could show at most, which no label decides."""
    there = max(units(plan, stage)[1] for stage in part.stages)
    if there == 1:
        return words.say("within_reach_of_one")
    most = (1 - LEVEL) ** (1 / there)
    things = words.say("things_issuers" if plan.by_cluster else "things_documents")
    return words.say("within_reach", there=there, things=things, most=words.number(f"{math.floor(most * 1000) / 10:g}"))


def _name(plan: "Automation", stage: Stage) -> str:
    return plan.rules[stage.rule].name
