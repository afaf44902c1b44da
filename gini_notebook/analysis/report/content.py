"""What a report says, before it is clear in which form: plain strings, made once from an evaluation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict

from gini_notebook.analysis.report.texts import TEXTS, Format, missing, plain, words
from gini_notebook.schema import LINE_ITEMS, dotted

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.thresholds import Threshold


# A report is read by people; the whole table of mistakes is one call away (or in the workbook).
SHOWN_PER_FIELD = 40
CAUSES_NAMED = 3


@dataclass(frozen=True, slots=True)
class FieldMistakes:
    """What went wrong with one field."""

    field: str
    total: int
    outcomes: Mapping[str, int]
    causes: Mapping[str, int]
    rows: Sequence[Mapping[str, str]]

    def has(self, column: str) -> bool:
        """Return whether any row says something in this column."""
        return any(row[column] for row in self.rows)


def by_field(mistakes: "pd.DataFrame", fields: Sequence[tuple[str, str]], form: Format) -> list[FieldMistakes]:
    """Sort mistakes under their fields; fields in this order, mistakes in the order of the table."""
    found = dict(iter(mistakes.groupby(["group", "field"], sort=False)))
    return [_of_field(name, found[name], form) for name in fields if name in found]


def _of_field(name: tuple[str, str], rows: "pd.DataFrame", form: Format) -> FieldMistakes:
    # "one character: substitution 0→O" and its like count as one cause.
    causes = Counter(cause.partition(":")[0] for cause in rows["cause"].dropna() if cause)
    return FieldMistakes(
        field=dotted(*name),
        total=len(rows),
        outcomes={str(outcome): int(count) for outcome, count in rows["outcome"].value_counts().items()},
        causes=dict(causes.most_common(CAUSES_NAMED)),
        rows=[_row(row, form) for row in rows.head(SHOWN_PER_FIELD).to_dict("records")],
    )


def _row(row: Mapping[str, Any], form: Format) -> dict[str, str]:
    names = ("document", "truth", "extracted", "outcome", "cause", "page")
    shown = {name: plain(row[name]) for name in names}
    shown["row"] = str(int(row["row"]) + 1) if row["group"] else ""
    shown["off_by"] = form.difference(row.get("difference"))
    shown["candidate"] = plain(row.get("candidate_rank"))
    valid = row.get("extracted_valid")
    shown["valid"] = "yes" if row["outcome"] == "wrong" and not missing(valid) and bool(valid) else ""
    return shown


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
HEADLINE = ("micro_f1", f"{LINE_ITEMS}_micro_f1", "perfect_documents", "payable_rate", "coverage")
FIELD_COUNTS = ("support", "predicted", "correct", "wrong", "missing", "spurious")
SCORES = ("f1", "precision", "recall")


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the headline."""

    name: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShownNote:
    """One note: its sentence, its level, what to do about it, and examples, which only HTML and workbooks show."""

    level: str
    text: str
    advice: str
    examples: str


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The header fields, or the columns of one compound, with their averages."""

    group: str
    title: str
    rows: Sequence[Mapping[str, str]]


class HowSure(TypedDict):
    """How intervals are made, and how sure they are."""

    intervals: str
    confidence_level: float


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report needs, apart from how it looks."""

    result: "Evaluation"
    form: Format
    how: HowSure
    title: str
    made_at: datetime
    cards: Sequence[Card]
    groups: Sequence[FieldGroup]
    confidence: Confidence | None
    numbers: Sequence[Mapping[str, str]]
    mistakes: Sequence[FieldMistakes]
    failed: Sequence[Mapping[str, str]]
    rules: Sequence[Mapping[str, str]]
    provenance: Mapping[str, str]
    notes: Sequence[ShownNote]

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
    def caption_of_fields(self) -> str:
        """At which level and by which counting rule the table per field was made."""
        rule = str(self.result.provenance["wrong"])
        return self.text["by_field_caption"].format(level="typed", wrong=self.text[f"wrong_{rule}"])


def gather(
    result: "Evaluation",
    *,
    language: str,
    title: str | None,
    made_at: datetime | None,
    how: HowSure,
) -> Content:
    """Gather the content of a report from an evaluation."""
    form = Format(language)
    confidence_level = how["confidence_level"]
    text = words(form, confidence_level)
    scores = result.by_field(full=True, **how)
    summary = result.summary(**how)
    fields = scores[~scores["average"]]
    provenance = dict(result.provenance)
    rules = provenance.pop("rules", {})
    failed = [_failed_row(row) for row in provenance.pop("failed_without_truth", [])]
    provenance.pop("notes", None)
    return Content(
        result=result,
        form=form,
        how=how,
        title=title or text["title"],
        made_at=made_at or datetime.now(UTC),
        cards=_cards(summary, text, form),
        groups=_groups(scores, text, form),
        confidence=confidence(result, text, form, confidence_level),
        numbers=[_number(row, form) for row in summary.to_dict("records")],
        mistakes=by_field(result.mistakes(full=True), list(zip(fields["group"], fields["field"], strict=True)), form),
        failed=_failed(result.documents, failed),
        rules=[{"field": name, "name": plain(rule["name"]), "tau": plain(rule["tau"])} for name, rule in rules.items()],
        provenance={str(key): plain(value) for key, value in provenance.items()}
        | {"unread_truth": " ".join(result.unread_truth())},
        notes=[
            ShownNote(
                note.level,
                note.sentence("de" if form.language == "de" else "en"),
                note.advice,
                ", ".join(note.examples),
            )
            for note in result.notes
        ],
    )


def _cards(summary: "pd.DataFrame", text: Mapping[str, str], form: Format) -> list[Card]:
    rows = {row["metric"]: row for row in summary.to_dict("records")}
    cards = []
    for name in HEADLINE:
        if name not in rows:
            continue
        row = rows[name]
        details = []
        if not (missing(row["low"]) or missing(row["high"])):
            details.append(text["interval"].format(low=form.percent(row["low"]), high=form.percent(row["high"])))
        if not missing(row["of"]):
            details.append(text[f"of_{name}"].format(of=row["of"]))
        cards.append(Card(name=text[name], value=form.percent(row["value"]), detail="; ".join(details)))
    return cards


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
