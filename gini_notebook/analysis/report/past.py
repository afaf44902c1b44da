"""What a report of many runs says: whether numbers move, where they stand, field by field, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import pandas as pd

from gini_notebook.analysis.report.parts import Card, Column, Page, Score, Section, plain_table, shown_notes
from gini_notebook.analysis.report.texts import Format, metric_words, missing, words
from gini_notebook.analysis.report.trend import MOST_SPARKS, Past, findings, reasons_of, trend
from gini_notebook.notes import Note
from gini_notebook.schema import dotted


@dataclass(frozen=True)
class PastWords:
    """The words of a history: its intervals are those that were kept, 95 %."""

    form: Format

    @cached_property
    def text(self) -> Mapping[str, str]:
        """The words of the language."""
        return words(self.form, 0.95)


def history_page(
    past: Past, changes: pd.DataFrame, *, language: str, title: str | None, made_at: datetime | None
) -> Page:
    """Gather the report of a history.

    Parameters
    ----------
    past
        Its runs.
    changes
        Where the line is broken: ``History.changes()``.
    language, title, made_at
        As of any report.
    """
    worded = PastWords(Format(language))
    text, table = worded.text, past.table
    sandbox = bool((table["service"] == "sandbox").any())
    built = [trend(table, worded), _fields(past, worded), _changes(changes, worded)]
    silent = [
        text[key] for key, one in zip(("trend", "history_fields", "history_changes"), built, strict=True) if not one
    ]
    return Page(
        language=language,
        text=text,
        kicker=text["history"],
        title=title or text["history"],
        made=_made(table, worded),
        made_at=made_at or datetime.now(UTC),
        sandbox=sandbox,
        verdict=findings(table, worded) or [text["history_nothing"]],
        gates=[],
        notes=shown_notes([Note("sandbox")] if sandbox else [], language),
        cards=_cards(table, worded),
        sections=[section for section in built if section is not None],
        silent=silent,
        privacy=[text["privacy_history"]],
    )


def _made(table: pd.DataFrame, worded: PastWords) -> list[str]:
    days = table["date"].dropna()
    said = [worded.text["history_runs"].format(count=worded.form.count(table["run"].nunique()))]
    if len(days):
        first, last = (f"{day:%Y-%m-%d}" for day in (days.min(), days.max()))
        said.append(worded.text["history_days"].format(first=first, last=last))
    return said


def _cards(table: pd.DataFrame, worded: PastWords) -> list[Card]:
    """Return the latest value of each number."""
    text, form, made = worded.text, worded.form, []
    for metric, rows in table[table["value"].notna()].groupby("metric", sort=False):
        last = rows.iloc[-1]
        at, low, high = (None if missing(last[key]) else float(last[key]) for key in ("value", "low", "high"))
        ends = form.percents(low, high)
        interval = text["interval_short"].format(ends=ends) if ends else ""
        name = text.get(f"card_{metric}", metric_words(str(metric), text))
        base = text["history_latest"].format(run=last["run"])
        made.append(Card(name, form.percent(at), base, interval, Score(form.percent(at), interval, at, low, high)))
    return made


def _fields(past: Past, worded: PastWords) -> Section | None:
    """Show F1 of each field over the latest runs, and where it stands now."""
    text, form = worded.text, worded.form
    sparks = past.sparks(form, text)
    if past.fields is None or not sparks:
        return None
    latest = past.fields[past.fields["comparable"] & past.fields["f1"].notna()].groupby(["group", "field"], sort=False)
    rows = []
    for (group, field), runs in latest:
        last = runs.iloc[-1]
        at, low, high = (None if missing(last[key]) else float(last[key]) for key in ("f1", "f1_low", "f1_high"))
        score = Score(form.score(at), form.interval(low, high), at, low, high)
        rows.append(
            {
                "field": dotted(str(group), str(field)),
                "score": score,
                "spark": sparks.get((str(group), str(field))),
                "support": form.count(int(last["support"])),
            }
        )
    columns = [
        Column("field", text["field"], "name"),
        Column("support", text["support"], "number"),
        Column("score", text["latest"], "score"),
        Column("score", "0 … 1", "track"),
        Column("spark", text["spark_column"], "spark"),
    ]
    lead = text["history_fields_lead"].format(most=MOST_SPARKS)
    table = plain_table(text["history_fields"], columns, rows, look="fields")
    return Section("history_fields", text["history_fields"], [lead], [table])


def _changes(changes: pd.DataFrame, worded: PastWords) -> Section | None:
    """Say what broke the line, and before which run."""
    if changes.empty:
        return None
    text = worded.text
    rows = [
        {
            "run": row["run"],
            "date": "" if missing(row["date"]) else str(row["date"])[:10],
            "text": reasons_of(row["text"], worded.form.language),
        }
        for row in changes.to_dict("records")
    ]
    columns = [Column("run", text["run"]), Column("date", text["date"]), Column("text", text["break"])]
    title = text["history_changes"]
    return Section("history_changes", title, (), [plain_table(title, columns, rows)])
