"""Sections of what is handed to a report beside the evaluation: what could be paid unseen, and how runs went before."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook.analysis.report.parts import Column, Risk, Section, Table, plain_table
from gini_notebook.analysis.report.texts import Format, metric_words, missing
from gini_notebook.analysis.report.verdict import slice_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from gini_notebook.analysis.report.content import Content

_CERTIFIED = "certified"
# What a page shows of a history, the latest ones; the workbook has all.
MOST_RUNS = 60
HISTORY_COLUMNS = (
    *("run", "date", "metric", "value", "low", "high", "documents", "values", "centre", "limit_low", "limit_high"),
    *("alarm", "segment", "break", "baseline", "widened", "same_documents", "truth_hash"),
)
# The room of a chart, in units of its viewBox.
_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 150, 56, 10


def automation(content: "Content") -> Section | None:
    """Say which documents could be paid unseen: a table per slice, rule by rule, and what cannot be shown."""
    plan = content.wishes.automation
    if plan is None:
        return None
    text, form = content.text, content.form
    found, allowed = plan.table(language=content.language), 1 - plan.target
    lead = [text["automation_lead"].format(fields=", ".join(plan.required)), *plan.verdict(language=content.language)]
    tables: list[Table] = []
    for name, rows in found.groupby(found["slice"].fillna(""), sort=False):
        title = text["automation_all"] if plan.by is None else slice_name(plan.by, str(name) or None, text)
        scale = (allowed, _line_end(rows, allowed))
        tables.append(_rule_table(title[:1].upper() + title[1:], rows, content, scale))
    if any(row.cells["glyph"] is not None for table in tables for row in table.rows):
        lead.append(text["automation_glyph"].format(allowed=form.percent(allowed)))
    return Section("automation", text["automation"], lead, tables)


def _line_end(found: pd.DataFrame, allowed: float) -> float:
    """Return the share at which the lines of a slice end: that of its highest bound of documents."""
    highest = 0.0 if found["error_high"].isna().all() else float(found["error_high"].max())
    return min(1.0, max(highest, 2 * allowed))


def _rule_table(title: str, found: pd.DataFrame, content: "Content", scale: tuple[float, float]) -> Table:
    text, form = content.text, content.form
    rows = []
    for row in found.to_dict("records"):
        certified = row["status"] == _CERTIFIED
        rows.append(
            {
                "rule": row["rule"],
                "kept": _share(row["kept"], row["documents"], content),
                "wrong": _share(row["wrong"], row["labelled"], content),
                "error_high": "" if missing(row["error_high"]) else form.percent(row["error_high"]),
                "by_issuer": "" if missing(row["cluster_error_high"]) else form.percent(row["cluster_error_high"]),
                "glyph": _risk(row, *scale),
                "status": ("better" if certified else "open", text[f"status_{row['status']}"]),
                "reason": row["reason"],
            }
        )
    columns = [
        Column("rule", text["rule"]),
        Column("kept", text["kept"], "number"),
        Column("wrong", text["wrong_of"], "number"),
        Column("error_high", text["error_high"], "number"),
        Column("by_issuer", text["cluster_error_high"], "number"),
        Column("glyph", f"0 … {form.percent(scale[1])}", "risk"),
        Column("status", text["status"], "word"),
        Column("reason", text["automation_reasons"]),
    ]
    shown = [column for column in columns if column.kind == "risk" or any(row[column.key] for row in rows)]
    return plain_table(title, shown, rows, headed=True, look="plain planned")


def _share(part: int, of: int, content: "Content") -> str:
    """Write so many of how many, with the share where there is one."""
    form = content.form
    told = content.text["part_of"].format(part=form.count(int(part)), of=form.count(int(of)))
    return f"{told} ({form.percent(part / of)})" if of else told


def _risk(row: Mapping[Any, Any], allowed: float, end: float) -> Risk | None:
    """Place a rule on the line; None where no document with all labels is kept."""
    if missing(row["error_rate"]) or missing(row["error_high"]):
        return None
    by_issuer = row["cluster_error_high"]
    inside = not missing(by_issuer) and by_issuer <= end
    return Risk(
        at=float(row["error_rate"]) / end,
        high=float(row["error_high"]) / end,
        by_issuer=float(by_issuer) / end if inside else None,
        allowed=allowed / end,
        hollow=row["status"] != _CERTIFIED,
    )


def trend(content: "Content") -> Section | None:
    """Show whether numbers move: a control chart per metric, the rule by which runs stand out, and what changed."""
    found = content.wishes.history
    if found is None:
        return None
    text = content.text
    known = found[found["value"].notna()]
    if known.empty:
        return Section("trend", text["trend"], [text["trend_nothing"]])
    charts: list[Mapping[str, Any]] = []
    tables: list[Table] = []
    for metric, whole in known.groupby("metric", sort=False):
        rows = whole.tail(MOST_RUNS).reset_index(drop=True)
        name = metric_words(str(metric), text)
        told = [_trend_finding(rows, name, content), *_trend_rules(rows, content)]
        if len(whole) > len(rows):
            told.append(text["trend_more"].format(shown=len(rows), count=content.form.count(len(whole))))
        charts.append({"name": name, "key": f"trend-{len(charts)}", "told": told, **chart_of(rows, content.form)})
        tables.append(_run_table(name, rows, content))
    return Section("trend", text["trend"], [text["trend_lead"]], tables, {"charts": charts})


def _trend_finding(rows: pd.DataFrame, name: str, content: "Content") -> str:
    """Say which run stands out last, or that none does, or that there are no limits to say so."""
    text, form, last = content.text, content.form, rows.iloc[-1]
    alarms = rows[rows["alarm"] != ""]
    counts = {"metric": name, "count": form.count(len(rows))}
    if len(alarms):
        return text[f"trend_{alarms['alarm'].iloc[-1]}"].format(**counts, run=alarms["run"].iloc[-1])
    if rows["centre"].notna().any():
        return text["trend_steady"].format(**counts)
    ends = form.percents(last["low"], last["high"])
    value = form.percent(last["value"])
    return text["trend_last"].format(**counts, run=last["run"], value=f"{value} ({ends})" if ends else value)


def _trend_rules(rows: pd.DataFrame, content: "Content") -> list[str]:
    """Say what the limits are, or why there are none; why the line is broken; and whether the truth is another one."""
    text, form = content.text, content.form
    last = rows[rows["segment"] == rows["segment"].iloc[-1]]
    runs, base = len(last), int(last["baseline"].max())
    if last["centre"].notna().any():
        said = [text["trend_limits" if runs > base else "trend_limits_so_far"].format(count=base)]
        factor = float(last["widened"].max())
        said += [text["trend_widened"].format(factor=form.point(f"{factor:.1f}"))] if factor > 1 else []
    else:
        said = [text["trend_same" if runs > 1 and last["same_documents"].any() else "trend_few"]]
    broken = rows[rows["break"] != ""]
    said += [
        text["trend_broken"].format(run=run, reasons=reasons_of(why, text))
        for run, why in zip(broken["run"], broken["break"], strict=True)
    ]
    if len(rows) > 1 and not rows["break"].iloc[-1] and rows["truth_hash"].iloc[-1] != rows["truth_hash"].iloc[-2]:
        said.append(text["trend_truth"].format(run=rows["run"].iloc[-1], before=rows["run"].iloc[-2]))
    return said


def reasons_of(why: str, text: Mapping[str, str]) -> str:
    """Write why a line is broken in the language of the report; marks stay as somebody wrote them."""
    return "; ".join(text.get(f"break: {one}", one) for one in why.split("; "))


def _run_table(name: str, rows: pd.DataFrame, content: "Content") -> Table:
    text, form = content.text, content.form
    cells = [
        {
            "run": row["run"],
            "date": _day(row["date"]),
            "value": form.percent(row["value"]),
            "interval": form.percents(row["low"], row["high"]),
            "limits": form.percents(row["limit_low"], row["limit_high"]),
            "of": form.count(int(row["values"])),
            "alarm": ("worse" if row["alarm"] else "", text[f"alarm_{row['alarm'] or 'none'}"]),
            "break": reasons_of(row["break"], text),
        }
        for row in rows.iloc[::-1].to_dict("records")
    ]
    columns = [
        Column("run", text["run"]),
        Column("date", text["date"]),
        Column("value", text["value"], "number"),
        Column("interval", text["interval_column"], "number"),
        Column("limits", text["limits"], "number"),
        Column("of", text["count"], "number"),
        Column("alarm", text["alarm"], "word"),
        Column("break", text["break"]),
    ]
    shown = [column for column in columns if column.key == "alarm" or any(row[column.key] for row in cells)]
    return plain_table(name, shown, cells, closed=f"{name}: {text['same_as_table']}")


def _day(date: Any) -> str:
    return "" if missing(date) else f"{date:%Y-%m-%d}"


def chart_of(rows: pd.DataFrame, form: Format) -> dict[str, Any]:
    """Return the places of a control chart: points with intervals, lines, limits, centre, breaks, and its axis."""
    ends = rows[["value", "low", "high", "limit_low", "limit_high"]].to_numpy(dtype=float)
    floor = max(0.0, int(20 * float(pd.Series(ends.ravel()).min())) / 20)
    step = (_WIDTH - _LEFT) / len(rows)

    def across(place: float) -> float:
        return round(_LEFT + step * (place + 0.5), 1)

    def down(value: float) -> float:
        return round(_TOP + _HEIGHT * (1 - (value - floor) / max(1 - floor, 0.05)), 1)

    points = [
        {
            "x": across(place),
            "y": down(row["value"]),
            "band": None if missing(row["low"]) or missing(row["high"]) else (down(row["high"]), down(row["low"])),
            "alarm": row["alarm"],
            "broken": across(place - 0.5) if row["break"] else None,
        }
        for place, row in enumerate(rows.to_dict("records"))
    ]
    parts = [_stretch(part, across, down) for _, part in rows.groupby("segment", sort=False)]
    ticks = [(down(value), form.percent(value)) for value in (floor, 1.0)]
    first, last = _day(rows["date"].iloc[0]), _day(rows["date"].iloc[-1])
    size = {"width": _WIDTH, "height": _TOP + _HEIGHT + 22, "left": _LEFT, "bottom": _TOP + _HEIGHT}
    return {"points": points, "parts": parts, "ticks": ticks, "dates": (first, last), "size": size}


def _stretch(
    part: pd.DataFrame, across: "Callable[[float], float]", down: "Callable[[float], float]"
) -> dict[str, str]:
    """Return the lines of runs that can be compared: through their values, and centre and limits as steps."""
    places = part.index.tolist()
    path = {"runs": "L".join(f"{across(at)} {down(value)}" for at, value in zip(places, part["value"], strict=True))}
    for name in ("centre", "limit_low", "limit_high"):
        if part[name].isna().any():
            path[name] = ""
            continue
        steps = [
            f"{across(at - 0.5)} {down(value)}L{across(at + 0.5)} {down(value)}"
            for at, value in zip(places, part[name], strict=True)
        ]
        path[name] = "L".join(steps)
    return path | {"frozen": "yes" if len(part) > int(part["baseline"].max()) else ""}
