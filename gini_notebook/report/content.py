"""What a report says, before it is clear in which form: plain strings, made once from an evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook.report.texts import TEXTS

if TYPE_CHECKING:
    from gini_notebook.evaluation import Evaluation

LANGUAGES = tuple(TEXTS)
HEADLINE = ("micro_f1", "perfect_documents", "payable_rate", "coverage")
FIELD_COUNTS = ("support", "predicted", "correct", "wrong", "missing", "spurious")
SCORES = ("precision", "recall", "f1")
# A report is read by people; the whole table of mistakes is one call away (or in the workbook).
MISTAKES_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the headline."""

    name: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report needs, apart from how it looks."""

    result: "Evaluation"
    language: str
    title: str
    made_at: datetime
    cards: Sequence[Card]
    fields: Sequence[Mapping[str, str]]
    numbers: Sequence[Mapping[str, str]]
    mistakes: "pd.DataFrame"
    failed: Sequence[Mapping[str, str]]
    provenance: Mapping[str, str]

    @property
    def text(self) -> Mapping[str, str]:
        """The words in the report's language."""
        return TEXTS[self.language]

    @classmethod
    def of(cls, result: "Evaluation", *, language: str, title: str | None, made_at: datetime | None) -> "Content":
        """Gather the content from an evaluation."""
        text = TEXTS[language]
        scores, summary = result.by_field(), result.summary()
        return cls(
            result=result,
            language=language,
            title=title or text["title"],
            made_at=made_at or datetime.now(UTC),
            cards=_cards(summary, text),
            fields=[_field(row, text) for row in scores.to_dict("records")],
            numbers=[_number(row, text) for row in summary.to_dict("records")],
            mistakes=result.mistakes(),
            failed=_failed(result),
            provenance={str(key): _plain(value) for key, value in result.provenance.items()},
        )

    def caption_of_fields(self) -> str:
        """Say at which level and by which counting rule the table per field was made."""
        rule = str(self.result.provenance.get("wrong", "both"))
        return self.text["by_field_caption"].format(level="typed", wrong=self.text[f"wrong_{rule}"])

    def mistake_rows(self) -> list[dict[str, str]]:
        """Return the mistakes that are shown, as strings."""
        shown = self.mistakes.head(MISTAKES_SHOWN)
        names = ("document", "group", "field", "truth", "extracted", "outcome", "cause", "page")
        rows = []
        for values in shown[list(names)].itertuples(index=False, name=None):
            row = {name: _plain(value) for name, value in zip(names, values, strict=True)}
            row["field"] = f"{row['group']}.{row['field']}" if row["group"] else row["field"]
            row["outcome_text"] = self.text.get(row["outcome"], row["outcome"])
            rows.append(row)
        return rows


def _cards(summary: "pd.DataFrame", text: Mapping[str, str]) -> list[Card]:
    rows = {row["metric"]: row for row in summary.to_dict("records")}
    cards = []
    for name in HEADLINE:
        if name not in rows:
            continue
        row = rows[name]
        details = []
        if not (_missing(row["low"]) or _missing(row["high"])):
            details.append(text["interval"].format(low=_percent(row["low"], text), high=_percent(row["high"], text)))
        if not _missing(row["of"]):
            details.append(text["of"].format(of=row["of"]))
        cards.append(Card(name=text[name], value=_percent(row["value"], text), detail=", ".join(details)))
    return cards


def _field(row: Mapping[str, Any], text: Mapping[str, str]) -> dict[str, str]:
    name = text.get(row["field"], row["field"]) if row["field"] in {"micro", "macro"} else row["field"]
    shown = {"field": f"{row['group']}.{name}" if row["group"] else name}
    shown["average"] = "yes" if row["field"] in {"micro", "macro"} else ""
    shown |= {count: _plain(row[count]) for count in FIELD_COUNTS}
    for score in SCORES:
        shown[score] = _score(row[score], text)
        low, high = row[f"{score}_low"], row[f"{score}_high"]
        shown[f"{score}_interval"] = "" if _missing(low) or _missing(high) else f"{low:.3f} – {high:.3f}"
    return shown


def _number(row: Mapping[str, Any], text: Mapping[str, str]) -> dict[str, str]:
    value = row["value"]
    whole = not _missing(value) and float(value).is_integer() and abs(value) > 1
    return {
        "metric": str(row["metric"]),
        "value": f"{int(value)}" if whole else _score(value, text),
        "low": "" if _missing(row["low"]) else f"{row['low']:.4f}",
        "high": "" if _missing(row["high"]) else f"{row['high']:.4f}",
        "of": _plain(row["of"]),
    }


def _failed(result: "Evaluation") -> list[dict[str, str]]:
    documents = result.documents
    if "status" not in documents.columns:
        return []
    failed = documents[documents["status"] == "failed"]
    return [
        {name: _plain(row.get(name)) for name in ("document", "error", "request_id")}
        for row in failed.to_dict("records")
    ]


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_plain(item) for item in value)
    return "" if _missing(value) else str(value)


def _score(value: Any, text: Mapping[str, str]) -> str:
    return text["undefined"] if _missing(value) else f"{value:.3f}"


def _percent(value: Any, text: Mapping[str, str]) -> str:
    return text["undefined"] if _missing(value) else f"{100 * value:.1f} %"
