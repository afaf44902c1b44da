"""What a plan says in words: how many, how sure, for whom not, and what to do next; in English and German."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gini_notebook._german import number_in_german
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
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from gini_notebook.analysis.automation.plan import Automation, Slice

COLUMNS = {
    "automation_rate": "rate",
    "error_high": "wrong at most",
    "cluster_error_high": "wrong at most, new issuers",
}
LANGUAGES = ("en", "de")

_PAIRS: Mapping[str, tuple[str, str]] = {
    "asked": (
        "Asked: of the documents paid unseen, {target} shall be right in {fields}. {documents} documents, {labelled} "
        "of them labelled in all of these; {rules} rules, fixed beforehand (hash {hash}).",
        "Gefragt: Von den ungesehen bezahlten Dokumenten sollen {target} richtig sein in {fields}. {documents} "
        "Dokumente, {labelled} davon mit allen Sollwerten dafür; {rules} Regeln, vorher festgelegt (Hash {hash}).",
    ),
    "part": ("{by} {name}: ", "{by} {name}: "),
    "unknown": ("unknown", "unbekannt"),
    "shown": ("{target} is shown.", "{target} sind belegt."),
    "look_at_all": (
        "None of the {documents} documents has all labels: look at all of them.",
        "Keines der {documents} Dokumente hat alle Sollwerte: Alle ansehen.",
    ),
    "none": ("No rule can be certified: {reason}", "Keine Regel lässt sich belegen: {reason}"),
    "seen": (
        "Rule '{rule}': {kept} of {documents} documents could be paid unseen ({rate}), {wrong} of the {labelled} "
        "labelled ones wrong ({share}; {bound}).",
        "Regel „{rule}“: {kept} von {documents} Dokumenten ließen sich ungesehen bezahlen ({rate}), {wrong} der "
        "{labelled} mit Sollwerten falsch ({share}; {bound}).",
    ),
    "bound_clusters": (
        "at most {high} with 95 % confidence, for documents of new issuers, too",
        "höchstens {high} mit 95 % Sicherheit, auch für Dokumente neuer Absender",
    ),
    "bound_these": (
        "at most {high} with 95 % confidence for documents of these {clusters} issuers",
        "höchstens {high} mit 95 % Sicherheit für Dokumente dieser {clusters} Absender",
    ),
    "bound_like": (
        "at most {high} with 95 % confidence for documents like these",
        "höchstens {high} mit 95 % Sicherheit für Dokumente wie diese",
    ),
    "line": (
        "{rule}: {kept} kept, {labelled} labelled, {wrong} wrong{high}{issuers}; {status}.",
        "{rule}: {kept} behalten, {labelled} mit Sollwerten, {wrong} falsch{high}{issuers}; {status}.",
    ),
    "line_high": (", at most {high}", ", höchstens {high}"),
    "line_issuers": (
        ", by issuer at most {high} ({wrong} of {clusters} with a mistake)",
        ", nach Absendern höchstens {high} ({wrong} von {clusters} mit Fehler)",
    ),
    "reason_certified": ("{target} is shown on {there} {things}.", "{target} sind belegt, an {there} {things}."),
    "reason_too_few": (
        "{target} needs at least {fewest} {things} that the rule keeps, without a mistake; there are {there}.",
        "{target} brauchen mindestens {fewest} {things} ohne Fehler, die die Regel behält; es gibt {there}.",
    ),
    "reason_not_tested": (
        "Not tested, since a stricter rule failed; its {there} {things} say nothing by themselves.",
        "Nicht geprüft, da eine strengere Regel scheiterte; {there} {things} sagen für sich nichts.",
    ),
    "reason_not_shown": (
        "{target} cannot be shown: with {seen} wrong, {needed} {things} are needed; there are {there}.",
        "{target} lassen sich nicht belegen: Mit {seen} falschen braucht es {needed} {things}; es gibt {there}.",
    ),
    "reason_not_shown_clusters": (
        "{target} cannot be shown: with {seen} with a mistake, about {needed} {things} are needed; there are {there}.",
        "{target} lassen sich nicht belegen: Mit {seen} mit Fehler braucht es etwa {needed} {things}; es gibt {there}.",
    ),
    "things_documents": ("labelled documents", "Dokumente mit Sollwerten"),
    "on_documents": ("labelled documents", "Dokumenten mit Sollwerten"),
    "things_issuers": ("issuers", "Absender"),
    "on_issuers": ("issuers", "Absendern"),
    "issuers_unknown": (
        "New issuers: no statement, since nothing names issuers; {enough} would be needed for {target}. Name them with "
        "cluster=.",
        "Neue Absender: keine Aussage, da nichts die Absender nennt; für {target} brauchte es {enough}. cluster= nennt "
        "sie.",
    ),
    "issuers_few": (
        "New issuers: no statement. {target} for issuers not seen needs {enough} issuers without a mistake ({fewer} "
        "for 95 %); there are {most} ({cluster}).",
        "Neue Absender: keine Aussage. {target} für ungesehene Absender brauchen {enough} Absender ohne Fehler "
        "({fewer} für 95 %); es gibt {most} ({cluster}).",
    ),
    "issuers_decide": (
        "There are {most} issuers: with cluster={cluster!r} these decide.",
        "Es gibt {most} Absender: Mit cluster={cluster!r} entscheiden diese.",
    ),
    "losses": (
        "{count} mistakes pass some rule: look at each with its page (.mistakes()); where 1 label in 100 is wrong, no "
        "rule reaches 99 %.",
        "{count} Fehler kommen durch eine Regel: Jeden mit seiner Seite ansehen (.mistakes()); wo 1 von 100 Sollwerten "
        "falsch ist, erreicht keine Regel 99 %.",
    ),
    "amounts": (
        "Amounts among them: {over} too much and {under} too little in all, the largest in {document} ({largest}). So "
        "few say nothing of the loss to expect; a limit on the amount read bounds what is paid too much, not what is "
        "underpaid.",
        "Beträge darunter: insgesamt {over} zu viel und {under} zu wenig, der größte in {document} ({largest}). So "
        "wenige sagen nichts über den zu erwartenden Verlust; eine Grenze für den gelesenen Betrag begrenzt, was zu "
        "viel bezahlt wird, nicht, was zu wenig.",
    ),
    "note": ("Note: {text}", "Hinweis: {text}"),
    "next_of": (" of {by} {name}", " für {by} {name}"),
    "next_label": (
        "Next{of}: label documents; 0 of them can be judged by any rule.",
        "Als Nächstes{of}: Sollwerte erfassen; 0 Dokumente lassen sich mit einer Regel beurteilen.",
    ),
    "next_more": (
        "Next{of}: label {more} more documents ({total} in all), if '{rule}' keeps and errs there as it does here.",
        "Als Nächstes{of}: Sollwerte zu {more} weiteren Dokumenten ({total} insgesamt), wenn „{rule}“ dort behält und "
        "irrt wie hier.",
    ),
    "next_more_clusters": (
        "Next{of}: label {more} more documents of new issuers ({total} in all), if '{rule}' keeps and errs there as it "
        "does here.",
        "Als Nächstes{of}: Sollwerte zu {more} weiteren Dokumenten neuer Absender ({total} insgesamt), wenn „{rule}“ "
        "dort behält und irrt wie hier.",
    ),
    "within_reach": (
        "Without a mistake, the {there} {things} there are could show {most} % at most.",
        "Ohne Fehler könnten die {there} {things}, die es gibt, höchstens {most} % belegen.",
    ),
    "reach_documents": ("documents", "Dokumente"),
    "next_keep": (
        "Next: keep the plan (.save), and look at a random sample of what is paid unseen (.check).",
        "Als Nächstes: den Plan aufheben (.save) und eine Zufallsstichprobe des ungesehen Bezahlten ansehen (.check).",
    ),
    CERTIFIED: ("certified", "belegt"),
    NOT_SHOWN: ("not shown", "nicht belegt"),
    NOT_TESTED: ("not tested", "nicht geprüft"),
    TOO_FEW: ("too few", "zu wenige"),
    NO_LABELS: ("no labels", "ohne Sollwerte"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences and numbers in one language."""

    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            message = f"There is no plan in the language {self.language!r}; choose one of {', '.join(LANGUAGES)}."
            raise SettingError(message)

    def say(self, key: str, **facts: object) -> str:
        """Return a sentence; counts in it are grouped by thousands."""
        told = {name: self.count(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
        return _PAIRS[key][self.language == "de"].format(**told)

    def count(self, number: int) -> str:
        """Write a count, with thousands grouped."""
        return self.number(f"{number:,}")

    def percent(self, share: float) -> str:
        """Write a share in percent, with as many digits as it needs to be told from 0 and from 100."""
        return f"{self.number(f'{share * 100:.3g}')} %"

    def number(self, text: str) -> str:
        """Put the signs of the language into a number."""
        return number_in_german(text) if self.language == "de" else text


def headline(plan: "Automation", language: str = "en") -> list[str]:
    """Return what matters most: per slice the rule that can be used, or what is missing."""
    words = Wording(language)
    return [_verdict(plan, part, words) for part in plan.slices]


def report(plan: "Automation", language: str = "en") -> list[str]:
    """Return all sentences: what was asked, what came out, for whom it does not hold, what to do next."""
    words = Wording(language)
    lines = [
        words.say(
            "asked",
            target=words.percent(plan.target),
            fields=", ".join(plan.required),
            documents=sum(part.stages[0].documents for part in plan.slices),
            labelled=sum(part.labelled for part in plan.slices),
            rules=len(plan.rules),
            hash=plan.rules_hash[:12],
        )
    ]
    for part in plan.slices:
        told = [f"- {_line(plan, stage, words)}" for stage in part.stages if stage.labelled]
        lines += ["", _verdict(plan, part, words), *told]
    lines += ["", *issuers(plan, language), *_losses(plan, words)]
    for note in plan.notes:
        text = note.sentence("de") if language == "de" else f"{note.text} {note.advice}".rstrip()
        lines.append(words.say("note", text=text))
    return [*lines, "", *_next(plan, words)]


def _verdict(plan: "Automation", part: "Slice", words: Wording) -> str:
    """Say in a sentence which rule can be used, or that none can."""
    of = words.say("part", by=plan.by, name=part.name or words.say("unknown")) if plan.by else ""
    certified = [stage for stage in part.stages if stage.status == CERTIFIED]
    if certified:
        shown = words.say("shown", target=words.percent(plan.target))
        return f"{of}{_seen(plan, certified[-1], words)} {shown}"
    if not part.labelled:
        return of + words.say("look_at_all", documents=part.stages[0].documents)
    tried = [stage for stage in part.stages if stage.status == NOT_SHOWN]
    if tried:
        return f"{of}{_seen(plan, tried[0], words)} {reason(plan, tried[0], words)}"
    return of + words.say("none", reason=reason(plan, part.stages[-1], words))


def _seen(plan: "Automation", stage: Stage, words: Wording) -> str:
    """Say what a rule keeps, and how many of these are wrong."""
    if plan.by_cluster:
        bound = words.say("bound_clusters", high=words.percent(stage.cluster_high))
    else:
        kind = "bound_these" if stage.clusters else "bound_like"
        bound = words.say(kind, high=words.percent(stage.high), clusters=stage.clusters)
    return words.say(
        "seen",
        rule=plan.rules[stage.rule].name,
        kept=stage.kept,
        documents=stage.documents,
        rate=words.percent(stage.kept / stage.documents),
        wrong=stage.wrong,
        labelled=stage.labelled,
        share=words.percent(stage.wrong / stage.labelled),
        bound=bound,
    )


def _line(plan: "Automation", stage: Stage, words: Wording) -> str:
    """Write a line of the list of rules."""
    high = "" if math.isnan(stage.high) else words.say("line_high", high=words.percent(stage.high))
    by_issuer = ""
    if not math.isnan(stage.cluster_high):
        bound = words.percent(stage.cluster_high)
        by_issuer = words.say("line_issuers", high=bound, wrong=stage.clusters_wrong, clusters=stage.clusters)
    counts = {"kept": stage.kept, "labelled": stage.labelled, "wrong": stage.wrong}
    rule, status = plan.rules[stage.rule].name, words.say(stage.status)
    return words.say("line", rule=rule, high=high, issuers=by_issuer, status=status, **counts)


def reason(plan: "Automation", stage: Stage, words: Wording) -> str:
    """Say why a rule has its status, with the number that decides."""
    target = words.percent(plan.target)
    kind, there = ("issuers", stage.clusters) if plan.by_cluster else ("documents", stage.labelled)
    things = words.say(f"things_{kind}")
    if stage.status == CERTIFIED:
        return words.say("reason_certified", target=target, there=there, things=words.say(f"on_{kind}"))
    if stage.status == NO_LABELS:
        return words.say("look_at_all", documents=stage.documents)
    if stage.status == TOO_FEW:
        fewest = trials_needed(0, plan.target)
        return words.say("reason_too_few", target=target, fewest=fewest, things=things, there=there)
    if stage.status == NOT_TESTED:
        return words.say("reason_not_tested", there=there, things=things)
    seen, key = (stage.clusters_wrong, "_clusters") if plan.by_cluster else (stage.wrong, "")
    told = {"seen": seen, "needed": stage.needed, "there": there}
    return words.say(f"reason_not_shown{key}", target=target, things=things, **told)


def issuers(plan: "Automation", language: str = "en") -> list[str]:
    """Say of whom nothing is said."""
    words = Wording(language)
    most = max((stage.clusters for part in plan.slices for stage in part.stages), default=0)
    enough, target = trials_needed(0, plan.target), words.percent(plan.target)
    if not most:
        return [words.say("issuers_unknown", enough=enough, target=target)]
    if most < enough:
        counts = {"enough": enough, "fewer": trials_needed(0, 0.95), "most": most}
        return [words.say("issuers_few", target=target, cluster=plan.cluster, **counts)]
    return [] if plan.by_cluster else [words.say("issuers_decide", most=most, cluster=plan.cluster)]


def _losses(plan: "Automation", words: Wording) -> list[str]:
    """Say how many mistakes there are to look at, and what they come to, too much and too little apart."""
    if plan.found is None or not len(plan.found):
        return []
    off = plan.found["difference"].to_numpy(dtype=np.float64)
    off = off[~np.isnan(off)]
    over, under = float(off[off > 0].sum()), abs(float(off[off < 0].sum()))
    told = [words.say("losses", count=len(plan.found))]
    if len(off):
        largest = plan.found.loc[plan.found["difference"].abs().idxmax()]
        sums = {"over": over, "under": under, "largest": float(largest["difference"])}
        written = {name: words.number(f"{amount:,.2f}") for name, amount in sums.items()}
        told.append(words.say("amounts", document=largest["document"], **written))
    return told


def _next(plan: "Automation", words: Wording) -> list[str]:
    """Say what to do next, with the number of documents."""
    lines = []
    for part in plan.slices:
        if any(stage.status == CERTIFIED for stage in part.stages) or not part.stages[0].documents:
            continue
        stage = _most_promising(part)
        share = (stage.clusters if plan.by_cluster else stage.labelled) / max(part.labelled, 1)
        of = words.say("next_of", by=plan.by, name=part.name or words.say("unknown")) if plan.by else ""
        if not share:
            lines.append(words.say("next_label", of=of))
            continue
        total = math.ceil(max(stage.needed, trials_needed(0, plan.target)) / share)
        key = "next_more_clusters" if plan.by_cluster else "next_more"
        counts = {"more": max(total - part.labelled, 1), "total": total}
        more = words.say(key, of=of, rule=plan.rules[stage.rule].name, **counts)
        lines.append(f"{more} {_within_reach(plan, part, words)}")
    return lines or [words.say("next_keep")]


def _within_reach(plan: "Automation", part: "Slice", words: Wording) -> str:
    """Say what the documents there are could show at most, which no label decides."""
    there = max(stage.clusters if plan.by_cluster else stage.labelled for stage in part.stages)
    most = (1 - LEVEL) ** (1 / there)
    things = words.say("things_issuers" if plan.by_cluster else "reach_documents")
    return words.say("within_reach", there=there, things=things, most=words.number(f"{math.floor(most * 1000) / 10:g}"))


def _most_promising(part: "Slice") -> Stage:
    """Return the rule that is nearest to being shown, by documents to label."""
    kept = [stage for stage in part.stages if stage.labelled]
    return min(kept, key=lambda stage: stage.needed / stage.labelled, default=part.stages[-1])
