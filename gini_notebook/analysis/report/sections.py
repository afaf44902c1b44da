"""The sections of a report, one builder each, in the order in which they are read."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.report.compared import differences
from gini_notebook.analysis.report.compared import verdict as verdict_of_comparison
from gini_notebook.analysis.report.headings import cause_name, column_name, setting_name, setting_value
from gini_notebook.analysis.report.parts import Column, Row, Score, Section, Spark, Table, plain_table
from gini_notebook.analysis.report.plan import automation
from gini_notebook.analysis.report.texts import Format, metric_words, missing, plain
from gini_notebook.analysis.report.trend import MOST_RUNS, trend
from gini_notebook.analysis.report.verdict import FEWEST, slice_name
from gini_notebook.analysis.report.words import TERMS
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.report.content import Content

OUTCOMES = ("correct", "wrong", "missing", "spurious")
MISTAKES = OUTCOMES[1:]
# What a page shows of lists that grow with the documents; the workbook has all.
MOST_WORST, MOST_SLICES, MOST_CAUSES, MOST_FAILED, MOST_REASONS = 15, 20, 12, 200, 12


def score_of(row: Mapping[Any, Any], name: str, form: Format, *, small: bool = False) -> Score:
    """Return a score of a row with its interval, as text and as places on a line."""
    at, low, high = (None if missing(row[key]) else float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    if at is None:
        return Score(form.undefined)
    return Score(form.score(at), form.interval(low, high), at, low, high, hollow=small)


def slips_of(row: Mapping[Any, Any], text: Mapping[str, str], form: Format) -> dict[str, Any]:
    """Return the mistakes of a row in words, and how many values they are of."""
    if missing(row["support"]):  # a mean of fields has no values of its own
        return {"told": [], "of": ""}
    counts = {outcome: int(row[outcome]) for outcome in MISTAKES}
    told = [(name, text[f"outcome_{name}"].format(count=form.count(count))) for name, count in counts.items() if count]
    return {"told": told or [("", text["no_mistake_word"])], "of": text["of_values"].format(count=_count(row, form))}


def strip_of(row: Mapping[Any, Any]) -> list[tuple[str, float, float]]:
    """Return the outcomes of a row as places on a line: outcome, where it begins, how long it is."""
    counts = [0 if missing(row[outcome]) else int(row[outcome]) for outcome in OUTCOMES]
    total = max(sum(counts), 1)
    ends = np.cumsum([0, *counts]) / total
    return [
        (outcome, float(begin), float(end - begin))
        for outcome, begin, end in zip(OUTCOMES, ends[:-1], ends[1:], strict=True)
        if end > begin
    ]


def _count(row: Mapping[Any, Any], form: Format) -> str:
    return form.count(int(row["support"]))


def baseline(content: "Content") -> Section | None:
    """Say how this differs from another run of the same documents."""
    told = content.told
    if told is None:
        return None
    differing = differences(told)
    return Section(
        "baseline",
        content.text["baseline"],
        [*verdict_of_comparison(told), *differing.lead],
        differing.tables,
        drawn=differing.drawn,
    )


def fields(content: "Content") -> Section:
    """Field by field: those that can be ranked by F1, then those on fewer than 30 values, then the averages."""
    text = content.text
    tables = []
    for group, rows in content.scores.groupby("group", sort=False):
        title = text["of_group"].format(group=group) if group else text["header_fields"]
        tables += [_field_table(title, rows, content), _score_table(title, rows, content)]
    return Section("fields", text["by_field"], [content.lead_of_fields], tables, {"legend": OUTCOMES})


def _field_table(title: str, scores: pd.DataFrame, content: "Content") -> Table:
    text = content.text
    single = scores[~scores["average"]]
    ranked = single[(single["support"] >= FEWEST) & single["f1"].notna()]
    sparks = {} if content.wishes.history is None else content.wishes.history.sparks(content.form, text)
    parts = [
        ("", _field_rows(ranked.sort_values("f1", ascending=False, kind="stable"), content, sparks)),
        (text["too_few"], _field_rows(single.drop(ranked.index), content, sparks, small=True)),
        (text["together"], _field_rows(scores[scores["average"]], content, sparks)),
    ]
    columns = [
        Column("field", text["field"], "name"),
        Column("score", text["f1"], "score"),
        Column("score", "0 … 1", "track"),
        Column("strip", text["values_column"], "strip"),
        Column("mistakes", text["mistakes_column"], "mistakes"),
    ]
    if any(row.cells["spark"] is not None for _, rows in parts for row in rows):
        columns.append(Column("spark", text["spark_column"], "spark"))
    return Table(title, columns, [part for part in parts if part[1]], headed=True, look="fields")


def _field_rows(
    scores: pd.DataFrame, content: "Content", sparks: Mapping[tuple[str, str], Spark], *, small: bool = False
) -> list[Row]:
    return [
        Row(
            {
                "field": content.text[row["field"]] if row["average"] else row["field"],
                "score": score_of(row, "f1", content.form, small=small),
                "strip": strip_of(row),
                "mistakes": slips_of(row, content.text, content.form),
                "spark": sparks.get((row["group"], row["field"])),
            },
            "average" if row["average"] else "",
        )
        for row in scores.to_dict("records")
    ]


def _score_table(title: str, scores: pd.DataFrame, content: "Content") -> Table:
    text, form = content.text, content.form
    counts = ("support", "predicted", *OUTCOMES)
    columns = [Column("field", text["field"], "name")]
    columns += [Column(name, text[name], "score") for name in ("f1", "precision", "recall")]
    columns += [Column(name, text[name], "number") for name in counts]
    rows = []
    for row in scores.to_dict("records"):
        cells: dict[str, Any] = {"field": text[row["field"]] if row["average"] else row["field"]}
        cells |= {name: score_of(row, name, form) for name in ("f1", "precision", "recall")}
        cells |= {name: "" if missing(row[name]) else form.count(int(row[name])) for name in counts}
        rows.append(Row(cells, "average" if row["average"] else ""))
    return Table(f"{text['all_scores']}: {title}", columns, [("", rows)], closed=text["all_scores"])


def patterns(content: "Content") -> Section | None:
    """Where documents go wrong: the sets of mistakes, drawn as a grid, and as a table."""
    text, form, table = content.text, content.form, content.patterns
    names = [name for name in table.attrs["fields"] if table[name].notna().any()]
    if not names:
        return None
    most = int(table["documents"].max())
    rows, cells = [], []
    for row in table.to_dict("records"):
        marks = [(name, "" if missing(row[name]) else row[name]) for name in names]
        told = [(kind, f"{name.removeprefix('fields.')} {text[kind].lower()}") for name, kind in marks if kind]
        kind = _mostly(row, content)
        documents = form.count(int(row["documents"]))
        rows.append({"marks": marks, "share": row["documents"] / most, "documents": documents, "kind": kind})
        cells.append(
            {
                "pattern": {"told": told or [("", text["no_mistake"])], "of": ""},
                "documents": documents,
                "kind": kind,
                "example": row["example"],
            }
        )
    columns = [Column("pattern", text["pattern"], "mistakes"), Column("documents", text["documents"], "number")]
    columns += [Column("kind", text["mostly"])] if any(row["kind"] for row in rows) else []
    columns.append(Column("example", text["example"]))
    shown, count = int((table["mistakes"] > 0).sum()), int(table.attrs["patterns"])
    note = text["patterns_more"].format(shown=shown, count=form.count(count)) if count > shown else ""
    twin = plain_table(text["patterns"], columns, cells, closed=text["same_as_table"], note=note)
    grid = {"names": [name.removeprefix("fields.") for name in names], "rows": rows}
    return Section("patterns", text["patterns"], [text["patterns_lead"]], [twin], {"grid": grid})


def _mostly(row: Mapping[Any, Any], content: "Content") -> str:
    if missing(row["slice"]):
        return ""
    text, column = content.text, str(content.patterns.attrs["by"])
    kind = slice_name(column, row["slice"], text)
    if row["slice_documents"] == row["documents"]:
        return text["all_of"].format(kind=kind)
    counts = {name: content.form.count(int(row[name])) for name in ("slice_documents", "documents")}
    return text["some_of"].format(count=counts["slice_documents"], of=counts["documents"], kind=kind)


def causes(content: "Content") -> Section | None:
    """Why values are wrong, counted over all fields, and the mistakes field by field."""
    text, form = content.text, content.form
    if not content.mistakes:
        return Section("mistakes", text["mistakes"], [text["no_mistakes"]])
    wrong = content.mistake_rows[content.mistake_rows["outcome"] == "wrong"]
    heads = wrong["cause"].str.split(":", n=1).str[0]
    named = heads.map(lambda cause: cause_name(cause, form.language) or text["no_cause"])
    fields_of = [dotted(*pair) for pair in zip(wrong["group"], wrong["field"], strict=True)]
    counts = Counter(named.tolist())
    of_cause: dict[str, Counter[str]] = {}
    for cause, name in zip(named.tolist(), fields_of, strict=True):
        of_cause.setdefault(cause, Counter())[name] += 1
    shown = counts.most_common(MOST_CAUSES)
    if text["no_cause"] in counts and text["no_cause"] not in dict(shown):
        shown.append((text["no_cause"], counts[text["no_cause"]]))
    rows = [
        {
            "cause": cause,
            "count": form.count(count),
            "share": count / max(len(wrong), 1),
            "fields": ", ".join(f"{name} {form.count(of)}" for name, of in of_cause[cause].most_common(3)),
        }
        for cause, count in shown
    ]
    columns = [Column("cause", text["cause"]), Column("count", text["values_column"], "number")]
    columns += [Column("share", text["share"], "bar"), Column("fields", text["fields"], "name")]
    tables = [plain_table(text["causes_title"], columns, rows, headed=True)] if rows else []
    more = {"fields": content.mistakes, "excerpts": content.excerpts, "left_out": _no_excerpts(content)}
    return Section("mistakes", text["mistakes"], [text["mistakes_lead"]], tables, more)


def _no_excerpts(content: "Content") -> list[str]:
    """Say how many excerpts there are not, and why."""
    found = content.excerpts
    counts = {"too_many": found.too_many, "too_large": found.too_large, "hidden": found.hidden}
    return [
        content.text[f"excerpts_{why}"].format(count=content.form.count(count))
        for why, count in counts.items()
        if count
    ]


def worst(content: "Content") -> Section | None:
    """Name the documents with most mistakes in header fields, then in cells."""
    text, form, rows = content.text, content.form, content.mistake_rows
    if rows.empty:
        return None
    header = (rows["group"] == "").to_numpy(dtype=bool)
    counts = pd.DataFrame({"header": header, "cells": ~header}).groupby(rows["document"], sort=True).sum()
    costs = content.document_costs
    if costs is not None:
        counts["cost"] = costs.reindex(counts.index)
    order = ["header", "cells"] if costs is None else ["cost", "header", "cells"]
    first = counts.sort_values(order, ascending=False, kind="stable").head(MOST_WORST)
    which = rows[rows["document"].isin(first.index)]
    told: dict[str, dict[str, Counter[str]]] = {}
    for row in which[["document", "group", "field", "outcome"]].itertuples(index=False, name=None):
        told.setdefault(row[0], {}).setdefault(row[3], Counter())[dotted(row[1], row[2])] += 1
    kinds = _kinds(content, set(first.index))
    cells = [
        {
            "document": name,
            "kind": kinds.get(name, ""),
            "header": form.count(int(row["header"])),
            "cells": form.count(int(row["cells"])),
            "cost": "" if costs is None else form.amount(row["cost"]),
            "which": {"told": _which(told[name], text), "of": ""},
        }
        for name, row in first.iterrows()
    ]
    columns = [Column("document", text["document"])]
    columns += [Column("kind", text["kind_of_document"])] if kinds else []
    columns.append(Column("header", text["in_header"], "number"))
    columns += [Column("cells", text["in_rows"], "number")] if counts["cells"].any() else []
    columns += [] if costs is None else [Column("cost", text["cost"], "number")]
    columns.append(Column("which", text["which"], "mistakes"))
    more = len(counts) > len(first)
    note = text["worst_more"].format(shown=len(first), count=form.count(len(counts))) if more else ""
    table = plain_table(text["worst"], columns, cells, note=note)
    lead = text["worst_lead" if costs is None else "worst_lead_costs"]
    return Section("worst", text["worst"], [lead], [table])


def _which(slips: Mapping[str, Counter[str]], text: Mapping[str, str]) -> list[tuple[str, str]]:
    names = {
        outcome: ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in slips[outcome].items())
        for outcome in MISTAKES
        if outcome in slips
    }
    return [(outcome, f"{text[outcome]}: {listed}") for outcome, listed in names.items()]


def _kinds(content: "Content", wanted: Collection[str]) -> dict[str, str]:
    """Return by document the words for its slice of the first column."""
    column = next(iter(content.slices), None)
    if column is None:
        return {}
    values = zip(content.result.documents["document"], content.result.documents[column], strict=True)
    return {
        name: slice_name(column, None if missing(value) else str(value), content.text)
        for name, value in values
        if name in wanted
    }


def costs(content: "Content") -> Section | None:
    """What mistakes cost, by field, and from which precision on taking a value is cheaper than keying it in."""
    found, text, form = content.costs, content.text, content.form
    if found is None:
        return None
    keys = ("cost", "cost_per_1000_documents", "interval", "precision", "break_even_precision")
    rows = []
    for row in found.to_dict("records"):
        total = row["field"] == "total"
        cells = {outcome: form.count(int(row[outcome])) for outcome in MISTAKES}
        cells |= {key: form.amount(row[key]) for key in keys[:2]}
        cells |= {key: "" if total else form.score(row[key]) for key in keys[3:]}
        cells["interval"] = f"{form.amount(row['low'])} – {form.amount(row['high'])}"
        cells["field"] = text["total"] if total else dotted(row["group"], row["field"])
        rows.append(Row(cells, "average" if total else ""))
    columns = [Column("field", text["field"], "name"), *(Column(name, text[name], "number") for name in MISTAKES)]
    columns += [Column(key, text["low_high" if key == "interval" else key], "number") for key in keys]
    return Section("costs", text["costs"], [text["costs_lead"]], [Table(text["costs"], columns, [("", rows)])])


def slices(content: "Content") -> Section | None:
    """The parts of the documents, and which of them holds most of the header mistakes, if one does."""
    text = content.text
    if not content.slices:
        return None
    tables, lead = [], [text["slices_lead"]]
    for column, table in content.slices.items():
        lead += _holds_most(column, table, content)
        tables.append(_slice_table(column, table, content))
    return Section("slices", text["slices"], lead, tables)


def _holds_most(column: str, table: pd.DataFrame, content: "Content") -> list[str]:
    form, text = content.form, content.text
    slips = table[list(MISTAKES)].sum(axis=1)
    total = int(slips.sum())
    if not total or slips.max() <= total / 2:
        return []
    most = table.loc[slips.idxmax()]
    if slips.max() / total <= most["documents"] / table["documents"].sum():
        return []  # as many as its size makes one expect
    kind = slice_name(column, None if missing(most["slice"]) else str(most["slice"]), text)
    return [
        text["slice_holds_most"].format(
            mistakes=form.count(int(slips.max())),
            of_mistakes=form.count(total),
            kind=kind,
            documents=form.count(int(most["documents"])),
            of_documents=form.count(int(table["documents"].sum())),
        )
    ]


def _slice_table(column: str, table: pd.DataFrame, content: "Content") -> Table:
    text, form = content.text, content.form
    largest = table.sort_values("documents", ascending=False, kind="stable").head(MOST_SLICES)
    ranked = largest[~largest["small"]].sort_values("f1", ascending=False, kind="stable")

    def rows_of(some: pd.DataFrame) -> list[Row]:
        return [
            Row(
                {
                    "slice": slice_name(column, None if missing(row["slice"]) else str(row["slice"]), text),
                    "documents": form.count(int(row["documents"])),
                    "score": score_of(row, "f1", form, small=bool(row["small"])),
                    "strip": strip_of(row),
                    "mistakes": slips_of(row, text, form),
                }
            )
            for row in some.to_dict("records")
        ]

    parts = [("", rows_of(ranked)), (text["too_few"], rows_of(largest[largest["small"]]))]
    columns = [
        Column("slice", text["slice"]),
        Column("documents", text["documents"], "number"),
        Column("score", text["f1"], "score"),
        Column("score", "0 … 1", "track"),
        Column("strip", text["values_column"], "strip"),
        Column("mistakes", text["mistakes_column"], "mistakes"),
    ]
    more = len(table) > len(largest)
    note = text["slices_more"].format(shown=len(largest), count=form.count(len(table))) if more else ""
    title = text["by_column"].format(column=column_name(column, content.language))
    return Table(title, columns, [part for part in parts if part[1]], note=note, headed=True, look="fields")


def confidence(content: "Content") -> Section | None:
    """Whether confidences can be trusted, and whether wrong values were not read or not chosen."""
    text = content.text
    tables, lead = [], []
    if content.confidence is not None:
        lead = [content.confidence.verdict, text["confidence_lead"]]
        for one in content.confidence.tables:
            columns = [
                Column(key, text[key], "name" if key in ("field", "confidence_range") else "number")
                for key in one.columns
            ]
            tables.append(plain_table(one.title, columns, one.rows, headed=True))
    asked = content.result.candidate_recall(confidence_level=content.how["confidence_level"])
    if len(asked):
        lead.append(text["candidates_lead"])
        tables.append(_candidate_table(asked, content))
    return Section("confidence", text["confidence"], lead, tables) if tables else None


def _candidate_table(asked: pd.DataFrame, content: "Content") -> Table:
    text, form = content.text, content.form
    names = ("recall_1", "recall_3", "recall_all")
    rows = [
        {
            "field": dotted(row["group"], row["field"]),
            "slots": form.count(int(row["slots"])),
            **{name: score_of(row, name, form) for name in names},
            "chosen": form.score(row["chosen"]),
        }
        for row in asked.to_dict("records")
    ]
    columns = [Column("field", text["field"], "name"), Column("slots", text["values_column"], "number")]
    columns += [Column(name, text[name], "score") for name in names]
    columns.append(Column("chosen", text["chosen"], "number"))
    return plain_table(text["candidates"], columns, rows, headed=True)


def line_items(content: "Content") -> Section | None:
    """Rows or cells: how many rows of compounds were found, and how many are right as a whole."""
    text = content.text
    names = ("row_precision", "row_recall", "exact_rows", "exact_tables")
    rows = {str(row["metric"]): row for row in content.summary.to_dict("records")}
    groups = [str(group) for group in content.scores["group"].unique() if group]
    tables = []
    for group in groups:
        found = [(name, rows[f"{group}_{name}"]) for name in names if f"{group}_{name}" in rows]
        cells = [_metric_cells(text[f"metric_{name}"], row, content) for name, row in found]
        if cells:
            tables.append(plain_table(group, _metric_columns(text), cells, headed=True))
    return Section("line_items", text["line_items"], (), tables) if tables else None


def _metric_columns(text: Mapping[str, str]) -> list[Column]:
    return [
        Column("metric", text["number"]),
        Column("score", text["value"], "score"),
        Column("score", "0 … 1", "track"),
        Column("of", text["count"], "number"),
    ]


def _metric_cells(words: str, row: Mapping[Any, Any], content: "Content") -> dict[str, Any]:
    form = content.form
    at, low, high = (None if missing(row[key]) else float(row[key]) for key in ("value", "low", "high"))
    share = at is not None and 0 <= at <= 1 and not missing(row["of"])
    places = (at, low, high) if share else (None, None, None)
    of = "" if missing(row["of"]) else form.count(int(row["of"]))
    return {"metric": words, "score": Score(form.number(row["value"]), form.interval(low, high), *places), "of": of}


def health(content: "Content") -> Section | None:
    """How the run went: answered, failed and why, retries, seconds, documents per minute."""
    text, form, sent = content.text, content.form, content.result.sent
    if sent is None:
        return None
    facts = [
        (text[f"status_{status}"], form.count(int(count)))
        for status in ("completed", "failed", "pending", "unclear")
        if (count := (sent["status"] == status).sum())
    ]
    facts += _speed(sent, text, form)
    columns = [Column("what", text["number"]), Column("value", text["value"], "number")]
    rows = [{"what": what, "value": value} for what, value in facts]
    tables = [plain_table(text["health_facts"], columns, rows, headed=True)]
    failed = sent[sent["status"] == "failed"]
    if len(failed):
        tables.append(_reasons(failed, text, form))
    return Section("health", text["health"], (), tables)


def _speed(sent: pd.DataFrame, text: Mapping[str, str], form: Format) -> list[tuple[str, str]]:
    facts = []
    if "attempts" in sent and (again := int((sent["attempts"].fillna(0) > 1).sum())):
        facts.append((text["retried"], form.count(again)))
    known = sent[[name for name in ("uploaded_at", "processing_s") if name in sent]].dropna()
    if len(known) and "processing_s" in known:
        seconds = known["processing_s"].to_numpy(dtype=float)
        facts.append((text["seconds_median"], form.point(f"{np.median(seconds):.1f}")))
        facts.append((text["seconds_95"], form.point(f"{np.quantile(seconds, 0.95):.1f}")))
    if len(known) and known.shape[1] == 2:
        begin, ends = known["uploaded_at"], known["uploaded_at"] + pd.to_timedelta(known["processing_s"], unit="s")
        elapsed = (ends.max() - begin.min()).total_seconds()
        if elapsed > 0:
            facts.append((text["per_minute"], form.point(f"{60 * len(known) / elapsed:.1f}")))
            facts.append((text["at_a_time"], form.point(f"{known['processing_s'].sum() / elapsed:.1f}")))
        times = (("began", begin.min()), ("ended", begin.max()))
        facts += [(text[name], f"{at:%Y-%m-%d %H:%M:%S} UTC") for name, at in times]
    return facts


def _reasons(failed: pd.DataFrame, text: Mapping[str, str], form: Format) -> Table:
    reasons = failed["error"].fillna(text["no_reason"]).replace("", text["no_reason"])
    first = dict(zip(reasons[::-1], failed["document"][::-1], strict=True))
    rows = [
        {"reason": str(reason), "count": form.count(int(count)), "example": str(first[reason])}
        for reason, count in reasons.value_counts().head(MOST_REASONS).items()
    ]
    columns = [Column("reason", text["reason"]), Column("count", text["documents"], "number")]
    columns.append(Column("example", text["example"]))
    return plain_table(text["reasons"], columns, rows, headed=True)


def failed(content: "Content") -> Section | None:
    """Name the failed documents, with reason and request id."""
    text, form, rows = content.text, content.form, content.failed
    if not rows:
        return None
    columns = [Column("document", text["document"]), Column("error", text["why"])]
    columns.append(Column("request_id", text["request_id"], "id"))
    more = len(rows) - MOST_FAILED
    note = text["failed_more"].format(count=form.count(more)) if more > 0 else ""
    reasons = len({row["error"] for row in rows})
    closed = text["failed_count"].format(count=form.count(len(rows)), reasons=form.count(reasons))
    table = plain_table(text["failed"], columns, rows[:MOST_FAILED], note=note, closed=closed)
    return Section("failed", text["failed"], [text["failed_lead"]], [table])


def numbers(content: "Content") -> Section:
    """All numbers, in words, with the name that programs have for them."""
    text = content.text
    columns = _metric_columns(text)
    columns.insert(1, Column("name", text["machine_name"], "id"))
    rows = [
        _metric_cells(metric_words(str(row["metric"]), text), row, content) | {"name": str(row["metric"])}
        for row in content.summary.to_dict("records")
    ]
    closed = text["numbers_count"].format(count=len(rows))
    return Section("numbers", text["numbers"], (), [plain_table(text["numbers"], columns, rows, closed=closed)])


def provenance(content: "Content") -> Section:
    """How this was made: names first, settings in words, then hashes and every setting."""
    text, known, result = content.text, content.result.provenance, content.result
    named = [
        (text["run"], known.get("run")),
        (text["truth_file"], known.get("truth_name")),
        (text["service"], setting_value("service", known.get("service", ""), content.language)),
        (text["evaluated_at"], str(known.get("made_at", "")).replace("T", " ").replace("+00:00", " UTC")),
        (text["command"], known.get("command")),
        (text["tool"], f"gini-notebook {known.get('tool_version', '')}".strip()),
        (text["python"], known.get("python_version")),
        (text["edition"], known.get("spec_version")),
    ]
    columns = [Column("what", text["setting"]), Column("value", text["value"])]
    rows = [{"what": what, "value": plain(value)} for what, value in named if value]
    others = {**dict(result.settings), **content.provenance}
    language = content.language
    rest = [
        {"what": setting_name(name, language), "value": setting_value(name, value, language)}
        for name, value in others.items()
        if plain(value)
    ]
    rule_columns = [Column("field", text["field"], "name"), Column("name", text["rule"])]
    rule_columns.append(Column("tau", text["tau"], "number"))
    tables = [
        plain_table(text["how_title"], columns, rows),
        plain_table(text["details_settings"], columns, rest, closed=text["details_settings"]),
        plain_table(text["rules"], rule_columns, content.rules, closed=text["rules"]),
    ]
    return Section("provenance", text["provenance"], (), tables, {"rules": how_counted(content)})


def how_counted(content: "Content") -> list[str]:
    """Return the settings in words."""
    text, settings = content.text, content.result.settings
    key = text["rule_key"].format(names=", ".join(settings["key"])) if settings["key"] else ""
    said = [
        text[f"rule_wrong_{settings['wrong']}"],
        text[f"rule_order_{settings['order']}"].format(key=key),
        text[f"rule_remittance_{settings.get('remittance', 'strict')}"],
    ]
    for name, words in (
        *(("required", "rule_required"), ("fields", "rule_fields"), ("currency_default", "rule_currency")),
        *(("weights", "rule_weights"), ("min_confidence", "rule_min_confidence")),
    ):
        if settings.get(name) is not None:
            said.append(text[words].format(names=plain(settings[name])))
    cluster = settings.get("cluster")
    unit = text["unit_cluster"].format(name=cluster) if cluster else text["unit_document"]
    return [*said, text["rule_intervals"].format(unit=unit)]


def glossary(content: "Content") -> Section:
    """What the words mean."""
    text = content.text
    terms = [(text[f"term_{key}"], text[f"def_{key}"]) for key in TERMS]
    return Section("glossary", text["glossary"], (), (), {"terms": terms})


def past(content: "Content", *, listed: int = MOST_RUNS) -> Section | None:
    """How runs went before, and whether numbers move."""
    history = content.wishes.history
    return None if history is None else trend(history.table, content, listed=listed)


BUILDERS: Sequence[tuple[str, Callable[["Content"], Section | None]]] = (
    ("baseline", baseline),
    ("by_field", fields),
    ("patterns", patterns),
    ("mistakes", causes),
    ("worst", worst),
    ("costs", costs),
    ("slices", slices),
    ("confidence", confidence),
    ("automation", automation),
    ("line_items", line_items),
    ("health", health),
    ("trend", past),
    ("failed", failed),
    ("numbers", numbers),
    ("provenance", provenance),
    ("glossary", glossary),
)


# Of these nobody misses one that has nothing to say: it was not asked for.
_ASKED_FOR = ("baseline", "costs", "automation", "trend")


def sections_of(content: "Content") -> tuple[list[Section], list[str]]:
    """Return the sections that have something to say, and the titles of those that have nothing."""
    built = [(title, builder(content)) for title, builder in BUILDERS]
    there = [section for _, section in built if section is not None]
    silent = [content.text[title] for title, section in built if section is None and title not in _ASKED_FOR]
    return there, silent
