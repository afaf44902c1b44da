"""What a report says, before it is clear in which form: plain strings, made once from an evaluation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict

from gini_notebook.analysis.report.compared import Compared, change_of
from gini_notebook.analysis.report.disclosure import Excerpts, disclosed, excerpts, footer
from gini_notebook.analysis.report.field_mistakes import FieldMistakes, by_field
from gini_notebook.analysis.report.parts import Card, Page, Score, Section, ShownGate, ShownNote, shown_notes
from gini_notebook.analysis.report.texts import TEXTS, Format, missing, plain, words
from gini_notebook.analysis.report.verdict import facts_of, verdict
from gini_notebook.errors import SettingError
from gini_notebook.schema import LINE_ITEMS, dotted

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.automation import Automation
    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.costs import Costs, CostsByField
    from gini_notebook.analysis.evaluation.gate import CheckResult, Checks
    from gini_notebook.analysis.evaluation.intervals import IntervalKind
    from gini_notebook.analysis.evaluation.thresholds import Threshold
    from gini_notebook.analysis.report.disclosure import PageSource, Values
    from gini_notebook.analysis.report.trend import Past
    from gini_notebook.notes import Note


TARGET = 0.99
FIELD_COLUMNS = ("field", "predicted", "without_confidence", "ece", "brier", "auroc")
BIN_COLUMNS = ("confidence_range", "count_of_bin", "confidence_mean", "share_correct", "low_high")
# Columns that hold text; all others hold numbers.
TEXT_COLUMNS = ("field", "confidence_range")


@dataclass(frozen=True, slots=True)
class ConfidenceTable:
    """One table: what it is about, its columns (keys of the words), and its rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Confidence:
    """What a report says about confidences."""

    verdict: str
    tables: Sequence[ConfidenceTable]


def confidence(
    result: "Evaluation", text: Mapping[str, str], form: Format, confidence_level: float
) -> Confidence | None:
    """Gather the section; None if no header field came with a confidence."""
    comparisons = result.comparisons
    if "confidence" not in comparisons.columns:
        return None
    header = (comparisons["group"] == "").to_numpy(dtype=bool)
    if comparisons["confidence"][header & comparisons["outcome"].ne("ignored").to_numpy(dtype=bool)].isna().all():
        return None
    return Confidence(
        verdict=_verdict(result.at_precision(TARGET, confidence_level=confidence_level), text, form),
        tables=[
            ConfidenceTable(text["confidence_by_field"], FIELD_COLUMNS, _fields(result, text, form)),
            ConfidenceTable(text["reliability"], BIN_COLUMNS, _bins(result, form, confidence_level)),
        ],
    )


def _verdict(chosen: "Threshold", text: Mapping[str, str], form: Format) -> str:
    """Say in one sentence whether values can be taken unseen; in another how many documents that takes."""
    kind = chosen.status.replace(" ", "_")
    if missing(chosen.threshold) or missing(chosen.precision_low):
        kind = "not_reachable" if chosen.status == "not reachable" else "not_enough_data"
    said = text[f"confidence_{kind}"].format(
        target=form.percent(chosen.target),
        threshold=form.score(chosen.threshold),
        kept=chosen.kept,
        precision=form.percent(chosen.precision),
        low=form.percent(chosen.precision_low),
        coverage=form.percent(chosen.coverage),
    )
    if chosen.status in ("confirmed", "refuted"):
        return said
    needed = text["confidence_needed"].format(target=form.percent(chosen.target), needed=chosen.documents_needed)
    return f"{said} {needed}"


def _fields(result: "Evaluation", text: Mapping[str, str], form: Format) -> list[dict[str, str]]:
    scores = result.confidence_scores()
    rows = []
    for row in scores[scores["predicted"] > 0].to_dict("records"):
        name = dotted(row["group"], row["field"])
        shown = {"field": text["micro"] if row["field"] == "micro" else name}
        shown |= {count: plain(row[count]) for count in ("predicted", "without_confidence")}
        rows.append(shown | {score: form.score(row[score]) for score in ("ece", "brier", "auroc")})
    return rows


def _bins(result: "Evaluation", form: Format, confidence_level: float) -> list[dict[str, str]]:
    return [
        {
            "confidence_range": form.interval(row["confidence_low"], row["confidence_high"]),
            "count_of_bin": plain(row["count"]),
            "confidence_mean": form.score(row["confidence"]),
            "share_correct": form.score(row["correct"]),
            "low_high": form.interval(row["correct_low"], row["correct_high"]),
        }
        for row in result.reliability(confidence_level=confidence_level).to_dict("records")
    ]


LANGUAGES = tuple(TEXTS)
HEADLINE = ("payable_rate", "perfect_documents", "micro_f1", f"{LINE_ITEMS}_micro_f1", "coverage")
# Shares of documents, of which it can be said how many of how many.
_OF_DOCUMENTS = ("payable_rate", "perfect_documents", "coverage")
FIELD_COUNTS = ("support", "predicted", "correct", "wrong", "missing", "spurious")
SCORES = ("f1", "precision", "recall")
AVERAGES = ("micro", "macro")
# Columns of a run that say what kind of document it is; reports slice by them without being asked.
SLICED_UNASKED = ("source_classification", "media_type")
MOST_PATTERNS = 30


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The header fields, or the columns of one compound, with their averages."""

    group: str
    title: str
    rows: Sequence[Mapping[str, str]]


class HowSure(TypedDict):
    """How intervals are made, and how sure they are."""

    intervals: "IntervalKind"
    confidence_level: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """What only some forms heed; see :func:`gini_notebook.analysis.report.render_report`."""

    baseline: "Comparison | None" = None
    budget: str | None = "comment"
    documents: str | None = None
    raw: bool = False
    automation: "Automation | None" = None
    values: "Values" = "full"
    pages: "PageSource | None" = None
    mask: bool = True
    history: "Past | None" = None
    costs: "Costs | CostsByField | None" = None
    whole_pages: bool = False


@dataclass(frozen=True)
class Content:
    """Everything a report needs, apart from how it looks; what only some forms say is made when it is asked for."""

    result: "Evaluation"
    form: Format
    how: HowSure
    title: str
    made_at: datetime
    cards: Sequence[Card]
    groups: Sequence[FieldGroup]
    confidence: Confidence | None
    numbers: Sequence[Mapping[str, str]]
    failed: Sequence[Mapping[str, str]]
    rules: Sequence[Mapping[str, str]]
    provenance: Mapping[str, str]
    notes: Sequence[ShownNote]
    known_notes: "Sequence[Note]"
    verdict: Sequence[str]
    checks: "Checks"
    gates: Sequence[ShownGate]
    scores: "pd.DataFrame"
    summary: "pd.DataFrame"
    patterns: "pd.DataFrame"
    slices: Mapping[str, "pd.DataFrame"]
    wishes: Wishes = Wishes()
    told: Compared | None = None

    @cached_property
    def mistake_rows(self) -> "pd.DataFrame":
        """All mistakes, with all that is known of each and may be shown."""
        return disclosed(self.result.mistakes(full=True), self.result, self.wishes.values)

    @cached_property
    def costs(self) -> "pd.DataFrame | None":
        """What mistakes cost, by field; None if nobody said what one costs."""
        costs = self.wishes.costs
        return None if costs is None else self.result.costs(costs, confidence_level=self.how["confidence_level"])

    @cached_property
    def document_costs(self) -> "pd.Series[float] | None":
        """What the mistakes of each document cost; None if nobody said what one costs."""
        return None if self.wishes.costs is None else self.result.document_costs(self.wishes.costs)

    @cached_property
    def excerpts(self) -> Excerpts:
        """Excerpts of pages; none if nobody asked for them."""
        wishes = self.wishes
        if wishes.pages is None:
            return Excerpts()
        options: Any = {"values": wishes.values, "mask": wishes.mask, "whole_pages": wishes.whole_pages}
        found = excerpts(self.result.mistakes(full=True), self.result, wishes.pages, **options)
        return found.in_german() if self.language == "de" else found

    @property
    def privacy_of_values(self) -> str:
        """What of the documents stands in tables, in words."""
        return footer(self.wishes.values, self.text)

    @property
    def privacy(self) -> list[str]:
        """What of the documents stands in the page, in words."""
        said = [self.privacy_of_values]
        if self.excerpts.pictures:
            said.append(self.text["privacy_masked_pages" if self.wishes.mask else "privacy_whole_pages"])
        if self.excerpts.pages:
            said.append(self.text["privacy_first_pages"])
        return said

    @cached_property
    def mistakes(self) -> Sequence[FieldMistakes]:
        """The first mistakes of each field."""
        fields = self.scores[~self.scores["average"]]
        return by_field(self.mistake_rows, list(zip(fields["group"], fields["field"], strict=True)), self.form)

    @property
    def baseline(self) -> "Comparison | None":
        """The comparison of an earlier result with this one."""
        return self.wishes.baseline

    @property
    def from_sandbox(self) -> bool:
        """Whether the sandbox answered, whose numbers nobody may take for those of the service."""
        return self.provenance.get("service") == "sandbox"

    @property
    def language(self) -> str:
        """The language of the words."""
        return self.form.language

    @property
    def text(self) -> Mapping[str, str]:
        """The words in the report's language."""
        return words(self.form, self.how["confidence_level"])

    @property
    def made(self) -> list[str]:
        """The line below the title: how many documents, which truth, which tool."""
        known, sent = self.result.provenance, self.result.sent
        facts = [] if sent is None else [self.text["sent"].format(count=self.form.count(len(sent)))]
        facts.append(self.text["evaluated"].format(count=self.form.count(int(self.result.documents["answered"].sum()))))
        if known["truth_name"]:
            facts.append(self.text["truth_called"].format(name=known["truth_name"]))
        return [*facts, f"gini-notebook {known['tool_version']}"]

    @property
    def caption_of_fields(self) -> str:
        """At which level and by which counting rule the table per field was made."""
        return self._counted("by_field_caption")

    @property
    def lead_of_fields(self) -> str:
        """The same where the intervals are drawn as bands."""
        return self._counted("fields_lead")

    def _counted(self, sentence: str) -> str:
        rule = str(self.result.provenance["wrong"])
        return self.text[sentence].format(level=self.text["level_typed"], wrong=self.text[f"wrong_{rule}"])


def page_of(content: Content, sections: Sequence[Section] = (), silent: Sequence[str] = ()) -> Page:
    """Return a page with these sections, of which some have nothing to say."""
    return Page(
        language=content.language,
        text=content.text,
        kicker=content.text["title"],
        title=content.title,
        made=content.made,
        made_at=content.made_at,
        sandbox=content.from_sandbox,
        verdict=content.verdict,
        gates=content.gates,
        notes=content.notes,
        cards=content.cards,
        sections=sections,
        silent=silent,
        privacy=content.privacy if sections else [content.privacy_of_values],
        pictures=bool(sections) and content.excerpts.pictures > 0,
    )


def gather(
    result: "Evaluation",
    *,
    language: str,
    title: str | None,
    made_at: datetime | None,
    how: HowSure,
    fail_under: Sequence[str] = (),
    by: Sequence[str] | str = (),
    wishes: Wishes = Wishes(),
) -> Content:
    """Gather the content of a report from an evaluation.

    Raises
    ------
    SettingError
        If a condition names a number that there is not, or ``by`` a column that the documents table does not have.
    """
    form = Format(language)
    confidence_level = how["confidence_level"]
    text = words(form, confidence_level)
    scores = result.by_field(full=True, **how)
    summary = result.summary(**how)
    provenance, rules, failed = _taken_apart(result, form, hints=wishes.values == "full")
    told = None if wishes.baseline is None else Compared(wishes.baseline, form, confidence_level)
    checks = result.check(fail_under, **how)
    columns = _sliced_by(result, by)
    slices = {column: result.by_slice(column, **how) for column in columns}
    noted = _noted(result, told, wishes)
    return Content(
        result=result,
        form=form,
        how=how,
        title=title or str(result.provenance["run"]) or text["title"],
        made_at=made_at or datetime.now(UTC),
        cards=_cards(summary, text, form, told, weighted=result.settings.get("weights") is not None),
        groups=_groups(scores, text, form),
        confidence=confidence(result, text, form, confidence_level),
        numbers=[_number(row, form) for row in summary.to_dict("records")],
        failed=_failed(result.documents, failed),
        rules=rules,
        provenance=provenance,
        notes=shown_notes(noted, language, examples=wishes.values == "full"),
        known_notes=noted,
        told=told,
        verdict=verdict(facts_of(result, checks, slices, scores, summary, plan=wishes.automation), language),
        checks=checks,
        gates=[_gate(one, text, form) for one in sorted(checks, key=lambda one: one.passed)],
        scores=scores,
        summary=summary,
        patterns=result.patterns(next(iter(columns), None), top=MOST_PATTERNS),
        slices=slices,
        wishes=wishes,
    )


def _noted(result: "Evaluation", told: Compared | None, wishes: Wishes) -> list["Note"]:
    """Return the notes of all that a report tells of, each once."""
    others = () if told is None else told.comparison.notes
    planned = () if wishes.automation is None else wishes.automation.notes
    found: list[Note] = list(result.notes)
    for note in (*others, *planned):
        if note not in found:
            found.append(note)
    return found


def _taken_apart(
    result: "Evaluation", form: Format, *, hints: bool
) -> tuple[dict[str, str], list[dict[str, str]], list[dict[str, str]]]:
    """Return the provenance without what stands by itself, the rules per field, and failed documents without truth.

    Hints name values of the truth that could not be read.
    """
    known = dict(result.provenance)
    described = known.pop("rules", {})
    failed = [_failed_row(row) for row in known.pop("failed_without_truth", [])]
    for name in ("notes", "run", "truth_name", "made_at", "command", "python_version"):
        known.pop(name, None)
    rules = [
        {"field": name, "name": plain(rule["name"]), "tau": form.point(plain(rule["tau"]))}
        for name, rule in described.items()
    ]
    shown = {str(key): plain(value) for key, value in known.items()}
    return shown | {"unread_truth": " ".join(result.unread_truth()) if hints else ""}, rules, failed


def _sliced_by(result: "Evaluation", by: Sequence[str] | str) -> list[str]:
    """Return the columns to slice by: those asked for, else what tells documents apart."""
    known = result.documents
    wanted = [by] if isinstance(by, str) else list(by)
    for column in wanted:
        if column not in known.columns:
            message = (
                f"The documents table has no column {column!r} to slice by. It has: "
                f"{', '.join(map(str, known.columns))}."
            )
            raise SettingError(message)
    return wanted or [name for name in SLICED_UNASKED if name in known and known[name].nunique() > 1]


def _cards(
    summary: "pd.DataFrame", text: Mapping[str, str], form: Format, told: Compared | None, *, weighted: bool
) -> list[Card]:
    rows = {row["metric"]: row for row in summary.to_dict("records")}
    cards = []
    for name in HEADLINE:
        if name not in rows or missing(rows[name]["value"]):
            continue
        row = rows[name]
        at, low, high = (None if missing(row[key]) else float(row[key]) for key in ("value", "low", "high"))
        interval = text["interval_short"].format(ends=form.percents(low, high)) if form.percents(low, high) else ""
        cards.append(
            Card(
                name=text[f"card_{name}"],
                value=form.percent(at),
                base=_base(name, row, text, form, weighted=weighted),
                interval=interval,
                place=Score(form.percent(at), interval, at, low, high),
                change="" if told is None else change_of(told, name),
            )
        )
    return cards


def _base(name: str, row: Mapping[Any, Any], text: Mapping[str, str], form: Format, *, weighted: bool) -> str:
    """Say what a number of the headline is a share of."""
    of = form.count(int(row["of"]))
    if name not in _OF_DOCUMENTS:
        return text[f"base_{name}"].format(of=of)
    if weighted and name != "coverage":  # which counts every document once
        return text["base_weighted"].format(of=of)
    part = form.count(round(float(row["value"]) * int(row["of"])))
    return text[f"base_{name}"].format(part=part, of=of)


_CONDITION = re.compile(r"\s*(?P<name>.+?)\s*(?P<sign>>=|<=|==|>|<)\s*(?P<bound>.+?)\s*")
_SIGNS = {">=": "at_least", "<=": "at_most", ">": "more_than", "<": "less_than", "==": "exactly"}


def _gate(check: "CheckResult", text: Mapping[str, str], form: Format) -> ShownGate:
    """Write a condition in words."""
    match = _CONDITION.fullmatch(check.expression)
    if match is None:  # which no condition is that was checked
        return ShownGate(check.passed, check.expression, form.number(check.value))
    bound = text[_SIGNS[match["sign"]]].format(bound=form.point(match["bound"]))
    value = text["gate_is"].format(value=form.number(check.value))
    ends = form.interval(check.low, check.high)
    return ShownGate(check.passed, f"{_gated(match['name'], text)} {bound}", f"{value} ({ends})" if ends else value)


def _gated(name: str, text: Mapping[str, str]) -> str:
    """Return the number that a condition names, in words."""
    for ending, words_of_end in (("_low", "lower_end"), ("_high", "upper_end")):
        if name.endswith(ending):
            return text[words_of_end].format(what=_gated(name.removesuffix(ending), text))
    for key in (f"gate_{name}", f"metric_{name}"):
        if key in text:
            return text[key]
    field, _, score = name.rpartition(".")
    if score not in text or not field:
        return name
    return f"{text.get(field, field) if field in AVERAGES else field}: {text[score]}"


def _groups(scores: "pd.DataFrame", text: Mapping[str, str], form: Format) -> list[FieldGroup]:
    return [
        FieldGroup(
            group=str(group),
            title=text["of_group"].format(group=group) if group else text["header_fields"],
            rows=[_field(row, text, form) for row in rows.to_dict("records")],
        )
        for group, rows in scores.groupby("group", sort=False)
    ]


def _field(row: Mapping[str, Any], text: Mapping[str, str], form: Format) -> dict[str, str]:
    average = bool(row["average"])
    shown = {"field": text[row["field"]] if average else row["field"], "average": "yes" if average else ""}
    shown |= {count: plain(row[count]) for count in FIELD_COUNTS}
    for score in SCORES:
        shown[score] = form.score(row[score])
        shown[f"{score}_interval"] = form.interval(row[f"{score}_low"], row[f"{score}_high"])
    return shown


def _number(row: Mapping[str, Any], form: Format) -> dict[str, str]:
    return {
        "metric": str(row["metric"]),
        "value": form.number(row["value"]),
        "interval": form.interval(row["low"], row["high"]),
        "of": plain(row["of"]),
    }


def _failed(evaluated: "pd.DataFrame", without_truth: list[dict[str, str]]) -> list[dict[str, str]]:
    """List failed documents: those of the truth, then those without truth, which are in no number."""
    failed = evaluated[evaluated["status"] == "failed"]
    return [*map(_failed_row, failed.to_dict("records")), *without_truth]


def _failed_row(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: plain(row.get(name)) for name in ("document", "error", "request_id")}
