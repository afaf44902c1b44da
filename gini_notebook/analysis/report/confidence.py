"""The section of a report on confidences, for extractions that come with some (the service delivers none)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gini_notebook.analysis.report.formats import Format, missing, plain
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.evaluation import Evaluation

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


def confidence(result: "Evaluation", text: Mapping[str, str], form: Format) -> Confidence | None:
    """Gather the section; None if no header field came with a confidence."""
    comparisons = result.comparisons
    if "confidence" not in comparisons.columns:
        return None
    header = (comparisons["group"] == "").to_numpy(dtype=bool)
    if comparisons["confidence"][header & comparisons["outcome"].ne("ignored").to_numpy(dtype=bool)].isna().all():
        return None
    return Confidence(
        verdict=_verdict(result, text, form),
        tables=[
            ConfidenceTable(text["confidence_by_field"], FIELD_COLUMNS, _fields(result, text, form)),
            ConfidenceTable(text["reliability"], BIN_COLUMNS, _bins(result, form)),
        ],
    )


def _verdict(result: "Evaluation", text: Mapping[str, str], form: Format) -> str:
    """Say in one sentence whether values can be taken unseen."""
    chosen = result.at_precision(TARGET)
    kind = chosen.status.replace(" ", "_")
    if missing(chosen.threshold) or missing(chosen.precision_low):
        kind = "not_reachable" if chosen.status == "not reachable" else "not_enough_data"
    return text[f"confidence_{kind}"].format(
        target=form.percent(chosen.target),
        threshold=form.score(chosen.threshold),
        kept=chosen.kept,
        precision=form.percent(chosen.precision),
        low=form.percent(chosen.precision_low),
        coverage=form.percent(chosen.coverage),
    )


def _fields(result: "Evaluation", text: Mapping[str, str], form: Format) -> list[dict[str, str]]:
    scores = result.confidence_scores()
    rows = []
    for row in scores[scores["predicted"] > 0].to_dict("records"):
        name = dotted(row["group"], row["field"])
        shown = {"field": text["micro"] if row["field"] == "micro" else name}
        shown |= {count: plain(row[count]) for count in ("predicted", "without_confidence")}
        rows.append(shown | {score: form.score(row[score]) for score in ("ece", "brier", "auroc")})
    return rows


def _bins(result: "Evaluation", form: Format) -> list[dict[str, str]]:
    return [
        {
            "confidence_range": form.interval(row["confidence_low"], row["confidence_high"]),
            "count_of_bin": plain(row["count"]),
            "confidence_mean": form.score(row["confidence"]),
            "share_correct": form.score(row["correct"]),
            "low_high": form.interval(row["correct_low"], row["correct_high"]),
        }
        for row in result.reliability().to_dict("records")
    ]
